"""Content codings: what was packed is unpacked, within limits, and never raises."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.fetch import decode_content

TEXT = "Die Brücke ist gesperrt. ".encode() * 400


def bare_deflate(data: bytes) -> bytes:
    """Pack without the zlib wrapper, as some servers do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
}


@pytest.mark.parametrize("coding", PACKED)
def test_a_packed_body_is_unpacked(coding: str) -> None:
    """Readers read text."""
    decoded = decode_content(PACKED[coding], coding)
    assert (decoded.body, decoded.problems) == (TEXT, ())


def test_deflate_without_its_wrapper_is_unpacked() -> None:
    """Browsers show such pages, so they exist."""
    assert decode_content(bare_deflate(TEXT), "deflate").body == TEXT


def test_codings_are_undone_in_reverse() -> None:
    """RFC 9110, 8.4: the list is in the order of packing."""
    assert decode_content(brotli.compress(gzip.compress(TEXT)), "gzip, br").body == TEXT


def test_members_that_follow_each_other_are_one_body() -> None:
    """RFC 1952, 2.2."""
    assert decode_content(gzip.compress(b"a") + gzip.compress(b"b"), "gzip").body == b"ab"


def test_padding_behind_a_body_is_left_out() -> None:
    """Some servers append zeros."""
    assert decode_content(gzip.compress(b"a") + b"\0\0", "gzip").body == b"a"


@pytest.mark.parametrize("coding", PACKED)
def test_what_breaks_off_gives_what_was_there(coding: str) -> None:
    """Half a page is better than none, if it says so."""
    decoded = decode_content(PACKED[coding][:-6], coding)
    assert TEXT.startswith(decoded.body)
    assert [problem.code for problem in decoded.problems] == ["content-encoding-cut-off"]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_what_is_not_packed_is_left_as_it_is(coding: str) -> None:
    """A page that says "gzip" and is none is still a page."""
    decoded = decode_content(b"<!doctype html>", coding)
    assert (decoded.body, decoded.problems[0].code) == (b"<!doctype html>", "content-encoding-false")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_bomb_stops_at_the_limit(coding: str) -> None:
    """A kilobyte must not become a gigabyte here."""
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[coding]
    decoded = decode_content(pack(b"\0" * 3_000_000), coding, limit=100_000)
    assert (len(decoded.body), decoded.problems[0].code) == (100_000, "content-encoding-bomb")


def test_a_bomb_in_a_bomb_stops_at_the_limit() -> None:
    """Each layer has the limit."""
    inner = gzip.compress(gzip.compress(b"\0" * 30_000_000))
    assert len(decode_content(inner, "gzip, gzip", limit=100_000).body) == 100_000


def test_an_unknown_coding_is_a_problem() -> None:
    """Whoever counts problems learns what to support next."""
    decoded = decode_content(b"x", "zstd")
    assert (decoded.body, decoded.problems[0].code) == (b"x", "content-encoding-unknown")


def test_a_wrapper_without_end_is_not_unwrapped() -> None:
    """Work has a limit."""
    assert decode_content(b"x", "gzip," * 100).problems[0].code == "content-encoding-nested"


@given(st.binary(), st.sampled_from(["gzip", "deflate", "br", "gzip, br", "identity", "", None]))
def test_no_bytes_raise(body: bytes, codings: str | None) -> None:
    """Strangers' bytes are values."""
    assert isinstance(decode_content(body, codings).body, bytes)
