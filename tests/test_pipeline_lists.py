"""Lists that move, are given up, or are followed twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fetch_web import answer, moved
from onrecord import cli
from onrecord.archive import Archive
from onrecord.ledger import Event
from onrecord.pipeline.discovery import skips_of
from onrecord.store import FeedRow
from rounds import FEED, Paper, feed, item, page
from test_pipeline import GONE, lines

NEW = "paper.example/new-feed"
GIVEN_UP = answer(b"", status="410 Gone")


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with three articles in its feed."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("tower"), item("ferry"))
    made.says(bridge=page(), tower=page("Tower Leans a Little More"), ferry=page("Ferry Runs Until Midnight"))
    return made


def moves(paper: Paper, status: str = "301 Moved Permanently") -> None:
    """Let the feed move."""
    paper.web.pages[NEW] = paper.web.pages[FEED]
    paper.web.pages[FEED] = [moved(f"http://{NEW}", status)]


def row(paper: Paper) -> FeedRow:
    """Return what is known of the feed."""
    with Archive.open(paper.root) as archive:
        found = archive.state.feed(f"http://{FEED}")
        assert found is not None
        return found


def told(paper: Paper, capsys: pytest.CaptureFixture[str], words: str = "status") -> str:
    """Return what a command prints."""
    capsys.readouterr()
    assert cli.run([*words.split(), "--archive", str(paper.root)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("status", ["301 Moved Permanently", "308 Permanent Redirect"])
def test_a_feed_that_moved_for_good_is_entered_once(paper: Paper, status: str) -> None:
    """Where a list stood is part of where the data came from."""
    moves(paper, status)
    for _ in range(3):
        paper.round()
    entered = [line.data["to"] for line in lines(paper) if line.event is Event.MOVED]
    assert entered == [f"http://{NEW}"]


def test_a_feed_that_moved_for_now_has_not_moved(paper: Paper) -> None:
    """302 and 307 say so."""
    moves(paper, "302 Found")
    paper.round()
    assert row(paper).moved_to is None


def test_a_feed_that_moved_is_read_there_when_its_old_address_is_given_up(paper: Paper) -> None:
    """Nobody edits their settings on the day on which a publisher turns a server off."""
    moves(paper)
    paper.round()
    paper.web.memory = type(paper.web.memory)()  # what the client knows of moves is forgotten after a month
    paper.web.pages[FEED] = [GIVEN_UP]
    paper.web.pages[NEW] = [feed(item(), item("tower"), item("ferry"), item("market"))]
    paper.says(market=page("Market Opens on a Sunday"))
    report = paper.round()
    assert (len(paper.held()), report.failed) == (4, {})


def test_a_feed_that_came_back_has_not_moved(paper: Paper) -> None:
    """Publishers take moves back."""
    moves(paper)
    paper.round()
    paper.web.memory = type(paper.web.memory)()
    paper.lists(item(), item("tower"), item("ferry"), item("market"))
    paper.round()
    assert row(paper).moved_to is None


def test_a_feed_that_says_that_it_moved_is_told(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Podcasts move so."""
    itunes = "http://www.itunes.com/dtds/podcast-1.0.dtd"
    new = f"<i:new-feed-url xmlns:i='{itunes}'>http://{NEW}</i:new-feed-url>"
    paper.web.pages[FEED] = [feed(new, item(), item("tower"), item("ferry"))]
    paper.round()
    assert f"moved for good to http://{NEW}" in told(paper, capsys)


def test_a_feed_that_is_given_up_is_told(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """410 is the publisher's own word."""
    paper.round()
    paper.web.pages[FEED] = [GIVEN_UP]
    paper.round()
    assert "gone for good since 2024-05-17, says its server" in told(paper, capsys)


def test_a_feed_that_is_given_up_is_asked_once_a_day(paper: Paper) -> None:
    """It said that it will not come back; servers are repaired all the same."""
    paper.web.pages[FEED] = [GIVEN_UP]
    for _ in range(26):
        paper.round()
    assert len(paper.web.asked("/feed")) == 2


def test_a_feed_that_is_missing_is_asked_each_round(paper: Paper) -> None:
    """404 may be a slip of the hour."""
    paper.web.pages[FEED] = [GONE]
    for _ in range(3):
        paper.round()
    assert len(paper.web.asked("/feed")) == 3


def test_a_feed_that_comes_back_is_read(paper: Paper) -> None:
    """After a day of 410."""
    paper.web.pages[FEED] = [GIVEN_UP]
    paper.round()
    paper.lists(item())
    paper.web.clock.seconds += 24 * 3600
    paper.round()
    assert (len(paper.held()), row(paper).gone_at) == (1, None)


def test_one_feed_under_two_addresses_is_told(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """It costs its publisher twice, and its reader a source too many."""
    with (paper.root / "onrecord.toml").open("a") as settings:
        settings.write('[sources."twin.example"]\nfeeds = ["http://paper.example/rss"]\n')
    paper.web.pages["paper.example/rss"] = paper.web.pages[FEED]
    paper.round()
    assert "shows the same entries as http://paper.example/rss of twin.example" in told(paper, capsys)


def test_two_feeds_of_other_entries_are_no_twins(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Sections share some articles."""
    with (paper.root / "onrecord.toml").open("a") as settings:
        settings.write('[sources."other.example"]\nfeeds = ["http://paper.example/rss"]\n')
    paper.web.pages["paper.example/rss"] = [feed(item(), item("tower"), item("ferry"), item("market"))]
    paper.round()
    assert "list twice" not in told(paper, capsys)


def test_a_list_that_is_not_followed_any_more_is_not_told_of(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has written the new address into the settings has seen to it."""
    moves(paper)
    paper.round()
    settings = paper.root / "onrecord.toml"
    settings.write_text(settings.read_text().replace(f"http://{FEED}", f"http://{NEW}"))
    paper.web.clock.seconds += 2 * 24 * 3600
    paper.round()
    assert "moved" not in told(paper, capsys)


def test_a_hub_is_noted(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """WebSub: whoever could be told would not have to ask."""
    hub = "<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example/'/>"
    paper.web.pages[FEED] = [feed(hub, item(), item("tower"), item("ferry"))]
    paper.round()
    found: Any = json.loads(told(paper, capsys, "status --json"))
    assert found["sources"][0]["lists"][0]["hub"] == "https://hub.example/"


def test_what_one_list_wants_left_out_holds_up_no_other() -> None:
    """A source is asked when any of its lists may be."""
    one = FeedRow(url="a", source="paper", skips="[[1, 2], [6]]")
    assert skips_of([one, replace(one, url="b", skips="[[2, 3], []]")]) == (frozenset({2}), frozenset())
