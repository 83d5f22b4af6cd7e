"""What a comparison gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a reader would call a change."""

    HEADLINE = "headline"
    STANDFIRST = "standfirst"
    BYLINE = "byline"
    DATE = "date"  #: of publication, as claimed
    WORDING = "wording"
    PUNCTUATION = "punctuation"
    NUMBER = "number"
    NAME = "name"
    QUOTATION = "quotation"  #: words that are set as somebody's own
    PARAGRAPH_ADDED = "paragraph-added"
    PARAGRAPH_REMOVED = "paragraph-removed"
    PARAGRAPH_MOVED = "paragraph-moved"
    PICTURE = "picture"
    CAPTION = "caption"
    CREDIT = "credit"
    CORRECTION = "correction"


#: How much a reader would care, 0 to 1. Words in the text weigh by how much of their paragraph has changed.
WEIGHTS = {
    Kind.CORRECTION: 0.95,
    Kind.HEADLINE: 0.9,
    Kind.QUOTATION: 0.85,
    Kind.PARAGRAPH_REMOVED: 0.8,
    Kind.NUMBER: 0.75,
    Kind.NAME: 0.7,
    Kind.STANDFIRST: 0.65,
    Kind.PARAGRAPH_ADDED: 0.6,
    Kind.BYLINE: 0.5,
    Kind.WORDING: 0.5,
    Kind.PICTURE: 0.4,
    Kind.DATE: 0.35,
    Kind.CAPTION: 0.3,
    Kind.PUNCTUATION: 0.25,
    Kind.CREDIT: 0.2,
    Kind.PARAGRAPH_MOVED: 0.2,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a changed place: on both sides, or on one."""

    text: str
    is_before: bool = True
    is_after: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """One change. A paragraph with several of one kind gives one."""

    kind: Kind
    weight: float  #: 0 to 1
    pieces: tuple[Piece, ...]  #: of the whole place, in order
    paragraph: int | None = None  #: its place after the change, from 0; before it, where it was removed

    @property
    def before(self) -> str:
        """What stood there."""
        return "".join(piece.text for piece in self.pieces if piece.is_before)

    @property
    def after(self) -> str:
        """What stands there now."""
        return "".join(piece.text for piece in self.pieces if piece.is_after)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, heading, item or row of the text as both revisions together have it, in reading order."""

    pieces: tuple[Piece, ...]
    kinds: tuple[Kind, ...] = ()  #: empty: nothing has changed in it


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes, the weightiest first, and the text as both revisions have it."""

    changes: tuple[Change, ...]
    passages: tuple[Passage, ...] = ()

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that there are."""
        return frozenset(change.kind for change in self.changes)

    @property
    def weight(self) -> float:
        """That of the weightiest change; 0 where there is none."""
        return max((change.weight for change in self.changes), default=0.0)
