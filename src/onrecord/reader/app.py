"""The application: routes, and what holds for every answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.errors import ArticleNotHeldError, OnRecordError, SearchSyntaxError, StorageError, UsageError
from onrecord.reader import routes
from onrecord.reader.captures import make_captures_app
from onrecord.reader.origins import Origins
from onrecord.reader.posts import MAX_FORM, is_ours
from onrecord.reader.shown import Shown

#: What a browser may do with a page of ours: show it, with pictures, style and script from here, and send its forms.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Our own forms say where they come from; nobody else is told.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
#: A name that a page elsewhere has pointed at this machine is none of ours ("DNS rebinding").
_OWN_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?", re.IGNORECASE)
_LAST_PORT = 65_535
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def make_app(root: Path, origins: Origins | None = None) -> web.Application:
    """Return the application that shows the archive in *root*; captures are shown where *origins* says.

    Raises:
        ArchiveError: There is none, or it can't be opened.
    """
    origins = origins or Origins()
    shown = Shown(root)
    app = web.Application(
        client_max_size=MAX_FORM,
        middlewares=[_only_own_host, _with_headers(origins), _only_own_posts, _told(shown)],
    )
    app.add_routes(routes.pages(shown, origins))
    app.on_cleanup.append(shown.close)
    return app


def serve(root: Path, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Show the archive in *root* until interrupted; *ready* is told the address.

    Raises:
        UsageError: *host* is not this machine alone.
        StorageError: The port is taken.
    """
    if host not in LOOPBACK:
        what = "the reader has no password yet, so it answers this machine alone"
        raise UsageError(f"--host {host}: {what}; from another one use: ssh -L 8420:localhost:8420")
    with suppress(asyncio.CancelledError):
        asyncio.run(_serve(root, host, port, ready))


async def _serve(root: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    async with listening(root, host=host, port=port) as origins:
        ready(f"{origins.reader}/")
        await asyncio.Event().wait()


@asynccontextmanager
async def listening(root: Path, *, host: str, port: int) -> AsyncIterator[Origins]:
    """Show the archive in *root* meanwhile; give the origins at which it and its captures answer.

    Raises:
        StorageError: The port is taken.
    """
    origins = Origins()
    runners = [
        web.AppRunner(app, access_log=None, handle_signals=False)
        for app in (make_app(root, origins), make_captures_app(root, origins))
    ]
    try:
        for runner in runners:
            await runner.setup()
        origins.reader = await _listen(runners[0], host, port)
        try:
            origins.captures = await _listen(runners[1], host, port + 1 if 0 < port < _LAST_PORT else 0)
        except StorageError:  # any other will do: no person types it
            origins.captures = await _listen(runners[1], host, 0)
        yield origins
    finally:
        for runner in runners:
            await runner.cleanup()


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
    return f"http://{'[::1]' if host == '::1' else host}:{runner.addresses[0][1]}"


@web.middleware
async def _only_own_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _OWN_HOST.fullmatch(request.headers.get("Host", "")):
        return web.Response(status=421, text="This reader answers at localhost alone.\n")
    return await handler(request)


@web.middleware
async def _only_own_posts(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method not in {"GET", "HEAD"} and not is_ours(request):
        return web.Response(status=403, text="This was not sent by a page of this reader.\n")
    return await handler(request)


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
    """Return what makes a page of an error that a person can do something about."""

    @web.middleware
    async def told(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (ArticleNotHeldError, web.HTTPNotFound):
            return shown.problem(
                request, "Not held", "The archive holds nothing at this address.", status=404
            )
        except SearchSyntaxError as error:
            return shown.problem(request, "This can’t be searched", str(error), status=400)
        except UsageError as error:
            return shown.problem(request, "Not understood", str(error), status=400)
        except OnRecordError as error:
            return shown.problem(request, "The archive says no", str(error), status=500)

    return told
