"""What publishers changed and took away: told newest first, by source, kind and weight, and as a feed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import feedparser
import pytest

from fetch_web import answer
from onrecord import cli
from onrecord.archive import Archive
from onrecord.ledger import Event
from rounds import PARAGRAPHS, Paper, item, page

GONE = answer(b"", status="410 Gone")
NUMBERED = (
    "The ferry carried 63 people on Monday, and the harbour master counted them twice, he said to the paper."
)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper of which one article was edited twice, another is gone, and a third stayed as it was."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry"), item("tower"))
    made.says(
        bridge=page(),
        ferry=page("A Ferry Is Full", [NUMBERED, *PARAGRAPHS[1:]]),
        tower=page("A Tower Leans", [PARAGRAPHS[2], NUMBERED, "Nobody knows why the tower leans this way."]),
    )
    made.round()
    made.says(bridge=page("Bridge Shut for Good After a Crack Is Found"))
    made.round(recheck=True)
    made.says(ferry=page("A Ferry Is Full", [NUMBERED.replace("63", "68"), *PARAGRAPHS[1:]]))
    made.round(recheck=True)
    made.says(tower=GONE)
    made.round(recheck=True)
    return made


def listed(paper: Paper, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """Return what `changes` lists."""
    assert cli.run(["changes", "--json", *words, "--archive", str(paper.root)]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_changes_and_removals_are_told_newest_first(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """A journalist reads from the top."""
    kinds = [one["kinds"] for one in listed(paper, capsys)]
    assert kinds == [["removed"], ["number"], ["headline"]]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["--kind", "number"], 1),
        (["--kind", "number", "--kind", "removed"], 2),
        (["--kind", "caption"], 0),
        (["--min-weight", "0.8"], 2),
        (["--min-weight", "1"], 0),
        (["--source", "paper.example"], 3),
        (["--since", "2000-01-01"], 3),
        (["--since", "2100"], 0),
        (["--limit", "2"], 2),
    ],
    ids=str,
)
def test_only_what_is_asked_for_is_told(
    paper: Paper, words: list[str], count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever cares for numbers need not read of headlines."""
    assert len(listed(paper, capsys, *words)) == count


def test_an_edit_comes_with_its_words(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after, for whoever reads it without the archive."""
    (one,) = listed(paper, capsys, "--kind", "number")
    (change,) = one["changes"]
    assert ("63" in change["before"], "68" in change["after"]) == (True, True)


def test_a_removal_comes_with_its_evidence(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """That it was there, and that it is not."""
    (one,) = listed(paper, capsys, "--kind", "removed")
    assert (one["state"], one["removal"]["status"]) == ("suspected", 410)


def test_a_line_tells_what_went_and_what_came(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Without colours too."""
    assert cli.run(["changes", "--archive", str(paper.root)]) == 0
    assert "[-63-]{+68+}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--kind", "numbers"], 2), (["--source", "nobody.example"], 2), (["--since", "x"], 2)],
)
def test_a_slip_of_the_pen_is_told(paper: Paper, words: list[str], code: int) -> None:
    """An empty list would look like no news."""
    assert cli.run(["changes", *words, "--archive", str(paper.root)]) == code


def test_the_ledger_says_what_kind_of_edit_it_was(paper: Paper) -> None:
    """Whoever reads the ledger in twenty years need not compare documents."""
    with Archive.open(paper.root) as archive:
        told = [line.data["changed"]["kinds"] for line in archive.lines() if line.event is Event.REVISED]
    assert told == [["headline"], ["number"]]


def test_an_index_that_is_made_again_tells_the_same(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """The index is no truth."""
    before = listed(paper, capsys)
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert listed(paper, capsys) == before


def test_edits_of_an_early_archive_are_told_too(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Its ledger did not say of what kind they are."""
    with Archive.open(paper.root, write=True) as archive:
        archive.catalog._db.run("UPDATE change SET weight = NULL, kinds = '[]' WHERE event = 'revised'")
    assert len(listed(paper, capsys, "--kind", "number", "--min-weight", "0.7")) == 1


# ---------------------------------------------------------------- the feed


def feed_of(paper: Paper, *words: str) -> Any:
    """Return the feed of changes, as the field's own reader reads it."""
    dest = paper.root.parent / "changes.atom"
    assert cli.run(["export", "changes", str(dest), *words, "--archive", str(paper.root)]) == 0
    return feedparser.parse(dest.read_bytes())


def test_the_feed_is_one_that_readers_read(paper: Paper) -> None:
    """A newsroom follows corrections as it follows the news."""
    read = feed_of(paper)
    assert (read.bozo, read.version, len(read.entries)) == (False, "atom10", 3)


def test_the_feed_shows_what_changed(paper: Paper) -> None:
    """In place, without script."""
    (entry,) = feed_of(paper, "--kind", "number").entries
    assert "<del>63</del><ins>68</ins>" in entry.content[0].value


def test_entries_keep_their_names_for_ever(paper: Paper) -> None:
    """Else a reader would show all of it anew."""
    before = {entry.id for entry in feed_of(paper).entries}
    paper.says(bridge=page("Bridge Shut for a Year After a Crack Is Found"))
    paper.round(recheck=True)
    after = {entry.id for entry in feed_of(paper).entries}
    assert (len(after), before < after) == (4, True)


def test_a_feed_of_strangers_words_is_well_formed(paper: Paper) -> None:
    """Headlines hold what they like."""
    paper.says(bridge=page("Bridge ]]> &lt;script&gt;alert(1)&lt;/script&gt; \x0c \U0001f309 shut"))
    paper.round(recheck=True)
    read = feed_of(paper)
    assert (read.bozo, "<script" in read.entries[0].content[0].value) == (False, False)


def test_the_feed_leaves_out_what_is_not_to_be_passed_on(paper: Paper) -> None:
    """A publisher's wish holds for a feed as for every export."""
    head = "<meta name=robots content=noarchive>"
    paper.says(bridge=page("Bridge Shut for a Year After a Crack Is Found", head=head))
    paper.round(recheck=True)
    titles = " ".join(entry.title for entry in feed_of(paper).entries)
    assert "for a Year" not in titles
    assert "for a Year" in " ".join(entry.title for entry in feed_of(paper, "--reserved").entries)


def test_a_feed_without_entries_is_a_feed(tmp_path: Path) -> None:
    """A reader may subscribe before anything has changed."""
    made = Paper(tmp_path / "empty")
    made.lists()
    made.round()
    read = feed_of(made)
    assert (read.bozo, read.entries, bool(re.match("20..-", read.feed.updated))) == (False, [], True)


def test_a_feed_is_written_after_each_round(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """[[export]] does it."""
    with (paper.root / "onrecord.toml").open("a") as file:
        file.write('[[export]]\nkind = "changes"\ndest = "../feed/changes.atom"\n')
    with Archive.open(paper.root) as archive:
        (told,) = cli.exporting.export_all(archive)
    capsys.readouterr()
    assert (told["written"], (paper.root.parent / "feed/changes.atom").is_file()) == (True, True)
