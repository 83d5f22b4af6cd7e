"""Fixity: every byte counts, and what was read is remembered."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from documents import AT, document, exchange
from onrecord import archive as archives
from onrecord.archive import Archive, Scope, Step, verify
from onrecord.archive.layout import STATE
from onrecord.ledger import Event
from onrecord.render import document as documents
from onrecord.store import State

#: Bytes that are flipped, one by one, in each kind of file.
PLACES = 250
NAMES = ("bridge", "tower", "桥")
KINDS = {
    "document": "articles",
    "picture": "pictures",
    "enclosure": "enclosures",
    "capture": "captures",
    "stamp": "stamps",
    "ledger line": "ledger",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of three articles, with pictures and captures, as it was put in."""
    root = tmp_path_factory.mktemp("sound") / "news"
    archives.create(root, now=AT)
    with Archive.open(root, write=True) as archive:
        for number, name in enumerate(NAMES, 1):
            keep(archive, name, number)
        archive.commit([Step(event=Event.STAMPED, data={"line": 2}, files=others())], now=AT)
    return root


def others() -> tuple[tuple[str, bytes], ...]:
    """Return the files of a stamp, as many bytes as an authority answers, and an enclosure."""
    chance = random.Random(2)  # noqa: S311  it keeps no secret
    sizes = {"txt": 240, "tsq": 90, "tsr": 1_500, "ots": 250}
    stamps = ((archives.stamp_path(2, ending), chance.randbytes(size)) for ending, size in sizes.items())
    return (*stamps, ("enclosures/ab/cd/abcd.mp3", chance.randbytes(2_000)))


def keep(archive: Archive, name: str, number: int) -> None:
    """Keep an article with its capture and a picture."""
    archive.capture(exchange(f"https://paper.example/{number}", f"<p>{name}</p>".encode() * 40))
    doc = document(name, f"{name} " * 40, number=number)
    path = f"articles/paper.example/2026/05/17-{number}.md"
    picture = random.Random(number).randbytes(2_000)  # noqa: S311  it keeps no secret
    files = ((path, documents.write(doc).encode()), (f"pictures/ab/cd/{number}.jpg", picture))
    data = {"id": doc.id, "revision": 1, "document": path}
    archive.commit([Step(event=Event.CAPTURED, data=data, files=files, document=doc)], now=AT)


def places(root: Path, folder: str) -> Iterator[tuple[Path, int]]:
    """Yield bytes to flip: the first and last twenty of each file of a folder, and others by chance."""
    chance = random.Random(folder)  # noqa: S311  it keeps no secret
    files = sorted(place for place in (root / folder).rglob("*") if place.is_file())
    for place in files:
        size = place.stat().st_size
        yield from ((place, at) for at in {*range(20), *range(size - 20, size)})
    while True:
        place = chance.choice(files)
        yield place, chance.randrange(place.stat().st_size)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_is_named_wherever_it_is(sound: Path, kind: str) -> None:
    """Front matter, gzip headers and trailers, the last line of the ledger: a record has no unimportant byte."""
    chance = random.Random(kind)  # noqa: S311  it keeps no secret
    missed = []
    for place, at in islice(places(sound, KINDS[kind]), PLACES):
        whole = place.read_bytes()
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        place.write_bytes(flipped)
        path = place.relative_to(sound).as_posix()
        if path not in {one.path for one in verify(sound)}:
            missed.append(f"{path}, byte {at}")
        place.write_bytes(whole)
    assert missed == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return an archive of one article."""
    folder = tmp_path / "news"
    archives.create(folder, now=AT)
    with Archive.open(folder, write=True) as archive:
        keep(archive, "bridge", 1)
    return folder


@pytest.fixture
def memory(root: Path) -> Iterator[State]:
    """Open the archive's state."""
    state = State(root / STATE)
    yield state
    state.close()


def at(hours: int) -> Callable[[], datetime]:
    """Return a clock that stands at so many hours."""
    return lambda: AT + timedelta(hours=hours)


def read_at(memory: State) -> dict[str, str]:
    """Return when each file was last found whole, by its folder."""
    return {path.partition("/")[0]: at for path, (_, at) in memory.fixity().items()}


def test_what_was_found_whole_is_remembered(root: Path, memory: State) -> None:
    """So that the next time begins with what was not read for longest."""
    assert list(verify(root, memory=memory, now=at(1))) == []
    assert set(read_at(memory)) == {"articles", "pictures", "captures"}


