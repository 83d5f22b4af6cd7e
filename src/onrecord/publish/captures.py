"""Captures for other programs: WARC files with all payloads in them, as a collection for pywb, or one WACZ file."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.archive import Archive
from onrecord.archive.folder import SOFTWARE
from onrecord.archive.rewriting import sealed_segments
from onrecord.errors import UsageError
from onrecord.model import Digest
from onrecord.render.document import is_reserved
from onrecord.store import Listing
from onrecord.store.files import storage_errors
from onrecord.urls import lookup_key
from onrecord.warc import Completion, StoredRecord, complete, write_cdxj

Progress = Callable[[int, int], None]

#: https://specs.webrecorder.net/wacz/1.1.1/
WACZ_VERSION = "1.1.1"


@dataclass(slots=True)
class CaptureReport:
    """What was written."""

    segments: int = 0
    records: int = 0
    size: int = 0  #: bytes of the WARC files
    missing: int = 0  #: pictures that are not kept any more
    left_out: int = 0  #: records of what publishers ask not to pass on


def export_warc(archive: Archive, dest: Path, *, reserved: bool, progress: Progress) -> CaptureReport:
    """Write a collection for pywb to the new or empty folder *dest*: `archive/*.warc.gz`, `indexes/index.cdxj`.

    Raises:
        UsageError: The folder holds something.
        WarcFormatError: A segment is damaged.
        StorageError: The disk said no.
    """
    with storage_errors(dest):
        if dest.exists() and (not dest.is_dir() or any(dest.iterdir())):
            raise UsageError(f"{dest}: there is something here already; name a new or an empty folder")
        for name in ("archive", "indexes"):
            (dest / name).mkdir(parents=True, exist_ok=True)
        return _write(archive, dest, reserved=reserved, progress=progress)


#: Where payloads stand that captures only name.
PAYLOADS = ("pictures", "enclosures")


def _write(archive: Archive, dest: Path, *, reserved: bool, progress: Progress) -> CaptureReport:
    report = CaptureReport()
    kept = {Path(path).stem: path for folder in PAYLOADS for path in archive.files.walk(folder)}

    def payload_of(digest: Digest) -> bytes | None:
        path = kept.get(digest.removeprefix("sha256:"))
        return archive.files.read(path) if path else None

    left = set() if reserved else set(_reserved_keys(archive))

    def is_wanted(record: StoredRecord) -> bool:
        return record.url is None or not left or lookup_key(record.url) not in left

    completion = Completion(payload_of, is_wanted)
    lines: list[str] = []
    segments = sealed_segments(archive)
    for done, segment in enumerate(segments, 1):
        place = dest / "archive" / segment.rpartition("/")[2]
        with place.open("wb") as out:
            complete(archive.root / segment, out, completion, path=segment)
        lines += write_cdxj(place, path=place.name)
        report.segments += 1
        report.size += place.stat().st_size
        progress(done, len(segments))
    (dest / "indexes" / "index.cdxj").write_text("".join(f"{line}\n" for line in sorted(lines)), "utf-8")
    report.records, report.missing, report.left_out = (
        completion.records,
        completion.missing,
        completion.left_out,
    )
    return report


def _reserved_keys(archive: Archive) -> Iterator[str]:
    """Yield the keys of all addresses of articles whose publishers ask that copies are not passed on."""
    for held in archive.catalog.articles(Listing()):
        if is_reserved(archive.files.read(held.path)):
            addresses = {held.url, *archive.catalog.aliases(held.id)}
            addresses |= {row.url for row in archive.state.addresses_of(held.id)}
            yield from map(lookup_key, addresses)


def export_wacz(
    archive: Archive, dest: Path, *, reserved: bool, progress: Progress, now: datetime
) -> CaptureReport:
    """Write the same as one WACZ file, for replay tools that open such.

    Raises:
        UsageError: *dest* is a folder.
        WarcFormatError: A segment is damaged.
        StorageError: The disk said no.
    """
    if dest.is_dir():
        raise UsageError(f"{dest}: this is a folder; name a file")
    with storage_errors(dest):
        dest.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=dest.parent, prefix=".wacz-") as name:
            folder = Path(name)
            report = _write_into(archive, folder, reserved=reserved, progress=progress)
            (folder / "pages").mkdir()
            (folder / "pages" / "pages.jsonl").write_text(_pages(archive, reserved=reserved), "utf-8")
            fresh = folder / "fresh.wacz"
            _zip(folder, fresh, now=now)
            fresh.replace(dest)
    return report


def _write_into(archive: Archive, folder: Path, *, reserved: bool, progress: Progress) -> CaptureReport:
    for name in ("archive", "indexes"):
        (folder / name).mkdir()
    return _write(archive, folder, reserved=reserved, progress=progress)


def _pages(archive: Archive, *, reserved: bool) -> str:
    rows: list[dict[str, Any]] = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    for held in archive.catalog.articles(Listing()):
        if reserved or not is_reserved(archive.files.read(held.path)):
            at = f"{held.captured_at:%Y-%m-%dT%H:%M:%SZ}"
            rows.append({"id": held.id, "url": held.url, "ts": at, "title": held.headline})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _zip(folder: Path, dest: Path, *, now: datetime) -> None:
    """Pack a folder as a WACZ: what is packed already is stored, so that it is read from its place."""
    resources = []
    with zipfile.ZipFile(dest, "w", allowZip64=True) as pack:
        for place in sorted(folder.rglob("*")):
            if place.is_file() and place != dest:
                path = place.relative_to(folder).as_posix()
                with place.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = place.stat().st_size
                resources.append(
                    {"name": place.name, "path": path, "hash": f"sha256:{digest}", "bytes": size}
                )
                pack.write(place, path)
        created = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        package = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "software": SOFTWARE,
            "created": created,
            "resources": resources,
        }
        text = json.dumps(package, indent=1).encode()
        pack.writestr("datapackage.json", text)
        whole = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}
        pack.writestr("datapackage-digest.json", json.dumps(whole))
