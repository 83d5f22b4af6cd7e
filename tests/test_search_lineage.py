"""Recall and precision over the lineage's own archive, beside a search by eye."""

from __future__ import annotations

import html
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.ledger import Head
from onrecord.search import Ask, SearchIndex, analysis, parse
from search_cases import NOW, indexed

BUNDLE = Path(__file__).parents[2] / "shared" / "legacy" / "history.bundle"

pytestmark = [
    pytest.mark.skipif(not BUNDLE.exists(), reason="needs the lineage's archive in ../shared"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Give the texts of the lineage's articles, a headline and lines."""
    folder = tmp_path_factory.mktemp("lineage") / "legacy"
    subprocess.run(["git", "clone", "-q", "-b", "main", str(BUNDLE), str(folder)], check=True)
    texts = []
    for place in sorted((folder / "articles").rglob("*")):
        if place.is_file():
            head, _, body = place.read_text("utf-8").partition("------")
            titled = re.search(r"\[(.*?)\]\(", head)
            lines = re.sub(r"\s*\n\s*", "\n", html.unescape(re.sub(r"<[^>]+>", "\n", body))).strip()
            texts.append(f"{titled[1] if titled else '-'}\n{lines}")
    return texts


@pytest.fixture(scope="module")
def index(articles: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Give an index of them."""
    made = SearchIndex(tmp_path_factory.mktemp("search") / "index")
    for number, text in enumerate(articles):
        headline, _, body = text.partition("\n")
        made.add(indexed(str(number), body, headline=headline, language="zh-Hans"))
    made.commit(Head(1))
    yield made
    made.close()


@pytest.mark.parametrize("length", [1, 2, 3, 4, 6])
def test_five_hundred_words_cut_from_the_texts_find_just_what_has_them(
    articles: list[str], index: SearchIndex, length: int
) -> None:
    """Neither an article that has the word is missed, nor one shown that has it not."""
    folded = [analysis.fold(text) for text in articles]
    choose = random.Random(length)  # noqa: S311  a sample that is the same each time
    runs = [run for text in articles for run in re.findall(f"[{analysis.DENSE}]{{{length},}}", text)]
    wrong = []
    for run in choose.sample(runs, 500):
        at = choose.randrange(len(run) - length + 1)
        word = run[at : at + length]
        hits = index.search(Ask(node=parse(f'"{word}"'), limit=len(articles)), now=NOW).hits
        wanted = {str(number) for number, text in enumerate(folded) if analysis.fold(word) in text}
        if {hit.id for hit in hits} != wanted:
            wrong.append(word)
    assert wrong == []
