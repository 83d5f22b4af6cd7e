"""Captures: what a server sent, shown in a sandbox on an origin of its own.

A capture is a stranger's page. It is shown without its scripts, in a document that belongs to no origin (CSP
`sandbox`), that may load nothing but the pictures that are kept of the article, and from another origin than the
reader's: whatever were left in it could reach neither the reader's pages nor its cookies.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from onrecord.archive import Archive
from onrecord.errors import ArticleNotHeldError, FormatError
from onrecord.fetch import decoded_body
from onrecord.markup import decode
from onrecord.model import Document, RecordRef
from onrecord.pictures import unproxy
from onrecord.reader.access import shown_to
from onrecord.reader.origins import Origins
from onrecord.reader.pictures import PICTURE, picture_response
from onrecord.reader.shown import Shown
from onrecord.sanitize import safe_page
from onrecord.store import ChangeListing, HeldArticle
from onrecord.urls import resolve
from onrecord.warc import StoredRecord

#: What a capture may do: be seen.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none';"
    " sandbox; frame-ancestors {reader}"
)
_RECORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Of a capture's own text, in characters.
_MOST_SHOWN = 4_000_000
#: Where pages put a picture's address, those that show it when a reader comes near included.
_SOURCES = ("src", "data-src", "data-original", "data-lazy-src")
_MOST_SOURCES = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture of an article."""

    record: str  #: the UUID of its WARC-Record-ID
    ref: RecordRef
    told: str  #: "revision 2", "the server answered 404"
    document: Document | None = None  #: that was read from it

    @property
    def record_id(self) -> str:
        """Its WARC-Record-ID."""
        return f"<urn:uuid:{self.record}>"


class Captures:
    """The reader's pages about captures."""

    def __init__(self, shown: Shown, origins: Origins) -> None:
        self._shown = shown
        self._origins = origins

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [
            web.get("/article/{id}/captures", self.capture),
            web.get("/article/{id}/captures/{record}", self.capture),
        ]

    async def capture(self, request: web.Request) -> web.Response:
        """Show an article's captures, and one of them in a frame."""
        held = self._shown.held(request)
        shown_to(request, self._shown.archive.document(held))
        kept = captures_of(self._shown.archive, held)
        wanted = request.match_info.get("record", kept[-1].record if kept else None)
        chosen = next((one for one in kept if one.record == wanted), None)
        if chosen is None and "record" in request.match_info:
            raise ArticleNotHeldError(f"{held.id}, capture {wanted}")
        return self._shown.page(
            request,
            "capture.html",
            title=f"{held.headline} · Capture",
            held=held,
            kept=kept,
            chosen=chosen,
            record=self._shown.archive.record(chosen.ref) if chosen else None,
            framed=self._origins.address(held.id, chosen.record) if chosen else None,
        )


def captures_of(archive: Archive, held: HeldArticle) -> list[Kept]:
    """Return the captures of an article, in their order: what its revisions were read from, and looks in vain."""
    return [*_of_revisions(archive, held), *_of_removal(archive, held)]


def _of_revisions(archive: Archive, held: HeldArticle) -> Iterator[Kept]:
    for one in archive.catalog.revisions(held.id):
        if one.record is not None:  # else the feed gave it, or the capture was pruned
            document = archive.document_at(one.path)
            if record := _uuid(document.capture_record):
                yield Kept(record, one.record, f"revision {one.number}", document)


def _of_removal(archive: Archive, held: HeldArticle) -> Iterator[Kept]:
    for change in reversed(archive.catalog.changes(ChangeListing(id=held.id, kinds=("removed",)))):
        told = change.data.get("record") or {}
        if (record := _uuid(told.get("id"))) and "offset" in told:
            ref = RecordRef(told["path"], told["offset"], told["length"])
            yield Kept(record, ref, str(change.data.get("reason", "gone")))


def _uuid(record_id: str | None) -> str | None:
    found = _RECORD.search(record_id or "")
    return found[0] if found else None


