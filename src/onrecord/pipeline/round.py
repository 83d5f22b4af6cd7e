"""The round: discover, look, keep, for each source side by side. Order, concurrency and counting, no meaning.

for each source, side by side
  lists_of(source)             its feeds, or its front page, say what there is
    | entries not held, entries that changed, articles due for another look
    v
  look(address)                at most LOOKS_AT_ONCE of a source under way; hosts take turns in `fetch`
    v
  keep(finding)                in the order of publication, so that numbers follow it
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from onrecord.archive import Archive
from onrecord.config import RoundConfig, SourceConfig
from onrecord.fetch import Client
from onrecord.model import Entry, Feed
from onrecord.pipeline.articles import ArticleDesk, Finding, Kept, Look
from onrecord.pipeline.budget import Budget
from onrecord.pipeline.claims import claims_digest, recalled, remembered
from onrecord.pipeline.discovery import Discovered, Discovery
from onrecord.pipeline.filling import Filling, Found
from onrecord.pipeline.gaps import GapDesk
from onrecord.pipeline.report import Happening, Listener, News, RoundReport
from onrecord.pipeline.writing import Writer
from onrecord.schedule import next_look
from onrecord.store import AddressRow, EntryRow, FeedRow, SourceRow
from onrecord.urls import lookup_key

#: Looks of one source under way at once: while one waits for its host, another's pictures come from theirs.
LOOKS_AT_ONCE = 4

#: `--recheck` looks again at every article first captured in this time.
RECHECK_WINDOW = timedelta(days=30)

#: How long an entry that brought nothing waits, by how often it was tried. The first tries are each round's.
PATIENCE = (
    timedelta(0),
    timedelta(0),
    timedelta(0),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(days=1),
)
PATIENCE_AT_LAST = timedelta(days=10)

#: What came of an entry whose page is not there: often it is, an hour later; if not in a month, it never was.
NOT_THERE = frozenset({"gone", "soft-404"})

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Planned:
    """A look to take, and the entry's row to write afterwards."""

    look: Look
    row: EntryRow | None


