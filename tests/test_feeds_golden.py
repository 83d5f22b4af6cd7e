"""Golden feeds: a folder is one fact about feeds, with its reason in case.toml.

`ONRECORD_UPDATE_GOLDEN=1 pytest tests/test_feeds_golden.py` writes what is read now; a person reads the diff.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from onrecord import feeds
from onrecord.model import ClaimedTime

CASES = sorted((Path(__file__).parent / "golden" / "feeds").iterdir())


def shown(value: object) -> Any:
    """Return *value* as JSON, what is silent left out."""
    if isinstance(value, ClaimedTime):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        told = {field.name: getattr(value, field.name) for field in fields(value)}
        silent = {field.name for field in fields(value) if field.default is told[field.name] is False}
        return {
            name: shown(inner)
            for name, inner in told.items()
            if inner not in {None, (), ""} and name not in silent
        }
    if isinstance(value, tuple):
        return [shown(inner) for inner in value]
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_feed_reads_as_its_case_says(case: Path) -> None:
    """Whoever mends one dialect must see what else has changed."""
    facts = tomllib.loads((case / "case.toml").read_text("utf-8"))
    body = next(case.glob("feed.*")).read_bytes()
    feed = shown(feeds.parse(body, url=facts["url"], content_type=facts.get("content_type")))
    expected = case / "expected.json"
    if "ONRECORD_UPDATE_GOLDEN" in os.environ:
        expected.write_text(json.dumps(feed, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert feed == json.loads(expected.read_text("utf-8")), facts["why"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_says_why(case: Path) -> None:
    """A case without a reason can't be judged when it fails."""
    assert len(tomllib.loads((case / "case.toml").read_text("utf-8"))["why"]) > 20
