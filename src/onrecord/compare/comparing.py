"""Two articles compared: fields, passages of the text, pictures, notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from rapidfuzz.distance import Indel

from onrecord.compare.changes import WEIGHTS, Change, Comparison, Kind, Passage, Piece
from onrecord.compare.kinds import kinds_of
from onrecord.compare.words import even, is_dense, pieces, sentences, tokens
from onrecord.model import Article, ClaimedTime, Picture, Precision
from onrecord.pictures import unproxy
from onrecord.text import body_text
from onrecord.urls import canonicalize

#: Two passages that share less of their words than this are two, not one that was rewritten.
ALIKE = 0.5
#: So much alike, what went in one place and came in another has moved.
MOVED = 0.9
#: Passages that stand between two that are unchanged on both sides; more are paired by their order alone.
_MOST_PAIRED = 200
#: A passage of more characters is first compared by its sentences.
_LONG = 2_000


def compare(before: Article, after: Article) -> Comparison:
    """Return what changed from *before* to *after*, the weightiest first.

    When a publisher says it changed the article, what links lead to, topics and section are left out: they change
    without a word.
    """
    passages, changes = _text(before, after)
    found = [*_fields(before, after), *changes, *_pictures(before.pictures, after.pictures)]
    found.sort(key=lambda change: -change.weight)
    return Comparison(tuple(found), tuple(passages))


# ---------------------------------------------------------------- fields


def _fields(before: Article, after: Article) -> Iterator[Change]:
    yield from _field(Kind.HEADLINE, before.headline, after.headline)
    yield from _field(Kind.HEADLINE, before.kicker, after.kicker, share=0.6)
    yield from _field(Kind.STANDFIRST, before.standfirst, after.standfirst)
    yield from _field(Kind.BYLINE, before.byline, after.byline)
    yield from _field(Kind.DATE, _day(before.published_at), _day(after.published_at))
    yield from _notes(Kind.CORRECTION, before.corrections, after.corrections)
    yield from _notes(Kind.CREDIT, before.credits, after.credits)


def _field(kind: Kind, old: str | None, new: str | None, *, share: float = 1.0) -> Iterator[Change]:
    one, other = even(old), even(new)
    if one != other:
        found = pieces(one, other)
        is_small = kind in {Kind.HEADLINE, Kind.STANDFIRST} and kinds_of(found) == (Kind.PUNCTUATION,)
        yield Change(kind, round(WEIGHTS[kind] * share * (0.5 if is_small else 1), 3), found)


def _day(claimed: ClaimedTime | None) -> str:
    """The day as the publisher states it: the time of day is printed as it suits the visitor."""
    if claimed is None:
        return ""
    lengths = {Precision.YEAR: 4, Precision.MONTH: 7}
    return claimed.value.date().isoformat()[: lengths.get(claimed.precision, 10)]


def _notes(kind: Kind, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    one, other = [even(text) for text in old], [even(text) for text in new]
    gone, come = [text for text in one if text not in other], [text for text in other if text not in one]
    for was, now in zip_longest(gone, come, fillvalue=""):
        yield Change(kind, WEIGHTS[kind], pieces(was, now))


# ---------------------------------------------------------------- text


def _text(before: Article, after: Article) -> tuple[list[Passage], list[Change]]:
    old = [line for one in body_text(before.blocks).split("\n") if (line := even(one))]
    new = [line for one in body_text(after.blocks).split("\n") if (line := even(one))]
    old = _broken_like(old, new)
    old = _broken_like(old, new)
    pairs = list(_aligned(old, new))
    moved = _moved(old, new, pairs)
    passages: list[Passage] = []
    changes: list[Change] = []
    for a, b in pairs:
        one, other = old[a] if a is not None else "", new[b] if b is not None else ""
        found = pieces(one, other)
        kinds = _passage_kinds(found, a, b, moved)
        passages.append(Passage(found, kinds))
        place = b if b is not None else a
        if kinds == (Kind.PARAGRAPH_MOVED,) and b is None:
            continue  # told where it stands now
        changes += [Change(kind, _weight(kind, found), found, place) for kind in kinds]
    return passages, changes


def _broken_like(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Return *old* with its breaks where *new* has them, wherever the words between are the same.

    A paragraph that was parted in two, or a line break that went, takes no word away.
    """
    found: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        is_whole = tag == "replace" and (b - a) * (d - c) <= _MOST_PAIRED**2
        found += _rebroken(old[a:b], new[c:d]) if is_whole else old[a:b]
    return found


def _rebroken(old: Sequence[str], new: Sequence[str]) -> list[str]:
    found: list[str] = []
    at = begin = 0
    while at < len(old):
        spans = ((place, _same_words(old, new, at, place)) for place in range(begin, len(new)))
        place, span = next(((place, span) for place, span in spans if span), (begin, None))
        if span is None:
            found.append(old[at])
            at += 1
        else:
            found += new[place : place + span[1]]
            at, begin = at + span[0], place + span[1]
    return found


def _same_words(old: Sequence[str], new: Sequence[str], at: int, place: int) -> tuple[int, int] | None:
    """Return how many lines from *at* in *old* and from *place* in *new* say the same, if their breaks alone differ."""
    one, other = _letters(old[at]), _letters(new[place])
    i = j = 1
    while one and other and one != other:
        if one.startswith(other) and place + j < len(new):
            other, j = other + _letters(new[place + j]), j + 1
        elif other.startswith(one) and at + i < len(old):
            one, i = one + _letters(old[at + i]), i + 1
        else:
            return None
    return (i, j) if one and (i > 1 or j > 1) else None


