"""Reading again: every capture through today's reader. What improves is a new reading of the same revision.

No server is asked, and no revision is added: a publisher changed nothing. A document is written again only where
today's reader says something else, in the newest revision and in the older ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from onrecord import legacy
from onrecord.archive import Archive, Step, envelope_path
from onrecord.archive.envelopes import read_envelope
from onrecord.errors import FormatError
from onrecord.extract import READER_VERSION, read_entry, read_page, reader_name
from onrecord.fetch import decoded_body
from onrecord.ledger import Event
from onrecord.model import Article, Document, KeptPicture, ReadingKind, RecordRef
from onrecord.pipeline.claims import recalled
from onrecord.pipeline.report import utc_now
from onrecord.render import document as documents
from onrecord.revisions import content_digest
from onrecord.sites import Rulebook
from onrecord.store import FolderStore, HeldArticle, Listing
from onrecord.warc import read_record

#: Documents that are committed together: one sync of the ledger serves them.
BATCH = 64

#: Where the last run stopped, in the state.
NOTE = "re-extract"

NOT_ASKED = "not asked for yet: a later reading found it; the next look at the article asks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rereading:
    """One revision to be read again."""

    root: Path
    place: str  #: article and number: the order of a run
    number: int
    path: str
    record: RecordRef | None
    media_type: str | None
    claims: str | None  #: of the entry that it came by: `claims.remembered`


@dataclass(frozen=True, slots=True)
class Reread:
    """What today's reader made of a revision. No document: it says the same, or there is nothing to read."""

    asked: Rereading
    document: Document | None = None
    failure: str | None = None


@dataclass(slots=True)
class RereadReport:
    """What a run brought."""

    read: int = 0
    changed: int = 0
    pruned: int = 0  #: revisions whose capture has been pruned: their document is the truth
    failures: list[str] = field(default_factory=list)


def reread_all(
    archive: Archive,
    *,
    source: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> RereadReport:
    """Read all captures of *archive* again, on every core; go on where an interrupted run stopped.

    Raises:
        StorageError: The disk said no. What was committed stands.
    """
    report = RereadReport(pruned=archive.catalog.without_capture())
    asked = list(_all_rereadings(archive, source))
    note = archive.state.host_note(NOTE, source or "")
    waiting = [one for one in asked if note is None or one.place > note[0]]
    done = len(asked) - len(waiting)
    batches = iter(waiting)
    with ProcessPoolExecutor(
        max_workers=os.cpu_count() or 1, initializer=_with_rules, initargs=(archive.rules,)
    ) as pool:
        while batch := list(islice(batches, BATCH)):
            found = list(pool.map(reread, batch, chunksize=4))
            fresh = [reread_step(one.document, one.asked.path) for one in found if one.document]
            archive.commit(fresh, now=utc_now())
            done += len(batch)
            report.read += len(batch)
            report.changed += sum(one.document is not None for one in found)
            report.failures += [one.failure for one in found if one.failure]
            archive.state.put_host_note(NOTE, source or "", batch[-1].place, utc_now())
            progress(done, len(asked))
    archive.state.put_host_note(NOTE, source or "", None, utc_now())
    return report


def _all_rereadings(archive: Archive, source: str | None) -> Iterator[Rereading]:
    """Yield every revision, by article and number: what an update adds in between moves none past the note."""
    held: list[HeldArticle] = sorted(archive.catalog.articles(Listing(source=source)), key=lambda one: one.id)
    for article in held:
        entry = archive.state.entry_of_article(article.id)
        for one in archive.catalog.revisions(article.id):
            yield Rereading(
                root=archive.root,
                place=f"{article.id} {one.number:06}",
                number=one.number,
                path=one.path,
                record=one.record,
                media_type=one.media_type,
                claims=entry.claims if entry else None,
            )


def reread_step(document: Document, path: str) -> Step:
    """Return the step that writes another reading of a revision to where its document stands."""
    data = {
        "id": document.id,
        "revision": document.revision.number,
        "document": path,
        "reader": document.reader_version,
        "content": document.revision.content_digest,
    }
    text = documents.write(document).encode()
    return Step(event=Event.REREAD, data=data, files=((path, text),), document=document)


def reread(asked: Rereading) -> Reread:
    """Read one revision again, in a process of its own."""
    try:
        known = documents.read(FolderStore(asked.root).read(asked.path).decode("utf-8"), asked.path)
        article, reader = article_of(asked, known, _rules)
    except (FormatError, UnicodeDecodeError, FileNotFoundError) as error:
        return Reread(asked, failure=f"{asked.path}: {error}")
    if article is None or article == known.revision.article:
        return Reread(asked)
    return Reread(asked, document=with_reading(known, article, reader))


#: The rules of a worker process, put there when it begins.
_rules = Rulebook()


def _with_rules(rules: Rulebook) -> None:
    global _rules  # noqa: PLW0603  a process of the pool has no other place for what it is given once
    _rules = rules


def article_of(asked: Rereading, known: Document, rules: Rulebook) -> tuple[Article | None, str]:
    """Return what today's reader makes of a revision's capture, or of what its feed gave, and the reader's name.

    None where there is nothing to read again. Of what is *known* of the revision, the address stands, and what only
    the feed's entry may have told.

    Raises:
        FormatError: The capture, or the feed's file, is damaged or missing.
        FileNotFoundError: The segment is missing.
    """
    is_feed = known.revision.kind is ReadingKind.FEED
    fresh, reader = (_read_feed(asked), READER_VERSION) if is_feed else _read_page(asked, known, rules)
    if fresh is None:
        return None, reader
    before = known.revision.article
    article = replace(
        fresh,
        canonical_url=before.canonical_url,
        # A feed's entry may have told them, and is not asked again.
        published_at=fresh.published_at or before.published_at,
        authors=fresh.authors or before.authors,
        **_told_by_the_feed(fresh, before) if is_feed else {},
    )
    return article, reader


def _told_by_the_feed(fresh: Article, before: Article) -> dict[str, Any]:
    """Return what an envelope does not hold of an entry: the feed's language, and the entry's categories."""
    return {"language": fresh.language or before.language, "topics": fresh.topics or before.topics}


def _read_page(asked: Rereading, known: Document, rules: Rulebook) -> tuple[Article | None, str]:
    """Return what today's reader makes of the capture, and its name; None where there is none any more."""
    if asked.record is None:
        return None, READER_VERSION
    with (asked.root / asked.record.path).open("rb") as stream:
        record = read_record(stream, asked.record.offset, path=asked.record.path)
    url = record.url or known.revision.article.canonical_url
    exchange = record.exchange()
    rule = rules.rule_for(url, on=exchange.requested_at)
    found = read_page(
        decoded_body(exchange).body,
        url=url,
        content_type=asked.media_type,
        entry=recalled(url, asked.claims),
        rule=rule,
    )
    return found.article, reader_name(rule)


def _read_feed(asked: Rereading) -> Article | None:
    files, path = FolderStore(asked.root), envelope_path(asked.path)
    if not files.exists(path):
        return None
    entry = legacy.entry_of(read_envelope(files.read(path), path))
    return read_entry(entry, feed_url=entry.url).article


def with_reading(known: Document, article: Article, reader: str) -> Document:
    """Return the document of a revision with another reading of it; pictures that only this one has are missing."""
    revision = replace(known.revision, article=article, content_digest=content_digest(article))
    pictures = {
        picture.url: known.pictures.get(picture.url) or KeptPicture(url=picture.url, reason=NOT_ASKED)
        for picture in article.pictures
    }
    return replace(known, revision=revision, pictures=pictures, reader_version=reader)
