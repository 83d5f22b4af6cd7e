"""The reader's pages: what they show, and what they never let through."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from fetch_web import answer
from onrecord import cli
from onrecord.errors import UsageError
from onrecord.reader import make_app, serve
from rounds import PARAGRAPHS, Paper, item, page

#: A page whose every text tries to be more than text.
HOSTILE = "<script>fire()</script>\"'><img src=x onerror=fire()>"


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give a paper with an edited article, one that is gone, and a hostile one."""
    made = Paper(tmp_path_factory.mktemp("reader") / "news")
    made.lists(item(), item("ferry", day=18), item("trap", day=16))
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    made.says(
        bridge=page(),
        ferry=page("Ferry Runs Until Midnight"),
        trap=page(escaped, (f"<a href='javascript:fire()'>{escaped}</a> {PARAGRAPHS[0]}", *PARAGRAPHS[1:])),
    )
    made.round()
    made.says(bridge=page("Bridge Shut for Good"), ferry=answer(b"", status="410 Gone"))
    made.round(recheck=True)
    return made


def get(
    paper: Paper, path: str, headers: Mapping[str, str] | None = None
) -> tuple[int, str, Mapping[str, str]]:
    """Return a page's status, text and headers."""

    async def ask() -> tuple[int, str, Mapping[str, str]]:
        async with TestClient(TestServer(make_app(paper.root))) as client:
            answered = await client.get(path, headers=headers)
            return answered.status, await answered.text(), answered.headers

    return asyncio.run(ask())


def article(paper: Paper, words: str) -> str:
    """Return the address of the article whose headline has *words*."""
    return next(f"/article/{held.id}" for held in paper.held() if words in held.headline)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Bridge Shut for Good"),
        ("/", "edited: revision 2"),
        ("/sources", "Last asked"),
        ("/source/paper.example", "Bridge Shut for Good"),
        ("/source/paper.example", "/month/2026-05"),
        ("/day/2026-05-17", "Bridge Shut for Good"),
        ("/month/2026-05", "3 articles"),
        ("/author/Ada%20Marsh", "3 articles"),
        ("/changes", "gone since"),
        ("/search?q=bridge", "<mark>Bridge</mark>"),
        ("/search?q=bridge&sort=date&before=1", "checked"),
        ("/search", "headline:…"),
        ("edited", "<ins>for Good</ins>"),
        ("edited?from=1&to=1", "No word was changed"),
    ],
)
def test_a_page_shows_what_is_held(paper: Paper, path: str, words: str) -> None:
    """A person finds an article by day, publication, author, change, or word."""
    if path.startswith("edited"):
        path = f"{article(paper, 'Bridge')}/changes{path.removeprefix('edited')}"
    assert words in get(paper, path)[1]


def test_an_article_is_shown_with_its_words(paper: Paper) -> None:
    """All of it, without the publisher's server."""
    assert PARAGRAPHS[1] in get(paper, article(paper, "Bridge"))[1]


def test_an_earlier_revision_is_shown(paper: Paper) -> None:
    """What stood there before."""
    shown = get(paper, f"{article(paper, 'Bridge')}?revision=1")[1]
    assert ("Bridge Shut After a Crack Is Found" in shown, "revision 1 of 2" in shown) == (True, True)


def test_a_removal_is_told_with_its_evidence(paper: Paper) -> None:
    """Whoever reads it knows that the publisher took it away, and how that was seen."""
    assert "the server answered 410" in get(paper, article(paper, "Ferry"))[1]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/article/aaaaaaaaaaaa", 404),
        ("/article/aaaaaaaaaaaa?revision=9", 404),
        ("/source/nobody.example", 404),
        ("/article/aaaaaaaaaaaa/changes", 404),
        ("/pictures/aa/bb/../../onrecord.toml", 404),
        ("/pictures/aa/bb/cc.jpg", 404),
        ("/enclosures/aa/bb/../../onrecord.toml", 404),
        ("/enclosures/aa/bb/cc.mp3", 404),
        ("/search?q=%22", 400),
        ("/search?q=((((", 400),
        ("/day/2026-13-45", 400),
        ("/month/x", 400),
        ("/source/paper.example?page=999999999999", 200),
        ("/source/paper.example?page=-1", 200),
    ],
)
def test_what_makes_no_sense_is_answered_calmly(paper: Paper, path: str, status: int) -> None:
    """A mistyped address is told of; it is no fault of ours."""
    assert get(paper, path)[0] == status


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:8420", "localhost.evil.example", "", "127.0.0.1.evil"]
)
def test_another_name_for_this_machine_is_refused(paper: Paper, name: str) -> None:
    """A page elsewhere that points its name at this machine reads nothing (DNS rebinding)."""
    assert get(paper, "/", {"Host": name})[0] in {400, 421}


