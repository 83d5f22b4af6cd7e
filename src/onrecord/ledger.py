"""The ledger: what happened to the archive, one JSON line an event, each with the digest of the one before.

Pure: lines in, lines out; `archive` appends and reads the files. The format is docs/FORMAT.md, "The ledger".
A line ends with its own digest, so that a change in the last line, which no other line covers, shows too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from onrecord.errors import LedgerFormatError
from onrecord.model import Digest

_TAIL = ',"digest":"sha256:'
#: Bytes of what ends a line: its digest.
TAIL_LENGTH = len(_TAIL) + 64 + 2  # and the closing '"}'
_SEQ = re.compile(rb'\{"seq":(\d{1,18}),')


class Event(StrEnum):
    """What a line may tell."""

    CREATED = "created"  #: the archive itself
    FOLLOWED = "followed"  #: a source was added, or its feeds changed
    CAPTURED = "captured"  #: an article was kept for the first time
    REVISED = "revised"  #: a reader would see a difference
    COMPLETED = "completed"  #: the same revision, written again with pictures that were missing
    REREAD = "re-read"  #: a later reader made something else of the same capture; no revision
    ENVELOPED = "enveloped"  #: the full-text feed gave other bytes; no revision
    ALIASED = "aliased"  #: another address of an article
    KIND_CHANGED = "kind-changed"  #: read out of a feed before, out of a page now, or the other way
    REMOVED = "removed"  #: the publisher's server says that an article is gone; nothing is deleted here
    RESTORED = "restored"  #: it answers again
    MOVED = "moved"  #: a list of a source has another address for good
    GAP = "gap"  #: something that a source published may be missing
    FILLED = "filled"  #: what was missing, or a part of it, was found, or it turned out that nothing was
    SEALED = "sealed"  #: a segment of captures is complete
    REWRITTEN = "rewritten"  #: a segment was written again, without some payloads or records
    FORGOTTEN = "forgotten"  #: an article was deleted here on purpose, for law or privacy
    REPAIRED = (
        "repaired"  #: a torn segment was cut back to its last whole record, or a damaged file was mended
    )
    KEYED = "keyed"  #: the archive has a key of its own, or another one in its place
    STAMPED = "stamped"  #: a service that others trust saw a signed line, and said when
    SIGNED = "signed"  #: the line before this one was signed, and with it all that stand before it


@dataclass(frozen=True, slots=True)
class Put:
    """A file that an event wrote: the archive holds these bytes at this path from then on."""

    path: str  #: in the archive, with "/"
    digest: Digest
    size: int  #: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger."""

    seq: int  #: from 1, without gaps, over all files
    at: datetime  #: UTC, whole seconds
    event: Event
    prev: Digest | None  #: the digest of line seq - 1; None in the first
    puts: tuple[Put, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)  #: JSON, by event: docs/FORMAT.md
    digest: Digest  #: of this line's bytes up to its own digest

    @property
    def drops(self) -> tuple[str, ...]:
        """The paths at which the archive holds nothing from now on."""
        return tuple(self.data.get("drops", ()))


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a chain."""

    seq: int = 0
    digest: Digest | None = None


def statement(archive: Digest, head: Head, at: datetime) -> bytes:
    """Return the words that a key signs: up to this line, at this moment, the archive's ledger reads so.

    *archive* is the digest of the ledger's first line, by which a signature can't serve another archive.
    """
    lines = (
        "onrecord ledger 1",
        f"archive {archive}",
        f"line {head.seq}",
        f"digest {head.digest}",
        f"at {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def succession(archive: Digest, old: str, new: str) -> bytes:
    """Return the words by which a key names the one that follows it: *old* and *new* are public keys, in base64."""
    return f"onrecord key 1\narchive {archive}\nkey {new}\nafter {old}\n".encode()


def digest_of(data: bytes) -> Digest:
    """Return the SHA-256 digest of *data*."""
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def file_of(at: datetime) -> str:
    """Return the path of the ledger file for a moment: one a month."""
    return f"ledger/{at:%Y-%m}.jsonl"


def write(
    event: Event,
    data: Mapping[str, Any],
    puts: Iterable[Put] = (),
    *,
    head: Head,
    at: datetime,
) -> tuple[Line, bytes]:
    """Return the next line after *head*, and its bytes with the line feed."""
    kept = tuple(puts)
    body: dict[str, Any] = {
        "seq": head.seq + 1,
        "at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "event": event.value,
    }
    body["prev"] = head.digest
    body |= data
    if kept:
        body["puts"] = [{"path": put.path, "digest": put.digest, "size": put.size} for put in kept]
    covered = json.dumps(body, ensure_ascii=False, separators=(",", ":"))[:-1]
    digest = digest_of(covered.encode())
    line = Line(
        seq=head.seq + 1,
        at=at.astimezone(UTC).replace(microsecond=0),
        event=event,
        prev=head.digest,
        puts=kept,
        data=dict(data),
        digest=digest,
    )
    return line, covered.encode() + tail_of(covered.encode()) + b"\n"


def tail_of(covered: bytes) -> bytes:
    """Return what ends a line: the digest of all that stands before it."""
    return f',"digest":"{digest_of(covered)}"}}'.encode()


def parse(raw: bytes, *, path: str, number: int) -> Line:
    """Return the line that *raw* (without its line feed) holds.

    Raises:
        LedgerFormatError: Its bytes don't match its digest, or it is no ledger line.
    """
    where = f"{path}, line {number}"
    cut = len(raw) - TAIL_LENGTH
    if cut <= 0 or not raw[cut:].startswith(_TAIL.encode()) or not raw.endswith(b'"}'):
        raise LedgerFormatError(where, "this is not a whole ledger line; restore the file from a backup")
    digest = Digest(raw[cut + len(_TAIL) - 7 : -2].decode("ascii", "replace"))
    if digest_of(raw[:cut]) != digest:
        raise LedgerFormatError(where, "the line does not match its digest; restore the file from a backup")
    try:
        body = json.loads(raw)
        return Line(
            seq=body.pop("seq"),
            at=datetime.strptime(body.pop("at"), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            event=Event(body.pop("event")),
            prev=body.pop("prev"),
            puts=tuple(Put(put["path"], put["digest"], put["size"]) for put in body.pop("puts", ())),
            digest=body.pop("digest"),
            data=body,
        )
    except (ValueError, KeyError, TypeError) as error:
        reason = "the line is whole but not understood; it may come from a newer On Record"
        raise LedgerFormatError(where, reason) from error


def held_after(lines: Iterable[Line]) -> dict[str, Put]:
    """Return what must be there after *lines*: the last put of each path, without what was dropped since."""
    held: dict[str, Put] = {}
    for line in lines:
        for put in line.puts:
            held[put.path] = put
        for path in line.drops:
            held.pop(path, None)
    return held


def lines_of(data: bytes, *, path: str, after: Head) -> Iterator[Line]:
    """Yield the lines of one file, each checked against the one before.

    Raises:
        LedgerFormatError: A line is damaged or missing, or the last one is torn.
    """
    head = after
    rows = data.split(b"\n")
    if rows.pop():
        raise LedgerFormatError(
            f"{path}, line {len(rows) + 1}", "the last line is torn; the next update cuts it off"
        )
    for number, raw in enumerate(rows, 1):
        line = parse(raw, path=path, number=number)
        if line.seq != head.seq + 1 or line.prev != head.digest:
            what = f"line {line.seq} does not follow line {head.seq}: lines are missing, swapped or added"
            raise LedgerFormatError(f"{path}, line {number}", what)
        head = Head(line.seq, line.digest)
        yield line


def seq_of(raw: bytes) -> int | None:
    """Return the number that a damaged or torn line begins with, if that can still be read."""
    found = _SEQ.match(raw)
    return int(found[1]) if found else None


def whole_length(data: bytes) -> int:
    """Return how many bytes of *data* are whole lines: a torn last line was never acknowledged."""
    return data.rfind(b"\n") + 1
