"""Each field of an article can be traced to where it comes from."""

from __future__ import annotations

from dataclasses import fields

import pytest

from onrecord import extract
from onrecord.model import Article, Extraction

URL = "https://harbourpost.example/city/bridge-shut"
DATA = """{"@type": "NewsArticle", "headline": "Bridge shut after crack is found", "articleSection": "City",
"keywords": "bridges", "author": {"@type": "Person", "name": "Ada Moreno"}, "inLanguage": "en",
"datePublished": "2025-03-04T08:30:00Z", "dateModified": "2025-03-04T11:05:00Z"}"""
TEXT = (
    "The harbour bridge was shut after engineers found a crack in its eastern pier, the city said on Tuesday."
)
PAGE = f"""<html lang=en><head><title>Bridge shut after crack is found</title>
<meta property="og:image" content="/i/pier.jpg">
<link rel=alternate hreflang=de href="https://harbourpost.example/de/stadt/bruecke-gesperrt">
<script type="application/ld+json">{DATA}</script></head><body><article>
<h1><span class=kicker>Transport</span> Bridge shut after crack is found</h1>
<p class=standfirst>Ferries run every ten minutes until the pier is made safe.</p>
<p class=byline>By Ada Moreno</p>
<figure><img src=/i/pier.jpg width=640><figcaption>The pier. Photo: A. Lee</figcaption></figure>
<p>PORT ANSEL, Wis. (AP) — {TEXT}</p><p>{TEXT}</p><p>{TEXT}</p>
<p>Correction: An earlier version gave another day.</p><p>Jon Birk contributed reporting.</p>
</article></body></html>"""


def found() -> Extraction:
    """Return what is read out of the page, and why."""
    return extract.read_page(PAGE.encode(), url=URL)


@pytest.mark.parametrize("name", [one.name for one in fields(Article) if one.name != "canonical_url"])
def test_each_field_that_is_filled_says_where_it_comes_from(name: str) -> None:
    """A wrong field is traced to its cause in a minute, by --explain."""
    extraction = found()
    assert extraction.article is not None
    assert getattr(extraction.article, name), "the page has something for every field"
    evidence = [one for one in extraction.evidence if one.field == name and "not chosen" not in one.origin]
    assert evidence, f"{name}: nothing says where it comes from"
    assert all(one.origin and 0 < one.confidence <= 1 for one in evidence)


def test_each_picture_says_why_it_is_the_articles() -> None:
    """A teaser among the pictures must be explained, to be mended."""
    (picture,) = [one for one in found().evidence if one.field == "pictures"]
    assert picture.origin == "shown by the headline, and claimed"


@pytest.mark.parametrize(
    ("page", "topics"),
    [
        (
            '<meta name=keywords content="Bridges; Category: Harbour; 0f3a2b1c-9d8e-4f7a-b6c5">',
            ("Bridges", "Harbour"),
        ),
        (
            "<div class=article-tags><a href=/t/bridges>Bridges</a> <a href=/t/ferries>#Ferries</a></div>",
            ("Bridges", "Ferries"),
        ),
        ("<p><a rel=tag href=/t/bridges>Bridges</a></p>", ("Bridges",)),
        ("<nav class=topics><a href=/t/bridges>Bridges</a></nav>", ()),
    ],
    ids=["claimed", "in a box", "by rel", "a menu"],
)
def test_topics_are_claimed_or_linked(page: str, topics: tuple[str, ...]) -> None:
    """Whoever looks for a subject finds articles whose page has no data for programs."""
    text = f"<p>{TEXT}</p>" * 3
    html = f"<title>Bridge shut</title><article><h1>Bridge shut</h1>{text}{page}</article>"
    article = extract.read_page(html.encode(), url=URL).article
    assert article is not None
    assert article.topics == topics