class Round:
    """One round over some of an archive's sources."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        writer: Writer,
        *,
        now: Callable[[], datetime],
        tell: Listener,
        limits: RoundConfig | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._budget = Budget(
            limits or archive.config.round,
            monotonic=monotonic,
            received=lambda: client.received,
            free=lambda: shutil.disk_usage(archive.root).free,
        )
        self._writer = writer
        self._now = now
        self._report = RoundReport(started_at=now())
        self._listener = tell
        self._gaps = GapDesk(archive, writer, now=now, tell=self._tell)
        self._discovery = Discovery(archive, client, writer, self._gaps, now=now)
        self._filling = Filling(archive, client, writer, now=now)
        self._desk = ArticleDesk(archive, client, writer, now=now, tell=self._tell)

    def _tell(self, news: News) -> None:
        self._report.hear(news)
        self._listener(news)

    async def run(self, sources: Sequence[SourceConfig], *, recheck: bool, fill: bool = False) -> RoundReport:
        """Follow *sources* once.

        Args:
            sources: Each is followed at its own pace, side by side.
            recheck: Look again at all that is young, due or not.
            fill: Look for what gaps may have swallowed.

        Raises:
            OnRecordError: The archive can't be written to, or a file of it is damaged.
        """
        state = self._archive.state
        state.begin_round(self._report.id, self._report.started_at)
        tasks = [
            asyncio.create_task(self._follow(source, recheck=recheck, fill=fill))
            for source in self._in_turn(sources)
        ]
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            self._report.is_interrupted = True
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._report.ended_at = self._now()
            self._report.ended_early = self._budget.spent() if self._report.left else None
            self._report.is_disk_low = self._budget.is_disk_low
            state.end_round(self._report.id, self._report.ended_at, self._report.as_json())
        return self._report

    async def save(self, looks: Iterable[Look]) -> list[Kept]:
        """Keep single pages, now."""
        wanted = list(looks)
        kept = [await self._desk.keep(await self._desk.look(look)) for look in wanted]
        for source in {look.source.id: look.source for look in wanted}.values():
            self._desk.settle(source)
        return kept

    # ---------------------------------------------------------------- one source

    async def _follow(self, source: SourceConfig, *, recheck: bool, fill: bool) -> None:
        lists = await self._lists(source)
        if lists is None:
            self._leave(source, 0)
            return
        failures = [one.failure for one in lists if one.failure]
        failed = failures[0] if failures and len(failures) == len(lists) else None
        if failed:
            self._tell(News(what=Happening.SOURCE_FAILED, source=source.id, reason=failed))
        judged = [one.judged for one in lists if one.judged]
        await self._gaps.enter(source, [one.gap for one in judged if one.gap])
        if moved := [one.moved for one in lists if one.moved]:
            await self._writer.commit(*moved)
        found = await self._within(self._filling.search(source)) or [] if fill else []
        planned = self._plan(source, [*lists, *map(_as_list, found)], recheck=recheck, retry=recheck or fill)
        self._tell(News(what=Happening.TO_LOOK_AT, source=source.id, count=len(planned)))
        taken = await self._take(planned)
        self._desk.settle(source)
        await self._gaps.fill(source, found)
        await self._gaps.settle(source, is_fresh=bool(judged or planned), is_failed=failed is not None)
        if taken == len(planned):
            self._remember(source, lists, failed)
        else:
            self._leave(source, len(planned) - taken)
        self._tell(News(what=Happening.SOURCE_DONE, source=source.id))

    def _in_turn(self, sources: Sequence[SourceConfig]) -> list[SourceConfig]:
        """Return the sources, those first that an earlier round left."""
        left = self._archive.state.left_sources()
        never = datetime.max.replace(tzinfo=UTC)
        return sorted(sources, key=lambda source: left.get(source.id, never))

    async def _lists(self, source: SourceConfig) -> list[Discovered] | None:
        """Return what the lists of a source say, or None if the round's budget was spent before."""
        if self._budget.spent():
            return None
        self._tell(News(what=Happening.SOURCE_BEGUN, source=source.id))
        return await self._within(self._discovery.lists_of(source))

    async def _within(self, work: Coroutine[Any, Any, _Result]) -> _Result | None:
        """Return what *work* brings, or None if the round's time is over before."""
        task = asyncio.create_task(work)
        try:
            return await task if await self._budget.within(task) else None
        finally:
            task.cancel()

    def _leave(self, source: SourceConfig, looks: int) -> None:
        """Leave a source for the next round. Its lists are read whole then: what they say is not remembered."""
        self._report.left[source.id] = looks
        row = self._archive.state.source(source.id) or SourceRow(id=source.id)
        self._archive.state.put(replace(row, left_at=row.left_at or self._now()))

    async def _take(self, planned: Iterable[_Planned]) -> int:
        """Look at what is planned, several at once; keep what comes in the order of the plan; return how many."""
        taken = 0
        async for plan, finding in self._found(planned):
            kept = await self._desk.keep(finding)
            self._tell(News(what=Happening.LOOKED, source=plan.look.source.id, url=plan.look.url))
            if plan.row is not None:
                ladder = self._archive.config.schedule.look_again
                self._archive.state.put(_after(plan.row, kept, ladder, now=self._now()))
            taken += 1
        return taken

    async def _found(self, planned: Iterable[_Planned]) -> AsyncIterator[tuple[_Planned, Finding]]:
        under_way: deque[tuple[_Planned, asyncio.Task[Finding]]] = deque()
        waiting = deque(planned)
        try:
            while waiting or under_way:
                while waiting and len(under_way) < LOOKS_AT_ONCE and not self._budget.spent():
                    plan = waiting.popleft()
                    under_way.append((plan, asyncio.create_task(self._desk.look(plan.look))))
                if not under_way:
                    return
                plan, task = under_way[0]
                if not await self._budget.within(task):
                    return
                yield plan, await task
                under_way.popleft()
        finally:
            for _, task in under_way:
                task.cancel()
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)

    # ---------------------------------------------------------------- what to look at

    def _plan(
        self, source: SourceConfig, lists: Sequence[Discovered], *, recheck: bool, retry: bool
    ) -> list[_Planned]:
        """Return the looks to take. *retry*: also at entries that are not held and not due."""
        now = self._now()
        feeds = [one.feed for one in lists if one.feed]
        named_in = {entry.url: one.row.record_id for one in lists if one.feed for entry in one.feed.entries}
        for one in lists:
            named_in |= one.named_in
        planned: dict[str, _Planned] = {}
        listed: dict[str, Entry] = {}
        for entry in _in_order(feeds):
            key = lookup_key(entry.url)
            if key in listed or self._archive.catalog.is_forgotten(entry.url):
                continue
            listed[key] = entry
            record = named_in.get(entry.url)
            if plan := self._plan_entry(source, key, entry, list_record=record, now=now, retry=retry):
                planned[key] = plan
        for row in self._archive.state.entries_not_kept(source.id) if retry else self._due(source, now):
            if row.key not in listed:
                told = recalled(row.url, row.claims)
                look = Look(source=source, url=row.url, entry=told, held=self._archive.catalog.find(row.url))
                planned.setdefault(row.key, _Planned(look, row))
        for look in self._looks(source, listed, now=now, recheck=recheck):
            planned.setdefault(lookup_key(look.url), _Planned(look, None))
        # What an earlier round left comes first.
        return sorted(planned.values(), key=lambda plan: not _was_left(plan.row, now=now))

    def _due(self, source: SourceConfig, now: datetime) -> list[EntryRow]:
        return self._archive.state.entries_due(source.id, now)

    def _plan_entry(
        self,
        source: SourceConfig,
        key: str,
        entry: Entry,
        *,
        list_record: str | None,
        now: datetime,
        retry: bool,
    ) -> _Planned | None:
        """Return the look that an entry asks for: it is not held, or it claims something new."""
        known = self._archive.state.entry(source.id, key)
        held = self._archive.catalog.find(entry.url)
        claims = claims_digest(entry)
        row = EntryRow(
            source=source.id,
            key=key,
            url=entry.url,
            headline=entry.headline,
            claims_digest=claims,
            claims=remembered(entry),
            first_seen_at=known.first_seen_at if known else now,
            last_seen_at=now,
            article_id=held.id if held else None,
            outcome=known.outcome if known else "waiting",
            reason=known.reason if known else None,
            attempts=known.attempts if known else 0,
            next_at=known.next_at if known else None,
            list_record=list_record,
        )
        is_changed = known is None or known.claims_digest != claims
        is_waiting = known is not None and _is_waiting(known, now=now)
        if (held is None and (retry or is_changed or not is_waiting)) or (held is not None and is_changed):
            if held is None:
                # Noted before it is asked for: a round that breaks off may never see it listed again.
                self._archive.state.put(replace(row, next_at=now))
            return _Planned(Look(source=source, url=entry.url, entry=entry, held=held), row)
        self._archive.state.put(row)
        return None

    def _looks(
        self,
        source: SourceConfig,
        listed: dict[str, Entry],
        *,
        now: datetime,
        recheck: bool,
    ) -> list[Look]:
        """Return the looks at held articles that are due; with *recheck*, all of the last 30 days."""
        chosen: dict[str, Look] = {}
        rows = self._archive.state.looks(source.id, due_by=None if recheck else now)
        rows += self._forgotten(source, now=now)
        # An address whose page has answered is asked rather than one that only a feed knows.
        for row in sorted(rows, key=lambda row: row.payload_digest is None):
            held = self._archive.catalog.article(row.article_id or "")
            if (
                held is None
                or held.id in chosen
                or (recheck and held.first_captured_at < now - RECHECK_WINDOW)
            ):
                continue
            key = lookup_key(row.url)
            known = self._archive.state.entry(source.id, key)
            entry = listed.get(key) or recalled(row.url, known.claims if known else None)
            chosen[held.id] = Look(source=source, url=row.url, entry=entry, held=held)
        return list(chosen.values())

    def _forgotten(self, source: SourceConfig, *, now: datetime) -> list[AddressRow]:
        """Return a row for each young article of which the state knows no address: it was lost, or left behind."""
        young = {
            held.id: held for held in self._archive.catalog.captured_since(source.id, now - RECHECK_WINDOW)
        }
        unknown = self._archive.state.without_address(young)
        return [AddressRow(url=held.url, article_id=held.id) for held in young.values() if held.id in unknown]

    def _remember(self, source: SourceConfig, lists: Sequence[Discovered], failed: str | None) -> None:
        """Note how the source did. Validators of a list are noted only now that its entries are seen to."""
        state = self._archive.state
        with state.transaction():
            for one in lists:
                state.put(one.row)
                if one.judged:
                    state.put(one.judged.window)
            known = state.source(source.id) or SourceRow(id=source.id)
            failures = known.failures + 1 if failed else 0
            state.put(replace(known, checked_at=self._now(), failures=failures, reason=failed, left_at=None))


