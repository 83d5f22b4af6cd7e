"""Whole pages judged: walls, errors, lists and stubs in nine languages and scripts, and articles that look like them."""

from __future__ import annotations

from collections import Counter

from verdict_pages import FOLDER, pages

PAGES = list(pages())


def test_there_are_ten_pages_of_each_kind() -> None:
    """A kind that has three examples is a kind that is not tested."""
    kinds = Counter("list" if page.kind == "live" else page.kind for page in PAGES)
    bad = ("block", "consent", "login", "missing", "list", "short")
    assert {kind: kinds[kind] for kind in bad} == dict.fromkeys(bad, 10)


def test_every_page_of_the_folder_is_judged() -> None:
    """A page that no table names keeps nothing."""
    listed = {page.name for page in PAGES}
    assert listed == {
        path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*") if path.parent.name != "later"
    }
