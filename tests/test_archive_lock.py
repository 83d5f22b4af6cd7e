"""The lock: one writer at a time, on one machine and on a folder that two of them share."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from documents import AT
from onrecord.archive import Archive, Step, create
from onrecord.archive.layout import LOCK
from onrecord.archive.lock import GIVEN_UP, WriterLock
from onrecord.errors import ArchiveLockedError
from onrecord.ledger import Event

HOLDER = {"pid": 4711, "host": "other-machine", "command": "onrecord update", "since": "2026-05-17T10:00:00Z"}


def left_by(root: Path, host: str, *, seconds_ago: float) -> None:
    """Leave a lock as a process on *host* leaves it that gave its last sign of life so long ago."""
    (root / LOCK).write_text(json.dumps({**HOLDER, "host": host}))
    moment = (root / LOCK).stat().st_mtime - seconds_ago
    os.utime(root / LOCK, (moment, moment))


def test_a_lock_that_a_dead_process_left_behind_does_no_harm(tmp_path: Path) -> None:
    """A power cut leaves one, and the next hourly round must not stop at it."""
    left_by(tmp_path, "this-machine", seconds_ago=0)
    WriterLock(tmp_path, host="this-machine").release()


def test_a_writer_on_another_machine_is_seen(tmp_path: Path) -> None:
    """Two machines on one network folder would write two chains."""
    left_by(tmp_path, "other-machine", seconds_ago=1)
    with pytest.raises(ArchiveLockedError, match="process 4711 on other-machine"):
        WriterLock(tmp_path, host="this-machine")


def test_a_writer_on_another_machine_that_gives_no_sign_of_life_is_given_up(tmp_path: Path) -> None:
    """It crashed, or was a container that is no more."""
    left_by(tmp_path, "other-machine", seconds_ago=GIVEN_UP + 1)
    WriterLock(tmp_path, host="this-machine").release()


def test_looking_at_anothers_lock_is_no_sign_of_its_life(tmp_path: Path) -> None:
    """A dead one that is looked at every minute would live for ever."""
    left_by(tmp_path, "other-machine", seconds_ago=GIVEN_UP - 60)
    before = (tmp_path / LOCK).stat().st_mtime
    with pytest.raises(ArchiveLockedError):
        WriterLock(tmp_path, host="this-machine")
    assert (tmp_path / LOCK).stat().st_mtime == before


def test_a_writer_whose_lock_was_taken_while_it_slept_writes_no_more(tmp_path: Path) -> None:
    """The ledger is one chain; what it had acknowledged is in it."""
    create(tmp_path / "news", now=AT)
    with Archive.open(tmp_path / "news", write=True) as archive:
        left_by(tmp_path / "news", "other-machine", seconds_ago=0)
        with pytest.raises(ArchiveLockedError, match="other-machine"):
            archive.commit([Step(event=Event.FOLLOWED, data={"source": "paper.example"})], now=AT)


def test_a_writer_whose_lock_was_taken_leaves_the_others_in_place(tmp_path: Path) -> None:
    """Letting go of what is not ours would let a third one in."""
    lock = WriterLock(tmp_path, host="this-machine")
    left_by(tmp_path, "other-machine", seconds_ago=0)
    lock.release()
    assert json.loads((tmp_path / LOCK).read_text())["host"] == "other-machine"


@pytest.mark.parametrize("rubbish", ["", "[]", "not json", '{"pid": 1}'])
def test_rubbish_in_the_lock_locks_nobody_out(tmp_path: Path, rubbish: str) -> None:
    """A torn write is no holder."""
    (tmp_path / LOCK).write_text(rubbish)
    WriterLock(tmp_path).release()
