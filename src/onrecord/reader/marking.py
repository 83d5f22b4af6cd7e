"""What a reader marks: read, starred, a note, the place where they stopped; and the pages that list it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aiohttp import web

from onrecord.errors import UsageError
from onrecord.pipeline.report import utc_now
from onrecord.reader.posts import back_to
from onrecord.reader.shown import ON_A_PAGE, Shown, reader_of
from onrecord.store import HeldArticle, Listing, Marks, Place

#: Of a note, in characters.
LONGEST_NOTE = 10_000
#: How far back is looked for what was not read.
MOST_LOOKED_THROUGH = 5_000
#: Articles that one form marks at once.
MOST_AT_ONCE = 500
_A_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Stopped:
    """An article that was not read to its end."""

    held: HeldArticle
    place: Place


class Marking:
    """The forms that mark, and the pages of what is marked."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [
            web.get("/unread", self.unread),
            web.get("/starred", self.starred),
            web.post("/marks", self.mark_several),
            web.post("/article/{id}/mark", self.mark),
            web.post("/article/{id}/note", self.note),
            web.post("/article/{id}/place", self.place),
        ]

    async def unread(self, request: web.Request) -> web.Response:
        """Show what was not read yet, the newest first."""
        source = request.query.get("source")
        found: list[HeldArticle] = []
        for held in self._unread(reader_of(request), source):
            found.append(held)
            if len(found) > ON_A_PAGE:
                break
        rows = self._shown.rows(request, found[:ON_A_PAGE])
        return self._shown.page(
            request,
            "unread.html",
            title="Unread",
            source=source,
            source_title=self._shown.title(source) if source else None,
            rows=rows,
            has_more=len(found) > ON_A_PAGE,
        )

    def _unread(self, reader: str, source: str | None) -> Iterator[HeldArticle]:
        read = self._marks().read_ids(reader)
        for offset in range(0, MOST_LOOKED_THROUGH, _A_CHUNK):
            listing = Listing(source=source, limit=_A_CHUNK, offset=offset)
            chunk = list(self._shown.archive.catalog.articles(listing))
            yield from (held for held in chunk if held.id not in read)
            if len(chunk) < _A_CHUNK:
                return

    async def starred(self, request: web.Request) -> web.Response:
        """Show what was starred and noted."""
        reader, marks, catalog = reader_of(request), self._marks(), self._shown.archive.catalog
        starred = filter(None, map(catalog.article, marks.starred_ids(reader)))
        notes = [(one, catalog.article(one.id)) for one in marks.notes(reader)]
        return self._shown.page(
            request,
            "starred.html",
            title="Starred and noted",
            rows=self._shown.rows(request, starred),
            notes=[(note, held) for note, held in notes if held],
        )

    async def mark(self, request: web.Request) -> web.Response:
        """Mark an article: `read` and `starred`, "yes" or "no"."""
        told = await request.post()
        self._set(request, [self._shown.held(request).id], read=told.get("read"), starred=told.get("starred"))
        return back_to(told)

    async def mark_several(self, request: web.Request) -> web.Response:
        """Mark several articles, each named by an `id`."""
        told = await request.post()
        ids = [str(one) for one in told.getall("id", [])]
        if len(ids) > MOST_AT_ONCE:
            raise UsageError(f"{len(ids)} articles: {MOST_AT_ONCE} are marked at once, and no more")
        known = [held.id for held in map(self._shown.archive.catalog.article, ids) if held]
        self._set(request, known, read=told.get("read"), starred=told.get("starred"))
        return back_to(told)

    def _set(self, request: web.Request, ids: Sequence[str], *, read: object, starred: object) -> None:
        reader, marks, now = reader_of(request), self._marks(), utc_now()
        if read in {"yes", "no"}:
            marks.set_read(reader, ids, is_read=read == "yes", at=now)
        if starred in {"yes", "no"}:
            marks.set_starred(reader, ids, is_starred=starred == "yes", at=now)

    async def note(self, request: web.Request) -> web.Response:
        """Write the note of an article; an empty one deletes it."""
        told = await request.post()
        text = str(told.get("note", "")).replace("\r\n", "\n").strip()
        if len(text) > LONGEST_NOTE:
            raise UsageError(f"the note has {len(text):,} characters; {LONGEST_NOTE:,} are the most")
        self._marks().set_note(reader_of(request), self._shown.held(request).id, text, at=utc_now())
        return back_to(told)

    async def place(self, request: web.Request) -> web.Response:
        """Note where a reader is in an article: `paragraph` of `paragraphs`."""
        told = await request.post()
        numbers = [str(told.get(name, "")) for name in ("paragraph", "paragraphs")]
        if not all(number.isascii() and number.isdigit() and len(number) < 7 for number in numbers):
            raise UsageError("a place is a paragraph's number and how many there are")
        paragraph, paragraphs = map(int, numbers)
        held = self._shown.held(request)
        self._marks().set_place(reader_of(request), held.id, paragraph, paragraphs=paragraphs, at=utc_now())
        return web.Response(status=204)

    def _marks(self) -> Marks:
        if self._shown.marks is None:
            raise UsageError("this archive lies where nothing can be written, so nothing can be marked")
        return self._shown.marks


def stopped_in(shown: Shown, reader: str, *, limit: int) -> list[Stopped]:
    """Return what a reader did not read to its end, the last one first."""
    if shown.marks is None:
        return []
    places = shown.marks.places(reader, limit=limit)
    return [Stopped(held, place) for place in places if (held := shown.archive.catalog.article(place.id))]
