"""The floor of a round: ask for everything that it asked for, and throw it away.

    python floor.py PROXY CA-FILE < ADDRESSES        an address a line, in the order of asking

Bare aiohttp over the same proxy and TLS: hosts side by side, one request at a time for each host, without
pauses, retries or redirects. Bodies are read to their end and dropped, still packed. Prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

#: As many as a round asks at once (`hosts_at_once`).
HOSTS_AT_ONCE = 64


def by_host(urls: Sequence[str]) -> list[list[str]]:
    """Return *urls* in one list for each host, in their order."""
    lists: defaultdict[str, list[str]] = defaultdict(list)
    for url in urls:
        lists[urlsplit(url).netloc].append(url)
    return list(lists.values())


async def fetch_all(urls: Sequence[str], *, proxy: str, ca_file: str | None = None) -> Counter[str]:
    """Ask for *urls* through *proxy*; return the number of "answers", of "bytes" and of "lost" requests."""
    counts: Counter[str] = Counter(answers=0, bytes=0, lost=0)
    turn = asyncio.Semaphore(HOSTS_AT_ONCE)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=ca_file), limit=0)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:

        async def ask(host: Sequence[str]) -> None:
            for url in host:
                async with turn:
                    try:
                        # encoded: some addresses are signed, and answer only byte for byte.
                        got = session.get(URL(url, encoded=True), proxy=proxy, allow_redirects=False)
                        async with got as response:
                            async for part in response.content.iter_any():
                                counts["bytes"] += len(part)
                        counts["answers"] += 1
                    except aiohttp.ClientError:  # a publisher who cuts off costs the floor its request too
                        counts["lost"] += 1

        await asyncio.gather(*(ask(host) for host in by_host(urls)))
    return counts


if __name__ == "__main__":
    asked = sys.stdin.read().split()
    print(json.dumps(asyncio.run(fetch_all(asked, proxy=sys.argv[1], ca_file=sys.argv[2]))))
