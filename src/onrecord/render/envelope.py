"""Envelopes for articles that came from a page: a body such as the lineage's feeds gave (dialect B3).

Pure: no files, network, clock or log. An article that came with its feed's own envelope never passes here.
"""

from __future__ import annotations

from onrecord.model import Article, ClaimedTime, Document, Envelope, Figure, Precision, Translation
from onrecord.render.html import fragment, tag, text

_STAMP = "%m-%d %H:%M:%S"


def envelope_of(document: Document) -> Envelope:
    """Return the envelope that a full-text feed might have given; its body is one line."""
    article = document.revision.article
    published = article.published_at
    return Envelope(
        title=article.headline,
        url=article.canonical_url,
        published_text=None if published is None else str(published),
        published_ms=None if published is None else int(published.at.timestamp() * 1000),
        body=_body(article),
    )


def _body(article: Article) -> str:
    """Return address, time, lead picture, section and footer; what the article lacks is left out."""
    byline = article.byline or ", ".join(article.authors)
    lead = article.blocks[:1] if article.blocks and isinstance(article.blocks[0], Figure) else ()
    standfirst = "" if article.standfirst is None else f"<p>{text(article.standfirst)}</p>"
    notes = [f"<p>{text(words)}</p>" for words in (*article.credits, *article.corrections)]
    notes += [_link(article, one) for one in article.translations if one.is_original]
    parts = (
        f"<address>{text(byline)}</address>" if byline else "",
        _time(article),
        fragment(lead, joiner=""),
        f"<section>{standfirst}{fragment(article.blocks[len(lead) :], joiner='')}</section>",
        f"<footer>{''.join(notes)}</footer>" if notes else "",
    )
    return "".join(parts)


def _time(article: Article) -> str:
    time = article.published_at
    if time is None:
        return ""
    stamp = f"{time.value.year:04}-{time.value.strftime(_STAMP)}"
    return f"{tag('time', [('pudate', stamp), ('datetime', stamp)])}{text(_printed(article, time))}</time>"


def _printed(article: Article, time: ClaimedTime) -> str:
    """Return the date as a reader of the article's language knows it, no finer than it was stated."""
    if time.precision in {Precision.YEAR, Precision.MONTH}:
        return str(time)
    day = time.value
    is_chinese = (article.language or "").startswith("zh")
    return f"{day.year}年{day.month}月{day.day}日" if is_chinese else f"{day:%Y-%m-%d}"


def _link(article: Article, original: Translation) -> str:
    words = "Original"
    if (article.language or "").startswith("zh"):
        is_english = (original.language or "").startswith("en")
        words = "点击查看本文英文版。" if is_english else "点击查看原文。"
    return f"<p>{tag('a', [('href', original.url)])}{words}</a></p>"
