"""What is remembered of hosts from one fetch to the next, and from one round to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptRobots:
    """The robots.txt of an origin, as it was last answered."""

    fetched_at: datetime  #: UTC
    body: bytes | None  #: None: there is none, so all is allowed (RFC 9309, 2.3.1.3)


class HostMemory(Protocol):
    """All that the client asks of whoever remembers. A test, or one round, gives it `TransientMemory`."""

    def robots(self, origin: str) -> KeptRobots | None:
        """Return what was last kept for *origin* ("https://paper.example")."""

    def keep_robots(self, origin: str, robots: KeptRobots) -> None:
        """Keep *robots* for *origin*."""

    def not_before(self, host: str) -> datetime | None:
        """Return the time before which *host* must not be asked for anything, UTC."""

    def keep_not_before(self, host: str, at: datetime) -> None:
        """Keep that *host* must not be asked before *at*."""

    def moved_to(self, url: str) -> tuple[str, datetime] | None:
        """Return where *url* has moved for good (301, 308), and when we were told, UTC."""

    def keep_moved(self, url: str, target: str | None, at: datetime) -> None:
        """Keep that *url* has moved to *target*; None: forget that it had moved."""


class TransientMemory:
    """A memory that ends with the process."""

    def __init__(self) -> None:
        self._robots: dict[str, KeptRobots] = {}
        self._not_before: dict[str, datetime] = {}
        self._moved: dict[str, tuple[str, datetime]] = {}

    def robots(self, origin: str) -> KeptRobots | None:
        """Return what was last kept for *origin*."""
        return self._robots.get(origin)

    def keep_robots(self, origin: str, robots: KeptRobots) -> None:
        """Keep *robots* for *origin*."""
        self._robots[origin] = robots

    def not_before(self, host: str) -> datetime | None:
        """Return the time before which *host* must not be asked."""
        return self._not_before.get(host)

    def keep_not_before(self, host: str, at: datetime) -> None:
        """Keep that *host* must not be asked before *at*."""
        self._not_before[host] = at

    def moved_to(self, url: str) -> tuple[str, datetime] | None:
        """Return where *url* has moved for good, and when we were told."""
        return self._moved.get(url)

    def keep_moved(self, url: str, target: str | None, at: datetime) -> None:
        """Keep that *url* has moved to *target*; None: forget that it had moved."""
        if target is None:
            self._moved.pop(url, None)
        else:
            self._moved[url] = (target, at)
