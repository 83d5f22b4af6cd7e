"""Audio, video and PDF files of entries: listed with their articles, and kept where a source says so."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from fetch_web import answer
from onrecord import cli
from onrecord.archive import Archive, back_up, forget, verify
from onrecord.model import Enclosure, Entry, KeptEnclosure
from onrecord.pipeline.enclosures import MOST, listed_in
from onrecord.store import Listing
from onrecord.warc import iter_records
from rounds import Paper, feed, item, page
from test_pipeline import events, lines

SOUND = b"ID3\x04\x00" + bytes(range(256)) * 20
CAST = "paper.example/cast.mp3"
LISTED = f"<enclosure url='http://{CAST}' type='audio/mpeg' length='{len(SOUND)}'/>"


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with one article, whose entry carries a recording."""
    made = Paper(tmp_path / "news")
    made.lists(item(extra=LISTED))
    made.says(bridge=page())
    made.web.pages[CAST] = [answer(SOUND, headers=["Content-Type: audio/mpeg"])]
    return made


def keep(paper: Paper, more: str = "") -> None:
    """Let the source keep its enclosures."""
    settings = paper.root / "onrecord.toml"
    settings.write_text(settings.read_text() + f'enclosures = "keep"\n{more}')


def enclosures(paper: Paper) -> tuple[KeptEnclosure, ...]:
    """Return what the document says of its enclosures."""
    with Archive.open(paper.root) as archive:
        return archive.document(archive.catalog.article(paper.only().id) or paper.only()).enclosures


# ---------------------------------------------------------------- listed


def test_an_enclosure_is_listed_with_type_and_size(paper: Paper) -> None:
    """Whoever reads the document learns that there is a recording, and how large it is."""
    paper.round()
    assert enclosures(paper) == (
        KeptEnclosure(url=f"http://{CAST}", media_type="audio/mpeg", size=len(SOUND)),
    )


def test_an_enclosure_that_is_listed_is_not_asked_for(paper: Paper) -> None:
    """An hour's recording is larger than a year's articles: nobody gets one without asking."""
    paper.round()
    assert not paper.web.asked("/cast.mp3")


def test_an_enclosure_stands_in_the_text_of_the_document(paper: Paper) -> None:
    """A person reads it in an editor."""
    paper.round()
    assert f'audio/mpeg, 5.0 KiB: <a href="http://{CAST}">' in (paper.root / paper.only().path).read_text()


@pytest.mark.parametrize(
    ("url", "media_type", "is_listed"),
    [
        ("https://paper.example/a.mp3", "audio/mpeg", True),
        ("https://paper.example/a", "video", True),
        ("https://paper.example/gazette.pdf?v=2", None, True),
        ("https://paper.example/report", "application/pdf", True),
        ("https://paper.example/a.jpg", "image/jpeg", False),
        ("https://paper.example/a", None, False),
        ("https://paper.example/a.exe", "application/octet-stream", False),
    ],
)
def test_what_is_meant_by_an_enclosure(url: str, media_type: str | None, is_listed: bool) -> None:  # noqa: FBT001
    """Pictures stand in the article; programs have no business here."""
    entry = Entry(url="https://paper.example/1", enclosures=(Enclosure(url, media_type),))
    assert bool(listed_in(entry)) is is_listed


def test_the_enclosures_of_an_entry_have_a_limit() -> None:
    """A stranger's feed may list a thousand."""
    many = tuple(Enclosure(f"https://paper.example/{n}.mp3") for n in range(1000))
    assert len(listed_in(Entry(url="https://paper.example/1", enclosures=many))) == MOST


def test_an_enclosure_that_comes_later_is_listed_without_a_revision(paper: Paper) -> None:
    """The recording follows the report by an hour; no word of the report has changed."""
    paper.lists(item())
    paper.round()
    paper.lists(item(extra=LISTED))
    paper.round()
    assert (len(enclosures(paper)), events(paper)) == (1, ["captured", "completed"])


def test_an_enclosure_stays_listed_when_its_entry_has_left(paper: Paper) -> None:
    """What a feed told once is not forgotten with its window."""
    paper.round()
    paper.lists()
    paper.says(
        bridge=page(
            paragraphs=["The bridge is open again, and the ferry has been thanked for its service."] * 3
        )
    )
    paper.round(recheck=True)
    assert (len(enclosures(paper)), paper.only().revision) == (1, 2)


