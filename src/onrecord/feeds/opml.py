"""OPML: the lists of feeds that readers exchange, read and written (opml.org/spec2.opml).

    bytes --decoded, mended, parsed--> outlines --> OpmlList        OpmlList --> text

Pure: no files, network, clock or log. A list is a stranger's: it never raises, nothing in it is asked
or included, and it has limits, so that it can't send us out to a million servers (the amplifier of
CommaFeed's advisory).

Problem codes: opml-not-a-list, opml-too-deep, opml-too-large, opml-too-many-feeds,
opml-include-not-followed, opml-without-address, opml-credentials, and those of broken XML (`onrecord.feeds`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from onrecord import text, urls
from onrecord.feeds import _encoding, _xml
from onrecord.feeds._xml import Element, tag_of
from onrecord.model import Problem

#: Bytes. A list of five thousand feeds has one megabyte. "opml-too-large".
MAX_BYTES: Final = 8 * 1024 * 1024

#: Feeds of one list: more than any person reads, and each is asked every hour. "opml-too-many-feeds".
MAX_FEEDS: Final = 5_000

#: Folders inside folders; readers make two. What is deeper is filed at this depth. "opml-too-deep".
MAX_DEPTH: Final = 16

#: Problems of one kind that are told one by one.
MAX_TOLD: Final = 100

#: Characters of a name, and of an address (RFC 9110, 4.1 asks for 8,000).
MAX_NAME: Final = 500
MAX_ADDRESS: Final = 8_000

_ROOT = re.compile(r"<((?:[\w.\-]+:)?opml)(?=[\s>/])", re.IGNORECASE)
#: Outlines that stand for another list, with or without an address of their own.
_LISTS: Final = frozenset({"include", "source"})


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """A feed of a list."""

    url: str  #: byte for byte as given, outer white space left out
    title: str | None = None
    home_url: str | None = None
    folder: tuple[str, ...] = ()  #: outermost first; () is the list itself


@dataclass(frozen=True, slots=True)
class OpmlList:
    """A list, as parsed: each feed once, under the first of its folders."""

    title: str | None = None
    outlines: tuple[OpmlFeed, ...] = ()
    pages: tuple[OpmlFeed, ...] = ()  #: home pages that are listed without a feed; *url* is the page
    problems: tuple[Problem, ...] = ()


def parse(body: bytes) -> OpmlList:
    """Return the list in *body*; without outlines if there is none. Never raises."""
    if len(body) > MAX_BYTES:
        return OpmlList(problems=(Problem("opml-too-large", f"{len(body)} bytes, at most {MAX_BYTES}"),))
    words, problems = _encoding.decoded(body, None)
    parsed = _xml.parsed(words, url="", root=_ROOT)
    reading = _Reading([*problems, *parsed.problems])
    root = parsed.root
    if root is None or _name(root) != "opml":
        return OpmlList(problems=(*reading.problems, Problem("opml-not-a-list")))
    reading.read(root)
    return OpmlList(
        title=reading.title,
        outlines=tuple(reading.feeds.values()),
        pages=tuple(one for one in reading.pages.values() if one.url not in reading.homes),
        problems=tuple(reading.problems),
    )


class _Reading:
    """One pass over a list, without recursion: its depth is a stranger's."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.title: str | None = None
        self.feeds: dict[str, OpmlFeed] = {}
        self.pages: dict[str, OpmlFeed] = {}
        self._told: dict[str, int] = {}

    @property
    def homes(self) -> set[str]:
        """The home pages of the feeds."""
        return {feed.home_url for feed in self.feeds.values() if feed.home_url}

    def read(self, root: Element) -> None:
        """Read the outlines under *root*, wherever a broken list has put them."""
        todo: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
        while todo:
            element, folder = todo.pop()
            name = _name(element)
            if name == "title" and self.title is None:
                self.title = _words(_xml.text_of(element))
            inner = self._outline(element, folder) if name == "outline" else folder
            todo += [(child, inner) for child in reversed(element)]

    def _outline(self, element: Element, folder: tuple[str, ...]) -> tuple[str, ...]:
        """Keep what an outline lists; return the folder that it is for those inside it."""
        stated = {str(key).rpartition("}")[2].lower(): str(value) for key, value in element.attrib.items()}
        # An address in place of a title is none: `render` writes it, since "text" must be there.
        names = (_words(stated.get("text")), _words(stated.get("title")))
        title = next((name for name in names if name and name != stated.get("xmlurl", "").strip()), None)
        kind = stated.get("type", "").strip().lower()
        home = _address(stated.get("htmlurl"))
        raw = stated.get("xmlurl") or stated.get("url", "")
        if kind in _LISTS or (kind == "link" and not stated.get("xmlurl")):
            if raw.strip():
                self._tell("opml-include-not-followed", raw)
        elif raw.strip() and (stated.get("xmlurl") or kind in {"rss", "atom", "feed"}):
            folder_or_topic = folder or _topic(stated.get("category", ""))
            self._keep(OpmlFeed(_address(raw) or "", title, home, folder_or_topic), raw)
        elif len(element):
            return self._inside(folder, title)
        elif home:
            self._keep_page(OpmlFeed(home, title, home, folder))
        elif kind == "rss":
            self._tell("opml-without-address", title or "")
        return folder

    def _inside(self, folder: tuple[str, ...], name: str | None) -> tuple[str, ...]:
        if name is None or len(folder) < MAX_DEPTH:
            return (*folder, name) if name else folder
        self._tell("opml-too-deep", name)
        return folder

    def _keep(self, feed: OpmlFeed, raw: str) -> None:
        if urls.has_credentials(raw.strip()):
            # The address is kept without them (`urls.resolve`): whose secret is it?
            self._tell("opml-credentials", feed.url)
        if not feed.url:
            self._tell("opml-without-address", raw)
        elif feed.url not in self.feeds and self._has_room(feed):
            self.feeds[feed.url] = feed

    def _keep_page(self, page: OpmlFeed) -> None:
        if page.url not in self.pages and self._has_room(page):
            self.pages[page.url] = page

    def _has_room(self, feed: OpmlFeed) -> bool:
        if len(self.feeds) + len(self.pages) < MAX_FEEDS:
            return True
        self._tell("opml-too-many-feeds", f"{feed.url}, after {MAX_FEEDS}")
        return False

    def _tell(self, code: str, detail: str) -> None:
        self._told[code] = self._told.get(code, 0) + 1
        if self._told[code] <= MAX_TOLD:
            self.problems.append(Problem(code, text.fold_space(detail)[:200]))


