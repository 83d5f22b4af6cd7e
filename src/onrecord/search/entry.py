"""What goes into the index of one revision of an article: pure, so that another process may make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from onrecord.model import Document
from onrecord.search import analysis
from onrecord.text import body_text

#: The words of earlier revisions stand in fields of their own, so that a search of what is newest never meets them.
OLD = "old_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """One revision of an article, as it goes into the index."""

    document: Document
    at: datetime  #: published, else first captured
    is_newest: bool = True
    changed_at: datetime | None = None  #: of the newest revision, where there are several
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision as the index takes it: the values of its fields, a field once for each value."""

    texts: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, int], ...]
    is_newest: bool


def entry_of(one: Indexed) -> Entry:
    """Return what the index holds of a revision."""
    return Entry(tuple(_texts(one)), tuple(_numbers(one)), one.is_newest)


def _numbers(one: Indexed) -> Iterator[tuple[str, int]]:
    yield "revision", one.document.revision.number
    yield "published", int(one.at.timestamp())
    if one.changed_at is not None:
        yield "changed", int(one.changed_at.timestamp())
    if one.removed_at is not None:
        yield "removed", int(one.removed_at.timestamp())


def _texts(one: Indexed) -> Iterator[tuple[str, str]]:
    document, article = one.document, one.document.revision.article
    yield "key", f"{document.id}/{document.revision.number}"
    yield "id", document.id
    yield from _words(one)
    yield from _properties(one)
    yield "author_words", analysis.BREAK.join(analysis.fold(name) for name in article.authors)
    for name in article.authors:
        yield "author", name
    for name, values in (("section", (article.section or "",)), ("topic", article.topics)):
        for value in filter(None, values):
            yield name, analysis.fold(value)


def _words(one: Indexed) -> Iterator[tuple[str, str]]:
    article = one.document.revision.article
    language = analysis.base_language(article.language)
    age = "" if one.is_newest else OLD
    headline = analysis.fold(article.headline)
    body = analysis.fold("\n".join(_shown(one.document)))
    for name, beside, folded in (("headline", "headline_", headline), ("words", "", body)):
        yield f"{age}{name}", analysis.marked(folded)
        yield f"{age}{beside}pairs", " ".join(analysis.pairs(folded))
        if found := analysis.stems(folded, language):
            yield f"{age}{beside}stems", " ".join(found)


def _shown(document: Document) -> Iterator[str]:
    """Yield what a reader sees of an article but its headline."""
    article = document.revision.article
    yield from filter(None, (article.kicker, article.standfirst, article.byline))
    yield body_text(article.blocks)
    for picture in article.pictures:
        yield from filter(None, (picture.caption, picture.credit))
    yield from article.corrections
    yield from article.credits


def _properties(one: Indexed) -> Iterator[tuple[str, str]]:
    document, article = one.document, one.document.revision.article
    yield "source", document.source
    yield "month", f"{one.at:%Y-%m}"
    for tag in _tags(article.language):
        yield "language", tag
    if article.language:
        yield "lang", article.language
    states = {"changed": one.changed_at is not None, "removed": one.removed_at is not None}
    yield from (("is", name) for name, is_so in states.items() if is_so)
    held = {
        "picture": any(picture.path for picture in document.pictures.values()),
        "translation": bool(article.translations),
        "correction": bool(article.corrections),
    }
    yield from (("has", name) for name, is_there in held.items() if is_there)


def _tags(language: str | None) -> list[str]:
    """Return a BCP 47 tag in lower case and each shorter one: "zh-hant-tw", "zh-hant", "zh"."""
    parts = (language or "").lower().split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)] if language else []
