"""Why a held article reads as it does: its capture read once more, just as it was read."""

from __future__ import annotations

from dataclasses import dataclass, fields

from onrecord.archive import Archive
from onrecord.extract import Explanation, explain_page
from onrecord.fetch import decoded_body
from onrecord.model import Article, Document, ReadingKind
from onrecord.pipeline.claims import recalled
from onrecord.pipeline.learning import SiteDesk
from onrecord.pipeline.report import utc_now
from onrecord.store import HeldArticle, HeldRevision

#: A document is filed under its own address, whatever a page says.
_OURS = frozenset({"canonical_url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A revision, and why it reads so; or why that can't be told."""

    document: Document
    explanation: Explanation | None = None
    reason: str | None = None  #: why there is no explanation
    differing: tuple[str, ...] = ()  #: fields that today's reader reads otherwise than the document has them
    is_lost: bool = False  #: what was known of the site is lost: the page was read by itself


def explained(archive: Archive, held: HeldArticle, revision: HeldRevision) -> Explained:
    """Read a revision's capture again, with what was known of its site, and tell why it reads so.

    Raises:
        FormatError: The document or the capture is damaged, or missing.
    """
    document = archive.document_at(revision.path)
    if revision.kind == ReadingKind.FEED:
        return Explained(document=document, reason="it was read from its feed's text, which names its fields")
    if revision.record is None:
        return Explained(
            document=document, reason="its capture has been pruned: the document is all there is"
        )
    record = archive.record(revision.record)
    exchange, url = record.exchange(), record.url or held.url
    entry = archive.state.entry_of_article(held.id)
    site = SiteDesk(archive.state, now=utc_now).named(revision.learned, url)
    explanation = explain_page(
        decoded_body(exchange).body,
        url=url,
        content_type=revision.media_type,
        entry=recalled(url, entry.claims if entry else None),
        rule=archive.rules.rule_for(url, on=exchange.requested_at),
        site=site,
    )
    fresh = explanation.extraction.article
    differing = _differing(fresh, document.revision.article) if fresh else ()
    return Explained(document=document, explanation=explanation, differing=differing, is_lost=site is None)


def _differing(fresh: Article, known: Article) -> tuple[str, ...]:
    names = (one.name for one in fields(Article) if one.name not in _OURS)
    return tuple(name for name in names if getattr(fresh, name) != getattr(known, name))