def test_an_entry_that_waited_has_its_enclosures_still(paper: Paper) -> None:
    """Its page did not answer until it had left its list."""
    paper.says(bridge=answer(b"", status="500 Oops"))
    paper.round()
    paper.lists()
    paper.says(bridge=page())
    paper.round()
    assert len(enclosures(paper)) == 1


# ---------------------------------------------------------------- kept


def test_an_enclosure_is_kept_where_its_source_says_so(paper: Paper) -> None:
    """The bytes as they were sent, under their digest."""
    keep(paper)
    paper.round()
    (kept,) = enclosures(paper)
    digest = hashlib.sha256(SOUND).hexdigest()
    assert kept.path == f"enclosures/{digest[:2]}/{digest[2:4]}/{digest}.mp3"
    assert (paper.root / kept.path).read_bytes() == SOUND


def test_an_enclosure_that_is_kept_verifies(paper: Paper) -> None:
    """It is in the ledger as every file is."""
    keep(paper)
    paper.round()
    assert list(verify(paper.root)) == []
    (kept,) = enclosures(paper)
    (paper.root / (kept.path or "")).write_bytes(b"other")
    assert [damage.kind for damage in verify(paper.root)] == ["changed"]


def test_an_enclosure_that_is_kept_is_not_asked_for_again(paper: Paper) -> None:
    """It would cost its publisher as much each time."""
    keep(paper)
    paper.round()
    paper.lists(item(extra=f"{LISTED}<description>Corrected.</description>"))
    paper.says(
        bridge=page(
            paragraphs=["The bridge is open again, and the ferry has been thanked for its service."] * 3
        )
    )
    paper.round(recheck=True)
    assert (len(paper.web.asked("/cast.mp3")), paper.only().revision) == (1, 2)


def test_an_enclosure_of_two_articles_is_one_file(paper: Paper) -> None:
    """The same gazette goes with each of its reports."""
    keep(paper)
    paper.lists(item(extra=LISTED), item("tower", extra=LISTED.replace("cast", "again")))
    paper.says(tower=page("Tower Leans a Little More Each Year"))
    paper.web.pages["paper.example/again.mp3"] = paper.web.pages[CAST]
    paper.round()
    assert len(list((paper.root / "enclosures").rglob("*.mp3"))) == 1


def test_the_capture_of_an_enclosure_holds_no_second_copy(paper: Paper) -> None:
    """As with pictures: headers and digest in the capture, the bytes once beside it."""
    keep(paper)
    paper.round()
    sealed = [put for line in lines(paper) for put in line.puts if put.path.endswith(".warc.gz")]
    assert sum(put.size for put in sealed) < len(SOUND)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answer(b"", status="404 Not Found"), "the server answered 404"),
        (answer(b"<!DOCTYPE html><html><body>Log in</body></html>"), "the server answered with a page"),
        (answer(b""), "the server answered nothing"),
    ],
)
def test_an_enclosure_that_can_not_be_had_is_told_with_its_reason(
    paper: Paper, capsys: pytest.CaptureFixture[str], reply: bytes, reason: str
) -> None:
    """In the document, and by `status`."""
    keep(paper)
    paper.web.pages[CAST] = [reply]
    paper.round()
    assert (enclosures(paper)[0].reason or "").startswith(reason)
    capsys.readouterr()
    assert cli.run(["status", "--archive", str(paper.root)]) == 0
    assert f"enclosure missing: http://{CAST}\n    {reason}" in capsys.readouterr().out


def test_an_enclosure_that_comes_at_last_completes_its_revision(paper: Paper) -> None:
    """No server is perfect on the first day."""
    keep(paper)
    paper.web.pages[CAST] = [answer(b"", status="404 Not Found"), answer(SOUND)]
    paper.round()
    paper.round(recheck=True)
    assert (enclosures(paper)[0].reason, events(paper)) == (None, ["captured", "completed"])


