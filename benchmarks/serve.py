"""How soon the reader answers: the first byte of its pages, over an archive of many articles.

    python benchmarks/serve.py                      200,000 articles, 1,000 requests of each page
    python benchmarks/serve.py --documents 20000
    python benchmarks/serve.py --keep DIR           use the archive there, or leave it there (as benchmarks/search.py)

One worker on loopback, one request after the other, each on a connection of its own. The search index is made first.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import press
from onrecord.archive import Archive
from onrecord.store import Listing
from onrecord.text import body_text

SAMPLE = 300
OTHER = (
    "/sources",
    "/changes",
    "/unread",
    "/starred",
    "/topics",
    "/health",
    "/round",
    "/opds",
    "/feeds/all.atom",
)


@contextmanager
def serving(root: Path) -> Iterator[int]:
    """Show the archive in *root* meanwhile; give the port."""
    words = [sys.executable, "-m", "onrecord", "serve", "--archive", str(root), "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r":(\d+)/", line)
        try:
            if not found:
                raise SystemExit(f"`onrecord serve` did not begin: {line}")
            yield int(found[1])
        finally:
            process.terminate()


def first_byte(port: int, path: str) -> float:
    """Return the milliseconds from a request to the first byte of its answer, read to its end."""
    connection = http.client.HTTPConnection("localhost", port)
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read(1)
    took = (time.perf_counter() - began) * 1e3
    answer.read()
    connection.close()
    if answer.status != http.client.OK:
        raise SystemExit(f"{path}: {answer.status}")
    return took


def pages(root: Path, count: int) -> dict[str, list[str]]:
    """Return what is asked for, by the kind of page."""
    chance = random.Random(0)
    with Archive.open(root) as archive:
        held = list(islice(archive.catalog.articles(Listing(limit=SAMPLE * 10)), SAMPLE * 10))
        chosen = [archive.document(one) for one in chance.sample(held, min(SAMPLE, len(held)))]
    told = [one.revision.article for one in chosen]
    chinese = [body_text(one.blocks) for one in told if (one.language or "").startswith("zh")]
    words = press.sought(chinese, 2, count)
    return {
        "today": ["/"] * count,
        "a source": [f"/source/{chance.choice(chosen).source}" for _ in range(count)],
        "an article": [f"/article/{chance.choice(held).id}" for _ in range(count)],
        "a search": [f"/search?q={quote(word)}" for word in words],
        **{path: [path] * max(count // 20, 1) for path in OTHER},
    }


def report(root: Path, count: int) -> None:
    """Ask, and print the table."""
    asked = pages(root, count)
    subprocess.run(
        [sys.executable, "-m", "onrecord", "search", "--archive", str(root), "--limit", "1", "bridge"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    print("| page | requests | p50 | p95 | slowest |\n|---|---|---|---|---|")
    with serving(root) as port:
        for name, paths in asked.items():
            first_byte(port, paths[0])
            print(
                f"| {name} | {len(paths):,} | {_row([first_byte(port, path) for path in paths])} |",
                flush=True,
            )


def _row(figures: Sequence[float]) -> str:
    ordered = sorted(figures)
    middle, late = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
    return f"{middle:.1f} ms | {late:.1f} ms | {ordered[-1]:.1f} ms"


def main() -> int:
    """Measure, print, and return the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--documents", type=int, default=200_000)
    words.add_argument("--requests", type=int, default=1_000)
    words.add_argument("--keep", type=Path)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = given.keep or Path(folder) / "news"
        if not (root / "onrecord.toml").is_file():
            press.print_into(root, given.documents)
        report(root, given.requests)
    return 0


if __name__ == "__main__":
    sys.exit(main())
