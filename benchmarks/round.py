"""What a first round costs: `onrecord update` over the recorded publishers, beside the floor.

    python benchmarks/round.py                      # or: make bench
    python benchmarks/round.py --rounds 3           # the best of three
    python benchmarks/round.py --without-pictures   # what the words alone cost
    python benchmarks/round.py --profile            # where the time goes

The recorded publishers are in ../shared/newsroom, beside the repository; without them there is nothing to
measure. README.md says what the figures mean. Standard library only: a heavy parent would count in the
peak memory of its children, which begin as its copies.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

HERE = Path(__file__).resolve().parent
NEWSROOM = HERE.parents[1] / "shared" / "newsroom" / "newsroom.py"

#: The aim for a first round: CPU for each article above the floor, and peak memory.
AIM_SECONDS = 0.030
AIM_BYTES = 200_000_000

#: Exit codes of a command that did its work: done, and done but for some source.
DONE = frozenset({0, 9})

MEGABYTE = 1_000_000

# ---------------------------------------------------------------- measuring a process


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a process took, those that it started and waited for included."""

    wall: float  #: seconds
    cpu: float  #: seconds, user and system
    peak_memory: int  #: bytes, resident, of the largest process
    output: str = ""


def measured(command: Sequence[str], *, env: Mapping[str, str] | None = None, given: str = "") -> Spent:
    """Run *command* with *given* on its standard input; return what it took and what it printed.

    Raises:
        RuntimeError: It failed; the message ends with what it said.
    """
    with (
        tempfile.TemporaryFile() as fed,
        tempfile.TemporaryFile() as printed,
        tempfile.TemporaryFile() as said,
    ):
        fed.write(given.encode())
        fed.seek(0)
        began = time.monotonic()
        with subprocess.Popen(command, env=env, stdin=fed, stdout=printed, stderr=said) as process:
            # wait4 alone tells what this one child took: RUSAGE_CHILDREN adds up all that ever ran.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        if process.returncode not in DONE:
            said.seek(0)
            words = said.read().decode("utf-8", "replace")[-2000:]
            raise RuntimeError(f"{' '.join(command)[:200]} ended with {process.returncode}:\n{words}")
        printed.seek(0)
        return Spent(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            # getrusage(2): kilobytes on Linux, bytes on macOS.
            peak_memory=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            output=printed.read().decode("utf-8", "replace"),
        )


def best(several: Sequence[Spent]) -> Spent:
    """Return the least time of *several*, and the most memory: noise adds to both."""
    return Spent(
        wall=min(one.wall for one in several),
        cpu=min(one.cpu for one in several),
        peak_memory=max(one.peak_memory for one in several),
    )


# ---------------------------------------------------------------- the publishers


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A running newsroom, on its first day."""

    proxy: str
    ca_file: Path

    def log(self) -> list[dict[str, Any]]:
        """Return what it was asked so far, a row for each request."""
        with urllib.request.urlopen(f"{self.proxy}/__newsroom__/log") as answer:
            return [json.loads(line) for line in answer]

    def environ(self) -> dict[str, str]:
        """Return our environment with this newsroom for the web, whatever proxy stood there before."""
        ours = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return ours | {
            "HTTP_PROXY": self.proxy,
            "HTTPS_PROXY": self.proxy,
            "SSL_CERT_FILE": str(self.ca_file),
        }


@contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """Run a fresh newsroom on a free port: what its publishers count begins at nothing."""
    own = Path(tempfile.mkdtemp(dir=folder))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, str(NEWSROOM), "serve", "--port", str(port), "--ca", str(own / "ca.pem")],
        env=os.environ | {"TMPDIR": str(own)},  # where it makes its certificates
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            # It says one line, when it listens.
            if not (process.stdout and process.stdout.readline()):
                raise RuntimeError("the newsroom does not open; `openssl` makes its certificates")
            yield Newsroom(f"http://127.0.0.1:{port}", own / "ca.pem")
        finally:
            process.terminate()


def publishers() -> list[str]:
    """Return what a person would type to follow each: the front page, or the feed of one that has no front page."""
    hosts = json.loads((NEWSROOM.parent / "sites" / "hosts.json").read_text("utf-8"))
    answered = (NEWSROOM.parent / "sites" / "index.jsonl").read_text("utf-8").splitlines()
    known = {json.loads(line)["url"] for line in answered}
    fronts = {host: f"https://{host}/" for host in hosts}
    return [front if front in known else hosts[host]["feed"] for host, front in fronts.items()]


# ---------------------------------------------------------------- the round and the floor


def onrecord(*words: str) -> list[str]:
    """Return the command line of an `onrecord` command, run by this interpreter."""
    return [sys.executable, "-m", "onrecord", *words]


def make_archive(folder: Path, *, with_pictures: bool) -> Path:
    """Return an archive that follows all publishers, before its first round."""
    archive = folder / "news"
    measured(onrecord("init", str(archive)))
    with newsroom(folder) as web:
        measured(onrecord("add", "--archive", str(archive), *publishers()), env=web.environ())
    settings = archive / "onrecord.toml"
    text = settings.read_text("utf-8")
    for key, value in {"page_pause": "0", "picture_pause": "0", "keep": str(with_pictures).lower()}.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text)
        if count != 1:
            raise RuntimeError(f"{key} does not stand in the settings that `onrecord init` writes")
    settings.write_text(text, "utf-8")
    return archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the table is made of."""

    sources: int
    articles: int
    pictures: int
    answers: int
    body_bytes: int  #: as sent
    rounds: int
    round: Spent
    floor: Spent


