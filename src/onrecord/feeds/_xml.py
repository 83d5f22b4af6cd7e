"""Text of a feed to a tree, with what is broken in it mended, and the names of its elements.

A well-formed feed is parsed as it stands. One that is not is mended (bare ampersands, control
characters, HTML's entities, a missing end), and if that does not do, libxml2 recovers what it can.

The parser never sees a document type: it is cut off, so there is no file to fetch and no bomb to go
off. Of the entities that it declares, those that stand for plain characters are put in by us, within
a limit; one that names another entity, a parameter or a file stands for nothing. libxml2's own limits
(depth 256 and up, 10 MB a text) stay on.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from lxml import etree

from onrecord.feeds._limits import MAX_DOCTYPE, MAX_EXPANDED, MAX_REPAIRS
from onrecord.model import Problem

_PREFIXES: Final = {
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns": "atom",
    "http://search.yahoo.com/mrss": "media",
    "http://tools.search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.pheedo.com/namespace/pheedo": "pheedo",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://purl.org/rss/1.0/modules/link": "l",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://purl.org/syndication/history/1.0": "fh",
}
#: Namespaces that say "RSS", or "sitemap": their elements go by their bare names.
_PLAIN: Final = (
    "http://purl.org/rss/1.0",
    "http://purl.org/net/rss1.1",
    "http://my.netscape.com/rdf/simple/0.9",
    "http://channel.netscape.com/rdf/simple/0.9",
    "http://my.netscape.com/publish/formats/rss-0.91.dtd",
    "http://backend.userland.com/rss",
    "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://www.sitemaps.org/schemas/sitemap/0.9",
    "http://www.google.com/schemas/sitemap/0.84",
)
Element = etree._Element  # noqa: SLF001 (lxml has no public name for it)

XML: Final = "{http://www.w3.org/XML/1998/namespace}"

_DECLARATION = re.compile(r"[\s\ufeff]*<\?xml\b[^>]{0,500}\?>")
_PROLOG = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_ROOT = re.compile(r"<((?:[\w.\-]+:)?(?:rss|feed|rdf|urlset|sitemapindex|channel))(?=[\s>/])", re.IGNORECASE)
# Sections that are not markup come first, so that a tag inside them is none; one without an end goes on to
# the text's, so that no text is read twice.
_SECTIONS = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
_ENTRY = re.compile(
    rf"{_SECTIONS}|<(?P<close>/?)(?:[\w.\-]+:)?(?:item|entry|url|sitemap)(?=[\s>/])[^<>]{{0,1000}}>",
    re.IGNORECASE | re.DOTALL,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MENDED = re.compile(
    rf"{_SECTIONS}"
    r"|&(?:#(?P<decimal>\d{1,7});|#[xX](?P<hex>[0-9a-fA-F]{1,6});|(?P<name>[A-Za-z][A-Za-z0-9]{1,31});)?"
    r"|<(?![A-Za-z_/!?\w])",
    re.DOTALL,
)
# The value of an entity that is plain: no reference but to a character, no markup.
_ENTITY = re.compile(
    r"""<!ENTITY\s+([\w.\-]{1,32})\s+(?:"((?:[^"&%<]|&#\w{1,7};){0,200})"|'((?:[^'&%<]|&#\w{1,7};){0,200})')\s*>"""
)
# C1 controls never stand in news (but U+0085, a line's end). Windows' quotation marks and dashes do, by their
# numbers in its code page (WHATWG HTML, 13.2.5.80). In CDATA the numbers are HTML's, and stay as they are.
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_C1_REFERENCE = re.compile("&#(?:(1[2-5][0-9])|[xX]([89][0-9A-Fa-f]));")
_C1_OUTSIDE = re.compile(rf"<!\[CDATA\[.*?(?:\]\]>|\Z)|{_C1_REFERENCE.pattern}", re.DOTALL)
_OWN_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of a feed's text. No root: it is no XML at all."""

    root: Element | None
    problems: tuple[Problem, ...] = ()
    is_complete: bool = True


