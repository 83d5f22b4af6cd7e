"""The commands for keys, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord import cli, keys


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Make an archive, with a folder of settings of its own; return its folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert cli.run(["init", str(tmp_path / "news")]) == 0
    capsys.readouterr()
    return tmp_path / "news"


def shown(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return what `key show --json` tells."""
    assert cli.run(["key", "show", "--archive", str(root), "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_init_says_where_the_key_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy must be kept elsewhere, and a person must hear of it once."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    cli.run(["init", str(tmp_path / "news")])
    assert f"{tmp_path}/config/onrecord/keys/" in capsys.readouterr().out


def test_init_without_a_place_for_keys_makes_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing that is kept hangs on a signature."""
    (tmp_path / "config").write_text("a file")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert cli.run(["init", str(tmp_path / "news")]) == 0
    assert "no key was made" in capsys.readouterr().err


def test_a_key_is_shown_with_its_fingerprint(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is what the owner makes known."""
    told = shown(root, capsys)
    assert told["fingerprint"] == keys.fingerprint(str(told["public"]))


def test_an_exported_key_can_be_brought_back(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new machine goes on signing."""
    copy = tmp_path / "copy.pem"
    cli.run(["key", "export", str(copy), "--archive", str(root)])
    capsys.readouterr()
    Path(str(shown(root, capsys)["file"])).unlink()
    cli.run(["key", "import", str(copy), "--archive", str(root)])
    capsys.readouterr()
    assert shown(root, capsys)["is_here"]


def test_an_exported_key_is_its_owners_alone(root: Path, tmp_path: Path) -> None:
    """A copy is as good as the key."""
    cli.run(["key", "export", str(tmp_path / "copy.pem"), "--archive", str(root)])
    assert (tmp_path / "copy.pem").stat().st_mode & 0o777 == 0o600


def test_a_key_is_not_exported_into_the_archive(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would be passed on with the next copy."""
    assert cli.run(["key", "export", str(root / "key.pem"), "--archive", str(root)]) == 2
    assert "outside" in capsys.readouterr().err


def test_a_key_of_another_archive_is_not_taken(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It could never sign here."""
    stray = tmp_path / "stray.pem"
    stray.write_bytes(keys.make().as_pem())
    stray.chmod(0o600)
    assert cli.run(["key", "import", str(stray), "--archive", str(root)]) == 2
    assert "not one of this archive's" in capsys.readouterr().err


def test_rotation_keeps_the_former_key_in_sight(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it signed is still to be verified."""
    before = shown(root, capsys)["key"]
    cli.run(["key", "rotate", "--archive", str(root)])
    capsys.readouterr()
    former = shown(root, capsys)["former"]
    assert isinstance(former, list)
    assert [one["key"] for one in former] == [before]
