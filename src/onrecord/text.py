"""Text: cleaning strangers' characters, white space, and runs in normal form.

Pure: no files, network, clock or log. `clean` stands on every path into `model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from onrecord.model import Run, Runs

# C0 and C1 controls but for tab and line feed, lone surrogates (JSON-LD smuggles them in as \ud800),
# non-characters, and the marks that reorder text for a reader (Unicode TR 36, 3.2, "Trojan Source").
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e]"
)
_ALL_SPACES = re.compile(r"\s+")
_WORD_OR_SPACE = re.compile(r"\s+|\S+")
_SET_SPACES = re.compile("[\u00a0\u3000]+")


def clean(text: str) -> str:
    """Return *text* without control characters, lone surrogates and direction overrides."""
    return _UNWANTED.sub(
        lambda match: "\n" if match[0] in "\r\u2028\u2029" else "", text.replace("\r\n", "\n")
    )


def fold_space(text: str) -> str:
    """Return *text* cleaned, on one line, with single spaces and none at its ends."""
    return _ALL_SPACES.sub(" ", clean(text)).strip()


def or_none(text: str | None) -> str | None:
    """Return *text* folded, or None where nothing is left of it."""
    return (fold_space(text) or None) if text else None


def normal_runs(runs: Iterable[Run]) -> Runs:
    """Return *runs* in normal form: merged, folded, trimmed, none empty; idempotent.

    White space is folded across runs, as a browser does it: a line break in it wins, else it is one
    space. No-break and ideographic spaces that stand alone are set on purpose and stay.
    """
    pieces = [replace(run, text=clean(run.text)) for run in runs]
    owners = [piece for piece in pieces for _ in piece.text]
    whole = "".join(piece.text for piece in pieces)
    first = len(whole) - len(whole.lstrip())
    last = len(whole.rstrip())
    merged: list[Run] = []
    for match in _WORD_OR_SPACE.finditer(whole, first, last):
        space = match[0].isspace()
        for owner, text in [(owners[match.start()], _folded(match[0]))] if space else _owned(match, owners):
            if merged and replace(merged[-1], text=text) == replace(owner, text=text):
                merged[-1] = replace(owner, text=merged[-1].text + text)
            else:
                merged.append(replace(owner, text=text))
    return tuple(merged)


def _folded(space: str) -> str:
    if "\n" in space:
        return "\n"
    return space if _SET_SPACES.fullmatch(space) else " "


def _owned(match: re.Match[str], owners: list[Run]) -> list[tuple[Run, str]]:
    """Return the parts of a match, each with the run that it came from."""
    parts: list[tuple[Run, str]] = []
    start = match.start()
    for at in range(match.start() + 1, match.end() + 1):
        if at == match.end() or owners[at] is not owners[start]:
            parts.append((owners[start], match.string[start:at]))
            start = at
    return parts
