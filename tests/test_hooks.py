"""Hooks: a command or a webhook is told of each change that it asks for, at least once, and of no other."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from answering import answering
from fetch_web import answer
from onrecord import cli, config, hooks
from onrecord.archive import Archive
from onrecord.compare import Kind
from onrecord.errors import ConfigError
from onrecord.pipeline.report import HookReport
from rounds import Paper, item, page

#: A program that puts each line that it is given into a file.
KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper whose two articles have been kept, before any hook is set."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry"))
    made.says(bridge=page(), ferry=page("A Ferry Is Full"))
    made.round()
    with Archive.open(made.root, write=True) as archive:
        hooks.begin(archive)
    return made


def edited(paper: Paper) -> None:
    """Let one headline change, and the other article be gone."""
    paper.says(bridge=page("Bridge Shut for Good: “Harbour” Closed"), ferry=answer(b"", status="410 Gone"))
    paper.round(recheck=True)


def settle(paper: Paper, *tables: str) -> None:
    """Write [[hook]] tables into the settings."""
    place = paper.root / "onrecord.toml"
    place.write_text(place.read_text() + "".join(f"\n[[hook]]\n{table}\n" for table in tables))


def command(paper: Paper, *more: str) -> str:
    """Return the table of a hook that keeps what it is told in a file."""
    words = json.dumps([sys.executable, "-c", KEEP, str(paper.root.parent / "told")])
    return "\n".join([f"command = {words}", *more])


def told(paper: Paper) -> list[dict[str, Any]]:
    """Return what the command was told."""
    place = paper.root.parent / "told"
    return [json.loads(line) for line in place.read_bytes().splitlines()] if place.exists() else []


def deliver(paper: Paper) -> HookReport:
    """Tell what there is to tell, as the end of a round does."""
    with Archive.open(paper.root, write=True) as archive:
        hooks.queue(archive)
        return asyncio.run(hooks.deliver(archive, environ={}))


class Webhook:
    """A server that answers a POST with the statuses that a test sets, the last one again and again."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.got: list[Any] = []
        self.port = 0


@contextmanager
def webhook() -> Iterator[Webhook]:
    """Run a webhook on loopback."""
    made = Webhook()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(made.statuses.pop(0) if len(made.statuses) > 1 else made.statuses[0])
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with answering(Answer) as made.port:
        yield made


def allow_loopback(paper: Paper) -> None:
    """Let this machine be asked."""
    place = paper.root / "onrecord.toml"
    place.write_text(place.read_text().replace("[fetch]", '[fetch]\nallow_networks = ["127.0.0.1"]'))


# ---------------------------------------------------------------- what is told


def test_a_command_is_told_of_each_change(paper: Paper) -> None:
    """A newsroom hears of a quiet correction at once."""
    settle(paper, command(paper))
    edited(paper)
    deliver(paper)
    assert sorted(one["kinds"][0] for one in told(paper)) == ["headline", "removed"]


@pytest.mark.parametrize(
    ("asks", "kinds"),
    [
        ('kind = ["removed"]', ["removed"]),
        ('kind = ["caption"]', []),
        ("min_weight = 0.85", ["headline"]),
        ('source = ["other.example"]', []),
        ('source = ["other.example", "paper.example"]', ["headline", "removed"]),
        ('word = ["HARBOUR"]', ["headline"]),
        ('word = ["ferry"]', ["removed"]),
        ('word = ["crack"]', ["headline"]),
        ('word = ["engineers"]', []),
    ],
)
def test_a_hook_is_told_of_what_it_asks_for(paper: Paper, asks: str, kinds: list[str]) -> None:
    """A word counts where it went or came, or in the headline; what stayed as it was is no news."""
    settle(paper, command(paper, asks))
    edited(paper)
    deliver(paper)
    assert sorted(one["kinds"][0] for one in told(paper)) == kinds


def test_nothing_is_told_twice(paper: Paper) -> None:
    """Nor each round again."""
    settle(paper, command(paper))
    edited(paper)
    deliver(paper)
    deliver(paper)
    assert len(told(paper)) == 2


def test_what_was_there_before_is_not_told(paper: Paper) -> None:
    """A new hook does not begin with ten years of edits."""
    edited(paper)
    deliver(paper)
    settle(paper, command(paper))
    deliver(paper)
    assert told(paper) == []


def test_strangers_words_stand_in_no_command_line(paper: Paper) -> None:
    """A headline is no program."""
    settle(paper, command(paper))
    paper.says(bridge=page("$(touch /tmp/x) `id` ; rm -rf . &amp; | \\ &quot;"))
    paper.round(recheck=True)
    deliver(paper)
    assert told(paper)[0]["headline"] == '$(touch /tmp/x) `id` ; rm -rf . & | \\ "'


# ---------------------------------------------------------------- nothing is lost


def test_a_crash_between_writing_and_telling_loses_nothing(paper: Paper) -> None:
    """The ledger has it; the next round tells it."""
    settle(paper, command(paper))
    edited(paper)  # and here the process ended, before anything was queued
    paper.round()
    deliver(paper)
    assert len(told(paper)) == 2


def test_a_crash_between_telling_and_noting_tells_again(paper: Paper) -> None:
    """At least once."""
    settle(paper, command(paper))
    edited(paper)
    with Archive.open(paper.root, write=True) as archive:
        hooks.queue(archive)
        rows = archive.state.deliveries()
        asyncio.run(hooks.deliver(archive, environ={}))
        archive.state.put(rows[0])  # as if the note that it was told had not reached the disk
    deliver(paper)
    seqs = [one["seq"] for one in told(paper)]
    assert (len(seqs), len(set(seqs))) == (3, 2)


