"""The byline as printed, and whom it names: claimed people first, else those that the page shows.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from onrecord.extract.people import people_in, recased, without_single_words
from onrecord.extract.reading import NEAR, Reading, houses_of
from onrecord.extract.survey import Line, Mark, text_of
from onrecord.extract.words import Sign
from onrecord.text import fold_space

MAX_BYLINE = 250
#: Names of a byline by the headline; more are a list of the staff.
MAX_SHOWN = 8
#: The name of an agency, a desk or a publication is no longer, in characters and, in a line, words.
MAX_HOUSE, MAX_HOUSE_WORDS = 60, 5
#: Lines of the text among which a signature may stand at its beginning.
OPENING = 4
#: A byline's score is more than this; what it adds that bylines stand so on the site's other pages.
ENOUGH, REMEMBERED = 0.2, 0.3
#: A line that is longer is no signature.
MAX_SIGNATURE = 80
#: A line that begins with "by" and is longer is a sentence.
MAX_LED = 120
_LED = re.compile(
    r"(?:by|von|par|por|di|door|av|af|texto?|tekst|autor(?:in|es)?|auteurs?|authors?|written by|文|撰文|作者|记者|記者)"
    r"(?:\s*[:：]\s*|\s+)\S",
    re.IGNORECASE,
)
#: The address of a page about an author, in the languages of the press.
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|in|innen)?|auteurs?|autori|reporters?|journalist(?:s|en|es)?|columnists?"
    r"|kolumnist\w*|profiles?|staff|tac-gia|yazar(?:lar)?|skribent\w*|redaktor\w*)/[^/]",
    re.IGNORECASE,
)
#: What stands in a byline and names nobody.
_LABEL = re.compile(r"(?:by|von|par|por|authors?|autor(?:in|en)?|written by|share|follow)\W*$", re.IGNORECASE)
_DESK = re.compile(
    r"\b(?:redaktion|red\.|editorial (?:board|team)|staff|team|newsroom|desk|agenc(?:y|ies|ia)|agence|agentur(?:en)?|"
    r"redacción|redação|rédaction|redazione|redactie|associated press|reuters|afp|dpa|efe|ansa|apa)\b|^редакция",
    re.IGNORECASE,
)
_MONTHS = (
    r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|janv|févr|avr|juin|juil|août|"
    r"gen|mag|giu|lug|set|ott)\w*\.?"
)
_DAY = (
    rf"(?:{_MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|\d{{1,2}}\.?\s{_MONTHS},?\s\d{{4}}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)
#: When it was published, in a byline: what follows is no byline.
_STAMP = re.compile(
    rf"[\s|·•,–—-]*(?:(?:first )?(?:last )?(?:published|updated|posted|veröffentlicht|aktualisiert|publié|mis à jour)"
    rf"[^|]{{0,12}}|\b\d\d:\d\d,\s)?{_DAY}.*$",
    re.IGNORECASE | re.DOTALL,
)
_JOINS = re.compile(r"\s(?:and|und|et|y|e|og|och|en|i|&)\s", re.IGNORECASE)
_BEFORE_A_DAY = re.compile(
    rf"((?:[^\W\d_][\w.'’-]*\s){{1,3}}[^\W\d_][\w.'’-]*?)\s*[|·•–—-]?\s*{_DAY}", re.IGNORECASE
)
#: A signature in Chinese: who reports, and up to six names, at the end of a line or of what is in brackets.
_HAN_REPORTERS = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|本报|本報|[报報网網社])(?:记者|記者|作者|撰文|执笔人?|執筆人?|实习生|通讯员|文)\s*[:：丨|/]?\s*"
    r"((?<=[\s:：丨|/者])[\u4e00-\u9fff]{2,4}(?:[\s、，,/\u3000]+[\u4e00-\u9fff]{2,10}){0,5})\s*(?:[)）】]|$|/|摄|攝)"
)
_HAN_REPORT = re.compile("报道|報道|报导|摄|攝|供图|来源|编辑|受访")
AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
)


def byline_of(
    reading: Reading, near: list[Mark], credit_lines: list[str]
) -> tuple[str | None, tuple[str, ...]]:
    """Return the byline as printed, and the people: claimed ones first, else those of the byline."""
    houses = houses_of(reading)
    claimed, origin, confidence = _claimed(reading)
    shown = _shown_names(reading, near)
    lines = [text for text, _ in shown]
    printed = _printed_byline(reading, near, claimed)
    if not claimed:
        claimed, origin, confidence = _first_named(_unclaimed(reading, _parts(printed, lines)), houses)
    claimed = _with_others(claimed, printed, shown, houses)
    authors = recased(claimed, credit_lines)
    printed = _joined(printed, lines, claimed)
    if authors:
        reading.note("authors", origin, "; ".join(authors), confidence)
    if printed is None and not authors:
        printed = _house(reading, shown, _stated(reading))
    elif printed:
        reading.note("byline", "so called by the page", printed, 0.9)
    return printed, authors


def _claimed(reading: Reading) -> tuple[tuple[str, ...], str, float]:
    """Return the people whom data name, where, and how sure that is."""
    sources = [("json-ld author", 0.9, reading.ld.people), ("meta author", 0.9, _stated(reading))]
    return _first_named(sources, houses_of(reading))


def _stated(reading: Reading) -> list[str]:
    return [name for name in reading.metas.every(*AUTHOR_METAS) if _is_name(name)]


def _unclaimed(reading: Reading, parts: list[str]) -> Iterator[tuple[str, float, Sequence[str]]]:
    """Yield where people are named whom no data name, the surest first, with how sure that is."""
    yield "byline", 0.6, parts
    yield "feed entry", 0.6, reading.entry.authors if reading.entry else ()
    yield "line that begins with “by”", 0.9, [_led_line(reading)]
    yield "link to an author's page", 0.9, [_linked_names(reading)]
    yield "signature", 0.9, [_signature(reading)]
    yield "line that names reporters", 0.7, _reporters(reading)
    yield "name beside the date", 0.5, [_beside_a_date(reading)]


def _parts(printed: str | None, lines: list[str]) -> list[str]:
    """Return the lines that a byline is made of, where several elements of it stand without a mark between them."""
    inside = [text for text in lines if printed and text in printed]
    return inside if len(inside) > 1 and printed == " ".join(inside) else [printed or ""]


def _joined(printed: str | None, lines: list[str], people: tuple[str, ...]) -> str | None:
    """Return the byline with a mark between those of its names that stand in a line of their own each."""
    naming = [line for line in lines if any(name in line for name in people)]
    if len(naming) > 1 and printed in naming and any(name not in printed for name in people):
        return ", ".join(naming)
    parts = _parts(printed, lines)
    return ", ".join(parts) if len(parts) > 1 else printed


def _first_named(
    sources: Iterable[tuple[str, float, Iterable[str]]], houses: list[str]
) -> tuple[tuple[str, ...], str, float]:
    """Return the people whom the first of *sources* names, with where they stand and how sure that is."""
    for origin, confidence, names in sources:
        if found := _people(names, houses):
            return found, origin, confidence
    return (), "", 0.0


def _shown_names(reading: Reading, near: list[Mark]) -> list[tuple[str, Mark]]:
    """Return the innermost elements of the byline by the headline with their texts, in the page's order."""
    low, high = reading.head_at - 3, reading.body.start + 1 if reading.body.chosen else reading.head_at + NEAR
    found: dict[str, Mark] = {}
    for mark in near:
        if not mark.sign & Sign.BYLINE or mark.sign & Sign.PORTRAIT or not low <= mark.at <= high:
            continue
        if mark.box.figure is None and 1 < len(text := text_of(mark.node)) <= MAX_BYLINE:
            found.setdefault(text, mark)
    return [
        (text, mark)
        for text, mark in found.items()
        if not any(other != text and len(other) > 3 and other in text for other in found)
    ]


