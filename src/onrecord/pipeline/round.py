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
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, zip_longest

from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.fetch import Client
from onrecord.model import Entry, SourceId
from onrecord.pipeline.articles import ArticleDesk, Finding, Kept, Look
from onrecord.pipeline.backfill import Backfill
from onrecord.pipeline.claims import claims_digest, recalled, remembered
from onrecord.pipeline.discovery import Discovered, Discovery, is_unreached, wishes_of
from onrecord.pipeline.report import Happening, Listener, News, RoundReport
from onrecord.pipeline.writing import Writer
from onrecord.schedule import (
    Bounds,
    Wishes,
    is_due,
    next_rhythm,
    next_round,
    rhythm_from,
    wished_pause,
)
from onrecord.store import AddressRow, DueRow, EntryRow, FeedRow, HeldArticle, SourceRow
from onrecord.urls import lookup_key

#: Looks of one source under way at once: while one waits for its host, another's pictures come from theirs.
LOOKS_AT_ONCE = 4
#: Sources under way for each host that is asked at once: some wait for their host's pause, some for the disk.
SOURCES_A_HOST = 4
#: Rows that are written together, of sources that brought nothing.
QUIET_TOGETHER = 200

#: `--recheck` looks again at every article first captured in this time.
RECHECK_WINDOW = timedelta(days=30)

#: How long an entry that brought nothing waits, by how often it was tried. The first tries are each hourly round's.
PATIENCE = (
    timedelta(minutes=15),
    timedelta(minutes=15),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(days=1),
)
PATIENCE_AT_LAST = timedelta(days=10)

