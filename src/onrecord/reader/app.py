"""The application: routes, and what holds for every answer."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.archive import Archive
from onrecord.config import ServeConfig
from onrecord.doors import Doors, place_of
from onrecord.errors import ArticleNotHeldError, OnRecordError, SearchSyntaxError, StorageError, UsageError
from onrecord.pipeline.report import utc_now
from onrecord.reader import routes
from onrecord.reader.access import FOR_PROGRAMS, LOOPBACK, Guard
from onrecord.reader.captures import make_captures_app
from onrecord.reader.entrance import Entrance
from onrecord.reader.origins import Origins
from onrecord.reader.posts import MAX_FORM
from onrecord.reader.shown import Shown

#: What a browser may do with a page of ours: show it, with pictures, style and script from here, and send its forms.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Other sites are told nothing. "no-referrer" would take the origin from our own forms as well.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def make_app(
    root: Path,
    origins: Origins | None = None,
    *,
    listening: str = "localhost",
    doors: Doors | None = None,
    settings: ServeConfig | None = None,
    now: Callable[[], datetime] = utc_now,
    seconds: Callable[[], float] = time.monotonic,
) -> web.Application:
    """Return the application that shows the archive in *root*; captures are shown where *origins* says.

    Args:
        root: The archive's folder.
        origins: Where the reader and its captures answer; None: captures are not shown.
        listening: The address that it will listen on.
        doors: Its users; None: those that `onrecord user` keeps.
        settings: Whom it answers; None: as onrecord.toml says.
        now: The time, UTC.
        seconds: Rising seconds, for the pace of logins.

    Raises:
        ArchiveError: There is none, or it can't be opened.
    """
    origins = origins or Origins()
    shown = Shown(root)
    origin = shown.archive.origin()
    doors = doors or Doors(place_of(origin, os.environ))
    guard = Guard(doors, settings or shown.config().serve, listening=listening, archive=origin, now=now)
    middlewares = [_with_headers(origins), *guard.middlewares(), _told(shown)]
    app = web.Application(client_max_size=MAX_FORM, middlewares=middlewares)
    app.add_routes(routes.pages(shown, origins))
    app.add_routes(Entrance(guard, shown.page, seconds=seconds).routes())
    app.add_routes(routes.for_programs(shown, guard))

    async def close(of: web.Application) -> None:
        doors.close()
        await shown.close(of)

    app.on_cleanup.append(close)
    return app


def serve(
    root: Path, *, host: str | None = None, port: int | None = None, ready: Callable[[str], None]
) -> None:
    """Show the archive in *root* until interrupted; *ready* is told the address.

    Host and port are those of `[serve]` where they are None.

    Raises:
        UsageError: *host* is not this machine alone, and nobody has a password.
        StorageError: The port is taken.
    """
    with Archive.open(root) as archive:
        settings, doors = archive.config.serve, Doors(place_of(archive.origin(), os.environ))
    host, port = host or settings.host, settings.port if port is None else port
    if host not in LOOPBACK and not doors.has_users():
        doors.close()
        what = "others could read here, and nobody has a password yet"
        raise UsageError(f"host {host}: {what}; make one first: onrecord user add NAME")
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(root, doors, settings, host, port, ready))


async def _serve(
    root: Path, doors: Doors, settings: ServeConfig, host: str, port: int, ready: Callable[[str], None]
) -> None:
    origins = Origins()
    runners = [
        web.AppRunner(app, access_log=None, handle_signals=False)
        for app in (
            make_app(root, origins, listening=host, doors=doors, settings=settings),
            make_captures_app(root, origins),
        )
    ]
    try:
        for runner in runners:
            await runner.setup()
        near = await _listen(runners[0], host, port)
        origins.reader = _origin(settings.address) or near
        try:
            near_captures = await _listen(runners[1], host, port + 1 if 0 < port < 65_535 else 0)
        except StorageError:  # any other will do: no person types it
            near_captures = await _listen(runners[1], host, 0)
        origins.captures = _origin(settings.captures) or (None if settings.address else near_captures)
        ready(f"{near}/")
        await asyncio.Event().wait()
    finally:
        for runner in runners:
            await runner.cleanup()


def _origin(address: str | None) -> str | None:
    parts = urlsplit(address or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


async def _listen(runner: web.AppRunner, host: str, port: int) -> str:
    """Listen, and return the origin that a browser knows this by.

    Raises:
        StorageError: The port is taken.
    """
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
    except OSError as error:
        what = f"can't be listened on ({error.strerror or error}); name another with --port"
        raise StorageError(f"port {port}", what) from error
    return f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"


@web.middleware
def _with_headers(origins: Origins) -> Middleware:
    """Return what gives each answer its headers."""

    @web.middleware
    async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
        framed = origins.captures or "'none'"
        headers = {"Content-Security-Policy": f"{POLICY}; frame-src {framed}", **_HEADERS}
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            error.headers.update(headers)
            raise
        for name, value in headers.items():
            answer.headers.setdefault(name, value)
        return answer

    return with_headers


def _told(shown: Shown) -> Middleware:
    """Return what tells of an error that a person can do something about: as a page, or to a program."""

    def say(request: web.Request, title: str, what: str, *, status: int) -> web.Response:
        if request.path.startswith("/api/"):
            # RFC 9457
            told = {"type": "about:blank", "title": title, "status": status, "detail": what}
            return web.json_response(told, status=status, content_type="application/problem+json")
        if request.path.startswith(FOR_PROGRAMS):
            return web.Response(text=f"{title}: {what}\n", status=status)
        return shown.problem(request, title, what, status=status)

    @web.middleware
    async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (ArticleNotHeldError, web.HTTPNotFound):
            return say(request, "Not held", "The archive holds nothing at this address.", status=404)
        except web.HTTPForbidden as error:
            return say(request, "Not for everybody", error.text or "", status=403)
        except SearchSyntaxError as error:
            return say(request, "This can’t be searched", str(error), status=400)
        except UsageError as error:
            return say(request, "Not understood", str(error), status=400)
        except OnRecordError as error:
            return say(request, "The archive says no", str(error), status=500)

    return told
