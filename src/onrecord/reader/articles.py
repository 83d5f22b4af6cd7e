"""The pages of an article: a revision, what changed between two, its pictures."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import replace
from pathlib import Path

from aiohttp import web
from markupsafe import Markup

from onrecord.compare import compare
from onrecord.errors import ArticleNotHeldError
from onrecord.model import Document, Picture
from onrecord.reader.shown import Shown
from onrecord.render import comparison as rendering
from onrecord.render import html
from onrecord.render import removal as removals
from onrecord.text import printed_time

_BY_DIGEST = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]+")


class Articles:
    """The pages of articles."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [
            web.get("/article/{id}", self.article),
            web.get("/article/{id}/changes", self.comparison),
            web.get("/pictures/{path:[0-9a-f/]+\\.[a-z0-9]+}", self.picture),
            web.get("/enclosures/{path:[0-9a-f/]+\\.[a-z0-9]+}", self.enclosure),
        ]

    async def article(self, request: web.Request) -> web.Response:
        """Show an article, or one of its revisions."""
        held = self._shown.held(request)
        catalog = self._shown.archive.catalog
        revisions = catalog.revisions(held.id)
        asked = request.query.get("revision", str(held.revision))
        chosen = next((one for one in revisions if str(one.number) == asked), None)
        if chosen is None:
            raise ArticleNotHeldError(f"{held.id}, revision {asked}")
        document = self._shown.archive.document_at(chosen.path)
        article = document.revision.article
        removal = catalog.removal(held.id)
        return self._shown.page(
            request,
            "article.html",
            title=article.headline,
            held=held,
            source=self._shown.title(held.source),
            article=article,
            document=document,
            body=Markup(html.fragment(article.blocks, figures(document))),  # noqa: S704  made of our own blocks, each text escaped
            revisions=revisions,
            chosen=chosen,
            removal=removals.rows(removal) if removal else [],
            published=printed_time(article.published_at) if article.published_at else None,
            modified=printed_time(article.modified_at) if article.modified_at else None,
            translations=[(one, catalog.find(one.url)) for one in article.translations],
            enclosures=[
                (
                    f"/{one.path}" if one.path else html.safe_link(one.url),
                    one.url,
                    ", ".join(html.enclosure_words(one)),
                )
                for one in document.enclosures
            ],
            aliases=catalog.aliases(held.id),
        )

    async def comparison(self, request: web.Request) -> web.Response:
        """Show what changed between two revisions, in place."""
        held = self._shown.held(request)
        archive = self._shown.archive
        revisions = {str(one.number): one for one in archive.catalog.revisions(held.id)}
        last = request.query.get("to", str(held.revision))
        first = request.query.get("from", str(max(held.revision - 1, 1)))
        if first not in revisions or last not in revisions:
            raise ArticleNotHeldError(f"{held.id}, revisions {first} and {last}")
        one, other = (
            archive.document_at(revisions[number].path).revision.article for number in (first, last)
        )
        found = compare(one, other)
        return self._shown.page(
            request,
            "changes.html",
            title=f"{other.headline} · What changed",
            held=held,
            article=other,
            revisions=list(revisions.values()),
            first=revisions[first],
            last=revisions[last],
            changes=found.changes,
            kinds=[
                rendering.name_of(kind) for kind in dict.fromkeys(change.kind for change in found.changes)
            ],
            body=Markup(rendering.comparison_html(found)),  # noqa: S704  each text in it is escaped
        )

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """Give a kept picture."""
        place = self._kept_file("pictures", request)
        kind = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
        headers = {
            "Content-Type": kind if kind.startswith("image/") else "application/octet-stream",
            # Named by its digest, it never becomes another one.
            "Cache-Control": "private, max-age=31536000, immutable",
            # A drawing (SVG) that is opened by itself stays a drawing.
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        }
        return web.FileResponse(place, headers=headers)

    async def enclosure(self, request: web.Request) -> web.StreamResponse:
        """Give a kept enclosure: to be saved or played by another program, never shown as a page of ours."""
        place = self._kept_file("enclosures", request)
        headers = {
            "Content-Type": mimetypes.guess_type(place.name)[0] or "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{place.name}"',
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        return web.FileResponse(place, headers=headers)

    def _kept_file(self, folder: str, request: web.Request) -> Path:
        """Return the file, named by its digest, that is asked for."""
        path = request.match_info["path"]
        place = self._shown.root / folder / path
        if not _BY_DIGEST.fullmatch(path) or not place.is_file():
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
