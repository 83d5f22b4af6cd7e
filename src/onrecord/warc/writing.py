"""Writing a segment: each exchange as a request and a response, or as a revisit of what is already held.

Bytes are determined by what is written, but for record ids and dates. A record that could not be
written whole is taken back, so that a full disk leaves a sound segment.
"""

from __future__ import annotations

import hashlib
import io
import re
import uuid
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from onrecord.errors import StorageError
from onrecord.model import Capture, Digest, Exchange, RecordRef
from onrecord.warc.cdxj import cdxj_line
from onrecord.warc.records import (
    CONFORMS_TO,
    IDENTICAL_PAYLOAD,
    KEPT_HEADER_PREFIX,
    NOT_MODIFIED,
    STORED_PAYLOAD,
    WARC_VERSION,
    RevisitTarget,
    media_type_of,
    payload_digest,
)

#: zlib's own choice: level 9 takes as long again for a fiftieth less.
LEVEL = 6
GZIP_BITS = 31  # zlib's word for a gzip member

#: A body that was sent packed, and is longer than this, is stored in its member as it is: packing it again
#: takes 35 ms a MiB and gains nothing.
PACKED_BYTES = 4096

_NOT_IN_A_FIELD = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_NOT_IN_A_URI = re.compile(r"[\x00-\x20\x7f]")

Fields = list[tuple[str, str]]


def stored_payload_id(digest: Digest) -> str:
    """Return the WARC-Record-ID that an export gives to the record of a payload kept as a file.

    It follows from the digest alone, so that a revisit can name the record before anybody writes it.
    """
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:onrecord:payload:{digest}')}>"


