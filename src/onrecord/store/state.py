"""The state (`state.sqlite`): validators, schedules, what was tried and what came of it.

No article hangs on it: lose it, and the next round asks unconditionally and keeps nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from onrecord.store._sqlite import Database
from onrecord.store._state_schema import APPLICATION_ID, MIGRATIONS
from onrecord.urls import lookup_key

#: What is counted of a host: requests, bytes of bodies, answers of 304, of 4xx and 5xx or none at all, and of 429
#: and 503; addresses that its robots.txt allows, and that it does not.
ASKED = ("requests", "bytes", "not_modified", "failures", "postponed", "allowed", "disallowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRow:
    """What we know of an article's address, as asked."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None  #: of the capture that the validators belong to
    record_id: str | None = None
    record_date: datetime | None = None
    looked_at: datetime | None = None
    verdict: str | None = None  #: of the last look
    article_id: str | None = None
    source: str | None = None
    next_at: datetime | None = None
    failures: int = 0
    reason: str | None = None  #: why the last look brought nothing
    answered_at: datetime | None = None  #: when it last gave the article


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """What we know of a feed's address."""

    url: str
    source: str
    etag: str | None = None
    last_modified: str | None = None
    claims_digest: str | None = None  #: of all entries, as parsed: the same means that nothing came
    checked_at: datetime | None = None
    failures: int = 0
    reason: str | None = None
    moved_to: str | None = None
    entries: int = 0
    ttl_minutes: int | None = None
    record_id: str | None = None
    record_date: datetime | None = None
    payload_digest: str | None = None
    cache_max_age: int | None = None  #: seconds, as its server says
    retry_at: datetime | None = None  #: its server's Retry-After
    read_at: datetime | None = None  #: when it last answered with a whole list, or that it had not changed
    gone_at: datetime | None = None  #: since when its server says that it is gone for good
    hub_url: str | None = None  #: WebSub
    skips: str | None = None  #: JSON: [hours, days], UTC, in which it is not to be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """What a list has shown, to tell whether its next reading joins."""

    url: str
    source: str
    first_read_at: datetime
    joined_since: datetime  #: since then each reading joined the one before
    shown: str  #: JSON: [key, id, seconds since 1970] of each entry, as `gaps.remembered` chose them


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """An entry that a source listed, and what came of it."""

    source: str
    key: str  #: urls.lookup_key of its address
    url: str
    headline: str | None = None
    claims_digest: str | None = None
    claims: str | None = None  #: JSON: what it said, but for its full text, for when it has left its list
    first_seen_at: datetime
    last_seen_at: datetime
    article_id: str | None = None
    #: "queued" (an article of the past, to be asked for), "waiting", "kept", "left", "refused", "failed", "gone", or a
    #: verdict that is no article
    outcome: str
    reason: str | None = None
    attempts: int = 0
    next_at: datetime | None = None
    list_record: str | None = None  #: WARC-Record-ID of the list that last named it
    is_past: bool = False  #: it came by the way back in time; no list that is followed named it


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRow:
    """A picture's address, and what came of it."""

    url: str
    digest: str | None = None
    path: str | None = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    reason: str | None = None
    may_pass: bool = False  #: it is worth asking again
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source's own schedule and health."""

    id: str
    next_at: datetime | None = None
    checked_at: datetime | None = None
    failures: int = 0
    reason: str | None = None
    rhythm: str | None = None  #: schedule.Rhythm, as text
    judged_at: datetime | None = None  #: when it was last looked at for gaps
    left_at: datetime | None = (
        None  #: when a round that was at its limit left it; None: it was followed to the end
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRow:
    """A list on a source's way back in time."""

    source: str
    url: str
    is_robots: bool = False  #: it is the robots.txt that names the sitemaps
    since: datetime  #: how far back
    modified: str | None = None  #: when it was changed, as the index states; the newest are read first
    read_at: datetime | None = None  #: None: it is still to be read
    found: int = 0  #: articles that were not known
    attempts: int = 0
    reason: str | None = None  #: why it could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkCount:
    """How far a source's way back in time has been gone."""

    since: datetime
    read: int  #: lists
    to_read: int
    failed: int
    found: int  #: articles that were not known
    queued: int  #: of these, still to be asked for
    missed: int  #: of these, asked for and not kept


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """When a source is to be seen to. None: never was; nothing is to be looked at."""

    next_at: datetime | None
    checked_at: datetime | None
    look_at: datetime | None  #: the earliest of its articles, and of its entries that became none


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceRow:
    """How often an article was looked for in vain, since its removal was first suspected."""

    article_id: str
    looks: int
    counted_at: datetime  #: the last of them


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A change that a hook is to be told of."""

    hook: str  #: `hooks.key_of`
    seq: int  #: of the ledger's line
    attempts: int = 0
    next_at: datetime | None = None  #: None: given up
    reason: str | None = None  #: why it could not be told


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryRow:
    """What was known of a site from one moment on."""

    site: str
    number: int  #: from 1, without gaps
    digest: str  #: `SiteMemory.digest`
    since: datetime
    until: datetime | None = None  #: when the next took its place; None: it stands
    pages: int  #: articles that it was learned from
    is_remade: bool = False  #: is it the first since the site was made anew?
    memory: str  #: `SiteMemory.to_json`


_Row = TypeVar("_Row")
_MOMENTS = frozenset(
    {
        *("record_date", "looked_at", "next_at", "checked_at", "first_seen_at", "last_seen_at", "tried_at"),
        *("answered_at", "counted_at", "retry_at", "since", "until", "read_at"),
        *("first_read_at", "joined_since", "judged_at", "gone_at", "left_at"),
    }
)


class State:
    """The state, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        advice = "no article hangs on it: delete it, and the next round asks everything afresh"
        self._db = Database(path, application_id=APPLICATION_ID, migrations=MIGRATIONS, advice=advice)

    @property
    def is_sealed(self) -> bool:
        """Can nothing be noted in it?"""
        return self._db.is_sealed

    def is_sound(self) -> bool:
        """Does SQLite's own check find the state whole?"""
        return self._db.is_sound()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Group what follows: all of it or nothing."""
        return self._db.transaction()

    # ---- rows by key

    def address(self, url: str) -> AddressRow | None:
        """Return what is known of an article's address."""
        return self._get(AddressRow, "address", "url = ?", (url,))

    def addresses_of(self, article_id: str) -> list[AddressRow]:
        """Return the addresses that an article was asked at."""
        return self._all(AddressRow, "address", "article_id = ? ORDER BY url", (article_id,))

    def without_address(self, article_ids: Iterable[str]) -> set[str]:
        """Return those of the articles of which no address is known: the state is younger than they are."""
        sql = (
            "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM address WHERE article_id = value)"
        )
        return {row[0] for row in self._db.rows(sql, (json.dumps(list(article_ids)),))}

    def feed(self, url: str) -> FeedRow | None:
        """Return what is known of a feed."""
        return self._get(FeedRow, "feed", "url = ?", (url,))

    def feeds_of(self, source: str) -> list[FeedRow]:
        """Return what is known of a source's feeds."""
        return self._all(FeedRow, "feed", "source = ? ORDER BY url", (source,))

    def twins_of(self, feed: FeedRow, *, least: int) -> list[FeedRow]:
        """Return the other lists that show the very same entries, if it shows at *least* so many."""
        if feed.claims_digest is None or feed.entries < least:
            return []
        where = "claims_digest = ? AND claims_digest IS NOT NULL AND url <> ? ORDER BY url"
        return self._all(FeedRow, "feed", where, (feed.claims_digest, feed.url))

    def window(self, url: str) -> WindowRow | None:
        """Return what a list has shown."""
        return self._get(WindowRow, "list_window", "url = ?", (url,))

    def windows_of(self, source: str) -> list[WindowRow]:
        """Return what a source's lists have shown."""
        return self._all(WindowRow, "list_window", "source = ? ORDER BY url", (source,))

    def entry(self, source: str, key: str) -> EntryRow | None:
        """Return what came of a source's entry."""
        return self._get(EntryRow, "entry", "source = ? AND key = ?", (source, key))

    def entries(self, source: str, keys: Iterable[str]) -> dict[str, EntryRow]:
        """Return what came of those of a source's entries that are known, by their keys."""
        sql = "source = ? AND key IN (SELECT value FROM json_each(?))"
        rows = self._all(EntryRow, "entry", sql, (source, json.dumps(list(keys))))
        return {row.key: row for row in rows}

    def seen_again(self, source: str, keys: Iterable[str], at: datetime, *, record: str | None) -> None:
        """Note that entries were listed again, in the list of which *record* is the capture; they said nothing new."""
        sql = (
            "UPDATE entry SET last_seen_at = ?, list_record = ?"
            " WHERE source = ? AND key IN (SELECT value FROM json_each(?))"
        )
        self._db.run(sql, (_text(at), record, source, json.dumps(list(keys))))

    # ---- the way back in time

    def walks(self, source: str, *, limit: int) -> list[WalkRow]:
        """Return the lists that a source's way back has still to read, the newest first."""
        where = "source = ? AND read_at IS NULL ORDER BY attempts, is_robots DESC, modified DESC, url LIMIT ?"
        return self._all(WalkRow, "walk", where, (source, limit))

    def walk(self, source: str, url: str) -> WalkRow | None:
        """Return a list of a source's way back."""
        return self._get(WalkRow, "walk", "source = ? AND url = ?", (source, url))

    def walking(self) -> set[str]:
        """Return the sources whose way back has lists to read."""
        return {row[0] for row in self._db.rows("SELECT DISTINCT source FROM walk WHERE read_at IS NULL")}

    def walked(self, source: str) -> WalkCount | None:
        """Return how far a source's way back has been gone; None if it goes nowhere."""
        row = self._db.row(
            "SELECT MIN(since), SUM(read_at IS NOT NULL AND reason IS NULL), SUM(read_at IS NULL),"
            " SUM(read_at IS NOT NULL AND reason IS NOT NULL), SUM(found) FROM walk WHERE source = ?",
            (source,),
        )
        if row is None or row[0] is None:
            return None
        queued, missed = self._db.rows(
            "SELECT total(outcome = 'queued'), total(outcome NOT IN ('queued', 'kept')) FROM entry"
            " WHERE source = ? AND is_past",
            (source,),
        )[0]
        return WalkCount(
            since=_moment(row[0]),
            read=row[1],
            to_read=row[2],
            failed=row[3],
            found=row[4],
            queued=int(queued),
            missed=int(missed),
        )

    def queued_until(self, source: str) -> datetime | None:
        """Return when the last article of the past is to be asked for."""
        sql = "SELECT MAX(next_at) FROM entry WHERE source = ? AND outcome = 'queued'"
        at = self._db.value(sql, (source,))
        return _moment(at) if at else None

    def entry_of_article(self, article_id: str) -> EntryRow | None:
        """Return the entry that an article came by, the first of them."""
        return self._get(EntryRow, "entry", "article_id = ? ORDER BY first_seen_at, key", (article_id,))

    def entries_not_kept(self, source: str) -> list[EntryRow]:
        """Return the entries of a source that became no article, newest first."""
        return self._all(
            EntryRow,
            "entry",
            "source = ? AND outcome NOT IN ('kept', 'queued') ORDER BY last_seen_at DESC, key",
            (source,),
        )

    def entries_seen(self, source: str, *, limit: int) -> list[tuple[str, datetime]]:
        """Return (address, when it was first listed) of the newest entries of a source's lists, kept or not."""
        sql = (
            "SELECT url, first_seen_at FROM entry WHERE source = ? AND NOT is_past"
            " ORDER BY first_seen_at DESC LIMIT ?"
        )
        return [(row[0], _moment(row[1])) for row in self._db.rows(sql, (source, limit))]

    def entries_due(self, source: str, now: datetime) -> list[EntryRow]:
        """Return the entries that became no article and are worth asking again at *now*."""
        sql = "source = ? AND outcome <> 'kept' AND next_at IS NOT NULL AND next_at <= ? ORDER BY first_seen_at, key"
        return self._all(EntryRow, "entry", sql, (source, _text(now)))

    def looks(self, source: str, *, due_by: datetime | None) -> list[AddressRow]:
        """Return the held addresses of a source that are due for another look; all of them for None."""
        if due_by is None:
            return self._all(
                AddressRow, "address", "source = ? AND article_id IS NOT NULL ORDER BY url", (source,)
            )
        sql = "source = ? AND article_id IS NOT NULL AND next_at <= ? ORDER BY next_at, url"
        return self._all(AddressRow, "address", sql, (source, _text(due_by)))

    def picture(self, url: str) -> PictureRow | None:
        """Return what came of a picture's address."""
        return self._get(PictureRow, "picture", "url = ?", (url,))

    def source(self, source_id: str) -> SourceRow | None:
        """Return a source's schedule and health."""
        return self._get(SourceRow, "source", "id = ?", (source_id,))

    def left_sources(self) -> dict[str, datetime]:
        """Return the sources that a round left at its limit, and since when."""
        sql = "SELECT id, left_at FROM source WHERE left_at IS NOT NULL"
        return {row[0]: _moment(row[1]) for row in self._db.rows(sql)}

    def absence(self, article_id: str) -> AbsenceRow | None:
        """Return how often an article was looked for in vain."""
        return self._get(AbsenceRow, "absence", "article_id = ?", (article_id,))

    def drop_absence(self, article_id: str) -> None:
        """Forget that an article was looked for in vain: it is back."""
        self._db.run("DELETE FROM absence WHERE article_id = ?", (article_id,))

    def picture_urls(self, path: str) -> list[str]:
        """Return the addresses at which the picture that is kept at *path* was found."""
        return [row[0] for row in self._db.rows("SELECT url FROM picture WHERE path = ?", (path,))]

    def forget_records(self, record_ids: Iterable[str]) -> None:
        """Forget captures that no later one can refer to any more."""
        gone = json.dumps(list(record_ids))
        for table in ("address", "feed"):
            self._db.run(
                f"UPDATE {table} SET record_id = NULL, record_date = NULL"
                " WHERE record_id IN (SELECT value FROM json_each(?))",
                (gone,),
            )

    def forget_articles(
        self, article_ids: Iterable[str], *, urls: Iterable[str], pictures: Iterable[str]
    ) -> None:
        """Forget all that is known of articles, of their addresses, and of pictures by where they were kept."""
        chosen = "IN (SELECT value FROM json_each(?))"
        gone = json.dumps(list(article_ids))
        for table in ("address", "entry", "absence"):
            self._db.run(f"DELETE FROM {table} WHERE article_id {chosen}", (gone,))
        addresses = list(urls)
        self._forget_shown({lookup_key(url) for url in addresses})
        named = json.dumps(addresses)
        self._db.run(f"DELETE FROM host_note WHERE key {chosen} OR value {chosen}", (named, named))
        self._db.run(f"DELETE FROM picture WHERE path {chosen}", (json.dumps(list(pictures)),))
        self._db.compact()

    def _forget_shown(self, keys: set[str]) -> None:
        """Forget that lists have shown these addresses."""
        rows = [
            row
            for key in keys
            for row in self._all(WindowRow, "list_window", "instr(shown, ?)", (_quoted(key),))
        ]
        for row in {row.url: row for row in rows}.values():
            left = [entry for entry in json.loads(row.shown) if entry[0] not in keys]
            self.put(replace(row, shown=json.dumps(left, separators=(",", ":"))))

    def deliveries(self) -> list[DeliveryRow]:
        """Return what hooks are still to be told, the oldest first."""
        return self._all(DeliveryRow, "delivery", "TRUE ORDER BY seq, hook", ())

    def drop_delivery(self, row: DeliveryRow) -> None:
        """Forget that a hook was to be told: it was."""
        self._db.run("DELETE FROM delivery WHERE hook = ? AND seq = ?", (row.hook, row.seq))

    def due(self) -> dict[str, DueRow]:
        """Return when each source that is known is to be seen to."""
        sql = """
            SELECT id, next_at, checked_at, (
                SELECT MIN(next_at) FROM address INDEXED BY address_due WHERE source = id AND next_at IS NOT NULL
            ), (
                SELECT MIN(next_at) FROM entry INDEXED BY entry_due WHERE source = id AND next_at IS NOT NULL
            ) FROM source
            """
        found: dict[str, DueRow] = {}
        for name, next_at, checked_at, *looks in self._db.rows(sql):
            look_at = min((at for at in looks if at), default=None)
            moments = [_moment(at) if at else None for at in (next_at, checked_at, look_at)]
            found[name] = DueRow(next_at=moments[0], checked_at=moments[1], look_at=moments[2])
        return found

    def bring_back(self, now: datetime) -> None:
        """Make due what was done after *now*, by a clock that has been set back since."""
        with self.transaction():
            values = (_text(now),) * 2
            self._db.run("UPDATE address SET looked_at = NULL, next_at = ? WHERE looked_at > ?", values)
            self._db.run("UPDATE source SET checked_at = NULL, next_at = ? WHERE checked_at > ?", values)
            self._db.run(
                "UPDATE feed SET checked_at = NULL, retry_at = NULL WHERE checked_at > ?", values[:1]
            )
            self._db.run(
                "UPDATE entry SET first_seen_at = min(first_seen_at, ?), last_seen_at = ?, next_at = min(next_at, ?)"
                " WHERE last_seen_at > ?",
                values * 2,
            )
            self._db.run("UPDATE round SET started_at = ? WHERE started_at > ?", values)

    def put(
        self,
        row: AddressRow
        | FeedRow
        | WindowRow
        | EntryRow
        | PictureRow
        | SourceRow
        | AbsenceRow
        | DeliveryRow
        | WalkRow
        | MemoryRow,
    ) -> None:
        """Write a row, in place of the one with its key."""
        columns = _COLUMNS[type(row)]
        self._db.run(columns.put, columns.values(row))

    # ---- hosts: `fetch.HostMemory` stands on these

    def host_note(self, kind: str, key: str) -> tuple[str, datetime] | None:
        """Return what is remembered of a host or an address, and since when."""
        row = self._db.row("SELECT value, at FROM host_note WHERE kind = ? AND key = ?", (kind, key))
        return (row[0], _moment(row[1])) if row else None

    def put_host_note(self, kind: str, key: str, value: str | None, at: datetime) -> None:
        """Remember something of a host or an address, or (None) forget it."""
        if value is None:
            self._db.run("DELETE FROM host_note WHERE kind = ? AND key = ?", (kind, key))
        else:
            self._db.run(
                "INSERT OR REPLACE INTO host_note VALUES (?, ?, ?, ?)", (kind, key, value, _text(at))
            )

    def add_asked(self, at: datetime, counts: Mapping[str, Sequence[int]]) -> None:
        """Add to what was asked of hosts in a month: the figures of `ASKED`, in their order."""
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in ASKED)
        marks = ", ".join("?" * (len(ASKED) + 2))
        sql = (
            f"INSERT INTO asked (month, host, {', '.join(ASKED)}) VALUES ({marks})"
            f" ON CONFLICT (month, host) DO UPDATE SET {sums}"
        )
        with self.transaction():
            for host, figures in counts.items():
                self._db.run(sql, (f"{at:%Y-%m}", host, *figures))

    def asked(self) -> list[tuple[str, str, str, dict[str, int]]]:
        """Return (host, first month, last month, figures) of each host that was asked, the most asked first."""
        sums = ", ".join(f"sum({name})" for name in ASKED)
        sql = (
            f"SELECT host, min(month), max(month), {sums} FROM asked GROUP BY host"
            " ORDER BY sum(requests) DESC, host"
        )
        return [
            (row[0], row[1], row[2], dict(zip(ASKED, row[3:], strict=True))) for row in self._db.rows(sql)
        ]

    # ---- fixity

    def fixity(self) -> dict[str, tuple[str, str]]:
        """Return (digest, moment in ISO 8601) of each file as it was last found whole, by its path."""
        return {row[0]: (row[1], row[2]) for row in self._db.rows("SELECT path, digest, at FROM fixity")}

    def note_fixity(self, found: Iterable[tuple[str, str]], at: datetime) -> None:
        """Note files, as (path, digest), that were found whole."""
        with self._db.transaction():
            for path, digest in found:
                self._db.run("INSERT OR REPLACE INTO fixity VALUES (?, ?, ?)", (path, digest, _text(at)))

    # ---- sites

    def learning(self, site: str) -> str | None:
        """Return what is being learned of a site: `learning.Learning.to_json`."""
        found = self._db.value("SELECT learned FROM learning WHERE site = ?", (site,))
        return str(found) if found else None

    def put_learning(self, site: str, learned: str) -> None:
        """Note what is being learned of a site."""
        self._db.run("INSERT OR REPLACE INTO learning VALUES (?, ?)", (site, learned))

    def sites(self) -> list[str]:
        """Return the sites of which something is being learned."""
        return [row[0] for row in self._db.rows("SELECT site FROM learning ORDER BY site")]

    def memories(self, site: str) -> list[MemoryRow]:
        """Return what was known of a site, the oldest first."""
        return self._all(MemoryRow, "memory", "site = ? ORDER BY number", (site,))

    def newest_memory(self, site: str) -> MemoryRow | None:
        """Return what is known of a site."""
        return self._get(MemoryRow, "memory", "site = ? ORDER BY number DESC", (site,))

    def memory(self, digest: str) -> MemoryRow | None:
        """Return the memory of this name."""
        return self._get(MemoryRow, "memory", "digest = ?", (digest,))

    # ---- rounds

    def begin_round(self, round_id: str, at: datetime) -> None:
        """Note that a round has begun."""
        self._db.run("INSERT OR REPLACE INTO round (id, started_at) VALUES (?, ?)", (round_id, _text(at)))

    def end_round(
        self, round_id: str, at: datetime, report: Mapping[str, Any], *, noted_until: int | None = None
    ) -> None:
        """Note that a round has ended, and what it brought.

        *noted_until*: the ledger's line up to which this state now knows the address of each article.
        """
        values = (_text(at), json.dumps(report, ensure_ascii=False), noted_until, round_id)
        sql = "UPDATE round SET ended_at = ?, report = ?, noted_until = ifnull(?, noted_until) WHERE id = ?"
        self._db.run(sql, values)

    def noted_until(self) -> int:
        """Return the ledger's line up to which the address of each article was noted; 0 if nobody knows."""
        sql = (
            "SELECT noted_until FROM round WHERE noted_until IS NOT NULL"
            " ORDER BY started_at DESC, id DESC LIMIT 1"
        )
        return self._db.value(sql) or 0

    def last_round(self) -> tuple[datetime, datetime | None, dict[str, Any]] | None:
        """Return when the last round began, when it ended, and what it brought."""
        row = self._db.row(
            "SELECT started_at, ended_at, report FROM round ORDER BY started_at DESC, id DESC LIMIT 1"
        )
        if row is None:
            return None
        return _moment(row[0]), _moment(row[1]) if row[1] else None, json.loads(row[2] or "{}")

    # ---- rows

    def _get(self, kind: type[_Row], table: str, where: str, values: tuple[Any, ...]) -> _Row | None:
        found = self._all(kind, table, f"{where} LIMIT 1", values)
        return found[0] if found else None

    def _all(self, kind: type[_Row], table: str, where: str, values: tuple[Any, ...]) -> list[_Row]:
        columns = _COLUMNS[kind]
        rows = self._db.rows(f"SELECT {columns.names} FROM {table} WHERE {where}", values)
        return [columns.row(values) for values in rows]


