"""The headline: the visible one, without the site's name; and the kicker above it.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from html import unescape

from onrecord import urls
from onrecord.extract.reading import NEAR, Reading
from onrecord.extract.site import Recognised, path_of
from onrecord.extract.survey import HEADINGS, Box, Line, Mark, Survey, text_of
from onrecord.extract.words import Sign
from onrecord.text import fold_space, or_none

_SEPARATORS = re.compile(r"\s+[|\-–—·•»«:/~]+\s+|\s*[|｜ㅣ_]\s*|\s+::\s+")
_MARK = re.compile(r"\s*[:|/–—-]\s+")
_WORD = re.compile(r"\w+")
#: A longer line above the headline is a headline itself.
MAX_KICKER = 60
MAX_HEADLINE = 400
#: A page without a title is an article if its text weighs this much: a dozen sentences; and the line above it that
#: stands for the title weighs no more than the other.
UNTITLED_TEXT, MAX_UNCLAIMED = 1_000, 250
#: Characters of a heading's markup that are looked through for an unseen mark.
MAX_MARKUP = 4_000
_TAGS = re.compile(r"<[^>]*>")
_BREAKS = re.compile("[\u00ad\u200b]")
#: An element of a heading that holds a mark alone.
_UNSEEN_MARK = re.compile(r"<(span|i|em|b|small|font)\b[^>]*>(?:\s|&nbsp;)*[:|/·–—-](?:\s|&nbsp;)*</\1>")
#: What a claim that agrees adds to a heading's score, at most three times; and what the first one adds. Titles
#: for networks and for search engines are one title, often written by another hand than JSON-LD's.
AGREEMENT = 0.1
FIRST_AGREES = 0.25
#: A heading is the headline from this score on; an <h1> by itself, of as many words, from the lower one on.
ENOUGH, UNLIKE_CLAIMS, MIN_WORDS = 0.6, 0.4, 4
#: What it adds that headlines stand so on the site's other pages.
REMEMBERED = 0.2
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
    words = _WORD.findall(part.casefold())
    if len(words) > 1 and len(key) > 5 and site and all(word in site for word in words):
        return True  # "Rust Blog" of blog.rust-lang.example
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A heading that may be the headline, as a reader sees it."""

    at: int  #: its place among the items
    text: str
    box: Box
    kicker: str | None = None  #: what stands above it in the same box

    def keys(self) -> set[str]:
        """Return what a claim that says the same is compared by, with and without the kicker."""
        return {_key(self.text), _key(f"{self.kicker or ''}{self.text}")}

    def likeness(self, claim: str) -> float:
        """Return how alike a claim is, which may begin with the kicker."""
        alone = likeness(self.text, claim)
        return max(alone, likeness(f"{self.kicker} {self.text}", claim)) if self.kicker else alone


def visible(survey: Survey, claims: Iterable[str] = ()) -> list[Seen]:
    """Return the headings that may be the headline, in the page's order.

    They are each <h1>, what is called a headline, and an <h2> that says what one of *claims* says.
    """
    stated = [(_key(claim), _word_set(claim)) for claim in claims]
    keys = {key for key, _ in stated}
    found: list[Seen] = []
    for box in survey.boxes:
        is_h1 = box.tag == "h1"
        is_named = box.signs & Sign.HEADLINE and box.tag in {"h2", "h3", "div", "p", "header"}
        if not (is_h1 or is_named or (keys and box.tag == "h2")):
            continue
        if box.unseen or box.last - box.first > (6 if is_h1 else 2):
            continue
        lines = [item for item in survey.items[box.first : box.last] if isinstance(item, Line)]
        if not is_h1 and stated and not _may_say(lines, stated, is_named=bool(is_named)):
            continue
        said = list(_readings(box, lines))
        if is_h1 or is_named or any(keys.intersection(one.keys()) for one in said):
            found += said
    return found


