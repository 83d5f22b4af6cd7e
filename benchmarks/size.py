"""What an archive takes beside plain gzipped WARC: the recorded newsroom, after two days and after seven.

    python benchmarks/size.py

Each answer that the rounds get is written into the archive as On Record keeps it, and into plain WARC files as a
crawler does: request and response, a gzip member a record, whatever was there before. One has the same answers,
304 among them; the other is that of a crawler which asks for each page daily and without condition. Needs ../shared.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from acceptance import QUICK, SITES, Following, recorded_newsroom, run
from onrecord.archive import Archive
from onrecord.fetch import Client, SystemClock
from onrecord.model import NotModified, Outcome
from onrecord.pipeline.hosts import StateMemory
from onrecord.pipeline.report import utc_now
from onrecord.pipeline.round import Round
from onrecord.pipeline.run import client_settings
from onrecord.pipeline.writing import Writer
from onrecord.warc import SegmentWriter

FEED_ALONE = "https://chinadigitaltimes.net/chinese/feed/"
LAST_DAY = 7
SHOWN = (2, 7)


class Recording(Client):
    """A client that writes each answer into plain WARC files too."""

    same: SegmentWriter
    daily: SegmentWriter

    async def fetch(self, url: str, **wishes: Any) -> Outcome:
        """Ask, and record; ask again without a condition where it made a difference."""
        outcome = await super().fetch(url, **wishes)
        for exchange in getattr(outcome, "exchanges", ()):
            self.same.write_exchange(exchange)
        whole = await super().fetch(url, kind=wishes["kind"]) if isinstance(outcome, NotModified) else outcome
        for exchange in getattr(whole, "exchanges", ()):
            self.daily.write_exchange(exchange)
        return outcome


async def follow(
    archive: Archive, same: SegmentWriter, daily: SegmentWriter, environ: Mapping[str, str]
) -> None:
    """Run one round, as `update --recheck` does."""
    settings = client_settings(archive.config, environ)
    async with (
        Recording(settings, memory=StateMemory(archive.state)) as client,
        Writer(archive, now=utc_now) as writer,
    ):
        client.same, client.daily = same, daily
        one = Round(archive, client, writer, clock=SystemClock(), tell=lambda _: None)
        await one.run(archive.config.sources, recheck=True)
    archive.seal(now=utc_now())


@contextmanager
def plain_warc(place: Path) -> Iterator[SegmentWriter]:
    """Give a plain WARC file to be written."""
    with place.open("wb") as stream:
        yield SegmentWriter(stream, place.name, software="plain", now=datetime.now(UTC))


def size_of(folder: Path) -> int:
    """Return the bytes of all files below *folder*."""
    return sum(place.stat().st_size for place in folder.rglob("*") if place.is_file())


def show(made: Following, day: int, same: int, daily: int) -> None:
    """Print the table of a day."""
    parts = {each: size_of(made.root / each) for each in ("captures", "pictures", "articles", "ledger")}
    exported = made.root.parent / f"collection-{day}"
    said = run("export", "warc", exported, "--reserved", "--json", "--archive", made.root)
    if said.code != 0:
        raise SystemExit(said.err)
    parts |= {
        "captures and pictures": parts["captures"] + parts["pictures"],
        "all of it": sum(parts.values()),
    }
    parts["export warc"] = size_of(exported)
    print(
        f"day {day}: plain WARC of the same answers {same:,} bytes, asked daily without condition {daily:,}"
    )
    for part, size in parts.items():
        print(f"    {part:22} {size:12,}  {size / same:6.1%}  {size / daily:6.1%}")


def main() -> None:
    """Print the tables."""
    hosts = json.loads((SITES / "hosts.json").read_text("utf-8"))
    addresses = [f"https://{host}/" if host not in FEED_ALONE else FEED_ALONE for host in hosts]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            recorded_newsroom(folder) as newsroom,
            plain_warc(folder / "same.warc.gz") as same,
            plain_warc(folder / "daily.warc.gz") as daily,
        ):
            made = Following(root=folder / "news", newsroom=newsroom)
            made.begin(addresses, settings=QUICK)
            for day in range(1, LAST_DAY + 1):
                newsroom.go_to_day(day)
                with Archive.open(made.root, write=True) as archive:
                    asyncio.run(follow(archive, same, daily, newsroom.environ))
                if day in SHOWN:
                    show(made, day, same.size, daily.size)


if __name__ == "__main__":
    main()
