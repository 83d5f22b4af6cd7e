"""`prove`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from documents import AT
from onrecord import cli
from onrecord.archive import Archive, create
from onrecord.proof import check
from test_proof import PATH, keep


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an archive of one article; the person stands beside it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    create(tmp_path / "news", now=AT)
    with Archive.open(tmp_path / "news", write=True) as archive:
        keep(archive, "bridge", 1, "The bridge is shut.", PATH)
    return tmp_path / "news"


def test_a_proof_is_written_beside_where_one_stands(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is about to be sent to somebody."""
    assert cli.run(["prove", "https://paper.example/bridge", "--archive", str(root), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert check.check(Path(told["file"]).read_bytes(), told["fingerprint"])


def test_a_proof_overwrites_nothing(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file that is there may be another's proof."""
    (tmp_path / "mine.zip").write_bytes(b"mine")
    words = ["prove", "https://paper.example/bridge", str(tmp_path / "mine.zip"), "--archive", str(root)]
    assert cli.run(words) == 2
    assert "there is a file of this name" in capsys.readouterr().err


def test_a_proof_does_not_go_into_the_archive(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No ledger line would name it."""
    words = ["prove", "https://paper.example/bridge", str(root / "p.zip"), "--archive", str(root)]
    assert cli.run(words) == 2
    assert "outside" in capsys.readouterr().err


def test_an_article_that_is_not_held_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The code is that of every command."""
    assert cli.run(["prove", "https://paper.example/none", "--archive", str(root)]) == 8
    assert "onrecord list" in capsys.readouterr().err
