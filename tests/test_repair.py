"""Repair: what can be made again is, byte for byte; what can't is named, and nothing is thrown away unseen."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fetch_web import answer
from onrecord import cli, extract
from onrecord.archive import CONFIG, Archive, Mended, back_up, forget, prune, verify
from onrecord.archive.bits import flipped
from onrecord.archive.layout import DAMAGED, INDEX, MARKS, STATE
from onrecord.errors import ArchiveLockedError, FormatError
from onrecord.ledger import Event
from onrecord.model import Extraction
from onrecord.pipeline.repairing import repair
from onrecord.store import Listing, Marks
from onrecord.warc import iter_records
from rounds import PARAGRAPHS, Paper, item, page

Damaging = Callable[[bytes], bytes]
SOUND = b"ID3\x04\x00" + bytes(range(256)) * 20


def picture(colour: str) -> bytes:
    """Return a picture's answer."""
    data = BytesIO()
    Image.new("RGB", (320, 200), colour).save(data, "PNG")
    return answer(data.getvalue(), headers=["Content-Type: image/png"])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Return a paper with an article in two revisions, with picture and recording, and two of its full-text feed."""
    made = Paper(tmp_path_factory.mktemp("sound") / "news")
    text = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    full = f"<category>Towers</category><content:encoded><![CDATA[{text}]]></content:encoded>"
    heard = f"<enclosure url='http://paper.example/pier.mp3' type='audio/mpeg' length='{len(SOUND)}'/>"
    made.lists(
        item(extra=heard), item("tower", extra=full), item("mill", extra=full.replace("bridge", "mill"))
    )
    with (made.root / CONFIG).open("a") as settings:
        settings.write('enclosures = "keep"\n')
    made.web.pages["paper.example/pier.png"] = [picture("red")]
    made.web.pages["paper.example/pier.mp3"] = [answer(SOUND, headers=["Content-Type: audio/mpeg"])]
    figure = "<figure><img src=http://paper.example/pier.png></figure>"
    gone = answer(b"", status="404 Not Found")
    reserved = ["X-Robots-Tag: noarchive"]
    made.says(bridge=page(paragraphs=[*PARAGRAPHS, figure], headers=reserved), tower=gone, mill=gone)
    made.round()
    made.says(bridge=page("Bridge Shut for Good, Says the Mayor", [*PARAGRAPHS, figure], headers=reserved))
    made.round(recheck=True)
    return made


@pytest.fixture
def paper(sound: Paper, tmp_path: Path) -> Paper:
    """Return a copy of it to damage."""
    root = tmp_path / "news"
    shutil.copytree(sound.root, root)
    made = object.__new__(Paper)
    pages = {url: list(answers) for url, answers in sound.web.pages.items()}
    made.root, made.web = root, replace(sound.web, pages=pages)
    return made


def mend(paper: Paper, *, backup: Path | None = None, **known: Any) -> list[Mended]:
    """Verify, and repair what is found."""

    async def asked() -> list[Mended]:
        async with await paper.web.serve():
            found = list(verify(paper.root))
            return await repair(
                paper.root, found, client_of=lambda _: paper.web.make_client(), backup=backup, **known
            )

    return asyncio.run(asked())


def left(done: list[Mended]) -> dict[str, str]:
    """Return what was not mended, and why."""
    return {one.damage.path: one.what for one in done if one.source is None}


def files(root: Path) -> dict[str, bytes]:
    """Return all files that the ledger names."""
    folders = ("articles", "pictures", "enclosures", "captures")
    places = [place for name in folders for place in (root / name).rglob("*") if place.is_file()]
    return {place.relative_to(root).as_posix(): place.read_bytes() for place in places}


def repaired(paper: Paper) -> list[tuple[str, str]]:
    """Return what the ledger says was mended, and from what."""
    with Archive.open(paper.root) as archive:
        lines = [line.data for line in archive.lines() if line.event is Event.REPAIRED]
    return [(one["path"], one["from"]) for one in lines]


def a_bit(data: bytes) -> bytes:
    """Flip a bit in the middle."""
    return flipped(data, len(data) // 2, 3)


def a_block(data: bytes) -> bytes:
    """Lose a block, as a disk does."""
    start = len(data) // 3
    return data[:start] + bytes(min(60, len(data) - start)) + data[start + 60 :]


def the_head(data: bytes) -> bytes:
    """Lose the beginning: a document's front matter."""
    return bytes(200) + data[200:]


