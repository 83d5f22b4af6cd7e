"""Recorded publishers, followed for seven days: every edit is told with its kind, every removal, and no noise.

The days pass on a clock of the test's own, so that what must last for days does. Needs ../shared.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from acceptance import (
    IS_SHARED,
    QUICK,
    SITES,
    Following,
    documents_of,
    forbidden_prefixes,
    is_forbidden,
    recorded,
    recorded_newsroom,
)
from onrecord.archive import Archive
from onrecord.compare import Kind, compare
from onrecord.fetch import Client
from onrecord.fetch.courtesy import SystemClock
from onrecord.ledger import Event, Line
from onrecord.pipeline.hosts import StateMemory
from onrecord.pipeline.round import Round
from onrecord.pipeline.run import client_settings
from onrecord.pipeline.writing import Writer
from onrecord.urls import lookup_key

pytestmark = [
    pytest.mark.newsroom,
    pytest.mark.slow,
    pytest.mark.skipif(not IS_SHARED, reason="the recorded publishers (../shared/newsroom) are not here"),
]

DAYS = 7
#: Its front page answers 404: a person gives its feed.
FEED_ALONE = "https://chinadigitaltimes.net/chinese/feed/"
#: Pictures are no part of what is shown here, and would take most of the time.
SETTINGS = {**QUICK, "keep = true": "keep = false"}
#: What the list of edits calls a change, and what it is called here: a changed name may count as wording.
NAMES: Mapping[str, frozenset[Kind]] = {
    "headline": frozenset({Kind.HEADLINE}),
    "wording": frozenset({Kind.WORDING, Kind.NAME}),
    "punctuation": frozenset({Kind.PUNCTUATION}),
    "number": frozenset({Kind.NUMBER}),
    "paragraph removed": frozenset({Kind.PARAGRAPH_REMOVED}),
    "correction note": frozenset({Kind.CORRECTION}),
}
#: Words and numbers that were edited in somebody's quoted words, or in the standfirst, are told by that place: of the
#: 88 edits six stand in a quotation and two in a standfirst.
PLACES = frozenset({Kind.QUOTATION, Kind.STANDFIRST})
TOLD_BY_PLACE = 8


class DayClock(SystemClock):
    """The system's clock, so many days later."""

    def __init__(self) -> None:
        self.days = 0

    def now(self) -> datetime:
        """Return the moment."""
        return super().now() + timedelta(days=self.days)

    def whole_now(self) -> datetime:
        """Return the moment, in whole seconds."""
        return self.now().replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Week:
    """An archive after seven days, and its ledger."""

    root: Path
    lines: tuple[Line, ...]
    began: datetime  #: the first day's round

    def day_of(self, line: Line) -> int:
        """Return on which day a line was written, from 1."""
        return (line.at - self.began) // timedelta(days=1) + 1


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """Yield an archive that has followed all hosts for seven days."""
    folder = tmp_path_factory.mktemp("week")
    hosts = json.loads((SITES / "hosts.json").read_text("utf-8"))
    addresses = [f"https://{host}/" if host not in FEED_ALONE else FEED_ALONE for host in hosts]
    with recorded_newsroom(folder) as newsroom:
        made = Following(root=folder / "news", newsroom=newsroom)
        made.begin(addresses, settings=SETTINGS)
        clock = DayClock()
        began = clock.whole_now()
        for day in range(1, DAYS + 1):
            newsroom.go_to_day(day)
            with Archive.open(made.root, write=True) as archive:
                asyncio.run(follow(archive, clock, newsroom.environ))
            clock.days += 1
        with Archive.open(made.root) as archive:
            lines = tuple(archive.lines())
        yield Week(made.root, lines, began)


async def follow(archive: Archive, clock: DayClock, environ: Mapping[str, str]) -> None:
    """Run one round over all sources, as `update --recheck` does, on *clock*."""
    async with (
        Client(
            client_settings(archive.config, environ), memory=StateMemory(archive.state), clock=clock
        ) as client,
        Writer(archive, now=clock.whole_now) as writer,
    ):
        one = Round(archive, client, writer, clock=clock, tell=lambda _: None)
        await one.run(archive.config.sources, recheck=True)
    archive.seal(now=clock.whole_now())


