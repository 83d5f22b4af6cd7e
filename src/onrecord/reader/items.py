"""An article as other programs get it: its whole text as HTML, sanitised, with pictures that an app can fetch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web

from onrecord.errors import FormatError
from onrecord.model import Article, Document, Picture
from onrecord.reader.access import Guard, asker
from onrecord.reader.shown import Shown, moment
from onrecord.render import html
from onrecord.render.feed import FeedEntry
from onrecord.sanitize import safe
from onrecord.store import HeldArticle

#: An id has 12 characters of base 32: 60 bits, which fit the 64 that the Google Reader API has.
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class Item:
    """An article for an app."""

    held: HeldArticle
    article: Article | None  #: None: its document can't be read, or is not for whoever asks
    source: str  #: its source's title
    html: str
    published: datetime  #: as claimed, else when it was first captured
    link: str  #: the archive's page of it

    @property
    def title(self) -> str:
        """Its headline."""
        return self.article.headline if self.article else self.held.headline


class Items:
    """Makes items for whoever asks."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard

    async def of(self, request: web.Request, articles: Iterable[HeldArticle]) -> AsyncIterator[Item]:
        """Yield the items of articles, letting others have their turn between two."""
        for held in articles:
            yield self.item(request, held)
            await asyncio.sleep(0)

    def item(self, request: web.Request, held: HeldArticle) -> Item:
        """Return an article's item."""
        base = self._guard.base(request)
        article, text = None, "<p>This article can’t be read just now.</p>"
        try:
            document = self._shown.archive.document(held)
        except FormatError:
            pass  # `verify` names it; the other articles of a feed are told of all the same
        else:
            if asker(request).may_see(document):
                article, text = document.revision.article, self.text(request, document, held)
            else:
                text = "<p>Its publisher asks that copies are not passed on: only users read it here.</p>"
        return Item(
            held=held,
            article=article,
            source=self._shown.title(held.source),
            html=text,
            published=moment(held),
            link=f"{base}/article/{held.id}",
        )

    def text(self, request: web.Request, document: Document, held: HeldArticle | None = None) -> str:
        """Return a document's text as a fragment of HTML with whole addresses."""
        base = self._guard.base(request)
        article = document.revision.article

        def figure(picture: Picture) -> list[str]:
            kept = document.pictures.get(picture.url)
            if kept is None or kept.path is None:
                words = " ".join(filter(None, (picture.caption or picture.alt, picture.credit)))
                return [f"<p>[A picture stood here that was not kept.] {html.text(words)}</p>"]
            sized = replace(picture, width=kept.width, height=kept.height, alt=picture.alt or "")
            return html.figure_lines(sized, self._guard.open_address(f"{base}/{kept.path}"))

        told = []
        if held is not None and held.removed_at:
            since = f"{held.removed_at:%Y-%m-%d}"
            told.append(
                f"<p><em>Gone from its publisher’s site since {since}: {html.text(held.removal or '')}.</em></p>"
            )
        told += [f"<p><strong>{html.text(article.standfirst)}</strong></p>"] if article.standfirst else []
        told += [f"<p><em>{html.text(words)}</em></p>" for words in article.corrections]
        told.append(html.fragment(article.blocks, figure))
        told += [f"<p>{html.text(words)}</p>" for words in article.credits]
        return safe("\n".join(told), pictures=f"{base}/pictures/")


def entry(item: Item) -> FeedEntry:
    """Return an item as an entry of a feed."""
    article = item.article
    return FeedEntry(
        key=item.held.id,
        title=item.title,
        link=item.link,
        at=max(item.held.captured_at, item.held.removed_at or item.held.captured_at),
        source=item.source,
        categories=tuple(filter(None, (item.held.section, *(article.topics if article else ())))),
        html=item.html,
        published=item.published,
        authors=item.held.authors,
        language=item.held.language,
        original=item.held.url,
    )


def number_of(article_id: str) -> int:
    """Return an article's id as a number, for protocols that know only such."""
    number = 0
    for character in article_id:
        number = number * 32 + _ALPHABET.index(character)
    return number


def id_of(number: int) -> str:
    """Return the id that `number_of` made a number of; what is none names no article."""
    if not 0 <= number < 1 << 60:
        return ""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(55, -5, -5))
