"""Git: a published folder's new state as a commit, pushed to every remote that the folder has.

Runs the `git` command, never a shell, and never lets it ask: a round that waits for a password at three in
the morning keeps nothing. What fails is a value with git's own words; the next run pushes it again.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from onrecord.errors import UsageError

#: Seconds. A first push of a hundred thousand files takes minutes on a slow line; more is a line that hangs.
PUSH_LIMIT = 900.0
#: Seconds, for what happens on this machine.
LOCAL_LIMIT = 300.0

#: What an export writes, and all that is ever committed.
PATHS = ("README.md", "articles", "lists", "pictures")

# Files are to arrive byte for byte, whatever line ends this machine likes.
_AS_THEY_ARE = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false")
_NAME = "On Record"
_ADDRESS = "onrecord@localhost"
_SECRET = re.compile(r"(?<=//)[^/@\s]+@")
#: How many characters of git's words a report holds: the reason stands in the last lines.
_WORDS = 2000


@dataclass(frozen=True, slots=True)
class GitFailure:
    """A step that git refused. *remote* is empty where it was no push."""

    remote: str
    words: str  #: git's own, without passwords
    advice: str  #: what to do


@dataclass(frozen=True, slots=True)
class GitReport:
    """What was committed and where it has arrived."""

    commit: str | None = None  #: the new commit's id; None: nothing had changed
    pushed: tuple[str, ...] = ()  #: remotes that got something new
    failures: tuple[GitFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    output: str
    words: str


def commit_and_push(dest: Path, message: str) -> GitReport:
    """Commit what has changed in the folder *dest* and push its branch to each of its remotes.

    A folder that is no repository of its own becomes one. Only what an export writes is committed. Each
    remote is pushed to even if nothing is new, so that what failed last time arrives this time.

    Raises:
        UsageError: The git command is not installed, or *dest* is no folder.
    """
    if not dest.is_dir():
        raise UsageError(f"{dest}: no such folder; export to it first")
    failure = _begin(dest)
    if failure is not None:
        return GitReport(failures=(failure,))
    commit, failure = _commit(dest, message)
    if failure is not None:
        return GitReport(failures=(failure,))
    pushed, failures = _push_all(dest)
    return GitReport(commit, pushed, failures)


def _begin(dest: Path) -> GitFailure | None:
    """Make *dest* a repository unless it is one; a repository around it is somebody else's."""
    top = _git(dest, "rev-parse", "--show-toplevel")
    if top.status == 0 and Path(top.output.strip()).resolve() == dest.resolve():
        return None
    made = _git(dest, "init", "--quiet", "--initial-branch=main")
    return None if made.status == 0 else _failure(made, "see that the folder can be written to")


def _commit(dest: Path, message: str) -> tuple[str | None, GitFailure | None]:
    paths = [path for path in PATHS if (dest / path).exists()]
    if not paths:
        return None, None
    added = _git(dest, "add", "--all", "--", *paths)
    if added.status:
        return None, _failure(added, "see that no other git command runs there, then export again")
    if _git(dest, "diff", "--cached", "--quiet", "--", *paths).status == 0:
        return None, None
    command = [*_identity(dest), "commit", "--quiet", f"--message={message}", "--", *paths]
    done = _git(dest, *command)
    if done.status:
        return None, _failure(done, "mend what git names, then export again")
    return _git(dest, "rev-parse", "HEAD").output.strip(), None


def _identity(dest: Path) -> list[str]:
    """Return the options that name a committer where this machine's git knows none."""
    known = [_git(dest, "config", key).output.strip() for key in ("user.name", "user.email")]
    if all(known):
        return []
    return ["-c", f"user.name={known[0] or _NAME}", "-c", f"user.email={known[1] or _ADDRESS}"]


def _push_all(dest: Path) -> tuple[tuple[str, ...], tuple[GitFailure, ...]]:
    remotes = _git(dest, "remote").output.split("\n")
    branch = _git(dest, "symbolic-ref", "--quiet", "--short", "HEAD")
    has_commit = _git(dest, "rev-parse", "--verify", "--quiet", "HEAD").status == 0
    pushed: list[str] = []
    failures: list[GitFailure] = []
    for remote in filter(None, remotes):
        if not has_commit:
            break
        if branch.status:
            advice = "check out a branch in the folder (git switch main), then export again"
            failures.append(GitFailure(remote, "HEAD is no branch", advice))
            continue
        name = branch.output.strip()
        answer = _git(dest, "push", "--porcelain", remote, f"HEAD:refs/heads/{name}", limit=PUSH_LIMIT)
        if answer.status:
            failures.append(_failure(answer, _advice(answer.words + answer.output), remote))
        elif re.search(r"^[ *+]\t", answer.output, re.MULTILINE):  # "=": it had everything
            pushed.append(remote)
    return tuple(pushed), tuple(failures)


def _advice(words: str) -> str:
    if "[rejected]" in words or "fetch first" in words or "non-fast-forward" in words:
        return "the remote has commits that this folder lacks: `git pull --rebase` in it, then export again"
    if "terminal prompts disabled" in words or "Permission denied" in words or "Authentication" in words:
        return "git may not ask for a password here: set up a key or a credential helper for this remote"
    return "nothing is lost: the next export pushes it again; see `git remote -v` if the address is wrong"


def _failure(answer: _Answer, advice: str, remote: str = "") -> GitFailure:
    words = _SECRET.sub("", (answer.words.strip() or answer.output.strip())[-_WORDS:])
    return GitFailure(remote, words, advice)


def _git(dest: Path, *arguments: str, limit: float = LOCAL_LIMIT) -> _Answer:
    """Run git in *dest*. It can't ask, and it and all that it started end when *limit* has passed."""
    # A hook's surroundings (GIT_DIR and the like) would point it at another repository.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    # Neither is ssh told how to ask: in a session of its own it has no terminal, and a repository may have
    # a command of its own for it (core.sshCommand), which a variable would overrule.
    own = {key: os.environ[key] for key in ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS") if key in os.environ}
    quiet = {"GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}
    environment = kept | quiet | own | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    try:
        running = subprocess.Popen(  # noqa: S603 (a fixed command; the arguments are ours or git's own names)
            ["git", *_AS_THEY_ARE, *arguments],  # noqa: S607 (the one that the person has on the path)
            cwd=dest,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise UsageError("the git command is not installed; install it, or export without --git") from error
    with running:
        try:
            output, words = running.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            return _ended(running, limit, arguments[0])
    return _Answer(running.returncode, *(part.decode("utf-8", "replace") for part in (output, words)))


def _ended(running: subprocess.Popen[bytes], limit: float, command: str) -> _Answer:
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)  # ssh and hooks would hold the pipes open
    running.communicate()
    return _Answer(-1, "", f"git {command} had not ended after {limit:.0f} seconds")
