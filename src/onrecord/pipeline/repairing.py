"""Repairing: what is damaged is mended from what is left, and what can't be is named, with what to do.

Bytes count as mended if they have the digest that the ledger names: a backup's, those of another file that is the same,
a segment's index made again, one flipped bit put back, a document read again from its capture, what a feed gave from
the feed's capture, a picture asked for again. A document whose capture today's reader reads otherwise is written as it
reads it: the ledger says so. Each file is a step of its own: broken off, the next run does the rest.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from onrecord import feeds, ledger
from onrecord.archive import (
    SEARCH,
    Archive,
    Backup,
    Damage,
    Mended,
    Step,
    cdxj_path,
    checked,
    is_ledger_lost,
    keep_damaged,
    mend_ground,
    verify,
    write_envelope,
)
from onrecord.archive.bits import with_a_bit_back
from onrecord.archive.mending import segment_patch
from onrecord.archive.rewriting import sealed_segments
from onrecord.archive.verify import first_damaged_record
from onrecord.errors import FormatError
from onrecord.fetch import Client, Kind, decoded_body
from onrecord.ledger import Event, Put
from onrecord.model import Digest, Fetched, RecordRef
from onrecord.pipeline.pictures import reason_of, reasons_told
from onrecord.pipeline.reading import envelope_of
from onrecord.pipeline.remaking import Remaking, told_by
from onrecord.pipeline.report import utc_now
from onrecord.pipeline.rereading import reread_step
from onrecord.pipeline.stamping import words_of
from onrecord.store import Disk, FolderStore
from onrecord.warc import StoredRecord, write_cdxj

#: Bytes of a damaged file that are looked through for what can still be read of it.
MOST_READ = 32 * 1024 * 1024
#: Media types of captures that may hold what is lost: lists, pictures, enclosures.
_HOLDING = re.compile(r"xml|rss|atom|json|pdf|image/|audio/|video/")
#: What is asked for again.
_ASKED = ("pictures/", "enclosures/")
#: What is mended first, since what comes later is made from it.
_ORDER = (".warc.gz", ".cdxj", ".feed.json")

_FROM = {
    "backup": "its bytes are the backup's",
    "copy": "another file of the archive has the same bytes",
    "segment": "it was made again from the segment",
    "ledger": "it says what a line of the ledger says",
    "bit": "the one bit that had flipped was found by the digest",
    "capture": "it was made again from its capture",
    "publisher": "its publisher still gives the same bytes",
}
_STATES = {"missing": "the file is missing", "changed": "the file is not what was put in"}
_ANEW = "it was written as today's reader reads its capture; what stood there before can't be made again byte for byte"
_RESTORE = "restore it from a backup: onrecord verify --repair --from BACKUP"


@dataclass(frozen=True, slots=True)
class _Found:
    """Bytes that should be right, and where from."""

    source: str
    data: bytes = b""
    place: Path | None = None  #: a file that has them
    patch: Mapping[int, bytes] = field(default_factory=dict)  #: what is to stand where in it instead
    told: Mapping[str, Any] | None = None  #: more that the ledger is to say

    def write(self, out: BinaryIO) -> None:
        """Write the bytes."""
        if self.place is None:
            out.write(self.data)
            return
        with self.place.open("rb") as file:
            shutil.copyfileobj(file, out)
        for at, piece in self.patch.items():
            out.seek(at)
            out.write(piece)


async def repair(
    root: Path,
    damages: Sequence[Damage],
    *,
    client_of: Callable[[Archive], Client],
    backup: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    disk: Disk | None = None,
) -> list[Mended]:
    """Mend what `verify` found; return what became of each damage that is still there.

    Args:
        root: The archive's folder.
        damages: What was found; each is looked at again.
        client_of: Gives the client that asks for pictures.
        backup: A backup to take bytes from.
        progress: Told (damages seen to, damages in all).
        disk: What the archive is written through.

    Raises:
        ArchiveLockedError: Another process writes to the archive.
        FormatError: *backup* is no backup.
        StorageError: The disk said no. What was mended stands.
    """
    spare = Backup(backup) if backup else None
    done = mend_ground(FolderStore(root, disk), spare)
    if is_ledger_lost(done):
        why = "the ledger has to be mended first: it says what belongs here"
        return [*done, *(Mended(one, None, f"{one.what}; {why}") for one in damages if _is_file(one))]
    ledgers = {one.damage.path: one.source for one in done if one.damage.kind == "ledger"}
    rest = [one for one in (verify(root) if ledgers else damages) if _is_file(one)]
    with Archive.open(root, write=True, mending=True, disk=disk) as archive:
        archive.commit([_step(path, source or "") for path, source in ledgers.items()], now=utc_now())
        async with client_of(archive) as client:
            done += await Repairing(archive, client, spare).mend(rest, progress=progress)
        if archive.unread or any(one.damage.kind == "index" for one in done):
            # It was made of documents of which some are whole only now.
            archive.rebuild()
            shutil.rmtree(root / SEARCH, ignore_errors=True)
    return done


def _is_file(damage: Damage) -> bool:
    return damage.kind in {"changed", "missing", "stranger"}


def _step(path: str, source: str, put: Put | None = None, told: Mapping[str, Any] | None = None) -> Step:
    data = {"path": path, "from": source, **(told or {})}
    return Step(event=Event.REPAIRED, data=data, staged=(put,) if put else ())


class Repairing:
    """Mends the files of an archive that is open for it."""

    def __init__(self, archive: Archive, client: Client, backup: Backup | None) -> None:
        self._archive = archive
        self._client = client
        self._backup = backup
        lines = list(archive.lines())
        self._held = ledger.held_after(lines)
        self._same: defaultdict[Digest, list[str]] = defaultdict(list)
        for put in self._held.values():
            self._same[put.digest].append(put.path)
        self._shown_by: defaultdict[str, set[str]] = defaultdict(set)
        for line in lines:
            for put in line.puts:
                if put.path.startswith(_ASKED) and "id" in line.data:
                    self._shown_by[put.path].add(line.data["id"])
        self._remaking = Remaking(archive, told_by(lines))
        self._lost: dict[Digest, str] = {}
        self._captured: dict[Digest, bytes] | None = None  #: what captures have of that which is lost
        self._reasons: dict[str, str] = {}  #: why a picture can't be had, by its path

    async def mend(
        self, damages: Sequence[Damage], *, progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> list[Mended]:
        """Mend each damage, or say why not."""
        done: list[Mended] = []
        ordered = sorted(damages, key=lambda one: (_rank(one.path), one.path))
        self._lost = {put.digest: put.path for one in damages if (put := self._held.get(one.path))}
        for number, damage in enumerate(ordered, 1):
            put = self._held.get(damage.path)
            if damage.kind == "stranger" or put is None:
                done.append(Mended(damage, None, damage.what))
            elif checked(self._archive.files, put) is not None:  # else it was put anew since it was found
                done.append(await self._mend(damage, put))
            progress(number, len(damages))
        return done

    async def _mend(self, damage: Damage, put: Put) -> Mended:
        stood = self._stood(put)
        found = self._at_hand(put) or self._made(put, stood) or self._with_a_bit_back(put, stood)
        if found is None and put.path.startswith(_ASKED):
            found = await self._asked(put)
        if found is not None and (staged := self._staged(put, found)):
            keep_damaged(self._archive.files, put.path)
            self._archive.commit([_step(put.path, found.source, staged, found.told)], now=utc_now())
            return Mended(damage, found.source, _FROM[found.source])
        if _is_document(put.path) and (fresh := self._remaking.anew(put.path, stood)):
            keep_damaged(self._archive.files, put.path)
            told = _step(put.path, "capture", told={"lost": put.digest})
            self._archive.commit([reread_step(fresh, put.path), told], now=utc_now())
            return Mended(damage, "capture", _ANEW)
        return Mended(damage, None, f"{_STATES[damage.kind]}; {self._why_not(put)}; {_RESTORE}")

    def _stood(self, put: Put) -> bytes | None:
        """Return the damaged file, unless it is larger than what is looked through."""
        place = self._archive.root / put.path
        if not place.is_file() or place.stat().st_size > MOST_READ:
            return None
        try:
            return place.read_bytes()
        except OSError:  # the disk can't read it
            return None

    def _staged(self, put: Put, found: _Found) -> Put | None:
        """Stage what was found; None if it is not what it must be after all."""
        files = self._archive.files
        staged = files.stage_stream(put.path, found.write)
        if staged == put:
            return staged
        files.unstage(staged)
        return None

    # ---------------------------------------------------------------- from what is left

    def _at_hand(self, put: Put) -> _Found | None:
        """Return the bytes of a file where another has them."""
        if self._backup and (place := self._backup.place_of(put.digest)):
            return _Found("backup", place=place)
        for path in self._same[put.digest]:
            if path != put.path and self._is_whole(path):
                return _Found("copy", place=self._archive.root / path)
        return None

    def _is_whole(self, path: str) -> bool:
        put = self._held.get(path)
        return put is not None and checked(self._archive.files, put) is None

    def _made(self, put: Put, stood: bytes | None) -> _Found | None:
        """Return the bytes of a file that was made of another, made again."""
        if _is_document(put.path):
            data = self._remaking.exact(put, stood)
            return _Found("capture", data) if data else None
        if put.path.startswith("stamps/") and put.path.endswith(".txt"):
            line = self._archive.line(int(Path(put.path).stem))
            return _Found("ledger", words_of(line))
        if put.path.endswith(".cdxj"):
            segment = f"{put.path.removesuffix('.cdxj')}.warc.gz"
            if self._is_whole(segment):
                return _Found("segment", _index_of(self._archive.root / segment, segment))
        if _is_in_captures(put.path) and (data := self._in_captures().get(put.digest)):
            return _Found("capture", data)
        return None

    def _with_a_bit_back(self, put: Put, stood: bytes | None) -> _Found | None:
        place = self._archive.root / put.path
        if not place.is_file() or place.stat().st_size != put.size:
            return None
        if put.path.endswith(".warc.gz"):
            patch = segment_patch(place)
            return _Found("bit", place=place, patch=patch) if patch else None
        whole = with_a_bit_back(stood, put.digest) if stood else None
        return _Found("bit", whole) if whole else None

    async def _asked(self, put: Put) -> _Found | None:
        """Ask for a picture or an enclosure again, at each address that it was found at."""
        tried: dict[str, str] = {}
        for url in self._addresses(put.path):
            kind: Kind = "picture" if put.path.startswith("pictures/") else "enclosure"
            outcome = await self._client.fetch(url, kind=kind)
            if not isinstance(outcome, Fetched):
                tried[url] = reason_of(outcome)[0]
                continue
            body = decoded_body(outcome.final, limit=put.size + 1).body
            if ledger.digest_of(body) == put.digest:
                return _Found("publisher", body, told={"url": url})
            tried[url] = "its publisher gives other bytes there now"
        self._reasons[put.path] = reasons_told(tried) if tried else "no address of it is known"
        return None

    def _addresses(self, path: str) -> list[str]:
        """Return the addresses of a picture or an enclosure, as the state, the index and documents have them."""
        archive = self._archive
        found = [*archive.state.picture_urls(path), *archive.catalog.picture_urls(path)]
        for article_id in self._shown_by.get(path, ()):
            for revision in archive.catalog.revisions(article_id):
                with suppress(FormatError):
                    kept = archive.document_at(revision.path).files
                    found += [one.url for one in kept if one.path == path]
        return list(dict.fromkeys(found))

    def _in_captures(self) -> dict[Digest, bytes]:
        """Return what captures have of the pictures, and of what feeds gave, that are lost; looked for once."""
        if self._captured is None:
            self._captured = {}
            left = {digest for digest, path in self._lost.items() if _is_in_captures(path)}
            for record in self._answers():
                if not left:
                    break
                for data in _contents(record):
                    digest = ledger.digest_of(data)
                    if digest in left:
                        left.remove(digest)
                        self._captured[digest] = data
        return self._captured

    def _answers(self) -> Iterator[StoredRecord]:
        """Yield the captures of lists and pictures, the newest first; what is damaged is left out."""
        for segment in reversed(sealed_segments(self._archive)):
            try:
                rows = self._archive.files.read(cdxj_path(segment)).decode().splitlines()
            except (FormatError, UnicodeDecodeError):
                continue
            for row in rows:
                told = json.loads(row.split(" ", 2)[2])
                if _HOLDING.search(told["mime"]):
                    with suppress(FormatError):
                        yield self._archive.record(
                            RecordRef(segment, int(told["offset"]), int(told["length"]))
                        )

    def _why_not(self, put: Put) -> str:
        if _is_document(put.path):
            return self._remaking.why_not(put.path)
        if put.path.endswith(".feed.json"):
            return "no capture of its feed has it"
        if put.path.endswith(".cdxj"):
            return "its segment is damaged too"
        if put.path.startswith("stamps/"):
            return "what a service answered at a moment, none can answer again"
        if put.path.endswith(".warc.gz"):
            place = self._archive.root / put.path
            damaged = first_damaged_record(place, put.path) if place.is_file() else ""
            return f"what servers sent can't be made again{damaged}"
        return self._reasons.get(put.path, "nothing is left to make it from")


def _contents(record: StoredRecord) -> Iterator[bytes]:
    """Yield a capture's body, and the files that were made of its entries if it is a full-text feed."""
    body, url = decoded_body(record.exchange()).body, record.url or ""
    yield body
    media_type = record.http_header("content-type")
    if feeds.is_feed(body, media_type):
        for entry in feeds.parse(body, url=url, content_type=media_type).entries:
            if envelope := envelope_of(entry):
                yield write_envelope(envelope)


def _index_of(place: Path, segment: str) -> bytes:
    return "".join(f"{line}\n" for line in write_cdxj(place, path=segment)).encode()


def _is_document(path: str) -> bool:
    return path.endswith(".md")


def _is_in_captures(path: str) -> bool:
    return path.endswith(".feed.json") or path.startswith(_ASKED)


def _rank(path: str) -> int:
    return next(
        (rank for rank, ending in enumerate(_ORDER) if path.endswith(ending)),
        len(_ORDER) + _is_document(path),
    )
