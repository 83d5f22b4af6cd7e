"""How well pages are read, and at what price: On Record's line beside trafilatura's.

    python benchmarks/extraction/run.py                all development sets
    python benchmarks/extraction/run.py fundus_test    some of them

The pages are real publishers', beside the repository in ../shared; where they are absent, this says so and
ends. `score.py`, which stands with them, runs and scores the readers; the CPU figures are taken here, page by
page, the best of three, in one process, the parser's beside the reader's.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import math
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from onrecord import extract

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "extraction"
SETS = ("aeb", "fundus_eval", "fundus_test", "n4k424", "wcxb", "zh69")
#: The set and the number of its pages that CPU is measured on, as PEERS.md did.
TIMED, PAGES, TIMES = "fundus_test", 100, 3
#: trafilatura's default settings, all pages of each set and the same hundred pages: PEERS.md.
TRAFILATURA = {
    "aeb": 0.961,
    "fundus_eval": 0.946,
    "fundus_test": 0.951,
    "n4k424": 0.918,
    "wcxb": 0.940,
    "zh69": 0.752,
}
TRAFILATURA_MS = 29.8
#: The body's F1 with tables learned from other sites' pages alone; train.py writes it with the tables.
CROSSED = HERE / "cross-validated.json"
_FIGURE = re.compile(r"(\w+)=(\d+(?:\.\d+)?)")


def scored(entry: str, name: str, sets: list[str], folder: Path) -> dict[str, dict[str, float]]:
    """Return the figures that score.py prints for a reader, by set."""
    done = subprocess.run(
        [
            *(sys.executable, SHARED / "score.py", "run", entry),
            *(SHARED / "dev" / one for one in sets),
            *("--name", name, "--results", folder),
        ],
        cwd=HERE,
        env={"PYTHONPATH": f"{HERE}:{SHARED}", "PATH": ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if len(words) > 2 and words[1] in sets:
            found[words[1]] = {key: float(value) for key, value in _FIGURE.findall(line)}
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds a page: each page's best of `TIMES`."""

    floor: float  #: the parser alone, in the mean
    mean: float
    median: float
    slowest: float
    slowest_page: str


def cost() -> Cost:
    """Return what reading a page costs, over the first `PAGES` of `TIMED`; the parser alone in the same turn."""
    folder = SHARED / "dev" / TIMED
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()[:PAGES]]
    pages = [gzip.decompress((folder / "pages" / f"{row['id']}.html.gz").read_bytes()) for row in rows]
    floors, ours = [math.inf] * len(rows), [math.inf] * len(rows)
    for _ in range(TIMES):
        for at, (row, page) in enumerate(zip(rows, pages, strict=True)):
            begin = time.process_time()
            LexborHTMLParser(page)
            parsed = time.process_time()
            extract.read_page(page, url=row["url"])
            floors[at] = min(floors[at], parsed - begin)
            ours[at] = min(ours[at], time.process_time() - parsed)
    slowest = max(range(len(ours)), key=lambda at: ours[at])
    return Cost(
        floor=1000 * statistics.fmean(floors),
        mean=1000 * statistics.fmean(ours),
        median=1000 * statistics.median(ours),
        slowest=1000 * ours[slowest],
        slowest_page=rows[slowest]["id"],
    )


def table(ours: dict[str, dict[str, float]], theirs: dict[str, dict[str, float]], taken: Cost) -> str:
    """Return the figures as lines: body F1 by set, the fields where the truth has them, CPU.

    *top* is the share of pages whose first picture is the right one.
    """
    crossed = json.loads(CROSSED.read_text("utf-8")) if CROSSED.exists() else {}
    heads = f"{'set':12} {'body F1':>8} {'by site':>8} {'title':>6} {'authors':>8} {'date':>6} {'top':>6}"
    lines = [f"{heads} {'trafilatura F1':>15}"]
    for name, row in ours.items():
        peer = theirs.get(name, {}).get("F1", TRAFILATURA.get(name))
        fields = [f"{row[key]:.3f}" if key in row else "-" for key in ("title", "auth", "date", "imgtop")]
        lines.append(
            f"{name:12} {row['F1']:>8.3f} {crossed.get(name, '-'):>8.3} {fields[0]:>6} {fields[1]:>8} {fields[2]:>6}"
            f" {fields[3]:>6} {peer if peer is not None else '-':>15}"
        )
    lines.append("\nby site: body F1, cross-validated by site when the tables were learned (train.py).")
    peers = "measured here" if theirs else "as PEERS.md has it; it is not installed here"
    lines.append(
        f"\nCPU {taken.mean:.1f} ms a page in the mean, {taken.median:.1f} in the median, {taken.slowest:.0f}"
    )
    lines.append(
        f"the slowest ({taken.slowest_page}); the parser alone {taken.floor:.2f}: {PAGES} pages of {TIMED},"
    )
    lines.append(f"each the best of {TIMES}. trafilatura {TRAFILATURA_MS} ms (PEERS.md). Its F1: {peers}.")
    return "\n".join(lines)


def main(names: list[str]) -> int:
    """Measure, print, and return the exit code."""
    if not SHARED.exists():
        print("The pages that extraction is measured on (../shared/extraction) are not here.")
        return 0
    sets = names or list(SETS)
    with tempfile.TemporaryDirectory() as folder:
        ours = scored("adapter:extract", "onrecord", sets, Path(folder))
        has_peer = importlib.util.find_spec("trafilatura") is not None
        theirs = scored("peers:trafilatura", "trafilatura", sets, Path(folder)) if has_peer else {}
    print(table(ours, theirs, cost()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
