"""Aligning: which paragraphs of an article say what which paragraphs of its translation say.

By length, as Gale and Church have it (Computational Linguistics 19.1, 1993, "A Program for Aligning Sentences in
Bilingual Corpora"), and by what stays the same in any language: numbers, in figures or in words, and names that both
sides write alike. A translator joins, parts and leaves out paragraphs; the order stays.

Pure: values in, values out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from onrecord.model import Block, Figure, Heading
from onrecord.text import body_text

#: Blocks of one side that are weighed against each other; behind them they are set one by one.
MOST_BLOCKS = 250
#: How far from its place in proportion a block is looked for: a share of the longer side, and never less than so many.
_BAND_SHARE, _BAND = 0.15, 24

#: How many blocks of each side belong together, and what that costs: Gale and Church's own counts, as -ln of the share.
_MOVES = {
    (1, 1): 0.1,
    (1, 0): 4.6,
    (0, 1): 4.6,
    (2, 1): 2.4,
    (1, 2): 2.4,
    (2, 2): 4.5,
    (3, 1): 4.6,
    (1, 3): 4.6,
}
#: Variance of the length of a translation for each character: 6.8 in their corpora of two European languages.
_VARIANCE = 6.8
#: No difference of length says more against a pair than this; an anchor is stronger.
_MOST_FOR_LENGTH = 9.0
_FOR_ANCHOR, _MOST_ANCHORS = 2.5, 3.0
#: A heading is no paragraph, and two pictures are not one.
_OTHER_KIND = 4.0

_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_HAN_NUMBER = re.compile("[〇零一二三四五六七八九十百千兩两]{2,}|十")
_HAN_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONES = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_WORD_VALUES = {name: value for value, name in enumerate(_ONES)}
_WORD_VALUES |= {name: 10 * value for value, name in enumerate(_TENS, 2)}
_WORD_NUMBER = re.compile(
    rf"\b({'|'.join(_TENS)})[- ]({'|'.join(_ONES[1:10])})\b|\b({'|'.join(_WORD_VALUES)})\b"
)
_NAME = re.compile(r"\b[A-Z][A-Za-zÀ-ɏ]{2,}\b")
#: A character of a dense script carries about as much as this many letters.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_DENSE_WEIGHT = 2.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Blocks that say the same, by their places on each side, in order. One side may be empty."""

    first: tuple[int, ...]
    second: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    length: float  #: in letters
    anchors: frozenset[str]
    kind: str


def align(first: Sequence[Block], second: Sequence[Block]) -> tuple[Pair, ...]:
    """Return which blocks of *first* and *second* say the same: each of them once, in order."""
    one, other = [_unit(block) for block in first], [_unit(block) for block in second]
    head, head_other = one[:MOST_BLOCKS], other[:MOST_BLOCKS]
    pairs = _Table(head, head_other).pairs() if head and head_other else []
    done, done_other = (len(head), len(head_other)) if pairs else (0, 0)
    rest, rest_other = range(done, len(one)), range(done_other, len(other))
    longest = max(len(rest), len(rest_other))
    pairs += [Pair(tuple(rest[at : at + 1]), tuple(rest_other[at : at + 1])) for at in range(longest)]
    return tuple(pairs)


