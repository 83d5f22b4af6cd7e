"""What the ledger alone tells of a document, for when that is lost."""

from __future__ import annotations

from onrecord.ledger import Line
from onrecord.model import (
    Article,
    CanonicalUrl,
    Digest,
    Document,
    ReadingKind,
    Revision,
    VerdictKind,
)
from onrecord.store import UNREAD


def document_told(line: Line) -> Document | None:
    """Return what a line tells of the document that it wrote; its address stands for the headline.

    None for a line that made no revision: an earlier one tells more.
    """
    data = line.data
    if "content" not in data or "number" not in data:
        return None
    article = Article(canonical_url=CanonicalUrl(data["url"]), headline=data["url"])
    revision = Revision(
        article=article,
        number=data["revision"],
        captured_at=line.at,
        content_digest=Digest(data["content"]),
        kind=ReadingKind(data["kind"]),
    )
    record = data.get("record") or {}
    return Document(
        id=data["id"],
        source=data["source"],
        number=data["number"],
        revision=revision,
        capture_digest=record.get("digest"),
        capture_record=record.get("id"),
        reader_version=UNREAD,
        verdict=VerdictKind(data["verdict"]),
    )
