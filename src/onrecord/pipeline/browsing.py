"""The browser: a page that only a script fills, as a real browser shows it (`onrecord[browser]`, Playwright).

The browser itself reaches no server. Each request that a page makes is answered by the round's own client, so that
all that holds for it holds here: which addresses may be asked, robots.txt, pauses, limits.
What the client is not asked for has a proxy at which nobody listens: names to look up early, sockets, calls between
browsers. Pictures, films, fonts, frames and everything that is sent to a server are left out.

A browser is begun for one page, and ended with it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from onrecord.config import FetchConfig
from onrecord.errors import UsageError
from onrecord.fetch import Client, decoded_body
from onrecord.model import Exchange, Fetched
from onrecord.urls import canonicalize

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

#: Scripts, style sheets and data that one page is given.
MOST_PARTS = 60
#: Milliseconds until a page has asked for all that it begins with, and until its scripts have come to rest.
LOADING, SETTLING = 45_000.0, 10_000.0
#: Seconds that one page may take in all; a script may run for ever.
LONGEST = 90.0
#: MiB that a page's scripts may hold.
MOST_MEMORY = 512

#: What a page's text may hang on.
_WANTED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
#: Of an answer that is unpacked, and given again; a cookie is given to nobody.
_LEFT_OUT = frozenset({"content-encoding", "content-length", "transfer-encoding", "set-cookie", "location"})


@dataclass(slots=True)
class _Visit:
    """What is shown, and how much it has asked for."""

    shown: Fetched
    asked: int = 0


class Browser:
    """Shows pages, one at a time.

    Raises:
        UsageError: Playwright is not installed.
    """

    def __init__(self, config: FetchConfig, client: Client, *, now: Callable[[], datetime]) -> None:
        try:
            import playwright  # noqa: F401, PLC0415  an extra, and 100 ms to import
        except ImportError as error:
            what = (
                "`[fetch] fallbacks` has \"browser\", which needs Playwright: pip install 'onrecord[browser]'"
            )
            raise UsageError(what) from error
        self._config = config
        self._client = client
        self._now = now
        self._turn = asyncio.Semaphore(1)

    async def show(self, page: Fetched) -> Fetched | str:
        """Return what a browser makes of *page*, or why it made nothing.

        The last exchange is what was shown; before it stand those of *page*. What its scripts asked for is not kept:
        data may hold an article's words at an address that nobody looks at when it is to be forgotten.
        """
        async with self._turn:
            visit = _Visit(page)
            try:
                async with asyncio.timeout(LONGEST):
                    html = await self._html(visit)
            except TimeoutError:
                return f"a browser was not done with it in {LONGEST:.0f} seconds"
            except Exception as error:  # noqa: BLE001  Playwright's own, of which some are no PlaywrightError
                return f"the browser gave it up: {str(error).strip().partition(chr(10))[0][:200]}"
        if html is None:
            return "a script led the browser to another page"
        if len(html) > self._config.max_page_mib * 1024 * 1024:
            return f"what the browser showed is over {self._config.max_page_mib} MiB"
        return Fetched(exchanges=(*page.exchanges, self._shown(page.final, html)))

    def _shown(self, answer: Exchange, html: bytes) -> Exchange:
        return Exchange(
            url=answer.url,
            requested_at=self._now(),
            ip_address=None,
            request_head=b"",
            status=200,
            reason="",
            http_version="1.1",
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=html,
            is_lent=answer.is_lent,
            is_rendered=True,
        )

    async def _html(self, visit: _Visit) -> bytes | None:
        from playwright.async_api import async_playwright  # noqa: PLC0415  an extra

        with _dead_end() as proxy:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=self._config.browser,
                    proxy={"server": proxy, "bypass": "<-loopback>"},
                    # A superuser's browser can't have one: run On Record as a user of your own.
                    chromium_sandbox=os.geteuid() != 0,
                    args=[
                        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                        "--disable-background-networking",
                        f"--js-flags=--max-old-space-size={MOST_MEMORY}",
                    ],
                )
                try:
                    context = await browser.new_context(
                        user_agent=self._client.user_agent, service_workers="block", accept_downloads=False
                    )
                    await context.route("**/*", lambda route: self._answer(route, visit))
                    return await _settled(await context.new_page(), visit.shown.final.url)
                finally:
                    await browser.close()

    async def _answer(self, route: Route, visit: _Visit) -> None:
        """Give a page what it asks for, by the client, or nothing."""
        asked = route.request
        answer: Exchange | None = None
        page = visit.shown.final
        if asked.is_navigation_request() and canonicalize(asked.url) == canonicalize(page.url):
            answer = page
        elif self._may_ask(route, visit):
            visit.asked += 1
            outcome = await self._client.fetch(asked.url, kind="part")
            if isinstance(outcome, Fetched):
                answer = outcome.final
        with suppress(Exception):  # the page is gone by now
            if answer is None:
                await route.abort("blockedbyclient")
            else:
                headers = {name: value for name, value in answer.headers if name.lower() not in _LEFT_OUT}
                await route.fulfill(status=answer.status, headers=headers, body=decoded_body(answer).body)

    def _may_ask(self, route: Route, visit: _Visit) -> bool:
        asked = route.request
        is_frame = asked.is_navigation_request() and asked.frame.parent_frame is not None
        is_wanted = asked.method == "GET" and asked.resource_type in _WANTED and not is_frame
        return is_wanted and visit.asked < MOST_PARTS


async def _settled(page: Page, url: str) -> bytes | None:
    """Open an address; return what stands there once its scripts have come to rest, None if that is elsewhere."""
    await page.goto(url, wait_until="load", timeout=LOADING)
    with suppress(Exception):  # some pages never come to rest: what is there by then counts
        await page.wait_for_load_state("networkidle", timeout=SETTLING)
    html = await page.content()
    return html.encode("utf-8", "replace") if canonicalize(page.url) == canonicalize(url) else None


@contextmanager
def _dead_end() -> Iterator[str]:
    """Give the address of a proxy that answers nothing: its port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
