"""Rounds over a small made-up paper, through the real client, against answers that a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from fetch_web import Web, answer
from onrecord import archive as archives
from onrecord.archive import Archive
from onrecord.config import RoundConfig
from onrecord.pipeline.report import Listener, RoundReport
from onrecord.pipeline.round import Round
from onrecord.pipeline.sources import chosen_sources
from onrecord.pipeline.writing import Writer
from onrecord.store import HeldArticle, Listing

FEED = "paper.example/feed"
SETTINGS = """format = 1
[fetch]
page_pause = 0
picture_pause = 0
retries = 1
[sources."paper.example"]
feeds = ["http://paper.example/feed"]
"""

PARAGRAPHS = (
    "The old bridge across the river was shut on Monday evening after a crack was found in its middle pier.",
    "Engineers said that the crack had grown since the spring, and that nobody could say how deep it went.",
    "The ferry will run until midnight while they work, and the fare will be what the toll on the bridge was.",
)


def page(
    headline: str = "Bridge Shut After a Crack Is Found",
    paragraphs: Sequence[str] = PARAGRAPHS,
    *,
    head: str = "",
    foot: str = "",
    headers: Sequence[str] = (),
) -> bytes:
    """Return a page's answer: a headline, a byline and paragraphs."""
    told = "".join(f"<p>{words}</p>" for words in paragraphs)
    html = (
        f"<!doctype html><html lang=en><head><title>{headline}</title>{head}</head><body>"
        f"<article><h1>{headline}</h1><p class=byline>By Ada Marsh</p>{told}</article>{foot}</body></html>"
    )
    return answer(html.encode(), headers=["Content-Type: text/html; charset=utf-8", *headers])


def item(name: str = "bridge", *, day: int = 17, extra: str = "", query: str = "") -> str:
    """Return a feed's item."""
    return (
        f"<item><title>{name.title()}</title><link>http://paper.example/2026/{name}-is-in-the-news{query}</link>"
        f"<pubDate>{day:02} May 2026 10:00:00 +0000</pubDate>{extra}</item>"
    )


def url_of(name: str = "bridge") -> str:
    """Return the address of an item's page, as `Web.pages` names it."""
    return f"paper.example/2026/{name}-is-in-the-news"


def feed(*items: str) -> bytes:
    """Return a feed's answer."""
    content = "http://purl.org/rss/1.0/modules/content/"
    told = f"<rss version='2.0' xmlns:content='{content}'><channel><title>The Paper</title>"
    told += "".join(items) + "</channel></rss>"
    return answer(told.encode(), headers=["Content-Type: application/rss+xml"])


class Paper:
    """An archive that follows the paper, and the web that answers for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.web = Web()
        self.web.pages["paper.example/robots.txt"] = [answer(b"", status="404 Not Found")]
        archives.create(root, now=self.web.clock.now())
        (root / "onrecord.toml").write_text(SETTINGS)

    def says(self, **pages: bytes) -> None:
        """Set what the pages of items answer, by the items' names."""
        for name, reply in pages.items():
            self.web.pages[url_of(name)] = [reply]

    def lists(self, *items: str) -> None:
        """Set what the feed lists."""
        self.web.pages[FEED] = [feed(*items)]

    def round(
        self,
        *,
        recheck: bool = False,
        fill: bool = False,
        limits: RoundConfig | None = None,
        tell: Listener = lambda _: None,
    ) -> RoundReport:
        """Follow the paper once, an hour after the last time."""
        self.web.clock.seconds += 3600
        with Archive.open(self.root, write=True) as archive:
            return asyncio.run(self._round(archive, recheck=recheck, fill=fill, limits=limits, tell=tell))

    async def _round(
        self,
        archive: Archive,
        *,
        recheck: bool,
        fill: bool = False,
        limits: RoundConfig | None = None,
        tell: Listener = lambda _: None,
    ) -> RoundReport:
        clock = self.web.clock
        async with (
            await self.web.serve(),
            self.web.make_client() as client,
            Writer(archive, now=clock.now) as writer,
        ):
            one = Round(archive, client, writer, clock=clock, tell=tell, limits=limits)
            return await one.run(chosen_sources(archive, []), recheck=recheck, fill=fill)

    def held(self) -> list[HeldArticle]:
        """Return what is held, by number."""
        with Archive.open(self.root) as archive:
            return sorted(archive.catalog.articles(Listing()), key=lambda held: held.number)

    def only(self) -> HeldArticle:
        """Return the one article that is held."""
        (held,) = self.held()
        return held
