"""One page while it is being read: what it shows and claims, and the evidence kept on the way.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from onrecord.extract import jsonld
from onrecord.extract.body import Body
from onrecord.extract.claims import Metas
from onrecord.extract.ruled import Ruled
from onrecord.extract.site import Recognised
from onrecord.extract.survey import Box, Line, Mark, Survey
from onrecord.model import Article, Entry, Evidence, Problem

#: Lines before the headline, and after the text, in which a byline or a date may stand.
NEAR = 12
#: Marks by a headline that are looked at; a page has a dozen.
MAX_MARKS = 200
_MENUS = frozenset(("nav", "aside"))


@dataclass(slots=True)
class Reading:
    """One page while it is being read."""

    url: str
    survey: Survey
    metas: Metas
    found: jsonld.Found
    resolve: Callable[[str], str | None]
    entry: Entry | None
    known: Recognised  #: what the site's other pages tell of this one
    body: Body = field(default_factory=Body)
    h1: str | None = None  #: what the first <h1> that is seen says
    taken: set[int] = field(default_factory=set)  #: lines of the body that are another field
    head_at: int = 0  #: place of the headline among the items
    evidence: list[Evidence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    by_rule: Ruled | None = None  #: what the rule for the site found
    article: Article | None = None  #: what it came to

    @property
    def ld(self) -> jsonld.Claims:
        """What JSON-LD says of the article."""
        return self.found.article

    def note(self, name: str, origin: str, value: str, confidence: float) -> None:
        """Keep why a field says what it says."""
        self.evidence.append(Evidence(name, origin, value[:200], confidence))


def described(reading: Reading) -> list[str]:
    """Return what the page claims to be about, in data and in <meta>."""
    metas = reading.metas
    stated = (reading.ld.description, metas.value("description"), metas.value("og:description"))
    return [text for text in stated if text]


def houses_of(reading: Reading) -> list[str]:
    """Return the names of publications and publishers that the page states: they are nobody's names."""
    stated = (reading.metas.value("og:site_name", "application-name"), *reading.ld.organizations)
    return [name for name in stated if name]


def near(reading: Reading) -> list[Mark]:
    """Return the marks by the headline: from shortly before it to the first lines of the text, then the foot's."""
    low, start = reading.head_at - NEAR, reading.body.start if reading.body.chosen else reading.head_at + 40
    marks = [
        mark
        for mark in reading.survey.marks
        if (junk := mark.box.junk) is None
        or junk.tag == "footer"
        # "headline-footer": a box between headline and text, whatever it is called, holds what belongs to them.
        or (reading.head_at < junk.first and junk.last <= start and junk.tag not in _MENUS)
    ]
    by_head = [mark for mark in marks if low <= mark.at <= max(start + 2, reading.head_at + 6)]
    after_head = [mark for mark in by_head if mark.at >= reading.head_at]
    foot_marks = [mark for mark in marks if reading.body.end <= mark.at <= reading.body.end + NEAR]
    before_head = [mark for mark in by_head if mark.at < reading.head_at]
    found = [*after_head, *before_head, *foot_marks][:MAX_MARKS]
    # What stands where the site's other pages have it comes first.
    return sorted(found, key=lambda mark: not reading.known.has_there(mark, "byline", "published_at"))


def lines_near(reading: Reading) -> list[str]:
    """Return the lines by the headline that are seen: shortly before it, and to the first of the text."""
    items, head, body = reading.survey.items, reading.head_at, reading.body
    last = min(body.start if body.chosen else head + NEAR, head + NEAR)
    after = [item for item in items[head : last + 1] if isinstance(item, Line)]
    before = [item for item in items[max(head - 3, 0) : head] if isinstance(item, Line)]
    return [line.text for line in (*after, *before) if not line.box.unseen]


def stands_in(box: Box | None, tags: frozenset[str]) -> bool:
    """Is *box*, or a box around it, one of *tags*?"""
    while box is not None:
        if box.tag in tags:
            return True
        box = box.parent
    return False
