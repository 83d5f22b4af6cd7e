"""Pruning: the payloads of old captures are left out. Documents and pictures stay, and are the truth from then on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from onrecord.archive.folder import Archive
from onrecord.archive.layout import cdxj_path
from onrecord.archive.rewriting import rewritten, sealed_segments
from onrecord.warc import Fate, StoredRecord


@dataclass(slots=True)
class PruneReport:
    """What a run left out."""

    segments: int = 0
    payloads: int = 0
    saved: int = 0  #: bytes


def prune(
    archive: Archive,
    *,
    before: datetime,
    now: datetime,
    is_trial: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> PruneReport:
    """Leave out the payloads of captures that were made *before*; headers and digests stay.

    Each segment is a step of its own: broken off, the next run goes on.

    Args:
        archive: Open for writing.
        before: The age.
        now: The moment that the ledger states.
        is_trial: Change nothing; report what would be left out.
        progress: Told (segments done, segments in all).

    Raises:
        WarcFormatError: A segment is damaged.
        StorageError: The disk said no. What was done stands.
    """
    report = PruneReport()
    segments = [path for path in sealed_segments(archive) if _has_payload(archive, path, before)]
    for done, path in enumerate(segments, 1):
        found = rewritten(archive, path, lambda record: _fate(record, before), why="pruned")
        if found is not None:
            report.segments += 1
            report.payloads += len(found.result.stripped)
            report.saved += found.saved
            if is_trial:
                archive.files.sweep()
            else:
                archive.commit([found.step], now=now)
                # What a server sends again must be kept again, not referred to.
                archive.state.forget_records(record.record_id for record in found.result.stripped)
        progress(done, len(segments))
    return report


def _fate(record: StoredRecord, before: datetime) -> Fate:
    return Fate.STRIP if record.at < before else Fate.KEEP


def _has_payload(archive: Archive, segment: str, before: datetime) -> bool:
    """Does the index of a segment list an answer that is old enough? Nothing else has a payload to leave out."""
    stamp = f"{before.astimezone(UTC):%Y%m%d%H%M%S}"
    for line in archive.files.read(cdxj_path(segment)).decode().splitlines():
        _, at, told = line.split(" ", 2)
        if at < stamp and json.loads(told)["mime"] != "warc/revisit":
            return True
    return False
