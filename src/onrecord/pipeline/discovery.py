"""Discovery: what a source lists, read from its feeds, its sitemaps or its front page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from onrecord import feeds
from onrecord.archive import Archive, Step
from onrecord.config import SourceConfig
from onrecord.fetch import FOR_GOOD, Client, Kind, decoded_body
from onrecord.ledger import Event
from onrecord.model import (
    Digest,
    Exchange,
    Failed,
    FailureReason,
    Feed,
    FeedKind,
    Fetched,
    Gone,
    NotModified,
    Outcome,
    Validators,
)
from onrecord.pipeline.claims import claims_digest
from onrecord.pipeline.gaps import GapDesk, Judged
from onrecord.pipeline.paging import older_pages, parsed
from onrecord.pipeline.pictures import reason_of
from onrecord.pipeline.writing import Writer
from onrecord.schedule import Wishes, stated_max_age, wished_pause
from onrecord.store import FeedRow
from onrecord.urls import request_target
from onrecord.warc import RevisitTarget

#: The sitemaps of an index that are read in one round: its newest are what is new.
SITEMAPS_A_ROUND = 10

#: Older pages of a feed that are read in one round, where it has moved on by more than it shows.
PAGES_A_ROUND = 10

#: A list whose server says that it is gone for good is asked for this often: servers are repaired.
GONE_ASKED_EVERY = timedelta(days=1)

#: Failures that a lost network would bring too.
UNREACHED = frozenset({FailureReason.DNS, FailureReason.CONNECT, FailureReason.TIMEOUT, FailureReason.PROXY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What one list of a source said, and the row to remember once its entries have been seen to."""

    row: FeedRow
    feed: Feed | None = None  #: None: it says what it said before, or nothing
    failure: str | None = None
    is_unreached: bool = False  #: no server answered
    moved: Step | None = None  #: it says for the first time that it has another address
    named_in: Mapping[str, str | None] = field(
        default_factory=dict
    )  #: captures of entries of older pages, by address
    judged: Judged | None = None  #: whether it joins its last reading; None: nothing tells


def wishes_of(row: FeedRow) -> Wishes:
    """Return what a list's server said about being asked again."""
    return Wishes(ttl_minutes=row.ttl_minutes, cache_max_age=row.cache_max_age, retry_at=row.retry_at)


def skips_of(rows: Sequence[FeedRow]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the hours and the days (UTC) in which none of these lists wants to be asked."""
    told = [json.loads(row.skips) if row.skips else ((), ()) for row in rows]
    hours, days = (
        ([frozenset(each) for each in kind] for kind in zip(*told, strict=True)) if told else ([], [])
    )
    return (
        frozenset.intersection(*hours) if hours else frozenset(),
        frozenset.intersection(*days) if days else frozenset(),
    )


class Discovery:
    """Reads the lists of sources."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        writer: Writer,
        gaps: GapDesk,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._gaps = gaps
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
        now = self._now()
        if known.gone_at and known.checked_at and now - GONE_ASKED_EVERY < known.checked_at <= now:
            return Discovered(row=known, failure=known.reason)
        outcome = await self._ask(known, validators, kind="page" if is_front_page else "feed")
        checked = replace(
            known,
            source=source.id,
            checked_at=self._now(),
            failures=0,
            reason=None,
            gone_at=None,
            retry_at=None,
        )
        if isinstance(outcome, NotModified):
            return _unchanged(source, known, checked, outcome)
        if not isinstance(outcome, Fetched):
            return _failed(known, checked, outcome)
        feed = _parsed(outcome.final, is_front_page=is_front_page)
        if feed.kind is None or not feed.is_complete:
            reason = "this is no feed" if feed.kind is None else "the feed breaks off"
            failed = replace(checked, failures=known.failures + 1, reason=reason)
            return Discovered(row=failed, feed=feed if feed.entries else None, failure=reason)
        return await self._noted(source, checked, known, feed, outcome)

    async def _ask(self, known: FeedRow, validators: Validators, *, kind: Kind) -> Outcome:
        """Ask for a list; where its address does not answer any more, ask where it said that it has moved to."""
        outcome = await self._client.fetch(known.url, kind=kind, validators=validators)
        if known.moved_to and not isinstance(outcome, Fetched | NotModified):
            moved = await self._client.fetch(known.moved_to, kind=kind, validators=validators)
            if isinstance(moved, Fetched | NotModified):
                return moved
        return outcome

    async def _noted(
        self, source: SourceConfig, checked: FeedRow, known: FeedRow, feed: Feed, outcome: Fetched
    ) -> Discovered:
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
            moved_to=moved_for_good(known.url, outcome.exchanges) or _other(feed.moved_to, known.url),
            hub_url=feed.hub_url,
            skips=json.dumps([feed.skip_hours, feed.skip_days])
            if feed.skip_hours or feed.skip_days
            else None,
            read_at=checked.checked_at,
        )
        judged = self._gaps.judge(source, known, feed) if claims != known.claims_digest else None
        named_in: Mapping[str, str | None] = {}
        if judged and judged.gap:
            feed, judged, named_in = await self._with_older(source, known, feed, judged)
        if claims != known.claims_digest and feed.kind is not FeedKind.FRONT_PAGE:
            for exchange in outcome.exchanges:
                capture = await self._writer.capture(exchange, revisit_of=_target(known))
            row = replace(
                row,
                record_id=capture.record_id,
                record_date=capture.captured_at,
                payload_digest=capture.payload_digest,
            )
        moved = _move(source, known, row)
        return Discovered(row=row, feed=feed, judged=judged, moved=moved, named_in=named_in)

    async def _with_older(
        self, source: SourceConfig, known: FeedRow, feed: Feed, judged: Judged
    ) -> tuple[Feed, Judged, dict[str, str | None]]:
        """Go back page by page, where a feed has pages, until it joins what was known of it.

        Return also which capture names each entry of these pages.
        """
        named_in: dict[str, str | None] = {}
        async for page in older_pages(self._client, feed, most=PAGES_A_ROUND):
            for exchange in page.exchanges:
                capture = await self._writer.capture(exchange)
            named_in |= dict.fromkeys((entry.url for entry in page.feed.entries), capture.record_id)
            feed = replace(feed, entries=feed.entries + page.feed.entries)
            judged = self._gaps.judge(source, known, feed) or judged
            if judged.gap is None:
                break
        return feed, judged, named_in


