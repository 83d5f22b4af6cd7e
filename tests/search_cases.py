"""Documents for the tests of search: as short as they can be."""

from __future__ import annotations

from datetime import UTC, datetime

from onrecord.model import (
    Article,
    ArticleId,
    CanonicalUrl,
    Digest,
    Document,
    Paragraph,
    Revision,
    Run,
    SourceId,
)
from onrecord.search import Entry, Indexed, entry_of

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def document(
    name: str,
    text: str,
    *,
    headline: str = "A headline",
    language: str = "en",
    authors: tuple[str, ...] = (),
    source: str = "heron.example",
) -> Document:
    """Return a document whose paragraphs are the lines of *text*."""
    article = Article(
        canonical_url=CanonicalUrl(f"https://{source}/{name}"),
        headline=headline,
        language=language,
        authors=authors,
        blocks=tuple(Paragraph((Run(line),)) for line in text.split("\n")),
    )
    return Document(
        id=ArticleId(name),
        source=SourceId(source),
        number=1,
        revision=Revision(article=article, number=1, captured_at=NOW, content_digest=Digest("sha256:00")),
        capture_digest=None,
        capture_record=None,
        reader_version="1",
    )


def indexed(name: str, text: str, *, at: datetime = NOW, **given: object) -> Entry:
    """Return an article's newest revision, ready for the index."""
    return entry_of(Indexed(document=document(name, text, **given), at=at))  # type: ignore[arg-type]
