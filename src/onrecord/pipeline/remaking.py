"""Making a document again from its capture, or from what its feed gave, with all that is still known of it.

What the ledger, the index, the state, the other revisions and the damaged file itself say of it is put together in
each way that may have been; the digest that the ledger names decides which of them it was, if any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from onrecord import legacy, pictures
from onrecord.archive import Archive, envelope_path
from onrecord.archive.envelopes import read_envelope
from onrecord.dates import from_iso
from onrecord.errors import DocumentFormatError, FormatError
from onrecord.extract import READER_VERSION, read_entry, read_page_and_facts
from onrecord.fetch import decoded_body
from onrecord.judge.terms import terms_of
from onrecord.ledger import Event, Line, Put, digest_of
from onrecord.model import (
    Article,
    CanonicalUrl,
    Digest,
    Document,
    KeptEnclosure,
    KeptPicture,
    ReadingKind,
    RecordRef,
    Revision,
    SourceId,
    Terms,
    VerdictKind,
)
from onrecord.pipeline.claims import recalled
from onrecord.pipeline.enclosures import listed_in
from onrecord.pipeline.pictures import kept_picture
from onrecord.pipeline.rereading import Rereading, article_of, with_reading
from onrecord.render import document as documents
from onrecord.store import HeldArticle, HeldRevision
from onrecord.warc import StoredRecord

#: Ways to a rendition (`Document.via`), where nothing says which it was.
VIAS = ("amp", "print", "alternate", "memento")
#: Seconds between a feed's text and its line in the ledger that are tried.
LATE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the ledger tells of a revision."""

    line: Line  #: the one that made it
    path: str  #: where its document stands now
    record: RecordRef | None  #: where its capture stands now; None: there is none, or it was pruned
    enclosures: tuple[
        Put, ...
    ]  #: the files that the article's entry carried, as far as they were kept by then


def told_by(lines: Iterable[Line]) -> dict[str, Told]:
    """Return what the ledger tells of each revision, by where its document stands now."""
    found: dict[tuple[str, int], Told] = {}
    kept: defaultdict[str, dict[str, Put]] = defaultdict(dict)
    within: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for line in lines:
        data = line.data
        kept[data.get("id", "")] |= {put.path: put for put in line.puts if put.path.startswith("enclosures/")}
        if line.event in {Event.CAPTURED, Event.REVISED, Event.KIND_CHANGED}:
            key = (data["id"], data["revision"])
            before = found.get((key[0], key[1] - 1))
            if before and data.get("superseded"):
                found[key[0], key[1] - 1] = replace(before, path=data["superseded"])
            record = data.get("record")
            ref = RecordRef(record["path"], record["offset"], record["length"]) if record else None
            found[key] = Told(
                line=line, path=data["document"], record=ref, enclosures=tuple(kept[key[0]].values())
            )
            if ref:
                within[ref.path].append(key)
        elif line.event is Event.COMPLETED and (key := (data["id"], data["revision"])) in found:
            found[key] = replace(found[key], enclosures=tuple(kept[key[0]].values()))
        elif line.event is Event.REWRITTEN:
            moved = {old: RecordRef(data["segment"], new, length) for old, new, length in data["moved"]}
            for key in within[data["segment"]]:
                ref = found[key].record
                found[key] = replace(found[key], record=moved.get(ref.offset) if ref else None)
    return {one.path: one for one in found.values()}


