"""Coverage: what can be said of a source between two days, from the gap ledger and what the lists have shown.

Reads; asks no server, decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from onrecord.archive import Archive
from onrecord.gaps import LEAST_SHOWN
from onrecord.store import FeedRow, HeldGap


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCoverage:
    """How well one list of a source is known."""

    url: str
    since: datetime | None  #: when it was first read; None: nothing in it tells of order
    joined_since: datetime | None  #: since then each reading joined the one before
    read_at: datetime | None  #: when it was last read
    doubt: str | None  #: why nothing proves that its readings join, or None

    def as_json(self) -> dict[str, str | None]:
        """Return this for `--json`."""
        return {
            "url": self.url,
            "since": _text(self.since),
            "joined_since": _text(self.joined_since),
            "read_at": _text(self.read_at),
            "doubt": self.doubt,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well a source is known, and what may be missing of it."""

    source: str
    lists: tuple[ListCoverage, ...]
    gaps: tuple[HeldGap, ...]  #: in the order of the ledger, those that were filled too

    @property
    def since(self) -> datetime | None:
        """When the first of its lists was first read."""
        return min((one.since for one in self.lists if one.since), default=None)

    @property
    def until(self) -> datetime | None:
        """When all of its lists had been read last."""
        return min((one.read_at for one in self.lists if one.read_at), default=None)

    @property
    def open_gaps(self) -> list[HeldGap]:
        """What may still be missing."""
        return [gap for gap in self.gaps if gap.filled_at is None]


def current_lists(archive: Archive, source: str) -> list[FeedRow]:
    """Return a source's lists as they are followed now: those of its settings, and the sitemaps of its indexes."""
    rows = archive.state.feeds_of(source)
    config = next((one for one in archive.config.sources if one.id == source), None)
    if config is None:
        return rows
    named = {*config.feeds, *([config.home] if config.front_page else [])}
    newest = max((row.checked_at for row in rows if row.checked_at), default=None)
    return [
        row
        for row in rows
        if row.url in named or (newest and row.checked_at and row.checked_at > newest - timedelta(days=1))
    ]


def coverage_of(
    archive: Archive, source: str, *, since: datetime | None = None, until: datetime | None = None
) -> Coverage:
    """Return how well *source* is known, with the gaps that touch the time from *since* to before *until*."""
    windows = {window.url: window for window in archive.state.windows_of(source)}
    lists = []
    for feed in current_lists(archive, source):
        window = windows.get(feed.url)
        doubt = None
        if window is None and feed.entries:
            doubt = "it has no order that would tell what was missed"
        elif window and feed.entries < LEAST_SHOWN:
            doubt = "it shows too few entries to tell what was missed"
        lists.append(
            ListCoverage(
                url=feed.url,
                since=window.first_read_at if window else None,
                joined_since=window.joined_since if window else None,
                read_at=feed.read_at,
                doubt=doubt if feed.read_at else None,
            )
        )
    gaps = [gap for gap in archive.catalog.gaps(source, only_open=False) if _touches(gap, since, until)]
    return Coverage(source=source, lists=tuple(lists), gaps=tuple(gaps))


def _touches(gap: HeldGap, since: datetime | None, until: datetime | None) -> bool:
    """Does a gap touch this time, by what we observed or by what the publisher claims?"""
    claims = [
        datetime.fromisoformat(gap.data[key]) for key in ("newest_before", "oldest_after") if key in gap.data
    ]
    first, last = min(gap.since, *claims, gap.until), max(gap.until, *claims, gap.since)
    return (since is None or last >= since) and (until is None or first < until)


def _text(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
