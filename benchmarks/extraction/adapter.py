"""What a measuring program asks of an extractor: `extract(html, url) -> dict`, answered by On Record's reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from onrecord import extract as reader
from onrecord.model import (
    Article,
    Block,
    Extraction,
    Heading,
    ListBlock,
    Paragraph,
    Preformatted,
    Quotation,
    Table,
    plain,
)

_MARK = re.compile(r"^\s*[:：/|–—-]?\s+")


def extract(html: bytes, url: str, *, site: reader.SiteMemory | None = None) -> dict[str, Any]:
    """Return title, authors, date, body (paragraphs, the standfirst first) and images of a page."""
    extraction = reader.read_page(html, url=url, site=site)
    article = extraction.article
    if article is None:
        return {}
    return {
        "title": _full_title(article, extraction),
        "authors": list(article.authors) or _houses(article, extraction),
        "date": str(article.published_at) if article.published_at else None,
        "body": [*([article.standfirst] if article.standfirst else []), *_lines(article.blocks)],
        "images": [picture.url for picture in article.pictures],
    }


def _full_title(article: Article, extraction: Extraction) -> str:
    """Return the headline with its kicker where JSON-LD, or og:title where that is silent, gives both as one.

    On Record keeps the two apart, as they stand; the truths have what their publisher's page claims.
    """
    stated = {one.origin.removesuffix(", not chosen"): one.value for one in reversed(extraction.evidence)}
    claim = stated.get("json-ld headline") or stated.get("og:title") or ""
    kicker = article.kicker or ""
    if kicker and claim.startswith(kicker):
        after = _MARK.sub("", claim[len(kicker) :], count=1)
        if after.startswith(article.headline):
            return claim[: len(claim) - len(after) + len(article.headline)]
    return article.headline


def _houses(article: Article, extraction: Extraction) -> list[str]:
    """Return whom an article credits that names no person, as the truths have it: what JSON-LD says goes first.

    On Record keeps the byline as it is printed ("By Wire in Harbour"); a truth says "The Harbour Post".
    """
    stated = (one.value for one in extraction.evidence if one.field == "byline" and "json-ld" in one.origin)
    name = next(stated, article.byline)
    return re.split(r"\s*[;,]\s*", name) if name else []


def _lines(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(runs) | Heading(runs):
                yield plain(runs)
            case Quotation(blocks=inner):
                yield from _lines(inner)
            case ListBlock(items=items):
                for item in items:
                    yield from _lines(item)
            case Table(rows=rows):
                yield from (plain(cell) for row in rows for cell in row)
            case Preformatted(text):
                yield text
            case _:
                pass
