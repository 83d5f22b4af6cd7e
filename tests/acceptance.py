"""What the acceptance tests share: newsrooms to follow, the command line in a process of its own, what was asked.

A newsroom is a proxy on loopback that answers for publishers: the recorded one in ../shared, or the demo's.
Both keep a log of what was asked, and both go from day to day when they are told to.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from onrecord.archive import CONFIG, Archive
from onrecord.demo.server import DemoServer
from onrecord.demo.server import running as demo_running
from onrecord.model import Document
from onrecord.render import document as documents
from onrecord.store import HeldArticle, Listing
from onrecord.urls import lookup_key

SHARED = Path(__file__).parents[2] / "shared"
SITES = SHARED / "newsroom" / "sites"
IS_SHARED = SITES.is_dir()

#: What both newsrooms say in Retry-After, in seconds.
RETRY_AFTER = 1.0
#: Clocks are read on both sides of a socket: what is this much too early was not too early.
SLACK = 0.02
#: A command that has not ended by now never will.
PATIENCE = 300.0

QUICK = {"page_pause = 1.0": "page_pause = 0.05", "picture_pause = 0.2": "picture_pause = 0.02"}
BRISK = {"page_pause = 1.0": "page_pause = 0.2", "picture_pause = 0.2": "picture_pause = 0.05"}

#: What an archive is without what can be made again, and without what no article hangs on.
TRUTH = ("articles", "pictures", "captures", "ledger", CONFIG)


# ---------------------------------------------------------------- newsrooms


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that a newsroom answered. Times in seconds since the epoch."""

    begin: float
    end: float
    url: str
    status: int
    is_conditional: bool
    in_flight: int  #: requests to this host that were then under way, this one included

    @property
    def host(self) -> str:
        """The host that was asked."""
        return urlsplit(self.url).hostname or ""


class Newsroom(Protocol):
    """A newsroom that is running."""

    @property
    def environ(self) -> dict[str, str]:
        """The variables that bring a client to it."""

    def go_to_day(self, day: int) -> None:
        """Let time pass."""

    def log(self) -> list[Asked]:
        """Return what was asked so far."""


class DemoNewsroom:
    """The demo's publications."""

    def __init__(self, server: DemoServer) -> None:
        self._server = server
        self.environ = {"HTTP_PROXY": server.proxy_url, "HTTPS_PROXY": server.proxy_url}

    def go_to_day(self, day: int) -> None:
        """Let time pass."""
        self._server.day = day

    def log(self) -> list[Asked]:
        """Return what was asked so far."""
        return [
            Asked(row.begin, row.end, row.url, row.status, row.is_conditional, row.in_flight)
            for row in list(self._server.log)
        ]


class RecordedNewsroom:
    """The recorded publishers in ../shared."""

    def __init__(self, port: int, ca_file: Path) -> None:
        self._control = f"http://127.0.0.1:{port}/__newsroom__"
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
        proxy = f"http://127.0.0.1:{port}"
        self.environ = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "SSL_CERT_FILE": str(ca_file)}

    def go_to_day(self, day: int) -> None:
        """Let time pass."""
        self._open(f"{self._control}/day/{day}", data=b"").close()

    def log(self) -> list[Asked]:
        """Return what was asked so far."""
        with self._open(f"{self._control}/log") as answer:
            rows = [json.loads(line) for line in answer.read().splitlines()]
        return [
            Asked(row["begin"], row["end"], row["url"], row["status"], row["conditional"], row["in_flight"])
            for row in rows
        ]


@contextmanager
def demo_newsroom() -> Iterator[DemoNewsroom]:
    """Run the demo's publications, on their first day."""
    with demo_running() as server:
        yield DemoNewsroom(server)


