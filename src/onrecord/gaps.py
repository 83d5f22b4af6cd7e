"""Gaps: what was to be expected of a source, against what was seen of it.

Pure: no clock, network, file or log. Four things tell of a gap:

    window   a list's readings do not join: what it showed before has left it, and nobody knows what stood between
    entry    a list named an article, and a day later the archive does not hold it
    numbers  addresses are numbered one after the other, and some numbers never came
    silence  a source has brought nothing for twice as long as it ever paused
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from onrecord.model import Entry
from onrecord.urls import lookup_key

#: Entries of a list that are remembered, to tell whether its next reading joins. Feeds show 10 to 50.
REMEMBERED = 100
#: A list that shows fewer proves nothing: a feed of one entry moves on with each article.
LEAST_SHOWN = 3
#: Entries that a publisher may have taken back, or dated anew, before an older one that stayed counts as pinned.
SLACK = 2
#: A claim of a later time than this is a slip, or an event that is announced; it says nothing of order.
FUTURE = timedelta(days=1)

#: An entry that is not held this long after it was first listed is a gap: the same day, yet past the first retries.
ENTRY_GRACE = timedelta(hours=20)

#: Numbers are judged where so many of them were seen, in so large a share of their span.
LEAST_NUMBERS, DENSE = 20, 0.9
#: A number that is missing is one once a later one was seen this long ago: articles are not published in order.
NUMBER_GRACE = timedelta(days=1)

#: Silence is judged by so many articles, over so long a time, of the last two months.
LEAST_ARTICLES, LEAST_SPAN, RHYTHM_OF = 10, timedelta(days=7), timedelta(days=60)
#: A pause is silence when it is so many times as long as the longest one before, and so long at the least.
SILENT_AFTER, SHORTEST_SILENCE = 2, timedelta(hours=6)


class GapKind(StrEnum):
    """What tells of a gap."""

    WINDOW = "window"
    ENTRY = "entry"
    NUMBERS = "numbers"
    SILENCE = "silence"


# ---------------------------------------------------------------- windows


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry that a list has shown: as much of it as is needed to know it again."""

    key: str  #: `urls.lookup_key` of its address
    id: str | None = None
    at: datetime | None = None  #: when it was published, as claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What lies between two readings that do not join. Times are the publisher's claims."""

    newest_before: datetime | None = None  #: of what was known
    oldest_after: datetime | None = None  #: of what is new
    about: int | None = None  #: how many entries there may have been, at the list's own rate


def shown_in(entries: Iterable[Entry], *, now: datetime) -> tuple[Shown, ...]:
    """Return what *entries* show, in their order; those that claim to come from the future are left out.

    Where all of them do, our own clock is wrong: then they count without their dates.
    """
    found: dict[str, Shown] = {}
    for entry in entries:
        claimed = entry.published_at or entry.modified_at
        key = lookup_key(entry.url)
        found.setdefault(key, Shown(key, entry.id, claimed.at.astimezone(UTC) if claimed else None))
    past = tuple(one for one in found.values() if one.at is None or one.at <= now + FUTURE)
    return past or tuple(Shown(one.key, one.id) for one in found.values())


def joins(known: Sequence[Shown], shown: Sequence[Shown]) -> bool:
    """Does what a list shows join onto what is *known* of it, so that nothing can have passed unseen?

    A feed drops its oldest entry for each new one, so of what was known the newest stay. An old one that
    stayed while many newer ones left has been pinned to its place, and joins nothing. An id tells an entry
    whose address has changed, and an address one whose id has. Where dates are missing or all the same,
    any entry that stayed joins.
    """
    if len(known) < LEAST_SHOWN or len(shown) < LEAST_SHOWN:
        return True
    is_known, is_shown = _among(known), _among(shown)
    if all(map(is_known, shown)):
        return True
    stayed = [one for one in known if is_shown(one)]
    if not stayed:
        return False
    dates = [one.at for one in stayed if one.at]
    left = sum(1 for one in known if one.at and one.at > max(dates)) if len(dates) == len(stayed) else 0
    return left <= len(stayed) + SLACK


