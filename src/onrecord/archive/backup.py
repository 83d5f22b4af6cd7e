"""Backups: the archive copied to another folder, while a round may run. What is there already is not copied again.

The ledger decides what is copied, and is written last: a backup that was broken off is the one before it, and the next
run goes on. A file that takes another's place waits in `staging/` until the ledger names it, as in the archive itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from onrecord import ledger
from onrecord.archive.folder import Archive
from onrecord.archive.layout import CONFIG, FOLDERS, INDEX, LOCK, MARKS, STATE, cdxj_path
from onrecord.archive.lock import WriterLock
from onrecord.errors import ArchiveError, FormatError
from onrecord.ledger import Head, Line, Put
from onrecord.store import FolderStore, copy_database
from onrecord.store.files import STAGING, storage_errors

#: How often the ledger is read again because a round wrote meanwhile.
MOST_PASSES = 20
_CHUNK = 1 << 20
#: What a database is called until the ledger that it belongs to is written.
_COPY = ".copy"


@dataclass(slots=True)
class BackupReport:
    """What a run did."""

    lines: int = 0  #: of the ledger, in all
    files: int = 0  #: that the ledger names
    copied: int = 0
    size: int = 0  #: bytes that were copied
    deleted: int = 0  #: files that were pruned, forgotten or replaced in the archive since


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The ledger as it stood at a moment, whole lines only."""

    files: Mapping[str, bytes]
    lines: tuple[Line, ...]
    held: Mapping[str, Put]


class _MovedOnError(Exception):
    """A file is not as the snapshot says: a round has written since, or it is damaged."""

    def __init__(self, put: Put) -> None:
        super().__init__(put.path)
        self.put = put


@dataclass(slots=True)
class _Copying:
    source: FolderStore
    dest: FolderStore
    known: Mapping[str, Put]  #: what the last backup holds
    progress: Callable[[int, int], None]
    report: BackupReport = field(default_factory=BackupReport)
    staged: dict[str, Put] = field(default_factory=dict)


