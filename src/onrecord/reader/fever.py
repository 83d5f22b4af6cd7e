"""The Fever API (feedafever.com/api, version 3), which many reading apps speak: groups, feeds, items, marks.

A client sends the MD5 of "name:token" as its key. Items are numbered in the order in which they came to be known, so
that "since" and "before" an item mean something; feeds and groups have a digest of their names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from onrecord.doors import Scope, Visitor
from onrecord.reader.access import Guard, acting_for
from onrecord.reader.items import Item, Items
from onrecord.reader.shown import Shown
from onrecord.reader.streams import Streams
from onrecord.store import HeldArticle, Mark

#: Items of one answer, as the protocol has it.
ITEMS = 50
VERSION = 3
#: What "recently read" may be taken back.
_RECENTLY = timedelta(minutes=15)
#: One picture for every feed: the protocol wants one. A transparent pixel.
_ICON = "image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


class Fever:
    """The API: one address, which answers what its query names."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard
        self._items = Items(shown, guard)
        self._streams = Streams(shown, guard.now)
        self._numbered = 0  #: the last ledger line whose articles have their numbers

    def routes(self) -> list[web.RouteDef]:
        """Return the API's addresses; some clients put a slash behind."""
        return [web.post(path, self.answer) for path in ("/api/fever", "/api/fever/")]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer all that is asked at once."""
        form = await request.post()
        visitor = self._guard.doors.fever(str(form.get("api_key", "")), now=self._guard.now())
        if visitor is None or not {Scope.READ, Scope.MARK} <= visitor.scopes:
            return _json({"api_version": VERSION, "auth": 0})
        acting_for(request, visitor)
        asked = {**form, **request.query}
        self._number()
        told: dict[str, Any] = {
            "api_version": VERSION,
            "auth": 1,
            "last_refreshed_on_time": int(self._refreshed().timestamp()),
        }
        if "mark" in asked:
            self._mark(visitor, asked)
        if asked.get("unread_recently_read") == "1":
            self._streams.marks.set_unread_since(visitor.name, self._guard.now() - _RECENTLY)
        for name, part in (
            ("groups", self._groups),
            ("feeds", self._feeds),
            ("favicons", lambda *_: {"favicons": [{"id": 1, "data": _ICON}]}),
            ("links", lambda *_: {"links": []}),
            ("unread_item_ids", self._unread),
            ("saved_item_ids", self._saved),
        ):
            if name in asked:
                told |= part(request, visitor)
        if "items" in asked:
            told |= await self._whole(request, visitor, asked)
        return _json(told)

    # ---------------------------------------------------------------- what is followed

    def _groups(self, *_: object) -> dict[str, Any]:
        rows = [{"id": number_for(name), "title": name} for name in sorted(self._by_group())]
        return {"groups": rows, **self._feeds_groups()}

    def _feeds(self, request: web.Request, _: Visitor) -> dict[str, Any]:
        base, state = self._guard.base(request), self._shown.archive.state
        rows = []
        for name in self._streams.sources():
            row = state.source(name)
            checked = row.checked_at if row else None
            rows.append(
                {
                    "id": number_for(name),
                    "favicon_id": 1,
                    "title": self._shown.title(name),
                    "url": f"{base}/feeds/source/{name}.atom",
                    "site_url": f"{base}/source/{name}",
                    "is_spark": 0,
                    "last_updated_on_time": int(checked.timestamp()) if checked else 0,
                }
            )
        return {"feeds": rows, **self._feeds_groups()}

    def _feeds_groups(self) -> dict[str, Any]:
        rows = [
            {"group_id": number_for(name), "feed_ids": ",".join(str(number_for(one)) for one in sources)}
            for name, sources in sorted(self._by_group().items())
        ]
        return {"feeds_groups": rows}

    def _by_group(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, folder in self._streams.folders().items():
            found.setdefault(folder, []).append(name)
        return found

    # ---------------------------------------------------------------- items

    def _unread(self, _: web.Request, visitor: Visitor) -> dict[str, Any]:
        return {"unread_item_ids": self._joined(held.id for held in self._streams.unread(visitor.name))}

    def _saved(self, _: web.Request, visitor: Visitor) -> dict[str, Any]:
        return {"saved_item_ids": self._joined(self._streams.marks.starred_ids(visitor.name))}

    def _joined(self, ids: Iterable[str]) -> str:
        return ",".join(map(str, sorted(self._streams.marks.numbers(ids).values())))

    async def _whole(
        self, request: web.Request, visitor: Visitor, asked: Mapping[str, Any]
    ) -> dict[str, Any]:
        marks = self._streams.marks
        if "with_ids" in asked:
            numbers = [int(one) for one in str(asked["with_ids"]).split(",") if _is_number(one)][:ITEMS]
            chosen = marks.with_numbers(numbers)
        elif _is_number(asked.get("max_id")):
            chosen = marks.numbered(before=int(asked["max_id"]), limit=ITEMS)
        else:
            since = int(asked["since_id"]) if _is_number(asked.get("since_id")) else 0
            chosen = marks.numbered(after=since, limit=ITEMS)
        articles = [(number, self._shown.archive.catalog.article(one)) for number, one in chosen]
        held = {one.id: (number, one) for number, one in articles if one is not None}
        known = marks.marks(visitor.name, held)
        found = [
            self._item(held[item.held.id][0], item, known.get(item.held.id, Mark()))
            async for item in self._items.of(request, [one for _, one in held.values()])
        ]
        return {"items": found, "total_items": self._shown.archive.catalog.size()}

    def _item(self, number: int, item: Item, mark: Mark) -> dict[str, Any]:
        held = item.held
        is_read = mark.read_at is not None or held.first_captured_at < self._streams.unread_since()
        return {
            "id": number,
            "feed_id": number_for(held.source),
            "title": item.title,
            "author": ", ".join(held.authors),
            "html": item.html,
            "url": item.link,
            "is_saved": int(mark.starred_at is not None),
            "is_read": int(is_read),
            "created_on_time": int(item.published.timestamp()),
        }

    def _number(self) -> None:
        """Give each article that has come since a number."""
        touched = self._shown.archive.catalog.touched_after(self._numbered)
        if touched:
            self._streams.marks.give_numbers([article_id for _, article_id in touched])
            self._numbered = touched[-1][0]

    def _refreshed(self) -> datetime:
        last = self._shown.archive.state.last_round()
        return (last[1] or last[0]) if last else datetime.fromtimestamp(0, UTC)

    # ---------------------------------------------------------------- marks

    def _mark(self, visitor: Visitor, asked: Mapping[str, Any]) -> None:
        """Do what `mark`, `as`, `id` and `before` say; what makes no sense changes nothing, as the protocol has it."""
        what, way, given = str(asked["mark"]), str(asked.get("as")), str(asked.get("id", ""))
        marks, now = self._streams.marks, self._guard.now()
        if what == "item" and _is_number(given):
            ids = [one for _, one in marks.with_numbers([int(given)])]
            if way in {"read", "unread"}:
                marks.set_read(visitor.name, ids, is_read=way == "read", at=now)
            elif way in {"saved", "unsaved"}:
                marks.set_starred(visitor.name, ids, is_starred=way == "saved", at=now)
        elif what in {"feed", "group"} and way == "read" and re.fullmatch(r"-?\d{1,10}", given):
            before = str(asked.get("before", ""))
            until = datetime.fromtimestamp(int(before), UTC) if re.fullmatch(r"\d{1,11}", before) else now
            fits = self._chosen(what, int(given))
            ids = [held.id for held in self._streams.unread(visitor.name) if fits(held, until)]
            marks.set_read(visitor.name, ids, is_read=True, at=now)

    def _chosen(self, what: str, number: int) -> Callable[[HeldArticle, datetime], bool]:
        """Return what tells whether an article is of a feed, a group, or (group 0) of any."""
        if what == "feed":
            sources = {name for name in self._streams.sources() if number_for(name) == number}
        else:
            groups = self._by_group().items()
            sources = {one for name, of in groups if number_for(name) == number for one in of}

        def fits(held: HeldArticle, until: datetime) -> bool:
            is_of = (what == "group" and number == 0) or held.source in sources
            return is_of and held.first_captured_at <= until

        return fits


def number_for(name: str) -> int:
    """Return the number of a feed or a group: 31 bits of its name's digest, never 0."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1 or 1


def _is_number(value: object) -> bool:
    return re.fullmatch(r"\d{1,15}", str(value)) is not None


def _json(value: Any) -> web.Response:
    text = json.dumps(value, ensure_ascii=False)
    return web.Response(
        text=text, content_type="application/json", headers={"Cache-Control": "private, no-store"}
    )
