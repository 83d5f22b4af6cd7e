"""When to look: at a source's lists, and again at an article.

Pure: no clock and no chance; the time and the jitter are arguments. All times are aware.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

#: A publisher's ttl or max-age may ask for a year; a day is the least that an archive of news can do.
MAX_WISH = timedelta(days=1)
#: A Retry-After beyond this is a slip of the server's.
MAX_RETRY = timedelta(days=7)
#: After each failure the pause doubles, up to this.
MAX_BACKOFF = timedelta(days=1)
#: A stub promises more: it is looked at this often, for as long as such promises are kept, if they are.
STUB_EVERY, STUB_FOR = timedelta(minutes=30), timedelta(days=1)
#: Jitter spreads sources over this share of the pause, so that they are not all asked in one second.
SPREAD = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a server said about being asked again."""

    ttl_minutes: int | None = None  #: RSS <ttl>
    cache_max_age: int | None = None  #: seconds: Cache-Control (RFC 9111, 5.2.2.1)
    retry_at: datetime | None = None  #: Retry-After (RFC 9110, 10.2.3), as a time


def next_look(
    first_captured_at: datetime,
    last_looked_at: datetime | None,
    look_again: Sequence[timedelta],
    *,
    now: datetime,
) -> datetime | None:
    """Return when to look at an article again, not before *now*; None after the last step.

    Steps count from the first capture: most changes come in the first hours, most removals in the first
    month. One look answers for all the steps that were slept through.
    """
    last = first_captured_at if last_looked_at is None else min(last_looked_at, now)
    coming = [first_captured_at + step for step in look_again if first_captured_at + step > last]
    return max(min(coming), now) if coming else None


def next_stub_look(
    first_captured_at: datetime,
    last_looked_at: datetime | None,
    look_again: Sequence[timedelta],
    *,
    now: datetime,
) -> datetime | None:
    """Return when to look at a stub again: as `next_look` says, and every half hour in its first day.

    Without steps nothing is looked at again, stubs neither.
    """
    usual = next_look(first_captured_at, last_looked_at, look_again, now=now)
    if not look_again or now - first_captured_at >= STUB_FOR:
        return usual
    return min(usual, now + STUB_EVERY) if usual else now + STUB_EVERY


def next_round(
    last: datetime | None,
    every: timedelta,
    *,
    now: datetime,
    wishes: Wishes | None = None,
    failures: int = 0,
    jitter: float = 0.0,
) -> datetime:
    """Return when a list is to be asked again, after *last*; *now* if it never was.

    The longest of *every*, the server's wishes (a day at most) and the pause after *failures* counts; a
    Retry-After is kept in any case. *jitter*, from 0 to 1, adds up to a tenth of the pause.
    """
    wishes = wishes or Wishes()
    not_before = min(wishes.retry_at, now + MAX_RETRY) if wishes.retry_at else now
    if last is None:
        return max(now, not_before)
    asked = max(_span(wishes.ttl_minutes, 60), _span(wishes.cache_max_age, 1))
    # Twelve doublings of a second pass an hour; more would overflow.
    backoff = min(every * 2 ** min(failures, 12), max(MAX_BACKOFF, every)) if failures > 0 else every
    pause = max(every, asked, backoff)
    at = min(last, now) + pause * (1 + SPREAD * min(max(jitter, 0.0), 1.0))
    return max(at, not_before)


def after_skipped(at: datetime, hours: Collection[int], days: Collection[int]) -> datetime:
    """Return the first moment from *at* on that is in no hour and on no day that a feed wants left out.

    Args:
        at: When it would be asked.
        hours: 0 to 23, UTC (RSS 2.0, `<skipHours>`).
        days: Monday is 0, UTC (`<skipDays>`).

    A day is the longest that is waited: news does not keep for longer.
    """
    latest = at + MAX_WISH
    moment = at
    while moment < latest and (
        moment.astimezone(UTC).hour in hours or moment.astimezone(UTC).weekday() in days
    ):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(moment, latest)


def _span(amount: int | None, seconds: int) -> timedelta:
    if amount is None or amount <= 0:
        return timedelta(0)
    # Compared before it is multiplied: a stranger's number may be larger than any date.
    limit = MAX_WISH.total_seconds() / seconds
    return timedelta(seconds=min(amount, limit) * seconds)


def is_due(at: datetime | None, *, now: datetime) -> bool:
    """Is it time? None is never."""
    return at is not None and at <= now
