"""The pages of an article: a revision, what changed between two, its pictures."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from markupsafe import Markup

from onrecord.compare import compare
from onrecord.doors import Scope
from onrecord.errors import ArticleNotHeldError
from onrecord.model import Access, Block, Document
from onrecord.pipeline.report import utc_now
from onrecord.reader.access import asker, came_from_here, shown_to
from onrecord.reader.captures import captures_of
from onrecord.reader.chinese import Wording
from onrecord.reader.looks import look_of
from onrecord.reader.marking import LONGEST_NOTE
from onrecord.reader.pictures import enclosure_response, figures, picture_response
from onrecord.reader.shown import Shown, reader_of
from onrecord.render import comparison as rendering
from onrecord.render import html
from onrecord.render import removal as removals
from onrecord.sanitize import safe
from onrecord.store import HeldArticle, Mark
from onrecord.text import printed_time

_ACCESS = {
    Access.PART: "Its publisher showed a part of it alone; the rest is behind a paywall.",
    Access.NONE: "Its publisher showed none of it; the rest is behind a paywall.",
}


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
        document = shown_to(request, self._shown.archive.document_at(chosen.path))
        self._note_read(request, held)
        reader, marks = reader_of(request), self._shown.marks
        removal = catalog.removal(held.id)
        article = document.revision.article
        worded = Wording(look_of(request).script).article(article)
        translations = [(one, catalog.find(one.url)) for one in article.translations]
        return self._shown.page(
            request,
            "article.html",
            title=worded.headline,
            held=held,
            source=self._shown.title(held.source),
            article=worded,
            access_told=_ACCESS.get(article.access),
            blocks=block_parts(worded.blocks, document),
            revisions=revisions,
            chosen=chosen,
            removal=removals.rows(removal) if removal else [],
            published=printed_time(article.published_at) if article.published_at else None,
            modified=printed_time(article.modified_at) if article.modified_at else None,
            translations=translations,
            beside=catalog.translations(held.id),
            enclosures=[
                (
                    f"/{one.path}" if one.path else html.safe_link(one.url),
                    one.url,
                    ", ".join(html.enclosure_words(one)),
                )
                for one in document.enclosures
            ],
            captures={one.record_id: one.record for one in captures_of(self._shown.archive, held)},
            aliases=catalog.aliases(held.id),
            mark=self._shown.marks_of(request, [held.id]).get(held.id, Mark()),
            note=marks.note(reader, held.id) if marks else None,
            place=marks.place(reader, held.id) if marks else None,
            longest_note=LONGEST_NOTE,
        )

    def _note_read(self, request: web.Request, held: HeldArticle) -> None:
        """Mark an article as read when it is opened: by its reader, and not by what fetches ahead."""
        marks = self._shown.marks
        is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
        is_marked = request.query.get("stay") == "1"  # the way back from a form that said otherwise
        may = asker(request).may(Scope.MARK) and came_from_here(request)
        if marks and may and not (marks.is_sealed or is_ahead or is_marked):
            marks.set_read(reader_of(request), [held.id], is_read=True, at=utc_now())

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
            shown_to(request, archive.document_at(revisions[number].path)).revision.article
            for number in (first, last)
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
            body=Markup(safe(rendering.comparison_html(found))),  # noqa: S704  sanitized
        )

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """Give a kept picture."""
        return picture_response(self._shown.root, request.match_info["path"])

    async def enclosure(self, request: web.Request) -> web.StreamResponse:
        """Give a kept enclosure: to be saved or played by another program, never shown as a page of ours."""
        return enclosure_response(self._shown.root, request.match_info["path"])


def block_parts(blocks: Sequence[Block], document: Document) -> list[Markup]:
    """Return each block of an article as HTML that may be shown."""
    figure = figures(document)
    return [Markup(safe(html.fragment((block,), figure))) for block in blocks]  # noqa: S704  sanitized
