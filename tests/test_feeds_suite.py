"""feedparser's 2,000 test files as an outside judge: what it reads in a feed, we read.

`feedparser_suite` translates what each file expects. Where we differ, tests/golden/feeds-suite says why.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import pytest

from feedparser_suite import SUITE, Case, cases, compared, facts

DIFFERENCES = Path(__file__).parent / "golden" / "feeds-suite" / "differences.toml"
#: Of the files with a fact that our model has a place for.
AGREED = 0.99

pytestmark = pytest.mark.skipif(not SUITE.exists(), reason="the suite is not part of the project")


def reasons() -> dict[str, str]:
    """Return why we differ, by the file's name."""
    rows = tomllib.loads(DIFFERENCES.read_text("utf-8"))["difference"]
    return {name: row["why"] for row in rows for name in row["files"]}


@lru_cache
def judged(folder: str) -> dict[str, list[str]]:
    """Return what is not as expected in each file of *folder* that is translated."""
    return {case.name: differences(case) for case in cases(folder) if facts(case)}


def differences(case: Case) -> list[str]:
    """Return the facts of a file that we read otherwise."""
    feed = case.read()
    pairs = [(fact, *compared(case, feed, fact)) for fact in facts(case)]
    return [f"{fact.path}: {ours!r}, expected {wanted!r}" for fact, ours, wanted in pairs if ours != wanted]


@pytest.mark.parametrize("folder", ["wellformed", "encoding", "entities", "illformed"])
def test_a_feed_reads_as_feedparser_says_or_a_reason_is_given(folder: str) -> None:
    """Twenty years of reports by people whose feed was misread."""
    unexplained = {name: told for name, told in judged(folder).items() if told and name not in reasons()}
    assert not unexplained


@pytest.mark.parametrize("folder", ["wellformed", "encoding", "entities", "illformed"])
def test_a_reason_that_is_given_is_needed(folder: str) -> None:
    """A list of exceptions must shrink when the parser learns."""
    given = [case for case in cases(folder) if case.name in reasons()]
    assert not [case.name for case in given if case.read().entries and not differences(case)]


def test_of_the_well_formed_files_ninety_nine_in_a_hundred_read_as_expected() -> None:
    """The share that was promised; the translation itself must not wither either."""
    agreed = [name for name, told in judged("wellformed").items() if not told]
    assert len(judged("wellformed")) >= 740
    assert len(agreed) >= AGREED * len(judged("wellformed"))


@pytest.mark.parametrize("folder", ["illformed", "encoding", "entities"])
def test_the_entries_of_a_broken_feed_are_found(folder: str) -> None:
    """A feed is broken for months before its publisher notices."""
    items = [case for case in cases(folder) if b"<item" in case.body or b"<entry" in case.body]
    assert items
    assert not [case.name for case in items if not case.read().entries and case.name not in reasons()]
