"""Rounds that miss something: the gap is in the ledger the same day, once, and out of it when it is filled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from fetch_web import answer
from onrecord import cli
from onrecord.archive import Archive
from onrecord.ledger import Event, Line
from onrecord.pipeline.discovery import PAGES_A_ROUND
from onrecord.pipeline.report import Happening, News
from onrecord.store import HeldGap
from rounds import FEED, Paper, feed, page, url_of
from test_pipeline import GONE, lines

DAY = timedelta(days=1)


class Hourly(Paper):
    """A paper that publishes an article each hour; its feed shows the newest five."""

    def shows(self, *numbers: int) -> None:
        """Set what the feed lists: the articles of these hours."""
        self.lists(*(story(n) for n in numbers))
        for n in numbers:
            self.web.pages.setdefault(url_of(f"story{n}"), [page(f"What Happened in Hour {n} of the Year")])

    def gaps(self, *, only_open: bool = True) -> list[HeldGap]:
        """Return what may be missing."""
        with Archive.open(self.root) as archive:
            return archive.catalog.gaps(None, only_open=only_open)

    def entered(self) -> list[Line]:
        """Return the lines of the ledger that tell of gaps."""
        return [line for line in lines(self) if line.event in {Event.GAP, Event.FILLED}]


def story(n: int, *, id_: str = "") -> str:
    """Return a feed's item: the article of hour *n* of May 2024."""
    guid = f"<guid isPermaLink='false'>{id_}</guid>" if id_ else ""
    return (
        f"<item><title>Story {n}</title><link>http://{url_of(f'story{n}')}</link>{guid}"
        f"<pubDate>{1 + n // 24:02} May 2024 {n % 24:02}:00:00 +0000</pubDate></item>"
    )


@pytest.fixture
def paper(tmp_path: Path) -> Hourly:
    """Return a paper whose feed shows its first five articles."""
    made = Hourly(tmp_path / "news")
    made.shows(5, 4, 3, 2, 1)
    return made


# ---------------------------------------------------------------- windows


def test_a_window_that_moved_on_is_a_gap_in_the_ledger(paper: Hourly) -> None:
    """A researcher must be able to say what their data lack."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    (line,) = paper.entered()
    assert (line.event, line.data["kind"], line.data["url"]) == (Event.GAP, "window", f"http://{FEED}")


def test_a_gap_says_what_lies_in_it(paper: Hourly) -> None:
    """When it was, by our clock and by the publisher's dates, and how many there may have been."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    (gap,) = paper.gaps()
    told = [str(gap.data[key])[:16] for key in ("since", "until", "newest_before", "oldest_after", "about")]
    ours, theirs = ["2024-05-17T13:00", "2024-05-17T14:00"], ["2024-05-01T05:00", "2024-05-01T08:00"]
    assert told == [*ours, *theirs, "3"]


def test_a_window_that_joins_is_no_gap(paper: Hourly) -> None:
    """Whoever is told of gaps that are none stops reading of them."""
    for newest in range(5, 20, 3):
        paper.shows(*range(newest, newest - 5, -1))
        paper.round()
    assert not paper.entered()


def test_a_feed_out_of_order_twice_with_old_dates_and_new_ids_loses_and_doubles_nothing(
    paper: Hourly,
) -> None:
    """Feeds do all of this, on one day."""
    paper.round()
    paper.shows(1, 6, 3, 7, 5)
    paper.round()
    twice = [story(7, id_="a"), story(2, id_="b"), story(7, id_="c"), story(6, id_="d"), story(0, id_="e")]
    paper.shows(0)
    paper.lists(*twice)
    paper.round()
    assert (len(paper.held()), paper.entered()) == (8, [])