def test_what_failed_is_told_later_with_its_reason_meanwhile(paper: Paper) -> None:
    """A chat server that is down for an hour costs nothing."""
    allow_loopback(paper)
    with webhook() as desk:
        settle(paper, f'url = "http://127.0.0.1:{desk.port}/in"')
        edited(paper)
        desk.statuses = [503, 200]
        first = deliver(paper)
        with Archive.open(paper.root, write=True) as archive:
            (waits,) = hooks.waiting(archive)
            archive.state._db.run("DELETE FROM host_note WHERE kind = 'not-before'")  # its pause is over
        deliver(paper)
    assert (first.told, waits["waiting"], "503" in waits["reason"]) == ({}, 2, True)
    assert len({one["seq"] for one in desk.got}) == 2


def test_a_command_that_fails_is_tried_again(paper: Paper) -> None:
    """With what it complained."""
    words = [sys.executable, "-c", "import sys; sys.exit('no room on the desk')"]
    settle(paper, f"command = {json.dumps(words)}")
    edited(paper)
    failed = deliver(paper).failed
    assert "ended with code 1: no room on the desk" in failed[sys.executable]


def test_a_program_that_is_none_is_told(paper: Paper) -> None:
    """A slip of the pen."""
    settle(paper, 'command = ["no-such-program-here"]')
    edited(paper)
    assert "can't be run" in deliver(paper).failed["no-such-program-here"]


def test_a_program_that_hangs_is_stopped(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round goes on."""
    monkeypatch.setattr(hooks, "COMMAND_SECONDS", 0.3)
    settle(paper, f"command = {json.dumps([sys.executable, '-c', 'import time; time.sleep(1000)'])}")
    edited(paper)
    assert "stopped" in deliver(paper).failed[sys.executable]


def test_one_that_fails_holds_up_no_other(paper: Paper) -> None:
    """Each has its own queue."""
    settle(paper, 'command = ["no-such-program-here"]', command(paper))
    edited(paper)
    deliver(paper)
    assert len(told(paper)) == 2


def test_what_fails_for_days_is_given_up_and_said(paper: Paper) -> None:
    """Not silently."""
    settle(paper, 'command = ["no-such-program-here"]')
    edited(paper)
    with Archive.open(paper.root, write=True) as archive:
        hooks.queue(archive)
        for row in archive.state.deliveries():
            for _ in range(len(hooks.PATIENCE) + 1):
                row = hooks._again(row, "no such program", now=paper.web.clock.now())  # noqa: PLW2901
            archive.state.put(row)
        assert hooks.waiting(archive)[0]["given_up"] == 2


# ---------------------------------------------------------------- webhooks


def test_a_webhook_gets_json(paper: Paper) -> None:
    """What a chat or a desk's own program can read."""
    allow_loopback(paper)
    with webhook() as desk:
        settle(paper, f'url = "http://127.0.0.1:{desk.port}/in"\nkind = ["headline"]')
        edited(paper)
        deliver(paper)
    assert (desk.got[0]["format"], desk.got[0]["kinds"]) == (1, ["headline"])


def test_a_webhook_of_ones_own_network_must_be_allowed(paper: Paper) -> None:
    """The guard is the same as for every server."""
    with webhook() as desk:
        settle(paper, f'url = "http://127.0.0.1:{desk.port}/in"')
        edited(paper)
        failed = deliver(paper).failed
    assert ("allow_networks" in failed["127.0.0.1"], desk.got) == (True, [])


def test_a_redirect_of_a_webhook_is_not_followed(paper: Paper) -> None:
    """What is told goes to whom it was meant for."""
    allow_loopback(paper)
    with webhook() as desk:
        desk.statuses = [307]
        settle(paper, f'url = "http://127.0.0.1:{desk.port}/in"\nkind = ["headline"]')
        edited(paper)
        assert "307" in deliver(paper).failed["127.0.0.1"]
    assert len(desk.got) == 1


# ---------------------------------------------------------------- settings and words


@pytest.mark.parametrize(
    ("table", "told_of"),
    [
        ("", "command or url"),
        ('command = ["a"]\nurl = "https://desk.example/"', "command or url"),
        ('command = "notify-send it"', "a program and its words"),
        ('url = "ftp://desk.example/"', "an address"),
        ('command = ["a"]\nkind = ["numbers"]', "kinds of change"),
        ('command = ["a"]\nmin_weight = 2', "from 0 to 1"),
        ('command = ["a"]\nwords = ["b"]', "do you mean word?"),
    ],
)
def test_a_mistake_in_a_hook_is_told(table: str, told_of: str) -> None:
    """Before a round is run, not after the change that was missed."""
    with pytest.raises(ConfigError, match=told_of.replace("?", r"\?")):
        config.parse(f"format = 1\n[[hook]]\n{table}\n", "onrecord.toml")


def test_a_hook_may_ask_for_every_kind_that_there_is() -> None:
    """The settings know the kinds without the comparer's room."""
    assert sorted(config.CHANGE_KINDS) == sorted([*(kind.value for kind in Kind), "removed", "restored"])


def test_status_says_what_waits(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wonders why nobody was told looks there."""
    settle(paper, 'command = ["no-such-program-here"]')
    edited(paper)
    deliver(paper)
    assert cli.run(["status", "--archive", str(paper.root)]) == 0
    assert "hook no-such-program-here: 2 waiting" in capsys.readouterr().out
