"""The index finds every word, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from onrecord.ledger import Head
from onrecord.model import Digest
from onrecord.search import Ask, Indexed, SearchIndex, entry_of, parse
from search_cases import NOW, document, indexed

ARTICLES = (
    indexed(
        "zh",
        "他说，中国，北京是首都。第3季度。\nG20峰会 18 年",
        headline="总统在白宫讲话",
        language="zh-Hans",
    ),
    indexed("hant", "中國北京舉行。Ａｐｐｌｅ發布。", headline="總統訪問歐洲", language="zh-Hant"),
    indexed("ja", "がっこうへ行く。サーバー", headline="学校", language="ja"),
    indexed("ko", "대통령은 서울에서 말했다.", headline="서울", language="ko"),
    indexed(
        "en", "The governments were running. Café, climate change", headline="Running", authors=("Jane Doe",)
    ),
    indexed("de", "Häuser und Straßen", headline="Ein Haus", language="de", source="tern.example"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Give an index of the articles above, and an earlier revision of one of them."""
    made = SearchIndex(tmp_path_factory.mktemp("search") / "index")
    for one in ARTICLES:
        made.add(one)
    earlier = document("zh", "从前说的话", headline="旧标题", language="zh-Hans")
    made.add(entry_of(Indexed(document=earlier, at=NOW, is_newest=False)))
    made.commit(Head(7, Digest("sha256:07")))
    yield made
    made.close()


def found(index: SearchIndex, query: str, *, with_revisions: bool = False) -> set[str]:
    """Return the ids that match."""
    ask = Ask(node=parse(query), with_revisions=with_revisions)
    return {hit.id for hit in index.search(ask, now=NOW).hits}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        # Chinese: one character and more, wherever it stands; never over punctuation
        ("国", {"zh", "hant"}),
        ("中国", {"zh", "hant"}),
        ("中國", {"zh", "hant"}),
        ("中国北京", {"hant"}),
        ("北京是首", {"zh"}),
        ("總統", {"zh", "hant"}),
        ("第3季", {"zh"}),
        ("G20峰会", {"zh"}),
        ("18年", {"zh"}),
        ("apple", {"hant"}),
        # kana with its voice marks, Hangul inside a word
        ("がっこう", {"ja"}),
        ("かっこう", set()),
        ("サーバー", {"ja"}),
        ("서울", {"ko"}),
        ("통령", {"ko"}),
        # words, their stems by language, accents and case
        ("run", {"en"}),
        ("runs", {"en"}),
        ('"runs"', set()),
        ("government", {"en"}),
        ("govern*", {"en"}),
        ("cafe", {"en"}),
        ("CAFÉ", {"en"}),
        ('"climate change"', {"en"}),
        ('"change climate"', set()),
        ("strasse", {"de"}),
        ("hausern", {"de"}),
        ("haus", {"de"}),
        # fields and operators
        ("headline:中国", set()),
        ("headline:running", {"en"}),
        ("author:doe", {"en"}),
        ("source:tern.example", {"de"}),
        ("lang:zh", {"zh", "hant"}),
        ("lang:zh-Hant", {"hant"}),
        ("lang:en OR lang:de", {"en", "de"}),
        ("lang:zh -北京", set()),
        ("NOT lang:zh", {"ja", "ko", "en", "de"}),
        ("北京 (apple OR 首都) -headline:白宫", {"hant"}),
        ("before:2026", set()),
        ("after:2026-02-01 haus", {"de"}),
        ("removed:no haus", {"de"}),
        ("removed:yes", set()),
        ("，", set()),
        # what an earlier revision said is asked for on purpose
        ("旧标题", set()),
    ],
)
def test_what_is_asked_for_is_found_and_no_more(index: SearchIndex, query: str, ids: set[str]) -> None:
    """A reader of Chinese finds a word inside a sentence; a reader of English finds its other forms."""
    assert found(index, query) == ids


def test_what_an_earlier_revision_said_is_found_on_request(index: SearchIndex) -> None:
    """A journalist asks what stood there before."""
    assert found(index, "旧标题", with_revisions=True) == {"zh"}


def test_the_index_knows_how_far_it_followed(index: SearchIndex) -> None:
    """After a crash it goes on from there."""
    assert index.head() == Head(7, Digest("sha256:07"))


def test_facets_count_all_matches(index: SearchIndex) -> None:
    """A person narrows down what is too much."""
    facets = index.search(Ask(node=parse("haus OR cafe"), limit=1, facets=("source",)), now=NOW).facets
    assert dict(facets["source"]) == {"heron.example": 1, "tern.example": 1}


def test_a_word_in_the_headline_counts_more(tmp_path: Path) -> None:
    """The article that is about it comes before the one that names it."""
    index = SearchIndex(tmp_path / "index")
    index.add(indexed("names", "The bridge stands here.", headline="A walk"))
    index.add(indexed("about", "It was closed today.", headline="The bridge"))
    index.commit(Head(1))
    assert [hit.id for hit in index.search(Ask(node=parse("bridge")), now=NOW).hits] == ["about", "names"]


def test_of_two_alike_the_newer_comes_first(tmp_path: Path) -> None:
    """News is looked for when it is new."""
    index = SearchIndex(tmp_path / "index")
    index.add(indexed("old", "The bridge.", at=NOW - timedelta(days=900)))
    index.add(indexed("new", "The bridge.", at=NOW - timedelta(days=2)))
    index.commit(Head(1))
    assert [hit.id for hit in index.search(Ask(node=parse("bridge")), now=NOW).hits] == ["new", "old"]


def test_by_date_the_newest_comes_first(tmp_path: Path) -> None:
    """A person reads back in time, page by page."""
    index = SearchIndex(tmp_path / "index")
    for age in (3, 1, 2):
        index.add(indexed(f"a{age}", "The bridge.", at=NOW - timedelta(days=age)))
    index.commit(Head(1))
    ask = Ask(node=parse("bridge"), by_date=True, limit=2, offset=1)
    assert [hit.id for hit in index.search(ask, now=NOW).hits] == ["a2", "a3"]


def test_an_article_put_in_again_is_there_once(tmp_path: Path) -> None:
    """An edit does not double what is found."""
    index = SearchIndex(tmp_path / "index")
    for text in ("The bridge.", "The bridge, repaired."):
        index.drop("a")
        index.add(indexed("a", text))
        index.commit(Head(1))
    assert index.count() == 1


def test_an_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    """After an update of On Record nobody has to know that the index changed."""
    index = SearchIndex(tmp_path / "index")
    index.add(indexed("a", "The bridge."))
    index.commit(Head(1))
    (tmp_path / "index" / "version").write_text("0.0\n", "utf-8")
    assert SearchIndex(tmp_path / "index").head() == Head()


def test_what_was_not_committed_is_not_there(tmp_path: Path) -> None:
    """Killed in the middle, the index still knows where it was."""
    index = SearchIndex(tmp_path / "index")
    index.add(indexed("a", "The bridge."))
    index.commit(Head(1))
    index.add(replace(indexed("b", "The bridge.")))
    assert SearchIndex(tmp_path / "index").count() == 1
