"""What every page stands on: the archive, its search index, the templates, and rows for lists."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from aiohttp import web

from onrecord import search as searching
from onrecord.archive import CONFIG, Archive
from onrecord.archive.layout import MARKS, SEARCH
from onrecord.config import Config
from onrecord.doors import Scope
from onrecord.errors import ArchiveLockedError, ArticleNotHeldError, StorageError
from onrecord.reader.access import asker
from onrecord.reader.chinese import Wording
from onrecord.reader.looks import look_of
from onrecord.search import SearchIndex, Span
from onrecord.store import HeldArticle, Listing, Mark, Marks

ON_A_PAGE = 50
#: A page number beyond this was made up.
LAST_PAGE = 100_000
_MONTHS_SHOWN = 24
_WITH_FEED = re.compile(r"/(?:(?:source|author|topic)/[^/]+|changes)")

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ug", "ps", "yi", "ckb", "dv", "sd"})


@dataclass(frozen=True, slots=True)
class Row:
    """An article in a list."""

    held: HeldArticle
    source: str  #: its source's title
    day: str
    mark: Mark
    headline: tuple[Span, ...] = ()
    lines: tuple[Span, ...] = ()
    revision: int | None = None  #: the match is in this revision, which is not the newest


@dataclass(frozen=True, slots=True)
class Days:
    """A page of a list."""

    rows: list[tuple[str, list[Row]]]  #: by day; "" where the order is another one
    total: int  #: of the whole list
    page: int


class Shown:
    """One archive, as the pages see it. It is opened to be read alone; a reader's marks are all that is written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.archive = Archive.open(root)
        self.index = SearchIndex(root / SEARCH)
        self.marks = _marks(root, is_sealed=self.archive.state.is_sealed)
        self._config_at = (root / CONFIG).stat().st_mtime_ns
        self._following = asyncio.Lock()
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("onrecord.reader"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(address=address, direction=direction, quote=quoted)

    async def close(self, _: web.Application) -> None:
        """Let go of the archive."""
        self.index.close()
        if self.marks:
            self.marks.close()
        self.archive.close()

    # ---------------------------------------------------------------- pages

    @property
    def name(self) -> str:
        """What the archive is called: as its folder."""
        return self.root.resolve().name

    def page(self, request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """Return a template filled in."""
        look, who = look_of(request), asker(request)
        given = {
            "archive_name": self.name,
            "asked": "",
            "path": request.path,
            "here": request.path_qs,
            "feed": feed_of(request),
            "look": look,
            "wording": Wording(look.script),
            "csrf": who.csrf,
            "user": who.user,
            "role": who.role.value,
            "may_mark": self.marks_for(request) is not None,
        }
        text = self._templates.get_template(template).render(**{**given, **values})
        headers = {"Cache-Control": "private, no-cache"}
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)

    def problem(self, request: web.Request, title: str, what: str, *, status: int) -> web.Response:
        """Show what is wrong."""
        return self.page(request, "problem.html", title=title, what=what, status=status)

    def listed(
        self, request: web.Request, title: str, listing: Listing, *, lang: str | None = None
    ) -> web.Response:
        """Return a page of a list, day by day; what changed is in the order of its changes."""
        number = page_number(request)
        total = self.archive.catalog.count(listing)
        rows = self.rows(
            request,
            self.archive.catalog.articles(replace(listing, limit=ON_A_PAGE, offset=(number - 1) * ON_A_PAGE)),
        )
        days = Days([("", rows)] if listing.changed else by_day(rows), total, number)
        return self.days(request, title, days, lang=lang, source=listing.source)

    def days(
        self,
        request: web.Request,
        title: str,
        days: Days,
        *,
        lang: str | None = None,
        source: str | None = None,
    ) -> web.Response:
        """Return a page of a list; *source* is the one that all in it are of."""
        return self.page(
            request,
            "list.html",
            title=title,
            lang=lang,
            days=days.rows,
            total=days.total,
            page=days.page,
            pages=math.ceil(days.total / ON_A_PAGE),
            months=self.archive.catalog.months(source, limit=_MONTHS_SHOWN) if source else [],
            has_sources=source is None,
            unread_of=source,
        )

    # ---------------------------------------------------------------- what is held

    def held(self, request: web.Request) -> HeldArticle:
        """Return the article that an address names.

        Raises:
            ArticleNotHeldError: There is none.
        """
        held = self.archive.catalog.article(request.match_info["id"])
        if held is None:
            raise ArticleNotHeldError(request.match_info["id"])
        return held

    def rows(self, request: web.Request, articles: Iterable[HeldArticle]) -> list[Row]:
        """Return a list's rows, as they are marked for whoever asks."""
        listed = list(articles)
        marks = self.marks_of(request, [held.id for held in listed])
        return [
            Row(held, self.title(held.source), f"{moment(held):%Y-%m-%d}", marks.get(held.id, Mark()))
            for held in listed
        ]

    def marks_of(self, request: web.Request, ids: Iterable[str]) -> dict[str, Mark]:
        """Return the marks that whoever asks has on articles."""
        marks = self.marks_for(request)
        return marks.marks(reader_of(request), ids) if marks else {}

    def marks_for(self, request: web.Request) -> Marks | None:
        """Return the marks for whoever may have some; None: nothing can be marked here, or not by them.

        The public has no name, and neither had the one local reader: what that one noted is not for everybody.
        """
        return self.marks if asker(request).may(Scope.MARK) else None

    async def follow(self) -> None:
        """Bring the search index up to the archive, on a thread with an archive of its own."""
        async with self._following:
            if self.index.head() != self.archive.catalog.head():
                await asyncio.to_thread(_follow, self.root, self.index)

    # ---------------------------------------------------------------- settings

    def config(self) -> Config:
        """Return the settings as onrecord.toml has them now."""
        at = (self.root / CONFIG).stat().st_mtime_ns
        if at != self._config_at:
            self.archive.reload_config()
            self._config_at = at
        return self.archive.config

    def is_known(self, source: str) -> bool:
        """Is a source followed, or was it?"""
        is_followed = any(one.id == source for one in self.config().sources)
        return (
            is_followed
            or next(self.archive.catalog.articles(Listing(source=source, limit=1)), None) is not None
        )

    def searches(self) -> dict[str, str]:
        """Return the saved searches: queries by their names."""
        return {one.name: one.query for one in self.config().searches}

    def title(self, source: str) -> str:
        """Return what a source is called."""
        return next((one.title for one in self.config().sources if one.id == source and one.title), source)

    def language(self, source: str) -> str | None:
        """Return the language that a source is said to write in."""
        return next((one.language for one in self.config().sources if one.id == source), None)


def _follow(root: Path, index: SearchIndex) -> None:
    with Archive.open(root) as archive:
        try:
            searching.follow(archive, index)
        except ArchiveLockedError:
            # Another process indexes; what is there is searched.
            return


def _marks(root: Path, *, is_sealed: bool) -> Marks | None:
    """Return the marks; None where none were made, and the disk takes none."""
    try:
        return Marks(root / MARKS)
    except StorageError:
        if is_sealed and not (root / MARKS).is_file():
            return None
        raise


def reader_of(request: web.Request) -> str:
    """Return the name of whoever asks; "" is the one reader of an archive that has no others."""
    return asker(request).user


def feed_of(request: web.Request) -> str | None:
    """Return the feed that holds what a page lists."""
    path, asked = request.rel_url.raw_path, request.query.get("q", "").strip()
    if path == "/search" and asked:
        return f"/feeds/search.atom?{urlencode({'q': asked})}"
    if path == "/":
        return "/feeds/all.atom"
    return f"/feeds{path}.atom" if _WITH_FEED.fullmatch(path) else None


def by_day(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return rows, which are in order, with the day that each stretch of them has."""
    return [(day, list(of)) for day, of in groupby(rows, key=lambda row: row.day)]


def moment(held: HeldArticle) -> datetime:
    """Return when an article was published, as claimed, else first kept; in UTC."""
    return searching.moment_of(held).astimezone(UTC)


def page_number(request: web.Request) -> int:
    """Return the page of a list that is asked for; the first one for what is no number."""
    given = request.query.get("page", "1")
    return int(given) if re.fullmatch(r"[1-9]\d{0,5}", given) and int(given) <= LAST_PAGE else 1


def address(path: str, **query: object) -> str:
    """Return *path* with those values of *query* that say something."""
    asked = urlencode({key: value for key, value in query.items() if value not in {None, "", False}})
    return f"{path}?{asked}" if asked else path


def quoted(text: str) -> str:
    """Return *text* as one segment of a path."""
    return quote(text, safe="")


def direction(language: str | None) -> str:
    """Return which way a language is written: "ltr" or "rtl"."""
    base = (language or "").partition("-")[0].lower()
    return "rtl" if base in _RIGHT_TO_LEFT else "ltr"
