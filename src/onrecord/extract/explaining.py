"""Why a page was read as it was: what it claims, chosen or not, and what each line near the text's borders shows.

Pure. For whoever finds a wrong field and wants its cause: nothing is decided here, all is told from the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.extract import headline, times
from onrecord.extract.byline import AUTHOR_METAS
from onrecord.extract.reading import Reading, near
from onrecord.extract.site import path_of
from onrecord.extract.survey import Line, text_of
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
#: Characters of a value or a line that are told, and claims of one field.
MAX_TOLD, MAX_CLAIMS = 200, 12

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


@dataclass(frozen=True, slots=True)
class Claim:
    """What a page, or its entry, says that a field is; chosen or not."""

    field: str
    origin: str
    value: str


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
        claims=tuple(_claims(reading)),
        box=path_of(body.box) if body.box is not None else None,
        counts=(len(body.chosen), sum(1 for _ in reading.survey.lines())),
        lines=tuple(_line_told(reading, at, line) for at, line in _near_the_borders(reading)),
        remembered=tuple(_remembered(reading)),
        furniture=len(reading.known.furniture),
    )


# ---------------------------------------------------------------- fields


def _claims(reading: Reading) -> Iterator[Claim]:
    """Yield what the page says of itself, field by field."""
    told: dict[str, int] = {}
    for name, origin, value in _said(reading):
        words = " ".join((value or "").split())
        told[name] = told.get(name, 0) + bool(words)
        if words and told[name] <= MAX_CLAIMS:
            yield Claim(name, origin, words[:MAX_TOLD])


def _said(reading: Reading) -> Iterator[tuple[str, str, str | None]]:
    metas, ld, entry = reading.metas, reading.ld, reading.entry
    yield "headline", "json-ld headline", ld.headline
    yield from _metas(reading, "headline", "og:title", "twitter:title")
    yield "headline", "itemprop headline", metas.prop("headline")
    yield "headline", "title", reading.survey.title
    for seen in headline.visible(reading.survey, headline.claims_of(reading)):
        yield "headline", path_of(seen.box), seen.text
    yield "standfirst", "json-ld description", ld.description
    yield from _metas(reading, "standfirst", "description", "og:description")
    for name in ld.people:
        yield "authors", "json-ld author", name
    for name in ld.credited:
        if name not in ld.people:
            yield "authors", "json-ld author, a house", name
    yield from _metas(reading, "authors", *AUTHOR_METAS)
    yield "published_at", "json-ld datePublished", ld.published
    yield from _metas(reading, "published_at", *times.PUBLISHED)
    yield "modified_at", "json-ld dateModified", ld.modified
    yield from _metas(reading, "modified_at", *times.MODIFIED)
    yield from _marked(reading)
    if entry is not None:
        yield "headline", "feed entry", entry.headline
        yield "authors", "feed entry", "; ".join(entry.authors)
        yield "published_at", "feed entry", str(entry.published_at) if entry.published_at else None
    yield "section", "json-ld articleSection", ld.section
    yield from _metas(reading, "section", "article:section", "og:article:section", "parsely-section")


def _metas(reading: Reading, name: str, *keys: str) -> Iterator[tuple[str, str, str | None]]:
    for key in keys:
        for value in reading.metas.every(key):
            yield name, key, value


def _marked(reading: Reading) -> Iterator[tuple[str, str, str | None]]:
    """Yield what stands near the headline and is called a byline, a time, a kicker."""
    fields = ((Sign.BYLINE, "byline"), (Sign.TIME, "published_at"), (Sign.KICKER, "kicker"))
    for mark in near(reading):
        for sign, name in fields:
            if mark.sign & sign:
                stated = mark.attributes.get("datetime") if sign == Sign.TIME else None
                yield name, f"shown in {path_of(mark.box)}", stated or text_of(mark.node)


def _remembered(reading: Reading) -> Iterator[str]:
    """Yield the fields that stand where they do on the site's other pages."""
    if reading.article is None:
        return
    for name, path in traits_of(reading).paths.items():
        if reading.known.stands(name, path):
            yield name


# ---------------------------------------------------------------- lines


def _near_the_borders(reading: Reading) -> Iterator[tuple[int, Line]]:
    """Yield the lines around the text's beginning and end, and those inside it that were left out."""
    body = reading.body
    lines = list(reading.survey.lines())
    if not body.chosen:
        yield from sorted(sorted(lines, key=lambda one: -one[1].weight)[:AROUND], key=lambda one: one[0])
        return
    before = [one for one in lines if one[0] < body.start][-AROUND:]
    inside = [one for one in lines if body.start <= one[0] < body.end]
    after = [one for one in lines if one[0] >= body.end][:AROUND]
    ends = {*body.chosen[:ENDS], *body.chosen[-ENDS:]}
    chosen = set(body.chosen)
    yield from before
    yield from (one for one in inside if one[0] in ends or one[0] not in chosen)
    yield from after


def _line_told(reading: Reading, at: int, line: Line) -> LineTold:
    score = reading.body.scores.get(at)
    return LineTold(
        at=at,
        is_in=at in reading.body.chosen and at not in reading.taken,
        path=path_of(line.box),
        text=line.text[:MAX_TOLD],
        weight=line.weight,
        score=None if score is None else round(score, 1),
        why=(*reading.body.reasons.get(at, ()), *_shown(reading, at, line)),
    )


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
