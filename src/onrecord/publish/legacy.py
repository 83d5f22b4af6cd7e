"""The legacy folder: a text file for each article, a list page for each source, and a README.

Writes only what has changed, each file whole or not at all, and touches nothing else in the folder. Made
from the archive at any time, so nothing is flushed to the disk with force.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile

from onrecord.legacy import CHINA, LIST_LENGTH, ListRow, file_name, index_page, list_page, with_pictures
from onrecord.model import SourceId
from onrecord.pictures import unproxy
from onrecord.store.files import storage_errors

#: From where an article stands, articles/<source>/, to the folder.
_TO_FOLDER = "../../"

#: This many titles a report remembers: as many as a commit's message has room for.
_TITLES = 20


class LegacyPictures(StrEnum):
    """Where the pictures of the legacy files point to."""

    PROXY = "proxy"  #: where the feed pointed
    PUBLISHER = "publisher"  #: to the publisher's own address
    KEPT = "kept"  #: to a copy beside the files


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacySettings:
    """How the folder is written."""

    title: str = "On Record"  #: the README's
    pictures: LegacyPictures = LegacyPictures.PROXY
    zone: tzinfo = CHINA  #: of the days in list pages
    list_length: int = LIST_LENGTH


@dataclass(frozen=True, slots=True)
class LegacyPicture:
    """A kept picture that a file shows."""

    urls: tuple[str, ...]  #: every address that it has: Picture.url and its fallbacks
    path: str  #: in the archive, and in the folder: "pictures/3f/9a/3f9a….jpg"
    file: Path  #: where the bytes are


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyRow:
    """An article to export."""

    source: SourceId
    source_title: str
    number: int  #: the article's ordinal in its source, from 1: Document.number
    published_ms: int | None
    title: str
    url: str
    text: str  #: the file's, from legacy.envelope_text
    pictures: tuple[LegacyPicture, ...] = ()


@dataclass(slots=True, kw_only=True)
class ExportReport:
    """What an export did."""

    new: int = 0
    edited: int = 0
    unchanged: int = 0
    pictures: int = 0  #: copied
    missing_pictures: list[str] = field(default_factory=list)  #: paths whose file is not there
    titles: list[str] = field(default_factory=list)  #: the first of what is new or edited
    kept_readme: bool = False  #: a README.md that is not ours stands there, and was left alone

    @property
    def message(self) -> str:
        """What came, for a commit: "3 new, 1 edited: …", then a title on each line."""
        counts = [f"{count} {word}" for count, word in ((self.new, "new"), (self.edited, "edited")) if count]
        first = self.titles[0] if self.titles else ""
        more = "…" if len(self.titles) > 1 else ""
        subject = f"{', '.join(counts) or 'List pages and pictures'}{': ' if first else ''}{first}{more}"
        return "\n".join([subject, *(["", *self.titles] if len(self.titles) > 1 else [])])


def export(rows: Iterable[LegacyRow], dest: Path, *, settings: LegacySettings) -> ExportReport:
    """Write *rows*, in any order, to the folder *dest*.

    Raises:
        StorageError: The folder can't be written to.
    """
    report = ExportReport()
    lists = _Lists(settings)
    with storage_errors(dest):
        for row in rows:
            path = f"articles/{row.source}/{file_name(row.number)}"
            _count(report, row, _put(dest / path, _text(row, settings).encode("utf-8", "surrogatepass")))
            lists.add(row, path)
            if settings.pictures is LegacyPictures.KEPT:
                _copy_pictures(row, dest, report)
        for path, text in lists.pages():
            _put(dest / path, text.encode("utf-8", "surrogatepass"))
        _put_readme(dest / "README.md", lists.index(), settings, report)
    return report


def _text(row: LegacyRow, settings: LegacySettings) -> str:
    """Return the file's text with its pictures pointing where the settings say."""
    match settings.pictures:
        case LegacyPictures.PROXY:
            return row.text
        case LegacyPictures.PUBLISHER:
            return with_pictures(row.text, unproxy)
        case LegacyPictures.KEPT:
            kept = {_key(url): _TO_FOLDER + picture.path for picture in row.pictures for url in picture.urls}
            return with_pictures(row.text, lambda url: _kept(url, kept))


def _kept(url: str, kept: Mapping[str, str]) -> str | None:
    """Return the copy that stands for *url*, or the publisher's address where a proxy is asked in vain."""
    own = unproxy(url)
    return kept.get(_key(url)) or (kept.get(_key(own)) or own if own is not None else None)


def _key(url: str) -> str:
    """Return what addresses of one picture are compared by: feeds mix the schemes."""
    return url.partition("//")[2] or url


def _count(report: ExportReport, row: LegacyRow, outcome: str) -> None:
    setattr(report, outcome, getattr(report, outcome) + 1)
    if outcome != "unchanged" and len(report.titles) < _TITLES:
        report.titles.append(" ".join(row.title.split()))


def _put(path: Path, data: bytes) -> str:
    """Write *data* whole if the file does not hold it; return "new", "edited" or "unchanged"."""
    try:
        if path.read_bytes() == data:
            return "unchanged"
        outcome = "edited"
    except FileNotFoundError:
        outcome = "new"
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(data)
            part.close()
            Path(part.name).chmod(0o644)  # a temporary file is its owner's alone; this one is for all
            os.replace(part.name, path)  # noqa: PTH105 (says that the old file goes)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return outcome


def _copy_pictures(row: LegacyRow, dest: Path, report: ExportReport) -> None:
    for picture in row.pictures:
        target = dest / picture.path
        if target.exists():  # named by its digest: the same name is the same picture
            continue
        try:
            data = picture.file.read_bytes()
        except FileNotFoundError:
            report.missing_pictures.append(picture.path)
            continue
        _put(target, data)
        report.pictures += 1


def _put_readme(path: Path, text: str, settings: LegacySettings, report: ExportReport) -> None:
    """Write the README, unless somebody's own stands there."""
    ours = f"{settings.title}\n------\n".encode()
    if path.exists() and not path.read_bytes().startswith(ours):
        report.kept_readme = True
        return
    _put(path, text.encode())


class _Lists:
    """The list pages as they grow: the newest articles of each source, and no more of them."""

    def __init__(self, settings: LegacySettings) -> None:
        self._settings = settings
        self._titles: dict[SourceId, str] = {}
        self._newest: dict[SourceId, list[tuple[int, ListRow]]] = {}

    def add(self, row: LegacyRow, path: str) -> None:
        self._titles[row.source] = row.source_title
        newest = self._newest.setdefault(row.source, [])
        entry = (row.number, ListRow(row.published_ms, row.title, path))
        if len(newest) < self._settings.list_length:
            heapq.heappush(newest, entry)
        else:
            heapq.heappushpop(newest, entry)

    def pages(self) -> Iterator[tuple[str, str]]:
        for source in sorted(self._newest):
            rows = [row for _, row in sorted(self._newest[source], key=lambda entry: -entry[0])]
            page = list_page(self._titles[source], rows, zone=self._settings.zone)
            yield f"lists/{source}.md", page

    def index(self) -> str:
        sources = [(self._titles[source], f"lists/{source}.md") for source in sorted(self._titles)]
        return index_page(self._settings.title, sources)
