"""Backups: what is new is copied and checked, while a round runs; what was broken off goes on."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from acceptance import memory_of
from onrecord import cli
from onrecord.archive import Archive, back_up, forget, prune, verify
from onrecord.archive.backup import BackupReport
from onrecord.archive.lock import WriterLock
from onrecord.errors import ArchiveError, ArchiveLockedError, FormatError
from onrecord.ledger import Put
from onrecord.store import FolderStore
from rounds import Paper, item, page


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with two articles, of which one was edited."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry"))
    made.says(bridge=page(), ferry=page("A Ferry Is Full"))
    made.round()
    made.says(bridge=page("Bridge Shut for Good"))
    made.round(recheck=True)
    return made


def dest_of(paper: Paper) -> Path:
    """Return where the backup is."""
    return paper.root.parent / "backup"


def backup(paper: Paper, **more: Any) -> BackupReport:
    """Back the archive up."""
    return back_up(paper.root, dest_of(paper), **more)


def damages(root: Path) -> list[str]:
    """Return what `verify` finds."""
    return [f"{one.path}: {one.what}" for one in verify(root)]


def test_a_backup_is_an_archive_like_the_first(paper: Paper) -> None:
    """It opens, verifies, and knows the same."""
    backup(paper)
    assert (damages(dest_of(paper)), memory_of(dest_of(paper))) == ([], memory_of(paper.root))


def test_what_is_there_is_not_copied_again(paper: Paper) -> None:
    """A backup each night takes a moment."""
    first = backup(paper)
    assert (first.copied == first.files, backup(paper).copied) == (True, 0)


def test_only_what_is_new_is_copied(paper: Paper) -> None:
    """And what was replaced."""
    backup(paper)
    paper.says(bridge=page("Bridge Shut for a Year"))
    paper.round(recheck=True)
    report = backup(paper)
    names = sorted(place.name for place in dest_of(paper).glob("articles/**/*.r*.md"))
    assert (report.copied, len(names), damages(dest_of(paper))) == (4, 2, [])


def test_a_backup_goes_on_with_the_next_round(paper: Paper) -> None:
    """After a fire, it is the archive."""
    backup(paper)
    shutil.rmtree(paper.root)
    dest_of(paper).rename(paper.root)
    paper.says(ferry=page("A Ferry Is Late"))
    paper.round(recheck=True)
    assert ([held.revision for held in paper.held()], damages(paper.root)) == ([2, 2], [])


def test_a_round_may_run_meanwhile(paper: Paper) -> None:
    """Whatever it writes at whichever moment, the copy is whole as of one of them."""
    moments: list[int] = []

    def edit(done: int, _total: int) -> None:
        if done == 1 and len(moments) < 2:
            moments.append(done)
            paper.says(bridge=page(f"Bridge Shut for the {len(moments)}. Time"))
            paper.round(recheck=True)

    backup(paper, progress=edit)
    assert (moments, damages(dest_of(paper))) == ([1, 1], [])
    assert memory_of(dest_of(paper)) == memory_of(paper.root)


def test_a_segment_that_is_being_written_is_copied_as_far_as_it_is(paper: Paper) -> None:
    """What a round has acknowledged, its backup can read again."""
    with Archive.open(paper.root, write=True) as archive:
        newest = archive.catalog.revisions(paper.held()[0].id)[0]
        assert newest.record
        exchange = archive.record(newest.record).exchange(request_head=b"GET / HTTP/1.1\r\n\r\n")
        archive.capture(exchange)
        archive._segment.sync() if archive._segment else None
        backup(paper)
    open_ones = [
        place
        for place in dest_of(paper).rglob("*.warc.gz")
        if not place.with_name(f"{place.name[:-8]}.cdxj").exists()
    ]
    assert (len(open_ones), damages(dest_of(paper))) == (1, [])


def test_broken_off_it_goes_on_and_the_last_backup_stands(paper: Paper) -> None:
    """A disk is pulled out half way."""
    backup(paper)
    before = memory_of(dest_of(paper))
    paper.says(bridge=page("Bridge Shut for a Year"), ferry=page("A Ferry Is Late"))
    paper.round(recheck=True)

    class PulledOutError(Exception):
        """The disk is gone."""

    def pull(done: int, total: int) -> None:
        if done == total - 1:
            raise PulledOutError

    with pytest.raises(PulledOutError):
        backup(paper, progress=pull)
    tried = shutil.copytree(dest_of(paper), dest_of(paper).with_name("tried"))
    with Archive.open(tried, write=True) as archive:
        archive.rebuild()
    assert memory_of(tried) == before
    backup(paper)
    assert (damages(dest_of(paper)), memory_of(dest_of(paper))) == ([], memory_of(paper.root))


def test_broken_off_behind_its_ledger_it_is_made_good(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waited for the ledger takes its place when the next run begins."""
    backup(paper)
    paper.says(bridge=page("Bridge Shut for a Year"), ferry=page("A Ferry Is Late"))
    paper.round(recheck=True)

    real = FolderStore.settle

    def pull(store: FolderStore, puts: Iterable[Put]) -> None:
        chosen = list(puts)
        if any(store.exists(put.path) and not put.path.startswith("ledger/") for put in chosen):
            raise KeyboardInterrupt
        real(store, chosen)

    with monkeypatch.context() as patch:
        patch.setattr(FolderStore, "settle", pull)
        with pytest.raises(KeyboardInterrupt):
            backup(paper)
    backup(paper)
    assert (damages(dest_of(paper)), memory_of(dest_of(paper))) == ([], memory_of(paper.root))


