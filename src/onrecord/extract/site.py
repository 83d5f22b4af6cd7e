"""What a site's other pages tell of this one, its furniture and where its fields stand; and what this one tells.

Pure. Nothing learned is needed: without a memory a page is read by itself. A line is known again by a digest of
its words and of its path: the words of a story that another page teases stand there in another kind of box. A
path is made of tags and class words, never of bare positions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from onrecord.extract.body import Body
from onrecord.extract.survey import HEADINGS, Box, Line, Mark, Survey
from onrecord.extract.words import CORRECTION, CREDITS
from onrecord.text import fold_space

#: Goes up whenever lines or paths are named in another way: a memory of an older recipe knows nothing here.
RECIPE = 1
#: A shorter line (a Han character counts thrice) may recur by chance: a name in a table, "Summary".
MIN_WEIGHT = 20
#: Lines of one page that are named. A page has some fifty that are no links.
MAX_LINES = 400
#: Elements that a path goes outward, and words of each element's class and id.
DEPTH, WORDS = 3, 3
#: Furniture that holds more of the text than this is no furniture here.
MOST_OF_TEXT = 0.5
#: The fields whose place on a page is remembered.
FIELDS = ("headline", "standfirst", "byline", "published_at", "body")

_NUMBER = re.compile(r"\d+")
_LONGEST_WORD = 40


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """What was learned of a site's pages, as of one moment. It never changes: what is learned later is another."""

    site: str  #: `urls.host_of`, without "www."
    furniture: frozenset[str] = frozenset()  #: names of lines that recur on the site's pages
    paths: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)  #: `path_of`, by field

    @property
    def is_empty(self) -> bool:
        """Is nothing known?"""
        return not self.furniture and not self.paths

    @property
    def digest(self) -> str:
        """Return twelve hexadecimal digits that name what is known: the same knowledge has the same name."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Return the memory as text, the same bytes for the same knowledge."""
        paths = {name: sorted(known) for name, known in sorted(self.paths.items()) if known}
        told = {"recipe": RECIPE, "site": self.site, "furniture": sorted(self.furniture), "paths": paths}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> SiteMemory | None:
        """Return what `to_json` wrote; None if it was written by another recipe."""
        told = json.loads(text)
        if told["recipe"] != RECIPE:
            return None
        paths = {name: frozenset(known) for name, known in told["paths"].items()}
        return cls(told["site"], frozenset(told["furniture"]), paths)


@dataclass(frozen=True, slots=True)
class Traits:
    """What one page shows of its site: the names of its lines, and where its fields stand."""

    lines: Mapping[str, int]  #: a line's name: its weight in the text, 0 where it was left out
    paths: Mapping[str, str]  #: `path_of`, by field
    as_text: frozenset[str] = (
        frozenset()
    )  #: those of *lines* that are set as the text is, or as its sub-headlines


@dataclass(slots=True)
class Recognised:
    """What a page's lines are called, and which of them are furniture; places are among the survey's items."""

    memory: SiteMemory
    keys: dict[int, str] = field(default_factory=dict)  #: names of lines: `Traits.lines`
    paths: dict[int, str] = field(default_factory=dict)  #: `path_of_line`
    furniture: set[int] = field(default_factory=set)

    def stands(self, name: str, path: str) -> bool:
        """Does the field *name* stand at *path* on the site's other pages?"""
        return path in self.memory.paths.get(name, ())

    def has_there(self, mark: Mark, *names: str) -> bool:
        """Does one of the fields *names* stand where *mark* does on the site's other pages?"""
        if not self.memory.paths:
            return False
        path = path_of_mark(mark)
        return any(self.stands(name, path) for name in names)


@lru_cache(maxsize=8_192)
def _step(tag: str, names: str) -> str:
    # Words with a digit name one page or one build of a style sheet: "post-20517", "css-1x2y3z".
    words = [word for word in names.split() if len(word) <= _LONGEST_WORD and not _NUMBER.search(word)]
    return ".".join((tag, *words[:WORDS]))


