"""What is shown of a match stands in the text as it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.search import highlighted, parse, snippet, sought


def marked(text: str, query: str, language: str = "en") -> list[str]:
    """Return the pieces of *text* that are marked."""
    spans = highlighted(text, sought(parse(query), headline=True), language=language)
    return [span.text for span in spans if span.is_match]


@pytest.mark.parametrize(
    ("text", "query", "pieces"),
    [
        ("總統說，总统说", "总统", ["總統", "总统"]),
        ("The Governments of Café", "government cafe", ["Governments", "Café"]),
        ("bridges Bridge abridged", "bridge*", ["bridges", "Bridge"]),
        ("a bridge, abridged", "bridge", ["bridge"]),
        ("ﬁne Ｆｉｎｅ", "fine", ["ﬁne", "Ｆｉｎｅ"]),
        ("climate  change; climate of change", '"climate change"', ["climate  change"]),
        ("第 3 季", "第3季", ["第 3 季"]),
        ("Straße", "strasse", ["Straße"]),
        ("one two", "-two", []),
        ("one", "headline:one", ["one"]),
    ],
)
def test_the_original_is_marked_where_it_matches(text: str, query: str, pieces: list[str]) -> None:
    """A reader sees why an article was found, in the characters that the publisher wrote."""
    assert marked(text, query) == pieces


@given(st.text(max_size=60), st.sampled_from(["总统", "a", "e*", '"a b"', "ß", "가"]))
def test_marking_loses_no_character(text: str, query: str) -> None:
    """Whatever a headline holds, all of it is shown (NFC, as it is displayed)."""
    spans = highlighted(text, sought(parse(query)))
    assert "".join(span.text for span in spans) == unicodedata.normalize("NFC", text)


def test_a_snippet_shows_the_lines_around_the_match() -> None:
    """The match of a long article is seen without opening it."""
    text = "天气很好。" * 200 + "总统说了话。" + "天气很好。" * 200
    assert any(span.is_match for span in snippet(text, sought(parse("总统"))))


def test_a_snippet_is_short() -> None:
    """Twenty matches fit on a screen."""
    text = "天气很好。" * 200 + "总统说了话。" + "天气很好。" * 200
    assert sum(len(span.text) for span in snippet(text, sought(parse("总统")))) < 150


def test_without_a_match_the_beginning_is_shown() -> None:
    """A match of the headline or of a field alone still has its lines."""
    assert snippet("It was closed today.", ())[0].text == "It was closed today."


def test_latin_words_are_not_cut() -> None:
    """A snippet begins and ends with whole words."""
    text = "wonderful " * 100 + "bridge " + "wonderful " * 100
    shown = "".join(span.text for span in snippet(text, sought(parse("bridge")))).replace("…", " ")
    assert set(shown.split()) == {"wonderful", "bridge"}
