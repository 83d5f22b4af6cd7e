"""The ledger: a chain in which every change shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord import ledger
from onrecord.errors import LedgerFormatError
from onrecord.ledger import Event, Head, Put
from onrecord.model import Digest

AT = datetime(2026, 5, 17, 10, 0, 0, tzinfo=UTC)
PUT = Put("articles/a/2026/05/17-bridge.md", Digest("sha256:" + "0" * 64), 12)


def chain(count: int = 3) -> bytes:
    """Return a ledger file of *count* lines."""
    head, data = Head(), b""
    for number in range(count):
        line, raw = ledger.write(Event.CAPTURED, {"id": f"桥{number}"}, [PUT], head=head, at=AT)
        head, data = Head(line.seq, line.digest), data + raw
    return data


def read(data: bytes) -> list[ledger.Line]:
    """Return the lines of a ledger file that starts a chain."""
    return list(ledger.lines_of(data, path="ledger/2026-05.jsonl", after=Head()))


def test_what_was_written_is_read_back() -> None:
    """The index is made again from these lines alone."""
    line, raw = ledger.write(Event.REVISED, {"id": "a", "number": 2}, [PUT], head=Head(), at=AT)
    assert read(raw) == [line]


def test_a_swapped_line_is_noticed() -> None:
    """Nobody may change the order of events."""
    first, second, third = chain().splitlines(keepends=True)
    with pytest.raises(LedgerFormatError, match="does not follow"):
        read(first + third + second)


def test_a_missing_line_is_noticed() -> None:
    """Nobody may leave out an event."""
    first, _, third = chain().splitlines(keepends=True)
    with pytest.raises(LedgerFormatError, match="does not follow"):
        read(first + third)


def test_a_torn_last_line_is_named() -> None:
    """A crash in the middle of a line must not be taken for damage of what stood before."""
    with pytest.raises(LedgerFormatError, match="torn"):
        read(chain()[:-1])


def test_a_torn_last_line_is_no_whole_line() -> None:
    """What recovery cuts off is exactly what was never acknowledged."""
    data = chain(2)
    assert ledger.whole_length(data + b'{"seq":3') == len(data)


@pytest.mark.property
@given(st.integers(0, len(chain(2)) - 1), st.integers(1, 255))
def test_any_flipped_byte_is_noticed(at: int, flip: int) -> None:
    """Fixity: a ledger that reads is the ledger that was written, its last line included."""
    data = bytearray(chain(2))
    data[at] ^= flip
    with pytest.raises(LedgerFormatError):
        read(bytes(data))
