"""Which page answers at which address."""

from __future__ import annotations

from functools import partial
from importlib import resources

from aiohttp import web

from onrecord.reader import looks
from onrecord.reader.access import Guard
from onrecord.reader.api import Api
from onrecord.reader.articles import Articles
from onrecord.reader.beside import Beside
from onrecord.reader.books import Books
from onrecord.reader.captures import Captures
from onrecord.reader.fever import Fever
from onrecord.reader.finding import Finding
from onrecord.reader.greader import GoogleReader
from onrecord.reader.health import HealthPages
from onrecord.reader.house import House
from onrecord.reader.lists import Lists
from onrecord.reader.marking import Marking
from onrecord.reader.mementos import Mementos
from onrecord.reader.origins import Origins
from onrecord.reader.shown import Shown
from onrecord.reader.syndication import Syndication

#: What pages are made with, and as what it is sent.
_STATIC = {
    "reader.css": "text/css; charset=utf-8",
    "reader.js": "text/javascript; charset=utf-8",
    "worker.js": "text/javascript; charset=utf-8",
    "manifest.webmanifest": "application/manifest+json",
    "icon.svg": "image/svg+xml",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
}


def pages(shown: Shown, origins: Origins) -> list[web.RouteDef]:
    """Return the routes of every page, and of what pages are made with."""
    rooms = (
        Lists(shown),
        Finding(shown),
        Articles(shown),
        Beside(shown),
        Captures(shown, origins),
        Marking(shown),
        House(shown),
        HealthPages(shown),
    )
    return [
        *(route for room in rooms for route in room.routes()),
        *looks.routes(),
        *(web.get(f"/{name}", _static) for name in _STATIC),
        web.get("/favicon.ico", _icon),
        web.get("/offline", partial(_offline, shown)),
    ]


def for_programs(shown: Shown, guard: Guard) -> list[web.RouteDef]:
    """Return the routes of what other programs read."""
    rooms = (
        Syndication(shown, guard),
        Api(shown, guard),
        Books(shown, guard),
        Mementos(shown, guard),
        GoogleReader(shown, guard),
        Fever(shown, guard),
    )
    return [route for room in rooms for route in room.routes()]


async def _static(request: web.Request) -> web.Response:
    name = request.path.removeprefix("/")
    data = resources.files(__package__).joinpath("static", name).read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Type": _STATIC[name]}
    return web.Response(body=data, headers=headers)


async def _icon(_: web.Request) -> web.Response:
    return web.Response(status=301, headers={"Location": "/icon.svg"})


async def _offline(shown: Shown, request: web.Request) -> web.Response:
    """Show what the worker puts in place of a page that it can't reach."""
    return shown.page(request, "offline.html", title="No connection")
