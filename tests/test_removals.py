"""Removals: what a publisher took away is suspected, confirmed when that lasts, and back when it is back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fetch_web import answer, moved
from onrecord import cli
from onrecord.archive import Archive
from onrecord.ledger import Event, Line
from onrecord.removals import Removal, counts, is_confirmed
from onrecord.warc import StoredRecord, iter_records
from rounds import Paper, item, page, url_of

DAY = 24 * 3600
GONE = answer(b"", status="410 Gone")
NOT_FOUND = answer(b"", status="404 Not Found")
WALL = answer(
    b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>",
    headers=["Content-Type: text/html"],
)
SORRY = page(
    "Page not found", ["Sorry, the page you are looking for could not be found. Try a search instead."]
)
OTHER = (
    "The tower of the old town hall leans by two more millimetres than it did a year ago, a surveyor says.",
    "Nobody is to climb it from now on, and the market below it moves to the other side of the square.",
    "The council will hear in the autumn what a new foundation would cost, and who is to pay for it.",
)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper whose one article has been kept."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page())
    made.round()
    return made


def days(paper: Paper, count: int, *, reply: bytes | None = None) -> None:
    """Let so many days pass, with a round on each; the article's page answers *reply*."""
    if reply is not None:
        paper.says(bridge=reply)
    for _ in range(count):
        paper.web.clock.seconds += DAY - 3600
        paper.round(recheck=True)


def told(paper: Paper) -> list[str]:
    """Return what the ledger tells of removals."""
    wanted = {Event.REMOVED, Event.RESTORED}
    return [line.data.get("state", "restored") for line in lines(paper) if line.event in wanted]


def lines(paper: Paper) -> list[Line]:
    """Return the ledger."""
    with Archive.open(paper.root) as archive:
        return list(archive.lines())


def removal(paper: Paper) -> Removal:
    """Return what is known of the article's removal."""
    with Archive.open(paper.root) as archive:
        found = archive.catalog.removal(paper.only().id)
    assert found
    return found


def records(paper: Paper) -> dict[str, StoredRecord]:
    """Return all that was captured, by its id."""
    places = sorted((paper.root / "captures").rglob("*.warc.gz"))
    return {record.record_id: record for place in places for record in iter_records(place)}


# ---------------------------------------------------------------- suspected, confirmed, back


def test_what_is_missing_for_days_is_confirmed_once(paper: Paper) -> None:
    """A journalist who writes that it was taken away must be able to rely on it."""
    days(paper, 6, reply=GONE)
    assert told(paper) == ["suspected", "confirmed"]


def test_an_afternoon_of_404_confirms_nothing(paper: Paper) -> None:
    """Servers err."""
    paper.says(bridge=NOT_FOUND)
    for _ in range(5):
        paper.round(recheck=True)
    assert told(paper) == ["suspected"]


def test_two_looks_confirm_nothing_however_long_they_are_apart(paper: Paper) -> None:
    """A machine that slept for a month has seen two answers, not thirty."""
    days(paper, 1, reply=GONE)
    paper.web.clock.seconds += 30 * DAY
    paper.round(recheck=True)
    assert told(paper) == ["suspected"]


def test_a_wall_between_says_nothing(paper: Paper) -> None:
    """A page that asks whether you are a robot has not said that the article is gone, nor that it is there."""
    days(paper, 1, reply=NOT_FOUND)
    days(paper, 4, reply=WALL)
    assert told(paper) == ["suspected"]


def test_what_comes_back_is_restored_and_may_go_again(paper: Paper) -> None:
    """The record says what happened, each time."""
    days(paper, 5, reply=GONE)
    days(paper, 1, reply=page())
    days(paper, 5, reply=GONE)
    assert told(paper) == ["suspected", "confirmed", "restored", "suspected", "confirmed"]


def test_what_is_suspected_is_looked_at_daily_though_its_last_look_is_past(paper: Paper) -> None:
    """Else a page that went with the last step of the schedule would stay suspected for ever."""
    paper.web.clock.seconds += 31 * DAY
    paper.says(bridge=GONE)
    for _ in range(5):
        paper.web.clock.seconds += DAY
        paper.round()
    assert told(paper) == ["suspected", "confirmed"]


def test_without_its_state_a_removal_is_confirmed_later_not_wrongly(paper: Paper) -> None:
    """No article hangs on the state; what was counted there is counted again."""
    days(paper, 3, reply=GONE)
    for place in paper.root.glob("state.sqlite*"):
        place.unlink()
    days(paper, 2)
    assert told(paper) == ["suspected"]
    days(paper, 1)
    assert told(paper) == ["suspected", "confirmed"]


def test_nothing_is_deleted_here_because_it_vanished_there(paper: Paper) -> None:
    """The heart of the name."""
    before = (paper.root / paper.only().path).read_bytes()
    days(paper, 6, reply=GONE)
    assert (paper.root / paper.only().path).read_bytes() == before


