"""The lock: one writer at a time, and it names its holder. Readers never wait.

On one machine the system keeps the lock, and lets it go when its process ends, however it ends. A folder that two
machines share may not tell them of each other's locks (NFS before version 4, many others), so the file also says who
holds it, and its time of change is moved on as long as they do: a holder on another machine counts until that has
stood still for some minutes. Whoever slept through such minutes finds another's name in it, and writes no more.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.archive.layout import LOCK
from onrecord.errors import ArchiveLockedError
from onrecord.store.files import storage_errors

#: Seconds between two signs of life; and after which a holder on another machine is taken for dead.
SIGN_OF_LIFE, GIVEN_UP = 30.0, 300.0


class WriterLock:
    """An exclusive lock on an archive's folder.

    Args:
        root: The archive's folder.
        host: This machine's name.

    Raises:
        ArchiveLockedError: Another process holds it; the message names that process.
        StorageError: The folder can't be written to.
    """

    def __init__(self, root: Path, *, host: str | None = None) -> None:
        self._root = root
        self._mine = _holder(host or socket.gethostname())
        place = root / LOCK
        with storage_errors(place):
            self._handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                self._take()
            except BaseException:
                os.close(self._handle)
                raise
        self._ended = threading.Event()
        threading.Thread(target=self._live, name="lock", daemon=True).start()

    def _take(self) -> None:
        before = os.fstat(self._handle).st_mtime
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveLockedError(str(self._root), _told(self._read())) from None
        holder = self._read()
        if _host_of(holder) not in {None, _host_of(self._mine)}:
            # Both times are the file server's: the two machines' clocks may differ.
            os.utime(self._handle)
            now = os.fstat(self._handle).st_mtime
            os.utime(self._handle, (before, before))
            if now - before < GIVEN_UP:
                raise ArchiveLockedError(str(self._root), _told(holder))
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, self._mine, 0)

    def _read(self) -> bytes:
        return os.pread(self._handle, 4096, 0)

    def _live(self) -> None:
        while not self._ended.wait(SIGN_OF_LIFE):
            try:
                os.utime(self._handle)
            except OSError:  # let go meanwhile, or the disk is gone: `check` says so to whoever writes
                return

    def check(self) -> None:
        """See to it that the lock is still ours.

        Raises:
            ArchiveLockedError: Another machine took it while this one slept.
            StorageError: The lock can't be read.
        """
        with storage_errors(self._root / LOCK):
            holder = self._read()
        if holder != self._mine:
            raise ArchiveLockedError(str(self._root), _told(holder))

    def release(self) -> None:
        """Let the next writer in."""
        self._ended.set()
        if self._read() == self._mine:
            os.ftruncate(self._handle, 0)
        os.close(self._handle)


def _holder(host: str) -> bytes:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200]
    since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return json.dumps({"pid": os.getpid(), "host": host, "command": command, "since": since}).encode()


def _facts(holder: bytes) -> dict[str, Any]:
    try:
        found = json.loads(holder)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _host_of(holder: bytes) -> str | None:
    return _facts(holder).get("host")


def _told(holder: bytes) -> str:
    who = _facts(holder)
    try:
        name = f"process {who['pid']} on {who['host']} ({who['command']}, since {who['since']})"
    except KeyError:
        name = "another process"
    return f"{name} is writing to this archive; wait until it is done, or stop it, and run the command again"