@contextmanager
def recorded_newsroom(folder: Path) -> Iterator[RecordedNewsroom]:
    """Run the recorded publishers, on their first day; *folder* is for its certificates and its words."""
    port, ca_file = free_port(), folder / "ca.pem"
    program = SHARED / "newsroom" / "newsroom.py"
    words = [sys.executable, str(program), "serve", "--port", str(port), "--ca", str(ca_file)]
    with (folder / "newsroom.log").open("wb") as told:
        process = subprocess.Popen(words, stdout=told, stderr=told)
    try:
        until(lambda: is_listening(port), process)
        yield RecordedNewsroom(port, ca_file)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def is_listening(port: int) -> bool:
    """Does somebody answer on *port*?"""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(happened: Callable[[], bool], process: subprocess.Popen[bytes], *, every: float = 0.02) -> bool:
    """Wait until something has happened, or *process* has ended; return whether it has happened."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if happened():
            return True
        if process.poll() is not None:
            return happened()
        time.sleep(every)  # a subprocess is polled, with a limit
    raise TimeoutError("a process of the test did not do what it was started for")


# ---------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and the code that it ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed with --json."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """Return the variables that a command gets: none of the tester's own that would change what it does."""
    ours = ("ONRECORD_ARCHIVE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE")
    kept = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    return {**kept, "PYTHONUTF8": "1", **more}


def command(*words: str | Path) -> list[str]:
    """Return the words that start a command in a process of its own."""
    return [sys.executable, "-m", "onrecord", *map(str, words)]


