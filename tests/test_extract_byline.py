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


@pytest.mark.parametrize(
    ("page", "authors"),
    [
        (
            {
                "head": data({"@type": "Person", "name": "Ada Moreno"}),
                "above": "<div><a rel=author href=/a>Ada Moreno</a><a rel=author href=/j>Jon Birk</a></div>",
            },
            ("Ada Moreno", "Jon Birk"),
        ),
        (
            {
                "head": data({"@type": "Person", "name": "Ada Moreno"}),
                "above": "<div class=byline>By <span class=author>Ada Moreno</span> and Jon Birk</div>",
            },
            ("Ada Moreno", "Jon Birk"),
        ),
        (
            {
                "head": data({"@type": "Person", "name": "Ada Moreno"}),
                "above": "<div class=byline>Jon Birk and Mara Lindqvist</div>",
            },
            ("Ada Moreno",),
        ),
        (
            {
                "head": data(
                    {"@type": "Person", "name": "Desk D", "url": "https://harbourpost.example/author/admin/"}
                )
            },
            (),
        ),
        ({"head": "<meta name=author content='Ada Moreno MS, RDN, LD'>"}, ("Ada Moreno",)),
        ({"head": "<meta name=author content='Ada Moreno The Associated Press'>"}, ("Ada Moreno",)),
        ({"above": "<div>Ada Moreno<span>Dec 05, 2023</span></div>"}, ("Ada Moreno",)),
        ({"above": "<div>Last updated Dec 05, 2023</div>"}, ()),
        ({"above": "<div>Publié le Dec 05, 2023</div>"}, ()),
        ({"above": "<div>港湾日报记者 林予安 周若山</div>"}, ("林予安", "周若山")),
        ({"after": "<p>桥梁今天关闭。（本报记者 林予安）</p>"}, ("林予安",)),
        ({"after": "<p>新港报记者 林予安 港湾报道</p>"}, ("林予安",)),
        ({"after": "<p>记者获悉，桥梁今天关闭。</p>"}, ()),
    ],
    ids=[
        "each in a box",
        "in one line",
        "somebody else's byline",
        "an account of the house",
        "degrees",
        "agency behind the name",
        "beside a day",
        "a day without a name",
        "a word before a day",
        "reporters in Chinese",
        "a reporter in brackets",
        "a reporter and a place",
        "a sentence on reporters",
    ],
)
def test_people_are_those_of_the_byline(page: dict[str, str], authors: tuple[str, ...]) -> None:
    """Structured data often name one of several, or an account; whoever wrote is credited all the same."""
    assert read(**page).authors == authors


@pytest.mark.parametrize(
    ("page", "byline"),
    [
        ({"above": "<div class=byline>By <a rel=author href=/t>Team Harbour</a></div>"}, "Team Harbour"),
        (
            {
                "head": data({"@type": "Organization", "name": "Harbour Post"}),
                "above": "<p class=byline>von APA</p>",
            },
            "von APA",
        ),
        ({"above": "<p>By HPN, in <a href=/news>News</a></p>"}, "By HPN"),
        ({"after": "<p><em>HP-Redaktion</em></p>"}, "HP-Redaktion"),
        ({"after": "<p>Harbour 4 News; <span itemprop=author>hp/lind;kesm</span></p>"}, "hp/lind;kesm"),
        ({"above": "<p class=byline>By Ada Moreno | Published 23 December 2023</p>"}, "By Ada Moreno"),
        (
            {"above": "<div class=byline><p class=author>Ada Moreno</p><p class=author>Jon Birk</p></div>"},
            "Ada Moreno, Jon Birk",
        ),
    ],
    ids=["a team", "an agency", "a led line", "a desk's signature", "initials", "with a day", "two lines"],
)
def test_a_byline_is_kept_as_printed_whoever_it_names(page: dict[str, str], byline: str) -> None:
    """An agency, a desk or initials are credited too, though they name no person."""
    assert read(**page).byline == byline