def test_a_first_backup_that_was_broken_off_goes_on(paper: Paper) -> None:
    """What it brought is not brought again."""

    def pull(done: int, total: int) -> None:
        if done == total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(paper, progress=pull)
    report = backup(paper)
    assert (0 < report.copied < report.files, damages(dest_of(paper))) == (True, [])


def test_what_was_forgotten_is_deleted_in_the_backup_too(paper: Paper) -> None:
    """A ruling holds for copies."""
    backup(paper)
    with Archive.open(paper.root, write=True) as archive:
        ids = [held.id for held in paper.held() if "ferry" in held.url]
        forget(archive, ids, reason=None, now=paper.web.clock.now())
    backup(paper)
    assert [place.name for place in dest_of(paper).rglob("*ferry*")] == []
    assert damages(dest_of(paper)) == []


def test_what_was_pruned_is_pruned_in_the_backup_too(paper: Paper) -> None:
    """Both are the same archive."""
    backup(paper)
    with Archive.open(paper.root, write=True) as archive:
        now = paper.web.clock.now()
        prune(archive, before=now, now=now)
    backup(paper)
    sizes = [
        sum(place.stat().st_size for place in root.rglob("*.warc.gz"))
        for root in (paper.root, dest_of(paper))
    ]
    assert (sizes[0] == sizes[1], damages(dest_of(paper))) == (True, [])


def test_a_damaged_file_is_named_and_not_copied(paper: Paper) -> None:
    """A backup of damage would take the place of what is whole."""
    backup(paper)
    place = next(paper.root.glob("articles/**/*.r1.md"))
    place.write_bytes(b"x" + place.read_bytes()[1:])
    (dest_of(paper) / place.relative_to(paper.root)).unlink()
    with pytest.raises(FormatError, match=r"r1\.md"):
        backup(paper)


def test_a_backup_that_was_written_to_is_left_alone(paper: Paper) -> None:
    """It is an archive of its own now."""
    backup(paper)
    with Archive.open(dest_of(paper), write=True) as archive:
        now = paper.web.clock.now()
        prune(archive, before=now, now=now)
    with pytest.raises(ArchiveError, match="written to since"):
        backup(paper)


@pytest.mark.parametrize("where", ["news/copy", "."])
def test_a_backup_within_the_archive_is_none(paper: Paper, where: str) -> None:
    """One disk fails as a whole."""
    with pytest.raises(ArchiveError, match="outside"):
        back_up(paper.root, paper.root.parent / where)


@pytest.mark.parametrize("name", ["mine", "pictures/mine.jpg", "ledger/mine.txt"])
def test_a_folder_with_other_things_is_left_alone(paper: Paper, name: str) -> None:
    """Nobody's files are deleted, whatever their folders are called."""
    place = dest_of(paper) / name
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    with pytest.raises(ArchiveError, match="other things"):
        backup(paper)
    assert place.read_text() == "mine"


def test_one_backup_at_a_time(paper: Paper) -> None:
    """Two to one folder would cross each other."""
    dest_of(paper).mkdir()
    lock = WriterLock(dest_of(paper))
    try:
        with pytest.raises(ArchiveLockedError):
            backup(paper)
    finally:
        lock.release()


def test_readers_of_the_archive_are_not_held_up(paper: Paper) -> None:
    """Nor does the backup wait for one."""
    with Archive.open(paper.root) as archive:
        thread = threading.Thread(target=lambda: backup(paper))
        thread.start()
        assert archive.catalog.size() == 2
        thread.join()
    assert damages(dest_of(paper)) == []


def test_the_command_says_what_it_did(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """For a cron job's mail."""
    assert cli.run(["backup", str(dest_of(paper)), "--archive", str(paper.root), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["copied"] == told["files"], told["size"] > 1000) == (True, True)
