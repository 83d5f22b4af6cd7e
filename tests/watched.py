"""Watching for weeks in seconds: real rounds over a loopback web, by a clock that a test sets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from fetch_web import NOON, QuickClock, Web, answer
from onrecord import archive as archives
from onrecord.archive import Archive
from onrecord.pipeline.report import RoundReport
from onrecord.pipeline.watching import Machine, Watch
from onrecord.store import HeldArticle, Listing
from rounds import page

SETTINGS = """format = 1
[fetch]
page_pause = 0
retries = 0
[keep]
tdmrep = false
"""


class SetClock(QuickClock):
    """A clock that can be set, and whose machine can sleep. Events, and the end, come by the machine's own seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta(0)  #: of the machine's own seconds
        self.end = NOON
        self.events: list[tuple[datetime, Callable[[], None]]] = []

    def now(self) -> datetime:
        """Return the time, UTC."""
        return NOON + timedelta(seconds=self.seconds) + self.ahead

    async def sleep(self, seconds: float) -> None:
        """Be there already, with all that happened meanwhile."""
        await super().sleep(seconds)
        lived = NOON + timedelta(seconds=self.seconds)
        while self.events and self.events[0][0] <= lived:
            self.events.pop(0)[1]()
        if lived >= self.end:
            raise asyncio.CancelledError


class _Line(AbstractResolver):
    """The way to the loopback server, while there is one."""

    def __init__(self, web: WatchedWeb) -> None:
        self._web = web

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where the server listens, whatever *port* was meant."""
        del port
        if self._web.is_cut or host in self._web.dead:
            raise OSError(socket.EAI_AGAIN, "Temporary failure in name resolution")
        where = self._web.port
        return [
            {"hostname": host, "host": "127.0.0.1", "port": where, "family": family, "proto": 0, "flags": 0}
        ]

    async def close(self) -> None:
        """Nothing is open."""


class WatchedWeb(Web):
    """A web whose line can be cut."""

    is_cut: bool = False
    dead: frozenset[str] = frozenset()

    def connector(self, context: ssl.SSLContext) -> aiohttp.TCPConnector:
        """Return a connector that finds every host on the loopback, and keeps no connection over the weeks."""
        return aiohttp.TCPConnector(ssl=context, resolver=_Line(self), use_dns_cache=False, force_close=True)


async def _quietly(_: RoundReport) -> None:
    """Hear what a round brought, and do nothing."""


class Newsstand:
    """Papers that publish as a test has them, and an archive that watches them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = SetClock()
        self.web = WatchedWeb(clock=self.clock)
        self.published: dict[str, list[datetime]] = {}
        self._heads: dict[str, str] = {}
        archives.create(root, now=NOON)
        (root / "onrecord.toml").write_text(SETTINGS)

    def follow(self, name: str, *, head: str = "") -> None:
        """Add a paper that has published nothing yet."""
        host = f"{name}.example"
        self.published[name], self._heads[name] = [], head
        self.web.pages[f"{host}/robots.txt"] = [answer(b"", status="404 Not Found")]
        with (self.root / "onrecord.toml").open("a") as settings:
            settings.write(f'[sources."{host}"]\nfeeds = ["http://{host}/feed"]\n')
        self._print(name)

    def publish(self, name: str, at: datetime) -> None:
        """Have a paper publish an article at a moment to come."""

        def happen() -> None:
            self.published[name].append(at)
            number = len(self.published[name])
            self.web.pages[f"{name}.example/story-number-{number}-of-ours"] = [
                page(f"What Happened on the River in Week {number}")
            ]
            self._print(name)

        self.at(at, happen)

    def empty(self, name: str) -> None:
        """Have a paper's list name nothing."""
        self.published[name] = []
        self._print(name)

    def at(self, moment: datetime, happen: Callable[[], None]) -> None:
        """Have something happen at a moment to come."""
        self.clock.events.append((moment, happen))
        self.clock.events.sort(key=lambda event: event[0])

    def _print(self, name: str) -> None:
        newest = list(enumerate(self.published[name], 1))[-20:]
        items = "".join(
            f"<item><title>Week {number}</title><link>http://{name}.example/story-number-{number}-of-ours</link>"
            f"<pubDate>{at:%d %b %Y %H:%M:%S} +0000</pubDate></item>"
            for number, at in reversed(newest)
        )
        told = f"<rss version='2.0'><channel><title>{name}</title>{self._heads[name]}{items}</channel></rss>"
        self.web.pages[f"{name}.example/feed"] = [
            answer(told.encode(), headers=["Content-Type: application/rss+xml"])
        ]

    def watch(self, until: datetime) -> None:
        """Watch until then."""
        self.clock.end = until
        with Archive.open(self.root, write=True) as archive, suppress(asyncio.CancelledError):
            asyncio.run(self._watch(archive))

    async def _watch(self, archive: Archive) -> None:
        machine = Machine(clock=self.clock, jitter=lambda: 0.5, connector=self.web.connector)
        server = await self.web.serve()
        async with server:
            watch = Watch(archive, [], environ={}, tell=lambda _: None, after_round=_quietly, machine=machine)
            await watch.run()

    def asked(self, name: str, target: str = "/feed") -> list[datetime]:
        """Return when a paper was asked for *target*, by the machine's own seconds."""
        return [
            NOON + timedelta(seconds=request.at)
            for request in self.web.requests
            if request.host == f"{name}.example" and request.target == target
        ]

    def held(self) -> list[HeldArticle]:
        """Return what is held."""
        with Archive.open(self.root) as archive:
            return list(archive.catalog.articles(Listing()))
