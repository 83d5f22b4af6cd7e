"""Verdicts in rounds: what is not kept, what takes nothing's place, what is looked at again soon."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fetch_web import answer
from onrecord.archive import Archive
from onrecord.schedule import STUB_EVERY
from rounds import PARAGRAPHS, Paper, item, page, url_of
from test_pipeline import content, events
from verdict_pages import Page, pages

STUB = ("A train left the rails in the hills on Saturday. (This story will be updated.)",)
LONG = tuple(PARAGRAPHS) * 3
BAD = [
    one for one in pages() if one.verdict not in {"full", "stub", "part"} and one.type.startswith("text/html")
]


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with one article in its feed."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page())
    return made


def as_answered(one: Page) -> bytes:
    """Return a page of the golden set as a server's answer."""
    return answer(one.body, headers=[f"Content-Type: {one.type}"])


@pytest.mark.parametrize("bad", BAD[::6], ids=lambda one: one.name)
def test_a_bad_page_becomes_no_article(paper: Paper, bad: Page) -> None:
    """An archive of walls is no archive."""
    if bad.kind == "list" or bad.final != bad.asked:
        pytest.skip("it is what it is by its address")
    paper.says(bridge=as_answered(bad))
    paper.round()
    assert paper.held() == []


@pytest.mark.parametrize("bad", BAD[::6], ids=lambda one: one.name)
def test_a_bad_page_takes_no_articles_place(paper: Paper, bad: Page) -> None:
    """What was held before a wall went up is what a reader wants."""
    paper.round()
    paper.says(bridge=as_answered(bad))
    paper.round(recheck=True)
    assert events(paper).count("revised") == 0
    assert paper.only().revision == 1


def test_a_stub_that_comes_later_takes_no_articles_place(paper: Paper) -> None:
    """A publisher's slip must not empty a page that was whole."""
    paper.says(bridge=page(paragraphs=LONG))
    paper.round()
    paper.says(bridge=page(paragraphs=STUB))
    paper.round(recheck=True)
    assert paper.only().revision == 1


def test_an_article_takes_its_stubs_place(paper: Paper) -> None:
    """A frozen stub is what the lineage held for ever."""
    paper.says(bridge=page(paragraphs=STUB))
    paper.round()
    paper.says(bridge=page(paragraphs=LONG))
    paper.round(recheck=True)
    assert paper.only().revision == 2


def test_a_whole_page_that_now_promises_more_is_an_edit(paper: Paper) -> None:
    """Nothing is lost by it, and a reader sees the difference."""
    paper.round()
    paper.says(bridge=page(paragraphs=(*PARAGRAPHS, "This story will be updated.")))
    paper.round(recheck=True)
    assert paper.only().revision == 2


def test_a_stub_is_looked_at_again_within_the_half_hour(paper: Paper) -> None:
    """It said itself that there is more to come."""
    paper.says(bridge=page(paragraphs=STUB))
    paper.round()
    paper.round(recheck=True)
    paper.round(recheck=True)
    with Archive.open(paper.root) as archive:
        row = archive.state.address(f"http://{url_of()}")
    assert row is not None
    assert row.next_at is not None
    assert row.next_at - paper.web.clock.now() <= STUB_EVERY + timedelta(seconds=1)


def test_a_wall_in_a_feeds_full_text_is_no_article(paper: Paper) -> None:
    """Feeds that are made of pages hold what their maker was shown."""
    wall = "<h1>Just a moment...</h1><p>Verify you are human by completing the action below.</p>"
    paper.lists(item(extra=content(wall)))
    paper.says(bridge=answer(b"", status="404 Not Found"))
    paper.round()
    assert paper.held() == []
