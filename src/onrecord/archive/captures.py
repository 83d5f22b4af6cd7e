"""Captures: the open segment of a round, and reading back what was captured."""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from onrecord.archive.layout import segment_path
from onrecord.model import Capture, Digest, Exchange
from onrecord.store import FolderStore
from onrecord.store.files import storage_errors
from onrecord.warc import RevisitTarget, SegmentWriter

#: A segment is sealed and the next begun at this size: one can be copied, checked and lost on its own.
SEGMENT_BYTES = 256 * 1024 * 1024


class OpenSegment:
    """A segment that is being written."""

    def __init__(self, files: FolderStore, *, software: str, operator: str | None, now: datetime) -> None:
        writer = base64.b32encode(os.urandom(5)).decode().lower()
        self.path = segment_path(now.astimezone(UTC), writer)
        self._files = files
        self._stream = files.begin(self.path)
        self._writer = SegmentWriter(self._stream, self.path, software=software, now=now, operator=operator)

    @property
    def size(self) -> int:
        """The bytes written so far."""
        return self._writer.size

    def write(self, exchange: Exchange, *, revisit_of: RevisitTarget | None, omit_payload: bool) -> Capture:
        """Write one exchange. It is on the disk itself only after `sync`."""
        return self._writer.write_exchange(exchange, revisit_of=revisit_of, omit_payload=omit_payload)

    def sync(self) -> None:
        """Put all that was written on the disk itself."""
        with storage_errors(self._files.root / self.path):
            self._files.disk.sync(self._stream)

    def close(self) -> tuple[Digest, list[str]]:
        """Close the segment; return its digest and the lines of its index."""
        self.sync()
        self._stream.close()
        return file_digest(self._files.root / self.path), self._writer.cdxj_lines


def file_digest(place: Path) -> Digest:
    """Return the SHA-256 digest of a file, read in pieces."""
    with storage_errors(place), place.open("rb", buffering=0) as file:
        return Digest("sha256:" + hashlib.file_digest(file, "sha256").hexdigest())
