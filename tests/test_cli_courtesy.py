"""What publishers see of us, told: `status --courtesy`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onrecord import cli
from onrecord.archive import Archive
from onrecord.demo.server import DemoServer, running


@dataclass(frozen=True)
class Courier:
    """An archive that follows the Heron Bay Courier, and the server that answers for it."""

    root: Path
    server: DemoServer


@pytest.fixture(scope="module")
def courier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    """Yield an archive after two rounds; commands run in it."""
    root = tmp_path_factory.mktemp("courtesy") / "news"
    with pytest.MonkeyPatch.context() as patch, running() as server:
        for name in ("no_proxy", "NO_PROXY"):
            patch.delenv(name, raising=False)
        for name in ("http_proxy", "https_proxy"):
            patch.setenv(name, server.proxy_url)
        patch.setenv("ONRECORD_ARCHIVE", str(root))
        assert cli.run(["init", str(root)]) == 0
        settings = root / "onrecord.toml"
        quick = re.sub(r"(?m)^(\w+_pause) = .*$", r"\1 = 0.01", settings.read_text())
        settings.write_text(quick.replace("[fetch]", "[fetch]\nretries = 0"))
        for words in (["add", "heronbay.example"], ["update"], ["update"]):
            assert cli.run(words) == 0
        yield Courier(root, server)


@pytest.fixture
def news(courier: Courier, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the archive, with nothing printed yet."""
    capsys.readouterr()
    return courier.root


def asked(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what each host was asked."""
    assert cli.run(["status", "--courtesy", "--json"]) == 0
    return {one["host"]: one for one in json.loads(capsys.readouterr().out)}


def test_each_request_is_counted(news: Path, courier: Courier, capsys: pytest.CaptureFixture[str]) -> None:
    """Adding, rounds, pictures and robots.txt: a publisher's log shows the same number."""
    assert news.exists()
    assert sum(one["requests"] for one in asked(capsys).values()) == len(courier.server.log)


@pytest.mark.parametrize("figure", ["bytes", "not_modified", "disallowed", "allowed", "failures"])
def test_what_hosts_answered_is_counted(news: Path, figure: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What costs a publisher nothing, and what robots.txt forbids, are told apart."""
    assert news.exists()
    assert asked(capsys)["www.heronbay.example"][figure] > 0


def test_figures_add_up_over_rounds(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are of the archive, not of its last round."""
    before = asked(capsys)["www.heronbay.example"]["requests"]
    assert cli.run(["update"]) == 0
    capsys.readouterr()
    assert asked(capsys)["www.heronbay.example"]["requests"] > before
    assert news.exists()


def test_the_table_ends_with_all_of_them(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line to quote when a publisher asks."""
    assert cli.run(["status", "--courtesy"]) == 0
    total = re.search(r"^all +(\d+)", capsys.readouterr().out, re.MULTILINE)
    with Archive.open(news) as archive:
        assert total
        assert int(total[1]) == sum(figures["requests"] for *_, figures in archive.state.asked())


def test_one_question_at_a_time(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two tables on one page answer neither."""
    assert cli.run(["status", "--courtesy", "--gaps", "--archive", str(news)]) == 2
    assert "ask one at a time" in capsys.readouterr().err
