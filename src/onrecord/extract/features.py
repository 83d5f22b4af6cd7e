"""What a line shows of itself and of the lines around it: the numbers that the choice of the text is learned from.

Pure. A class, an id or an address never is a feature: only words that many publishers share (`words`), shapes,
places, and what lines have in common with the rest of their page. `learned` weighs them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from onrecord.extract.scores import is_notice, share, shingles
from onrecord.extract.survey import HEADINGS, PARAGRAPH, Box, Line, Shot, Survey
from onrecord.extract.words import END_HEADINGS, POINTER, PROMPTS, Sign, speaks_of_a_wall

#: Lines before the text and after it that may belong to it.
BEFORE, AFTER = 12, 25
#: More lines than these are looked at on no page: a table, or a catalogue.
MAX_LINES = 600
#: What a line has too little of, or that is not there: farther than anything.
FAR = 40.0
#: Characters by which a line's letters are judged.
_SAMPLE = 200
_ENDS = re.compile(r"[.!?…。！？][”\"»’')\]」』]*\s*$")
_LONG_ASCII = re.compile("[a-z]{4,}")  # the same, three times as fast
_LONG_WORDS = re.compile(r"[^\W\d_]{4,}")
_COMMAS = ",，、;；"
_FRAME = Sign.BYLINE | Sign.TIME | Sign.KICKER | Sign.HEADLINE | Sign.CAPTION | Sign.CREDIT

#: The features, in the order of a row. As `--explain` names them.
NAMES = (
    # of the line alone
    *(
        "chosen by rule",
        "worth by rule",
        "length",
        "share of links",
        "ends as a sentence",
        "commas",
        "capitals",
    ),
    *("digits", "share in bold", "points to another story", "speaks of a wall", "holds an address"),
    *("words shared with the text", "agrees with structured data", "stands on the page again"),
    *("list item", "plain box", "paragraph", "heading", "called junk", "called hidden", "called an embed"),
    *("called a wall", "called a byline", "called the text", "in an aside", "in <main>", "called a caption"),
    # of the lines beside it
    *("worth of the line before", "worth of the line after", "length of the line before"),
    *("length of the line after", "called junk: the line after", "list item: the line after"),
    # of the boxes around it
    *(
        "text in the same box",
        "text in the box around",
        "text in boxes of its make",
        "depth against the text",
    ),
    *("levels out of the text's box", "lines of its branch", "links of its branch", "pictures of its branch"),
    *("length of its branch", "lines of its box"),
    # of its place
    *(
        "same box as the text before",
        "text done",
        "lines from the text's end",
        "lines from the last paragraph",
    ),
    *("lines from the headline", "lines from a heading", "after a heading of other stories"),
    *("lines to the text after", "after another headline"),
)


class Page:
    """What is known of a page as a whole, while its lines are looked at.

    Args:
        survey: The page; its boxes' *junk* is set.
        scores: What each line is worth by rule.
        chosen: The places of the lines that the rules chose, in order; not empty.
        title: The headline, as far as it is known.
        guide: The text that structured data gives.
    """

    def __init__(
        self,
        survey: Survey,
        scores: Mapping[int, float],
        chosen: Sequence[int],
        *,
        title: str | None,
        guide: str | None,
    ) -> None:
        self.survey = survey
        self.items = survey.items
        self.scores = scores
        self.chosen = chosen
        self.taken = frozenset(chosen)
        self.start, self.end = chosen[0], chosen[-1] + 1
        low = max(0, self.start - BEFORE)
        self.places = [
            at
            for at in range(low, min(self.end + AFTER, len(self.items)))
            if isinstance(self.items[at], Line)
        ][:MAX_LINES]
        self.order = {at: number for number, at in enumerate(self.places)}
        self.h1s = [box.first for box in survey.boxes if box.tag == "h1" and box.last > box.first]
        self.head = self._head(title)
        self.known = shingles(guide) if guide else None
        self.texts = Counter([item.text for item in self.items if isinstance(item, Line)])
        self._count_text()
        self._count_words(title)
        self._find_home()
        self.branches: dict[int, tuple[float, ...]] = {}

    def line(self, at: int) -> Line:
        """Return the line at a place where one is known to stand."""
        return self.survey.line_at(at)

    def _head(self, title: str | None) -> int | None:
        """Return where the headline stands: the last line before the text that says it, or the last <h1>."""
        wanted = title.casefold() if title else None
        for at in range(self.start, max(-1, self.start - 60), -1):
            line = self.items[at] if at < len(self.items) else None
            if isinstance(line, Line) and len(line.text) < 400 and line.text.casefold() == wanted:
                return at
        return max((at for at in self.h1s if at <= self.start), default=None)

    def _count_text(self) -> None:
        """Sum up the weight of paragraphs by their boxes, the boxes around those, and boxes of one make."""
        self.own: dict[int, float] = defaultdict(float)
        self.outer: dict[int, float] = defaultdict(float)
        self.alike: dict[tuple[str, str, str], float] = defaultdict(float)
        self.total = 1.0
        self.last_paragraph = self.end
        for at in self.places:
            line = self.line(at)
            if self.scores.get(at, 0.0) < 40 or line.weight < PARAGRAPH:
                continue
            weight = float(min(line.weight, 800))
            self.total += weight
            self.last_paragraph = at
            parent = line.box.parent
            self.own[id(parent)] += weight
            self.outer[id(parent.parent) if parent is not None else 0] += weight
            self.alike[_make(line.box)] += weight

    def _count_words(self, title: str | None) -> None:
        """Count in how many lines of the text each word stands; the headline's count twice."""
        words = [*_words(title)] * 2 if title else []
        for at in self.chosen:
            words += _words(self.line(at).text)
        self.words = Counter(words)

    def _find_home(self) -> None:
        """Find the box that most of the text stands in, and the boxes around it by their distance."""
        parents = [self.line(at).box.parent for at in self.chosen]
        often = Counter(id(box) for box in parents).most_common(1)[0][0]
        self.home = next(box for box in parents if id(box) == often)
        self.levels: dict[int, int] = {}
        box = self.home
        while box is not None:
            self.levels[id(box)] = len(self.levels)
            box = box.parent

    def branch(self, box: Box) -> tuple[float, ...]:
        """Return how far *box* lies out of the text's box, and what stands in its branch of the page."""
        child: Box | None = None
        now: Box | None = box
        while now is not None and id(now) not in self.levels:
            child, now = now, now.parent
        up = float(min(self.levels[id(now)], 8)) if now is not None else 9.0
        if child is None:
            return (up, 0.0, 0.0, 0.0, 0.0)
        found = self.branches.get(id(child))
        if found is None:
            found = self.branches[id(child)] = (up, *self._summed(child))
        return found

    def _summed(self, box: Box) -> tuple[float, float, float, float]:
        """Return the lines of *box*, its share of links, its pictures a line, and its weight."""
        items = self.items[box.first : box.last]  # no two branches share one
        lines = [item for item in items if isinstance(item, Line)]
        weight = float(sum([line.weight for line in lines]))
        linked = sum([line.weight * line.link_share for line in lines])
        shots = sum([isinstance(item, Shot) for item in items])
        return (
            min(60.0, len(lines)),
            linked / (weight or 1.0),
            shots / (len(lines) or 1),
            min(3000.0, weight),
        )


