"""Search over many articles: tantivy, which `onrecord search` uses, beside SQLite's FTS5, over the same tokens.

    python benchmarks/search.py                     200,000 articles, both (an hour on two slow cores)
    python benchmarks/search.py --documents 20000
    python benchmarks/search.py --keep DIR          leave the archive and both indexes there, and use what is there

Each index is made, and asked, in a process of its own. The queries are runs of Chinese characters cut from the texts,
so that the frequent ones come often, the 50 most frequent characters, and English words; each by rank, by date, and
within one source. A question is answered when the top 20 are there with the number of all matches; the last column has
their snippets too, for which each document is read. README.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import apsw

import press
from onrecord import search as searching
from onrecord.archive import Archive
from onrecord.archive.layout import SEARCH
from onrecord.model import Document
from onrecord.search import Ask, SearchIndex, analysis, moment_of
from onrecord.store import Listing
from onrecord.text import body_text

SAMPLE = 2_000  #: articles from which the queries are cut
OF_EACH = 200  #: queries of a kind
TOP = 20
FILTER = "paper-3.example"


# ---------------------------------------------------------------- two indexes


class Index(Protocol):
    """What both can do."""

    def fill(self, archive: Archive) -> int:
        """Index all that is held; return how many articles."""
        ...

    def ask(self, query: str, *, by_date: bool, source: str | None) -> list[str]:
        """Return the ids of the top 20."""
        ...


class Ours:
    """`onrecord.search`."""

    def __init__(self, root: Path) -> None:
        self.folder = root / SEARCH
        self._index = SearchIndex(self.folder)

    def fill(self, archive: Archive) -> int:
        """Index all that is held; return how many articles."""
        return searching.follow(archive, self._index)

    def close(self) -> None:
        """Wait for the last merge."""
        self._index.close()

    def ask(self, query: str, *, by_date: bool, source: str | None) -> list[str]:
        """Return the ids of the top 20."""
        node = searching.parse(f"{query} source:{source}" if source else query)
        found = self._index.search(Ask(node=node, limit=TOP, by_date=by_date), now=press.END)
        return [hit.id for hit in found.hits]


class Fts5:
    """SQLite's FTS5 over the same tokens, each dense character one, with the same weights; no stems."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "fts5"
        self.folder.mkdir(exist_ok=True)
        self._db = apsw.Connection(str(self.folder / "index.sqlite"))
        self._db.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS text USING fts5("
            "headline, body, content = '', tokenize = \"unicode61 remove_diacritics 0\");"
            "CREATE TABLE IF NOT EXISTS article (rowid INTEGER PRIMARY KEY, id TEXT, published INTEGER, source TEXT)"
        )

    def fill(self, archive: Archive) -> int:
        """Index all that is held; return how many articles."""
        done = 0
        self._db.execute("BEGIN")
        for held in archive.catalog.articles(Listing(limit=10_000_000)):
            article = archive.document(held).revision.article
            row = (held.id, int(moment_of(held).timestamp()), held.source)
            self._db.execute("INSERT INTO article (id, published, source) VALUES (?, ?, ?)", row)
            told = (
                self._db.last_insert_rowid(),
                _spaced(article.headline),
                _spaced(body_text(article.blocks)),
            )
            self._db.execute("INSERT INTO text (rowid, headline, body) VALUES (?, ?, ?)", told)
            done += 1
        self._db.execute("COMMIT")
        self._db.execute("INSERT INTO text(text) VALUES ('optimize')")
        return done

    def close(self) -> None:
        """Let go."""
        self._db.close()

    def ask(self, query: str, *, by_date: bool, source: str | None) -> list[str]:
        """Return the ids of the top 20."""
        phrase = '"' + _spaced(query) + '"'
        where = "text MATCH ?" + (" AND source = ?" if source else "")
        given = (phrase, source) if source else (phrase,)
        order = "published DESC" if by_date else "bm25(text, 4.0, 1.0)"
        joined = "FROM text JOIN article ON article.rowid = text.rowid WHERE"
        list(self._db.execute(f"SELECT count(*) {joined} {where}", given))
        sql = f"SELECT id {joined} {where} ORDER BY {order} LIMIT {TOP}"
        return [row[0] for row in self._db.execute(sql, given)]


def _spaced(text: str) -> str:
    """Return the tokens of *text* with spaces between; a break is a word that nobody asks for."""
    return " ".join("x0x0x" if one == analysis.BREAK else one for one in analysis.tokens(analysis.fold(text)))


