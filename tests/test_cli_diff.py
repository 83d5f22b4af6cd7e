"""`onrecord diff`: what a person sees of an edit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord import cli
from rounds import PARAGRAPHS, Paper, item, page


@pytest.fixture
def edited(tmp_path: Path) -> list[str]:
    """Give the words that name an article of two revisions."""
    paper = Paper(tmp_path / "archive")
    paper.lists(item())
    paper.says(bridge=page())
    paper.round()
    paper.says(
        bridge=page(paragraphs=(PARAGRAPHS[0], PARAGRAPHS[1].replace("spring", "winter"), PARAGRAPHS[2]))
    )
    paper.round(recheck=True)
    return [paper.only().id, "--archive", str(paper.root)]


def test_a_change_is_shown_without_colours(edited: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe brackets tell what went and what came."""
    cli.run(["diff", *edited])
    assert "since the [-spring-]{+winter+}, and that nobody" in capsys.readouterr().out


def test_json_names_the_kind(edited: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A script that watches for edits sorts them."""
    cli.run(["diff", *edited, "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["kinds"], told["changes"][0]["paragraph"]) == (["wording"], 1)


def test_html_marks_what_went_and_what_came(edited: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A page shows the edit in place, to a screen reader too."""
    cli.run(["diff", *edited, "--format", "html"])
    assert "<del>spring</del><ins>winter</ins>" in capsys.readouterr().out


@pytest.mark.parametrize("numbers", [["1", "7"], ["3"]])
def test_a_revision_that_is_not_held_is_a_mistake(edited: list[str], numbers: list[str]) -> None:
    """A mistyped number is told of."""
    assert cli.run(["diff", edited[0], *numbers, *edited[1:]]) == 2


def test_an_article_without_edits_has_nothing_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so, and is no failure of the archive."""
    paper = Paper(tmp_path / "archive")
    paper.lists(item())
    paper.says(bridge=page())
    paper.round()
    cli.run(["diff", paper.only().id, "--archive", str(paper.root)])
    assert "one revision is held" in capsys.readouterr().err