def _make(box: Box) -> tuple[str, str, str]:
    parent = box.parent
    return (box.tag, parent.tag, parent.names) if parent is not None else (box.tag, "", "")


def _words(text: str) -> set[str]:
    """Return the words of four letters and more; pairs of characters where words are not parted."""
    if text.isascii():
        return set(_LONG_ASCII.findall(text.lower()))
    if " " in text:
        return set(_LONG_WORDS.findall(text.lower()))
    return {text[at : at + 2] for at in range(len(text) - 1)}


def doubtful(page: Page) -> list[int]:
    """Return the lines that rules may be wrong about.

    Not among them: a paragraph between two others in boxes like most of the text; cells of tables, which are
    kept or left together; short lines above the text, which date it or sign it; and what was left out for a
    reason that can be named.
    """
    found = []
    last = len(page.places) - 1
    for number, at in enumerate(page.places):
        line = page.line(at)
        if at >= page.end and line.box.tag == "h1":
            break  # another story begins
        if line.box.cell is not None and line.weight < PARAGRAPH:
            continue
        if at not in page.taken:
            is_head = at < page.start and line.weight < PARAGRAPH and _ENDS.search(line.text) is None
            if not is_head and not _is_named(line):
                found.append(at)
            continue
        is_inside = 0 < number < last and {page.places[number - 1], page.places[number + 1]} <= page.taken
        is_like = page.alike.get(_make(line.box), 0.0) > 0.5 * page.total
        if not (is_inside and is_like and line.weight >= PARAGRAPH and line.link_share < 0.2):
            found.append(at)
    return found


def _is_named(line: Line) -> bool:
    """Says something of a line what it is, and that it is no text: a menu, a byline, a pointer to another story?"""
    box, text = line.box, line.text
    if box.junk is not None or line.link_share >= 0.8 or box.signs & _FRAME or line.is_called_caption:
        return True
    return is_notice(line) or (len(text) < PARAGRAPH and END_HEADINGS.match(text) is not None)