#: Seconds without an answer from anybody after which a server that can't be reached is no proof that it is down.
#: Longer than `schedule.OFFLINE_PAUSE`: of two sources, the one that answers vouches for the network.
SILENCE = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a round is to do for a source."""

    source: SourceConfig
    recheck: bool = False  #: look again at every article of the last 30 days
    asks_lists: bool = True  #: False: only what is due for a look
    only_due: bool = False  #: leave out lists whose publisher does not want to be asked yet
    looks_due: bool = True  #: False: none of its articles is to be looked at, as the plan knows
    most_looks: int | None = None  #: of held articles; the others stay due


@dataclass(frozen=True, slots=True)
class _Planned:
    """A look to take, and the entry's row to write afterwards."""

    look: Look
    row: EntryRow | None


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry, and the capture of the list that named it."""

    entry: Entry
    record: str | None


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
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._archive = archive
        self._client = client
        self._now = now
        self._jitter = jitter
        #: The sources that could not be asked for want of a network, as it seems.
        self.offline: set[SourceId] = set()
        self._quiet: list[FeedRow | SourceRow] = []  #: rows that are to be written
        self._report = RoundReport(started_at=now())
        self._listener = tell
        self._discovery = Discovery(archive, client, writer, now=now)
        self._backfill = Backfill(archive, client, writer, now=now, tell=self._tell)
        self._desk = ArticleDesk(archive, client, writer, now=now, tell=self._tell)

    def _tell(self, news: News) -> None:
        self._report.hear(news)
        self._listener(news)

    async def run(self, sources: Sequence[SourceConfig], *, recheck: bool) -> RoundReport:
        """Follow *sources* once.

        Raises:
            OnRecordError: The archive can't be written to, or a file of it is damaged.
        """
        now, rows = self._report.started_at, self._archive.state.due()
        last = self._archive.state.last_round()
        # A round that was killed may have left articles of which the state knows nothing.
        is_sure = not recheck and last is not None and last[1] is not None
        turns = [
            Turn(
                source=source,
                recheck=recheck,
                looks_due=not is_sure or looks_due(rows.get(source.id), now=now),
            )
            for source in sources
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
            state.end_round(self._report.id, self._report.ended_at, self._report.as_json())
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
        self._tell(News(what=Happening.SOURCE_BEGUN, source=source.id))
        lists = await self._discovery.lists_of(source, only_due=turn.only_due) if turn.asks_lists else []
        failures = [one for one in lists if one.failure]
        failed = failures[0].failure if failures and len(failures) == len(lists) else None
        is_offline = failed is not None and all(one.is_unreached for one in lists) and self._is_silent()
        if failed:
            self._tell(News(what=Happening.SOURCE_FAILED, source=source.id, reason=failed))
        listed = _listed(lists)
        known = self._archive.state.entries(source.id, listed) if listed else {}
        listed = {
            key: one for key, one in listed.items() if not self._is_forgotten(one.entry, known.get(key))
        }
        planned = [] if is_offline else self._plan(turn, listed, known)
        self._tell(News(what=Happening.TO_LOOK_AT, source=source.id, count=len(planned)))
        is_offline = is_offline or not await self._take(planned)
        if turn.asks_lists and not is_offline and self._backfill.is_under_way(source.id):
            await self._backfill.go_on(source)  # what is new came first
        if is_offline:
            self.offline.add(source.id)
        elif turn.asks_lists:
            fresh = [one.entry for key, one in listed.items() if key not in known]
            self._remember(source, lists, failed, fresh, is_quiet=not planned)
        self._tell(News(what=Happening.SOURCE_DONE, source=source.id))

    def _is_silent(self) -> bool:
        """Has no server at all answered for so long that it may be our network that is down?"""
        silence = self._client.silence()
        return silence is None or silence > SILENCE

    async def _take(self, planned: Iterable[_Planned]) -> bool:
        """Look at what is planned, several at once; keep what comes in the order of the plan.

        Return whether all of it was looked at: without a network nobody looked, and it is still to be done.
        """
        async for plan, finding in self._found(planned):
            if is_unreached(finding.outcome) and self._is_silent():
                return False
            kept = await self._desk.keep(finding)
            self._tell(News(what=Happening.LOOKED, source=plan.look.source.id, url=plan.look.url))
            if plan.row is not None:
                self._archive.state.put(_after(plan.row, kept, now=self._now()))
        return True

    async def _found(self, planned: Iterable[_Planned]) -> AsyncIterator[tuple[_Planned, Finding]]:
        under_way: deque[tuple[_Planned, asyncio.Task[Finding]]] = deque()
        waiting = deque(planned)
        try:
            while waiting or under_way:
                while waiting and len(under_way) < LOOKS_AT_ONCE:
                    plan = waiting.popleft()
                    under_way.append((plan, asyncio.create_task(self._desk.look(plan.look))))
                plan, task = under_way[0]
                yield plan, await task
                under_way.popleft()
        finally:
            for _, task in under_way:
                task.cancel()
            await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)

    # ---------------------------------------------------------------- what to look at

    def _is_forgotten(self, entry: Entry, known: EntryRow | None) -> bool:
        """Was its article forgotten, and is not to come back?"""
        is_held = known is not None and known.article_id is not None
        return not is_held and self._archive.catalog.is_forgotten(entry.url)

    def _plan(
        self, turn: Turn, listed: Mapping[str, _Listed], known: Mapping[str, EntryRow]
    ) -> list[_Planned]:
        """Return the looks to take: at what is listed, at what is worth another try, at what is held and due."""
        source, recheck, now = turn.source, turn.recheck, self._now()
        planned = self._plan_entries(turn, listed, known, now=now) if listed else {}
        if not turn.looks_due:
            return list(planned.values())
        state = self._archive.state
        past = count(1)  # after a long pause all that was queued is due: the news comes first
        most = self._archive.config.schedule.backfill
        for row in state.entries_not_kept(source.id) if recheck else state.entries_due(source.id, now):
            if row.key not in listed and (row.outcome != "queued" or next(past) <= most):
                told = recalled(row.url, row.claims)
                look = Look(source=source, url=row.url, entry=told, held=self._archive.catalog.find(row.url))
                planned.setdefault(row.key, _Planned(look, row))
        for look in self._looks(source, listed, now=now, recheck=recheck)[: turn.most_looks]:
            planned.setdefault(lookup_key(look.url), _Planned(look, None))
        return list(planned.values())

    def _plan_entries(
        self, turn: Turn, listed: Mapping[str, _Listed], known: Mapping[str, EntryRow], *, now: datetime
    ) -> dict[str, _Planned]:
        state, held = self._archive.state, self._archive.catalog.find_all(listed)
        planned: dict[str, _Planned] = {}
        again: dict[str | None, list[str]] = {}
        with state.transaction():
            for key, one in listed.items():
                told = known.get(key)
                plan, row = _planned(turn, key, one, told, held.get(key), now=now)
                if plan is not None:
                    planned[key] = plan
                    if plan.look.held is None:
                        # Noted before it is asked for: a round that breaks off may never see it listed again.
                        state.put(replace(row, next_at=now))
                elif told and row == replace(told, last_seen_at=now, list_record=one.record):
                    again.setdefault(one.record, []).append(key)
                else:
                    state.put(row)
            for record, keys in again.items():
                state.seen_again(turn.source.id, keys, now, record=record)
        return planned

    def _looks(
        self,
        source: SourceConfig,
        listed: Mapping[str, _Listed],
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
            if held is None:
                self._archive.state.put(replace(row, next_at=None))  # there is nothing to look for
                continue
            if held.id in chosen or (recheck and held.first_captured_at < now - RECHECK_WINDOW):
                continue
            key = lookup_key(row.url)
            known = self._archive.state.entry(source.id, key)
            told = recalled(row.url, known.claims if known else None)
            entry = listed[key].entry if key in listed else told
            chosen[held.id] = Look(source=source, url=row.url, entry=entry, held=held)
        return list(chosen.values())

    def _forgotten(self, source: SourceConfig, *, now: datetime) -> list[AddressRow]:
        """Return a row for each young article of which the state knows no address: it was lost, or left behind."""
        young = {
            held.id: held for held in self._archive.catalog.captured_since(source.id, now - RECHECK_WINDOW)
        }
        unknown = self._archive.state.without_address(young)
        return [AddressRow(url=held.url, article_id=held.id) for held in young.values() if held.id in unknown]

    def _remember(
        self,
        source: SourceConfig,
        lists: Sequence[Discovered],
        failed: str | None,
        fresh: Sequence[Entry],
        *,
        is_quiet: bool,
    ) -> None:
        """Note how the source did, and when its turn comes again.

        Validators of a list are noted only now that its entries are seen to. Of sources that brought nothing, some
        hundred are noted together: killed before, they are asked again.
        """
        now = self._now()
        known = self._archive.state.source(source.id) or SourceRow(id=source.id)
        rhythm, told = rhythm_from(known.rhythm), known.rhythm
        if failed is None and (fresh or rhythm is None):
            stated = [entry.published_at for entry in fresh]
            rhythm = next_rhythm(rhythm, [at.at if at and at.is_precise else None for at in stated], now=now)
            told = rhythm.as_text()
        failures = known.failures + 1 if failed else 0
        at = next_round(
            now,
            self._bounds,
            now=now,
            wishes=_shortest([wishes_of(one.row) for one in lists]),
            rhythm=rhythm,
            failures=failures,
            jitter=self._jitter(),
        )
        row = replace(known, checked_at=now, failures=failures, reason=failed, next_at=at, rhythm=told)
        self._quiet += [*(one.row for one in lists), row]
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


def _shortest(wishes: Sequence[Wishes]) -> Wishes | None:
    """Return what the list wishes that may be asked first: the others are passed over until their time comes."""
    return min(
        wishes,
        key=lambda one: (one.retry_at or datetime.min.replace(tzinfo=UTC), wished_pause(one)),
        default=None,
    )


def looks_due(row: DueRow | None, *, now: datetime) -> bool:
    """May any of a source's articles, or of its entries that became none, be due? Of an unknown source nobody knows."""
    return row is None or is_due(row.look_at, now=now)


