"""A round ends at its limit, cleanly, and what it left comes first in the next."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from onrecord import cli
from onrecord.archive import Archive, verify
from onrecord.config import RoundConfig
from onrecord.fetch import FetchSettings
from onrecord.pipeline.budget import GRACE, Budget
from onrecord.store import SourceRow
from rounds import Paper, item, page

NAMES = (
    "bridge",
    "tower",
    "ferry",
    "market",
    "harbour",
    "station",
    "museum",
    "library",
    "theatre",
    "orchard",
)
MINUTE = RoundConfig(max_time=timedelta(minutes=1), min_free_mib=0)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with ten articles in its feed, whose server wants ten seconds between two pages."""
    made = Paper(tmp_path / "news")
    made.web.settings = FetchSettings(page_pause=10, picture_pause=0, retries=1)
    made.lists(*(item(name, day=n) for n, name in enumerate(NAMES, 1)))
    made.says(**{name: page(f"{name.title()} Shut After a Crack Is Found") for name in NAMES})
    return made


def test_a_round_ends_when_its_time_is_over(paper: Paper) -> None:
    """Whoever gives a job twenty minutes has other jobs."""
    report = paper.round(limits=MINUTE)
    assert 0 < len(paper.held()) < len(NAMES)
    assert report.ended_early == "its time was over (1m)"


def test_what_a_round_left_is_counted(paper: Paper) -> None:
    """A limit that is too low shows."""
    report = paper.round(limits=MINUTE)
    assert report.left == {"paper.example": len(NAMES) - len(paper.held())}


def test_what_a_round_left_is_kept_by_the_next_ones(paper: Paper) -> None:
    """Nothing is lost, also where the feed has moved on by then."""
    paper.round(limits=MINUTE)
    paper.lists(item("bridge"))
    for _ in range(3):
        paper.round(limits=MINUTE)
    assert len(paper.held()) == len(NAMES)


def test_what_a_round_left_comes_first(paper: Paper) -> None:
    """What has waited for an hour may be gone in another."""
    paper.round(limits=MINUTE)
    held = len(paper.held())
    paper.lists(*(item(name, day=n) for n, name in enumerate(NAMES, 1)), item("zoo", day=1))
    paper.says(zoo=page("Zoo Opens Its Gates Again"))
    paper.round(limits=MINUTE)
    names = [one.headline.split()[0].lower() for one in paper.held()]
    assert names[held] == NAMES[held]
    assert "zoo" not in names


def test_a_source_that_was_left_comes_first(paper: Paper) -> None:
    """Else the last in the settings would never be read."""
    with (paper.root / "onrecord.toml").open("a") as settings:
        settings.write('[sources."late.example"]\nfeeds = ["http://late.example/feed"]\n')
    with Archive.open(paper.root, write=True) as archive:
        archive.state.put(SourceRow(id="late.example", left_at=paper.web.clock.now()))
    paper.web.settings = FetchSettings(page_pause=0, picture_pause=0, concurrency=1)
    paper.round(limits=MINUTE)
    assert paper.web.requests[0].host == "late.example"


def test_an_edit_that_a_round_left_is_seen_by_the_next(paper: Paper) -> None:
    """What a feed said of it is remembered only when it has been looked at."""
    paper.web.settings = FetchSettings(page_pause=0, picture_pause=0, retries=1)
    paper.round()
    paper.web.settings = FetchSettings(page_pause=40, picture_pause=0, retries=1)
    paper.lists(*(item(name, day=n, extra="<author>Ada</author>") for n, name in enumerate(NAMES, 1)))
    paper.says(**{name: page(f"{name.title()} Open Again") for name in NAMES})
    for _ in range(12):
        paper.round(limits=MINUTE)
    assert {one.revision for one in paper.held()} == {2}


def test_a_round_ends_when_it_has_read_enough(paper: Paper) -> None:
    """A line that is paid by the megabyte."""
    heavy = page(foot=f"<!-- {'x' * 400_000} -->")
    paper.says(**dict.fromkeys(NAMES, heavy))
    report = paper.round(limits=RoundConfig(max_mib=1, min_free_mib=0))
    assert report.ended_early == "1 MiB were read"
    assert len(paper.web.requests) < len(NAMES)


def test_a_round_ends_before_the_disk_is_full(paper: Paper) -> None:
    """A full disk breaks other programs too."""
    report = paper.round(limits=RoundConfig(min_free_mib=1_000_000_000))
    assert report.is_disk_low
    assert paper.web.requests == []


def test_a_disk_that_fills_up_ends_a_round_cleanly(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is whole, and the next round goes on."""
    left = [4 * 1024 * 1024]

    def filling(_: Path) -> SimpleNamespace:
        left[0] -= 700_000
        return SimpleNamespace(free=left[0])

    monkeypatch.setattr("onrecord.pipeline.round.shutil.disk_usage", filling)
    report = paper.round(limits=RoundConfig(min_free_mib=1))
    assert report.is_disk_low
    assert 0 < len(paper.held()) < len(NAMES)
    assert list(verify(paper.root)) == []


def test_a_page_that_holds_up_the_end_is_broken_off() -> None:
    """A host may want a minute between two pages, four of which are under way."""

    async def run() -> bool:
        clock = iter([0.0, 60.0 + GRACE, 60.0 + GRACE])
        budget = Budget(MINUTE, monotonic=lambda: next(clock), received=int, free=int)
        return await budget.within(asyncio.create_task(asyncio.Event().wait()))

    assert asyncio.run(run()) is False


def test_the_time_on_the_command_line_must_be_one(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen would run for hours."""
    assert cli.run(["update", "--for", "20 minutes", "--archive", str(paper.root)]) == 2
    assert "write it as 20m" in capsys.readouterr().err