class Remaking:
    """Makes documents again."""

    def __init__(self, archive: Archive, told: Mapping[str, Told]) -> None:
        self._archive = archive
        self._told = told

    def exact(self, put: Put, stood: bytes | None) -> bytes | None:
        """Return the bytes that *put* names, if the document can be made again as it was.

        *stood* is the damaged file: what of it can still be read is the best witness.
        """
        for document in self._candidates(put.path, stood):
            data = documents.write(document).encode()
            if digest_of(data) == put.digest:
                return data
        return None

    def anew(self, path: str, stood: bytes | None) -> Document | None:
        """Return the document as today's reader makes it; None where there is nothing to read."""
        return next(self._candidates(path, stood), None)

    def why_not(self, path: str) -> str:
        """Return why a document can't be made again."""
        one = self._told.get(path)
        if one is None:
            return "no line tells what it was read from"
        if one.line.data.get("kind") == ReadingKind.FEED:
            return "what its feed gave is lost too"
        return "its capture is lost too" if one.record else "its capture was pruned"

    def _candidates(self, path: str, stood: bytes | None) -> Iterator[Document]:
        one = self._told.get(path)
        if one is None:
            return
        entry = self._archive.state.entry_of_article(one.line.data["id"])
        asked = Rereading(
            root=self._archive.root,
            place="",
            number=one.line.data["revision"],
            path=path,
            record=one.record,
            media_type=(one.line.data.get("record") or {}).get("media_type"),
            claims=entry.claims if entry else None,
        )
        try:
            for frames in self._frames(one, stood):
                for article, reader in self._readings(asked, frames[0]):
                    for frame in frames:
                        yield from self._dressed(frame, article, reader)
        except (FormatError, FileNotFoundError):  # what it was read from is damaged or missing, too
            return

    def _dressed(self, frame: Document, article: Article, reader: str) -> Iterator[Document]:
        """Yield the document of a reading: its pictures and its reader as they may have been written down."""
        found = with_reading(frame, article, reader)
        kept = {url: picture for url in found.pictures if (picture := self._picture(frame, url))}
        for shown in (kept, {**found.pictures, **kept}):
            for name in dict.fromkeys((reader, frame.reader_version)):
                yield replace(found, pictures=shown, reader_version=name)

    # ---------------------------------------------------------------- the readings

    def _readings(self, asked: Rereading, frame: Document) -> Iterator[tuple[Article, str]]:
        rules = self._archive.rules
        for one in dict.fromkeys((asked, replace(asked, claims=None))):
            article, reader = article_of(one, frame, rules)
            if article is not None:
                yield article, reader
        if frame.revision.kind is ReadingKind.FEED:
            yield from self._feed_readings(asked, frame)

    def _feed_readings(self, asked: Rereading, frame: Document) -> Iterator[tuple[Article, str]]:
        """Yield what a feed's text reads like with all that its entry claimed beside it, as in a round."""
        path = envelope_path(asked.path)
        entry = legacy.entry_of(read_envelope(self._archive.files.read(path), path))
        claimed = recalled(entry.url, asked.claims)
        if claimed is not None:
            claimed = replace(
                claimed,
                content=entry.content,
                raw_title=entry.raw_title,
                raw_url=entry.raw_url,
                published_text=entry.published_text,
            )
        source = next((one for one in self._archive.config.sources if one.id == frame.source), None)
        for url in dict.fromkeys((*(source.feeds if source else ()), entry.url)):
            for one in filter(None, (claimed, entry)):
                found = read_entry(one, feed_url=url, language=source.language if source else None).article
                if found is not None:
                    yield (
                        replace(found, canonical_url=frame.revision.article.canonical_url),
                        READER_VERSION,
                    )

    # ---------------------------------------------------------------- what is known beside them

    def _frames(self, one: Told, stood: bytes | None) -> Iterator[list[Document]]:
        """Yield what a document may have been but for its text, the surest first.

        What stands together in a list is read alike: it differs in what no reader reads.
        """
        bare = self._bare(one)
        if stood and (front := _front(stood, one.path)):
            yield [_by_front(bare, front)]
        others = list(self._others(one))
        bare = _by_others(bare, others)
        record = self._archive.record(one.record) if one.record else None
        found: list[Document] = []
        for terms in dict.fromkeys((*(other.terms for other in others), _terms(record), Terms())):
            for enclosures in self._enclosures(one, others):
                for via in VIAS if bare.revision.kind is ReadingKind.RENDITION else (None,):
                    via_url = record.url if via and record else None
                    dressed = replace(bare, terms=terms, enclosures=enclosures, via=via, via_url=via_url)
                    found += [_captured(dressed, at) for at in self._moments(one, record)]
        yield found

    def _enclosures(self, one: Told, others: Sequence[Document]) -> list[tuple[KeptEnclosure, ...]]:
        """Return the files that the entry may have carried: as other revisions list them, or the entry's own claims."""
        entry = self._archive.state.entry_of_article(one.line.data["id"])
        listed = tuple(listed_in(recalled(entry.url, entry.claims))) if entry else ()
        found = [other.enclosures for other in others]
        if len(one.enclosures) == len(listed):
            pairs = zip(listed, one.enclosures, strict=True)
            found.append(tuple(replace(file, digest=put.digest, path=put.path) for file, put in pairs))
        return list(dict.fromkeys((*found, listed, ())))

    def _moments(self, one: Told, record: StoredRecord | None) -> list[datetime]:
        """Return when a revision may have been captured: a feed's text, which has no capture, just before its line."""
        if record is not None:
            return [record.at]
        row = self._row(one)
        return [row.captured_at] if row else [one.line.at - timedelta(seconds=late) for late in range(LATE)]

    def _row(self, one: Told) -> HeldRevision | None:
        rows = self._archive.catalog.revisions(one.line.data["id"])
        return next((row for row in rows if row.number == one.line.data["revision"]), None)

    def _bare(self, one: Told) -> Document:
        """Return what ledger and index tell of a revision."""
        data, catalog = one.line.data, self._archive.catalog
        held = catalog.article(data["id"])
        row = self._row(one)
        record: dict[str, Any] = data.get("record") or {}
        return Document(
            id=data["id"],
            source=SourceId(data.get("source", "")),
            number=data.get("number", 0),
            revision=Revision(
                article=_listed(CanonicalUrl(data.get("url", "")), held),
                number=data["revision"],
                captured_at=row.captured_at if row else one.line.at,
                content_digest=Digest(data.get("content", "")),
                kind=ReadingKind(data.get("kind", ReadingKind.PAGE)),
            ),
            capture_digest=record.get("digest"),
            capture_record=record.get("id"),
            reader_version=row.reader if row else READER_VERSION,
            verdict=VerdictKind(data.get("verdict", VerdictKind.FULL)),
        )

    def _others(self, one: Told) -> Iterator[Document]:
        """Yield the other revisions of an article that can be read."""
        for row in self._archive.catalog.revisions(one.line.data["id"]):
            if row.path != one.path:
                try:
                    yield self._archive.document_at(row.path)
                except FormatError:
                    continue

    def _picture(self, frame: Document, url: str) -> KeptPicture | None:
        """Return what became of a picture, as the document's front, other revisions, the state or the index have it."""
        if (known := frame.pictures.get(url)) and known.path:
            return known
        row = self._archive.state.picture(url)
        if row and row.path:
            return kept_picture(url, row)
        for listed, path, reason in self._archive.catalog.pictures(frame.id):
            if listed == url:
                return self._measured(url, path) if path else KeptPicture(url=url, reason=reason)
        return known or (KeptPicture(url=url, reason=row.reason) if row else None)

    def _measured(self, url: str, path: str) -> KeptPicture | None:
        """Return a picture of which only the file is left."""
        if not self._archive.files.exists(path):
            return None
        body = self._archive.files.read(path)
        found = pictures.judge(body)
        return KeptPicture(
            url=url,
            digest=digest_of(body),
            path=path,
            media_type=found.media_type,
            width=found.width,
            height=found.height,
        )