def _as_list(found: Found) -> Discovered:
    """Return what was found of a gap as a list of its own, which no capture of the list itself names."""
    url, source = found.gap.url or "", found.gap.source
    return Discovered(
        row=FeedRow(url=url, source=source), feed=Feed(url=url, kind=None, entries=found.entries)
    )


def _in_order(feeds: Sequence[Feed]) -> list[Entry]:
    """Return entries oldest first, as far as they say: a feed's order and dates are claims, not more."""
    entries = [entry for feed in feeds for entry in reversed(feed.entries)]
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.published_at.at if entry.published_at else late)


def _is_waiting(row: EntryRow, *, now: datetime) -> bool:
    """Is it too early to ask for an entry again, or has it been given up?"""
    if row.next_at is None:
        return row.outcome in NOT_THERE
    return row.next_at > now


def _was_left(row: EntryRow | None, *, now: datetime) -> bool:
    """Was an entry listed in an earlier round, which did not come to it?"""
    return row is not None and row.outcome == "waiting" and row.attempts == 0 and row.first_seen_at < now


def _after(row: EntryRow, kept: Kept, ladder: Sequence[timedelta], *, now: datetime) -> EntryRow:
    """Return an entry's row after a look.

    A page that is not there (yet) is asked for again at the steps of *ladder*, counted from when it was first
    listed, and then given up; what else brought nothing, with growing patience.
    """
    if kept.article_id is not None:
        return replace(row, article_id=kept.article_id, outcome="kept", reason=kept.reason, next_at=None)
    if kept.outcome in NOT_THERE and ladder:
        next_at = next_look(row.first_seen_at, now, ladder, now=now)
    else:
        next_at = now + (PATIENCE[row.attempts] if row.attempts < len(PATIENCE) else PATIENCE_AT_LAST)
    return replace(row, outcome=kept.outcome, reason=kept.reason, attempts=row.attempts + 1, next_at=next_at)
