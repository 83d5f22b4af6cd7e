"""Planning: what a round is to look at, for one source.

Three things ask for a look: an entry that a list names and that is not held, or claims something new; an entry that
brought nothing so far, when it is worth another try; an article that is held, when its next look is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.model import Entry
from onrecord.pipeline.articles import Kept, Look
from onrecord.pipeline.claims import claims_digest, recalled, remembered
from onrecord.pipeline.discovery import Discovered
from onrecord.schedule import is_due, next_look
from onrecord.store import AddressRow, DueRow, EntryRow, HeldArticle
from onrecord.urls import lookup_key

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

#: What came of an entry whose page is not there: often it is, an hour later; if not in a month, it never was.
NOT_THERE = frozenset({"gone", "soft-404"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a round is to do for a source."""

    source: SourceConfig
    recheck: bool = False  #: look again at every article of the last 30 days
    fill: bool = False  #: look for what gaps may have swallowed
    asks_lists: bool = True  #: False: only what is due for a look
    only_due: bool = False  #: leave out lists whose publisher does not want to be asked yet
    looks_due: bool = True  #: False: nothing but what its lists name is to be looked at, as the plan knows
    most_looks: int | None = None  #: of held articles; the others stay due

    @property
    def retries(self) -> bool:
        """Are entries asked for that are not held and not due?"""
        return self.recheck or self.fill


@dataclass(frozen=True, slots=True)
class Planned:
    """A look to take, and the entry's row to write afterwards."""

    look: Look
    row: EntryRow | None


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry, and the capture of the list that named it."""

    entry: Entry
    record: str | None


def listed_in(lists: Iterable[Discovered]) -> dict[str, Listed]:
    """Return what lists name, by key, oldest first as far as it says: order and dates are claims, not more."""
    found = [
        Listed(entry, one.named_in.get(entry.url, one.row.record_id))
        for one in lists
        if one.feed
        for entry in reversed(one.feed.entries)
    ]
    late = datetime.max.replace(tzinfo=UTC)
    found.sort(key=lambda one: one.entry.published_at.at if one.entry.published_at else late)
    listed: dict[str, Listed] = {}
    for one in found:
        listed.setdefault(lookup_key(one.entry.url), one)
    return listed


def looks_due(row: DueRow | None, *, now: datetime) -> bool:
    """May any of a source's articles, or of its entries that became none, be due? Of an unknown source nobody knows."""
    return row is None or is_due(row.look_at, now=now)


def adopt(archive: Archive, *, now: datetime) -> None:
    """Have young articles looked at of which the state has no address: it was lost, or is older than the archive.

    So it is after a round that was killed between an article and the note of it, and after a restored copy.
    """
    state, catalog = archive.state, archive.catalog
    touched = [article for _, article in catalog.touched_after(state.noted_until())]
    with state.transaction():
        for unknown in state.without_address(touched):
            held = catalog.article(unknown)
            if held and held.first_captured_at >= now - RECHECK_WINDOW:
                state.put(AddressRow(url=held.url, article_id=held.id, source=held.source, next_at=now))


class Planner:
    """Plans the looks of a round."""

    def __init__(self, archive: Archive, *, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._now = now

    def plan(self, turn: Turn, listed: Mapping[str, Listed], known: Mapping[str, EntryRow]) -> list[Planned]:
        """Return the looks to take, those first that an earlier round left.

        Args:
            turn: Whose they are.
            listed: What the source's lists name.
            known: What is known of that.
        """
        now = self._now()
        planned = self._at_listed(turn, listed, known, now=now) if listed else {}
        if turn.looks_due:
            for key, plan in self._at_tried(turn, listed, now=now).items():
                planned.setdefault(key, plan)
            for look in self._at_held(turn, listed, now=now)[: turn.most_looks]:
                planned.setdefault(lookup_key(look.url), Planned(look, None))
        return sorted(planned.values(), key=lambda plan: not _was_left(plan.row, now=now))

    def _at_listed(
        self, turn: Turn, listed: Mapping[str, Listed], known: Mapping[str, EntryRow], *, now: datetime
    ) -> dict[str, Planned]:
        """Return the looks at what lists name, and note all that they name."""
        state, held = self._archive.state, self._archive.catalog.find_all(listed)
        planned: dict[str, Planned] = {}
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

    def _at_tried(self, turn: Turn, listed: Mapping[str, Listed], *, now: datetime) -> dict[str, Planned]:
        """Return the looks at entries that brought nothing so far, or are of the past, and are listed no more."""
        state, source = self._archive.state, turn.source
        rows = state.entries_not_kept(source.id) if turn.retries else []
        rows += state.entries_due(source.id, now)
        past = count(1)  # after a long pause all that was queued is due: the news comes first
        most = self._archive.config.schedule.backfill
        planned: dict[str, Planned] = {}
        for row in rows:
            if row.key in listed or row.key in planned or (row.outcome == "queued" and next(past) > most):
                continue
            told, held = recalled(row.url, row.claims), self._archive.catalog.find(row.url)
            planned[row.key] = Planned(Look(source=source, url=row.url, entry=told, held=held), row)
        return planned

    def _at_held(self, turn: Turn, listed: Mapping[str, Listed], *, now: datetime) -> list[Look]:
        """Return the looks at held articles that are due; on a recheck, all of the last 30 days."""
        source, state = turn.source, self._archive.state
        chosen: dict[str, Look] = {}
        rows = state.looks(source.id, due_by=None if turn.recheck else now)
        # An address whose page has answered is asked rather than one that only a feed knows.
        for row in sorted(rows, key=lambda row: row.payload_digest is None):
            held = self._archive.catalog.article(row.article_id or "")
            if held is None:
                state.put(replace(row, next_at=None))  # there is nothing to look for
                continue
            if held.id in chosen or (turn.recheck and held.first_captured_at < now - RECHECK_WINDOW):
                continue
            key = lookup_key(row.url)
            if key in listed:
                entry: Entry | None = listed[key].entry
            else:
                known = state.entry(source.id, key)
                entry = recalled(row.url, known.claims if known else None)
            chosen[held.id] = Look(source=source, url=row.url, entry=entry, held=held)
        return list(chosen.values())


def _planned(
    turn: Turn,
    key: str,
    listed: Listed,
    known: EntryRow | None,
    held: HeldArticle | None,
    *,
    now: datetime,
) -> tuple[Planned | None, EntryRow]:
    """Return an entry's row, and the look that it asks for: it is not held, or it claims something new."""
    entry, claims = listed.entry, claims_digest(listed.entry)
    if known and known.outcome == "queued":
        known = None  # of the past no longer: a list that is followed names it now
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
    is_waiting = known is not None and _is_waiting(known, now=now)
    is_wanted = is_changed if held else turn.retries or is_changed or not is_waiting
    look = Look(source=turn.source, url=entry.url, entry=entry, held=held)
    return (Planned(look, row) if is_wanted else None), row


def _is_waiting(row: EntryRow, *, now: datetime) -> bool:
    """Is it too early to ask for an entry again, or has it been given up?"""
    if row.next_at is None:
        return row.outcome in NOT_THERE
    return row.next_at > now


def _was_left(row: EntryRow | None, *, now: datetime) -> bool:
    """Was an entry listed in an earlier round, which did not come to it?"""
    return row is not None and row.outcome == "waiting" and row.attempts == 0 and row.first_seen_at < now


def after(row: EntryRow, kept: Kept, ladder: Sequence[timedelta], *, now: datetime) -> EntryRow:
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
