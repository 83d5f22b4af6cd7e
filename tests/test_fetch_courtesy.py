"""Courtesy: a host is never asked two things at once, nor sooner than it, or we, said."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from fetch_web import NOON, Stall, Web, answer, moved
from onrecord.fetch import FetchSettings
from onrecord.fetch.client import _retry_after
from onrecord.model import Failed, Fetched

PAGE = "http://paper.example/a"


@pytest.fixture
def web() -> Web:
    """Return an internet with one page."""
    return Web({"paper.example/a": [answer()]})


def gaps(web: Web, host: str = "paper.example") -> list[float]:
    """Return the times between the requests to *host*."""
    times = [request.at for request in web.requests if request.host == host]
    return [after - before for before, after in pairwise(times)]


def test_a_host_is_asked_one_thing_at_a_time(web: Web) -> None:
    """Small papers run on small servers."""
    web.fetch_all(*(f"{PAGE}?{number}" for number in range(6)))
    assert {request.in_flight for request in web.requests} == {1}


def test_a_host_has_a_pause_between_pages(web: Web) -> None:
    """From the end of one request to the begin of the next."""
    web.fetch_all(*(f"{PAGE}?{number}" for number in range(4)))
    assert min(gaps(web)) >= 1.0


def test_pictures_have_a_shorter_pause(web: Web) -> None:
    """An article of thirty pictures takes seconds, not half a minute."""
    web.fetch_all(*(f"{PAGE}?{number}" for number in range(4)), kind="picture")
    assert gaps(web)[1:] == pytest.approx([0.2] * 3)


def test_upper_case_and_scheme_make_no_other_host(web: Web) -> None:
    """It is the same machine that is spared."""
    web.fetch_all("http://PAPER.example/a", "http://paper.example:80/a")
    assert min(gaps(web)) >= 1.0


def test_hosts_do_not_wait_for_each_other(web: Web) -> None:
    """A thousand sources take as long as the slowest."""
    for number in range(5):
        web.pages[f"p{number}.example/a"] = [answer()]
    web.settings = FetchSettings(page_pause=50.0)
    web.fetch_all(*(f"http://p{number}.example/a" for number in range(5)))
    # Sleeps add up on this clock: one pause for each host, between robots.txt and its page.
    assert web.clock.seconds <= 250.0


def test_not_more_hosts_than_allowed_are_asked_at_once() -> None:
    """A thin line must not be filled by us alone."""
    web = Web(settings=FetchSettings(concurrency=1, retries=0, read_timeout=0.05))
    web.pages = {f"p{number}.example/robots.txt": [Stall()] for number in range(3)}

    async def run() -> int:
        async with await web.serve(), web.make_client() as client:
            tasks = [
                asyncio.create_task(client.fetch(f"http://p{number}.example/a", kind="page"))
                for number in range(3)
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            begun = len(web.requests)
            await asyncio.wait(tasks)
            return begun

    assert asyncio.run(run()) <= 2


def test_a_crawl_delay_is_kept(web: Web) -> None:
    """Also between robots.txt and the first page."""
    web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nCrawl-delay: 7")]
    web.fetch_all(PAGE, f"{PAGE}?2")
    assert gaps(web) == [7.0, 7.0]


def test_a_crawl_delay_holds_for_pictures(web: Web) -> None:
    """It holds for all requests to the host."""
    web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nCrawl-delay: 7")]
    web.fetch_all(PAGE, f"{PAGE}?2", kind="picture")
    assert gaps(web) == [7.0, 7.0]


def test_a_crawl_delay_has_a_limit(web: Web) -> None:
    """An hour between pages would keep nothing of a daily paper."""
    web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nCrawl-delay: 3600")]
    web.fetch(PAGE)
    assert gaps(web) == [60.0]


def test_a_crawl_delay_is_known_to_the_next_round(web: Web) -> None:
    """robots.txt is remembered for a day, and so is its pause."""
    web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nCrawl-delay: 7")]
    web.fetch(PAGE)
    web.fetch_all(f"{PAGE}?2", f"{PAGE}?3")
    assert gaps(web)[-1] == 7.0


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_is_kept(web: Web, status: str) -> None:
    """It says when; we come then."""
    web.pages["paper.example/a"] = [answer(b"", status=status, headers=["Retry-After: 30"]), answer()]
    assert isinstance(web.fetch(PAGE), Fetched)
    assert gaps(web)[-1] == 30.0


def test_retry_after_holds_for_the_whole_host(web: Web) -> None:
    """A host that is overrun is not asked for another page meanwhile."""
    web.pages["paper.example/a"] = [
        answer(b"", status="429 Too Many", headers=["Retry-After: 30"]),
        answer(),
    ]
    web.pages["paper.example/b"] = [answer()]
    web.fetch_all(PAGE, "http://paper.example/b")
    assert web.asked("/b")[0].at - web.asked("/a")[0].at >= 30.0


def test_retry_after_may_be_a_date(web: Web) -> None:
    """RFC 9110, 10.2.3."""
    date = format_datetime(NOON + timedelta(seconds=40), usegmt=True)
    web.pages["paper.example/a"] = [answer(b"", status="503 No", headers=[f"Retry-After: {date}"]), answer()]
    web.fetch(PAGE)
    assert web.asked("/a")[1].at == 40.0


def test_a_long_retry_after_ends_the_fetch(web: Web) -> None:
    """A round is not held up; it comes back when it may."""
    web.pages["paper.example/a"] = [answer(b"", status="503 No", headers=["Retry-After: 3600"])]
    outcome = web.fetch(PAGE)
    assert isinstance(outcome, Failed)
    assert (outcome.retry_at, len(web.asked("/a"))) == (web.clock.now() + timedelta(hours=1), 1)


def test_a_long_retry_after_is_known_to_the_next_round(web: Web) -> None:
    """Whoever asks sooner is banned, in the end."""
    web.pages["paper.example/a"] = [answer(b"", status="503 No", headers=["Retry-After: 3600"]), answer()]
    web.fetch(PAGE)
    outcome = web.fetch(f"{PAGE}?2")
    assert isinstance(outcome, Failed)
    assert (outcome.retry_at is not None, web.asked("/a?2")) == (True, [])


def test_a_retry_after_of_years_is_a_mistake(web: Web) -> None:
    """A slip of a server's keeper must not silence a source for good."""
    web.pages["paper.example/a"] = [answer(b"", status="503 No", headers=["Retry-After: 99999999999"])]
    outcome = web.fetch(PAGE)
    assert isinstance(outcome, Failed)
    assert outcome.retry_at == web.clock.now() + timedelta(hours=24)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("-7", None),
        ("7.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Fri, 17 May 2024 12:00:09 GMT", 9.0),
        ("Fri, 17 May 2024 11:00:00 GMT", 0.0),
        ("Fri, 99 May 2024 11:00:00 GMT", None),
        ("\u0667", None),
    ],
)
def test_what_retry_after_may_say(value: str | None, seconds: float | None) -> None:
    """Strangers' bytes are values."""
    assert _retry_after(value, NOON) == seconds


