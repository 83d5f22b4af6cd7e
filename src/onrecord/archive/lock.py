"""The lock: one writer at a time, and it names its holder. Readers never wait."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from onrecord.archive.layout import LOCK
from onrecord.errors import ArchiveLockedError
from onrecord.store.files import storage_errors


class WriterLock:
    """An exclusive lock on an archive's folder, let go by the system when the process ends, however it ends.

    Raises:
        ArchiveLockedError: Another process holds it; the message names that process.
        StorageError: The folder can't be written to.
    """

    def __init__(self, root: Path) -> None:
        place = root / LOCK
        with storage_errors(place):
            self._handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = os.read(self._handle, 4096)
                os.close(self._handle)
                raise ArchiveLockedError(str(root), _told(holder)) from None
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, _holder(), 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _holder() -> bytes:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps(
        {"pid": os.getpid(), "host": socket.gethostname(), "command": command, "since": since}
    ).encode()


def _told(holder: bytes) -> str:
    try:
        who = json.loads(holder)
        name = f"process {who['pid']} on {who['host']} ({who['command']}, since {who['since']})"
    except (ValueError, KeyError, TypeError):
        name = "another process"
    return f"{name} is writing to this archive; wait until it is done, or stop it, and run the command again"