def parsed(text: str, *, url: str, root: re.Pattern[str] = _ROOT) -> Parsed:
    """Return the tree of *text*, mended where need be; never raises.

    Args:
        text: Decoded.
        url: What relative links start from.
        root: What the document begins with, the name in group 1, where it is broken.
    """
    text, problems, entities = _without_doctype(_with_windows_marks(text), root)
    try:
        return Parsed(_tree(text, url=url), problems)
    except (etree.XMLSyntaxError, ValueError):
        pass
    start = root.search(text)
    if start is None:
        return Parsed(None, problems)
    text = text[start.start() :]
    if controls := len(_CONTROLS.findall(text)):
        problems += (Problem("feed-control-characters", str(controls)),)
        text = _CONTROLS.sub("", text)
    whole = _without_torn_entry(text, start[1])
    is_complete = whole is None
    if whole is not None:
        problems += (Problem("feed-cut-off", where=f"</{start[1]}>"),)
    mender = _Mender(entities)
    text = _MENDED.sub(mender, text if whole is None else whole, count=MAX_REPAIRS)
    problems += mender.problems
    try:
        return Parsed(_tree(text, url=url), problems, is_complete)
    except (etree.XMLSyntaxError, ValueError) as error:
        if is_complete:
            problems += (Problem("feed-not-well-formed", str(error)[:200]),)
    try:
        return Parsed(_tree(text, url=url, recover=True), problems, is_complete)
    except (etree.XMLSyntaxError, ValueError):
        return Parsed(None, problems, is_complete)


def _tree(text: str, *, url: str, recover: bool = False) -> Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser, base_url=url)


def _with_windows_marks(text: str) -> str:
    if _C1_REFERENCE.search(text):
        text = _C1_OUTSIDE.sub(
            lambda match: (
                _marked(match[0], int(match[1] or match[2], 10 if match[1] else 16))
                if match[0][0] == "&"
                else match[0]
            ),
            text,
        )
    return text if text.isascii() else _C1.sub(lambda match: _marked(match[0], ord(match[0])), text)


def _marked(found: str, number: int) -> str:
    is_c1 = 0x80 <= number < 0xA0
    return (bytes([number]).decode("cp1252", "ignore") if is_c1 else "") or found


def _without_doctype(text: str, root: re.Pattern[str]) -> tuple[str, tuple[Problem, ...], dict[str, str]]:
    """Cut off the XML declaration, and a document type declaration; return its plain entities too."""
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    if text[start : start + 9].upper() != "<!DOCTYPE":
        return text, (), {}
    quote, depth = "", 0
    end = min(len(text), start + MAX_DOCTYPE)
    for at in range(start + 9, end):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "[]":
            depth += 1 if char == "[" else -1
        elif char == ">" and depth <= 0:
            doctype = text[start:at]
            entities = {name: html.unescape(one or other) for name, one, other in _ENTITY.findall(doctype)}
            unread = doctype.count("<!ENTITY") - len(entities)
            problem = (Problem("feed-entity-declaration", "not read"),) if unread > 0 else ()
            return text[at + 1 :], problem, entities
    # It has no end within the limit: go on at what looks like the feed's root.
    first = root.search(text, start + 9)
    return text[first.start() if first else len(text) :], (Problem("feed-doctype", "has no end"),), {}