@dataclass(frozen=True, slots=True)
class _Columns(Generic[_Row]):
    """A table's columns, and the way from rows to values and back."""

    kind: type[_Row]
    fields: tuple[str, ...]
    names: str  #: with commas between them
    put: str  #: the statement that writes a row
    read: tuple[tuple[str, Callable[[Any], Any]], ...]  #: how columns that are no plain values are read

    @classmethod
    def of(cls, kind: type[_Row], table: str) -> _Columns[_Row]:
        names = tuple(each.name for each in fields(kind))  # type: ignore[arg-type]
        marks = ", ".join("?" * len(names))
        put = f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})"
        read = tuple(
            (name, _moment if name in _MOMENTS else bool) for name in names if name in _MOMENTS | _FLAGS
        )
        return cls(kind, names, ", ".join(names), put, read)

    def row(self, values: tuple[Any, ...]) -> _Row:
        found = dict(zip(self.fields, values, strict=True))
        for name, read in self.read:
            if found[name] is not None:
                found[name] = read(found[name])
        return self.kind(**found)

    def values(self, row: _Row) -> list[Any]:
        found = [getattr(row, name) for name in self.fields]
        return [_text(value) if isinstance(value, datetime) else value for value in found]


_TABLES: dict[type, str] = {
    AddressRow: "address",
    FeedRow: "feed",
    WindowRow: "list_window",
    EntryRow: "entry",
    PictureRow: "picture",
    SourceRow: "source",
    AbsenceRow: "absence",
    DeliveryRow: "delivery",
    WalkRow: "walk",
    MemoryRow: "memory",
}


def _quoted(text: str) -> str:
    """Return a text as it stands within JSON."""
    return json.dumps(text)[1:-1]


def _text(at: datetime) -> str:
    at = at.astimezone(UTC)
    # As "%Y-%m-%dT%H:%M:%SZ" writes it, in a fraction of the time.
    return f"{at.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


_FLAGS = frozenset({"may_pass", "is_remade", "is_robots", "is_past"})
_COLUMNS: dict[type, _Columns[Any]] = {kind: _Columns.of(kind, table) for kind, table in _TABLES.items()}
