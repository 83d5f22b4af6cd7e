"""feedparser's own test files, and what they expect, translated into our model.

Each file begins with a comment: `Description:`, `Expect:` (a Python expression on feedparser's result),
perhaps `Header:`. The expression is read as a tree and never run. Each of its parts that compares one
place of feedparser's result to a literal is a fact, where our model has that place; other parts are
left out (`Expectation.facts` is empty if nothing is left).

What the translation allows for:

- feedparser cleans HTML, our feeds room keeps it to the character: HTML is compared as its visible text
  without white space, and in the files on xml:base by its links too.
- feedparser writes "A. Reporter (mail@paper.example)", we keep the name.
- An entry without an address can't be filed and is no entry of ours: one is given to it.
"""

from __future__ import annotations

import ast
import html
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from onrecord import dates, feeds
from onrecord.model import ClaimedTime, Entry, Feed, FeedKind

SUITE = Path(__file__).parents[2] / "shared" / "suites" / "feedparser.tar.gz"
#: Where feedparser's tests serve their files.
SERVED_AT = "http://127.0.0.1:8097/"

_Path = tuple[str | int, ...]
_FIELD = re.compile(r"^\s*(Header|Description|Expect|Note|SkipUnless):[ \t]*", re.MULTILINE)
_END = re.compile(rb"</\s*((?:[\w.\-]+:)?)(item|entry|ITEM)\s*>")


@dataclass(frozen=True, slots=True)
class Case:
    """One file. *name* is its path in the suite, without "tests/"."""

    name: str
    body: bytes
    expect: str
    headers: dict[str, str]

    def read(self) -> Feed:
        """Return the feed, each entry with an address."""
        found = self._parsed(self.body)
        is_without = any(problem.code == "entry-without-address" for problem in found.problems)
        return self._parsed(_END.sub(_with_address, self.body)) if is_without else found

    def _parsed(self, body: bytes) -> Feed:
        return feeds.parse(
            body,
            url=self.url,
            content_type=self.headers.get("content-type"),
            content_location=self.headers.get("content-location"),
            content_language=self.headers.get("content-language"),
        )

    @property
    def url(self) -> str:
        """The address under which feedparser's tests serve the file."""
        return f"{SERVED_AT}tests/{self.name}"


def _with_address(match: re.Match[bytes]) -> bytes:
    prefix, name = match[1], match[2]
    address = b"http://127.0.0.1:8097/given"
    if name == b"entry":
        return b"<%slink href='%s'/>%s" % (prefix, address, match[0])
    return b"<%slink>%s</%slink>%s" % (prefix, address, prefix, match[0])


def cases(*folders: str) -> list[Case]:
    """Return the files under *folders* ("wellformed", …); none where the suite is absent."""
    if not SUITE.exists():
        return []
    found = []
    with tarfile.open(SUITE) as packed:
        for member in packed.getmembers():
            name = member.name.removeprefix("./").removeprefix("tests/")
            if member.isfile() and name.split("/")[0] in folders and (stream := packed.extractfile(member)):
                found.append(_case(name, stream.read()))
    return sorted(found, key=lambda case: case.name)


def _case(name: str, body: bytes) -> Case:
    text = _text_of_comment(body)
    parts = _FIELD.split(text)
    told = list(zip(parts[1::2], parts[2::2], strict=True))
    expect = next((says.partition("\n")[0] for key, says in told if key == "Expect"), "")
    headers: dict[str, str] = {}
    for _, says in (one for one in told if one[0] == "Header"):
        key, _, value = says.strip().partition(":")
        headers[key.strip().lower()] = value.strip()
    return Case(name, body, expect.strip(), headers)


def _text_of_comment(body: bytes) -> str:
    for encoding in (
        "utf-8",
        "utf-16",
        "utf-32",
        "utf-16-le",
        "utf-16-be",
        "utf-32-le",
        "utf-32-be",
        "latin-1",
    ):
        try:
            text = body.decode(encoding)
        except UnicodeError:
            continue
        if found := re.search(r"<!--(.*?Expect:.*?)-->", text, re.DOTALL):
            return found[1]
    return ""


# ---------------------------------------------------------------- expectations


@dataclass(frozen=True, slots=True)
class Fact:
    """One place of feedparser's result, and the literal it is compared to."""

    path: _Path
    expected: object


def facts(case: Case) -> list[Fact]:
    """Return the facts of a file's expectation that our model has a place for."""
    try:
        tree = ast.parse(case.expect, mode="eval").body
    except SyntaxError:
        return []
    found = (fact for part in _conjuncts(tree) for fact in _facts(part))
    return [fact for fact in found if _place(fact.path) and not _says_nothing(fact)]


