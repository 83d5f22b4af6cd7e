"""A disk that records what is done to it, and can be played back to any moment, as a crash would leave it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from onrecord.store import Disk


class Crash(StrEnum):
    """What a crash takes. What was synced stays in every case."""

    KILLED = "killed"  #: nothing: the process alone is gone
    NOTHING_UNSYNCED = "nothing-unsynced"  #: bytes and names that were not synced
    NO_BYTES = "no-bytes"  #: bytes that were not synced; their names are there
    NO_NAMES = "no-names"  #: names that were not synced: new ones are lost, moved files have their old ones
    TORN = "torn"  #: half of the bytes that were not synced


@dataclass(slots=True)
class _File:
    """A file: its bytes as a reader sees them, and as the disk itself has them."""

    seen: bytearray = field(default_factory=bytearray)
    synced: bytes = b""

    def after(self, crash: Crash) -> bytes:
        """Return the bytes that a crash leaves."""
        if crash in {Crash.KILLED, Crash.NO_NAMES}:
            return bytes(self.seen)
        if crash is Crash.TORN:
            same = len(self.synced) if self.seen.startswith(self.synced) else 0
            return bytes(self.seen[: same + (len(self.seen) - same) // 2])
        return self.synced


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that was done: a file made, written to, synced, moved."""

    what: str
    path: str
    to: str = ""
    at: int = 0
    data: bytes = b""


class Playback:
    """Files as they are after some of the operations. Names are paths from the root, with "/"."""

    def __init__(self, before: dict[str, bytes], folders: set[str]) -> None:
        self._names = {path: _File(bytearray(data), data) for path, data in before.items()}
        self._synced_names = dict(self._names)
        self._folders, self._synced_folders = {*folders, "."}, {*folders, "."}
        self.acknowledged = (
            0  #: the last ledger line of which a caller was told that it would outlast a crash
        )

    def do(self, one: Operation) -> None:
        """Do one operation."""
        match one.what:
            case "make":
                self._names[one.path] = _File()
            case "write":
                seen = self._names[one.path].seen
                seen[one.at : one.at + len(one.data)] = one.data
            case "sync":
                file = self._names[one.path]
                file.synced = bytes(file.seen)
            case "cut":
                file = self._names[one.path]
                del file.seen[one.at :]
                file.synced = bytes(file.seen)
            case "make-folder":
                self._folders.add(one.path)
            case "move":
                self._names[one.to] = self._names.pop(one.path)
            case "remove":
                del self._names[one.path]
            case "sync-folder":
                self._sync_names(one.path)
            case "acknowledge":
                self.acknowledged = one.at

    def _sync_names(self, folder: str) -> None:
        for path in [path for path in self._synced_names if Path(path).parent.as_posix() == folder]:
            if path not in self._names:
                del self._synced_names[path]
        for path, file in self._names.items():
            if Path(path).parent.as_posix() == folder:
                self._synced_names[path] = file
        self._synced_folders |= {
            path for path in self._folders if path != "." and Path(path).parent.as_posix() == folder
        }

    def after(self, crash: Crash) -> dict[str, bytes]:
        """Return the files that a crash leaves now."""
        if crash in {Crash.NOTHING_UNSYNCED, Crash.NO_NAMES}:
            there = {
                path: file
                for path, file in self._synced_names.items()
                if all(parent.as_posix() in self._synced_folders for parent in Path(path).parents)
            }
        else:
            there = self._names
        return {path: file.after(crash) for path, file in there.items()}


class RecordingDisk(Disk):
    """A disk that does what it is told, and notes it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.done: list[Operation] = []

    def _note(self, what: str, place: Path, to: Path | None = None, at: int = 0, data: bytes = b"") -> None:
        path, target = self._path(place), self._path(to) if to else ""
        self.done.append(Operation(what, path, target, at, data))

    def _path(self, place: Path) -> str:
        return place.relative_to(self._root).as_posix()

    def _opened(self, place: Path, mode: str) -> BinaryIO:
        return io.BufferedWriter(_RecordedFile(place, mode, self))  # type: ignore[type-var]  # it is a FileIO

    def note_write(self, place: Path, at: int, data: bytes) -> None:
        """Note that bytes were handed to the system."""
        self._note("write", place, at=at, data=data)

    def acknowledge(self, seq: int) -> None:
        """Note that a ledger line counts from here on."""
        self.done.append(Operation("acknowledge", "", at=seq))

    def note_cut(self, place: Path, size: int) -> None:
        """Note that a file was cut."""
        self._note("cut", place, at=size)

    def create(self, place: Path) -> BinaryIO:
        """Open a new file."""
        file = self._opened(place, "xb")
        self._note("make", place)
        return file

    def overwrite(self, place: Path) -> BinaryIO:
        """Open a file for writing from its beginning."""
        file = self._opened(place, "wb")
        self._note("make", place)
        return file

    def append(self, place: Path) -> BinaryIO:
        """Open a file for writing at its end."""
        if not place.exists():
            self._note("make", place)
        return self._opened(place, "ab")

    def sync(self, file: BinaryIO) -> None:
        """Sync a file."""
        super().sync(file)
        self._note("sync", Path(file.name))

    def cut(self, place: Path, size: int) -> None:
        """Cut a file."""
        super().cut(place, size)
        self._note("cut", place, at=size)

    def make_folder(self, folder: Path) -> None:
        """Make a folder."""
        super().make_folder(folder)
        self._note("make-folder", folder)

    def move(self, place: Path, to: Path) -> None:
        """Move a file."""
        super().move(place, to)
        self._note("move", place, to)

    def remove(self, place: Path) -> None:
        """Remove a file."""
        super().remove(place)
        self._note("remove", place)

    def sync_folder(self, folder: Path) -> None:
        """Sync a folder's names."""
        super().sync_folder(folder)
        self._note("sync-folder", folder)


class _RecordedFile(io.FileIO):
    """A file of which each write is noted as it reaches the system."""

    def __init__(self, place: Path, mode: str, disk: RecordingDisk) -> None:
        super().__init__(str(place), mode)
        self._place = place
        self._disk = disk
        if "a" in mode:
            self.seek(0, io.SEEK_END)

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        """Write, and note it."""
        at = self.tell()
        written = super().write(data)
        self._disk.note_write(self._place, at, bytes(data[:written]))
        return written

    def truncate(self, size: int | None = None, /) -> int:
        """Cut, and note it."""
        found = super().truncate(size)
        self._disk.note_cut(self._place, found)
        return found


def files_of(root: Path, folders: tuple[str, ...]) -> dict[str, bytes]:
    """Return the bytes of all files in some folders, and of files at the top, by path."""
    places = [place for name in folders for place in (root / name).rglob("*") if place.is_file()]
    places += [root / name for name in folders if (root / name).is_file()]
    return {place.relative_to(root).as_posix(): place.read_bytes() for place in places}


def folders_of(root: Path) -> set[str]:
    """Return the paths of all folders below *root*."""
    return {place.relative_to(root).as_posix() for place in root.rglob("*") if place.is_dir()}


def moments(
    before: dict[str, bytes], folders: set[str], done: list[Operation]
) -> Iterator[tuple[int, Playback]]:
    """Yield (operations done, files) for each moment, from none to all of them."""
    playback = Playback(before, folders)
    yield 0, playback
    for count, one in enumerate(done, 1):
        playback.do(one)
        yield count, playback
