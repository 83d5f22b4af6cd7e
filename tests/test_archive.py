"""The archive: what was acknowledged outlasts a crash, and every damage is named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from documents import AT, document, exchange
from onrecord import archive as archives
from onrecord import ledger
from onrecord.archive import Archive, Boundary, Step, verify
from onrecord.errors import (
    ArchiveError,
    ArchiveLockedError,
    ConfigError,
    FormatError,
    FormatVersionError,
    LedgerFormatError,
    NotAnArchiveError,
    StorageError,
)
from onrecord.ledger import Event, Head
from onrecord.model import Document
from onrecord.render import document as documents
from onrecord.store import Listing

PATH = "articles/paper.example/2026/05/17-bridge.md"
PICTURE = "pictures/ab/cd/abcd.png"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a new archive."""
    folder = tmp_path / "news"
    archives.create(folder, now=AT)
    return folder


@pytest.fixture
def archive(root: Path) -> Iterator[Archive]:
    """Open a new archive for writing."""
    with Archive.open(root, write=True) as opened:
        yield opened


def kept(doc: Document, *, path: str = PATH, event: Event = Event.CAPTURED) -> Step:
    """Return the step that keeps a document, and a picture beside its first revision."""
    superseded = archives.superseded_path(path, doc.revision.number - 1) if event is Event.REVISED else None
    data = {"id": doc.id, "revision": doc.revision.number, "document": path, "superseded": superseded}
    files: tuple[tuple[str, bytes], ...] = ((path, documents.write(doc).encode()),)
    if doc.revision.number == 1:
        files += ((PICTURE, b"picture"),)
    return Step(
        event=event, data={key: value for key, value in data.items() if value}, files=files, document=doc
    )


def revised(archive: Archive, words: str = "The bridge is open.") -> Step:
    """Return the step that takes the first revision's place."""
    step = kept(document(words=words, revision=2), event=Event.REVISED)
    old = (archives.superseded_path(PATH, 1), archive.files.read(PATH))
    return Step(event=step.event, data=step.data, files=(old, *step.files), document=step.document)


def filled(root: Path) -> None:
    """Keep an article in two revisions with its capture, and close the archive."""
    with Archive.open(root, write=True) as opened:
        opened.capture(exchange())
        opened.commit([kept(document())], now=AT)
        opened.commit([revised(opened)], now=AT)


def held(root: Path) -> list[tuple[str, int, str]]:
    """Return (id, revision, content digest) of all that is held."""
    with Archive.open(root) as opened:
        return [(one.id, one.revision, one.content_digest) for one in opened.catalog.articles(Listing())]


# ---------------------------------------------------------------- made, found, opened


def test_making_an_archive_twice_changes_nothing(root: Path) -> None:
    """Whoever types `init` again must not lose a thing."""
    before = {path: path.read_bytes() for path in root.rglob("*.jsonl")} | {root / "onrecord.toml": b""}
    archives.create(root, now=AT)
    assert {path: path.read_bytes() for path in root.rglob("*.jsonl")} | {
        root / "onrecord.toml": b""
    } == before


def test_a_folder_with_other_things_is_no_place_for_an_archive(tmp_path: Path) -> None:
    """Nobody's own files may get mixed with an archive's."""
    (tmp_path / "thesis.txt").write_text("chapter 1")
    with pytest.raises(ArchiveError, match=r"thesis\.txt"):
        archives.create(tmp_path, now=AT)


def test_an_archive_is_found_from_a_folder_inside_it(root: Path) -> None:
    """Commands work from where a person stands."""
    assert archives.find(root / "ledger") == root


def test_a_folder_that_is_no_archive_is_told_so(tmp_path: Path) -> None:
    """The message says how to make one."""
    with pytest.raises(NotAnArchiveError, match="onrecord init"):
        Archive.open(tmp_path)


def test_a_second_writer_is_told_who_the_first_is(archive: Archive) -> None:
    """Two rounds at once would ask every host twice."""
    with pytest.raises(ArchiveLockedError, match=r"process \d+ on "):
        Archive.open(archive.root, write=True)


def test_a_reader_does_not_wait_for_a_writer(archive: Archive) -> None:
    """Reading goes on while a round runs."""
    with Archive.open(archive.root) as reader:
        assert list(reader.catalog.articles(Listing())) == []


def test_a_newer_format_is_not_touched(root: Path) -> None:
    """An older program must not write into what it does not understand."""
    text = (root / "onrecord.toml").read_text().replace("format = 1", "format = 99")
    (root / "onrecord.toml").write_text(text)
    with pytest.raises((FormatVersionError, ConfigError), match="newer"):
        Archive.open(root)


def test_a_mistake_in_the_settings_is_named(root: Path) -> None:
    """A typing slip must not silently change what is kept."""
    (root / "onrecord.toml").write_text("format = 1\n[fetch]\npage_pauze = 2\n")
    with pytest.raises(ConfigError, match=r"fetch\.page_pauze"):
        Archive.open(root)