def is_unreached(outcome: Outcome | None) -> bool:
    """Did no server answer? Its fault or our network's, which one answer alone can't tell."""
    return isinstance(outcome, Failed) and outcome.reason in UNREACHED


def _parsed(exchange: Exchange, *, is_front_page: bool) -> Feed:
    if not is_front_page:
        return parsed(exchange)
    media_type = exchange.header("content-type")
    return feeds.article_links(decoded_body(exchange).body, url=exchange.url, content_type=media_type)


def _unchanged(source: SourceConfig, known: FeedRow, checked: FeedRow, outcome: NotModified) -> Discovered:
    row = replace(
        checked,
        # A 304 may say anew for how long what is held stays fresh (RFC 9111, 4.3.4).
        cache_max_age=stated_max_age(outcome.final) or known.cache_max_age,
        moved_to=moved_for_good(known.url, outcome.exchanges) or known.moved_to,
        read_at=checked.checked_at,
    )
    return Discovered(row=row, moved=_move(source, known, row))


def _failed(known: FeedRow, checked: FeedRow, outcome: Outcome) -> Discovered:
    reason, _ = reason_of(outcome)
    retry_at = outcome.retry_at if isinstance(outcome, Failed) else None
    row = replace(checked, failures=known.failures + 1, reason=reason, retry_at=retry_at)
    if isinstance(outcome, Gone) and outcome.is_permanent:
        row = replace(row, reason=f"{reason}: it is gone for good", gone_at=known.gone_at or row.checked_at)
    return Discovered(row=row, failure=row.reason, is_unreached=is_unreached(outcome))


def moved_for_good(url: str, exchanges: Sequence[Exchange]) -> str | None:
    """Return where *url* has moved to, for good by each of its redirects; None where it has not.

    What was known to have moved is asked for where it is: then no redirect is among the exchanges.
    """
    at = exchanges[0].url
    for answer, following in pairwise(exchanges):
        if answer.status not in FOR_GOOD:
            break
        at = following.url
    return _other(at, request_target(url))


def _other(url: str | None, than: str) -> str | None:
    return url if url != than else None


def _move(source: SourceConfig, known: FeedRow, row: FeedRow) -> Step | None:
    """Return the step that enters a move, the first time that it is told."""
    if row.moved_to is None or row.moved_to == known.moved_to:
        return None
    return Step(event=Event.MOVED, data={"source": source.id, "url": row.url, "to": row.moved_to})


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
