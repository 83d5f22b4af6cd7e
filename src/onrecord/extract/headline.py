"""The headline: the visible one, without the site's name; and the kicker above it.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from onrecord import urls
from onrecord.extract.reading import NEAR, Reading
from onrecord.extract.survey import Box, Line, Mark, Survey, text_of
from onrecord.extract.words import Sign
from onrecord.text import fold_space, or_none

_SEPARATORS = re.compile(r"\s+[|\-–—·•»«:/~]+\s+|\s*[|｜ㅣ_]\s*|\s+::\s+")
_MARK = re.compile(r"\s*[:|/–—-]\s+")
_WORD = re.compile(r"\w+")
#: A longer line above the headline is a headline itself.
MAX_KICKER = 60
#: What a claim that agrees adds to a heading's score, at most three times; and what the first one adds. Titles
#: for networks and for search engines are one title, often written by another hand than JSON-LD's.
AGREEMENT = 0.1
FIRST_AGREES = 0.25
_NOT_HEADLINE = Sign.KICKER | Sign.BYLINE | Sign.TIME | Sign.STANDFIRST


@lru_cache(maxsize=1_024)
def _key(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))


@lru_cache(maxsize=1_024)
def _word_set(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))


def bare(title: str, names: Iterable[str], host: str) -> str:
    """Return *title* without the site's name at its end or its start: "Bridge shut | The Paper" is "Bridge shut"."""
    text = fold_space(title)
    keys = {_key(name) for name in names if name}
    keys.add(_key(host.removeprefix("www.")))
    site = _key(host.removeprefix("www.").rsplit(".", 1)[0])
    for _ in range(3):
        cuts = list(_SEPARATORS.finditer(text))
        if not cuts:
            break
        last, first = cuts[-1], cuts[0]
        tail, head = text[last.end() :], text[: first.start()]
        if _is_site(tail, keys, site) and text[: last.start()].strip():
            text = text[: last.start()].strip()
        elif _is_site(head, keys, site) and len(text) - first.end() > 12:
            text = text[first.end() :].strip()
        else:
            break
    return text


def _is_site(part: str, keys: set[str], site: str) -> bool:
    key = _key(part)
    if not key:
        return True
    if key in keys or any(
        name and len(key) < 60 and (key in name or name in key) and len(name) > 3 and len(key) > 3
        for name in keys
    ):
        return True
    return len(key) > 2 and (
        key == site or (len(site) > 3 and (key in site or site in key) and len(key) < 40)
    )


