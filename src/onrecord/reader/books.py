"""The catalogue for e-readers (OPDS 1.2, specs.opds.io/opds-1.2): publications, and articles as pages to take along."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

from aiohttp import web

from onrecord import search as searching
from onrecord.model import KeptPicture, Picture
from onrecord.pipeline.report import utc_now
from onrecord.reader.access import Guard, asker, shown_to
from onrecord.reader.items import Item, Items, entry
from onrecord.reader.shown import ON_A_PAGE, Shown, page_number
from onrecord.render import atom, html
from onrecord.render.feed import ATOM, FeedHead, feed_id, moment, written
from onrecord.search import Ask
from onrecord.store import HeldArticle, Listing

_NAVIGATION = "application/atom+xml;profile=opds-catalog;kind=navigation"
_ACQUISITION = "application/atom+xml;profile=opds-catalog;kind=acquisition"
#: Bytes of pictures in a page that is taken along.
MOST_INSIDE = 16 * 1024 * 1024
_SEARCH = "application/opensearchdescription+xml"
_OPEN = "http://opds-spec.org/acquisition/open-access"


class Books:
    """The OPDS catalogue."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard
        self._items = Items(shown, guard)
        self._archive = shown.archive.origin()

    def routes(self) -> list[web.RouteDef]:
        """Return the catalogue's addresses."""
        return [
            web.get("/opds", self.start),
            web.get("/opds/new", self.new),
            web.get("/opds/starred", self.starred),
            web.get("/opds/source/{name}", self.source),
            web.get("/opds/search", self.search),
            web.get("/opds/search.xml", self.how_to_search),
            web.get("/opds/article/{id}.html", self.article),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """Give the way in: what is new, what is starred, each publication."""
        feed = self._begin(request, self._shown.name)
        base, catalog = self._guard.base(request), self._shown.archive.catalog
        self._entry(feed, "New", f"{base}/opds/new", "What was kept last", "http://opds-spec.org/sort/new")
        self._entry(feed, "Starred", f"{base}/opds/starred", "What you starred", "subsection")
        names = sorted(catalog.counts(), key=lambda name: self._shown.title(name).casefold())
        for name in names:
            told = f"{catalog.count(Listing(source=name)):,} articles"
            self._entry(
                feed, self._shown.title(name), f"{base}/opds/source/{quote(name)}", told, "subsection"
            )
        return _answer(feed, _NAVIGATION)

    async def new(self, request: web.Request) -> web.Response:
        """Give what was kept last."""
        return await self._listed(request, "New", Listing(by_keeping=True))

    async def source(self, request: web.Request) -> web.Response:
        """Give the articles of a publication."""
        name = request.match_info["name"]
        if not self._shown.is_known(name):
            raise web.HTTPNotFound
        return await self._listed(request, self._shown.title(name), Listing(source=name))

    async def starred(self, request: web.Request) -> web.Response:
        """Give what the user starred."""
        ids = self._shown.marks.starred_ids(asker(request).user) if self._shown.marks else []
        page = page_number(request)
        chosen = ids[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        held = filter(None, map(self._shown.archive.catalog.article, chosen))
        return await self._acquisition(request, "Starred", list(held), total=len(ids))

    async def search(self, request: web.Request) -> web.Response:
        """Give what fits a query."""
        asked, page = request.query.get("q", ""), page_number(request)
        node = searching.parse(asked)
        await self._shown.follow()
        found = self._shown.index.search(
            Ask(node=node, limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE), now=utc_now()
        )
        held = [one for hit in found.hits if (one := self._shown.archive.catalog.article(hit.id))]
        return await self._acquisition(request, asked, held, total=found.total)

    async def how_to_search(self, request: web.Request) -> web.Response:
        """Describe the search (OpenSearch 1.1)."""
        root = ET.Element("OpenSearchDescription", {"xmlns": "http://a9.com/-/spec/opensearch/1.1/"})
        atom.add(root, "ShortName", self._shown.name[:16])
        atom.add(root, "Description", f"Search {self._shown.name}")
        template = f"{self._guard.base(request)}/opds/search?q={{searchTerms}}"
        ET.SubElement(root, "Url", {"type": _ACQUISITION, "template": template})
        return _answer(root, _SEARCH)

    async def article(self, request: web.Request) -> web.Response:
        """Give an article as one page of HTML, to be taken along."""
        held = self._shown.held(request)
        document = shown_to(request, self._shown.archive.document(held))
        page = html.article_html(document, picture_src=_Inside(self._shown.root).src)
        name = f"{held.id}.html"
        return web.Response(
            text=page,
            content_type="text/html",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
                "Cache-Control": "private, no-cache",
            },
        )

    # ---------------------------------------------------------------- parts

    async def _listed(self, request: web.Request, title: str, listing: Listing) -> web.Response:
        page, catalog = page_number(request), self._shown.archive.catalog
        held = list(catalog.articles(replace(listing, limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE)))
        return await self._acquisition(request, title, held, total=catalog.count(listing))

    async def _acquisition(
        self, request: web.Request, title: str, held: Sequence[HeldArticle], *, total: int
    ) -> web.Response:
        feed = self._begin(request, title)
        page = page_number(request)
        for rel, number in (("previous", page - 1), ("next", page + 1)):
            if 1 <= number <= math.ceil(total / ON_A_PAGE):
                atom.link(
                    feed,
                    rel,
                    f"{self._guard.base(request)}{request.rel_url.update_query(page=number)}",
                    _ACQUISITION,
                )
        async for item in self._items.of(request, held):
            feed.append(self._book(request, item))
        return _answer(feed, _ACQUISITION)

    def _book(self, request: web.Request, item: Item) -> ET.Element:
        base, told = self._guard.base(request), entry(item)
        one = atom.entry_element(told, f"urn:onrecord:article:{item.held.id}")
        content = one.find("content")
        if content is not None:
            one.remove(content)  # a catalogue tells of a book; the book is a step away
        if item.article and item.article.standfirst:
            atom.add(one, "summary", item.article.standfirst)
        if item.article:
            atom.link(one, _OPEN, f"{base}/opds/article/{item.held.id}.html", "text/html")
            picture = next(iter(item.article.pictures), None)
            kept = self._shown.archive.document(item.held).pictures.get(picture.url) if picture else None
            if kept and kept.path:
                address = self._guard.open_address(f"{base}/{kept.path}")
                atom.link(one, "http://opds-spec.org/image", address, kept.media_type)
        return one

    def _begin(self, request: web.Request, title: str) -> ET.Element:
        base = self._guard.base(request)
        head = FeedHead(archive=self._archive, title=title, at=utc_now(), address=f"{base}{request.path_qs}")
        feed = ET.Element("feed", {"xmlns": ATOM})
        atom.add(feed, "id", feed_id(head))
        atom.add(feed, "title", title)
        atom.add(feed, "updated", moment(head.at))
        atom.link(feed, "self", head.address or "")
        atom.link(feed, "start", f"{base}/opds", _NAVIGATION)
        atom.link(feed, "search", f"{base}/opds/search.xml", _SEARCH)
        return feed

    def _entry(self, feed: ET.Element, title: str, address: str, told: str, rel: str) -> None:
        one = ET.SubElement(feed, "entry")
        atom.add(one, "id", address)
        atom.add(one, "title", title)
        atom.add(one, "updated", moment(utc_now()))
        content = ET.SubElement(one, "content", {"type": "text"})
        content.text = told
        atom.link(one, rel, address, _ACQUISITION)


class _Inside:
    """Puts pictures into the page itself: an e-reader has no network when it is read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._left = MOST_INSIDE

    def src(self, kept: KeptPicture | None, _: Picture) -> str:
        """Return a picture as a `data:` address; an empty one for what is not kept, or is too much."""
        place = self._root / kept.path if kept and kept.path else None
        size = place.stat().st_size if place and place.is_file() else 0
        if place is None or not 0 < size <= self._left:
            return "data:,"
        self._left -= size
        return (
            f"data:{kept.media_type if kept else ''};base64,{base64.b64encode(place.read_bytes()).decode()}"
        )


def _answer(root: ET.Element, kind: str) -> web.Response:
    headers = {"Content-Type": f"{kind};charset=utf-8", "Cache-Control": "private, no-cache"}
    return web.Response(body=written(root), headers=headers)
