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
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.fetch import Client
from onrecord.model import Entry, Feed
from onrecord.pipeline.articles import ArticleDesk, Finding, Kept, Look
from onrecord.pipeline.claims import claims_digest, recalled, remembered
from onrecord.pipeline.discovery import Discovered, Discovery
from onrecord.pipeline.report import Happening, Listener, News, RoundReport
from onrecord.pipeline.writing import Writer
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
    ) -> None:
        self._archive = archive
        self._now = now
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
        state = self._archive.state
        state.begin_round(self._report.id, self._report.started_at)
        tasks = [asyncio.create_task(self._follow(source, recheck=recheck)) for source in sources]
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
        wanted = list(looks)
        kept = [await self._desk.keep(await self._desk.look(look)) for look in wanted]
        for source in {look.source.id: look.source for look in wanted}.values():
            self._desk.settle(source)
        return kept

    # ---------------------------------------------------------------- one source

    async def _follow(self, source: SourceConfig, *, recheck: bool) -> None:
        self._tell(News(what=Happening.SOURCE_BEGUN, source=source.id))
        lists = await self._discovery.lists_of(source)
        failures = [one.failure for one in lists if one.failure]
        failed = failures[0] if failures and len(failures) == len(lists) else None
        if failed:
            self._tell(News(what=Happening.SOURCE_FAILED, source=source.id, reason=failed))
        planned = self._plan(source, lists, recheck=recheck)
        self._tell(News(what=Happening.TO_LOOK_AT, source=source.id, count=len(planned)))
        await self._take(planned)
        self._desk.settle(source)
        self._remember(source, lists, failed)
        self._tell(News(what=Happening.SOURCE_DONE, source=source.id))

    async def _take(self, planned: Iterable[_Planned]) -> None:
        """Look at what is planned, several at once; keep what comes in the order of the plan."""
        async for plan, finding in self._found(planned):
            kept = await self._desk.keep(finding)
            self._tell(News(what=Happening.LOOKED, source=plan.look.source.id, url=plan.look.url))
            if plan.row is not None:
                self._archive.state.put(_after(plan.row, kept, now=self._now()))

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

    def _plan(self, source: SourceConfig, lists: Sequence[Discovered], *, recheck: bool) -> list[_Planned]:
        now = self._now()
        feeds = [one.feed for one in lists if one.feed]
        named_in = {entry.url: one.row.record_id for one in lists if one.feed for entry in one.feed.entries}
        planned: dict[str, _Planned] = {}
        listed: dict[str, Entry] = {}
        for entry in _in_order(feeds):
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
        for look in self._looks(source, listed, now=now, recheck=recheck):
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

    def _remember(self, source: SourceConfig, lists: Sequence[Discovered], failed: str | None) -> None:
        """Note how the source did. Validators of a list are noted only now that its entries are seen to."""
        state = self._archive.state
        with state.transaction():
            for one in lists:
                state.put(one.row)
            known = state.source(source.id) or SourceRow(id=source.id)
            failures = known.failures + 1 if failed else 0
            state.put(replace(known, checked_at=self._now(), failures=failures, reason=failed))


def _in_order(feeds: Sequence[Feed]) -> list[Entry]:
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
