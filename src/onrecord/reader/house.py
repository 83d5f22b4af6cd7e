"""Pages about the archive itself: its publications, and how following them goes."""

from __future__ import annotations

from aiohttp import web

from onrecord.reader.shown import Shown


class House:
    """The pages about the archive."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [web.get("/sources", self.sources)]

    async def sources(self, request: web.Request) -> web.Response:
        """Show the publications, with what is held of each and how the last look at it ended."""
        archive = self._shown.archive
        counts = archive.catalog.counts()
        names = sorted(
            {*counts, *(one.id for one in self._shown.config().sources)},
            key=lambda name: self._shown.title(name).casefold(),
        )
        told = [
            {
                "id": name,
                "title": self._shown.title(name),
                "counts": counts.get(name, {}),
                "row": archive.state.source(name),
                "not_kept": archive.state.entries_not_kept(name),
            }
            for name in names
        ]
        last = archive.state.last_round()
        return self._shown.page(request, "sources.html", title="Publications", sources=told, last=last)