def likeness(one: str, other: str) -> float:
    """Return how alike two headlines are, 0 to 1; punctuation, case and an ending cut off left aside."""
    a, b = _key(one), _key(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    if min(len(a), len(b)) > 8 and (a.startswith(b) or b.startswith(a)):
        return 0.92
    if min(len(a), len(b)) > 8 and (a in b or b in a):
        return 0.85
    words_a, words_b = _word_set(one), _word_set(other)
    shared = len(words_a & words_b) / (max(len(words_a), len(words_b)) or 1)
    if len(a) < 300 and len(b) < 300 and (shared > 0.2 or not one.isascii()):
        return max(
            shared, SequenceMatcher(None, a, b, autojunk=False).quick_ratio() * 0.8 if shared > 0.3 else 0.0
        )
    return shared


def visible(survey: Survey, claims: Iterable[str] = ()) -> list[tuple[int, str, Box]]:
    """Return the headings that may be the headline, each as its place, text and box.

    They are each <h1>, what is called a headline, and an <h2> that says what one of *claims* says.
    """
    keys = {_key(claim) for claim in claims}
    found: list[tuple[int, str, Box]] = []
    for box in survey.boxes:
        is_h1 = box.tag == "h1"
        is_named = box.signs & Sign.HEADLINE and box.tag in {"h2", "h3", "div", "p", "header"}
        if not (is_h1 or is_named or (keys and box.tag == "h2")):
            continue
        if box.unseen or box.last - box.first > (6 if is_h1 else 2):
            continue
        if not (is_h1 or is_named) and not _says(survey, box, keys):
            continue
        lines = [item for item in survey.items[box.first : box.last] if isinstance(item, Line)]
        plain = [line for line in lines if not line.box.signs & _NOT_HEADLINE]
        text = " ".join(_words(line, with_kicker=False) for line in plain).strip(" :|–—-")
        if text and len(text) < 400:
            found.append((box.first, text, box))
        whole = " ".join(_words(line, with_kicker=True) for line in lines).strip()
        if is_h1 and whole != text and whole and len(whole) < 400:
            found.append((box.first, whole, box))
    return found


def _says(survey: Survey, box: Box, keys: set[str]) -> bool:
    """Tell whether *box* holds one line, and that is one of *keys*."""
    line = survey.items[box.first] if box.last - box.first == 1 else None
    return isinstance(line, Line) and _key(line.text) in keys


def _words(line: Line, *, with_kicker: bool) -> str:
    return fold_space(
        "".join(piece.text for piece in line.pieces if with_kicker or not piece.signs & Sign.KICKER)
    )


def choose(
    candidates: Sequence[tuple[int, str, Box]], claims: Sequence[str], *, body_start: int
) -> tuple[int, str, Box] | None:
    """Return the visible heading that agrees best with what the page claims its headline is, or None.

    *claims* has each claim as often as the page makes it, the weightiest first: what three of them say is
    the headline, though its place in the page is odd.
    """
    best: tuple[float, tuple[int, str, Box]] | None = None
    h1s = len({id(box) for _, _, box in candidates if box.tag == "h1" and box.junk is None})
    for candidate in candidates:
        at, text, box = candidate
        # The first claim weighs most: a title for one network is written for its readers.
        alike = [likeness(text, claim) for claim in claims]
        score = max((one * (0.9 if order else 1) for order, one in enumerate(alike)), default=0.5)
        score += AGREEMENT * min(sum(one >= 0.9 for one in alike[1:]), 3)
        score += FIRST_AGREES * (alike[:1] >= [0.9])
        if box.tag == "h1":
            score += 0.25 if h1s == 1 else 0.15
        if box.junk is not None:
            score -= 0.25
        if at > body_start:
            score -= 0.3
        if box.link is not None or _is_linked(box):
            score -= 0.2
        if best is None or score > best[0]:
            best = (score, candidate)
    return best[1] if best is not None and best[0] >= 0.6 else None


def parted(text: str, claims: Sequence[str]) -> tuple[str | None, str]:
    """Return the kicker that is glued to a headline, or None, and the headline.

    "Nationale DemoDer 9. Juli naht": two boxes of the page, one line for a parser. Where a claim says the
    latter part alone, or puts a mark between the two, the page's own words say where to part them.
    """
    for claim in claims:
        kicker = text[: -len(claim)] if text != claim and text.endswith(claim) else ""
        if 2 < len(kicker) <= MAX_KICKER and not kicker[-1].isspace() and kicker[-1].isalnum():
            return kicker, claim
        for mark in _MARK.finditer(claim):
            before, after = claim[: mark.start()], claim[mark.end() :]
            if 2 < len(before) <= MAX_KICKER and text in {before + after, f"{before} {after}"}:
                return before, after
    return None, text


def _is_linked(box: Box) -> bool:
    return box.node is not None and box.node.first_child is not None and box.node.first_child.tag == "a"


def claims_of(reading: Reading) -> list[str]:
    """Return what the page claims its headline is, each claim without the site's name, the weightiest first."""
    metas, ld = reading.metas, reading.ld
    host = urls.host_of(reading.url)
    names = [
        name
        for name in (metas.value("og:site_name", "application-name", "twitter:site"), ld.publisher)
        if name
    ]
    stated = [
        ld.headline,
        metas.value("og:title"),
        metas.value("twitter:title"),
        metas.prop("headline"),
        reading.survey.title,
    ]
    stated.append(reading.entry.headline if reading.entry else None)
    return [text for one in stated if one and (text := bare(one, names, host))]


def headline_of(reading: Reading, candidates: list[tuple[int, str, Box]], claims: list[str]) -> str | None:
    """Return the headline: the visible one, or the weightiest claim; keep its place and why it was chosen."""
    start = reading.body.start if reading.body.chosen else len(reading.survey.items)
    chosen = choose(candidates, claims, body_start=start)
    if chosen is not None:
        reading.head_at = chosen[0]
        text = or_none(chosen[1])
        if text:
            reading.note("headline", chosen[2].tag, text, 0.95)
            return text
    # No heading says it: where the claims stand as a line of their own, that is its place.
    for claim in claims:
        reading.note("headline", "claimed", claim, 0.6)
        place = next((at for at, line in reading.survey.lines() if line.text == claim), None)
        reading.head_at = place if place is not None else max(0, start - NEAR)
        return claim
    return None


def note_others(reading: Reading, title: str) -> None:
    """Keep what else the page calls itself: whoever doubts the headline sees what it was chosen over."""
    for origin, claim in (
        ("json-ld headline", reading.ld.headline),
        ("og:title", reading.metas.value("og:title")),
        ("title", reading.survey.title),
    ):
        if claim and fold_space(claim) != title:
            reading.note("headline", f"{origin}, not chosen", fold_space(claim), 0.3)


def kicker_of(reading: Reading, near: list[Mark], title: str) -> str | None:
    """Return what the page calls a kicker and shows before the text, or None."""
    for mark in near:
        if mark.sign & Sign.KICKER and mark.at < (reading.body.start or mark.at + 1):
            text = text_of(mark.node)
            if 1 < len(text) <= MAX_KICKER and text != title and text not in title:
                return text
    return None
