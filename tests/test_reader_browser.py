"""The reader in a real browser, wide and narrow: nothing sticks out, nothing is fetched elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from browsing import CHROMIUM, FLAGS, serving
from rounds import Paper, item, page

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright (the dev extra)")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a reader over a paper with an edited article in two languages."""
    paper = Paper(tmp_path_factory.mktemp("browser") / "news")
    paper.lists(item(), item("ferry"))
    long = (
        "長長的一句話沒有一個空格可以換行。" * 12,
        "https://paper.example/" + "a" * 300,
        "第三段的文字在這裡。" * 8,
    )
    paper.says(bridge=page(), ferry=page("渡輪行駛至午夜", long))
    paper.round()
    for headline in ("Bridge Shut for Good", "Bridge Shut for Ever"):
        paper.says(bridge=page(headline))
        paper.round(recheck=True)
    with serving(paper.root) as origins:
        yield str(origins.reader)


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Any]:  # noqa: ARG001  its rounds run first: the driver keeps a loop of its own
    """Give a browser with an empty profile."""
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


def addresses_of(browser: Any, address: str) -> list[str]:
    """Return the pages: those that the navigation leads to, and the articles of today."""
    tab = browser.new_page()
    tab.goto(address)
    articles = tab.eval_on_selector_all("a.headline", "links => links.map(link => link.getAttribute('href'))")
    tab.close()
    paths = ["/", "/sources", "/changes", "/source/paper.example", "/search?q=bridge", "/nothing", *articles]
    return list(dict.fromkeys(paths))


@pytest.mark.parametrize("width", [1200, 390])
def test_no_page_is_wider_than_the_screen(browser: Any, address: str, width: int) -> None:
    """On a phone nothing has to be pushed aside to be read."""
    tab = browser.new_page(viewport={"width": width, "height": 900})
    wide = []
    for path in addresses_of(browser, address):
        tab.goto(address + path)
        if tab.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    tab.close()
    assert wide == []


def test_no_request_leaves_the_reader(browser: Any, address: str) -> None:
    """Nobody learns what is read here."""
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    for path in addresses_of(browser, address):
        tab.goto(address + path)
    tab.close()
    assert [url for url in asked if not url.startswith(address)] == []


def test_no_page_breaks_its_own_policy(browser: Any, address: str) -> None:
    """The console is empty: no style or script was refused."""
    tab = browser.new_page()
    told: list[str] = []
    tab.on("console", lambda line: told.append(line.text) if "404" not in line.text else None)
    for path in addresses_of(browser, address):
        tab.goto(address + path)
    tab.close()
    assert told == []


def test_search_works_with_the_keyboard_alone(browser: Any, address: str) -> None:
    """Whoever uses no mouse finds an article and opens it."""
    tab = browser.new_page()
    tab.goto(address)
    tab.focus("#q")
    tab.keyboard.type("ferry OR bridge")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=*")
    tab.focus("a.headline")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/article/*")
    headline = tab.inner_text("h1")
    tab.close()
    assert headline == "Bridge Shut for Ever"


def test_the_page_of_an_article_is_in_its_language(browser: Any, address: str) -> None:
    """A browser breaks Chinese lines, and a screen reader speaks them, as Chinese."""
    tab = browser.new_page()
    tab.goto(f"{address}/search?q=渡輪")
    language = tab.get_attribute("a.headline", "lang")
    tab.close()
    assert language == "zh-Hant"


def test_what_was_opened_is_there_without_a_network(browser: Any, address: str) -> None:
    """In a train, in a tunnel; and what was not opened leads to what was."""
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(address)
    tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tab.reload()
    opened = tab.get_attribute("a.headline", "href")
    tab.goto(address + opened)
    headline = tab.inner_text("h1")
    context.set_offline(True)
    tab.goto(address + opened)
    again = tab.inner_text("h1")
    tab.goto(address + "/month/2026-05")
    tab.wait_for_selector("#kept a")
    listed = tab.inner_text("#kept a")
    context.close()
    assert (again, listed) == (headline, headline)


def test_the_keyboard_alone_opens_stars_and_goes_on(browser: Any, address: str) -> None:
    """J o s j u: as in the readers that people know."""
    tab = browser.new_context().new_page()
    tab.goto(f"{address}/source/paper.example")
    tab.keyboard.press("j")
    tab.keyboard.press("o")
    tab.wait_for_url("**/article/*")
    first, path = tab.inner_text("h1"), tab.url
    tab.keyboard.press("s")
    tab.wait_for_selector("#star[aria-pressed=true]")
    tab.wait_for_load_state("load")
    tab.keyboard.press("j")
    tab.wait_for_url(lambda url: "/article/" in url and path not in url)
    tab.keyboard.press("u")
    tab.wait_for_url("**/source/paper.example")
    starred = tab.locator("li:has(.star) .headline").inner_text()
    tab.context.close()
    assert starred == first


def test_the_slider_shows_a_revision_in_place(browser: Any, address: str) -> None:
    """Whoever moves it sees what changed in that one, and stays on the page."""
    tab = browser.new_page()
    tab.goto(f"{address}/changes")
    tab.click("a.mark")
    tab.focus("#to")
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_selector("#compared ins:text('for Good')")
    told = tab.inner_text("output")
    tab.close()
    assert told == "2"


def test_all_can_be_read_and_searched_without_script(browser: Any, address: str) -> None:
    """Script adds keys and comfort, and nothing that one can't do without it."""
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address)
    tab.fill("#q", "bridge")
    tab.press("#q", "Enter")
    tab.click("a.headline")
    tab.click("#unread")
    tab.click("text=What changed in revision")
    shown = tab.inner_text("#compared ins")
    context.close()
    assert shown == "Ever"