class SegmentWriter:
    """An open segment. Not for two threads at once.

    Args:
        stream: Where records go, open for writing at a place where a record may begin.
        path: The segment's path in the archive; captures and errors name it.
        software: "OnRecord/0.1.0".
        now: When the segment is begun, UTC.
        operator: Who runs this archive, where they want it said (WARC 1.1, 6.2).
        new_id: Gives record ids; a test gives predictable ones.

    Raises:
        StorageError: The disk refused the first record.
    """

    def __init__(
        self,
        stream: BinaryIO,
        path: str,
        *,
        software: str,
        now: datetime,
        operator: str | None = None,
        new_id: Callable[[], str] | None = None,
    ) -> None:
        self.path = path
        self._stream = stream
        self._new_id = new_id or _random_id
        self._size = stream.tell()
        self._index: list[str] = []
        self._write_warcinfo(software, operator, now)

    @property
    def size(self) -> int:
        """The segment's bytes so far, whole records only."""
        return self._size

    @property
    def cdxj_lines(self) -> list[str]:
        """The index of what was written, sorted; what `write_cdxj` would make from the file."""
        return sorted(self._index)

    def write_exchange(
        self,
        exchange: Exchange,
        *,
        revisit_of: RevisitTarget | None = None,
        omit_payload: bool = False,
    ) -> Capture:
        """Write the request and the response of *exchange*; return where the response stands.

        With *revisit_of*, an answer of 304 or one with the same payload becomes a revisit record; any
        other is written whole. With *omit_payload* the payload is left out, because the archive keeps
        it as a file under its digest.

        What a browser made of an answer becomes a conversion record (6.8) of the record *revisit_of*.

        Raises:
            StorageError: The disk refused; the segment ends with its last whole exchange.
        """
        if exchange.is_rendered:
            return self._write_conversion(exchange, revisit_of)
        digest = payload_digest(exchange.body)
        profile = _profile(exchange, digest, revisit_of, omit_payload=omit_payload)
        # A 304 has no payload of its own: the digest is that of what still stands (6.7.3).
        held = revisit_of.payload_digest if profile == NOT_MODIFIED and revisit_of else digest
        record_id = self._new_id()
        media_type = media_type_of(exchange.header("content-type"))
        captured_at = exchange.requested_at.astimezone(UTC).replace(microsecond=0)
        head = _response_head(exchange)
        body = b"" if profile else exchange.body
        fields = self._fields("revisit" if profile else "response", record_id, captured_at)
        fields.append(("WARC-Target-URI", _uri(exchange.url)))
        if exchange.ip_address:
            fields.append(("WARC-IP-Address", exchange.ip_address))
        if profile:
            fields.append(("WARC-Profile", profile))
        if revisit_of and profile in {IDENTICAL_PAYLOAD, NOT_MODIFIED}:
            fields += [
                ("WARC-Refers-To", revisit_of.record_id),
                ("WARC-Refers-To-Target-URI", _uri(revisit_of.url)),
                ("WARC-Refers-To-Date", _date(revisit_of.captured_at)),
            ]
        if profile == STORED_PAYLOAD:
            fields.append(("WARC-Refers-To", stored_payload_id(held)))
        if exchange.truncated:
            fields.append(("WARC-Truncated", exchange.truncated))
        fields.append(("WARC-Payload-Digest", held))
        start = self._size
        try:
            self._write_request(exchange, captured_at, record_id)
            is_packed = bool(exchange.header("content-encoding")) and len(body) >= PACKED_BYTES
            ref = self._append(fields, "application/http; msgtype=response", head, body, is_packed=is_packed)
        except StorageError:
            self._take_back(start)  # half an exchange is none
            raise
        line = cdxj_line(
            _uri(exchange.url),
            captured_at,
            status=exchange.status,
            media_type=media_type,
            digest=held,
            profile=profile,
            record=ref,
        )
        if line:
            self._index.append(line)
        return Capture(
            url=exchange.url,
            captured_at=captured_at,
            status=exchange.status,
            payload_digest=held,
            record=ref,
            record_id=record_id,
            media_type=media_type,
        )

    def _write_conversion(self, exchange: Exchange, of: RevisitTarget | None) -> Capture:
        record_id, digest = self._new_id(), payload_digest(exchange.body)
        captured_at = exchange.requested_at.astimezone(UTC).replace(microsecond=0)
        fields = self._fields("conversion", record_id, captured_at)
        fields.append(("WARC-Target-URI", _uri(exchange.url)))
        if of:
            fields.append(("WARC-Refers-To", of.record_id))
        fields.append(("WARC-Payload-Digest", digest))
        media_type = exchange.header("content-type") or "application/octet-stream"
        return Capture(
            url=exchange.url,
            captured_at=captured_at,
            status=exchange.status,
            payload_digest=digest,
            record=self._append(fields, media_type, b"", exchange.body),
            record_id=record_id,
            media_type=media_type_of(media_type),
        )

    def write_metadata(
        self,
        url: str,
        fields: Iterable[tuple[str, str]],
        *,
        at: datetime,
        concurrent_to: str | None = None,
    ) -> RecordRef:
        """Write what we know of a capture as named *fields* (WARC 1.1, 6.6), beside record *concurrent_to*.

        Raises:
            StorageError: The disk refused; the segment ends with its last whole record.
        """
        headers = self._fields("metadata", self._new_id(), at)
        headers.append(("WARC-Target-URI", _uri(url)))
        if concurrent_to:
            headers.append(("WARC-Concurrent-To", concurrent_to))
        return self._append(headers, "application/warc-fields", b"", _warc_fields(fields))

    def _write_warcinfo(self, software: str, operator: str | None, now: datetime) -> None:
        info = [
            ("software", software),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", CONFORMS_TO),
            ("robots", "RFC 9309"),
        ]
        if operator:
            info.append(("operator", operator))
        fields = self._fields("warcinfo", self._new_id(), now)
        fields.append(("WARC-Filename", self.path.rpartition("/")[2]))
        self._append(fields, "application/warc-fields", b"", _warc_fields(info))

    def _write_request(self, exchange: Exchange, at: datetime, response_id: str) -> None:
        fields = self._fields("request", self._new_id(), at)
        fields += [
            ("WARC-Target-URI", _uri(exchange.url)),
            ("WARC-Concurrent-To", response_id),
        ]
        self._append(fields, "application/http; msgtype=request", exchange.request_head, b"")

    def _fields(self, kind: str, record_id: str, at: datetime) -> Fields:
        return [("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", _date(at))]

    def _append(
        self, fields: Fields, media_type: str, head: bytes, body: bytes, *, is_packed: bool = False
    ) -> RecordRef:
        start = self._size
        block = hashlib.sha256(head)
        block.update(body)
        fields.append(("WARC-Block-Digest", f"sha256:{block.hexdigest()}"))
        member = framed(fields, media_type, head, body, is_packed=is_packed)
        try:
            self._stream.write(member)
            self._size = self._stream.tell()
        except OSError as error:
            self._take_back(start)
            raise StorageError.of(error, self.path) from error
        return RecordRef(path=self.path, offset=start, length=self._size - start)

    def _take_back(self, start: int) -> None:
        """Cut off what stands of something that could not be written whole."""
        self._size = start
        try:
            self._stream.seek(start)
            self._stream.truncate()
        except OSError:  # the disk is beyond us; recover() cuts here when the archive is next opened
            return


