"""What a person may ask, read into a tree.

    总统 -白宫 "climate change" headline:(summit OR 峰会) source:bbc.com after:2024-05 govern*

Words stand beside each other: all must be there. The grammar is below; what a field takes is in `FIELDS`.

Pure: no clock, network, file or index.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from onrecord.errors import SearchSyntaxError

#: A query is typed by hand. What is longer was pasted by mistake, or was made to keep the machine busy.
MAX_CHARACTERS = 1_000
MAX_TERMS = 64
MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or words in this order, in *field* (None: anywhere in the article)."""

    text: str
    field: str | None = None  #: "headline", "author"
    is_exact: bool = False  #: in quotation marks: no stems
    is_prefix: bool = False  #: "govern*"


@dataclass(frozen=True, slots=True)
class Is:
    """A property that has this value: the source, the language, whether it was removed."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class During:
    """A moment within [start, end), in seconds since 1970, UTC. None: open."""

    field: str  #: "published", "changed", "removed"
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Not:
    """What *part* does not match."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """What every part matches."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """What some part matches."""

    parts: tuple[Node, ...]


Node = Words | Is | During | Not | All | Any

#: What may stand before a colon. Another word with a colon ("10:30", "https://…") is a word.
FIELDS = {
    "headline": "words of the headline",
    "author": "words of an author's name",
    "source": "the name of a source, as `onrecord status` lists it",
    "lang": "a language: en, zh (both scripts), zh-Hant",
    "section": "the section, as the publisher names it",
    "topic": "a topic, as the publisher names it",
    "before": "published (else first captured) before this day, month or year",
    "after": "published on this day, in this month or year, or later",
    "changed": "yes, no, or when: a day, a month, a year",
    "removed": "yes, no, or when: a day, a month, a year",
    "has": "picture, translation, correction",
}
HAVING = ("picture", "translation", "correction")

_GRAMMAR = rf"""
?start: any
?any: all ("OR" all)*
?all: one ("AND"? one)*
?one: ("NOT" | MINUS) one -> negated
    | "(" any ")"
    | FIELD (WORD | PHRASE) -> field
    | FIELD "(" any ")" -> field_group
    | WORD -> word
    | PHRASE -> phrase

