"""The rows of a legacy folder, from an archive: the feed's own words where it gave them, else the article's blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from onrecord.archive import Archive
from onrecord.legacy import envelope_text
from onrecord.model import Document
from onrecord.publish.legacy import LegacyPicture, LegacyPictures, LegacyRow
from onrecord.render.document import is_reserved
from onrecord.render.envelope import envelope_of
from onrecord.store import HeldArticle, Listing


def legacy_rows(
    archive: Archive, *, pictures: LegacyPictures, reserved: bool = False, left: list[str] | None = None
) -> Iterator[LegacyRow]:
    """Yield a row for each article that *archive* holds, removed ones included.

    What publishers ask not to pass on is left out unless *reserved*; its addresses go to *left*.

    Raises:
        FormatError: A document or an envelope is damaged; the message names it.
    """
    titles = {source.id: source.title or source.id for source in archive.config.sources}
    for held in archive.catalog.articles(Listing()):
        if not reserved and is_reserved(archive.files.read(held.path)):
            if left is not None:
                left.append(held.url)
            continue
        envelope = archive.envelope(held)
        wants_document = envelope is None or pictures is LegacyPictures.KEPT
        document = archive.document(held) if wants_document else None
        if envelope is None and document is not None:
            envelope = envelope_of(document)
        if envelope is None:
            continue
        yield LegacyRow(
            source=held.source,
            source_title=titles.get(held.source, held.source),
            number=held.number,
            published_ms=envelope.published_ms or _captured_ms(held),
            title=envelope.title,
            url=envelope.url,
            text=envelope_text(envelope),
            pictures=tuple(_kept(archive.root, document)) if document else (),
        )


def _captured_ms(held: HeldArticle) -> int:
    """Return when an article without a readable date was first kept: list pages sort and date by it."""
    return int(held.first_captured_at.timestamp() * 1000)


def _kept(root: Path, document: Document) -> Iterator[LegacyPicture]:
    for picture in document.revision.article.pictures:
        kept = document.pictures.get(picture.url)
        if kept and kept.path:
            yield LegacyPicture((picture.url, *picture.fallback_urls), kept.path, root / kept.path)
