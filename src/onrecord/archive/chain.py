"""The ledger read as far as it can be: damage in one line does not hide the others."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord import ledger
from onrecord.errors import LedgerFormatError
from onrecord.ledger import Head, Line, Put
from onrecord.store import FolderStore


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in the archive that is not as the ledger says."""

    path: str
    kind: str  #: "changed", "missing", "stranger", "ledger", "index", "database"
    what: str  #: in words, with what to do


class Chain:
    """The lines of an archive's ledger, and what is wrong with them."""

    def __init__(self, files: FolderStore) -> None:
        self.lines: list[Line] = []
        self.damages: list[Damage] = []
        self.head = Head()
        for path in files.walk("ledger"):
            if path.endswith(".jsonl"):
                self._read(path, files.read(path))
            else:
                self.damages.append(stranger(path))
        if not self.lines and not self.damages:
            self.damages.append(Damage("ledger/", "ledger", "there is no ledger; restore it from a backup"))

    def puts(self) -> dict[str, Put]:
        """Return what must stand at each path."""
        return ledger.held_after(self.lines)

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


def stranger(path: str) -> Damage:
    """Return the damage that is a file which no line names."""
    return Damage(path, "stranger", "no ledger line names this file; move it out of the archive")
