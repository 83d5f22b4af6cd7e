"""What pages made worse cost: five thousand of real publishers', each cut, torn, nested or blown up.

    python benchmarks/mutations.py               # or: make bench-mutations
    python benchmarks/mutations.py --pages 50    # of each kind
    python benchmarks/mutations.py --kind nested --page 17

The aim: no exception, no page over 2 seconds, no more than 300 MB. Each kind is read in a process of its own,
whose largest resident set is what its worst page took. `--page` reads one of them alone. A second part reads ten
thousand pages in one process, and tells how its memory grew.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import resource
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEVELOPMENT = ROOT.parent / "shared" / "extraction" / "dev"
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from mutations import KINDS, Mutation, mutated  # noqa: E402  (found by the line above)
from onrecord.extract import read_page_and_facts  # noqa: E402
from onrecord.judge import judge  # noqa: E402

PAGES = 500  #: of each kind
SECONDS, MEMORY = 2.0, 300  #: the aims; megabytes
READ = 10_000  #: pages read by one process, whose memory may not grow
WARM = 1_000  #: of them until the first look at its memory
UNIT = 1 << (20 if sys.platform == "darwin" else 10)  # of ru_maxrss, in a megabyte


@dataclass(frozen=True, slots=True)
class Cost:
    """What the pages of one kind cost."""

    kind: str
    pages: int
    slowest: float  #: CPU seconds
    slowest_page: int
    megabytes: int
    errors: tuple[str, ...]  #: each with the number of its page

    @property
    def is_good(self) -> bool:
        """Are the aims reached?"""
        return not self.errors and self.slowest <= SECONDS and self.megabytes <= MEMORY


def sources() -> list[tuple[Path, str]]:
    """Return the file and the address of each development page, the sets in turn."""
    found = []
    for number, folder in enumerate(sorted(DEVELOPMENT.iterdir())):
        rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
        files = [(folder / "pages" / f"{row['id']}.html.gz", row.get("url") or "") for row in rows]
        found += [(at, number, *one) for at, one in enumerate(files) if one[0].exists()]
    return [(file, url or "https://paper.example/a") for _, _, file, url in sorted(found)]


def read(page: bytes, url: str) -> None:
    """Read and judge one page, as a round does."""
    extraction, facts = read_page_and_facts(page, url=url)
    judge(extraction, facts, status=200, media_type="text/html", asked_url=url, final_url=url)


def cost(kind: Mutation, numbers: range) -> Cost:
    """Read the pages of one kind, and return what they cost. To be called in a process of its own."""
    files = sources()
    slowest, slowest_page, errors = 0.0, -1, []
    for number in numbers:
        file, url = files[number % len(files)]
        page = mutated(gzip.decompress(file.read_bytes()), kind, number, size=1.0)
        begin = time.process_time()
        try:
            read(page, url)
        except Exception:  # noqa: BLE001 (whatever it is, it is what we look for)
            errors.append(f"{number}: {traceback.format_exc(limit=-2)}")
        took = time.process_time() - begin
        if took > slowest:
            slowest, slowest_page = took, number
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // UNIT
    return Cost(kind.__name__, len(numbers), slowest, slowest_page, peak, tuple(errors))


def growth(pages: int) -> tuple[int, int]:
    """Read *pages* whole pages; return the process's largest resident set after `WARM` of them, and at the end."""
    files = sources()
    held = [(gzip.decompress(file.read_bytes()), url) for file, url in files[:100]]
    early = 0
    for number in range(pages):
        read(*held[number % len(held)])
        if number == min(WARM, pages) - 1:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // UNIT
    return early, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // UNIT


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code: 1 where an aim is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=PAGES, help="pages of each kind")
    parser.add_argument("--read", type=int, default=READ, help="pages for the look at memory")
    parser.add_argument("--kind", choices=[kind.__name__ for kind in KINDS])
    parser.add_argument("--page", type=int, help="one page, by its number")
    chosen = parser.parse_args(arguments)
    if not DEVELOPMENT.is_dir():
        print("The pages that are made worse (../shared/extraction) are not here.")
        return 0
    numbers = range(chosen.pages) if chosen.page is None else range(chosen.page, chosen.page + 1)
    kinds = [kind for kind in KINDS if chosen.kind in {None, kind.__name__}]
    is_good = True
    print(f"{'kind':22} {'pages':>6} {'errors':>7} {'slowest':>9} {'page':>6} {'memory':>8}")
    # A fresh interpreter for each: what a kind takes is not hidden by what the one before it took.
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for kind in kinds:
            found = pool.apply(cost, (kind, numbers))
            print(
                f"{found.kind:22} {found.pages:6} {len(found.errors):7} {found.slowest:7.2f} s"
                f" {found.slowest_page:6} {found.megabytes:5} MB",
                *found.errors[:3],
                sep="\n" if found.errors else "",
                flush=True,
            )
            is_good = is_good and found.is_good
        if chosen.kind is None and chosen.read:
            early, late = pool.apply(growth, (chosen.read,))
            print(
                f"\n{chosen.read:,} pages read by one process: {early} MB after {WARM:,}, {late} MB at the end"
            )
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
