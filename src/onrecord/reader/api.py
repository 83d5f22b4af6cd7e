"""The interface for programs: what is held, found, changed and marked, as JSON. `openapi` describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from onrecord import changes
from onrecord import search as searching
from onrecord.archive.rows import article_row, moment, revision_row
from onrecord.changes import told
from onrecord.compare import compare
from onrecord.config import SourceConfig
from onrecord.dates import from_iso
from onrecord.doors import Scope
from onrecord.errors import ArticleNotHeldError, UsageError
from onrecord.model import Document
from onrecord.pipeline.report import utc_now
from onrecord.reader.access import Guard, asker, shown_to
from onrecord.reader.items import Items
from onrecord.reader.marking import LONGEST_NOTE
from onrecord.reader.openapi import described
from onrecord.reader.shown import Shown
from onrecord.render import comparison as comparisons
from onrecord.render import json_form
from onrecord.render import removal as removals
from onrecord.search import Ask
from onrecord.store import ChangeListing, HeldArticle, Listing, Mark, Marks

#: Rows of one answer, where the address names no number, and at most.
ROWS, MOST_ROWS = 50, 200
#: Rows that may be passed over: who wants more narrows down by `since` and `until`.
MOST_OFFSET = 1_000_000
#: How deep into a search is paged: each page ranks all before it.
MOST_FOUND = 10_000
FACETS = ("source", "month", "author", "lang")


class Api:
    """The JSON API, version 1."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard
        self._items = Items(shown, guard)

    def routes(self) -> list[web.RouteDef]:
        """Return the API's addresses."""
        return [
            web.get("/api/v1/openapi.json", self.description),
            web.get("/api/v1/me", self.me),
            web.get("/api/v1/sources", self.sources),
            web.get("/api/v1/articles", self.articles),
            web.get("/api/v1/articles/{id}", self.article),
            web.get("/api/v1/articles/{id}/revisions/{number}", self.revision),
            web.get("/api/v1/articles/{id}/comparison", self.comparison),
            web.get("/api/v1/search", self.search),
            web.get("/api/v1/changes", self.changes),
            web.get("/api/v1/marks", self.marks),
            web.put("/api/v1/articles/{id}/marks", self.set_marks),
        ]

    async def description(self, request: web.Request) -> web.Response:
        """Describe the API."""
        return _json(described(self._guard.base(request)))

    async def me(self, request: web.Request) -> web.Response:
        """Tell who asks, and what they may do."""
        who = asker(request)
        return _json({"user": who.user, "role": who.role.value, "scopes": sorted(who.scopes)})

    async def sources(self, _: web.Request) -> web.Response:
        """List the sources, with what is held of each."""
        counts = self._shown.archive.catalog.counts()
        configured: dict[str, SourceConfig] = {one.id: one for one in self._shown.config().sources}
        rows = []
        for name in sorted({*counts, *configured}):
            one, row = configured.get(name), self._shown.archive.state.source(name)
            rows.append(
                {
                    "id": name,
                    "title": self._shown.title(name),
                    "home": one.home if one else None,
                    "language": one.language if one else None,
                    "folder": list(one.folder) if one else [],
                    "is_followed": one is not None and not one.paused,
                    "counts": counts.get(name, {}),
                    "checked_at": moment(row.checked_at) if row else None,
                    "failures": row.failures if row else 0,
                    "reason": row.reason if row else None,
                }
            )
        return _json({"sources": rows})

    async def articles(self, request: web.Request) -> web.Response:
        """List articles."""
        limit, offset = (
            _number(request, "limit", ROWS, MOST_ROWS),
            _number(request, "offset", 0, MOST_OFFSET, least=0),
        )
        listing = Listing(
            source=request.query.get("source"),
            author=request.query.get("author"),
            language=request.query.get("language"),
            since=_time(request, "since"),
            until=_time(request, "until"),
            kept_since=_time(request, "kept_since"),
            kept_until=_time(request, "kept_until"),
            removed=_flag(request, "removed"),
            changed=_flag(request, "changed"),
            by_keeping=request.query.get("order") == "kept",
            limit=limit,
            offset=offset,
        )
        catalog = self._shown.archive.catalog
        held = list(catalog.articles(listing))
        return _json(
            {"total": catalog.count(listing), "offset": offset, "articles": self._rows(request, held)}
        )

    async def article(self, request: web.Request) -> web.Response:
        """Give an article, whole."""
        held = self._shown.held(request)
        document = shown_to(request, self._shown.archive.document(held))
        return _json(self._whole(request, held, document))

    async def revision(self, request: web.Request) -> web.Response:
        """Give a revision of an article, whole."""
        held = self._shown.held(request)
        document = shown_to(request, self._document(held, request.match_info["number"]))
        return _json(self._whole(request, held, document))

    async def comparison(self, request: web.Request) -> web.Response:
        """Tell what changed between two revisions."""
        held = self._shown.held(request)
        last = request.query.get("to", str(held.revision))
        first = request.query.get("from", str(max(held.revision - 1, 1)))
        one, other = (shown_to(request, self._document(held, number)) for number in (first, last))
        found = comparisons.to_json(compare(one.revision.article, other.revision.article))
        return _json({"id": held.id, "from": one.revision.number, "to": other.revision.number, **found})

    async def search(self, request: web.Request) -> web.Response:
        """Search."""
        limit, offset = (
            _number(request, "limit", ROWS, MOST_ROWS),
            _number(request, "offset", 0, MOST_FOUND, least=0),
        )
        node = searching.parse(request.query.get("q", ""))
        await self._shown.follow()
        ask = Ask(
            node=node,
            limit=limit,
            offset=offset,
            by_date=request.query.get("order") == "date",
            with_revisions=_flag(request, "revisions"),
            facets=FACETS if _flag(request, "facets") else (),
        )
        found = self._shown.index.search(ask, now=utc_now())
        held = [(hit, one) for hit in found.hits if (one := self._shown.archive.catalog.article(hit.id))]
        rows = self._rows(request, [one for _, one in held])
        matches = [
            {**row, "score": hit.score, "matched_revision": hit.revision}
            for row, (hit, _) in zip(rows, held, strict=True)
        ]
        facets = {
            name: [{"value": value, "count": count} for value, count in counts]
            for name, counts in found.facets.items()
        }
        return _json({"total": found.total, "offset": offset, "articles": matches, "facets": facets})

    async def changes(self, request: web.Request) -> web.Response:
        """Tell what publishers changed and took away, the newest first."""
        kinds = tuple(filter(None, request.query.get("kind", "").split(",")))
        listing = ChangeListing(
            source=request.query.get("source"),
            since=_time(request, "since"),
            before=_number(request, "before", 0, 10**12, least=0) or None,
            kinds=kinds,
            limit=_number(request, "limit", ROWS, MOST_ROWS),
        )
        archive, who = self._shown.archive, asker(request)
        rows = [
            changes.to_json(archive, one)
            for one in told(archive, listing)
            if one.document is None or who.may_see(one.document)
        ]
        return _json({"changes": rows})

    async def marks(self, request: web.Request) -> web.Response:
        """List what the user starred and noted."""
        reader, marks = asker(request).user, self._marks()
        notes = [{"id": one.id, "note": one.text, "at": moment(one.at)} for one in marks.notes(reader)]
        return _json({"starred": marks.starred_ids(reader), "notes": notes})

    async def set_marks(self, request: web.Request) -> web.Response:
        """Mark an article: `read`, `starred`, `note`; what is not named stays as it is."""
        held = self._shown.held(request)
        given = await _object(request)
        wrong = [
            name
            for name, value in given.items()
            if name not in {"read", "starred", "note"}
            or not isinstance(value, str if name == "note" else bool)
        ]
        if wrong or len(given.get("note", "")) > LONGEST_NOTE:
            what = f"true or false for read and starred, text of {LONGEST_NOTE:,} characters at most for note"
            raise UsageError(f"{', '.join(wrong) or 'note'}: {what}, and nothing else")
        reader, marks, now = asker(request).user, self._marks(), utc_now()
        if "read" in given:
            marks.set_read(reader, [held.id], is_read=given["read"], at=now)
        if "starred" in given:
            marks.set_starred(reader, [held.id], is_starred=given["starred"], at=now)
        if "note" in given:
            marks.set_note(reader, held.id, given["note"], at=now)
        return _json(self._marked(request, [held])[0])

    # ---------------------------------------------------------------- parts

    def _marks(self) -> Marks:
        if self._shown.marks is None:
            raise UsageError("this archive lies where nothing can be written, so nothing can be marked")
        return self._shown.marks

    def _rows(self, request: web.Request, held: list[HeldArticle]) -> list[dict[str, Any]]:
        marked = self._marked(request, held)
        return [
            {**article_row(self._shown.archive, one), **({"marks": mark} if mark else {})}
            for one, mark in zip(held, marked, strict=True)
        ]

    def _marked(self, request: web.Request, held: list[HeldArticle]) -> list[dict[str, Any]]:
        if not asker(request).may(Scope.MARK):
            return [{} for _ in held]
        marks = self._shown.marks_of(request, [one.id for one in held])
        found = [marks.get(one.id, Mark()) for one in held]
        return [{"read_at": moment(mark.read_at), "starred_at": moment(mark.starred_at)} for mark in found]

    def _document(self, held: HeldArticle, number: str) -> Document:
        for one in self._shown.archive.catalog.revisions(held.id):
            if str(one.number) == number:
                return self._shown.archive.document_at(one.path)
        raise ArticleNotHeldError(f"{held.id}, revision {number}")

    def _whole(self, request: web.Request, held: HeldArticle, document: Document) -> dict[str, Any]:
        catalog = self._shown.archive.catalog
        removal = catalog.removal(held.id)
        return {
            **self._rows(request, [held])[0],
            "document": json_form.to_json(document),
            "html": self._items.text(request, document),
            "revisions": [revision_row(one) for one in catalog.revisions(held.id)],
            "removal_evidence": removals.to_json(removal) if removal else None,
        }


async def _object(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        UsageError: It is none.
    """
    try:
        given = json.loads(await request.text())
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise UsageError("this takes a JSON object")
    return given


def _json(value: Any) -> web.Response:
    text = json.dumps(value, ensure_ascii=False)
    return web.Response(
        text=text, content_type="application/json", headers={"Cache-Control": "private, no-cache"}
    )


def _number(request: web.Request, name: str, usual: int, most: int, *, least: int = 1) -> int:
    given = request.query.get(name, str(usual))
    if not re.fullmatch(r"[0-9]{1,13}", given) or not least <= int(given) <= most:
        raise UsageError(f"{name}={given}: a whole number from {least:,} to {most:,}")
    return int(given)


def _flag(request: web.Request, name: str) -> bool:
    given = request.query.get(name, "false")
    if given not in {"true", "false"}:
        raise UsageError(f"{name}={given}: true or false")
    return given == "true"


def _time(request: web.Request, name: str) -> datetime | None:
    given = request.query.get(name)
    claimed = from_iso(given) if given else None
    if given and claimed is None:
        raise UsageError(f"{name}={given}: this is no date; write it as 2024-05-17, or 2024-05-17T10:50:00Z")
    return claimed.at if claimed else None
