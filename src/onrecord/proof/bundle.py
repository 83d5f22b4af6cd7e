"""Gathering a proof: an article's files and captures, the ledger's lines on them, up to lines that are signed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files as package_files
from typing import Any

from onrecord import ledger
from onrecord.archive import Archive, sign_head
from onrecord.archive.layout import envelope_path, stamp_path
from onrecord.errors import UsageError
from onrecord.keys import Keyring, fingerprint
from onrecord.ledger import Event, Line, Put
from onrecord.model import Digest
from onrecord.proof import check, words
from onrecord.proof.stamps import ENDINGS, StampKind
from onrecord.store import HeldArticle
from onrecord.store.files import storage_errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A proof as a file, and what it is about."""

    data: bytes  #: a ZIP file: `check.pack`
    files: int  #: documents, pictures and what a feed gave
    captures: int
    lines: int  #: of the ledger
    stamps: int  #: answers of time-stamping services
    signed_at: datetime  #: of the last head in it
    fingerprint: str


@dataclass(slots=True)
class _Wanted:
    """What a proof needs of the ledger: lines by number, and what they are needed for."""

    #: What was last put at each path, and the first line that put these bytes anywhere.
    files: dict[str, tuple[Put, Line]] = field(default_factory=dict)
    captures: list[Line] = field(default_factory=list)
    about: list[int] = field(default_factory=list)  #: every line that names the article
    keys: list[int] = field(default_factory=list)
    signed: list[Line] = field(default_factory=list)
    stamps: list[Line] = field(default_factory=list)


def prove(archive: Archive, held: HeldArticle, keyring: Keyring, *, now: datetime) -> Proof:
    """Return a proof of all revisions of an article; the ledger is signed for it where it is not yet.

    Raises:
        UsageError: The archive's key is not here: nothing can be signed.
        FormatError: A file of the archive is missing, or not what was put in.
        StorageError: The disk said no.
    """
    signing = sign_head(archive, keyring, now=now, daily=False)
    if not signing.is_signed:
        raise UsageError(f"{held.id}: no proof was made; {signing.why_not}")
    key = keyring.find(archive.catalog.keys()[0].id, archive=archive.root)
    if key is None:
        raise UsageError(f"{held.id}: no proof was made; the archive's key is not here")
    wanted = _wanted(archive, held, _paths(archive, held))
    runs = list(_runs(wanted))
    found: dict[str, bytes] = {}
    claims: dict[str, Any] = {
        "format": check.FORMAT,
        "article": {"id": held.id, "url": held.url, "headline": held.headline},
        "archive": archive.origin(),
        "key": key.id,
        "made_at": _text(now),
        "runs": _put_lines(archive, found, runs, wanted.keys),
        "files": _put_files(archive, found, wanted.files),
        "captures": _put_captures(archive, found, held, wanted.captures),
        "stamps": _put_stamps(archive, found, wanted.stamps, {last for _, last in runs}),
    }
    found["check.py"] = (package_files("onrecord.proof") / "check.py").read_bytes()
    found["README.txt"] = _readme(claims, key.public, found).encode()
    claims["digests"] = {name: check.digest_of(body) for name, body in sorted(found.items())}
    found["proof.json"] = (json.dumps(claims, ensure_ascii=False, indent=1) + "\n").encode()
    signed = key.sign(b"onrecord proof 1\n" + check.digest_of(found["proof.json"]).encode())
    found["proof.sig"] = f"{signed}\n".encode()
    return Proof(
        data=check.pack(found),
        files=len(claims["files"]),
        captures=len(claims["captures"]),
        lines=sum(last - first + 1 for first, last in runs),
        stamps=len(claims["stamps"]),
        signed_at=wanted.signed[-1].at,
        fingerprint=fingerprint(key.public),
    )


def _paths(archive: Archive, held: HeldArticle) -> list[str]:
    """Return the paths of an article's files: each revision's document and pictures, and what its feed gave."""
    paths: dict[str, None] = {}
    for revision in archive.catalog.revisions(held.id):
        paths[revision.path] = None
        paths |= {one.path: None for one in archive.document_at(revision.path).files if one.path}
    if held.has_envelope:
        paths[envelope_path(held.path)] = None
    return list(paths)