def rows(page: Page, places: Sequence[int]) -> list[tuple[float, ...]]:
    """Return the features of the lines at *places*, each row in the order of `NAMES`."""
    wanted = frozenset(places)
    following = _following(page)
    made = []
    done = 0.0
    whole = sum(page.line(at).weight for at in page.chosen) or 1
    before: Line | None = None
    heading: int | None = None
    others = 0.0
    for number, at in enumerate(page.places):
        line = page.line(at)
        is_end = line.weight < PARAGRAPH and END_HEADINGS.match(line.text) is not None
        if at in wanted:
            sequence = (
                float(before is not None and line.box.parent is before.box.parent),
                done / whole,
                float(max(-20, min(FAR, at - page.end + 1))),
                float(max(-20, min(FAR, at - page.last_paragraph))),
                float(max(-3, min(60, at - page.head))) if page.head is not None else 70.0,
                float(min(20, number - heading)) if heading is not None else 30.0,
                others,
                following[number],
                float(any(page.start < one <= at for one in page.h1s)),
            )
            made.append((*_alone(page, at, line), *_around(page, number), *_shaped(page, line), *sequence))
        if line.box.tag in HEADINGS and line.box.junk is None:
            heading = number
        if is_end:
            others = 1.0
        elif at in page.taken and line.weight >= PARAGRAPH:
            others *= 0.7
        if at in page.taken:
            done += line.weight
            before = line
    return made


def _following(page: Page) -> list[float]:
    """Return, for each line, how many lines on the next line of the text stands."""
    found = [FAR] * len(page.places)
    last: int | None = None
    for number in range(len(page.places) - 1, -1, -1):
        if last is not None:
            found[number] = float(min(30, last - number))
        if page.places[number] in page.taken:
            last = number
    return found


def _alone(page: Page, at: int, line: Line) -> tuple[float, ...]:
    box, text = line.box, line.text
    sample = text[:_SAMPLE]
    size = len(sample) + 1
    is_short = len(text) < 220
    bold = sum(len(piece.text) for piece in line.pieces if piece.strong)
    words = _words(text)
    least = 1 if at in page.taken else 0  # its own words do not count
    shared = sum(1 for word in words if page.words[word] > least) / len(words) if words else -1.0
    signs = box.inherited
    tags = _tags_around(box)
    return (
        float(at in page.taken),
        max(-50.0, min(300.0, page.scores.get(at, 0.0))),
        float(min(line.weight, 1_000)),
        line.link_share,
        float(_ENDS.search(text) is not None),
        sum(text.count(mark) for mark in _COMMAS) / (line.weight + 20) * 100,
        sum(map(str.isupper, sample)) / size,
        sum(map(str.isdigit, sample)) / size,
        bold / (len(text) + 1),
        float(is_short and (PROMPTS.match(text) is not None or POINTER.match(text) is not None)),
        float(len(text) < 300 and speaks_of_a_wall(text)),
        float("@" in text or "://" in text or "www." in text),
        shared,
        share(text, page.known) if page.known is not None else -1.0,
        float(min(3, page.texts[text])) if len(text) > 20 else 1.0,
        float(box.tag == "li"),
        float(box.tag == "div"),
        float(box.tag == "p"),
        float(box.tag in HEADINGS),
        float(box.junk is not None),
        float(signs & Sign.UNSEEN > 0),
        float(signs & Sign.EMBED > 0),
        float(signs & Sign.PAYWALL > 0),
        float(signs & (Sign.BYLINE | Sign.BIO) > 0),
        float(signs & Sign.BODY > 0),
        float("aside" in tags),
        float("main" in tags),
        float(line.is_called_caption),
    )


def _tags_around(box: Box) -> set[str]:
    tags = set()
    now: Box | None = box
    while now is not None:
        tags.add(now.tag)
        now = now.parent
    return tags


def _around(page: Page, number: int) -> tuple[float, ...]:
    places = page.places
    before = page.line(places[number - 1]) if number else None
    after = page.line(places[number + 1]) if number + 1 < len(places) else None
    return (
        _worth(page, places[number - 1]) if before is not None else -99.0,
        _worth(page, places[number + 1]) if after is not None else -99.0,
        float(min(before.weight, 1_000)) if before is not None else -99.0,
        float(min(after.weight, 1_000)) if after is not None else -99.0,
        float(after is not None and after.box.junk is not None),
        float(after is not None and after.box.tag == "li"),
    )


def _worth(page: Page, at: int) -> float:
    return max(-50.0, min(300.0, page.scores.get(at, 0.0)))


def _shaped(page: Page, line: Line) -> tuple[float, ...]:
    box = line.box
    parent = box.parent
    return (
        page.own.get(id(parent), 0.0) / page.total,
        page.outer.get(id(parent.parent) if parent is not None else 0, 0.0) / page.total,
        page.alike.get(_make(box), 0.0) / page.total,
        float(max(-8, min(8, box.depth - page.home.depth))) if page.home is not None else 0.0,
        *page.branch(box),
        float(min(100, parent.last - parent.first)) if parent is not None else 0.0,
    )
