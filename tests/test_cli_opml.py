"""`opml import` and `opml export`: from another reader and back, with nobody asked."""

from __future__ import annotations

import io
import json
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from onrecord import cli, config
from onrecord.feeds import opml
from onrecord.feeds.opml import OpmlFeed

COURIER = OpmlFeed(
    "https://courier.example/feed?a=1&b=2", "The Courier", "https://courier.example/", ("News", "Bay")
)
WIRE = OpmlFeed("https://wire.example/rss.xml", "Wire <& co>")


@pytest.fixture
def archive(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a fresh archive that commands run in; no socket can be opened."""
    monkeypatch.delenv("ONRECORD_ARCHIVE", raising=False)
    assert cli.run(["init", str(tmp_path / "news")]) == 0
    capsys.readouterr()
    monkeypatch.chdir(tmp_path / "news")

    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("a server was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tmp_path / "news"


def listed(archive: Path, *feeds: OpmlFeed) -> str:
    """Write a list of *feeds*; return its name."""
    (archive / "list.opml").write_text(opml.render(feeds, title="Mine"), "utf-8")
    return "list.opml"


def sources(archive: Path) -> tuple[config.SourceConfig, ...]:
    """Return what is followed."""
    return config.parse((archive / "onrecord.toml").read_text("utf-8"), "onrecord.toml").sources


def test_each_feed_of_a_list_becomes_a_source(archive: Path) -> None:
    """A person comes from another reader with all that they read, and nobody is asked for it."""
    assert cli.run(["opml", "import", listed(archive, WIRE, COURIER)]) == 0
    assert [(one.id, one.title, one.home, one.feeds, one.folder) for one in sources(archive)] == [
        ("wire.example", WIRE.title, None, (WIRE.url,), ()),
        ("courier.example", COURIER.title, COURIER.home_url, (COURIER.url,), COURIER.folder),
    ]


def test_a_list_on_standard_input_is_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists come out of other programs."""
    body = opml.render([COURIER], title="Mine").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
    assert cli.run(["opml", "import", "-"]) == 0
    assert [one.feeds for one in sources(archive)] == [(COURIER.url,)]


def test_what_is_followed_already_stays_as_it_is(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A list is imported every month, and a source was renamed by hand since."""
    assert cli.run(["opml", "import", listed(archive, COURIER)]) == 0
    settings = archive / "onrecord.toml"
    settings.write_text(settings.read_text("utf-8").replace("The Courier", "My Courier"), "utf-8")
    before = settings.read_bytes()
    twin = OpmlFeed("http://www.courier.example/feed?a=1&b=2", "The Courier")
    capsys.readouterr()
    assert cli.run(["opml", "import", listed(archive, COURIER, twin), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert ([one["source"] for one in told["followed"]], told["new"]) == (["courier.example"] * 2, [])
    assert settings.read_bytes() == before


def test_two_feeds_of_one_site_are_two_sources(archive: Path) -> None:
    """Sections are read, shown and paused each by itself."""
    feeds = [
        OpmlFeed(f"https://courier.example/{part}/rss.xml", None, "https://courier.example/") for part in "ab"
    ]
    assert cli.run(["opml", "import", listed(archive, *feeds)]) == 0
    assert [one.id for one in sources(archive)] == ["courier.example", "courier.example-b-rss-xml"]


def test_what_is_written_out_comes_in_again(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is locked in."""
    assert cli.run(["opml", "import", listed(archive, COURIER, WIRE)]) == 0
    assert cli.run(["opml", "export", "out.opml"]) == 0
    assert set(opml.parse((archive / "out.opml").read_bytes()).outlines) == {COURIER, WIRE}
    capsys.readouterr()
    assert cli.run(["opml", "export"]) == 0
    assert capsys.readouterr().out == (archive / "out.opml").read_text("utf-8")


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        ("<html></html>", 2, "no OPML list"),
        ("<opml><body/></opml>", 2, "names no feed"),
        ('<opml><outline htmlUrl="https://courier.example/"/></opml>', 9, "`onrecord add` looks for one"),
        (
            '<opml><outline xmlUrl="https://a.example/"/><outline xmlUrl="x"/></opml>',
            9,
            "no address of a feed",
        ),
    ],
)
def test_what_is_not_followed_is_told(
    archive: Path, capsys: pytest.CaptureFixture[str], body: str, code: int, told: str
) -> None:
    """A feed that was left behind in silence is missed a year later."""
    (archive / "list.opml").write_text(body, "utf-8")
    assert cli.run(["opml", "import", "list.opml"]) == code
    assert told in capsys.readouterr().err


def test_a_source_without_a_feed_is_told_when_lists_are_written(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """OPML has no place for a front page."""
    settings = archive / "onrecord.toml"
    table = '\n[sources."paper.example"]\nhome = "https://paper.example/"\nfront_page = true\n'
    settings.write_text(settings.read_text("utf-8") + table, "utf-8")
    assert cli.run(["opml", "export", "out.opml"]) == 0
    assert "paper.example: left out" in capsys.readouterr().err


def test_a_missing_list_is_named(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first mistake is a mistyped name."""
    assert archive.is_dir()
    assert cli.run(["opml", "import", "missing.opml"]) == 2
    assert "missing.opml" in capsys.readouterr().err
