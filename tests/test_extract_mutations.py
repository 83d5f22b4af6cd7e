"""Pages made worse in every way that we could think of: none may stop a round."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from mutations import KINDS, Mutation, mutated
from onrecord import extract
from onrecord.extract.survey import Box
from onrecord.judge import judge

PAGES = sorted((Path(__file__).parent / "golden" / "pages").glob("*/page.html"))
URL = "https://paper.example/2024/05/17/bridge-shut"
#: Of what `make bench-mutations` does to real pages.
SIZE = 0.02


def texts(value: object) -> Iterator[str]:
    """Yield every text in *value*."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts(one)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_page_made_worse_is_read_and_judged(kind: Mutation) -> None:
    """Strangers' bytes never raise: whatever comes is an article, or none, and a verdict."""
    for seed, path in enumerate(PAGES):
        page = mutated(path.read_bytes(), kind, seed, size=SIZE)
        extraction, facts = extract.read_page_and_facts(page, url=URL)
        assert judge(extraction, facts, status=200, media_type="text/html", asked_url=URL, final_url=URL).kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_read_of_a_page_made_worse_can_be_kept(kind: Mutation) -> None:
    """A lone surrogate in a headline would raise when the document is written, a round later."""
    for seed, path in enumerate(PAGES):
        page = mutated(path.read_bytes(), kind, seed, size=SIZE)
        assert "\n".join(texts(asdict(extract.read_page(page, url=URL)))).encode() is not None


def test_a_page_is_made_worse_the_same_way_each_time() -> None:
    """A page that broke once must break again, until it is mended."""
    page = PAGES[0].read_bytes()
    assert [mutated(page, kind, 7, size=SIZE) for kind in KINDS] == [
        mutated(page, kind, 7, size=SIZE) for kind in KINDS
    ]


def test_a_page_is_let_go_once_it_is_read() -> None:
    """A tree of 16 MB that waits for Python's collector is followed by the next: a round's memory must be flat."""
    page = b"<article><h1>Bridge shut</h1><ul class=related><li>x<figure>y</figure></ul><table><td>z</table></article>"
    gc.collect()
    gc.disable()
    try:
        extract.read_page(page, url=URL)
        left = [one for one in gc.get_objects() if isinstance(one, Box)]
    finally:
        gc.enable()
    assert not left


def test_lists_in_lists_without_end_are_laid_out_as_deep_as_articles_go() -> None:
    """Who writes, compares or shows an article goes as deep as it does, and Python not a thousand levels."""
    text = "<p>The city closed the bridge after engineers found a crack in a pier, the mayor said.</p>"
    page = "<article><h1>Bridge shut</h1>" + text * 3 + "<ul><li>" * 500 + text
    article = extract.read_page(page.encode(), url=URL).article
    assert article is not None
    assert list(texts(asdict(article)))


def test_bytes_that_grow_when_they_are_decoded_are_cut_too() -> None:
    """What is read of a page has one limit, before it is decoded and after, and says where it was cut."""
    page = b"<h1>Bridge shut</h1><p>" + b"\xff" * 9_000_000
    assert "page-too-large" in {one.code for one in extract.read_page(page, url=URL).problems}
