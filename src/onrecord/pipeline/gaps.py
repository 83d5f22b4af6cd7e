"""The gap ledger: a round's readings held against the earlier ones, and what is missing entered and told.

`gaps` decides; this enters what it decides, each gap once, and enters what fills it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from onrecord import gaps
from onrecord.archive import Archive, Step
from onrecord.config import SourceConfig
from onrecord.gaps import GapKind, Shown
from onrecord.ledger import Event
from onrecord.model import Feed, FeedKind
from onrecord.pipeline.filling import Found
from onrecord.pipeline.report import Happening, Listener, News
from onrecord.pipeline.writing import Writer
from onrecord.store import EntryRow, FeedRow, HeldGap, SourceRow, WindowRow

#: What came of an entry that the archive should hold and does not. A list, a live page or a video is no article,
#: and what the settings leave is left on purpose.
_MISSING = frozenset(
    {"waiting", "failed", "gone", "refused", "block", "consent", "login", "soft-404", "error"}
)
#: Entries that are entered as gaps of one source in one round; the others follow in the next.
ENTRIES_AT_ONCE = 500
#: Entries whose addresses are searched for numbers that skip, and articles whose times tell a source's rhythm.
NUMBERS_OF, RHYTHM_OF = 500, 200
#: How often a source as a whole is judged: its entries, its numbers, its silence.
JUDGED_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a list's reading was found to be: the window to remember, and the gap before it, if there is one."""

    window: WindowRow
    gap: Step | None = None


