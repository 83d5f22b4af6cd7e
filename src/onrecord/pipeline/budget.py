"""The budget of a round: the time, the bytes and the disk that it may take.

When it is spent nothing new is begun. What is under way may end, within `GRACE`; the rest comes first in the next
round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from onrecord.config import RoundConfig

MIB = 1024 * 1024

#: Seconds that what is under way when the time is over may take to end. A host's pauses and retries may be longer.
GRACE = 30.0

_Result = TypeVar("_Result")


class Budget:
    """What a round may take, and has taken.

    Args:
        limits: From the settings, or the command line.
        monotonic: Seconds that never go backwards.
        received: Bytes that servers have sent so far.
        free: Bytes that are free on the archive's disk.
    """

    def __init__(
        self,
        limits: RoundConfig,
        *,
        monotonic: Callable[[], float],
        received: Callable[[], int],
        free: Callable[[], int],
    ) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._received = received
        self._free = free
        self._deadline = monotonic() + limits.max_time.total_seconds() if limits.max_time else None
        self._reason: str | None = None
        self.is_disk_low = False

    @property
    def is_timed(self) -> bool:
        """Has it a limit of time?"""
        return self._deadline is not None

    def spent(self) -> str | None:
        """Return which limit is reached, in words, or None: there is room for more."""
        if self._reason is None:
            self._reason = self._reached()
        return self._reason

    def _reached(self) -> str | None:
        limits = self._limits
        if self._deadline is not None and limits.max_time and self._monotonic() >= self._deadline:
            return f"its time was over ({_shortly(limits.max_time)})"
        if limits.max_mib is not None and self._received() >= limits.max_mib * MIB:
            return f"{limits.max_mib} MiB were read"
        if self._free() < limits.min_free_mib * MIB:
            self.is_disk_low = True
            return (
                f"less than {limits.min_free_mib} MiB are free on the archive's disk; make room, or set"
                " [round] min_free_mib"
            )
        return None

    async def within(self, task: asyncio.Task[_Result]) -> bool:
        """Wait for *task*; return False, and cancel it, if the round's time and its grace are over before."""
        timeout = None
        if self._deadline is not None:
            timeout = max(self._deadline + GRACE - self._monotonic(), 0.0)
        done, _ = await asyncio.wait({task}, timeout=timeout)
        if not done:
            task.cancel()
        return bool(done)


def _shortly(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{amount}{unit}" for amount, unit in parts if amount)
