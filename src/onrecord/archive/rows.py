"""An article's row as JSON, as `list --json` and the interface for programs give it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from onrecord.archive.folder import Archive
from onrecord.store import HeldArticle, HeldRevision


def article_row(archive: Archive, held: HeldArticle) -> dict[str, Any]:
    """Return what the index says of an article; docs/COMMANDS.md describes it."""
    return {
        "id": held.id,
        "source": held.source,
        "number": held.number,
        "url": held.url,
        "aliases": archive.catalog.aliases(held.id),
        "headline": held.headline,
        "authors": list(held.authors),
        "language": held.language,
        "section": held.section,
        "published": held.published,
        "first_captured_at": moment(held.first_captured_at),
        "captured_at": moment(held.captured_at),
        "revision": held.revision,
        "kind": held.kind,
        "verdict": held.verdict,
        "content_digest": held.content_digest,
        "path": held.path,
        "removed_at": moment(held.removed_at),
        "removal": held.removal,
        "removal_state": held.removal_state,
    }


def revision_row(one: HeldRevision) -> dict[str, Any]:
    """Return what the index says of a revision."""
    return {
        "number": one.number,
        "captured_at": moment(one.captured_at),
        "kind": one.kind,
        "content_digest": one.content_digest,
        "path": one.path,
    }


def moment(at: datetime | None) -> str | None:
    """Return a moment as it stands in JSON: UTC, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None
