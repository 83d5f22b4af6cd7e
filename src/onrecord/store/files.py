"""Files: whole-file puts and appends in the archive's folder.

A put has two steps. `stage` writes the bytes, synced, under `staging/`, named by their digest and place;
`settle` moves them to their place. Between the two stands the ledger line that makes them count, so that after
a crash the line says what is still to be moved, and whatever no line names is swept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from onrecord.errors import FormatError, StorageError
from onrecord.ledger import Put, digest_of
from onrecord.model import Digest
from onrecord.store.disk import Disk

STAGING = "staging"


@contextmanager
def storage_errors(path: Path | str) -> Iterator[None]:
    """Turn what the disk says into a `StorageError` that says what to do next."""
    try:
        yield
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise StorageError.of(error, str(error.filename or path)) from error


class FolderStore:
    """A `FileStore` in a folder of a local disk.

    Raises:
        StorageError: In every method: the disk is full, read-only or not permitted.
        FormatError: A file that must be there is missing.
    """

    def __init__(self, root: Path, disk: Disk | None = None) -> None:
        self.root = root
        self.disk = disk or Disk()

    def stage(self, path: str, data: bytes) -> Put:
        """Write *data* to the staging folder, synced, and return the put to name. Nothing counts yet."""
        put = Put(path, digest_of(data), len(data))
        place = self._staging(put)
        made: set[Path] = set()
        with storage_errors(place):
            self._make_folder(place.parent, made)
            with self.disk.overwrite(place) as file:
                file.write(data)
                self.disk.sync(file)
        for folder in made:
            self._sync_folder(folder)
        return put

    def write(self, path: str, data: bytes) -> None:
        """Put *data* at a path in one step, synced: what the ledger does not name, such as the settings."""
        place = self.root / path
        fresh = place.with_name(f"{place.name}.new")
        with storage_errors(place):
            with self.disk.overwrite(fresh) as file:
                file.write(data)
                self.disk.sync(file)
            self.disk.move(fresh, place)
            self.disk.sync_folder(place.parent)

    def sync_staging(self) -> None:
        """Make the staged names last through a power cut."""
        if (self.root / STAGING).is_dir():
            self._sync_folder(self.root / STAGING)

    def settle(self, puts: Iterable[Put]) -> None:
        """Move staged bytes to their places, in order. What stands there already is left: repeat at will."""
        folders: set[Path] = set()
        for put in puts:
            place = self.root / put.path
            staged = self._staging(put)
            with storage_errors(place):
                if not staged.exists():
                    continue
                self._make_folder(place.parent, folders)
                self.disk.move(staged, place)
                folders.add(place.parent)
        for folder in folders:
            self._sync_folder(folder)

    def stage_stream(self, path: str, write: Callable[[BinaryIO], None]) -> Put:
        """Stage a file that is too large for memory: *write* is given where its bytes go."""
        fresh = self.root / STAGING / f"fresh.{digest_of(path.encode()).removeprefix('sha256:')[:8]}"
        made: set[Path] = set()
        with storage_errors(fresh):
            self._make_folder(fresh.parent, made)
            with self.disk.overwrite(fresh) as file:
                write(file)
                self.disk.sync(file)
            with fresh.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            put = Put(path, Digest(f"sha256:{digest}"), fresh.stat().st_size)
            self.disk.move(fresh, self._staging(put))
        for folder in made:
            self._sync_folder(folder)
        return put

    def staged(self, put: Put) -> Path:
        """Return where a staged file waits."""
        return self._staging(put)

    def unstage(self, put: Put) -> None:
        """Throw a staged file away."""
        self._remove(self._staging(put))

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files; what is not there is gone already: repeat at will."""
        for path in paths:
            self._remove(self.root / path)

    def _remove(self, place: Path) -> None:
        with storage_errors(place), suppress(FileNotFoundError):
            self.disk.remove(place)

    def has_staged(self) -> bool:
        """Does anything wait in the staging folder?"""
        folder = self.root / STAGING
        return folder.is_dir() and any(folder.iterdir())

    def sweep(self) -> int:
        """Remove what waits in the staging folder; return how many files that were."""
        folder = self.root / STAGING
        if not folder.is_dir():
            return 0
        places = list(folder.iterdir())
        with storage_errors(folder):
            for place in places:
                if place.is_dir():
                    shutil.rmtree(place)
                else:
                    self.disk.remove(place)
        return len(places)

    def append(self, path: str, data: bytes) -> None:
        """Append *data* to a file, synced before this returns."""
        place = self.root / path
        with storage_errors(place):
            is_new = not place.exists()
            made: set[Path] = set()
            self._make_folder(place.parent, made)
            before = 0 if is_new else place.stat().st_size
            try:
                with self.disk.append(place) as file:
                    file.write(data)
                    self.disk.sync(file)
            except OSError:
                # Half a line on a full disk would be a torn line for the next writer.
                with suppress(OSError):
                    self.disk.cut(place, before)
                raise
        for folder in ({place.parent} if is_new else set()) | made:
            self._sync_folder(folder)

    def begin(self, path: str) -> BinaryIO:
        """Return a new file, open for writing, whose name lasts; `disk.sync` makes its bytes last."""
        place = self.root / path
        made = {place.parent}
        with storage_errors(place):
            self._make_folder(place.parent, made)
            file = self.disk.create(place)
        for folder in made:
            self._sync_folder(folder)
        return file

    def remove(self, path: str) -> None:
        """Remove a file that does not count."""
        place = self.root / path
        with storage_errors(place):
            self.disk.remove(place)

    def cut(self, path: str, size: int) -> None:
        """Cut a file to its first *size* bytes, synced."""
        place = self.root / path
        with storage_errors(place):
            self.disk.cut(place, size)

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        place = self.root / path
        try:
            with storage_errors(place):
                return place.read_bytes()
        except FileNotFoundError as error:
            raise FormatError(path, "the file is missing; restore it from a backup") from error

    def exists(self, path: str) -> bool:
        """Is there a file at *path*?"""
        return (self.root / path).is_file()

    def size(self, path: str) -> int:
        """Return a file's size in bytes."""
        try:
            return (self.root / path).stat().st_size
        except FileNotFoundError as error:
            raise FormatError(path, "the file is missing; restore it from a backup") from error

    def walk(self, folder: str) -> Iterator[str]:
        """Yield the paths of all files below *folder*, sorted."""
        top = self.root / folder
        with storage_errors(top):
            for base, folders, names in os.walk(top, onerror=_raise):
                folders.sort()
                for name in sorted(names):
                    yield (Path(base) / name).relative_to(self.root).as_posix()

    def _staging(self, put: Put) -> Path:
        # The path is part of the name: two files with the same bytes are moved one by one.
        place = digest_of(put.path.encode()).removeprefix("sha256:")[:8]
        return self.root / STAGING / f"{put.digest.removeprefix('sha256:')}.{place}"

    def _make_folder(self, folder: Path, made: set[Path]) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent, made)
        self.disk.make_folder(folder)
        made.add(folder.parent)

    def _sync_folder(self, folder: Path) -> None:
        with storage_errors(folder):
            self.disk.sync_folder(folder)


def _raise(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
