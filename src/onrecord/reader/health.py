"""Pages about how following goes: what may be missing, with its reason, and what the last round brought."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from aiohttp import web

from onrecord.gaps import GapKind, words_of
from onrecord.pipeline.coverage import Coverage, coverage_of
from onrecord.reader.shown import Row, Shown
from onrecord.store import ChangeListing, EntryRow, FeedRow, HeldArticle, HeldChange, HeldGap, SourceRow

#: Of one kind, for one source: what is missing is told by examples where there is so much of it.
MOST_TOLD = 50
#: Articles and changes on the page of a round.
_MOST_OF_A_ROUND = 200


@dataclass(frozen=True, slots=True)
class Health:
    """How it stands with one source."""

    id: str
    title: str
    row: SourceRow | None
    coverage: Coverage
    gaps: list[tuple[HeldGap, str]]  #: open ones, each in words
    lists: list[FeedRow]  #: that did not answer, or moved
    not_kept: list[EntryRow]
    pictures: list[tuple[str, str, str]]  #: (article, address, reason)
    enclosures: list[tuple[str, str, str]]

    @property
    def is_well(self) -> bool:
        """Is nothing missing?"""
        has_failed = self.row is not None and self.row.reason is not None
        return not (
            has_failed or self.gaps or self.lists or self.not_kept or self.pictures or self.enclosures
        )


class HealthPages:
    """The pages about how following goes."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [web.get("/health", self.health), web.get("/round", self.round)]

    async def health(self, request: web.Request) -> web.Response:
        """Show what may be missing of each publication, and why."""
        sources = [self._of(source.id) for source in self._shown.config().sources]
        sources.sort(key=lambda one: (one.is_well, one.title.casefold()))
        return self._shown.page(request, "health.html", title="Health", sources=sources, most=MOST_TOLD)

    def _of(self, source: str) -> Health:
        archive = self._shown.archive
        coverage = coverage_of(archive, source)
        # An entry that is a gap is told with its reason among what was not kept.
        gaps = [(gap, words_of(gap.data)) for gap in coverage.open_gaps if gap.kind != GapKind.ENTRY]
        return Health(
            id=source,
            title=self._shown.title(source),
            row=archive.state.source(source),
            coverage=coverage,
            gaps=gaps,
            lists=[feed for feed in archive.state.feeds_of(source) if feed.reason or feed.moved_to],
            not_kept=archive.state.entries_not_kept(source),
            pictures=archive.catalog.pictures_missing(source),
            enclosures=archive.catalog.enclosures_missing(source),
        )

    async def round(self, request: web.Request) -> web.Response:
        """Show what the last round has brought so far."""
        last = self._shown.archive.state.last_round()
        given: dict[str, Any] = {"last": last, "rows": [], "changes": [], "more": 0}
        if last is not None:
            rows = self._new(request, last)
            given["rows"], given["more"] = rows[:_MOST_OF_A_ROUND], max(0, len(rows) - _MOST_OF_A_ROUND)
            given["changes"] = self._changes(last)
        return self._shown.page(request, "round.html", title="Last round", **given)

    def _new(self, request: web.Request, last: Any) -> list[Row]:
        catalog, began = self._shown.archive.catalog, last[0]
        held = [one for source in catalog.counts() for one in catalog.captured_since(source, began)]
        held.sort(key=lambda one: one.first_captured_at, reverse=True)
        return self._shown.rows(request, held)

    def _changes(self, last: Any) -> list[tuple[HeldChange, HeldArticle | None]]:
        catalog = self._shown.archive.catalog
        found = catalog.changes(ChangeListing(since=last[0], limit=_MOST_OF_A_ROUND))
        return [(one, catalog.article(one.id)) for one in islice(found, _MOST_OF_A_ROUND)]