def _letters(text: str) -> str:
    return "".join(text.split())


def _passage_kinds(
    found: Sequence[Piece], a: int | None, b: int | None, moved: tuple[set[int], set[int]]
) -> tuple[Kind, ...]:
    if a is None:
        return (Kind.PARAGRAPH_MOVED if b in moved[1] else Kind.PARAGRAPH_ADDED,)
    if b is None:
        return (Kind.PARAGRAPH_MOVED if a in moved[0] else Kind.PARAGRAPH_REMOVED,)
    return kinds_of(found) if any(not (piece.is_before and piece.is_after) for piece in found) else ()


def _weight(kind: Kind, found: Sequence[Piece]) -> float:
    weight = WEIGHTS[kind]
    if kind is not Kind.WORDING:
        return weight
    changed = sum(len(piece.text) for piece in found if not (piece.is_before and piece.is_after))
    whole = sum(len(piece.text) for piece in found) or 1
    return round(weight * (0.6 + 0.6 * changed / whole), 3)


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the passages side by side, in reading order; None: it has no partner on this side."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(range(a, b), range(c, d), strict=True)
        else:
            yield from _paired(old, new, range(a, b), range(c, d))


def _paired(
    old: Sequence[str], new: Sequence[str], left: range, right: range
) -> Iterator[tuple[int | None, int | None]]:
    """Pair the passages between two that are the same, in order, so that the likest meet."""
    if len(left) * len(right) > _MOST_PAIRED**2:
        yield from zip_longest(left, right)
        return
    likeness = [[_likeness(old[a], new[b]) for b in right] for a in left]
    # The best sum of likenesses over pairs that do not cross (a longest common subsequence with weights).
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            pair = best[i + 1][j + 1] + likeness[i][j] if likeness[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    i = j = 0
    while i < len(left) or j < len(right):
        is_both = i < len(left) and j < len(right) and likeness[i][j] >= ALIKE
        if is_both and best[i][j] == best[i + 1][j + 1] + likeness[i][j]:
            yield left[i], right[j]
            i, j = i + 1, j + 1
        elif j >= len(right) or (i < len(left) and best[i][j] == best[i + 1][j]):
            yield left[i], None
            i += 1
        else:
            yield None, right[j]
            j += 1


def _likeness(one: str, other: str) -> float:
    """Return how much of their words two passages share, 0 to 1."""
    if min(len(one), len(other)) * 4 < max(len(one), len(other)) and not (one in other or other in one):
        return 0.0
    if len(one) > _LONG and (share := _shared_sentences(one, other)) >= ALIKE:
        return share
    if is_dense(one):
        return float(Indel.normalized_similarity(one, other))
    # Two English sentences about different things share half of their letters, but few of their words.
    return float(Indel.normalized_similarity([*map(hash, tokens(one))], [*map(hash, tokens(other))]))


def _shared_sentences(one: str, other: str) -> float:
    """Return which part of the longer text the sentences make that both have."""
    shared = Counter(sentences(one)) & Counter(sentences(other))
    return sum(len(text) * times for text, times in shared.items()) / max(len(one), len(other))


def _moved(
    old: Sequence[str], new: Sequence[str], pairs: Sequence[tuple[int | None, int | None]]
) -> tuple[set[int], set[int]]:
    """Return the passages that stand elsewhere now: their places before and after."""
    gone = [a for a, b in pairs if a is not None and b is None]
    come = [b for a, b in pairs if a is None and b is not None]
    left: set[int] = set()
    right: set[int] = set()
    by_text = {new[b]: b for b in come}
    for a in gone:
        b = by_text.get(old[a])
        if b is None and len(gone) * len(come) <= _MOST_PAIRED**2:
            b = next((one for one in come if one not in right and _likeness(old[a], new[one]) >= MOVED), None)
        if b is not None and b not in right:
            left.add(a)
            right.add(b)
    return left, right


# ---------------------------------------------------------------- pictures


def _pictures(before: Sequence[Picture], after: Sequence[Picture]) -> Iterator[Change]:
    old = {picture_key(picture): picture for picture in before}
    new = {picture_key(picture): picture for picture in after}
    for key in old.keys() & new.keys():
        for kind, was, now in (
            (Kind.CAPTION, old[key].caption, new[key].caption),
            (Kind.CREDIT, old[key].credit, new[key].credit),
        ):
            yield from _field(kind, was, now)
    gone, come = [old[key] for key in old if key not in new], [new[key] for key in new if key not in old]
    for one, other in zip_longest(gone, come):
        told = [Piece(_told(one), is_after=False)] if one else []
        told += [Piece(_told(other), is_before=False)] if other else []
        yield Change(Kind.PICTURE, WEIGHTS[Kind.PICTURE], tuple(told))


def picture_key(picture: Picture) -> str:
    """Return what a picture is known by: its address without proxies, sizes and versions."""
    address = unproxy(picture.url) or picture.url
    return canonicalize(address).partition("?")[0]


def _told(picture: Picture) -> str:
    words = even(picture.caption) or even(picture.alt)
    return f"[{words}] {picture.url}" if words else picture.url
