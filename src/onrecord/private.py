"""What a person keeps to themselves: files outside every archive, which their owner alone can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from onrecord.errors import StorageError, UsageError


def folder(environ: Mapping[str, str], name: str) -> Path:
    """Return where files called *name* are kept: $XDG_CONFIG_HOME/onrecord/NAME, else ~/.config/onrecord/NAME.

    Raises:
        UsageError: There is no home folder, and the variable names none.
    """
    given = environ.get("XDG_CONFIG_HOME", "")
    try:
        # The XDG base directory specification: a relative path is to be ignored.
        base = Path(given) if given.startswith("/") else Path.home() / ".config"
    except RuntimeError as error:
        raise UsageError("there is no home folder here; set XDG_CONFIG_HOME to a folder of yours") from error
    return base / "onrecord" / name


def read(path: Path, *, what: str, most: int, archive: Path | None = None) -> bytes:
    """Return the bytes of a file that only its owner can read.

    Args:
        path: The file.
        what: What it is, for messages: "file of cookies".
        most: Bytes that it may have.
        archive: The archive's folder, in which it must not stand.

    Raises:
        UsageError: It can't be read, others can read it, it stands in *archive*, or it is too large.
    """
    try:
        found = path.lstat()
        if archive is not None and path.resolve().is_relative_to(archive.resolve()):
            raise UsageError(f"{path}: this stands in the archive, which may be passed on; move it elsewhere")
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path}: this is no plain file; name the {what} itself")
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077:
            raise UsageError(f"{path}: others can read this {what}; run: chmod 600 {path}")
        if found.st_size > most:
            raise UsageError(f"{path}: larger than {most:,} bytes, which no {what} is")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: can't be read ({error.strerror})") from None


def write(path: Path, data: bytes) -> None:
    """Write *data* to a file that only its owner can read, synced, whole or not at all.

    Raises:
        StorageError: The disk said no.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        # Its mode is set before a byte is in it.
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StorageError.of(error, str(error.filename or path)) from error
