"""Formats: an archive that an earlier version wrote is opened by every later one, for ever."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from onrecord import cli
from onrecord.archive import Archive, migrate, verify
from onrecord.archive.lock import WriterLock
from onrecord.config import FORMAT
from onrecord.errors import ArchiveError, ArchiveLockedError, FormatVersionError, NotAnArchiveError
from onrecord.pipeline.rereading import reread_all
from onrecord.store import Listing
from rounds import Paper, item, page

ARCHIVES = Path(__file__).parent / "golden" / "archives"


@pytest.fixture(params=sorted(place.name for place in ARCHIVES.iterdir() if place.is_dir()))
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of an archive of each format."""
    root = tmp_path / "news"
    shutil.copytree(ARCHIVES / request.param, root)
    migrate(root)
    with Archive.open(root, write=True) as archive:
        archive.rebuild()
    return root


def test_there_is_an_archive_of_each_format() -> None:
    """A format without one is a promise that nobody checks."""
    found = sorted(place.name for place in ARCHIVES.iterdir() if place.is_dir())
    assert found == [f"v{number}" for number in range(1, FORMAT + 1)]


def test_all_its_files_are_as_they_were_put_in(old: Path) -> None:
    """In twenty years too."""
    assert list(verify(old)) == []


def test_all_its_articles_are_held(old: Path) -> None:
    """With their revisions, and what is gone."""
    with Archive.open(old) as archive:
        held = {one.headline: one for one in archive.catalog.articles(Listing())}
        documents = [
            archive.document_at(each.path)
            for one in held.values()
            for each in archive.catalog.revisions(one.id)
        ]
    assert len(documents) == 4
    assert {name: (one.revision, one.kind, one.removed_at is not None) for name, one in held.items()} == {
        "Bridge Shut for Good": (2, "page", False),
        "Ferry": (1, "feed", False),
        "A Tower Leans": (1, "page", True),
    }


def test_its_captures_are_read_again(old: Path) -> None:
    """By whatever the reader is then: it says what was there, and no revision is added."""
    with Archive.open(old, write=True) as archive:
        report = reread_all(archive)
        assert (report.read, report.failures) == (4, [])
        assert sorted(one.revision for one in archive.catalog.articles(Listing())) == [1, 1, 2]


def test_a_round_goes_on_in_it(old: Path) -> None:
    """Nothing is kept twice."""
    paper = Paper(old)
    paper.lists(item(), item("market"))
    paper.says(bridge=page("Bridge Opens Again"), market=page("A Market Moves"))
    paper.round(recheck=True)
    assert sorted(held.headline for held in paper.held()) == [
        "A Market Moves",
        "A Tower Leans",
        "Bridge Opens Again",
        "Ferry",
    ]
    assert list(verify(old)) == []


# ---------------------------------------------------------------- the frame


def test_steps_are_taken_in_order_and_the_number_is_written_after_each(tmp_path: Path) -> None:
    """From each format to the newest."""
    (tmp_path / "onrecord.toml").write_text("# mine\nformat = 1  # as it came\n")
    seen: list[str] = []

    def step(name: str) -> Callable[[Path], None]:
        return lambda root: seen.append(name + (root / "onrecord.toml").read_text().split("=")[1][:2])

    steps = {1: step("one"), 2: step("two")}
    assert migrate(tmp_path, steps=steps, newest=3) == (1, 3)
    assert seen == ["one 1", "two 2"]
    assert (tmp_path / "onrecord.toml").read_text() == "# mine\nformat = 3  # as it came\n"


def test_broken_off_it_goes_on(tmp_path: Path) -> None:
    """A step that failed is taken again, and those before it are not."""
    (tmp_path / "onrecord.toml").write_text("format = 1\n")
    done: list[int] = []

    def fail(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(tmp_path, steps={1: lambda _: done.append(1), 2: fail}, newest=3)
    assert migrate(tmp_path, steps={1: lambda _: done.append(1), 2: lambda _: done.append(2)}, newest=3) == (
        2,
        3,
    )
    assert done == [1, 2]


def test_the_newest_is_left_as_it_is(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Safe to repeat."""
    assert cli.run(["migrate", "--archive", str(old)]) == 0
    assert "nothing was changed" in capsys.readouterr().out


def test_a_newer_format_is_not_touched(tmp_path: Path) -> None:
    """An older program must not write what it does not know."""
    (tmp_path / "onrecord.toml").write_text("format = 9\n")
    with pytest.raises(FormatVersionError):
        migrate(tmp_path)


def test_one_that_is_written_to_is_not_migrated(old: Path) -> None:
    """Not while a round runs."""
    lock = WriterLock(old)
    try:
        with pytest.raises(ArchiveLockedError):
            migrate(old)
    finally:
        lock.release()


def test_what_is_no_archive_is_told_so(tmp_path: Path) -> None:
    """Nor is settings without a number."""
    with pytest.raises(NotAnArchiveError):
        migrate(tmp_path)
    (tmp_path / "onrecord.toml").write_text("[fetch]\n")
    with pytest.raises(ArchiveError, match="format = 1"):
        migrate(tmp_path)


def test_status_tells_what_takes_the_space(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each part, and the whole is their sum."""
    assert cli.run(["status", "--size", "--archive", str(old)]) == 0
    told = capsys.readouterr().out
    assert [
        word
        for word in ("documents", "older revisions", "pictures", "pages", "ledger", "all of it")
        if word not in told
    ] == []
