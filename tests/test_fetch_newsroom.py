"""Fetching the recorded publishers, which behave as badly as real ones."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from onrecord.fetch import Client, FetchSettings, Proxies, TransientMemory
from onrecord.model import Fetched, Outcome

NEWSROOM = Path(__file__).parents[2] / "shared" / "newsroom" / "newsroom.py"

pytestmark = [
    pytest.mark.newsroom,
    pytest.mark.slow,
    pytest.mark.skipif(not NEWSROOM.exists(), reason="the recorded publishers are not here"),
]

FEEDS = {
    "cuts-off": "https://www.kommersant.ru/rss.xml",
    "flaky": "https://www.lefigaro.fr/feed.json",
    "rate-limits": "https://www.cnn.com/rss.xml",
    "crawl-delay": "https://www.expressen.se/rss.xml",
}


@dataclass
class Newsroom:
    """A running newsroom."""

    url: str
    ca_file: str

    def log(self) -> list[dict[str, object]]:
        """Return what it was asked."""
        with urllib.request.urlopen(f"{self.url}/__newsroom__/log") as answer:  # noqa: S310 (loopback)
            return [json.loads(line) for line in answer.read().splitlines()]


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Run a newsroom on a free port."""
    ca_file = tmp_path_factory.mktemp("newsroom") / "ca.pem"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(NEWSROOM), "serve", "--port", str(port), "--ca", str(ca_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()  # it says so when it is open
            yield Newsroom(f"http://127.0.0.1:{port}", str(ca_file))
        finally:
            process.terminate()


async def _fetch(newsroom: Newsroom, urls: list[str]) -> list[Outcome]:
    proxies = Proxies(http=newsroom.url, https=newsroom.url)
    settings = FetchSettings(proxies=proxies, ca_file=newsroom.ca_file, page_pause=0.1)
    async with Client(settings, memory=TransientMemory()) as client:
        return list(await asyncio.gather(*(client.fetch(url, kind="feed") for url in urls)))


@pytest.fixture(scope="module")
def outcomes(newsroom: Newsroom) -> dict[str, list[Outcome]]:
    """Return what came of asking each feed five times at once, by trait."""
    urls = [f"{url}?n={number}" for url in FEEDS.values() for number in range(5)]
    found = asyncio.run(_fetch(newsroom, urls))
    return {trait: found[index * 5 : index * 5 + 5] for index, trait in enumerate(FEEDS)}


@pytest.mark.parametrize("trait", FEEDS)
def test_a_badly_behaved_host_is_read_all_the_same(outcomes: dict[str, list[Outcome]], trait: str) -> None:
    """A publisher's trouble costs no entry."""
    assert all(isinstance(outcome, Fetched) for outcome in outcomes[trait])


@pytest.mark.usefixtures("outcomes")
def test_no_host_saw_two_requests_at_once(newsroom: Newsroom) -> None:
    """The newsroom's own log says so."""
    assert {line["in_flight"] for line in newsroom.log()} == {1}
