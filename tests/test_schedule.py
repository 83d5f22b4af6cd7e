"""When to look at a list, and again at an article."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.model import Exchange
from onrecord.schedule import (
    MAX_WISH,
    Bounds,
    Rhythm,
    Wishes,
    after_skipped,
    expected_pause,
    is_due,
    next_look,
    next_rhythm,
    next_round,
    next_try,
    rhythm_from,
    stated_max_age,
)

T0 = datetime(2024, 5, 17, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = Bounds(every=HOUR, slowest=timedelta(days=1))
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


def test_an_article_captured_by_a_clock_that_ran_ahead_is_looked_at_daily() -> None:
    """It is not left alone until the year in which it was captured."""
    assert next_look(T0 + timedelta(days=400), None, LADDER, now=T0) == T0 + timedelta(days=1)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 15), (2, 30), (4, 120), (40, 24 * 60)])
def test_a_look_without_an_answer_is_taken_again(failures: int, minutes: int) -> None:
    """A server that is down for an hour must not cost the look that shows a removal."""
    now = T0 + HOUR
    assert next_try(T0, T0, LADDER, now=now, failures=failures) == now + timedelta(minutes=minutes)


def test_a_look_is_owed_for_a_week_after_the_last_step() -> None:
    """A host that is gone for good is not asked for ever."""
    late = T0 + timedelta(days=8, minutes=1)
    assert next_try(T0, T0, LADDER, now=late, failures=1) is None


def test_a_list_that_was_never_asked_is_asked_now() -> None:
    """A publication just added brings its articles at once."""
    assert next_round(None, HOURLY, now=T0) == T0


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
    assert next_round(T0, HOURLY, now=T0, wishes=wishes, failures=failures) == T0 + pause


@given(st.floats(allow_nan=False), st.integers(0, 40))
def test_jitter_never_asks_early(jitter: float, failures: int) -> None:
    """Sources are spread over time, towards later alone, by a tenth."""
    plain = next_round(T0, HOURLY, now=T0, failures=failures)
    spread = next_round(T0, HOURLY, now=T0, failures=failures, jitter=jitter)
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


# ---------------------------------------------------------------- rhythm

DAY = timedelta(days=1)


def weeks(hours: tuple[int, ...], *, days: int = 14) -> Rhythm:
    """Return the rhythm of a paper that published at these hours of each day, up to T0's midnight."""
    midnight = T0.replace(hour=0)
    times = [
        midnight - DAY * day + timedelta(hours=hour, minutes=5)
        for day in range(days, 0, -1)
        for hour in hours
    ]
    known = Rhythm((0.0,) * 24, 0.0, midnight - DAY * days)
    return next_rhythm(known, times, now=midnight)


def pause(rhythm: Rhythm | None, last: datetime) -> timedelta:
    """Return what passes until the lists are asked again."""
    return expected_pause(rhythm, last, every=HOUR, slowest=DAY)


def test_a_source_of_which_nothing_is_known_is_asked_at_the_shortest_pause() -> None:
    """Until it is known when it publishes, nothing may be missed."""
    assert pause(None, T0) == HOUR


def test_a_paper_that_publishes_hourly_is_asked_at_the_shortest_pause() -> None:
    """More often than the settings say nobody is asked."""
    assert pause(weeks(tuple(range(24))), T0) == HOUR


def test_a_weekly_is_asked_once_a_day() -> None:
    """However seldom it publishes: a feed may hold a day's notice alone."""
    once = next_rhythm(Rhythm((0.0,) * 24, 0.0, T0 - 14 * DAY), [T0 - 7 * DAY], now=T0)
    assert pause(once, T0) == DAY


def test_a_morning_paper_is_left_alone_until_the_morning() -> None:
    """Asked at noon, it is asked again when its next edition comes, and not every hour before."""
    asked_at = T0.replace(hour=8) + pause(weeks((6,)), T0.replace(hour=8))
    assert T0 + timedelta(hours=14) < asked_at < T0 + timedelta(hours=20)


