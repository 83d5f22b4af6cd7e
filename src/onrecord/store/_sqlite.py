"""SQLite through apsw: open, check, migrate, one transaction at a time. Contains no business logic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import apsw.ext

from onrecord.errors import DatabaseDamagedError, FormatVersionError, StorageError

#: How long a reader waits for a writer that is in the middle of a checkpoint.
BUSY_MS = 10_000


class Database:
    """One SQLite file: `application_id` says whose it is, `user_version` which schema.

    Where the disk can't be written to, it is read as it stands: an archive may lie on a medium that is sealed.

    Raises:
        FormatVersionError: It was made by a newer On Record.
        StorageError: It can't be opened, or is damaged.
    """

    def __init__(self, path: Path, *, application_id: int, migrations: Sequence[str], advice: str) -> None:
        self.path = path
        self.is_sealed = False  #: it can only be read
        self._advice = advice
        try:
            with self._errors():
                self._connection = apsw.Connection(str(path))
                self._connection.set_busy_timeout(BUSY_MS)
                self._migrate(application_id, migrations)
        except StorageError as error:
            if not isinstance(error.__cause__, apsw.CantOpenError | apsw.ReadOnlyError) or not path.is_file():
                raise
            with self._errors():
                self._open_sealed(application_id, len(migrations))

    def _open_sealed(self, application_id: int, schema: int) -> None:
        """Open the file as one that nobody writes to, this process included."""
        journal = self.path.with_name(f"{self.path.name}-wal")
        if journal.is_file() and journal.stat().st_size:
            what = "it was not closed when it was copied here, where it can't be written to; copy it anew"
            raise StorageError(
                str(self.path), f"{what}, or take the archive to a disk that can be written to"
            )
        self.is_sealed = True
        # https://sqlite.org/uri.html, "immutable": no lock and no journal is looked for.
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        self._connection = apsw.Connection(f"file:{quote(str(self.path.resolve()))}?immutable=1", flags=flags)
        found = (self.value("PRAGMA application_id"), self.value("PRAGMA user_version"))
        if found != (application_id, schema):
            what = "another version of On Record wrote this, and it can't be brought up here, where nothing can be"
            raise StorageError(
                str(self.path), f"{what} written; take the archive to a disk that can be written to"
            )

    def _migrate(self, application_id: int, migrations: Sequence[str]) -> None:
        found = self.value("PRAGMA application_id")
        version = int(self.value("PRAGMA user_version"))
        if version and found != application_id:
            raise DatabaseDamagedError(str(self.path), f"this is another program's database; {self._advice}")
        if version > len(migrations):
            what = f"written by a newer On Record (schema {version}, this one knows {len(migrations)}); update it"
            raise FormatVersionError(str(self.path), what)
        self.run("PRAGMA journal_mode = WAL")
        # A commit survives a killed process. After a power cut the ledger brings back what is missing.
        self.run("PRAGMA synchronous = NORMAL")
        if version == len(migrations):
            return
        with self.transaction():
            for number, script in enumerate(migrations[version:], version + 1):
                self.run(script)
                self.run(f"PRAGMA user_version = {number}")
            self.run(f"PRAGMA application_id = {application_id}")

    def run(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> None:
        """Run one statement, or a script without values."""
        with self._errors():
            self._connection.execute(sql, values)

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with self._errors():
            return list(self._connection.execute(sql, values))

    def row(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query."""
        with self._errors():
            return next(iter(self._connection.execute(sql, values)), None)

    def value(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.row(sql, values)
        return row[0] if row else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group statements: all of them or none."""
        with self._errors(), self._connection:
            yield

    def compact(self) -> None:
        """Write the file anew, so that nothing of what was deleted stays in its free pages or its journal."""
        self.run("VACUUM")
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_sound(self) -> bool:
        """Does SQLite's own check find the file whole?"""
        try:
            return next(iter(self._connection.execute("PRAGMA quick_check(1)")), None) == ("ok",)
        except apsw.Error:
            return False

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (apsw.NotADBError, apsw.CorruptError) as error:
            raise DatabaseDamagedError(str(self.path), f"the file is damaged; {self._advice}") from error
        except apsw.FullError as error:
            raise StorageError(
                str(self.path), "the disk is full; make room and run the command again"
            ) from error
        except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.IOError, apsw.PermissionsError) as error:
            what = f"can't be opened for writing ({error}); make it so and run the command again"
            raise StorageError(str(self.path), what) from error
        except apsw.SQLError as error:
            # Our statements are tested: what they miss is missing in this file.
            what = f"the file is not laid out as this version expects ({error}); {self._advice}"
            raise DatabaseDamagedError(str(self.path), what) from error
        except apsw.BusyError as error:
            what = "another process is writing to it; run the command again when that one is done"
            raise StorageError(str(self.path), what) from error


def copy_database(source: Path, dest: Path) -> None:
    """Copy a database as it stands at one moment, whoever writes to it.

    Raises:
        StorageError: One of the two can't be opened, or the disk is full.
    """
    fresh = dest.with_name(f"{dest.name}.new")
    try:
        fresh.unlink(missing_ok=True)
        with closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)) as one:
            one.set_busy_timeout(BUSY_MS)
            with closing(apsw.Connection(str(fresh))) as other:
                with other.backup("main", one, "main") as copying:
                    copying.step()
                other.execute("PRAGMA journal_mode = DELETE")
        fresh.replace(dest)
    except (apsw.Error, OSError) as error:
        raise StorageError(
            str(dest), f"can't be copied from {source} ({error}); see to it and try again"
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
