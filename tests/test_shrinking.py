"""What is taken out: payloads of old captures, and what law or privacy asks to forget. The ledger still verifies."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from acceptance import run
from fetch_web import answer
from onrecord import cli, ledger
from onrecord.archive import Archive, Boundary, forget, prune, verify
from onrecord.ledger import Event
from onrecord.model import ArticleId
from onrecord.store import Listing
from onrecord.warc import PRUNED_PAYLOAD, StoredRecord, iter_records
from rounds import PARAGRAPHS, Paper, item, page

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
FERRY = (
    "The ferry was late by two hours on Monday, and its master would not say why, a reader told the paper."
)


def picture(colour: str) -> bytes:
    """Return a picture's answer."""
    data = BytesIO()
    Image.new("RGB", (320, 200), colour).save(data, "PNG")
    return answer(data.getvalue(), headers=["Content-Type: image/png"])


def shown(*names: str) -> str:
    """Return the tags that show pictures."""
    return "".join(f"<figure><img src=http://paper.example/{name}.png></figure>" for name in names)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with two articles, one of them edited; each has a picture, and they share one."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry"))
    for name, colour in (("own", "red"), ("other", "green"), ("both", "blue")):
        made.web.pages[f"paper.example/{name}.png"] = [picture(colour)]
    made.says(
        bridge=page(paragraphs=[*PARAGRAPHS, shown("own", "both")]),
        ferry=page("Ferry Late", [FERRY, *PARAGRAPHS[1:], shown("other", "both")]),
    )
    made.round()
    made.says(bridge=page("Bridge Shut for Good", [*PARAGRAPHS, shown("own", "both")]))
    made.round(recheck=True)
    return made


def id_of(paper: Paper, name: str) -> ArticleId:
    """Return the id of the article whose address has *name* in it."""
    return next(held.id for held in paper.held() if name in held.url)


def records(paper: Paper) -> list[StoredRecord]:
    """Return all that is captured."""
    places = sorted((paper.root / "captures").rglob("*.warc.gz"))
    return [record for place in places for record in iter_records(place)]


def everything(paper: Paper) -> bytes:
    """Return the bytes of all files, captures unpacked, but for the ledger and the index."""
    found = [
        place.read_bytes()
        for place in sorted(paper.root.rglob("*"))
        if place.is_file() and place.suffix not in {".jsonl", ".gz"} and "index.sqlite" not in place.name
    ]
    return b"".join([*found, *(record.block for record in records(paper))])


def run_prune(paper: Paper, *, before: datetime = FUTURE) -> None:
    """Prune."""
    with Archive.open(paper.root, write=True) as archive:
        prune(archive, before=before, now=paper.web.clock.now())


def run_forget(paper: Paper, *names: str) -> None:
    """Forget articles."""
    ids = [id_of(paper, name) for name in names]
    with Archive.open(paper.root, write=True) as archive:
        forget(archive, ids, reason="a ruling", now=paper.web.clock.now())


def damages(paper: Paper) -> list[str]:
    """Return what `verify` finds."""
    return [f"{one.path}: {one.what}" for one in verify(paper.root)]


def listed(paper: Paper) -> list[Any]:
    """Return all that the index knows of articles."""
    with Archive.open(paper.root) as archive:
        catalog = archive.catalog
        return [
            (held, catalog.aliases(held.id), catalog.revisions(held.id), catalog.pictures(held.id))
            for held in catalog.articles(Listing())
        ]


# ---------------------------------------------------------------- prune


def test_pruned_captures_keep_their_headers_and_digests(paper: Paper) -> None:
    """That it was sent, when, and what its digest was, can still be shown."""
    before = {one.record_id: one for one in records(paper)}
    run_prune(paper)
    after = {one.record_id: one for one in records(paper)}
    assert after.keys() == before.keys()
    assert [one.payload for one in after.values() if one.kind == "response" and one.payload] == []
    answers = [(one, before[one.record_id]) for one in after.values() if one.profile == PRUNED_PAYLOAD]
    assert answers
    assert [(new.head, new.payload_digest) == (old.head, old.payload_digest) for new, old in answers] == [
        True
    ] * len(answers)


def test_a_pruned_archive_verifies(paper: Paper) -> None:
    """It was done on purpose, and the ledger says so."""
    run_prune(paper)
    assert damages(paper) == []


def test_pruning_takes_no_document_and_no_picture(paper: Paper) -> None:
    """They are the truth from then on."""
    before = {place: place.read_bytes() for place in paper.root.glob("articles/**/*.md")}
    before |= {place: place.read_bytes() for place in paper.root.glob("pictures/**/*.png")}
    run_prune(paper)
    assert {place: place.read_bytes() for place in before} == before


