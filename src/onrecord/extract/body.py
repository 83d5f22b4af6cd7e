"""Which lines of a page are the article: a box is chosen, its edges are trimmed, what is doubtful is seen again.

Pure. The value of a box is the sum of its lines: paragraphs count for it, links and odds and ends against
it. So a body that is split over several boxes lies in the box around them, and a box that holds the page's
furniture too loses to the one inside it. Where these rules may be wrong, what was learned has the last word.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from onrecord.extract import features, learned
from onrecord.extract.scores import LISTED, is_inside, is_notice, scores_of
from onrecord.extract.survey import HEADINGS, PARAGRAPH, Box, Line, Survey
from onrecord.extract.words import END_HEADINGS, Sign

#: Short lines taken beside the first and the last paragraph.
EDGE = 10
#: As many short lines after the last paragraph are a list that the article is about.
LIST = 15


@dataclass(frozen=True, slots=True)
class Weighed:
    """A doubtful line, weighed by what was learned from many pages."""

    is_chosen: bool  #: by the rules
    odds: float  #: by which it was decided; of items of a list, the mean
    row: tuple[float, ...]  #: its features: `features.NAMES`


@dataclass(slots=True)
class Body:
    """The lines chosen, as places among the survey's items. *start* and *end* bound them."""

    chosen: list[int] = field(default_factory=list)
    box: Box | None = None
    start: int = 0  #: where it begins by rule; what was learned to be text may stand above
    end: int = 0
    after: list[int] = field(default_factory=list)  #: lines of the article's box that follow the text
    scores: dict[int, float] = field(default_factory=dict)  #: what each line says by rule for being text
    #: Why, in words, where what was learned overrules the rules: the features that did most for it.
    reasons: dict[int, tuple[str, ...]] = field(default_factory=dict)
    weighed: dict[int, Weighed] = field(default_factory=dict)  #: the doubtful lines, overruled or not
    of_head: set[int] = field(default_factory=set)  #: lines that would be overruled, and belong to the head


def choose(
    survey: Survey, *, guide: str | None, title: str | None, url: str = "", is_page: bool = True
) -> Body:
    """Return the lines of the article's body.

    Args:
        survey: The page; the *junk* of its boxes is set here.
        guide: The text that structured data gives, if any.
        title: The headline, as far as it is known.
        url: The page's address.
        is_page: False for a text alone, with nothing around it: rules are enough for it.
    """
    exonerate(survey)
    scores = scores_of(survey, guide, url)
    box = _best_box(survey, scores)
    if box is None:
        return Body(scores=scores)
    lines = [
        at for at in range(box.first, min(box.last, len(survey.items))) if isinstance(survey.items[at], Line)
    ]
    body = _trimmed(survey, box, lines, scores, title)
    body.scores = scores
    if is_page and body.chosen:
        page = features.Page(survey, scores, body.chosen, title=title, guide=guide)
        _reconsider(body, page, title)
        body.after = [at for at in lines if at > body.chosen[-1]]
    return body


def _reconsider(body: Body, page: features.Page, title: str | None) -> None:
    """Take into *body* what the rules missed, and leave out what they took for text, as was learned."""
    places = features.doubtful(page)
    taken = frozenset(body.chosen)
    rows = dict(zip(places, features.rows(page, places), strict=True))
    for together in _together(page, places, taken):
        is_chosen = together[0] in taken
        odds = sum(learned.odds(rows[at]) for at in together) / len(together)
        body.weighed.update((at, Weighed(is_chosen, odds, rows[at])) for at in together)
        if learned.is_text(odds, is_chosen=is_chosen) is is_chosen:
            continue
        for at in together:
            if _is_of_the_head(page.line(at), at, body, title):
                body.of_head.add(at)
            else:
                body.reasons[at] = learned.reasons(rows[at])
    chosen = sorted(taken.symmetric_difference(body.reasons))
    if not chosen:
        body.reasons.clear()  # the rules found a text where nothing looks like one: a notice, a caption
        return
    # What stands above the rules' first line may sum up, sign or date the text, though it is text too.
    body.chosen, body.start, body.end = chosen, max(body.start, chosen[0]), chosen[-1] + 1


def _together(page: features.Page, places: list[int], taken: frozenset[int]) -> list[list[int]]:
    """Return *places* by what is kept or left together: the items of a list, as far as the rules treated them alike."""
    groups: dict[tuple[int, bool], list[int]] = {}
    for at in places:
        item = page.line(at).box.item
        key = -at - 1 if item is None else id(item.parent)
        groups.setdefault((key, at in taken), []).append(at)
    return list(groups.values())


def _is_of_the_head(line: Line, at: int, body: Body, title: str | None) -> bool:
    """Is a line the headline, or does it stand where a standfirst does? It is read as such, and not as text."""
    if line.text == title or line.box.tag == "h1":
        return True
    return at < body.chosen[0] and (line.box.tag in HEADINGS or line.box.inherited & Sign.STANDFIRST > 0)


