"""What every form of ours has in common: a limit, and a way back to a page of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

#: Bytes that a form may bring: a note of some ten thousand characters, or an app's ids of some thousands of articles.
MAX_FORM = 256 * 1024


def own_path(place: str) -> str:
    """Return a path of ours as it is; what a browser could take for another site leads to today's page instead."""
    is_own = place.startswith("/") and place[1:2] not in {"/", "\\"} and place.isprintable()
    return place if is_own else "/"


def back_to(told: Mapping[str, Any]) -> web.Response:
    """Return the way back to the page that a form names; to today's, where it names none of ours."""
    return web.Response(status=303, headers={"Location": own_path(str(told.get("back", "")))})
