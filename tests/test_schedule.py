"""When to look at a list, and again at an article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.schedule import MAX_WISH, Wishes, after_skipped, is_due, next_look, next_round

T0 = datetime(2024, 5, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LADDER = (timedelta(minutes=15), HOUR, timedelta(days=1))


@pytest.mark.parametrize(
    ("looked_after", "next_after"),
    [
        (timedelta(0), timedelta(minutes=15)),
        (timedelta(minutes=15), HOUR),
        (timedelta(minutes=16), HOUR),
        (timedelta(hours=5), timedelta(days=1)),
        (timedelta(days=1), None),
    ],
)
def test_an_article_is_looked_at_in_steps(looked_after: timedelta, next_after: timedelta | None) -> None:
    """Most edits come in the first hours, most removals in the first month."""
    looked = T0 + looked_after
    expected = None if next_after is None else T0 + next_after
    assert next_look(T0, looked, LADDER, now=looked) == expected


def test_steps_slept_through_are_one_look() -> None:
    """A laptop that was closed for a week does not ask seven times."""
    woken = T0 + timedelta(hours=6)
    assert next_look(T0, T0, LADDER, now=woken) == woken
    assert next_look(T0, woken, LADDER, now=woken) == T0 + timedelta(days=1)


def test_a_clock_set_back_does_not_end_the_looking() -> None:
    """A look in the future is a clock's mistake."""
    assert next_look(T0, T0 + timedelta(days=400), LADDER, now=T0) == T0 + timedelta(minutes=15)


def test_a_list_that_was_never_asked_is_asked_now() -> None:
    """A publication just added brings its articles at once."""
    assert next_round(None, HOUR, now=T0) == T0


@pytest.mark.parametrize(
    ("wishes", "failures", "pause"),
    [
        (Wishes(), 0, HOUR),
        (Wishes(ttl_minutes=180), 0, 3 * HOUR),
        (Wishes(ttl_minutes=5), 0, HOUR),
        (Wishes(ttl_minutes=10**30), 0, timedelta(days=1)),
        (Wishes(ttl_minutes=-5, cache_max_age=-1), 0, HOUR),
        (Wishes(cache_max_age=7200), 0, 2 * HOUR),
        (Wishes(), 1, 2 * HOUR),
        (Wishes(), 3, 8 * HOUR),
        (Wishes(), 10**9, timedelta(days=1)),
        (Wishes(retry_at=T0 + 5 * HOUR), 0, 5 * HOUR),
        (Wishes(retry_at=datetime(9999, 1, 1, tzinfo=UTC)), 0, timedelta(days=7)),
    ],
)
def test_a_list_is_asked_as_often_as_its_server_likes(
    wishes: Wishes, failures: int, pause: timedelta
) -> None:
    """Publishers block whoever asks more than they wish; none may silence us for ever."""
    assert next_round(T0, HOUR, now=T0, wishes=wishes, failures=failures) == T0 + pause


@given(st.floats(allow_nan=False), st.integers(0, 40))
def test_jitter_never_asks_early(jitter: float, failures: int) -> None:
    """Sources are spread over time, towards later alone, by a tenth."""
    plain = next_round(T0, HOUR, now=T0, failures=failures)
    spread = next_round(T0, HOUR, now=T0, failures=failures, jitter=jitter)
    assert plain <= spread <= plain + (plain - T0) * 0.11


def test_never_is_never_due() -> None:
    """An article past its last step is left alone."""
    assert not is_due(None, now=T0)


def test_a_time_that_has_come_is_due() -> None:
    """What was planned for this second is done in this round."""
    assert is_due(T0, now=T0)


@pytest.mark.parametrize(
    ("hours", "days", "after"),
    [
        pytest.param((), (), timedelta(0), id="none"),
        pytest.param((11, 13), (), timedelta(0), id="other-hours"),
        pytest.param((12, 13), (), timedelta(hours=2), id="these-hours"),
        pytest.param((), (4,), timedelta(hours=12), id="fridays"),
        pytest.param((), (4, 5, 6), MAX_WISH, id="a-long-weekend"),
        pytest.param(tuple(range(24)), (), MAX_WISH, id="always"),
    ],
)
def test_hours_and_days_that_a_feed_wants_left_out_are_waited_for(
    hours: tuple[int, ...], days: tuple[int, ...], after: timedelta
) -> None:
    """A publisher may ask for quiet, within what an archive of news can grant."""
    assert after_skipped(T0, hours, days) == T0 + after