def test_a_feed_that_breaks_off_is_not_held_against_the_next(paper: Hourly) -> None:
    """What a torn feed shows is not all that it listed: the next whole reading is judged by the last whole one."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    whole = feed(*(story(n) for n in (12, 11, 10, 9, 8)))
    torn = whole.partition(b"\r\n\r\n")[2][:-90]
    paper.web.pages[FEED] = [answer(torn, headers=["Content-Type: application/rss+xml"])]
    paper.round()
    paper.web.pages[FEED] = [whole]
    paper.round()
    assert [gap.kind for gap in paper.gaps()] == ["window"]


def test_readings_that_failed_are_part_of_the_gap(paper: Hourly) -> None:
    """It begins with the last reading that succeeded."""
    paper.round()
    paper.web.pages[FEED] = [answer(b"", status="500 Oops")]
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    (gap,) = paper.gaps()
    assert gap.until - gap.since >= timedelta(hours=2)


class Killed(BaseException):
    """The round is broken off."""


def strike(news: News) -> None:
    """Break a round off once the lists of a source are read, and what they tell of is entered."""
    if news.what is Happening.TO_LOOK_AT:
        raise Killed


def test_a_gap_is_entered_once_though_its_round_broke_off(paper: Hourly) -> None:
    """The next round finds it again, and must not count it twice."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    with pytest.raises(Killed):
        paper.round(tell=strike)
    paper.round()
    assert len(paper.entered()) == 1


def test_without_the_state_readings_join_by_what_is_held(paper: Hourly) -> None:
    """The state can be lost; then the archive itself says that nothing was missed."""
    paper.round()
    (paper.root / "state.sqlite").unlink()
    paper.shows(7, 6, 5, 4, 3)
    paper.round()
    assert not paper.entered()


def test_without_the_state_a_window_of_strangers_is_a_gap(paper: Hourly) -> None:
    """Nothing shows that it joins, and the last that is known is what is held."""
    paper.round()
    (paper.root / "state.sqlite").unlink()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    assert [gap.kind for gap in paper.gaps()] == ["window"]


def test_a_second_feed_that_is_added_is_no_gap(paper: Hourly) -> None:
    """What it shows first joins nothing, since there was nothing."""
    paper.round()
    settings = paper.root / "onrecord.toml"
    second = '["http://paper.example/feed", "http://paper.example/more"]'
    settings.write_text(settings.read_text().replace('["http://paper.example/feed"]', second))
    paper.web.pages["paper.example/more"] = [feed(*(story(n) for n in (30, 31, 32, 33)))]
    paper.round()
    assert not paper.entered()


def test_the_index_that_is_made_again_knows_the_gaps(paper: Hourly) -> None:
    """The ledger says what is missing; the index can be deleted."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    known = paper.gaps()
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert paper.gaps() == known


# ---------------------------------------------------------------- pages


def paged(*numbers: int, older: str = "", relation: str = "next") -> bytes:
    """Return a feed's answer that leads to an older page."""
    link = f"<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='{relation}' href='{older}'/>" if older else ""
    return feed(link, *(story(n) for n in numbers))


