"""A file of rules, as read: which host it is for, what it says, and the tests that it carries."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.extract.rules import SiteRule
from onrecord.model import Problem

#: Bytes of a file of rules: the longest of two thousand public ones has 12,000.
MAX_FILE = 256 * 1024
#: Rules in one file: a redesign a year, and a few kinds of page.
MAX_RULES = 100


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A page, and a sentence that must stand in the article that is read out of it."""

    url: str
    sentence: str | None  #: None: the file names a page and no sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One file's rules, the first that fits a page first."""

    host: str  #: "example.com", for www.example.com too; ".example.com" for all hosts below it and not for itself
    path: str  #: as messages name it
    publication: str | None = None
    same_as: str | None = None  #: the host whose rules count here too
    rules: tuple[SiteRule, ...] = ()
    tests: tuple[tuple[RuleTest, ...], ...] = ()  #: of each rule
    problems: tuple[Problem, ...] = ()  #: what it says that is not followed
