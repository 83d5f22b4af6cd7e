"""Rules put to pages: what a rule finds counts, what it does not find is the reader's, nothing is lost."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from onrecord import extract
from onrecord.extract.rules import Find, Language, SiteRule, wrong_pattern, wrong_selector
from onrecord.model import Article, Extraction, Figure
from onrecord.text import body_text

URL = "https://harbourpost.example/city/bridge"
TEXT = (
    "The old bridge across the river was shut on Monday evening after a crack was found in its middle pier.",
    "Engineers said that the crack had grown since the spring, and that nobody could say how deep it went.",
    "The ferry will run until midnight while they work, and the fare will be what the toll on the bridge was.",
)
PAGE = f"""<html lang=en><title>Bridge Shut</title><div id=top>City</div><h1>Bridge Shut</h1>
<h2 class=alt>Crack Found</h2><p class=who>Words: Ada Marsh</p><p class=when>17 May 2024, 09:00</p>
<div id=story><figure><img src=/pier.jpg width=800 height=600>
<p class=under>The pier. <span class=by>Ben Lowe</span></p></figure>
<p>{TEXT[0]}</p><p class=promo>Sign up for our letter about bridges, boats and all that goes over or under them.</p>
<p>{TEXT[1]}</p></div><p>{TEXT[2]}</p>"""


def rule_of(language: Language = Language.CSS, **says: Any) -> SiteRule:
    """Return a rule for the paper: fields by name, and places."""

    def finds(what: Any) -> tuple[Find, ...]:
        several = what if isinstance(what, tuple) else (what,)
        return tuple(one if isinstance(one, Find) else Find(select=one) for one in several)

    replaced = says.pop("replaced", ())
    places: dict[str, Any] = {
        name: finds(says.pop(name)) for name in ("body", "strip", "caption", "credit") if name in says
    }
    fields = {name: finds(what) for name, what in says.items()}
    return SiteRule(name="harbourpost.example", language=language, fields=fields, replaced=replaced, **places)


def read(rule: SiteRule | None, page: str = PAGE) -> Extraction:
    """Read the page by a rule."""
    return extract.read_page(page.encode(), url=URL, rule=rule)


def article(rule: SiteRule | None, page: str = PAGE) -> Article:
    """Read the page by a rule; an article is there."""
    found = read(rule, page).article
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "find", "value"),
    [
        ("headline", ".alt", "Crack Found"),
        ("kicker", "#top", "City"),
        (
            "standfirst",
            ".promo",
            "Sign up for our letter about bridges, boats and all that goes over or under them.",
        ),
        ("byline", ".who", "Words: Ada Marsh"),
        ("section", "#top", "City"),
        ("authors", Find(select=".who", match=r"Words: (.+)"), ("Ada Marsh",)),
        (
            "credits",
            ".promo",
            ("Sign up for our letter about bridges, boats and all that goes over or under them.",),
        ),
    ],
)
def test_what_a_rule_finds_takes_the_place_of_what_the_reader_finds(
    name: str, find: object, value: object
) -> None:
    """A person who knows a site's pages has the last word."""
    assert getattr(article(rule_of(Language.CSS, **{name: find})), name) == value


def test_a_time_without_a_zone_gets_the_rules() -> None:
    """A paper prints the time of its own town, and its readers know which."""
    found = article(rule_of(published=Find(select=".when", zone="+08:00")))
    assert str(found.published_at) == "2024-05-17T09:00+08:00"


def test_what_is_no_time_is_not_taken_for_one() -> None:
    """The next place may hold it."""
    found = article(rule_of(published=(".who", ".when")))
    assert str(found.published_at) == "2024-05-17T09:00"


def test_a_place_has_its_own_time_in_summer_and_in_winter() -> None:
    """An hour off is another day, near midnight."""
    found = article(rule_of(published=Find(select=".when", zone="Europe/Berlin")))
    assert str(found.published_at) == "2024-05-17T09:00+02:00"


def test_all_lines_of_the_body_that_a_rule_names_are_kept() -> None:
    """The rule chose; the reader does not choose again."""
    assert body_text(article(rule_of(body="#story")).blocks).splitlines()[0::2] == [TEXT[0], TEXT[1]]


def test_what_a_rule_strips_is_left_out() -> None:
    """Boxes within the text are no text."""
    assert body_text(article(rule_of(body="#story", strip=".promo")).blocks).splitlines() == [*TEXT[:2]]


