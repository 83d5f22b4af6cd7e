"""The catalog: what the archive holds, as an index. It can be made again from the ledger and the documents.

`SqliteCatalog` answers what `Catalog` asks, from `index.sqlite`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.ledger import Event, Head, Line
from onrecord.model import Digest, Document, RecordRef
from onrecord.removals import WEIGHTS, Absence, Removal, Sighting
from onrecord.store._catalog_schema import APPLICATION_ID, MIGRATIONS
from onrecord.store._sqlite import Database
from onrecord.store.protocols import (
    ChangeListing,
    HeldArticle,
    HeldChange,
    HeldGap,
    HeldKey,
    HeldRevision,
    Listing,
    SignedHead,
)
from onrecord.urls import lookup_key

#: The reader of a document that could not be read when the index was made.
UNREAD = ""

_ARTICLE = (
    "SELECT id, source, number, url, headline, language, section, published, first_captured_at, captured_at,"
    " revision, kind, verdict, content_digest, path, removed_at, removal, removal_state, has_envelope,"
    " (SELECT json_group_array(name) FROM author WHERE author.id = article.id) FROM article"
)


#: Lines that say what a publisher changed or took away.
_CHANGES = frozenset({Event.REVISED, Event.KIND_CHANGED, Event.REMOVED, Event.RESTORED})

#: When an article was published, as claimed, else when it was first captured.
_MOMENT = "coalesce(published_utc, first_captured_at)"
#: When it was last seen that something had changed.
_SEEN_CHANGED = "max(captured_at, coalesce(removed_at, ''))"


def _where(listing: Listing) -> tuple[str, list[Any]]:
    """Return the condition for what *listing* asks for, and its values."""
    wanted: list[str] = []
    values: list[Any] = []
    for condition, value in (
        ("source = ?", listing.source),
        (f"{_MOMENT} >= ?", _text(listing.since) if listing.since else None),
        (f"{_MOMENT} < ?", _text(listing.until) if listing.until else None),
        ("first_captured_at >= ?", _text(listing.kept_since) if listing.kept_since else None),
        ("first_captured_at < ?", _text(listing.kept_until) if listing.kept_until else None),
    ):
        if value is not None:
            wanted.append(condition)
            values.append(value)
    if listing.language:
        wanted.append("(language = ? COLLATE NOCASE OR language LIKE ? || '-%')")
        values += [listing.language, listing.language]
    if listing.author:
        wanted.append("id IN (SELECT id FROM author WHERE instr(lower(name), lower(?)))")
        values.append(listing.author)
    if listing.removed:
        wanted.append("removed_at IS NOT NULL")
    if listing.changed:
        wanted.append("(revision > 1 OR removed_at IS NOT NULL)")
    return (f" WHERE {' AND '.join(wanted)}" if wanted else ""), values


def _order(listing: Listing) -> str:
    """Return what *listing* is sorted by."""
    way = "ASC" if listing.oldest_first else "DESC"
    if listing.by_keeping:
        return f"first_captured_at {way}, id {way}"
    moment = "removed_at" if listing.removed else _SEEN_CHANGED if listing.changed else _MOMENT
    return f"{moment} {way}, number {way}"


def _where_changed(listing: ChangeListing) -> tuple[str, list[Any]]:
    """Return the condition for the changes that *listing* asks for, and its values."""
    wanted: list[str] = []
    values: list[Any] = []
    for condition, value in (
        ("id = ?", listing.id),
        ("id IN (SELECT id FROM article WHERE source = ?)", listing.source),
        ("at >= ?", _text(listing.since) if listing.since else None),
        ("seq > ?", listing.after),
        ("seq < ?", listing.before),
        ("(weight IS NULL OR weight >= ?)", listing.min_weight),
    ):
        if value is not None:
            wanted.append(condition)
            values.append(value)
    if listing.kinds:
        fits = "EXISTS (SELECT 1 FROM json_each(kinds) WHERE value IN (SELECT value FROM json_each(?)))"
        wanted.append(f"(weight IS NULL OR {fits})")
        values.append(json.dumps(listing.kinds))
    if not listing.readings:
        wanted.append("event <> 'kind-changed'")
    return (f" WHERE {' AND '.join(wanted)}" if wanted else ""), values


class SqliteCatalog:
    """A `Catalog` in one SQLite file."""

    def __init__(self, path: Path) -> None:
        advice = "it is only an index: delete it and run `onrecord rebuild`"
        self._db = Database(path, application_id=APPLICATION_ID, migrations=MIGRATIONS, advice=advice)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def compact(self) -> None:
        """Write the file anew, so that nothing of what was deleted stays in it."""
        self._db.compact()

    def is_sound(self) -> bool:
        """Does SQLite's own check find the index whole?"""
        return self._db.is_sound()

    def head(self) -> Head:
        """Return the last ledger line that is in the index."""
        row = self._db.row("SELECT seq, digest FROM head")
        return Head(row[0], row[1]) if row else Head()

    def transaction(self) -> AbstractContextManager[None]:
        """Group what follows: all of it or nothing."""
        return self._db.transaction()

    # ---- in

    def apply(self, line: Line, document: Document | None, *, is_forgotten: bool = False) -> None:
        """Bring one ledger line in; *document* is the one that it wrote, where it wrote one.

        Of an article that a later line says was forgotten, its addresses alone are noted.
        """
        if is_forgotten:
            self._note_forgotten(line)
        else:
            self._apply(line, document)
        self.skip(line)

    def skip(self, line: Line) -> None:
        """Note that the index has come to a ledger line."""
        self._db.run("UPDATE head SET seq = ?, digest = ?", (line.seq, line.digest))

    def _apply(self, line: Line, document: Document | None) -> None:
        match line.event:
            case Event.CAPTURED | Event.REVISED | Event.COMPLETED | Event.KIND_CHANGED:
                if document is None:
                    raise ValueError(f"a {line.event} line needs its document")
                self._apply_document(line, document)
            case Event.REREAD:
                if document is None:
                    raise ValueError(f"a {line.event} line needs its document")
                self._apply_reading(document)
            case Event.ENVELOPED:
                self._db.run("UPDATE article SET has_envelope = 1 WHERE id = ?", (line.data["id"],))
            case Event.REMOVED:
                self._apply_removal(line)
            case Event.RESTORED:
                sql = (
                    "UPDATE article SET removed_at = NULL, removal = NULL, removal_state = NULL WHERE id = ?"
                )
                self._db.run(sql, (line.data["id"],))
            case Event.REWRITTEN:
                self._apply_rewriting(line)
            case Event.FORGOTTEN:
                self._forget(line)
            case Event.GAP | Event.FILLED:
                self._apply_gap(line)
            case _:
                self._apply_signing(line)
        self._apply_rest(line)

    def _apply_rest(self, line: Line) -> None:
        """Bring in what lines of several kinds say."""
        if line.event in _CHANGES:
            self._add_change(line)
        for url in line.data.get("aliases", ()):
            self._add_alias(line.data["id"], url)
        if "id" in line.data:
            self._db.run("UPDATE article SET touched = ? WHERE id = ?", (line.seq, line.data["id"]))

    def _apply_removal(self, line: Line) -> None:
        # The moment at which it was first missing stays when that is confirmed.
        sql = (
            "UPDATE article SET removed_at = coalesce(removed_at, ?), removal = ?, removal_state = ?"
            " WHERE id = ?"
        )
        self._db.run(sql, (_text(line.at), line.data["reason"], line.data["state"], line.data["id"]))

    def _note_forgotten(self, line: Line) -> None:
        for url in filter(None, (line.data.get("url"), *line.data.get("aliases", ()))):
            self._db.run(
                "INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?)",
                (lookup_key(url), line.data.get("source"), line.data.get("number")),
            )

    def _forget(self, line: Line) -> None:
        """Leave of an article nothing but its addresses."""
        gone = line.data["id"]
        self._db.run(
            "INSERT OR REPLACE INTO forgotten SELECT key, ?, ? FROM alias WHERE id = ?",
            (line.data["source"], line.data["number"], gone),
        )
        self._db.run("DELETE FROM gap WHERE url IN (SELECT url FROM alias WHERE id = ?)", (gone,))
        for table in (
            "article",
            "author",
            "alias",
            "revision",
            "picture",
            "enclosure",
            "change",
            "translation",
        ):
            self._db.run(f"DELETE FROM {table} WHERE id = ?", (gone,))

    def _apply_rewriting(self, line: Line) -> None:
        """Note where the records of a segment stand now; those without their payload are none to read again."""
        moved = {old: (new, length) for old, new, length in line.data["moved"]}
        sql = "SELECT id, number, record_offset FROM revision WHERE record_path = ?"
        for article_id, number, offset in self._db.rows(sql, (line.data["segment"],)):
            place = (line.data["segment"], *moved[offset]) if offset in moved else (None, None, None)
            self._db.run(
                "UPDATE revision SET record_path = ?, record_offset = ?, record_length = ?"
                " WHERE id = ? AND number = ?",
                (*place, article_id, number),
            )

    def _apply_reading(self, document: Document) -> None:
        """Bring in what a later reader made of a revision, which need not be the newest."""
        revision, article = document.revision, document.revision.article
        read = (document.reader_version, document.learned)
        sql = "UPDATE revision SET content_digest = ?, reader = ?, learned = ? WHERE id = ? AND number = ?"
        self._db.run(sql, (revision.content_digest, *read, document.id, revision.number))
        published = article.published_at
        self._db.run(
            "UPDATE article SET headline = ?, language = ?, section = ?, published = ?, published_utc = ?,"
            " verdict = ?, access = ?, content_digest = ? WHERE id = ? AND revision = ?",
            (
                article.headline,
                article.language,
                article.section,
                str(published) if published else None,
                _text(published.at) if published else None,
                document.verdict.value,
                article.access.value,
                revision.content_digest,
                document.id,
                revision.number,
            ),
        )
        if self._db.value("SELECT revision FROM article WHERE id = ?", (document.id,)) == revision.number:
            self._put_parts(document)

    def _apply_signing(self, line: Line) -> None:
        if line.event is Event.KEYED:
            key = (line.seq, line.data["key"], line.data["public"], _text(line.at))
            self._db.run("INSERT OR REPLACE INTO key VALUES (?, ?, ?, ?)", key)
        elif line.event is Event.SIGNED:
            signed = (line.seq, _text(line.at), line.data["key"])
            self._db.run("INSERT OR REPLACE INTO signed VALUES (?, ?, ?)", signed)

    def _apply_gap(self, line: Line) -> None:
        data, at = line.data, _text(line.at)
        if line.event is Event.FILLED:
            self._db.run(
                "UPDATE gap SET found = found + ?, filled_at = CASE WHEN ? THEN ? END, filled_by = ? WHERE seq = ?",
                (data.get("found", 0), data["whole"], at, data["by"], data["gap"]),
            )
            return
        values = (line.seq, data["source"], data["kind"], data.get("url"), data["since"], data["until"], at)
        self._db.run(
            "INSERT OR REPLACE INTO gap (seq, source, kind, url, since, until, at, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, json.dumps(dict(data), ensure_ascii=False)),
        )

    def _put_parts(self, document: Document) -> None:
        """Write who wrote an article, its translations, pictures and enclosures, in place of those that were known."""
        self._db.run("DELETE FROM author WHERE id = ?", (document.id,))
        for name in document.revision.article.authors:
            self._db.run("INSERT OR IGNORE INTO author VALUES (?, ?)", (document.id, name))
        self._db.run("DELETE FROM translation WHERE id = ?", (document.id,))
        for other in document.revision.article.translations:
            key = (document.id, lookup_key(other.url))
            self._db.run("INSERT OR IGNORE INTO translation VALUES (?, ?)", key)
        self._db.run("DELETE FROM picture WHERE id = ?", (document.id,))
        for picture in document.pictures.values():
            self._db.run(
                "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?, ?)",
                (document.id, picture.url, picture.digest, picture.path, picture.reason),
            )
        self._db.run("DELETE FROM enclosure WHERE id = ?", (document.id,))
        for one in document.enclosures:
            values = (document.id, one.url, one.path, one.reason)
            self._db.run("INSERT OR REPLACE INTO enclosure VALUES (?, ?, ?, ?)", values)

    def _add_change(self, line: Line) -> None:
        """Note a line that says what a publisher changed or took away."""
        is_edit = line.event in {Event.REVISED, Event.KIND_CHANGED}
        told = line.data.get("changed") or {}
        kinds = told.get("kinds", []) if is_edit else [line.event.value]
        weight = told.get("weight") if is_edit else WEIGHTS[line.data.get("state", line.event.value)]
        row = (
            *(line.seq, _text(line.at), line.data["id"], line.event.value, line.data.get("revision")),
            *(weight, json.dumps(kinds), "{}" if is_edit else json.dumps(line.data, ensure_ascii=False)),
        )
        self._db.run("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _add_alias(self, article_id: str, url: str) -> None:
        # The first article that an address named keeps it.
        self._db.run("INSERT OR IGNORE INTO alias VALUES (?, ?, ?)", (lookup_key(url), url, article_id))

    def _apply_document(self, line: Line, document: Document) -> None:
        revision, article = document.revision, document.revision.article
        published = article.published_at
        values = {
            "id": document.id,
            "source": document.source,
            "number": document.number,
            "url": article.canonical_url,
            "headline": article.headline,
            "language": article.language,
            "section": article.section,
            "published": str(published) if published else None,
            "published_utc": _text(published.at) if published else None,
            "captured_at": _text(revision.captured_at),
            "revision": revision.number,
            "kind": revision.kind.value,
            "verdict": document.verdict.value,
            "access": article.access.value,
            "content_digest": revision.content_digest,
            "path": line.data["document"],
            "has_envelope": int(bool(line.data.get("envelope"))),
        }
        self._db.run(
            "INSERT INTO article (id, source, number, url, headline, language, section, published, published_utc,"
            " first_captured_at, captured_at, revision, kind, verdict, access, content_digest, path, has_envelope)"
            " VALUES (:id, :source, :number, :url, :headline, :language, :section, :published, :published_utc,"
            " :captured_at, :captured_at, :revision, :kind, :verdict, :access, :content_digest, :path, :has_envelope)"
            " ON CONFLICT (id) DO UPDATE SET headline = :headline, language = :language, section = :section,"
            " published = :published, published_utc = :published_utc, captured_at = :captured_at,"
            " revision = :revision, kind = :kind, verdict = :verdict, access = :access,"
            " content_digest = :content_digest, has_envelope = max(has_envelope, :has_envelope)",
            values,
        )
        self._put_parts(document)
        self._add_alias(document.id, article.canonical_url)
        self._apply_revision(line, document)

    def _apply_revision(self, line: Line, document: Document) -> None:
        revision = document.revision
        superseded = line.data.get("superseded")
        if superseded:
            sql = "UPDATE revision SET path = ? WHERE id = ? AND number = ?"
            self._db.run(sql, (superseded, document.id, revision.number - 1))
        record = line.data.get("record") or {}
        if line.event is Event.COMPLETED:
            return
        self._db.run(
            "INSERT OR REPLACE INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                revision.number,
                _text(revision.captured_at),
                revision.kind.value,
                revision.content_digest,
                line.data["document"],
                document.reader_version,
                document.capture_digest,
                record.get("path"),
                record.get("offset"),
                record.get("length"),
                record.get("media_type"),
                document.learned,
            ),
        )

    # ---- out

    def changes(self, listing: ChangeListing) -> list[HeldChange]:
        """Return what *listing* asks for, newest first. A weight of None was not written down when it happened."""
        where, values = _where_changed(listing)
        sql = f"SELECT seq, at, id, event, revision, weight, kinds, data FROM change{where} ORDER BY seq DESC"
        if listing.limit is not None:
            sql += " LIMIT ?"
            values.append(listing.limit)
        return [
            HeldChange(
                seq=row[0],
                at=_moment(row[1]),
                id=row[2],
                event=Event(row[3]),
                revision=row[4],
                weight=row[5],
                kinds=tuple(json.loads(row[6])),
                data=json.loads(row[7]),
            )
            for row in self._db.rows(sql, values)
        ]

    def knows_all_changes(self) -> bool:
        """Is there a row for each revision after the first? Else an older version made this index."""
        sql = (
            "SELECT (SELECT coalesce(sum(revision - 1), 0) FROM article)"
            " <= (SELECT count(*) FROM change WHERE event IN ('revised', 'kind-changed'))"
        )
        return bool(self._db.value(sql))

    def removal(self, article_id: str) -> Removal | None:
        """Return what is known of an article's removal; None where it is not missing, or an older index has it."""
        told: list[HeldChange] = []
        for change in self.changes(ChangeListing(id=article_id, kinds=("removed", "restored"))):
            if change.event is Event.RESTORED:
                break
            told.append(change)
        return _removal(told) if told else None

    def article(self, article_id: str) -> HeldArticle | None:
        """Return the article of this id."""
        row = self._db.row(f"{_ARTICLE} WHERE id = ?", (article_id,))
        return _held(row) if row else None

    def find(self, url: str) -> HeldArticle | None:
        """Return the article that this address, or an alias like it, names."""
        row = self._db.row(f"{_ARTICLE} WHERE id = (SELECT id FROM alias WHERE key = ?)", (lookup_key(url),))
        return _held(row) if row else None

    def find_all(self, keys: Iterable[str]) -> dict[str, HeldArticle]:
        """Return the articles that addresses name, by their lookup keys: as `find`, for many at once."""
        sql = "SELECT key, id FROM alias WHERE key IN (SELECT value FROM json_each(?))"
        named = self._db.rows(sql, (json.dumps(list(keys)),))
        rows = (
            self._db.rows(
                f"{_ARTICLE} WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps([row[1] for row in named]),),
            )
            if named
            else []
        )
        held = {one.id: one for one in map(_held, rows)}
        return {key: held[found] for key, found in named if found in held}

    def translations(self, article_id: str) -> list[HeldArticle]:
        """Return the held articles that name this one as their translation or original, or that it names so."""
        sql = (
            f"{_ARTICLE} WHERE id <> ?1 AND id IN ("
            "SELECT translation.id FROM translation JOIN alias USING (key) WHERE alias.id = ?1"
            " UNION SELECT alias.id FROM translation JOIN alias USING (key) WHERE translation.id = ?1)"
            " ORDER BY first_captured_at, id"
        )
        return [_held(row) for row in self._db.rows(sql, (article_id,))]

    def articles(self, listing: Listing) -> Iterator[HeldArticle]:
        """Yield what *listing* asks for, newest first."""
        where, values = _where(listing)
        sql = f"{_ARTICLE}{where} ORDER BY {_order(listing)}"
        if listing.limit is not None:
            sql += " LIMIT ? OFFSET ?"
            values += [listing.limit, listing.offset]
        for row in self._db.rows(sql, values):
            yield _held(row)

    def count(self, listing: Listing) -> int:
        """Return how many articles *listing* asks for, whatever its limit."""
        where, values = _where(listing)
        return int(self._db.value(f"SELECT count(*) FROM article{where}", values))

    def months(self, source: str, *, limit: int) -> list[tuple[str, int]]:
        """Return (month, articles) of a source, the newest month first: "2024-05"."""
        found: list[tuple[str, int]] = []
        before = "~"  # behind every date
        newest = f"SELECT max({_MOMENT}) FROM article WHERE source = ? AND {_MOMENT} < ?"
        count = f"SELECT count(*) FROM article WHERE source = ? AND {_MOMENT} >= ? AND {_MOMENT} < ?"
        # Month by month: an index holds what this asks for, and a whole source may be ten thousand articles.
        while len(found) < limit and (moment := self._db.value(newest, (source, before))):
            month = str(moment)[:7]
            found.append((month, int(self._db.value(count, (source, month, before)))))
            before = month
        return found

    def touched_after(self, seq: int) -> list[tuple[int, str]]:
        """Return (line, id) of each article that a ledger line after *seq* was about, the earliest line first."""
        sql = "SELECT touched, id FROM article WHERE touched > ? ORDER BY touched, id"
        return [(row[0], row[1]) for row in self._db.rows(sql, (seq,))]

    def size(self) -> int:
        """Return how many articles are held."""
        return int(self._db.value("SELECT count(*) FROM article"))

    def captured_since(self, source: str, at: datetime) -> list[HeldArticle]:
        """Return a source's articles that were first captured at this moment or later."""
        sql = f"{_ARTICLE} WHERE source = ? AND first_captured_at >= ? ORDER BY first_captured_at, number"
        return [_held(row) for row in self._db.rows(sql, (source, _text(at)))]

    def revisions(self, article_id: str) -> list[HeldRevision]:
        """Return an article's revisions, oldest first."""
        sql = (
            "SELECT number, captured_at, kind, content_digest, path, reader, record_path, record_offset,"
            " record_length, media_type, learned FROM revision WHERE id = ? ORDER BY number"
        )
        return [
            HeldRevision(
                number=row[0],
                captured_at=_moment(row[1]),
                kind=row[2],
                content_digest=row[3],
                path=row[4],
                reader=row[5],
                record=RecordRef(row[6], row[7], row[8]) if row[6] else None,
                media_type=row[9],
                learned=row[10],
            )
            for row in self._db.rows(sql, (article_id,))
        ]

    def aliases(self, article_id: str) -> list[str]:
        """Return the other addresses of an article, sorted."""
        sql = (
            "SELECT alias.url FROM alias JOIN article ON article.id = alias.id"
            " WHERE alias.id = ? AND alias.url <> article.url ORDER BY alias.url"
        )
        return [row[0] for row in self._db.rows(sql, (article_id,))]

    def next_number(self, source: str) -> int:
        """Return the ordinal for the next article of a source."""
        sql = (
            "SELECT coalesce(max(number), 0) + 1 FROM (SELECT number FROM article WHERE source = ?1"
            " UNION ALL SELECT number FROM forgotten WHERE source = ?1)"
        )
        return int(self._db.value(sql, (source,)))

    def is_forgotten(self, url: str) -> bool:
        """Was the article of this address deleted on purpose?"""
        return self._db.row("SELECT 1 FROM forgotten WHERE key = ?", (lookup_key(url),)) is not None

    def forgotten(self, keys: Iterable[str]) -> set[str]:
        """Return those of these lookup keys whose articles were deleted on purpose."""
        sql = "SELECT key FROM forgotten WHERE key IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._db.rows(sql, (json.dumps(list(keys)),))}

    def records_in(self, segment: str) -> set[int]:
        """Return where in a segment the records stand that documents were read from."""
        sql = "SELECT record_offset FROM revision WHERE record_path = ?"
        return {row[0] for row in self._db.rows(sql, (segment,))}

    def without_capture(self) -> int:
        """Return how many revisions were read from a capture that has been pruned: their document is the truth."""
        sql = "SELECT count(*) FROM revision WHERE capture_digest IS NOT NULL AND record_path IS NULL"
        return int(self._db.value(sql))

    def is_path_taken(self, path: str) -> bool:
        """Does a document stand here, or at a path that differs in case alone?"""
        return self._db.row("SELECT 1 FROM article WHERE lower(path) = lower(?)", (path,)) is not None

    def picture_path(self, digest: Digest) -> str | None:
        """Return where the picture of this digest is kept."""
        found = self._db.value(
            "SELECT path FROM picture WHERE digest = ? AND path IS NOT NULL LIMIT 1", (digest,)
        )
        return str(found) if found else None

    def unread(self) -> int:
        """Return how many revisions are listed by the ledger's words alone, their document having been lost."""
        return int(self._db.value("SELECT count(*) FROM revision WHERE reader = ?", (UNREAD,)))

    def picture_urls(self, path: str) -> list[str]:
        """Return the addresses of the picture that is kept at *path*, as newest revisions show it."""
        sql = "SELECT DISTINCT url FROM picture WHERE path = ? ORDER BY url"
        return [row[0] for row in self._db.rows(sql, (path,))]

    def pictures(self, article_id: str) -> list[tuple[str, str | None, str | None]]:
        """Return (address, path, reason why it is missing) of an article's pictures."""
        sql = "SELECT url, path, reason FROM picture WHERE id = ? ORDER BY url"
        return [(row[0], row[1], row[2]) for row in self._db.rows(sql, (article_id,))]

    def pictures_missing(self, source: str) -> list[tuple[str, str, str]]:
        """Return (article, address, reason) of a source's pictures that are not kept."""
        sql = (
            "SELECT picture.id, picture.url, coalesce(picture.reason, '') FROM article"
            " JOIN picture ON picture.id = article.id"
            " WHERE article.source = ? AND picture.path IS NULL ORDER BY article.number, picture.url"
        )
        return [(row[0], row[1], row[2]) for row in self._db.rows(sql, (source,))]

    def enclosures_missing(self, source: str) -> list[tuple[str, str, str]]:
        """Return (article, address, reason) of a source's enclosures that were to be kept, and are not."""
        sql = (
            "SELECT enclosure.id, enclosure.url, enclosure.reason FROM article"
            " JOIN enclosure ON enclosure.id = article.id"
            " WHERE article.source = ? AND enclosure.reason IS NOT NULL ORDER BY article.number, enclosure.url"
        )
        return [(row[0], row[1], row[2]) for row in self._db.rows(sql, (source,))]

    def keys(self) -> list[HeldKey]:
        """Return the keys that the ledger was signed with, the one in use first."""
        rows = self._db.rows("SELECT id, public, seq, at FROM key ORDER BY seq DESC", ())
        return [HeldKey(id=row[0], public=row[1], seq=row[2], at=_moment(row[3])) for row in rows]

    def last_signed(self) -> SignedHead | None:
        """Return the last line that is a signature."""
        row = self._db.row("SELECT seq, at, key FROM signed ORDER BY seq DESC LIMIT 1")
        return SignedHead(seq=row[0], at=_moment(row[1]), key=row[2]) if row else None

    def signed_since(self, seq: int) -> list[SignedHead]:
        """Return the lines that are signatures, from line *seq* on, the newest first."""
        rows = self._db.rows("SELECT seq, at, key FROM signed WHERE seq >= ? ORDER BY seq DESC", (seq,))
        return [SignedHead(seq=row[0], at=_moment(row[1]), key=row[2]) for row in rows]

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return, for each source, how many articles, revisions, removals and pictures are held or missing."""
        found: dict[str, dict[str, int]] = {}
        articles = (
            "SELECT source, count(*), sum(revision), sum(removed_at IS NOT NULL) FROM article GROUP BY source"
        )
        for source, held, revisions, removed in self._db.rows(articles):
            found[source] = {"articles": held, "revisions": revisions, "removed": removed}
        pictures = (
            "SELECT source, count(DISTINCT digest), sum(digest IS NULL) FROM picture"
            " JOIN article ON article.id = picture.id GROUP BY source"
        )
        for source, kept, missing in self._db.rows(pictures):
            found[source] |= {"pictures": kept, "pictures_missing": missing}
        return found

    # ---- gaps

    def gaps(self, source: str | None, *, only_open: bool = True) -> list[HeldGap]:
        """Return the gaps of a source, or of all, in the order of the ledger; the filled ones too if wanted."""
        where = "(?1 IS NULL OR source = ?1)" + (" AND filled_at IS NULL" if only_open else "")
        sql = (
            "SELECT seq, source, kind, url, since, until, at, data, filled_at, filled_by, found FROM gap"
            f" WHERE {where} ORDER BY seq"
        )
        return [_held_gap(row) for row in self._db.rows(sql, (source,))]

    def has_gap(self, source: str, kind: str, url: str | None, since: datetime | None = None) -> bool:
        """Is there a gap of this kind and address, filled or not; with *since*, one that begins then?"""
        sql = "SELECT 1 FROM gap WHERE source = ? AND kind = ? AND url IS ?"
        values: list[Any] = [source, kind, url]
        if since is not None:
            sql += " AND since = ?"
            values.append(_text(since))
        return self._db.row(sql, values) is not None

    def moments(self, source: str, *, limit: int) -> list[datetime]:
        """Return when the newest articles of a source were published, as claimed, else first captured."""
        sql = f"SELECT {_MOMENT} FROM article WHERE source = ? ORDER BY {_MOMENT} DESC, number DESC LIMIT ?"
        return [_moment(row[0]) for row in self._db.rows(sql, (source, limit))]

    def first_captured_at(self, source: str) -> datetime | None:
        """Return when the first article of a source was captured."""
        found = self._db.value("SELECT min(first_captured_at) FROM article WHERE source = ?", (source,))
        return _moment(found) if found else None


def _held_gap(row: tuple[Any, ...]) -> HeldGap:
    return HeldGap(
        seq=row[0],
        source=row[1],
        kind=row[2],
        url=row[3],
        since=_moment(row[4]),
        until=_moment(row[5]),
        at=_moment(row[6]),
        data=json.loads(row[7]),
        filled_at=_moment(row[8]) if row[8] else None,
        filled_by=row[9],
        found=row[10],
    )


def _removal(told: Sequence[HeldChange]) -> Removal:
    """Return the removal that ledger lines tell, the newest first."""
    newest, first = told[0].data, told[-1].data
    records = [(change.data.get("record") or {}).get("id") for change in told]
    is_confirmed = newest["state"] == "confirmed"
    return Removal(
        state="confirmed" if is_confirmed else "suspected",
        how=Absence(newest["how"]) if newest.get("how") else None,
        status=newest.get("status"),
        reason=newest["reason"],
        url=newest.get("url"),
        listed=_sighting(first.get("listed")),
        answered=_sighting(first.get("answered")),
        missed=Sighting(told[-1].at, records[-1]),
        confirmed=Sighting(told[0].at, records[0]) if is_confirmed else None,
        looks=newest.get("looks", 1),
    )


def _sighting(told: Mapping[str, Any] | None) -> Sighting | None:
    return Sighting(_moment(told["at"]), told.get("record")) if told else None


def _held(row: tuple[Any, ...]) -> HeldArticle:
    return HeldArticle(
        id=row[0],
        source=row[1],
        number=row[2],
        url=row[3],
        headline=row[4],
        language=row[5],
        section=row[6],
        published=row[7],
        first_captured_at=_moment(row[8]),
        captured_at=_moment(row[9]),
        revision=row[10],
        kind=row[11],
        verdict=row[12],
        content_digest=row[13],
        path=row[14],
        removed_at=_moment(row[15]) if row[15] else None,
        removal=row[16],
        removal_state=row[17],
        has_envelope=bool(row[18]),
        authors=tuple(json.loads(row[19])),
    )


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
