"""Doubtful lines, weighed by what was learned from a thousand pages: a sum of look-ups, one for each feature.

Pure. The answer is additive, so that each feature's part of it can be named. The tables are in `weights`, which
`benchmarks/extraction/train.py` writes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from onrecord.extract.features import NAMES
from onrecord.extract.weights import BIAS, TABLES

#: A line that the rules chose is left out if the odds are below this (logarithms), and one that they left
#: out is taken if the odds are above that: they have the benefit of the doubt. A line missing costs more
#: than a line too many, because both are as long, and what is whole is longer.
LEAVE, TAKE = -0.7, 0.1


def is_text(odds: float, *, is_chosen: bool) -> bool:
    """Tell whether a line with these odds is text; *is_chosen*: the rules say so."""
    return odds > (LEAVE if is_chosen else TAKE)


def odds(row: Sequence[float]) -> float:
    """Return the logarithm of the odds that a line is text."""
    total = BIAS
    for number, limits, values in TABLES:
        total += values[bisect_left(limits, row[number])]
    return total


def reasons(row: Sequence[float], count: int = 3) -> tuple[str, ...]:
    """Return the features that did most for the answer, and what each gave: "digits -0.42"."""
    return _most(row, 1.0 if odds(row) > 0 else -1.0, count)


def objections(row: Sequence[float], count: int = 2) -> tuple[str, ...]:
    """Return the features that did most against the answer, and what each gave."""
    return _most(row, -1.0 if odds(row) > 0 else 1.0, count)


def _most(row: Sequence[float], sign: float, count: int) -> tuple[str, ...]:
    given = sorted(((sign * value, NAMES[number]) for number, value in _parts(row)), reverse=True)
    return tuple(f"{name} {sign * value:+.2f}" for value, name in given[:count] if value > 0)


def _parts(row: Sequence[float]) -> Iterator[tuple[int, float]]:
    for number, limits, values in TABLES:
        yield number, values[bisect_left(limits, row[number])]
