"""What stands in a segment: the words of WARC that writer and reader share, and a record that was read.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from onrecord.model import Capture, Digest, Exchange, RecordRef

WARC_VERSION = "WARC/1.1"
CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"

#: WARC 1.1, 6.7.2: the payload is that of the record referred to.
IDENTICAL_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
#: WARC 1.1, 6.7.3: the server answered a conditional request with 304.
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
#: Our own (6.7.1 allows it): the payload is a file of the archive, named by WARC-Payload-Digest. No other
#: form fits: no record holds these bytes, so there is nothing for the profiles of the standard to refer to.
STORED_PAYLOAD = "urn:onrecord:profile:stored-payload:1"
#: Our own: the payload was left out when the segment was written again; its digest says what it was.
PRUNED_PAYLOAD = "urn:onrecord:profile:pruned-payload:1"

#: The body stands without its chunks, so the header that announces them must not stand as it was.
#: The prefix is the one by which replay tools keep headers that they must not act on.
KEPT_HEADER_PREFIX = "X-Archive-Orig-"


def payload_digest(body: bytes) -> Digest:
    """Return the digest of a payload as it is stored, content encoding and all (WARC 1.1, 5.9)."""
    # Hex, as in all of the archive. WARC leaves the encoding open; `warcio check` verifies hex and
    # padded base32, and replay tools compare the field as text.
    return Digest("sha256:" + hashlib.sha256(body).hexdigest())


def media_type_of(content_type: str | None) -> str | None:
    """Return the media type in a Content-Type, lower case, without parameters; None where it states none."""
    return re.split("[;, \t]", (content_type or "").strip(), maxsplit=1)[0].lower() or None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisitTarget:
    """The capture that a revisit refers to: one whose payload stands in a segment."""

    url: str
    captured_at: datetime
    record_id: str
    payload_digest: Digest

    @classmethod
    def of(cls, capture: Capture) -> RevisitTarget:
        """Return *capture* as something to refer to."""
        return cls(
            url=capture.url,
            captured_at=capture.captured_at,
            record_id=capture.record_id,
            payload_digest=capture.payload_digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record as it stands in a segment, its digests verified."""

    ref: RecordRef
    kind: str  #: WARC-Type: "response", "revisit", "request", "conversion", "metadata", "warcinfo"
    record_id: str  #: "<urn:uuid:…>"
    at: datetime  #: WARC-Date, UTC
    url: str | None  #: WARC-Target-URI
    fields: tuple[tuple[str, str], ...]  #: the record's own header
    block: bytes  #: all that follows it
    head: bytes = b""  #: of HTTP records: the first part of *block*, with its empty line
    status: int | None = None  #: of responses and revisits
    reason: str = ""
    http_version: str = ""
    http_headers: tuple[tuple[str, str], ...] = ()  #: as sent, latin-1

    def header(self, name: str) -> str | None:
        """Return the record's own field *name*, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), None)

    def http_header(self, name: str) -> str | None:
        """Return the first HTTP header *name*, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.http_headers if key.lower() == wanted), None)

    @property
    def payload(self) -> bytes:
        """The body as it was sent, content encoding untouched; empty in a revisit."""
        return self.block[len(self.head) :]

    @property
    def payload_digest(self) -> Digest | None:
        """The digest of the payload, which in a revisit stands elsewhere."""
        value = self.header("WARC-Payload-Digest")
        return Digest(value) if value else None

    @property
    def profile(self) -> str | None:
        """Of a revisit: `IDENTICAL_PAYLOAD`, `NOT_MODIFIED`, `STORED_PAYLOAD` or `PRUNED_PAYLOAD`."""
        return self.header("WARC-Profile")

    @property
    def capture(self) -> Capture:
        """What `write_exchange` returned for this response or revisit."""
        return Capture(
            url=self.url or "",
            captured_at=self.at,
            status=self.status or 0,
            payload_digest=self.payload_digest or payload_digest(self.payload),
            record=self.ref,
            record_id=self.record_id,
            media_type=media_type_of(self.http_header("content-type")),
        )

    def exchange(self, *, payload: bytes | None = None, request_head: bytes = b"") -> Exchange:
        """Return the exchange of this response; of a conversion, what was made of one, as if it had been sent.

        Args:
            payload: Of a revisit, the payload that it refers to.
            request_head: The block of the request record, where it is wanted.
        """
        if self.kind == "conversion":
            return self._rendered()
        return Exchange(
            url=self.url or "",
            requested_at=self.at,
            ip_address=self.header("WARC-IP-Address"),
            request_head=request_head,
            status=self.status or 0,
            reason=self.reason,
            http_version=self.http_version,
            headers=self.http_headers,
            body=self.payload if payload is None else payload,
            truncated=self.header("WARC-Truncated"),
        )

    def _rendered(self) -> Exchange:
        media_type = self.header("Content-Type")
        return Exchange(
            url=self.url or "",
            requested_at=self.at,
            ip_address=None,
            request_head=b"",
            status=200,
            reason="",
            http_version="1.1",
            headers=(("Content-Type", media_type),) if media_type else (),
            body=self.payload,
            is_rendered=True,
        )
