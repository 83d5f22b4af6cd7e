"""Where the words that were looked for stand in a text, and the lines around them.

Pure: no clock, network, file or index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from onrecord.search import analysis
from onrecord.search.query import All, Any, Node, Words

#: A snippet has about so many characters of dense text; a line of Latin text has twice as many.
WIDTH = 90
_LATIN_WIDTH = 180

#: Matches that are marked in one text; a page that repeats a word ten thousand times need not show each.
MOST_MATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text; *is_match*: it is what was looked for."""

    text: str
    is_match: bool = False


def sought(node: Node, *, headline: bool = False) -> tuple[Words, ...]:
    """Return the words that a query wants in the body, or, with *headline*, in the headline."""
    match node:
        case Words(field=None):
            return (node,)
        case Words(field="headline"):
            return (node,) if headline else ()
        case All(parts) | Any(parts):
            return tuple(words for part in parts for words in sought(part, headline=headline))
        case _:
            return ()


def highlighted(text: str, words: Sequence[Words], *, language: str | None = None) -> tuple[Span, ...]:
    """Return *text*, whole, in pieces: what was looked for, and what stands between."""
    even = unicodedata.normalize("NFC", text)
    return _spans(even, 0, len(even), _matches(even, words, language))


def snippet(text: str, words: Sequence[Words], *, language: str | None = None) -> tuple[Span, ...]:
    """Return the lines of *text* around its best match, or its beginning; "…" stands for what was left out."""
    even = unicodedata.normalize("NFC", text)
    matches = _matches(even, words, language)
    width = WIDTH if analysis.is_dense(even[:400]) else _LATIN_WIDTH
    start = _window(matches, width)
    start = _at_word(even, max(0, start - width // 4)) if start else 0
    end = min(len(even), start + width)
    end = _at_word(even, end) if end < len(even) else end
    spans = _spans(even, start, max(end, start + 1) if even else end, matches)
    before = (Span("…"),) if start > 0 else ()
    return (*before, *spans, *((Span("…"),) if end < len(even) else ()))


def _window(matches: Sequence[tuple[int, int]], width: int) -> int:
    """Return where the window begins that has the most matches; of several the first."""
    best, most = 0, 0
    last = 0
    for index, (start, _) in enumerate(matches):
        last = max(last, index)
        while last + 1 < len(matches) and matches[last + 1][1] <= start + width:
            last += 1
        if last - index + 1 > most:
            best, most = start, last - index + 1
    return best


def _at_word(text: str, place: int) -> int:
    """Move *place* to the beginning of a word near it: dense text may be cut anywhere."""
    for back in range(16):
        if place - back <= 0:
            return 0
        if text[place - back - 1].isspace() or analysis.is_dense(text[place - back - 1]):
            return place - back
    return place


def _matches(even: str, words: Sequence[Words], language: str | None) -> list[tuple[int, int]]:
    """Return (start, end) of each match in text that is in NFC, in order, none over another."""
    if not words:
        return []
    folded, places = analysis.fold_with_places(even)
    found: list[tuple[int, int]] = []
    for one in words:
        pattern = _pattern(one)
        if pattern is None:
            continue
        for match in pattern.finditer(folded):
            if match.end() > match.start():
                found.append((places[match.start()], places[match.end() - 1] + 1))
            if len(found) >= MOST_MATCHES:
                break
        found += _stem_matches(one, folded, places, language)
    found.sort()
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart[:MOST_MATCHES]


def _pattern(words: Words) -> re.Pattern[str] | None:
    """Return what finds *words* in folded text: dense characters anywhere, other words whole."""
    tokens = [token for token in analysis.tokens(analysis.fold(words.text)) if token != analysis.BREAK]
    if not tokens:
        return None
    letter = f"[^\\W_{analysis.DENSE}]"
    pieces = ["" if analysis.is_dense(tokens[0]) else f"(?<!{letter})", re.escape(tokens[0])]
    for before, token in pairwise(tokens):
        pieces += [_BETWEEN[analysis.is_dense(before) + analysis.is_dense(token)], re.escape(token)]
    if not analysis.is_dense(tokens[-1]):
        pieces.append(f"{letter}*" if words.is_prefix else f"(?!{letter})")
    return re.compile("".join(pieces))


#: What may stand between two tokens of a phrase, by how many of them are dense.
_BETWEEN = (r"[\W_]+?", r"\s*?", "")


def _stem_matches(
    words: Words, folded: str, places: Sequence[int], language: str | None
) -> list[tuple[int, int]]:
    base = analysis.base_language(language)
    tokens = analysis.tokens(analysis.fold(words.text))
    if words.is_exact or words.is_prefix or len(tokens) != 1 or analysis.is_dense(tokens[0]):
        return []
    root = analysis.stem(tokens[0], base)
    letter = f"[^\\W_{analysis.DENSE}]"
    beginning = re.compile(f"(?<!{letter}){re.escape(root[0])}{letter}*")
    found = [match for match in beginning.finditer(folded) if analysis.stem(match[0], base) == root]
    return [(places[match.start()], places[match.end() - 1] + 1) for match in found]


def _spans(text: str, start: int, end: int, matches: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    at = start
    for first, last in matches:
        if last <= start or first >= end:
            continue
        begin, stop = max(first, at), min(last, end)
        if begin > at:
            spans.append(Span(text[at:begin]))
        if stop > begin:
            spans.append(Span(text[begin:stop], is_match=True))
            at = stop
    if at < end:
        spans.append(Span(text[at:end]))
    return tuple(spans)
