"""An extraction as plain JSON, for the golden pages of `extract`: short enough to be read and written by hand."""

from __future__ import annotations

from typing import Any

from onrecord.model import (
    Block,
    Embed,
    Extraction,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Preformatted,
    Quotation,
    Rule,
    Runs,
    Table,
)


def form_of(extraction: Extraction) -> dict[str, Any]:
    """Return what *extraction* says; an empty object where there is no article."""
    article = extraction.article
    if article is None:
        return {}
    return {
        "headline": article.headline,
        "kicker": article.kicker,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "authors": list(article.authors),
        "published": str(article.published_at) if article.published_at else None,
        "language": article.language,
        "access": str(article.access),
        "blocks": [_block(block) for block in article.blocks],
        "credits": list(article.credits),
        "corrections": list(article.corrections),
        "translations": [[one.url, one.language, one.is_original] for one in article.translations],
        "problems": [problem.code for problem in extraction.problems],
    }


def _block(block: Block) -> Any:
    match block:
        case Paragraph(runs, language):
            return [language, _runs(runs)] if language else _runs(runs)
        case Heading(runs, level, language):
            return [f"h{level}", *([language] if language else []), _runs(runs)]
        case Quotation(inner, _):
            return ["quotation", *map(_block, inner)]
        case ListBlock(items, is_ordered):
            return ["ol" if is_ordered else "ul", *([_block(one) for one in item] for item in items)]
        case Table(rows, head_rows, _):
            return ["table", head_rows, *([_runs(cell) for cell in row] for row in rows)]
        case Figure(picture):
            return ["figure", _picture(picture)]
        case Embed(url, kind, _):
            return ["embed", kind, url]
        case Preformatted(text):
            return ["pre", text]
        case Rule():
            return ["rule"]


def _runs(runs: Runs) -> str:
    """Return runs as one text: [link text](address), *emphasis*, **strong**."""
    parts = []
    for run in runs:
        text = f"**{run.text}**" if run.strong else f"*{run.text}*" if run.emphasis else run.text
        parts.append(f"[{text}]({run.link})" if run.link else text)
    return "".join(parts)


def _picture(picture: Picture) -> dict[str, Any]:
    stated = {
        "url": picture.url,
        "alt": picture.alt,
        "caption": picture.caption,
        "credit": picture.credit,
        "fallbacks": list(picture.fallback_urls),
    }
    return {name: value for name, value in stated.items() if value}
