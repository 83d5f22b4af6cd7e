"""The round: discover, look, keep, for each source side by side. Order, concurrency and counting, no meaning.

for each source, side by side
  lists_of(source)             its feeds, or its front page, say what there is
    | entries not held, entries that changed, articles due for another look (`planning`)
    v
  look(address)                at most LOOKS_AT_ONCE of a source under way; hosts take turns in `fetch`
    v
  keep(finding)                in the order of publication, so that numbers follow it
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, TypeVar

from onrecord.archive import Archive
from onrecord.config import RoundConfig, SourceConfig
from onrecord.fetch import Client, Clock
from onrecord.model import Entry, Feed, SourceId
from onrecord.pipeline.articles import ArticleDesk, Finding, Kept, Look
from onrecord.pipeline.backfill import Backfill
from onrecord.pipeline.budget import Budget
from onrecord.pipeline.discovery import Discovered, Discovery, is_unreached, skips_of, wishes_of
from onrecord.pipeline.filling import Filling, Found
from onrecord.pipeline.gaps import GapDesk
from onrecord.pipeline.planning import Listed, Planned, Planner, Turn, adopt, after, listed_in, looks_due
from onrecord.pipeline.report import Happening, Listener, News, RoundReport
from onrecord.pipeline.writing import Writer
from onrecord.schedule import (
    Bounds,
    Wishes,
    after_skipped,
    next_rhythm,
    next_round,
    rhythm_from,
    wished_pause,
)
from onrecord.store import EntryRow, FeedRow, SourceRow, WindowRow

#: Looks of one source under way at once: while one waits for its host, another's pictures come from theirs.
LOOKS_AT_ONCE = 4
#: Sources under way for each host that is asked at once: some wait for their host's pause, some for the disk.
SOURCES_A_HOST = 4
#: Rows that are written together, of sources that brought nothing.
QUIET_TOGETHER = 200

#: Seconds without an answer from anybody after which a server that can't be reached is no proof that it is down.
#: Longer than `schedule.OFFLINE_PAUSE`: of two sources, the one that answers vouches for the network.
SILENCE = 900.0

_Result = TypeVar("_Result")
_Row = FeedRow | WindowRow | SourceRow


class Round:
    """One round over some of an archive's sources."""

    def __init__(
        self,
        archive: Archive,
        client: Client,
        writer: Writer,
        *,
        clock: Clock,
        tell: Listener,
        limits: RoundConfig | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._clock = clock
        self._jitter = jitter
        #: The sources that could not be asked for want of a network, as it seems.
        self.offline: set[SourceId] = set()
        self._quiet: list[_Row] = []  #: rows that are to be written
        self._report = RoundReport(started_at=self._now())
        self._listener = tell
        received = client.received  # one client may serve many rounds
        self._budget = Budget(
            limits or archive.config.round,
            monotonic=clock.monotonic,
            received=lambda: client.received - received,
            free=lambda: shutil.disk_usage(archive.root).free,
        )
        now = self._now
        self._gaps = GapDesk(archive, writer, now=now, tell=self._tell)
        self._discovery = Discovery(archive, client, writer, self._gaps, now=now)
        self._filling = Filling(archive, client, writer, now=now)
        self._backfill = Backfill(archive, client, writer, now=now, tell=self._tell)
        self._planner = Planner(archive, now=now)
        self._desk = ArticleDesk(archive, client, writer, now=now, tell=self._tell)

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)

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
        now = self._report.started_at
        adopt(self._archive, now=now)
        rows = self._archive.state.due()
        turns = [
            Turn(
                source=source,
                recheck=recheck,
                fill=fill,
                looks_due=recheck or fill or looks_due(rows.get(source.id), now=now),
            )
            for source in self._in_turn(sources)
        ]
        return await self.take(turns)

    async def take(self, turns: Sequence[Turn]) -> RoundReport:
        """Take *turns*, side by side.

        Raises:
            OnRecordError: The archive can't be written to, or a file of it is damaged.
        """
        state = self._archive.state
        state.begin_round(self._report.id, self._report.started_at)
        waiting = iter(_dealt(turns))
        at_once = min(len(turns), SOURCES_A_HOST * self._archive.config.fetch.hosts_at_once)
        tasks = [asyncio.create_task(self._follow_all(waiting)) for _ in range(at_once)]
        try:
            await asyncio.gather(*tasks)
        except asyncio.CancelledError:
            self._report.is_interrupted = True
            raise
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._note_quiet()
            self._report.ended_at = self._now()
            self._report.ended_early = self._budget.spent() if self._report.left else None
            self._report.is_disk_low = self._budget.is_disk_low
            known_until = self._archive.catalog.head().seq
            state.end_round(
                self._report.id, self._report.ended_at, self._report.as_json(), noted_until=known_until
            )
        return self._report

    async def save(self, looks: Iterable[Look]) -> list[Kept]:
        """Keep single pages, now."""
        return [await self._desk.keep(await self._desk.look(look)) for look in looks]

    # ---------------------------------------------------------------- one source

    async def _follow_all(self, waiting: Iterator[Turn]) -> None:
        for turn in waiting:  # shared: whoever is free takes the next
            await self._follow(turn)

    async def _follow(self, turn: Turn) -> None:
        source = turn.source
        lists = await self._lists(turn)
        if lists is None:
            self._leave(turn, 0)
            return
        failed = _failure_of(lists)
        is_offline = failed is not None and all(one.is_unreached for one in lists) and self._is_silent()
        if failed:
            self._tell(News(what=Happening.SOURCE_FAILED, source=source.id, reason=failed))
        await self._enter(source, lists)
        found = await self._filled(turn) if not is_offline else []
        listed = listed_in([*lists, *map(_as_list, found)])
        known = self._archive.state.entries(source.id, listed) if listed else {}
        for key in self._archive.catalog.forgotten(listed) if listed else ():
            del listed[key]
        planned = [] if is_offline else self._planner.plan(turn, listed, known)
        self._tell(News(what=Happening.TO_LOOK_AT, source=source.id, count=len(planned)))
        taken, is_lost = await self._take(planned)
        await self._gaps.fill(source, found)
        if is_offline or is_lost:
            self.offline.add(source.id)
        elif taken < len(planned):
            self._leave(turn, len(planned) - taken)
        else:
            fresh = {key: one for key, one in listed.items() if not _is_of(found, one.entry)}
            await self._finish(turn, lists, failed, fresh, known, is_quiet=not planned)
        self._tell(News(what=Happening.SOURCE_DONE, source=source.id))

    def _in_turn(self, sources: Sequence[SourceConfig]) -> list[SourceConfig]:
        """Return the sources, those first that an earlier round left."""
        left = self._archive.state.left_sources()
        never = datetime.max.replace(tzinfo=UTC)
        return sorted(sources, key=lambda source: left.get(source.id, never))

    async def _lists(self, turn: Turn) -> list[Discovered] | None:
        """Return what the lists of a source say, or None if the round's budget was spent before."""
        if self._budget.spent():
            return None
        self._tell(News(what=Happening.SOURCE_BEGUN, source=turn.source.id))
        if not turn.asks_lists:
            return []
        return await self._within(self._discovery.lists_of(turn.source, only_due=turn.only_due))

    async def _enter(self, source: SourceConfig, lists: Sequence[Discovered]) -> None:
        """Enter what lists tell of themselves: that they do not join their last reading, or have moved."""
        await self._gaps.enter(source, [one.judged.gap for one in lists if one.judged and one.judged.gap])
        if moved := [one.moved for one in lists if one.moved]:
            await self._writer.commit(*moved)

    async def _filled(self, turn: Turn) -> list[Found]:
        return (await self._within(self._filling.search(turn.source)) or []) if turn.fill else []

    async def _within(self, work: Coroutine[Any, Any, _Result]) -> _Result | None:
        """Return what *work* brings, or None if the round's time is over before."""
        if not self._budget.is_timed:
            return await work
        task = asyncio.create_task(work)
        try:
            return await task if await self._budget.within(task) else None
        finally:
            task.cancel()

    def _is_silent(self) -> bool:
        """Has no server at all answered for so long that it may be our network that is down?"""
        silence = self._client.silence()
        return silence is None or silence > SILENCE

    async def _take(self, planned: Sequence[Planned]) -> tuple[int, bool]:
        """Look at what is planned, several at once; keep what comes in the order of the plan.

        Return how many were looked at, and whether the network was lost meanwhile: then nobody looked at the others.
        """
        taken = 0
        async for plan, finding in self._found(planned):
            if is_unreached(finding.outcome) and self._is_silent():
                return taken, True
            kept = await self._desk.keep(finding)
            self._tell(News(what=Happening.LOOKED, source=plan.look.source.id, url=plan.look.url))
            if plan.row is not None:
                ladder = self._archive.config.schedule.look_again
                self._archive.state.put(after(plan.row, kept, ladder, now=self._now()))
            taken += 1
        return taken, False

    async def _found(self, planned: Iterable[Planned]) -> AsyncIterator[tuple[Planned, Finding]]:
        under_way: deque[tuple[Planned, asyncio.Task[Finding]]] = deque()
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

    # ---------------------------------------------------------------- what is noted of a source

    def _leave(self, turn: Turn, looks: int) -> None:
        """Leave a source for the next round. Its lists are read whole then: what they say is not remembered."""
        self._report.left[turn.source.id] = looks
        if turn.asks_lists:  # a look that was not taken is due, as it was
            row = self._archive.state.source(turn.source.id) or SourceRow(id=turn.source.id)
            self._note([replace(row, left_at=row.left_at or self._now())], is_quiet=True)

    async def _finish(
        self,
        turn: Turn,
        lists: Sequence[Discovered],
        failed: str | None,
        listed: Mapping[str, Listed],
        known: Mapping[str, EntryRow],
        *,
        is_quiet: bool,
    ) -> None:
        """Do what is left once a source's entries are seen to: judge it for gaps, go back in time, note it all."""
        source = turn.source
        row = self._archive.state.source(source.id) or SourceRow(id=source.id)
        is_fresh = not is_quiet or any(one.judged for one in lists)
        # Where lists were not asked, their last failure stands.
        is_failed = failed is not None if turn.asks_lists else row.failures > 0
        judged = await self._gaps.settle(source, row, is_fresh=is_fresh, is_failed=is_failed)
        if not turn.asks_lists:
            if judged is not row:
                self._archive.state.put(judged)
            return
        if self._backfill.is_under_way(source.id) and not self._budget.spent():
            await self._within(self._backfill.go_on(source))  # what is new came first
        self._note(self._remembered(judged, lists, failed, listed, known), is_quiet=is_quiet)

    def _remembered(
        self,
        row: SourceRow,
        lists: Sequence[Discovered],
        failed: str | None,
        listed: Mapping[str, Listed],
        known: Mapping[str, EntryRow],
    ) -> list[_Row]:
        """Return what is to be noted of a source: how it did, and when its turn comes again.

        Validators of a list are noted only now that its entries are seen to.
        """
        now = self._now()
        rhythm, told = rhythm_from(row.rhythm), row.rhythm
        since = rhythm.at if rhythm else None
        fresh = [one.entry for key, one in listed.items() if _is_new(known.get(key), since)]
        if failed is None and (fresh or rhythm is None):
            stated = [entry.published_at for entry in fresh]
            rhythm = next_rhythm(rhythm, [at.at if at and at.is_precise else None for at in stated], now=now)
            told = rhythm.as_text()
        failures = row.failures + 1 if failed else 0
        rows = [one.row for one in lists]
        at = next_round(
            now,
            self._bounds,
            now=now,
            wishes=_shortest([wishes_of(one) for one in rows]),
            rhythm=rhythm,
            failures=failures,
            jitter=self._jitter(),
        )
        at = after_skipped(at, *skips_of(rows))
        windows = [one.judged.window for one in lists if one.judged]
        done = replace(
            row, checked_at=now, failures=failures, reason=failed, next_at=at, rhythm=told, left_at=None
        )
        return [*rows, *windows, done]

    def _note(self, rows: Iterable[_Row], *, is_quiet: bool) -> None:
        """Note rows; of sources that brought nothing, some hundred together: killed before, they are asked again."""
        self._quiet += rows
        if not is_quiet or len(self._quiet) >= QUIET_TOGETHER:
            self._note_quiet()

    def _note_quiet(self) -> None:
        with self._archive.state.transaction():
            for row in self._quiet:
                self._archive.state.put(row)
        self._quiet.clear()

    @property
    def _bounds(self) -> Bounds:
        schedule = self._archive.config.schedule
        return Bounds(every=schedule.every, slowest=schedule.slowest)