def test_a_missing_index_is_told_to_a_reader(root: Path) -> None:
    """A reader can't make it again; the message says who can."""
    (root / "index.sqlite").unlink()
    with pytest.raises(StorageError, match="onrecord rebuild"):
        Archive.open(root)


# ---------------------------------------------------------------- kept


def test_what_was_committed_is_read_back(root: Path) -> None:
    """The first promise."""
    filled(root)
    with Archive.open(root) as opened:
        found = opened.catalog.find("https://paper.example/bridge")
        assert found
        assert opened.document(found) == document(words="The bridge is open.", revision=2)


def test_a_superseded_revision_is_kept(root: Path) -> None:
    """What a newspaper said before is what it changed."""
    filled(root)
    with Archive.open(root) as opened:
        first = opened.catalog.revisions(document().id)[0]
        assert opened.document_at(first.path) == document()


def test_a_capture_is_sealed_and_indexed(root: Path) -> None:
    """Each segment can be copied, checked and replayed on its own."""
    filled(root)
    assert [path.suffix for path in sorted((root / "captures").rglob("17*"))] == [".cdxj", ".gz"]


def test_verify_finds_nothing_in_a_sound_archive(root: Path) -> None:
    """A false alarm is soon ignored."""
    filled(root)
    assert list(verify(root)) == []


# ---------------------------------------------------------------- crashes


class Killed(BaseException):
    """Stands for a killed process: nothing catches it."""


@pytest.mark.parametrize("boundary", [one for one in Boundary if one is not Boundary.SEGMENT_SEALED])
def test_a_commit_counts_as_a_whole_or_not_at_all(root: Path, boundary: Boundary) -> None:
    """Killed at a moment of writing, the archive opens, and holds what the ledger says."""

    def strike(reached: Boundary) -> None:
        if reached is boundary:
            raise Killed

    archive = Archive.open(root, write=True, probe=strike)
    with suppress(Killed):
        archive.capture(exchange())
        archive.commit([kept(document())], now=AT)
    _drop(archive)
    Archive.open(root, write=True).close()
    counts = boundary in {Boundary.LEDGER_WRITTEN, Boundary.FILES_SETTLED, Boundary.CATALOG_WRITTEN}
    assert len(held(root)) == int(counts)


@pytest.mark.parametrize("boundary", list(Boundary))
def test_after_a_crash_nothing_is_damaged(root: Path, boundary: Boundary) -> None:
    """Recovery leaves no stranger, no torn file and no index that lags."""
    filled(root)

    def strike(reached: Boundary) -> None:
        if reached is boundary:
            raise Killed

    archive = Archive.open(root, write=True, probe=strike)
    with suppress(Killed):
        archive.capture(exchange("https://paper.example/tower"))
        archive.commit([revised_again(archive)], now=AT)
        archive.seal(now=AT)
    _drop(archive)
    Archive.open(root, write=True).close()
    assert list(verify(root)) == []


@pytest.mark.parametrize("boundary", [Boundary.LEDGER_WRITTEN, Boundary.FILES_SETTLED])
def test_a_commit_that_broke_off_is_made_good_by_the_next(root: Path, boundary: Boundary) -> None:
    """A process that is stopped, not killed, still seals: that must not hide a line from the index."""
    blows = [boundary]

    def strike(reached: Boundary) -> None:
        if reached in blows:
            blows.clear()
            raise Killed

    archive = Archive.open(root, write=True, probe=strike)
    with suppress(Killed):
        archive.capture(exchange())
        archive.commit([kept(document())], now=AT)
    archive.close()
    assert len(held(root)) == 1


def test_making_an_archive_that_broke_off_is_made_good(tmp_path: Path) -> None:
    """Settings without a ledger are what a crash leaves of `init`."""
    (tmp_path / "onrecord.toml").write_text("format = 1\n")
    archives.create(tmp_path, now=AT)
    assert list(verify(tmp_path)) == []


def revised_again(archive: Archive) -> Step:
    """Return the step that writes a third revision."""
    doc = document(words="The bridge is painted.", revision=3)
    step = kept(doc, event=Event.REVISED)
    old = (archives.superseded_path(PATH, 2), archive.files.read(PATH))
    return Step(event=step.event, data=step.data, files=(old, *step.files), document=doc)


def _drop(archive: Archive) -> None:
    """Let go of an archive as the system does when a process is killed: no sealing, no goodbye."""
    if archive._segment is not None:
        archive._segment._stream.close()
    archive.catalog.close()
    archive.state.close()
    archive._release()


def test_a_torn_ledger_line_is_cut_off(root: Path) -> None:
    """It was never acknowledged."""
    filled(root)
    before = held(root)
    with next((root / "ledger").glob("*.jsonl")).open("ab") as file:
        file.write(b'{"seq":9')
    Archive.open(root, write=True).close()
    assert held(root) == before


def test_a_torn_segment_is_cut_back_to_its_last_whole_record(root: Path) -> None:
    """What was captured before the crash stands."""
    archive = Archive.open(root, write=True)
    archive.capture(exchange())
    archive.commit([kept(document())], now=AT)
    _drop(archive)
    with next((root / "captures").rglob("*.warc.gz")).open("ab") as file:
        file.write(b"\x1f\x8b\x08\x00torn")
    Archive.open(root, write=True).close()
    assert list(verify(root)) == []


