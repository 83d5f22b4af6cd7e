"""Two texts compared by words: Latin ones by spaces, Chinese by a dictionary, Japanese by its scripts.

Pure. Long texts are parted at what they have in common before words are looked at, so that the work grows with the
changes and not with the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import rjieba
from rapidfuzz.distance import Indel

from onrecord.compare.changes import Piece
from onrecord.text import fold_space

_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
#: A number with its separators; a run of one Japanese script; a Han run; a word; white space; a single other sign.
_TOKEN = re.compile(
    rf"\d+(?:[.,:]\d+)*|[\u30a1-\u30fa\u30fc-\u30ff]+|[\u3041-\u309f]+|[{_HAN}]+|[^\W\d_{_HAN}{_KANA}]+(?:[’'][^\W\d_]+)?|\s+|."
    r"[\u0300-\u036f\u3099\u309a\ufe0f]*",
    re.DOTALL,
)
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_DENSE = re.compile(rf"[{_HAN}{_KANA}]")
_KANA_RUN = re.compile(rf"[{_KANA}]")
_SENTENCE = re.compile(r"[^.!?。！？；\n]*[.!?。！？；\n]+[”’」』）)\"]*\s*|[^.!?。！？；\n]+")
#: A paragraph of more tokens than this is parted into sentences first.
_LONG = 400


def even(text: str | None) -> str:
    """Return *text* as it is compared: composed (NFC), white space folded, what nobody sees left out."""
    return unicodedata.normalize("NFC", fold_space(_INVISIBLE.sub("", text))) if text else ""


def is_dense(text: str) -> bool:
    """Is *text* written in Han characters, kana or both, as its first of them says?"""
    return _DENSE.search(text) is not None


@lru_cache(maxsize=4_096)
def tokens(text: str) -> tuple[str, ...]:
    """Return the words, numbers, spaces and signs of *text* in order; joined they are *text*."""
    is_japanese = _KANA_RUN.search(text) is not None
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if not is_japanese and len(token) > 1 and _HAN_RUN.fullmatch(token):
            found += rjieba.cut(token)
        else:
            found.append(token)
    return tuple(found)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return both texts as one sequence of what they share and what each has alone."""
    found: list[Piece] = []
    for old, new in _parted(before, after):
        head, tail = _shared_ends(old, new)
        end = len(old) - tail
        found += [
            Piece(old[:head]),
            *_word_pieces(old[head:end], new[head : len(new) - tail]),
            Piece(old[end:]),
        ]
    return _joined([piece for piece in found if piece.text])


def _shared_ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters both share at their beginning and end, cut back to where no word is parted."""
    if old == new:
        return len(old), 0
    shortest = min(len(old), len(new))
    head = next((place for place in range(shortest) if old[place] != new[place]), shortest)
    while head and not _is_sign(old[head - 1]):
        head -= 1
    most = shortest - head
    tail = next((back for back in range(most) if old[-1 - back] != new[-1 - back]), most)
    while tail and not _is_sign(old[-tail]):
        tail -= 1
    return head, tail


def _is_sign(character: str) -> bool:
    """Does a word end before it and begin after it, whatever stands around? A dot or an apostrophe may be within."""
    return character.isspace() or character in "，。！？；：、“”「」『』（）()!?;"


def sentences(text: str) -> list[str]:
    """Return the sentences of *text*, each with the sign that ends it; joined they are *text*."""
    return _SENTENCE.findall(text)


def _parted(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield pairs that together make both texts: short texts as they are, long ones by sentences."""
    if max(len(before), len(after)) <= _LONG:
        yield before, after
        return
    old, new = sentences(before), sentences(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal" or b - a != d - c:
            yield "".join(old[a:b]), "".join(new[c:d])
        else:
            yield from zip(old[a:b], new[c:d], strict=True)


def _word_pieces(before: str, after: str) -> list[Piece]:
    old, new = tokens(before), tokens(after)
    found: list[Piece] = []
    for step in Indel.opcodes(_numbered(old), _numbered(new)):
        a, b, c, d = step.src_start, step.src_end, step.dest_start, step.dest_end
        if step.tag == "equal":
            found.append(Piece("".join(old[a:b])))
            continue
        if b > a:
            found.append(Piece("".join(old[a:b]), is_after=False))
        if d > c:
            found.append(Piece("".join(new[c:d]), is_before=False))
    return found


def _numbered(words: Sequence[str]) -> list[int]:
    return [hash(word) for word in words]


def _joined(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """Join what belongs together: two changes with a single space or nothing between them are one."""
    groups: list[tuple[str, str]] = []  # what is before and after; both the same: shared
    for piece in found:
        old, new = piece.text if piece.is_before else "", piece.text if piece.is_after else ""
        if not groups:
            groups.append((old, new))
            continue
        last = groups[-1]
        was_shared, is_shared = last[0] == last[1], old == new
        if was_shared == is_shared:
            groups[-1] = (last[0] + old, last[1] + new)
        elif was_shared and last[0].isspace() and len(groups) > 1:
            changed = groups[-2]
            groups[-2:] = [(changed[0] + last[0] + old, changed[1] + last[1] + new)]
        else:
            groups.append((old, new))
    joined: list[Piece] = []
    for old, new in groups:
        if old == new:
            joined.append(Piece(old))
            continue
        joined += [Piece(old, is_after=False)] if old else []
        joined += [Piece(new, is_before=False)] if new else []
    return tuple(piece for piece in joined if piece.text)