def _may_say(lines: list[Line], stated: list[tuple[str, frozenset[str]]], *, is_named: bool) -> bool:
    """May *lines* say what a claim says, which most teasers' headings do not? Cheap, and sure where it says no."""
    text = " ".join(line.text for line in lines)
    if is_named:
        words = _word_set(text)
        return not text.isascii() or any(words & said for _, said in stated)
    return bool(lines) and any(_key(text).endswith(key) for key, _ in stated)


def _readings(box: Box, lines: list[Line]) -> Iterator[Seen]:
    """Yield what a heading says: without its kicker where it says what that is, else as it stands."""
    if parts := _parted_unseen(box):
        yield Seen(box.first, parts[1], box, parts[0])
        return
    whole = " ".join(_words(line, with_kicker=True) for line in lines).strip()
    plain = [line for line in lines if not line.box.signs & _NOT_HEADLINE]
    text = " ".join(_words(line, with_kicker=False) for line in plain).strip(" :|–—-")
    before = whole.removesuffix(text).strip(" :|–—-") if text and whole.endswith(text) else None
    # What is called a kicker and stands below, or is a sentence, is part of the headline under another name.
    if before is None or len(before) > MAX_KICKER:
        before, text = None, whole
    if text and len(text) < MAX_HEADLINE:
        yield Seen(box.first, text, box, before or None)


def _parted_unseen(box: Box) -> tuple[str, str] | None:
    """Return a heading's kicker and the rest, where a mark that only screen readers are given parts them."""
    node = box.node
    if node is None or box.last - box.first > 2 or not any(child.next is not None for child in node.iter()):
        return None
    html = node.html or ""
    mark = _UNSEEN_MARK.search(html) if len(html) < MAX_MARKUP else None
    if mark is None:
        return None
    before, after = (
        _set(unescape(_TAGS.sub("", part))) for part in (html[: mark.start()], html[mark.end() :])
    )
    return (before, after) if 2 < len(before) <= MAX_KICKER and 2 < len(after) < MAX_HEADLINE else None


def _words(line: Line, *, with_kicker: bool) -> str:
    return _set("".join(piece.text for piece in line.pieces if with_kicker or not piece.signs & Sign.KICKER))


def _set(text: str) -> str:
    """Return *text* folded, without the places where a line may break inside a word."""
    return fold_space(_BREAKS.sub("", text))


def choose(
    candidates: Sequence[Seen], claims: Sequence[str], *, body_start: int, known: Recognised | None = None
) -> Seen | None:
    """Return the visible heading that agrees best with what the page claims its headline is, or None.

    *claims* has each claim as often as the page makes it, the weightiest first: what three of them say is
    the headline, though its place in the page is odd.
    """
    alone = _is_alone(candidates)
    scored = [
        (sum(value for _, value in _parts(one, claims, body_start, known, is_alone=alone)), one)
        for one in candidates
    ]
    best = max(scored, key=lambda pair: pair[0], default=None)
    if best is not None and best[0] >= ENOUGH:
        return _instead_of_a_crumb(best[1], candidates, claims, body_start) or best[1]
    # An <h1> by itself above the text is the headline, though titles for search engines say it otherwise.
    for score, one in scored:
        is_sentence = len(_word_set(one.text)) >= MIN_WORDS
        if alone and is_sentence and one.box.tag == "h1" and one.box.junk is None and score >= UNLIKE_CLAIMS:
            return one
    return None


def scored(reading: Reading) -> list[tuple[float, str, Seen]]:
    """Return what each heading that is seen scores for being the headline, and which parts that has, in words."""
    claims = claims_of(reading)
    candidates = visible(reading.survey, list(dict.fromkeys(claims)))
    start, alone = _text_start(reading), _is_alone(candidates)
    told = []
    for one in candidates:
        parts = [part for part in _parts(one, claims, start, reading.known, is_alone=alone) if part[1]]
        words = ", ".join(f"{name} {value:+.2f}" for name, value in parts)
        told.append((sum(value for _, value in parts), words, one))
    return told