def _with_others(
    claimed: tuple[str, ...], printed: str | None, shown: list[tuple[str, Mark]], houses: list[str]
) -> tuple[str, ...]:
    """Return *claimed* and those who stand beside them in the byline: claims often name one of several.

    A byline that names nobody who is claimed is another's.
    """
    if not claimed:
        return claimed
    if printed and len(printed) <= MAX_LED:
        named = people_in(printed, publishers=houses)
        if len(named) > len(claimed) and set(claimed) <= set(named):
            return named
    if len(shown) > MAX_SHOWN:
        return claimed
    found: list[str] = []
    for text, mark in shown:
        # Those of one byline are set alike and stand next to each other.
        twins = (
            other
            for said, other in shown
            if other.node.tag == mark.node.tag
            and other.attributes.get("class") == mark.attributes.get("class")
            and abs(other.at - mark.at) <= 2
            and set(claimed).intersection(people_in(said, publishers=houses))
        )
        if len(text) <= MAX_SIGNATURE and any(twins):
            found += [one for one in people_in(text, publishers=houses) if " " in one or not one.isascii()]
    return tuple(dict.fromkeys(found)) if set(claimed) < set(found) else claimed


def _house(reading: Reading, shown: list[tuple[str, Mark]], stated: list[str]) -> str | None:
    """Return who stands in the byline where nobody is named: an agency, a desk, or the publication.

    Each that is found is kept as evidence; what the page shows wins.
    """
    visible = [text for text, _ in shown if len(text) <= MAX_HOUSE and not _LABEL.match(text)]
    led = re.split(r"\s*[,|]", _led_line(reading), maxsplit=1)[0]
    chosen: str | None = None
    for origin, confidence, names in (
        ("so called by the page", 0.7, visible[:1]),
        ("line that begins with “by”", 0.6, [led] if 0 < len(led.split()) <= MAX_HOUSE_WORDS else []),
        ("signature", 0.5, [_desk(reading)]),
        ("author named below the text", 0.5, _named_below(reading)),
        ("json-ld author", 0.5, reading.ld.credited),
        ("meta author", 0.5, stated),
    ):
        name = next((fold_space(one) for one in names if _is_name(one)), None)
        if name and chosen is None:
            reading.note("byline", origin, name, confidence)
            chosen = name
        elif name and name != chosen:
            reading.note("byline", f"{origin}, not chosen", name, 0.3)
    return chosen


