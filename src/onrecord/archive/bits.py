"""One flipped bit put back: what memory and disks do most often. A digest says when the right one was found.

Pure: bytes in, bytes out.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from contextlib import suppress

from onrecord import ledger
from onrecord.errors import LedgerFormatError
from onrecord.model import Digest
from onrecord.warc import GZIP_BITS

#: Bytes of what is tried: eight tries a byte, each of which reads half of it again, are some seconds.
MOST = 32 * 1024
#: Bytes that are unpacked while a gzip member is tried: half a minute.
MOST_UNPACKED = 8 * 1024**3
_STATED = re.compile(rb',"digest":"(sha256:[0-9a-f]{64})"}')


def with_a_bit_back(data: bytes, digest: Digest) -> bytes | None:
    """Return *data* with the one bit flipped by which it has this SHA-256; None where there is none, or it is long."""
    if len(data) > MOST:
        return None
    wanted = bytes.fromhex(digest.removeprefix("sha256:"))
    view, before = memoryview(data), hashlib.sha256()
    for at, byte in enumerate(data):
        for bit in range(8):
            tried = before.copy()
            tried.update(bytes((byte ^ 1 << bit,)))
            tried.update(view[at + 1 :])
            if tried.digest() == wanted:
                return flipped(data, at, bit)
        before.update(view[at : at + 1])
    return None


def member_with_a_bit_back(data: bytes) -> bytes | None:
    """Return the gzip member *data* with the one bit flipped by which it is whole, its own check sum included.

    None where there is none, or it is long.
    """
    if len(data) > MOST:
        return None
    view, before, left = memoryview(data), zlib.decompressobj(wbits=GZIP_BITS), MOST_UNPACKED
    for at, byte in enumerate(data):
        for bit in range(8):
            tried = before.copy()
            with suppress(zlib.error):
                left -= len(tried.decompress(bytes((byte ^ 1 << bit,))))
                left -= len(tried.decompress(view[at + 1 :]))
                if tried.eof and not tried.unused_data:
                    return flipped(data, at, bit)
            if left < 0:
                return None
        try:
            before.decompress(view[at : at + 1])
        except zlib.error:  # what broke it stands before this
            return None
    return None


def lines_with_a_bit_back(raw: bytes) -> list[bytes]:
    """Return the ledger line that *raw* was before one bit of it flipped, or the two that a line feed parted."""
    if len(raw) > MOST:
        return []
    covered, tail = raw[: -ledger.TAIL_LENGTH], raw[-ledger.TAIL_LENGTH :]
    right = ledger.tail_of(covered)
    if sum((one ^ other).bit_count() for one, other in zip(tail, right, strict=False)) == 1:
        return [covered + right]
    stated = _STATED.fullmatch(tail)
    whole = with_a_bit_back(covered, Digest(stated[1].decode())) if stated else None
    if whole:
        return [whole + tail]
    for at, byte in enumerate(raw):
        if (byte ^ 0x0A).bit_count() == 1 and _is_line(raw[:at]) and _is_line(raw[at + 1 :]):
            return [raw[:at], raw[at + 1 :]]
    return []


def flipped(data: bytes, at: int, bit: int) -> bytes:
    """Return *data* with one bit flipped."""
    found = bytearray(data)
    found[at] ^= 1 << bit
    return bytes(found)


def _is_line(raw: bytes) -> bool:
    try:
        ledger.parse(raw, path="", number=0)
    except LedgerFormatError:
        return False
    return True
