"""Reading again: a better reader improves what is held, and changes no history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fetch_web import answer
from onrecord import extract
from onrecord.archive import Archive, verify
from onrecord.model import Extraction, Figure, Picture
from onrecord.pipeline.rereading import RereadReport, reread_all
from rounds import PARAGRAPHS, Paper, item, page


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with an article in two revisions, and one from its feed alone."""
    made = Paper(tmp_path / "news")
    text = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    full = f"<category>Towers</category><content:encoded><![CDATA[{text}]]></content:encoded>"
    full += "<atom:updated xmlns:atom='http://www.w3.org/2005/Atom'>2026-05-17T12:00:00Z</atom:updated>"
    made.lists(item("bridge"), item("tower", extra=full))
    made.says(bridge=page(), tower=answer(b"", status="404 Not Found"))
    made.round()
    made.says(bridge=page("Bridge Shut for Good, Says the Mayor"))
    made.round(recheck=True)
    return made


def documents(paper: Paper) -> dict[str, bytes]:
    """Return the bytes of all documents."""
    return {str(path): path.read_bytes() for path in sorted((paper.root / "articles").rglob("*.md"))}


def read_again(paper: Paper) -> RereadReport:
    """Read everything again."""
    with Archive.open(paper.root, write=True) as archive:
        return reread_all(archive)


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages be read by a reader that knows one thing more: the section of this paper's pages about the mayor."""

    def read_page(body: bytes, **known: Any) -> Extraction:
        found = extract.read_page(body, **known)
        if found.article is None or "Mayor" not in found.article.headline:
            return found
        return replace(found, article=replace(found.article, section="Town Hall"))

    monkeypatch.setattr("onrecord.pipeline.rereading.read_page", read_page)


def test_todays_reader_writes_nothing_again(paper: Paper) -> None:
    """Running it twice, or for nothing, does no harm."""
    before = documents(paper)
    read_again(paper)
    assert documents(paper) == before


def test_what_a_feeds_entry_told_outlasts_the_state(paper: Paper) -> None:
    """Its text is kept beside the document, its categories are not; and the state may be lost."""
    before = documents(paper)
    for path in paper.root.glob("state.sqlite*"):
        path.unlink()
    read_again(paper)
    assert documents(paper) == before


def test_every_revision_is_read(paper: Paper) -> None:
    """The older ones too: they are what was said before."""
    assert read_again(paper).read == 3


@pytest.mark.usefixtures("tomorrow")
def test_a_better_reader_writes_what_it_touches_and_nothing_else(paper: Paper) -> None:
    """Whoever keeps the folder in Git sees what an upgrade did."""
    before = documents(paper)
    read_again(paper)
    after = documents(paper)
    assert [Path(path).name for path in after if after[path] != before[path]] == [
        "17-bridge-is-in-the-news.md"
    ]


@pytest.mark.usefixtures("tomorrow")
def test_a_better_reader_adds_no_revision(paper: Paper) -> None:
    """A publisher changed nothing."""
    read_again(paper)
    assert sorted(held.revision for held in paper.held()) == [1, 2]


@pytest.mark.usefixtures("tomorrow")
def test_what_was_read_again_verifies(paper: Paper) -> None:
    """The ledger knows of it."""
    read_again(paper)
    assert list(verify(paper.root)) == []


@pytest.mark.usefixtures("tomorrow")
def test_what_was_read_again_outlasts_the_index(paper: Paper) -> None:
    """The files hold it."""
    read_again(paper)
    with Archive.open(paper.root, write=True) as archive:
        archive.rebuild()
    assert {held.section for held in paper.held()} == {"Town Hall", None}


@pytest.mark.parametrize(("keep", "count"), [("true", 1), ("false", 0)])
def test_a_picture_that_a_later_reading_finds_is_asked_for_if_pictures_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: str, count: int
) -> None:
    """A document does not promise what its settings forbid."""
    paper = Paper(tmp_path / "news")
    with (paper.root / "onrecord.toml").open("a") as settings:
        settings.write(f"[pictures]\nkeep = {keep}\n")
    paper.lists(item("bridge"))
    paper.says(bridge=page())
    paper.round()
    shown = Figure(Picture(url="http://paper.example/pier.png"))

    def read_page(body: bytes, **known: Any) -> Extraction:
        found = extract.read_page(body, **known)
        assert found.article is not None
        return replace(found, article=replace(found.article, blocks=(shown, *found.article.blocks)))

    monkeypatch.setattr("onrecord.pipeline.rereading.read_page", read_page)
    read_again(paper)
    assert b"".join(documents(paper).values()).count(b'missing: "not asked for yet') == count


def test_a_run_that_was_stopped_goes_on_behind_what_it_read(paper: Paper) -> None:
    """A million captures take a night."""
    ids = sorted(held.id for held in paper.held())
    with Archive.open(paper.root, write=True) as archive:
        archive.state.put_host_note("re-extract", "", f"{ids[0]} 999999", paper.web.clock.now())
        left = sum(len(archive.catalog.revisions(one)) for one in ids[1:])
    assert read_again(paper).read == left


def test_a_missing_capture_is_named_and_the_rest_is_read(paper: Paper) -> None:
    """Captures may be kept elsewhere."""
    for place in (paper.root / "captures").rglob("*.warc.gz"):
        place.unlink()
    assert len(read_again(paper).failures) == 2


def test_a_damaged_capture_is_named_and_the_rest_is_read(paper: Paper) -> None:
    """One torn file must not keep an archive from being improved."""
    for place in (paper.root / "captures").rglob("*.warc.gz"):
        data = bytearray(place.read_bytes())
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
        place.write_bytes(bytes(data))
    assert any(".warc.gz" in failure for failure in read_again(paper).failures)
