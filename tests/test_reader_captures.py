"""Captures: what a server sent is seen, and can do nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fetch_web import answer
from onrecord.reader.app import make_app
from onrecord.reader.captures import make_captures_app
from onrecord.reader.origins import Origins
from rounds import Paper, item, page

#: What a page may hold that acts, or that a browser would fetch without being asked.
ACTING = (
    '<script>fire()</script><link rel="preconnect" href="https://evil.example">'
    '<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">'
    '<iframe src="https://evil.example/"></iframe><form action="https://evil.example/"><input name="a"></form>'
    '<p onclick="fire()"><a href="javascript:fire()" ping="https://evil.example/">more</a></p>'
    '<img src="https://evil.example/a.png" srcset="https://evil.example/b.png 2x">'
    '<video poster="https://evil.example/c.png"></video><object data="https://evil.example/d"></object>'
)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Return a paper with an article whose page acts, and that is gone at the second look."""
    made = Paper(tmp_path_factory.mktemp("captures") / "news")
    made.lists(item())
    made.says(bridge=page(foot=ACTING + "<p id=told>Printed on paper.</p>"))
    made.round()
    made.says(
        bridge=answer(b"<p>It was taken down.</p>", status="410 Gone", headers=["Content-Type: text/html"])
    )
    made.round(recheck=True)
    return made


def see(paper: Paper, path: str, *, on_reader: bool = False) -> tuple[int, str, Mapping[str, str]]:
    """Return what the captures' origin, or the reader, answers; "{id}", "{record}" and "{seal}" are filled in."""

    async def ask() -> tuple[int, str, Mapping[str, str]]:
        origins = Origins(reader="http://reader.example", captures="http://captures.example")
        reader, apart = make_app(paper.root, origins), make_captures_app(paper.root, origins)
        async with TestClient(TestServer(reader)) as client, TestClient(TestServer(apart)) as other:
            held = paper.only()
            listed = await (await client.get(f"/article/{held.id}/captures")).text()
            record = re.findall(rf"/article/{held.id}/captures/([0-9a-f-]+)", listed)[0]
            place = path.format(id=held.id, record=record, seal=origins.seal(held.id, record))
            answered = await (client if on_reader else other).get(place)
            return answered.status, await answered.text(), answered.headers

    return asyncio.run(ask())


CAPTURE = "/{seal}/{id}/{record}"


def test_the_words_of_a_capture_are_there(paper: Paper) -> None:
    """Also those that are no part of the article."""
    assert "Printed on paper." in see(paper, CAPTURE)[1]


def test_nothing_that_acts_is_left_in_a_capture(paper: Paper) -> None:
    """A stranger's page is looked at, and does nothing."""
    shown = see(paper, CAPTURE)[1]
    tags = r"<(?:script|link|base|iframe|form|input|video|object)|http-equiv|onclick|javascript:|ping=|evil\.example"
    assert re.findall(tags, shown) == []


@pytest.mark.parametrize(
    "part", ["default-src 'none'", "; sandbox;", "frame-ancestors http://reader.example"]
)
def test_a_capture_belongs_to_no_origin(paper: Paper, part: str) -> None:
    """Whatever were left in it could reach nothing."""
    assert part in see(paper, CAPTURE)[2]["Content-Security-Policy"]


def test_its_source_is_text(paper: Paper) -> None:
    """As it was sent, for whoever wants to know."""
    status, text, headers = see(paper, f"{CAPTURE}/source")
    assert (status, ACTING in text, headers["Content-Type"]) == (200, True, "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "/x/{id}/{record}",
        "/{seal}/{id}/x",
        "/{seal}/aaaaaaaaaaaa/{record}",
        "/{seal}/{id}/{record}/pictures/aa/bb/cc.jpg",
        "/",
    ],
)
def test_an_address_that_the_reader_did_not_give_is_none(paper: Paper, path: str) -> None:
    """A page elsewhere finds nothing out by guessing."""
    assert see(paper, path)[0] == 404


def test_the_reader_frames_a_capture_from_its_own_origin(paper: Paper) -> None:
    """With what is known of it beside."""
    shown = see(paper, "/article/{id}/captures/{record}", on_reader=True)[1]
    assert re.search(r'<iframe [^>]*src="http://captures\.example/[0-9a-f]{32}/[^"]*" sandbox', shown)


def test_the_reader_lets_nothing_else_be_framed(paper: Paper) -> None:
    """Its policy names the one origin."""
    policy = see(paper, "/", on_reader=True)[2]["Content-Security-Policy"]
    assert "frame-src http://captures.example" in policy


def test_the_look_in_vain_is_a_capture_too(paper: Paper) -> None:
    """The evidence of a removal can be looked at."""
    assert "the server answered 410" in see(paper, "/article/{id}/captures", on_reader=True)[1]


def test_a_capture_that_is_not_there_is_told(paper: Paper) -> None:
    """A mistyped address is no fault of ours."""
    assert see(paper, "/article/{id}/captures/x", on_reader=True)[0] == 404