FIELD.3: /(?:{"|".join(FIELDS)})[:：]/i
MINUS.2: /-(?=\S)/
PHRASE.2: /"[^"]*"|“[^“”]*”|„[^„“”]*[“”]|「[^「」]*」|『[^『』]*』|«[^«»]*»/
WORD: /(?!(?:AND|OR|NOT)(?![^\s()（）]))[^\s()（）"“”„「」『』«»]+/
SPACE: /\s+/
%ignore SPACE
"""

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def parse(text: str) -> Node:
    """Return what *text* asks for.

    Raises:
        SearchSyntaxError: It can't be read; the message says where, and what may stand there.
    """
    if not text.strip():
        raise SearchSyntaxError(text, 1, "nothing is asked for; name a word")
    if len(text) > MAX_CHARACTERS:
        raise SearchSyntaxError(text, MAX_CHARACTERS, f"a query has at most {MAX_CHARACTERS:,} characters")
    even = text.translate(_WIDE)
    if (depth := _depth(even)) > MAX_DEPTH:
        raise SearchSyntaxError(
            text, even.index("(") + 1, f"{depth} parentheses in each other; {MAX_DEPTH} are read"
        )
    try:
        tree = _parser().parse(even)
        node: Node = _Reader(text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, SearchSyntaxError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    if _count(node) > MAX_TERMS:
        raise SearchSyntaxError(text, 1, f"a query has at most {MAX_TERMS} words and fields")
    return node


#: What a Chinese keyboard gives for the signs of the grammar.
_WIDE = str.maketrans({"（": "(", "）": ")", "＂": '"', "－": "-", "　": " "})


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def _explained(text: str, error: UnexpectedInput) -> SearchSyntaxError:
    place = getattr(error, "pos_in_stream", None)
    if isinstance(error, UnexpectedEOF) or (
        isinstance(error, UnexpectedToken) and error.token.type == "$END"
    ):
        what = "the query ends here: a word, or a closing parenthesis, is missing"
        return SearchSyntaxError(text, len(text) + 1, what)
    place = len(text) if place is None or place < 0 else place
    found = text[place] if place < len(text) else ""
    if isinstance(error, UnexpectedCharacters) and found in '"“”„「」『』«»':
        what = f"{found} has no partner: close it, or leave it out"
    elif found == ")":
        what = ") closes nothing"
    elif text[place : place + 3] in {"AND", "OR", "OR "}:
        operator = text[place : place + 3].strip()
        what = f"{operator} needs a word on either side; write it in quotation marks to search it"
    else:
        what = f"{found!r} can't stand here"
    return SearchSyntaxError(text, place + 1, what)


def _count(node: Node) -> int:
    match node:
        case Not(part):
            return _count(part)
        case All(parts) | Any(parts):
            return sum(_count(part) for part in parts)
        case _:
            return 1


@v_args(inline=True)
class _Reader(Transformer[Token, Node]):
    """Makes our nodes of the grammar's."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def word(self, word: Token) -> Node:
        return _word(str(word), None)

    def phrase(self, phrase: Token) -> Node:
        return Words(str(phrase)[1:-1], is_exact=True)

    def negated(self, *parts: Node) -> Node:
        part = parts[-1]  # before it a minus may stand, which says no more
        return part.part if isinstance(part, Not) else Not(part)

    def any(self, *parts: Node) -> Node:
        return Any(parts)

    def all(self, *parts: Node) -> Node:
        return All(parts)

    def field(self, field: Token, value: Token) -> Node:
        given = str(value)
        is_exact = value.type == "PHRASE"
        name = str(field)[:-1].lower()
        bare = given[1:-1] if is_exact else given
        if name in {"headline", "author"}:
            return Words(bare, name, is_exact=True) if is_exact else _word(given, name)
        return self._property(name, bare, value)

    def field_group(self, field: Token, inner: Node) -> Node:
        name = str(field)[:-1].lower()
        return self._within(name, inner, field)

    def _within(self, name: str, node: Node, place: Token) -> Node:
        match node:
            case Not(part):
                return Not(self._within(name, part, place))
            case All(parts):
                return All(tuple(self._within(name, part, place) for part in parts))
            case Any(parts):
                return Any(tuple(self._within(name, part, place) for part in parts))
            case Words(text, None, is_exact, is_prefix) if name in {"headline", "author"}:
                return Words(text, name, is_exact, is_prefix)
            case Words(text, None):
                return self._property(name, text, place)
            case _:
                raise self._wrong(place, f"a field can't stand within {name}:( )")

    def _property(self, name: str, value: str, place: Token) -> Node:
        if not value:
            raise self._wrong(place, f"{name}: needs a value: {FIELDS[name]}")
        reading: Callable[[str], Node | None] = _PROPERTIES.get(name, lambda given: Is(name, given))
        node = reading(value)
        if node is None:
            raise self._wrong(place, f"{name}:{value}: write {FIELDS[name]}, a day as 2024-05-17")
        return node

    def _wrong(self, place: Token, what: str) -> SearchSyntaxError:
        return SearchSyntaxError(self._text, (place.start_pos or 0) + 1, what)


def _word(given: str, field: str | None) -> Words:
    bare = given.rstrip("*＊")
    return Words(bare, field, is_prefix=True) if bare and bare != given else Words(given, field)


def _span(value: str) -> tuple[int, int] | None:
    """Return the seconds in which a day, month or year begins and ends (UTC); None if it is none."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(part or 0) for part in match.groups())
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = start + timedelta(days=monthrange(year, month)[1])
        else:
            end = datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return int(start.timestamp()), int(end.timestamp())


def _before(value: str) -> Node | None:
    span = _span(value)
    return During("published", None, span[0]) if span else None


def _after(value: str) -> Node | None:
    span = _span(value)
    return During("published", span[0], None) if span else None


def _when(field: str) -> Callable[[str], Node | None]:
    def read(value: str) -> Node | None:
        if value.lower() in {"yes", "no"}:
            return Is(field, value.lower())
        span = _span(value)
        return During(field, *span) if span else None

    return read


def _having(value: str) -> Node | None:
    return Is("has", value.lower()) if value.lower() in HAVING else None


_PROPERTIES: dict[str, Callable[[str], Node | None]] = {
    "before": _before,
    "after": _after,
    "changed": _when("changed"),
    "removed": _when("removed"),
    "has": _having,
}
