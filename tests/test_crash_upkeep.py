"""What is done to an archive between rounds, played back to every moment: prune, forget, backup, repair.

As for a round (`test_crash_replay`): after each kill and each power cut the archive opens, verifies and goes on, and
the work, asked for again, is done. Of a backup it is the copy that is struck.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from disks import RecordingDisk, files_of, folders_of
from onrecord.archive import CONFIG, Archive, Boundary, back_up, forget, prune, verify
from onrecord.pipeline.repairing import repair
from onrecord.store import Listing
from onrecord.warc import iter_records
from rounds import PARAGRAPHS, Paper, item, page
from test_crash_replay import FOLDERS, Recorded, Table, fault_after, struck
from test_repair import a_block, damage, picture

SECRET = "The ferry was late by two hours, and its master would not say why, a reader told the paper."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Return a paper with three articles: one edited, one with a picture, one from its full-text feed."""
    made = Paper(tmp_path_factory.mktemp("upkeep") / "news")
    text = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    full = f"<content:encoded><![CDATA[{text}]]></content:encoded>"
    made.lists(item(), item("ferry"), item("tower", extra=full))
    made.web.pages["paper.example/pier.png"] = [picture("red")]
    figure = "<figure><img src=http://paper.example/pier.png></figure>"
    made.says(bridge=page(), ferry=page("Ferry Late", [SECRET, *PARAGRAPHS[1:], figure]))
    made.round()
    made.says(bridge=page("Bridge Shut for Good"))
    made.round(recheck=True)
    return made


@dataclass(frozen=True, slots=True)
class Work:
    """Something that is done to an archive."""

    do: Callable[[Paper, Path, RecordingDisk | None], None]
    is_done: Callable[[Path], bool]  #: to the archive that was struck
    prepare: Callable[[Path], None] = lambda _: None
    is_mending: bool = False  #: without it the archive, being damaged, need not open


def opened(root: Path, disk: RecordingDisk | None) -> Archive:
    """Open an archive through a disk that is told what was acknowledged."""

    def acknowledge(reached: Boundary) -> None:
        if disk and reached is Boundary.LEDGER_WRITTEN:
            disk.acknowledge(archive.head.seq)

    archive = Archive.open(root, write=True, disk=disk, probe=acknowledge)
    return archive


def do_prune(paper: Paper, root: Path, disk: RecordingDisk | None) -> None:
    """Prune all captures."""
    now = paper.web.clock.now()
    with opened(root, disk) as archive:
        prune(archive, before=now, now=now)


def is_pruned(root: Path) -> bool:
    """Has no old capture a payload any more?"""
    places = [place for place in root.rglob("*.warc.gz") if "2024" in place.parts]
    return not any(one.kind == "response" and one.payload for place in places for one in iter_records(place))


def do_forget(paper: Paper, root: Path, disk: RecordingDisk | None) -> None:
    """Forget the ferry, if it is held."""
    with opened(root, disk) as archive:
        ids = [held.id for held in archive.catalog.articles(Listing()) if "ferry" in held.url]
        if ids:
            forget(archive, ids, reason="a ruling", now=paper.web.clock.now())


def is_forgotten(root: Path) -> bool:
    """Is no word of it left, in documents and captures?"""
    documents = [place.read_bytes() for place in (root / "articles").rglob("*") if place.is_file()]
    captured = [one.block for place in root.rglob("*.warc.gz") for one in iter_records(place)]
    pictures = [place for place in (root / "pictures").rglob("*") if place.is_file()]
    return SECRET.encode() not in b"".join([*documents, *captured]) and not pictures


def do_repair(paper: Paper, root: Path, disk: RecordingDisk | None) -> None:
    """Verify, and repair what is found."""

    async def mend() -> None:
        async with await paper.web.serve():
            await repair(root, list(verify(root)), client_of=lambda _: paper.web.make_client(), disk=disk)

    asyncio.run(mend())


def damage_some(root: Path) -> None:
    """Damage documents, an index, a picture and the ledger."""
    damage(root, "articles/**/*bridge*.md", a_block)
    damage(root, "articles/**/*tower*", None)
    damage(root, "pictures/**/*.png", a_block)
    place = min((root / "ledger").glob("*.jsonl"))
    rows = place.read_bytes().splitlines(keepends=True)
    place.write_bytes(b"".join([rows[0], rows[2], rows[1], *rows[3:]]))


def is_whole(root: Path) -> bool:
    """Does everything verify?"""
    return list(verify(root)) == []


