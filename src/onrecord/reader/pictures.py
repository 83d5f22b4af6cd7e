"""Kept pictures: given to a browser, and set in an article."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from onrecord.model import Document, Picture
from onrecord.render import html

#: Where a picture stands in `pictures/`, and an enclosure in `enclosures/`.
PICTURE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]+")


def picture_response(root: Path, path: str) -> web.FileResponse:
    """Return the answer that gives a kept picture.

    Raises:
        web.HTTPNotFound: There is none of this name.
    """
    place = _kept(root / "pictures", path)
    kind = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
    headers = {
        "Content-Type": kind if kind.startswith("image/") else "application/octet-stream",
        # Named by its digest, it never becomes another one.
        "Cache-Control": "private, max-age=31536000, immutable",
        # A drawing (SVG) that is opened by itself stays a drawing.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return web.FileResponse(place, headers=headers)


def enclosure_response(root: Path, path: str) -> web.FileResponse:
    """Return the answer that gives a kept enclosure.

    Raises:
        web.HTTPNotFound: There is none of this name.
    """
    place = _kept(root / "enclosures", path)
    headers = {
        "Content-Type": mimetypes.guess_type(place.name)[0] or "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{place.name}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.FileResponse(place, headers=headers)


def _kept(folder: Path, path: str) -> Path:
    """Return the file, named by its digest, that is asked for."""
    place = folder / path
    if not PICTURE.fullmatch(path) or not place.is_file():
        raise web.HTTPNotFound
    return place


def figures(document: Document) -> html.FigureLines:
    """Return what writes a picture of *document* as it is kept, or says that it is missing, and why."""

    def figure(picture: Picture) -> list[str]:
        kept = document.pictures.get(picture.url)
        if kept is None or kept.path is None:
            why = f" ({kept.reason})" if kept and kept.reason else ""
            words = " ".join(filter(None, (picture.caption or picture.alt, picture.credit)))
            told = f"A picture stood here that was not kept{why}. {words}"
            return ['<figure class="missing">', f"<figcaption>{html.text(told)}</figcaption>", "</figure>"]
        sized = replace(
            picture,
            width=kept.width or picture.width,
            height=kept.height or picture.height,
            alt=picture.alt or "",
        )
        return html.figure_lines(sized, f"/{kept.path}", [("loading", "lazy")])

    return figure
