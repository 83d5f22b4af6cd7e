"""Segments made whole for programs that know the standard alone: payloads that are kept as files are put back.

The first capture of a payload becomes a whole response, under the id by which the others refer to it; those become
revisits of the standard's own profile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from onrecord.model import Digest
from onrecord.warc.reading import iter_records
from onrecord.warc.records import IDENTICAL_PAYLOAD, STORED_PAYLOAD, StoredRecord, payload_digest
from onrecord.warc.writing import Fields, framed, stored_payload_id

#: What is written anew in a record that becomes another.
_REPLACED = frozenset(
    {
        *("warc-type", "warc-record-id", "warc-profile", "warc-refers-to", "warc-block-digest"),
        *("warc-refers-to-target-uri", "warc-refers-to-date", "content-length", "content-type"),
    }
)


@dataclass(slots=True)
class Completion:
    """What several segments share while they are made whole, and what became of them."""

    payload_of: Callable[[Digest], bytes | None]  #: the file of a digest; None where it is not kept any more
    is_wanted: Callable[[StoredRecord], bool] = lambda _: True
    whole: dict[str, tuple[str, str]] = field(
        default_factory=dict
    )  #: by digest: where it stands whole: address, date
    records: int = 0
    missing: int = 0  #: payloads that are not there to be put back
    left_out: int = 0  #: records that are not wanted


def complete(segment: Path, out: BinaryIO, completion: Completion, *, path: str | None = None) -> None:
    """Write the records of the file *segment* to *out*, with their payloads.

    Raises:
        WarcFormatError: A record is damaged.
    """
    with segment.open("rb") as source:

        def raw(record: StoredRecord) -> bytes:
            source.seek(record.ref.offset)
            return source.read(record.ref.length)

        for request, record in _with_requests(iter_records(segment, path=path)):
            if not completion.is_wanted(record):
                completion.left_out += 1 + (request is not None)
                continue
            member, renamed = _whole(record, completion) or (raw(record), None)
            if request is not None:
                out.write(_joined(request, renamed) if renamed else raw(request))
            out.write(member)
            completion.records += 1 + (request is not None)


def _with_requests(records: Iterator[StoredRecord]) -> Iterator[tuple[StoredRecord | None, StoredRecord]]:
    """Yield each record, a response with the request that stands before it."""
    waiting: StoredRecord | None = None
    for record in records:
        is_answered = waiting is not None and waiting.header("WARC-Concurrent-To") == record.record_id
        if waiting is not None and not is_answered:
            yield None, waiting
            waiting = None
        if record.kind == "request":
            waiting = record
            continue
        yield waiting, record
        waiting = None
    if waiting is not None:
        yield None, waiting


def _whole(record: StoredRecord, completion: Completion) -> tuple[bytes, str | None] | None:
    """Return the member that stands for a capture whose payload is a file, and its new id; None for any other."""
    digest = record.payload_digest
    if record.profile != STORED_PAYLOAD or digest is None:
        return None
    fields: Fields = [(name, value) for name, value in record.fields if name.lower() not in _REPLACED]
    media_type = "application/http; msgtype=response"
    if known := completion.whole.get(digest):
        fields = [("WARC-Type", "revisit"), ("WARC-Record-ID", record.record_id), *fields]
        fields += [
            ("WARC-Profile", IDENTICAL_PAYLOAD),
            ("WARC-Refers-To", stored_payload_id(digest)),
            ("WARC-Refers-To-Target-URI", known[0]),
            ("WARC-Refers-To-Date", known[1]),
            ("WARC-Block-Digest", _digest(record.head)),
        ]
        return framed(fields, media_type, record.head, b""), None
    payload = completion.payload_of(digest)
    if payload is None or payload_digest(payload) != digest:
        completion.missing += 1
        return None
    renamed = stored_payload_id(digest)
    completion.whole[digest] = (record.url or "", record.header("WARC-Date") or "")
    fields = [("WARC-Type", "response"), ("WARC-Record-ID", renamed), *fields]
    fields.append(("WARC-Block-Digest", _digest(record.head + payload)))
    # Pictures are packed already.
    return framed(fields, media_type, record.head, payload, is_packed=True), renamed


def _joined(request: StoredRecord, response_id: str) -> bytes:
    """Return a request's member that names the response's new id."""
    replaced = {"warc-concurrent-to", "content-length", "content-type"}
    fields: Fields = [(name, value) for name, value in request.fields if name.lower() not in replaced]
    fields.append(("WARC-Concurrent-To", response_id))
    return framed(fields, "application/http; msgtype=request", request.block, b"")


def _digest(block: bytes) -> str:
    return f"sha256:{hashlib.sha256(block).hexdigest()}"
