"""Rules for a site: what one says, as values. `sites` reads them out of files; `ruled` puts them to a page.

Pure: no files, network, clock or log. A rule says where each field of an article stands on the pages of one
publication, so that it is taken from there and not weighed. It never makes an article emptier: where it finds nothing,
the reader's own finding stands.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

#: Characters of a selector or an expression: the longest of two thousand public rules has 700.
MAX_SELECTOR = 1_000
#: Characters of a value that a pattern is put to: no byline, date or headline is longer.
MAX_CLEANED = 400
MAX_PATTERN = 200
#: Parts of a pattern that may repeat without end: each multiplies the time by the length of the value.
MAX_REPEATS = 2


class Language(StrEnum):
    """What a rule's selectors are written in."""

    CSS = "css"
    XPATH = "xpath"


#: What a rule may find as text, in the order in which it is told. Those of `EXPECTED` stand on every article's page.
FIELDS = (
    "headline",
    "kicker",
    "standfirst",
    "byline",
    "authors",
    "published",
    "modified",
    "section",
    "credits",
    "corrections",
    "original",
    "second_headline",
    "next_page",
    "single_page",
)
EXPECTED = ("headline", "published")
#: Fields that are addresses: the value of href, unless a rule says otherwise.
LINKS = frozenset(("original", "next_page", "single_page"))
TIMES = frozenset(("published", "modified"))
#: Fields of which a page may have several.
LISTS = frozenset(("authors", "credits", "corrections"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One place on a page, and what is taken of it."""

    select: str
    attribute: str | None = None  #: None: the text
    match: str | None = None  #: a regular expression: its first group is taken, or all that it matches
    split: str | None = None  #: what stands between two values
    zone: str | None = None  #: "+08:00": of a time that states none
    only_if: str | None = None  #: a place that must be on the page too


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRule:
    """Where things stand on the pages of one publication, from one day to another.

    Of several places for a field the first counts that finds something.
    """

    name: str  #: "cn.nytimes.com 2024-01-01": its file's, and its first day where it has one
    language: Language = Language.CSS
    since: date | None = None  #: for captures from this day on (UTC)
    until: date | None = None  #: up to this day, and not on it
    paths: tuple[str, ...] = ()  #: of addresses, "*" for anything; empty: all
    fields: Mapping[str, tuple[Find, ...]] = field(default_factory=dict)
    body: tuple[Find, ...] = ()
    strip: tuple[Find, ...] = ()  #: what is left out of the body
    caption: tuple[Find, ...] = ()  #: within the body: the words below pictures
    credit: tuple[Find, ...] = ()  #: within the body: whose pictures they are
    is_pruned: bool = False  #: the reader still judges which lines of the body are text
    second_language: str | None = None  #: of a bilingual page: what is not in the article's own script
    fills: frozenset[str] = frozenset()  #: fields of which the reader's finding stands where it has one
    replaced: tuple[tuple[str, str], ...] = ()  #: texts of the page, and what stands for them beforehand

    @property
    def digest(self) -> str:
        """Eight characters that change with what the rule says."""
        said = repr(replace(self, fills=frozenset())) + repr(sorted(self.fills))  # a set has no order
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    @property
    def mark(self) -> str:
        """What a document's reader is called that read by this rule, beside the reader's own version."""
        return f"{self.name.replace(' ', '/')}@{self.digest}"


def wrong_selector(select: str, language: Language) -> str | None:
    """Return why *select* can't be put to a page, or None if it can."""
    if len(select) > MAX_SELECTOR:
        return f"longer than {MAX_SELECTOR:,} characters"
    if language is Language.XPATH:
        try:
            etree.XPath(select)
        except etree.XPathError as error:
            return f"no XPath that is understood ({error})"
        return None
    if re.search(r":has\([^)]*[~+]", select):
        return ":has() with a sibling in it takes too long on large pages"
    try:
        LexborHTMLParser("<p>").css(select)
    except (SelectolaxError, ValueError):
        return "no CSS selector that is understood"
    return None


def wrong_pattern(pattern: str) -> str | None:
    """Return why *pattern* is no regular expression that may be put to a stranger's words, or None if it may.

    What repeats within what repeats, and choices that repeat, may take for ever (`(a+)+`, `(a|aa)*`); so may many parts
    that repeat without end. What is left takes at most the third power of `MAX_CLEANED`.
    """
    if len(pattern) > MAX_PATTERN:
        return f"longer than {MAX_PATTERN} characters"
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"no regular expression: {error}"
    plain = re.sub(r"\\.", "x", pattern)
    if re.search(r"\\[1-9]|\(\?P=", pattern):
        return "a reference back to a group may take for ever"
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "x", plain)
    if len(re.findall(r"[*+]|\{\d*,\d*\}", plain)) > MAX_REPEATS:
        return f"more than {MAX_REPEATS} parts that repeat"
    while (inner := re.search(r"\((?:\?[:=!]|\?<[=!]|\?P<\w+>)?([^()]*)\)", plain)) is not None:
        after = plain[inner.end() : inner.end() + 1]
        is_open = re.search(r"[*+?{|]", inner[1]) is not None
        if after in {"*", "+", "{"} and is_open:
            return "a part that repeats has a choice, or what repeats, in it; that may take for ever"
        has_more = "*" if is_open else ""
        # What a group holds is still held by the group around it.
        plain = f"{plain[: inner.start()]}x{has_more}{plain[inner.end() :]}"
    return None
