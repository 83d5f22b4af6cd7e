"""Every error that On Record raises on purpose.

    OnRecordError
    ├─ UsageError                      the command's words make no sense together
    │   └─ SearchSyntaxError           a query can't be read: where, and why
    ├─ ConfigError                     onrecord.toml: every mistake with its key
    ├─ SourceNotFoundError
    ├─ ArchiveError                    the folder as a whole
    │   ├─ NotAnArchiveError  ├─ ArchiveLockedError  ├─ FormatVersionError
    │   └─ StorageError
    │       └─ DatabaseDamagedError   index.sqlite, state.sqlite
    ├─ FormatError                     a file of ours is not what it says
    │   ├─ DocumentFormatError  ├─ LedgerFormatError  └─ WarcFormatError
    └─ ArticleNotHeldError

What strangers' servers do is no exception: it is an `Outcome`, a `Verdict` or a `Problem`.
Each class carries the exit code that the command ends with.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Self


class OnRecordError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = 1


class UsageError(OnRecordError):
    """The words of a command, or a value among them, make no sense."""

    exit_code = 2


class SearchSyntaxError(UsageError):
    """A query can't be read. *column* (from 1) is where."""

    def __init__(self, query: str, column: int, what: str) -> None:
        super().__init__(f"{query}: at character {column}: {what}")
        self.query = query
        self.column = column
        self.what = what

    def __reduce__(self) -> tuple[type[SearchSyntaxError], tuple[str, int, str]]:
        """Pickle by identity, not by message."""
        return type(self), (self.query, self.column, self.what)


class ConfigError(OnRecordError):
    """onrecord.toml can't be used. *mistakes* is (dotted key, what is wrong), all of them at once."""

    exit_code = 3

    def __init__(self, path: str, mistakes: Sequence[tuple[str, str]]) -> None:
        lines = "".join(f"\n  {key}: {what}" if key else f"\n  {what}" for key, what in mistakes)
        super().__init__(f"{path} can't be used; correct it and run the command again:{lines}")
        self.path = path
        self.mistakes = tuple(mistakes)

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, tuple[tuple[str, str], ...]]]:
        """Pickle by identity, not by message."""
        return type(self), (self.path, self.mistakes)


class SourceNotFoundError(OnRecordError):
    """No source of this name is followed."""

    exit_code = 2

    def __init__(self, source_id: str) -> None:
        super().__init__(f"{source_id}: no such source here; `onrecord status` lists those that are followed")
        self.source_id = source_id

    def __reduce__(self) -> tuple[type[SourceNotFoundError], tuple[str]]:
        """Pickle by identity, not by message."""
        return type(self), (self.source_id,)


class ArchiveError(OnRecordError):
    """The archive's folder can't be used as it is."""

    exit_code = 4

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what

    def __reduce__(self) -> tuple[type[ArchiveError], tuple[str, str]]:
        """Pickle by identity, not by message."""
        return type(self), (self.path, self.what)


class NotAnArchiveError(ArchiveError):
    """There is no archive at this place."""


class ArchiveLockedError(ArchiveError):
    """Another process writes to this archive."""

    exit_code = 5


class FormatVersionError(ArchiveError):
    """The archive was written by a newer On Record."""


class StorageError(ArchiveError):
    """The disk said no: full, read-only, not permitted."""

    exit_code = 6

    @classmethod
    def of(cls, error: OSError, path: str) -> Self:
        """Return what the disk said of *path*, with what to do next."""
        told = _DISK_SAYS.get(error.errno or 0)
        return cls(path, told or f"{error.strerror or error}; see to it and run the command again")


class DatabaseDamagedError(StorageError):
    """A database of ours is damaged, or another program's stands in its place."""


_DISK_SAYS = {
    errno.ENOSPC: "the disk is full; make room and run the command again",
    errno.EDQUOT: "the disk quota is used up; make room and run the command again",
    errno.EROFS: "the disk is read-only; mount it writable and run the command again",
    errno.EACCES: "permission denied; make it readable and writable for this user and run the command again",
    errno.EPERM: "not permitted; make it readable and writable for this user and run the command again",
    errno.EIO: "the disk reports an error; check it before anything else is written",
}


class FormatError(OnRecordError):
    """A file of the archive is not what it says it is. *path* names it."""

    exit_code = 7

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what

    def __reduce__(self) -> tuple[type[FormatError], tuple[str, str]]:
        """Pickle by identity, not by message."""
        return type(self), (self.path, self.what)


class DocumentFormatError(FormatError):
    """A Markdown document of the archive can't be read back."""


class LedgerFormatError(FormatError):
    """A ledger line is damaged, or the chain is broken."""


class WarcFormatError(FormatError):
    """A capture can't be read back."""


class ArticleNotHeldError(OnRecordError):
    """The archive holds no article under this id or address."""

    exit_code = 8

    def __init__(self, wanted: str) -> None:
        super().__init__(f"{wanted}: no article under this id or address; `onrecord list` shows what is held")
        self.wanted = wanted

    def __reduce__(self) -> tuple[type[ArticleNotHeldError], tuple[str]]:
        """Pickle by identity, not by message."""
        return type(self), (self.wanted,)
