"""What can't be done is said clearly, with the exit code that the documentation promises, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance import (
    PATIENCE,
    QUICK,
    DemoNewsroom,
    change,
    command,
    demo_newsroom,
    digests,
    environment,
    essence_of,
    run,
)
from onrecord.archive import CONFIG, verify
from onrecord.demo.expected import addresses

#: What each code means: src/onrecord/cli/__init__.py.
WORDS, SETTINGS, FOLDER, DISK, NO_ARTICLE, SOME_FAILED = 2, 3, 4, 6, 8, 9

#: One with pages in an old charset and pictures, one with a full-text feed.
FOLLOWED = addresses()[2:]

#: No file may grow beyond 300 blocks (of 512 bytes, or of 1024): the system refuses the rest, as a full disk does.
LITTLE_ROOM = 'ulimit -f 300; exec "$0" "$@"'


@pytest.fixture(scope="module")
def newsroom() -> Iterator[DemoNewsroom]:
    """Yield the demo's publications."""
    with demo_newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, newsroom: DemoNewsroom) -> Path:
    """Return an archive that follows two publications and has played a round; tests copy it."""
    root = tmp_path_factory.mktemp("refusals") / "news"
    assert run("init", root).code == 0
    change(root / CONFIG, QUICK)
    assert run("add", *FOLLOWED, "--archive", root, environ=newsroom.environ).code == 0
    assert run("update", "--archive", root, environ=newsroom.environ).code == 0
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    """Return a copy of a filled archive."""
    return Path(shutil.copytree(filled, tmp_path / "news"))


def kept(root: Path) -> dict[str, str]:
    """Return the digest of every file that counts."""
    return digests(root, "articles", "pictures", "captures", "ledger")


# ---------------------------------------------------------------- wrong addresses


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("not an address", "this is no address"),
        ("nobody.example", "nobody.example"),
        ("http://www.heronbay.example/nothing-here", "404"),
        ("http://www.songling.example/photo/1021.jpg", "no feed"),
    ],
)
def test_what_cannot_be_followed_is_told_with_its_reason(
    root: Path, newsroom: DemoNewsroom, address: str, words: str
) -> None:
    """A typing slip must not end in silence, nor in the settings."""
    before = (root / CONFIG).read_bytes()
    said = run("add", address, "--archive", root, environ=newsroom.environ)
    assert said.code == SOME_FAILED
    assert (address in said.err, words in said.err) == (True, True), said.err
    assert "Traceback" not in said.err
    assert (root / CONFIG).read_bytes() == before


def test_one_wrong_address_does_not_cost_the_others(root: Path, newsroom: DemoNewsroom) -> None:
    """A list of fifty publications has one that is gone."""
    said = run("add", "nobody.example", addresses()[1], "--archive", root, environ=newsroom.environ)
    assert said.code == SOME_FAILED
    assert addresses()[1] in (root / CONFIG).read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("save", "not an address"), WORDS),
        (("update", "no-such-source"), WORDS),
        (("show", "zzzzzzzzzzzz"), NO_ARTICLE),
        (("show", "http://nobody.example/story"), NO_ARTICLE),
        (("list", "--since", "yesterday"), WORDS),
        (("list", "--nonsense"), WORDS),
    ],
    ids=str,
)
def test_words_that_make_no_sense_are_refused(root: Path, words: tuple[str, ...], code: int) -> None:
    """A script can tell a wrong word from a damaged archive."""
    said = run(*words, "--archive", root)
    assert said.code == code, said.err
    assert said.err
    assert "Traceback" not in said.err


# ---------------------------------------------------------------- folders that are none


