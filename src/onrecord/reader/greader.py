"""The Google Reader API, as reading apps speak it: what is followed, streams, what is read and starred.

Google published none of it; what clients expect is written down at github.com/bazqux/bazqux-api and
github.com/miniflux/v2 (`internal/googlereader/README.md`). The name and a token of a user log in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from aiohttp import web

from onrecord import search as searching
from onrecord.errors import UsageError
from onrecord.reader.access import Guard, asker
from onrecord.reader.items import Item, Items, entry, id_of, number_of
from onrecord.reader.shown import Shown, direction
from onrecord.reader.streams import Page, Streams, Wanted, starred, within
from onrecord.render import atom
from onrecord.render.feed import ATOM, moment, written
from onrecord.search import Ask
from onrecord.store import HeldArticle, Mark

#: Items of one answer, where no number is named, and at most: with their texts, and their ids alone.
ITEMS, MOST_ITEMS, MOST_IDS = 20, 500, 10_000
#: Articles of a saved search, the newest.
MOST_FOUND = 1_000
_STATE = "user/-/state/com.google/"
_LABEL = "user/-/label/"
_ITEM = "tag:google.com,2005:reader/item/"
#: The scheme by which newsboat and others know a state in Atom.
_SCHEME = "http://www.google.com/reader/"
_API = "/api/greader"
_0 = f"{_API}/reader/api/0"


class GoogleReader:
    """The API."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard
        self._items = Items(shown, guard)
        self._streams = Streams(shown, guard.now)

    def routes(self) -> list[web.RouteDef]:
        """Return the API's addresses."""
        return [
            web.post(f"{_API}/accounts/ClientLogin", self.login),
            web.get(f"{_0}/token", self.token),
            web.get(f"{_0}/user-info", self.user),
            web.get(f"{_0}/subscription/list", self.subscriptions),
            web.get(f"{_0}/tag/list", self.tags),
            web.get(f"{_0}/unread-count", self.unread_count),
            web.get(f"{_0}/stream/items/ids", self.ids),
            web.get(f"{_0}/stream/items/contents", self.contents_of),
            web.post(f"{_0}/stream/items/contents", self.contents_of),
            web.get(f"{_0}/stream/contents", self.contents),
            web.get(f"{_0}/stream/contents/{{stream:.+}}", self.contents),
            web.get(f"{_API}/reader/atom/{{stream:.+}}", self.atom),
            web.post(f"{_0}/edit-tag", self.edit_tag),
            web.post(f"{_0}/mark-all-as-read", self.mark_all),
        ]

    # ---------------------------------------------------------------- who

    async def login(self, request: web.Request) -> web.Response:
        """Take a name and a token; the token is what the app sends from then on (ClientLogin)."""
        form = await request.post()
        name, secret = str(form.get("Email", "")), str(form.get("Passwd", ""))
        if self._guard.doors.token(secret, user=name, now=self._guard.now()) is None:
            return web.Response(status=403, text="Error=BadAuthentication\n")
        auth = f"{name}/{secret}"
        if form.get("output") == "json":
            return _json({"SID": auth, "LSID": "null", "Auth": auth})
        return web.Response(
            text=f"SID={auth}\nLSID=null\nAuth={auth}\n", headers={"Cache-Control": "no-store"}
        )

    async def token(self, request: web.Request) -> web.Response:
        """Give what an app sends along with a change; the token itself is what counts."""
        return web.Response(text=self._guard.doors.seal(f"greader {asker(request).user}")[:57])

    async def user(self, request: web.Request) -> web.Response:
        """Tell who asks."""
        name = asker(request).user
        return _json({"userId": name, "userName": name, "userProfileId": name, "userEmail": ""})

    # ---------------------------------------------------------------- what is followed

    async def subscriptions(self, request: web.Request) -> web.Response:
        """List the sources."""
        base = self._guard.base(request)
        labels = self._labels()
        rows = [
            {
                "id": f"feed/{name}",
                "title": self._shown.title(name),
                "categories": [{"id": f"{_LABEL}{one}", "label": one} for one in labels.get(name, ())],
                "url": f"{base}/feeds/source/{name}.atom",
                "htmlUrl": f"{base}/source/{name}",
                "iconUrl": "",
                "sortid": f"{place:08x}",
            }
            for place, name in enumerate(self._streams.sources())
        ]
        return _json({"subscriptions": rows})

    async def tags(self, _: web.Request) -> web.Response:
        """List the folders, and the states that items may have."""
        folders = sorted({label for labels in self._labels().values() for label in labels})
        rows: list[dict[str, str]] = [{"id": f"{_STATE}starred"}, {"id": f"{_STATE}broadcast"}]
        rows += [{"id": f"{_LABEL}{name}", "type": "folder"} for name in folders]
        rows += [
            {"id": f"{_LABEL}{name}", "type": "search"}
            for name in self._shown.searches()
            if name not in folders
        ]
        return _json({"tags": rows})

    async def unread_count(self, request: web.Request) -> web.Response:
        """Count what is unread: by source, by folder, in all."""
        labels = self._labels()
        rows: dict[str, tuple[int, datetime]] = {}
        for source, unread in self._streams.unread_counts(asker(request).user).items():
            streams = [f"feed/{source}", *(f"{_LABEL}{one}" for one in labels.get(source, ()))]
            for stream in (*streams, f"{_STATE}reading-list"):
                count, newest = rows.get(stream, (0, unread.newest))
                rows[stream] = (count + unread.count, max(newest, unread.newest))
        told = [
            {"id": stream, "count": count, "newestItemTimestampUsec": _microseconds(newest)}
            for stream, (count, newest) in rows.items()
        ]
        return _json({"max": 10_000, "unreadcounts": told})

    # ---------------------------------------------------------------- streams

    async def ids(self, request: web.Request) -> web.Response:
        """Give the ids of a stream's items."""
        page = await self._page(request, request.query.get("s", ""), most=MOST_IDS)
        refs = [
            {
                "id": str(number_of(held.id)),
                "directStreamIds": [f"feed/{held.source}"],
                "timestampUsec": _microseconds(held.first_captured_at),
            }
            for held in page.articles
        ]
        return _json({"itemRefs": refs, **_continued(page)})

    async def contents(self, request: web.Request) -> web.Response:
        """Give a stream's items, whole."""
        stream = unquote(request.match_info.get("stream", f"{_STATE}reading-list"))
        page = await self._page(request, stream, most=MOST_ITEMS)
        found = await self._whole(request, page.articles)
        head = {
            "id": stream,
            "title": stream,
            "direction": "ltr",
            "updated": int(self._guard.now().timestamp()),
        }
        return _json({**head, "items": found, **_continued(page)})

    async def contents_of(self, request: web.Request) -> web.Response:
        """Give the items that are named, whole."""
        named = await _named(request)
        if len(named) > MOST_ITEMS:
            raise UsageError(f"{len(named):,} items: {MOST_ITEMS} are given at once")
        found = await self._whole(request, self._known(named))
        return _json({"direction": "ltr", "id": f"{_STATE}reading-list", "items": found})

    async def atom(self, request: web.Request) -> web.Response:
        """Give a stream as Atom, the states as categories."""
        stream = unquote(request.match_info["stream"])
        page = await self._page(request, stream, most=MOST_ITEMS)
        marks = self._shown.marks_of(request, [held.id for held in page.articles])
        feed = ET.Element("feed", {"xmlns": ATOM})
        atom.add(feed, "id", f"tag:google.com,2005:reader/{stream}")
        atom.add(feed, "title", stream)
        atom.add(feed, "updated", moment(self._guard.now()))
        async for item in self._items.of(request, page.articles):
            one = atom.entry_element(entry(item), _long_id(item.held))
            for state in self._states(item.held, marks.get(item.held.id, Mark())):
                term = f"{_STATE}{state}"
                ET.SubElement(one, "category", {"term": term, "scheme": _SCHEME, "label": state})
            feed.append(one)
        return web.Response(body=written(feed), content_type="application/atom+xml", charset="utf-8")

    async def _page(self, request: web.Request, stream: str, *, most: int) -> Page:
        reader, wanted = asker(request).user, _wanted(request, most=most)
        kind, _, name = re.sub(r"^user/[^/]+/", "user/-/", stream).rpartition("/")
        if stream.startswith("feed/"):
            wanted = replace(wanted, sources=frozenset({stream.removeprefix("feed/")}))
        elif f"{kind}/" == _STATE and name in {"read", "kept-unread", "unread"}:
            wanted = replace(wanted, is_read=name == "read")
        elif f"{kind}/" == _STATE and name == "starred":
            return self._starred(reader, wanted)
        elif label := _label(stream):
            if (query := self._search(label)) is not None:
                return within(self._streams.fitting(reader, await self._find(query), wanted), wanted)
            wanted = replace(wanted, sources=self._under(label))
        elif f"{kind}/{name}" != f"{_STATE}reading-list":
            return Page([])
        if wanted.is_starred is True:
            return self._starred(reader, wanted)
        return self._streams.page(reader, wanted)

    def _starred(self, reader: str, wanted: Wanted) -> Page:
        return within(starred(self._streams, self._shown, reader), wanted)

    # ---------------------------------------------------------------- marks

    async def edit_tag(self, request: web.Request) -> web.Response:
        """Mark items: add (`a`) and remove (`r`) the states read and starred; other tags are passed over."""
        form = await request.post()
        ids = [held.id for held in self._known([str(one) for one in form.getall("i", [])])]
        reader, marks, now = asker(request).user, self._streams.marks, self._guard.now()
        for field, is_so in (("a", True), ("r", False)):
            for tag in form.getall(field, []):
                match re.sub(r"^user/[^/]+/state/com\.google/", "", str(tag)):
                    case "read":
                        marks.set_read(reader, ids, is_read=is_so, at=now)
                    case "kept-unread" if is_so:
                        marks.set_read(reader, ids, is_read=False, at=now)
                    case "starred":
                        marks.set_starred(reader, ids, is_starred=is_so, at=now)
        return web.Response(text="OK")

    async def mark_all(self, request: web.Request) -> web.Response:
        """Mark all of a stream (`s`) as read, up to a moment (`ts`, microseconds)."""
        form = await request.post()
        stream, given = str(form.get("s", "")), str(form.get("ts", ""))
        until = _from_seconds(int(given) // 1_000_000) if re.fullmatch(r"\d{1,17}", given) else None
        reader = asker(request).user
        query = self._search(_label(stream) or "")
        found = {held.id for held in await self._find(query)} if query is not None else None
        sources = self._sources_of(stream) if found is None else None
        ids = [
            held.id
            for held in self._streams.unread(reader)
            if (sources is None or held.source in sources)
            and (found is None or held.id in found)
            and (until is None or held.first_captured_at <= until)
        ]
        self._streams.marks.set_read(reader, ids, is_read=True, at=self._guard.now())
        return web.Response(text="OK")

    def _sources_of(self, stream: str) -> frozenset[str] | None:
        """Return the sources that a stream is of; None: all."""
        if stream.startswith("feed/"):
            return frozenset({stream.removeprefix("feed/")})
        if label := _label(stream):
            return self._under(label)
        if re.sub(r"^user/[^/]+/", "user/-/", stream) == f"{_STATE}reading-list":
            return None
        raise UsageError(f"{stream[:100]}: no stream of this name")

    # ---------------------------------------------------------------- parts

    def _labels(self) -> dict[str, tuple[str, ...]]:
        """Return the labels of each source: the folder that it is in."""
        return {name: (folder,) for name, folder in self._streams.folders().items()}

    def _under(self, label: str) -> frozenset[str]:
        return frozenset(name for name, labels in self._labels().items() if label in labels)

    def _search(self, label: str) -> str | None:
        """Return the saved search of a label's name; a folder of that name comes first."""
        return None if self._under(label) else self._shown.searches().get(label)

    async def _find(self, query: str) -> list[HeldArticle]:
        """Return the newest articles that fit a query."""
        node = searching.parse(query)
        await self._shown.follow()
        found = self._shown.index.search(
            Ask(node=node, limit=MOST_FOUND, by_date=True), now=self._guard.now()
        )
        return [one for hit in found.hits if (one := self._shown.archive.catalog.article(hit.id))]

    def _known(self, named: Iterable[str]) -> list[HeldArticle]:
        """Return the articles that an app names: by number, or by the long form with sixteen hexadecimal digits."""
        found = {}
        for name in named:
            short = name.rpartition("/")[2]
            numbers = [int(short)] if re.fullmatch(r"\d{1,19}", short) else []
            numbers += [int(short, 16)] if re.fullmatch(r"[0-9a-fA-F]{16}", short) else []
            held = (self._shown.archive.catalog.article(id_of(number)) for number in numbers)
            if (one := next(filter(None, held), None)) is not None:
                found[one.id] = one
        return list(found.values())

    async def _whole(self, request: web.Request, articles: Sequence[HeldArticle]) -> list[dict[str, Any]]:
        marks = self._shown.marks_of(request, [held.id for held in articles])
        labels = self._labels()
        return [
            self._item(item, marks.get(item.held.id, Mark()), labels, self._guard.base(request))
            async for item in self._items.of(request, articles)
        ]

    def _states(self, held: HeldArticle, mark: Mark) -> list[str]:
        is_read = mark.read_at is not None or held.first_captured_at < self._streams.unread_since()
        return ["reading-list", "read" if is_read else "fresh", *(["starred"] if mark.starred_at else [])]

    def _item(self, item: Item, mark: Mark, labels: dict[str, tuple[str, ...]], base: str) -> dict[str, Any]:
        held = item.held
        return {
            "id": _long_id(held),
            "crawlTimeMsec": str(int(held.first_captured_at.timestamp()) * 1000),
            "timestampUsec": _microseconds(held.first_captured_at),
            "published": int(item.published.timestamp()),
            "updated": int(held.captured_at.timestamp()),
            "title": item.title,
            "author": ", ".join(held.authors),
            "canonical": [{"href": held.url}],
            "alternate": [{"href": item.link, "type": "text/html"}],
            "summary": {"direction": direction(held.language), "content": item.html},
            "categories": [
                *(f"{_STATE}{state}" for state in self._states(held, mark)),
                *(f"{_LABEL}{label}" for label in labels.get(held.source, ())),
            ],
            "origin": {
                "streamId": f"feed/{held.source}",
                "title": item.source,
                "htmlUrl": f"{base}/source/{held.source}",
            },
        }


def _label(stream: str) -> str | None:
    """Return the name of the label that a stream is; None: it is another one."""
    return stream.split("/", 3)[3] if re.match(r"user/[^/]+/label/", stream) else None


def _wanted(request: web.Request, *, most: int) -> Wanted:
    """Return what an app asks of a stream: n, c, r, ot, nt, xt, it."""
    given = request.query
    excluded = [tag.rpartition("/")[2] for tag in given.getall("xt", [])]
    included = [tag.rpartition("/")[2] for tag in given.getall("it", [])]
    number = given.get("n", str(ITEMS))
    return Wanted(
        is_read=False if "read" in excluded else True if "read" in included else None,
        is_starred=False if "starred" in excluded else True if "starred" in included else None,
        since=_moment(given.get("ot")),
        until=_moment(given.get("nt")),
        oldest_first=given.get("r") == "o",
        limit=min(int(number), most) if re.fullmatch(r"[1-9]\d{0,6}", number) else ITEMS,
        cursor=given.get("c") or None,
    )


async def _named(request: web.Request) -> list[str]:
    named = request.query.getall("i", [])
    if request.method == "POST":
        named += [str(one) for one in (await request.post()).getall("i", [])]
    return named


def _moment(seconds: str | None) -> datetime | None:
    return _from_seconds(int(seconds)) if seconds and re.fullmatch(r"\d{1,11}", seconds) else None


def _from_seconds(seconds: int) -> datetime:
    # Some apps send what lies beyond the year 9999 as "everything".
    return datetime.fromtimestamp(min(seconds, 253_402_300_799), UTC)


def _microseconds(at: datetime) -> str:
    return str(int(at.timestamp()) * 1_000_000)


def _long_id(held: HeldArticle) -> str:
    return f"{_ITEM}{number_of(held.id):016x}"


def _continued(page: Page) -> dict[str, str]:
    return {"continuation": page.cursor} if page.cursor else {}


def _json(value: Any) -> web.Response:
    text = json.dumps(value, ensure_ascii=False)
    return web.Response(
        text=text, content_type="application/json", headers={"Cache-Control": "private, no-store"}
    )
