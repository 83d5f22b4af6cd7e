"""What one walk over a page finds: its lines of text, pictures, claims and counts, in the order of the page.

Pure. Nothing is judged here; `body` and the others choose among what stands here. `walk` makes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from onrecord.extract.words import Sign
from onrecord.model import Problem
from onrecord.text import clean

#: Characters of what a page claims in one place: <meta>, <title>, a byline. The longest descriptions have thousands.
MAX_CLAIM = 20_000
#: A paragraph weighs this much (`weigh`), mostly outside links.
PARAGRAPH = 80
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


class Box:
    """A block element: what it says of itself and what it inherits. *first* and *last* bound its items."""

    __slots__ = (
        *("cell", "depth", "figure", "first", "inherited", "item", "junk", "last", "link", "names"),
        *("node", "parent", "pre", "signs", "tag", "unseen"),
    )

    def __init__(
        self,
        tag: str,
        outer: Box | None = None,
        node: LexborNode | None = None,
        own: int = 0,
        link: str | None = None,
    ) -> None:
        self.tag = tag
        self.parent = outer
        self.node = node
        self.signs = own  #: its own
        self.link = link  #: an <a> around the whole block
        self.names = ""  #: class and id, as they stand
        self.first = 0
        self.last = 0  #: one past the last
        self.junk: Box | None = None  #: the outermost box around it that is junk; set by `body.exonerate`
        if outer is None:
            self.inherited = own  #: its own and those of the boxes around it
            self.depth = 0
            self.unseen = self.pre = False
            self.figure: Box | None = None
            self.item: Box | None = None  #: the nearest <li>, <dt>, <dd>
            self.cell: Box | None = None
        else:
            self.inherited = outer.inherited | own
            self.depth = outer.depth + 1
            self.unseen = outer.unseen or own & Sign.UNSEEN > 0
            self.pre = outer.pre or tag in {"pre", "listing"}
            self.figure = self if tag == "figure" else outer.figure
            self.item = self if tag in {"li", "dt", "dd"} else outer.item
            self.cell = self if tag in {"td", "th"} else outer.cell


@dataclass(slots=True, eq=False)
class Piece:
    """Text with one formatting; *link* as it stands in the page."""

    text: str
    link: str | None = None
    emphasis: bool = False
    strong: bool = False
    small: bool = False
    signs: int = 0


@dataclass(slots=True, eq=False)
class Line:
    """A line box: text between two block boundaries."""

    box: Box
    pieces: list[Piece] = field(default_factory=list)
    text: str = ""  #: folded
    weight: int = 0  #: characters, a Han character or kana counted thrice
    link_share: float = 0.0
    small_share: float = 0.0
    image_before: bool = False  #: a picture stands in the same line box

    @property
    def is_called_caption(self) -> bool:
        """Is it called a caption or a credit: all of it, inside its box, or a small box around it?"""
        words = Sign.CAPTION | Sign.CREDIT
        box: Box | None = self.box
        for _ in range(3):
            if box is None or box.last - box.first > 4:
                break
            if box.signs & words:
                return True
            box = box.parent
        return all(piece.signs & words for piece in self.pieces if not piece.text.isspace())


@dataclass(slots=True, eq=False)
class Shot:
    """An <img>, <picture> or <video poster> as it stands."""

    box: Box
    attributes: dict[str, str | None]
    sources: list[dict[str, str | None]] = field(default_factory=list)
    link: str | None = None
    is_fallback: bool = False  #: inside <noscript>


@dataclass(slots=True, eq=False)
class Frame:
    """An <iframe>, <video> or <audio>, or a post of another site."""

    box: Box
    url: str
    kind: str = "link"


@dataclass(slots=True, eq=False)
class Break:
    """An <hr>."""

    box: Box


Item = Line | Shot | Frame | Break


@dataclass(slots=True, eq=False)
class Mark:
    """An element that may hold a byline, a time or another small claim. *at*: items before it."""

    sign: int
    node: LexborNode
    attributes: dict[str, str | None]
    at: int
    box: Box


@dataclass(slots=True)
class Survey:
    """All that one walk found."""

    items: list[Item] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    metas: list[tuple[str, str]] = field(default_factory=list)  #: name or property, lower case; content
    links: list[dict[str, str | None]] = field(default_factory=list)  #: <link>
    scripts: list[str] = field(default_factory=list)  #: JSON-LD, as it stands
    programs: list[LexborNode] = field(default_factory=list)  #: other scripts of the page's own
    itemprops: list[tuple[str, LexborNode, dict[str, str | None]]] = field(default_factory=list)
    itemtypes: list[str] = field(default_factory=list)
    anchors: list[tuple[dict[str, str | None], LexborNode, int, Box]] = field(default_factory=list)
    language: str | None = None
    title: str | None = None
    base: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    refresh: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def line_at(self, at: int) -> Line:
        """Return the line at a place where one is known to stand."""
        line = self.items[at]
        if not isinstance(line, Line):  # our own mistake, never a page's
            raise TypeError(f"item {at} is no line")
        return line

    def release(self) -> None:
        """Let go of what boxes hold of themselves: a page's memory is free once it is read, not when Python counts.

        A tree of 16 MB of HTML is one object to Python's collector, which comes by after so many objects.
        """
        for box in self.boxes:
            box.junk = box.figure = box.item = box.cell = None

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Yield each line with its place among the items."""
        return ((at, item) for at, item in enumerate(self.items) if isinstance(item, Line))


def weigh(text: str) -> int:
    """Return the length of *text*, a Han character, kana or Hangul syllable counted thrice."""
    if text.isascii():
        return len(text)
    return len(text) + 2 * len(_WIDE.findall(text))


def text_of(node: LexborNode) -> str:
    """Return all text inside *node*, folded; the first `MAX_CLAIM` characters of it."""
    return " ".join(clean(node.text(deep=True, separator=" ")[:MAX_CLAIM]).split())