@pytest.mark.parametrize("relation", ["next", "prev-archive"])
def test_a_paged_feed_is_followed_until_it_joins(paper: Hourly, relation: str) -> None:
    """RFC 5005: what has left the window stands on the next page; nothing is missing, and all of it is kept."""
    paper.shows(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
    paper.web.pages[FEED] = [paged(5, 4, 3, 2, 1)]
    paper.round()
    paper.web.pages[FEED] = [paged(15, 14, 13, 12, 11, older="/feed?page=2", relation=relation)]
    paper.web.pages[f"{FEED}?page=2"] = [paged(10, 9, 8, 7, 6, older="/feed?page=3", relation=relation)]
    paper.web.pages[f"{FEED}?page=3"] = [paged(5, 4, 3, 2, 1, older="/feed?page=4", relation=relation)]
    paper.round()
    assert (len(paper.held()), paper.entered(), paper.web.asked("/feed?page=4")) == (15, [], [])


def test_pages_are_not_asked_for_where_nothing_is_missing(paper: Hourly) -> None:
    """The pause between two requests is not for nothing."""
    paper.web.pages[FEED] = [paged(5, 4, 3, 2, 1, older="/feed?page=2")]
    paper.round()
    paper.shows(6)
    paper.web.pages[FEED] = [paged(6, 5, 4, 3, 2, older="/feed?page=2")]
    paper.round()
    assert not paper.web.asked("/feed?page=2")


def test_pages_that_lead_in_a_circle_end(paper: Hourly) -> None:
    """A server decides where its links lead; it does not decide how long we follow."""
    paper.round()
    paper.web.pages[FEED] = [paged(15, 14, 13, 12, 11, older="/feed?page=2")]
    paper.web.pages[f"{FEED}?page=2"] = [paged(15, 14, 13, 12, 11, older="/feed?page=2")]
    paper.round()
    assert len(paper.web.asked("/feed?page=2")) == 1


def test_pages_without_an_end_are_followed_within_a_limit(paper: Hourly) -> None:
    """The gap is told then, and what the pages gave is kept."""
    paper.round()
    paper.web.pages[FEED] = [paged(399, 398, 397, older="/feed?page=0")]
    for n in range(50):
        top = 396 - 3 * n
        paper.web.pages[f"{FEED}?page={n}"] = [paged(top, top - 1, top - 2, older=f"/feed?page={n + 1}")]
    paper.round()
    asked = [request for request in paper.web.requests if request.target.startswith("/feed?page=")]
    assert (len(asked), [gap.kind for gap in paper.gaps()]) == (PAGES_A_ROUND, ["window"])


def test_a_complete_feed_has_no_gaps(paper: Hourly) -> None:
    """RFC 5005, 2: what it does not list has been taken out."""
    complete = "<fh:complete xmlns:fh='http://purl.org/syndication/history/1.0'/>"
    paper.web.pages[FEED] = [feed(complete, *(story(n) for n in (5, 4, 3)))]
    paper.round()
    paper.web.pages[FEED] = [feed(complete, *(story(n) for n in (12, 11, 10)))]
    paper.round()
    assert not paper.entered()


# ---------------------------------------------------------------- entries


def test_an_entry_that_is_not_held_after_a_day_is_a_gap(paper: Hourly) -> None:
    """A block page in an article's place is a hole in the data, with its address."""
    paper.web.pages[url_of("story3")] = [answer(b"", status="403 Forbidden")]
    paper.round()
    assert not paper.gaps()
    paper.web.clock.seconds += DAY.total_seconds()
    paper.round()
    assert [(gap.kind, gap.url) for gap in paper.gaps()] == [("entry", f"http://{url_of('story3')}")]


def test_an_entry_that_comes_at_last_fills_its_gap(paper: Hourly) -> None:
    """The ledger tells both."""
    paper.web.pages[url_of("story3")] = [answer(b"", status="403 Forbidden")]
    paper.round()
    paper.web.clock.seconds += DAY.total_seconds()
    paper.round()
    paper.says(story3=page("What Happened in Hour 3 of the Year"))
    paper.web.clock.seconds += DAY.total_seconds()
    paper.round()
    assert (paper.gaps(), paper.entered()[-1].data["by"]) == ([], "look")


def test_what_is_no_article_is_no_gap(paper: Hourly) -> None:
    """A list page that a feed names holds nothing that could be missing."""
    teasers = "".join(
        f"<li><a href='/2026/{n}-is-in-the-news'>Report {n} of today</a></li>" for n in range(60)
    )
    listed = answer(
        f"<html><body><ul>{teasers}</ul></body></html>".encode(), headers=["Content-Type: text/html"]
    )
    paper.web.pages[url_of("story3")] = [listed]
    paper.round()
    paper.web.clock.seconds += DAY.total_seconds()
    paper.round()
    assert not paper.gaps()


# ---------------------------------------------------------------- numbers and silence


def number(n: int) -> str:
    """Return a feed's item whose address is numbered."""
    return f"<item><title>Report {n}</title><link>http://paper.example/news/{n}.html</link></item>"


def reads(paper: Hourly, numbers: Iterable[int]) -> None:
    """Read a feed of numbered reports."""
    listed = list(numbers)
    paper.lists(*map(number, listed))
    for n in listed:
        paper.web.pages[f"paper.example/news/{n}.html"] = [page(f"Report {n} of the Harbour Committee")]
    paper.round()


def test_a_number_that_never_comes_is_a_gap(paper: Hourly) -> None:
    """An article may be published and never listed."""
    reads(paper, [*range(500, 512), *range(513, 530)])
    paper.web.clock.seconds += 2 * DAY.total_seconds()
    reads(paper, range(515, 532))
    assert [gap.data["numbers"] for gap in paper.gaps() if gap.kind == "numbers"] == [[512]]


def test_a_number_that_comes_late_fills_its_gap(paper: Hourly) -> None:
    """What was held up is not missing any more."""
    reads(paper, [*range(500, 512), *range(513, 530)])
    paper.web.clock.seconds += 2 * DAY.total_seconds()
    reads(paper, range(515, 532))
    reads(paper, [512, *range(515, 532)])
    assert not paper.gaps()


def keep_a_fortnight(paper: Hourly) -> None:
    """Let the paper bring an article every eight hours for two weeks, and watch it for the second of them."""
    for newest in (396, 396 + 7 * 24):
        paper.shows(*range(newest, newest - 200, -8))
        paper.round()
        paper.web.clock.seconds += 7 * DAY.total_seconds()
    paper.web.clock.seconds -= 7 * DAY.total_seconds()


def test_a_silence_is_a_gap_the_same_day(paper: Hourly) -> None:
    """A paper that brings nothing for a day, and never did that, has a reason; or our list has."""
    keep_a_fortnight(paper)
    paper.web.clock.seconds += 20 * 3600
    paper.round()
    assert [gap.kind for gap in paper.gaps()] == ["silence"]


def test_a_silence_that_ends_is_filled(paper: Hourly) -> None:
    """Its readings joined: nothing was missed."""
    keep_a_fortnight(paper)
    paper.web.clock.seconds += 20 * 3600
    paper.round()
    paper.shows(582, *range(564, 364, -8))
    paper.round()
    assert (paper.gaps(), paper.entered()[-1].data["by"]) == ([], "resumed")


def test_a_source_that_was_just_added_is_not_called_silent(paper: Hourly) -> None:
    """The dates of its backlog are no rhythm that we saw."""
    paper.shows(*range(200, 0, -8))
    paper.round()
    assert not paper.gaps()


def test_a_source_whose_lists_fail_is_not_called_silent(paper: Hourly) -> None:
    """It failed, and `status` says so."""
    keep_a_fortnight(paper)
    paper.web.pages[FEED] = [GONE]
    paper.web.clock.seconds += 20 * 3600
    paper.round()
    assert not paper.gaps()


# ---------------------------------------------------------------- told


def said(paper: Hourly, capsys: pytest.CaptureFixture[str], words: str = "status --gaps") -> str:
    """Return what a command prints."""
    capsys.readouterr()
    assert cli.run([*words.split(), "--archive", str(paper.root)]) == 0
    return capsys.readouterr().out


def test_status_says_that_no_gap_is_known(paper: Hourly, capsys: pytest.CaptureFixture[str]) -> None:
    """This is the sentence that a researcher needs."""
    paper.round()
    paper.shows(7, 6, 5, 4, 3)
    paper.round()
    assert "no gap is known from 2024-05-17 13:00 to 2024-05-17 14:00 UTC" in said(paper, capsys)


def test_status_says_what_may_be_missing(paper: Hourly, capsys: pytest.CaptureFixture[str]) -> None:
    """The same day, without being asked for it."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    assert "the list moved on between 2024-05-17 13:00 and 2024-05-17 14:00 UTC" in said(
        paper, capsys, "status"
    )


def test_status_leaves_out_the_gaps_of_another_time(
    paper: Hourly, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gap of last week does not trouble a study of this one."""
    paper.round()
    paper.shows(12, 11, 10, 9, 8)
    paper.round()
    assert "moved on" not in said(paper, capsys, "status --gaps --since 2024-06-01")


def test_status_says_what_was_not_watched(paper: Hourly, capsys: pytest.CaptureFixture[str]) -> None:
    """No gap is known of a time of which nothing is known."""
    paper.round()
    assert "nothing is known of the time before" in said(paper, capsys, "status --gaps --since 2023-01-01")


def test_status_says_which_lists_prove_nothing(paper: Hourly, capsys: pytest.CaptureFixture[str]) -> None:
    """A feed of two entries moves on with the third."""
    paper.shows(2, 1)
    paper.round()
    assert "it shows too few entries to tell what was missed" in said(paper, capsys)
