"""When to look: at a source's lists, and again at an article.

A source's rhythm is learned from when it publishes: by hour of the day, what is older counting less. Its lists are
asked when a quarter of an entry is to be expected, within the settings' bounds and its publisher's wishes.

Pure: no clock and no chance; the time and the jitter are arguments. All times are aware.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from onrecord.model import Exchange

#: A publisher's ttl or max-age may ask for a year; a day is the least that an archive of news can do.
MAX_WISH = timedelta(days=1)
#: A Retry-After beyond this is a slip of the server's.
MAX_RETRY = timedelta(days=7)
#: After each failure the pause doubles, up to this.
MAX_BACKOFF = timedelta(days=1)
#: A look that got no answer is taken again after this, then after twice as long, up to a day.
RETRY_LOOK = timedelta(minutes=15)
#: So long after the last step an article that gives no answer is still asked for the look that it owes.
RETRY_FOR = timedelta(days=7)
#: How often an article is looked at that was captured by a clock which ran ahead.
AHEAD = timedelta(days=1)
#: Where no server at all answers, sources are asked again after this: it is our network that is down.
OFFLINE_PAUSE = timedelta(minutes=10)
#: Sources that are always asked at once, if they are due: a person's own few.
AT_ONCE = 50
#: A stub promises more: it is looked at this often, for as long as such promises are kept, if they are.
STUB_EVERY, STUB_FOR = timedelta(minutes=30), timedelta(days=1)
#: Jitter spreads sources over this share of the pause, so that they are not all asked in one second.
SPREAD = 0.1
#: What was published this long ago counts half.
HALF_LIFE = timedelta(days=14)
#: What a first sight of a list tells of the time before: four half-lives, less than a tenth is left.
LOOK_BACK = 4 * HALF_LIFE
#: Lists are asked once this much of an entry is to be expected: three times in four in vain, at 304's price.
EXPECTED = 0.25
#: Days that must have been seen before a rhythm is believed.
LEARNED_AFTER = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a server said about being asked again."""

    ttl_minutes: int | None = None  #: RSS <ttl>
    cache_max_age: int | None = None  #: seconds: Cache-Control (RFC 9111, 5.2.2.1)
    retry_at: datetime | None = None  #: Retry-After (RFC 9110, 10.2.3), as a time


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a source publishes. Both weights fade by half in `HALF_LIFE`."""

    hours: tuple[float, ...]  #: entries by hour of the day, UTC: 24 numbers
    days: float  #: that these were gathered in
    at: datetime  #: as of when

    def as_text(self) -> str:
        """Return it in a form that `rhythm_from` reads."""
        numbers = " ".join(f"{weight:.4g}" for weight in (self.days, *self.hours))
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {numbers}"


def rhythm_from(text: str | None) -> Rhythm | None:
    """Return what `Rhythm.as_text` wrote; None for anything else, so that it is learned afresh."""
    try:
        at, days, *hours = (text or "").split(" ")
        numbers = tuple(float(each) for each in hours)
        rhythm = Rhythm(numbers, float(days), datetime.fromisoformat(at))
    except ValueError:
        return None
    is_sound = len(numbers) == 24 and all(
        math.isfinite(each) and each >= 0 for each in (*numbers, rhythm.days)
    )
    return rhythm if is_sound and rhythm.at.tzinfo else None


def next_rhythm(known: Rhythm | None, published: Sequence[datetime | None], *, now: datetime) -> Rhythm:
    """Return what is known of a source's rhythm once entries that were new in its lists are counted.

    *published* has what each says of itself; None where that is not precise. At first sight the stated times tell of
    the weeks before. Later a time counts if it falls between the two looks; else the entry counts as of *now*: late
    items have old dates, and dates are claims.
    """
    if known is None or known.at > now:
        stated = sorted(at for at in published if at and now - LOOK_BACK <= at <= now)
        # The oldest tenth is left out: old posts that are pinned to a list stretch it over weeks in which it held more.
        stated = stated[len(stated) // 10 :]
        first = stated[0] if stated else now
        known = Rhythm((0.0,) * 24, 0.0, first)
    else:
        stated = [at if at and known.at <= at <= now else now for at in published]
    faded = _faded(known, now)
    hours = list(faded.hours)
    for at in stated:
        hours[at.astimezone(UTC).hour] += 0.5 ** ((now - at) / HALF_LIFE)
    return Rhythm(tuple(hours), faded.days, now)


def _faded(rhythm: Rhythm, now: datetime) -> Rhythm:
    left = 0.5 ** ((now - rhythm.at) / HALF_LIFE)
    # The days since then, each faded by its own age: the integral of the same curve.
    fresh = (1 - left) * HALF_LIFE.total_seconds() / 86400 / math.log(2)
    return Rhythm(tuple(weight * left for weight in rhythm.hours), rhythm.days * left + fresh, now)


def expected_pause(
    rhythm: Rhythm | None, last: datetime, *, every: timedelta, slowest: timedelta
) -> timedelta:
    """Return how long after *last* a quarter of an entry is to be expected: from *every* to *slowest*.

    *every* until two days have been seen. The days since *rhythm* was noted brought nothing.
    """
    if rhythm is None or slowest <= every:
        return every
    rhythm = _faded(rhythm, max(last, rhythm.at))
    if rhythm.days < LEARNED_AFTER:
        return every
    # Hours in which nothing was published yet are thought to be worth a tenth of the mean, or of a weekly.
    ground = max(sum(rhythm.hours), rhythm.days / 7) / 24 / 10
    expected, at = 0.0, last.astimezone(UTC)
    while at - last < slowest:
        full = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        rate = (rhythm.hours[at.hour] + ground) / rhythm.days
        share = (full - at) / timedelta(hours=1)
        if expected + rate * share >= EXPECTED:
            at += timedelta(hours=1) * ((EXPECTED - expected) / rate)
            break
        expected, at = expected + rate * share, full
    return min(max(at - last, every), slowest)


def stated_max_age(answer: Exchange) -> int | None:
    """Return the seconds for which an answer says that it stays fresh, or None (RFC 9111, 4.2.1; 4.2.3).

    `max-age`, else `Expires` less `Date`; what a cache on the way has used up of it (`Age`) is taken off.
    """
    said = (answer.header("cache-control") or "").lower()
    directives = {
        name.strip(): value.strip(' "') for name, _, value in (one.partition("=") for one in said.split(","))
    }
    if directives.keys() & {"no-cache", "no-store"}:
        return None
    fresh = _whole(directives.get("max-age"))
    if fresh is None:
        until, since = _http_date(answer.header("expires")), _http_date(answer.header("date"))
        since = since or answer.requested_at
        fresh = int((until - since).total_seconds()) if until else None
    left = None if fresh is None else fresh - (_whole(answer.header("age")) or 0)
    return left if left and left > 0 else None


def _whole(value: str | None) -> int | None:
    return int(value[:12]) if value and value.isascii() and value.isdigit() else None


def _http_date(value: str | None) -> datetime | None:
    try:
        at: datetime = parsedate_to_datetime(value or "")
    except (ValueError, TypeError, IndexError):  # "0" is what many say for "at once"
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def next_look(
    first_captured_at: datetime,
    last_looked_at: datetime | None,
    look_again: Sequence[timedelta],
    *,
    now: datetime,
) -> datetime | None:
    """Return when to look at an article again, not before *now*; None after the last step.

    Steps count from the first capture: most changes come in the first hours, most removals in the first
    month. One look answers for all the steps that were slept through. A first capture in the future was dated by a
    clock that ran ahead: until then the article is looked at once a day.
    """
    if look_again and first_captured_at > now:
        return now + AHEAD
    last = first_captured_at if last_looked_at is None else min(last_looked_at, now)
    coming = [first_captured_at + step for step in look_again if first_captured_at + step > last]
    return max(min(coming), now) if coming else None


def next_try(
    first_captured_at: datetime,
    last_looked_at: datetime | None,
    look_again: Sequence[timedelta],
    *,
    now: datetime,
    failures: int,
) -> datetime | None:
    """Return when to take again a look that got no answer: it is still owed. None a week after the last step.

    *failures* counts the looks in a row that got none, the one at hand included.
    """
    owed = next_look(first_captured_at, last_looked_at, look_again, now=now)
    if owed is None or now > first_captured_at + max(look_again) + RETRY_FOR:
        return None
    # Seven doublings of a quarter of an hour pass a day.
    again: datetime = max(owed, now + min(RETRY_LOOK * 2 ** min(max(failures, 1) - 1, 7), MAX_BACKOFF))
    return again


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the settings say of a source's rounds."""

    every: timedelta  #: the shortest pause
    slowest: timedelta  #: the longest pause of a source that seldom publishes