def exonerate(survey: Survey) -> None:
    """Set each box's *junk*, but for boxes that hold the larger part of the page's paragraphs.

    A class of the whole page ("has-sidebar", "share-enabled") says nothing of the text inside; paragraphs
    hidden one by one until a reader pays or scrolls are the text still.
    """
    sums = [0]
    for item in survey.items:
        weight = item.weight if isinstance(item, Line) and item.link_share < 0.5 else 0
        sums.append(sums[-1] + (weight if weight >= PARAGRAPH else 0))
    half = max(0.4 * sums[-1], 1)
    h1s = [box.first for box in survey.boxes if box.tag == "h1" and box.last > box.first]
    grouped: dict[tuple[int, str], int] = defaultdict(int)
    suspects = [box for box in survey.boxes if box.signs & (Sign.JUNK | Sign.UNSEEN)]
    for box in suspects:
        grouped[id(box.parent), box.names] += sums[box.last] - sums[box.first]
    for box in survey.boxes:
        outer = box.parent
        box.junk = outer.junk if outer is not None else None
        if box.junk is None and box.signs & (Sign.JUNK | Sign.UNSEEN):
            is_page = box.tag in {"article", "main"} and any(box.first <= at < box.last for at in h1s)
            if not is_page and grouped[id(box.parent), box.names] < half:
                box.junk = box


def _best_box(survey: Survey, scores: dict[int, float]) -> Box | None:
    """Return the box whose lines are worth most, the innermost among equals."""
    sums = [0.0]
    for at in range(len(survey.items)):
        sums.append(sums[-1] + scores.get(at, 0.0))
    best: Box | None = None
    best_value = 0.0
    for box in survey.boxes:
        if box.last - box.first < 1 or (box.tag in {"p", "li", "blockquote"} and box.last - box.first == 1):
            continue
        value = sums[box.last] - sums[box.first]
        if box.tag in {"article", "main"}:
            value *= 1.05
        if value > best_value or (value == best_value and best is not None and box.depth > best.depth):
            best, best_value = box, value
    return best


def _signature(box: Box) -> tuple[str, str]:
    parent = box.parent
    return (parent.tag + "." + parent.names if parent else "", box.tag)


