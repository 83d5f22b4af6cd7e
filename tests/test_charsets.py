"""Labels of encodings: what a page calls its encoding is read as browsers read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord import charsets

#: Each encoding of the Encoding Standard, 4.2, with all its labels.
STANDARD: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "golden" / "encodings.json").read_text("utf-8")
)
#: The standard's names whose reader is called otherwise here, or is another encoding's.
READ_AS = {"gbk": "gb18030", "iso-8859-8-i": "iso-8859-8"}


@pytest.mark.parametrize("name", sorted(STANDARD.keys() - {"replacement"}))
def test_all_labels_of_an_encoding_lead_to_one_codec(name: str) -> None:
    """A page of 1998 says "x-sjis", one of 2005 "ms_kanji": both are read."""
    wanted = charsets.codec_of(READ_AS.get(name, name))
    assert {charsets.codec_of(label) for label in STANDARD[name]} == {wanted}


@pytest.mark.parametrize("label", STANDARD["replacement"])
def test_encodings_that_browsers_refuse_are_refused(label: str) -> None:
    """What hides markup from a filter must not show it to a reader."""
    assert (charsets.codec_of(label), label in charsets.REFUSED) == (None, True)


def test_no_label_is_known_that_the_standard_does_not_know() -> None:
    """A label of our own would read pages as no browser does."""
    assert {label for labels in STANDARD.values() for label in labels} == charsets.LABELS | charsets.REFUSED


def test_a_label_may_have_space_around_it_and_any_case() -> None:
    """The standard strips and lowers before it looks."""
    assert charsets.codec_of(" GB2312\n") == "gb18030"


@pytest.mark.parametrize(
    ("body", "codec", "text"),
    [
        (b"\x80 5", "gb18030", "€ 5"),
        (b"\xad\xa1\xad\xea", "euc_jp", "①㈱"),
        (b"\x87\x40", "cp932", "①"),
        (b"a\xff", "utf-8", "a\ufffd"),
    ],
)
def test_what_python_alone_would_break_is_read_as_browsers_read_it(
    body: bytes, codec: str, text: str
) -> None:
    """A price in euro and a company's name stay readable; what is broken is seen to be."""
    assert charsets.text_of(body, codec) == text


def test_a_text_of_broken_characters_alone_is_read_at_once() -> None:
    """Each that is looked at one by one takes a microsecond; 16 MB of them would hold a round up for ten seconds."""
    body = b"\x80\xff" * charsets.MAX_MENDED
    assert charsets.text_of(body, "gb18030") == "\ufffd\ufffd" * charsets.MAX_MENDED
