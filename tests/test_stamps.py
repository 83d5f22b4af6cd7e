"""Stamps: a witness who is not the owner says when a signed head was seen, and a stranger can check it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onrecord import cli
from onrecord.archive import Archive, Step, back_up, verify
from onrecord.archive.bits import flipped
from onrecord.keys import Keyring
from onrecord.ledger import Event
from onrecord.pipeline import stamping
from onrecord.pipeline.repairing import repair
from onrecord.pipeline.report import RoundReport
from onrecord.pipeline.run import sign_and_stamp, update
from onrecord.proof import Proof, check, prove
from onrecord.proof.stamps import CalendarAsking, TimestampAsking
from rounds import Paper, item, page
from stamping import PENDING, Authority, Services, services
from test_proof import resigned

CHECKER = Path(check.__file__)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Run an authority and a calendar."""
    with services(tmp_path_factory.mktemp("tsa") / "tsa") as made:
        yield made


@pytest.fixture
def asked(running: Services) -> Services:
    """Return the services, as nobody has asked them yet."""
    running.says.clear()
    running.asked.clear()
    return running


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return a person's environment."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


@pytest.fixture
def paper(tmp_path: Path, asked: Services) -> Paper:
    """Return a paper with one article, whose archive names both services."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page())
    made.round()
    name(
        made,
        f'timestamp = "http://127.0.0.1:{asked.port}/tsa"',
        f'calendar = "http://127.0.0.1:{asked.port}/"',
    )
    return made


def name(paper: Paper, *keys: str) -> None:
    """Name services in the settings."""
    settings = paper.root / "onrecord.toml"
    text = settings.read_text().partition("[proof]")[0].replace('\nallow_networks = ["127.0.0.1"]', "")
    text = text.replace("[fetch]", '[fetch]\nallow_networks = ["127.0.0.1"]')
    settings.write_text(text + "\n".join(["[proof]", *keys, ""]))


def stamp(paper: Paper, environ: dict[str, str], *, daily: bool = False) -> tuple[str | None, str | None]:
    """Sign the head, and have it stamped."""
    with Archive.open(paper.root, write=True) as archive:
        return asyncio.run(sign_and_stamp(archive, environ, daily=daily))


def happen(paper: Paper) -> None:
    """Let something happen that is worth a line."""
    step = Step(event=Event.FOLLOWED, data={"source": "paper.example"})
    with Archive.open(paper.root, write=True) as archive:
        archive.commit([step], now=paper.web.clock.now())


def stamped(paper: Paper) -> list[dict[str, Any]]:
    """Return what the ledger tells of stamps."""
    with Archive.open(paper.root) as archive:
        return [dict(line.data) for line in archive.lines() if line.event is Event.STAMPED]


def kept(paper: Paper) -> list[str]:
    """Return the names of the files that are kept of stamps."""
    return sorted(place.suffix for place in (paper.root / "stamps").glob("*"))


def proved(paper: Paper, environ: dict[str, str]) -> Proof:
    """Make a proof of the article."""
    with Archive.open(paper.root, write=True) as archive:
        held = archive.catalog.article(paper.only().id)
        assert held is not None
        return prove(archive, held, Keyring(environ), now=paper.web.clock.now())


def checked(data: bytes, tmp_path: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Check a proof as a stranger does."""
    (tmp_path / "it.proof.zip").write_bytes(data)
    command = [sys.executable, "-I", CHECKER, tmp_path / "it.proof.zip", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


# ---------------------------------------------------------------- asked, and kept


def test_a_signed_head_is_shown_to_both_services(
    paper: Paper, environ: dict[str, str], asked: Services
) -> None:
    """They see a digest, and no word of what is kept."""
    assert stamp(paper, environ) == (None, None)
    with Archive.open(paper.root) as archive:
        last = archive.catalog.last_signed()
        assert last is not None
        imprint = hashlib.sha256(stamping.words_of(archive.line(last.seq))).digest()
    assert [(path, kind, imprint in body) for path, kind, body in asked.asked] == [
        ("/tsa", "application/timestamp-query", True),
        ("/digest", "application/octet-stream", True),
    ]


def test_question_answer_and_words_are_kept_and_told(paper: Paper, environ: dict[str, str]) -> None:
    """Whoever has the archive needs no program of ours to verify them."""
    stamp(paper, environ)
    told = stamped(paper)
    assert kept(paper) == [".ots", ".tsq", ".tsr", ".txt"]
    assert [(one["kind"], "said" in one) for one in told] == [("rfc3161", True), ("opentimestamps", False)]


def test_openssl_verifies_what_lies_in_the_archive(
    paper: Paper, environ: dict[str, str], asked: Services
) -> None:
    """The reference implementation, with the words and the answer as they are kept."""
    stamp(paper, environ)
    (words,) = (paper.root / "stamps").glob("*.txt")
    command: list[str | Path] = ["openssl", "ts", "-verify", "-data", words, "-in", words.with_suffix(".tsr")]
    done = subprocess.run([*command, "-CAfile", asked.authority.ca], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_file_of_a_calendar_is_as_its_tools_read_it(paper: Paper, environ: dict[str, str]) -> None:
    """A mark, version 1, SHA-256, the digest, and what the calendar said."""
    stamp(paper, environ)
    (place,) = (paper.root / "stamps").glob("*.ots")
    digest = hashlib.sha256(place.with_suffix(".txt").read_bytes()).digest()
    mark = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
    assert place.read_bytes() == mark + b"\x01\x08" + digest + PENDING


def test_a_head_is_stamped_once(paper: Paper, environ: dict[str, str], asked: Services) -> None:
    """A stamp's own line is no reason for another."""
    for _ in range(3):
        stamp(paper, environ)
    assert len(asked.asked) == 2


def test_without_services_nobody_is_asked(paper: Paper, environ: dict[str, str], asked: Services) -> None:
    """It stays on your machine."""
    name(paper)
    assert (stamp(paper, environ), asked.asked) == ((None, None), [])


def test_a_backup_has_the_stamps(paper: Paper, environ: dict[str, str], tmp_path: Path) -> None:
    """They can't be had again."""
    stamp(paper, environ)
    back_up(paper.root, tmp_path / "backup")
    assert (list(verify(tmp_path / "backup")), len(list((tmp_path / "backup/stamps").glob("*")))) == ([], 4)


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (500, "500"),
        (b"<html>we are closed</html>", "is no time stamp"),
        (b"", "is no time stamp"),
        (bytes.fromhex("30053003020102"), "refused with status 2"),
    ],
)
def test_a_service_that_gives_no_stamp_is_told_of_and_asked_again(
    paper: Paper, environ: dict[str, str], asked: Services, says: bytes | int, reason: str
) -> None:
    """Nothing of it is kept, and the head waits."""
    asked.says = {"/tsa": says, "/digest": 500}
    _, unstamped = stamp(paper, environ)
    assert reason in (unstamped or "")
    assert (kept(paper), list(verify(paper.root))) == ([], [])
    asked.says.clear()
    assert (stamp(paper, environ), len(stamped(paper))) == ((None, None), 2)