def edits(*, day: int) -> list[dict[str, Any]]:
    """Return the edits of a day that a reader sees, on pages that may be asked for."""
    prefixes = forbidden_prefixes()
    rows = [json.loads(line) for line in (SITES / "edits.jsonl").read_text("utf-8").splitlines()]
    return [
        row for row in rows if row["day"] == day and row["visible"] and not is_forbidden(row["url"], prefixes)
    ]


def ids_of(week: Week) -> dict[str, str]:
    """Return the article at each address."""
    with Archive.open(week.root) as archive:
        return {
            lookup_key(url): held_id
            for held_id, revisions in documents_of(week.root).items()
            for url in (revisions[0][0].url, *archive.catalog.aliases(held_id))
        }


def revised(week: Week) -> dict[int, dict[str, int]]:
    """Return which articles were revised on each day, with the number of the revision."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for line in week.lines:
        if line.event is Event.REVISED:
            found[week.day_of(line)][line.data["id"]] = line.data["revision"]
    return found


@pytest.mark.parametrize(("day", "count"), [(2, 48), (4, 40)])
def test_each_visible_edit_is_a_revision(week: Week, day: int, count: int) -> None:
    """What was changed after publication is on record."""
    ids, found = ids_of(week), revised(week)[day]
    listed = edits(day=day)
    assert len(listed) == count
    assert [row["url"] for row in listed if ids[lookup_key(row["url"])] not in found] == []


@pytest.mark.parametrize("day", [2, 4])
def test_each_edit_is_called_what_it_is(week: Week, day: int) -> None:
    """A reader who asks for changed numbers gets them, and nobody has to read a diff to know what it is about."""
    ids, found, documents = ids_of(week), revised(week)[day], documents_of(week.root)
    wrong = []
    for row in edits(day=day):
        held_id = ids[lookup_key(row["url"])]
        number = found[held_id]
        before, after = (documents[held_id][at][1].revision.article for at in (number - 2, number - 1))
        kinds = compare(before, after).kinds
        if not kinds & NAMES[row["kind"]]:
            wrong.append((row["url"], row["kind"], row["before"][:80], kinds))
    assert [one for one in wrong if one[1] not in {"wording", "number"} or not one[3] <= PLACES] == []
    assert len(wrong) <= TOLD_BY_PLACE


def test_seven_days_of_noise_make_no_revision(week: Week) -> None:
    """Clocks, counters, nonces, most-read lists and advertisements are no news."""
    ids = ids_of(week)
    edited = {day: {ids[lookup_key(row["url"])] for row in edits(day=day)} for day in (2, 4)}
    known = {held_id: key for key, held_id in ids.items()}
    others = [
        (day, known[each])
        for day, found in revised(week).items()
        for each in found
        if each not in edited.get(day, set())
    ]
    assert others == []


def removals(*, back: bool) -> set[str]:
    """Return the pages that are gone from day 2 on: those that are back on day 5, or those that stay away."""
    prefixes = forbidden_prefixes()
    rows = [row for row in recorded() if row["kind"] == "removed" and not is_forbidden(row["url"], prefixes)]
    return {lookup_key(row["url"]) for row in rows if (row.get("to") == 4) == back}


def told(week: Week, event: Event, state: str | None = None) -> set[str]:
    """Return the articles of which the ledger tells this."""
    return {line.data["id"] for line in week.lines if line.event is event and line.data.get("state") == state}


def test_removals_are_suspected_and_confirmed_when_they_last(week: Week) -> None:
    """Fourteen pages are gone on the second day; eight of them stay away."""
    ids = ids_of(week)
    gone, back = ({ids[key] for key in removals(back=back)} for back in (False, True))
    assert (len(gone), len(back)) == (8, 6)
    assert told(week, Event.REMOVED, "suspected") == gone | back
    assert told(week, Event.REMOVED, "confirmed") == gone


def test_what_came_back_is_restored(week: Week) -> None:
    """Six of them are there again on the fifth day."""
    ids = ids_of(week)
    assert told(week, Event.RESTORED) == {ids[key] for key in removals(back=True)}
