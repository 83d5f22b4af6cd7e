"""The page that sets an article beside its original or translation, paragraph by paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from aiohttp import web
from markupsafe import Markup

from onrecord.compare import Pair, align
from onrecord.errors import ArticleNotHeldError
from onrecord.model import Article, Digest, Document
from onrecord.reader.access import shown_to
from onrecord.reader.articles import block_parts
from onrecord.reader.chinese import Wording
from onrecord.reader.looks import look_of
from onrecord.reader.shown import Shown
from onrecord.store import HeldArticle, HeldRevision

#: Pairs of revisions whose alignment is remembered.
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    held: HeldArticle
    revision: HeldRevision
    article: Article  #: as it is shown
    is_original: bool


class Beside:
    """The page of two articles side by side."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._aligned = lru_cache(_REMEMBERED)(self._align)

    def routes(self) -> list[web.RouteDef]:
        """Return the page's address."""
        return [web.get("/article/{id}/beside/{other}", self.beside)]

    async def beside(self, request: web.Request) -> web.Response:
        """Show an article's revision beside what the other one said at that time."""
        held = self._shown.held(request)
        catalog, wanted = self._shown.archive.catalog, request.match_info["other"]
        other = next((one for one in catalog.translations(held.id) if one.id == wanted), None)
        if other is None:
            raise ArticleNotHeldError(f"{held.id}, beside {wanted}")
        revisions = catalog.revisions(held.id)
        asked = request.query.get("revision", str(held.revision))
        chosen = next((one for one in revisions if str(one.number) == asked), None)
        if chosen is None:
            raise ArticleNotHeldError(f"{held.id}, revision {asked}")
        then = standing_with(chosen, revisions, catalog.revisions(other.id))
        pairs = self._aligned(chosen.content_digest, then.content_digest, chosen.path, then.path)
        documents = [shown_to(request, self._shown.archive.document_at(one.path)) for one in (chosen, then)]
        wording = Wording(look_of(request).script)
        articles = [wording.article(document.revision.article) for document in documents]
        parts = [
            block_parts(article.blocks, document)
            for article, document in zip(articles, documents, strict=True)
        ]
        return self._shown.page(
            request,
            "beside.html",
            title=f"{articles[0].headline} · Side by side",
            held=held,
            sides=self._sides((held, other), (chosen, then), articles, documents),
            names={one.id: self._shown.title(one.source) for one in (held, other)},
            rows=[_row(pair, parts) for pair in pairs],
        )

    def _align(self, _: Digest, __: Digest, path: str, other_path: str) -> tuple[Pair, ...]:
        # By the digests, so that a revision that is read anew is aligned anew.
        one, other = (self._shown.archive.document_at(place).revision.article for place in (path, other_path))
        return align(one.blocks, other.blocks)

    def _sides(
        self,
        held: tuple[HeldArticle, HeldArticle],
        revisions: tuple[HeldRevision, HeldRevision],
        articles: list[Article],
        documents: list[Document],
    ) -> list[Side]:
        first, second = (document.revision.article for document in documents)
        originals = [_names_as_original(second, first), _names_as_original(first, second)]
        return [
            Side(one, revision, article, is_original)
            for one, revision, article, is_original in zip(held, revisions, articles, originals, strict=True)
        ]


def standing_with(
    chosen: HeldRevision, revisions: list[HeldRevision], candidates: list[HeldRevision]
) -> HeldRevision:
    """Return the revision of another article that stood with *chosen*: the last one before that was replaced."""
    replaced_at = next((one.captured_at for one in revisions if one.number == chosen.number + 1), None)
    if replaced_at is None:
        return candidates[-1]
    return next((one for one in reversed(candidates) if one.captured_at < replaced_at), candidates[0])


def _names_as_original(article: Article, other: Article) -> bool:
    return any(one.is_original and one.url == other.canonical_url for one in article.translations)


def _row(pair: Pair, parts: list[list[Markup]]) -> list[list[Markup]]:
    return [[parts[0][place] for place in pair.first], [parts[1][place] for place in pair.second]]