def test_every_head_that_waited_is_stamped(paper: Paper, environ: dict[str, str], asked: Services) -> None:
    """A service that was away for days leaves no day without a witness."""
    asked.says = {"/tsa": 500, "/digest": 500}
    for _ in range(3):
        stamp(paper, environ)
        happen(paper)
    asked.says.clear()
    stamp(paper, environ)
    assert len({one["line"] for one in stamped(paper)}) == 4


def test_an_answer_to_another_question_is_no_stamp(
    paper: Paper, environ: dict[str, str], asked: Services
) -> None:
    """Somebody else's stamp, sent by mistake or on purpose."""
    other = asked.authority.answer(TimestampAsking(b"other words").body)
    asked.says = {"/tsa": other}
    assert "about something else" in (stamp(paper, environ)[1] or "")


def test_an_older_answer_to_the_same_words_is_no_stamp(asked: Services) -> None:
    """Each question has a number of its own (RFC 3161, 2.4.1, nonce)."""
    first, second = TimestampAsking(b"the same words"), TimestampAsking(b"the same words")
    assert "about something else" in str(second.read(asked.authority.answer(first.body)))


def test_no_rubbish_of_a_service_raises(asked: Services) -> None:
    """Strangers' bytes are a reason, in words."""
    asking = TimestampAsking(b"words")
    whole = asked.authority.answer(asking.body)
    chance = random.Random(5)  # noqa: S311  it keeps no secret
    for _ in range(300):
        data = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
        for _ in range(chance.randrange(1, 4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        asking.read(bytes(data))
        CalendarAsking(b"words").read(bytes(data))


def test_a_round_tells_of_it_once(paper: Paper, environ: dict[str, str], asked: Services) -> None:
    """Hourly mail about the same service would not be read."""
    asked.says = {"/tsa": 500, "/digest": 500}
    told: list[str] = []

    def play() -> RoundReport:
        with Archive.open(paper.root, write=True) as archive:
            return asyncio.run(
                update(archive, [], recheck=False, environ=environ, tell=lambda news: told.append(news.what))
            )

    reports = [play(), play()]
    assert (["500" in (one.unstamped or "") for one in reports], told.count("unstamped")) == ([True, True], 1)


def test_without_the_package_the_reason_says_how_to_get_it(
    paper: Paper, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    assert "pip install 'onrecord[stamps]'" in (stamp(paper, environ)[1] or "")


# ---------------------------------------------------------------- proved


def test_a_proof_carries_what_was_asked_and_answered(paper: Paper, environ: dict[str, str]) -> None:
    """A stranger gets all that it takes."""
    stamp(paper, environ)
    proof = proved(paper, environ)
    names = sorted(Path(one).suffix for one in check.unpack(proof.data) if one.startswith("stamps/"))
    assert (proof.stamps, names) == (2, [".ots", ".tsq", ".tsr", ".txt"])


def test_the_checker_says_when_the_service_saw_it_and_what_is_not_verified(
    paper: Paper, environ: dict[str, str], tmp_path: Path
) -> None:
    """It claims no more than it did."""
    stamp(paper, environ)
    done = checked(proved(paper, environ).data, tmp_path)
    said = next(one["said"] for one in stamped(paper) if "said" in one)
    rows = [row for row in done.stdout.splitlines() if row.startswith("stamps/")]
    assert done.returncode == 0
    assert [("NOT verified" in row, said in row) for row in rows] == [(True, True), (True, False)]


def test_the_checker_verifies_a_stamp_by_the_authoritys_certificate(
    paper: Paper, environ: dict[str, str], asked: Services, tmp_path: Path
) -> None:
    """Then the owner need not be believed."""
    stamp(paper, environ)
    done = checked(proved(paper, environ).data, tmp_path, "--stamps-ca", asked.authority.ca)
    assert (done.returncode, "as openssl verifies it" in done.stdout) == (0, True)


def test_a_stamp_of_an_authority_that_is_not_trusted_does_not_hold(
    paper: Paper, environ: dict[str, str], tmp_path: Path
) -> None:
    """Anybody can make an authority."""
    stamp(paper, environ)
    other = Authority(tmp_path / "other")
    done = checked(proved(paper, environ).data, tmp_path, "--stamps-ca", other.ca)
    assert (done.returncode, done.stdout.startswith("DOES NOT HOLD: stamps/")) == (1, True)


@pytest.mark.parametrize(
    ("suffix", "reason"),
    [(".txt", "not the words that were signed"), (".tsr", "is not about"), (".ots", "is not about")],
)
def test_a_stamp_of_something_else_does_not_hold(
    paper: Paper, environ: dict[str, str], suffix: str, reason: str
) -> None:
    """Not even where the owner signs for it."""
    stamp(paper, environ)
    files = check.unpack(proved(paper, environ).data)
    (path,) = [one for one in files if one.startswith("stamps/") and one.endswith(suffix)]
    files[path] = (
        files[path].replace(files[path][-40:], bytes(40))
        if suffix == ".txt"
        else _of_other_words(files[path])
    )
    with Archive.open(paper.root) as archive:
        key = Keyring(environ).find(archive.catalog.keys()[0].id)
    assert key is not None
    with pytest.raises(check.Failed, match=reason):
        check.check(resigned(files, key))


def _of_other_words(answer: bytes) -> bytes:
    """Return an answer with another digest in it."""
    imprint = next(
        answer[at : at + 32]
        for at in range(len(answer) - 32)
        if answer[at - 2 : at] in {b"\x04\x20", b"\x01\x08"}
    )
    return answer.replace(imprint, bytes(32))


def test_the_words_of_the_readme_say_how_to_verify_it(paper: Paper, environ: dict[str, str]) -> None:
    """Whoever is handed a proof may know nothing of time stamps."""
    stamp(paper, environ)
    readme = check.unpack(proved(paper, environ).data)["README.txt"].decode()
    assert ("--stamps-ca CA.pem" in readme, "witness who is not the owner" in readme) == (True, True)


def test_prove_asks_for_a_stamp_of_what_it_signs(
    paper: Paper,
    environ: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was kept an hour ago has a witness too."""
    monkeypatch.setenv("XDG_CONFIG_HOME", environ["XDG_CONFIG_HOME"])
    words = ["prove", paper.only().id, str(tmp_path / "it.zip"), "--json", "--archive", str(paper.root)]
    assert cli.run(words) == 0
    assert json.loads(capsys.readouterr().out)["stamps"] == 2


# ---------------------------------------------------------------- damaged


def repaired(paper: Paper) -> dict[str, str | None]:
    """Repair the archive; return what each damaged file was mended from, by its ending."""
    done = asyncio.run(
        repair(paper.root, list(verify(paper.root)), client_of=lambda _: paper.web.make_client())
    )
    return {Path(one.damage.path).suffix: one.source for one in done}


def test_words_are_written_again_and_a_lost_answer_is_named(paper: Paper, environ: dict[str, str]) -> None:
    """What a service said at a moment, it can't say again."""
    stamp(paper, environ)
    for place in (paper.root / "stamps").glob("*.t*"):
        place.write_bytes(b"rubbish")
    assert repaired(paper) == {".txt": "ledger", ".tsq": None, ".tsr": None}


def test_a_flipped_bit_of_an_answer_is_put_back(paper: Paper, environ: dict[str, str]) -> None:
    """Its digest stands in the ledger."""
    stamp(paper, environ)
    (place,) = (paper.root / "stamps").glob("*.tsr")
    place.write_bytes(flipped(place.read_bytes(), 300, 2))
    assert (repaired(paper), list(verify(paper.root))) == ({".tsr": "bit"}, [])