WORKS = {
    "prune": Work(do_prune, is_pruned),
    "forget": Work(do_forget, is_forgotten),
    "repair": Work(do_repair, is_whole, damage_some, is_mending=True),
}


def recorded(paper: Paper, work: Work, root: Path) -> Recorded:
    """Do a work on a copy of the archive, and return how it was done."""
    shutil.copytree(paper.root, root)
    work.prepare(root)
    before, folders = files_of(root, FOLDERS), folders_of(root)
    disk = RecordingDisk(root)
    work.do(paper, root, disk)
    assert work.is_done(root)
    return Recorded(before, folders, disk.done)


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKS)
def test_every_moment_leaves_an_archive_that_goes_on_and_the_work_can_be_done(
    paper: Paper,
    name: str,
    memory_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What can't be undone must not be done by halves."""
    work = WORKS[name]
    done = recorded(paper, work, tmp_path / "news")
    table = Table(memory_folder, done.before)
    faults, counts = [], Counter[str]()
    for one in struck(done):
        counts[one.crash.value] += 1
        root = table.laid(one.left)
        fault = _fault(paper, work, root, one.acknowledged)
        if fault:
            faults.append(f"{one.crash} after {one.count} of {len(done.done)} operations: {fault}")
        shutil.rmtree(root)
    told(capsys, name, len(done.done), counts)
    assert faults == []


def _fault(paper: Paper, work: Work, root: Path, lines: int) -> str | None:
    """Let a struck archive go on, do the work again, and return what is wrong, or None."""
    try:
        if work.is_mending:
            work.do(paper, root, None)
            fault = fault_after(root, lines)
        else:
            fault = fault_after(root, lines)
            work.do(paper, root, None)
    except Exception as error:  # noqa: BLE001  whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"
    fault = fault or "; ".join(f"{one.path}: {one.what}" for one in verify(root))
    return fault or (None if work.is_done(root) else "asked for again, it was not done")


def told(capsys: pytest.CaptureFixture[str], name: str, operations: int, counts: Counter[str]) -> None:
    """Say how much was played back."""
    with capsys.disabled():
        print(f"\n{name}: {operations} operations, {sum(counts.values())} crashes: {dict(counts)}")  # noqa: T201


@pytest.mark.slow
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "next"])
def test_every_moment_of_a_backup_leaves_one_that_the_next_run_makes_good(
    paper: Paper,
    memory_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    is_first: bool,
) -> None:
    """The disk of a backup is pulled out, too; from the second run on there is an archive in it at every moment."""
    source, dest = tmp_path / "news", tmp_path / "backup"
    shutil.copytree(paper.root, source)
    dest.mkdir()
    if not is_first:
        back_up(source, dest)
        do_forget(paper, source, None)
        do_prune(paper, source, None)
    before, folders = files_of(dest, FOLDERS), folders_of(dest)
    disk = RecordingDisk(dest)
    back_up(source, dest, disk=disk)
    done = Recorded(before, folders, disk.done)
    table = Table(memory_folder, before)
    faults, counts = [], Counter[str]()
    for one in struck(done):
        counts[one.crash.value] += 1
        root = table.laid(one.left)
        where = f"{one.crash} after {one.count} of {len(done.done)} operations: "
        faults += [where + fault for fault in _faults_of_a_backup(source, root, is_first=is_first)]
        shutil.rmtree(root)
    told(capsys, f"backup, {'first' if is_first else 'next'}", len(done.done), counts)
    assert faults == []


def _faults_of_a_backup(source: Path, root: Path, *, is_first: bool) -> Iterator[str]:
    """Yield what is wrong with a backup that was struck."""
    root.mkdir(exist_ok=True)
    (root / ".lock").touch()  # the run that was struck had made it, beside the disk
    try:
        if not is_first and (root / CONFIG).is_file():
            # On a copy: whoever opens it for writing makes it an archive of its own.
            tried = shutil.copytree(root, root.with_name(f"{root.name}-tried"))
            if fault := fault_after(tried, 0):
                yield f"as it is: {fault}"
            shutil.rmtree(tried)
        back_up(source, root)
        if damages := [f"{one.path}: {one.what}" for one in verify(root)]:
            yield f"after the next run: {damages}"
        if files_of(root, FOLDERS) != files_of(source, FOLDERS):
            yield "after the next run: it holds other files than the archive"
    except Exception as error:  # noqa: BLE001  whatever it is, it is the finding
        yield f"{type(error).__name__}: {error}"