def _says_nothing(fact: Fact) -> bool:
    """Is it markup without a word, which says what feedparser's cleaning leaves, or a language taken back?"""
    words = str(fact.expected).strip()
    is_bare = words.startswith("<") and not _visible_words(words) and not _PICTURE.search(words)
    return fact.expected is None or is_bare


def _conjuncts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        for value in node.values:
            yield from _conjuncts(value)
    else:
        yield node


def _facts(node: ast.expr) -> Iterator[Fact]:
    """Yield the facts of a comparison: `place == literal`, `place == place == literal`."""
    if not isinstance(node, ast.Compare) or not all(isinstance(one, ast.Eq) for one in node.ops):
        return
    *places, literal = [node.left, *node.comparators]
    try:
        expected = ast.literal_eval(literal)
    except ValueError:
        return
    for place in places:
        match place:
            case ast.Call(func=ast.Name(id="len"), args=[inner]):
                path = (*_path(inner), "len")
            case _:
                path = _path(place)
        yield Fact(path, expected)


def _path(node: ast.expr) -> _Path:
    """Return the keys and numbers that lead to a place; empty if *node* is something else."""
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=inner, attr=str() as key):
            pass
        case ast.Subscript(value=inner, slice=ast.Constant(value=str() | int() as key)):
            pass
        case ast.Call(
            func=ast.Attribute(value=inner, attr="get"), args=[ast.Constant(value=str() as key), *_]
        ):
            pass
        case _:
            return ()
    outer = _path(inner)
    return (*outer, key) if outer else ()


# ---------------------------------------------------------------- places

_Pair = tuple[object, object]
_Compare = Callable[[Case, Feed, Fact], _Pair]


def compared(case: Case, feed: Feed, fact: Fact) -> _Pair:
    """Return (what we read, what feedparser expects), both in the form in which they are compared."""
    place = _place(fact.path)
    if place is None:
        raise ValueError(fact.path)
    try:
        return place(case, feed, fact)
    except IndexError:
        return "no such entry", fact.expected


def _as_html(case: Case, ours: str | None, expected: object) -> _Pair:
    read, wanted = _visible(case, ours or ""), _visible(case, str(expected))
    is_text = read[0] == "".join(str(expected).split())  # feedparser gives text as text
    return read, read if is_text else wanted


def _as_words(ours: str | None, expected: object) -> _Pair:
    read, wanted = "".join((ours or "").split()), "".join(str(expected).split())
    return read, wanted if read == wanted else _visible_words(str(expected))


