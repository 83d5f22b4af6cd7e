"""One walk over a page: its lines of text, pictures, claims and counts, in the order of the page.

Pure. The walk lays text out as a browser does: text goes on in one line until a block element begins or
ends. Nothing is judged here; `body` and the others choose among what stands here.

Half of the time of a reading is spent here, a sixth of that in the parser's nodes. Measured and left: the
parser's own serialisation cut by one regular expression (twice the price of its nodes, before anything is
read); menus taken whole by the parser (a sixth of the walk, paid with other bodies on a few pages).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from onrecord.extract.words import Sign, signs
from onrecord.model import Problem
from onrecord.text import clean

#: Elements. Of eleven hundred pages measured the largest has 9,900, and each costs ten microseconds or so.
MAX_NODES = 30_000
#: One line of text longer than this is no paragraph that anybody reads.
MAX_LINE = 200_000

_SKIP = frozenset(
    [
        "style",
        "svg",
        "template",
        "select",
        "textarea",
        "object",
        "canvas",
        "math",
        "datalist",
        "map",
        "dialog",
        "progress",
        "meter",
        "menu",
    ]
)
_BLOCK = frozenset(
    [
        "html",
        "body",
        "div",
        "p",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "figure",
        "figcaption",
        "blockquote",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "pre",
        "address",
        "form",
        "fieldset",
        "details",
        "summary",
        "center",
        "noscript",
        "picture",
        "hgroup",
        "button",
        "video",
        "audio",
        "amp-img",
        "amp-video",
        "amp-carousel",
        "frameset",
        "listing",
        "search",
    ]
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_MANNERS = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "emphasis"),
    "small": "small",
}
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_EMPTY_LINE = re.compile("\n(?:[ \u00a0\u3000]*\n)+")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")


class Box:
    """A block element: what it says of itself and what it inherits. *first* and *last* bound its items."""

    __slots__ = (
        *("attributes", "cell", "depth", "figure", "first", "inherited", "item", "junk", "last", "link"),
        *("names", "node", "parent", "pre", "signs", "tag", "unseen"),
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

    def lines(self) -> Iterator[tuple[int, Line]]:
        """Yield each line with its place among the items."""
        return ((at, item) for at, item in enumerate(self.items) if isinstance(item, Line))


def weigh(text: str) -> int:
    """Return the length of *text*, a Han character, kana or Hangul syllable counted thrice."""
    if text.isascii() or max(text) < "\u3040":
        return len(text)
    return len(text) + 2 * len(_WIDE.findall(text))


def _folded(text: str) -> str:
    # `clean` has nothing to do where all is printable, which most lines are.
    return " ".join((text if text.isprintable() else clean(text)).split())


def text_of(node: LexborNode) -> str:
    """Return all text inside *node*, folded."""
    return " ".join(clean(node.text(deep=True, separator=" ")).split())


class _Walk:
    """The state of a walk: the box we are in, the line that is being set, the formatting around."""

    def __init__(self) -> None:
        self.survey = Survey()
        self.box = Box("#page")
        self.survey.boxes.append(self.box)
        self.pieces: list[Piece] = []
        self.has_image = False
        self.link: str | None = None
        self.emphasis = self.strong = self.small = self.noscript = 0
        self.inline: list[int] = []
        self.sources: list[dict[str, str | None]] = []

    # ---- lines

    def flush(self) -> None:
        """End the line that is being set."""
        pieces, self.pieces = self.pieces, []
        has_image, self.has_image = self.has_image, False
        if not pieces:
            return
        whole = "".join(piece.text for piece in pieces)
        text = _folded(whole) if not self.box.pre else clean(whole).strip("\n")
        if not text or text.isspace():
            return
        # Two breaks in a row end a paragraph in pages that have no <p>.
        if "\n" in whole and not self.box.pre and _EMPTY_LINE.search(whole):
            for part in _split(pieces):
                self.add(part, has_image=has_image)
            return
        self.add(pieces, has_image=has_image, text=text)

    def add(self, pieces: list[Piece], *, has_image: bool, text: str | None = None) -> None:
        """Put a line among the items."""
        if text is None:
            text = _folded("".join(piece.text for piece in pieces))
            if not text:
                return
        line = Line(box=self.box, pieces=pieces, text=text[:MAX_LINE], image_before=has_image)
        line.weight = weigh(line.text)
        total = linked = small = 0
        for piece in pieces:
            length = len(piece.text.strip())
            total += length
            linked += length if piece.link is not None else 0
            small += length if piece.small else 0
        line.link_share = 1.0 if self.box.link is not None else linked / (total or 1)
        line.small_share = small / (total or 1)
        self.survey.items.append(line)

    def say(self, text: str, *, is_break: bool = False) -> None:
        """Set *text* in the line; its own line breaks are spaces, those of <br> are not."""
        if not self.box.pre and not is_break:
            if not text.isprintable() or "  " in text:
                text = _SPACES.sub(" ", text)
            if text == " " and not self.pieces:
                return
        last = self.pieces[-1] if self.pieces else None
        now = self.inline[-1] if self.inline else 0
        link, emphasis, strong = self.link, self.emphasis > 0, self.strong > 0
        if (
            last is not None
            and last.link == link
            and last.emphasis is emphasis
            and last.strong is strong
            and last.small is (self.small > 0)
            and last.signs == now
        ):
            last.text += text
        else:
            self.pieces.append(Piece(text, link, emphasis, strong, self.small > 0, now))

    # ---- elements

    def enter_block(self, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> Box:
        """Begin a block element; return the box that was current before."""
        if self.pieces:
            self.flush()
        self.has_image = False
        outer = self.box
        box = Box(tag, outer, node, self.signs_of(tag, attributes), self.link)
        if attributes:
            names, name = attributes.get("class"), attributes.get("id")
            box.names = f"{names} {name}" if names and name else names or name or ""
        box.first = len(self.survey.items)
        self.box = box
        self.survey.boxes.append(box)
        return outer

    def leave_block(self, outer: Box) -> None:
        """End the block element that we are in."""
        if self.pieces:
            self.flush()
        self.has_image = False
        self.box.last = len(self.survey.items)
        self.box = outer

    def signs_of(self, tag: str, attributes: dict[str, str | None]) -> int:
        """Return what an element says of itself."""
        found = 0
        for name, value in attributes.items():
            if name in _NAMING:
                if value:
                    found |= signs(value)
            elif name == "hidden" or (name == "style" and value and _HIDDEN_STYLE.search(value)):
                found |= Sign.UNSEEN
        if tag in _JUNK_TAGS:
            found |= Sign.JUNK
        elif tag == "aside":
            found |= Sign.SOFT
        elif tag == "noscript":
            found |= Sign.UNSEEN
        return found

    def note(self, tag: str, node: LexborNode, attributes: dict[str, str | None], own: int) -> None:
        """Note an element that may hold a small claim."""
        survey = self.survey
        if tag in {"time", "address"}:
            own |= Sign.TIME if tag == "time" else Sign.BYLINE
        if attributes.get("rel") == "author":
            own |= Sign.BYLINE
        if own & _CLAIMS:
            survey.marks.append(Mark(own, node, attributes, len(survey.items), self.box))
        if "itemprop" in attributes:
            survey.itemprops.append((attributes["itemprop"] or "", node, attributes))
        if "itemtype" in attributes:
            survey.itemtypes.append(attributes["itemtype"] or "")

    def void(self, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> None:
        """Take an element that has no text of its own."""
        survey = self.survey
        if tag == "br":
            if self.pieces:
                self.say("\n", is_break=True)
        elif tag == "hr":
            self.flush()
            survey.items.append(Break(self.box))
        elif tag in {"img", "amp-img"}:
            self.take_picture(attributes)
        elif tag == "source":
            self.sources.append(attributes)
        elif tag == "iframe":
            survey.counts["iframe"] = survey.counts.get("iframe", 0) + 1
            url = attributes.get("src") or attributes.get("data-src") or attributes.get("data-lazy-src") or ""
            self.flush()
            survey.items.append(Frame(self.box, url))
        elif tag == "input":
            if (kind := (attributes.get("type") or "").lower()) in {"password", "email", "tel"}:
                survey.counts[kind] = 1
        else:
            self.take_claim(tag, node, attributes)

    def take_claim(self, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> None:
        """Take an element that says something of the page and shows nothing."""
        survey = self.survey
        if tag == "meta":
            self.take_meta(attributes)
        elif tag == "link":
            survey.links.append(attributes)
        elif tag == "base":
            survey.base = survey.base or attributes.get("href")
        elif tag == "title":
            survey.title = survey.title or text_of(node) or None
        elif tag == "script":
            survey.counts["script"] = survey.counts.get("script", 0) + 1
            if "ld+json" in (attributes.get("type") or "").lower():
                survey.scripts.append(node.text(deep=True))
            elif "src" not in attributes:
                survey.programs.append(node)

    def take_picture(self, attributes: dict[str, str | None]) -> None:
        """Take an <img>, with the <source>s before it."""
        self.has_image = True
        pending, self.pieces = self.pieces, []
        self.take_line_before_picture(pending)
        self.survey.items.append(Shot(self.box, attributes, self.sources, self.link, self.noscript > 0))
        self.sources = []

    def take_line_before_picture(self, pending: list[Piece]) -> None:
        """Keep text that stands before a picture in one line together with what follows it."""
        text = "".join(piece.text for piece in pending)
        if text.strip():
            self.pieces = pending
            self.has_image = False
            self.flush()
            self.has_image = True

    def take_meta(self, attributes: dict[str, str | None]) -> None:
        """Take a <meta>."""
        content = attributes.get("content")
        if not content:
            return
        for key in ("property", "name", "itemprop"):
            if name := attributes.get(key):
                self.survey.metas.append((name.strip().lower(), clean(content).strip()))
        if (attributes.get("http-equiv") or "").lower() == "refresh":
            self.survey.refresh = self.survey.refresh or content


_NOTED = frozenset(("rel", "itemprop", "itemtype"))
_COUNTED = frozenset(("html", "form", "noscript"))
_NAMING = frozenset(("class", "id", "itemprop", "role", "data-testid", "data-component", "data-type", "name"))
_JUNK_TAGS = frozenset(("nav", "footer", "button", "form-actions"))
_CLAIMS = (
    Sign.BYLINE
    | Sign.TIME
    | Sign.STANDFIRST
    | Sign.KICKER
    | Sign.CORRECTION
    | Sign.PAYWALL
    | Sign.BIO
    | Sign.HEADLINE
)
_VOID = frozenset(
    ["br", "hr", "img", "amp-img", "source", "iframe", "meta", "link", "base", "input", "title", "script"]
)


_Todo = LexborNode | Box | tuple[str, str | None]


def survey_of(root: LexborNode | None) -> Survey:
    """Return what stands under *root*, in one walk without recursion. Never raises."""
    walk = _Walk()
    if root is None:
        return walk.survey
    survey = walk.survey
    # What is still to do, last first: nodes to enter, boxes to go back to, and what else to leave.
    todo: list[_Todo] = [root]
    left = MAX_NODES
    while todo:
        now = todo.pop()
        if isinstance(now, Box):
            walk.leave_block(now)
            continue
        if isinstance(now, tuple):
            _leave(walk, *now)
            continue
        following = now.next
        if following is not None:
            todo.append(following)
        tag = now.tag
        if tag == "-text":
            text = now.text_content
            # Half of all texts are the white space between blocks.
            if text and (walk.pieces or walk.box.pre or not text.isspace()):
                walk.say(text)
            continue
        left -= 1
        if left < 0:
            survey.problems.append(Problem("page-too-many-elements", f"read the first {MAX_NODES:,}"))
            break
        if tag is not None and tag[0] not in "-!" and tag not in _SKIP:
            _enter(walk, tag, now, todo)
    while walk.box.parent is not None:
        walk.leave_block(walk.box.parent)
    walk.flush()
    walk.box.last = len(survey.items)
    return survey


def _leave(walk: _Walk, what: str, before: str | None) -> None:
    """Leave an element that `_enter` entered, and that is no box."""
    if what == "noscript":
        walk.noscript -= 1
    elif what == "a":
        walk.link = before
    elif what in {"strong", "emphasis", "small"}:
        setattr(walk, what, getattr(walk, what) - 1)
    elif what == "signs":
        walk.inline.pop()


def _enter(walk: _Walk, tag: str, node: LexborNode, todo: list[_Todo]) -> None:
    """Enter an element: change the state, and say in *todo* how it is left."""
    attributes = node.attributes
    if tag in _VOID:
        walk.void(tag, node, attributes)
        return
    if tag in {"video", "audio"}:
        walk.flush()
        walk.survey.items.append(Frame(walk.box, attributes.get("src") or "", tag))
        return
    if tag in _BLOCK:
        if tag in _COUNTED:
            _count_block(walk, tag, attributes)
            if tag == "noscript":
                todo.append((tag, None))
        todo.append(walk.enter_block(tag, node, attributes))
        own = walk.box.signs
        if own & _CLAIMS or tag == "address" or not _NOTED.isdisjoint(attributes):
            walk.note(tag, node, attributes, own)
    elif not _enter_inline(walk, tag, node, attributes, todo):
        return
    first = node.first_child
    if first is not None:
        todo.append(first)


def _count_block(walk: _Walk, tag: str, attributes: dict[str, str | None]) -> None:
    if tag == "html":
        walk.survey.language = attributes.get("lang") or attributes.get("xml:lang")
    elif tag == "form":
        walk.survey.counts["form"] = walk.survey.counts.get("form", 0) + 1
    elif tag == "noscript":
        walk.noscript += 1


def _enter_inline(
    walk: _Walk,
    tag: str,
    node: LexborNode,
    attributes: dict[str, str | None],
    todo: list[_Todo],
) -> bool:
    """Enter an inline element; return whether its children are seen."""
    own = walk.signs_of(tag, attributes) if attributes else 0
    if own & Sign.UNSEEN:
        return False
    if own & _CLAIMS or tag == "time" or not _NOTED.isdisjoint(attributes):
        walk.note(tag, node, attributes, own)
    if tag == "a" and "href" in attributes:
        walk.survey.anchors.append((attributes, node, len(walk.survey.items), walk.box))
        todo.append(("a", walk.link))
        walk.link = attributes["href"] or ""
    elif (manner := _MANNERS.get(tag)) is not None:
        setattr(walk, manner, getattr(walk, manner) + 1)
        todo.append((manner, None))
    if own or tag == "cite":
        walk.inline.append(own | (Sign.CREDIT if tag == "cite" else 0))
        todo.append(("signs", None))
    return True


def _split(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Yield the paragraphs of a line that holds empty lines."""
    part: list[Piece] = []
    for piece in pieces:
        texts = _EMPTY_LINE.split(piece.text)
        for number, text in enumerate(texts):
            if number:
                yield part
                part = []
            if text:
                part.append(Piece(text, piece.link, piece.emphasis, piece.strong, piece.small, piece.signs))
    yield part
