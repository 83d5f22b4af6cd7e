"""Words of other languages than Chinese, over texts of real articles, beside a search by eye."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.ledger import Head
from onrecord.search import Ask, SearchIndex, parse
from search_cases import NOW, indexed

TRUTH = Path(__file__).parents[2] / "shared" / "extraction" / "dev"

pytestmark = [
    pytest.mark.skipif(not TRUTH.exists(), reason="needs the texts of ../shared/extraction"),
    pytest.mark.slow,
]

#: What a word of a language looks like: a run of letters; of Japanese and Korean any run of their characters.
WORDS = {
    "en": r"[^\W\d_]{2,}",
    "de": r"[^\W\d_]{2,}",
    "ja": r"[\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]+",
    "ko": "[가-힣]+",
}
DENSE = {"ja", "ko"}


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    """Give (language, text) of articles whose text is known, at most 100 of a language."""
    found: dict[str, list[tuple[str, str]]] = {}
    for place in sorted(TRUTH.glob("*/truth.jsonl")):
        for row in map(json.loads, place.read_text("utf-8").splitlines()):
            of_it = found.setdefault(row.get("lang") or "und", [])
            if row.get("body") and len(of_it) < 100:
                of_it.append((row["lang"] or "und", "\n".join(row["body"])))
    return [one for of_it in found.values() for one in of_it]


@pytest.fixture(scope="module")
def index(texts: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Give an index of them."""
    made = SearchIndex(tmp_path_factory.mktemp("search") / "index")
    for number, (language, text) in enumerate(texts):
        made.add(indexed(str(number), text, headline="-", language=language))
    made.commit(Head(1))
    yield made
    made.close()


@pytest.mark.parametrize("language", list(WORDS))
def test_a_hundred_words_find_just_the_articles_that_have_them(
    texts: list[tuple[str, str]], index: SearchIndex, language: str
) -> None:
    """Neither an article that has the word is missed, nor one shown that has it not."""
    plain = [without_accents(text) for _, text in texts]
    of_it = [number for number, (tongue, _) in enumerate(texts) if tongue == language]
    choose = random.Random(language)  # noqa: S311  a sample that is the same each time
    runs = [run for tongue, text in texts if tongue == language for run in re.findall(WORDS[language], text)]
    wrong = []
    for run in choose.sample(runs, 100):
        word = run
        if language in DENSE:
            length = min(len(run), choose.randint(1, 4))
            at = choose.randrange(len(run) - length + 1)
            word = run[at : at + length]
        wanted = {number for number in of_it if by_eye(without_accents(word), plain[number], language)}
        hits = index.search(Ask(node=parse(f'"{word}" lang:{language}'), limit=len(texts)), now=NOW).hits
        if {int(hit.id) for hit in hits} != wanted:
            wrong.append(word)
    assert wrong == []


def by_eye(word: str, text: str, language: str) -> bool:
    """Has *text* this word: anywhere, or, of letters, as a whole?"""
    letter = r"[^\W_\u3040-\u9fff\uac00-\ud7af]"
    whole = f"(?<!{letter}){re.escape(word)}(?!{letter})"
    return word in text if language in DENSE else re.search(whole, text) is not None


def without_accents(text: str) -> str:
    """Return *text* with width, case and accents of Latin letters folded."""
    out = []
    for one in unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text)).casefold():
        parts = unicodedata.normalize("NFD", one)
        out.append(parts[0] if "a" <= parts[0] <= "z" else one)
    return "".join(out)
