"""What must be whole before an archive can be opened to be repaired: its ledger and its databases.

The ledger decides what is right, so it comes first. Its lines name each other: those that are left, and those of a
backup, are put in their order again, and count if they make one chain up to the last line that anybody knows of.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from onrecord import ledger
from onrecord.archive.bits import MOST, lines_with_a_bit_back, member_with_a_bit_back
from onrecord.archive.captures import file_digest
from onrecord.archive.chain import Chain, Damage
from onrecord.archive.layout import DAMAGED, INDEX, STATE
from onrecord.archive.lock import WriterLock
from onrecord.archive.verify import KEPT_DATABASES, database_damages, is_damaged
from onrecord.errors import FormatError, LedgerFormatError, StorageError
from onrecord.ledger import Head, Line
from onrecord.model import Digest
from onrecord.store import FolderStore, SqliteCatalog, copy_database
from onrecord.store.files import storage_errors
from onrecord.warc import damaged_member, iter_records

#: Bytes (RFC 1952, 2.3).
_GZIP_HEADER = 10


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a damage."""

    damage: Damage
    source: str | None  #: what it was mended from: docs/FORMAT.md, "The ledger", `repaired`; None: it was not
    what: str  #: in words: how it was mended, or why it can't be, with what to do


class Backup:
    """A backup, as a source of what is lost.

    Raises:
        FormatError: The folder holds no ledger: it is no backup.
    """

    def __init__(self, root: Path) -> None:
        self.files = FolderStore(root)
        found = Chain(self.files)
        if not found.lines:
            raise FormatError(str(root), "this is no backup of an archive; name a folder that `backup` wrote")
        self._places: dict[Digest, list[str]] = defaultdict(list)
        for put in found.puts().values():
            self._places[put.digest].append(put.path)

    def place_of(self, digest: Digest) -> Path | None:
        """Return a file that has these bytes, whatever it is called there; it is read to be sure."""
        for path in self._places.get(digest, ()):
            place = self.files.root / path
            if place.is_file() and file_digest(place) == digest:
                return place
        return None


def mend_ground(files: FolderStore, backup: Backup | None) -> list[Mended]:
    """Mend ledger and databases as far as it can be done; return what was found, mended or not.

    Where the ledger can't be mended, nothing else is touched.

    Raises:
        ArchiveLockedError: Another process writes to the archive.
        StorageError: The disk said no.
    """
    lock = WriterLock(files.root)
    try:
        done = _mend_ledger(files, backup)
        if not is_ledger_lost(done):
            done += [*_mend_databases(files, backup), *_mend_index(files)]
        return done
    finally:
        lock.release()


def is_ledger_lost(done: list[Mended]) -> bool:
    """Is the ledger still damaged?"""
    return any(one.damage.kind == "ledger" and one.source is None for one in done)


def keep_damaged(files: FolderStore, path: str) -> None:
    """Copy a damaged file to `damaged/` before another takes its place: a person may see more in it than a program."""
    if not files.exists(path):
        return
    there = f"{DAMAGED}/{path}"
    number = 1
    while files.exists(there):
        number += 1
        there = f"{DAMAGED}/{path}.{number}"

    def copy(out: BinaryIO) -> None:
        with (files.root / path).open("rb") as file:
            shutil.copyfileobj(file, out)

    files.settle([files.stage_stream(there, copy)])


def segment_patch(place: Path) -> dict[int, bytes]:
    """Return what may make a damaged segment whole, by where it is to stand: one bit, or gzip headers.

    Of a gzip header most bytes are covered by no check sum; all members that we write have the same.
    """
    if damaged := damaged_member(place):
        start, end = damaged
        member = _piece(place, start, min(end - start, MOST + 1))
        whole = member_with_a_bit_back(member)
        return {start: whole} if whole else {}
    heads = {one.ref.offset: _piece(place, one.ref.offset, _GZIP_HEADER) for one in iter_records(place)}
    usual, _ = Counter(heads.values()).most_common(1)[0]
    return {at: usual for at, head in heads.items() if head != usual}


def _piece(place: Path, at: int, size: int) -> bytes:
    with place.open("rb") as file:
        file.seek(at)
        return file.read(size)


# ---------------------------------------------------------------- the ledger


@dataclass(frozen=True, slots=True)
class _Row:
    """A line that can be read, and where it stands."""

    line: Line
    raw: bytes
    path: str
    source: str | None = None  #: what it was mended from; None: it stands there


