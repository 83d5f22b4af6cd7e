"""Why a page was read as it was: whoever finds a wrong field finds its cause."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fetch_web import answer
from onrecord.archive import Archive, prune
from onrecord.cli.app import app
from onrecord.extract import Explanation, Find, Language, LineTold, SiteMemory, SiteRule, explain_page
from rounds import PARAGRAPHS, Paper, item, page
from site_pages import APPEAL, SEEN, memory
from site_pages import page as herald

URL = "http://paper.example/2026/bridge"
#: A page that calls itself three things, and has a box of others' stories, a prompt and a caption around its text.
PAGE = f"""<!doctype html><html lang=en><title>Bridge Shut | The Paper</title>
<meta property="og:title" content="You Will Not Believe This Bridge"><meta name="author" content="The Paper">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Bridge Shut After a Crack Is Found",
"author": {{"@type": "Person", "name": "Ada Marsh"}}, "datePublished": "2026-05-17T10:00:00Z"}}</script>
<nav><a href="/">Home</a></nav>
<article><h1>Bridge Shut After a Crack Is Found</h1><p class="byline">By Ada Marsh</p>
<figure><img src="bridge.jpg"><figcaption>The bridge in May.</figcaption></figure>
{"".join(f"<p>{words}</p>" for words in PARAGRAPHS)}
<p><a href="/more">Read more: How the bridge was built, and by whom, and for how much</a></p>
<div class="related"><h3>More on this</h3><p>The ferry has a new bell, which rings whenever its captain likes.</p></div>
</article></html>""".encode()


@pytest.fixture(scope="module")
def told() -> Explanation:
    """Return why the page was read as it was."""
    return explain_page(PAGE, url=URL)


def line(told: Explanation, words: str) -> LineTold:
    """Return what is told of the line that begins so."""
    return next(one for one in told.lines if one.text.startswith(words))


def test_it_is_the_reading_that_is_explained(told: Explanation) -> None:
    """An explanation of another reading would lead astray."""
    article = told.extraction.article
    assert article is not None
    assert (article.headline, article.authors) == ("Bridge Shut After a Crack Is Found", ("Ada Marsh",))


@pytest.mark.parametrize(
    ("name", "origin", "value"),
    [
        ("headline", "og:title", "You Will Not Believe This Bridge"),
        ("headline", "title", "Bridge Shut | The Paper"),
        ("headline", "h1/article/body", "Bridge Shut After a Crack Is Found"),
        ("authors", "json-ld author", "Ada Marsh"),
        ("authors", "author", "The Paper"),
        ("published_at", "json-ld datePublished", "2026-05-17T10:00:00Z"),
        ("byline", "shown in p.byline/article/body", "By Ada Marsh"),
    ],
)
def test_what_the_page_says_of_itself_is_told_chosen_or_not(
    told: Explanation, name: str, origin: str, value: str
) -> None:
    """The right value is often there, and was passed over."""
    assert (name, origin, value) in {(one.field, one.origin, one.value) for one in told.claims}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("The bridge in May", "in a figure"),
        ("Read more: How", "100% of it links"),
        ("Read more: How", "a prompt or a pointer"),
        ("More on this", "words that open other stories"),
        ("The ferry has", "in div.related, which is no article's"),
        ("Bridge Shut", "the headline"),
        ("By Ada", "the byline"),
    ],
)
def test_a_line_that_is_out_tells_what_it_shows(told: Explanation, words: str, why: str) -> None:
    """A paragraph that is missing stands here, with its reason."""
    found = line(told, words)
    assert (found.is_in, why in found.why) == (False, True)


def test_the_text_is_told_where_it_begins_and_ends(told: Explanation) -> None:
    """What was taken by mistake stands at its ends as a rule."""
    assert [one.is_in for one in told.lines if one.text in PARAGRAPHS] == [True] * len(PARAGRAPHS)


#: A page whose claims disagree, each for another reason.
DOUBTFUL = f"""<!doctype html><html lang=en><title>Bridge Shut | The Paper</title>
<meta property="og:image" content="/logo.png"><meta property="og:title" content="The Bridge, Explained">
<meta name="description" content="{PARAGRAPHS[0]}">
<meta name="author" content="News Desk"><meta property="article:published_time" content="2026-05-17T12:00:00+02:00">
<meta name="last-modified" content="2026-05-17T10:00:00Z"><meta name="date" content="soon">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Bridge Shut",
"datePublished": "2026-05-17T10:00:00Z"}}</script><article><h1>Bridge Shut</h1>
<h2 class="headline">Ferries, Says the Council, Will Have to Do</h2>
{"".join(f"<p>{words}</p>" for words in PARAGRAPHS)}</article></html>""".encode()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("headline", "The Bridge, Explained", "no line of the page"),
        ("headline", "Ferries, Says the Council, Will Have to Do", "(enough is 0.60)"),
        ("standfirst", PARAGRAPHS[0], "in the text"),
        ("authors", "News Desk", "names no person"),
        ("published_at", "soon", "no time that can be read"),
        ("modified_at", "2026-05-17T10:00:00Z", "no later than the publication"),
        ("pictures", "/logo.png", "not shown"),
    ],
)
def test_what_was_passed_over_says_why(name: str, value: str, why: str) -> None:
    """The value alone does not tell whether the reader or the page is wrong."""
    claims = explain_page(DOUBTFUL, url=URL).claims
    assert why in next(one.why or "" for one in claims if (one.field, one.value) == (name, value))


def test_the_same_moment_written_otherwise_agrees() -> None:
    """Zones and fractions of a second are no disagreement: whoever looks for one must not read them all."""
    claims = explain_page(DOUBTFUL, url=URL).claims
    assert {one.agrees for one in claims if one.origin == "article:published_time"} == {True}


def test_a_doubtful_line_tells_which_odds_it_had_and_which_it_needed(told: Explanation) -> None:
    """Where tables decide, whoever doubts the answer sees by how much it was missed, and which features did it."""
    assert re.search(
        r"weighed [+-]\d\.\d\d.*more than [+-]\d\.\d\d is text", "; ".join(line(told, "The old bridge").why)
    )


def test_a_rule_that_read_the_page_is_named() -> None:
    """It may be the rule that is wrong."""
    rule = SiteRule(name="paper.example", language=Language.CSS, fields={"headline": (Find(select="h3"),)})
    assert explain_page(PAGE, url=URL, rule=rule).rule == "paper.example"


def test_furniture_is_told_as_such() -> None:
    """A line that learning took out must not be a riddle."""
    explained = explain_page(herald(99), url=URL, site=memory(*SEEN))
    assert "furniture: it recurs on the site's pages" in line(explained, APPEAL[:20]).why


def test_what_stands_as_on_the_sites_other_pages_is_told() -> None:
    """It was evidence."""
    explained = explain_page(herald(99), url=URL, site=memory(*SEEN))
    assert {"headline", "byline", "body"} <= set(explained.remembered)


def test_a_page_that_gives_no_article_is_explained_by_its_longest_lines() -> None:
    """Why nothing was found is asked most often."""
    explained = explain_page(b"<p>No text to speak of.</p>", url=URL, site=SiteMemory("paper.example"))
    assert [one.text for one in explained.lines] == ["No text to speak of."]


# ---------------------------------------------------------------- at the command line


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with an article from a page, and one from its feed alone."""
    made = Paper(tmp_path / "news")
    text = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    full = f"<content:encoded><![CDATA[{text}]]></content:encoded>"
    made.lists(item("bridge"), item("tower", extra=full))
    made.says(bridge=page(), tower=answer(b"", status="404 Not Found"))
    made.round()
    return made


