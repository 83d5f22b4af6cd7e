"""Which page answers at which address."""

from __future__ import annotations

from importlib import resources

from aiohttp import web

from onrecord.reader.articles import Articles
from onrecord.reader.finding import Finding
from onrecord.reader.house import House
from onrecord.reader.lists import Lists
from onrecord.reader.shown import Shown

#: What pages are made with, and as what it is sent.
_STATIC = {"reader.css": "text/css"}


def pages(shown: Shown) -> list[web.RouteDef]:
    """Return the routes of every page, and of what pages are made with."""
    rooms = (Lists(shown), Finding(shown), Articles(shown), House(shown))
    return [
        *(route for room in rooms for route in room.routes()),
        *(web.get(f"/{name}", _static) for name in _STATIC),
        web.get("/favicon.ico", _no_icon),
    ]


async def _static(request: web.Request) -> web.Response:
    name = request.path.removeprefix("/")
    data = resources.files(__package__).joinpath("static", name).read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Type": f"{_STATIC[name]}; charset=utf-8"}
    return web.Response(body=data, headers=headers)


async def _no_icon(_: web.Request) -> web.Response:
    return web.Response(status=204)