class _Mender:
    """Mends one place after another, and counts."""

    def __init__(self, declared: Mapping[str, str]) -> None:
        self._declared = declared
        self._room = MAX_EXPANDED
        self._ampersands = 0
        self._controls = 0
        self._entities: dict[str, None] = {}

    def __call__(self, match: re.Match[str]) -> str:
        found = match[0]
        if found[0] == "<":
            return "&lt;" if found == "<" else found
        if found == "&":
            self._ampersands += 1
            return "&amp;"
        if name := match["name"]:
            if name in _OWN_ENTITIES:
                return found
            value = self._declared.get(name)
            if value is not None and len(value) <= self._room:
                self._room -= len(value)
                return html.escape(_CONTROLS.sub("", value))
            return self._character(name)
        number = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
        # XML 1.0, 2.2: what is no character there can't be written as a reference either.
        if number <= 0x10FFFF and not _CONTROLS.match(chr(number)):
            return f"&#{number};"  # XML knows no "&#X41;"
        self._controls += 1
        return ""

    def _character(self, name: str) -> str:
        self._entities.setdefault(name)
        character = html5.get(f"{name};")
        return html.escape(character, quote=False) if character else f"&amp;{name};"

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was mended."""
        found: list[Problem] = []
        if self._ampersands:
            found.append(Problem("feed-bare-ampersand", str(self._ampersands)))
        if self._controls:
            found.append(Problem("feed-control-characters", f"{self._controls} as references"))
        if self._entities:
            found.append(Problem("feed-undeclared-entity", " ".join(sorted(self._entities)[:10])))
        return tuple(found)


def _without_torn_entry(text: str, root: str) -> str | None:
    """Return *text* up to the end of its last whole entry if its end is missing, else None.

    A torn entry is no entry: its text would be kept, and the whole text, an hour later, would be taken
    for an edit.
    """
    if text.lower().rfind(f"</{root.lower()}") != -1:
        return None
    whole, first = 0, None
    for match in _ENTRY.finditer(text):
        if match["close"]:
            whole = match.end()
        elif match["close"] is not None and first is None:
            first = match.start()
    return text[: whole or first]


# ---------------------------------------------------------------- names


class Names:
    """The short names of a document's elements: "title", "dc:creator", "content:encoded".

    The root's own namespace is plain, and so are RSS's: what matters is what they meant. Letters are
    lower case, since the elder feeds are free with them.
    """

    def __init__(self, root: Element) -> None:
        own = _namespace(tag_of(root))
        self._plain = frozenset({own, *_PLAIN} - {_PREFIX_RDF})
        if _PREFIXES.get(own) == "atom":
            self._plain |= {"http://www.w3.org/2005/atom", "http://purl.org/atom/ns"}
        self._known: dict[str, str] = {}

    def of(self, element: Element) -> str:
        """Return the short name of *element*."""
        tag = tag_of(element)
        name = self._known.get(tag)
        if name is None:
            space, local = _namespace(tag), tag.rpartition("}")[2].lower()
            prefix = "" if not space or space in self._plain else _PREFIXES.get(space, "?")
            name = self._known[tag] = f"{prefix}:{local}" if prefix else local
        return name


_PREFIX_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns"


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0].lower().rstrip("/#") if tag.startswith("{") else ""


class Children:
    """The children of one element, by short name, in order."""

    def __init__(self, element: Element, names: Names) -> None:
        self._by_name: dict[str, list[Element]] = {}
        for child in element:
            self._by_name.setdefault(names.of(child), []).append(child)

    def all(self, *wanted: str) -> list[Element]:
        """Return the children of these names, those of the first name first."""
        by_name = self._by_name
        if by_name.keys().isdisjoint(wanted):  # of the many names that a thing has had, an item has few
            return []
        return [child for name in wanted for child in by_name.get(name, ())]

    def text(self, *wanted: str) -> str | None:
        """Return the first text that is not blank among these names, verbatim."""
        return _first_text(self.all(*wanted))

    def last_text(self, *wanted: str) -> str | None:
        """Return the last text that is not blank of the first of these names that has one, verbatim."""
        found = (_first_text(reversed(self.all(name))) for name in wanted)
        return next((one for one in found if one is not None), None)


def _first_text(elements: Iterable[Element]) -> str | None:
    for element in elements:
        found = text_of(element)
        if found and not found.isspace():
            return found
    return None


def tag_of(element: Element) -> str:
    """Return the tag of *element*, or "" of what is none: an entity, a comment."""
    tag: object = element.tag
    return tag if isinstance(tag, str) else ""


def text_of(element: Element) -> str:
    """Return what an element holds, verbatim; markup that was not escaped comes as markup."""
    return (element.text or "") if len(element) == 0 else markup_of(element)


def markup_of(element: Element) -> str:
    """Return the inside of *element* as HTML without namespaces: XHTML content, or HTML left unescaped."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False), _COPYING)
    if copy is None:
        return ""
    for part in copy.iter(etree.Element):
        # A prefix that nobody declared is part of the name ("a:b"), and no name that may be set.
        with contextlib.suppress(ValueError):
            part.tag = str(part.tag).rpartition("}")[2].rpartition(":")[2]
    etree.cleanup_namespaces(copy)
    copy.tag = "div"
    copy.attrib.clear()
    written = etree.tostring(copy, method="html", encoding="unicode", with_tail=False)
    return written.partition(">")[2].removesuffix("</div>")


_COPYING = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
