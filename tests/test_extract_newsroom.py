"""Recorded pages of real publishers, read in process on each day: noise changes nothing, an edit is seen.

What follows them through the whole program is in test_newsroom.py; these need ../shared too.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from onrecord import extract
from onrecord.model import Article
from onrecord.revisions import content_digest

SHARED = Path(__file__).parents[2] / "shared" / "newsroom"
SITES = SHARED / "sites"

pytestmark = [
    pytest.mark.newsroom,
    pytest.mark.skipif(
        not SITES.exists(), reason="the recorded publishers (../shared/newsroom) are not here"
    ),
]

#: Days of noise alone; on the fourth there are edits.
CALM = ((2, 3), (5, 6), (6, 7))
#: Each pair of days reads one page in so many: a minute is what the whole may take.
STRIDE = 3


@cache
def room(day: int) -> Any:
    """Return the newsroom on *day*, every host in good health."""
    spec = importlib.util.spec_from_file_location("recorded_newsroom", SHARED / "newsroom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.Newsroom(day)
    for host in made.hosts.values():
        host.pop("trait", None)
    return made


@cache
def edits() -> list[dict[str, Any]]:
    """Return the edits that were made to the recorded pages."""
    return [json.loads(line) for line in (SITES / "edits.jsonl").read_text("utf-8").splitlines()]


def pages() -> list[str]:
    """Return the addresses of the recorded articles."""
    rows = [json.loads(line) for line in (SITES / "index.jsonl").read_text("utf-8").splitlines()]
    return list(dict.fromkeys(row["url"] for row in rows if row["kind"] == "article"))


@cache
def article_on(url: str, day: int) -> Article | None:
    """Return what the page at *url* says on *day*; None where it does not answer, or holds no article."""
    status, headers, body = room(day).answer("GET", url, {})
    if status != 200:
        return None
    return extract.read_page(body, url=url, content_type=headers.get("content-type")).article


def digest_on(url: str, day: int) -> str | None:
    """Return the digest of what a reader sees of the page at *url* on *day*."""
    article = article_on(url, day)
    return content_digest(article) if article is not None else None


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), CALM)
def test_noise_changes_nothing(before: int, after: int) -> None:
    """A clock, a counter, an advertisement and a most-read list are no revision, on any page."""
    sample = pages()[before % STRIDE :: STRIDE]
    stirred = [
        url
        for url in sample
        if (first := digest_on(url, before)) and (then := digest_on(url, after)) and first != then
    ]
    assert stirred == []


@pytest.mark.slow
@pytest.mark.parametrize("is_visible", [True, False], ids=["seen", "unseen"])
def test_an_edit_is_a_change_where_a_reader_sees_it(is_visible: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    """Not one edit of a publisher's may be missed, and none be told of that nobody can see."""
    days = {(edit["url"], edit["day"]) for edit in edits()}
    shown = {(edit["url"], edit["day"]) for edit in edits() if edit["visible"]}
    wrong = [
        (url, day)
        for url, day in sorted(days)
        if ((url, day) in shown) is is_visible
        and digest_on(url, day - 1)
        and digest_on(url, day)
        and (digest_on(url, day - 1) != digest_on(url, day)) is not is_visible
    ]
    assert wrong == []


def test_almost_every_recorded_page_holds_an_article() -> None:
    """A reader that finds nothing makes no false revision either."""
    sample = pages()[::STRIDE]
    held = [url for url in sample if article_on(url, 2) is not None]
    answering = [url for url in sample if room(2).answer("GET", url, {})[0] == 200]
    assert len(held) >= 0.97 * len(answering)
