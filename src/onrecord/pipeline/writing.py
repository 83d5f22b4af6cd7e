"""The writer of a round: all that goes into the archive, one after the other.

Files are written and synced on a thread of their own, so that a slow disk holds up no download. Steps
that wait at the same time are committed together: one sync of the ledger serves them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from onrecord.archive import Archive, Step
from onrecord.ledger import Line, Put
from onrecord.model import Capture, Exchange
from onrecord.warc import RevisitTarget

_Result = TypeVar("_Result")


def record_of(capture: Capture) -> dict[str, Any]:
    """Return a capture as ledger lines name it: docs/FORMAT.md, "The ledger"."""
    return {
        "id": capture.record_id,
        "path": capture.record.path,
        "offset": capture.record.offset,
        "length": capture.record.length,
        "digest": capture.payload_digest,
        "media_type": capture.media_type,
    }


class Writer:
    """The one way into an archive while a round runs.

    Raises:
        StorageError: In every method, and from then on: the disk refused. What was acknowledged stands.
    """

    def __init__(self, archive: Archive, *, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._now = now
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._waiting: list[tuple[Sequence[Step], asyncio.Future[list[Line]]]] = []
        self._failure: Exception | None = None
        self._committing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._committing is not None:
            await asyncio.wait([self._committing])
        self._thread.shutdown(wait=True)

    async def capture(
        self,
        exchange: Exchange,
        *,
        revisit_of: RevisitTarget | None = None,
        omit_payload: bool = False,
    ) -> Capture:
        """Append an exchange to the open segment."""
        archive = self._archive
        capture = await self._on_thread(
            lambda: archive.capture(exchange, revisit_of=revisit_of, omit_payload=omit_payload),
        )
        if archive.is_segment_full and (step := await self._on_thread(archive.close_segment)):
            await self.commit(step)
        return capture

    async def stage(self, path: str, data: bytes) -> Put:
        """Write a file's bytes to the staging folder, for a step to name."""
        return await self._on_thread(lambda: self._archive.stage(path, data))

    async def commit(self, *steps: Step) -> list[Line]:
        """Make *steps* count; return when they would outlast a crash."""
        future: asyncio.Future[list[Line]] = asyncio.get_running_loop().create_future()
        self._waiting.append((steps, future))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_all())
        return await asyncio.shield(future)

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            steps = [step for some, _ in batch for step in some]
            now = self._now()
            try:
                if self._failure is not None:
                    raise self._failure
                lines = await self._on_thread(partial(self._archive.write_down, steps, now=now))
                self._archive.enter(lines, steps)
            except Exception as error:  # noqa: BLE001  whatever it is, whoever waits must hear of it
                # After one refusal nothing more is written: the ledger would run ahead of the index.
                self._failure = error
                for _, future in batch:
                    future.set_exception(error)
                    future.exception()  # seen: whoever waited may have been cancelled
                continue
            for some, future in batch:
                mine, lines = lines[: len(some)], lines[len(some) :]
                future.set_result(mine)

    async def _on_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