def framed(fields: Fields, media_type: str, head: bytes, body: bytes, *, is_packed: bool = False) -> bytes:
    """Return a record as a gzip member of its own (WARC 1.1, annex D): it is read from its offset alone."""
    headers = StatusAndHeaders("", [(k, _one_line(v)) for k, v in fields], protocol=WARC_VERSION)
    kind = fields[0][1]
    record = ArcWarcRecord("warc", kind, headers, io.BytesIO(body), _Head(head), media_type, len(head))
    record.payload_length = len(body)
    stream = io.BytesIO()
    _Framing(stream, gzip=False).write_record(record)
    return zlib.compress(stream.getbuffer(), 0 if is_packed else LEVEL, wbits=GZIP_BITS)


class _Framing(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's records, with our digests: it would add SHA-1 payload digests of its own."""

    def ensure_digest(self, record: ArcWarcRecord, *, block: bool = True, payload: bool = True) -> None:
        """Leave the digests as they are."""


class _Head(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """A head whose bytes are given: warcio would percent-encode what is not ASCII."""

    def __init__(self, head: bytes) -> None:
        super().__init__("", [])
        self.headers_buff = head

    def __bool__(self) -> bool:
        return True

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Leave the bytes as they are."""


def _profile(
    exchange: Exchange, digest: Digest, target: RevisitTarget | None, *, omit_payload: bool
) -> str | None:
    if omit_payload:
        return STORED_PAYLOAD
    if target is None:
        return None
    if exchange.status == 304:
        return NOT_MODIFIED
    return IDENTICAL_PAYLOAD if digest == target.payload_digest and not exchange.truncated else None


def _response_head(exchange: Exchange) -> bytes:
    lines = [f"HTTP/{exchange.http_version} {exchange.status} {_one_line(exchange.reason)}"]
    for name, value in exchange.headers:
        is_framing = name.lower() == "transfer-encoding"
        lines.append(f"{KEPT_HEADER_PREFIX if is_framing else ''}{_one_line(name)}: {_one_line(value)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _warc_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{_one_line(name)}: {_one_line(value)}\r\n" for name, value in fields).encode()


def _one_line(value: str) -> str:
    """Return *value* on one line: nobody may write a header of ours."""
    return _NOT_IN_A_FIELD.sub(" ", value)


def _uri(url: str) -> str:
    """Return *url* as it stands, but for white space and controls, which no URI has (RFC 3986, 2)."""
    return _NOT_IN_A_URI.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _date(at: datetime) -> str:
    """Return a WARC-Date of whole seconds, which is what CDX keeps."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _random_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"
