"""Why a page was read as it was: what it claims, and what each line near the text's borders shows.

Pure. For whoever finds a wrong field and wants its cause: nothing is decided here, all is told from the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.extract import learned
from onrecord.extract.body import Body
from onrecord.extract.claimed import MAX_TOLD, Claim, claims_made
from onrecord.extract.reading import Reading
from onrecord.extract.site import path_of
from onrecord.extract.survey import Line
from onrecord.extract.traits import traits_of
from onrecord.extract.words import (
    CORRECTION,
    CREDITS,
    END_HEADINGS,
    NEWSLETTER,
    POINTER,
    PROMPTS,
    Sign,
    speaks_of_a_wall,
)
from onrecord.model import Article, Extraction

#: Lines told before the text, after it, and at each of its ends; of what is left out inside it, each.
AROUND, ENDS = 8, 3

_SIGNS = {
    Sign.BODY: "called text",
    Sign.SOFT: "called a side box",
    Sign.CAPTION: "called a caption",
    Sign.CREDIT: "called a credit",
    Sign.BYLINE: "called a byline",
    Sign.TIME: "called a date",
    Sign.STANDFIRST: "called a standfirst",
    Sign.KICKER: "called a kicker",
    Sign.HEADLINE: "called a headline",
    Sign.PAYWALL: "called a paywall",
    Sign.CORRECTION: "called a correction",
    Sign.BIO: "called a note on the author",
    Sign.EMBED: "called another site's post",
}
_WORDS = (
    (END_HEADINGS, "words that open other stories"),
    (PROMPTS, "a prompt or a pointer"),
    (POINTER, "names another story"),
    (NEWSLETTER, "words of a newsletter or a notice"),
    (CREDITS, "words of a credit"),
    (CORRECTION, "words of a correction"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTold:
    """A line of the page near a border of the text: is it in, and what does it show?"""

    at: int  #: its place among the page's lines and pictures
    is_in: bool
    path: str  #: `path_of`
    text: str  #: its first characters
    weight: int  #: characters, a Han character counted thrice
    score: float | None  #: what it says for being text; None: it was not weighed
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A reading, and what it was made of."""

    extraction: Extraction
    claims: tuple[Claim, ...]  #: by field, the weightiest first as a rule
    rule: str | None  #: the rule for the site that it was read by
    box: str | None  #: the path of the box that the text was taken from
    counts: tuple[int, int]  #: lines of the text, lines of the page
    lines: tuple[LineTold, ...]
    remembered: tuple[str, ...]  #: fields that stand where they do on the site's other pages
    furniture: int  #: lines that are known to recur


def explanation_of(reading: Reading, extraction: Extraction) -> Explanation:
    """Return why a page was read as it was."""
    body = reading.body
    return Explanation(
        extraction=extraction,
        claims=tuple(claims_made(reading)),
        rule=reading.by_rule.rule.name if reading.by_rule else None,
        box=path_of(body.box) if body.box is not None else None,
        counts=(len(body.chosen), sum(1 for _ in reading.survey.lines())),
        lines=tuple(_line_told(reading, at, line) for at, line in _near_the_borders(reading)),
        remembered=tuple(_remembered(reading)),
        furniture=len(reading.known.furniture),
    )


def _remembered(reading: Reading) -> Iterator[str]:
    """Yield the fields that stand where they do on the site's other pages."""
    if reading.article is None:
        return
    for name, path in traits_of(reading).paths.items():
        if reading.known.stands(name, path):
            yield name


# ---------------------------------------------------------------- lines


def _near_the_borders(reading: Reading) -> Iterator[tuple[int, Line]]:
    """Yield the lines around the text's beginning and end, those inside it that were left out, and those overruled."""
    body = reading.body
    lines = list(reading.survey.lines())
    if not body.chosen:
        yield from sorted(sorted(lines, key=lambda one: -one[1].weight)[:AROUND], key=lambda one: one[0])
        return
    before = [at for at, _ in lines if at < body.start][-AROUND:]
    left_out = {at for at, _ in lines if body.start <= at < body.end}.difference(body.chosen)
    after = [at for at, _ in lines if at >= body.end][:AROUND]
    told = {*before, *body.chosen[:ENDS], *left_out, *body.reasons, *body.chosen[-ENDS:], *after}
    yield from (one for one in lines if one[0] in told)


def _line_told(reading: Reading, at: int, line: Line) -> LineTold:
    score = reading.body.scores.get(at)
    return LineTold(
        at=at,
        is_in=at in reading.body.chosen and at not in reading.taken,
        path=path_of(line.box),
        text=line.text[:MAX_TOLD],
        weight=line.weight,
        score=None if score is None else round(score, 1),
        why=(*_weighed(reading.body, at), *_shown(reading, at, line)),
    )


def _weighed(body: Body, at: int) -> Iterator[str]:
    """Yield how a doubtful line was weighed, the odds that it needed, and what did most for and against it."""
    weighed = body.weighed.get(at)
    if weighed is None:
        return
    needed = learned.LEAVE if weighed.is_chosen else learned.TAKE
    against = ", against the rules" if at in body.reasons else ""
    yield f"weighed {weighed.odds:+.2f}{against}: more than {needed:+.2f} is text"
    yield f"most by {', '.join(learned.reasons(weighed.row))}"
    if other := learned.objections(weighed.row):
        yield f"in spite of {', '.join(other)}"
    is_text = learned.is_text(weighed.odds, is_chosen=weighed.is_chosen)
    if is_text is not weighed.is_chosen and at not in body.reasons:
        cause = (
            "it stands where a standfirst does" if at in body.of_head else "nothing else looks like a text"
        )
        yield f"not followed: {cause}"


def _shown(reading: Reading, at: int, line: Line) -> Iterator[str]:
    """Yield what a line shows that speaks for or against its being text."""
    box, article = line.box, reading.article
    if at in reading.known.furniture:
        yield "furniture: it recurs on the site's pages"
    if article is not None and (use := _use(article, line.text)):
        yield use
    if box.junk is not None:
        yield f"in {path_of(box.junk).split('/')[0]}, which is no article's"
    if box.unseen:
        yield "not shown"
    if reading.body.box is not None and not reading.body.box.first <= at < reading.body.box.last:
        yield "outside of the text's box"
    yield from (told for sign, told in _SIGNS.items() if box.inherited & sign)
    if box.figure is not None:
        yield "in a figure"
    if line.link_share > 0.2:
        yield f"{line.link_share:.0%} of it links"
    if len(line.text) < 300:
        yield from (told for words, told in _WORDS if words.search(line.text))
        if speaks_of_a_wall(line.text):
            yield "words of a paywall"


def _use(article: Article, text: str) -> str | None:
    """Return which field of the article says what a line says, if another than the text does."""
    if text == article.headline:
        return "the headline"
    if article.standfirst and text in article.standfirst:
        return "the standfirst"
    if text == article.byline:
        return "the byline"
    if text in article.credits or text in article.corrections:
        return "a note at the foot"
    return None