def measure_round(archive: Path, folder: Path) -> tuple[Spent, list[dict[str, Any]]]:
    """Run a first round over a copy of *archive*; return what it took, and the newsroom's log of it."""
    copy = Path(tempfile.mkdtemp(dir=folder)) / "news"
    shutil.copytree(archive, copy)
    with newsroom(folder) as web:
        spent = measured(onrecord("update", "--archive", str(copy), "--json"), env=web.environ())
        log = web.log()
    shutil.rmtree(copy)
    return spent, log


def measure_floor(urls: Sequence[str], folder: Path) -> Spent:
    """Ask for *urls* and throw the answers away."""
    with newsroom(folder) as web:
        command = [sys.executable, str(HERE / "floor.py"), web.proxy, str(web.ca_file)]
        return measured(command, given="\n".join(urls))


def measure(rounds: int, folder: Path, *, with_pictures: bool) -> Figures:
    """Measure round and floor *rounds* times, in turns."""
    archive = make_archive(folder, with_pictures=with_pictures)
    above, below = [], []
    log: list[dict[str, Any]] = []
    for _ in range(rounds):
        spent, log = measure_round(archive, folder)
        above.append(spent)
        below.append(measure_floor([row["url"] for row in log], folder))
    counts = json.loads(above[-1].output)["counts"]
    return Figures(
        sources=counts.get("source-done", 0),
        articles=counts.get("new", 0),
        pictures=counts.get("picture", 0),
        answers=len(log),
        body_bytes=sum(row["bytes"] for row in log),
        rounds=rounds,
        round=best(above),
        floor=best(below),
    )


# ---------------------------------------------------------------- the table


def table(figures: Figures) -> str:
    """Return the figures as a person reads them."""
    above = figures.round.cpu - figures.floor.cpu
    kept = f"{figures.articles} articles, {figures.pictures} pictures"
    asked = f"{figures.answers} answers of {figures.body_bytes / MEGABYTE:.1f} MB"
    lines = [
        f"A first round of {figures.sources} publishers: {kept}; {asked}.",
        "No pauses: page_pause and picture_pause are 0. The publishers' own delays stand."
        + (f" Best of {figures.rounds}." if figures.rounds > 1 else ""),
        "",
        f"{'':16}{'wall':>9}{'CPU':>9}{'per article':>14}{'per picture':>14}{'peak memory':>14}",
    ]
    for name, spent in (("round", figures.round), ("floor", figures.floor)):
        shares = _share(spent.cpu, figures.articles) + _share(spent.cpu, figures.pictures)
        memory = f"{spent.peak_memory / MEGABYTE:.0f} MB"
        lines.append(f"{name:16}{spent.wall:7.1f} s{spent.cpu:7.2f} s{shares}{memory:>14}")
    shares = _share(above, figures.articles) + _share(above, figures.pictures)
    more = f"{(figures.round.peak_memory - figures.floor.peak_memory) / MEGABYTE:.0f} MB"
    lines += [
        f"{'above the floor':16}{figures.round.wall - figures.floor.wall:7.1f} s{above:7.2f} s{shares}{more:>14}",
        "",
        _verdict(figures),
    ]
    return "\n".join(lines)


def _share(seconds: float, count: int) -> str:
    return f"{seconds / count * 1000:11.1f} ms" if count else f"{'-':>14}"


def _verdict(figures: Figures) -> str:
    aim = f"under {AIM_SECONDS * 1000:.0f} ms of CPU an article above the floor, under {AIM_BYTES / MEGABYTE:.0f} MB"
    if not figures.articles:
        return f"The aim is {aim}; no article was kept, so this says nothing."
    each = (figures.round.cpu - figures.floor.cpu) / figures.articles
    met = {"CPU": each < AIM_SECONDS, "memory": figures.round.peak_memory < AIM_BYTES}
    words = "; ".join(f"{what}: {'met' if is_met else 'not met'}" for what, is_met in met.items())
    return f"The aim is {aim}. {words}."