def _is_alone(candidates: Sequence[Seen]) -> bool:
    return len({id(one.box) for one in candidates if one.box.tag == "h1" and one.box.junk is None}) == 1


def _text_start(reading: Reading) -> int:
    return reading.body.start if reading.body.chosen else len(reading.survey.items)


def _parts(
    one: Seen, claims: Sequence[str], body_start: int, known: Recognised | None, *, is_alone: bool
) -> Iterator[tuple[str, float]]:
    """Yield the parts of what a heading scores for being the headline; a part of 0 says nothing."""
    # The first claim weighs most: a title for one network is written for its readers.
    alike = [one.likeness(claim) for claim in claims]
    yield "like a claim", max((like * (0.9 if order else 1) for order, like in enumerate(alike)), default=0.5)
    yield "other claims agree", AGREEMENT * min(sum(like >= 0.9 for like in alike[1:]), 3)
    yield "the first claim agrees", FIRST_AGREES * (alike[:1] >= [0.9])
    if one.box.tag == "h1":
        yield "<h1>", 0.25 if is_alone else 0.15
    if one.box.junk is not None:
        yield "in a box of no article", -0.25
    if one.at > body_start:
        yield "below the text's beginning", -0.3
    if one.box.link is not None or _is_linked(one.box):
        yield "a link", -0.2
    if known is not None and known.stands("headline", path_of(one.box)):
        yield "stands as on the site's other pages", REMEMBERED


def _instead_of_a_crumb(
    best: Seen, candidates: Sequence[Seen], claims: Sequence[str], body_start: int
) -> Seen | None:
    """Return the heading above the text that says what a weighty claim says, where *best* ends a breadcrumb.

    Some publications set the title for search engines there, as an <h1>, and the headline below it as an <h2>.
    """
    if best.box.junk is None and not _follows_links(best.box):
        return None
    for one in candidates:
        is_apart = one.box.junk is None and one.at <= body_start and one.box is not best.box
        if is_apart and any(one.likeness(claim) >= 0.9 for claim in claims[:2]):
            return one
    return None


def _follows_links(box: Box) -> bool:
    """Does *box* stand after two links in the same box, as the last part of a breadcrumb does?"""
    links, node = 0, box.node.prev if box.node is not None else None
    while node is not None and links < 2:
        links += node.tag == "a"
        node = node.prev
    return links > 1


def parted(text: str, claims: Sequence[str]) -> tuple[str | None, str]:
    """Return the kicker that is glued to a headline, or None, and the headline.

    "Nationale DemoDer 9. Juli naht": two boxes of the page, one line for a parser; "Politics | Bridge shut".
    Where a claim says the latter part alone, or puts a mark between the two, the page's own words say where
    to part them.
    """
    for claim in claims:
        kicker = text[: -len(claim)] if text != claim and text.endswith(claim) else ""
        if 2 < len(kicker) <= MAX_KICKER and not kicker[-1].isspace() and kicker[-1].isalnum():
            return kicker, claim
        if 2 < len(kicker) <= MAX_KICKER and kicker.endswith(" | "):
            return kicker[:-3].strip(), claim
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
    host, names = urls.host_of(reading.url), _site_names(reading)
    stated = [
        ld.headline,
        metas.value("og:title"),
        metas.value("twitter:title"),
        metas.prop("headline"),
        reading.survey.title,
        ld.alternative_headline,
        reading.entry.headline if reading.entry else None,
    ]
    return [text for one in stated if one and (text := bare(one, names, host))]


def _site_names(reading: Reading) -> list[str]:
    stated = (
        reading.metas.value("og:site_name", "application-name", "twitter:site"),
        reading.ld.publisher,
    )
    return [name for name in stated if name]


