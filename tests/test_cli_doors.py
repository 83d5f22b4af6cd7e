"""The commands for users and tokens, as a person types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from onrecord import cli
from served import PASSWORD


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Make an archive, with a folder of settings of its own; return its folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert cli.run(["init", str(tmp_path / "news")]) == 0
    capsys.readouterr()
    return tmp_path / "news"


def typed(root: Path, monkeypatch: pytest.MonkeyPatch, *words: str, line: str = "") -> int:
    """Run a command with a line on standard input; return its exit code."""
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    return cli.run([*words, "--archive", str(root)])


def test_a_user_is_made_and_listed(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first step before the reader answers the network."""
    typed(root, monkeypatch, "user", "add", "Ada", "--role", "editor", line=f"{PASSWORD}\n")
    capsys.readouterr()
    typed(root, monkeypatch, "user", "list", "--json")
    assert [(row["name"], row["role"]) for row in json.loads(capsys.readouterr().out)] == [("ada", "editor")]


@pytest.mark.parametrize(
    ("words", "line", "told"),
    [
        (("user", "add", "ada"), "", "no password came"),
        (("user", "add", "ada"), "short\n", "at least 12 characters"),
        (("user", "add", "ada", "--role", "king"), f"{PASSWORD}\n", "reader or editor"),
        (("user", "add", "a b"), f"{PASSWORD}\n", "a user's name is"),
        (("user", "remove", "eve"), "", "no user of this name"),
        (("user", "password", "eve"), f"{PASSWORD}\n", "no user of this name"),
        (("token", "add", "eve", "app"), "", "no user of this name"),
        (("token", "add", "eve", "app", "--scope", "all"), "", "a token may do some of"),
        (("token", "remove", "eve", "app"), "", "no user of this name"),
    ],
)
def test_what_makes_no_sense_is_told(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    line: str,
    told: str,
) -> None:
    """With what to do instead, and the exit code of words that make no sense."""
    assert (typed(root, monkeypatch, *words, line=line), told in capsys.readouterr().err) == (2, True)


def test_a_token_is_printed_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list that somebody looks at over a shoulder gives nothing away."""
    typed(root, monkeypatch, "user", "add", "ada", line=f"{PASSWORD}\n")
    capsys.readouterr()
    typed(root, monkeypatch, "token", "add", "ada", "telephone")
    secret = capsys.readouterr().out.strip()
    typed(root, monkeypatch, "token", "list")
    assert (len(secret), secret in (listed := capsys.readouterr().out), "telephone" in listed) == (
        32,
        False,
        True,
    )


def test_users_and_tokens_are_taken_back(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As simply as they were made."""
    typed(root, monkeypatch, "user", "add", "ada", line=f"{PASSWORD}\n")
    typed(root, monkeypatch, "token", "add", "ada", "telephone")
    typed(root, monkeypatch, "token", "remove", "ada", "telephone")
    typed(root, monkeypatch, "user", "remove", "ada")
    capsys.readouterr()
    typed(root, monkeypatch, "user", "list", "--json")
    assert json.loads(capsys.readouterr().out) == []


def test_a_new_password_is_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever forgot it needs no more than the machine."""
    typed(root, monkeypatch, "user", "add", "ada", line=f"{PASSWORD}\n")
    capsys.readouterr()
    typed(root, monkeypatch, "user", "password", "ada", line=f"{PASSWORD[::-1]}\n")
    assert "the password is new" in capsys.readouterr().out