def test_a_rule_that_only_strips_leaves_the_choice_to_the_reader() -> None:
    """One line is enough to be rid of one box."""
    assert body_text(article(rule_of(strip=".promo")).blocks).splitlines() == [*TEXT]


def test_captions_and_credits_stand_where_a_rule_says() -> None:
    """Whose picture it is must not be lost among its words."""
    found = article(rule_of(body="#story", caption=".under", credit=".by"))
    (figure,) = [block for block in found.blocks if isinstance(block, Figure)]
    assert (figure.picture.caption, figure.picture.credit) == ("The pier.", "Ben Lowe")


def test_the_evidence_names_the_rule() -> None:
    """Whoever doubts a field must learn in a minute where it came from."""
    told = read(replace(rule_of(headline=".alt"), name="harbourpost.example 2024-01-01")).evidence
    assert (
        next(one.origin for one in told if one.field == "headline") == "rule harbourpost.example 2024-01-01"
    )


@pytest.mark.parametrize("name", ["headline", "published", "body"])
def test_a_rule_that_finds_nothing_says_so_and_the_readers_finding_stands(name: str) -> None:
    """A site that was rebuilt gives whole articles still, and a problem that can be counted."""
    found = read(rule_of(Language.CSS, **{name: ".rebuilt"}))
    assert found.article == read(None).article
    assert [(one.code, one.where) for one in found.problems] == [("rule-found-nothing", name)]


@pytest.mark.parametrize("name", ["kicker", "standfirst", "byline", "credits"])
def test_what_not_every_article_has_is_no_problem_where_it_is_missing(name: str) -> None:
    """A problem on every page is none that anybody reads."""
    assert read(rule_of(Language.CSS, **{name: ".rebuilt"})).problems == ()


def test_a_body_without_a_paragraph_is_none() -> None:
    """A rule must never make an article empty."""
    page = PAGE + "<div id=shell><img src=/gate.jpg></div>"
    assert article(rule_of(body="#shell"), page).blocks == article(None, page).blocks


def test_the_first_place_that_finds_something_counts() -> None:
    """A site has two kinds of page, and one rule."""
    assert article(rule_of(headline=(".rebuilt", ".alt", "h1"))).headline == "Crack Found"


def test_a_rule_leaves_what_a_page_is_to_the_judge() -> None:
    """A wall that a rule strips is a wall still."""
    rule = rule_of(body="#story", strip="h1")
    _, facts = extract.read_page_and_facts(PAGE.encode(), url=URL, rule=rule)
    assert facts == extract.read_page_and_facts(PAGE.encode(), url=URL)[1]


def test_a_headline_of_several_boxes_keeps_its_chinese_together() -> None:
    """A space between two characters is a change that a reader sees."""
    page = PAGE.replace("<h2 class=alt>Crack Found", "<h2 class=alt><span>大桥</span><span>关闭</span>")
    assert article(rule_of(headline=".alt"), page).headline == "大桥关闭"


def test_what_fits_two_selectors_is_taken_once() -> None:
    """A doubled body would be a revision that nobody wrote."""
    assert body_text(article(rule_of(body="#story, div", strip=".promo")).blocks).count(TEXT[0]) == 1


@pytest.mark.parametrize("name", ["next_page", "single_page"])
def test_links_to_the_rest_of_an_article_are_told(name: str) -> None:
    """Half an article is kept as half unless somebody knows where the rest stands."""
    page = PAGE + "<a class=more href='?page=2'>More</a><a class=here href='/city/bridge'>Here</a>"
    find = Find(select=".more", attribute="href")
    found = read(rule_of(Language.CSS, **{name: find}), page)
    assert getattr(found, name) == URL + "?page=2"


def test_a_page_is_not_its_own_next_one() -> None:
    """What leads in a circle is never finished."""
    page = PAGE + "<a class=more href='/city/bridge'>Here</a>"
    assert read(rule_of(next_page=Find(select=".more", attribute="href")), page).next_page is None


# ---------------------------------------------------------------- XPath


def test_xpath_finds_texts_attributes_and_bodies() -> None:
    """Two thousand public rules are written in it."""
    rule = rule_of(
        Language.XPATH,
        headline="//h2[contains(concat(' ', normalize-space(@class), ' '), ' alt ')]",
        published="//html/@lang | //p[@class='when']",
        body="//div[@id='story']",
        strip="//p[@class='promo']",
    )
    found = article(rule)
    assert (found.headline, body_text(found.blocks).splitlines()) == ("Crack Found", [*TEXT[:2]])