def _named_below(reading: Reading) -> list[str]:
    """Return what is marked up as the author below the text: initials, as a rule."""
    end = reading.body.end
    return [
        text
        for mark in reading.survey.marks
        if end - 1 <= mark.at <= end + NEAR and mark.box.junk is None
        if mark.attributes.get("itemprop") == "author" or mark.attributes.get("rel") == "author"
        if len(text := text_of(mark.node)) <= MAX_HOUSE
    ]


def _led_line(reading: Reading) -> str:
    """Return the line near the headline that says by whom the article is."""
    start = reading.body.start if reading.body.chosen else reading.head_at + NEAR
    for at in range(max(reading.head_at - 3, 0), min(start + 3, len(reading.survey.items))):
        line = reading.survey.items[at]
        if (
            isinstance(line, Line)
            and not line.box.unseen
            and len(line.text) <= MAX_LED
            and _LED.match(line.text)
        ):
            return line.text
    return ""


def _linked_names(reading: Reading) -> str:
    """Return the names near the headline that lead to their author's page."""
    start = reading.body.start if reading.body.chosen else reading.head_at + NEAR
    texts = [
        text_of(node)
        for attributes, node, at, box in reading.survey.anchors
        if reading.head_at <= at <= start + 2
        and box.junk is None
        and _AUTHOR_PAGE.search(attributes.get("href") or "")
    ]
    return "; ".join(text for text in texts if len(text) <= MAX_SIGNATURE)


def _signature(reading: Reading) -> str:
    """Return the name that the text begins or ends with, in a line of its own set apart from the rest."""
    for text in _lines_apart(reading):
        parts = re.split(r"\s*[/,;]\s*|\s+(?:and|und|et|y)\s+", text)
        if all(2 <= len(part.split()) <= 4 and people_in(part) == (part,) for part in parts):
            return text
    return ""


def _desk(reading: Reading) -> str:
    """Return the desk or agency that the text is signed by, in a line of its own set apart from the rest."""
    return next((text for text in _lines_apart(reading) if _DESK.search(text) and len(text) <= MAX_HOUSE), "")


def _lines_apart(reading: Reading) -> Iterator[str]:
    """Yield the lines about the text's beginning and its end that are set apart by being bold or slanted whole."""
    items, body = reading.survey.items, reading.body
    if not body.chosen:
        return
    opening = (*range(max(body.start - 2, 0), body.start + 1), *body.chosen[:OPENING])
    for at in dict.fromkeys((*opening, body.chosen[-1], *range(body.end, min(body.end + 2, len(items))))):
        line = items[at]
        if not isinstance(line, Line) or line.box.junk is not None:
            continue
        is_apart = all(piece.strong or piece.emphasis for piece in line.pieces if not piece.text.isspace())
        text = fold_space(line.text)
        if is_apart and len(text) <= MAX_SIGNATURE and text[-1:] not in ".!?:…。！？：":
            yield text


