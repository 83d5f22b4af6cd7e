"""Learns which lines of a page are its text, and writes the tables that the reader adds up.

    pip install -e '.[train]'
    python benchmarks/extraction/train.py            train, write weights.py and cross-validated.json
    python benchmarks/extraction/train.py --check    cross-validate alone; write nothing

The pages and their truths are those of ../shared/extraction (see README.md). A line's label is what makes the
chosen lines score best against the truth; a line weighs as much as its share of the page's text. The model is
boosted stumps (LightGBM, seed fixed): each looks at one feature, so that all of them together are one table a
feature. Cross-validation is by site: five folds by the digest of the domain; each page is read, whole and as
the user would, with tables learned from other sites' pages, and scored by score.py.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from onrecord import extract
from onrecord.extract import body as rules
from onrecord.extract import features, learned

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "extraction"
sys.path[:0] = [str(SHARED), str(HERE)]
import adapter  # noqa: E402 stands beside this script
import score  # noqa: E402 stands with the pages

SETS = ("aeb", "fundus_eval", "fundus_test", "n4k424", "wcxb", "zh69")
#: Learned from, but not reported: its truth is another extractor's output.
ALSO = ("mozilla",)
FOLDS = 5
STUMPS = 300
SETTINGS = {
    "objective": "binary",
    "num_leaves": 2,
    "learning_rate": 0.1,
    "min_data_in_leaf": 30,
    "lambda_l2": 1.0,
    "num_threads": 1,
    "deterministic": True,
    "verbosity": -1,
    "seed": 7,
}
#: Tokens of the shingles that score.py counts.
SHINGLE = 4
WEIGHTS = Path(features.__file__).parent / "weights.py"
FIGURES = HERE / "cross-validated.json"

Tables = tuple[tuple[int, tuple[float, ...], tuple[float, ...]], ...]


@dataclass
class Page:
    """One page of a set, its truth, and its doubtful lines: features, labels and weights."""

    of: str
    truth: dict[str, Any]
    html: bytes
    rows: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    @property
    def fold(self) -> int:
        """The fold that the page's site is in."""
        return int(hashlib.sha256(self.truth["domain"].encode()).hexdigest(), 16) % FOLDS


def pages(names: Sequence[str]) -> Iterator[Page]:
    """Yield the pages of the sets *names* that have a text."""
    for name in names:
        folder = SHARED / "dev" / name
        for line in (folder / "truth.jsonl").read_text("utf-8").splitlines():
            truth = json.loads(line)
            if truth.get("body"):
                yield _page(
                    name, truth, gzip.decompress((folder / "pages" / f"{truth['id']}.html.gz").read_bytes())
                )


def _page(name: str, truth: dict[str, Any], html: bytes) -> Page:
    """Return a page with the features of its doubtful lines, taken where the reader takes them."""
    seen: list[tuple[features.Page, list[int]]] = []

    def watched(page: features.Page) -> list[int]:
        places = doubtful(page)
        seen.append((page, places))
        return places

    doubtful = features.doubtful
    rules.features.doubtful = watched  # type: ignore[assignment]
    try:
        extract.read_page(html, url=truth["url"])
    finally:
        rules.features.doubtful = doubtful
    if not seen:
        return Page(name, truth, html, np.zeros((0, len(features.NAMES))), np.zeros(0), np.zeros(0))
    page, places = seen[-1]
    lines = [(at, score.tokens(line.text)) for at, line in page.survey.lines()]
    goal = score.tokens("\n".join(truth["body"]))
    best = {
        at
        for (at, _), is_best in zip(lines, best_choice([t for _, t in lines], goal), strict=True)
        if is_best
    }
    sizes = dict(lines)
    whole = max(60, sum(len(sizes[at]) for at in best))
    weights = np.array([min(1.0, (len(sizes[at]) + 2) / whole) for at in places])
    rows = np.array(features.rows(page, places)).reshape(len(places), len(features.NAMES))
    return Page(name, truth, html, rows, np.array([at in best for at in places]), weights)


def best_choice(lines: Sequence[list[str]], goal: list[str]) -> list[bool]:
    """Return which of *lines*, each a list of tokens, score best together against *goal*.

    First those of which the goal has more than half; then each is turned over as long as F1 rises.
    """
    wanted = score.shingles(goal)
    left = Counter(wanted)
    taken = [False] * len(lines)
    for at, tokens in enumerate(lines):
        own = score.shingles(tokens) if len(tokens) >= SHINGLE else Counter()
        found = Counter({one: min(count, left[one]) for one, count in own.items() if left[one] > 0})
        if found.total() * 2 > own.total():
            taken[at] = True
            left.subtract(found)
    size = wanted.total()
    for _ in range(3):
        have = score.shingles([token for at, tokens in enumerate(lines) if taken[at] for token in tokens])
        hits, total, is_better = (wanted & have).total(), have.total(), False
        for at in range(len(lines)):
            change = _change(lines, taken, at)
            gained = sum(
                min(wanted[one], have[one] + count) - min(wanted[one], have[one])
                for one, count in change.items()
            )
            grown = sum(change.values())
            if 2 * (hits + gained) / (size + total + grown or 1) > 2 * hits / (size + total or 1) + 1e-12:
                taken[at], is_better = not taken[at], True
                for one, count in change.items():
                    have[one] += count
                hits, total = hits + gained, total + grown
        if not is_better:
            break
    return taken


