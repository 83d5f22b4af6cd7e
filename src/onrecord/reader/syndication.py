"""Feeds of what is held: of everything, a source, an author, a topic, a search, and of what changed; and OPML."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from urllib.parse import quote, urlencode

from aiohttp import web

from onrecord import search as searching
from onrecord.doors import Role
from onrecord.errors import UsageError
from onrecord.feeds.opml import OpmlFeed, render
from onrecord.pipeline.report import utc_now
from onrecord.publish import changes
from onrecord.reader.access import Guard, asker
from onrecord.reader.items import Items, entry
from onrecord.reader.shown import Shown
from onrecord.render import atom, feed
from onrecord.render.feed import FeedEntry, FeedHead
from onrecord.sanitize import safe
from onrecord.search import Ask
from onrecord.store import ChangeListing, HeldArticle, Listing

#: Entries of a feed, where the address names no number, and at most (`?n=`).
ENTRIES, MOST_ENTRIES = 50, 200
FORMS: dict[str, tuple[str, Callable[[Sequence[FeedEntry], FeedHead], bytes]]] = {
    "atom": ("application/atom+xml", atom.write),
    "rss": ("application/rss+xml", feed.rss),
    "json": ("application/feed+json", feed.json_feed),
}
_FORM = "{form:atom|rss|json}"


class Syndication:
    """The feeds."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard
        self._items = Items(shown, guard)
        self._archive = shown.archive.origin()

    def routes(self) -> list[web.RouteDef]:
        """Return the feeds' addresses."""
        return [
            web.get(f"/feeds/all.{_FORM}", self.all),
            web.get(f"/feeds/source/{{name}}.{_FORM}", self.source),
            web.get(f"/feeds/author/{{name}}.{_FORM}", self.author),
            web.get(f"/feeds/topic/{{name}}.{_FORM}", self.topic),
            web.get(f"/feeds/search.{_FORM}", self.search),
            web.get(f"/feeds/saved/{{name}}.{_FORM}", self.saved),
            web.get(f"/feeds/changes.{_FORM}", self.changes),
            web.get("/subscriptions.opml", self.opml),
        ]

    async def all(self, request: web.Request) -> web.Response:
        """Give what was kept last."""
        return await self._listed(request, Listing(by_keeping=True), title=self._shown.name, home="/")

    async def source(self, request: web.Request) -> web.Response:
        """Give what was kept last of a source."""
        name = request.match_info["name"]
        if not self._shown.is_known(name):
            raise web.HTTPNotFound
        listing = Listing(source=name, by_keeping=True)
        return await self._listed(
            request, listing, title=self._shown.title(name), home=f"/source/{quote(name)}"
        )

    async def author(self, request: web.Request) -> web.Response:
        """Give what was kept last of an author."""
        name = request.match_info["name"]
        listing = Listing(author=name, by_keeping=True)
        return await self._listed(request, listing, title=name, home=f"/author/{quote(name, safe='')}")

    async def topic(self, request: web.Request) -> web.Response:
        """Give the newest articles on a topic, as publishers name it."""
        name = request.match_info["name"].replace('"', " ")
        return await self._found(request, f'topic:"{name}"', title=name)

    async def search(self, request: web.Request) -> web.Response:
        """Give the newest articles that fit a query: a search that is saved by following it."""
        asked = request.query.get("q", "").strip()
        if not asked:
            raise UsageError("a feed of a search needs what is searched: /feeds/search.atom?q=WORDS")
        return await self._found(request, asked, title=asked)

    async def saved(self, request: web.Request) -> web.Response:
        """Give the newest articles that fit a saved search."""
        name = request.match_info["name"]
        query = self._shown.searches().get(name)
        if query is None:
            raise web.HTTPNotFound
        return await self._found(request, query, title=name)

    async def changes(self, request: web.Request) -> web.Response:
        """Give what publishers changed and took away last, with the change in place."""
        if (answer := self._unchanged(request)) is not None:
            return answer
        who = asker(request)
        shows_all = who.role != Role.PUBLIC or who.shows_reserved
        listing = ChangeListing(limit=_number(request))
        found = changes.entries(self._shown.archive, listing=listing, reserved=shows_all, left=[])
        return self._feed(request, [_cleaned(one) for one in found], title=changes.TITLE, home="/changes")

    async def opml(self, request: web.Request) -> web.Response:
        """Give what is followed as a list of feeds: publishers' own, or with `?of=archive` those of this archive."""
        base = self._guard.base(request)
        sources = self._shown.config().sources
        if request.query.get("of") == "archive":
            listed = [
                OpmlFeed(
                    f"{base}/feeds/source/{quote(one.id)}.atom",
                    one.title or one.id,
                    f"{base}/source/{quote(one.id)}",
                    one.folder,
                )
                for one in sources
            ]
        else:
            listed = [OpmlFeed(url, one.title, one.home, one.folder) for one in sources for url in one.feeds]
        text = render(listed, title=self._shown.name)
        return web.Response(text=text, content_type="text/x-opml", charset="utf-8")

    # ---------------------------------------------------------------- parts

    async def _listed(self, request: web.Request, listing: Listing, *, title: str, home: str) -> web.Response:
        if (answer := self._unchanged(request)) is not None:
            return answer
        articles = self._shown.archive.catalog.articles(replace(listing, limit=_number(request)))
        return self._feed(request, await self._entries(request, articles), title=title, home=home)

    async def _found(self, request: web.Request, asked: str, *, title: str) -> web.Response:
        node = searching.parse(asked)
        await self._shown.follow()
        if (answer := self._unchanged(request)) is not None:
            return answer
        found = self._shown.index.search(Ask(node=node, limit=_number(request), by_date=True), now=utc_now())
        held = (self._shown.archive.catalog.article(hit.id) for hit in found.hits)
        home = f"/search?{urlencode({'q': asked, 'sort': 'date'})}"
        return self._feed(request, await self._entries(request, filter(None, held)), title=title, home=home)

    async def _entries(self, request: web.Request, articles: Iterable[HeldArticle]) -> list[FeedEntry]:
        return [entry(item) async for item in self._items.of(request, articles)]

    def _tag(self, request: web.Request) -> str:
        """Return what names the state of a feed (RFC 9110, 8.8.3): the archive's, for whoever may see as much."""
        who, head = asker(request), self._shown.archive.catalog.head()
        said = (
            head.digest,
            request.path_qs,
            self._guard.base(request),
            who.role == Role.PUBLIC,
            who.shows_reserved,
        )
        return f'"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"'

    def _unchanged(self, request: web.Request) -> web.Response | None:
        tag = self._tag(request)
        known = [
            one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")
        ]
        return web.Response(status=304, headers=_headers(tag)) if tag in known else None

    def _feed(
        self, request: web.Request, entries: Sequence[FeedEntry], *, title: str, home: str
    ) -> web.Response:
        kind, write = FORMS[request.match_info["form"]]
        base = self._guard.base(request)
        begun = max((one.at for one in entries), default=utc_now())
        address = f"{base}{request.path_qs}"
        head = FeedHead(archive=self._archive, title=title, at=begun, address=address, home=f"{base}{home}")
        return web.Response(
            body=write(entries, head),
            headers={"Content-Type": f"{kind}; charset=utf-8", **_headers(self._tag(request))},
        )


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _cleaned(one: FeedEntry) -> FeedEntry:
    return replace(one, html=safe(one.html))


def _number(request: web.Request) -> int:
    """Return how many entries are asked for."""
    given = request.query.get("n", str(ENTRIES))
    if not (given.isascii() and given.isdigit() and 0 < int(given[:6]) <= MOST_ENTRIES):
        raise UsageError(f"n={given}: a feed has 1 to {MOST_ENTRIES} entries")
    return int(given)