def back_up(
    root: Path, dest: Path, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> BackupReport:
    """Copy the archive in *root* to *dest*; each copied file is read back and checked against the ledger.

    *progress* is told (files seen to, files in all).

    Raises:
        ArchiveError: *dest* holds something else, or was written to since the last backup.
        ArchiveLockedError: Another backup to *dest* is under way.
        FormatError: A file of the archive is damaged or missing; it is named.
        StorageError: A disk said no. The last backup still stands.
    """
    _check(root, dest)
    dest.mkdir(parents=True, exist_ok=True)
    lock = WriterLock(dest)
    try:
        source, copy = FolderStore(root), FolderStore(dest)
        known = _snapshot(copy) if any(copy.walk("ledger")) else _Snapshot({}, (), {})
        copying = _Copying(source, copy, known.held, progress)
        if copy.has_staged():  # the last run was broken off behind its ledger
            copy.settle(known.held.values())
            copy.sweep()
        databases = [STATE, INDEX, *([MARKS] if (root / MARKS).is_file() else [])]
        # Before the ledger is read: an index that is behind is brought up, one that knows more is a damage.
        for name in databases:
            copy_database(root / name, dest / f"{name}{_COPY}")
        _copy_all(copying, known)
        for name in databases:
            _take_place(dest / name)
    finally:
        lock.release()
    with Archive.open(dest) as archive:
        archive.bring_in(list(archive.lines(after=archive.catalog.head())))
    return copying.report


def _take_place(place: Path) -> None:
    with storage_errors(place):
        for ending in ("-wal", "-shm"):
            place.with_name(f"{place.name}{ending}").unlink(missing_ok=True)
        place.with_name(f"{place.name}{_COPY}").replace(place)


def _check(root: Path, dest: Path) -> None:
    there = dest.resolve()
    if there == root.resolve() or root.resolve() in there.parents or there in root.resolve().parents:
        raise ArchiveError(
            str(dest), "a backup stands outside of the archive that it is of; name another folder"
        )
    with storage_errors(dest):
        if dest.exists() and not dest.is_dir():
            raise ArchiveError(str(dest), "this is a file; name a folder")
        if dest.is_dir() and not any((dest / "ledger").glob("*.jsonl")) and not _is_begun(dest):
            raise ArchiveError(str(dest), "the folder holds other things; name an empty or a new one")


def _is_begun(dest: Path) -> bool:
    """Is there nothing in *dest*, or what a first backup has brought before it was broken off?"""
    ours = {LOCK, STAGING, *FOLDERS, *(f"{name}{_COPY}" for name in (STATE, INDEX, MARKS))}
    names = {place.name for place in dest.iterdir()}
    # A person's own folder may be called "pictures"; a backup begins with its lock.
    return not names or (LOCK in names and names <= ours)


def _snapshot(store: FolderStore) -> _Snapshot:
    """Return the ledger's whole lines; a torn last one was never acknowledged."""
    files: dict[str, bytes] = {}
    lines: list[Line] = []
    head = Head()
    for path in store.walk("ledger"):
        if not path.endswith(".jsonl"):
            continue
        data = store.read(path)
        files[path] = data[: ledger.whole_length(data)]
        lines += ledger.lines_of(files[path], path=path, after=head)
        head = Head(lines[-1].seq, lines[-1].digest) if lines else head
    return _Snapshot(files, tuple(lines), ledger.held_after(lines))


def _copy_all(copying: _Copying, known: _Snapshot) -> None:
    source, dest, report = copying.source, copying.dest, copying.report
    before: _Snapshot | None = None
    for _ in range(MOST_PASSES):
        now = _snapshot(source)
        _check_same(dest, known, now)
        try:
            for done, put in enumerate(now.held.values(), 1):
                _bring(copying, put)
                copying.progress(done, len(now.held))
            break
        except _MovedOnError as error:
            if before is not None and before.lines == now.lines:
                what = "the file is missing or not what was put in; `onrecord verify` says more"
                raise FormatError(error.put.path, what) from error
            before = now
    else:
        raise ArchiveError(str(source.root), "it is written to faster than it can be copied; try again later")
    is_open = set(_open_segments(source, now.held))
    for path in is_open:
        _copy_open(source, dest, path)
    for path, data in now.files.items():
        if known.files.get(path) != data:
            _replace(dest.root / path, data)
    dest.settle(put for path, put in copying.staged.items() if now.held.get(path) == put)
    dest.sweep()
    report.deleted = _delete_rest(dest, {*now.held, *is_open})
    _replace(dest.root / CONFIG, (source.root / CONFIG).read_bytes())
    report.lines, report.files = len(now.lines), len(now.held)


def _check_same(dest: FolderStore, known: _Snapshot, now: _Snapshot) -> None:
    """Is the ledger of the last backup the beginning of this one?"""
    begun = b"".join(known.files[path] for path in sorted(known.files))
    if not b"".join(now.files[path] for path in sorted(now.files)).startswith(begun):
        what = "this is a backup of another archive, or was written to since; name another folder"
        raise ArchiveError(str(dest.root), what)


def _bring(copying: _Copying, put: Put) -> None:
    """See to it that the backup has a file, or will have it once its ledger is written."""
    dest = copying.dest
    is_there = dest.exists(put.path)
    if is_there and copying.known.get(put.path) == put and dest.size(put.path) == put.size:
        return
    if copying.staged.get(put.path) == put:
        return
    if is_there and put.path not in copying.known and _digest(dest.root / put.path) == put.digest:
        return  # a backup that was broken off has brought it
    try:
        if is_there:
            copying.staged[put.path] = dest.stage_stream(
                put.path, lambda out: _pour(copying.source, put, out)
            )
        else:
            _copy_new(copying, put)
    except FileNotFoundError as error:
        raise _MovedOnError(put) from error
    copying.report.copied += 1
    copying.report.size += put.size


def _copy_new(copying: _Copying, put: Put) -> None:
    place = copying.dest.root / put.path
    fresh = place.with_name(f"{place.name}.new")
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with fresh.open("wb") as out:
                _pour(copying.source, put, out)
                out.flush()
                os.fsync(out.fileno())
            if _digest(fresh) != put.digest:
                raise FormatError(str(place), "what was written is not what is read back; check that disk")
            fresh.replace(place)
        finally:
            fresh.unlink(missing_ok=True)


def _pour(source: FolderStore, put: Put, out: BinaryIO) -> None:
    """Copy a file's bytes to *out*, if they are those that the ledger names."""
    found = hashlib.sha256()
    with (source.root / put.path).open("rb") as file:
        while piece := file.read(_CHUNK):
            found.update(piece)
            out.write(piece)
    if f"sha256:{found.hexdigest()}" != put.digest:
        raise _MovedOnError(put)


def _digest(place: Path) -> str:
    with storage_errors(place), place.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _open_segments(source: FolderStore, held: Mapping[str, Put]) -> Iterator[str]:
    for path in source.walk("captures"):
        if path.endswith(".warc.gz") and path not in held and not source.exists(cdxj_path(path)):
            yield path


def _copy_open(source: FolderStore, dest: FolderStore, path: str) -> None:
    """Copy what there is of a segment that is being written; whoever opens the copy cuts off a torn record."""
    try:
        _replace(dest.root / path, (source.root / path).read_bytes())
    except FileNotFoundError:  # nothing was in it, and it is gone
        return


def _replace(place: Path, data: bytes) -> None:
    with storage_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.new")
        with fresh.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(place)


def _delete_rest(dest: FolderStore, wanted: set[str]) -> int:
    """Delete what the archive no longer has; return how many files that were."""
    rest = [path for folder in FOLDERS for path in dest.walk(folder) if path not in wanted]
    dest.delete(rest)
    return len(rest)