def headline_of(reading: Reading, candidates: list[Seen], claims: list[str]) -> tuple[str | None, str | None]:
    """Return the kicker that stands in the headline's box, and the headline: the visible one, or the weightiest claim.

    Keeps where it stands, and why it was chosen.
    """
    start = _text_start(reading)
    chosen = choose(candidates, claims, body_start=start, known=reading.known)
    if chosen is not None and (text := or_none(chosen.text)):
        reading.head_at = chosen.at
        reading.note("headline", chosen.box.tag, text, 0.95)
        return chosen.kicker, text
    # No heading says it: where the claims stand as a line of their own, that is its place.
    for claim in claims:
        reading.note("headline", "claimed", claim, 0.6)
        place = next((at for at, line in reading.survey.lines() if line.text == claim), None)
        reading.head_at = place if place is not None else max(0, start - NEAR)
        return None, claim
    return None, _unclaimed(reading, start)


def _unclaimed(reading: Reading, start: int) -> str | None:
    """Return the line that a text stands under, on a page that has no title and claims none: old pages do."""
    survey = reading.survey
    if sum(survey.line_at(at).weight for at in reading.body.chosen) < UNTITLED_TEXT:
        return None
    above = [
        (at, line)
        for at in range(max(0, start - NEAR), start)
        if isinstance(line := survey.items[at], Line)
        and line.link_share < 0.5
        and line.box.junk is None
        and 10 < line.weight <= MAX_UNCLAIMED
        and sum(letter.isdigit() for letter in line.text) * 3 < len(line.text)  # no date
        and "://" not in line.text
    ]
    found = next((one for one in reversed(above) if one[1].box.tag in HEADINGS), above[-1] if above else None)
    if found is None:
        return None
    reading.head_at = found[0]
    reading.note("headline", "line above the text", found[1].text, 0.3)
    return found[1].text


def by_rule(reading: Reading, title: str | None) -> str | None:
    """Return the headline that the site's rule finds, unless it only fills a silence and there is none."""
    found = reading.by_rule
    if found is None or (title is not None and "headline" in found.rule.fills):
        return None
    return or_none(found.value("headline"))


def note_claims(reading: Reading, title: str) -> None:
    """Keep what the page claims its headline is: whoever doubts it sees what speaks for it, and what against."""
    for origin, claim in (
        ("json-ld headline", reading.ld.headline),
        ("og:title", reading.metas.value("og:title")),
        ("title", reading.survey.title),
    ):
        if claim and fold_space(claim) == title:
            reading.note("headline", origin, title, 0.8)
        elif claim:
            reading.note("headline", f"{origin}, not chosen", fold_space(claim), 0.3)


def kicker_of(reading: Reading, near: list[Mark], title: str, claims: Sequence[str]) -> str | None:
    """Return what stands above the headline and is called a kicker, or is put before it by a claim, or None."""
    keys = {_key(name) for name in (*_site_names(reading), urls.host_of(reading.url).removeprefix("www."))}
    for mark in near:
        if mark.sign & Sign.KICKER and mark.at < (reading.body.start or mark.at + 1):
            text = _set(text_of(mark.node)).rstrip(" :|–—-/")
            if 1 < len(text) <= MAX_KICKER and text not in title and _key(text) not in keys:
                reading.note("kicker", "so called by the page", text, 0.9)
                return text
    # "Harbour: Bridge shut" in a claim, "Bridge shut" below a line that says "Harbour": that line is the kicker.
    lines = reading.survey.items[max(reading.head_at - NEAR, 0) : reading.head_at + 3]
    seen = {item.text.rstrip(" :|–—-/") for item in lines if isinstance(item, Line) and not item.box.unseen}
    for claim in claims:
        before = claim.removesuffix(title).rstrip() if claim.endswith(title) else ""
        text = before.rstrip(" :|–—-/")
        if text != before and 1 < len(text) <= MAX_KICKER and text in seen:
            reading.note("kicker", "line above the headline, and a claim", text, 0.9)
            return text
    return None
