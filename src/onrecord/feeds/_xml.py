"""Text of a feed to a tree, with what is broken in it mended, and the names of its elements.

A well-formed feed is parsed as it stands. One that is not is mended (bare ampersands, control
characters, HTML's entities, a missing end), and if that does not do, libxml2 recovers what it can.

No document type is ever read: it is cut off before the parser sees it, so there is no entity to
expand, no file to fetch, no bomb to go off. libxml2's own limits (depth 256 and up, 10 MB a text)
stay on.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from lxml import etree

from onrecord.feeds._limits import MAX_DOCTYPE, MAX_REPAIRS
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
_OWN_ENTITIES: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of a feed's text. No root: it is no XML at all."""

    root: Element | None
    problems: tuple[Problem, ...] = ()
    is_complete: bool = True


def parsed(text: str, *, url: str) -> Parsed:
    """Return the tree of *text*, mended where need be; never raises."""
    text, problems = _without_doctype(text)
    try:
        return Parsed(_tree(text, url=url), problems)
    except (etree.XMLSyntaxError, ValueError):
        pass
    start = _ROOT.search(text)
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
    mender = _Mender()
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


def _without_doctype(text: str) -> tuple[str, tuple[Problem, ...]]:
    """Cut off the XML declaration, and a document type declaration, internal subset and all."""
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    if text[start : start + 9].upper() != "<!DOCTYPE":
        return text, ()
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
            has_entities = "<!ENTITY" in text[start:at]
            problem = (Problem("feed-entity-declaration", "not read"),) if has_entities else ()
            return text[at + 1 :], problem
    # It has no end within the limit: go on at what looks like the feed's root.
    root = _ROOT.search(text, start + 9)
    return text[root.start() if root else len(text) :], (Problem("feed-doctype", "has no end"),)


class _Mender:
    """Mends one place after another, and counts."""

    def __init__(self) -> None:
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
            return found if name in _OWN_ENTITIES else self._character(name)
        number = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
        # XML 1.0, 2.2: what is no character there can't be written as a reference either.
        if number <= 0x10FFFF and not _CONTROLS.match(chr(number)):
            return found
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
        return [child for name in wanted for child in self._by_name.get(name, ())]

    def text(self, *wanted: str) -> str | None:
        """Return the first text that is not blank among these names, verbatim."""
        for child in self.all(*wanted):
            found = text_of(child)
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
        part.tag = str(part.tag).rpartition("}")[2]
    etree.cleanup_namespaces(copy)
    copy.tag = "div"
    copy.attrib.clear()
    written = etree.tostring(copy, method="html", encoding="unicode", with_tail=False)
    return written.partition(">")[2].removesuffix("</div>")


_COPYING = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