def test_an_enclosure_whose_feed_says_that_it_is_too_large_is_not_asked_for(paper: Paper) -> None:
    """A day's video would fill the disk."""
    keep(paper, "[keep]\nmax_enclosure_mib = 1\n")
    paper.lists(item(extra=LISTED.replace(f"'{len(SOUND)}'", "'3000000000'")))
    paper.round()
    assert enclosures(paper)[0].reason == "its feed says 2.8 GiB, and [keep] max_enclosure_mib is 1"
    assert not paper.web.asked("/cast.mp3")


def test_a_source_that_begins_to_keep_gets_what_it_still_lists(paper: Paper) -> None:
    """A setting that is changed counts from the next round on, for what is looked at then."""
    paper.round()
    keep(paper)
    paper.round(recheck=True)
    assert enclosures(paper)[0].path


def test_a_feed_without_enclosures_has_none(paper: Paper) -> None:
    """The document says nothing of what is not there."""
    paper.web.pages["paper.example/feed"] = [feed(item())]
    paper.round()
    assert "enclosures" not in (paper.root / paper.only().path).read_text()


# ---------------------------------------------------------------- beyond rounds


def two_articles(paper: Paper) -> None:
    """Keep two articles: one with a recording of its own, both with one that they share."""
    keep(paper)
    both = "<enclosure url='http://paper.example/both.mp3' type='audio/mpeg' length='99'/>"
    paper.lists(item(extra=both), item("tower", extra=LISTED + both))
    paper.says(tower=page("Tower Leans a Little More Each Year"))
    paper.web.pages["paper.example/both.mp3"] = [answer(b"ID3" + SOUND)]
    paper.round()


def test_what_two_entries_carry_is_asked_for_once(paper: Paper) -> None:
    """It may be hundreds of megabytes, and the server is somebody's."""
    two_articles(paper)
    assert len(paper.web.asked("/both.mp3")) == 1


def forgotten(paper: Paper) -> None:
    """Forget the article with the recording of its own."""
    with Archive.open(paper.root, write=True) as archive:
        held = next(one for one in archive.catalog.articles(Listing()) if "tower" in one.url)
        forget(archive, [held.id], reason="a ruling", now=paper.web.clock.now())


def test_a_forgotten_article_takes_its_own_enclosures_with_it(paper: Paper) -> None:
    """And leaves those that another article has."""
    two_articles(paper)
    forgotten(paper)
    left = [place.read_bytes() for place in (paper.root / "enclosures").rglob("*.mp3")]
    assert (left, list(verify(paper.root))) == ([b"ID3" + SOUND], [])


def test_no_capture_of_a_forgotten_enclosure_is_left(paper: Paper) -> None:
    """Its address told of it too."""
    two_articles(paper)
    forgotten(paper)
    places = (paper.root / "captures").rglob("*.warc.gz")
    urls = [record.url or "" for place in places for record in iter_records(place)]
    assert [url for url in urls if url.endswith(".mp3")] == ["http://paper.example/both.mp3"] * 2


def test_a_backup_has_the_enclosures(paper: Paper) -> None:
    """It is all of the archive, or none; what was forgotten since leaves it too."""
    two_articles(paper)
    dest = paper.root.parent / "backup"
    back_up(paper.root, dest)
    assert len(list((dest / "enclosures").rglob("*.mp3"))) == 2
    forgotten(paper)
    back_up(paper.root, dest)
    assert (len(list((dest / "enclosures").rglob("*.mp3"))), list(verify(dest))) == (1, [])


def test_captures_made_whole_have_an_enclosures_bytes(paper: Paper) -> None:
    """Programs that know the standard alone find them in the WARC file."""
    keep(paper)
    paper.round()
    dest = paper.root.parent / "collection"
    assert cli.run(["export", "warc", str(dest), "--archive", str(paper.root)]) == 0
    payloads = [record.payload for place in dest.glob("archive/*.warc.gz") for record in iter_records(place)]
    assert payloads.count(SOUND) == 1


def test_the_space_that_enclosures_take_is_told(paper: Paper, capsys: pytest.CaptureFixture[str]) -> None:
    """They are the largest of all."""
    keep(paper)
    paper.round()
    capsys.readouterr()
    assert cli.run(["status", "--size", "--archive", str(paper.root)]) == 0
    assert "enclosures                                 1 file" in capsys.readouterr().out
