"""Menus: boxes of links that are no part of any article, taken whole and not walked over.

Pure. A menu, a list of other stories, a page's foot: half of a page's elements stand in such boxes. All that a
reading asks of one is its words, its links, and what it says to machines.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

#: A box of fewer texts is walked over as fast.
SHORT = 4
#: How much of a menu's text is links, at least. The rest is its headings, dates and buttons.
LINKED = 0.5
#: Elements whose text no reader sees as text.
UNREAD = frozenset(
    (
        *("style", "svg", "select", "textarea", "object", "canvas", "math", "datalist", "map", "dialog"),
        *("progress", "meter", "menu", "template"),
    )
)
#: A longer text beside the links is a sentence, and may be somebody's: who an author is, what was corrected.
SENTENCE = 60
_FOR_MACHINES = frozenset(("script", "input", "iframe"))
#: What may be the article's in its own foot.
_SIGNED = 'time,address,[rel="author"],[itemprop="author"],[class*="author" i],[class*="byline" i]'
_APART = "\x1f"  # the control character that parts units of text

Attributes = dict[str, str | None]


@dataclass(slots=True)
class Menu:
    """What a box of links holds, each in the order of the page."""

    links: list[tuple[Attributes, LexborNode]] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)  #: the texts of its links, as they stand
    beside: list[str] = field(default_factory=list)  #: its other texts
    others: list[LexborNode] = field(default_factory=list)  #: scripts, forms, fields, frames and microdata

    def add_link(self, node: LexborNode) -> bool:
        """Take an <a>, if it leads anywhere."""
        attributes = node.attributes
        if "href" not in attributes:
            return False
        self.links.append((attributes, node))
        return True


def menu_of(node: LexborNode, *, is_foot: bool) -> Menu | None:
    """Return what *node* holds if it is a menu, or None.

    A box with a headline (<h1>), with a sentence beside its links or words for those without scripts is none;
    nor is a foot (*is_foot*) that states a time or an author, which may be the article's.
    """
    if _texts(node) < SHORT or (is_foot and node.css_first(_SIGNED) is not None):
        return None
    menu = Menu()
    # The elements around, the innermost last, each with whether it is a link.
    around: list[tuple[LexborNode, bool]] = []
    links = 0  # how many of them are
    now = node.first_child
    while now is not None:
        tag = now.tag or ""
        inner = None
        if tag == "-text":
            text = now.text_content
            if text and not text.isspace():
                (menu.linked if links else menu.beside).append(text)
        elif tag == "h1" or (tag == "noscript" and _texts(now)):
            return None
        elif tag in _FOR_MACHINES:
            menu.others.append(now)
        elif tag not in UNREAD:
            is_link = tag == "a" and menu.add_link(now)
            if (inner := now.first_child) is not None:
                links += is_link
                around.append((now, is_link))
        while inner is None and (inner := now.next) is None and around:
            now, is_link = around.pop()
            links -= is_link
        now = inner
    linked, beside = sum(map(len, menu.linked)), sum(map(len, menu.beside))
    if linked < LINKED * (linked + beside) or any(len(text.strip()) > SENTENCE for text in menu.beside):
        return None
    menu.others += node.css("form,[itemprop],[itemtype]")
    return menu


def _texts(node: LexborNode) -> int:
    """Return how many texts stand inside *node*, but for white space."""
    whole = node.text(deep=True, separator=_APART, skip_empty=True)
    return whole.count(_APART) + 1 if whole else 0