def run(*words: str | Path, environ: Mapping[str, str] | None = None, given: str | None = None) -> Said:
    """Run a command in a process of its own."""
    done = subprocess.run(
        command(*words),
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(**(environ or {})),
        timeout=PATIENCE,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


# ---------------------------------------------------------------- rounds


@dataclass(frozen=True, kw_only=True)
class Played:
    """A round: what the command said, what was asked, and what the archive then was."""

    day: int
    said: Said
    asked: tuple[Asked, ...]
    rows: tuple[dict[str, Any], ...]  #: list --json
    status: dict[str, Any]  #: status --json
    files: Mapping[str, str]  #: digest by path, of documents and pictures
    segments: tuple[str, ...]  #: of captures, all that were there

    @property
    def counts(self) -> Counter[str]:
        """What the round says that it brought."""
        return Counter(self.said.json["counts"])

    @cached_property
    def by_key(self) -> dict[str, dict[str, Any]]:
        """The articles, by each of their addresses."""
        return {lookup_key(url): row for row in self.rows for url in (row["url"], *row["aliases"])}

    def find(self, url: str) -> dict[str, Any] | None:
        """Return the article at *url*."""
        return self.by_key.get(lookup_key(url))

    @cached_property
    def reasons(self) -> dict[str, str]:
        """Why an entry was not kept, by its address."""
        return {
            lookup_key(row["url"]): row["reason"]
            for source in self.status["sources"]
            for row in source["not_kept"]
        }

    @cached_property
    def missing_pictures(self) -> dict[str, str]:
        """Why a picture is missing, by its address."""
        return {
            row["url"]: row["reason"]
            for source in self.status["sources"]
            for row in source["pictures_missing"]
        }


@dataclass(kw_only=True)
class Following:
    """An archive that follows a newsroom."""

    root: Path
    newsroom: Newsroom
    rounds: list[Played] = field(default_factory=list)
    added: list[dict[str, Any]] = field(default_factory=list)

    def run(self, *words: str | Path, given: str | None = None) -> Said:
        """Run a command on the archive."""
        return run(*words, "--archive", self.root, environ=self.newsroom.environ, given=given)

    def begin(self, addresses: Iterable[str], *, settings: Mapping[str, str]) -> None:
        """Make the archive, with words of its settings replaced, and name what it follows."""
        assert run("init", self.root).code == 0
        change(self.root / CONFIG, settings)
        said = self.run("add", "-", "--json", given="\n".join(addresses))
        assert said.code == 0, said.err
        self.added = said.json

    def play(self, day: int, *, recheck: bool) -> Played:
        """Play a round on *day*."""
        self.newsroom.go_to_day(day)
        before = len(self.newsroom.log())
        said = self.run("update", "--json", *(["--recheck"] if recheck else []))
        played = Played(
            day=day,
            said=said,
            asked=tuple(self.newsroom.log()[before:]),
            rows=tuple(self.run("list", "--json").json),
            status=self.run("status", "--json").json,
            files=digests(self.root, "articles", "pictures"),
            segments=tuple(segments(self.root)),
        )
        self.rounds.append(played)
        return played


def change(place: Path, replacements: Mapping[str, str]) -> None:
    """Replace words in a file; each must be there."""
    text = place.read_text("utf-8")
    for before, after in replacements.items():
        assert before in text, before
        text = text.replace(before, after)
    place.write_text(text, "utf-8")


def digests(root: Path, *folders: str) -> dict[str, str]:
    """Return the digest of each file in *folders*."""
    places = (place for folder in folders for place in sorted((root / folder).rglob("*")) if place.is_file())
    return {place.relative_to(root).as_posix(): sha256(place.read_bytes()).hexdigest() for place in places}


def segments(root: Path) -> list[str]:
    """Return the paths of the segments of captures."""
    return sorted(place.relative_to(root).as_posix() for place in (root / "captures").rglob("*.warc.gz"))


def only_truth(root: Path, dest: Path) -> Path:
    """Copy what an archive is, without what can be made again; return the copy."""
    dest.mkdir(parents=True)
    for name in TRUTH:
        place = root / name
        if place.is_dir():
            shutil.copytree(place, dest / name)
        elif place.is_file():
            shutil.copy(place, dest / name)
    return dest


# ---------------------------------------------------------------- what was asked


def side_by_side(asked: Iterable[Asked]) -> list[str]:
    """Return the addresses that were asked while another request to their host was under way."""
    return [one.url for one in asked if one.in_flight > 1]


def too_soon(asked: Iterable[Asked]) -> list[str]:
    """Return the addresses that were asked sooner than a Retry-After of their host allowed."""
    return [
        later.url
        for earlier, later in _neighbours(asked)
        if earlier.status in {429, 503} and later.begin - earlier.end < RETRY_AFTER - SLACK
    ]


def smallest_gap(asked: Iterable[Asked], host: str) -> float:
    """Return the smallest pause between two requests to *host*, in seconds."""
    return min(
        (later.begin - earlier.end for earlier, later in _neighbours(asked) if later.host == host),
        default=float("inf"),
    )


def _neighbours(asked: Iterable[Asked]) -> Iterator[tuple[Asked, Asked]]:
    """Yield each request with the one before it to the same host."""
    by_host: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_host[one.host].append(one)
    for rows in by_host.values():
        rows.sort(key=lambda one: one.begin)
        yield from pairwise(rows)


def rechecked(held: Iterable[Mapping[str, Any]], asked: Sequence[Asked]) -> tuple[set[str], set[str]]:
    """Return the ids of the held pages that were asked for with a condition, and of those answered 304."""
    ids = {lookup_key(url): row["id"] for row in held for url in (row["url"], *row["aliases"])}
    hits = [(ids[key], one) for one in asked if one.is_conditional and (key := lookup_key(one.url)) in ids]
    return {each for each, _ in hits}, {each for each, one in hits if one.status == 304}


# ---------------------------------------------------------------- what is held


def documents_of(root: Path) -> dict[str, list[tuple[HeldArticle, Document]]]:
    """Return all revisions of all articles by id, the first one first."""
    with Archive.open(root) as archive:
        return {
            held.id: [(held, archive.document_at(one.path)) for one in archive.catalog.revisions(held.id)]
            for held in archive.catalog.articles(Listing())
        }


def dangling(root: Path) -> list[str]:
    """Return the pictures of documents that have neither a file nor a reason."""
    return [
        f"{document.revision.article.canonical_url}: {picture.url}"
        for revisions in documents_of(root).values()
        for _, document in revisions
        for picture in document.revision.article.pictures
        if (kept := document.pictures.get(picture.url)) is None
        or (not (root / kept.path).is_file() if kept.path else not kept.reason)
    ]


def doubled(root: Path) -> list[str]:
    """Return the picture files whose bytes another file has too."""
    first: dict[str, str] = {}
    return [
        path for path, digest in digests(root, "pictures").items() if first.setdefault(digest, path) != path
    ]


def memory_of(root: Path) -> dict[str, Any]:
    """Return all that the index knows, for a comparison of two archives."""
    with Archive.open(root) as archive:
        catalog = archive.catalog
        return {
            held.id: {
                "held": held,
                "aliases": catalog.aliases(held.id),
                "revisions": catalog.revisions(held.id),
                "pictures": catalog.pictures(held.id),
                "shown": documents.write(archive.document(held)),
            }
            for held in catalog.articles(Listing())
        }


def essence_of(root: Path) -> dict[str, Any]:
    """Return what two archives of the same rounds share: moments, record ids and numbers left aside."""
    with Archive.open(root) as archive:
        catalog = archive.catalog
        return {
            lookup_key(held.url): {
                "addresses": sorted(lookup_key(url) for url in (held.url, *catalog.aliases(held.id))),
                "revisions": [
                    (one.number, one.kind, one.content_digest) for one in catalog.revisions(held.id)
                ],
                "pictures": sorted((url, path) for url, path, _ in catalog.pictures(held.id)),
                "is_removed": held.removed_at is not None,
            }
            for held in catalog.articles(Listing())
        }


# ---------------------------------------------------------------- captures


@dataclass(frozen=True, slots=True)
class Captured:
    """One record's headers, and what a checker said of it."""

    kind: str
    url: str | None
    headers: Mapping[str, str]
    faults: tuple[str, ...]
    content: bytes  #: of a warcinfo record


def captured(root: Path, paths: Iterable[str]) -> list[Captured]:
    """Return all records of segments, their digests checked as `warcio check` does."""
    found: list[Captured] = []
    for path in paths:
        with (root / path).open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests=True):
                content = record.content_stream().read()
                is_wrong = record.digest_checker.passed is False
                found.append(
                    Captured(
                        record.rec_type,
                        record.rec_headers.get_header("WARC-Target-URI"),
                        dict(record.rec_headers.headers),
                        tuple(record.digest_checker.problems) if is_wrong else (),
                        content if record.rec_type == "warcinfo" else b"",
                    )
                )
    return found