KINDS: dict[str, Callable[[Path], Any]] = {"tantivy": Ours, "fts5": Fts5}


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of question."""

    name: str
    queries: Sequence[str]


def questions(archive: Archive) -> list[Asked]:
    """Return what is asked, cut from articles of the archive."""
    step = max(1, archive.catalog.size() // SAMPLE)
    held = islice(archive.catalog.articles(Listing(limit=10_000_000)), 0, None, step)
    chosen = [archive.document(one) for one in held]
    chinese = [_text(one) for one in chosen if (one.revision.article.language or "").startswith("zh")]
    english = [_text(one) for one in chosen if one.revision.article.language == "en"]
    seen = Counter(sign for text in chinese for sign in set(text) if analysis.is_dense(sign))
    asked = [
        Asked(f"{length} character{'s' * (length > 1)}", press.sought(chinese, length, OF_EACH))
        for length in press.LENGTHS
    ]
    asked.append(Asked("the 50 most frequent", [sign for sign, _ in seen.most_common(50)]))
    asked.append(Asked("English words", press.words(english, OF_EACH)))
    return asked


def _text(document: Document) -> str:
    return body_text(document.revision.article.blocks)


# ---------------------------------------------------------------- in a process of its own


def fill(kind: str, root: Path) -> dict[str, Any]:
    """Make an index of what *root* holds; return what it took."""
    with Archive.open(root) as archive:
        began, cpu = time.perf_counter(), time.process_time()
        index = KINDS[kind](root)
        done = index.fill(archive)
        index.close()
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    size = sum(one.stat().st_size for one in index.folder.rglob("*") if one.is_file())
    return {"documents": done, "seconds": took, "cpu": cpu, "bytes": size, "memory": _peak()}


def ask(kind: str, root: Path) -> dict[str, Any]:
    """Ask an index all questions; return the milliseconds of each by kind and order."""
    with Archive.open(root) as archive:
        asked = questions(archive)
        index = KINDS[kind](root)
        for one in asked:
            index.ask(one.queries[0], by_date=False, source=None)
        told = {
            one.name: {
                order: _timed(
                    index,
                    archive,
                    one.queries,
                    by_date=order == "by date",
                    source=FILTER if order == "filtered" else None,
                )
                for order in ("by rank", "by date", "filtered")
            }
            for one in asked
        }
        return {"asked": told, "memory": _peak()}


def _timed(
    index: Index, archive: Archive, queries: Sequence[str], *, by_date: bool, source: str | None
) -> dict[str, float]:
    bare, whole = [], []
    for query in queries:
        began = time.perf_counter()
        found = index.ask(query, by_date=by_date, source=source)
        bare.append((time.perf_counter() - began) * 1e3)
        for _ in _shown(archive, query, found):
            pass
        whole.append((time.perf_counter() - began) * 1e3)
    return {"p50": _at(bare, 0.5), "p95": _at(bare, 0.95), "with snippets": _at(whole, 0.95)}


def _shown(archive: Archive, query: str, ids: Sequence[str]) -> Iterator[object]:
    words = searching.sought(searching.parse(query))
    for one in ids:
        held = archive.catalog.article(one)
        if held is not None:
            article = archive.document(held).revision.article
            yield searching.snippet(body_text(article.blocks), words, language=article.language)


def _at(figures: Sequence[float], share: float) -> float:
    return sorted(figures)[min(int(len(figures) * share), len(figures) - 1)]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# ---------------------------------------------------------------- the table


def _apart(step: str, kind: str, root: Path) -> dict[str, Any]:
    words = [sys.executable, __file__, "--step", step, "--kind", kind, "--keep", str(root)]
    told = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
    return dict(json.loads(told))


def report(root: Path, kinds: Sequence[str]) -> None:
    """Fill and ask each index, and print the tables."""
    filled, asked = {}, {}
    print(
        "| index | articles a second | KB an article | memory to fill | memory to ask |\n|---|---|---|---|---|"
    )
    for kind in kinds:
        noted = root.parent / f"{kind}.json"
        if not noted.is_file():
            noted.write_text(json.dumps(_apart("fill", kind, root)))
        filled[kind] = one = json.loads(noted.read_text())
        asked[kind] = _apart("ask", kind, root)
        speed, size = one["documents"] / one["seconds"], one["bytes"] / one["documents"] / 1e3
        memory = f"{one['memory'] / 1e6:.0f} MB | {asked[kind]['memory'] / 1e6:.0f} MB"
        print(f"| {kind} | {speed:,.0f} | {size:.2f} | {memory} |", flush=True)
    print("\n| asked | order |" + "".join(f" {kind} p50 | p95 | with snippets |" for kind in kinds))
    print("|---|---|" + "---|---|---|" * len(kinds))
    for name, orders in asked[kinds[0]]["asked"].items():
        for order in orders:
            cells = (asked[kind]["asked"][name][order] for kind in kinds)
            print(
                f"| {name} | {order} |"
                + "".join(
                    f" {cell['p50']:.1f} | {cell['p95']:.1f} | {cell['with snippets']:.1f} |"
                    for cell in cells
                )
            )


def main() -> int:
    """Measure, print, and return the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--documents", type=int, default=200_000)
    words.add_argument("--keep", type=Path)
    words.add_argument("--only", choices=[*KINDS])
    words.add_argument("--step", choices=["fill", "ask"], help=argparse.SUPPRESS)
    words.add_argument("--kind", choices=[*KINDS], help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.step:
        print(json.dumps({"fill": fill, "ask": ask}[given.step](given.kind, given.keep)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        root = given.keep or Path(folder) / "news"
        if not (root / "onrecord.toml").is_file():
            press.print_into(root, given.documents)
        report(root, [given.only] if given.only else [*KINDS])
    return 0


if __name__ == "__main__":
    sys.exit(main())
