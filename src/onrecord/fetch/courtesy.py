"""Courtesy: one host, one request at a time, with a pause between, and never before it said so.

Time comes from a `Clock`, so that tests need none.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from onrecord.fetch.memory import HostMemory

#: A Retry-After of a year is a mistake, and would silence the host until somebody notices.
MAX_NOT_BEFORE = timedelta(hours=24)


class Clock(Protocol):
    """What time it is, and waiting."""

    def now(self) -> datetime:
        """Return the time, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""

    async def sleep(self, seconds: float) -> None:
        """Return *seconds* later."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return *seconds* later."""
        await asyncio.sleep(seconds)


@dataclass(slots=True)
class HostCounts:
    """What was asked of a host, and what it gave."""

    requests: int = 0
    bytes: int = 0  #: of bodies
    not_modified: int = 0
    failures: int = 0  #: answers of 4xx and 5xx, and requests without an answer
    postponed: int = 0  #: answers that asked for a pause: 429 and 503
    allowed: int = 0  #: addresses that robots.txt lets us ask for
    disallowed: int = 0  #: addresses that it does not, or that nobody could tell of: they were not asked for


class NotYetError(Exception):
    """The host asked to be left alone until *at*, which is longer than we wait."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at:%Y-%m-%d %H:%M:%S} UTC")
        self.at = at


class _Host:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.ended_at: float | None = None
        self.crawl_delay = 0.0
        self.counts = HostCounts()


class Courtesy:
    """The leases of all hosts in one process. A host is "paper.example", with its port if it is an odd one."""

    def __init__(self, clock: Clock, memory: HostMemory, *, longest_wait: float, concurrency: int) -> None:
        self._clock = clock
        self._memory = memory
        self._longest_wait = longest_wait
        self._under_way = asyncio.Semaphore(concurrency)
        self._hosts: dict[str, _Host] = {}

    def take_counts(self) -> dict[str, HostCounts]:
        """Return what was asked of each host since this was last called, of those that were asked for something."""
        taken = {name: host.counts for name, host in self._hosts.items() if host.counts != HostCounts()}
        for name in taken:
            self._hosts[name].counts = HostCounts()
        return taken

    def count(self, host: str) -> HostCounts:
        """Return the counts of *host*, to be added to."""
        return self._host(host).counts

    def set_crawl_delay(self, host: str, seconds: float) -> None:
        """Leave *host* alone for *seconds* after each request."""
        self._host(host).crawl_delay = seconds

    def postpone(self, host: str, seconds: float) -> datetime:
        """Ask *host* nothing for *seconds*, nor before a later time that was set; return that time."""
        at = self._clock.now() + min(timedelta(seconds=min(seconds, 1e9)), MAX_NOT_BEFORE)
        earlier = self._memory.not_before(host)
        if earlier is None or earlier < at:
            self._memory.keep_not_before(host, at)
            return at
        return earlier

    @asynccontextmanager
    async def lease(self, name: str, pause: float) -> AsyncIterator[None]:
        """Hold the only lease of host *name*, *pause* seconds or more after the last one ended.

        Raises:
            NotYetError: The host asked for a longer wait than we are willing to sit out.
        """
        host = self._host(name)
        async with host.lock:
            # A wait may end in a longer one: another process may share the memory.
            while (wait := self._wait(host, name, pause)) > 0:
                await self._clock.sleep(wait)
            async with self._under_way:
                try:
                    yield
                finally:
                    host.ended_at = self._clock.monotonic()

    def _wait(self, host: _Host, name: str, pause: float) -> float:
        wait = 0.0
        if host.ended_at is not None:
            wait = host.ended_at + max(pause, host.crawl_delay) - self._clock.monotonic()
        if not_before := self._memory.not_before(name):
            asked = (not_before - self._clock.now()).total_seconds()
            if asked > self._longest_wait:
                raise NotYetError(not_before)
            wait = max(wait, asked)
        return wait

    def _host(self, name: str) -> _Host:
        if (host := self._hosts.get(name)) is None:
            host = self._hosts[name] = _Host()
        return host
