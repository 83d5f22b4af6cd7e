"""Golden pages: each folder of golden/pages holds a small page with one oddity, and what is read out of it.

A case is page.html, case.toml (its address, and why it is kept) and expected.json, in the form that
`golden_form.form_of` gives. The pages are made up; what is expected of them was printed by the reader once, and
looked through. When a reading changes on purpose, expected.json changes with it, and the difference is looked through.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from golden_form import form_of
from onrecord import extract

PAGES = Path(__file__).parent / "golden" / "pages"
CASES = sorted(path.name for path in PAGES.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", CASES)
def test_a_page_reads_as_its_golden_form(name: str) -> None:
    """A reader of the archive gets what stands on the page, whatever a later reader learns."""
    folder = PAGES / name
    case = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    got = extract.read_page((folder / "page.html").read_bytes(), url=case["url"])
    assert form_of(got) == json.loads((folder / "expected.json").read_text("utf-8")), case["why"]


@pytest.mark.parametrize("name", CASES)
def test_each_case_says_why_it_is_kept(name: str) -> None:
    """Whoever meets a failing page must learn what it protects."""
    assert len(tomllib.loads((PAGES / name / "case.toml").read_text("utf-8"))["why"]) > 15
