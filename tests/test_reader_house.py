"""Pages about the archive itself: what may be missing, the last round, settings, a publication that is added."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fetch_web import answer
from onrecord.archive import Archive
from onrecord.reader import make_app
from rounds import Paper, item, page
from test_reader import get
from test_reader_marks import seal


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper of which one entry could not be kept."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry"))
    made.says(bridge=page(), ferry=answer(b"", status="404 Not Found"))
    made.round()
    return made


def test_what_was_not_kept_is_told_with_its_reason(paper: Paper) -> None:
    """A gap that nobody knows of is the worst one."""
    assert "the server answered 404" in get(paper, "/health")[1]


def test_the_last_round_tells_what_it_brought(paper: Paper) -> None:
    """Whoever is asked whether it works, looks here."""
    shown = get(paper, "/round")[1]
    assert ("Bridge Shut" in shown, "ended" in shown) == (True, True)


def test_a_round_that_is_under_way_is_told_so(paper: Paper) -> None:
    """It is looked at again while it runs."""
    with Archive.open(paper.root) as archive:
        archive.state.begin_round("29990101T000000Z", paper.web.clock.now())
    assert "data-live" in get(paper, "/round")[1]


def test_an_archive_without_a_round_says_so(tmp_path: Path) -> None:
    """The first page that is opened is no error."""
    assert "No round has been run yet" in get(Paper(tmp_path / "new"), "/round")[1]


def test_the_settings_are_shown_without_passwords(paper: Paper) -> None:
    """Somebody may look over one's shoulder."""
    place = paper.root / "onrecord.toml"
    told = place.read_text().replace("[fetch]", '[fetch]\nproxy = "http://ada:s3cret@proxy.example:8080"')
    place.write_text(told)
    shown = get(paper, "/settings")[1]
    assert ("proxy.example" in shown, "s3cret" in shown, "ada" in shown) == (True, False, False)


def follow(paper: Paper, address: str) -> tuple[int, str]:
    """Return what the reader answers to an address that is to be followed; servers answer as the paper's web does."""

    async def ask() -> tuple[int, str]:
        async with TestClient(TestServer(make_app(paper.root))) as client:
            form = {"address": address, "csrf": await seal(client)}
            answered = await client.post("/sources", data=form)
            return answered.status, await answered.text()

    return asyncio.run(ask())


def test_a_publication_that_is_followed_already_is_told(paper: Paper) -> None:
    """Typing it twice does no harm."""
    assert "is followed already" in follow(paper, "http://paper.example/feed")[1]


@pytest.mark.parametrize("address", ["", " ", "a" * 2_001])
def test_what_is_no_address_is_told(paper: Paper, address: str) -> None:
    """And no server is asked."""
    assert follow(paper, address)[0] == 400


def test_an_address_with_nothing_to_follow_is_told(paper: Paper) -> None:
    """With the reason, as the command says it."""
    assert "nothing to follow" in follow(paper, "http://127.0.0.1:1/")[1]
