"""Adding: from a home page to its lists, and to what else is there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fetch_web import Web, answer
from onrecord.archive import Archive
from onrecord.cli.following import follow
from onrecord.pipeline.adding import Adding
from onrecord.pipeline.sources import Found, Offer
from rounds import Paper, feed, item, page

HOME = "http://paper.example/"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def html(head: str = "", body: str = "") -> bytes:
    """Return a home page's answer."""
    text = (
        f"<!doctype html><html lang=en><head><title>The Paper</title>{head}</head><body>{body}</body></html>"
    )
    return answer(text.encode(), headers=["Content-Type: text/html; charset=utf-8"])


def xml(text: str) -> bytes:
    """Return an answer of XML."""
    return answer(text.encode(), headers=["Content-Type: application/xml"])


def news_sitemap() -> bytes:
    """Return a news sitemap with one article."""
    return xml(
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='{NEWS}'><url>"
        "<loc>http://paper.example/2026/bridge-is-in-the-news</loc><news:news><news:title>Bridge</news:title>"
        "<news:publication_date>2026-05-17T10:00:00Z</news:publication_date></news:news></url></urlset>"
    )


@pytest.fixture
def web() -> Web:
    """Return a paper's web, with a home page that names nothing."""
    made = Web()
    made.pages["paper.example/robots.txt"] = [answer(b"", status="404 Not Found")]
    made.pages["paper.example/"] = [html()]
    return made


def find(web: Web, address: str = HOME) -> Found:
    """Return what is to be followed there."""

    async def ask() -> Found:
        async with await web.serve(), web.make_client() as client:
            return await Adding(client).find(address)

    return asyncio.run(ask())


def lists(found: Found) -> tuple[str, ...]:
    """Return the addresses of the lists that were found."""
    assert found.source, found.reason
    return found.source.feeds


def test_feeds_of_sections_are_followed_where_they_bring_more(web: Web) -> None:
    """A paper's feed often holds its front page alone."""
    web.pages["paper.example/"] = [
        html(
            "".join(
                f"<link rel=alternate type=application/rss+xml href=/{name}.xml>" for name in ("a", "b", "c")
            )
        )
    ]
    web.pages["paper.example/a.xml"] = [feed(item("bridge"), item("tower"))]
    web.pages["paper.example/b.xml"] = [feed(item("tower"))]
    web.pages["paper.example/c.xml"] = [feed(item("ferry"))]
    assert lists(find(web)) == ("http://paper.example/a.xml", "http://paper.example/c.xml")


def test_a_page_that_lists_the_feeds_is_read(web: Web) -> None:
    """Many a paper names no feed on its home page, but has a page "RSS"."""
    web.pages["paper.example/"] = [html(body="<a href=/rss>RSS</a>")]
    web.pages["paper.example/rss"] = [html(body="<a href=/world/rss.xml>World</a>")]
    web.pages["paper.example/world/rss.xml"] = [feed(item())]
    assert lists(find(web)) == ("http://paper.example/world/rss.xml",)


def test_a_news_sitemap_within_an_index_is_found(web: Web) -> None:
    """Large publishers name one index in robots.txt, and nothing else."""
    web.pages["paper.example/robots.txt"] = [answer(b"Sitemap: http://paper.example/index.xml")]
    web.pages["paper.example/index.xml"] = [
        xml(
            "<sitemapindex><sitemap><loc>/1999.xml</loc></sitemap><sitemap><loc>/news.xml</loc></sitemap></sitemapindex>"
        )
    ]
    web.pages["paper.example/news.xml"] = [news_sitemap()]
    assert lists(find(web)) == ("http://paper.example/index.xml",)


def test_a_news_sitemap_beside_a_feed_is_offered(web: Web) -> None:
    """It lists the whole house; whoever wants that adds it by its address."""
    web.pages["paper.example/robots.txt"] = [answer(b"Sitemap: http://paper.example/news.xml")]
    web.pages["paper.example/"] = [html("<link rel=alternate type=application/rss+xml href=/feed>")]
    web.pages["paper.example/feed"] = [feed(item())]
    assert find(web).offers == (Offer(kind="news sitemap", url="http://paper.example/news.xml"),)


def test_other_languages_are_offered_and_not_followed(web: Web) -> None:
    """A reader of the English paper does not want eleven others unasked."""
    web.pages["paper.example/"] = [
        html(
            "<link rel=alternate hreflang=en href=/><link rel=alternate hreflang=x-default href=/start>"
            "<link rel=alternate hreflang=zh-Hans href=//cn.paper.example/>"
            "<link rel=alternate type=application/rss+xml href=/feed>",
            "<a hreflang=es href=/es/>En español</a>",
        )
    ]
    web.pages["paper.example/feed"] = [feed(item())]
    found = find(web)
    assert lists(found) == ("http://paper.example/feed",)
    assert found.offers == (
        Offer(kind="edition", url="http://cn.paper.example/", language="zh-Hans"),
        Offer(kind="edition", url="http://paper.example/es/", language="es", title="En español"),
    )


def test_the_same_feed_under_another_address_is_seen(tmp_path: Path) -> None:
    """Two sources that bring the same articles are asked for nothing."""
    paper = Paper(tmp_path / "news")
    names = ("bridge", "tower", "ferry", "mill", "weir")
    paper.lists(*map(item, names))
    paper.says(**{name: page(f"What the {name.title()} Told Us This Week") for name in names})
    paper.round()
    paper.web.pages["paper.example/other"] = [feed(*map(item, names))]
    found = find(paper.web, "http://paper.example/other")
    with Archive.open(paper.root, write=True) as archive:
        told = follow(archive, found)
    assert (told["source"], told["new"]) == ("paper.example", False)
    assert told["reason"] == "all that it lists comes from paper.example already"


def test_a_feed_with_articles_of_its_own_is_followed(tmp_path: Path) -> None:
    """A section that shares some articles with another is no twin."""
    paper = Paper(tmp_path / "news")
    names = ("bridge", "tower", "ferry", "mill", "weir")
    paper.lists(*map(item, names[:3]))
    paper.says(**{name: page(f"What the {name.title()} Told Us This Week") for name in names[:3]})
    paper.round()
    paper.web.pages["paper.example/other"] = [feed(*map(item, names))]
    found = find(paper.web, "http://paper.example/other")
    with Archive.open(paper.root, write=True) as archive:
        assert follow(archive, found)["new"]