_UNSEEN = re.compile(r"<(script|style|applet)\b.*?(?:</\1\s*>|\Z)|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_PICTURE = re.compile(r"""<img\b[^<>]*\ssrc\s*=\s*["'](.*?)["']""", re.IGNORECASE)
_LINK = re.compile(r"""(?:href|src)\s*=\s*["'](.*?)["']""")


def _visible_words(markup: str) -> str:
    """Return the letters that a reader sees of *markup*."""
    return "".join(html.unescape(_TAG.sub("", _UNSEEN.sub("", markup))).split())


def _visible(case: Case, markup: str) -> tuple[str, ...]:
    """Return what a reader sees of *markup*: letters, pictures; in the files on xml:base its links too."""
    wanted = _LINK if case.name.startswith("wellformed/base/") else _PICTURE
    links = [urljoin(case.url, html.unescape(link).strip()) for link in wanted.findall(markup)]
    return (_visible_words(markup), *links)


def _as_time(ours: ClaimedTime | None, expected: object) -> _Pair:
    if isinstance(expected, str):
        stated = dates.parse(expected)
        return ours and ours.at, stated and stated.at
    return ours and ours.at.timetuple()[:6], tuple(expected)[:6] if isinstance(expected, tuple) else expected


def _name_of(expected: object) -> object:
    return str(expected).partition(" (")[0]


def _kind(_: Case, feed: Feed, fact: Fact) -> _Pair:
    name = str(fact.expected)
    if name in {"rss090", "rss10"}:
        return feed.kind, FeedKind.RDF
    return feed.kind, FeedKind.ATOM if name.startswith("atom") else FeedKind.RSS


def _in_entry(read: Callable[[Case, Entry, Fact], _Pair]) -> _Compare:
    return lambda case, feed, fact: read(case, feed.entries[int(fact.path[1])], fact)


def _language(_: Case, feed: Feed, fact: Fact) -> _Pair:
    """An entry that states none speaks its feed's."""
    return feed.entries[int(fact.path[1])].language or feed.language, fact.expected


def _at(values: tuple[Any, ...], at: str | int) -> Any:
    return values[int(at)] if int(at) < len(values) else None


_FEED_PLACES: Final[dict[str, _Compare]] = {
    "version": _kind,
    "feed title": lambda _, feed, fact: _as_words(feed.title, fact.expected),
    "feed title_detail value": lambda _, feed, fact: _as_words(feed.title, fact.expected),
    "feed link": lambda _, feed, fact: (feed.home_url, fact.expected),
    "feed language": lambda _, feed, fact: (feed.language, fact.expected),
    "feed ttl": lambda _, feed, fact: (feed.ttl_minutes, int(str(fact.expected))),
    "entries len": lambda _, feed, fact: (len(feed.entries), fact.expected),
}
_ENTRY_PLACES: Final[dict[str, Callable[[Case, Entry, Fact], _Pair]]] = {
    "title": lambda _, entry, fact: _as_words(entry.headline, fact.expected),
    "title_detail value": lambda _, entry, fact: _as_words(entry.headline, fact.expected),
    "link": lambda _, entry, fact: (entry.url, fact.expected),
    "id": lambda _, entry, fact: (entry.id, fact.expected),
    "guid": lambda _, entry, fact: (entry.id, fact.expected),
    "summary": lambda case, entry, fact: _as_html(case, entry.summary or entry.content, fact.expected),
    "summary_detail value": lambda case, entry, fact: _as_html(
        case, entry.summary or entry.content, fact.expected
    ),
    "description": lambda case, entry, fact: _as_html(case, entry.summary or entry.content, fact.expected),
    "content # value": lambda case, entry, fact: _as_html(
        case, entry.content or entry.summary, fact.expected
    ),
    "published": lambda _, entry, fact: _as_time(entry.published_at, fact.expected),
    "published_parsed": lambda _, entry, fact: _as_time(entry.published_at, fact.expected),
    "created": lambda _, entry, fact: _as_time(entry.published_at, fact.expected),
    "created_parsed": lambda _, entry, fact: _as_time(entry.published_at, fact.expected),
    "updated": lambda _, entry, fact: _as_time(entry.modified_at or entry.published_at, fact.expected),
    "updated_parsed": lambda _, entry, fact: _as_time(entry.modified_at or entry.published_at, fact.expected),
    "author": lambda _, entry, fact: (_at(entry.authors, 0), _name_of(fact.expected)),
    "author_detail name": lambda _, entry, fact: (_at(entry.authors, 0), fact.expected),
    "authors # name": lambda _, entry, fact: (_at(entry.authors, fact.path[3]), fact.expected),
    "category": lambda _, entry, fact: (_at(entry.categories, 0), fact.expected),
    "tags # term": lambda _, entry, fact: (_at(entry.categories, fact.path[3]), fact.expected),
    "tags len": lambda _, entry, fact: (len(entry.categories), fact.expected),
    "enclosures # href": lambda _, entry, fact: (
        getattr(_at(entry.enclosures, fact.path[3]), "url", None),
        fact.expected,
    ),
    "enclosures # url": lambda _, entry, fact: (
        getattr(_at(entry.enclosures, fact.path[3]), "url", None),
        fact.expected,
    ),
    "enclosures # type": lambda _, entry, fact: (
        getattr(_at(entry.enclosures, fact.path[3]), "media_type", None),
        fact.expected,
    ),
    "enclosures # length": lambda _, entry, fact: (
        getattr(_at(entry.enclosures, fact.path[3]), "size", None),
        int(str(fact.expected)),
    ),
    "media_content # url": lambda _, entry, fact: (
        getattr(_at(entry.enclosures, fact.path[3]), "url", None),
        fact.expected,
    ),
}


def _place(path: _Path) -> _Compare | None:
    """Return how a path of feedparser's result is compared, or None: our model has no such place."""
    if path[:1] == ("d",):
        path = path[1:]
    if path[:1] == ("entries",) and len(path) > 2 and isinstance(path[1], int):
        key = " ".join("#" if isinstance(part, int) else part for part in path[2:])
        if read := _ENTRY_PLACES.get(key):
            return _in_entry(read)
    if path[:1] == ("entries",) and path[2:] in {("language",), ("content", 0, "language")}:
        return _language
    return _FEED_PLACES.get(" ".join(map(str, path)))
