"""The application: routes, and what holds for every answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.errors import ArticleNotHeldError, OnRecordError, SearchSyntaxError, StorageError, UsageError
from onrecord.reader import routes
from onrecord.reader.shown import Shown

#: No page of ours takes a body; a search stands in the address.
MAX_BODY = 16 * 1024
#: What a browser may do with a page of ours: show it, with pictures and style from here, and search.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
#: A name that a page elsewhere has pointed at this machine is none of ours ("DNS rebinding").
_OWN_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?", re.IGNORECASE)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def make_app(root: Path) -> web.Application:
    """Return the application that shows the archive in *root*.

    Raises:
        ArchiveError: There is none, or it can't be opened.
    """
    shown = Shown(root)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_only_own_host, _with_headers, _told(shown)])
    app.add_routes(routes.pages(shown))
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
    runner = web.AppRunner(make_app(root), access_log=None, handle_signals=False)
    await runner.setup()
    try:
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
        except OSError as error:
            what = f"can't be listened on ({error.strerror or error}); name another with --port"
            raise StorageError(f"port {port}", what) from error
        taken = runner.addresses[0][1]
        ready(f"http://{'[::1]' if host == '::1' else host}:{taken}/")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


@web.middleware
async def _only_own_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _OWN_HOST.fullmatch(request.headers.get("Host", "")):
        return web.Response(status=421, text="This reader answers at localhost alone.\n")
    return await handler(request)


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
        except SearchSyntaxError as error:
            return shown.problem(request, "This can’t be searched", str(error), status=400)
        except UsageError as error:
            return shown.problem(request, "Not understood", str(error), status=400)
        except OnRecordError as error:
            return shown.problem(request, "The archive says no", str(error), status=500)

    return told