class GapDesk:
    """Finds gaps and enters them."""

    def __init__(
        self, archive: Archive, writer: Writer, *, now: Callable[[], datetime], tell: Listener
    ) -> None:
        self._archive = archive
        self._writer = writer
        self._now = now
        self._tell = tell

    # ---------------------------------------------------------------- lists

    def judge(self, source: SourceConfig, known: FeedRow, feed: Feed) -> Judged | None:
        """Hold a list's reading against what it showed before; None where its order tells nothing.

        A front page has no order that could tell, and the index of sitemaps no entries.
        """
        if feed.kind in {FeedKind.FRONT_PAGE, FeedKind.SITEMAP_INDEX} or not feed.entries:
            return None
        now = self._now()
        shown = gaps.shown_in(feed.entries, now=now)
        window = self._archive.state.window(known.url)
        if window is None:
            return self._first(source, known.url, feed, shown, now=now)
        before = _shown_of(window)
        fresh = replace(window, source=source.id, shown=_written(gaps.remembered(before, shown)))
        # A feed that lists everything has nothing that it could have dropped.
        if feed.is_everything or gaps.joins(before, shown):
            return Judged(fresh)
        since = known.read_at or known.checked_at or window.first_read_at
        step = self._window_gap(source, known.url, since, gaps.missed(before, shown), now=now)
        return Judged(replace(fresh, joined_since=now), step)

    def _first(
        self, source: SourceConfig, url: str, feed: Feed, shown: Sequence[Shown], *, now: datetime
    ) -> Judged:
        """A list that is read for the first time, or whose state was lost: then the archive itself may tell."""
        catalog, state = self._archive.catalog, self._archive.state
        window = _window(source.id, url, shown, now)
        began = catalog.first_captured_at(source.id)
        is_lost = began is not None and not any(row.read_at for row in state.feeds_of(source.id))
        if began is None or not is_lost:
            return Judged(window)
        if len(shown) < gaps.LEAST_SHOWN or any(catalog.find(entry.url) for entry in feed.entries):
            # Each gap was entered in the ledger when it was found: between them, the readings joined.
            return Judged(replace(window, first_read_at=began, joined_since=began))
        newest = catalog.moments(source.id, limit=1)
        held = [Shown("", at=at) for at in newest]
        step = self._window_gap(source, url, newest[0], gaps.missed(held, shown), now=now)
        return Judged(replace(window, first_read_at=began), step)

    def _window_gap(
        self, source: SourceConfig, url: str, since: datetime, missed: gaps.Missed, *, now: datetime
    ) -> Step:
        told = {
            "newest_before": _text(missed.newest_before),
            "oldest_after": _text(missed.oldest_after),
            "about": missed.about,
        }
        return _step(source, GapKind.WINDOW, url, min(since, now), now, told)

    async def enter(self, source: SourceConfig, steps: Iterable[Step]) -> None:
        """Enter the gaps of lists, each once: a round that broke off behind its ledger line finds it again."""
        fresh = [
            step
            for step in steps
            if not self._archive.catalog.has_gap(
                source.id, step.data["kind"], step.data.get("url"), datetime.fromisoformat(step.data["since"])
            )
        ]
        await self._commit(source, fresh)

    async def fill(self, source: SourceConfig, found: Iterable[Found]) -> None:
        """Enter what was found of gaps, once it has been looked at."""
        steps = [filled_step(one.gap, by=one.by, found=len(one.entries), whole=one.is_whole) for one in found]
        await self._commit(source, steps)

    # ---------------------------------------------------------------- a source as a whole

    async def settle(
        self, source: SourceConfig, row: SourceRow, *, is_fresh: bool, is_failed: bool
    ) -> SourceRow:
        """Enter what else is missing of a source, and what has been filled; return its row, to be noted.

        Args:
            source: Its lists have been read, and its entries looked at.
            row: What is known of it.
            is_fresh: They brought something.
            is_failed: None of its lists could be read: its silence says nothing.
        """
        now = self._now()
        is_due = not (row.judged_at and now - JUDGED_EVERY < row.judged_at <= now)
        if not is_fresh and not is_due:
            return row
        open_gaps = self._archive.catalog.gaps(source.id)
        steps = [step for gap in open_gaps if (step := self._filled(source, gap))]
        if is_due:
            steps += [*self._entries(source, now), *self._numbers(source, open_gaps, now)]
            steps += [] if is_failed else self._silence(source, open_gaps, now)
        await self._commit(source, steps)
        return replace(row, judged_at=now) if is_due else row

    def _entries(self, source: SourceConfig, now: datetime) -> list[Step]:
        catalog = self._archive.catalog
        late = [
            row
            for row in self._archive.state.entries_not_kept(source.id)
            if row.outcome in _MISSING
            and not row.is_past
            and row.first_seen_at <= now - gaps.ENTRY_GRACE
            and not catalog.find(row.url)
            and not catalog.has_gap(source.id, GapKind.ENTRY, row.url)
        ]
        return [_entry_step(source, row) for row in late[:ENTRIES_AT_ONCE]]

    def _numbers(self, source: SourceConfig, open_gaps: Sequence[HeldGap], now: datetime) -> list[Step]:
        listed = self._archive.state.entries_seen(source.id, limit=NUMBERS_OF)
        entered = {
            number for gap in open_gaps if gap.kind == GapKind.NUMBERS for number in gap.data["numbers"]
        }
        found = []
        for numbers in gaps.skipped(listed, now=now):
            fresh = [number for number in numbers.missing if number not in entered]
            if fresh:
                first, last = min(at for _, at in listed), max(at for _, at in listed)
                found.append(_step(source, GapKind.NUMBERS, numbers.pattern, first, last, {"numbers": fresh}))
        return found

    def _silence(self, source: SourceConfig, open_gaps: Sequence[HeldGap], now: datetime) -> list[Step]:
        moments = self._archive.catalog.moments(source.id, limit=RHYTHM_OF)
        began = self._archive.catalog.first_captured_at(source.id)
        if began is None or began > now - gaps.LEAST_SPAN:
            return []  # the dates of what it listed at first are all that is known of its rhythm
        if any(gap.kind == GapKind.SILENCE for gap in open_gaps) or not gaps.is_silent(moments, now=now):
            return []
        newest = max(at for at in moments if at <= now)
        usual = gaps.longest_pause([at for at in moments if at <= now]) or timedelta(0)
        told = {"longest_pause": int(usual.total_seconds())}
        return [_step(source, GapKind.SILENCE, None, newest, now, told)]

    def _filled(self, source: SourceConfig, gap: HeldGap) -> Step | None:
        match gap.kind:
            case GapKind.ENTRY:
                held = self._archive.catalog.find(gap.url or "")
                return filled_step(gap, by="look", found=1, article=held.id) if held else None
            case GapKind.SILENCE:
                newest = self._archive.catalog.moments(source.id, limit=1)
                return filled_step(gap, by="resumed") if newest and newest[0] > gap.since else None
            case GapKind.NUMBERS:
                listed = self._archive.state.entries_seen(source.id, limit=NUMBERS_OF)
                seen = gaps.numbers_of(url for url, _ in listed).get(gap.url or "", set())
                missing = set(gap.data["numbers"])
                return filled_step(gap, by="look", found=len(missing)) if missing <= seen else None
            case _:
                return None

    async def _commit(self, source: SourceConfig, steps: Sequence[Step]) -> None:
        if not steps:
            return
        await self._writer.commit(*steps)
        for step in steps:
            self._tell(_news(source, step))