def test_the_first_sight_of_a_list_tells_of_the_weeks_before() -> None:
    """Its entries say when they were published; a day of asking in vain is spared."""
    stated = [T0 - DAY * day for day in range(20)]
    assert next_rhythm(None, stated, now=T0).days > 10


def test_an_old_post_that_is_pinned_does_not_make_a_busy_paper_slow() -> None:
    """Its list holds one day, and one post of last month."""
    stated = [T0 - HOUR * hours for hours in range(72)] + [T0 - 40 * DAY]
    assert pause(next_rhythm(None, stated, now=T0), T0) == HOUR


def test_what_is_new_with_an_old_date_counts_as_of_now() -> None:
    """Dates are claims; what appeared since the last look was published since."""
    known = Rhythm((0.0,) * 24, 7.0, T0 - HOUR)
    assert next_rhythm(known, [T0 - 100 * DAY, None], now=T0).hours[T0.hour] == 2.0


def test_a_paper_that_falls_silent_is_asked_less() -> None:
    """What is older counts less."""
    lively = weeks((6, 9, 12, 15, 18))
    assert pause(lively, lively.at + 90 * DAY) > 3 * pause(lively, lively.at)


@given(
    st.lists(st.floats(0, 1e6), min_size=24, max_size=24),
    st.floats(0, 100),
    st.integers(1, 10_000),
    st.integers(0, 10_000),
)
def test_the_pause_is_within_the_settings(hours: list[float], days: float, every: int, more: int) -> None:
    """Whatever was learned, the person's word stands."""
    least, most = timedelta(minutes=every), timedelta(minutes=every + more)
    found = expected_pause(Rhythm(tuple(hours), days, T0), T0, every=least, slowest=most)
    assert least <= found <= most


def test_a_rhythm_is_remembered() -> None:
    """What took weeks to learn is not lost with the process."""
    known = weeks((6, 18))
    again = rhythm_from(known.as_text())
    assert again is not None
    assert again.as_text() == known.as_text()


@pytest.mark.parametrize("text", [None, "", "2026", "2026-05-17T12:00:00Z 1", f"x {'0 ' * 25}", "nan " * 26])
def test_a_rhythm_that_can_not_be_read_is_learned_afresh(text: str | None) -> None:
    """The state is no place for errors: nothing hangs on it."""
    assert rhythm_from(text) is None


# ---------------------------------------------------------------- what servers say


def fresh(*headers: tuple[str, str]) -> int | None:
    """Return for how long an answer says that it stays fresh."""
    return stated_max_age(
        Exchange(
            url="http://paper.example/feed",
            requested_at=T0,
            ip_address=None,
            request_head=b"",
            status=200,
            reason="OK",
            http_version="1.1",
            headers=headers,
            body=b"",
        )
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((), None),
        ((("Cache-Control", "public, max-age=600"),), 600),
        ((("cache-control", 'Max-Age="600", must-revalidate'),), 600),
        ((("Cache-Control", "max-age=600"), ("Age", "200")), 400),
        ((("Cache-Control", "max-age=600"), ("Age", "900")), None),
        ((("Cache-Control", "no-cache, max-age=600"),), None),
        ((("Cache-Control", "max-age=0"), ("Expires", "Sun, 17 May 2026 13:00:00 GMT")), None),
        ((("Cache-Control", "s-maxage=600"),), None),
        (
            (("Expires", "Fri, 17 May 2024 13:00:00 GMT"), ("Date", "Fri, 17 May 2024 12:00:00 GMT")),
            3600,
        ),
        ((("Expires", "Fri, 17 May 2024 12:30:00 GMT"),), 1800),
        ((("Expires", "0"),), None),
        ((("Expires", "-1"), ("Cache-Control", "max-age=ten")), None),
    ],
)
def test_a_servers_word_on_freshness_is_read(
    headers: tuple[tuple[str, str], ...], seconds: int | None
) -> None:
    """RFC 9111, 4.2: asking earlier brings what a cache had before."""
    assert fresh(*headers) == seconds