class _Table:
    """The cheapest way through both sides, found block by block."""

    def __init__(self, one: Sequence[_Unit], other: Sequence[_Unit]) -> None:
        self._one, self._other = one, other
        self._ends = tuple(accumulate((unit.length for unit in one), initial=0.0))
        self._ends_other = tuple(accumulate((unit.length for unit in other), initial=0.0))
        self._ratio = self._ends_other[-1] / self._ends[-1]
        self._weights = _weights(one, other)
        self._band = max(_BAND, _BAND_SHARE * max(len(one), len(other)))

    def pairs(self) -> list[Pair]:
        """Return the pairs, in order."""
        best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
        for at in self._places():
            found = [
                (best[before][0] + self._cost(before, at) + prior, (taken, taken_other))
                for (taken, taken_other), prior in _MOVES.items()
                if (before := (at[0] - taken, at[1] - taken_other)) in best
            ]
            if found:
                best[at] = min(found)
        return list(self._way(best))[::-1]

    def _places(self) -> Iterator[tuple[int, int]]:
        rows, columns = len(self._one), len(self._other)
        for row in range(rows + 1):
            middle = row * columns / rows
            for column in range(columns + 1):
                if abs(column - middle) <= self._band and (row, column) != (0, 0):
                    yield row, column

    def _way(self, best: dict[tuple[int, int], tuple[float, tuple[int, int]]]) -> Iterator[Pair]:
        at = (len(self._one), len(self._other))
        while at != (0, 0):
            taken, taken_other = best[at][1]
            before = (at[0] - taken, at[1] - taken_other)
            yield Pair(tuple(range(before[0], at[0])), tuple(range(before[1], at[1])))
            at = before

    def _cost(self, before: tuple[int, int], at: tuple[int, int]) -> float:
        if before[0] == at[0] or before[1] == at[1]:
            return 0.0
        one, other = self._one[before[0] : at[0]], self._other[before[1] : at[1]]
        length_other = self._ends_other[at[1]] - self._ends_other[before[1]]
        wanted = (self._ends[at[0]] - self._ends[before[0]]) * self._ratio
        deviation = (length_other - wanted) ** 2 / (_VARIANCE * max(1.0, (length_other + wanted) / 2))
        cost = min(_MOST_FOR_LENGTH, deviation)
        kinds = {unit.kind for unit in (*one, *other)}
        if len(kinds) > 1 or ("figure" in kinds and len(one) + len(other) > 2):
            cost += _OTHER_KIND
        shared = {
            anchor for unit in one for anchor in unit.anchors if any(anchor in its.anchors for its in other)
        }
        return cost - _FOR_ANCHOR * min(_MOST_ANCHORS, sum(self._weights[anchor] for anchor in shared))


def _weights(one: Sequence[_Unit], other: Sequence[_Unit]) -> dict[str, float]:
    """Return what each anchor proves: the less, the more blocks have it."""
    counts = Counter(anchor for unit in one for anchor in unit.anchors)
    others = Counter(anchor for unit in other for anchor in unit.anchors)
    return {anchor: 1.0 / max(counts[anchor], others[anchor]) for anchor in counts.keys() & others.keys()}


def _unit(block: Block) -> _Unit:
    if isinstance(block, Figure):
        # The same picture mostly keeps its file's name from one language to another.
        name = block.picture.url.rpartition("/")[2].partition("?")[0]
        return _Unit(1.0, frozenset({f"picture {name}"}), "figure")
    words = body_text((block,))
    dense = len(_DENSE.findall(words))
    length = len(words) + dense * (_DENSE_WEIGHT - 1)
    return _Unit(
        max(1.0, length), frozenset(_anchors(words)), "heading" if isinstance(block, Heading) else "text"
    )


def _anchors(words: str) -> Iterator[str]:
    for found in _FIGURES.findall(words):
        yield found.replace(",", "").rstrip(".")
    for found in _HAN_NUMBER.findall(words):
        yield str(_han_value(found))
    for tens, ones, alone in _WORD_NUMBER.findall(words.lower()):
        yield str(_WORD_VALUES[alone] if alone else _WORD_VALUES[tens] + _WORD_VALUES[ones])
    yield from _NAME.findall(words)


def _han_value(signs: str) -> int:
    """Return what 四十 (40) or 一九八五 (1985) means."""
    if not set(signs) & _HAN_UNITS.keys():
        return int("".join(str(_HAN_DIGITS[sign]) for sign in signs))
    total, digit = 0, 0
    for sign in signs:
        if sign in _HAN_UNITS:
            total += (digit or 1) * _HAN_UNITS[sign]
            digit = 0
        else:
            digit = _HAN_DIGITS[sign]
    return total + digit
