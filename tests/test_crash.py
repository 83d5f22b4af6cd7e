"""Killed at any moment, the archive loses nothing: the next round brings what an undisturbed one would have.

A real process is killed with SIGKILL: at every named boundary of writing (by its own hand, in crash_runner.py),
and at twenty moments of two rounds (from outside, when the captures and the ledger have grown so far).
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from acceptance import QUICK, change, command, demo_newsroom, environment, essence_of, run, until
from onrecord.archive import CONFIG, Archive, Boundary, Damage, verify
from onrecord.demo.expected import addresses
from onrecord.pipeline.run import update
from onrecord.pipeline.sources import chosen_sources

RUNNER = Path(__file__).with_name("crash_runner.py")
#: Not all of them: pages, a full-text feed, revisions, removals and pictures come from these too.
FOLLOWED = addresses()[1:]
#: Rounds that are struck at the same time: most of a round is waiting.
AT_ONCE = 4
#: Moments in each of the two rounds, evenly spread over what it writes.
MOMENTS = 10


@dataclass(frozen=True, slots=True)
class Blow:
    """Where a round is struck: at the n-th time of a boundary, or when so much of it is written."""

    day: int
    boundary: Boundary | None = None
    times: int = 1
    moment: int = 0  #: of MOMENTS + 1 parts

    def __str__(self) -> str:
        """Return the blow's name, for the test's."""
        where = f"{self.boundary}-{self.times}" if self.boundary else f"moment-{self.moment}"
        return f"day-{self.day}-{where}"


#: A segment is sealed once in a round; all else happens often: at its first time, and in the thick of it.
NAMED = [
    Blow(day, boundary, times)
    for boundary in Boundary
    for day, times in (((1, 1),) if boundary is Boundary.SEGMENT_SEALED else ((1, 1), (1, 12), (2, 5)))
]
ANYWHERE = [Blow(day, moment=moment) for day in (1, 2) for moment in range(1, MOMENTS + 1)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a blow: how the process ended, and what the archive was after the next round."""

    code: int
    damages: tuple[Damage, ...]
    essence: dict[str, Any]


class Ring:
    """Archives to strike: one that follows the demo and holds nothing yet, and one that holds the first day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = {day: folder / f"before-day-{day}" for day in (1, 2)}
        self.undisturbed: dict[int, dict[str, Any]] = {}
        self.written: dict[int, int] = {}
        with demo_newsroom() as newsroom:
            root = self.before[1]
            assert run("init", root).code == 0
            # A host of the demo asks for a second's pause, and gets it in test_demo_rounds.py.
            change(root / CONFIG, {**QUICK, "[pictures]": "max_crawl_delay = 0.05\n\n[pictures]"})
            assert run("add", *FOLLOWED, "--archive", root, environ=newsroom.environ).code == 0
            shutil.copytree(root, self.before[2])
            self._measure(1, self.before[2], newsroom.environ)
            newsroom.go_to_day(2)
            after = folder / "after"
            shutil.copytree(self.before[2], after)
            self._measure(2, after, newsroom.environ)

    def _measure(self, day: int, root: Path, environ: dict[str, str]) -> None:
        before = written(root)
        play(root, environ, recheck=day > 1)
        self.written[day] = written(root) - before
        self.undisturbed[day] = essence_of(root)

    def strike(self, blow: Blow) -> Outcome:
        """Kill a round, play the next one, and look at what is there."""
        root = self.folder / str(blow)
        shutil.copytree(self.before[blow.day], root)
        is_later = blow.day > 1
        with demo_newsroom() as newsroom:
            newsroom.go_to_day(blow.day)
            code = self._killed(blow, root, newsroom.environ, ["--recheck"] if is_later else [])
            play(root, newsroom.environ, recheck=is_later)
        return Outcome(code, tuple(verify(root)), essence_of(root))

    def _killed(self, blow: Blow, root: Path, environ: dict[str, str], recheck: list[str]) -> int:
        if blow.boundary:
            words = [sys.executable, str(RUNNER), str(root), blow.boundary, str(blow.times), *recheck]
        else:
            words = command("update", "--archive", root, "--json", *recheck)
        start = written(root)
        enough = start + self.written[blow.day] * blow.moment // (MOMENTS + 2)
        process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(**environ)
        )
        if blow.boundary:
            until(lambda: False, process)
        else:
            until(lambda: written(root) > enough, process, every=0.002)
            process.kill()
        return process.wait()


def written(root: Path) -> int:
    """Return the bytes of captures and ledger."""
    places = (place for folder in ("captures", "ledger") for place in (root / folder).rglob("*"))
    return sum(place.stat().st_size for place in places if place.is_file())


def play(root: Path, environ: dict[str, str], *, recheck: bool) -> None:
    """Play a round in this process."""
    with Archive.open(root, write=True) as archive:
        sources = chosen_sources(archive, [])
        report = asyncio.run(update(archive, sources, recheck=recheck, environ=environ, tell=lambda _: None))
    assert report.failed == {}


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    """Return the archives to strike."""
    return Ring(tmp_path_factory.mktemp("crash"))


@pytest.fixture(scope="module")
def after(ring: Ring) -> Iterator[Callable[[Blow], Outcome]]:
    """Yield what gives a blow's outcome. All blows begin with the first question, a few at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = {blow: pool.submit(ring.strike, blow) for blow in (*NAMED, *ANYWHERE)}
        yield lambda blow: futures[blow].result()
        for future in futures.values():
            future.cancel()


@pytest.mark.slow
@pytest.mark.parametrize("blow", [*NAMED, *ANYWHERE], ids=str)
def test_a_killed_round_loses_nothing(ring: Ring, after: Callable[[Blow], Outcome], blow: Blow) -> None:
    """A power cut costs a second look, no article, no revision, no picture."""
    outcome = after(blow)
    assert outcome.code == -signal.SIGKILL
    assert outcome.damages == ()
    assert outcome.essence == ring.undisturbed[blow.day]
