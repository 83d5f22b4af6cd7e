"""Adding a publication: from what a person types to the feeds, the sitemap or the front page to follow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from onrecord import feeds
from onrecord.config import SourceConfig
from onrecord.extract import read_page_and_facts
from onrecord.fetch import Client, Robots, decoded_body
from onrecord.model import Exchange, Feed, FeedKind, Fetched, Outcome, SourceId
from onrecord.pipeline.pictures import reason_of, reasons_told
from onrecord.pipeline.sources import Found
from onrecord.urls import address_candidates, lookup_key, resolve

#: Feeds that a page names are tried in its order, up to this many: some name one for each of a hundred sections.
FEEDS_TRIED = 6

#: Sitemaps that robots.txt names are tried up to this many.
SITEMAPS_TRIED = 4

#: Where a feed often is, though no page says so.
USUAL_FEEDS = ("/feed", "/rss.xml", "/feed.xml", "/atom.xml")


class Adding:
    """Finds what to follow. Asks servers; writes nothing."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def find(self, address: str) -> Found:
        """Return what is to be followed at *address*, with a provisional source id."""
        candidates = address_candidates(address)
        if not candidates:
            reason = "this is no address; type one such as cnbc.com or https://www.cnbc.com/rss.xml"
            return Found(address=address, reason=reason)
        reasons: dict[str, str] = {}
        for url in candidates:
            outcome = await self._client.fetch(url, kind="page")
            if isinstance(outcome, Fetched):
                return await self._read(address, outcome)
            reason, _ = reason_of(outcome)
            reasons[url] = reason
        return Found(address=address, reason=reasons_told(reasons))

    async def _read(self, address: str, outcome: Fetched) -> Found:
        final = outcome.final
        body, media_type = decoded_body(final).body, final.header("content-type")
        if feeds.is_feed(body, media_type):
            feed = feeds.parse(body, url=final.url, content_type=media_type)
            if feed.kind is not None:
                home = feed.home_url or resolve("/", final.url)
                return _found(address, [feed], home=home, title=feed.title, language=feed.language)
        _, facts = read_page_and_facts(body, url=final.url, content_type=media_type)
        found = await self._linked(body, final)
        if not found:
            found = await self._in_robots(final.url)
        if not found:
            front = feeds.article_links(body, url=final.url, content_type=media_type)
            if front.entries:
                found = [front]
        if not found and (usual := await self._usual(final.url)):
            found = [usual]
        if not found:
            reason = "no feed, no news sitemap, and no links to articles here; try the address of a section or a feed"
            return Found(address=address, reason=reason)
        title = next((feed.title for feed in found if feed.title), None) or facts.title
        language = facts.language or next((feed.language for feed in found if feed.language), None)
        return _found(address, found, home=final.url, title=title, language=language)

    async def _linked(self, body: bytes, page: Exchange) -> list[Feed]:
        """Return the feeds that a page names, without those that only repeat another."""
        links = feeds.feed_links(body, url=page.url, content_type=page.header("content-type"))
        chosen: list[Feed] = []
        seen: set[str] = set()
        for link in links[:FEEDS_TRIED]:
            feed = await self._feed(link.url)
            if feed is None or any(feed.url == other.url for other in chosen):
                continue
            keys = {lookup_key(entry.url) for entry in feed.entries}
            if chosen and keys <= seen:
                continue
            chosen.append(feed)
            seen |= keys
        return chosen

    async def _in_robots(self, page_url: str) -> list[Feed]:
        """Return the news sitemaps that robots.txt names."""
        robots = await self._client.robots(page_url)
        if not isinstance(robots, Robots):
            return []
        # A whole sitemap lists everything that ever was; a news sitemap, what is new.
        named = sorted(robots.sitemaps, key=lambda url: "news" not in url.lower())
        found = [feed for url in named[:SITEMAPS_TRIED] if (feed := await self._feed(url))]
        return [feed for feed in found if _is_news(feed)]

    async def _usual(self, page_url: str) -> Feed | None:
        for path in USUAL_FEEDS:
            if feed := await self._feed(resolve(path, page_url) or page_url):
                return feed
        return None

    async def _feed(self, url: str) -> Feed | None:
        outcome: Outcome = await self._client.fetch(url, kind="feed")
        if not isinstance(outcome, Fetched):
            return None
        final = outcome.final
        body = decoded_body(final).body
        feed = feeds.parse(body, url=url, content_type=final.header("content-type"))
        return feed if feed.kind is not None else None

    async def find_all(self, addresses: Sequence[str]) -> list[Found]:
        """Return what is to be followed at each address, asked side by side."""
        return list(await asyncio.gather(*(self.find(address) for address in addresses)))


def _is_news(feed: Feed) -> bool:
    return feed.kind is FeedKind.SITEMAP and any(entry.headline for entry in feed.entries)


def _found(
    address: str, found: Sequence[Feed], *, home: str | None, title: str | None, language: str | None
) -> Found:
    lists = [feed for feed in found if feed.kind is not FeedKind.FRONT_PAGE]
    source = SourceConfig(
        id=SourceId(""),
        title=title,
        home=home,
        feeds=tuple(feed.url for feed in lists),
        front_page=len(lists) < len(found),
        language=language,
    )
    kinds = tuple(feed.kind.value.replace("-", " ") for feed in found if feed.kind)
    return Found(
        address=address, source=source, kinds=kinds, entries=sum(len(feed.entries) for feed in found)
    )