def _mend_ledger(files: FolderStore, backup: Backup | None) -> list[Mended]:
    found = [one for one in Chain(files).damages if one.kind == "ledger"]
    known = _known_head(files.root / INDEX)
    rows = list(_rows(files))
    own = [row for row in rows if row is not None]
    if not found and _reaches(own, known):
        return []
    found = found or [
        Damage("ledger/", "ledger", f"it is not the one whose line {known.seq} the index knows")
    ]
    # What can't be read behind the last line that can, was a line too.
    behind = next((at for at, row in enumerate(reversed(rows)) if row is not None), len(rows))
    least = max((row.line.seq for row in own), default=0) + behind
    brought = _rows(backup.files) if backup else ()
    theirs = [replace(row, source="backup") for row in brought if row is not None]
    for together in ([*own, *theirs], [*theirs, *own]):
        chain = _chained(together)
        if len(chain) >= least and _reaches(chain, known):
            _write_rows(files, chain)
            source = next((row.source for row in chain if row.source), "ledger")
            return [Mended(one, source, _LEDGER_FROM[source]) for one in found]
    return [Mended(one, None, f"{one.what}; {_LEDGER_FIRST}") for one in found]


def _reaches(chain: Sequence[_Row], known: Head) -> bool:
    """Is the line in it that the index knows?"""
    return known.seq == 0 or any(row.line.digest == known.digest for row in chain)


_LEDGER_FIRST = (
    "it decides what is right, so it is mended first: name a backup that has the line, with --from"
)
_LEDGER_FROM = {
    "ledger": "the lines were put in their order, and what belongs to none of them was set aside",
    "bit": "the bit that had flipped was found by the line's digest",
    "backup": "the lines that were missing are the backup's; they fit those that are left",
}


def _known_head(index: Path) -> Head:
    """Return the last line that the index knows."""
    if not index.is_file():
        return Head()
    try:
        with closing(SqliteCatalog(index)) as catalog:
            return catalog.head()
    except StorageError:
        return Head()


def _rows(files: FolderStore) -> Iterator[_Row | None]:
    """Yield each line of a ledger, None for one that can't be read."""
    for path in files.walk("ledger"):
        if not path.endswith(".jsonl"):
            continue
        *whole, torn = files.read(path).split(b"\n")
        for raw in whole:
            yield from _read(raw, path) or (None,)
        # A line feed that was damaged makes a whole line look torn; what is torn indeed never counted.
        yield from next(filter(None, (_read(one, path) for one in (torn, torn[:-1]) if one)), [])


def _read(raw: bytes, path: str) -> list[_Row]:
    """Return the line in *raw*, or those that it was before a bit flipped."""
    try:
        return [_Row(ledger.parse(raw, path=path, number=0), raw, path)]
    except LedgerFormatError:
        mended = lines_with_a_bit_back(raw)
        return [_Row(ledger.parse(one, path=path, number=0), one, path, "bit") for one in mended]


def _chained(rows: list[_Row]) -> list[_Row]:
    """Return the longest chain that *rows* make from the first line on; of two that would follow, the earlier row."""
    after: dict[Digest | None, _Row] = {}
    for row in rows:
        after.setdefault(row.line.prev, row)
    chain: list[_Row] = []
    head: Digest | None = None
    while (following := after.get(head)) and following.line.seq == len(chain) + 1:
        chain.append(following)
        head = following.line.digest
    return chain


def _write_rows(files: FolderStore, chain: list[_Row]) -> None:
    wanted: dict[str, bytes] = {}
    path = ""
    for row in chain:
        path = max(path, row.path)  # the months never go back
        wanted[path] = wanted.get(path, b"") + row.raw + b"\n"
    there = {path: files.read(path) for path in files.walk("ledger")}
    for path in sorted(there.keys() | wanted.keys()):
        if there.get(path) == wanted.get(path):
            continue
        keep_damaged(files, path)
        if path in wanted:
            files.settle([files.stage(path, wanted[path])])
        else:
            files.remove(path)


# ---------------------------------------------------------------- the databases


def _mend_databases(files: FolderStore, backup: Backup | None) -> Iterator[Mended]:
    """Put a backup's in a damaged one's place; the state can be done without."""
    for damage in database_damages(files.root):
        name = damage.path
        kind, _ = KEPT_DATABASES[name]
        spare = backup.files.root / name if backup else None
        is_spare = spare is not None and spare.is_file() and not is_damaged(spare, kind)
        if not is_spare and name != STATE:
            yield Mended(damage, None, f"{damage.what}: onrecord verify --repair --from BACKUP")
            continue
        for path in (name, f"{name}-wal", f"{name}-shm"):
            keep_damaged(files, path)
            files.delete([path])
        if spare is not None and is_spare:
            copy_database(spare, files.root / name)
            yield Mended(damage, "backup", "it is the backup's, and as old as that")
        else:
            yield Mended(damage, "nothing", "it was set aside; the next round asks everything afresh")


def _mend_index(files: FolderStore) -> Iterator[Mended]:
    """Throw a damaged index away; whoever opens the archive for writing next makes it again."""
    if (is_there := files.exists(INDEX)) and not is_damaged(files.root / INDEX, SqliteCatalog):
        return
    with storage_errors(files.root):
        for name in (INDEX, f"{INDEX}-wal", f"{INDEX}-shm"):
            (files.root / name).unlink(missing_ok=True)
    what = f"the index is {'damaged' if is_there else 'missing'}"
    yield Mended(
        Damage(INDEX, "index", what), "ledger", "it was made again from the ledger and the documents"
    )
