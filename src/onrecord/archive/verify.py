"""Fixity: every file of an archive against the ledger, and the ledger against itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from onrecord import ledger
from onrecord.archive.captures import file_digest
from onrecord.archive.layout import INDEX, cdxj_path
from onrecord.errors import FormatError, LedgerFormatError, StorageError
from onrecord.ledger import Head, Line, Put
from onrecord.store import FolderStore, SqliteCatalog
from onrecord.warc import iter_records

FOLDERS = ("articles", "pictures", "captures")


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in the archive that is not as the ledger says."""

    path: str
    kind: str  #: "changed", "missing", "stranger", "ledger", "index"
    what: str  #: in words, with what to do


def verify(root: Path, *, progress: Callable[[int, int], None] | None = None) -> Iterator[Damage]:
    """Re-read everything in the archive at *root*; yield each damage. Nothing is changed.

    *progress* is told (files read, files in all).
    """
    files = FolderStore(root)
    found = _Chain(files)
    yield from found.damages
    expected = {put.path: put for line in found.lines for put in line.puts}
    yield from _strangers(files, expected)
    done = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for damage in pool.map(lambda put: _checked(files, put), expected.values()):
            done += 1
            if progress:
                progress(done, len(expected))
            if damage:
                yield damage
    yield from _index(root, found)


class _Chain:
    """The ledger, read as far as it can be: damage in one line does not hide the others."""

    def __init__(self, files: FolderStore) -> None:
        self.lines: list[Line] = []
        self.damages: list[Damage] = []
        self.head = Head()
        for path in files.walk("ledger"):
            if path.endswith(".jsonl"):
                self._read(path, files.read(path))
            else:
                self.damages.append(_stranger(path))
        if not self.lines and not self.damages:
            self.damages.append(Damage("ledger/", "ledger", "there is no ledger; restore it from a backup"))

    def _read(self, path: str, data: bytes) -> None:
        rows = data.split(b"\n")
        if rows.pop():
            what = "the last line is torn: a crash cut it off before it counted; the next update removes it"
            self.damages.append(Damage(path, "ledger", what))
        for number, raw in enumerate(rows, 1):
            try:
                line = ledger.parse(raw, path=path, number=number)
            except LedgerFormatError as error:
                self.damages.append(Damage(path, "ledger", f"line {number}: {error.what}"))
                self.head = Head(self.head.seq + 1, None)
                continue
            if line.seq != self.head.seq + 1 or (self.head.digest and line.prev != self.head.digest):
                what = f"line {number}: number {line.seq} does not follow number {self.head.seq}; "
                self.damages.append(Damage(path, "ledger", what + "lines are missing, swapped or added"))
            self.head = Head(line.seq, line.digest)
            self.lines.append(line)


def _stranger(path: str) -> Damage:
    return Damage(path, "stranger", "no ledger line names this file; move it out of the archive")


def _strangers(files: FolderStore, expected: dict[str, Put]) -> Iterator[Damage]:
    for folder in FOLDERS:
        for path in files.walk(folder):
            is_open = path.endswith(".warc.gz") and not files.exists(cdxj_path(path))
            if path not in expected and not is_open:
                yield _stranger(path)


def _checked(files: FolderStore, put: Put) -> Damage | None:
    if not files.exists(put.path):
        return Damage(put.path, "missing", "the file is missing; restore it from a backup")
    try:
        if file_digest(files.root / put.path) == put.digest:
            return None
    except StorageError as error:
        return Damage(put.path, "changed", f"can't be read: {error.what}")
    what = "the file is not what was put in; restore it from a backup"
    if put.path.endswith(".warc.gz"):
        what += _first_damaged_record(files.root / put.path, put.path)
    return Damage(put.path, "changed", what)


def _first_damaged_record(place: Path, path: str) -> str:
    try:
        count = sum(1 for _ in iter_records(place, path=path))
    except FormatError as error:
        return f" ({error.what})"
    return f" (its {count} records are whole, but not all that were there)"


def _index(root: Path, found: _Chain) -> Iterator[Damage]:
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
        if not catalog.is_sound():
            yield Damage(INDEX, "index", f"the index is damaged; {advice}")
        elif (head := catalog.head()).seq > found.head.seq:
            what = f"the ledger ends with line {found.head.seq}, but line {head.seq} was there"
            yield Damage("ledger/", "ledger", f"{what}; restore it from a backup")
        elif any(line.seq == head.seq and line.digest != head.digest for line in found.lines):
            what = f"line {head.seq} is not the one that the index knows: the ledger was replaced"
            yield Damage("ledger/", "ledger", f"{what}; restore it from a backup, or {advice} if it is right")
        elif head.seq < found.head.seq:
            yield Damage(
                INDEX, "index", f"the index is behind the ledger; the next update brings it up, or {advice}"
            )
    finally:
        catalog.close()
