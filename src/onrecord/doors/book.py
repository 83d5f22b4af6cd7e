"""The book of the doors: users, their sessions and their tokens, in one SQLite file for an archive."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from onrecord import private
from onrecord.doors import secrets
from onrecord.doors.rights import Role, Scope, Visitor
from onrecord.doors.secrets import Hasher, digest, fresh
from onrecord.doors.tokens import Token, fever_key
from onrecord.errors import StorageError, UsageError
from onrecord.model import Digest
from onrecord.store import Database

APPLICATION_ID = 0x4F6E5264  # "OnRd"
#: A session ends when it was not used for so long, and in any case when it is so old.
IDLE, OLDEST = timedelta(days=30), timedelta(days=180)
#: A session's last use is written down once in so long: reading must not write for each page.
_NOTED_EVERY = timedelta(minutes=10)
#: Sessions of one user; the one that was used longest ago ends for a new one.
MOST_SESSIONS = 50
#: Users and tokens of one archive.
MOST_USERS, MOST_TOKENS = 1_000, 100

_MIGRATIONS = (
    """
    CREATE TABLE user (
        name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, made_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE session (
        digest TEXT PRIMARY KEY, user TEXT NOT NULL, made_at TEXT NOT NULL, seen_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX session_user ON session (user);
    CREATE TABLE token (
        user TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
        fever TEXT NOT NULL UNIQUE, made_at TEXT NOT NULL, used_at TEXT, PRIMARY KEY (user, name)
    ) WITHOUT ROWID;
    CREATE TABLE secret (only INTEGER PRIMARY KEY CHECK (only = 1), value BLOB NOT NULL);
    """,
)
_BY = (
    "SELECT user.name, role, scopes, used_at, token.name FROM token JOIN user ON user.name = token.user WHERE"
)
_BY_DIGEST = f"{_BY} digest = ?"
_BY_FEVER_KEY = f"{_BY} fever = ?"
_NAME = re.compile(r"\w[\w.@+\-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may log in."""

    name: str
    role: Role
    made_at: datetime
    tokens: int


def place_of(archive: Digest, environ: Mapping[str, str]) -> Path:
    """Return the file of the doors of an archive, which the digest of its ledger's first line names."""
    return private.folder(environ, "doors") / f"{archive.removeprefix('sha256:')[:16]}.sqlite"


def named(given: str) -> str:
    """Return a user's name as it is kept: NFKC, lower case.

    Raises:
        UsageError: It is none.
    """
    name = unicodedata.normalize("NFKC", given.strip()).casefold()
    if not _NAME.fullmatch(name):
        raise UsageError(f"{given}: a user's name is 1 to 64 letters, digits, dots, dashes, “@” or “+”")
    return name


class Doors:
    """The users of one archive, their sessions and tokens.

    Raises:
        StorageError: The file can't be opened, or is damaged.
    """

    def __init__(self, place: Path, hasher: Hasher | None = None) -> None:
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # SQLite gives its journals the mode of the file.
            os.close(os.open(place, os.O_RDWR | os.O_CREAT, 0o600))
            place.chmod(0o600)
        except OSError as error:
            raise StorageError.of(error, str(place)) from error
        advice = "delete it, and make the users again with `onrecord user add`"
        self._db = Database(place, application_id=APPLICATION_ID, migrations=_MIGRATIONS, advice=advice)
        self._hasher = hasher or Hasher()
        self._db.run("INSERT OR IGNORE INTO secret VALUES (1, ?)", (os.urandom(32),))
        self._secret = bytes(self._db.value("SELECT value FROM secret"))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # ---------------------------------------------------------------- users

    def has_users(self) -> bool:
        """Does anybody have to log in?"""
        return self._db.row("SELECT 1 FROM user LIMIT 1") is not None

    def users(self) -> list[User]:
        """Return all users, by name."""
        sql = (
            "SELECT name, role, made_at, (SELECT count(*) FROM token WHERE token.user = user.name)"
            " FROM user ORDER BY name"
        )
        return [
            User(name=row[0], role=Role(row[1]), made_at=_moment(row[2]), tokens=row[3])
            for row in self._db.rows(sql)
        ]

    def role(self, name: str) -> Role | None:
        """Return a user's role; None: there is no such user."""
        found = self._db.value("SELECT role FROM user WHERE name = ?", (name,))
        return Role(found) if found else None

    def add(self, given: str, password: str, *, role: Role, now: datetime) -> str:
        """Make a user; return the name.

        Raises:
            UsageError: There is one of this name, or name or password can't stand.
        """
        name = named(given)
        if self.role(name):
            raise UsageError(
                f"{name}: there is a user of this name; `onrecord user password` sets a new password"
            )
        if int(self._db.value("SELECT count(*) FROM user")) >= MOST_USERS:
            raise UsageError(
                f"there are {MOST_USERS:,} users, which is all that one archive has; remove one first"
            )
        kept = self._hasher.hash(password)
        self._db.run("INSERT INTO user VALUES (?, ?, ?, ?)", (name, role.value, kept, _text(now)))
        return name

    def remove(self, given: str) -> str:
        """Remove a user, with all sessions and tokens; return the name.

        Raises:
            UsageError: There is no such user.
        """
        name = self._known(given)
        with self._db.transaction():
            self._db.run("DELETE FROM user WHERE name = ?", (name,))
            self._end_all(name)
        return name

    def set_password(self, given: str, password: str) -> str:
        """Give a user a new password, and end all sessions and tokens; return the name.

        Raises:
            UsageError: There is no such user, or the password can't stand.
        """
        name = self._known(given)
        kept = self._hasher.hash(password)
        with self._db.transaction():
            self._db.run("UPDATE user SET password = ? WHERE name = ?", (kept, name))
            self._end_all(name)
        return name

    def _end_all(self, name: str) -> None:
        self._db.run("DELETE FROM session WHERE user = ?", (name,))
        self._db.run("DELETE FROM token WHERE user = ?", (name,))

    def _known(self, given: str) -> str:
        name = named(given)
        if self.role(name) is None:
            raise UsageError(f"{given}: no user of this name; `onrecord user list` shows who there is")
        return name

    def kept_password(self, given: str) -> tuple[str, str | None]:
        """Return a name as it is kept, and what is kept of its password: None where there is no such user."""
        try:
            name = named(given)
        except UsageError:
            return "", None
        return name, self._db.value("SELECT password FROM user WHERE name = ?", (name,))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Is this the password that *kept* was made of? Takes some 50 ms; touches no database, so any thread may."""
        return self._hasher.is_right(kept, password)

    # ---------------------------------------------------------------- sessions

    def begin_session(self, name: str, *, now: datetime) -> str:
        """Return the secret of a new session of a user, for a cookie."""
        secret = fresh()
        with self._db.transaction():
            self._db.run(
                "DELETE FROM session WHERE seen_at < ? OR made_at < ?",
                (_text(now - IDLE), _text(now - OLDEST)),
            )
            rest = (
                "DELETE FROM session WHERE digest IN"
                " (SELECT digest FROM session WHERE user = ? ORDER BY seen_at DESC LIMIT -1 OFFSET ?)"
            )
            self._db.run(rest, (name, MOST_SESSIONS - 1))
            self._db.run(
                "INSERT INTO session VALUES (?, ?, ?, ?)", (digest(secret), name, _text(now), _text(now))
            )
        return secret

    def session(self, secret: str, *, now: datetime) -> Visitor | None:
        """Return whose session this is; None: it has ended, or never was."""
        sql = (
            "SELECT user.name, user.role, session.made_at, session.seen_at FROM session"
            " JOIN user ON user.name = session.user WHERE digest = ?"
        )
        row = self._db.row(sql, (digest(secret),))
        if row is None or now - _moment(row[2]) > OLDEST or now - _moment(row[3]) > IDLE:
            return None
        if now - _moment(row[3]) > _NOTED_EVERY:
            self._db.run("UPDATE session SET seen_at = ? WHERE digest = ?", (_text(now), digest(secret)))
        return Visitor.of(row[0], Role(row[1]))

    def end_session(self, secret: str) -> None:
        """End a session."""
        self._db.run("DELETE FROM session WHERE digest = ?", (digest(secret),))

    def end_sessions(self, name: str) -> None:
        """End all sessions of a user."""
        self._db.run("DELETE FROM session WHERE user = ?", (name,))

    # ---------------------------------------------------------------- tokens

    def add_token(self, given: str, name: str, scopes: Iterable[Scope], *, now: datetime) -> str:
        """Make a token of a user for the app *name*; return its secret, which is not kept.

        Raises:
            UsageError: There is no such user, or a token of this name, or the name can't stand.
        """
        user = self._known(given)
        app = " ".join(name.split())
        if not 0 < len(app) <= 64 or not app.isprintable():
            raise UsageError(f"{name!r}: a token is named for its app, in 1 to 64 characters")
        held = [token.name for token in self.tokens(user)]
        if app in held:
            raise UsageError(
                f"{app}: {user} has a token of this name; remove it first, or name this one otherwise"
            )
        if len(held) >= MOST_TOKENS:
            raise UsageError(f"{user} has {MOST_TOKENS} tokens; remove one first")
        secret = fresh()
        row = (
            user,
            app,
            " ".join(sorted(scopes)),
            digest(secret),
            digest(fever_key(user, secret)),
            _text(now),
            None,
        )
        self._db.run("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return secret

    def tokens(self, user: str | None = None) -> list[Token]:
        """Return the tokens of a user, or of all."""
        sql = (
            "SELECT user, name, scopes, made_at, used_at FROM token"
            " WHERE ?1 IS NULL OR user = ?1 ORDER BY user, name"
        )
        return [
            Token(
                user=row[0],
                name=row[1],
                scopes=frozenset(map(Scope, row[2].split())),
                made_at=_moment(row[3]),
                used_at=_moment(row[4]) if row[4] else None,
            )
            for row in self._db.rows(sql, (user,))
        ]

    def remove_token(self, given: str, name: str) -> None:
        """End a token.

        Raises:
            UsageError: There is none of this name.
        """
        user = self._known(given)
        if name not in {token.name for token in self.tokens(user)}:
            raise UsageError(f"{name}: {user} has no token of this name; `onrecord token list` shows all")
        self._db.run("DELETE FROM token WHERE user = ? AND name = ?", (user, name))

    def token(self, secret: str, *, user: str | None = None, now: datetime) -> Visitor | None:
        """Return who comes with a token; with a name, only where it is that user's."""
        found = self._by_token(_BY_DIGEST, digest(secret), now)
        return found if found and (user is None or found.name == self.kept_password(user)[0]) else None

    def fever(self, key: str, *, now: datetime) -> Visitor | None:
        """Return who comes with the key of a Fever client."""
        return self._by_token(_BY_FEVER_KEY, digest(key.strip().lower()), now)

    def _by_token(self, sql: str, value: str, now: datetime) -> Visitor | None:
        row = self._db.row(sql, (value,))
        if row is None:
            return None
        if row[3] is None or now - _moment(row[3]) > timedelta(days=1):
            self._db.run(
                "UPDATE token SET used_at = ? WHERE user = ? AND name = ?", (_text(now), row[0], row[4])
            )
        return Visitor.of(row[0], Role(row[1]), only=frozenset(map(Scope, row[2].split())))

    # ---------------------------------------------------------------- forms

    def seal(self, words: str) -> str:
        """Return the code that a form carries, so that only a page of ours can send it."""
        return secrets.sealed(self._secret, words)


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
