"""The lineage's own edits: each modification of an article in its Git history, sorted by the kind of what changed.

    python benchmarks/lineage.py [--sample N] [--words]

The history (../shared/legacy/history.bundle) is that of an hourly mirror of full-text feeds: it wrote a file again
whenever the feed's bytes had changed. How many of these were noise, and would a reader agree? `--sample 40` lists the
forty whose digests are the smallest, with the verdict of the program; `--words` adds what changed. What a person made
of them, reading the files' own bytes first, stands in lineage-read.tsv, and is compared with it.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from onrecord.compare import Comparison, compare
from onrecord.extract import read_entry
from onrecord.legacy import entry_of, parse
from onrecord.model import Article
from onrecord.revisions import content_digest

BUNDLE = Path(__file__).parents[2] / "shared" / "legacy" / "history.bundle"
#: A revision whose words are the same: its breaks, its emphasis or its embeds are not.
NO_WORD = "no word"
READ = Path(__file__).with_name("lineage-read.tsv")


@dataclass(frozen=True, slots=True)
class Modification:
    """A commit that wrote an article's file again."""

    commit: str
    path: str
    before: Article
    after: Article

    @property
    def key(self) -> str:
        """What it is chosen by, and known by in the table."""
        return sha256(f"{self.commit} {self.path}".encode()).hexdigest()[:8]

    @property
    def comparison(self) -> Comparison:
        """What a reader would see."""
        return compare(self.before, self.after)

    @property
    def verdict(self) -> str:
        """The kinds of the changes, the weightiest first; "noise" where On Record would keep no revision."""
        if content_digest(self.before) == content_digest(self.after):
            return "noise"
        kinds = [change.kind.value for change in self.comparison.changes]
        return ", ".join(dict.fromkeys(kinds)) or NO_WORD


def modifications(folder: Path) -> tuple[list[Modification], int]:
    """Return all of them, the newest first, and how many could not be read."""
    command = ["log", "--diff-filter=M", "--name-only", "--format=>%H", "--", "articles"]
    found, commit, unread = [], "", 0
    for line in _git(folder, *command).decode().splitlines():
        if line.startswith(">"):
            commit = line[1:]
        elif line:
            before, after = (
                _article(_git(folder, "show", f"{rev}:{line}")) for rev in (f"{commit}^", commit)
            )
            if before and after:
                found.append(Modification(commit, line, before, after))
            else:
                unread += 1
    return found, unread


def _git(folder: Path, *words: str) -> bytes:
    command = ["git", "-c", "core.quotepath=off", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _article(data: bytes) -> Article | None:
    envelope = parse(data.decode()).envelope
    if envelope is None:
        return None
    entry = entry_of(envelope)
    return read_entry(entry, feed_url=entry.url).article


def read_by_hand() -> dict[str, str]:
    """Return what a person made of the chosen ones, by their keys."""
    rows = [line.split("\t") for line in READ.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {row[0]: row[1] for row in rows}


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser()
    options.add_argument("--sample", type=int, default=0)
    options.add_argument("--words", action="store_true")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "news"
        clone = ["git", "-c", "core.autocrlf=false", "clone", "-q", "-b", "main", str(BUNDLE), str(folder)]
        subprocess.run(clone, check=True, capture_output=True)
        found, unread = modifications(folder)
    paths = {one.path for one in found}
    print(f"{len(found)} modifications of {len(paths)} files, {unread} more without an article to read")
    noise = sum(one.verdict == "noise" for one in found)
    print(f"noise: {noise} ({noise / len(found):.0%})")
    for verdict, count in Counter(one.verdict for one in found).most_common():
        print(f"{count:5}  {verdict}")
    kinds = Counter(kind.value for one in found if one.verdict != "noise" for kind in one.comparison.kinds)
    print("by kind:", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
    known = read_by_hand() if READ.exists() else {}
    chosen = sorted(found, key=lambda one: one.key)[: wanted.sample]
    for one in chosen:
        print(f"{one.key}\t{one.verdict}\t{known.get(one.key, '')}")
        if wanted.words:
            for change in one.comparison.changes:
                print(f"    {change.kind.value}: {change.before[:300]!r} => {change.after[:300]!r}")
    if chosen and known:
        agreed = sum(known.get(one.key) == one.verdict.partition(",")[0] for one in chosen)
        print(f"{agreed} of {len(chosen)}: the weightiest kind is the one read by hand")


if __name__ == "__main__":
    main()
