"""Which page answers at which address."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

from onrecord.reader import looks
from onrecord.reader.access import Guard
from onrecord.reader.api import Api
from onrecord.reader.articles import Articles
from onrecord.reader.beside import Beside
from onrecord.reader.books import Books
from onrecord.reader.captures import Captures
from onrecord.reader.finding import Finding
from onrecord.reader.house import House
from onrecord.reader.lists import Lists
from onrecord.reader.marking import Marking
from onrecord.reader.mementos import Mementos
from onrecord.reader.origins import Origins
from onrecord.reader.shown import Shown
from onrecord.reader.syndication import Syndication

#: What pages are made with, and as what it is sent.
_STATIC = {"reader.css": "text/css", "reader.js": "text/javascript"}


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
    )
    return [
        *(route for room in rooms for route in room.routes()),
        *looks.routes(),
        *(web.get(f"/{name}", _static) for name in _STATIC),
        web.get("/favicon.ico", _no_icon),
    ]


def for_programs(shown: Shown, guard: Guard) -> list[web.RouteDef]:
    """Return the routes of what other programs read."""
    rooms = (Syndication(shown, guard), Api(shown, guard), Books(shown, guard), Mementos(shown, guard))
    return [route for room in rooms for route in room.routes()]


async def _static(request: web.Request) -> web.Response:
    name = request.path.removeprefix("/")
    data = resources.files(__package__).joinpath("static", name).read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Type": f"{_STATIC[name]}; charset=utf-8"}
    return web.Response(body=data, headers=headers)


async def _no_icon(_: web.Request) -> web.Response:
    return web.Response(status=204)
