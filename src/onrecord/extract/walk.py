"""The walk over a page's nodes that makes its survey: text is laid out as a browser does it.

Pure. Text goes on in one line until a block element begins or ends. Nothing is judged here, but for boxes of
links that are called junk: `menus` takes those whole, because a walk in Python over all of a page's elements
takes five times as long as parsing it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from onrecord.extract.menus import UNREAD, Menu, menu_of
from onrecord.extract.survey import (
    MAX_CLAIM,
    PARAGRAPH,
    Box,
    Break,
    Frame,
    Line,
    Mark,
    Piece,
    Shot,
    Survey,
    text_of,
    weigh,
)
from onrecord.extract.words import Sign, signs
from onrecord.model import Problem
from onrecord.text import clean

#: Elements. Of eleven hundred pages measured the largest has 9,900, and each costs two microseconds or so.
MAX_NODES = 30_000
#: One line, or one text, longer than this is no paragraph that anybody reads.
MAX_LINE = 200_000
#: Characters of a class, id or role that are looked at.
MAX_NAMES = 2_000
#: Text that must follow a headline before boxes are menus again: what stands between them signs, dates or shows it.
HEAD_TEXT = 400
#: Boxes inside what is called junk that are looked at for being menus; each look goes through all inside.
MAX_LOOKS = 50

Attributes = dict[str, str | None]
#: The formatting of a text: link, emphasis, strong, small, the signs of the innermost element that has some.
Style = tuple[str | None, bool, bool, bool, int]

_PLAIN: Style = (None, False, False, False, 0)
_EMPHASIS, _STRONG, _SMALL = 1, 2, 3
_MANNERS = {
    **dict.fromkeys(("b", "strong"), _STRONG),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), _EMPHASIS),
    "small": _SMALL,
}
_BLOCKS = frozenset(
    (
        *(
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
        ),
        *(
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
        ),
        *("td", "th", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "address", "form", "fieldset"),
        *(
            "details",
            "summary",
            "center",
            "noscript",
            "picture",
            "hgroup",
            "button",
            "amp-carousel",
            "amp-video",
        ),
        *("frameset", "listing", "search"),
    )
)
_UNREAD = frozenset((*UNREAD, "-comment", "-doctype", ""))
#: Never a menu, whatever they are called: what they hold may be the article.
_NO_MENUS = frozenset(("html", "body", "main", "article", "h1"))
_COUNTED = frozenset(("html", "form", "noscript", "h1"))
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_EMPTY_LINE = re.compile("\n(?:[ \u00a0\u3000]*\n)+")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_NOTED = frozenset(("rel", "itemprop", "itemtype"))
_NAMING = frozenset(("id", "itemprop", "role", "data-testid", "data-component", "data-type", "name"))
#: Attributes beside class that say something of an element.
_TELLING = frozenset((*_NAMING, *_NOTED, "hidden", "style"))
_BY_TAG = {
    **dict.fromkeys(("nav", "footer", "button"), Sign.JUNK),
    "aside": Sign.SOFT,
    "noscript": Sign.UNSEEN,
}
_JUNK, _UNSEEN = Sign.JUNK, Sign.UNSEEN
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


def survey_of(root: LexborNode | None, *, has_menus: bool = True) -> Survey:
    """Return what stands under *root*, in one walk without recursion. Never raises.

    *has_menus*: boxes of links that are called junk are taken whole.
    """
    walk = _Walk()
    walk.has_menus = has_menus
    node, left = root, MAX_NODES
    while node is not None:
        tag = node.tag or ""
        inner = None
        if tag == "-text":
            text = node.text_content
            # Half of all texts are the white space between blocks.
            if text and (walk.pieces or not text.isspace() or walk.box.pre):
                walk.say(text)
        elif left == 0:
            walk.survey.problems.append(Problem("page-too-many-elements", f"read the first {MAX_NODES:,}"))
            break
        else:
            left -= 1
            if tag in _BLOCKS:
                inner = walk.enter_block(tag, node)
            elif (take := _TAKEN.get(tag)) is not None:
                take(walk, tag, node, node.attributes)
            elif tag not in _UNREAD:
                inner = walk.enter_inline(tag, node)
        node = inner if inner is not None else walk.next_after(node)
    return walk.done()


class _Walk:
    """The state of a walk: the box we are in, the line that is being set, the formatting around."""

    __slots__ = (
        *(
            "around",
            "awaited",
            "box",
            "has_image",
            "has_menus",
            "items",
            "looks",
            "noscript",
            "pieces",
            "said",
            "sources",
            "style",
        ),
        "survey",
    )

    def __init__(self) -> None:
        self.survey = Survey()
        self.items = self.survey.items
        self.box = Box("#page")
        self.survey.boxes.append(self.box)
        #: The elements around, the innermost last, each with the style before it; None: it is a box.
        self.around: list[tuple[LexborNode, Style | None]] = []
        self.pieces: list[Piece] = []
        self.has_image = False
        self.has_menus = True
        self.style = self.said = _PLAIN  #: of what comes, and of the last piece
        self.noscript = 0
        self.sources: list[Attributes] = []
        self.looks = MAX_LOOKS
        self.awaited = 0  #: text to come until the headline's surroundings are over

    # ---- into elements and out of them; `enter_…` return the first node inside, if the walk goes in

    def enter_block(self, tag: str, node: LexborNode) -> LexborNode | None:
        """Begin a block element; one that is a menu is taken whole."""
        if self.pieces:
            self.flush()
        self.has_image = False
        attributes = node.attributes
        own = _BY_TAG.get(tag, 0)
        if attributes:
            own |= _signs_of(attributes)
        box = self.box = Box(tag, self.box, node, own, self.style[0])
        box.first = len(self.items)
        self.survey.boxes.append(box)
        if attributes:
            names, identifier = attributes.get("class"), attributes.get("id")
            box.names = f"{names} {identifier}" if names and identifier else names or identifier or ""
        if own & _CLAIMS or tag == "address" or not _NOTED.isdisjoint(attributes):
            self.note(tag, node, attributes, own)
        if tag in _COUNTED:
            self.count(tag, attributes)
        inner = node.first_child
        if own & (_JUNK | _CLAIMS) == _JUNK and inner is not None and self.take_menu(tag, node):
            inner = None
        if inner is None:
            self.leave_block()
        else:
            self.around.append((node, None))
        return inner

    def enter_inline(self, tag: str, node: LexborNode) -> LexborNode | None:
        """Begin an inline element; a hidden one is not entered."""
        attributes = node.attributes
        own = _signs_of(attributes) if attributes else 0
        if own & _UNSEEN:
            return None
        if own & _CLAIMS or tag == "time" or not _NOTED.isdisjoint(attributes):
            self.note(tag, node, attributes, own)
        style = self.style
        if tag == "a":
            if "href" in attributes:
                self.survey.anchors.append((attributes, node, len(self.items), self.box))
                style = (attributes["href"] or "", *style[1:])
        elif (manner := _MANNERS.get(tag)) is not None:
            style = (*style[:manner], True, *style[manner + 1 :])  # type: ignore[assignment]  # as long as before
            own |= Sign.CREDIT if tag == "cite" else 0
        inner = node.first_child
        if inner is not None:
            self.around.append((node, self.style))
            self.style = (*style[:4], own) if own else style
        return inner

    def next_after(self, node: LexborNode) -> LexborNode | None:
        """Return the node that follows *node* and all inside it, leaving the elements that end before."""
        following = node.next
        while following is None and self.around:
            element, style = self.around.pop()
            if style is None:
                self.leave_block()
            else:
                self.style = style
            following = element.next
        return following

    def leave_block(self) -> None:
        """End the block element that we are in."""
        if self.pieces:
            self.flush()
        self.has_image = False
        box = self.box
        box.last = len(self.items)
        if box.tag == "noscript":
            self.noscript -= 1
        if box.parent is not None:
            self.box = box.parent

    def done(self) -> Survey:
        """End all elements that we are in, and return what was found."""
        while self.box.parent is not None:
            self.leave_block()
        self.leave_block()
        return self.survey

    # ---- lines

    def say(self, text: str, *, is_break: bool = False) -> None:
        """Set *text* in the line; its own line breaks are spaces, those of <br> are not."""
        pieces = self.pieces
        text = text[:MAX_LINE]
        if not self.box.pre and not is_break:
            if not text.isprintable() or "  " in text:
                text = _SPACES.sub(" ", text)
            if text == " " and not pieces:
                return
        if pieces and self.said == self.style:
            pieces[-1].text += text
        else:
            self.said = self.style
            pieces.append(Piece(text, *self.style))

    def flush(self) -> None:
        """End the line that is being set."""
        pieces, self.pieces = self.pieces, []
        has_image, self.has_image = self.has_image, False
        if not pieces:
            return
        whole = pieces[0].text if len(pieces) == 1 else "".join([piece.text for piece in pieces])
        whole = whole[:MAX_LINE]
        # Two breaks in a row end a paragraph in pages that have no <p>.
        if "\n" in whole and not self.box.pre and _EMPTY_LINE.search(whole):
            for part in _split(pieces):
                self.add(part, _folded("".join([piece.text for piece in part])), has_image=has_image)
            return
        text = clean(whole).strip("\n") if self.box.pre else _folded(whole)
        self.add(pieces, text, has_image=has_image)

    def add(self, pieces: list[Piece], text: str, *, has_image: bool) -> None:
        """Put a line among the items, if it says anything."""
        if not text or text.isspace():
            return
        if len(pieces) == 1:
            link_share = 0.0 if pieces[0].link is None else 1.0
            small_share = 1.0 if pieces[0].small else 0.0
        else:
            link_share, small_share = _shares(pieces)
        if self.box.link is not None:
            link_share = 1.0
        weight = weigh(text)
        if self.awaited > 0 and weight >= PARAGRAPH and link_share < 0.5:
            self.awaited -= weight
        self.items.append(Line(self.box, pieces, text, weight, link_share, small_share, has_image))

    # ---- menus and claims

    def take_menu(self, tag: str, node: LexborNode) -> bool:
        """Take the box that we are in, at *node*, whole, if it is a menu."""
        if tag in _NO_MENUS or not self.has_menus or self.awaited > 0:
            return False
        outer = self.box.parent
        if outer is not None and outer.inherited & _JUNK:
            # It stands inside one that is none.
            self.looks -= 1
            if self.looks < 0:
                return False
        menu = menu_of(node, is_foot=_stands_in_foot(self.box))
        if menu is None:
            return False
        self.take_links(menu)
        for one in menu.others:
            tag, attributes = one.tag or "", one.attributes
            if not _NOTED.isdisjoint(attributes):
                self.note(tag, one, attributes, 0)
            if tag in _COUNTED:
                self.count(tag, attributes)
            elif tag in _TAKEN:
                _TAKEN[tag](self, tag, one, attributes)
        return True

    def take_links(self, menu: Menu) -> None:
        """Take the links and the lines of a menu.

        The texts of its links are one line that weighs nothing, with blank ones behind it, so that what follows
        has its place, and the menu counts against the box around it.
        """
        box, items = self.box, self.items
        at = len(items)
        self.survey.anchors += [(attributes, link, at, box) for attributes, link in menu.links]
        if text := _folded(" ".join(menu.linked)[:MAX_LINE]):
            items.append(Line(box, [Piece(text, "")], text, 0, 1.0))
        blank = Line(box, [Piece("", "")], "", 0, 1.0)
        items += [blank] * (len(menu.linked) - 1)
        for text in menu.beside:
            if text := _folded(text[:MAX_LINE]):
                items.append(Line(box, [Piece(text)], text, weigh(text)))

    def note(self, tag: str, node: LexborNode, attributes: Attributes, own: int) -> None:
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

    def count(self, tag: str, attributes: Attributes) -> None:
        """Count an element that tells something of a page by being there."""
        counts = self.survey.counts
        if tag == "html":
            self.survey.language = attributes.get("lang") or attributes.get("xml:lang")
        elif tag == "noscript":
            self.noscript += 1
        elif tag == "h1":
            self.awaited = HEAD_TEXT
        else:
            counts[tag] = counts.get(tag, 0) + 1

    # ---- elements without text of their own

    def take_break(self, tag: str, _node: LexborNode, _attributes: Attributes) -> None:
        """Take a <br> or an <hr>."""
        if tag == "hr":
            self.flush()
            self.items.append(Break(self.box))
        elif self.pieces:
            self.say("\n", is_break=True)

    def take_frame(self, tag: str, _node: LexborNode, attributes: Attributes) -> None:
        """Take an <iframe>, <video> or <audio>."""
        self.flush()
        url = attributes.get("src")
        if tag == "iframe":
            self.count(tag, attributes)
            url = url or attributes.get("data-src") or attributes.get("data-lazy-src")
        self.items.append(Frame(self.box, url or "", "link" if tag == "iframe" else tag))

    def take_picture(self, _tag: str, _node: LexborNode, attributes: Attributes) -> None:
        """Take an <img>, with the <source>s before it; text before it is a line of its own."""
        if self.pieces and any(not piece.text.isspace() for piece in self.pieces):
            self.has_image = False
            self.flush()
        self.pieces = []
        self.has_image = True
        self.items.append(Shot(self.box, attributes, self.sources, self.style[0], self.noscript > 0))
        self.sources = []

    def take_source(self, _tag: str, _node: LexborNode, attributes: Attributes) -> None:
        """Take a <source>, which belongs to the picture that follows."""
        self.sources.append(attributes)

    def take_field(self, _tag: str, _node: LexborNode, attributes: Attributes) -> None:
        """Take an <input>: a password, or what says who somebody is."""
        if (kind := (attributes.get("type") or "").lower()) in {"password", "email", "tel"}:
            self.survey.counts[kind] = 1

    def take_script(self, tag: str, node: LexborNode, attributes: Attributes) -> None:
        """Take a <script>."""
        self.count(tag, attributes)
        if "ld+json" in (attributes.get("type") or "").lower():
            self.survey.scripts.append(node.text(deep=True))
        elif "src" not in attributes:
            self.survey.programs.append(node)

    def take_meta(self, _tag: str, _node: LexborNode, attributes: Attributes) -> None:
        """Take a <meta>."""
        content = (attributes.get("content") or "")[:MAX_CLAIM]
        if not content:
            return
        for key in ("property", "name", "itemprop"):
            if name := attributes.get(key):
                self.survey.metas.append((name.strip().lower(), clean(content).strip()))
        if (attributes.get("http-equiv") or "").lower() == "refresh":
            self.survey.refresh = self.survey.refresh or content

    def take_claim(self, tag: str, node: LexborNode, attributes: Attributes) -> None:
        """Take a <link>, a <base> or a <title>."""
        survey = self.survey
        if tag == "link":
            survey.links.append(attributes)
        elif tag == "base":
            survey.base = survey.base or attributes.get("href")
        else:
            survey.title = survey.title or text_of(node) or None


_TAKEN = {
    **dict.fromkeys(("br", "hr"), _Walk.take_break),
    **dict.fromkeys(("iframe", "video", "audio"), _Walk.take_frame),
    **dict.fromkeys(("img", "amp-img"), _Walk.take_picture),
    **dict.fromkeys(("link", "base", "title"), _Walk.take_claim),
    "source": _Walk.take_source,
    "input": _Walk.take_field,
    "script": _Walk.take_script,
    "meta": _Walk.take_meta,
}


def _signs_of(attributes: Attributes) -> int:
    """Return what an element says of itself."""
    names = attributes.get("class")
    found = signs(names[:MAX_NAMES]) if names else 0
    if _TELLING.isdisjoint(attributes):
        return found
    for name, value in attributes.items():
        if name in _NAMING:
            if value:
                found |= signs(value[:MAX_NAMES])
        elif name == "hidden" or (name == "style" and value and _HIDDEN_STYLE.search(value)):
            found |= _UNSEEN
    return found


def _stands_in_foot(box: Box | None) -> bool:
    """Is *box*, or a box around it, a <footer>? An article's own may name its author."""
    while box is not None and box.tag != "footer":
        box = box.parent
    return box is not None


def _shares(pieces: list[Piece]) -> tuple[float, float]:
    """Return how much of a line's text is linked, and how much is small print."""
    total = linked = small = 0
    for piece in pieces:
        length = len(piece.text.strip())
        total += length
        if piece.link is not None:
            linked += length
        if piece.small:
            small += length
    return linked / (total or 1), small / (total or 1)


def _folded(text: str) -> str:
    # `clean` has nothing to do where all is printable, which most lines are.
    if not text.isprintable():
        text = clean(text)
    elif "  " not in text:
        return text.strip()
    return " ".join(text.split())


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