def test_text_behind_what_is_stripped_stays() -> None:
    """libxml2 holds it in the element that goes."""
    page = PAGE.replace("was shut on Monday", "was <i>Advertisement</i>shut on Monday")
    rule = rule_of(Language.XPATH, body="//div[@id='story']", strip="//i")
    assert TEXT[0] in body_text(article(rule, page).blocks)


def test_an_expression_that_this_page_makes_slow_is_not_put_to_it() -> None:
    """One page must not hold up the round: libxml2 alone would take half a minute."""
    page = PAGE + "<div>x</div>" * 5_000
    begin = time.process_time()
    problems = read(rule_of(Language.XPATH, strip="//div/following-sibling::*"), page).problems
    assert ([one.code for one in problems], time.process_time() - begin < 5) == (["rule-unusable"], True)


def test_an_unknown_function_is_a_problem_and_no_end() -> None:
    """Rules of other programs call what those programs have."""
    assert [one.code for one in read(rule_of(Language.XPATH, headline="php:function('x')")).problems][:1] == [
        "rule-unusable"
    ]


def test_replacements_are_made_before_the_rule_is_put_to_the_page() -> None:
    """So do the public rules undo <noscript>."""
    rule = rule_of(Language.XPATH, headline="//b[@id='new']", replaced=(("<h2 class=alt>", "<b id=new>"),))
    assert article(rule).headline.startswith("Crack Found")


def test_replacements_that_swell_the_page_are_left_out() -> None:
    """A rule of a stranger must not fill the memory."""
    rule = rule_of(Language.XPATH, headline="//h1", replaced=(("e", "e" * 10_000), ("e", "e" * 10_000)))
    assert article(rule).headline == "Bridge Shut"


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)*$",
        "(a?a?)*b",
        "(.*)(.*)(.*)x",
        r"(\w*\s*)+x",
        "(.*)(.*)(.*)(.*)x",
        r"(a)\1",
        "(?:(?:x|y)z)+",
        "(",
        "x" * 201,
    ],
)
def test_a_pattern_that_may_take_for_ever_is_refused(pattern: str) -> None:
    """It would be put to whatever a stranger prints."""
    assert wrong_pattern(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\d{4})年(\d+)月",
        "^By (.+?)(?: for The Paper)?$",
        r"[A-Z][a-z]+",
        "(?:By|Von) (.+)",
        "记者[：:]\\s*([^\\s]+)",
    ],
)
def test_a_pattern_that_people_write_is_taken(pattern: str) -> None:
    """A limit that hits the honest is none."""
    assert wrong_pattern(pattern) is None


@pytest.mark.parametrize(
    ("select", "language"),
    [
        ("div[", Language.CSS),
        ("", Language.CSS),
        ("div:has(~ p)", Language.CSS),
        ("a" * 1_001, Language.CSS),
        ("//div[", Language.XPATH),
        ("", Language.XPATH),
    ],
)
def test_a_selector_that_can_not_be_used_is_refused(select: str, language: Language) -> None:
    """A mistake is told when it is made, not when a page comes."""
    assert wrong_selector(select, language) is not None


@pytest.mark.parametrize("language", [Language.CSS, Language.XPATH])
@pytest.mark.parametrize(
    "page",
    [
        *(
            "",
            "\x00",
            "<",
            "<div" * 9_000,
            "<div>" * 50_000,
            "<p>x" * 70_000,
            "\ud800",
            "<h1>" + "x" * 1_000_000,
        ),
        "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">x",
    ],
    ids=["empty", "null", "open", "torn", "deep", "long", "surrogate", "wide", "attributes"],
)
def test_no_page_makes_a_rule_raise(page: str, language: Language) -> None:
    """Strangers' bytes give an article or none, and the round goes on."""
    selects = (
        ("h1", "p, div", "div div") if language is Language.CSS else ("//h1", "//p | //div", "//div//div")
    )
    rule = rule_of(language, headline=selects[0], body=selects[1], strip=selects[2])
    begin = time.process_time()
    extract.read_page(page.encode("utf-8", "surrogatepass"), url=URL, rule=rule)
    assert time.process_time() - begin < 4
