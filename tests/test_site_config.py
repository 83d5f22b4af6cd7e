"""Rules of the public ftr-site-config format: followed as far as they can be, and what is not followed is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord import extract, sites
from onrecord.extract import SiteRule
from onrecord.model import Article
from onrecord.sites import RuleFile
from onrecord.text import body_text

URL = "https://harbourpost.example/city/bridge"
TEXT = (
    "The old bridge across the river was shut on Monday evening after a crack was found in its middle pier.",
    "Engineers said that the crack had grown since the spring, and that nobody could say how deep it went.",
)
PAGE = f"""<html lang=en><head><title>Bridge Shut - Post</title><meta name=author content="Ada Marsh"></head><body>
<h1 class="big title">Bridge Shut</h1><div id=main><p>{TEXT[0]}</p><div class="box promo">Sign up for our letter.</div>
<img src="https://img.example/photos/wide.jpg" width=400 height=300><noscript><p>{TEXT[1]}</p></noscript></div>
<p class=who>By Ben Lowe</p><p class=who>Cora Finch</p>
<a id=all href="/city/bridge?page=all">Read on one page</a><a rel=next href="/city/bridge/2">Next</a></body></html>"""


def file_of(*lines: str) -> RuleFile:
    """Return the file of these lines."""
    return sites.read(
        "\n".join(lines).encode(), name="harbourpost.example.txt", path="sites/harbourpost.example.txt"
    )


def rule_of(*lines: str) -> SiteRule:
    """Return the rule of these lines."""
    (rule,) = file_of(*lines).rules
    return rule


def article(*lines: str) -> Article:
    """Read the page by these lines."""
    found = extract.read_page(PAGE.encode(), url=URL, rule=rule_of(*lines)).article
    assert found is not None
    return found


BODY = "body: //div[@id='main']"


@pytest.mark.parametrize(
    ("lines", "name", "value"),
    [
        (["title: //h1[contains(@class, 'title')]"], "headline", "Bridge Shut"),
        (["# a comment", "", "title: //h1"], "headline", "Bridge Shut"),
        (["title: //h9", "title: //h1"], "headline", "Bridge Shut"),
        (["title: substring-before(//title, ' - ')"], "headline", "Bridge Shut"),
        (["author: //meta[@name='author']/@content"], "authors", ("Ada Marsh",)),
        (["author: //p[@class='who']"], "authors", ("Ben Lowe", "Cora Finch")),
        (["title: //meta[@name='author']/@content"], "headline", "Bridge Shut"),
    ],
)
def test_fields_are_taken_where_a_rule_says(lines: list[str], name: str, value: Any) -> None:
    """Two thousand rules written by others are of use."""
    assert getattr(article(*lines), name) == value


@pytest.mark.parametrize(
    "line",
    [
        "strip: //div[@class='box promo']",
        "strip_id_or_class: promo",
        "strip_id_or_class: 'promo'",
        'strip_id_or_class: "promo"',
    ],
)
def test_what_is_stripped_is_no_text(line: str) -> None:
    """Each way of saying it."""
    assert "Sign up" not in body_text(article(BODY, "prune: no", line).blocks)


def test_pictures_are_stripped_by_their_address() -> None:
    """A counter is no picture of the article."""
    found = [
        article(BODY, "prune: no", line).pictures for line in ("tidy: no", "strip_image_src: img.example")
    ]
    assert list(map(len, found)) == [1, 0]


def test_a_body_that_is_next_to_none_of_the_text_is_none() -> None:
    """A name of the old page stands for something else on the new one."""
    assert TEXT[0] in body_text(article("body: //div[@class='box promo']").blocks)


def test_a_date_fills_a_silence_alone() -> None:
    """Such a date is that of the last edition as often as that of the first."""
    page = PAGE.replace("<title>", "<meta property=article:published_time content=2024-05-17><title>")
    rule = rule_of("date: //time/@datetime")
    told = [
        extract.read_page((one + "<time datetime=2024-06-01>").encode(), url=URL, rule=rule).article
        for one in (page, PAGE)
    ]
    assert [str(one.published_at) if one else None for one in told] == ["2024-05-17", "2024-06-01"]


@pytest.mark.parametrize(
    "lines",
    [
        [
            "find_string: <noscript>",
            "replace_string: <div>",
            "find_string: </noscript>",
            "replace_string: </div>",
        ],
        ["replace_string(<noscript>): <div>", "replace_string(</noscript>): </div>"],
    ],
)
def test_text_is_replaced_before_anything_is_looked_for(lines: list[str]) -> None:
    """Both ways of writing it are in use."""
    assert TEXT[1] in body_text(article(BODY, "prune: no", *lines).blocks)


def test_a_replacement_may_hold_colons() -> None:
    """Addresses do."""
    rule = rule_of(BODY, 'replace_string(src="http://a.example): src="https://b.example')
    assert rule.replaced == (('src="http://a.example', 'src="https://b.example'),)


def test_strings_that_do_not_come_in_pairs_are_not_followed() -> None:
    """A replacement that slips by one would garble every page."""
    file = file_of(BODY, "find_string: a", "find_string: b", "replace_string: c")
    assert (file.rules[0].replaced, [one.code for one in file.problems]) == ((), ["rule-replace"])


def test_links_to_other_pages_are_kept_with_their_condition() -> None:
    """Such a link is right on some pages alone."""
    rule = rule_of(
        "next_page_link: //a[@rel='next']", "single_page_link: //a[@id='all']", "if_page_contains: //b"
    )
    assert [(name, one.attribute, one.only_if) for name, (one,) in rule.fields.items()] == [
        ("next_page", "href", None),
        ("single_page", "href", "//b"),
    ]


@pytest.mark.parametrize("more", [[], ["prune: no"], ["prune: yes"]])
def test_the_reader_chooses_among_the_lines_of_a_body(more: list[str]) -> None:
    """Rules of others are old: the page has boxes now that they do not know."""
    page = PAGE.replace("<noscript>", "<ul><li><a href=/a>Tower</a><li><a href=/b>Tide</a></ul><noscript>")
    found = extract.read_page(page.encode(), url=URL, rule=rule_of(BODY, *more)).article
    assert found is not None
    assert "Tower" not in body_text(found.blocks)


def test_tests_come_with_their_sentences() -> None:
    """One rule in ten can say whether it still holds."""
    (tests,) = file_of(
        BODY, "test_url: https://a.example/1", "test_contains: bell", "test_url: https://a.example/2"
    ).tests
    assert [(one.url, one.sentence) for one in tests] == [
        ("https://a.example/1", "bell"),
        ("https://a.example/2", None),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("http_header(user-agent): Mozilla/5.0", "rule-header"),
        ("wrap_in(h2): //p[@class='x']", "rule-directive"),
        ("native_ad_clue: //div", "rule-directive"),
        ("login_uri: https://a.example/login", "rule-directive"),
        ("body: //div[", "rule-xpath"),
        ("strip: //figcaption", "rule-caption"),
        ("strip_id_or_class: image-credit", "rule-caption"),
        ("test https://a.example/1", "rule-line"),
        ("strip:", "rule-line"),
    ],
)
def test_what_is_not_followed_is_named(line: str, code: str) -> None:
    """Whoever wonders why a rule does less here finds out."""
    assert [one.code for one in file_of(BODY, line).problems] == [code]


@pytest.mark.parametrize("line", ["tidy: no", "parser: html5lib", "autodetect_on_failure: no"])
def test_what_the_reader_does_by_itself_is_no_problem(line: str) -> None:
    """Three rules in four say how another program's parser is to behave."""
    assert file_of(BODY, line).problems == ()


def test_a_file_without_a_rule_that_is_followed_gives_none() -> None:
    """The reader alone is better than an empty rule."""
    assert file_of("tidy: no", "http_header(cookie): a=b").rules == ()


@pytest.mark.property
@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                "body: //div",
                "strip: //p/..",
                "title: (//h1)[1]",
                "strip_id_or_class: a\"b'c",
                "find_string: <",
                "replace_string: >",
                "if_page_contains: //x",
                "test_contains: y",
                "author: count(//p)",
                "body: //p[1]/text()",
                "date: string(//h1)",
                ":",
                "a:",
                "(:)",
            ]
        ),
        max_size=12,
    ).map(lambda lines: "\n".join(lines).encode())
)
def test_no_file_of_a_stranger_raises(body: bytes) -> None:
    """Two thousand files by two hundred people: one must not stop a round, nor lose an article."""
    file = sites.read(body, name="harbourpost.example.txt", path="x")
    for rule in file.rules:
        assert extract.read_page(PAGE.encode(), url=URL, rule=rule).article is not None
