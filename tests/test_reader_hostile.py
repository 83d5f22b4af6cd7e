"""Three hundred articles that attack their reader, in a real browser: none of them acts, none asks another server.

What a careless page lets through is shown first (`hostile_articles`), by the same browser with the same eyes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest

from browsing import CHROMIUM, FLAGS, Elsewhere, serving
from fetch_web import answer
from hostile_articles import SNIPPETS, Hostile, hostile_articles
from onrecord.reader.origins import Origins
from rounds import SETTINGS, Paper, item

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright (the dev extra)")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

CASES = tuple(hostile_articles())
#: Pages are looked at in so many tabs in turn: each has the time to act while the next ones load.
TABS = 6
_CONTROL = "http://control.example"
#: A link to another site is one that a reader may follow: it is not pressed.
_PRESS = """() => [...document.querySelectorAll("a, button, text")]
    .filter((one) => one.textContent.trim() === "press" && !/^https?:/.test(one.getAttribute("href") || ""))
    .forEach((one) => one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })))"""


class Watched:
    """A browser's context that records what is executed, and whether anything elsewhere is turned to."""

    def __init__(self, browser: Any, elsewhere: Elsewhere) -> None:
        self.context = browser.new_context()
        self.fired: list[str] = []
        self.refused: list[str] = []
        self._elsewhere, self._visits = elsewhere, elsewhere.visits
        self.tabs = [self._tab() for _ in range(TABS)]
        self._turn = cycle(self.tabs)
        self.context.expose_binding("fire", lambda source: self.fired.append(source["page"].url))

    def _tab(self) -> Any:
        tab = self.context.new_page()
        tab.on("console", lambda line: self._hear(tab.url, line.text))
        return tab

    def _hear(self, url: str, told: str) -> None:
        # "Refused to …" and "… violates the following Content Security Policy directive".
        if "Refused" in told or "violates" in told:
            self.refused.append(f"{url}: {told}")

    @property
    def has_acted(self) -> bool:
        """Was anything executed, or anybody turned to?"""
        return bool(self.fired) or self._elsewhere.visits > self._visits

    def forget(self) -> None:
        """Begin anew."""
        self.fired.clear()
        self._visits = self._elsewhere.visits

    def waits(self, tab: Any, milliseconds: int) -> bool:
        """Wait until something has acted, for so long at the most; return whether it has."""
        for _ in range(milliseconds // 20):
            if self.has_acted:
                return True
            tab.wait_for_timeout(20)
        return self.has_acted

    def look(self, address: str) -> None:
        """Open a page in the tab whose turn it is; what asks to be pressed on the one before it there, is."""
        tab = next(self._turn)
        self._press(tab)
        tab.goto(address, wait_until="commit")

    def _press(self, tab: Any) -> None:
        tab.wait_for_load_state("domcontentloaded")
        for frame in tab.frames:
            frame.evaluate(_PRESS)

    def quiet(self) -> tuple[list[str], bool]:
        """Return what was executed, and whether anybody was turned to, once the last pages had their time too."""
        for tab in self.tabs:
            self._press(tab)
        is_loud = self.waits(self.tabs[0], 1_000)
        return self.fired, is_loud


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Return a paper that printed all of them, and edited each the next hour; its very name attacks."""
    made = Paper(tmp_path_factory.mktemp("hostile") / "news")
    title = '<img src=x onerror=fire()>\\"><script>fire()</script>'
    (made.root / "onrecord.toml").write_text(SETTINGS + f'title = "{title}"\n')
    made.lists(*(item(case.name) for case in CASES))
    for edited in (False, True):
        types = {case.name: f"Content-Type: text/html; charset={case.charset}" for case in CASES}
        made.says(
            **{case.name: answer(case.page(edited=edited), headers=[types[case.name]]) for case in CASES}
        )
        made.round(recheck=edited)
    return made


@pytest.fixture(scope="module")
def origins(paper: Paper) -> Iterator[Origins]:
    """Give where it is shown."""
    with serving(paper.root) as made:
        yield made


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """Give the rest of the world."""
    made = Elsewhere("evil.example")
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser(origins: Origins, elsewhere: Elsewhere) -> Iterator[Any]:  # noqa: ARG001  its rounds run first: the driver keeps a loop of its own
    """Give Chromium."""
    with playwright.sync_playwright() as found:
        made = found.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, elsewhere.flag])
        yield made
        made.close()


@pytest.fixture
def watched(browser: Any, elsewhere: Elsewhere) -> Iterator[Watched]:
    """Give a browser that is watched."""
    made = Watched(browser, elsewhere)
    yield made
    made.context.close()


def acts(case: Hostile, watched: Watched) -> bool:
    """Does a careless page with it act?"""
    tab = watched.tabs[0]
    watched.forget()
    with suppress(playwright.Error):  # it may lead elsewhere before it is there
        tab.goto(f"{_CONTROL}/{case.number}", wait_until="load", timeout=5_000)
    if case.has_to_be_pressed:
        tab.get_by_text("press", exact=True).first.click(force=True)
    return watched.waits(tab, 2_000)


def test_each_of_them_acts_in_a_careless_page(watched: Watched) -> None:
    """What would not act anywhere proves nothing here."""
    by_path = {f"{_CONTROL}/{case.number}": case for case in CASES}

    def give(route: Any) -> None:
        case = by_path.get(route.request.url)
        if case is None:
            route.fulfill(status=404, body="")
        else:
            headers = {"Content-Type": f"text/html; charset={case.charset}"}
            route.fulfill(body=case.control(), headers=headers)

    watched.context.route(f"{_CONTROL}/**", give)
    silent = [(case.kind, case.place, case.attack) for case in CASES if not acts(case, watched)]
    assert (silent, len(CASES) >= 300) == ([], True)


def test_all_of_them_are_held(paper: Paper) -> None:
    """What was not kept could not act; each was edited, so that its comparison is shown too."""
    held = paper.held()
    assert (len(held), {one.revision for one in held}) == (len(CASES), {2})


@pytest.mark.parametrize("page", ["", "/changes", "/captures"])
def test_no_article_acts(paper: Paper, origins: Origins, watched: Watched, page: str) -> None:
    """Nor its comparison, nor its capture."""
    for held in paper.held():
        watched.look(f"{origins.reader}/article/{held.id}{page}")
    assert watched.quiet() == ([], False)


def test_no_list_and_no_search_acts(origins: Origins, watched: Watched) -> None:
    """Headlines, names, topics, snippets, and what is typed."""
    queries = [f"/search?q={quote(attack)}" for found in SNIPPETS.values() for attack in found]
    lists = [f"/source/paper.example?page={number}" for number in range(1, 8)]
    words = ["/search?q=fire", "/search?q=script&sort=date", "/search?q=press", "/search?q=onerror&before=1"]
    for path in (
        "/",
        "/sources",
        "/changes",
        "/unread",
        "/starred",
        "/month/2026-05",
        *lists,
        *words,
        *queries,
    ):
        watched.look(f"{origins.reader}{path}")
    assert watched.quiet() == ([], False)


def test_the_policy_had_nothing_to_refuse(paper: Paper, origins: Origins, watched: Watched) -> None:
    """It is a second wall: what is shown was made safe before."""
    for held in paper.held()[::4]:
        watched.look(f"{origins.reader}/article/{held.id}")
        watched.look(f"{origins.reader}/article/{held.id}/changes")
    watched.quiet()
    assert watched.refused == []
