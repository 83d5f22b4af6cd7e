"""Filling: where what a gap may have swallowed can still be found.

In this order, until the gap is closed: the list's own older pages (RFC 5005), the sitemaps that the site's
robots.txt names, and, if the settings let a web archive be asked, its mementos of the list (RFC 7089). What is
found becomes entries like any, which the round looks at and keeps.

A gap is closed only where what was found reaches from entries that were known before it to entries that are
known since, with nothing left out between. Otherwise it stays open, and the ledger says how many entries were
found of it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from onrecord import gaps
from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.fetch import Client, Robots
from onrecord.gaps import GapKind
from onrecord.model import Entry, Exchange, Fetched
from onrecord.pipeline.mementos import mementos
from onrecord.pipeline.paging import older_pages, parsed
from onrecord.pipeline.writing import Writer
from onrecord.store import HeldGap
from onrecord.urls import lookup_key

#: Older pages of a list, sitemaps of a site, and mementos of a list that are asked for at most for one source.
PAGES, SITEMAPS, MEMENTOS = 100, 20, 8
#: Entries that are looked at for one gap at most; the others are found again by the next `--fill`.
ENTRIES = 1000
#: So many entries must be known from before a gap, or since: one or two may be pinned to their place.
ANCHORS = 3
#: Of an index of sitemaps that names no months: so many at each end.
ENDS = 3
#: Dates are claims, and some have no time of day.
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of a gap."""

    gap: HeldGap
    by: str  #: "pages", "sitemap", "memento"
    entries: tuple[Entry, ...]  #: those that were not known
    is_whole: bool = False  #: it reaches from what was known before to what is known since


class Filling:
    """Looks for what gaps may have swallowed."""

    def __init__(
        self, archive: Archive, client: Client, writer: Writer, *, now: Callable[[], datetime]
    ) -> None:
        self._archive = archive
        self._now = now
        self._client = client
        self._writer = writer
        self._timegate = archive.config.fetch.timegate

    async def search(self, source: SourceConfig) -> list[Found]:
        """Return what can be found of a source's open gaps."""
        found: list[Found] = []
        open_gaps = [gap for gap in self._archive.catalog.gaps(source.id) if gap.kind != GapKind.ENTRY]
        for gap in open_gaps:
            if gap.kind == GapKind.WINDOW:
                found += await self._by_list(source, gap)
        closed = {one.gap.seq for one in found if one.is_whole}
        still_open = [gap for gap in open_gaps if gap.seq not in closed]
        if still_open:
            found += await self._by_sitemaps(source, still_open)
        return found

    # ---------------------------------------------------------------- the list itself

    async def _by_list(self, source: SourceConfig, gap: HeldGap) -> list[Found]:
        """Look at the list's older pages, then at a web archive's mementos of it."""
        found = [one for one in [await self._pages(source, gap)] if one]
        is_closed = any(one.is_whole for one in found)
        if not is_closed and "memento" in self._archive.config.fetch.fallbacks:
            found += [one for one in [await self._mementos(source, gap)] if one]
        return found

    async def _pages(self, source: SourceConfig, gap: HeldGap) -> Found | None:
        outcome = await self._client.fetch(gap.url or "", kind="feed")
        if not isinstance(outcome, Fetched):
            return None
        entries: list[Entry] = []
        async for page in older_pages(self._client, parsed(outcome.final), most=PAGES):
            await self._capture(page.exchanges)
            entries += page.feed.entries
            if self._anchors(source, page.feed.entries, gap).before >= ANCHORS:
                return self._found(source, gap, "pages", entries, is_whole=True)
        return self._found(source, gap, "pages", entries)

    async def _mementos(self, source: SourceConfig, gap: HeldGap) -> Found | None:
        windows: dict[str, tuple[Entry, ...]] = {}
        for at in _spread(gap.since, gap.until, MEMENTOS):
            async for outcome in mementos(self._client, self._timegate, gap.url or "", at=at, kind="feed"):
                # Links start from the list's own address, whoever answers for it.
                feed = parsed(outcome.final, url=gap.url)
                if feed.entries:
                    if outcome.final.url not in windows:
                        await self._capture(outcome.exchanges)
                    windows.setdefault(outcome.final.url, feed.entries)
                    break
        chain = list(windows.values())
        is_whole = bool(chain) and (
            self._anchors(source, chain[0], gap).before >= ANCHORS
            and self._anchors(source, chain[-1], gap).since >= ANCHORS
            and all(_overlap(one, other) for one, other in pairwise(chain))
        )
        entries = [entry for window in chain for entry in window]
        return self._found(source, gap, "memento", entries, is_whole=is_whole)

    # ---------------------------------------------------------------- the site's sitemaps

    async def _by_sitemaps(self, source: SourceConfig, wanted: Sequence[HeldGap]) -> list[Found]:
        spans = {gap.seq: _span_of(gap, now=self._now()) for gap in wanted}
        first, last = min(since for since, _ in spans.values()), max(until for _, until in spans.values())
        listed, is_gapless = await self._in_sitemaps(source, first, last)
        found = []
        for gap in wanted:
            since, until = spans[gap.seq]
            if gap.kind == GapKind.NUMBERS:
                numbered = _numbered(listed, gap)
                inside = list(numbered.values())
                is_whole = len(numbered) == len(gap.data["numbers"])
            else:
                inside = [entry for entry in listed if _may_be_of(entry, since, until)]
                around = self._anchors(source, listed, gap)
                is_whole = gap.kind == GapKind.WINDOW and is_gapless and min(around) >= ANCHORS
            if one := self._found(source, gap, "sitemap", inside, is_whole=is_whole):
                found.append(one)
        return found

    async def _in_sitemaps(
        self, source: SourceConfig, since: datetime, until: datetime
    ) -> tuple[list[Entry], bool]:
        """Return what the sitemaps of robots.txt list of this time; have all been read that may list of it?"""
        waiting: deque[str] = deque()
        for url in dict.fromkeys([*([source.home] if source.home else []), *source.feeds[:1]]):
            robots = await self._client.robots(url)
            waiting += robots.sitemaps if isinstance(robots, Robots) else ()
        listed: list[Entry] = []
        seen: set[str] = set()
        is_gapless = True
        while waiting and len(seen) < SITEMAPS:
            url = waiting.popleft()
            if url in seen:
                continue
            seen.add(url)
            outcome = await self._client.fetch(url, kind="feed")
            if not isinstance(outcome, Fetched):
                is_gapless = False
                continue
            feed = parsed(outcome.final)
            likely, is_all = _likely(feed.children, since, until)
            waiting += likely
            is_gapless = is_gapless and is_all and feed.is_complete
            if feed.entries:
                await self._capture(outcome.exchanges)
                listed += feed.entries
        return listed, is_gapless and not waiting

    # ---------------------------------------------------------------- what is known

    def _anchors(self, source: SourceConfig, listed: Iterable[Entry], gap: HeldGap) -> _Anchors:
        """Count what is listed that was known before a gap, and what was first seen after it."""
        seen = [at for entry in listed if (at := self._seen_at(source, entry.url))]
        return _Anchors(sum(at <= gap.since for at in seen), sum(at >= gap.until for at in seen))

    def _seen_at(self, source: SourceConfig, url: str) -> datetime | None:
        row = self._archive.state.entry(source.id, lookup_key(url))
        if row and row.is_past:
            return None  # when it came tells nothing of when it was published
        held = self._archive.catalog.find(url)
        known = [row.first_seen_at] if row else []
        return min([*known, *([held.first_captured_at] if held else [])], default=None)

    def _is_fresh(self, source: SourceConfig, url: str) -> bool:
        """Is an address new to us? So is one that a round noted, and broke off before it was asked for."""
        row = self._archive.state.entry(source.id, lookup_key(url))
        is_noted = row is not None and row.outcome in {"waiting", "queued"}
        catalog = self._archive.catalog
        is_ours = catalog.find(url) is not None or catalog.is_forgotten(url)
        return not is_ours and (row is None or is_noted)

    def _found(
        self, source: SourceConfig, gap: HeldGap, by: str, listed: Iterable[Entry], *, is_whole: bool = False
    ) -> Found | None:
        fresh = {lookup_key(entry.url): entry for entry in listed if self._is_fresh(source, entry.url)}
        if not fresh and not is_whole:
            return None
        entries = tuple(fresh.values())[:ENTRIES]
        return Found(gap=gap, by=by, entries=entries, is_whole=is_whole and len(fresh) <= ENTRIES)

    async def _capture(self, exchanges: Iterable[Exchange]) -> None:
        for exchange in exchanges:
            await self._writer.capture(exchange)


