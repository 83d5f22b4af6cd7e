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
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.fetch import Client
from onrecord.model import Entry, Feed, SourceId
from onrecord.pipeline.articles import ArticleDesk, Finding, Kept, Look
from onrecord.pipeline.claims import claims_digest, recalled, remembered
from onrecord.pipeline.discovery import Discovered, Discovery, is_unreached, wishes_of
from onrecord.pipeline.report import Happening, Listener, News, RoundReport
from onrecord.pipeline.writing import Writer
from onrecord.schedule import (
    Bounds,
    Wishes,
    next_rhythm,
    next_round,
    rhythm_from,
    wished_pause,
)
from onrecord.store import AddressRow, EntryRow, SourceRow
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
    most_looks: int | None = None  #: of held articles; the others stay due


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
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._archive = archive
        self._client = client
        self._now = now
        self._jitter = jitter
        #: The sources that could not be asked for want of a network, as it seems.
        self.offline: set[SourceId] = set()
        self._report = RoundReport(started_at=now())
        self._listener = tell
        self._discovery = Discovery(archive, client, writer, now=now)
        self._desk = ArticleDesk(archive, client, writer, now=now, tell=self._tell)

    def _tell(self, news: News) -> None:
        self._report.hear(news)
        self._listener(news)

    async def run(self, sources: Sequence[SourceConfig], *, recheck: bool) -> RoundReport:
        """Follow *sources* once.

        Raises:
            OnRecordError: The archive can't be written to, or a file of it is damaged.
        """
        return await self.take([Turn(source=source, recheck=recheck) for source in sources])

    async def take(self, turns: Sequence[Turn]) -> RoundReport:
        """Take *turns*, side by side.

        Raises:
            OnRecordError: The archive can't be written to, or a file of it is damaged.
        """
        state = self._archive.state
        state.begin_round(self._report.id, self._report.started_at)
        tasks = [asyncio.create_task(self._follow(turn)) for turn in turns]
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
            state.end_round(self._report.id, self._report.ended_at, self._report.as_json())
        return self._report

    async def save(self, looks: Iterable[Look]) -> list[Kept]:
        """Keep single pages, now."""
        return [await self._desk.keep(await self._desk.look(look)) for look in looks]

    # ---------------------------------------------------------------- one source

    async def _follow(self, turn: Turn) -> None:
        source = turn.source
        self._tell(News(what=Happening.SOURCE_BEGUN, source=source.id))
        lists = await self._discovery.lists_of(source, only_due=turn.only_due) if turn.asks_lists else []
        failures = [one for one in lists if one.failure]
        failed = failures[0].failure if failures and len(failures) == len(lists) else None
        is_offline = failed is not None and all(one.is_unreached for one in lists) and self._is_silent()
        if failed:
            self._tell(News(what=Happening.SOURCE_FAILED, source=source.id, reason=failed))
        listed = _in_order([one.feed for one in lists if one.feed])
        fresh = [entry for entry in listed if self._is_fresh(source, entry)]
        named_in = {entry.url: one.row.record_id for one in lists if one.feed for entry in one.feed.entries}
        planned = [] if is_offline else self._plan(turn, listed, named_in)
        self._tell(News(what=Happening.TO_LOOK_AT, source=source.id, count=len(planned)))
        is_offline = is_offline or not await self._take(planned)
        if is_offline:
            self.offline.add(source.id)
        elif turn.asks_lists:
            self._remember(source, lists, failed, fresh)
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

    def _is_fresh(self, source: SourceConfig, entry: Entry) -> bool:
        """Was it never listed before?"""
        return self._archive.state.entry(source.id, lookup_key(entry.url)) is None

    def _plan(
        self, turn: Turn, entries: Sequence[Entry], named_in: Mapping[str, str | None]
    ) -> list[_Planned]:
        source, recheck, now = turn.source, turn.recheck, self._now()
        planned: dict[str, _Planned] = {}
        listed: dict[str, Entry] = {}
        for entry in entries:
            key = lookup_key(entry.url)
            if key in listed or self._archive.catalog.is_forgotten(entry.url):
                continue
            listed[key] = entry
            record = named_in.get(entry.url)
            if plan := self._plan_entry(source, key, entry, list_record=record, now=now, recheck=recheck):
                planned[key] = plan
        for row in self._archive.state.entries_not_kept(source.id) if recheck else self._due(source, now):
            if row.key not in listed:
                told = recalled(row.url, row.claims)
                look = Look(source=source, url=row.url, entry=told, held=self._archive.catalog.find(row.url))
                planned.setdefault(row.key, _Planned(look, row))
        for look in self._looks(source, listed, now=now, recheck=recheck)[: turn.most_looks]:
            planned.setdefault(lookup_key(look.url), _Planned(look, None))
        return list(planned.values())

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
        recheck: bool,
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
        is_waiting = known is not None and known.next_at is not None and known.next_at > now
        if (held is None and (recheck or is_changed or not is_waiting)) or (held is not None and is_changed):
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

    def _remember(
        self, source: SourceConfig, lists: Sequence[Discovered], failed: str | None, fresh: Sequence[Entry]
    ) -> None:
        """Note how the source did, and when its turn comes again.

        Validators of a list are noted only now that its entries are seen to.
        """
        state, now = self._archive.state, self._now()
        with state.transaction():
            for one in lists:
                state.put(one.row)
            known = state.source(source.id) or SourceRow(id=source.id)
            rhythm = rhythm_from(known.rhythm)
            if failed is None:
                stated = [entry.published_at for entry in fresh]
                rhythm = next_rhythm(
                    rhythm, [at.at if at and at.is_precise else None for at in stated], now=now
                )
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
            row = replace(known, checked_at=now, failures=failures, reason=failed, next_at=at)
            state.put(replace(row, rhythm=rhythm.as_text() if rhythm else None))

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


def _in_order(feeds: Iterable[Feed]) -> list[Entry]:
    """Return entries oldest first, as far as they say: a feed's order and dates are claims, not more."""
    entries = [entry for feed in feeds for entry in reversed(feed.entries)]
    late = datetime.max.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.published_at.at if entry.published_at else late)


def _after(row: EntryRow, kept: Kept, *, now: datetime) -> EntryRow:
    """Return an entry's row after a look."""
    if kept.article_id is not None:
        return replace(row, article_id=kept.article_id, outcome="kept", reason=kept.reason, next_at=None)
    wait = PATIENCE[row.attempts] if row.attempts < len(PATIENCE) else PATIENCE_AT_LAST
    return replace(
        row, outcome=kept.outcome, reason=kept.reason, attempts=row.attempts + 1, next_at=now + wait
    )