def test_new_files_are_read_alone(root: Path, memory: State) -> None:
    """A daily check of what the day brought takes a moment."""
    list(verify(root, memory=memory, now=at(1)))
    with Archive.open(root, write=True) as archive:
        keep(archive, "tower", 2)
    list(verify(root, scope=Scope(only_new=True), memory=memory, now=at(2)))
    times = {path: moment for path, (_, moment) in memory.fixity().items() if path.endswith(".md")}
    assert list(times.values()) == ["2026-05-17T11:00:00Z", "2026-05-17T12:00:00Z"]


def test_a_document_that_was_written_again_is_new(root: Path, memory: State) -> None:
    """Its bytes were never read."""
    list(verify(root, memory=memory, now=at(1)))
    path = "articles/paper.example/2026/05/17-1.md"
    fresh = documents.write(document("bridge", "another reading")).encode()
    data = {"id": document().id, "revision": 1, "document": path}
    step = Step(event=Event.REREAD, data=data, files=((path, fresh),), document=document("bridge", "another"))
    with Archive.open(root, write=True) as archive:
        archive.commit([step], now=AT)
    (root / path).write_bytes(b"damaged")
    damages = list(verify(root, scope=Scope(only_new=True), memory=memory, now=at(2)))
    assert [one.path for one in damages] == [path]


def test_samples_go_round(root: Path, memory: State) -> None:
    """Ten samples of a tenth are the whole archive."""
    for hour in range(1, 60):
        list(verify(root, scope=Scope(share=0.02), memory=memory, now=at(hour)))
    assert set(read_at(memory)) == {"articles", "pictures", "captures"}


def test_a_sample_reads_what_was_not_read_for_longest(root: Path, memory: State) -> None:
    """What was read yesterday is less likely to have gone bad."""
    list(verify(root, memory=memory, now=at(1)))
    (oldest, *_) = sorted(memory.fixity())
    list(verify(root, scope=Scope(share=0.0001), memory=memory, now=at(2)))
    assert [path for path, (_, moment) in memory.fixity().items() if moment.endswith("12:00:00Z")] == [oldest]


def test_a_run_that_was_broken_off_goes_on(root: Path, memory: State) -> None:
    """A terabyte takes hours, and a laptop is closed."""
    pictures = tuple((f"pictures/ab/cd/more{number}.jpg", b"x" * 10) for number in range(600))
    with Archive.open(root, write=True) as archive:
        archive.commit([Step(event=Event.ENVELOPED, data={"id": document().id}, files=pictures)], now=AT)
    with suppress(KeyboardInterrupt):
        for _ in verify(root, memory=memory, now=at(1), progress=stop):
            pass
    read_before = len(memory.fixity())
    list(verify(root, memory=memory, now=at(2)))
    again = [moment for _, moment in memory.fixity().values()].count("2026-05-17T12:00:00Z")
    assert 0 < read_before < read_before + again == len(memory.fixity())


def stop(_done: int, _total: int) -> None:
    """Be stopped after the first of many files."""
    raise KeyboardInterrupt


def test_after_a_whole_run_the_next_one_reads_all(root: Path, memory: State) -> None:
    """It is asked for because the disk may have gone bad since."""
    list(verify(root, memory=memory, now=at(1)))
    list(verify(root, memory=memory, now=at(2)))
    assert set(read_at(memory).values()) == {"2026-05-17T12:00:00Z"}


def test_what_is_damaged_is_not_noted_as_whole(root: Path, memory: State) -> None:
    """It must be named again until it is mended."""
    place = root / "articles/paper.example/2026/05/17-1.md"
    place.write_bytes(b"damaged")
    list(verify(root, memory=memory, now=at(1)))
    assert "articles" not in read_at(memory)


def test_a_round_that_writes_meanwhile_is_no_damage(root: Path) -> None:
    """Checking and following go on side by side."""
    with Archive.open(root, write=True) as archive:

        def go_on(_done: int, _total: int) -> None:
            keep(archive, f"more {archive.head.seq}", archive.head.seq + 10)

        assert list(verify(root, progress=go_on)) == []


def test_a_document_that_a_round_replaces_meanwhile_is_no_damage(root: Path) -> None:
    """The ledger that was read when the check began named other bytes."""
    path = "articles/paper.example/2026/05/17-1.md"
    fresh = document("bridge", "another reading")
    step = Step(
        event=Event.REREAD,
        data={"id": fresh.id, "revision": 1, "document": path},
        files=((path, documents.write(fresh).encode()),),
        document=fresh,
    )
    with Archive.open(root, write=True) as archive:
        found = verify(root, progress=lambda _done, _total: None)
        (root / path).write_bytes(b"neither")  # as a reader may see it between two moves
        archive.commit([step], now=AT)
        assert list(found) == []