def next_round(
    last: datetime | None,
    bounds: Bounds,
    *,
    now: datetime,
    wishes: Wishes | None = None,
    rhythm: Rhythm | None = None,
    failures: int = 0,
    jitter: float = 0.0,
) -> datetime:
    """Return when a source's lists are to be asked again, after *last*; *now* if they never were.

    The longest of its *rhythm* within *bounds*, the server's wishes (a day at most) and the pause after *failures*
    counts; a Retry-After is kept in any case. *jitter*, from 0 to 1, adds up to a tenth of the pause.
    """
    wishes = wishes or Wishes()
    not_before = min(wishes.retry_at, now + MAX_RETRY) if wishes.retry_at else now
    if last is None:
        return max(now, not_before)
    last = min(last, now)
    every = bounds.every
    # Twelve doublings of a second pass an hour; more would overflow.
    backoff = min(every * 2 ** min(failures, 12), max(MAX_BACKOFF, every)) if failures > 0 else every
    learned = expected_pause(rhythm, last, every=every, slowest=bounds.slowest)
    pause = max(learned, wished_pause(wishes), backoff)
    return max(last + _jittered(pause, jitter), not_before)


def next_round_offline(bounds: Bounds, *, now: datetime, jitter: float = 0.0) -> datetime:
    """Return when a source is asked again that could not be, for want of a network."""
    return now + _jittered(min(bounds.every, OFFLINE_PAUSE), jitter)


def wished_pause(wishes: Wishes) -> timedelta:
    """Return the pause that a list's publisher asks for: the longer of `ttl` and max-age, a day at most."""
    return max(_span(wishes.ttl_minutes, 60), _span(wishes.cache_max_age, 1))


def _jittered(pause: timedelta, jitter: float) -> timedelta:
    return pause * (1 + SPREAD * min(max(jitter, 0.0), 1.0))


def most_at_once(sources: int, every: timedelta, pulse: timedelta) -> int:
    """Return how many sources are asked in one *pulse*, where more are due: after a pause, or at the very start.

    Twice what falls due in a steady state, so that half of *every* makes up for any pause; a few at once in any case.
    """
    return max(AT_ONCE, math.ceil(2 * sources * (pulse / every)))


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
