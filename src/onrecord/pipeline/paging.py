"""Older pages of a feed: paged feeds and archived feeds (RFC 5005), followed one after the other.

`Feed.older_url` says where what is older is listed. A server decides how long the chain is: it is followed
within a limit, never in a circle, and no further than there are entries.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from onrecord import feeds
from onrecord.fetch import Client, decoded_body
from onrecord.model import Exchange, Feed, Fetched


@dataclass(frozen=True, slots=True)
class OlderPage:
    """One page of what is older, and how it came."""

    feed: Feed
    exchanges: tuple[Exchange, ...]


def parsed(exchange: Exchange, *, url: str | None = None) -> Feed:
    """Return the feed that an exchange brought; its kind is None if it brought none. *url*: whose it is."""
    return feeds.parse(
        decoded_body(exchange).body,
        url=url or exchange.url,
        content_type=exchange.header("content-type"),
        content_location=exchange.header("content-location"),
        content_language=exchange.header("content-language"),
    )


async def older_pages(client: Client, feed: Feed, *, most: int) -> AsyncIterator[OlderPage]:
    """Yield the pages behind *feed*, the newest first, up to *most*; end at the first that brings no entries."""
    seen = {feed.url}
    url = feed.older_url
    for _ in range(most):
        if url is None or url in seen:
            return
        seen.add(url)
        outcome = await client.fetch(url, kind="feed")
        if not isinstance(outcome, Fetched):
            return
        page = parsed(outcome.final)
        if not page.entries:
            return
        yield OlderPage(page, outcome.exchanges)
        if not page.is_complete:
            return
        url = page.older_url
