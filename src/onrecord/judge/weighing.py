"""Hints summed up: what a page says of itself, against what speaks for an article.

One word proves nothing: papers write about captchas, cookies and pages that are gone, and sell subscriptions
beside every text. A wall is its whole page, an article has a body that speaks of other things, a date and a
name. So each hint has points, and a page is what has enough of them left.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from onrecord.extract.facts import PageFacts
from onrecord.judge import words
from onrecord.judge.voices import VOICES
from onrecord.model import Article, Extraction, VerdictKind
from onrecord.text import fold_space

#: A page with so many points is what they say.
ENOUGH_POINTS = 2
#: Points of a title, or a heading, that says nothing else; of answers' headers that are sent with challenges alone.
WHOLE_TITLE, WHOLE_HEADING, CHALLENGED = 3, 2, 4
#: Lines in a wall's voice count so often at most; more of them are a long wall, not a surer one.
MOST_VOICES = 3
#: What is taken off for a date and for a name, and for each paragraph of other things, up to so many.
DATED, NAMED, MOST_PARAGRAPHS = 2, 2, 5
#: Characters, Han, kana and Hangul thrice: a line with so many is a paragraph, not a button or a label.
PARAGRAPH = 80
#: Lines of a page without an article that may be a wall's; the news of the day stands below them.
TOP = 6

#: The order in which kinds are preferred where points are equal: the one that explains the others first.
_ORDER = (
    VerdictKind.BLOCK,
    VerdictKind.CONSENT,
    VerdictKind.LOGIN,
    VerdictKind.SOFT_404,
    VerdictKind.ERROR,
)
_TITLES = {
    VerdictKind.BLOCK: words.BLOCK_TITLES,
    VerdictKind.CONSENT: words.CONSENT_TITLES,
    VerdictKind.LOGIN: words.LOGIN_TITLES,
    VerdictKind.SOFT_404: words.MISSING_TITLES,
    VerdictKind.ERROR: words.ERROR_TITLES,
}
#: Headers that are sent with a challenge, and with nothing else, and what they say then.
_CHALLENGES = {
    "cf-mitigated": re.compile("challenge|block"),
    "x-amzn-waf-action": re.compile("captcha|challenge"),
    "x-sucuri-block": re.compile(""),
}
#: What stands in quotation marks is somebody else's voice: papers quote walls, walls quote nobody.
_QUOTED = re.compile(
    r"“[^”]{1,200}”|«[^»]{1,200}»|„[^“”]{1,200}[“”]|「[^」]{1,200}」|『[^』]{1,200}』|‘[^’]{1,200}’"
)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(slots=True)
class Weighed:
    """What speaks for one kind, in points and in words."""

    points: int = 0
    evidence: list[str] = field(default_factory=list)

    def add(self, points: int, words_of_it: str) -> None:
        """Count a hint."""
        self.points += points
        self.evidence.append(words_of_it)


def weigh(
    extraction: Extraction, facts: PageFacts, body: Sequence[str], headers: Sequence[tuple[str, str]]
) -> tuple[VerdictKind, Weighed] | None:
    """Return the kind that has the most points, and enough of them; None if none has. *body*: the article's lines."""
    article = extraction.article
    signed = _signed(extraction, facts)
    is_bare = not signed and facts.og_type != "article" and not facts.schema_types
    lines = [folded(line) for line in (body or facts.lines[:TOP])]
    beside = [folded(line) for line in facts.lines[: 2 * TOP] if len(line) < 2 * PARAGRAPH]
    spoken = list(dict.fromkeys([*lines, *beside]))
    found: dict[VerdictKind, Weighed] = {}
    for kind in _ORDER:
        weighed = found[kind] = Weighed()
        _titles(weighed, kind, facts, article, lines)
        said = [line for line in spoken if VOICES[kind].search(_QUOTED.sub(" ", line))]
        for line in said[:MOST_VOICES]:
            weighed.add(1, f"it says “{line[:80]}”")
        if lines and said and said[0] in lines[:2] and len(lines[0]) < 2 * PARAGRAPH:
            weighed.points += 1
        _structure(weighed, kind, facts, headers)
        if weighed.points and is_bare:
            weighed.add(1, "and nothing that an article has: no date, no name, no claim to be one")
        if weighed.points:
            _against(weighed, signed, [line for line in lines if line not in said])
    best = max(_ORDER, key=lambda kind: found[kind].points)
    return (best, found[best]) if found[best].points >= ENOUGH_POINTS and found[best].evidence else None