@pytest.mark.parametrize(
    ("hours", "looks", "is_sure"), [(72, 3, True), (71, 9, False), (72, 2, False), (999, 3, True)]
)
def test_a_removal_is_confirmed_by_time_and_looks_together(
    paper: Paper, hours: int, looks: int, *, is_sure: bool
) -> None:
    """Either alone happens by chance."""
    begun = paper.web.clock.now()
    now = begun + timedelta(hours=hours)
    sure = is_confirmed(begun, looks, now=now, after=timedelta(days=3), least_looks=3)
    assert sure is is_sure


@pytest.mark.parametrize(("hours", "one_more"), [(1, False), (6, True), (-30, True)])
def test_looks_that_follow_fast_are_one(paper: Paper, hours: int, *, one_more: bool) -> None:
    """Hourly rounds see one failure of a server many times; a clock that was set back must not stop the count."""
    last = paper.web.clock.now()
    assert counts(last, now=last + timedelta(hours=hours)) is one_more


# ---------------------------------------------------------------- how


def elsewhere(paper: Paper) -> None:
    """Let the article's address lead to the front page."""
    paper.web.pages[url_of()] = [moved("http://paper.example/")]
    links = "".join(f"<li><a href=/{n}>Some headline of the day, number {n}</a></li>" for n in range(40))
    paper.web.pages["paper.example/"] = [page("The Paper", [], foot=f"<ul>{links}</ul>")]


def another(paper: Paper) -> None:
    """Let another article stand at the article's address."""
    head = f"<link rel=canonical href=http://{url_of('tower')}>"
    paper.says(bridge=page("Tower Leans a Little More Each Year", OTHER, head=head))


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda paper: paper.says(bridge=NOT_FOUND), "not-found"),
        (lambda paper: paper.says(bridge=GONE), "gone"),
        (lambda paper: paper.says(bridge=SORRY), "soft-404"),
        (elsewhere, "redirected"),
        (another, "replaced"),
    ],
    ids=["404", "410", "soft 404", "redirect", "another article"],
)
def test_each_way_to_take_an_article_away_is_told(paper: Paper, change: object, how: str) -> None:
    """Some publishers answer 404, others show the front page."""
    assert callable(change)
    change(paper)
    paper.round(recheck=True)
    assert removal(paper).how == how


def test_a_page_that_asks_for_a_login_is_no_removal(paper: Paper) -> None:
    """It is sold, not gone."""
    paper.web.pages[url_of()] = [moved("http://paper.example/login")]
    form = "<form><label>Password<input type=password name=password></label><button>Log in</button></form>"
    paper.web.pages["paper.example/login"] = [page("Log in", ["Log in to go on."], foot=form)]
    days(paper, 5)
    assert told(paper) == []


# ---------------------------------------------------------------- evidence


def test_the_evidence_names_captures_that_are_there(paper: Paper) -> None:
    """Whoever doubts it can look each of them up."""
    days(paper, 6, reply=GONE)
    known = removal(paper)
    seen = [known.listed, known.answered, known.missed, known.confirmed]
    statuses = [records(paper)[one.record].status for one in seen if one and one.record]
    assert statuses == [200, 200, 410, 410]


def test_the_last_moments_are_told(paper: Paper) -> None:
    """Between the last answer and the first that is missing it was taken away."""
    days(paper, 2)
    last = paper.web.clock.now()
    days(paper, 1, reply=GONE)
    known = removal(paper)
    assert known.answered
    assert known.answered.at <= last < known.missed.at <= known.answered.at + timedelta(days=1, hours=1)


def test_a_list_that_has_not_changed_still_names_it(paper: Paper) -> None:
    """A feed that answers 304 lists what it listed."""
    days(paper, 2)
    paper.lists()
    days(paper, 1, reply=GONE)
    known = removal(paper)
    assert known.listed
    assert known.answered
    assert abs(known.listed.at - known.answered.at) < timedelta(minutes=5)


def test_an_index_that_is_made_again_knows_the_same(paper: Paper) -> None:
    """The ledger decides."""
    days(paper, 6, reply=GONE)
    before = removal(paper)
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert removal(paper) == before


# ---------------------------------------------------------------- shown


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["show", "{id}"], "confirmed     "),
        (["show", "{id}", "--format", "json"], '"state": "confirmed"'),
        (["status"], "confirmed since"),
        (["status", "--json"], '"state": "confirmed"'),
        (["list", "--removed"], "gone from its publisher's site since"),
        (["list", "--removed", "--json"], '"removal_state": "confirmed"'),
    ],
    ids=str,
)
def test_a_removal_is_shown(
    paper: Paper, words: list[str], wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wherever a person looks."""
    days(paper, 6, reply=GONE)
    named = [word.format(id=paper.only().id) for word in words]
    assert cli.run([*named, "--archive", str(paper.root)]) == 0
    assert wanted in capsys.readouterr().out


def test_what_is_there_is_not_listed_among_what_is_gone(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list of removals is no list of articles."""
    assert cli.run(["list", "--removed", "--archive", str(paper.root)]) == 0
    assert capsys.readouterr().out == ""
