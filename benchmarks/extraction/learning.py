"""What learning a site adds: each page read by itself, and again knowing the other pages of its site in the set.

    python benchmarks/extraction/learning.py                     the sets that have several pages of a site
    python benchmarks/extraction/learning.py fundus_eval --each  and each page that reads otherwise, with its lines

The sets have two to six pages of a site, an archive has hundreds. An archive asks for more before it believes that a
line is furniture (`onrecord.learning.RECURRING` articles), so its answer is shown beside bolder ones: the last columns
count a line as furniture if it stands on one, two or three other pages. Sites with one page are left out.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import adapter

from onrecord.extract import SiteMemory, Traits, read_page_and_traits
from onrecord.learning import Era

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "extraction"
SETS = ("aeb", "fundus_eval", "fundus_test", "n4k424")
#: A line on so many other pages is furniture.
ENOUGH = (1, 2, 3)
NOTHING = SiteMemory("")


def _score() -> Any:
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(SHARED / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(slots=True)
class Page:
    """A page of a set, with its truth, and what it shows of its site."""

    truth: dict[str, Any]
    body: bytes
    traits: Traits = field(default_factory=lambda: Traits({}, {}))

    def read(self, site: SiteMemory) -> dict[str, Any]:
        """Return what the reader makes of it, knowing *site*."""
        return adapter.extract(self.body, self.truth["url"], site=site)


def pages_by_site(name: str) -> list[list[Page]]:
    """Return the pages of the sites of a set that have several."""
    folder = SHARED / "dev" / name
    sites: dict[str, list[Page]] = defaultdict(list)
    for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
        truth = json.loads(line)
        page = folder / "pages" / f"{truth['id']}.html.gz"
        sites[truth["site"]].append(Page(truth, gzip.decompress(page.read_bytes())))
    several = [pages for pages in sites.values() if len(pages) > 1]
    for page in (page for pages in several for page in pages):
        page.traits = read_page_and_traits(page.body, url=page.truth["url"], site=NOTHING)[2]
    return several


def memory_of(page: Page, others: Sequence[Page], enough: int) -> SiteMemory:
    """Return what the other pages tell; copies of this page's own article tell nothing."""
    era = Era(datetime(2026, 1, 1, tzinfo=UTC))
    for other in others:
        if not (_is_copy(page, other) or _is_copy(other, page)):
            era.add(other.traits)
    return era.memory("", recurring=enough)


def _is_copy(page: Page, other: Page) -> bool:
    era = Era(datetime(2026, 1, 1, tzinfo=UTC))
    era.add(other.traits)
    return not era.add(page.traits)


def measured(name: str, score: Any, *, each: bool) -> str:
    """Return a set's line."""
    rows: dict[int, list[dict[str, Any]]] = {enough: [] for enough in (0, *ENOUGH)}
    for pages in pages_by_site(name):
        for page in pages:
            plain = page.read(NOTHING)
            rows[0].append(score.score_page(page.truth, plain))
            others = [one for one in pages if one is not page]
            for enough in ENOUGH:
                told = page.read(memory_of(page, others, enough))
                rows[enough].append(score.score_page(page.truth, told))
                if each:
                    _tell(page, enough, plain, told, rows[enough][-1]["F"] - rows[0][-1]["F"])
    figures = "".join(f"{score.agg_f1(rows[enough])[2]:>11.4f}" for enough in (0, *ENOUGH))
    fields = ("title_norm", "author_f1", "date_ok")
    told = "  ".join(f"{_mean(rows[0], one)} -> {_mean(rows[1], one)}" for one in fields)
    return f"{name:12} {len(rows[0]):>5} {figures}    {told}"


def _mean(rows: list[dict[str, Any]], name: str) -> str:
    values = [row[name] for row in rows if name in row]
    return f"{sum(values) / len(values):.3f}" if values else "    -"


def _tell(page: Page, enough: int, before: dict[str, Any], after: dict[str, Any], gain: float) -> None:
    """Print what a page reads otherwise."""
    if before == after:
        return
    print(f"{page.truth['id'][:40]} ({page.truth['site']}), {enough}: {gain:+.3f}")
    gone, come = (set(one.get("body", ())) for one in (before, after))
    for mark, lines in (("-", gone - come), ("+", come - gone)):
        print(*(f"   {mark} {line[:110]}" for line in sorted(lines)), sep="\n", end="\n" if lines else "")
    for key in ("title", "authors", "date"):
        if before.get(key) != after.get(key):
            print(f"   {key}: {before.get(key)!r} -> {after.get(key)!r}")


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help="; ".join(SETS))
    parser.add_argument("--each", action="store_true", help="tell of each page that reads otherwise")
    asked = parser.parse_args(words)
    if not SHARED.exists():
        print("The pages that extraction is measured on (../shared/extraction) are not here.")
        return 0
    score = _score()
    print(f"{'body F1':12} {'pages':>5} {'by itself':>11}" + "".join(f"{f'on {one}':>11}" for one in ENOUGH))
    for name in asked.sets or SETS:
        print(measured(name, score, each=asked.each), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