def _titles(
    weighed: Weighed, kind: VerdictKind, facts: PageFacts, article: Article | None, lines: Sequence[str]
) -> None:
    """Count a title, and a heading, that are a wall's and nothing else."""
    parts, heads = title_parts(facts.title)
    # An article of the section "Privacy" has that word in its title's later parts.
    is_strict = kind in {VerdictKind.CONSENT, VerdictKind.LOGIN}
    if called := _first(_TITLES[kind], heads if is_strict else parts):
        weighed.add(WHOLE_TITLE, f"the page calls itself “{called[:80]}”")
    headings = [facts.h1 or "", article.headline if article else "", *facts.lines[:1]]
    for heading in dict.fromkeys(folded(text) for text in (*headings, *lines[:2]) if text):
        whole = _first(_TITLES[kind], title_parts(heading)[1])
        is_said = heading in map(folded, headings) and len(heading) < PARAGRAPH
        if whole or (is_said and VOICES[kind].search(_QUOTED.sub(" ", heading))):
            weighed.add(WHOLE_HEADING if whole else 1, f"its heading is “{heading[:80]}”")
            return


def _structure(
    weighed: Weighed, kind: VerdictKind, facts: PageFacts, headers: Sequence[tuple[str, str]]
) -> None:
    """Count what the answer and the page are built of."""
    if kind is VerdictKind.BLOCK:
        for name, value in headers:
            pattern = _CHALLENGES.get(name.lower())
            if pattern and pattern.search(value.lower()):
                weighed.add(CHALLENGED, f"the server sent {name.lower()}: {value[:40]}")
    if kind is VerdictKind.LOGIN and (
        facts.has_password_field or (weighed.points and facts.has_identity_field)
    ):
        weighed.add(1, "it asks for a name or a password")
    if kind is VerdictKind.SOFT_404 and weighed.points and "noindex" in (facts.robots or ""):
        weighed.add(1, "it asks search engines to leave it out")


def _signed(extraction: Extraction, facts: PageFacts) -> int | None:
    """Return what an article's own date and name weigh; None without an article.

    A date in the address, or in the feed's entry, stands for a page that is gone too.
    """
    article = extraction.article
    if article is None:
        return None
    is_dated = any(
        one.field == "published_at" and one.origin not in {"address", "feed entry"}
        for one in extraction.evidence
    )
    is_named = article.byline is not None and any(article.byline in line for line in facts.lines)
    return DATED * is_dated + NAMED * is_named


def _against(weighed: Weighed, signed: int | None, others: Sequence[str]) -> None:
    """Take off what speaks for an article."""
    if signed is not None:
        weighed.points -= signed + min(sum(weight(line) >= PARAGRAPH for line in others), MOST_PARAGRAPHS)


def title_parts(text: str | None) -> tuple[list[str], list[str]]:
    """Return a title, whole and in its parts; then the same without the later parts.

    A bar or a dash parts a title from the site's name, on either side, and from a section's.
    """
    if not text:
        return [], []
    whole = folded(text)
    first, *others = re.split(r"\s+[|–—·:-]\s+|\s*[|_｜]\s*", whole)
    return [whole, first, *others], [whole, first]


def folded(text: str) -> str:
    """Return *text* as the patterns want it: lower case, one space, straight apostrophes."""
    return fold_space(text).lower().replace("’", "'")


def weight(text: str) -> int:
    """Return the length of *text*, a Han character, kana or Hangul syllable counted thrice."""
    return len(text) + 2 * len(_WIDE.findall(text))


def _first(pattern: re.Pattern[str], titles: Sequence[str]) -> str | None:
    return next((title for title in titles if title and pattern.fullmatch(title)), None)
