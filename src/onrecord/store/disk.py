"""The disk: the few operations on files that an archive is written with.

All that an archive's store and its captures write goes through here, so that a test can record it, and play it back
to any moment: as a killed process leaves it, or a power cut, which also takes what was not synced.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


class Disk:
    """The disk itself.

    Raises:
        OSError: In every method: it said no.
    """

    def create(self, place: Path) -> BinaryIO:
        """Open a file that is not there yet, for writing."""
        return place.open("xb")

    def overwrite(self, place: Path) -> BinaryIO:
        """Open a file for writing from its beginning, whatever stands there."""
        return place.open("wb")

    def append(self, place: Path) -> BinaryIO:
        """Open a file for writing at its end; it is made if it is not there."""
        return place.open("ab")

    def sync(self, file: BinaryIO) -> None:
        """Put all that was written to a file on the disk itself."""
        file.flush()
        os.fsync(file.fileno())

    def cut(self, place: Path, size: int) -> None:
        """Cut a file to its first *size* bytes, synced."""
        with place.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())

    def make_folder(self, folder: Path) -> None:
        """Make a folder, of which the one above is there; leave it if it is there itself."""
        folder.mkdir(exist_ok=True)

    def move(self, place: Path, to: Path) -> None:
        """Give a file another name, in place of what has that name."""
        place.replace(to)

    def remove(self, place: Path) -> None:
        """Remove a file."""
        place.unlink()

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder last through a power cut."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