def _trimmed(survey: Survey, box: Box, lines: list[int], scores: dict[int, float], title: str | None) -> Body:
    """Return the chosen lines of *box*: its edges trimmed, what is no text inside it left out."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for at in lines:
        if scores[at] > 20:
            weights[_signature(survey.line_at(at).box)] += scores[at]
    total = sum(weights.values()) or 1.0
    good = [
        at for at in lines if scores[at] >= 40 and weights[_signature(survey.line_at(at).box)] > 0.03 * total
    ]
    listed = [at for at in lines if scores[at] == LISTED]
    if len(listed) >= LIST and _weight(survey, listed) > 2 * _weight(survey, good):
        good = listed  # the article is the list: winners, results
    if not good:
        good = [at for at in lines if scores[at] > 0]
    if not good:
        return Body(scores=scores)
    end = _end(survey, lines, good, scores)
    good = [at for at in good if at <= end]
    homes = {id(survey.line_at(at).box.parent) for at in good}
    start, end = _stretched(survey, lines, good)
    chosen = [
        at for at in lines if start <= at <= end and _is_text(survey.line_at(at), homes, title, scores[at])
    ]
    while chosen and survey.line_at(chosen[-1]).box.tag in HEADINGS:
        chosen.pop()
    after = [at for at in lines if chosen and at > chosen[-1]]
    if not chosen:
        return Body(scores=scores)
    return Body(chosen, box, chosen[0], chosen[-1] + 1, after)


def _weight(survey: Survey, places: list[int]) -> int:
    return sum(survey.line_at(at).weight for at in places)


def _stretched(survey: Survey, lines: list[int], good: list[int]) -> tuple[int, int]:
    """Return where the text begins and ends: short paragraphs beside the first and the last belong to it."""
    before = [at for at in reversed(lines) if at < good[0]]
    after = [at for at in lines if at > good[-1]]
    end = max(_reached(survey, good[-1], after), _list_end(survey, good[-1], after))
    return _reached(survey, good[0], before), end


def _reached(survey: Survey, edge: int, order: list[int]) -> int:
    """Return how far the text reaches from *edge* over the lines in *order*."""
    own = survey.line_at(edge).box
    home = own.parent
    is_list = home is not None and home.tag in {"ul", "ol"}
    if home is not None and is_list:
        home = home.parent
    reached = edge
    steps = 0
    for at in order:
        line = survey.line_at(at)
        if line.box.junk is not None:
            continue
        steps += 1
        # In old pages all paragraphs stand in one box, parted by <br>.
        is_beside = (line.box.parent is home and line.box.tag == "p") or line.box is own
        if is_list and line.box.parent is home and line.box.tag in HEADINGS:
            continue  # a list's own heading
        is_listed = line.box.item is not None and home is not None and is_inside(line.box, home)
        if (
            steps > EDGE
            or not (is_beside or is_listed)
            or line.link_share > 0.5
            or END_HEADINGS.match(line.text)
        ):
            break
        reached = at
    return reached


def _list_end(survey: Survey, edge: int, after: list[int]) -> int:
    """Return where a list of many short lines ends that follows the text in its own box: winners, results."""
    home = survey.line_at(edge).box.parent
    if home is None:
        return edge
    last, short, linked = edge, 0, 0
    for at in after:
        line = survey.line_at(at)
        if not (is_inside(line.box, home) or _is_made_like(line.box, home)) or END_HEADINGS.match(line.text):
            break
        if line.box.junk is not None or line.box.tag not in {"p", "li"}:
            continue
        if line.link_share > 0.5:
            linked += 1
        else:
            short, last = short + 1, at
    return last if short >= LIST and linked < short else edge


def _outer_two(box: Box) -> tuple[Box | None, Box | None]:
    outer = box.parent
    return outer, outer.parent if outer is not None else None


def _is_made_like(box: Box, home: Box) -> bool:
    """Does *box* lie in a box that has the tag and the names of *home*: another part of a split text?"""
    now: Box | None = box
    while now is not None and home.names:
        if now.tag == home.tag and now.names == home.names:
            return True
        now = now.parent
    return False


def _end(survey: Survey, lines: list[int], good: list[int], scores: dict[int, float]) -> int:
    """Return the last paragraph of the text: before a heading that opens other stories, if the text does not go on."""
    total = sum(scores[at] for at in good)
    seen = 0.0
    goods = set(good)
    last = good[0]
    homes: set[int] = set()
    has_headline = any(box.tag == "h1" and box.first < good[0] for box in survey.boxes)
    around = {id(outer) for at in good for outer in _outer_two(survey.line_at(at).box)}
    for at in lines:
        line = survey.line_at(at)
        if at in goods:
            last = at
            seen += scores[at]
            homes.add(id(line.box.parent))
        elif (
            has_headline
            and seen
            and line.box.tag == "h1"
            and not any(id(one) in around for one in _outer_two(line.box))
        ):
            return (
                last  # the next story of a page that scrolls on; a sub-headline stands among its paragraphs
            )
        elif seen > 0.3 * total and _opens_others(line):
            after = [one for one in good if one > at]
            beside = sum(1 for one in after if id(survey.line_at(one).box.parent) in homes)
            # Another part of a split text has boxes like those before; so it is with a box in its midst.
            beside = max(beside, _kindred(survey, [one for one in good if one < at], after))
            if beside * 3 < len(after) or not after:
                return last
    return last


def _kindred(survey: Survey, before: list[int], after: list[int]) -> int:
    """Return how many lines of *after* stand in boxes made like those of *before*, and in the same article.

    The next story of a page that scrolls on is made so too: it has a headline, or an <article>, of its own.
    """
    known = {_make(survey.line_at(at).box) for at in before}
    home = _article_of(survey.line_at(before[-1]).box) if before else None
    h1s = [box.first for box in survey.boxes if box.tag == "h1"]
    count = 0
    for at in after:
        box = survey.line_at(at).box
        if _make(box) in known and _article_of(box) is home and not any(before[-1] < one < at for one in h1s):
            count += 1
    return count


def _make(box: Box) -> tuple[str, str, str]:
    """Return what the boxes of one text have in common: tag, names, the first name of the box around."""
    outer = box.parent.names.split(None, 1) if box.parent is not None else []
    return box.tag, box.names, outer[0] if outer else ""


def _article_of(box: Box) -> Box | None:
    now: Box | None = box
    while now is not None and now.tag != "article":
        now = now.parent
    return now


def _opens_others(line: Line) -> bool:
    box = line.box
    if (
        box.junk is not None
        or box.figure is not None
        or len(line.text) >= 80
        or box.tag in {"p", "li", "button"}
    ):
        return False
    return (box.tag in HEADINGS or line.weight < 60) and bool(END_HEADINGS.match(line.text))


def _is_text(line: Line, homes: set[int], title: str | None, score: float) -> bool:
    box, text = line.box, line.text
    if box.junk is not None or box.figure is not None or box.signs & (Sign.CAPTION | Sign.CREDIT):
        return False
    if line.is_called_caption:
        return False
    if box.tag in {"figcaption", "time", "address", "button"} or line.small_share > 0.8:
        return False
    if box.tag in HEADINGS:
        return score >= 0.0 and not END_HEADINGS.match(text) and text != title and box.tag != "h1"
    if box.inherited & Sign.SOFT and not box.inherited & Sign.BODY and id(box.parent) not in homes:
        return False
    if box.signs & (Sign.BYLINE | Sign.TIME | Sign.KICKER | Sign.HEADLINE) and line.weight < 120:
        return False
    if is_notice(line):
        return False
    if line.link_share > 0.7 and (line.weight < 250 or box.item is not None):
        return box.tag == "p" and line.link_share < 0.9
    is_named = box.tag in {"p", "li", "td", "th", "dt", "dd"}
    return line.weight >= 25 or is_named or id(box) in homes or id(box.parent) in homes
