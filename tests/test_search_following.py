"""The index follows the archive: rounds, edits, removals, crashes, backups put back."""

from __future__ import annotations

from pathlib import Path

import pytest

from fetch_web import answer
from onrecord.archive import Archive
from onrecord.errors import ArchiveLockedError
from onrecord.ledger import Head
from onrecord.search import Ask, SearchIndex, follow, parse
from rounds import Paper, item, page


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Give a paper with one article, kept."""
    one = Paper(tmp_path / "archive")
    one.lists(item())
    one.says(bridge=page())
    one.round()
    return one


def found(paper: Paper, query: str, *, with_revisions: bool = False) -> list[tuple[str, int]]:
    """Bring the index up to the archive and return (headline, revision) of what matches."""
    index = SearchIndex(paper.root / "search")
    with Archive.open(paper.root) as archive:
        follow(archive, index)
        hits = index.search(
            Ask(node=parse(query), with_revisions=with_revisions), now=paper.web.clock.now()
        ).hits
        held = [(archive.catalog.article(hit.id), hit.revision) for hit in hits]
    index.close()
    return [(one.headline, number) for one, number in held if one is not None]


def test_a_new_article_is_found(paper: Paper) -> None:
    """What the last round brought can be searched at once."""
    assert found(paper, "crack") == [("Bridge Shut After a Crack Is Found", 1)]


def test_an_edit_takes_the_place_of_what_stood_there(paper: Paper) -> None:
    """A word that was taken out is not found in the newest revision."""
    found(paper, "crack")
    paper.says(bridge=page("Bridge Shut", ("The old bridge was shut on Monday evening by the council.",) * 3))
    paper.round(recheck=True)
    assert (found(paper, "engineers"), found(paper, "council")) == ([], [("Bridge Shut", 2)])


def test_what_stood_there_before_is_found_on_request(paper: Paper) -> None:
    """A journalist finds the sentence that was taken out."""
    found(paper, "crack")
    paper.says(bridge=page("Bridge Shut", ("The old bridge was shut on Monday evening by the council.",) * 3))
    paper.round(recheck=True)
    assert found(paper, "engineers", with_revisions=True) == [("Bridge Shut", 1)]


def test_a_removal_is_found(paper: Paper) -> None:
    """What a publisher took away is what somebody looks for."""
    found(paper, "crack")
    paper.says(bridge=answer(b"", status="410 Gone"))
    paper.round(recheck=True)
    assert len(found(paper, "removed:yes")) == 1


def test_an_index_that_knows_more_than_the_archive_begins_anew(paper: Paper) -> None:
    """An archive that was put back from a backup is searched as it is."""
    index = SearchIndex(paper.root / "search")
    index.commit(Head(10_000))
    index.close()
    assert len(found(paper, "crack")) == 1


def test_indexing_that_was_broken_off_goes_on(paper: Paper) -> None:
    """Killed after some articles were put in, each is there once."""
    found(paper, "crack")
    paper.lists(item(), item("ferry"))
    paper.says(ferry=page("Ferry Runs Until Midnight"))
    paper.round()
    index = SearchIndex(paper.root / "search")
    with Archive.open(paper.root) as archive:
        known = index.head()
        follow(archive, index)
        index.commit(known)  # as if the last commit had not been
        follow(archive, index)
    assert index.count() == 2


def test_an_article_that_the_archive_forgot_is_not_found(paper: Paper) -> None:
    """The index holds no word of what is no longer held."""
    index = SearchIndex(paper.root / "search")
    with Archive.open(paper.root) as archive:
        follow(archive, index)
        (held,) = paper.held()
        stray = index.head()
        index.drop(held.id)
        index.commit(Head(stray.seq - 1))
        follow(archive, index)
    assert index.count() == 1


def test_two_processes_do_not_write_to_one_index(paper: Paper) -> None:
    """A search during a long first indexing says so, and loses nothing."""
    first = SearchIndex(paper.root / "search")
    first.clear()
    with Archive.open(paper.root) as archive, pytest.raises(ArchiveLockedError, match="another process"):
        follow(archive, SearchIndex(paper.root / "search"))
    first.close()
