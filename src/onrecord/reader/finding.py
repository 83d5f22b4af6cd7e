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
from onrecord.reader.shown import ON_A_PAGE, Days, Row, Shown, by_day, page_number
from onrecord.search import Ask, During, Is
from onrecord.text import body_text

FACETS = ("source", "month", "author", "lang")
_FACETS_SHOWN = 8
#: Matches on a page: each has lines of its text, for which its document is read.
MATCHES = 20
_TOPICS_SHOWN = 500
#: In seconds since 1970: no newspaper is older.
_BEFORE_ALL = -(10**11)


class Finding:
    """The page that searches."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [
            web.get("/search", self.search),
            web.get("/topics", self.topics),
            web.get("/topic/{topic}", self.topic),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """Show what fits a query."""
        asked = request.query.get("q", "").strip()
        page = page_number(request)
        given: dict[str, Any] = {
            "saved": self._shown.searches(),
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
            limit=MATCHES,
            offset=(page - 1) * MATCHES,
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
            pages=math.ceil(found.total / MATCHES),
            **given,
        )

    async def topics(self, request: web.Request) -> web.Response:
        """Show the topics that publishers name, the most frequent first."""
        await self._shown.follow()
        every = During("published", _BEFORE_ALL, None)
        found = self._shown.index.search(Ask(node=every, limit=1, facets=("topic",)), now=utc_now())
        topics = found.facets.get("topic", ())[:_TOPICS_SHOWN]
        return self._shown.page(request, "topics.html", title="Topics", topics=topics)

    async def topic(self, request: web.Request) -> web.Response:
        """Show what is about a topic, the newest first."""
        topic, page = request.match_info["topic"], page_number(request)
        await self._shown.follow()
        ask = Ask(node=Is("topic", topic), limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE, by_date=True)
        found = self._shown.index.search(ask, now=utc_now())
        articles = filter(None, map(self._shown.archive.catalog.article, [hit.id for hit in found.hits]))
        rows = self._shown.rows(request, articles)
        return self._shown.days(request, topic, Days(by_day(rows), found.total, page))

    def _matches(
        self, request: web.Request, hits: Sequence[searching.Hit], node: searching.Node
    ) -> list[Row]:
        articles = map(self._shown.archive.catalog.article, [hit.id for hit in hits])
        found = [(hit, held) for hit, held in zip(hits, articles, strict=True) if held]
        rows = self._shown.rows(request, [held for _, held in found])
        return [self._match(request, row, hit, node) for row, (hit, _) in zip(rows, found, strict=True)]

    def _match(self, request: web.Request, row: Row, hit: searching.Hit, node: searching.Node) -> Row:
        archive, held = self._shown.archive, row.held
        path = held.path
        if hit.revision != held.revision:
            revisions = archive.catalog.revisions(held.id)
            path = next((one.path for one in revisions if one.number == hit.revision), path)
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
