"""A person's marks: read, starred, notes, where they stopped. Each reader has their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onrecord.archive import Archive, back_up, forget
from onrecord.archive.layout import MARKS
from onrecord.store import Mark, Marks
from rounds import Paper, item, page

AT = datetime(2026, 5, 17, 10, 0, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[Marks]:
    """Give marks that nobody has made yet."""
    made = Marks(tmp_path / MARKS)
    yield made
    made.close()


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with one article, read and noted."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page())
    made.round()
    marks = Marks(made.root / MARKS)
    marks.set_read("", [made.only().id], is_read=True, at=AT)
    marks.set_note("", made.only().id, "Ask the engineer.", at=AT)
    marks.close()
    return made


def noted(root: Path, article_id: str) -> tuple[Mark | None, str | None]:
    """Return the mark and the note that an archive has of an article."""
    marks = Marks(root / MARKS)
    note = marks.note("", article_id)
    found = marks.marks("", [article_id]).get(article_id), note.text if note else None
    marks.close()
    return found


def test_an_article_is_read_since_it_was_first_read(marks: Marks) -> None:
    """Opening it again does not move it up in what one read last."""
    marks.set_read("", ["a"], is_read=True, at=AT)
    marks.set_read("", ["a", "b"], is_read=True, at=LATER)
    assert marks.marks("", ["a", "b", "c"]) == {"a": Mark(read_at=AT), "b": Mark(read_at=LATER)}


def test_an_article_is_unread_again(marks: Marks) -> None:
    """To be found among the new ones tomorrow."""
    marks.set_read("", ["a"], is_read=True, at=AT)
    marks.set_read("", ["a"], is_read=False, at=LATER)
    assert marks.read_ids("") == set()


def test_a_star_says_nothing_of_reading(marks: Marks) -> None:
    """What is kept for later has not been read yet."""
    marks.set_starred("", ["a"], is_starred=True, at=AT)
    assert (marks.marks("", ["a"]), marks.read_ids("")) == ({"a": Mark(starred_at=AT)}, set())


def test_the_last_star_comes_first(marks: Marks) -> None:
    """What one starred just now is on top."""
    marks.set_starred("", ["a"], is_starred=True, at=AT)
    marks.set_starred("", ["b"], is_starred=True, at=LATER)
    assert marks.starred_ids("") == ["b", "a"]


def test_readers_do_not_see_each_others_marks(marks: Marks) -> None:
    """What one reads is nobody else's business."""
    marks.set_read("ada", ["a"], is_read=True, at=AT)
    marks.set_note("ada", "a", "Mine.", at=AT)
    assert (marks.marks("bo", ["a"]), marks.note("bo", "a")) == ({}, None)


def test_an_empty_note_is_none(marks: Marks) -> None:
    """Clearing the box deletes what stood in it."""
    marks.set_note("", "a", "A thought.", at=AT)
    marks.set_note("", "a", "", at=LATER)
    assert marks.notes("") == []


@pytest.mark.parametrize(("paragraph", "held"), [(1, 0), (2, 1), (9, 1), (10, 0)])
def test_there_is_something_to_go_on_with_in_the_middle_alone(
    marks: Marks, paragraph: int, held: int
) -> None:
    """An article that was only opened, or read to its end, is not offered again."""
    marks.set_place("", "a", paragraph, paragraphs=10, at=AT)
    assert len(marks.places("", limit=5)) == held


def test_a_place_is_dropped_at_the_end(marks: Marks) -> None:
    """Read to its end, it is done."""
    marks.set_place("", "a", 4, paragraphs=10, at=AT)
    marks.set_place("", "a", 10, paragraphs=10, at=LATER)
    assert marks.place("", "a") is None


def test_a_rebuilt_index_leaves_marks_alone(paper: Paper) -> None:
    """Nothing could make them again."""
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert noted(paper.root, paper.only().id) == (Mark(read_at=AT), "Ask the engineer.")


def test_a_backup_has_the_marks(paper: Paper) -> None:
    """They are the one thing in the folder that its owner wrote."""
    back_up(paper.root, paper.root.parent / "backup")
    assert noted(paper.root.parent / "backup", paper.only().id)[1] == "Ask the engineer."


def test_a_forgotten_article_loses_its_notes(paper: Paper) -> None:
    """A note of it would tell what it said."""
    gone = paper.only().id
    with Archive.open(paper.root, write=True) as archive:
        forget(archive, [gone], reason=None, now=paper.web.clock.now())
    assert b"engineer" not in (paper.root / MARKS).read_bytes()