def _front(stood: bytes, path: str) -> Document | None:
    try:
        return documents.read_front(stood.decode("utf-8", "replace"), path)
    except DocumentFormatError:
        return None


def _captured(document: Document, at: datetime) -> Document:
    return replace(document, revision=replace(document.revision, captured_at=at))


def _by_front(bare: Document, front: Document) -> Document:
    """Return what is known of a document with what the damaged file's front matter says."""
    article = replace(front.revision.article, canonical_url=bare.revision.article.canonical_url)
    revision = replace(bare.revision, article=article, captured_at=front.revision.captured_at)
    return replace(
        bare,
        revision=revision,
        reader_version=front.reader_version,
        via=front.via,
        via_url=front.via_url,
        terms=front.terms,
        pictures=front.pictures,
        enclosures=front.enclosures,
    )


def _by_others(bare: Document, others: Sequence[Document]) -> Document:
    """Return what is known of a document with what the article's other revisions have of it."""
    article = bare.revision.article
    for before in (other.revision.article for other in others[:1]):
        article = replace(
            article,
            published_at=article.published_at or before.published_at,
            authors=article.authors or before.authors,
            topics=before.topics,
            language=article.language or before.language,
        )
    kept = dict(chain.from_iterable(other.pictures.items() for other in others))
    return replace(bare, revision=replace(bare.revision, article=article), pictures=kept)


def _listed(url: CanonicalUrl, held: HeldArticle | None) -> Article:
    if held is None:
        return Article(canonical_url=url, headline="")
    return Article(
        canonical_url=url,
        headline=held.headline,
        authors=held.authors,
        published_at=from_iso(held.published) if held.published else None,
        language=held.language,
    )


def _terms(record: StoredRecord | None) -> Terms:
    """Return what a page says about keeping it, by its capture; its site's file was not captured."""
    if record is None:
        return Terms()
    exchange = record.exchange()
    content_type = exchange.header("content-type")
    _, facts = read_page_and_facts(decoded_body(exchange).body, url=exchange.url, content_type=content_type)
    return terms_of(exchange.headers, facts, None, "/")
