"""`onrecord search`: what a person sees of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord import cli
from rounds import Paper, item, page


@pytest.fixture
def root(tmp_path: Path) -> str:
    """Give the folder of an archive with one article."""
    paper = Paper(tmp_path / "archive")
    paper.lists(item())
    paper.says(bridge=page())
    paper.round()
    return str(tmp_path / "archive")


def test_a_match_is_printed_with_its_lines(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A person sees why it was found."""
    cli.run(["search", "engineers", "--archive", root])
    out = capsys.readouterr().out
    assert ("Bridge Shut" in out, "Engineers said that the crack" in out) == (True, True)


def test_nothing_found_is_no_error(root: str) -> None:
    """A script that searches every day does not fail on a quiet one."""
    assert cli.run(["search", "zeppelin", "--archive", root]) == 0


def test_a_mistake_in_a_query_ends_with_two(root: str) -> None:
    """Like every mistake in a command's words."""
    assert cli.run(["search", "(bridge", "--archive", root]) == 2


def test_json_marks_the_matches(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program need not search the snippet again."""
    cli.run(["search", "engineers", "--json", "--archive", root])
    found = json.loads(capsys.readouterr().out)
    assert [one["text"] for one in found["matches"][0]["snippet"] if one["match"]] == ["Engineers"]


def test_facets_are_counted(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A person narrows down what is too much."""
    cli.run(["search", "bridge", "--facets", "--archive", root])
    assert "by source: paper.example (1)" in capsys.readouterr().out


def test_what_is_skipped_is_counted(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The last page is followed by none, and the number of matches is told."""
    cli.run(["search", "bridge", "--skip", "5", "--archive", root])
    assert "only 1 match" in capsys.readouterr().err


def test_a_search_is_saved_listed_and_taken_out(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is searched every day is typed once."""
    cli.run(["search", "--save", "Harbour", "ferry", "OR", "bridge", "--archive", root])
    capsys.readouterr()
    cli.run(["search", "--saved", "--json", "--archive", root])
    kept = json.loads(capsys.readouterr().out)
    cli.run(["search", "--forget", "Harbour", "--archive", root])
    capsys.readouterr()
    cli.run(["search", "--saved", "--json", "--archive", root])
    assert (kept, capsys.readouterr().out) == ([{"name": "Harbour", "query": "ferry OR bridge"}], "[]\n")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--saved", "ferry"],
        ["--saved", "--forget", "Harbour"],
        ["--forget", "Harbour"],
        ["--save", "Harbour"],
        ["--save", "Harbour", "(ferry"],
        ["--save", "a/b", "ferry"],
    ],
)
def test_what_can_not_be_saved_ends_with_two(root: str, words: list[str]) -> None:
    """Nothing is written."""
    assert cli.run(["search", *words, "--archive", root]) == 2
