"""An article beside its translation, as each stood at the time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from documents import AT
from onrecord.model import Digest
from onrecord.reader.beside import standing_with
from onrecord.store import HeldRevision
from rounds import Paper, item, page, url_of
from test_reader import get


def revision(number: int, hours: int) -> HeldRevision:
    """Return a revision that was captured after so many hours."""
    return HeldRevision(
        number=number,
        captured_at=AT + timedelta(hours=hours),
        kind="page",
        content_digest=Digest(f"sha256:{number}"),
        path="",
        reader="1",
        record=None,
        media_type=None,
    )


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Return a paper with an article and its translation, and one that stands alone."""
    made = Paper(tmp_path_factory.mktemp("beside") / "news")
    made.lists(item(), item("ferry", day=18), item("tower", day=19))
    link = f'<link rel=alternate hreflang=en href="http://{url_of()}">'
    words = (
        "周一晚上发现裂缝之后，旧桥封闭。" * 3,
        "工程师说，裂缝从春天起变大了。" * 3,
        "渡轮将行驶至午夜。" * 4,
    )
    made.says(
        bridge=page(),
        ferry=page("旧桥因裂缝封闭", words, head=link),
        tower=page("A Tower Is Painted", ("Blue. " * 40,) * 3),
    )
    made.round()
    return made


def ids(paper: Paper) -> dict[str, str]:
    """Return the articles' ids, by their headlines."""
    return {held.headline: held.id for held in paper.held()}


def test_both_stand_beside_each_other(paper: Paper) -> None:
    """Whoever learns a language reads one with the other."""
    known = ids(paper)
    path = f"/article/{known['旧桥因裂缝封闭']}/beside/{known['Bridge Shut After a Crack Is Found']}"
    shown = get(paper, path)[1]
    assert ("渡轮将行驶至午夜" in shown, "The ferry will run" in shown) == (True, True)


def test_an_article_leads_to_its_other_side(paper: Paper) -> None:
    """One need not know the address."""
    known = ids(paper)
    assert "/beside/" in get(paper, f"/article/{known['旧桥因裂缝封闭']}")[1]


def test_the_original_leads_to_its_translation_too(paper: Paper) -> None:
    """The original mostly does not know of it."""
    known = ids(paper)
    assert "/beside/" in get(paper, f"/article/{known['Bridge Shut After a Crack Is Found']}")[1]


def test_what_is_no_translation_is_not_set_beside(paper: Paper) -> None:
    """Two articles that have nothing to do with each other make no page."""
    known = ids(paper)
    path = f"/article/{known['A Tower Is Painted']}/beside/{known['旧桥因裂缝封闭']}"
    assert get(paper, path)[0] == 404


@pytest.mark.parametrize(("number", "stood"), [(1, 1), (2, 2), (3, 3)])
def test_a_revision_stands_beside_what_the_other_said_then(number: int, stood: int) -> None:
    """A number that was mended later was not mended yet on the other side either."""
    own = [revision(1, 0), revision(2, 10), revision(3, 20)]
    other = [revision(1, 2), revision(2, 12), revision(3, 30)]
    assert standing_with(own[number - 1], own, other).number == stood
