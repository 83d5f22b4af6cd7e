"""Kept files: given to a browser, and pictures set in an article."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from onrecord.model import Document, Picture
from onrecord.render import html

#: Where a file that is named by its digest stands in its folder.
BY_DIGEST = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]+")


def kept_file(root: Path, folder: str, path: str) -> Path:
    """Return the file, named by its digest, that stands at *path* of a folder.

    Raises:
        web.HTTPNotFound: There is none of this name.
    """
    place = root / folder / path
    if not BY_DIGEST.fullmatch(path) or not place.is_file():
        raise web.HTTPNotFound
    return place


def picture_response(root: Path, path: str) -> web.FileResponse:
    """Return the answer that gives a kept picture.

    Raises:
        web.HTTPNotFound: There is none of this name.
    """
    place = kept_file(root, "pictures", path)
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
    place = kept_file(root, "enclosures", path)
    headers = {
        "Content-Type": mimetypes.guess_type(place.name)[0] or "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{place.name}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return web.FileResponse(place, headers=headers)


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
