"""Small articles for tests, of publications that do not exist."""

from __future__ import annotations

from datetime import UTC, datetime

from onrecord.ledger import digest_of
from onrecord.model import (
    Article,
    ArticleId,
    CanonicalUrl,
    Digest,
    Document,
    Exchange,
    KeptPicture,
    Paragraph,
    Revision,
    Run,
    SourceId,
)
from onrecord.urls import article_id

AT = datetime(2026, 5, 17, 10, 0, 0, tzinfo=UTC)


def article(name: str = "bridge", words: str = "The bridge is shut.") -> Article:
    """Return an article of one paragraph."""
    return Article(
        canonical_url=CanonicalUrl(f"https://paper.example/{name}"),
        headline=name.title(),
        blocks=(Paragraph((Run(words),)),),
    )


def document(
    name: str = "bridge",
    words: str = "The bridge is shut.",
    *,
    revision: int = 1,
    number: int = 1,
    pictures: dict[str, KeptPicture] | None = None,
) -> Document:
    """Return an article's document."""
    told = article(name, words)
    return Document(
        id=ArticleId(article_id(told.canonical_url)),
        source=SourceId("paper.example"),
        number=number,
        revision=Revision(
            article=told,
            number=revision,
            captured_at=AT,
            content_digest=Digest(digest_of(words.encode())),
        ),
        capture_digest=None,
        capture_record=None,
        reader_version="1",
        pictures=pictures or {},
    )


def exchange(
    url: str = "https://paper.example/bridge", body: bytes = b"<p>The bridge is shut.</p>"
) -> Exchange:
    """Return an exchange as a server might have answered it."""
    return Exchange(
        url=url,
        requested_at=AT,
        ip_address="192.0.2.7",
        request_head=b"GET /bridge HTTP/1.1\r\nHost: paper.example\r\n\r\n",
        status=200,
        reason="OK",
        http_version="1.1",
        headers=(("Content-Type", "text/html"), ("Content-Length", str(len(body)))),
        body=body,
    )
