"""What is remembered of hosts between rounds: `fetch.HostMemory`, kept in the state."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from onrecord.fetch import KeptRobots
from onrecord.store import State


class StateMemory:
    """A `HostMemory` that outlasts the process."""

    def __init__(self, state: State) -> None:
        self._state = state

    def robots(self, origin: str) -> KeptRobots | None:
        """Return what an origin's robots.txt said, and when."""
        found = self._state.host_note("robots", origin)
        if found is None:
            return None
        return KeptRobots(fetched_at=found[1], body=base64.b64decode(found[0][1:]) if found[0] else None)

    def keep_robots(self, origin: str, robots: KeptRobots) -> None:
        """Remember what an origin's robots.txt said; an empty note: there is none."""
        value = "" if robots.body is None else "=" + base64.b64encode(robots.body).decode()
        self._state.put_host_note("robots", origin, value, robots.fetched_at)

    def not_before(self, host: str) -> datetime | None:
        """Return the moment before which a host does not want to be asked."""
        found = self._state.host_note("not-before", host)
        return found[1] if found else None

    def keep_not_before(self, host: str, at: datetime) -> None:
        """Remember the moment before which a host does not want to be asked."""
        # Whole seconds are kept: rounded up, so that nobody is asked too soon.
        self._state.put_host_note("not-before", host, "", at.replace(microsecond=0) + timedelta(seconds=1))

    def moved_to(self, url: str) -> tuple[str, datetime] | None:
        """Return where an address has moved for good, and when it said so."""
        return self._state.host_note("moved", url)

    def keep_moved(self, url: str, target: str | None, at: datetime) -> None:
        """Remember that an address has moved for good, or (None) that it has not."""
        self._state.put_host_note("moved", url, target, at)
