"""The byline as printed, and whom it names: claimed people first, else those that the page shows.

Pure.
"""

from __future__ import annotations

import re

from onrecord.extract.people import people_in, recased, without_single_words
from onrecord.extract.reading import NEAR, Reading
from onrecord.extract.survey import Line, Mark, text_of
from onrecord.extract.words import Sign
from onrecord.text import fold_space

MAX_BYLINE = 250
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
_AUTHOR_METAS = (
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
    metas, ld = reading.metas, reading.ld
    houses = [name for name in (metas.value("og:site_name", "application-name"), *ld.organizations) if name]
    claimed = _people(list(ld.people), houses)
    origin = "json-ld author"
    stated = [name for name in metas.every(*_AUTHOR_METAS) if _is_name(name)]
    if not claimed:
        claimed = _people(stated, houses)
        origin = "meta author"
    printed = _printed_byline(near, houses, claimed, reading.head_at, reading.body.end)
    if not claimed and printed is not None:
        claimed = people_in(printed, publishers=houses)
        origin = "byline"
    if not claimed and reading.entry is not None:
        claimed = _people(list(reading.entry.authors), houses)
        origin = "feed entry"
    for source, found in (
        ("line that begins with “by”", _led_line),
        ("link to an author's page", _linked_names),
        ("signature", _signature),
    ):
        if not claimed:
            claimed = people_in(found(reading), publishers=houses)
            origin = source
    authors = recased(claimed, credit_lines)
    if authors:
        reading.note(
            "authors", origin, "; ".join(authors), 0.6 if origin in {"byline", "feed entry"} else 0.9
        )
    if printed is None and not authors:
        # Nobody is named: the house that the page credits, an agency or the publication, stands in the byline.
        printed = next((fold_space(name) for name in (*ld.credited, *stated) if _is_name(name)), None)
        if printed:
            reading.note("byline", "json-ld author" if ld.credited else "meta author", printed, 0.5)
    return printed, authors


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
    start = reading.body.start
    places = (*range(max(start - 2, 0), start + 1), *reading.body.chosen[-1:]) if reading.body.chosen else ()
    for line in (reading.survey.items[at] for at in places):
        if not isinstance(line, Line) or line.box.junk is not None:
            continue
        is_apart = all(piece.strong or piece.emphasis for piece in line.pieces if not piece.text.isspace())
        text = fold_space(line.text)
        if not is_apart or len(text) > MAX_SIGNATURE or text[-1:] in ".!?:…。！？：":
            continue
        parts = re.split(r"\s*[/,;]\s*|\s+(?:and|und|et|y)\s+", text)
        if all(2 <= len(part.split()) <= 4 and people_in(part) == (part,) for part in parts):
            return text
    return ""


def _is_name(claim: str) -> bool:
    """May *claim* be somebody's name? Not an address, a handle or a number."""
    is_told = 1 < len(claim) <= MAX_BYLINE and any(letter.isalpha() for letter in claim)
    return is_told and "://" not in claim and not claim.startswith("@")


def _people(names: list[str], houses: list[str]) -> tuple[str, ...]:
    found = dict.fromkeys(person for name in names for person in people_in(name, publishers=houses))
    return without_single_words(list(found))


def _printed_byline(
    near: list[Mark], houses: list[str], claimed: tuple[str, ...], head_at: int, end: int
) -> str | None:
    best: tuple[float, str] | None = None
    for order, mark in enumerate(near):
        if (
            not mark.sign & Sign.BYLINE
            or mark.sign & Sign.PORTRAIT
            or (mark.node.tag == "address" and mark.at >= end)
        ):
            continue
        text = text_of(mark.node)
        if not 2 < len(text) <= MAX_BYLINE:
            continue
        score = -0.01 * order - 0.3 * (mark.at < head_at) - 0.002 * len(text)
        folded = text.casefold()
        if claimed:
            score += sum(name.casefold() in folded for name in claimed) / len(claimed)
        elif people_in(text, publishers=houses):
            score += 0.8 if mark.at < end else 0.3
        if best is None or score > best[0]:
            best = (score, text)
    return best[1] if best is not None and best[0] > 0.2 else None