def path_of(box: Box | None, *inline: str) -> str:
    """Return where *box* stands: it and the boxes around it, the innermost first: "p.lead/div.text/article"."""
    steps = list(inline)
    depth = len(steps) + DEPTH
    while box is not None and len(steps) < depth:
        steps.append(_step(box.tag, box.names))
        box = box.parent
    return "/".join(steps)


def path_of_mark(mark: Mark) -> str:
    """Return where a small claim stands: its own element, and the boxes around it."""
    if mark.box.node is mark.node or mark.box.tag == mark.node.tag:
        return path_of(mark.box)
    attributes = mark.attributes
    names = " ".join(filter(None, (attributes.get("class"), attributes.get("id"))))
    return path_of(mark.box, _step(mark.node.tag or "", names))


def path_of_line(line: Line) -> str:
    """Return where a line stands, and whether all of it is set apart: in bold, in italics, small."""
    first = line.pieces[0]
    if not (first.strong or first.emphasis or first.small):  # as nearly all are
        return path_of(line.box)
    pieces = [piece for piece in line.pieces if not piece.text.isspace()]
    manners = ("strong", "emphasis", "small")
    return path_of(line.box, *(name for name in manners if all(getattr(piece, name) for piece in pieces)))


def _key(path: str, text: str) -> str:
    """Return the name of a line: sixteen hexadecimal digits of its path and its words.

    Numbers are words: without them "Published 3 May 2026" would recur, and dates were lost (measured).
    """
    told = f"{path}\n{text}"
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8).hexdigest()


def recognised(survey: Survey, memory: SiteMemory, own: Iterable[str]) -> Recognised:
    """Name the page's lines, and tell which are furniture.

    It is left out once the text is chosen (`without_furniture`): so the text is what it is without a memory, less what
    recurs. *own* are texts that the page claims as its own, its description say: they recur where
    others tease it.
    """
    known = Recognised(memory)
    claims = {fold_space(one) for one in own}
    for at, line in survey.lines():
        if len(known.keys) >= MAX_LINES:
            break
        if not _may_be_furniture(line):
            continue
        path = known.paths[at] = path_of_line(line)
        key = known.keys[at] = _key(path, line.text)
        if key in memory.furniture and line.text not in claims and not _is_note(line.text):
            known.furniture.add(at)
    return known


def _may_be_furniture(line: Line) -> bool:
    box = line.box
    return (
        line.weight >= MIN_WEIGHT
        and line.link_share <= 0.5
        and not box.unseen
        and box.cell is None
        and box.tag != "h1"
    )


def _is_note(text: str) -> bool:
    """Is this a credit or a correction? They recur, in an agency's reports say, and are the article's own."""
    return CREDITS.match(text) is not None or CORRECTION.match(text) is not None


def is_set_as_text(path: str, home: str) -> bool:
    """Tell whether a line at *path* is set as the text at *home*, or stands beside it as a sub-headline does."""
    if path == home:
        return True
    steps, text = path.split("/"), home.split("/")
    if steps[0] == "strong":
        steps = steps[1:]
    return steps[1:] == text[1:] and (steps[0].split(".")[0] in HEADINGS or steps[0] == text[0])


def without_furniture(body: Body, survey: Survey, known: Recognised) -> None:
    """Take furniture out of the chosen lines, unless it is the larger part of them."""
    found = known.furniture.intersection(body.chosen)
    whole = sum(survey.line_at(at).weight for at in body.chosen)
    if not found or sum(survey.line_at(at).weight for at in found) > MOST_OF_TEXT * whole:
        return
    for at in found:
        body.reasons.pop(at, None)
    left = [at for at in body.chosen if at not in found]
    while left and survey.line_at(left[-1]).box.tag in HEADINGS:
        left.pop()  # it stood over what was taken
    if left:
        body.chosen, body.start, body.end = left, left[0], left[-1] + 1
