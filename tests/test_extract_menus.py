"""Boxes of links are taken whole: nothing that an article needs is lost with them."""

from __future__ import annotations

import pytest

from onrecord import extract, markup
from onrecord.extract.survey import Survey
from onrecord.extract.walk import survey_of

LINKS = "".join(f'<li><a href="/s/{number}">Section {number}</a></li>' for number in range(8))
MENU = f'<ul class="main-menu">{LINKS}</ul>'
TEXT = (
    "<p>The city closed the bridge after engineers found a crack in a pier, the mayor said on Monday.</p>" * 4
)


def survey(html: str) -> Survey:
    """Return what the walk finds in *html*."""
    return survey_of(markup.parse(html).root)


def test_a_menu_is_one_line_of_links() -> None:
    """Half of a page's elements are menus: walking over each of them took longer than parsing the page."""
    found = survey(MENU)
    assert [(line.text, line.link_share) for _, line in found.lines() if line.text] == [
        (" ".join(f"Section {number}" for number in range(8)), 1.0)
    ]


def test_a_menu_keeps_every_link() -> None:
    """Translations and pages for paper are found among a page's links, wherever they stand."""
    assert [attributes["href"] for attributes, *_ in survey(MENU).anchors] == [f"/s/{n}" for n in range(8)]


def test_what_follows_a_menu_has_the_place_that_it_would_have() -> None:
    """Bylines are looked for within a dozen lines of the headline: a menu between must not bring others near."""
    found = survey(f"{MENU}<p>After</p>")
    assert [at for at, line in found.lines() if line.text == "After"] == [8]


def test_words_beside_the_links_of_a_menu_are_lines_of_their_own() -> None:
    """A judge reads what a page says in its own words: "Cookie settings" among links is that."""
    found = survey(f"<nav><h2>Sections</h2><svg><title>Icon</title></svg><ul>{LINKS}</ul></nav>")
    assert [line.text for _, line in found.lines() if not line.link_share] == ["Sections"]


def test_json_ld_in_a_menu_is_read() -> None:
    """Breadcrumbs carry it, and at times all of a page's structured data with them."""
    found = survey(f'<nav><script type="application/ld+json">{{"a": 1}}</script>{MENU}</nav>')
    assert found.scripts == ['{"a": 1}']


def test_a_login_form_in_a_menu_is_counted() -> None:
    """What tells a wall from an article may stand in its header."""
    found = survey(f"<nav>{MENU}<form><input type=password></form></nav>")
    assert found.counts == {"form": 1, "password": 1}


@pytest.mark.parametrize(
    "inside",
    ["<h1>Bridge shut</h1>", "<p>Ann Lee is a reporter who has written about bridges since 1999.</p>"],
)
def test_a_box_that_says_more_than_links_is_walked_over(inside: str) -> None:
    """A headline inside a "masthead", an author's note beside their links: named as furniture, read by people."""
    found = survey(f'<div class="related">{inside}{MENU}</div>')
    assert {box.tag for box in found.boxes} > {"h1"} or {box.tag for box in found.boxes} > {"p"}


@pytest.mark.parametrize("name", ['<a rel="author" href="/x">Ann Lee</a>', '<b class="author">Ann Lee</b>'])
def test_an_articles_own_foot_may_name_its_author(name: str) -> None:
    """Blogs print the byline under the text, among links to share it."""
    page = f"<article><h1>Bridge shut</h1>{TEXT}<footer><p>{name}</p><ul>{LINKS}</ul></footer></article>"
    article = extract.read_page(page.encode(), url="https://paper.example/a").article
    assert article is not None
    assert article.authors == ("Ann Lee",)


def test_a_byline_among_links_by_the_headline_is_read() -> None:
    """A "toolbar" below the headline holds buttons to share, and at times the author."""
    bar = f'<div class="toolbar"><span class="byline">By Ann Lee</span><ul>{LINKS}</ul></div>'
    page = f"<article><h1>Bridge shut after a crack</h1>{bar}{TEXT}</article>"
    article = extract.read_page(page.encode(), url="https://paper.example/a").article
    assert article is not None
    assert article.byline == "By Ann Lee"


def test_boxes_of_junk_in_boxes_of_junk_end() -> None:
    """A look at a box goes through all inside: 3,000 boxes in one another must not be 3,000 looks."""
    deep = '<div class="menu">' * 3_000 + "<p>x</p>" * 10 + "</div>" * 3_000
    assert len(survey(deep).boxes) > 3_000