class _Anchors(NamedTuple):
    """How many entries were known before a gap, and how many were first seen since."""

    before: int
    since: int


def _spread(since: datetime, until: datetime, count: int) -> list[datetime]:
    """Return *count* moments, spread evenly from *since* to *until*, those at both ends."""
    step = (until - since) / max(count - 1, 1)
    return [since + step * at for at in range(count)]


def _span_of(gap: HeldGap, *, now: datetime) -> tuple[datetime, datetime]:
    """Return the time in which what is missing was published, by the publisher's dates where there are any."""
    since, until = gap.data.get("newest_before"), gap.data.get("oldest_after")
    observed = now if gap.kind == GapKind.SILENCE else gap.until
    return (
        datetime.fromisoformat(since) if since else gap.since,
        datetime.fromisoformat(until) if until else observed,
    )


def _numbered(listed: Iterable[Entry], gap: HeldGap) -> dict[int, Entry]:
    """Return the entries whose addresses have the numbers that never came."""
    found: dict[int, Entry] = {}
    for entry in listed:
        for number in gaps.numbers_of([entry.url]).get(gap.url or "", ()):
            if number in gap.data["numbers"]:
                found.setdefault(number, entry)
    return found


def _overlap(one: Iterable[Entry], other: Iterable[Entry]) -> bool:
    return not {lookup_key(entry.url) for entry in one}.isdisjoint(lookup_key(entry.url) for entry in other)


def _may_be_of(entry: Entry, since: datetime, until: datetime) -> bool:
    """May an entry have been published in this time? What only says when it was changed may be older than that."""
    if entry.published_at:
        slack = timedelta(0) if entry.published_at.is_precise else DAY
        return since - slack <= entry.published_at.at <= until + slack
    if entry.modified_at:
        slack = timedelta(0) if entry.modified_at.is_precise else DAY
        return entry.modified_at.at >= since - slack
    return False


def _likely(children: Sequence[str], since: datetime, until: datetime) -> tuple[list[str], bool]:
    """Return the sitemaps of an index that name a month of this time, else those at both ends; are these all?"""
    months = {f"{at:%Y-%m}" for at in _days(since, until)}
    if named := [url for url in children if any(_names(url, month) for month in months)]:
        return named, True
    at_ends = list(dict.fromkeys([*children[:ENDS], *children[-ENDS:]]))
    return at_ends, len(at_ends) == len(children)


def _days(since: datetime, until: datetime) -> list[datetime]:
    return [since + DAY * n for n in range(min((until - since).days, 3660) + 1)] + [until]


def _names(url: str, month: str) -> bool:
    year, number = month.split("-")
    return (
        re.search(rf"(?<!\d){year}[-_/.]?0?{int(number)}(?!\d)|(?<!\d){year}{number}\d\d(?!\d)", url)
        is not None
    )
