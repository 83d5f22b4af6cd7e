"""Watching: each source at its rhythm, each look at its time, whatever the clock and the network do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from fetch_web import NOON
from onrecord.archive import Archive
from onrecord.config import ScheduleConfig, SourceConfig
from onrecord.model import SourceId
from onrecord.pipeline.watching import Plan, plan
from onrecord.schedule import Bounds
from onrecord.store import DueRow
from rounds import page
from watched import Newsstand

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 31 * DAY
#: What may pass between the moment at which something is due and the request: a pulse, and what is asked before.
SOON = timedelta(minutes=3)
BOUNDS = Bounds(every=HOUR, slowest=DAY)
T0 = datetime(2026, 5, 17, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Newsstand:
    """Return a month's watching: a paper with four articles a day, one with one, one that wants its four hours."""
    stand = Newsstand(tmp_path_factory.mktemp("month") / "news")
    stand.follow("busy")
    stand.follow("daily")
    stand.follow("shy", head="<ttl>240</ttl>")
    midnight = NOON.replace(hour=0)
    for day in range(1, 32):
        for hour in (8, 11, 14, 16):
            stand.publish("busy", midnight + day * DAY + timedelta(hours=hour, minutes=5))
        stand.publish("daily", midnight + day * DAY + timedelta(hours=6))
        stand.publish("shy", midnight + day * DAY + timedelta(hours=9))
        stand.publish("shy", midnight + day * DAY + timedelta(hours=17))
    stand.watch(NOON + MONTH)
    return stand


def gaps(times: list[datetime]) -> list[timedelta]:
    """Return what lies between each time and the next."""
    return [later - earlier for earlier, later in pairwise(times)]


pytestmark = pytest.mark.slow


def test_all_that_a_month_brought_is_held(month: Newsstand) -> None:
    """The main job, unattended."""
    published = sum(len(times) for times in month.published.values())
    late = sum(NOON + MONTH - at < DAY for times in month.published.values() for at in times)
    assert published - late <= len(month.held()) <= published


@pytest.mark.parametrize(("name", "least"), [("busy", HOUR), ("daily", HOUR), ("shy", 4 * HOUR)])
def test_no_source_is_asked_before_its_time(month: Newsstand, name: str, least: timedelta) -> None:
    """Publishers block whoever asks more than they wish."""
    assert min(gaps(month.asked(name))) >= least


@pytest.mark.parametrize("name", ["busy", "daily", "shy"])
def test_no_source_is_forgotten(month: Newsstand, name: str) -> None:
    """A silent paper is still asked once a day."""
    assert max(gaps(month.asked(name))) <= 1.1 * DAY + SOON


