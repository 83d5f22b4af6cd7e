"""What a round over twenty thousand feeds costs, beside a bare aiohttp loop over the same feeds.

    python benchmarks/many_feeds.py                  # or: make bench-feeds
    python benchmarks/many_feeds.py --feeds 2000     # a tenth of it
    python benchmarks/many_feeds.py --profile        # where the time goes, by cProfile

A small server on loopback answers for all of them. Round and loop run in processes of their own, in turns; the CPU
of each is its own, and the server's is nobody's. README.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from onrecord import archive as archives
from onrecord.archive import Archive
from onrecord.feeds import parse
from onrecord.fetch import KeptRobots, SystemClock
from onrecord.fetch.guard import guarded_connector
from onrecord.model import Entry
from onrecord.pipeline.claims import claims_digest, remembered
from onrecord.pipeline.discovery import claims_of
from onrecord.pipeline.gaps import first_window
from onrecord.pipeline.hosts import StateMemory
from onrecord.pipeline.round import Round
from onrecord.pipeline.run import client_for
from onrecord.pipeline.watching import everything_due
from onrecord.pipeline.writing import Writer
from onrecord.schedule import next_rhythm
from onrecord.store import EntryRow, FeedRow, SourceRow
from onrecord.urls import lookup_key

#: What a round may cost: CPU beside the loop's, memory, and seconds of the plan.
AIM_RATIO, AIM_BYTES, AIM_PLAN = 1.6, 400_000_000, 1.0
#: As many hosts at once as a round asks.
HOSTS_AT_ONCE = 64
#: Entries of a feed: as many as the most common publishing program lists.
ENTRIES = 10
#: Of so many feeds one has moved on by an entry.
CHANGED = 5


def host(number: int) -> str:
    """Return the name of a feed's host."""
    return f"paper-{number}.example"


def feed(number: int, first: int) -> bytes:
    """Return a feed that lists ten entries, from the one numbered *first* on."""
    items = "".join(
        f"<item><title>The council of ward {number} hears its report number {each}</title>"
        f"<link>http://{host(number)}/2026/report-number-{each}-is-heard</link>"
        f"<guid isPermaLink='false'>ward-{number}-{each}</guid>"
        f"<pubDate>Fri, {each + 1:02} May 2026 10:00:00 +0000</pubDate>"
        f"<category>Council</category><description>The report on roads, bridges and the ferry was heard on Friday, and "
        f"will be heard again when the engineers have looked at the piers. Report {each} of this year."
        "</description></item>"
        for each in range(first, first + ENTRIES)
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Ward {number}</title>"
        f"<link>http://{host(number)}/</link><language>en</language>{items}</channel></rss>"
    ).encode()


# ---------------------------------------------------------------- the server


class Papers(asyncio.Protocol):
    """Answers for every host: 304 for four in five, a feed that has moved on for the others."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: Any = transport
        self.head = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self.head += data
        while b"\r\n\r\n" in self.head:
            head, _, self.head = self.head.partition(b"\r\n\r\n")
            self.answer(head.lower())

    def answer(self, asked: bytes) -> None:
        """Answer one request."""
        number = int(asked.partition(b"host: paper-")[2].partition(b".")[0])
        if number % CHANGED and b"if-none-match" in asked:
            self.transport.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
            return
        body = feed(number, 1)
        head = f'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "2"\r\nContent-Length: {len(body)}'
        self.transport.write(f"{head}\r\n\r\n".encode() + body)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Papers, "127.0.0.1", port, backlog=1024)
    print("listening", flush=True)
    await server.serve_forever()


@contextmanager
def papers() -> Iterator[int]:
    """Run the server; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, __file__, "--serve", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if not (process.stdout and process.stdout.readline()):
                raise RuntimeError("the server does not open")
            yield port
        finally:
            process.terminate()


class Everywhere(AbstractResolver):
    """Leads every name to the server."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where the server listens."""
        del port
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": self.port,
                "family": family,
                "proto": 0,
                "flags": 0,
            }
        ]

    async def close(self) -> None:
        """Nothing is open."""


# ---------------------------------------------------------------- the loop


async def loop(feeds: int, port: int) -> None:
    """Ask for each feed, and throw the answer away."""
    turn = asyncio.Semaphore(HOSTS_AT_ONCE)
    connector = aiohttp.TCPConnector(resolver=Everywhere(port), limit=0)
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:

        async def ask(number: int) -> None:
            async with turn:
                headers = {"If-None-Match": '"1"'}
                url = f"http://{host(number)}/feed"
                async with session.get(url, headers=headers, allow_redirects=False) as answer:
                    await answer.read()

        await asyncio.gather(*(ask(number) for number in range(feeds)))


# ---------------------------------------------------------------- the round


def prepare(root: Path, feeds: int) -> None:
    """Make an archive that follows all feeds, as it stands an hour after it has seen each of them."""
    now = datetime.now(UTC).replace(microsecond=0)
    seen = now - timedelta(hours=1)
    archives.create(root, now=seen)
    sources = "".join(
        f'[sources."{host(number)}"]\ntitle = "Ward {number}"\nhome = "http://{host(number)}/"\n'
        f'feeds = ["http://{host(number)}/feed"]\n'
        for number in range(feeds)
    )
    (root / "onrecord.toml").write_text("format = 1\n" + sources)
    with Archive.open(root, write=True) as archive, archive.state.transaction():
        memory = StateMemory(archive.state)
        for number in range(feeds):
            url, name = f"http://{host(number)}/feed", host(number)
            listed = parse(feed(number, 0), url=url)
            memory.keep_robots(f"http://{name}", KeptRobots(seen, b"User-agent: *\nDisallow: /private/\n"))
            archive.state.put(
                FeedRow(
                    url=url,
                    source=name,
                    etag='"1"',
                    claims_digest=claims_of(listed),
                    checked_at=seen,
                    read_at=seen,
                )
            )
            stated = [entry.published_at.at for entry in listed.entries if entry.published_at]
            rhythm = next_rhythm(None, stated, now=seen).as_text()
            archive.state.put(SourceRow(id=name, next_at=now, checked_at=seen, judged_at=seen, rhythm=rhythm))
            archive.state.put(first_window(name, url, listed, seen))
            # As if each page had been refused: known, and not to be asked for again yet.
            for entry in (*listed.entries, *parse(feed(number, 1), url=url).entries[-1:]):
                archive.state.put(refused(entry, name, seen))


