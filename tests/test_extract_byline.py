"""Who an article is by, where the page says it in one of the ways that pages have."""

from __future__ import annotations

import json

import pytest

from onrecord import extract
from onrecord.model import Article

FIRST = (
    "The harbour bridge was shut on Tuesday after engineers found a crack in its eastern pier, the city said."
)
SECOND = "Ferries will run every ten minutes until the pier has been made safe, said the transport office."


def read(*, head: str = "", above: str = "", before: str = "", after: str = "") -> Article:
    """Return what is read out of a page with this in its head, above the text, and around its paragraphs."""
    html = (
        f"<html lang=en><head><title>Bridge shut</title>{head}</head><body><h1>Bridge shut</h1>{above}"
        f"<article>{before}<p>{FIRST}</p><p>{SECOND}</p><p>{FIRST}</p>{after}</article></body></html>"
    )
    article = extract.read_page(html.encode(), url="https://harbourpost.example/city/bridge").article
    assert article is not None
    return article


def data(author: object) -> str:
    """Return JSON-LD that names *author*."""
    told = {"@type": "NewsArticle", "headline": "Bridge shut", "author": author}
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


@pytest.mark.parametrize(
    ("page", "authors"),
    [
        ({"above": "<p>By Ada Moreno, Harbour Post</p>"}, ("Ada Moreno",)),
        ({"above": "<p>By the time it was found, nobody could say how old it was.</p>"}, ()),
        ({"above": "<div>von <a href=/autoren/name/ada-moreno>Ada Moreno</a></div>"}, ("Ada Moreno",)),
        ({"above": "<div><a href=/staff/ada-moreno>Ada Moreno</a></div>"}, ("Ada Moreno",)),
        ({"above": "<div><a href=/topic/harbour-bridge>Harbour Bridge</a></div>"}, ()),
        ({"before": "<p><strong>Ada Moreno/Jon Birk</strong></p>"}, ("Ada Moreno", "Jon Birk")),
        ({"after": "<p align=right><strong>Ada Moreno</strong></p>"}, ("Ada Moreno",)),
        ({"after": "<p><strong>Read on for more of this.</strong></p>"}, ()),
    ],
    ids=[
        "led line",
        "a sentence",
        "led link",
        "author page",
        "topic page",
        "above the text",
        "below it",
        "no name",
    ],
)
def test_people_are_found_where_no_data_name_them(page: dict[str, str], authors: tuple[str, ...]) -> None:
    """A site without structured data still credits who wrote."""
    assert read(**page).authors == authors


@pytest.mark.parametrize(
    ("head", "byline"),
    [
        (data({"@type": "Organization", "name": "dpa"}), "dpa"),
        (data([{"@type": "Person", "name": "Harbour Post et AFP"}]), "Harbour Post et AFP"),
        (
            "<meta name=author content='Harbour Post'><meta property=og:site_name content='Harbour Post'>",
            "Harbour Post",
        ),
        ("<meta name=author content=105092>", None),
        ("<meta name=author content='https://social.example/harbourpost'>", None),
    ],
)
def test_where_nobody_is_named_the_house_is_credited(head: str, byline: str | None) -> None:
    """An agency's report shows whose it is."""
    article = read(head=head)
    assert (article.byline, article.authors) == (byline, ())


def test_what_a_headline_was_chosen_over_is_told() -> None:
    """Whoever doubts a headline finds the others in the evidence."""
    head = "<meta property=og:title content='Crack found, bridge shut'>"
    html = f"<title>Bridge shut</title>{head}<h1>Bridge shut</h1><article><p>{FIRST}</p><p>{SECOND}</p></article>"
    told = extract.read_page(html.encode(), url="https://harbourpost.example/city/bridge").evidence
    assert [one.value for one in told if one.origin == "og:title, not chosen"] == ["Crack found, bridge shut"]