def ran(*words: str | Path, given: bytes | None = None) -> str:
    """Return what a command prints."""
    return CliRunner().invoke(app, [str(word) for word in words], input=given).stdout


def test_extract_explains_a_page_instead_of_printing_its_article() -> None:
    """One asks for one or the other."""
    told = ran("extract", "-", "--explain", given=PAGE)
    assert told.startswith("headline      Bridge Shut After a Crack Is Found\n")


def test_extract_tells_what_was_passed_over() -> None:
    """Below the field, as what it is not."""
    assert "\n  not         You Will Not Believe This Bridge\n" in ran(
        "extract", "-", "--explain", given=PAGE
    )


def test_extract_says_of_a_field_that_nothing_tells_it() -> None:
    """Silence of the page and a mistake of the reader are two causes."""
    page_of_none = (
        b"<title>Bridge Shut</title><h1>Bridge Shut</h1>" + "".join(map("<p>{}".format, PARAGRAPHS)).encode()
    )
    assert "published_at  -\n                no data, no <meta>, no address" in ran(
        "extract", "-", "--explain", given=page_of_none
    )


def test_the_explanation_stands_in_the_json_too() -> None:
    """Programs trace fields as well."""
    told = json.loads(ran("extract", "-", "--explain", "--json", given=PAGE))
    assert {"title", "evidence", "claims", "lines"} <= told.keys()


def test_without_being_asked_the_json_has_no_explanation() -> None:
    """It is ten times as long."""
    assert "lines" not in json.loads(ran("extract", "-", "--json", given=PAGE))


def test_show_explains_an_article_that_is_held(paper: Paper) -> None:
    """The page is no longer there as it was; its capture is."""
    told = ran(
        "show", "http://paper.example/2026/bridge-is-in-the-news", "--explain", "--archive", paper.root
    )
    assert "h1 (0.95)" in told


def test_show_finds_the_capture_to_read_as_its_document_has_it(paper: Paper) -> None:
    """Were it read otherwise, the explanation would be of something else, and says so."""
    url = "http://paper.example/2026/bridge-is-in-the-news"
    told = json.loads(ran("show", url, "--explain", "--format", "json", "--archive", paper.root))
    assert told["differing"] == []


def test_show_says_where_todays_reader_reads_otherwise(paper: Paper) -> None:
    """A field that a later version has mended needs no hunt for its cause."""
    (path,) = (paper.root / "articles").rglob("*bridge*.md")
    path.write_text(path.read_text("utf-8").replace("byline: By Ada Marsh", "byline: By A. Marsh"), "utf-8")
    url = "http://paper.example/2026/bridge-is-in-the-news"
    told = ran("show", url, "--explain", "--archive", paper.root)
    assert "reads otherwise than the document: byline" in told


def test_show_says_that_a_feeds_text_has_no_page_to_explain(paper: Paper) -> None:
    """Its fields are its entry's."""
    url = "http://paper.example/2026/tower-is-in-the-news"
    assert "read from its feed's text" in ran("show", url, "--explain", "--archive", paper.root)


def test_show_says_of_a_pruned_capture_that_the_document_is_all_there_is(paper: Paper) -> None:
    """What was left out on purpose is no damage."""
    with Archive.open(paper.root, write=True) as archive:
        prune(archive, before=datetime(2100, 1, 1, tzinfo=UTC), now=paper.web.clock.now())
    url = "http://paper.example/2026/bridge-is-in-the-news"
    assert "its capture has been pruned" in ran("show", url, "--explain", "--archive", paper.root)
