"""What a reader marks and chooses: forms that work without script, and pages that show it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from onrecord.reader import make_app
from rounds import Paper, item, page

Client = TestClient[web.Request, web.Application]
Visit = Callable[[Client], Awaitable[str]]


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with two articles, one of them in traditional Chinese."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry", day=18))
    words = (
        "渡輪將行駛至午夜，票價與過橋費相同。" * 4,
        "工程師說裂縫從春天起就變大了。" * 4,
        "誰也說不準有多深。" * 8,
    )
    made.says(bridge=page(), ferry=page("渡輪行駛至午夜", words))
    made.round()
    return made


def visit(paper: Paper, *steps: Visit) -> str:
    """Return what the last of the steps saw."""

    async def ask() -> str:
        seen = ""
        async with TestClient(TestServer(make_app(paper.root))) as client:
            for step in steps:
                seen = await step(client)
        return seen

    return asyncio.run(ask())


def get(path: str) -> Visit:
    """Return a step that opens a page."""

    async def step(client: Client) -> str:
        async with client.get(path) as answer:
            return await answer.text()

    return step


def post(path: str, **fields: str) -> Visit:
    """Return a step that sends a form, and follows where it leads."""

    async def step(client: Client) -> str:
        async with client.post(path, data={"csrf": await seal(client), **fields}) as answer:
            return await answer.text()

    return step


async def seal(client: Client) -> str:
    """Return what each form of a page carries."""
    async with client.get("/") as page:
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', await page.text())
    assert found
    return found[1]


def bridge(paper: Paper) -> str:
    """Return the address of the article in English."""
    return next(f"/article/{held.id}" for held in paper.held() if "Bridge" in held.headline)


def ferry(paper: Paper) -> str:
    """Return the address of the article in Chinese."""
    return next(f"/article/{held.id}" for held in paper.held() if "Bridge" not in held.headline)


def test_what_was_opened_is_read(paper: Paper) -> None:
    """What is left is what one has not seen."""
    assert "Bridge Shut" not in visit(paper, get(bridge(paper)), get("/unread"))


def test_what_another_page_fetches_is_not_read(paper: Paper) -> None:
    """A link on a page elsewhere, or a browser that fetches ahead, reads nothing in one's place."""

    async def from_elsewhere(client: Client) -> str:
        async with client.get(bridge(paper), headers={"Sec-Fetch-Site": "cross-site"}) as answer:
            return await answer.text()

    async def ahead(client: Client) -> str:
        async with client.get(bridge(paper), headers={"Sec-Purpose": "prefetch"}) as answer:
            return await answer.text()

    assert "Bridge Shut" in visit(paper, from_elsewhere, ahead, get("/unread"))


def test_an_article_is_unread_again(paper: Paper) -> None:
    """The form leads back to its page, which does not count as opening it."""
    back = f"{bridge(paper)}?stay=1"
    steps = (get(bridge(paper)), post(f"{bridge(paper)}/mark", read="no", back=back), get("/unread"))
    assert "Bridge Shut" in visit(paper, *steps)


def test_all_of_a_page_is_marked_at_once(paper: Paper) -> None:
    """Who comes back from a holiday starts with today."""
    form = post("/marks", read="yes", id=paper.held()[0].id)
    assert "Bridge Shut" not in visit(paper, form, get("/unread"))


def test_a_starred_article_is_found_again(paper: Paper) -> None:
    """Kept for later, on a page of its own."""
    assert "Bridge Shut" in visit(paper, post(f"{bridge(paper)}/mark", starred="yes"), get("/starred"))


def test_a_note_stands_by_its_article(paper: Paper) -> None:
    """As it was written, and as text."""
    form = post(f"{bridge(paper)}/note", note="Ask <b>Ada</b>.")
    assert "Ask &lt;b&gt;Ada&lt;/b&gt;." in visit(paper, form, get(bridge(paper)))


def test_a_note_is_listed(paper: Paper) -> None:
    """Notes are found without knowing of which article they are."""
    assert "Ask Ada." in visit(paper, post(f"{bridge(paper)}/note", note="Ask Ada."), get("/starred"))


def test_a_note_that_is_too_long_is_told(paper: Paper) -> None:
    """Nothing is cut off in silence."""
    assert "10,000 are the most" in visit(paper, post(f"{bridge(paper)}/note", note="a" * 10_001))


def test_an_article_goes_on_where_one_stopped(paper: Paper) -> None:
    """Today's page leads there."""
    form = post(f"{bridge(paper)}/place", paragraph="2", paragraphs="3")
    assert f'{bridge(paper)}#p2"' in visit(paper, form, get("/"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_page_changes_nothing(paper: Paper, headers: dict[str, str]) -> None:
    """A page elsewhere can't star, note or mark in one's place."""

    async def forged(client: Client) -> str:
        form = {"starred": "yes", "csrf": await seal(client)}
        async with client.post(f"{bridge(paper)}/mark", data=form, headers=headers) as answer:
            return str(answer.status)

    refused = visit(paper, forged)
    assert (refused, "Bridge Shut" in visit(paper, get("/starred"))) == ("403", False)


@pytest.mark.parametrize(
    "back", ["//evil.example/", "/\\evil.example", "https://evil.example/", "", "/\nX: y"]
)
def test_a_form_leads_back_to_a_page_of_ours(paper: Paper, back: str) -> None:
    """Nobody is sent elsewhere by a form that was filled in for them."""

    async def sent(client: Client) -> str:
        form = {"starred": "yes", "back": back, "csrf": await seal(client)}
        async with client.post(f"{bridge(paper)}/mark", data=form, allow_redirects=False) as answer:
            return answer.headers["Location"]

    assert visit(paper, sent) == "/"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("zh-Hans", "渡轮行驶至午夜"),
        ("zh-Hant", "渡輪行駛至午夜"),
        ("", "渡輪行駛至午夜"),
        ("x", "渡輪行駛至午夜"),
    ],
)
def test_chinese_is_shown_in_the_script_that_one_reads(paper: Paper, script: str, words: str) -> None:
    """At a touch, on every page; what is kept stays as it was printed."""
    pages = [visit(paper, post("/look", script=script), get(path)) for path in ("/", ferry(paper))]
    assert [words in shown for shown in pages] == [True, True]


def test_the_script_is_told_to_the_browser(paper: Paper) -> None:
    """It chooses the font by it."""
    assert 'lang="zh-Hans"' in visit(paper, post("/look", script="zh-Hans"), get(ferry(paper)))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [("theme", "dark", 'data-theme="dark"'), ("size", "large", 'data-size="large"')],
)
def test_a_look_is_remembered(paper: Paper, field: str, value: str, told: str) -> None:
    """Day or night, large or small: one choice changes one thing."""
    shown = visit(paper, post("/look", size="large", theme="dark"), post("/look", **{field: value}), get("/"))
    assert (told in shown, 'data-size="large" data-theme="dark"' in shown) == (True, True)


@pytest.mark.parametrize("cookie", ["", "x", "dark", "dark.large.zh-Hans.more", '"><script>', "." * 900])
def test_a_look_that_makes_no_sense_is_left_out(paper: Paper, cookie: str) -> None:
    """A cookie may be anything."""

    async def ask(client: Client) -> str:
        client.session.cookie_jar.update_cookies({"look": cookie}, URL(client.make_url("/")))
        async with client.get("/") as answer:
            return str(answer.status)

    assert visit(paper, ask) == "200"