def the_end(data: bytes) -> bytes:
    """Be cut off."""
    return data[: len(data) // 2]


def all_of_it(_: bytes) -> bytes:
    """Be overwritten by something else."""
    return b"\x00\xff rubbish"


DAMAGES: dict[str, Damaging | None] = {
    "bit": a_bit,
    "block": a_block,
    "head": the_head,
    "end": the_end,
    "rubbish": all_of_it,
    "gone": None,
}


def damage(root: Path, pattern: str, how: Damaging | None) -> int:
    """Damage all files that fit a pattern; return how many."""
    places = sorted(place for place in root.glob(pattern) if place.is_file())
    for place in places:
        if how is None:
            place.unlink()
        else:
            place.write_bytes(how(place.read_bytes()))
    return len(places)


# ---------------------------------------------------------------- from what is left


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize(
    "pattern",
    ["articles/**/*.md", "articles/**/*.feed.json", "pictures/**/*", "enclosures/**/*", "captures/**/*.cdxj"],
    ids=["documents", "envelopes", "pictures", "enclosures", "indexes"],
)
def test_what_was_made_of_something_is_made_again(paper: Paper, pattern: str, how: str) -> None:
    """Older revisions, full texts of feeds and front matter too: not another text, but the same bytes."""
    before = files(paper.root)
    assert damage(paper.root, pattern, DAMAGES[how]) > 0
    done = mend(paper)
    assert (left(done), files(paper.root) == before, list(verify(paper.root))) == ({}, True, [])


def test_all_articles_are_made_again_at_once(paper: Paper) -> None:
    """Somebody deleted the folder; the index too."""
    before = files(paper.root)
    shutil.rmtree(paper.root / "articles")
    (paper.root / INDEX).unlink()
    assert (left(mend(paper)), files(paper.root) == before) == ({}, True)


def test_one_flipped_bit_in_a_capture_is_put_back(paper: Paper) -> None:
    """What servers sent can't be asked for again; a bit that memory flipped can be found."""
    before = files(paper.root)
    chance = random.Random(7)  # noqa: S311  it keeps no secret
    for place in paper.root.glob("captures/**/*.warc.gz"):
        data = place.read_bytes()
        place.write_bytes(flipped(data, chance.randrange(len(data)), 5))
    assert (left(mend(paper)), files(paper.root) == before) == ({}, True)


@pytest.mark.parametrize("at", [4, 5, 8, 9, -1, -8])
def test_a_flipped_bit_in_a_gzip_header_or_trailer_is_put_back(paper: Paper, at: int) -> None:
    """No check sum covers the header; that all members have the same one tells what it was."""
    place = min(paper.root.glob("captures/**/*.warc.gz"))
    before = place.read_bytes()
    third = list(iter_records(place))[2].ref
    place.write_bytes(flipped(before, third.offset + at + (third.length if at < 0 else 0), 1))
    assert (left(mend(paper)), place.read_bytes() == before) == ({}, True)


def test_the_ledger_tells_what_was_mended_and_from_what(paper: Paper) -> None:
    """Whoever relies on a file may know that it was made anew."""
    damage(paper.root, "articles/**/*.r1.md", None)
    damage(paper.root, "pictures/**/*.png", all_of_it)
    mend(paper)
    assert [(path.partition("/")[0], source) for path, source in repaired(paper)] == [
        ("pictures", "publisher"),
        ("articles", "capture"),
    ]


def test_what_stood_there_is_kept(paper: Paper) -> None:
    """It may have been a person's own words."""
    (place,) = paper.root.glob("articles/**/17-bridge*news.md")
    place.write_bytes(b"my notes")
    mend(paper)
    assert (paper.root / DAMAGED / place.relative_to(paper.root)).read_bytes() == b"my notes"


def test_a_second_damage_does_not_take_the_place_of_what_was_kept(paper: Paper) -> None:
    """Both are kept."""
    (place,) = paper.root.glob("articles/**/17-bridge*news.md")
    for words in (b"my notes", b"my other notes"):
        place.write_bytes(words)
        mend(paper)
    assert sorted(kept.read_bytes() for kept in (paper.root / DAMAGED).rglob("*.md*")) == [
        b"my notes",
        b"my other notes",
    ]


def test_forgetting_deletes_what_was_set_aside(paper: Paper) -> None:
    """It may hold what law asks to forget."""
    (place,) = paper.root.glob("articles/**/17-bridge*news.md")
    place.write_bytes(b"my notes")
    mend(paper)
    with Archive.open(paper.root, write=True) as archive:
        ids = [held.id for held in archive.catalog.articles(Listing())]
        forget(archive, ids[:1], reason=None, now=paper.web.clock.now())
    assert not (paper.root / DAMAGED).exists()


def test_a_document_that_todays_reader_reads_otherwise_is_written_as_it_reads_it(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better than none; and the ledger says that it is not what was there."""

    def read_page(body: bytes, **known: Any) -> Extraction:
        found = extract.read_page(body, **known)
        return replace(found, article=found.article and replace(found.article, section="Town Hall"))

    monkeypatch.setattr("onrecord.pipeline.rereading.read_page", read_page)
    damage(paper.root, "articles/**/17-bridge*.md", None)
    assert left(mend(paper)) == {}
    with Archive.open(paper.root) as archive:
        lines = list(archive.lines())
        lost = [line.data["lost"] for line in lines if line.event is Event.REPAIRED]
        (held,) = [one for one in archive.catalog.articles(Listing()) if "bridge" in one.url]
        put = {put.digest for line in lines if line.event is Event.REVISED for put in line.puts}
    assert (held.section, len(lost), lost[0] in put, list(verify(paper.root))) == ("Town Hall", 2, True, [])


# ---------------------------------------------------------------- the ledger


def ledger_rows(paper: Paper) -> tuple[Path, list[bytes]]:
    """Return the first file of the ledger, and its lines."""
    place = min(paper.root.glob("ledger/*.jsonl"))
    return place, place.read_bytes().splitlines(keepends=True)


def test_a_flipped_bit_in_the_ledger_is_put_back_wherever_it_is(paper: Paper) -> None:
    """Digests, line feeds and the last line too: each line says what it was."""
    place, rows = ledger_rows(paper)
    before = b"".join(rows)
    chance = random.Random(3)  # noqa: S311  it keeps no secret
    feeds = [at for at, byte in enumerate(before) if byte == 0x0A]
    wrong = []
    for at in [*chance.sample(range(len(before)), 12), feeds[1], len(before) - 1, len(before) - 4]:
        place.write_bytes(flipped(before, at, chance.randrange(8)))
        if left(mend(paper)) or not place.read_bytes().startswith(before):
            wrong.append(at)
        shutil.rmtree(paper.root / DAMAGED, ignore_errors=True)
        before = place.read_bytes()
    assert wrong == []


def test_lines_that_were_swapped_doubled_or_added_are_put_in_order(paper: Paper) -> None:
    """Their numbers and digests tell where they belong."""
    place, rows = ledger_rows(paper)
    place.write_bytes(b"".join([rows[0], rows[2], rows[1], rows[1], *rows[3:]]))
    done = mend(paper)
    assert (left(done), place.read_bytes().splitlines(keepends=True)[: len(rows)]) == ({}, rows)


def test_without_a_line_nothing_else_is_touched(paper: Paper) -> None:
    """It may have put a newer document than the one that the other lines tell of."""
    place, rows = ledger_rows(paper)
    place.write_bytes(b"".join([*rows[:3], *rows[4:]]))
    damage(paper.root, "articles/**/17-bridge*.md", all_of_it)
    before = files(paper.root)
    why = [words for path, words in left(mend(paper)).items() if path.startswith("ledger/")]
    assert (files(paper.root) == before, ["--from" in words for words in why]) == (True, [True])


def test_a_lost_line_comes_from_a_backup_though_that_is_older(paper: Paper, tmp_path: Path) -> None:
    """What was written since the backup fits what stands in it."""
    back_up(paper.root, tmp_path / "backup")
    paper.lists(item(), item("boat"))
    paper.says(boat=page("Boat Found"))
    paper.round()
    place, rows = ledger_rows(paper)
    place.write_bytes(b"".join([*rows[:3], *rows[4:]]))
    assert left(mend(paper, backup=tmp_path / "backup")) == {}
    assert ledger_rows(paper)[1][: len(rows)] == rows


def test_a_ledger_that_lost_its_end_gets_it_back(paper: Paper, tmp_path: Path) -> None:
    """The index knows that there was more."""
    back_up(paper.root, tmp_path / "backup")
    place, rows = ledger_rows(paper)
    place.write_bytes(b"".join(rows[:-2]))
    assert left(mend(paper)) != {}
    assert (left(mend(paper, backup=tmp_path / "backup")), ledger_rows(paper)[1][: len(rows)]) == ({}, rows)


# ---------------------------------------------------------------- databases


def a_page_of_it(data: bytes) -> bytes:
    """Lose the second page of a database, as a disk does."""
    return data[:4096] + bytes(4096) + data[8192:]


@pytest.mark.parametrize("name", [INDEX, STATE])
@pytest.mark.parametrize("how", [all_of_it, a_page_of_it, the_end])
def test_a_damaged_database_is_no_loss(paper: Paper, name: str, how: Damaging) -> None:
    """One is made again, and the other done without."""
    place = paper.root / name
    place.write_bytes(how(place.read_bytes()))
    assert left(mend(paper)) == {}
    assert (len(paper.held()), list(verify(paper.root))) == (3, [])


def test_damaged_marks_come_from_a_backup_alone(paper: Paper, tmp_path: Path) -> None:
    """Nothing else knows what a person noted; what is damaged is kept for whoever can read more of it."""
    with closing(Marks(paper.root / MARKS)) as marks:
        marks.set_note("", "abc", "call them", at=paper.web.clock.now())
    back_up(paper.root, tmp_path / "backup")
    (paper.root / MARKS).write_bytes(all_of_it(b""))
    assert list(left(mend(paper))) == [MARKS]
    assert left(mend(paper, backup=tmp_path / "backup")) == {}
    with closing(Marks(paper.root / MARKS)) as marks:
        assert [note.text for note in marks.notes("")] == ["call them"]


def test_an_index_is_made_again_though_a_document_is_lost(paper: Paper) -> None:
    """One lost article must not cost the list of all others."""
    (paper.root / INDEX).unlink()
    damage(paper.root, "articles/**/17-bridge*news.md", None)
    damage(paper.root, "captures/**/*", None)
    why = left(mend(paper))
    assert (len(paper.held()), [path for path in why if path.endswith(".md")]) == (
        3,
        ["articles/paper.example/2026/05/17-bridge-is-in-the-news.md"],
    )


# ---------------------------------------------------------------- what can't be mended


def test_what_can_not_be_mended_is_named_with_what_to_do(paper: Paper) -> None:
    """Each with its own reason."""
    damage(paper.root, "captures/**/*.warc.gz", lambda data: data[:800] + bytes(len(data) - 800))
    damage(paper.root, "articles/**/17-bridge*news.md", None)
    (paper.root / "articles" / "mine.txt").write_text("mine")
    why = left(mend(paper))
    reasons = {Path(path).suffix: words for path, words in why.items()}
    assert "the record at byte" in reasons[".gz"]
    assert "its capture is lost too" in reasons[".md"]
    assert "move it out" in reasons[".txt"]
    assert all("--from BACKUP" in words for suffix, words in reasons.items() if suffix != ".txt")


def test_a_picture_that_is_another_one_now_is_not_taken(paper: Paper) -> None:
    """It would be a forgery, however well it was meant."""
    paper.web.pages["paper.example/pier.png"] = [picture("green")]
    damage(paper.root, "pictures/**/*.png", None)
    (why,) = left(mend(paper)).values()
    assert "gives other bytes there now" in why


def test_a_document_whose_capture_was_pruned_is_lost(paper: Paper) -> None:
    """It was the truth from then on."""
    with Archive.open(paper.root, write=True) as archive:
        prune(archive, before=paper.web.clock.now(), now=paper.web.clock.now())
    damage(paper.root, "articles/**/17-bridge*.r1.md", all_of_it)
    (why,) = left(mend(paper)).values()
    assert "its capture was pruned" in why


# ---------------------------------------------------------------- from a backup


def test_everything_comes_back_from_a_backup(paper: Paper, tmp_path: Path) -> None:
    """All but the settings were deleted."""
    back_up(paper.root, tmp_path / "backup")
    before = files(paper.root)
    for name in ("articles", "pictures", "captures", "ledger"):
        shutil.rmtree(paper.root / name)
    (paper.root / INDEX).unlink()
    done = mend(paper, backup=tmp_path / "backup")
    assert (left(done), files(paper.root) == before, len(paper.held())) == ({}, True, 3)


def test_a_damaged_backup_gives_nothing_wrong(paper: Paper, tmp_path: Path) -> None:
    """Bytes count by their digest, whoever has them."""
    back_up(paper.root, tmp_path / "backup")
    for root in (paper.root, tmp_path / "backup"):
        damage(root, "captures/**/*.warc.gz", a_block)
    before = files(paper.root)
    assert (len(left(mend(paper, backup=tmp_path / "backup"))), files(paper.root) == before) == (2, True)


def test_a_folder_that_is_no_backup_is_said_to_be_none(paper: Paper, tmp_path: Path) -> None:
    """A slip of the pen."""
    damage(paper.root, "articles/**/*.md", None)
    with pytest.raises(FormatError, match="no backup"):
        mend(paper, backup=tmp_path)


# ---------------------------------------------------------------- beside others, and broken off


def test_a_repair_that_was_broken_off_goes_on(paper: Paper) -> None:
    """What was mended is mended, and told once."""
    before = files(paper.root)
    count = damage(paper.root, "articles/**/*.md", None)

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mend(paper, progress=stop)
    assert (left(mend(paper)), files(paper.root) == before, len(repaired(paper))) == ({}, True, count)


def test_nothing_is_mended_while_a_round_writes(paper: Paper) -> None:
    """Two writers would be one too many."""
    before = damage(paper.root, "articles/**/*.md", None)
    with Archive.open(paper.root, write=True), pytest.raises(ArchiveLockedError):
        mend(paper)
    assert before == len([one for one in verify(paper.root) if one.kind == "missing"])


def test_a_sound_archive_is_left_alone(paper: Paper) -> None:
    """It may stand in a cron job."""
    before = ledger_rows(paper)
    assert (mend(paper), ledger_rows(paper)) == ([], before)


@pytest.mark.parametrize(
    ("words", "pattern", "code", "wanted"),
    [
        (["--repair"], "articles/**/*.r1.md", 0, "mended: it was made again from its capture"),
        (["--repair", "--json"], "articles/**/*.r1.md", 0, '"mended": "capture"'),
        (["--repair"], "captures/**/*.warc.gz", 10, "NOT mended"),
        (["--repair"], "none", 0, "as they were put in"),
        (["--from", "elsewhere"], "none", 2, "--repair"),
    ],
)
def test_the_command_says_what_became_of_each(
    paper: Paper, words: list[str], pattern: str, code: int, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And its code tells a cron job."""
    damage(paper.root, pattern, all_of_it)
    assert cli.run(["verify", *words, "--archive", str(paper.root)]) == code
    told = capsys.readouterr()
    assert wanted in told.out + told.err


def test_a_round_goes_on_after_a_repair(paper: Paper) -> None:
    """And makes no revision of it."""
    damage(paper.root, "articles/**/*", None)
    mend(paper)
    paper.round(recheck=True)
    assert (sorted(held.revision for held in paper.held()), list(verify(paper.root))) == ([1, 1, 2], [])
