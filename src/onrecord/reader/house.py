"""Pages about the archive itself: its publications, one that is added, and the settings."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from onrecord.archive import Archive
from onrecord.errors import UsageError
from onrecord.pipeline.run import find_sources
from onrecord.pipeline.sources import follow
from onrecord.reader.shown import Shown

#: A longer address was pasted by mistake.
LONGEST_ADDRESS = 2_000
# What stands before the "@" of an address: a user name and a password.
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s\"']+(?=@)")


class House:
    """The pages about the archive."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def routes(self) -> list[web.RouteDef]:
        """Return the pages' addresses."""
        return [
            web.get("/sources", self.sources),
            web.post("/sources", self.add),
            web.get("/settings", self.settings),
        ]

    async def sources(self, request: web.Request) -> web.Response:
        """Show the publications, with what is held of each and how the last look at it ended."""
        return self._sources(request)

    def _sources(self, request: web.Request, added: dict[str, Any] | None = None) -> web.Response:
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
                "not_kept": len(archive.state.entries_not_kept(name)),
            }
            for name in names
        ]
        last = archive.state.last_round()
        return self._shown.page(
            request,
            "sources.html",
            title="Publications",
            sources=told,
            last=last,
            added=added,
            longest=LONGEST_ADDRESS,
        )

    async def add(self, request: web.Request) -> web.Response:
        """Follow what an address turns out to be."""
        address = str((await request.post()).get("address", "")).strip()
        if not address or len(address) > LONGEST_ADDRESS:
            raise UsageError("type the address of a home page, a section, a feed or a sitemap")
        added = await asyncio.to_thread(_add, self._shown.root, address)
        return self._sources(request, added)

    async def settings(self, request: web.Request) -> web.Response:
        """Show onrecord.toml, but for the passwords in it."""
        self._shown.config()
        text = _CREDENTIALS.sub("…", self._shown.archive.config_text)
        return self._shown.page(request, "settings.html", title="Settings", text=text)


def _add(root: Path, address: str) -> dict[str, Any]:
    """Ask the servers, and write down what is to be followed, as `onrecord add` does."""
    with Archive.open(root, write=True) as archive:
        found = asyncio.run(find_sources(archive, [address], environ=os.environ))
        return follow(archive, found[0])
