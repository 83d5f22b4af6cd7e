"""The rules that come with On Record, each on a page of its publication's structure.

A case is page.html, case.toml (its address, the day of its capture, the sentence that must be found, and why it is
kept) and expected.json, in the form that `golden_form.form_of` gives. The pages are made up; their structure is what is
known of the publications' pages.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from golden_form import form_of
from onrecord import extract
from onrecord.archive import rulebook
from onrecord.model import Extraction
from onrecord.text import body_text

CASES = Path(__file__).parent / "golden" / "sites"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
BOOK = rulebook()
TESTS = [
    (rule.name, test.url, test.sentence)
    for file in BOOK.all_files()
    for rule, tests in zip(file.rules, file.tests, strict=True)
    for test in tests
]


def case_of(name: str) -> dict[str, Any]:
    """Return what is known of a case."""
    return tomllib.loads((CASES / name / "case.toml").read_text("utf-8"))


def rule_of(case: dict[str, Any]) -> extract.SiteRule:
    """Return the rule that reads a case's page."""
    rule = BOOK.rule_for(case["url"], on=datetime.combine(case["captured"], time(12), UTC))
    assert rule is not None
    return rule


def read(name: str) -> Extraction:
    """Read a case's page by its rule."""
    case = case_of(name)
    return extract.read_page((CASES / name / "page.html").read_bytes(), url=case["url"], rule=rule_of(case))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_reads_as_its_golden_form(name: str) -> None:
    """Whoever follows the Chinese-language press gets all of an article and nothing else."""
    assert form_of(read(name)) == json.loads((CASES / name / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_finds_its_sentence(name: str) -> None:
    """A rule whose site was rebuilt must be seen to have failed."""
    article = read(name).article
    assert article is not None
    assert case_of(name)["sentence"] in body_text(article.blocks)


@pytest.mark.parametrize(("rule", "url", "sentence"), TESTS, ids=[f"{name}" for name, _, _ in TESTS])
def test_each_rule_is_proven_on_a_page(rule: str, url: str, sentence: str) -> None:
    """A rule that no page proves is a guess."""
    cases = [case_of(name) for name in NAMES]
    proving = [case for case in cases if (case["url"], case["sentence"]) == (url, sentence)]
    assert [rule_of(case).name for case in proving] == [rule]


def test_both_languages_of_a_bilingual_page_are_read_whole_and_apart() -> None:
    """Whoever learns a language reads each half, and each paragraph beside its translation."""
    article = read("nytimes-cn-dual").article
    assert article is not None
    english = [block for block in article.blocks if getattr(block, "language", None) == "en"]
    assert body_text(english).splitlines() == [
        "The Ferry Bell Rings Again",
        "After forty years the ferry’s bell rang again, and people at the harbor stood still.",
        "The bell weighs 68 kilograms, and four people carried it on deck.",
        "“Maybe it is my ears,” said the old captain, Abner Lee.",
    ]
