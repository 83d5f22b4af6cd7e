"""Forgetting: an article is deleted here on purpose, for law or privacy. A tombstone stays in the ledger.

Its documents, its pictures and enclosures where no other article has them, and all captures of its addresses are
deleted; lists that named it lose their payload. The ledger's own lines are never changed: the address and the digests
stay there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from onrecord.archive.folder import Archive, Step
from onrecord.archive.layout import DAMAGED, MARKS, SEARCH, envelope_path
from onrecord.archive.rewriting import rewritten, sealed_segments
from onrecord.errors import FormatError
from onrecord.fetch import decoded_body
from onrecord.ledger import Event
from onrecord.model import ArticleId, Document
from onrecord.store import HeldArticle, Marks
from onrecord.urls import lookup_key
from onrecord.warc import Fate, StoredRecord

_LISTS = ("xml", "rss", "atom", "feed+json")


@dataclass(slots=True)
class ForgetReport:
    """What was deleted."""

    articles: list[ArticleId] = field(default_factory=list)
    files: int = 0
    captures: int = 0  #: records of the WARC segments
    lists: int = 0  #: whose payload was left out


@dataclass(slots=True)
class _Doomed:
    """All that is known of what is to go."""

    articles: list[HeldArticle] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)  #: of addresses of articles and pictures
    names: set[bytes] = field(default_factory=set)  #: the articles' addresses, as a list may name them
    records: set[str] = field(default_factory=set)
    drops: dict[ArticleId, list[str]] = field(default_factory=dict)


def forget(
    archive: Archive,
    ids: Sequence[ArticleId],
    *,
    reason: str | None,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ForgetReport:
    """Delete the articles *ids* and all that was captured of them; leave a tombstone for each.

    Captures go first: broken off, the articles are still held, and the next call does the rest.

    Raises:
        WarcFormatError: A segment is damaged, so that nobody can say what it holds.
        StorageError: The disk said no.
    """
    doomed = _gather(archive, ids)
    report = ForgetReport(articles=[held.id for held in doomed.articles])
    segments = sealed_segments(archive)
    for done, path in enumerate(segments, 1):
        found = rewritten(archive, path, lambda record: _fate(record, doomed), why="forgotten")
        if found is not None:
            archive.commit([found.step], now=now)
            report.captures += len(found.result.dropped)
            report.lists += len(found.result.stripped)
            gone = (*found.result.dropped, *found.result.stripped)
            archive.state.forget_records(record.record_id for record in gone)
        progress(done, len(segments))
    archive.commit([_tombstone(held, doomed.drops[held.id], reason) for held in doomed.articles], now=now)
    report.files = sum(map(len, doomed.drops.values()))
    dropped = [path for paths in doomed.drops.values() for path in paths]
    archive.state.forget_articles(
        report.articles, urls=[name.decode() for name in doomed.names], pictures=dropped
    )
    _forget_marks(archive, report.articles)
    archive.catalog.compact()
    # The search index is made again without them; its own deletions would stay on the disk for a while. What repair
    # set aside may hold anything.
    for name in (SEARCH, DAMAGED):
        shutil.rmtree(archive.root / name, ignore_errors=True)
    return report


def _forget_marks(archive: Archive, ids: Iterable[ArticleId]) -> None:
    if (archive.root / MARKS).is_file():
        with closing(Marks(archive.root / MARKS)) as marks:
            marks.forget(ids)


def _tombstone(held: HeldArticle, drops: list[str], reason: str | None) -> Step:
    data: dict[str, Any] = {"id": held.id, "source": held.source, "number": held.number}
    if reason:
        data["reason"] = reason
    return Step(event=Event.FORGOTTEN, data={**data, "drops": drops})


def _gather(archive: Archive, ids: Iterable[ArticleId]) -> _Doomed:
    doomed = _Doomed()
    files: dict[str, ArticleId] = {}
    enclosures: dict[str, set[str]] = {}
    for held in filter(None, map(archive.catalog.article, ids)):
        doomed.articles.append(held)
        addresses = {held.url, *archive.catalog.aliases(held.id)}
        addresses |= {row.url for row in archive.state.addresses_of(held.id)}
        doomed.names |= {url.encode() for url in addresses}
        paths: list[str] = []
        for revision in archive.catalog.revisions(held.id):
            paths += [revision.path, envelope_path(revision.path)]
            document = _document(archive, revision.path)
            if document is None:
                continue
            addresses |= {url for url in (document.via_url,) if url}
            doomed.records |= {record for record in (document.capture_record,) if record}
            for kept in document.files:
                if kept.path:
                    files[kept.path] = held.id
                else:
                    doomed.keys.add(lookup_key(kept.url))
            for enclosure in document.enclosures:
                enclosures.setdefault(enclosure.path or "", set()).add(lookup_key(enclosure.url))
        doomed.keys |= set(map(lookup_key, addresses))
        doomed.drops[held.id] = [path for path in dict.fromkeys(paths) if archive.files.exists(path)]
    for path, owner in _unshared(archive, files, {held.id for held in doomed.articles}).items():
        doomed.drops[owner].append(path)
        doomed.keys |= set(map(lookup_key, archive.state.picture_urls(path))) | enclosures.get(path, set())
    return doomed


def _document(archive: Archive, path: str) -> Document | None:
    try:
        return archive.document_at(path)
    except FormatError:  # damaged or missing: it is deleted all the same
        return None


def _unshared(archive: Archive, files: dict[str, ArticleId], doomed: set[ArticleId]) -> dict[str, ArticleId]:
    """Return the pictures and enclosures that no other article has, in its newest revision or in an older one."""
    left = dict(files)
    if not left:
        return left
    for path in archive.files.walk("articles"):
        if not path.endswith(".md"):
            continue
        data = archive.files.read(path)
        shown = [file for file in left if file.encode() in data]
        if shown and (document := _document(archive, path)) and document.id not in doomed:
            for file in shown:
                del left[file]
    return left


def _fate(record: StoredRecord, doomed: _Doomed) -> Fate:
    if record.record_id in doomed.records or record.header("WARC-Concurrent-To") in doomed.records:
        return Fate.DROP
    if record.url and lookup_key(record.url) in doomed.keys:
        return Fate.DROP
    media_type = (record.http_header("content-type") or "").lower()
    if record.kind == "response" and any(word in media_type for word in _LISTS):
        body = decoded_body(record.exchange()).body
        if any(name in body or name.replace(b"&", b"&amp;") in body for name in doomed.names):
            return Fate.STRIP
    return Fate.KEEP