@pytest.mark.parametrize("words", ["list", "status", "update", "rebuild", "verify"])
def test_a_folder_that_is_no_archive_is_refused(tmp_path: Path, words: str) -> None:
    """Nothing is made where nothing was asked for."""
    said = run(words, "--archive", tmp_path)
    assert (said.code, "onrecord init" in said.err) == (
        FOLDER,
        words != "verify" or "onrecord init" in said.err,
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_is_not_made_an_archive(tmp_path: Path) -> None:
    """A home folder stays a home folder."""
    (tmp_path / "letter.txt").write_text("Dear A.", "utf-8")
    said = run("init", tmp_path)
    assert (said.code, "letter.txt" in said.err) == (FOLDER, True)
    assert [place.name for place in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_not_made_an_archive(tmp_path: Path) -> None:
    """The message names the place."""
    place = tmp_path / "news"
    place.write_text("not a folder", "utf-8")
    said = run("init", place)
    assert (said.code, str(place) in said.err, "Traceback" in said.err) == (FOLDER, True, False)


@pytest.mark.parametrize("name", ["captures", "articles", "pictures", "ledger", "staging", "index.sqlite"])
def test_a_place_that_cannot_be_written_ends_in_a_clear_message(
    root: Path, newsroom: DemoNewsroom, name: str
) -> None:
    """A mount that is not there, a folder of somebody else's: told once, and nothing is lost."""
    aside = root.with_name("aside")
    if (root / name).exists():
        (root / name).rename(aside)
    if name == "index.sqlite":
        (root / name).mkdir()
    else:
        (root / name).write_text("", "utf-8")
    newsroom.go_to_day(2)  # there are new articles, and revisions of old ones
    try:
        said = run("update", "--recheck", "--archive", root, environ=newsroom.environ)
    finally:
        newsroom.go_to_day(1)
    assert said.code in {FOLDER, DISK, 7}, (said.code, said.err)
    assert "Traceback" not in said.err
    assert name in said.err


# ---------------------------------------------------------------- a full disk


def test_a_full_disk_ends_the_round_and_loses_nothing(
    tmp_path: Path, filled: Path, newsroom: DemoNewsroom
) -> None:
    """Make room, run the command again: it goes on where it stopped."""
    root = tmp_path / "news"
    root.mkdir()
    shutil.copy(filled / CONFIG, root / CONFIG)
    done = subprocess.run(
        ["/bin/sh", "-c", LITTLE_ROOM, *command("update", "--archive", root)],
        capture_output=True,
        env=environment(**newsroom.environ),
        timeout=PATIENCE,
        check=False,
    )
    told = done.stderr.decode()
    assert done.returncode == DISK, told
    assert "Traceback" not in told
    assert "run the command again" in told
    assert run("update", "--archive", root, environ=newsroom.environ).code == 0
    assert list(verify(root)) == []
    assert essence_of(root) == essence_of(filled)


@pytest.fixture
def small_disk(tmp_path: Path, filled: Path) -> Iterator[Path]:
    """Yield the folder of a file system of 400 kB, with settings and no more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    words = [mount or "mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)]
    if mount is None or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system can't be mounted here")
    try:
        shutil.copy(filled / CONFIG, disk / CONFIG)
        yield disk
    finally:
        subprocess.run([shutil.which("umount") or "umount", "--lazy", str(disk)], check=True)


def test_a_disk_without_room_is_told_of(small_disk: Path, newsroom: DemoNewsroom) -> None:
    """The same on a file system that is really full, where the settings leave nothing free."""
    change(small_disk / CONFIG, {"min_free_mib = 500": "min_free_mib = 0"})
    said = run("update", "--archive", small_disk, environ=newsroom.environ)
    assert (said.code, "disk is full" in said.err, "Traceback" in said.err) == (DISK, True, False), said.err


def test_a_disk_that_is_nearly_full_ends_a_round_before_it_begins(
    small_disk: Path, newsroom: DemoNewsroom
) -> None:
    """As the settings are at first: nothing breaks, and what to do is said."""
    said = run("update", "--archive", small_disk, environ=newsroom.environ)
    assert (said.code, "make room, or set" in said.out) == (SOME_FAILED, True), said.err


# ---------------------------------------------------------------- settings


def test_every_mistake_in_the_settings_is_told_with_its_key(root: Path, newsroom: DemoNewsroom) -> None:
    """Correct all of them at once, not one a run."""
    wrong = {
        "page_pause = 0.05": "page_pause = -1\npause = 3",
        'capture = "pictures"': 'capture = "everything"',
        "keep = true": 'keep = "yes"',
        'every = "1h"': 'every = "often"',
    }
    change(root / CONFIG, wrong)
    before = kept(root)
    said = run("update", "--archive", root, environ=newsroom.environ)
    keys = ("fetch.page_pause", "fetch.pause", "archive.capture", "pictures.keep", "schedule.every")
    assert said.code == SETTINGS
    assert [key for key in keys if key not in said.err] == []
    assert (CONFIG in said.err, "Traceback" in said.err, kept(root) == before) == (True, False, True)


def test_settings_that_are_no_toml_are_told_with_their_line(root: Path) -> None:
    """A quotation mark that is missing is found."""
    change(root / CONFIG, {"[fetch]": "[fetch"})
    said = run("list", "--archive", root)
    assert (said.code, "line" in said.err, "Traceback" in said.err) == (SETTINGS, True, False)


# ---------------------------------------------------------------- a newer format


def test_settings_of_a_newer_format_are_left_alone(root: Path) -> None:
    """An older program must not write into what it does not understand."""
    change(root / CONFIG, {"format = 1": "format = 2"})
    before = kept(root)
    said = run("update", "--archive", root)
    assert (said.code, "newer On Record" in said.err, kept(root) == before) == (SETTINGS, True, True)


@pytest.mark.parametrize("name", ["index.sqlite", "state.sqlite"])
def test_a_database_of_a_newer_format_is_left_alone(root: Path, name: str) -> None:
    """It is not "repaired" by an older program."""
    with sqlite3.connect(root / name) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = kept(root)
    said = run("update", "--archive", root)
    assert said.code == FOLDER, said.err
    assert (name in said.err, "newer On Record" in said.err, kept(root) == before) == (True, True, True)


def test_a_ledger_of_a_newer_format_is_left_alone(root: Path) -> None:
    """A line that is not understood may mean anything."""
    [place] = (root / "ledger").iterdir()
    with place.open("ab") as ledger:
        ledger.write(b'{"v":2,"seq":9999}\n')
    before = kept(root)
    said = run("update", "--archive", root)
    assert (said.code, place.name in said.err, "Traceback" in said.err) == (7, True, False), said.err
    assert kept(root) == before