def _wanted(archive: Archive, held: HeldArticle, paths: Iterable[str]) -> _Wanted:
    """Read the ledger once, and return which of its lines speak of the article and its files."""
    wanted, needed = _Wanted(), set(paths)
    captured: dict[int, Line] = {}
    last: dict[str, Put] = {}
    first: dict[Digest, Line] = {}
    for line in archive.lines():
        if line.data.get("id") == held.id:
            wanted.about.append(line.seq)
            if line.data.get("record") and "revision" in line.data:
                captured[line.data["revision"]] = line
        for put in line.puts:
            if put.path in needed:
                last[put.path] = put
            # The document of a revision moves when the next one comes: its bytes were on record before that.
            first.setdefault(put.digest, line)
        if line.event is Event.KEYED:
            wanted.keys.append(line.seq)
        elif line.event is Event.SIGNED:
            wanted.signed.append(line)
        elif line.event is Event.STAMPED:
            wanted.stamps.append(line)
    wanted.files = {path: (put, first[put.digest]) for path, put in last.items()}
    wanted.captures = list(captured.values())
    return wanted


def _runs(wanted: _Wanted) -> Iterator[tuple[int, int]]:
    """Yield (first line, last line) of each run: from a line that is needed to the first signature after it."""
    needed = {*wanted.about, *(line.seq for _, line in wanted.files.values())}
    before = 0
    for signed in wanted.signed:
        within = [seq for seq in needed if before < seq < signed.seq]
        if within:
            yield min(within), signed.seq
        before = signed.seq


def _put_lines(
    archive: Archive, found: dict[str, bytes], runs: list[tuple[int, int]], keys: list[int]
) -> list[str]:
    """Put the ledger's lines, as they stand, into *found*; return the names of the runs."""
    rows: dict[tuple[int, int], list[bytes]] = {run: [] for run in runs}
    named: list[bytes] = []
    seq = 0
    for path in archive.ledger_files():
        for raw in archive.files.read(path).splitlines(keepends=True):
            seq += 1
            for first, last in runs:
                if first <= seq <= last:
                    rows[first, last].append(raw)
            if seq in keys:
                named.append(raw)
    found["ledger/keys.jsonl"] = b"".join(named)
    names = {f"ledger/{first}-{last}.jsonl": b"".join(rows[first, last]) for first, last in runs}
    found |= names
    return list(names)


def _put_files(
    archive: Archive, found: dict[str, bytes], wanted: dict[str, tuple[Put, Line]]
) -> list[dict[str, Any]]:
    claims = []
    for path, (put, line) in sorted(wanted.items()):
        body = archive.files.read(path)
        if ledger.digest_of(body) != put.digest:
            raise UsageError(
                f"{path}: no proof was made: the file is not what was put in; see `onrecord verify`"
            )
        found[f"files/{path}"] = body
        claims.append({"path": path, "line": line.seq})
    return claims


def _put_captures(
    archive: Archive, found: dict[str, bytes], held: HeldArticle, lines: list[Line]
) -> list[dict[str, Any]]:
    """Put the captures into *found* from where they stand now; one that was pruned has nothing to show."""
    records = {one.number: one.record for one in archive.catalog.revisions(held.id)}
    claims = []
    for line in lines:
        record = records.get(line.data["revision"])
        if record is None:
            continue
        place = archive.root / record.path
        archive.files.size(record.path)  # says so if it is missing
        with storage_errors(place), place.open("rb") as segment:
            segment.seek(record.offset)
            packed = segment.read(record.length)
        name = f"captures/r{line.data['revision']}.warc.gz"
        found[name] = packed
        claims.append({"file": name, "line": line.seq, "url": line.data.get("url", "")})
    return claims


def _put_stamps(
    archive: Archive, found: dict[str, bytes], lines: list[Line], heads: set[int]
) -> list[dict[str, Any]]:
    """Put what services were asked of the proof's signed lines, and answered, beside the words that they saw."""
    claims = []
    for line in lines:
        seq = line.data["line"]
        if seq not in heads:
            continue
        words = stamp_path(seq, "txt")
        for path in (words, *(put.path for put in line.puts)):
            found[path] = archive.files.read(path)
        kind = StampKind(line.data["kind"])
        answer = stamp_path(seq, ENDINGS[kind])
        claims.append({"file": answer, "words": words, "line": seq, "kind": kind.value})
    return claims


def _readme(claims: dict[str, Any], public: str, found: dict[str, bytes]) -> str:
    has_stamps = bool(claims["stamps"])
    there = {"README.txt", "proof.json", *(name.partition("/")[0] + "/" * ("/" in name) for name in found)}
    return words.README.format(
        headline=claims["article"]["headline"],
        url=claims["article"]["url"],
        archive=claims["archive"],
        fingerprint=fingerprint(public),
        short=fingerprint(public)[:16],
        made_at=claims["made_at"],
        verify=words.VERIFY.format(short=fingerprint(public)[:16]) if has_stamps else "",
        stamped=words.STAMPED if has_stamps else "",
        unless=words.UNLESS if has_stamps else "",
        contents="\n".join(f"{name:12} {says}" for name, says in words.CONTENTS.items() if name in there),
    )


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