# ---------------------------------------------------------------- the recorded publishers


def recorded() -> list[dict[str, Any]]:
    """Return every answer of the recorded newsroom: url, kind, status, the days from and to which it stands."""
    return [json.loads(line) for line in (SITES / "index.jsonl").read_text("utf-8").splitlines()]


def recorded_body(row: Mapping[str, Any]) -> bytes:
    """Return an answer's bytes."""
    return gzip.decompress((SITES / row["file"]).read_bytes())


def stands(row: Mapping[str, Any], day: int) -> bool:
    """Does this answer stand on *day*?"""
    return bool(row.get("from", 1) <= day <= row.get("to", 99))


def forbidden_prefixes() -> list[tuple[str, str]]:
    """Return what the recorded robots.txt forbid, as (host, path prefix): they use no other rules."""
    found = []
    for row in recorded():
        if row["kind"] != "robots":
            continue
        for line in recorded_body(row).decode().splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "disallow" and value.strip():
                found.append((urlsplit(row["url"]).hostname or "", value.strip()))
    return found


def is_forbidden(url: str, prefixes: Iterable[tuple[str, str]]) -> bool:
    """Does one of *prefixes* forbid *url*?"""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return any(parts.hostname == host and path.startswith(prefix) for host, prefix in prefixes)


def article_pages(day: int) -> list[str]:
    """Return the addresses of the article pages that answer on *day* and that robots.txt allows."""
    prefixes = forbidden_prefixes()
    urls = {
        row["url"]
        for row in recorded()
        if row["kind"] == "article" and stands(row, day) and row.get("status", 200) < 400
    }
    return sorted(url for url in urls if not is_forbidden(url, prefixes))


def hosts_with(trait: str) -> list[str]:
    """Return the recorded hosts of a trait."""
    hosts = json.loads((SITES / "hosts.json").read_text("utf-8"))
    return [host for host, facts in hosts.items() if facts.get("trait") == trait]
