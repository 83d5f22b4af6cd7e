"""What rules for a site cost: a folder of two thousand, and a page read with one and without.

    python benchmarks/rules.py

Needs nothing but this repository: the folder is made, the pages are those of tests/golden/sites.
"""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from onrecord import extract
from onrecord.archive import rulebook

FILES = 2_041  # as many as the public collection has
PAGES = Path(__file__).parents[1] / "tests" / "golden" / "sites"
TIMES = 20
NOW = datetime.now(UTC)
RULE = """title: //h1[contains(@class, 'headline')]
author: //a[@rel='author']
body: //div[contains(concat(' ', normalize-space(@class), ' '), ' article-body ')]
strip: //aside
strip_id_or_class: newsletter
prune: no
test_url: https://paper.example/a
"""


def seconds(work: Callable[[], object], times: int = TIMES) -> float:
    """Return the least CPU that *work* took."""
    taken = []
    for _ in range(times):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


def folder_figures() -> None:
    """Print what a folder of two thousand rules costs."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "sites" / "collection"
        place.mkdir(parents=True)
        for number in range(FILES):
            (place / f"paper{number}.example.txt").write_text(RULE)
        opened = seconds(lambda: rulebook(Path(folder)), 5)
        fresh = (
            seconds(lambda: rulebook(Path(folder)).rule_for("https://paper7.example/a", on=NOW), 5) - opened
        )
        book = rulebook(Path(folder))
        known = seconds(lambda: book.rule_for("https://www.paper7.example/a", on=NOW))
        none = seconds(lambda: book.rule_for("https://news.other.example/a", on=NOW))
    print(f"{FILES:,} files: {opened * 1e3:.1f} ms to list, {fresh * 1e3:.2f} ms to read one")
    print(f"the rule for a page: {known * 1e6:.0f} µs; none for it: {none * 1e6:.0f} µs")


def reading_figures() -> None:
    """Print what a rule adds to the reading of a page, over all cases."""
    book = rulebook()
    alone = ruled = 0.0
    for folder in sorted(PAGES.iterdir()):
        case = tomllib.loads((folder / "case.toml").read_text("utf-8"))
        body, url = (folder / "page.html").read_bytes(), case["url"]
        rule = book.rule_for(url, on=datetime.combine(case["captured"], datetime.min.time(), UTC))
        alone += seconds(lambda: extract.read_page(body, url=url))  # noqa: B023  called at once
        ruled += seconds(lambda: extract.read_page(body, url=url, rule=rule))  # noqa: B023
    print(f"{len(list(PAGES.iterdir()))} small pages: a rule makes {ruled / alone:.2f} times the work")


if __name__ == "__main__":
    folder_figures()
    reading_figures()
