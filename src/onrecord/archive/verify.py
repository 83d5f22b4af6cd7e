"""Fixity: every file of an archive against the ledger, and the ledger against itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from onrecord.archive.captures import file_digest
from onrecord.archive.chain import Chain, Damage, stranger
from onrecord.archive.layout import FOLDERS, INDEX, MARKS, STATE, cdxj_path
from onrecord.archive.lock import WriterLock
from onrecord.errors import ArchiveLockedError, DatabaseDamagedError, FormatError, StorageError
from onrecord.ledger import Put
from onrecord.store import FolderStore, Marks, SqliteCatalog, State
from onrecord.warc import iter_records

#: Where a run over all files began, in the state; and how long after that it may be gone on with.
NOTE, GOES_ON = "verify", timedelta(days=7)
#: Files that are read between two notes of how far it went; and by one thread at a turn.
BATCH_BYTES, BATCH_FILES, PART_FILES = 512 * 1024 * 1024, 256, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which files are read again. The ledger and the list of files are always checked whole."""

    share: float = 1.0  #: of the bytes: those that were not read for the longest time
    only_new: bool = False  #: those that were never read, or put since

    @property
    def is_whole(self) -> bool:
        """Is every file read?"""
        return self.share >= 1 and not self.only_new


def verify(
    root: Path,
    *,
    scope: Scope = Scope(),
    memory: State | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Damage]:
    """Re-read the archive in *root*, on every core; yield each damage. Nothing is changed but *memory*.

    Args:
        root: The archive's folder.
        scope: Which files are read.
        memory: Where it is noted which file was found whole, and when: it serves a part of the files at a time, and
            a run over all of them that was broken off goes on where it was. Without one, all is read.
        now: The clock that is noted by.
        progress: Is told (bytes read, bytes in all).
    """
    files = FolderStore(root)
    found = Chain(files)
    yield from found.damages
    expected = found.puts()
    suspects = [*_strangers(files, expected)]
    for batch in _Reading(files, expected, scope, memory, now).damages(progress):
        suspects += batch
        yield from _standing(suspects, files, expected)
        suspects = []
    yield from _standing(suspects, files, expected)
    yield from database_damages(root)
    yield from _index(root, files)


def _standing(suspects: list[Damage], files: FolderStore, expected: Mapping[str, Put]) -> Iterator[Damage]:
    """Yield those suspects that a round, which may be writing meanwhile, has not put anew since."""
    if not suspects:
        return
    puts = Chain(files).puts()
    for one in suspects:
        put = puts.get(one.path)
        if put is None or put == expected.get(one.path):
            yield one
        elif damage := checked(files, put):
            yield damage


class _Reading:
    """One reading of the files that are expected, or of some of them."""

    def __init__(
        self,
        files: FolderStore,
        expected: Mapping[str, Put],
        scope: Scope,
        memory: State | None,
        now: Callable[[], datetime],
    ) -> None:
        self._files = files
        self._scope = scope
        self._memory = memory
        self._now = now
        self._known = memory.fixity() if memory else {}
        self._puts = self._chosen(expected)

    def _chosen(self, expected: Mapping[str, Put]) -> list[Put]:
        """Return the files to read, those first that were not read for the longest time."""
        begun = self._begun()
        last = {put.path: self._last_read(put) for put in expected.values()}
        puts = sorted(expected.values(), key=lambda put: (last[put.path], put.path))
        if self._scope.only_new:
            return [put for put in puts if not last[put.path]]
        if begun:
            return [put for put in puts if last[put.path] < begun]
        if self._scope.share >= 1:
            return puts
        wanted = self._scope.share * sum(put.size for put in puts)
        before = list(accumulate((put.size for put in puts), initial=0))
        return [put for put, size in zip(puts, before, strict=False) if size < wanted]

    def _last_read(self, put: Put) -> str:
        """Return when a file was last found whole as it must be now; "" if it never was."""
        digest, at = self._known.get(put.path, ("", ""))
        return at if digest == put.digest else ""

    def _begun(self) -> str | None:
        """Return when the run over all files began that this one goes on with, or begins now."""
        if self._memory is None or not self._scope.is_whole:
            return None
        note = self._memory.host_note(NOTE, "")
        now = self._now()
        if note and now - note[1] < GOES_ON:
            return f"{note[1]:%Y-%m-%dT%H:%M:%SZ}"
        self._memory.put_host_note(NOTE, "", "begun", now)
        return f"{now:%Y-%m-%dT%H:%M:%SZ}"

    def damages(self, progress: Callable[[int, int], None] | None) -> Iterator[list[Damage]]:
        """Read; yield what was found, a group of files at a time."""
        done, total = 0, sum(put.size for put in self._puts)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            for batch in _batches(self._puts):
                damaged = [one for some in pool.map(self._check_some, _dealt(batch)) for one in some]
                bad = {one.path for one in damaged}
                if self._memory:
                    whole = [(put.path, put.digest) for put in batch if put.path not in bad]
                    self._memory.note_fixity(whole, self._now())
                done += sum(put.size for put in batch)
                if progress:
                    progress(done, total)
                yield damaged
        if self._memory and self._scope.is_whole:
            self._memory.put_host_note(NOTE, "", None, self._now())

    def _check_some(self, puts: Sequence[Put]) -> list[Damage]:
        return [damage for put in puts if (damage := checked(self._files, put))]


