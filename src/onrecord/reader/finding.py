"""Pages that search the archive: what fits a query, with facets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from onrecord import search as searching
from onrecord.pipeline.report import utc_now
from onrecord.reader.access import asker
from onrecord.reader.lists import month_span
from onrecord.reader.shown import ON_A_PAGE, Row, Shown, page_number
from onrecord.search import Ask
from onrecord.text import body_text

FACETS = ("source", "month", "author", "lang")
_FACETS_SHOWN = 8


class Finding:
    """The page that searches."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [web.get("/search", self.search)]

    async def search(self, request: web.Request) -> web.Response:
        """Show what fits a query."""
        asked = request.query.get("q", "").strip()
        page = page_number(request)
        given: dict[str, Any] = {
            "asked": asked,
            "by_date": request.query.get("sort") == "date",
            "with_revisions": request.query.get("before") == "1",
            "page": page,
        }
        if not asked:
            given |= {"rows": [], "total": None, "facets": {}, "pages": 0}
            return self._shown.page(request, "search.html", title="Search", **given)
        node = searching.parse(asked)
        await self._shown.follow()
        ask = Ask(
            node=node,
            limit=ON_A_PAGE,
            offset=(page - 1) * ON_A_PAGE,
            by_date=given["by_date"],
            with_revisions=given["with_revisions"],
            facets=FACETS,
        )
        found = self._shown.index.search(ask, now=utc_now())
        facets = {name: counts[:_FACETS_SHOWN] for name, counts in found.facets.items() if len(counts) > 1}
        return self._shown.page(
            request,
            "search.html",
            title=f"{asked} · Search",
            rows=self._matches(request, found.hits, node),
            total=found.total,
            facets={
                name: [(self._facet(name, value), count) for value, count in counts]
                for name, counts in facets.items()
            },
            pages=math.ceil(found.total / ON_A_PAGE),
            **given,
        )

    def _matches(
        self, request: web.Request, hits: Sequence[searching.Hit], node: searching.Node
    ) -> list[Row]:
        articles = map(self._shown.archive.catalog.article, [hit.id for hit in hits])
        found = [(hit, held) for hit, held in zip(hits, articles, strict=True) if held]
        rows = self._shown.rows(request, [held for _, held in found])
        return [self._match(request, row, hit, node) for row, (hit, _) in zip(rows, found, strict=True)]

    def _match(self, request: web.Request, row: Row, hit: searching.Hit, node: searching.Node) -> Row:
        archive, held = self._shown.archive, row.held
        revisions = archive.catalog.revisions(held.id)
        path = next((one.path for one in revisions if one.number == hit.revision), held.path)
        document = archive.document_at(path)
        article = document.revision.article
        text = " ".join(filter(None, (article.standfirst, body_text(article.blocks)))).replace("\n", " ")
        language = article.language
        lines = searching.snippet(text, searching.sought(node), language=language)
        return replace(
            row,
            headline=searching.highlighted(
                article.headline, searching.sought(node, headline=True), language=language
            ),
            lines=lines if asker(request).may_see(document) else (),
            revision=hit.revision if hit.revision != held.revision else None,
        )

    def _facet(self, name: str, value: str) -> tuple[str, str]:
        """Return what a facet's value is called, and what narrows a query down to it."""
        if name == "source":
            return self._shown.title(value), f"source:{value}"
        if name == "month":
            return value, f"after:{value} before:{month_span(value)[1]:%Y-%m}"
        return value, f'{name}:"{value}"'
