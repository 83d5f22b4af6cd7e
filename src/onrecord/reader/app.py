"""The application: routes, and what holds for every answer."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.archive import Archive
from onrecord.config import ServeConfig
from onrecord.doors import Doors, place_of
from onrecord.errors import ArticleNotHeldError, OnRecordError, SearchSyntaxError, StorageError, UsageError
from onrecord.pipeline.report import utc_now
from onrecord.reader import routes
from onrecord.reader.access import LOOPBACK, Guard
from onrecord.reader.entrance import Entrance
from onrecord.reader.posts import MAX_FORM
from onrecord.reader.shown import Shown

#: What a browser may do with a page of ours: show it, with pictures, style and script from here, and send its forms.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Other sites are told nothing. "no-referrer" would take the origin from our own forms as well.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def make_app(
    root: Path,
    *,
    listening: str = "localhost",
    doors: Doors | None = None,
    settings: ServeConfig | None = None,
    now: Callable[[], datetime] = utc_now,
    seconds: Callable[[], float] = time.monotonic,
) -> web.Application:
    """Return the application that shows the archive in *root*.

    Args:
        root: The archive's folder.
        listening: The address that it will listen on.
        doors: Its users; None: those that `onrecord user` keeps.
        settings: Whom it answers; None: as onrecord.toml says.
        now: The time, UTC.
        seconds: Rising seconds, for the pace of logins.

    Raises:
        ArchiveError: There is none, or it can't be opened.
    """
    shown = Shown(root)
    origin = shown.archive.origin()
    doors = doors or Doors(place_of(origin, os.environ))
    guard = Guard(doors, settings or shown.config().serve, listening=listening, archive=origin, now=now)
    middlewares = [_with_headers, *guard.middlewares(), _told(shown)]
    app = web.Application(client_max_size=MAX_FORM, middlewares=middlewares)
    app.add_routes(routes.pages(shown))
    app.add_routes(Entrance(guard, shown.page, seconds=seconds).routes())

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
        asyncio.run(_serve(make_app(root, listening=host, doors=doors), host, port, ready))


async def _serve(app: web.Application, host: str, port: int, ready: Callable[[str], None]) -> None:
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
        except OSError as error:
            what = f"can't be listened on ({error.strerror or error}); name another with --port"
            raise StorageError(f"port {port}", what) from error
        taken = runner.addresses[0][1]
        ready(f"http://{f'[{host}]' if ':' in host else host}:{taken}/")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


@web.middleware
async def _with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        answer = await handler(request)
    except web.HTTPException as error:
        error.headers.update(_HEADERS)
        raise
    for name, value in _HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _told(shown: Shown) -> Middleware:
    """Return what makes a page of an error that a person can do something about."""

    @web.middleware
    async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (ArticleNotHeldError, web.HTTPNotFound):
            return shown.problem(
                request, "Not held", "The archive holds nothing at this address.", status=404
            )
        except web.HTTPForbidden as error:
            return shown.problem(request, "Not for everybody", error.text or "", status=403)
        except SearchSyntaxError as error:
            return shown.problem(request, "This can’t be searched", str(error), status=400)
        except UsageError as error:
            return shown.problem(request, "Not understood", str(error), status=400)
        except OnRecordError as error:
            return shown.problem(request, "The archive says no", str(error), status=500)

    return told