def _change(lines: Sequence[list[str]], taken: Sequence[bool], at: int) -> dict[tuple[str, ...], int]:
    """Return by how much each shingle's count changes when line *at* is turned over."""
    before: list[str] = []
    after: list[str] = []
    for one in range(at - 1, -1, -1):
        if len(before) >= SHINGLE - 1:
            break
        before = (lines[one] + before)[-(SHINGLE - 1) :] if taken[one] else before
    for one in range(at + 1, len(lines)):
        if len(after) >= SHINGLE - 1:
            break
        after = (after + lines[one])[: SHINGLE - 1] if taken[one] else after
    change: dict[tuple[str, ...], int] = defaultdict(int)
    for tokens, sign in ((before + lines[at] + after, 1), (before + after, -1)):
        for start in range(len(tokens) - SHINGLE + 1):
            change[tuple(tokens[start : start + SHINGLE])] += -sign if taken[at] else sign
    return {one: count for one, count in change.items() if count}


def learn(from_pages: Sequence[Page]) -> tuple[float, Tables]:
    """Return the bias and the tables that the doubtful lines of *from_pages* teach. Disputed truths teach nothing."""
    used = [one for one in from_pages if len(one.rows) and not one.truth.get("disputed")]
    weights = np.concatenate([one.weights for one in used])
    data = lightgbm.Dataset(
        np.vstack([one.rows for one in used]),
        np.concatenate([one.labels for one in used]).astype(float),
        weight=weights / weights.mean(),
    )
    return tables(lightgbm.train(SETTINGS, data, STUMPS).dump_model())


def tables(model: dict[str, Any]) -> tuple[float, Tables]:
    """Return boosted stumps as a bias and one table a feature: (its number, limits, the values between them)."""
    bias = 0.0
    steps: dict[int, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for tree in model["tree_info"]:
        node = tree["tree_structure"]
        if "split_feature" not in node:
            bias += node["leaf_value"]
            continue
        low, high = node["left_child"]["leaf_value"], node["right_child"]["leaf_value"]
        bias += low
        steps[node["split_feature"]][float(f"{node['threshold']:.5g}")] += high - low
    found = []
    for number, jumps in sorted(steps.items()):
        value, values = 0.0, [0.0]
        for limit in sorted(jumps):
            value += jumps[limit]
            values.append(value)
        middle = sum(values) / len(values)  # what is said of any line belongs to the bias
        bias += middle
        limits = tuple(0.0 if abs(limit) < 1e-9 else limit for limit in sorted(jumps))
        found.append((number, limits, tuple(round(one - middle, 3) for one in values)))
    return round(bias, 3), tuple(found)


def figures(read: Sequence[Page]) -> dict[str, float]:
    """Return the body's F1 by set with the tables that the reader holds now, as score.py has it."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in read:
        got = score.clean(adapter.extract(one.html, one.truth["url"]))
        rows[one.of].append(score.score_page(one.truth, got))
    return {name: score.agg_f1(found)[2] for name, found in rows.items()}


def cross_validated(every: Sequence[Page]) -> dict[str, float]:
    """Return the body's F1 by set, each page read with tables learned from the sites of other folds."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for fold in range(FOLDS):
        learned.BIAS, learned.TABLES = learn([one for one in every if one.fold != fold])
        for one in every:
            if one.fold == fold and one.of in SETS:
                got = score.clean(adapter.extract(one.html, one.truth["url"]))
                rows[one.of].append(score.score_page(one.truth, got))
        print(f"fold {fold + 1} of {FOLDS}", file=sys.stderr)
    return {name: round(score.agg_f1(rows[name])[2], 4) for name in SETS if name in rows}


def written(bias: float, found: Tables) -> str:
    """Return weights.py."""
    lines = [
        '"""What a line\'s features give to the odds that it is text. Written by benchmarks/extraction/train.py."""',
        "",
        "# fmt: off",
        f"BIAS = {bias}",
        "#: (number of the feature in `features.NAMES`, limits, what it gives up to each of them and beyond the last)",
        "TABLES: tuple[tuple[int, tuple[float, ...], tuple[float, ...]], ...] = (",
    ]
    for number, limits, values in found:
        lines.append(f"    # {features.NAMES[number]}")
        lines.append(f"    ({number},")
        lines += [f"     {row}" for row in _wrapped(limits)]
        lines += [f"     {row}" for row in _wrapped(values)]
        lines[-1] = lines[-1].rstrip(",") + "),"
    return "\n".join([*lines, ")", ""])


def _wrapped(numbers: Sequence[float]) -> list[str]:
    """Return *numbers* as a tuple's rows, each short enough for a line."""
    rows = [", ".join(f"{one:g}" for one in numbers[at : at + 10]) for at in range(0, len(numbers), 10)]
    rows = [f"{row}," for row in rows]
    rows[0] = f"({rows[0]}"
    rows[-1] = f"{rows[-1]})," if len(numbers) == 1 else f"{rows[-1].rstrip(',')}),"
    return rows


def main() -> int:
    """Train, print the figures, write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--check", action="store_true", help="cross-validate alone; write nothing")
    is_check = asked.parse_args().check
    if not SHARED.exists():
        print("The pages that the reader learns from (../shared/extraction) are not here.")
        return 0
    every = list(pages((*SETS, *ALSO)))
    print(f"{len(every)} pages, {sum(len(one.rows) for one in every)} doubtful lines", file=sys.stderr)
    crossed = cross_validated(every)
    learned.BIAS, learned.TABLES = learn(every)
    shipped = figures([one for one in every if one.of in SETS])
    for name in crossed:
        print(f"{name:12} cross-validated {crossed[name]:.3f}  shipped {shipped[name]:.3f}")
    if not is_check:
        WEIGHTS.write_text(written(learned.BIAS, learned.TABLES), "utf-8")
        FIGURES.write_text(json.dumps(crossed, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