def _failure_of(lists: Sequence[Discovered]) -> str | None:
    """Return why none of a source's lists could be read; None if one could, or none was asked."""
    failures = [one.failure for one in lists if one.failure]
    return failures[0] if failures and len(failures) == len(lists) else None


def _as_list(found: Found) -> Discovered:
    """Return what was found of a gap as a list of its own, which no capture of the list itself names."""
    url, source = found.gap.url or "", found.gap.source
    return Discovered(
        row=FeedRow(url=url, source=source), feed=Feed(url=url, kind=None, entries=found.entries)
    )


def _is_of(found: Sequence[Found], entry: Entry) -> bool:
    """Did an entry come by looking for gaps? It tells nothing of when its source publishes."""
    return any(entry is each for one in found for each in one.entries)


def _is_new(known: EntryRow | None, since: datetime | None) -> bool:
    """Was an entry listed for the first time since a source's rhythm was noted?

    So it is, too, in a round after one that did not come to its end.
    """
    return known is None or (since is not None and not known.is_past and known.first_seen_at > since)


def _shortest(wishes: Sequence[Wishes]) -> Wishes | None:
    """Return what the list wishes that may be asked first: the others are passed over until their time comes."""
    return min(
        wishes,
        key=lambda one: (one.retry_at or datetime.min.replace(tzinfo=UTC), wished_pause(one)),
        default=None,
    )


def _dealt(turns: Sequence[Turn]) -> list[Turn]:
    """Return *turns* so that those of one host are far apart: whoever waits for a host holds up no other."""
    hosts: dict[str, list[Turn]] = {}
    for turn in turns:
        url = next(iter(turn.source.feeds), turn.source.home or "")
        hosts.setdefault(url.partition("://")[2].partition("/")[0], []).append(turn)
    return [turn for row in zip_longest(*hosts.values()) for turn in row if turn is not None]
