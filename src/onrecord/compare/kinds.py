"""What kind of change a change of words is.

Pure. Told from the words themselves and from what stands around them; where nothing speaks for another kind it is
wording.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from onrecord.compare.changes import Kind, Piece
from onrecord.compare.words import tokens

_QUOTES = re.compile(r"“[^“”]*”|„[^„“”]*[“”]|「[^「」]*」|『[^『』]*』|«[^«»]*»|»[^«»]*«|\"[^\"]*\"")
_HAN_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千万萬亿億两兩几幾数數点點分之]+")
_COUNTING = """
one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty half
dozen dozens hundred hundreds thousand thousands million millions billion billions
ein eine einen zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig
dutzend hundert tausend millionen milliarde milliarden
un deux trois quatre cinq sept huit neuf dix uno dos tres cuatro cinco seis siete ocho nueve diez
"""
_NUMBER_WORDS = frozenset(_COUNTING.split())
#: What is counted in, and stands behind the number: "18年".
_UNITS = frozenset(
    ["年月日号時时分秒岁歲人名元美元円块％%度点點亿億万萬個个件次倍页周週", "km", "kg", "m", "cm"]
) | frozenset("年月日号岁歲人名元円")
_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[’'-][^\W\d_]+)*")


def kinds_of(pieces: Sequence[Piece]) -> tuple[Kind, ...]:
    """Return the kinds of the changes in one passage, each once, in the order in which they stand."""
    found: list[Kind] = []
    before = "".join(piece.text for piece in pieces if piece.is_before)
    after = "".join(piece.text for piece in pieces if piece.is_after)
    spans = (
        [match.span() for match in _QUOTES.finditer(before)],
        [match.span() for match in _QUOTES.finditer(after)],
    )
    for old, new, at_old, at_new in _edits(pieces):
        kind = _kind(old, new, (before, after), (at_old, at_new))
        if kind in {Kind.WORDING, Kind.NUMBER, Kind.NAME} and _is_quoted(spans, old, new, at_old, at_new):
            kind = Kind.QUOTATION
        if kind not in found:
            found.append(kind)
    return tuple(found)


def _edits(pieces: Sequence[Piece]) -> Iterator[tuple[str, str, int, int]]:
    """Yield (before, after, place before, place after) of each change."""
    old = new = ""
    at_old = at_new = 0
    for piece in (*pieces, Piece("")):
        if piece.is_before and piece.is_after:
            if old or new:
                yield old, new, at_old, at_new
                at_old, at_new = at_old + len(old), at_new + len(new)
                old = new = ""
            at_old, at_new = at_old + len(piece.text), at_new + len(piece.text)
        elif piece.is_before:
            old += piece.text
        else:
            new += piece.text


def _kind(old: str, new: str, whole: tuple[str, str], at: tuple[int, int]) -> Kind:
    if _letters(old) == _letters(new):
        return Kind.PUNCTUATION
    if _are_numbers(old, new, whole, at):
        return Kind.NUMBER
    if _are_names(old, new, whole, at):
        return Kind.NAME
    return Kind.WORDING


def _letters(text: str) -> str:
    # A dot within a number is no punctuation: 4.2 is not 42.
    return "".join(
        letter
        for place, letter in enumerate(text)
        if letter.isalnum()
        or (
            letter in ".,"
            and 0 < place < len(text) - 1
            and text[place - 1].isdigit()
            and text[place + 1].isdigit()
        )
    )


def _are_numbers(old: str, new: str, whole: tuple[str, str], at: tuple[int, int]) -> bool:
    sides = [
        [word for word in tokens(text) if any(letter.isalnum() for letter in word)] for text in (old, new)
    ]
    # What is the same on both sides ("5 million" for "3 million") says nothing.
    shared = set(sides[0]) & set(sides[1])
    words = [word for side in sides for word in side if word not in shared]
    if not words:
        return False
    is_counted = any(
        place and text[place - 1 : place].isdigit() for text, place in zip(whole, at, strict=True)
    )
    return all(_is_number(word) or (is_counted and word in _UNITS) for word in words)


def _is_number(word: str) -> bool:
    bare = word.rstrip("年月日号時时岁歲人名元円%％")
    return (
        any(letter.isdigit() for letter in word)
        or word.casefold() in _NUMBER_WORDS
        or _HAN_NUMBER.fullmatch(word) is not None
        or (bool(bare) and _HAN_NUMBER.fullmatch(bare) is not None)
    )


def _are_names(old: str, new: str, whole: tuple[str, str], at: tuple[int, int]) -> bool:
    if not old.strip() or not new.strip():
        return False
    for text, side, place in zip((old, new), whole, at, strict=True):
        end = place + len(text)
        if "·" in {side[place - 1 : place], side[end : end + 1]} or "·" in text:
            continue
        words = [word for word in tokens(text) if any(letter.isalpha() for letter in word)]
        begins = not side[:place].rstrip() or side[:place].rstrip()[-1] in ".!?:"
        if not words or begins or not all(_NAME.fullmatch(word) for word in words):
            return False
    return True


def _is_quoted(
    spans: tuple[list[tuple[int, int]], list[tuple[int, int]]], old: str, new: str, at_old: int, at_new: int
) -> bool:
    """Does the change stand within quotation marks, on each side on which it has words?"""
    for found, text, place in zip(spans, (old, new), (at_old, at_new), strict=True):
        if not any(start < place + (0 if text else 1) and place + len(text) <= end for start, end in found):
            return False
    return True