# ---------------------------------------------------------------- the profile

#: Calls that wait for a network, a disk, a lock or another thread: the profiler's clock runs, the processor does not.
WAITING = re.compile(
    r"posix\.fsync|select\.epoll|select\.kqueue|acquire' of '_thread|_queue\.SimpleQueue|'join' of '_thread"
)

_Place = tuple[str, int, str]  # pstats: file, line, name; built-ins have the file "~"


def profile_into(path: str, words: Sequence[str]) -> int:
    """Run an `onrecord` command here under cProfile, all threads; write what it saw to *path*."""
    from onrecord import cli  # noqa: PLC0415  only this child needs it, and its parent stays small

    profiles = [cProfile.Profile()]

    def join(_frame: FrameType, _event: str, _arg: object) -> None:
        # The first thing that a new thread calls; its own profiler takes this one's place.
        profiles.append(cProfile.Profile())
        profiles[-1].enable()

    if sys.version_info < (3, 12):  # from 3.12 on, one profiler sees all threads
        threading.setprofile(join)
    code = profiles[0].runcall(cli.run, list(words))
    stats = pstats.Stats(profiles[0])
    for one in profiles[1:]:
        stats.add(one)
    stats.dump_stats(path)
    return code


def profile(folder: Path, *, with_pictures: bool) -> str:
    """Return where the time of a first round goes."""
    archive = make_archive(folder, with_pictures=with_pictures)
    saved = folder / "round.prof"
    words = ["update", "--archive", str(archive), "--json"]
    with newsroom(folder) as web:
        measured([sys.executable, __file__, "--into", str(saved), "--", *words], env=web.environ())
    return profile_table(pstats.Stats(str(saved)).stats)  # type: ignore[attr-defined]


def profile_table(stats: Mapping[_Place, tuple[Any, ...]], *, top: int = 25) -> str:
    """Return the *top* functions by own time, and the time by room with the built-ins that it calls."""
    rows = [(own, calls, place) for place, (_, calls, own, *_) in stats.items() if not _waits(place)]
    lines = [
        "Own time, by function (cProfile doubles it, small functions suffer most; waiting is left out)",
        "",
    ]
    lines += [
        f"{own:8.2f} s{calls:10}  {_named(place)}" for own, calls, place in sorted(rows, reverse=True)[:top]
    ]
    rooms: defaultdict[str, float] = defaultdict(float)
    for place, (_, _, own, _, callers) in stats.items():
        if _waits(place):
            continue
        if place[0] == "~" and callers:
            for caller, (_, _, share, _) in callers.items():
                rooms[_room(caller[0])] += share
        else:
            rooms[_room(place[0])] += own
    lines += ["", "By room, each with the built-ins that it calls", ""]
    lines += [
        f"{seconds:8.2f} s  {room}"
        for room, seconds in sorted(rooms.items(), key=lambda item: -item[1])[:top]
    ]
    synced = sum(own for (_, _, name), (_, _, own, *_) in stats.items() if "posix.fsync" in name)
    lines += ["", f"Waited for the disk (fsync): {synced:.2f} s"]
    return "\n".join(lines)


def _waits(place: _Place) -> bool:
    return place[0] == "~" and WAITING.search(place[2]) is not None


def _named(place: _Place) -> str:
    file, line, name = place
    return name if file == "~" else f"{_short(file)}:{line} {name}"


def _short(file: str) -> str:
    """Return a file's path from its package on."""
    return re.sub(r".*/(?:site-packages|src|python3\.\d+)/", "", file)


def _room(file: str) -> str:
    """Return whose code a file is: a room of ours ("onrecord.extract"), a library, a standard module."""
    parts = _short(file).removesuffix(".py").split("/")
    return ".".join(parts[:2] if parts[0] == "onrecord" else parts[:1])


# ---------------------------------------------------------------- the command


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="What a first round costs beside fetching alone.")
    parser.add_argument(
        "--rounds", type=int, default=1, metavar="N", help="repeat; tell the best (default 1)"
    )
    parser.add_argument("--without-pictures", action="store_true", help="keep no pictures")
    parser.add_argument("--profile", action="store_true", help="tell where the time goes, by cProfile")
    parser.add_argument("--into", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.into:
        return profile_into(options.into, options.command)
    if not NEWSROOM.exists():
        print("The recorded publishers are not here (../shared/newsroom), so there is nothing to measure.")
        return 0
    with_pictures = not options.without_pictures
    with tempfile.TemporaryDirectory(prefix="onrecord-bench-") as folder:
        try:
            if options.profile:
                print(profile(Path(folder), with_pictures=with_pictures))
            else:
                print(table(measure(max(1, options.rounds), Path(folder), with_pictures=with_pictures)))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