def test_the_reference_tool_reads_a_pruned_segment(paper: Paper) -> None:
    """An archive outlives its program."""
    run_prune(paper)
    faults = []
    for place in paper.root.rglob("*.warc.gz"):
        with place.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests=True):
                record.content_stream().read()
                if record.digest_checker.passed is False:
                    faults.append(record.rec_headers.get_header("WARC-Target-URI"))
    assert faults == []


def test_younger_captures_stay_whole_and_are_found_where_they_stand_now(paper: Paper) -> None:
    """A segment may hold both."""
    cut = paper.web.clock.now() - timedelta(minutes=30)
    run_prune(paper, before=cut)
    with Archive.open(paper.root) as archive:
        newest = archive.catalog.revisions(id_of(paper, "bridge"))[-1]
        assert newest.record
        assert b"Bridge Shut for Good" in archive.record(newest.record).payload


def test_re_extract_says_where_there_is_no_capture(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a failure, and not silence."""
    run_prune(paper)
    assert cli.run(["re-extract", "--archive", str(paper.root)]) == 0
    assert "3 revisions stand without a capture" in capsys.readouterr().out


def test_a_rebuilt_index_knows_of_pruning(paper: Paper) -> None:
    """The ledger decides."""
    run_prune(paper, before=paper.web.clock.now() - timedelta(minutes=30))
    before = listed(paper)
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert listed(paper) == before


def test_a_round_after_pruning_makes_no_revision_and_refers_to_nothing_that_is_gone(paper: Paper) -> None:
    """The same page, sent again, is no edit; and its payload must not be a reference to one that was left out."""
    run_prune(paper)
    gone = {one.record_id for one in records(paper) if one.profile == PRUNED_PAYLOAD}
    known = {one.record_id for one in records(paper)}
    paper.round(recheck=True)
    fresh = [one for one in records(paper) if one.record_id not in known]
    assert [one.url for one in fresh if one.header("WARC-Refers-To") in gone] == []
    assert sorted(held.revision for held in paper.held()) == [1, 2]


def test_a_proof_holds_after_pruning_and_forgetting(paper: Paper, tmp_path: Path) -> None:
    """It shows the documents, and those captures that are still whole, from where they stand now."""
    run_prune(paper, before=paper.web.clock.now() - timedelta(minutes=30))
    run_forget(paper, "ferry")
    dest = tmp_path / "bridge.proof.zip"
    said = run("prove", id_of(paper, "bridge"), dest, "--archive", paper.root)
    assert said.code == 0, said.err
    with zipfile.ZipFile(dest) as pack:
        (tmp_path / "check.py").write_bytes(pack.read("check.py"))
        captures = [name for name in pack.namelist() if name.startswith("captures/")]
    checked = subprocess.run([sys.executable, tmp_path / "check.py", dest], capture_output=True, check=False)
    assert (captures, checked.returncode) == (["captures/r2.warc.gz"], 0)


def test_pruning_twice_changes_nothing(paper: Paper) -> None:
    """It may stand in a cron job."""
    run_prune(paper)
    with Archive.open(paper.root) as archive:
        head = archive.catalog.head()
    run_prune(paper)
    with Archive.open(paper.root) as archive:
        assert archive.catalog.head() == head


@pytest.mark.parametrize(
    ("words", "code", "wanted"),
    [
        (["--older-than", "1d"], 2, "--yes"),
        (["--yes"], 2, "prune_after"),
        (["--older-than", "1h", "--yes"], 2, "a day or more"),
        (["--older-than", "1d", "--dry-run"], 0, "would be left out"),
        (["--older-than", "1d", "--yes"], 0, "left out"),
    ],
)
def test_prune_asks_and_says(
    paper: Paper, words: list[str], code: int, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can't be undone is not done by a slip."""
    assert cli.run(["prune", *words, "--archive", str(paper.root)]) == code
    told = capsys.readouterr()
    assert wanted in told.out + told.err


def test_a_trial_changes_nothing(paper: Paper) -> None:
    """It only tells."""
    before = {place: place.read_bytes() for place in paper.root.rglob("*.warc.gz")}
    with Archive.open(paper.root, write=True) as archive:
        report = prune(archive, before=FUTURE, now=paper.web.clock.now(), is_trial=True)
    assert {place: place.read_bytes() for place in before} == before
    assert (report.payloads > 3, damages(paper)) == (True, [])


# ---------------------------------------------------------------- forget


def test_nothing_of_a_forgotten_article_is_left(paper: Paper) -> None:
    """No document, no older revision, no capture, no picture, no word in a list, no note in the state."""
    assert FERRY.encode() in everything(paper)
    run_forget(paper, "ferry")
    assert (FERRY.encode() in everything(paper), b"ferry-is-in-the-news" in everything(paper)) == (
        False,
        False,
    )


def test_what_others_need_stays(paper: Paper) -> None:
    """A picture that another article shows, and each other article, whole and with its capture."""
    run_forget(paper, "ferry")
    names = sorted(place.name for place in paper.root.glob("pictures/**/*.png"))
    with Archive.open(paper.root) as archive:
        (held,) = archive.catalog.articles(Listing())
        document = archive.document(held)
        assert sorted(str(one.path).rpartition("/")[2] for one in document.pictures.values()) == names
        kept = [
            archive.record(one.record).payload for one in archive.catalog.revisions(held.id) if one.record
        ]
    assert [PARAGRAPHS[0].encode() in payload for payload in kept] == [True, True]


def test_a_ledger_with_a_tombstone_verifies(paper: Paper) -> None:
    """It is a record of what was held, still."""
    run_forget(paper, "ferry")
    with Archive.open(paper.root) as archive:
        (line,) = [line for line in archive.lines() if line.event is Event.FORGOTTEN]
    assert (line.data["reason"], damages(paper)) == ("a ruling", [])


def test_what_was_forgotten_is_not_kept_again(paper: Paper) -> None:
    """Though its publisher still lists it, under another address too."""
    run_forget(paper, "ferry")
    paper.lists(item(), item("ferry"), item("boat"))
    paper.says(boat=page("Ferry Late", [FERRY], head="<link rel=canonical href=/2026/ferry-is-in-the-news>"))
    paper.round(recheck=True)
    assert [held.url for held in paper.held() if "bridge" not in held.url] == []


def test_a_rebuilt_index_has_not_what_was_forgotten_and_knows_that(paper: Paper) -> None:
    """The ledger decides; numbers are never given again."""
    run_forget(paper, "ferry")
    before = listed(paper)
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
        known = archive.catalog.is_forgotten("http://paper.example/2026/ferry-is-in-the-news")
        number = archive.catalog.next_number("paper.example")
    assert (listed(paper) == before, known, number) == (True, True, 3)


def test_a_source_is_forgotten_whole(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """All that it published."""
    assert cli.run(["forget", "paper.example", "--yes", "--archive", str(paper.root)]) == 0
    assert "2 articles forgotten" in capsys.readouterr().out
    assert (paper.held(), list(paper.root.glob("pictures/**/*.png")), damages(paper)) == ([], [], [])


@pytest.mark.parametrize("boundary", [Boundary.LEDGER_WRITTEN, Boundary.FILES_SETTLED, Boundary.FILE_STAGED])
@pytest.mark.parametrize(
    "work", [run_prune, lambda paper: run_forget(paper, "ferry")], ids=["prune", "forget"]
)
def test_broken_off_it_is_made_good(
    paper: Paper, boundary: Boundary, work: Callable[[Paper], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut leaves an archive that opens, verifies, and can be asked again."""

    class PowerCutError(Exception):
        """The process is gone."""

    def cut(here: Boundary) -> None:
        if here is boundary:
            raise PowerCutError

    real = Archive.open
    with monkeypatch.context() as patch:
        patch.setattr(Archive, "open", lambda root, *, write=False: real(root, write=write, probe=cut))
        with pytest.raises(PowerCutError):
            work(paper)
    with Archive.open(paper.root, write=True):
        pass
    assert damages(paper) == []
    if work is run_prune or len(paper.held()) == 2:
        work(paper)
    assert damages(paper) == []
    is_left = FERRY.encode() in b"".join(one.block for one in records(paper))
    assert is_left is False


def test_forget_asks(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is there: nothing is done."""
    assert cli.run(["forget", id_of(paper, "ferry"), "--archive", str(paper.root)]) == 2
    assert ("--yes" in capsys.readouterr().err, len(paper.held())) == (True, 2)


def test_what_is_not_held_can_not_be_forgotten(paper: Paper) -> None:
    """A slip of the pen."""
    assert cli.run(["forget", "nothing.example", "--yes", "--archive", str(paper.root)]) == 8


def test_search_finds_nothing_of_it(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor its words in the index's files."""
    assert cli.run(["search", "master", "--json", "--archive", str(paper.root)]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 1
    run_forget(paper, "ferry")
    assert cli.run(["search", "master", "--json", "--archive", str(paper.root)]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0


def test_a_put_after_a_drop_counts() -> None:
    """The last word on a path."""
    one = ledger.Put("articles/a.md", ledger.digest_of(b"a"), 1)
    lines = []
    head = ledger.Head()
    for data, puts in (({}, [one]), ({"drops": [one.path]}, []), ({}, [one])):
        line, _ = ledger.write(Event.CAPTURED, data, puts, head=head, at=FUTURE)
        head = ledger.Head(line.seq, line.digest)
        lines.append(line)
    assert (ledger.held_after(lines[:2]), ledger.held_after(lines)) == ({}, {one.path: one})
