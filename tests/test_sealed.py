"""An archive on a medium that can't be written to is read as ever, and says so to whoever would write."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from acceptance import Said, run
from documents import AT, document, exchange
from onrecord.archive import Archive, Step, create
from onrecord.ledger import Event
from onrecord.reader import make_app
from onrecord.render import document as documents

READING = [
    ("list",),
    ("list", "--json"),
    ("show", "https://paper.example/bridge"),
    ("status",),
    ("search", "bridge"),
    ("verify",),
    ("verify", "--new"),
    ("opml", "export"),
]
WRITING = [("update",), ("rebuild",), ("re-extract",), ("save", "https://paper.example/bridge")]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield an archive on a disk that is mounted read-only."""
    disk = tmp_path_factory.mktemp("sealed")
    if not _mount("-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)):
        pytest.skip("a file system can't be mounted here")
    try:
        root = disk / "news"
        fill(root)
        assert run("search", "bridge", "--archive", root).code == 0  # its index is made here
        _mount("-o", "remount,ro", str(disk))
        yield root
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(disk)], check=True)


def _mount(*words: str) -> bool:
    program = shutil.which("mount")
    if program is None:
        return False
    return subprocess.run([program, *words], capture_output=True, check=False).returncode == 0


def fill(root: Path) -> None:
    """Make an archive of one article."""
    create(root, now=AT)
    with Archive.open(root, write=True) as archive:
        archive.capture(exchange())
        doc, path = document(), "articles/paper.example/2026/05/17-bridge.md"
        step = Step(
            event=Event.CAPTURED,
            data={"id": doc.id, "revision": 1, "document": path},
            files=((path, documents.write(doc).encode()),),
            document=doc,
        )
        archive.commit([step], now=AT)


def said(sealed: Path, *words: str) -> Said:
    """Return what a command says of the archive."""
    return run(*words, "--archive", sealed)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_reading_needs_no_writing(sealed: Path, words: tuple[str, ...]) -> None:
    """A copy on a disc, or one that an archivist has sealed, is read like any other."""
    answer = said(sealed, *words)
    assert (answer.code, "run the command again" in answer.err) == (0, False), answer.err


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_writing_is_refused_with_the_reason(sealed: Path, words: tuple[str, ...]) -> None:
    """The message says what to do."""
    answer = said(sealed, *words)
    assert (answer.code, "the disk is read-only; mount it writable" in answer.err) == (6, True), answer.err


def test_an_archive_that_was_copied_while_it_was_written_is_not_misread(tmp_path: Path) -> None:
    """What stands in a journal that nobody can bring in would be missing without a word."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)):
        pytest.skip("a file system can't be mounted here")
    try:
        fill(disk / "news")
        (disk / "news" / "index.sqlite-wal").write_bytes(b"not brought in")
        _mount("-o", "remount,ro", str(disk))
        answer = run("list", "--archive", disk / "news")
        assert (answer.code, "was not closed" in answer.err) == (6, True), answer.err
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(disk)], check=True)


@pytest.mark.parametrize("path", ["/", "/source/paper.example", "/article/{id}", "/search?q=bridge"])
def test_the_reader_shows_it_without_marks(sealed: Path, path: str) -> None:
    """What can't be noted is not offered."""

    async def ask() -> str:
        client = TestClient(TestServer(make_app(sealed)))
        async with client, client.get(path.format(id=document().id)) as answer:
            return await answer.text()

    shown = asyncio.run(ask())
    assert ("Bridge" in shown, "Starred" in shown) == (True, False)
