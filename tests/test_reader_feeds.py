"""Feeds of what is held, as a reader of feeds gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from onrecord.config import ServeConfig
from onrecord.feeds import opml
from rounds import PARAGRAPHS
from wired import Wired, make_paper, wired


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    """Give the paper's reader."""
    folder = tmp_path_factory.mktemp("feeds")
    with wired(make_paper(folder / "news"), folder / "doors.sqlite") as one:
        yield one


def read(wire: Wired, path: str) -> Any:
    """Return a feed as feedparser reads it."""
    answer = wire.get(path)
    assert answer.status == 200, answer.text
    return feedparser.parse(answer.body)


def entry(wire: Wired, path: str, words: str) -> Any:
    """Return the entry whose title has *words*."""
    return next(one for one in read(wire, path).entries if words in one.title)


@pytest.mark.parametrize(("form", "version"), [("atom", "atom10"), ("rss", "rss20")])
def test_a_feed_is_well_formed(wire: Wired, form: str, version: str) -> None:
    """Whatever a publisher wrote into a headline."""
    found = read(wire, f"/feeds/all.{form}")
    assert (found.bozo, found.version, len(found.entries)) == (False, version, 4)


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("/feeds/source/paper.example.atom", 4),
        ("/feeds/author/Ada%20Marsh.rss", 4),
        ("/feeds/author/Nobody.rss", 0),
        ("/feeds/topic/Ferries.atom", 1),
        ("/feeds/search.atom?q=headline%3Abridge", 1),
        ("/feeds/search.rss?q=headline%3Anothing", 0),
        ("/feeds/all.rss?n=2", 2),
        ("/feeds/changes.atom", 2),
        ("/feeds/changes.rss", 2),
    ],
)
def test_a_feed_holds_what_it_is_for(wire: Wired, path: str, titles: int) -> None:
    """A search, an author, a topic are followed as a publication is."""
    found = read(wire, path)
    assert (found.bozo, len(found.entries)) == (False, titles)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_an_entry_has_the_whole_text(wire: Wired, form: str) -> None:
    """An article is read where one reads, without another step."""
    text = entry(wire, f"/feeds/all.{form}", "Bell").content[0].value
    assert [words in text for words in PARAGRAPHS] == [True] * 3


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_an_entry_tells_who_and_when_and_where(wire: Wired, form: str) -> None:
    """As the publisher claims it; the link leads to the archive's page, which names the original."""
    found = entry(wire, f"/feeds/all.{form}", "Bell")
    link = f"{wire.served.address}/article/{wire.held('Bell').id}"
    assert (found.author, found.published_parsed[:3], found.link) == ("Ada Marsh", (2026, 5, 16), link)


def test_a_picture_opens_for_the_app_that_was_given_it(wire: Wired) -> None:
    """Readers of feeds send no password for pictures."""
    text = entry(wire, "/feeds/all.atom", "Bell").content[0].value
    src = re.search(r'<img[^>]+src="([^"]+)"', text)
    assert src
    path = src[1].replace("&amp;", "&").removeprefix(wire.served.address)
    assert wire.served.get(path).headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("seal", ["", "?seal=", "?seal=" + "0" * 32])
def test_a_picture_opens_for_nobody_else(wire: Wired, seal: str) -> None:
    """Its address alone is not enough."""
    text = entry(wire, "/feeds/all.atom", "Bell").content[0].value
    path = re.findall(r"/pictures/[0-9a-f/]+\.png", text)[0]
    assert wire.served.get(path + seal).status == 303


def test_a_seal_opens_no_other_address(wire: Wired) -> None:
    """What was given for a picture reads nothing."""
    text = entry(wire, "/feeds/all.atom", "Bell").content[0].value
    seal = re.findall(r"\?seal=[0-9a-f]{32}", text)[0]
    assert wire.served.get(f"/article/{wire.held('Bell').id}{seal}").status == 303


