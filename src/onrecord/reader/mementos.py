"""Memento (RFC 7089): how an article stood at a time, by the address that its publisher gave it.

Each revision is a memento, as it was read; with "id_" behind its time it is the capture, as the server sent it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

from aiohttp import web

from onrecord.errors import ArticleNotHeldError, UsageError
from onrecord.fetch.coding import decode_content
from onrecord.model import KeptPicture, Picture
from onrecord.reader.access import Guard, shown_to
from onrecord.reader.shown import Shown
from onrecord.render import html
from onrecord.store import HeldArticle, HeldRevision

#: What a browser may do with what a stranger's server sent: nothing, and it is offered as a file.
_SANDBOX = "default-src 'none'; sandbox"


class Mementos:
    """The TimeGate, the TimeMaps and the mementos."""

    def __init__(self, shown: Shown, guard: Guard) -> None:
        self._shown = shown
        self._guard = guard

    def routes(self) -> list[web.RouteDef]:
        """Return Memento's addresses."""
        return [
            web.get("/memento/timegate/{url:.+}", self.timegate),
            web.get("/memento/timemap/{url:.+}", self.timemap),
            web.get("/memento/{time:[0-9]{14}}{raw:(?:id_)?}/{url:.+}", self.memento),
        ]

    async def timegate(self, request: web.Request) -> web.Response:
        """Lead to the memento of the time that is asked for (RFC 7089, 4.1, pattern 2.1)."""
        held = self._held(request, "timegate")
        revisions = self._shown.archive.catalog.revisions(held.id)
        chosen = _at(revisions, _asked(request))
        address = self._address(request, held, chosen)
        links = self._links(request, held, revisions, chosen)
        headers = {"Location": address, "Vary": "accept-datetime", "Link": links, "Cache-Control": "no-cache"}
        return web.Response(status=302, headers=headers)

    async def timemap(self, request: web.Request) -> web.Response:
        """List the mementos of an address (RFC 7089, 5), as RFC 6690 writes links."""
        held = self._held(request, "timemap")
        revisions = self._shown.archive.catalog.revisions(held.id)
        base = self._guard.base(request)
        span = f'; from="{_http(revisions[0].captured_at)}"; until="{_http(revisions[-1].captured_at)}"'
        lines = [
            _link(held.url, "original"),
            f'{_link(f"{base}/memento/timemap/{held.url}", "self")}; type="application/link-format"{span}',
            _link(f"{base}/memento/timegate/{held.url}", "timegate"),
            *(self._memento_link(request, held, revisions, one) for one in revisions),
        ]
        headers = {"Content-Type": "application/link-format", "Cache-Control": "no-cache"}
        return web.Response(text=",\n".join(lines) + "\n", headers=headers)

    async def memento(self, request: web.Request) -> web.Response:
        """Give a memento; one whose time is no memento's leads to the one that stood then."""
        time, raw = request.match_info["time"], request.match_info["raw"]
        held = self._held(request, f"{time}{raw}")
        revisions = self._shown.archive.catalog.revisions(held.id)
        chosen = _at(revisions, _stamped(time))
        if _stamp(chosen.captured_at) != time:
            address = self._address(request, held, chosen, raw=raw)
            return web.Response(status=302, headers={"Location": address, "Cache-Control": "no-cache"})
        answer = self._capture(request, chosen) if raw else self._reading(request, chosen)
        answer.headers["Memento-Datetime"] = _http(chosen.captured_at)
        answer.headers["Link"] = self._links(request, held, revisions, chosen)
        return answer

    # ---------------------------------------------------------------- parts

    def _held(self, request: web.Request, before: str) -> HeldArticle:
        """Return the article that is meant by what stands behind *before*, with its query, byte for byte."""
        raw = request.raw_path.partition(f"/memento/{before}/")[2]
        url = unquote(raw) if re.match(r"https?%3a", raw, re.IGNORECASE) else raw
        # Some clients and proxies make one slash of two.
        url = re.sub(r"^(https?):/+", r"\1://", url)
        held = self._shown.archive.catalog.find(url if "://" in url else f"https://{url}")
        if held is None:
            raise ArticleNotHeldError(url)
        return held

    def _reading(self, request: web.Request, chosen: HeldRevision) -> web.Response:
        document = shown_to(request, self._shown.archive.document_at(chosen.path))
        base = self._guard.base(request)

        def source(kept: KeptPicture | None, _: Picture) -> str:
            return self._guard.open_address(f"{base}/{kept.path}") if kept and kept.path else "data:,"

        page = html.article_html(document, picture_src=source)
        policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
        headers = {"Content-Security-Policy": policy, "Cache-Control": "private, no-cache"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    def _capture(self, request: web.Request, chosen: HeldRevision) -> web.Response:
        shown_to(request, self._shown.archive.document_at(chosen.path))
        if chosen.record is None:
            raise UsageError(
                "the capture that this revision was read from was pruned; the revision itself stands"
            )
        record = self._shown.archive.record(chosen.record)
        body = decode_content(record.payload, record.http_header("content-encoding")).body
        headers = {
            "Content-Type": record.http_header("content-type") or "application/octet-stream",
            "Content-Security-Policy": _SANDBOX,
            "Content-Disposition": "attachment",
            "Cache-Control": "private, no-cache",
        }
        return web.Response(body=body, headers=headers)

    def _address(self, request: web.Request, held: HeldArticle, one: HeldRevision, *, raw: str = "") -> str:
        return f"{self._guard.base(request)}/memento/{_stamp(one.captured_at)}{raw}/{held.url}"

    def _links(
        self,
        request: web.Request,
        held: HeldArticle,
        revisions: Sequence[HeldRevision],
        chosen: HeldRevision,
    ) -> str:
        """Return the links of a header: the original, its map and gate, and the mementos around the one given."""
        base, at = self._guard.base(request), revisions.index(chosen)
        around = {0, max(at - 1, 0), at, min(at + 1, len(revisions) - 1), len(revisions) - 1}
        return ", ".join(
            [
                _link(held.url, "original"),
                f'{_link(f"{base}/memento/timemap/{held.url}", "timemap")}; type="application/link-format"',
                _link(f"{base}/memento/timegate/{held.url}", "timegate"),
                *(self._memento_link(request, held, revisions, revisions[place]) for place in sorted(around)),
            ]
        )

    def _memento_link(
        self, request: web.Request, held: HeldArticle, revisions: Sequence[HeldRevision], one: HeldRevision
    ) -> str:
        words = [
            word for word, place in (("first", 0), ("last", len(revisions) - 1)) if revisions[place] == one
        ]
        rel = " ".join([*words, "memento"])
        return f'{_link(self._address(request, held, one), rel)}; datetime="{_http(one.captured_at)}"'


def _at(revisions: Sequence[HeldRevision], at: datetime | None) -> HeldRevision:
    """Return the revision that stood at a time: the last one captured by then, or the first of all."""
    if at is None:
        return revisions[-1]
    return next((one for one in reversed(revisions) if one.captured_at <= at), revisions[0])


def _asked(request: web.Request) -> datetime | None:
    given = request.headers.get("Accept-Datetime")
    if given is None:
        return None
    try:
        return parsedate_to_datetime(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"Accept-Datetime: {given[:100]}: write it as Fri, 17 May 2024 10:50:43 GMT"
        ) from None


def _stamped(time: str) -> datetime:
    try:
        return datetime.strptime(time, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{time}: this is no time; write it as 20240517105043") from None


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}"


def _http(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _link(address: str, rel: str) -> str:
    # RFC 8288, 3: what would end the address early is escaped.
    escaped = address.replace(">", "%3E").replace("<", "%3C").replace('"', "%22").replace(" ", "%20")
    return f'<{escaped}>; rel="{rel}"'
