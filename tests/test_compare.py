"""What holds for every comparison, whatever was changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.compare import Change, Kind, compare
from onrecord.compare.words import even, pieces, sentences, tokens
from onrecord.model import Article, CanonicalUrl, Paragraph, Run

TEXT = st.text(st.characters(codec="utf-8"), max_size=80) | st.text("ab 1.,“”国中が。\n", max_size=900)


def article(*paragraphs: str) -> Article:
    """Return an article of these paragraphs."""
    blocks = tuple(Paragraph((Run(text),)) for text in paragraphs)
    return Article(
        canonical_url=CanonicalUrl("https://paper.example/bridge"), headline="Bridge", blocks=blocks
    )


def only(before: Article, after: Article) -> Change:
    """Return the one change."""
    (change,) = compare(before, after).changes
    return change


@given(TEXT, TEXT)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    """A comparison loses no character of either side."""
    one, other = even(before), even(after)
    found = pieces(one, other)
    sides = "".join(p.text for p in found if p.is_before), "".join(p.text for p in found if p.is_after)
    assert sides == (one, other)


@given(TEXT)
def test_the_words_make_the_text(text: str) -> None:
    """No character is lost or parted from its marks."""
    assert "".join(tokens(even(text))) == even(text)


@given(TEXT)
def test_the_sentences_make_the_text(text: str) -> None:
    """No character is lost between two sentences."""
    assert "".join(sentences(even(text))) == even(text)


@given(st.lists(TEXT, max_size=5))
def test_an_article_equals_itself(paragraphs: list[str]) -> None:
    """Nothing is told where nothing happened."""
    assert compare(article(*paragraphs), article(*paragraphs)).changes == ()


def test_a_word_is_shown_whole() -> None:
    """A reader of Chinese sees the word that changed, not a half of it."""
    change = only(article("议会声称大桥安全。"), article("议会表示大桥安全。"))
    assert [piece.text for piece in change.pieces] == ["议会", "声称", "表示", "大桥安全。"]


def test_the_weightiest_comes_first() -> None:
    """Who reads one line reads what matters most."""
    before = article("A first paragraph that stays as it is.", "He said so.")
    after = replace(
        article("A first paragraph that stays as it is", "He said so!"), headline="Another headline"
    )
    assert [change.kind for change in compare(before, after).changes] == [
        Kind.HEADLINE,
        *[Kind.PUNCTUATION] * 2,
    ]


def test_a_moved_paragraph_is_told_once_where_it_stands_now() -> None:
    """Moved is not taken out and put in."""
    lines = (
        "The bridge was shut.",
        "Nobody was hurt, said the harbour office.",
        "The ferry runs.",
        "The mayor came.",
    )
    change = only(article(*lines), article(lines[0], lines[2], lines[3], lines[1]))
    assert (change.kind, change.paragraph) == (Kind.PARAGRAPH_MOVED, 3)


def test_a_paragraph_that_was_rewritten_is_one_change() -> None:
    """What became of a sentence is seen beside it."""
    change = only(
        article("The council said on Monday that the bridge was safe."),
        article("The council insisted on Monday that the old bridge was quite safe."),
    )
    assert change.kind is Kind.WORDING


@pytest.mark.parametrize("size", [3_000, 60_000])
def test_one_word_in_a_long_paragraph_is_found(size: int) -> None:
    """A live page without paragraphs is compared as exactly as a short one."""
    text = "大桥周一关闭，渡轮行驶至午夜。" * (size // 15)
    change = only(article(text + "议会声称如此。" + text), article(text + "议会表示如此。" + text))
    assert [piece.text for piece in change.pieces if not (piece.is_before and piece.is_after)] == [
        "声称",
        "表示",
    ]


LINES = ("The bridge was shut on Monday.", "Nobody was hurt, said the harbour office.", "The ferry runs.")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LINES, (LINES[0], f"{LINES[1]} {LINES[2]}")),
        ((" ".join(LINES),), LINES),
        (
            ("大桥周一关闭，港务局", "说无人受伤。", "渡轮照常。"),
            ("大桥周一关闭，港务局说无人受伤。", "渡轮照常。"),
        ),
        ((LINES[0], f"{LINES[1]} {LINES[2]}"), (f"{LINES[0]} {LINES[1]}", LINES[2])),
    ],
    ids=["joined", "parted", "a line break in Chinese", "a break that moved"],
)
def test_a_break_that_comes_or_goes_takes_no_word_away(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """A reader who is told that a paragraph was removed looks for what it said."""
    assert compare(article(*before), article(*after)).changes == ()


def test_a_word_beside_a_break_that_went_is_still_told() -> None:
    """What was edited at the same time is not hidden by it."""
    before = article(*LINES, "The mayor came on Tuesday, and said that all of it would be over by Friday.")
    after = article(
        f"{LINES[0]} {LINES[1]}",
        LINES[2],
        "The mayor came on Tuesday, and said that all of it would be over soon.",
    )
    assert [change.kind for change in compare(before, after).changes] == [Kind.WORDING]
