"""Stamps: what a service is asked that others trust for the time, and whether its answer is one.

A signature says what the archive's owner stood by, at a moment that is read off the owner's own clock. A service sees
the SHA-256 of the signed words and nothing else, and answers with the time: a witness who is not the owner.

Pure: no network, no files. Asking, and keeping the answers, is `pipeline.stamping`'s.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from onrecord.proof.check import OTS_HEAD

#: Marks of what a calendar attests (opentimestamps.org: pending at a calendar, a block of Bitcoin).
_ATTESTATIONS = (bytes.fromhex("83dfe30d2ef90c8e"), bytes.fromhex("0588960d73d71901"))
_GRANTED = frozenset({0, 1})  #: RFC 3161, 2.4.2
NEEDED = "time stamps (RFC 3161) need one more package: pip install 'onrecord[stamps]'"


class StampKind(StrEnum):
    """Which kind of service saw a signature."""

    RFC3161 = "rfc3161"
    OPENTIMESTAMPS = "opentimestamps"


#: How the file ends that holds an answer.
ENDINGS = {StampKind.RFC3161: "tsr", StampKind.OPENTIMESTAMPS: "ots"}


@dataclass(frozen=True, slots=True)
class Stamped:
    """What a service answered: the file to keep, and the moment that it states."""

    answer: bytes
    said_at: datetime | None = None  #: None: a calendar states none before it is upgraded


class Asking(Protocol):
    """What a service of one kind is sent, and how its answer is read."""

    kind: StampKind
    media_type: str
    body: bytes

    def read(self, answer: bytes) -> Stamped | str:
        """Return what the service answered, or why that is no stamp, in words."""
        ...


class TimestampAsking:
    """A request to a time-stamping authority.

    Raises:
        ModuleNotFoundError: The extra package is not installed.
    """

    kind = StampKind.RFC3161
    media_type = "application/timestamp-query"  #: RFC 3161, 3.4

    def __init__(self, words: bytes) -> None:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

        self._words = words
        self._request = TimestampRequestBuilder(data=words, hash_algorithm=HashAlgorithm.SHA256).build()
        self.body = self._request.as_bytes()

    def read(self, answer: bytes) -> Stamped | str:
        """Return the answer if it was granted, and is about what was asked."""
        from rfc3161_client import decode_timestamp_response

        try:
            response = decode_timestamp_response(answer)
            if response.status not in _GRANTED:
                told = "; ".join(response.status_string)
                return f"the service refused with status {response.status}{f' ({told})' if told else ''}"
            token = response.tst_info
            is_ours = token.message_imprint.message == hashlib.sha256(self._words).digest()
            if not is_ours or token.nonce != self._request.nonce:
                return "the service's answer is about something else than it was asked"
            return Stamped(answer, token.gen_time.astimezone(UTC))
        except ValueError as error:
            return f"what the service answered is no time stamp ({error})"


class CalendarAsking:
    """A digest for a calendar of OpenTimestamps."""

    kind = StampKind.OPENTIMESTAMPS
    media_type = "application/octet-stream"

    def __init__(self, words: bytes) -> None:
        self.body = hashlib.sha256(words).digest()

    def read(self, answer: bytes) -> Stamped | str:
        """Return the answer as a file that the tools of OpenTimestamps read: head, digest, what the calendar says."""
        if not any(mark in answer for mark in _ATTESTATIONS):
            return "what the calendar answered is no time stamp"
        return Stamped(OTS_HEAD + self.body + answer)
