"""What every form of ours has in common: it comes from a page of ours, and leads back to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

#: The most bytes that a form of ours brings: a note of some ten thousand characters.
MAX_FORM = 64 * 1024


def is_ours(request: web.Request) -> bool:
    """Was this sent by a page of ours? A browser says so; a program that says nothing is no page at all."""
    # https://www.w3.org/TR/fetch-metadata/; a browser that does not send it sends Origin with every post.
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    return site in {"same-origin", "none"} and origin in {None, f"{request.scheme}://{request.host}"}


def back_to(told: Mapping[str, Any]) -> web.Response:
    """Return the way back to the page that a form names; to today's, where it names none of ours."""
    place = str(told.get("back", ""))
    # "//host" and "/\host" lead elsewhere.
    is_own = place.startswith("/") and place[1:2] not in {"/", "\\"} and place.isprintable()
    return web.Response(status=303, headers={"Location": place if is_own else "/"})