def remembered(known: Sequence[Shown], shown: Sequence[Shown]) -> tuple[Shown, ...]:
    """Return what to remember of a list: the newest by their claims; of undated ones both ends of the list."""
    together = {one.key: one for one in (*known, *shown)}
    dated = [(one.at, one) for one in together.values() if one.at]
    newest = [one for _, one in sorted(dated, key=lambda pair: pair[0], reverse=True)[:REMEMBERED]]
    undated = [one for one in shown if one.at is None]
    if len(undated) > REMEMBERED:
        undated = [*undated[: REMEMBERED // 2], *undated[-REMEMBERED // 2 :]]
    return tuple([*newest, *undated][: 2 * REMEMBERED])


def missed(known: Sequence[Shown], shown: Sequence[Shown]) -> Missed:
    """Return what lies between *known* and *shown*, which do not join."""
    before = [one.at for one in known if one.at]
    is_known = _among(known)
    after = [one.at for one in shown if one.at and not is_known(one)]
    newest, oldest = max(before, default=None), min(after, default=None)
    if newest is None or oldest is None or oldest <= newest:
        return Missed(newest_before=newest, oldest_after=oldest)
    spans = [max(times) - min(times) for times in (before, after)]
    counted = len(before) + len(after) - 2
    span = sum(spans, timedelta(0))
    about = round((oldest - newest) / span * counted) if span > timedelta(0) else None
    return Missed(newest_before=newest, oldest_after=oldest, about=about)


def _among(entries: Iterable[Shown]) -> Callable[[Shown], bool]:
    """Return a test: is an entry among these, by its address or its id?"""
    kept = tuple(entries)
    keys, ids = {one.key for one in kept}, {one.id for one in kept if one.id}
    return lambda one: one.key in keys or one.id in ids


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers that never came, of addresses that are numbered one after the other."""

    pattern: str  #: what stands before the number; "#" for other figures in it
    missing: tuple[int, ...]


# The last figures of an address that can be a counter: not a year, not a day ("20240517").
_COUNTER = re.compile(r"(?<!\d)(\d{3,9})(?!\d)(?!.*(?<!\d)\d{3,9}(?!\d))")


def skipped(listed: Iterable[tuple[str, datetime]], *, now: datetime) -> list[Numbers]:
    """Return the numbers that skip among the addresses of (address, when it was first seen).

    Most counters count drafts and pictures too: only where nine in ten numbers came is one that did not
    worth a word. The newest day is not judged.
    """
    groups: dict[str, dict[int, datetime]] = {}
    for url, seen_at in listed:
        if counted := _counted(url):
            groups.setdefault(counted[0], {}).setdefault(counted[1], seen_at)
    told: list[Numbers] = []
    for pattern, seen in groups.items():
        low, high = min(seen), max(seen)
        if len(seen) < LEAST_NUMBERS or len(seen) / (high - low + 1) < DENSE:
            continue
        settled = max((number for number, at in seen.items() if at <= now - NUMBER_GRACE), default=low)
        if missing := tuple(number for number in range(low, settled) if number not in seen):
            told.append(Numbers(pattern, missing))
    return told


def numbers_of(addresses: Iterable[str]) -> dict[str, set[int]]:
    """Return the numbers of addresses, by the pattern that `skipped` names."""
    found: dict[str, set[int]] = {}
    for url in addresses:
        if counted := _counted(url):
            found.setdefault(counted[0], set()).add(counted[1])
    return found


def _counted(url: str) -> tuple[str, int] | None:
    """Return what stands before an address's number, figures in it as "#", and the number."""
    address = lookup_key(url)
    found = _COUNTER.search(address)
    if found is None or _is_date(found[1]):
        return None
    return re.sub(r"\d+", "#", address[: found.start()]), int(found[1])


def _is_date(figures: str) -> bool:
    is_year = len(figures) == 4 and 1900 <= int(figures) <= 2100
    return is_year or re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-3]\d)?", figures) is not None


# ---------------------------------------------------------------- silence


def longest_pause(moments: Iterable[datetime]) -> timedelta | None:
    """Return the longest time between two of *moments*, or None where they are too few, or too near, to tell."""
    times = sorted(moments)
    times = [at for at in times if at >= times[-1] - RHYTHM_OF] if times else []
    if len(times) < LEAST_ARTICLES or times[-1] - times[0] < LEAST_SPAN:
        return None
    return max(later - earlier for earlier, later in pairwise(times))


def is_silent(moments: Sequence[datetime], *, now: datetime) -> bool:
    """Has a source, whose articles were published at *moments*, fallen silent?"""
    past = [at for at in moments if at <= now]
    usual = longest_pause(past)
    return usual is not None and now - max(past) > max(SILENT_AFTER * usual, SHORTEST_SILENCE)


# ---------------------------------------------------------------- words


#: How a gap was filled: the ledger's word, and a person's.
FILLED_BY = {
    "look": "it came later",
    "resumed": "it went on, and its readings joined",
    "pages": "in the list's older pages",
    "sitemap": "in a sitemap",
    "memento": "in a web archive's copies of the list",
}


def words_of(data: Mapping[str, Any]) -> str:
    """Return what a gap's ledger line says, as a sentence."""
    since, until = _shortly(data["since"]), _shortly(data["until"])
    match data["kind"]:
        case GapKind.WINDOW:
            told = f"the list moved on between {since} and {until} UTC"
            if data.get("newest_before") and data.get("oldest_after"):
                before, after = _shortly(data["newest_before"]), _shortly(data["oldest_after"])
                told += f": what was published from {before} to {after} may be missing"
            about = data.get("about")
            return f"{told}, about {about} {'entry' if about == 1 else 'entries'}" if about else told
        case GapKind.ENTRY:
            return f"listed since {since} UTC, and not held: {data['reason']}"
        case GapKind.NUMBERS:
            numbers = data["numbers"]
            more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
            return f"numbers that never came: {', '.join(map(str, numbers[:10]))}{more}"
        case _:
            hours = max(1, round(data["longest_pause"] / 3600))
            return f"nothing new since {since} UTC; until then it never paused for longer than {hours} h"


def _shortly(moment: str) -> str:
    return moment[:16].replace("T", " ")