# ---------------------------------------------------------------- steps and words


def _step(
    source: SourceConfig,
    kind: GapKind,
    url: str | None,
    since: datetime,
    until: datetime,
    told: dict[str, Any],
) -> Step:
    data = {
        "source": source.id,
        "kind": kind.value,
        "url": url,
        "since": _text(since),
        "until": _text(until),
        **told,
    }
    return Step(event=Event.GAP, data={key: value for key, value in data.items() if value is not None})


def _entry_step(source: SourceConfig, row: EntryRow) -> Step:
    told = {"headline": row.headline, "reason": row.reason or "it has not been asked for yet"}
    return _step(source, GapKind.ENTRY, row.url, row.first_seen_at, row.last_seen_at, told)


def _news(source: SourceConfig, step: Step) -> News:
    data, url = step.data, step.data.get("url")
    if step.event is Event.GAP:
        return News(what=Happening.GAP, source=source.id, url=url, reason=gaps.words_of(data))
    told = gaps.FILLED_BY.get(data["by"], data["by"])
    if not data["whole"]:
        told = f"not closed yet; {data['found']} found {told}"
    return News(what=Happening.FILLED, source=source.id, url=url, reason=told, count=int(data["whole"]))


def filled_step(
    gap: HeldGap, *, by: str, found: int = 0, whole: bool = True, article: str | None = None
) -> Step:
    """Return the step that enters what a gap was filled by: all of it, or (not *whole*) a part."""
    data: dict[str, Any] = {"source": gap.source, "gap": gap.seq, "kind": gap.kind, "url": gap.url}
    data |= {"by": by, "whole": whole, "found": found, "article": article}
    return Step(event=Event.FILLED, data={key: value for key, value in data.items() if value is not None})


def first_window(source: str, url: str, feed: Feed, at: datetime) -> WindowRow:
    """Return what is remembered of a list that was read for the first time *at* a moment."""
    return _window(source, url, gaps.shown_in(feed.entries, now=at), at)


def _window(source: str, url: str, shown: Sequence[Shown], at: datetime) -> WindowRow:
    told = _written(gaps.remembered((), shown))
    return WindowRow(url=url, source=source, first_read_at=at, joined_since=at, shown=told)


def _text(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None


def _shown_of(window: WindowRow) -> tuple[Shown, ...]:
    found = json.loads(window.shown)
    return tuple(
        Shown(key, id_, None if at is None else datetime.fromtimestamp(at, UTC)) for key, id_, at in found
    )


def _written(shown: Iterable[Shown]) -> str:
    # Seconds since 1970: a thousand feeds are judged in a round, and words would cost as much as all else.
    rows = [[one.key, one.id, None if one.at is None else int(one.at.timestamp())] for one in shown]
    return json.dumps(rows, separators=(",", ":"))
