"""What a page, or its entry, says that each field is: chosen, agreeing with what was chosen, or passed over, and why.

Pure. For whoever traces a wrong field: nothing is decided here, all is told from the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from onrecord import dates
from onrecord.extract import byline, headline, media, times
from onrecord.extract.content import PICTURE_METAS
from onrecord.extract.people import people_in
from onrecord.extract.reading import Reading, houses_of, near
from onrecord.extract.site import path_of
from onrecord.extract.survey import Line, text_of
from onrecord.extract.words import Sign
from onrecord.model import ClaimedTime

#: Headings that are told beside the one that was chosen: the likeliest.
MAX_HEADINGS = 5
#: Characters of a value that are told, and claims of one field.
MAX_TOLD, MAX_CLAIMS = 200, 12
#: A claim's place on the page is looked for among so many lines.
MAX_LINES = 3_000


@dataclass(frozen=True, slots=True)
class Claim:
    """What a page, or its entry, says that a field is; chosen or not."""

    field: str
    origin: str
    value: str
    agrees: bool = False  #: it says what the article has: the same words, the same moment, the same people
    why: str | None = None  #: what is known of it that speaks for or against it


def claims_made(reading: Reading) -> Iterator[Claim]:
    """Yield what the page says of itself, field by field, the weightiest first as a rule."""
    told: dict[str, int] = {}
    for name, origin, value in _said(reading):
        words = " ".join((value or "").split())
        told[name] = told.get(name, 0) + bool(words)
        if words and told[name] <= MAX_CLAIMS:
            agrees, why = _weighed(reading, name, words)
            yield Claim(name, origin, words[:MAX_TOLD], agrees, why)
    yield from _headings(reading)
    yield from _bylines(reading)


def _said(reading: Reading) -> Iterator[tuple[str, str, str | None]]:
    metas, ld, entry = reading.metas, reading.ld, reading.entry
    yield "headline", "json-ld headline", ld.headline
    yield from _metas(reading, "headline", "og:title", "twitter:title")
    yield "headline", "itemprop headline", metas.prop("headline")
    yield "headline", "title", reading.survey.title
    yield "standfirst", "json-ld description", ld.description
    yield from _metas(reading, "standfirst", "description", "og:description")
    for name in dict.fromkeys((*ld.people, *ld.credited)):
        yield "authors", "json-ld author", name
    yield from _metas(reading, "authors", *byline.AUTHOR_METAS)
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
    yield "language", "json-ld inLanguage", ld.language
    yield "language", "html lang", reading.survey.language
    yield from _metas(reading, "language", "og:locale")
    for url in ld.images:
        yield "pictures", "json-ld image", url
    yield from _metas(reading, "pictures", *PICTURE_METAS)


def _headings(reading: Reading) -> Iterator[Claim]:
    """Yield the headings that are seen, with what each scores."""
    chosen = reading.article.headline if reading.article else None
    best = sorted(headline.scored(reading), key=lambda one: -one[0])
    for number, (score, parts, seen) in enumerate(best):
        if number < MAX_HEADINGS or seen.text == chosen:
            why = f"scores {score:.2f} (enough is {headline.ENOUGH:.2f}): {parts or 'nothing speaks for it'}"
            yield Claim("headline", path_of(seen.box), seen.text[:MAX_TOLD], seen.text == chosen, why)


def _bylines(reading: Reading) -> Iterator[Claim]:
    """Yield what stands near the headline, or below the text, and is called a byline, with what each scores."""
    chosen = reading.article.byline if reading.article else None
    for score, parts, text, mark in byline.scored(reading, near(reading))[:MAX_CLAIMS]:
        why = f"scores {score:.2f} (more than {byline.ENOUGH:.2f} is one): {parts}"
        yield Claim("byline", f"shown in {path_of(mark.box)}", text[:MAX_TOLD], text == chosen, why)


def _metas(reading: Reading, name: str, *keys: str) -> Iterator[tuple[str, str, str | None]]:
    for key in keys:
        for value in reading.metas.every(key):
            yield name, key, value


def _marked(reading: Reading) -> Iterator[tuple[str, str, str | None]]:
    """Yield what stands near the headline and is called a time, or a kicker."""
    fields = ((Sign.TIME, "published_at"), (Sign.KICKER, "kicker"))
    for mark in near(reading):
        for sign, name in fields:
            if mark.sign & sign:
                stated = mark.attributes.get("datetime") if sign == Sign.TIME else None
                yield name, f"shown in {path_of(mark.box)}", stated or text_of(mark.node)


def _weighed(reading: Reading, name: str, value: str) -> tuple[bool, str | None]:
    """Tell whether a claim agrees with the article, and what else is known of it."""
    article = reading.article
    if article is None:
        return False, None
    match name:
        case "headline" | "standfirst":
            agrees = value == getattr(article, name)
            return agrees, None if agrees else _place(reading, value)
        case "authors":
            people = people_in(value, publishers=houses_of(reading))
            agrees = bool(people) and set(people) <= set(article.authors)
            return agrees, None if people else "names no person"
        case "published_at":
            return _is_moment(value, article.published_at)
        case "modified_at":
            first, time = article.published_at, dates.parse(value)
            if time is not None and first is not None and time.at <= first.at:
                return False, "no later than the publication"
            return _is_moment(value, article.modified_at)
        case "pictures":
            key = media.key_of(value)
            agrees = any(media.is_same_picture(key, media.key_of(one.url)) for one in article.pictures)
            return agrees, None if agrees else "not shown among the text, or by the headline"
        case "language":
            return value[:2].lower() == (article.language or "")[:2].lower(), None
        case _:
            return value == getattr(article, name, None), None


def _place(reading: Reading, value: str) -> str:
    """Return where a claim stands on the page, or that it stands nowhere."""
    for number, (at, line) in enumerate(reading.survey.lines()):
        if number >= MAX_LINES:
            break
        if headline.likeness(line.text[:MAX_TOLD], value[:MAX_TOLD]) >= 0.9:
            return f"line {at}, {_use(line, is_text=at in reading.body.chosen)}"
    return "no line of the page"


def _use(line: Line, *, is_text: bool) -> str:
    if line.box.unseen:
        return "which is not shown"
    if line.box.junk is not None:
        return f"in {path_of(line.box.junk).split('/')[0]}"
    return "in the text" if is_text else path_of(line.box)


def _is_moment(value: str, chosen: ClaimedTime | None) -> tuple[bool, str | None]:
    """Tell whether *value* is the moment that was chosen, written otherwise or less exactly."""
    time = dates.parse(value)
    if time is None:
        return False, "no time that can be read"
    if chosen is None:
        return False, None
    if time.is_precise and chosen.is_precise:
        return abs(time.at - chosen.at) < timedelta(minutes=1), None
    # Without a zone, or an hour, it may be another's day.
    return abs(time.at - chosen.at) < timedelta(days=1, hours=14), None