def _reporters(reading: Reading) -> list[str]:
    """Return whom Chinese pages name as reporters, about the text's beginning and end: "本报记者 林予安 周若山"."""
    items, body = reading.survey.items, reading.body
    places = (*range(max(reading.head_at - 2, 0), body.start + 3), *range(max(body.end - 3, 0), body.end + 4))
    for line in (items[at] for at in dict.fromkeys(places) if at < len(items)):
        text = line.text[-MAX_SIGNATURE:] if isinstance(line, Line) else ""
        if found := _HAN_REPORTERS.search(text):
            names = re.split(r"[\s、，,/\u3000]+", found[1].strip())
            return [name for name in names if 2 <= len(name) <= 4 and not _HAN_REPORT.search(name)]
    return []


def _beside_a_date(reading: Reading) -> str:
    """Return the name that stands before the day in a line of theirs, below the headline: "Ada Moreno Dec 5, 2023"."""
    start = reading.body.start if reading.body.chosen else reading.head_at + NEAR
    for line in reading.survey.items[reading.head_at + 1 : start + 3]:
        found = (
            _BEFORE_A_DAY.match(line.text) if isinstance(line, Line) and len(line.text) <= MAX_LED else None
        )
        if (
            found
            and people_in(found[1]) == (found[1],)
            and all(word[0].isupper() for word in found[1].split())
        ):
            return found[1]
    return ""


def _is_name(claim: str) -> bool:
    """May *claim* be somebody's name? Not an address, a handle or a number."""
    is_told = 1 < len(claim) <= MAX_BYLINE and any(letter.isalpha() for letter in claim)
    return is_told and "://" not in claim and not claim.startswith("@")


def _people(names: Iterable[str], houses: list[str]) -> tuple[str, ...]:
    found = dict.fromkeys(person for name in names for person in people_in(name, publishers=houses))
    return without_single_words(list(found))


def scored(reading: Reading, near: list[Mark]) -> list[tuple[float, str, str, Mark]]:
    """Return what each byline that is shown scores, which parts that has, in words, its text and its element."""
    told = []
    for parts, text, mark in _candidates(reading, near, _claimed(reading)[0]):
        words = ", ".join(f"{name} {value:+.2f}" for name, value in parts if value)
        told.append((sum(value for _, value in parts), words, text, mark))
    return told


def _printed_byline(reading: Reading, near: list[Mark], claimed: tuple[str, ...]) -> str | None:
    scores = [
        (sum(value for _, value in parts), text) for parts, text, _ in _candidates(reading, near, claimed)
    ]
    best = max(scores, key=lambda one: one[0], default=None)
    return best[1] if best is not None and best[0] > ENOUGH else None


def _candidates(
    reading: Reading, near: list[Mark], claimed: tuple[str, ...]
) -> Iterator[tuple[list[tuple[str, float]], str, Mark]]:
    """Yield what is called a byline with the parts of its score; a part of 0 says nothing."""
    head_at, end, houses = reading.head_at, reading.body.end, houses_of(reading)
    for order, mark in enumerate(near):
        if (
            not mark.sign & Sign.BYLINE
            or mark.sign & Sign.PORTRAIT
            or mark.box.figure is not None  # who made the picture
            or (mark.node.tag == "address" and mark.at >= end)
        ):
            continue
        text = text_of(mark.node)
        if len(text) > 2 * MAX_BYLINE:
            continue
        text = _STAMP.sub("", text).strip(" |·•–—-,")
        if not 2 < len(text) <= MAX_BYLINE:
            continue
        parts = [("its place", -0.01 * order), ("above the headline", -0.3 * (mark.at < head_at))]
        parts.append(("its length", -0.002 * len(text)))
        folded, named = text.casefold(), people_in(text, publishers=houses)
        if claimed:
            share = sum(name.casefold() in folded for name in claimed) / len(claimed)
            parts.append(("names who is claimed", share))
        elif named:
            parts.append(("names a person", 0.8 if mark.at < end else 0.3))
        if claimed and len(text) <= MAX_LED and _JOINS.search(text) and set(claimed) < set(named):
            parts.append(("names others too", 0.3))  # claims often name one of several
        if reading.known.has_there(mark, "byline"):
            parts.append(("stands as on the site's other pages", REMEMBERED))
        yield parts, text, mark
