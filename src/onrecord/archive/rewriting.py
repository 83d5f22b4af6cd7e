"""Segments of captures written again: the step that puts one in the place of the other, and says so in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Literal

from onrecord.archive.folder import Archive, Step
from onrecord.archive.layout import cdxj_path
from onrecord.ledger import Event
from onrecord.warc import Fate, Rewritten, StoredRecord, rewrite, write_cdxj


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A segment that was written again, and staged."""

    step: Step
    result: Rewritten
    saved: int  #: bytes


def sealed_segments(archive: Archive) -> list[str]:
    """Return the paths of all segments that are complete, the oldest first."""
    return [
        path
        for path in archive.files.walk("captures")
        if path.endswith(".warc.gz") and archive.files.exists(cdxj_path(path))
    ]


def rewritten(
    archive: Archive,
    segment: str,
    decide: Callable[[StoredRecord], Fate],
    *,
    why: Literal["pruned", "forgotten"],
) -> Rewriting | None:
    """Stage *segment* as it is without what *decide* leaves out; None where that is nothing.

    Raises:
        WarcFormatError: A record of it is damaged; it is left as it is.
        StorageError: The disk said no.
    """
    found: list[Rewritten] = []

    def write(out: BinaryIO) -> None:
        found.append(rewrite(archive.root / segment, out, decide, path=segment))

    put = archive.files.stage_stream(segment, write)
    result = found[0]
    if not result.is_other:
        archive.files.unstage(put)
        return None
    index = write_cdxj(archive.files.staged(put), path=segment)
    known = archive.catalog.records_in(segment)
    data = {
        "segment": segment,
        "why": why,
        "stripped": len(result.stripped),
        "dropped": len(result.dropped),
        # The records that documents were read from, and that are whole: from where, to where, how long.
        "moved": [[at, *result.moved[at]] for at in sorted(known) if at in result.moved],
    }
    text = "".join(f"{line}\n" for line in index).encode()
    step = Step(event=Event.REWRITTEN, data=data, files=((cdxj_path(segment), text),), staged=(put,))
    return Rewriting(step, result, archive.files.size(segment) - put.size)