@pytest.mark.parametrize("path", ["/", "/sources", "/search?q=fire", "/nothing", "/changes", "/reader.css"])
def test_each_answer_forbids_script_and_foreign_requests(paper: Paper, path: str) -> None:
    """Whatever a publisher wrote, a browser runs none of it."""
    assert get(paper, path)[2]["Content-Security-Policy"].startswith("default-src 'none';")


@pytest.mark.parametrize(
    "path", ["/", "/search?q=fire", "/source/paper.example", "hostile", "/search?q=<script>"]
)
def test_a_publishers_markup_is_text(paper: Paper, path: str) -> None:
    """What looks like markup in a headline is shown as it was written."""
    shown = get(paper, article(paper, "<script>") if path == "hostile" else path)[1]
    assert re.findall(r"<script(?! src=\"/reader\.js\" defer>)|<img src=x|javascript:", shown) == []


def test_only_this_machine_is_answered(paper: Paper) -> None:
    """Without a password nobody else in the network reads the archive."""
    with pytest.raises(UsageError, match="nobody has a password yet"):
        serve(paper.root, host="0.0.0.0", port=0, ready=lambda _: None)  # noqa: S104  refused


def test_a_port_that_is_taken_is_told(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """A second reader says why it does not start."""

    async def taken() -> int:
        async with TestServer(make_app(paper.root)) as server:
            words = ["serve", "--archive", str(paper.root), "--host", "127.0.0.1", "--port", str(server.port)]
            return await asyncio.to_thread(cli.run, words)

    asyncio.run(taken())
    assert "name another with --port" in capsys.readouterr().err


def test_what_a_round_brings_is_there_at_once(tmp_path: Path) -> None:
    """The reader stays open while the archive grows."""
    growing = Paper(tmp_path / "news")
    growing.lists(item())
    growing.says(bridge=page())

    async def ask() -> tuple[str, str]:
        async with TestClient(TestServer(make_app(growing.root))) as client:
            before = await (await client.get("/search?q=bridge")).text()
            await asyncio.to_thread(growing.round)
            after = await (await client.get("/search?q=crack")).text()
            return before, after

    before, after = asyncio.run(ask())
    assert ("0 articles" in before, "1 article" in after) == (True, True)


# ---------------------------------------------------------------- enclosures


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give a paper with an article whose entry carries a recording that is kept."""
    made = Paper(tmp_path_factory.mktemp("cast") / "news")
    settings = made.root / "onrecord.toml"
    settings.write_text(settings.read_text() + 'enclosures = "keep"\n')
    sound = "<enclosure url='http://paper.example/cast.mp3' type='audio/mpeg' length='2400'/>"
    made.lists(item(extra=sound))
    made.says(bridge=page())
    made.web.pages["paper.example/cast.mp3"] = [answer(b"ID3" + bytes(2397))]
    made.round()
    return made


def test_an_articles_enclosures_are_shown(cast: Paper) -> None:
    """With their type and size, and a link to what is kept."""
    shown = get(cast, article(cast, "Bridge"))[1]
    assert "(audio/mpeg, 2.3 KiB)" in shown
    assert 'href="/enclosures/' in shown


def test_an_enclosure_is_given_to_be_saved(cast: Paper) -> None:
    """A stranger's PDF is no page of ours: it opens in the program that is made for it."""
    (kept,) = (cast.root / "enclosures").rglob("*.mp3")
    status, _, headers = get(cast, f"/{kept.relative_to(cast.root)}")
    assert (status, headers["Content-Disposition"].split(";")[0]) == (200, "attachment")
