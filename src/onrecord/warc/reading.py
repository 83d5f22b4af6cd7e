"""Reading segments back, and mending one that a crash has torn.

Digests are verified while reading: a record comes back as it was written, or `WarcFormatError` says
where it does not. Memory holds one record at a time.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from onrecord.errors import StorageError, WarcFormatError
from onrecord.model import RecordRef
from onrecord.warc.records import KEPT_HEADER_PREFIX, StoredRecord

#: A record is at most a body (32 MiB) and its headers. What unpacks to more than this was not written
#: here, and would fill the memory of whoever reads it.
MAX_RECORD_BYTES = 256 * 1024 * 1024
READ_BYTES = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b\x08"
END_OF_RECORD = b"\r\n\r\n"
HTTP_KINDS = frozenset({"request", "response", "revisit"})


@dataclass(frozen=True, slots=True)
class RecoveredSegment:
    """A segment after `recover`: what stands, and what was cut off."""

    path: str
    size: int  #: bytes that stand
    records: int  #: whole records that stand
    cut: int  #: bytes of a torn record that were cut off; 0: the segment was whole
    reason: str = ""  #: why: "the file ends inside a record"


class _TornError(Exception):
    """The member at *offset* is not whole. *at_end*: there are no more bytes to make it so."""

    def __init__(self, offset: int, what: str, *, at_end: bool) -> None:
        super().__init__(what)
        self.offset = offset
        self.what = what
        self.at_end = at_end


def read_record(stream: BinaryIO, offset: int, *, path: str) -> StoredRecord:
    """Return the record whose gzip member begins at *offset* of *stream*.

    Args:
        stream: The segment, seekable.
        offset: `RecordRef.offset`.
        path: The segment's path in the archive, which the record and any error name.

    Raises:
        WarcFormatError: No whole, undamaged record begins there.
    """
    try:
        return _read_at(stream, offset, path)
    except _TornError as torn:
        raise _damaged(path, torn) from torn


def iter_records(segment: Path, *, path: str | None = None) -> Iterator[StoredRecord]:
    """Yield each record of the file *segment* in order.

    Args:
        segment: The file.
        path: Its path in the archive, which records and errors name; its own if not given.

    Raises:
        WarcFormatError: A record is damaged, or the file ends inside one.
    """
    name = path or str(segment)
    with segment.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        offset = 0
        while offset < end:
            record = read_record(stream, offset, path=name)
            yield record
            offset += record.ref.length


def recover(segment: Path, *, path: str | None = None) -> RecoveredSegment:
    """Cut the file *segment* back to its last whole record, if a crash has torn the one behind it.

    No whole record is ever cut off: damage with whole records behind it is no torn end, and is left.

    Args:
        segment: The file; it must not be written to meanwhile.
        path: Its path in the archive, which the result and errors name; its own if not given.

    Raises:
        WarcFormatError: A record is damaged, but whole ones stand behind it.
        StorageError: The disk refused to cut.
    """
    name = path or str(segment)
    try:
        with segment.open("r+b") as stream:
            return _recover(stream, name)
    except OSError as error:
        raise StorageError.of(error, name) from error


def _recover(stream: BinaryIO, name: str) -> RecoveredSegment:
    end = stream.seek(0, os.SEEK_END)
    offset = records = 0
    while offset < end:
        try:
            offset += _read_at(stream, offset, name).ref.length
            records += 1
        except _TornError as torn:
            if _next_whole(stream, offset + 1, name) is not None:
                raise _damaged(name, torn) from torn
            stream.truncate(offset)
            stream.flush()
            os.fsync(stream.fileno())
            return RecoveredSegment(name, offset, records, end - offset, torn.what)
    return RecoveredSegment(name, offset, records, 0)


def damaged_member(segment: Path) -> tuple[int, int] | None:
    """Return where the first damaged record of the file *segment* begins, and where it ends; None if all are whole."""
    with segment.open("rb") as stream:
        end = stream.seek(0, os.SEEK_END)
        offset = 0
        while offset < end:
            try:
                offset += _read_at(stream, offset, str(segment)).ref.length
            except _TornError:
                return offset, _next_whole(stream, offset + 1, str(segment)) or end
    return None


def _next_whole(stream: BinaryIO, start: int, name: str) -> int | None:
    """Return where, from *start* on, the first whole record begins."""
    at = start
    while True:
        stream.seek(at)
        chunk = stream.read(READ_BYTES)
        found = chunk.find(GZIP_MAGIC)
        if found >= 0:
            try:
                _read_at(stream, at + found, name)
            except _TornError:
                at += found + 1
                continue
            return at + found
        if len(chunk) < READ_BYTES:
            return None
        at += len(chunk) - len(GZIP_MAGIC) + 1


def _read_at(stream: BinaryIO, offset: int, path: str) -> StoredRecord:
    """Return the record at *offset*; raise `_TornError` where it is not whole, or not as it was written."""
    data, length = _member(stream, offset)
    try:
        record = _parse(data, RecordRef(path=path, offset=offset, length=length))
    except ValueError as error:
        raise _TornError(offset, str(error), at_end=False) from error
    for field, part in (("WARC-Block-Digest", record.block), ("WARC-Payload-Digest", record.payload)):
        stated = record.header(field)
        # A revisit's payload stands elsewhere, so its digest can't be verified here.
        if stated and not (field == "WARC-Payload-Digest" and record.kind == "revisit"):
            _verify(stated, part, field, offset)
    return record


def _member(stream: BinaryIO, offset: int) -> tuple[bytes, int]:
    """Return the unpacked gzip member at *offset*, and how many bytes it takes in the file."""
    stream.seek(offset)
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    parts: list[bytes] = []
    size = taken = 0
    while not unpacker.eof:
        packed = stream.read(READ_BYTES)
        if not packed:
            raise _TornError(offset, "the file ends inside a record", at_end=True)
        taken += len(packed)
        while packed and not unpacker.eof:
            try:
                part = unpacker.decompress(packed, READ_BYTES)
            except zlib.error as error:  # a bad byte, or a CRC that does not match
                raise _TornError(offset, f"the gzip member is damaged ({error})", at_end=False) from error
            size += len(part)
            if size > MAX_RECORD_BYTES:
                raise _TornError(offset, f"the record unpacks to over {MAX_RECORD_BYTES} bytes", at_end=False)
            parts.append(part)
            packed = unpacker.unconsumed_tail
    return b"".join(parts), taken - len(unpacker.unused_data)


def _parse(data: bytes, ref: RecordRef) -> StoredRecord:
    """Return the record in *data*; raise ValueError saying what is wrong with it."""
    stream = io.BytesIO(data)
    try:
        loaded = ArcWarcRecordLoader().parse_record_stream(stream, known_format="warc", no_record_parse=True)
    except (ArchiveLoadFailed, EOFError, UnicodeError) as error:
        raise ValueError("no WARC header stands here") from error
    fields = tuple((name, value) for name, value in loaded.rec_headers.headers)
    start = len(data) - len(stream.read())
    named = {name.lower(): value for name, value in reversed(fields)}
    length = int(named.get("content-length", "-1"))
    if length < 0 or data[start + length :] != END_OF_RECORD:
        raise ValueError("the block is not as long as its header says")
    at = datetime.fromisoformat(named.get("warc-date", ""))
    record = StoredRecord(
        ref=ref,
        kind=named.get("warc-type", ""),
        record_id=named.get("warc-record-id", ""),
        at=at.replace(tzinfo=at.tzinfo or UTC),
        url=named.get("warc-target-uri"),
        fields=fields,
        block=data[start : start + length],
    )
    if record.kind in HTTP_KINDS and named.get("content-type", "").startswith("application/http"):
        return _with_http(record)
    return record


def _with_http(record: StoredRecord) -> StoredRecord:
    """Return *record* with its HTTP head read."""
    end = record.block.find(b"\r\n\r\n")
    head = record.block if end < 0 else record.block[: end + 4]
    if record.kind == "request":
        return replace(record, head=head)
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    version, _, rest = first.partition(" ")
    status, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/") or not status.isdigit():
        raise ValueError("no HTTP status line stands in this response")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.append((name.removeprefix(KEPT_HEADER_PREFIX), value.removeprefix(" ")))
    return replace(
        record,
        head=head,
        status=int(status),
        reason=reason,
        http_version=version.removeprefix("HTTP/"),
        http_headers=tuple(headers),
    )


def _verify(stated: str, part: bytes, field: str, offset: int) -> None:
    algorithm, _, value = stated.partition(":")
    # What others wrote in another form is theirs to verify; all that is written here is in this one.
    if algorithm == "sha256" and len(value) == 64 and hashlib.sha256(part).hexdigest() != value.lower():
        raise _TornError(offset, f"{field} does not match", at_end=False)


def _damaged(path: str, torn: _TornError) -> WarcFormatError:
    return WarcFormatError(path, f"the record at byte {torn.offset} can't be read: {torn.what}")
