"""Git: what was exported is committed and arrives at every remote, now or with the next run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from onrecord.errors import UsageError
from onrecord.publish.git import commit_and_push

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose git has no settings, and knows no committer."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An exported folder."""
    folder = tmp_path / "out"
    write(folder, "a")
    return folder


def write(folder: Path, words: str) -> None:
    """Export *words*."""
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    (folder / "articles" / "1048574.md").write_bytes(f"{words}\r\n".encode())


def git(folder: Path, *arguments: str) -> str:
    """Run git, as the person would."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def remote(folder: Path, name: str) -> Path:
    """Add a bare repository as a remote."""
    bare = folder.parent / f"{name}.git"
    git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", name, str(bare))
    return bare


def test_each_round_is_a_commit_that_arrives(folder: Path) -> None:
    """The folder's history is the history of what was published."""
    bare = remote(folder, "origin")
    for words in ("a", "b", "c"):
        write(folder, words)
        report = commit_and_push(folder, f"1 new: {words}")
        assert (report.pushed, report.failures) == (("origin",), ())
        assert report.commit == git(bare, "rev-parse", "main")
    assert git(bare, "log", "--format=%s", "main").split("\n") == ["1 new: c", "1 new: b", "1 new: a"]


def test_an_unchanged_folder_makes_no_commit(folder: Path) -> None:
    """An hour in which nothing was published leaves no trace."""
    bare = remote(folder, "origin")
    first = commit_and_push(folder, "1 new: a")
    report = commit_and_push(folder, "nothing")
    assert (report.commit, report.pushed, report.failures) == (None, (), ())
    assert git(bare, "rev-parse", "main") == first.commit


def test_a_plain_folder_becomes_a_repository(folder: Path) -> None:
    """`export --git` alone is enough to begin."""
    report = commit_and_push(folder, "1 new: a")
    assert git(folder, "log", "--format=%an %s") == "On Record 1 new: a"
    assert (report.pushed, report.failures) == ((), ())


def test_a_repository_around_the_folder_is_not_committed_to(folder: Path) -> None:
    """A person's own repository may hold the folder; its history is theirs."""
    git(folder.parent, "init", "--quiet")
    commit_and_push(folder, "1 new: a")
    assert git(folder, "rev-parse", "--show-toplevel") == str(folder.resolve())


def test_every_remote_gets_it(folder: Path) -> None:
    """One host may ban the mirror overnight; the lineage's did."""
    bares = [remote(folder, name) for name in ("one", "two")]
    report = commit_and_push(folder, "1 new: a")
    assert report.pushed == ("one", "two")
    assert [git(bare, "rev-parse", "main") for bare in bares] == [report.commit, report.commit]


def test_a_push_that_failed_is_made_up_for(folder: Path) -> None:
    """A host that was down for an hour must not miss that hour."""
    bare = remote(folder, "origin")
    away = bare.rename(bare.with_name("away.git"))
    first = commit_and_push(folder, "1 new: a")
    assert [failure.remote for failure in first.failures] == ["origin"]
    assert "origin.git" in first.failures[0].words
    away.rename(bare)
    second = commit_and_push(folder, "nothing new")
    assert (second.commit, second.pushed) == (None, ("origin",))
    assert git(bare, "rev-parse", "main") == first.commit


def test_one_remote_that_fails_does_not_keep_the_others_from_it(folder: Path) -> None:
    """They are there because one may fail."""
    remote(folder, "a-gone")
    shutil.rmtree(folder.parent / "a-gone.git")
    remote(folder, "b-here")
    report = commit_and_push(folder, "1 new: a")
    assert (report.pushed, [failure.remote for failure in report.failures]) == (("b-here",), ["a-gone"])


def test_a_remote_with_commits_of_others_is_not_overwritten(folder: Path) -> None:
    """Somebody may have mended the README on the host's page; the answer says how to go on."""
    bare = remote(folder, "origin")
    commit_and_push(folder, "1 new: a")
    other = folder.parent / "other"
    git(folder.parent, "clone", "--quiet", str(bare), str(other))
    write(other, "mended")
    theirs = commit_and_push(other, "1 edited: mended").commit
    write(folder, "b")
    report = commit_and_push(folder, "1 edited: b")
    assert "git pull --rebase" in report.failures[0].advice
    assert git(bare, "rev-parse", "main") == theirs


def test_other_files_of_the_folder_are_not_committed(folder: Path) -> None:
    """What a person keeps beside it, half-written, is theirs to commit."""
    (folder / "draft.md").write_text("x")
    commit_and_push(folder, "1 new: a")
    (folder / "staged.md").write_text("x")
    git(folder, "add", "staged.md")
    write(folder, "b")
    commit_and_push(folder, "1 edited: b")
    assert git(folder, "ls-tree", "-r", "--name-only", "HEAD") == "articles/1048574.md"


def test_files_arrive_byte_for_byte(folder: Path) -> None:
    """Line ends are a publisher's bytes too, whatever this machine's git likes."""
    (folder.parent / "home").mkdir()
    git(folder.parent, "config", "--global", "core.autocrlf", "input")
    commit_and_push(folder, "1 new: a")
    size = git(folder, "cat-file", "-s", "HEAD:articles/1048574.md")
    assert size == "3"


def test_the_persons_own_name_is_used(folder: Path) -> None:
    """Who has told git a name commits under it."""
    (folder.parent / "home").mkdir()
    git(folder.parent, "config", "--global", "user.name", "Ann Lee")
    git(folder.parent, "config", "--global", "user.email", "ann@paper.example")
    commit_and_push(folder, "1 new: a")
    assert git(folder, "log", "--format=%an <%ae>") == "Ann Lee <ann@paper.example>"


def test_a_password_in_an_address_is_not_told(folder: Path) -> None:
    """Reports end in logs."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", "http://ann:secret@127.0.0.1:1/x.git")
    report = commit_and_push(folder, "1 new: a")
    assert "127.0.0.1" in report.failures[0].words
    assert "secret" not in report.failures[0].words


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The words of the command make no sense then."""
    with pytest.raises(UsageError, match="none"):
        commit_and_push(tmp_path / "none", "x")


def test_a_machine_without_git_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export itself needs no git."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="not installed"):
        commit_and_push(folder, "x")


def test_git_that_never_ends_is_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round must go on when a host answers nothing."""
    remote(folder, "origin")
    monkeypatch.setattr("onrecord.publish.git.PUSH_LIMIT", 0.5)
    hook = folder / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    hook.chmod(0o755)
    report = commit_and_push(folder, "1 new: a")
    assert "had not ended after" in report.failures[0].words
