"""Where feeds are, and what a front page links to."""

from __future__ import annotations

import gzip
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord import feeds
from onrecord.model import FeedKind

SITES = Path(__file__).parents[2] / "shared" / "newsroom" / "sites"
URL = "https://courier.example/"

HEAD = """<head><title>The Harbour Courier</title>
<link rel="alternate" type="application/rss+xml" href="/comments/feed/" title="Courier: comments">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="atom.xml" title="All">
<link rel="alternate" hreflang="de" href="/de/"><link rel="feed" href="/feed-of-no-type">
<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1"></head>"""


def test_declared_feeds_come_first_and_comments_last() -> None:
    """The first one is taken where a person says nothing."""
    body = f'<html>{HEAD}<body><a href="/rss/sport.xml">Sport</a><a href="/about">About</a></body></html>'
    found = feeds.feed_links(body.encode(), url=URL)
    assert [link.url.removeprefix(URL) for link in found] == [
        "atom.xml",
        "feed-of-no-type",
        "rss/sport.xml",
        "comments/feed/",
    ]


def test_a_declared_feed_has_its_type_and_title() -> None:
    """A person chooses among several by these."""
    found = feeds.feed_links(f"<html>{HEAD}</html>".encode(), url=URL)[0]
    assert (found.media_type, found.title) == ("application/atom+xml", "All")


def test_feed_links_start_from_the_base() -> None:
    """<base> moves every relative link of a page."""
    body = b'<base href="https://cdn.example/x/"><link rel="alternate" type="application/rss+xml" href="f">'
    assert feeds.feed_links(body, url=URL)[0].url == "https://cdn.example/x/f"


FRONT = """<!doctype html><html lang="en"><head><title>The Harbour Courier</title></head><body>
<header><a href="/"><h1>The Harbour Courier and Evening Post</h1></a>
<a href="/a-special-offer-for-new-readers">A special offer for our readers</a></header>
<nav><a href="/2024/05/bridge-in-the-menu">Four words in menu</a></nav>
<main>
<h2><a href="/port">Port</a></h2>
<article><a href="/2024/05/17/bridge-shut?utm_source=home"><img src="a.jpg" alt=""></a><h3>
<a href="/2024/05/17/bridge-shut?utm_source=home">Bridge shut</a></h3>
<p>A crack as long as a hand was found in the third pier.</p>
<time datetime="2024-05-17T10:50:43+08:00">today</time>
<a href="/tag/bridge">Bridges, cracks and their piers</a>
<a href="/2024/05/17/bridge-shut?utm_source=home#comments">12 comments</a></article>
<div><a href="/port/ferry-late-again-123456"><h3>Ferry late</h3>
<p>High water is at nine, and again at noon.</p></a></div>
<ul><li><a href="weather/storm-shuts-three-schools">Storm shuts three schools on the bay</a></li><li>
<a href="/weather">Weather for the next seven days</a></li>
<li><a href="https://other.example/2024/05/17/x">An article of quite another site</a></li><li>
<a href="/authors/ada-quay">Ada Quay, who writes for us</a></li>
<li><a href="/more">More</a></li><li><a href="mailto:desk@courier.example">Write to the news desk</a>
</li><li><a href="/map.pdf">A map of the whole harbour</a></li></ul>
</main>
<div class="site-footer footer"><a href="/2020/how-we-work-and-why">How we work and why we do</a></div>
<footer><a href="/2020/01/01/old">An old article in the foot</a></footer></body></html>"""


def test_articles_are_told_from_furniture() -> None:
    """Some publishers have neither feed nor sitemap."""
    found = feeds.article_links(FRONT.encode(), url=URL)
    assert [(entry.raw_url, entry.headline) for entry in found.entries] == [
        ("/2024/05/17/bridge-shut?utm_source=home", "Bridge shut"),
        ("/port/ferry-late-again-123456", "Ferry late"),
        ("weather/storm-shuts-three-schools", "Storm shuts three schools on the bay"),
    ]


def test_a_card_gives_its_summary_and_date() -> None:
    """An article that is never answered leaves at least these."""
    entry = feeds.article_links(FRONT.encode(), url=URL).entries[0]
    assert (entry.summary, str(entry.published_at)) == (
        "A crack as long as a hand was found in the third pier.",
        "2024-05-17T10:50:43+08:00",
    )


def test_ten_han_characters_are_a_headline() -> None:
    """Chinese has no spaces to count."""
    body = '<ul><li><a href="/a/1">港口大桥因发现裂缝于周五关闭</a></li><li><a href="/b/2">港口新闻</a></li></ul>'
    assert [entry.raw_url for entry in feeds.article_links(body.encode(), url=URL).entries] == ["/a/1"]


@pytest.mark.property
@given(st.binary(max_size=200) | st.text(alphabet="<>/ahrefnvmi1235.:#= \"'", max_size=200).map(str.encode))
@settings(deadline=2_000)
def test_no_bytes_make_the_search_for_links_raise(body: bytes) -> None:
    """Strangers' bytes give values."""
    assert feeds.article_links(body, url=URL).kind is FeedKind.FRONT_PAGE
    assert isinstance(feeds.feed_links(body, url=URL), tuple)


def newsroom(kind: str) -> list[Any]:
    """Return the recorded answers of *kind* that stand in shared, or one that is skipped."""
    index = SITES / "index.jsonl"
    if not index.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the newsroom is not part of the project"))]
    rows = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
    return [
        pytest.param(row, id=f"{row['url']}-{row.get('from', 1)}")
        for row in rows
        if row["kind"] == kind and row.get("file")
    ]


def body_of(row: dict[str, Any]) -> bytes:
    """Return a recorded answer."""
    return gzip.decompress((SITES / row["file"]).read_bytes())


@pytest.mark.newsroom
@pytest.mark.parametrize("row", newsroom("feed"))
def test_a_recorded_feed_gives_each_of_its_entries(row: dict[str, Any]) -> None:
    """Counted independently, by its tags."""
    body = body_of(row)
    is_json = row["url"].endswith(".json")
    count = len(json.loads(body)["items"]) if is_json else len(re.findall(rb"<(?:item|entry|url)>", body))
    found = feeds.parse(body, url=row["url"], content_type=row["type"])
    assert (len(found.entries), found.problems, found.is_complete) == (count, (), True)


@pytest.mark.newsroom
@pytest.mark.parametrize("row", newsroom("feed"))
def test_only_full_text_feeds_give_content(row: dict[str, Any]) -> None:
    """Content is kept as the article; a summary must not be."""
    hosts = json.loads((SITES / "hosts.json").read_text("utf-8"))
    is_full = hosts[row["url"].split("/")[2]]["form"] == "full-text rss"
    body = body_of(row)
    found = feeds.parse(body, url=row["url"], content_type=row["type"])
    assert all((entry.content is not None) == is_full for entry in found.entries)
    given = [
        html.unescape(text)
        for text in re.findall(r"<item>.*?<description>(.*?)</description>", body.decode(), re.DOTALL)
    ]
    assert not is_full or [entry.content for entry in found.entries] == given


@pytest.mark.newsroom
@pytest.mark.parametrize("row", newsroom("home"))
def test_a_recorded_front_page_gives_its_articles_byte_for_byte(row: dict[str, Any]) -> None:
    """Some servers answer only with their tracking query."""
    body = body_of(row)
    links = re.findall(r'<h[23]><a href="([^"]+)"', body.decode())
    found = feeds.article_links(body, url=row["url"], content_type=row["type"])
    assert [entry.url for entry in found.entries] == [html.unescape(link) for link in links]
