"""What tells of a gap: windows that do not join, numbers that skip, silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.gaps import (
    NUMBER_GRACE,
    REMEMBERED,
    Shown,
    is_silent,
    joins,
    missed,
    remembered,
    shown_in,
    skipped,
    words_of,
)
from onrecord.model import ClaimedTime, Entry

NOW = datetime(2024, 5, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def entries(*numbers: int, dated: bool = True) -> tuple[Shown, ...]:
    """Return entries that a list shows; the numbers are their addresses, and the hours of their publication."""
    at = NOW - 1000 * HOUR
    return tuple(Shown(f"paper.example/{n}", None, at + n * HOUR if dated else None) for n in numbers)


# ---------------------------------------------------------------- windows


@pytest.mark.parametrize(
    "later",
    [
        pytest.param((6, 5, 4, 3, 2), id="one-more"),
        pytest.param((9, 8, 7, 6, 5), id="all-but-one-new"),
        pytest.param((5, 4, 3, 2, 1), id="as-it-was"),
        pytest.param((3, 9, 5, 7, 8), id="out-of-order"),
        pytest.param((8, 7, 6, 4, 3), id="the-newest-taken-back"),
        pytest.param((3, 2, 1), id="shorter"),
        pytest.param((9, 8), id="too-short-to-tell"),
        pytest.param((), id="empty"),
    ],
)
def test_a_window_that_moved_as_windows_do_joins(later: Sequence[int]) -> None:
    """Whoever reads of gaps must be able to believe it: none is told where none can be."""
    assert joins(entries(5, 4, 3, 2, 1), entries(*later))


@pytest.mark.parametrize(
    "later",
    [
        pytest.param((11, 10, 9, 8, 7), id="all-new"),
        pytest.param((11, 10, 9, 8, 1), id="one-pinned"),
        pytest.param((1, 11, 10, 9, 8), id="one-pinned-at-the-top"),
    ],
)
def test_a_window_that_moved_on_too_far_does_not_join(later: Sequence[int]) -> None:
    """What stood between its two ends was seen by nobody."""
    assert not joins(entries(5, 4, 3, 2, 1), entries(*later))


def test_an_undated_list_joins_by_any_entry_that_stayed() -> None:
    """Without dates nothing tells a pinned entry from another."""
    assert joins(entries(5, 4, 3, 2, dated=False), entries(9, 8, 7, 2, dated=False))


def test_an_undated_list_with_nothing_that_stayed_does_not_join() -> None:
    """Its addresses are enough to tell that."""
    assert not joins(entries(5, 4, 3, 2, dated=False), entries(9, 8, 7, 6, dated=False))


def test_entries_whose_addresses_changed_are_known_by_their_ids() -> None:
    """A publisher that moves its site has published nothing that we missed."""
    before = [Shown(f"old.example/{n}", f"tag:{n}", NOW) for n in range(5)]
    after = [Shown(f"new.example/{n}", f"tag:{n}", NOW) for n in range(2, 8)]
    assert joins(before, after)


def test_entries_whose_ids_changed_are_known_by_their_addresses() -> None:
    """Some feeds make new ids each time they are asked."""
    before = [Shown(f"paper.example/{n}", f"a{n}", NOW) for n in range(5)]
    after = [Shown(f"paper.example/{n}", f"b{n}", NOW) for n in range(2, 8)]
    assert joins(before, after)


def test_a_copy_that_lags_behind_makes_no_gap() -> None:
    """Of several servers that answer for a feed, one may show what another showed yesterday."""
    known = remembered(entries(9, 8, 7, 6, 5), entries(4, 3, 2, 1))
    assert joins(known, entries(12, 11, 10, 9, 8))


@given(st.integers(0, 10_000), st.integers(3, 40), st.lists(st.integers(0, 45), min_size=1, max_size=30))
def test_only_a_step_beyond_the_window_is_a_gap(seed: int, size: int, steps: list[int]) -> None:
    """However a feed is shuffled: it joins while it moves by less than what it shows, and no further."""
    shuffle = Random(seed).shuffle  # noqa: S311  an order, and no secret
    top, known = size, tuple(entries(*range(size)))
    for step in steps:
        top += step
        window = list(range(top - size, top))
        shuffle(window)
        shown = entries(*window)
        assert joins(known, shown) is (step < size)
        known = remembered(known, shown)


def test_what_is_remembered_has_a_limit() -> None:
    """A sitemap has fifty thousand entries."""
    assert len(remembered((), entries(*range(20_000)))) == REMEMBERED


def test_of_an_undated_list_both_ends_are_remembered() -> None:
    """Some list the newest first, some last."""
    kept = {one.key for one in remembered((), entries(*range(5000), dated=False))}
    assert {"paper.example/0", "paper.example/4999"} <= kept


def test_an_entry_of_the_future_tells_nothing() -> None:
    """An event that is announced stays at the top for months, while articles pass below it."""
    at = ClaimedTime(NOW + 90 * DAY)
    listed = [Entry(url="http://paper.example/fair", published_at=at), Entry(url="http://paper.example/1")]
    assert [one.key for one in shown_in(listed, now=NOW)] == ["paper.example/1"]


def test_what_is_missing_is_told_by_the_lists_own_rate() -> None:
    """A reader wants to know whether two articles are missing, or two hundred."""
    between = missed(entries(5, 4, 3, 2, 1), entries(20, 19, 18, 17))
    assert between.about == 12


# ---------------------------------------------------------------- numbers


def numbered(*numbers: int, age: timedelta = 2 * DAY) -> list[tuple[str, datetime]]:
    """Return addresses with these numbers in them, first seen so long ago."""
    return [(f"https://paper.example/2024/05/{n}-a-story.html", NOW - age) for n in numbers]


def test_a_number_that_skips_is_told() -> None:
    """Where articles are numbered one by one, a number that never came is an article that never came."""
    (found,) = skipped(numbered(*range(1000, 1020), *range(1021, 1040)), now=NOW)
    assert (found.pattern, found.missing) == ("paper.example/#/#/", (1020,))


def test_a_number_that_may_still_come_is_not_told() -> None:
    """Articles are not published in the order in which they were begun."""
    listed = [*numbered(*range(1000, 1030)), *numbered(1031, age=NUMBER_GRACE / 2)]
    assert not skipped(listed, now=NOW)


@pytest.mark.parametrize(
    "urls",
    [
        pytest.param([f"https://paper.example/?p={n}" for n in range(1000, 1200, 3)], id="a-counter-of-all"),
        pytest.param([f"https://paper.example/202405{n:02}/a" for n in range(1, 30)], id="days"),
        pytest.param([f"https://paper.example/{n}/a" for n in range(1990, 2015) if n != 2000], id="years"),
        pytest.param([f"https://paper.example/{n}" for n in (1000, 1001, 1003)], id="too-few"),
    ],
)
def test_numbers_that_tell_nothing_are_passed_over(urls: list[str]) -> None:
    """Most counters count drafts and pictures too."""
    assert not skipped([(url, NOW - 9 * DAY) for url in urls], now=NOW)


# ---------------------------------------------------------------- silence


def weekdays(weeks: int) -> list[datetime]:
    """Return the times of a paper that brings three articles on each weekday, up to a Friday evening."""
    friday = datetime(2024, 5, 17, tzinfo=UTC)
    days = [friday - n * DAY for n in range(7 * weeks)]
    return [day + hour * HOUR for day in days if day.weekday() < 5 for hour in (8, 12, 18)]


@pytest.mark.parametrize(("after", "silent"), [(2.6, False), (3.6, False), (5.6, True)])
def test_a_weekend_is_no_silence(after: float, silent: bool) -> None:  # noqa: FBT001
    """A paper of weekdays is missed when its Monday and Tuesday are."""
    end = max(weekdays(4))
    assert is_silent(weekdays(4), now=end + after * DAY) is silent


def test_a_paper_of_every_hour_is_missed_on_the_same_day() -> None:
    """What is missing should be seen while it can still be fetched."""
    moments = [NOW - n * HOUR for n in range(24 * 10)]
    assert is_silent(moments, now=NOW + 7 * HOUR)


def test_a_young_source_is_not_called_silent() -> None:
    """Nobody knows its rhythm yet."""
    assert not is_silent([NOW - n * HOUR for n in range(24)], now=NOW + 9 * DAY)


@pytest.mark.parametrize("kind", ["window", "entry", "silence"])
def test_a_gap_is_told_with_its_time(kind: str) -> None:
    """A person reads it, in a year."""
    data = {"kind": kind, "since": "2024-05-17T12:00:00Z", "until": "2024-05-18T12:00:00Z", "reason": "404"}
    assert "2024-05-17 12:00" in words_of(data | {"longest_pause": 7200})


def test_of_many_numbers_that_skip_the_first_are_told() -> None:
    """A line is for reading; `--json` has them all."""
    data = {"kind": "numbers", "since": "2024-05-17T12:00:00Z", "until": "2024-05-18T12:00:00Z"}
    assert words_of(data | {"numbers": list(range(1, 14))}).endswith("9, 10 and 3 more")
