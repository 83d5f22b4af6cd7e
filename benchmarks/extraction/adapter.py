"""What a measuring program asks of an extractor: `extract(html, url) -> dict`, answered by On Record's reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from onrecord import extract as reader
from onrecord.model import (
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

MAX_KICKER = 64
_MARK = re.compile(r"[:：/|–—-]\s+$")


def extract(html: bytes, url: str) -> dict[str, Any]:
    """Return title, authors, date, body (paragraphs, the standfirst first) and images of a page."""
    extraction = reader.read_page(html, url=url)
    article = extraction.article
    if article is None:
        return {}
    return {
        "title": _full_title(article.headline, extraction),
        # Where no person is named, the byline names the house, and so do the truths.
        "authors": list(article.authors) or ([article.byline] if article.byline else []),
        "date": str(article.published_at) if article.published_at else None,
        "body": [*([article.standfirst] if article.standfirst else []), *_lines(article.blocks)],
        "images": [picture.url for picture in article.pictures],
    }


def _full_title(headline: str, extraction: Extraction) -> str:
    """Return the headline with its kicker where structured data give both as one, as the truths have them."""
    for one in extraction.evidence:
        if one.origin == "json-ld headline, not chosen" and one.value.endswith(headline):
            kicker = one.value.removesuffix(headline)
            if len(kicker) <= MAX_KICKER and _MARK.search(kicker):
                return one.value
    return headline


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
