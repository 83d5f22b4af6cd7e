"""What each page shows."""

from __future__ import annotations

import asyncio
import math
import mimetypes
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from aiohttp import web
from markupsafe import Markup

from onrecord import search as searching
from onrecord.archive import CONFIG, Archive
from onrecord.archive.layout import SEARCH
from onrecord.compare import compare
from onrecord.errors import ArchiveLockedError, ArticleNotHeldError, UsageError
from onrecord.model import Document, Picture
from onrecord.pipeline.report import utc_now
from onrecord.render import comparison as rendering
from onrecord.render import html
from onrecord.render import removal as removals
from onrecord.search import Ask, SearchIndex, Span
from onrecord.store import HeldArticle, Listing
from onrecord.text import body_text, printed_time

ON_A_PAGE = 50
#: Today shows what was published within so long before the newest article.
TODAY = timedelta(hours=36)
#: Articles of one publication on today's page; the rest is a step away.
OF_ONE_SOURCE = 8
CHANGES_ON_TODAY = 8
FACETS = ("source", "month", "author", "lang")
_FACETS_SHOWN = 8
#: A page number beyond this was made up.
LAST_PAGE = 100_000

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ug", "ps", "yi", "ckb", "dv", "sd"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """An article in a list."""

    held: HeldArticle
    source: str  #: its source's title
    day: str
    headline: tuple[Span, ...] = ()
    lines: tuple[Span, ...] = ()
    revision: int | None = None  #: the match is in this revision, which is not the newest


class Pages:
    """The pages of one archive."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._archive = Archive.open(root)
        self._index = SearchIndex(root / SEARCH)
        self._config_at = (root / CONFIG).stat().st_mtime_ns
        self._following = asyncio.Lock()
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("onrecord.reader"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            address=_address, direction=_direction, quote=lambda text: quote(text, safe="")
        )

    async def close(self, _: web.Application) -> None:
        """Let go of the archive."""
        self._index.close()
        self._archive.close()

    # ---------------------------------------------------------------- pages

    async def today(self, _: web.Request) -> web.Response:
        """Show what is new, by publication, and what changed."""
        newest = next(self._archive.catalog.articles(Listing(limit=1)), None)
        since = min(_moment(newest), utc_now()) - TODAY if newest else None
        rows = self._rows(Listing(since=since, limit=1_000))
        rows.sort(key=lambda row: row.source.casefold())
        groups = [
            (name, list(of)) for name, of in groupby(rows, key=lambda row: (row.held.source, row.source))
        ]
        return self._page(
            "today.html",
            title="Today",
            groups=[(*name, of[:OF_ONE_SOURCE], len(of)) for name, of in groups],
            changed=self._rows(Listing(changed=True, limit=CHANGES_ON_TODAY)),
        )

    async def sources(self, _: web.Request) -> web.Response:
        """Show the publications, with what is held of each and how the last look at it ended."""
        counts = self._archive.catalog.counts()
        names = sorted(
            {*counts, *(one.id for one in self._config().sources)},
            key=lambda name: self._title(name).casefold(),
        )
        told = [
            {
                "id": name,
                "title": self._title(name),
                "counts": counts.get(name, {}),
                "row": self._archive.state.source(name),
                "not_kept": self._archive.state.entries_not_kept(name),
            }
            for name in names
        ]
        return self._page(
            "sources.html", title="Publications", sources=told, last=self._archive.state.last_round()
        )

    async def source(self, request: web.Request) -> web.Response:
        """Show what is held of a publication."""
        name = request.match_info["source"]
        if name not in self._archive.catalog.counts() and all(
            one.id != name for one in self._config().sources
        ):
            raise web.HTTPNotFound
        return self._listed(request, self._title(name), Listing(source=name), lang=self._language(name))

    async def day(self, request: web.Request) -> web.Response:
        """Show a day."""
        day = request.match_info["day"]
        begin = _begin(day, _DAY)
        return self._listed(request, day, Listing(since=begin, until=begin + timedelta(days=1)))

    async def month(self, request: web.Request) -> web.Response:
        """Show a month."""
        month = request.match_info["month"]
        begin = _begin(f"{month}-01" if _MONTH.fullmatch(month) else "", _DAY)
        end = (begin + timedelta(days=32)).replace(day=1)
        return self._listed(request, month, Listing(since=begin, until=end))

    async def author(self, request: web.Request) -> web.Response:
        """Show what somebody wrote."""
        name = request.match_info["author"]
        return self._listed(request, name, Listing(author=name))

    async def changes(self, request: web.Request) -> web.Response:
        """Show what was edited, and what is gone from its publisher's site."""
        return self._listed(request, "Changed and gone", Listing(changed=True))

    async def search(self, request: web.Request) -> web.Response:
        """Show what fits a query."""
        asked = request.query.get("q", "").strip()
        by_date = request.query.get("sort") == "date"
        with_revisions = request.query.get("before") == "1"
        page = _page_number(request)
        given: dict[str, Any] = {
            "asked": asked,
            "by_date": by_date,
            "with_revisions": with_revisions,
            "page": page,
        }
        if not asked:
            return self._page("search.html", title="Search", rows=[], total=None, facets={}, pages=0, **given)
        node = searching.parse(asked)
        await self._follow()
        ask = Ask(
            node=node,
            limit=ON_A_PAGE,
            offset=(page - 1) * ON_A_PAGE,
            by_date=by_date,
            with_revisions=with_revisions,
            facets=FACETS,
        )
        found = self._index.search(ask, now=utc_now())
        rows = [row for hit in found.hits if (row := self._match(hit, node)) is not None]
        facets = {name: counts[:_FACETS_SHOWN] for name, counts in found.facets.items() if len(counts) > 1}
        return self._page(
            "search.html",
            title=f"{asked} · Search",
            rows=rows,
            total=found.total,
            facets={
                name: [(self._facet(name, value), count) for value, count in counts]
                for name, counts in facets.items()
            },
            pages=math.ceil(found.total / ON_A_PAGE),
            **given,
        )

    async def article(self, request: web.Request) -> web.Response:
        """Show an article, or one of its revisions."""
        held = self._archive.catalog.article(request.match_info["id"])
        if held is None:
            raise ArticleNotHeldError(request.match_info["id"])
        revisions = self._archive.catalog.revisions(held.id)
        asked = request.query.get("revision", str(held.revision))
        chosen = next((one for one in revisions if str(one.number) == asked), None)
        if chosen is None:
            raise ArticleNotHeldError(f"{held.id}, revision {asked}")
        document = self._archive.document_at(chosen.path)
        article = document.revision.article
        removal = self._archive.catalog.removal(held.id)
        return self._page(
            "article.html",
            title=article.headline,
            held=held,
            source=self._title(held.source),
            article=article,
            document=document,
            body=Markup(html.fragment(article.blocks, _figures(document))),  # noqa: S704  made of our own blocks, each text escaped
            revisions=revisions,
            chosen=chosen,
            removal=removals.rows(removal) if removal else [],
            published=printed_time(article.published_at) if article.published_at else None,
            modified=printed_time(article.modified_at) if article.modified_at else None,
            translations=[(one, self._archive.catalog.find(one.url)) for one in article.translations],
            enclosures=[
                (
                    f"/{one.path}" if one.path else html.safe_link(one.url),
                    one.url,
                    ", ".join(html.enclosure_words(one)),
                )
                for one in document.enclosures
            ],
            aliases=self._archive.catalog.aliases(held.id),
        )

    async def comparison(self, request: web.Request) -> web.Response:
        """Show what changed between two revisions, in place."""
        held = self._archive.catalog.article(request.match_info["id"])
        if held is None:
            raise ArticleNotHeldError(request.match_info["id"])
        revisions = {str(one.number): one for one in self._archive.catalog.revisions(held.id)}
        last = request.query.get("to", str(held.revision))
        first = request.query.get("from", str(max(held.revision - 1, 1)))
        if first not in revisions or last not in revisions:
            raise ArticleNotHeldError(f"{held.id}, revisions {first} and {last}")
        one, other = (
            self._archive.document_at(revisions[number].path).revision.article for number in (first, last)
        )
        found = compare(one, other)
        return self._page(
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
        place = self.root / folder / path
        is_named = re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9]+", path)
        if not is_named or not place.is_file():
            raise web.HTTPNotFound
        return place

    def problem(self, title: str, what: str, *, status: int) -> web.Response:
        """Show what is wrong."""
        return self._page("problem.html", title=title, what=what, status=status)

    # ---------------------------------------------------------------- parts

    def _page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        text = self._templates.get_template(template).render(
            archive_name=self.root.resolve().name, **{"asked": "", **values}
        )
        headers = {"Cache-Control": "private, no-cache"}
        return web.Response(text=text, content_type="text/html", status=status, headers=headers)

    def _listed(
        self, request: web.Request, title: str, listing: Listing, *, lang: str | None = None
    ) -> web.Response:
        page = _page_number(request)
        total = self._archive.catalog.count(listing)
        rows = self._rows(replace(listing, limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE))
        if listing.changed:
            days = [("", rows)]
        else:
            days = [(day, list(of)) for day, of in groupby(rows, key=lambda row: row.day)]
        return self._page(
            "list.html",
            title=title,
            lang=lang,
            days=days,
            total=total,
            page=page,
            pages=math.ceil(total / ON_A_PAGE),
            path=request.path,
            months=self._archive.catalog.months(listing.source)[:24] if listing.source else [],
            has_sources=listing.source is None,
        )

    def _rows(self, listing: Listing) -> list[Row]:
        return [
            Row(held, self._title(held.source), f"{_moment(held):%Y-%m-%d}")
            for held in self._archive.catalog.articles(listing)
        ]

    def _match(self, hit: searching.Hit, node: searching.Node) -> Row | None:
        held = self._archive.catalog.article(hit.id)
        if held is None:
            return None
        revisions = self._archive.catalog.revisions(held.id)
        path = next((one.path for one in revisions if one.number == hit.revision), held.path)
        article = self._archive.document_at(path).revision.article
        text = " ".join(filter(None, (article.standfirst, body_text(article.blocks)))).replace("\n", " ")
        language = article.language
        return Row(
            held,
            self._title(held.source),
            f"{_moment(held):%Y-%m-%d}",
            searching.highlighted(article.headline, searching.sought(node, headline=True), language=language),
            searching.snippet(text, searching.sought(node), language=language),
            hit.revision if hit.revision != held.revision else None,
        )

    async def _follow(self) -> None:
        """Bring the search index up to the archive, on a thread with an archive of its own."""
        async with self._following:
            if self._index.head() != self._archive.catalog.head():
                await asyncio.to_thread(_follow, self.root, self._index)

    def _config(self) -> Any:
        at = (self.root / CONFIG).stat().st_mtime_ns
        if at != self._config_at:
            self._archive.reload_config()
            self._config_at = at
        return self._archive.config

    def _title(self, source: str) -> str:
        return next((one.title for one in self._config().sources if one.id == source and one.title), source)

    def _language(self, source: str) -> str | None:
        return next((one.language for one in self._config().sources if one.id == source), None)

    def _facet(self, name: str, value: str) -> tuple[str, str]:
        """Return what a facet's value is called, and what narrows a query down to it."""
        if name == "source":
            return self._title(value), f"source:{value}"
        if name == "month":
            begin = _begin(f"{value}-01", _DAY)
            after = (begin + timedelta(days=32)).strftime("%Y-%m")
            return value, f"after:{value} before:{after}"
        return value, f'{name}:"{value}"'


def _follow(root: Path, index: SearchIndex) -> None:
    with Archive.open(root) as archive:
        try:
            searching.follow(archive, index)
        except ArchiveLockedError:
            # Another process indexes; what is there is searched.
            return


def _figures(document: Document) -> html.FigureLines:
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


def _moment(held: HeldArticle) -> datetime:
    published = searching.moment_of(held)
    return published.astimezone(UTC)


def _begin(day: str, form: re.Pattern[str]) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T00:00:00+00:00") if form.fullmatch(day) else _no_day(day)
    except ValueError:
        return _no_day(day)


def _no_day(day: str) -> datetime:
    raise UsageError(f"{day}: this is no day or month; write 2024-05-17 or 2024-05")


def _page_number(request: web.Request) -> int:
    given = request.query.get("page", "1")
    return int(given) if re.fullmatch(r"[1-9]\d{0,5}", given) and int(given) <= LAST_PAGE else 1


def _address(path: str, **query: object) -> str:
    asked = urlencode({key: value for key, value in query.items() if value not in {None, "", False}})
    return f"{path}?{asked}" if asked else path


def _direction(language: str | None) -> str:
    base = (language or "").partition("-")[0].lower()
    return "rtl" if base in _RIGHT_TO_LEFT else "ltr"
