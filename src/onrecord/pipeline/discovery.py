"""Discovery: what a source lists, read from its feeds, its sitemaps or its front page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from onrecord import feeds
from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.fetch import Client, decoded_body
from onrecord.model import (
    Digest,
    Exchange,
    Failed,
    FailureReason,
    Feed,
    FeedKind,
    Fetched,
    NotModified,
    Outcome,
    Validators,
)
from onrecord.pipeline.claims import claims_digest
from onrecord.pipeline.pictures import reason_of
from onrecord.pipeline.writing import Writer
from onrecord.schedule import Wishes, stated_max_age, wished_pause
from onrecord.store import FeedRow
from onrecord.warc import RevisitTarget

#: The sitemaps of an index that are read in one round: its newest are what is new.
SITEMAPS_A_ROUND = 10

#: Failures that a lost network would bring too.
UNREACHED = frozenset({FailureReason.DNS, FailureReason.CONNECT, FailureReason.TIMEOUT, FailureReason.PROXY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What one list of a source said, and the row to remember once its entries have been seen to."""

    row: FeedRow
    feed: Feed | None = None  #: None: it says what it said before, or nothing
    failure: str | None = None
    is_unreached: bool = False  #: no server answered


def wishes_of(row: FeedRow) -> Wishes:
    """Return what a list's server said about being asked again."""
    return Wishes(ttl_minutes=row.ttl_minutes, cache_max_age=row.cache_max_age, retry_at=row.retry_at)


class Discovery:
    """Reads the lists of sources."""

    def __init__(
        self, archive: Archive, client: Client, writer: Writer, *, now: Callable[[], datetime]
    ) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._now = now

    async def lists_of(self, source: SourceConfig, *, only_due: bool = False) -> list[Discovered]:
        """Return what each list of *source* says now; with *only_due*, of those that may be asked again by now."""
        found = [await self._list(source, url, only_due=only_due) for url in source.feeds]
        if source.front_page and source.home:
            found.append(await self._list(source, source.home, is_front_page=True))
        children = [url for one in found if one.feed for url in one.feed.children[:SITEMAPS_A_ROUND]]
        return found + [await self._list(source, url) for url in children]

    async def _list(
        self, source: SourceConfig, url: str, *, is_front_page: bool = False, only_due: bool = False
    ) -> Discovered:
        known = self._archive.state.feed(url) or FeedRow(url=url, source=source.id)
        if only_due and known.source == source.id and self._is_early(known):
            return Discovered(row=known)
        return await self._read(source, known, is_front_page=is_front_page)

    def _is_early(self, known: FeedRow) -> bool:
        """Does a list's publisher want it left alone for now?"""
        now, wishes = self._now(), wishes_of(known)
        if known.checked_at is None or known.checked_at > now:
            return False
        return now < known.checked_at + wished_pause(wishes) or bool(
            wishes.retry_at and now < wishes.retry_at
        )

    async def _read(self, source: SourceConfig, known: FeedRow, *, is_front_page: bool) -> Discovered:
        # What another source was told, or this one under its former name, has not been seen to here.
        is_ours = known.source == source.id
        validators = Validators(known.etag, known.last_modified) if is_ours else Validators()
        outcome = await self._client.fetch(
            known.url, kind="page" if is_front_page else "feed", validators=validators
        )
        checked = replace(
            known, source=source.id, checked_at=self._now(), failures=0, reason=None, retry_at=None
        )
        if isinstance(outcome, NotModified):
            # A 304 may say anew for how long what is held stays fresh (RFC 9111, 4.3.4).
            fresh = stated_max_age(outcome.final) or known.cache_max_age
            return Discovered(row=replace(checked, cache_max_age=fresh))
        if not isinstance(outcome, Fetched):
            reason, _ = reason_of(outcome)
            retry_at = outcome.retry_at if isinstance(outcome, Failed) else None
            failed = replace(checked, failures=known.failures + 1, reason=reason, retry_at=retry_at)
            return Discovered(row=failed, failure=reason, is_unreached=is_unreached(outcome))
        feed = _parsed(outcome.final, is_front_page=is_front_page)
        if feed.kind is None or not feed.is_complete:
            reason = "this is no feed" if feed.kind is None else "the feed breaks off"
            failed = replace(checked, failures=known.failures + 1, reason=reason)
            return Discovered(row=failed, feed=feed if feed.entries else None, failure=reason)
        return await self._noted(checked, known, feed, outcome)

    async def _noted(self, checked: FeedRow, known: FeedRow, feed: Feed, outcome: Fetched) -> Discovered:
        """Capture the list if it brought or changed an entry."""
        final = outcome.final
        claims = claims_of(feed)
        row = replace(
            checked,
            # An index that has not changed says nothing of the sitemaps that it lists: it is read each time.
            etag=None if feed.children else final.header("etag"),
            last_modified=None if feed.children else final.header("last-modified"),
            claims_digest=claims,
            entries=len(feed.entries),
            ttl_minutes=feed.ttl_minutes,
            cache_max_age=stated_max_age(final),
            moved_to=feed.moved_to,
        )
        if claims != known.claims_digest and feed.kind is not FeedKind.FRONT_PAGE:
            for exchange in outcome.exchanges:
                capture = await self._writer.capture(exchange, revisit_of=_target(known))
            row = replace(
                row,
                record_id=capture.record_id,
                record_date=capture.captured_at,
                payload_digest=capture.payload_digest,
            )
        return Discovered(row=row, feed=feed)


def is_unreached(outcome: Outcome | None) -> bool:
    """Did no server answer? Its fault or our network's, which one answer alone can't tell."""
    return isinstance(outcome, Failed) and outcome.reason in UNREACHED


def _parsed(exchange: Exchange, *, is_front_page: bool) -> Feed:
    body, media_type = decoded_body(exchange).body, exchange.header("content-type")
    read = feeds.article_links if is_front_page else feeds.parse
    return read(body, url=exchange.url, content_type=media_type)


def _target(known: FeedRow) -> RevisitTarget | None:
    if not (known.record_id and known.record_date and known.payload_digest):
        return None
    return RevisitTarget(
        url=known.url,
        captured_at=known.record_date,
        record_id=known.record_id,
        payload_digest=Digest(known.payload_digest),
    )


def claims_of(feed: Feed) -> str:
    """Return a digest of all that a list's entries claim."""
    return hashlib.sha256("".join(claims_digest(entry) for entry in feed.entries).encode()).hexdigest()
