"""The benchmark's own arithmetic: what it tells of a round is what was spent."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from onrecord.demo.server import DemoServer

HERE = Path(__file__).parents[1] / "benchmarks"


def load(name: str) -> ModuleType:
    """Return a script of benchmarks/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


bench, floor = load("round"), load("floor")

BURN = "import time\nwhile time.process_time() < 0.2: pass"
PLACE = ("/x/src/onrecord/extract/body.py", 7, "choose")


def spent(*, cpu: float, peak_memory: int = 90_000_000) -> object:
    """Return what a process took."""
    return bench.Spent(wall=2 * cpu, cpu=cpu, peak_memory=peak_memory)


def figures(*, articles: int = 100, round_cpu: float = 4.0, peak_memory: int = 150_000_000) -> object:
    """Return figures with a floor of one second."""
    return bench.Figures(
        sources=3,
        articles=articles,
        pictures=200,
        answers=400,
        body_bytes=2_500_000,
        rounds=1,
        round=spent(cpu=round_cpu, peak_memory=peak_memory),
        floor=spent(cpu=1.0),
    )


# ---------------------------------------------------------------- a process


def test_the_cpu_of_a_process_is_counted() -> None:
    """A round that works must not look idle."""
    assert 0.2 <= bench.measured([sys.executable, "-c", BURN]).cpu < 5


def test_the_cpu_of_its_children_is_counted() -> None:
    """Work that is moved to another process is not saved."""
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"
    assert bench.measured([sys.executable, "-c", script]).cpu >= 0.2


def test_the_memory_of_a_process_is_counted_in_bytes() -> None:
    """The aim is in megabytes; getrusage's unit is the system's."""
    held = bench.measured([sys.executable, "-c", "x = b'x' * 100_000_000"]).peak_memory
    # What a fork has of its parent counts as well, so there is no upper bound to hold it to.
    assert held > 100_000_000


def test_a_process_is_given_its_input_and_its_output_is_returned() -> None:
    """The floor's list of addresses is long; a pipe that nobody empties would hang."""
    script = "import sys; sys.stdout.write(sys.stdin.read())"
    text = "https://paper.example/é\n" * 10_000
    assert bench.measured([sys.executable, "-X", "utf8", "-c", script], given=text).output == text


def test_a_process_that_fails_is_no_measurement() -> None:
    """A round that ended at once would be the fastest."""
    with pytest.raises(RuntimeError, match="ended with 3:\nno disk"):
        bench.measured([sys.executable, "-c", "import sys; sys.stderr.write('no disk'); sys.exit(3)"])


def test_a_round_with_a_failed_source_is_a_measurement() -> None:
    """Some of the recorded publishers fail on purpose: exit code 9."""
    assert bench.measured([sys.executable, "-c", "import sys; sys.exit(9)"]).cpu > 0


def test_the_best_of_several_is_the_least_time_and_the_most_memory() -> None:
    """Other processes add time; only ours adds memory."""
    several = [spent(cpu=3, peak_memory=5), spent(cpu=2, peak_memory=9), spent(cpu=4, peak_memory=7)]
    assert bench.best(several) == bench.Spent(wall=4, cpu=2, peak_memory=9)


# ---------------------------------------------------------------- the floor


def test_the_floor_reads_every_body_to_its_end(demo_server: DemoServer) -> None:
    """A floor that stops at the headers would be too low."""
    urls = ["http://www.heronbay.example/", "http://www.heronbay.example/nothing"]
    counts = asyncio.run(floor.fetch_all(urls, proxy=demo_server.proxy_url))
    sent = sum(row.bytes_sent for row in demo_server.log)
    assert counts == {"answers": 2, "bytes": sent, "lost": 0}


def test_the_floor_asks_one_thing_at_a_time_of_each_host(demo_server: DemoServer) -> None:
    """It must pay for the same connections as a polite round."""
    urls = [f"http://www.heronbay.example/?n={number}" for number in range(5)]
    asyncio.run(floor.fetch_all(urls, proxy=demo_server.proxy_url))
    assert [(row.url, row.in_flight) for row in demo_server.log] == [(url, 1) for url in urls]


def test_a_request_that_fails_does_not_end_the_floor() -> None:
    """A publisher that cuts off is one of the seventy-two."""
    urls = ["http://a.example/", "http://b.example/"]
    counts = asyncio.run(floor.fetch_all(urls, proxy="http://127.0.0.1:1"))
    assert counts == {"answers": 0, "bytes": 0, "lost": 2}


def test_addresses_keep_their_order_within_a_host() -> None:
    """robots.txt comes first, a second try after the first."""
    urls = ["https://a.example/1", "https://b.example/1", "https://a.example/2", "https://a.example/1"]
    assert floor.by_host(urls) == [
        ["https://a.example/1", "https://a.example/2", "https://a.example/1"],
        ["https://b.example/1"],
    ]


# ---------------------------------------------------------------- what is told


def test_the_table_gives_cpu_above_the_floor_for_each_article_and_picture() -> None:
    """(4 s - 1 s) / 100 articles is 30 ms, / 200 pictures 15 ms."""
    [row] = [line for line in bench.table(figures()).splitlines() if line.startswith("above the floor")]
    assert " ".join(row.split()) == "above the floor 6.0 s 3.00 s 30.0 ms 15.0 ms 60 MB"


@pytest.mark.parametrize(
    ("round_cpu", "peak_memory", "told"),
    [
        (3.9, 150_000_000, "CPU: met; memory: met."),
        (4.1, 150_000_000, "CPU: not met; memory: met."),
        (3.9, 200_000_000, "CPU: met; memory: not met."),
    ],
)
def test_the_aim_is_judged(round_cpu: float, peak_memory: int, told: str) -> None:
    """Who changes the reader sees in one line whether the aim still stands."""
    assert bench.table(figures(round_cpu=round_cpu, peak_memory=peak_memory)).endswith(told)


def test_a_round_that_kept_nothing_meets_no_aim() -> None:
    """Nothing for nothing is no result."""
    assert "no article was kept" in bench.table(figures(articles=0))


def test_a_profile_counts_a_built_in_where_it_is_called() -> None:
    """`re.sub` took no time of its own: somebody called it."""
    stats = {
        PLACE: (1, 1, 0.5, 2.0, {}),
        ("~", 0, "<method 'sub' of 're.Pattern' objects>"): (9, 9, 1.5, 1.5, {PLACE: (9, 9, 1.5, 1.5)}),
    }
    assert "    2.00 s  onrecord.extract" in bench.profile_table(stats).splitlines()


@pytest.mark.parametrize(
    "name",
    [
        "<method 'poll' of 'select.epoll' objects>",
        "<built-in method posix.fsync>",
        "<method 'acquire' of '_thread.lock' objects>",
    ],
)
def test_a_profile_leaves_waiting_out(name: str) -> None:
    """The network's time, or the disk's, is not the reader's."""
    waiting = ("~", 0, name)
    work = ("~", 0, "<built-in method zlib.crc32>")
    told = bench.profile_table({waiting: (1, 1, 30.0, 30.0, {}), work: (1, 1, 0.5, 0.5, {})})
    own = told.partition("By room")[0]
    assert ("30.00" in own, "0.50" in own) == (False, True)


def test_without_the_recorded_publishers_it_says_so_and_ends_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Most who clone the project have no recorded publishers."""
    monkeypatch.setattr(bench, "NEWSROOM", tmp_path / "newsroom.py")
    code = bench.main([])
    assert (code, capsys.readouterr().out.count("\n")) == (0, 1)
