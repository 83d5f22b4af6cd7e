"""Pages that list articles: today, a publication, a day, a month, an author, what changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import groupby

from aiohttp import web

from onrecord.errors import UsageError
from onrecord.pipeline.report import utc_now
from onrecord.reader.marking import stopped_in
from onrecord.reader.shown import Shown, moment, reader_of
from onrecord.store import Listing

#: Today shows what was published within so long before the newest article.
TODAY = timedelta(hours=36)
#: Articles of one publication on today's page; the rest is a step away.
OF_ONE_SOURCE = 8
CHANGES_ON_TODAY = 8
STOPPED_ON_TODAY = 3
#: Of a day with more than this, today's page shows the newest.
_MOST_TODAY = 1_000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


class Lists:
    """The pages that list articles."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [
            web.get("/", self.today),
            web.get("/source/{source}", self.source),
            web.get("/day/{day}", self.day),
            web.get("/month/{month}", self.month),
            web.get("/author/{author}", self.author),
            web.get("/changes", self.changes),
        ]

    async def today(self, request: web.Request) -> web.Response:
        """Show what is new, by publication, and what changed."""
        catalog = self._shown.archive.catalog
        newest = next(catalog.articles(Listing(limit=1)), None)
        since = min(moment(newest), utc_now()) - TODAY if newest else None
        rows = self._shown.rows(request, catalog.articles(Listing(since=since, limit=_MOST_TODAY)))
        rows.sort(key=lambda row: row.source.casefold())
        groups = [
            (name, list(of)) for name, of in groupby(rows, key=lambda row: (row.held.source, row.source))
        ]
        return self._shown.page(
            request,
            "today.html",
            title="Today",
            groups=[(*name, of[:OF_ONE_SOURCE], len(of)) for name, of in groups],
            stopped=stopped_in(self._shown, reader_of(request), limit=STOPPED_ON_TODAY),
            changed=self._shown.rows(
                request, catalog.articles(Listing(changed=True, limit=CHANGES_ON_TODAY))
            ),
        )

    async def source(self, request: web.Request) -> web.Response:
        """Show what is held of a publication."""
        name = request.match_info["source"]
        if not self._shown.is_known(name):
            raise web.HTTPNotFound
        title, lang = self._shown.title(name), self._shown.language(name)
        return self._shown.listed(request, title, Listing(source=name), lang=lang)

    async def day(self, request: web.Request) -> web.Response:
        """Show a day."""
        day = request.match_info["day"]
        begin = _begin(day)
        return self._shown.listed(request, day, Listing(since=begin, until=begin + timedelta(days=1)))

    async def month(self, request: web.Request) -> web.Response:
        """Show a month."""
        month = request.match_info["month"]
        begin, end = month_span(month)
        return self._shown.listed(request, month, Listing(since=begin, until=end))

    async def author(self, request: web.Request) -> web.Response:
        """Show what somebody wrote."""
        name = request.match_info["author"]
        return self._shown.listed(request, name, Listing(author=name))

    async def changes(self, request: web.Request) -> web.Response:
        """Show what was edited, and what is gone from its publisher's site."""
        return self._shown.listed(request, "Changed and gone", Listing(changed=True))


def month_span(month: str) -> tuple[datetime, datetime]:
    """Return the first moment of a month, "2024-05", and the first one after it.

    Raises:
        UsageError: There is no such month.
    """
    begin = _begin(f"{month}-01" if _MONTH.fullmatch(month) else month)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _begin(day: str) -> datetime:
    try:
        if _DAY.fullmatch(day):
            return datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:  # 2024-13-45
        pass
    raise UsageError(f"{day}: this is no day or month; write 2024-05-17 or 2024-05")
