"""What a person may ask is read as it is meant; what can't be read is told with its place."""

from __future__ import annotations

import pytest

from onrecord.errors import SearchSyntaxError
from onrecord.search.query import All, Any, During, Is, Node, Not, Words, parse


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("总统", Words("总统")),
        ("a b", All((Words("a"), Words("b")))),
        ("a AND b", All((Words("a"), Words("b")))),
        ("a OR b c", Any((Words("a"), All((Words("b"), Words("c")))))),
        ("a -b", All((Words("a"), Not(Words("b"))))),
        ("NOT NOT a", Words("a")),
        ('"climate change"', Words("climate change", is_exact=True)),
        ("“总统”", Words("总统", is_exact=True)),
        ("「總統」", Words("總統", is_exact=True)),
        ("govern*", Words("govern", is_prefix=True)),
        ("10:30", Words("10:30")),
        ("https://a.example/b", Words("https://a.example/b")),
        ("ORDER", Words("ORDER")),
        ("headline:峰会", Words("峰会", "headline")),
        ("HEADLINE：峰会", Words("峰会", "headline")),
        ("headline:(a OR b)", Any((Words("a", "headline"), Words("b", "headline")))),
        ("（a OR b） c", All((Any((Words("a"), Words("b"))), Words("c")))),
        ("source:bbc.com", Is("source", "bbc.com")),
        ("author:“王 小明”", Words("王 小明", "author", is_exact=True)),
        ("after:2024-05-17", During("published", 1715904000, None)),
        ("before:2024", During("published", None, 1704067200)),
        ("changed:yes", Is("changed", "yes")),
        ("removed:2024-05-17", During("removed", 1715904000, 1715990400)),
        ("has:picture", Is("has", "picture")),
    ],
)
def test_a_query_means_what_it_says(query: str, node: Node) -> None:
    """A person who searches with the habits of other search boxes, on any keyboard, finds what they mean."""
    assert parse(query) == node


@pytest.mark.parametrize(
    ("query", "column", "what"),
    [
        ("", 1, "nothing is asked for"),
        ("a AND", 6, "ends here"),
        ("(a", 3, "ends here"),
        ("a)", 2, "closes nothing"),
        ('x "abc', 3, "has no partner"),
        ("OR a", 1, "OR needs a word"),
        ("a AND OR b", 7, "OR needs a word"),
        ("removed:maybe", 9, "yes, no, or when"),
        ("has:cat", 5, "picture, translation, correction"),
        ("after:2024-13", 7, "published on this day"),
        ("source:(a OR source:b)", 1, "can't stand within"),
        ("(" * 20 + "a" + ")" * 20, 1, "in each other"),
        ("a " * 600, 1000, "at most 1,000 characters"),
        ("a " * 65, 1, "at most 64 words"),
    ],
)
def test_a_mistake_is_told_with_its_place(query: str, column: int, what: str) -> None:
    """Who mistyped a query is told where, and what to do."""
    with pytest.raises(SearchSyntaxError) as caught:
        parse(query)
    assert (caught.value.column, what in str(caught.value)) == (column, True)