def refused(entry: Entry, source: str, seen: datetime) -> EntryRow:
    """Return the row of an entry whose page was refused."""
    return EntryRow(
        source=source,
        key=lookup_key(entry.url),
        url=entry.url,
        headline=entry.headline,
        claims_digest=claims_digest(entry),
        claims=remembered(entry),
        first_seen_at=seen,
        last_seen_at=seen,
        outcome="refused",
        attempts=9,
        next_at=seen + timedelta(days=10),
    )


async def round_over(root: Path, port: int) -> dict[str, float]:
    """Plan and run a round; return what both took."""

    def now() -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    begun = time.process_time()
    with Archive.open(root, write=True) as archive:
        opened = time.process_time()
        turns = everything_due(archive, now=now())
        planned = time.process_time()
        loopback = (ip_network("127.0.0.0/8"),)
        async with (
            client_for(
                archive,
                {},
                connector=lambda trust: guarded_connector(trust, loopback, resolver=Everywhere(port)),
            ) as client,
            Writer(archive, now=now) as writer,
        ):
            report = await Round(archive, client, writer, clock=SystemClock(), tell=lambda _: None).take(
                turns
            )
        ended = time.process_time()
        again = everything_due(archive, now=now())
        assert len(turns) == report.counts["source-done"]
        assert not report.failed
        assert not again
        after = time.process_time()
    return {
        "open": opened - begun,
        "plan": planned - opened,
        "cpu": ended - planned,
        "next plan": after - ended,
    }


def child(what: str, words: Sequence[str]) -> None:
    """Do one thing, and print what it took."""
    begun = time.process_time()
    if what == "loop":
        asyncio.run(loop(int(words[0]), int(words[1])))
        took = {"cpu": time.process_time() - begun}
    else:
        took = asyncio.run(round_over(Path(words[0]), int(words[1])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps(took | {"memory": peak}))


def spent(what: str, *words: str, profile: str | None = None) -> dict[str, float]:
    """Run a child; return what it took."""
    command = [sys.executable, __file__, "--child", what, *(["--into", profile] if profile else []), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=os.environ)
    found: dict[str, float] = json.loads(done.stdout)
    return found


# ---------------------------------------------------------------- the command


def measure(feeds: int, folder: Path) -> str:
    """Return the figures as a person reads them."""
    prepare(folder / "news", feeds)
    with papers() as port:
        below = [spent("loop", str(feeds), str(port))]
        above = spent("round", str(folder / "news"), str(port))
        below.append(spent("loop", str(feeds), str(port)))
    floor = sum(one["cpu"] for one in below) / 2
    whole = above["cpu"] + above["plan"]
    ratio = whole / floor
    met = {
        f"{AIM_RATIO} times the loop": ratio <= AIM_RATIO,
        f"{AIM_BYTES / 1e6:.0f} MB": above["memory"] < AIM_BYTES,
        f"a plan in {AIM_PLAN:.0f} s": max(above["plan"], above["next plan"]) < AIM_PLAN,
    }
    aims = "; ".join(f"{aim}: {'met' if is_met else 'not met'}" for aim, is_met in met.items())
    plans = f"The plan: {above['plan']:.2f} s; the next: {above['next plan']:.2f} s."
    lines = [f"A round over {feeds} feeds on as many hosts; {CHANGED - 1} in {CHANGED} unchanged.", ""]
    lines.append(f"{'':20}{'CPU':>10}{'a feed':>12}{'memory':>10}")
    for name, cpu, memory in (
        ("aiohttp loop", floor, below[0]["memory"]),
        ("round", whole, above["memory"]),
    ):
        lines.append(f"{name:20}{cpu:8.2f} s{cpu / feeds * 1e6:9.0f} µs{memory / 1e6:7.0f} MB")
    lines.append(f"{'ratio':20}{ratio:8.2f}")
    shown = " and ".join(f"{one['cpu']:.2f} s" for one in below)
    lines += [
        "",
        f"The loop before and after the round: {shown}. Opening the archive: {above['open']:.2f} s. {plans}",
    ]
    return "\n".join([*lines, f"The aims: {aims}."])


def profile(feeds: int, folder: Path) -> None:
    prepare(folder / "news", feeds)
    with papers() as port:
        spent("round", str(folder / "news"), str(port), profile=str(folder / "profile"))
    stats = pstats.Stats(str(folder / "profile"))
    stats.sort_stats("tottime").print_stats(45)
    stats.sort_stats("cumtime").print_stats("onrecord", 60)


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="What a round over many feeds costs beside a bare loop.")
    parser.add_argument("--feeds", type=int, default=20_000, metavar="N", help="how many (default 20,000)")
    parser.add_argument("--profile", action="store_true", help="tell where the time goes, by cProfile")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--into", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve))
    elif options.child and options.into:
        profiler = cProfile.Profile(time.process_time)
        profiler.runcall(child, options.child, options.words)
        profiler.dump_stats(options.into)
    elif options.child:
        child(options.child, options.words)
    else:
        with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder:
            if options.profile:
                profile(options.feeds, Path(folder))
            else:
                print(measure(options.feeds, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