class _Apart:
    """The captures' own origin."""

    def __init__(self, root: Path, origins: Origins) -> None:
        self._root = root
        self._origins = origins
        self._archive = Archive.open(root)

    async def close(self, _: web.Application) -> None:
        """Let go of the archive."""
        self._archive.close()

    def routes(self) -> list[web.RouteDef]:
        """Return the addresses that answer there."""
        one = "/{seal}/{id}/{record}"
        return [
            web.get(one, self.page),
            web.get(f"{one}/source", self.source),
            web.get(f"{one}/pictures/{{path:[0-9a-f/]+\\.[a-z0-9]+}}", self.picture),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Show what was captured: a page as a page, anything else as text."""
        kept = self._kept(request)
        record = self._archive.record(kept.ref)
        content_type = record.http_header("content-type")
        if "html" not in (content_type or "html"):
            return await self.source(request)
        body = decoded_body(record.exchange()).body
        pictures = _Pictures(kept, record, f"{request.path}/pictures/")
        text = await asyncio.to_thread(lambda: safe_page(decode(body, content_type).text, src=pictures.of))
        return web.Response(text=text, content_type="text/html", headers=self._headers())

    async def source(self, request: web.Request) -> web.Response:
        """Show the text of what was captured, as it was sent."""
        record = self._archive.record(self._kept(request).ref)
        text = decode(decoded_body(record.exchange()).body, record.http_header("content-type")).text
        return web.Response(text=text[:_MOST_SHOWN], content_type="text/plain", headers=self._headers())

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """Give a picture that the article has."""
        document, path = self._kept(request).document, request.match_info["path"]
        if document is None or all(one.path != f"pictures/{path}" for one in document.pictures.values()):
            raise web.HTTPNotFound
        answer = picture_response(self._root, path)
        # The page that shows it belongs to no origin, so it is none of the same one.
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    def _kept(self, request: web.Request) -> Kept:
        article_id, record = request.match_info["id"], request.match_info["record"]
        held = self._archive.catalog.article(article_id)
        if held is None or not self._origins.is_sealed(request.match_info["seal"], article_id, record):
            raise web.HTTPNotFound
        found = next((one for one in captures_of(self._archive, held) if one.record == record), None)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Security-Policy": POLICY.format(reader=self._origins.reader or "'none'"),
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            # A link in a page elsewhere is not looked up ahead.
            "X-DNS-Prefetch-Control": "off",
        }


class _Pictures:
    """Where a captured page's pictures are kept."""

    def __init__(self, kept: Kept, record: StoredRecord, prefix: str) -> None:
        pictures = kept.document.pictures.values() if kept.document else ()
        self._base = record.url or ""
        paths = {one.url: one.path for one in pictures if one.path and PICTURE.fullmatch(one.path[9:])}
        self._by_url = {url: prefix + path.removeprefix("pictures/") for url, path in paths.items()}
        # A proxy that scales pictures has the file's name in another address.
        self._by_name = {_name(url): place for url, place in self._by_url.items() if _name(url)}

    def of(self, attributes: Mapping[str, str]) -> str | None:
        """Return where the picture of an `img` is shown from; None: it is not kept."""
        claimed = [attributes[name] for name in _SOURCES if attributes.get(name)]
        # "a.jpg 1x, b.jpg 2x": the addresses of each size.
        claimed += [part.split()[0] for part in attributes.get("srcset", "").split(", ") if part.split()]
        urls = [url for src in claimed[:_MOST_SOURCES] if (url := resolve(src, self._base))]
        urls += [inner for url in urls if (inner := unproxy(url))]
        found = (self._by_url.get(url) or self._by_name.get(_name(url)) for url in urls)
        return next((place for place in found if place), None)


def _name(url: str) -> str:
    """Return the last part of an address's path, "" where it has none."""
    return url.partition("#")[0].partition("?")[0].rpartition("/")[2]


def make_captures_app(root: Path, origins: Origins) -> web.Application:
    """Return the application that shows captures, for an origin of its own.

    Raises:
        ArchiveError: There is no archive in *root*, or it can't be opened.
    """
    apart = _Apart(root, origins)
    app = web.Application(middlewares=[_told])
    app.add_routes(apart.routes())
    app.on_cleanup.append(apart.close)
    return app


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except FormatError as error:
        return web.Response(status=500, text=f"{error}\n", headers={"Content-Security-Policy": "sandbox"})