# ---------------------------------------------------------------- made again


def test_a_sealed_segment_without_its_index_is_not_taken_for_a_torn_one(root: Path) -> None:
    """Its last record is damaged: cutting it off, and saying that all is well, would lose what a backup can mend."""
    filled(root)
    (segment,) = root.rglob("*.warc.gz")
    segment.with_name(segment.name.replace(".warc.gz", ".cdxj")).unlink()
    damaged = segment.read_bytes()[:-9] + bytes(9)
    segment.write_bytes(damaged)
    with Archive.open(root, write=True):
        pass
    assert (segment.read_bytes() == damaged, len(list(verify(root)))) == (True, 2)


def test_a_last_line_that_counted_is_not_taken_for_a_torn_one(root: Path) -> None:
    """One flipped bit in its line feed must not cost an event."""
    filled(root)
    place = max(root.rglob("*.jsonl"))
    damaged = place.read_bytes()[:-1] + b"\x0b"
    place.write_bytes(damaged)
    with pytest.raises(LedgerFormatError, match="verify --repair"):
        Archive.open(root, write=True)
    assert place.read_bytes() == damaged


def test_the_index_is_made_again_from_the_files(root: Path, tmp_path: Path) -> None:
    """The database is disposable."""
    filled(root)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("articles", "pictures", "captures", "ledger"):
        shutil.copytree(root / name, copy / name)
    shutil.copy(root / "onrecord.toml", copy)
    with Archive.open(copy, write=True) as opened:
        opened.rebuild()
    assert held(copy) == held(root)


def test_rebuild_names_a_missing_document(root: Path) -> None:
    """A damaged archive gives an error that names the file."""
    filled(root)
    (root / PATH).unlink()
    with Archive.open(root, write=True) as opened, pytest.raises(FormatError, match=r"17-bridge\.md"):
        opened.rebuild()


def test_a_cut_ledger_is_noticed_by_the_next_writer(root: Path) -> None:
    """Nothing may be written on top of a ledger that has lost lines."""
    filled(root)
    place = next((root / "ledger").glob("*.jsonl"))
    place.write_bytes(b"".join(place.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(LedgerFormatError, match="cut off"):
        Archive.open(root, write=True)


# ---------------------------------------------------------------- damage


def flip(path: Path) -> None:
    """Change one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a changed document": lambda root: flip(root / PATH),
    "a changed superseded revision": lambda root: flip(root / PATH.replace(".md", ".r1.md")),
    "a missing document": lambda root: (root / PATH).unlink(),
    "a changed picture": lambda root: flip(root / PICTURE),
    "a missing picture": lambda root: (root / PICTURE).unlink(),
    "a changed capture": lambda root: flip(next((root / "captures").rglob("*.warc.gz"))),
    "a missing capture": lambda root: next((root / "captures").rglob("*.warc.gz")).unlink(),
    "a changed index of captures": lambda root: flip(next((root / "captures").rglob("*.cdxj"))),
    "a changed ledger line": lambda root: flip(next((root / "ledger").glob("*"))),
    "a stranger": lambda root: (root / "articles" / "stranger.md").write_text("I was never put in."),
    "a damaged index": lambda root: (root / "index.sqlite").write_bytes(b"x" * 4096),
}
NAMED = {
    "a changed document": "17-bridge.md",
    "a changed superseded revision": "17-bridge.r1.md",
    "a missing document": "17-bridge.md",
    "a changed picture": "abcd.png",
    "a missing picture": "abcd.png",
    "a changed capture": ".warc.gz",
    "a missing capture": ".warc.gz",
    "a changed index of captures": ".cdxj",
    "a changed ledger line": ".jsonl",
    "a stranger": "stranger.md",
    "a damaged index": "index.sqlite",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_verify_names_each_damage(root: Path, damage: str) -> None:
    """A record that can be changed unseen is none."""
    filled(root)
    DAMAGES[damage](root)
    assert NAMED[damage] in " ".join(one.path for one in verify(root))


def test_verify_notices_a_ledger_that_lost_its_end(root: Path) -> None:
    """The chain alone can't show that: the index remembers how far it went."""
    filled(root)
    place = next((root / "ledger").glob("*.jsonl"))
    place.write_bytes(b"".join(place.read_bytes().splitlines(keepends=True)[:-1]))
    assert "ledger" in [one.kind for one in verify(root)]


def test_verify_notices_a_ledger_that_was_written_anew(root: Path) -> None:
    """A chain can be forged from any line on: the index remembers another one."""
    filled(root)
    place = next((root / "ledger").glob("*.jsonl"))
    *first, last = place.read_bytes().splitlines(keepends=True)
    told = ledger.parse(last.rstrip(), path="", number=1)
    head = Head(told.seq - 1, told.prev)
    _, forged = ledger.write(told.event, {**told.data, "note": "forged"}, told.puts, head=head, at=told.at)
    place.write_bytes(b"".join([*first, forged]))
    assert "ledger" in [one.kind for one in verify(root)]