def _name(element: Element) -> str:
    return tag_of(element).rpartition("}")[2].rpartition(":")[2].lower()


def _words(stated: str | None) -> str | None:
    return text.or_none((stated or "")[:MAX_NAME])


def _topic(stated: str) -> tuple[str, ...]:
    """Return the first of an outline's categories, "/News/Asia,Boston": where it stands in no folder, its own."""
    for one in stated[:MAX_ADDRESS].split(","):
        if words := tuple(word for part in one.split("/") if (word := _words(part))):
            return words[:MAX_DEPTH]
    return ()


def _address(stated: str | None) -> str | None:
    """Return an address, or None. "feed:" stands before or for "https:" (the elder readers' scheme)."""
    given = (stated or "").strip()
    if not given or len(given) > MAX_ADDRESS:
        return None
    if given[:5].lower() == "feed:":
        given = given[5:] if given[5:7] != "//" else f"http:{given[5:]}"
    return urls.resolve(given, "")


# ---------------------------------------------------------------- writing


def render(feeds: Iterable[OpmlFeed], *, title: str) -> str:
    """Return an OPML 2.0 document with *feeds*, those of one folder together; `parse` is its inverse."""
    tree = _Folder()
    for feed in feeds:
        tree.under(feed.folder).feeds.append(feed)
    head = f"  <head>\n    <title>{_escaped(title)}</title>\n  </head>\n"
    body = "".join(f"    {line}\n" for line in tree.lines())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n{head}'
        f"  <body>\n{body}  </body>\n</opml>\n"
    )


class _Folder:
    """A folder that is written: its feeds first, then the folders inside it."""

    def __init__(self) -> None:
        self.feeds: list[OpmlFeed] = []
        self.folders: dict[str, _Folder] = {}

    def under(self, path: tuple[str, ...]) -> _Folder:
        """Return the folder at *path*, made where it is missing."""
        found = self
        for name in path[:MAX_DEPTH]:
            found = found.folders.setdefault(name, _Folder())
        return found

    def lines(self) -> Iterator[str]:
        """Yield what stands in the folder, line by line."""
        for feed in self.feeds:
            yield _line(feed)
        for name, folder in self.folders.items():
            yield f"<outline text={_quoted(name)}>"
            yield from (f"  {line}" for line in folder.lines())
            yield "</outline>"


def _line(feed: OpmlFeed) -> str:
    # "text" must be there (OPML 2.0, "What is an <outline>?"): the address stands in for a title.
    stated = {"text": feed.title or feed.url, "title": feed.title or feed.url}
    stated |= {"type": "rss", "xmlUrl": feed.url} | ({"htmlUrl": feed.home_url} if feed.home_url else {})
    return f"<outline {' '.join(f'{key}={_quoted(value)}' for key, value in stated.items())}/>"


def _quoted(value: str) -> str:
    return f'"{_escaped(value)}"'


def _escaped(value: str) -> str:
    return html.escape(text.fold_space(value))
