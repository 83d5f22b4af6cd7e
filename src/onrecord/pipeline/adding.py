"""Adding a publication: from what a person types to the feeds, the sitemap or the front page to follow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from onrecord import feeds
from onrecord.config import SourceConfig
from onrecord.extract import read_page_and_facts
from onrecord.fetch import Client, Robots, decoded_body
from onrecord.model import Exchange, Feed, FeedKind, Fetched, Outcome, SourceId
from onrecord.pipeline.paging import parsed
from onrecord.pipeline.pictures import reason_of, reasons_told
from onrecord.pipeline.sources import Found, Offer
from onrecord.urls import address_candidates, lookup_key, resolve

#: Feeds that a page names are tried in its order, up to this many: some name one for each of a hundred sections.
FEEDS_TRIED = 6
#: What is told of beside what is followed, of each kind.
OFFERS = 20
#: Sitemaps that an index lists are tried up to this many.
CHILDREN_TRIED = 3

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
            feed = parsed(final)
            if feed.kind is not None:
                home = feed.home_url or resolve("/", final.url)
                return _found(address, [feed], home=home, title=feed.title, language=feed.language)
        _, facts = read_page_and_facts(body, url=final.url, content_type=media_type)
        found, others = await self._linked(body, final)
        if not found:
            found = await self._in_robots(final.url)
        else:
            others += [Offer(kind="news sitemap", url=url) for url in await self._news_named(final.url)]
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
        editions = feeds.edition_links(body, url=final.url, content_type=media_type)
        others += [
            Offer(kind="edition", url=one.url, title=one.title, language=one.language) for one in editions
        ]
        told = _found(address, found, home=final.url, title=title, language=language)
        return replace(told, offers=tuple(others))

    async def _linked(self, body: bytes, page: Exchange) -> tuple[list[Feed], list[Offer]]:
        """Return the feeds that a page names, without those that only repeat another, and those that were not tried.

        Where a page names another page that lists its feeds ("RSS"), that one is read too.
        """
        links = list(feeds.feed_links(body, url=page.url, content_type=page.header("content-type")))
        chosen: list[Feed] = []
        seen: set[str] = set()
        asked: set[str] = set()
        has_listing = False
        while links and len(asked) < FEEDS_TRIED:
            link = links.pop(0)
            if link.url in asked:
                continue
            asked.add(link.url)
            outcome = await self._client.fetch(link.url, kind="feed")
            feed = _feed_in(outcome, link.url)
            if feed is None and isinstance(outcome, Fetched) and not has_listing:
                listing = outcome.final
                media_type = listing.header("content-type")
                listed = feeds.feed_links(
                    decoded_body(listing).body, url=listing.url, content_type=media_type
                )
                links += listed
                has_listing = bool(listed)
            if feed is None or any(feed.url == other.url for other in chosen):
                continue
            keys = {lookup_key(entry.url) for entry in feed.entries}
            if chosen and keys <= seen:
                continue
            chosen.append(feed)
            seen |= keys
        left = {
            link.url: Offer(kind="feed", url=link.url, title=link.title)
            for link in links
            if link.url not in asked
        }
        return chosen, list(left.values())[:OFFERS]

    async def _in_robots(self, page_url: str) -> list[Feed]:
        """Return the news sitemaps that robots.txt names, or the index that lists one."""
        named = (await self._named(page_url))[:SITEMAPS_TRIED]
        found = [feed for url in named if (feed := await self._feed(url))]
        return [feed for feed in found if _is_news(feed) or await self._lists_news(feed)]

    async def _lists_news(self, index: Feed) -> bool:
        """Is there a news sitemap in an index? Its newest are looked at, those first that are called so."""
        children = sorted(index.children[: 10 * CHILDREN_TRIED], key=_is_called_news, reverse=True)
        for url in children[:CHILDREN_TRIED]:
            if (feed := await self._feed(url)) and _is_news(feed):
                return True
        return False

    async def _news_named(self, page_url: str) -> list[str]:
        """Return the sitemaps of a home page's robots.txt that are called news, unread."""
        is_home = urlsplit(page_url).path in {"", "/"}
        return [url for url in await self._named(page_url) if _is_called_news(url)] if is_home else []

    async def _named(self, page_url: str) -> list[str]:
        robots = await self._client.robots(page_url)
        if not isinstance(robots, Robots):
            return []
        # A whole sitemap lists everything that ever was; a news sitemap, what is new.
        return sorted(robots.sitemaps, key=_is_called_news, reverse=True)

    async def _usual(self, page_url: str) -> Feed | None:
        for path in USUAL_FEEDS:
            if feed := await self._feed(resolve(path, page_url) or page_url):
                return feed
        return None

    async def _feed(self, url: str) -> Feed | None:
        return _feed_in(await self._client.fetch(url, kind="feed"), url)

    async def find_all(self, addresses: Sequence[str]) -> list[Found]:
        """Return what is to be followed at each address, asked side by side."""
        return list(await asyncio.gather(*(self.find(address) for address in addresses)))


def _feed_in(outcome: Outcome, url: str) -> Feed | None:
    """Return the feed that was answered for *url*, if it is one."""
    if not isinstance(outcome, Fetched):
        return None
    feed = parsed(outcome.final, url=url)
    return feed if feed.kind is not None else None


def _is_called_news(url: str) -> bool:
    return "news" in urlsplit(url).path.lower()


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
        address=address,
        source=source,
        kinds=kinds,
        entries=sum(len(feed.entries) for feed in found),
        keys=frozenset(lookup_key(entry.url) for feed in found for entry in feed.entries),
    )