def _dealt(turns: Sequence[Turn]) -> list[Turn]:
    """Return *turns* so that those of one host are far apart: whoever waits for a host holds up no other."""
    hosts: dict[str, list[Turn]] = {}
    for turn in turns:
        url = next(iter(turn.source.feeds), turn.source.home or "")
        hosts.setdefault(url.partition("://")[2].partition("/")[0], []).append(turn)
    return [turn for row in zip_longest(*hosts.values()) for turn in row if turn is not None]


def _planned(
    turn: Turn,
    key: str,
    listed: _Listed,
    known: EntryRow | None,
    held: HeldArticle | None,
    *,
    now: datetime,
) -> tuple[_Planned | None, EntryRow]:
    """Return an entry's row, and the look that it asks for: it is not held, or it claims something new."""
    entry, claims = listed.entry, claims_digest(listed.entry)
    is_changed = known is None or known.claims_digest != claims
    row = EntryRow(
        source=turn.source.id,
        key=key,
        url=entry.url,
        headline=entry.headline,
        claims_digest=claims,
        claims=known.claims if known and not is_changed else remembered(entry),
        first_seen_at=known.first_seen_at if known else now,
        last_seen_at=now,
        article_id=held.id if held else None,
        outcome=known.outcome if known else "waiting",
        reason=known.reason if known else None,
        attempts=known.attempts if known else 0,
        next_at=known.next_at if known else None,
        list_record=listed.record,
    )
    is_waiting = known is not None and known.next_at is not None and known.next_at > now
    is_wanted = is_changed if held else turn.recheck or is_changed or not is_waiting
    look = Look(source=turn.source, url=entry.url, entry=entry, held=held)
    return (_Planned(look, row) if is_wanted else None), row


def _listed(lists: Iterable[Discovered]) -> dict[str, _Listed]:
    """Return what lists name, by key, oldest first as far as it says: order and dates are claims, not more."""
    found = [
        _Listed(entry, one.row.record_id) for one in lists if one.feed for entry in reversed(one.feed.entries)
    ]
    late = datetime.max.replace(tzinfo=UTC)
    found.sort(key=lambda one: one.entry.published_at.at if one.entry.published_at else late)
    listed: dict[str, _Listed] = {}
    for one in found:
        listed.setdefault(lookup_key(one.entry.url), one)
    return listed


def _after(row: EntryRow, kept: Kept, *, now: datetime) -> EntryRow:
    """Return an entry's row after a look."""
    if kept.article_id is not None:
        return replace(row, article_id=kept.article_id, outcome="kept", reason=kept.reason, next_at=None)
    wait = PATIENCE[row.attempts] if row.attempts < len(PATIENCE) else PATIENCE_AT_LAST
    return replace(
        row, outcome=kept.outcome, reason=kept.reason, attempts=row.attempts + 1, next_at=now + wait
    )