def _batches(puts: Sequence[Put]) -> Iterator[list[Put]]:
    """Yield the files in groups of which the loss, when a run is broken off, costs a second or so."""
    batch: list[Put] = []
    size = 0
    for put in puts:
        batch.append(put)
        size += put.size
        if size >= BATCH_BYTES or len(batch) >= BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _dealt(batch: Sequence[Put]) -> list[Sequence[Put]]:
    """Deal a group out in parts: a thread's turn costs as much as reading a small file."""
    return [batch[at : at + PART_FILES] for at in range(0, len(batch), PART_FILES)]


def _strangers(files: FolderStore, expected: dict[str, Put]) -> Iterator[Damage]:
    for folder in FOLDERS:
        for path in files.walk(folder):
            is_open = path.endswith(".warc.gz") and not files.exists(cdxj_path(path))
            if path not in expected and not is_open:
                yield stranger(path)


def checked(files: FolderStore, put: Put) -> Damage | None:
    """Read a file; return the damage if it is not what the ledger says."""
    try:
        if file_digest(files.root / put.path) == put.digest:
            return None
    except FileNotFoundError:
        return Damage(put.path, "missing", "the file is missing; restore it from a backup")
    except StorageError as error:
        return Damage(put.path, "changed", f"can't be read: {error.what}")
    what = "the file is not what was put in; restore it from a backup"
    if put.path.endswith(".warc.gz"):
        what += first_damaged_record(files.root / put.path, put.path)
    return Damage(put.path, "changed", what)


def first_damaged_record(place: Path, path: str) -> str:
    """Return, in brackets behind a space, what is wrong with a damaged segment."""
    try:
        count = sum(1 for _ in iter_records(place, path=path))
    except FormatError as error:
        return f" ({error.what})"
    return f" (its {count} records are whole, but not all that were there)"


#: The databases that can't be made again, and what is lost with each.
KEPT_DATABASES: dict[str, tuple[type[State | Marks], str]] = {
    STATE: (
        State,
        "no article hangs on it: delete it, and the next round asks everything afresh",
    ),
    MARKS: (
        Marks,
        "it holds what was marked and noted, and no article: restore it from a backup, or move it away",
    ),
}


def database_damages(root: Path) -> Iterator[Damage]:
    """Yield those databases that are damaged, but for the index."""
    for name, (kind, what) in KEPT_DATABASES.items():
        if is_damaged(root / name, kind):
            yield Damage(name, "database", f"the file is damaged; {what}")


def is_damaged(place: Path, kind: type[SqliteCatalog | State | Marks]) -> bool:
    """Is a database of ours there, and not sound?"""
    if not place.is_file():
        return False
    try:
        with closing(kind(place)) as database:
            return not database.is_sound()
    except DatabaseDamagedError:
        return True


def _index(root: Path, files: FolderStore) -> Iterator[Damage]:
    advice = "make it again with `onrecord rebuild`"
    if not (root / INDEX).is_file():
        yield Damage(INDEX, "index", f"the index is missing; {advice}")
        return
    try:
        catalog = SqliteCatalog(root / INDEX)
    except StorageError as error:
        yield Damage(INDEX, "index", error.what)
        return
    try:
        is_sound, head = catalog.is_sound(), catalog.head()
    finally:
        catalog.close()
    # Read after the index: a round that is writing is ahead with the ledger, never with the index.
    found = Chain(files)
    if not is_sound:
        yield Damage(INDEX, "index", f"the index is damaged; {advice}")
    elif head.seq > found.head.seq:
        what = f"the ledger ends with line {found.head.seq}, but line {head.seq} was there"
        yield Damage("ledger/", "ledger", f"{what}; restore it from a backup")
    elif any(line.seq == head.seq and line.digest != head.digest for line in found.lines):
        what = f"line {head.seq} is not the one that the index knows: the ledger was replaced"
        yield Damage("ledger/", "ledger", f"{what}; restore it from a backup, or {advice} if it is right")
    elif head.seq < found.head.seq and not _is_being_written(root):
        yield Damage(
            INDEX, "index", f"the index is behind the ledger; the next update brings it up, or {advice}"
        )


def _is_being_written(root: Path) -> bool:
    """Does a process write to the archive at this moment?"""
    try:
        WriterLock(root).release()
    except ArchiveLockedError:
        return True
    except StorageError:  # read-only: nobody writes
        return False
    return False
