"""Captures for other programs: whole WARC files, a collection, a WACZ."""

from __future__ import annotations

import hashlib
import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from fetch_web import answer
from onrecord import cli
from replay import replay
from rounds import PARAGRAPHS, Paper, item, page


def png() -> bytes:
    """Return a picture's bytes."""
    data = BytesIO()
    Image.new("RGB", (320, 200), "red").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with two articles; the pictures of both have the same bytes."""
    made = Paper(tmp_path / "news")
    made.lists(item(), item("ferry"))
    for name in ("one", "two"):
        made.web.pages[f"paper.example/{name}.png"] = [answer(png(), headers=["Content-Type: image/png"])]
    shown = "<figure><img src=http://paper.example/{}.png></figure>"
    made.says(
        bridge=page(paragraphs=[*PARAGRAPHS, shown.format("one")]),
        ferry=page("A Ferry Is Full", [*PARAGRAPHS, shown.format("two")]),
    )
    made.round()
    return made


def exported(paper: Paper, *words: str) -> Path:
    """Return a collection of the paper's captures."""
    dest = paper.root.parent / "collection"
    assert cli.run(["export", "warc", str(dest), *words, "--archive", str(paper.root)]) == 0
    return dest


def records(dest: Path) -> list[tuple[str, dict[str, str], bytes]]:
    """Return (kind, headers, content) of all records, their digests checked by the reference tool."""
    found = []
    for place in sorted(dest.glob("archive/*.warc.gz")):
        with place.open("rb") as stream:
            found += [
                (one.rec_type, dict(one.rec_headers.headers), one.content_stream().read())
                for one in ArchiveIterator(stream, check_digests="raise")
            ]
    return found


def wish(paper: Paper) -> None:
    """Let one article's publisher ask that copies are not passed on."""
    head = "<meta name=robots content=noarchive>"
    paper.says(ferry=page("A Ferry Is Full", ["Not for others.", *PARAGRAPHS], head=head))
    paper.round(recheck=True)


def test_a_picture_is_whole_again(paper: Paper) -> None:
    """Programs that know the standard alone find its bytes in the WARC file."""
    bodies = [body for kind, headers, body in records(exported(paper)) if kind == "response"]
    assert bodies.count(png()) == 1


def test_the_same_picture_elsewhere_is_a_revisit_of_the_standard(paper: Paper) -> None:
    """Its bytes stand once, and the reference leads there."""
    found = records(exported(paper))
    revisits = [headers for kind, headers, _ in found if kind == "revisit"]
    ids = {headers["WARC-Record-ID"] for _, headers, _ in found}
    (pictured,) = [one for one in revisits if one["WARC-Target-URI"].endswith(".png")]
    assert pictured["WARC-Profile"].startswith("http://netpreserve.org/")
    assert pictured["WARC-Refers-To"] in ids


def test_a_request_still_names_its_response(paper: Paper) -> None:
    """Both belong together."""
    found = records(exported(paper))
    ids = {headers["WARC-Record-ID"] for _, headers, _ in found}
    joined = [headers["WARC-Concurrent-To"] for kind, headers, _ in found if kind == "request"]
    assert [each for each in joined if each not in ids] == []


@pytest.mark.parametrize("name", ["one", "two"])
def test_pywb_replays_a_picture_from_the_collection(paper: Paper, tmp_path: Path, name: str) -> None:
    """Captures are read by programs that are not ours."""
    dest = exported(paper)
    path = f"/kept/2id_/http://paper.example/{name}.png"
    found = replay(tmp_path, index=dest / "indexes" / "index.cdxj", archive=dest / "archive", path=path)
    assert found == (200, png())


def test_what_is_not_to_be_passed_on_is_left_out(paper: Paper) -> None:
    """As in every export."""
    wish(paper)
    told = b"".join(body for _, _, body in records(exported(paper)))
    assert (b"Not for others" in told, b"A Ferry" in told) == (False, False)


def test_a_wish_is_overruled_by_its_option(paper: Paper) -> None:
    """For oneself."""
    wish(paper)
    assert b"Not for others" in b"".join(body for _, _, body in records(exported(paper, "--reserved")))


def test_a_folder_with_other_things_is_left_alone(paper: Paper) -> None:
    """Nobody's files are overwritten."""
    dest = paper.root.parent / "collection"
    dest.mkdir()
    (dest / "mine").write_text("mine")
    assert cli.run(["export", "warc", str(dest), "--archive", str(paper.root)]) == 2


def test_a_wacz_says_what_is_in_it(paper: Paper) -> None:
    """Each file with its digest, and the pages by name (WACZ 1.1.1)."""
    dest = paper.root.parent / "news.wacz"
    assert cli.run(["export", "wacz", str(dest), "--archive", str(paper.root)]) == 0
    with zipfile.ZipFile(dest) as pack:
        package = json.loads(pack.read("datapackage.json"))
        digests = {one["path"]: one["hash"] for one in package["resources"]}
        found = {path: f"sha256:{hashlib.sha256(pack.read(path)).hexdigest()}" for path in digests}
        pages = [json.loads(line) for line in pack.read("pages/pages.jsonl").splitlines()]
        stored = {one.compress_type for one in pack.infolist() if one.filename.endswith(".gz")}
    assert found == digests
    titles = sorted(one["title"] for one in pages[1:])
    assert titles == ["A Ferry Is Full", "Bridge Shut After a Crack Is Found"]
    assert stored == {zipfile.ZIP_STORED}