def test_a_busy_paper_is_read_soon_after_it_publishes(month: Newsstand) -> None:
    """News may be edited within the hour; the paper's nights are left to it."""
    learned = NOON + 7 * DAY
    held = [one for one in month.held() if one.source == "busy.example" and one.first_captured_at > learned]
    published = [at for at in month.published["busy"] if at > learned - DAY]
    waits = [
        min(one.first_captured_at - at for at in published if at <= one.first_captured_at) for one in held
    ]
    nights = [at for at in month.asked("busy") if at > learned and (at.hour < 6 or at.hour >= 18)]
    assert sorted(waits)[len(waits) * 9 // 10] < timedelta(hours=2)
    assert len(nights) < 24 * 12 / 3


def test_a_paper_with_one_article_a_day_is_asked_less(month: Newsstand) -> None:
    """Twenty in vain for one that brings something is twenty too many."""
    asked = [at for at in month.asked("daily") if at > NOON + 7 * DAY]
    assert 24 <= len(asked) <= 24 * 8


def all_looks(stand: Newsstand) -> Iterator[tuple[datetime, list[datetime]]]:
    """Yield when each article was captured, and whenever its page was asked for."""
    for held in stand.held():
        name, target = str(held.source).partition(".")[0], "/" + held.url.rpartition("/")[2]
        yield held.first_captured_at, stand.asked(name, target)


def looks(stand: Newsstand) -> Iterator[tuple[datetime, list[datetime]]]:
    """Yield when each article was captured, and when it was asked for after that."""
    for first, asked in all_looks(stand):
        yield first, [at for at in asked if at > first]


def test_every_look_is_taken_once_and_in_time(month: Newsstand) -> None:
    """After a quarter of an hour, one, three, a day, three, ten, thirty: what is changed and taken away is seen."""
    ladder = ScheduleConfig().look_again
    for first, looked in looks(month):
        due = [first + step for step in ladder if first + step < NOON + MONTH - SOON]
        late = [at - wanted for wanted, at in zip(due, looked, strict=False)]
        assert len(due) <= len(looked) <= len(due) + 1
        assert all(timedelta(0) <= each <= SOON for each in late), (first, looked)


# ---------------------------------------------------------------- networks, sleep, clocks


@pytest.fixture
def stand(tmp_path: Path) -> Newsstand:
    """Return two papers, each with an article."""
    made = Newsstand(tmp_path / "news")
    for name in ("busy", "daily"):
        made.follow(name)
        made.publish(name, NOON + timedelta(minutes=1))
    return made


def failures(stand: Newsstand) -> list[int]:
    """Return how often in a row each source has failed, as the state has it."""
    with Archive.open(stand.root) as archive:
        rows = [archive.state.source(f"{name}.example") for name in stand.published]
    return [row.failures for row in rows if row]


def cut(stand: Newsstand, *, at: datetime, until: datetime) -> None:
    """Have the network gone between two moments."""
    stand.at(at, lambda: setattr(stand.web, "is_cut", True))
    stand.at(until, lambda: setattr(stand.web, "is_cut", False))


def test_a_lost_network_is_no_sources_failure(stand: Newsstand) -> None:
    """After a night without a line nobody is punished with a day's pause."""
    cut(stand, at=NOON + 2 * HOUR, until=NOON + 10 * HOUR)
    stand.watch(NOON + 9 * HOUR)
    assert max(failures(stand)) <= 1


def test_sources_are_asked_soon_after_the_network_is_back(stand: Newsstand) -> None:
    """What was published meanwhile is still listed; in a day it may not be."""
    cut(stand, at=NOON + 2 * HOUR, until=NOON + 10 * HOUR)
    stand.watch(NOON + 11 * HOUR)
    back = [min(at for at in stand.asked(name) if at > NOON + 10 * HOUR) for name in ("busy", "daily")]
    assert max(back) < NOON + 10 * HOUR + timedelta(minutes=15)


def test_a_look_that_the_network_missed_is_taken_afterwards(stand: Newsstand) -> None:
    """The looks after one hour and three fell into the gap; one is still owed."""
    back = NOON + 10 * HOUR
    cut(stand, at=NOON + 2 * HOUR, until=back)
    stand.watch(back + HOUR)
    taken = [[at >= back for at in looked] for _, looked in looks(stand)]
    assert taken == [[False, True]] * 2


def test_a_dead_server_is_asked_ever_less(stand: Newsstand) -> None:
    """While others answer, it is not the network."""
    stand.at(NOON + 2 * HOUR, lambda: setattr(stand.web, "dead", frozenset({"daily.example"})))
    stand.watch(NOON + 30 * HOUR)
    assert max(failures(stand)) >= 3


def test_a_machine_that_slept_a_week_asks_once(stand: Newsstand) -> None:
    """All seven looks fell due; one answers for them, and each list is asked a single time."""
    week = timedelta(days=7)
    stand.at(NOON + 5 * HOUR, lambda: setattr(stand.clock, "ahead", week))
    stand.watch(NOON + 5 * HOUR + timedelta(minutes=30))
    slept = NOON + 5 * HOUR  # the machine's own seconds stood still
    assert [len([at for at in stand.asked(name) if at >= slept]) for name in ("busy", "daily")] == [1, 1]
    assert [len(looked) for _, looked in looks(stand)] == [4, 4]


def test_a_clock_that_is_put_right_holds_nothing_up(stand: Newsstand) -> None:
    """It ran two years ahead for two hours: what was planned by it is done by the right one."""
    stand.clock.ahead = 730 * DAY
    right = NOON + 2 * HOUR
    stand.at(right, lambda: setattr(stand.clock, "ahead", timedelta(0)))
    stand.watch(right + 2 * HOUR)
    for name in ("busy", "daily"):
        assert [at for at in stand.asked(name) if at > right + SOON]
    assert all([at for at in asked if at >= right] for _, asked in all_looks(stand))


# ---------------------------------------------------------------- the state, limits and counts


def test_what_the_state_knows_nothing_of_is_looked_at(stand: Newsstand) -> None:
    """It is older than the archive: a copy was put back, or a kill lost its last notes."""
    stand.watch(NOON + timedelta(seconds=30))
    older = (stand.root / "state.sqlite").read_bytes()
    stand.watch(NOON + 2 * HOUR)
    (stand.root / "state.sqlite").write_bytes(older)
    for name in ("busy", "daily"):
        stand.empty(name)  # no list names them any more
    stand.watch(NOON + 3 * HOUR)
    assert all([at for at in looked if at >= NOON + 2 * HOUR] for _, looked in looks(stand))


def test_hours_that_a_feed_wants_left_out_are_waited_for(stand: Newsstand) -> None:
    """RSS 2.0, <skipHours>: a small server makes its copies then."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(14, 18))
    stand.follow("nightly", head=f"<skipHours>{hours}</skipHours>")
    stand.watch(NOON + 8 * HOUR)
    assert not [at for at in stand.asked("nightly") if 14 <= at.hour < 18]
    assert [at for at in stand.asked("nightly") if at.hour >= 18]


def test_a_rounds_bytes_are_counted_from_its_beginning(stand: Newsstand) -> None:
    """One client serves them all; what it read yesterday is no reason to stop today."""
    with (stand.root / "onrecord.toml").open("a") as settings:
        settings.write("[round]\nmax_mib = 1\n")
    foot = f"<!-- {'x' * 150_000} -->"
    large = [page("What Happened on the River in Week 1", foot=foot)]
    for name in ("busy", "daily"):
        answers = {f"{name}.example/story-number-1-of-ours": large}
        stand.at(NOON + timedelta(minutes=2), partial(stand.web.pages.update, answers))
    stand.watch(NOON + 30 * HOUR)
    assert [len(looked) for _, looked in looks(stand)] == [4, 4]


def test_what_is_asked_of_hosts_is_noted_while_it_watches(stand: Newsstand) -> None:
    """A watch that runs for months may end in a power cut."""
    told: list[int] = []

    def read() -> None:
        with Archive.open(stand.root) as archive:
            told.append(sum(figures["requests"] for *_, figures in archive.state.asked()))

    stand.at(NOON + 3 * HOUR, read)
    stand.watch(NOON + 4 * HOUR)
    assert told[0] >= 8


# ---------------------------------------------------------------- plans


def source(name: str) -> SourceConfig:
    """Return a source to plan for."""
    return SourceConfig(id=SourceId(name), feeds=(f"http://{name}/feed",))


def planned(rows: dict[str, DueRow], *, resting: dict[SourceId, datetime] | None = None) -> Plan:
    """Return what is to be done at T0."""
    return plan([source(name) for name in rows], rows, resting or {}, BOUNDS, now=T0)


def row(next_in: timedelta, look_in: timedelta | None = None) -> DueRow:
    """Return a row whose times are so far from T0."""
    return DueRow(
        next_at=T0 + next_in,
        checked_at=T0 - HOUR,
        look_at=None if look_in is None else T0 + look_in,
    )


def test_an_article_that_is_due_does_not_have_its_lists_asked() -> None:
    """A look after fifteen minutes is no reason to ask for a feed that wants an hour."""
    (turn,) = planned({"paper.example": row(HOUR, -HOUR)}).turns
    assert not turn.asks_lists


def test_the_next_round_is_when_the_first_thing_is_due() -> None:
    """A program that wakes for nothing drains a battery."""
    rows = {"a.example": row(2 * HOUR), "b.example": row(3 * HOUR, HOUR)}
    assert planned(rows) == Plan((), T0 + HOUR)


def test_after_a_pause_the_longest_overdue_come_first_and_not_all_at_once() -> None:
    """Twenty thousand requests in one second are a stampede, on our own line first of all."""
    rows = {f"{number}.example": row(-timedelta(minutes=number)) for number in range(20_000)}
    now = planned(rows)
    assert len(now.turns) == 167
    assert now.turns[0].source.id == "19999.example"
    assert now.until == T0


def test_a_source_that_waits_for_the_network_is_left_alone_until_its_time() -> None:
    """Each pulse would ask in vain."""
    rows = {"paper.example": row(-HOUR, -HOUR)}
    assert planned(rows, resting={SourceId("paper.example"): T0 + HOUR}) == Plan((), T0 + HOUR)
