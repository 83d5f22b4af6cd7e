"""A hundred and twenty edits by hand: the comparer calls them what a reader would."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from onrecord import extract
from onrecord.compare import Kind, compare
from onrecord.dates import from_iso
from onrecord.model import Article, CanonicalUrl, Figure, Paragraph, Picture, Run

PAIRS = [
    pytest.param(pair, id=f"{place.stem}-{number}")
    for place in sorted((Path(__file__).parent / "golden" / "pairs").glob("*.toml"))
    for number, pair in enumerate(tomllib.loads(place.read_text("utf-8"))["pair"], 1)
]

BASE = Article(
    canonical_url=CanonicalUrl("https://paper.example/bridge"),
    headline="Bridge shut",
    byline="By Ada Marsh",
    published_at=from_iso("2026-05-17"),
    blocks=(Paragraph((Run("The bridge was shut on Monday."),)),),
)
_FIGURE = re.compile(r"!\[([^|\]]*)\|([^\]]*)\]\((.*)\)")
_FILLING = "".join(
    f"<p>{words}</p>"
    for words in (
        "工程师说，裂缝自春天以来不断扩大，没有人能说出它有多深，也没有人知道大桥何时重新开放。",
        "渡轮将行驶至午夜，船费与过桥费相同，港务局在周一晚间的公告中这样写道，并请市民耐心等待。",
    )
)


def article(pair: Mapping[str, Any], side: str) -> Article:
    """Return one side of a pair as an article."""
    given, field = pair[side], pair.get("field")
    if given.startswith("<"):
        page = f"<html lang=zh><title>大桥关闭</title><body><article><h1>大桥关闭</h1>{given}{_FILLING}</article>"
        read = extract.read_page(page.encode(), url="https://paper.example/bridge").article
        assert read is not None
        return read
    if field in {"published", "modified"}:
        return _with(**{f"{field}_at": from_iso(given)})
    if field in {"corrections", "credits", "topics"}:
        return _with(**{field: tuple(filter(None, [given]))})
    if field:
        return _with(**{field: given or None})
    return replace(BASE, blocks=tuple(_block(part) for part in given.split("\n\n")))


def _with(**fields: Any) -> Article:
    return replace(BASE, **fields)


def _block(part: str) -> Paragraph | Figure:
    figure = _FIGURE.fullmatch(part)
    if figure:
        return Figure(Picture(url=figure[3], caption=figure[1] or None, credit=figure[2] or None))
    return Paragraph((Run(part),))


def is_right(kinds: frozenset[Kind], wanted: list[str]) -> bool:
    """Are these the kinds that the pair has, either name for one that has two?"""
    return len(kinds) == len(wanted) and all(
        kinds & {Kind(name) for name in one.split("|")} for one in wanted
    )


@pytest.mark.parametrize("pair", PAIRS)
def test_a_change_is_called_what_a_reader_would_call_it(pair: Mapping[str, Any]) -> None:
    """A list of changes can be sorted by what they are."""
    found = compare(article(pair, "before"), article(pair, "after"))
    assert is_right(found.kinds, pair["kinds"]), sorted(found.kinds)


@pytest.mark.parametrize("pair", PAIRS)
def test_backward_it_is_as_much_of_a_change(pair: Mapping[str, Any]) -> None:
    """An edit that is taken back is an edit."""
    there = compare(article(pair, "before"), article(pair, "after")).kinds
    assert bool(compare(article(pair, "after"), article(pair, "before")).kinds) == bool(there)
