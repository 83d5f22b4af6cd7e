"""A person's marks (`marks.sqlite`): what they read, starred and noted, and where they stopped.

Nothing in the archive hangs on it, and nothing can make it again: `rebuild` leaves it alone, a backup copies it. Each
mark belongs to a reader, by name; "" is the one reader of an archive that has no others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from onrecord.store._sqlite import Database

APPLICATION_ID = 0x4F6E526D  # "OnRm"

_MIGRATIONS = (
    """
    CREATE TABLE mark (
        reader TEXT NOT NULL, id TEXT NOT NULL, read_at TEXT, starred_at TEXT, PRIMARY KEY (reader, id)
    ) WITHOUT ROWID;
    CREATE INDEX mark_starred ON mark (reader, starred_at) WHERE starred_at IS NOT NULL;
    CREATE TABLE note (
        reader TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (reader, id)
    ) WITHOUT ROWID;
    CREATE TABLE place (
        reader TEXT NOT NULL, id TEXT NOT NULL, paragraph INTEGER NOT NULL, paragraphs INTEGER NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (reader, id)
    ) WITHOUT ROWID;
    CREATE INDEX place_at ON place (reader, at);
    """,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reader marked an article as, and when; None: not so."""

    read_at: datetime | None = None
    starred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader wrote about an article."""

    id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stopped in an article."""

    id: str
    paragraph: int  #: the first one that was in sight, from 1
    paragraphs: int  #: in all, as the article stood then
    at: datetime


class Marks:
    """The marks of every reader, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        advice = (
            "it holds what you marked and noted, and no article: restore it from a backup, or move it away"
        )
        self._db = Database(path, application_id=APPLICATION_ID, migrations=_MIGRATIONS, advice=advice)

    @property
    def is_sealed(self) -> bool:
        """Can nothing be noted in it?"""
        return self._db.is_sealed

    def is_sound(self) -> bool:
        """Does SQLite's own check find the file whole?"""
        return self._db.is_sound()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ---- read and starred

    def marks(self, reader: str, ids: Iterable[str]) -> dict[str, Mark]:
        """Return the marks of those of the articles that have one."""
        sql = (
            "SELECT id, read_at, starred_at FROM mark"
            " WHERE reader = ? AND id IN (SELECT value FROM json_each(?))"
        )
        rows = self._db.rows(sql, (reader, json.dumps(list(ids))))
        return {row[0]: Mark(_moment(row[1]), _moment(row[2])) for row in rows}

    def set_read(self, reader: str, ids: Iterable[str], *, is_read: bool, at: datetime) -> None:
        """Mark articles as read, or as not. What was read stays read since when it was."""
        sql = (
            "INSERT INTO mark (reader, id, read_at) SELECT ?1, value, ?3 FROM json_each(?2) WHERE TRUE"
            " ON CONFLICT (reader, id) DO UPDATE SET read_at = iif(?3 IS NULL, NULL, coalesce(read_at, ?3))"
        )
        self._db.run(sql, (reader, json.dumps(list(ids)), _text(at) if is_read else None))

    def set_starred(self, reader: str, ids: Iterable[str], *, is_starred: bool, at: datetime) -> None:
        """Star articles, or take the star away. What was starred stays so since when it was."""
        sql = (
            "INSERT INTO mark (reader, id, starred_at) SELECT ?1, value, ?3 FROM json_each(?2) WHERE TRUE"
            " ON CONFLICT (reader, id) DO UPDATE"
            " SET starred_at = iif(?3 IS NULL, NULL, coalesce(starred_at, ?3))"
        )
        self._db.run(sql, (reader, json.dumps(list(ids)), _text(at) if is_starred else None))

    def read_ids(self, reader: str) -> set[str]:
        """Return all that a reader has read."""
        sql = "SELECT id FROM mark WHERE reader = ? AND read_at IS NOT NULL"
        return {row[0] for row in self._db.rows(sql, (reader,))}

    def starred_ids(self, reader: str) -> list[str]:
        """Return what a reader starred, the last one first."""
        sql = "SELECT id FROM mark WHERE reader = ? AND starred_at IS NOT NULL ORDER BY starred_at DESC, id"
        return [row[0] for row in self._db.rows(sql, (reader,))]

    # ---- notes

    def note(self, reader: str, article_id: str) -> Note | None:
        """Return a reader's note of an article."""
        row = self._db.row("SELECT id, text, at FROM note WHERE reader = ? AND id = ?", (reader, article_id))
        return _note(row) if row else None

    def set_note(self, reader: str, article_id: str, text: str, *, at: datetime) -> None:
        """Write a reader's note of an article in place of the one before; without text there is none."""
        if text:
            values = (reader, article_id, text, _text(at))
            self._db.run("INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?)", values)
        else:
            self._db.run("DELETE FROM note WHERE reader = ? AND id = ?", (reader, article_id))

    def notes(self, reader: str) -> list[Note]:
        """Return a reader's notes, the last one first."""
        sql = "SELECT id, text, at FROM note WHERE reader = ? ORDER BY at DESC, id"
        return [_note(row) for row in self._db.rows(sql, (reader,))]

    # ---- where one stopped

    def place(self, reader: str, article_id: str) -> Place | None:
        """Return where a reader stopped in an article."""
        sql = "SELECT id, paragraph, paragraphs, at FROM place WHERE reader = ? AND id = ?"
        row = self._db.row(sql, (reader, article_id))
        return _place(row) if row else None

    def set_place(
        self, reader: str, article_id: str, paragraph: int, *, paragraphs: int, at: datetime
    ) -> None:
        """Note where a reader is. At the beginning and at the end there is nothing to go on with."""
        if 1 < paragraph < paragraphs:
            values = (reader, article_id, paragraph, paragraphs, _text(at))
            self._db.run("INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?, ?)", values)
        else:
            self._db.run("DELETE FROM place WHERE reader = ? AND id = ?", (reader, article_id))

    def places(self, reader: str, *, limit: int) -> list[Place]:
        """Return where a reader stopped, in the article that was left last first."""
        sql = "SELECT id, paragraph, paragraphs, at FROM place WHERE reader = ? ORDER BY at DESC, id LIMIT ?"
        return [_place(row) for row in self._db.rows(sql, (reader, limit))]

    # ---- articles that are forgotten

    def forget(self, article_ids: Iterable[str]) -> None:
        """Delete every reader's marks of articles, the notes too."""
        gone = json.dumps(list(article_ids))
        for table in ("mark", "note", "place"):
            self._db.run(f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (gone,))
        self._db.compact()


def _note(row: tuple[str, str, str]) -> Note:
    return Note(row[0], row[1], datetime.fromisoformat(row[2]))


def _place(row: tuple[str, int, int, str]) -> Place:
    return Place(row[0], row[1], row[2], datetime.fromisoformat(row[3]))


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