def test_a_hop_waits_for_its_own_host(web: Web) -> None:
    """A link shortener's redirects all lead to one paper."""
    for number in range(3):
        web.pages[f"short.example/{number}"] = [moved(f"http://paper.example/a?{number}")]
    web.fetch_all(*(f"http://short.example/{number}" for number in range(3)))
    assert min(gaps(web)) >= 1.0


def test_what_was_asked_is_counted(web: Web) -> None:
    """`onrecord status` shows how a source behaves."""
    web.pages["paper.example/a"] = [answer(b"", status="500 No"), answer(b"12345")]
    web.fetch(PAGE)
    assert web.client is not None
    counts = web.client.take_counts()["paper.example"]
    # robots.txt (404), the failure and the page
    assert (counts.requests, counts.failures, counts.bytes) == (3, 2, 5)


def test_a_fetch_that_is_given_up_frees_its_host(web: Web) -> None:
    """Ctrl-C, or a deadline, must not leave a host locked."""
    web.pages["paper.example/slow"] = [Stall(answer(b"half", length=8))]

    async def run() -> object:
        async with await web.serve(), web.make_client() as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.fetch("http://paper.example/slow", kind="page")
            return await client.fetch(PAGE, kind="page")

    assert isinstance(asyncio.run(run()), Fetched)


def test_a_host_may_be_given_a_pause_of_its_own(web: Web) -> None:
    """A person may know that one publisher's server is small."""
    web.settings = FetchSettings(host_pauses={"paper.example": 7.0})
    web.fetch_all(*(f"{PAGE}?{number}" for number in range(3)))
    assert min(gaps(web)) >= 7.0
