"""What a newcomer may meet: each message says what is wrong and what to do next, and no stack is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord import cli


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is no archive and lies in none; commands run there."""
    monkeypatch.delenv("ONRECORD_ARCHIVE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def archive(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a fresh archive that follows nothing; commands run in it."""
    assert cli.run(["init", "news"]) == 0
    capsys.readouterr()
    monkeypatch.chdir(place / "news")
    return place / "news"


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        ("list", 4, "`onrecord init DIR`"),
        ("update", 4, "`onrecord init DIR`"),
        ("status --archive nowhere", 4, "`onrecord init DIR`"),
        ("verify --archive nowhere", 4, "`onrecord init DIR`"),
        ("extract missing.html", 2, "name a file, an address, or -"),
    ],
)
def test_without_an_archive_the_next_step_is_named(
    place: Path, capsys: pytest.CaptureFixture[str], words: str, code: int, advice: str
) -> None:
    """A person in the wrong folder learns where to go."""
    assert cli.run(words.split()) == code
    assert advice in capsys.readouterr().err
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        ("update", 0, "`onrecord add ADDRESS`"),
        ("status", 0, "`onrecord add ADDRESS`"),
        ("list", 0, "`onrecord update`"),
        ("list --since 2024", 0, "no article is held that fits"),
        ("list --source paper.example", 2, "`onrecord status` lists"),
        ("list --since yesterday", 2, "write it as 2024-05-17"),
        ("update paper.example", 2, "`onrecord status` lists"),
        ("show q3tuhgi3o6oe", 8, "`onrecord list` shows"),
        ("show https://paper.example/a", 8, "`onrecord list` shows"),
        ("add ftp://paper.example/", 9, "type one such as"),
        ("add paper", 9, "type one such as"),
        ("save paper", 2, "type one such as"),
    ],
)
def test_in_an_empty_archive_the_next_step_is_named(
    archive: Path, capsys: pytest.CaptureFixture[str], words: str, code: int, advice: str
) -> None:
    """The first hour with a program is spent reading what it complains of."""
    assert archive.is_dir()
    assert cli.run(words.split()) == code
    printed = capsys.readouterr()
    assert advice in printed.err + printed.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "format = 1\n[fetch]\npage_paus = 1\n",
            "fetch.page_paus: is no key that On Record knows; do you mean page_pause?",
        ),
        ("format = 1\n[fetch\n", "this is no TOML"),
        ("", "format: is missing; the file begins with: format = 1"),
    ],
)
def test_a_slip_in_the_settings_is_named_with_its_key(
    archive: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    """A person who edits a file by hand is told where to look."""
    (archive / "onrecord.toml").write_text(text, "utf-8")
    assert cli.run(["update"]) == 3
    assert told in capsys.readouterr().err


def test_lost_settings_of_an_archive_are_named(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who has deleted one file must not be told to begin anew elsewhere."""
    (archive / "onrecord.toml").unlink()
    assert cli.run(["init"]) == 4
    assert "onrecord.toml is missing; put it back" in capsys.readouterr().err


def test_a_folder_that_can_not_be_made_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stack trace is no answer to a wrong path."""
    (place / "file").write_text("", "utf-8")
    assert cli.run(["init", "file/news"]) == 6
    assert "file/news" in capsys.readouterr().err


def test_the_demo_leaves_an_archive_alone(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Made-up articles, and the demo's settings, do not belong into a person's archive."""
    before = (archive / "onrecord.toml").read_bytes()
    assert cli.run(["demo", str(archive)]) == 2
    assert "name a new folder" in capsys.readouterr().err
    assert (archive / "onrecord.toml").read_bytes() == before


def test_no_network_is_named(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person without a connection must not look for the fault in the address."""
    settings = archive / "onrecord.toml"
    text = settings.read_text("utf-8").replace(
        "[fetch]", "[fetch]\nretries = 0\nallow_networks = ['127.0.0.1']"
    )
    settings.write_text(text, "utf-8")
    monkeypatch.setenv("NO_PROXY", "*")
    # Port 1 of loopback: nobody answers there.
    assert cli.run(["add", "http://127.0.0.1:1/"]) == 9
    assert "no connection to the server; check the network" in capsys.readouterr().err
