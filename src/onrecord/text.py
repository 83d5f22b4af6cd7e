"""Text: cleaning strangers' characters, white space, and runs in normal form.

Pure: no files, network, clock or log. `clean` stands on every path into `model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from onrecord.model import (
    Block,
    ClaimedTime,
    Heading,
    ListBlock,
    Paragraph,
    Preformatted,
    Quotation,
    Run,
    Runs,
    Table,
    plain,
)

# C0 and C1 controls but for tab and line feed, lone surrogates (JSON-LD smuggles them in as \ud800),
# non-characters, and the marks that reorder text for a reader (Unicode TR 36, 3.2, "Trojan Source").
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e]"
)
_ALL_SPACES = re.compile(r"\s+")
# White space but for a single space: what has to be folded.
_UNFOLDED = re.compile(r"[^\S ]\s*| \s+")
_SET_SPACES = re.compile("[\u00a0\u3000]+")


def clean(text: str) -> str:
    """Return *text* without control characters, lone surrogates and direction overrides."""
    if text.isprintable():
        return text  # as most are: none of these is
    return _UNWANTED.sub(
        lambda match: "\n" if match[0] in "\r\u2028\u2029" else "", text.replace("\r\n", "\n")
    )


def fold_space(text: str) -> str:
    """Return *text* cleaned, on one line, with single spaces and none at its ends."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _ALL_SPACES.sub(" ", clean(text)).strip()


def or_none(text: str | None) -> str | None:
    """Return *text* folded, or None where nothing is left of it."""
    return (fold_space(text) or None) if text else None


def normal_runs(runs: Iterable[Run]) -> Runs:
    """Return *runs* in normal form: merged, folded, trimmed, none empty; idempotent.

    White space is folded across runs, as a browser does it: a line break in it wins, else it is one
    space. No-break and ideographic spaces that stand alone are set on purpose and stay.
    """
    merged: list[Run] = []
    pending, owner = "", None  # white space that is not yet known to be inside, and the run it began in
    for run in runs:
        text = run.text if run.text.isascii() and run.text.isprintable() else clean(run.text)
        inner = text.strip()
        if not inner:
            if text:
                pending, owner = pending + text, owner or run
            continue
        start = text.find(inner)
        if start:
            pending, owner = pending + text[:start], owner or run
        if pending and merged:
            _join(merged, _folded(pending), owner or run)
        _join(merged, _UNFOLDED.sub(lambda match: _folded(match[0]), inner), run)
        pending = text[start + len(inner) :]
        owner = run if pending else None
    return tuple(merged)


def _join(merged: list[Run], text: str, owner: Run) -> None:
    """Add *text* with the formatting of *owner*: to the last run, if that shares it."""
    last = merged[-1] if merged else None
    if (
        last is not None
        and last.link == owner.link
        and last.emphasis is owner.emphasis
        and last.strong is owner.strong
    ):
        merged[-1] = Run(last.text + text, last.link, last.emphasis, last.strong)
    else:
        merged.append(Run(text, owner.link, owner.emphasis, owner.strong))


def _folded(space: str) -> str:
    if "\n" in space:
        return "\n"
    return space if _SET_SPACES.fullmatch(space) else " "


def body_text(blocks: Iterable[Block]) -> str:
    """Return the words of *blocks*, a line for each paragraph, heading, list item and table row."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> list[str]:
    match block:
        case Paragraph(runs) | Heading(runs):
            return [plain(runs)]
        case Quotation(blocks=inner):
            return [line for one in inner for line in _lines(one)]
        case ListBlock(items=items):
            return [line for item in items for one in item for line in _lines(one)]
        case Table(rows=rows):
            return [" ".join(plain(cell) for cell in row) for row in rows]
        case Preformatted(text):
            return text.splitlines()
        case _:
            return []


_OFFSET = re.compile(r"([+-]\d\d:\d\d)\Z")


def printed_time(time: ClaimedTime) -> str:
    """Return a claimed time as a person reads it: "2024-05-17 10:50:43 +08:00"."""
    return _OFFSET.sub(r" \1", str(time).replace("T", " ", 1))


def size_told(size: float) -> str:
    """Return a size as a person reads it: "12 MiB"."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if abs(size) < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" or abs(size) >= 10 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
