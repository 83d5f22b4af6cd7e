"""The legacy folder: what changed is written, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from onrecord.errors import StorageError
from onrecord.model import SourceId
from onrecord.publish.legacy import (
    LegacyPicture,
    LegacyPictures,
    LegacyRow,
    LegacySettings,
    export,
)

PROXY = "https://images.weserv.nl/?url=paper.example/a.jpg"
SETTINGS = LegacySettings(title="抓取新闻媒体文章")


def row(number: int, words: str = "桥", source: str = "paper.example", **fields: object) -> LegacyRow:
    """An article to export."""
    whole: dict[str, object] = {
        "source": SourceId(source),
        "source_title": "晚报",
        "number": number,
        "published_ms": 1715915221000,
        "title": words,
        "url": f"https://{source}/{number}",
        "text": f"<!--1715915221000-->\n[{words}](https://{source}/{number})\n------\n\n<p>{words}</p>\n",
    }
    return LegacyRow(**(whole | fields))  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, str]:
    """Every file of the folder, with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_is_the_lineages(tmp_path: Path) -> None:
    """Readers and programs that know such folders find everything where it was."""
    report = export([row(1, "旧"), row(2, "新")], tmp_path, settings=SETTINGS)
    assert (report.new, report.edited, report.unchanged) == (2, 0, 0)
    assert contents(tmp_path) == {
        "README.md": "抓取新闻媒体文章\n------\n\n[晚报](lists/paper.example.md)\n",
        "articles/paper.example/1048574.md": row(1, "旧").text,
        "articles/paper.example/1048573.md": row(2, "新").text,
        "lists/paper.example.md": "晚报\n------\n\n"
        "5-17 [新](/articles/paper.example/1048573.md)\n\n"
        "5-17 [旧](/articles/paper.example/1048574.md)\n\n",
    }


def test_an_unchanged_folder_is_not_written_to(tmp_path: Path) -> None:
    """A mirror copies what has a new time: an hourly export must not touch a hundred thousand files."""
    export([row(1), row(2)], tmp_path, settings=SETTINGS)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    report = export([row(1), row(2)], tmp_path, settings=SETTINGS)
    assert report.unchanged == 2
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_an_edited_article_is_written_again(tmp_path: Path) -> None:
    """The lineage wrote each article once, and lost every edit."""
    export([row(1)], tmp_path, settings=SETTINGS)
    report = export([row(1, "桥已重开")], tmp_path, settings=SETTINGS)
    assert report.message == "1 edited: 桥已重开"
    assert (tmp_path / "articles/paper.example/1048574.md").read_text("utf-8") == row(1, "桥已重开").text


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """The folder may be somebody's site: their files, and their README, stay."""
    theirs = {"CNAME": "news.example", "README.md": "My mirror", "articles/paper.example/note.txt": "x"}
    for name, text in theirs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = export([row(1)], tmp_path, settings=SETTINGS)
    assert report.kept_readme
    assert contents(tmp_path).items() >= theirs.items()


def test_a_list_page_names_the_newest_alone(tmp_path: Path) -> None:
    """It is read on a telephone, over a bad line; articles come in any order."""
    settings = replace(SETTINGS, list_length=2)
    export([row(3, "c"), row(1, "a"), row(2, "b")], tmp_path, settings=settings)
    lines = (tmp_path / "lists/paper.example.md").read_text("utf-8").split()
    assert [word[1:].partition("]")[0] for word in lines if word.startswith("[")] == ["c", "b"]


@pytest.mark.parametrize(
    ("pictures", "src"),
    [
        (LegacyPictures.PROXY, PROXY),
        (LegacyPictures.PUBLISHER, "https://paper.example/a.jpg"),
        (LegacyPictures.KEPT, "../../pictures/3f/9a/3f9a.jpg"),
    ],
)
def test_pictures_point_where_the_settings_say(tmp_path: Path, pictures: LegacyPictures, src: str) -> None:
    """The lineage's proxy is blocked by publishers; a copy of our own is not."""
    kept = tmp_path / "kept.jpg"
    kept.write_bytes(b"picture")
    picture = LegacyPicture(("https://paper.example/a.jpg",), "pictures/3f/9a/3f9a.jpg", kept)
    shown = row(1, text=f'<!--1-->\n[a](b)\n------\n\n<img src="{PROXY}">\n', pictures=(picture,))
    export([shown], tmp_path / "out", settings=replace(SETTINGS, pictures=pictures))
    written = (tmp_path / "out/articles/paper.example/1048574.md").read_text("utf-8")
    assert written == shown.text.replace(PROXY, src)
    assert (tmp_path / "out/pictures").exists() == (pictures is LegacyPictures.KEPT)


def test_a_kept_picture_that_is_lost_is_reported(tmp_path: Path) -> None:
    """A hole in the archive is told, and stops nothing."""
    picture = LegacyPicture(("https://paper.example/a.jpg",), "pictures/3f/9a/3f9a.jpg", tmp_path / "none")
    settings = replace(SETTINGS, pictures=LegacyPictures.KEPT)
    report = export([row(1, pictures=(picture,))], tmp_path / "out", settings=settings)
    assert report.missing_pictures == ["pictures/3f/9a/3f9a.jpg"]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    """The person must know which folder, and why."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(StorageError, match="out"):
        export([row(1)], tmp_path / "out", settings=SETTINGS)


def test_the_message_says_what_came(tmp_path: Path) -> None:
    """The folder's history is read by people."""
    export([row(1)], tmp_path, settings=SETTINGS)
    report = export([row(1, "桥 已\n重开"), row(2, "b"), row(3, "c")], tmp_path, settings=SETTINGS)
    assert report.message == "2 new, 1 edited: 桥 已 重开…\n\n桥 已 重开\nb\nc"