@pytest.mark.parametrize(
    "path", ["/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/changes.rss"]
)
def test_nothing_in_a_feed_acts(wire: Wired, path: str) -> None:
    """A reader of feeds may show what it gets as it is."""
    text = wire.get(path).text
    if path.endswith("json"):
        markup = [one["content_html"] for one in json.loads(text)["items"]]
    else:
        # feedparser sanitises what it reads, unless it is told not to.
        entries = feedparser.parse(text, sanitize_html=False).entries
        markup = [one.value for found in entries for one in found.content]
    tree = LexborHTMLParser("".join(markup))
    acting = [
        node.tag for node in tree.css("script, style, iframe, object, embed, form, svg, math, base, link")
    ]
    handlers = [name for node in tree.css("*") for name in node.attributes if name.startswith("on")]
    links = [node.attributes.get("href") or "" for node in tree.css("a")]
    assert (acting, handlers, [link for link in links if not link.startswith("http")]) == ([], [], [])


def test_a_json_feed_is_one(wire: Wired) -> None:
    """By version 1.1: what must be there is there, and nothing is null."""
    found = json.loads(wire.get("/feeds/all.json").text)
    first = found["items"][0]
    assert (found["version"], {"id", "url", "content_html"} <= first.keys(), "null" in json.dumps(found)) == (
        "https://jsonfeed.org/version/1.1",
        True,
        False,
    )


def test_what_is_gone_says_so(wire: Wired) -> None:
    """Whoever reads it knows that its publisher took it away."""
    assert "Gone from its publisher" in entry(wire, "/feeds/all.atom", "Vault").content[0].value


def test_a_feed_that_has_not_changed_is_not_sent_again(wire: Wired) -> None:
    """Apps ask every few minutes."""
    tag = wire.get("/feeds/all.atom").headers["ETag"]
    assert wire.get("/feeds/all.atom", If_None_Match=tag).status == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/source/nobody.example.atom", 404),
        ("/feeds/search.atom", 400),
        ("/feeds/search.atom?q=((", 400),
        ("/feeds/all.atom?n=0", 400),
        ("/feeds/all.atom?n=99999999999999999999", 400),
        ("/feeds/all.xml", 404),
        ("/feeds/topic/%22%29.atom", 200),
    ],
)
def test_what_makes_no_sense_is_told_to_a_program(wire: Wired, path: str, status: int) -> None:
    """As a line of text with a status, not as a page."""
    answer = wire.get(path)
    assert (answer.status, "<html" in answer.text) == (status, False)


def test_the_public_gets_no_reserved_text(wire: Wired) -> None:
    """A feed is read by others."""
    place = wire.paper.root.parent / "public.sqlite"
    with wired(wire.paper, place, settings=ServeConfig(public=True)) as one:
        told = [
            found.content[0].value
            for found in feedparser.parse(one.served.get("/feeds/all.atom").text).entries
        ]
    assert [("not passed on" in text, PARAGRAPHS[1] in text) for text in told].count((True, False)) == 1


@pytest.mark.parametrize(
    ("query", "url"), [("", "http://paper.example/feed"), ("?of=archive", "/feeds/source/")]
)
def test_what_is_followed_is_a_list_of_feeds(wire: Wired, query: str, url: str) -> None:
    """Other readers can take over what is followed, from the publishers or from here."""
    found = opml.parse(wire.get(f"/subscriptions.opml{query}").body)
    assert url in found.outlines[0].url


def test_feeds_call_the_reader_as_the_asker_does(wire: Wired) -> None:
    """Behind a proxy, links lead to the name that was asked."""
    settings = ServeConfig(address="https://news.example/", proxies=())
    with wired(wire.paper, wire.paper.root.parent / "far.sqlite", settings=settings) as one:
        answer = one.get("/feeds/all.atom", Host="news.example")
        assert 'href="http://news.example/article/' in answer.text
