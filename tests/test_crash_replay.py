"""A round's file operations, recorded, and played back to every moment: as a kill leaves the archive, or a power cut.

After each, the archive opens, verifies, holds what it had acknowledged, and goes on; from some moments the whole
round is played again and must bring what an undisturbed one brings. The databases are left out of what survives: they
can be made again, or lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from acceptance import QUICK, change, demo_newsroom, essence_of, run
from disks import Crash, Operation, RecordingDisk, files_of, folders_of, moments
from documents import AT, document, exchange
from onrecord.archive import CONFIG, Archive, Boundary, Step, verify
from onrecord.demo.expected import addresses
from onrecord.ledger import Event
from onrecord.model import SourceId
from onrecord.pipeline.run import update
from onrecord.pipeline.sources import chosen_sources
from onrecord.render import document as documents

#: What a crash may damage: all but the databases.
FOLDERS = ("articles", "pictures", "captures", "ledger", "staging", CONFIG)
#: Two publications, one of them with a full-text feed: pages, items, pictures, revisions and removals.
FOLLOWED = addresses()[:2]
#: Moments from which a whole round is played: each takes seconds, most of them waiting.
PLAYED = 8


@dataclass(frozen=True, slots=True)
class Recorded:
    """A round as it was written: the files before it, and all that was done to them."""

    before: dict[str, bytes]
    folders: set[str]  #: before it
    done: list[Operation]


def play(root: Path, environ: dict[str, str], *, disk: RecordingDisk | None = None) -> None:
    """Play a round in this process."""

    def acknowledge(reached: Boundary) -> None:
        if disk and reached is Boundary.LEDGER_WRITTEN:
            disk.acknowledge(archive.head.seq)

    with Archive.open(root, write=True, disk=disk, probe=acknowledge) as archive:
        sources = chosen_sources(archive, [])
        report = asyncio.run(update(archive, sources, recheck=True, environ=environ, tell=lambda _: None))
    assert report.failed == {}


@pytest.fixture(scope="module", params=[1, 2], ids=["day-1", "day-2"])
def day(request: pytest.FixtureRequest) -> int:
    """Return the day of the round that is struck: the first keeps all afresh, the second revises and removes."""
    return int(request.param)


@pytest.fixture(scope="module")
def root(day: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive as it is before the round."""
    root = tmp_path_factory.mktemp("replay") / "news"
    with demo_newsroom() as newsroom:
        assert run("init", root).code == 0
        change(root / CONFIG, {**QUICK, "[pictures]": "max_crawl_delay = 0.05\n\n[pictures]"})
        assert run("add", *FOLLOWED, "--archive", root, environ=newsroom.environ).code == 0
        for earlier in range(1, day):
            newsroom.go_to_day(earlier)
            play(root, newsroom.environ)
    return root


@pytest.fixture(scope="module")
def recorded(root: Path, day: int) -> Recorded:
    """Return the round, recorded; the archive is as after it."""
    before, folders = files_of(root, FOLDERS), folders_of(root)
    disk = RecordingDisk(root)
    with demo_newsroom() as newsroom:
        newsroom.go_to_day(day)
        play(root, newsroom.environ, disk=disk)
    return Recorded(before, folders, disk.done)


@dataclass(frozen=True, slots=True)
class Struck:
    """What a crash left of a round."""

    count: int  #: operations that were done
    crash: Crash
    left: dict[str, bytes]
    acknowledged: int


def struck(recorded: Recorded) -> Iterator[Struck]:
    """Yield every crash at every moment that leaves other files than those before."""
    seen: set[tuple[int, bytes]] = set()
    for count, playback in moments(recorded.before, recorded.folders, recorded.done):
        for crash in Crash:
            left = playback.after(crash)
            mark = hashlib.sha256()
            for path, data in sorted(left.items()):
                mark.update(path.encode() + b"\0" + hashlib.sha256(data).digest())
            if (key := (playback.acknowledged, mark.digest())) not in seen:
                seen.add(key)
                yield Struck(count, crash, left, playback.acknowledged)


class Table:
    """A folder that is laid anew for each crash. What no crash changes is linked, not written."""

    def __init__(self, folder: Path, before: dict[str, bytes]) -> None:
        self._base = folder / "base"
        self._folder = folder
        self._laid = 0
        self._before = before
        lay(self._base, before)

    def laid(self, left: dict[str, bytes]) -> Path:
        """Return a new archive's folder with these files."""
        self._laid += 1
        root = self._folder / f"{self._laid}"
        for path, data in left.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            # Ledgers and open segments are written to where they stand; all else is replaced by a move.
            if path.startswith(("articles/", "pictures/")) and self._before.get(path) == data:
                os.link(self._base / path, place)
            else:
                place.write_bytes(data)
        return root


def lay(root: Path, files: dict[str, bytes]) -> None:
    """Write files below *root*."""
    for path, data in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def fault_after(root: Path, lines: int) -> str | None:
    """Open an archive that a crash left, let it go on, and return what is wrong with it, or None."""
    try:
        with Archive.open(root, write=True) as archive:
            if archive.head.seq < lines:
                return f"{lines} lines were acknowledged, {archive.head.seq} are there"
            archive.capture(exchange("https://later.example/story"))
            archive.commit([later()], now=AT)
    except Exception as error:  # noqa: BLE001  whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"
    damages = [f"{one.path}: {one.what}" for one in verify(root)]
    return "; ".join(damages) or None


def later() -> Step:
    """Return the step that keeps one more article."""
    doc = replace(document("later"), source=SourceId("later.example"))
    path = "articles/later.example/2026/05/17-later.md"
    data = {"id": doc.id, "revision": 1, "document": path}
    return Step(event=Event.CAPTURED, data=data, files=((path, documents.write(doc).encode()),), document=doc)


@pytest.mark.slow
def test_every_moment_of_a_round_leaves_an_archive_that_opens_verifies_and_goes_on(
    recorded: Recorded, memory_folder: Path, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A power cut asks nobody for a good moment."""
    table = Table(memory_folder, recorded.before)
    faults, counts = [], Counter[str]()
    for one in struck(recorded):
        counts[one.crash.value] += 1
        if fault := fault_after(table.laid(one.left), one.acknowledged):
            faults.append(f"{one.crash} after {one.count} of {len(recorded.done)} operations: {fault}")
    record_property("operations", len(recorded.done))
    record_property("crashes", dict(counts))
    with capsys.disabled():
        print(f"\n{len(recorded.done)} operations, {sum(counts.values())} crashes: {dict(counts)}")  # noqa: T201
    assert faults == []


@pytest.mark.slow
def test_the_round_after_a_crash_brings_what_an_undisturbed_one_brings(
    root: Path, recorded: Recorded, memory_folder: Path, day: int
) -> None:
    """A crash costs a second look, and nothing else."""
    undisturbed = essence_of(root)
    table = Table(memory_folder, recorded.before)
    crashes = [one.left for one in struck(recorded)]
    chosen = crashes[:: max(1, len(crashes) // PLAYED)]
    with demo_newsroom() as newsroom:
        newsroom.go_to_day(day)
        found = []
        for left in chosen:
            again = table.laid(left)
            play(again, newsroom.environ)
            found.append(essence_of(again))
    assert found == [undisturbed] * len(chosen)
