"""Bytes of a feed to text: which encoding, when the header, the declaration and the bytes disagree.

UTF-8 that decodes without error is UTF-8, whatever the label: a page in another encoding hardly ever
does. Else the labels are tried, the header's first (RFC 7303, 3), then UTF-8 with a few bad bytes (one
bad byte must not turn a feed to mojibake), then the encodings of the countries that still have them.
"""

from __future__ import annotations

import codecs
import re
import zlib
from typing import Final

from onrecord import markup
from onrecord.feeds._limits import MAX_BODY
from onrecord.model import Problem

#: What a label means on the web (WHATWG Encoding, 4.2), where Python takes it at its word.
_WEB_MEANING: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_SEVEN_BITS: Final = ("iso2022", "hz", "utf-7")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: A "<" and what follows it, in encodings of two and four bytes without a mark (XML 1.0, appendix F).
_SHAPES: Final = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:\-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:\-]{1,40})""", re.IGNORECASE)
#: Below this share of bytes that are not ASCII, bad bytes are accidents in UTF-8.
_MOSTLY: Final = 0.1


def unpacked(body: bytes) -> tuple[bytes, bool]:
    """Return *body* without the gzip that sitemaps are kept in, and whether it is whole.

    At most `MAX_BODY` bytes come out, however many are packed in.
    """
    if body[:2] != b"\x1f\x8b":
        return body[:MAX_BODY], len(body) <= MAX_BODY
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, MAX_BODY)
    except zlib.error:
        return b"", False
    return plain, unpacker.eof


def decoded(body: bytes, content_type: str | None) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of *body*, and what was odd about its encoding; never raises."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _with_bad_bytes(body[len(mark) :], name)
    for shape, name in _SHAPES:
        if body.lstrip(b" \t\r\n").startswith(shape):
            return _with_bad_bytes(body, name)
    labels = [*_header_label(content_type), *_declared_label(body)]
    if not any(label.startswith(_SEVEN_BITS) for label in labels):
        labels.insert(0, "utf-8")
    for position, label in enumerate(labels):
        try:
            text = body.decode(label)
        except (UnicodeError, LookupError):
            continue
        # An agreeing label is no news; a UTF-8 feed with a wrong label is.
        wrong = len(labels) > 1 and position == 0 and not text.isascii() and "utf-8" not in labels[1:]
        problem = Problem("feed-encoding", f"says {labels[1]}, is utf-8") if wrong else None
        return text, (problem,) if problem else ()
    return _guessed(body, labels)


def _guessed(body: bytes, labels: list[str]) -> tuple[str, tuple[Problem, ...]]:
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = sum(1 for char in text if char > "\x7f")
    if bad <= max(3, foreign * _MOSTLY) and (foreign > bad or set(labels) == {"utf-8"}):
        return text, (Problem("feed-bad-bytes", f"{bad} in utf-8"),)
    for label in labels[1:]:
        if label != "utf-8":  # a label is better than a guess, even with some bad bytes
            text = body.decode(label, "replace")
            bad = text.count("\ufffd")
            if bad <= max(3, len(text) // 100):
                return text, (Problem("feed-bad-bytes", f"{bad} in {label}"),)
    guess = markup.decode(body)
    return guess.text, (Problem("feed-encoding", f"says nothing true, read as {guess.encoding}"),)


def _with_bad_bytes(body: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    try:
        return body.decode(name), ()
    except UnicodeError:
        text = body.decode(name, "replace")
        return text, (Problem("feed-bad-bytes", f"{text.count(chr(0xFFFD))} in {name}"),)


def _header_label(content_type: str | None) -> list[str]:
    found = _CHARSET.search(content_type or "")
    return _known(found[1]) if found else []


def _declared_label(body: bytes) -> list[str]:
    found = _DECLARED.search(body, 0, 1024)
    return _known(found[1].decode("ascii")) if found else []


def _known(label: str) -> list[str]:
    """Return the codec that *label* means, or nothing where it means none or one of several bytes."""
    try:
        codec = codecs.lookup(label)
    except LookupError:
        return []
    # Those with two bytes and more were seen by their shape; "hex" and its like are no text.
    if codec.name.startswith(("utf-16", "utf-32")) or not codec._is_text_encoding:  # noqa: SLF001 (bytes.decode asks the same)
        return []
    return [_WEB_MEANING.get(codec.name, codec.name)]
