"""Writing a segment again: without some payloads, or without some records. All others keep their bytes.

A record that keeps its place in the world, but not its payload, becomes a revisit of a profile of our own: HTTP headers
and digest stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from onrecord.warc.reading import iter_records
from onrecord.warc.records import PRUNED_PAYLOAD, StoredRecord
from onrecord.warc.writing import Fields, framed

#: What is written anew in a record whose payload is left out.
_REPLACED = frozenset({"warc-type", "warc-block-digest", "content-length", "content-type"})


class Fate(Enum):
    """What becomes of a record."""

    KEEP = "keep"
    STRIP = "strip"  #: its payload is left out; of a record without one, nothing is
    DROP = "drop"


@dataclass(slots=True)
class Rewritten:
    """What became of a segment's records."""

    moved: dict[int, tuple[int, int]] = field(
        default_factory=dict
    )  #: of whole records: where it stood; where, how long
    stripped: list[StoredRecord] = field(default_factory=list)
    dropped: list[StoredRecord] = field(default_factory=list)

    @property
    def is_other(self) -> bool:
        """Has anything been left out?"""
        return bool(self.stripped or self.dropped)


def rewrite(
    segment: Path, out: BinaryIO, decide: Callable[[StoredRecord], Fate], *, path: str | None = None
) -> Rewritten:
    """Write the records of the file *segment* to *out*, each as *decide* says; return what became of them.

    Args:
        segment: The file.
        out: Where the new one is written, from its beginning.
        decide: Says what becomes of a record.
        path: The segment's path in the archive, which errors name; its own if not given.

    Raises:
        WarcFormatError: A record is damaged: nothing is left out of what can't be read.
    """
    result = Rewritten()
    at = 0
    with segment.open("rb") as source:
        for record in iter_records(segment, path=path):
            fate = decide(record)
            if fate is Fate.DROP:
                result.dropped.append(record)
                continue
            if fate is Fate.STRIP and record.kind == "response" and record.payload:
                member = _stripped(record)
                result.stripped.append(record)
            else:
                source.seek(record.ref.offset)
                member = source.read(record.ref.length)
                result.moved[record.ref.offset] = (at, len(member))
            out.write(member)
            at += len(member)
    return result


def _stripped(record: StoredRecord) -> bytes:
    """Return a response's record without its payload."""
    fields: Fields = [("WARC-Type", "revisit")]
    fields += [(name, value) for name, value in record.fields if name.lower() not in _REPLACED]
    fields.append(("WARC-Profile", PRUNED_PAYLOAD))
    fields.append(("WARC-Block-Digest", f"sha256:{hashlib.sha256(record.head).hexdigest()}"))
    return framed(fields, "application/http; msgtype=response", record.head, b"")
