"""The archive's folder: made, found, opened, recovered, committed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from onrecord import __version__, config, ledger
from onrecord.archive.captures import SEGMENT_BYTES, OpenSegment, file_digest
from onrecord.archive.envelopes import read_envelope
from onrecord.archive.layout import CONFIG, INDEX, SITES, STATE, cdxj_path, envelope_path
from onrecord.archive.lock import WriterLock
from onrecord.archive.rules import rulebook
from onrecord.errors import (
    ArchiveError,
    DocumentFormatError,
    FormatError,
    LedgerFormatError,
    NotAnArchiveError,
    StorageError,
)
from onrecord.ledger import Event, Head, Line, Put
from onrecord.model import Capture, Digest, Document, Envelope, Exchange, RecordRef
from onrecord.render import document as documents
from onrecord.sites import Rulebook
from onrecord.store import Disk, FolderStore, HeldArticle, SqliteCatalog, State
from onrecord.store.files import storage_errors
from onrecord.warc import RevisitTarget, StoredRecord, read_record, recover, write_cdxj

SOFTWARE = f"OnRecord/{__version__}"


class Boundary(StrEnum):
    """The moments of writing at which a crash test strikes."""

    RECORD_WRITTEN = "record-written"
    CAPTURES_SYNCED = "captures-synced"
    FILE_STAGED = "file-staged"
    LEDGER_WRITTEN = "ledger-written"
    FILES_SETTLED = "files-settled"
    CATALOG_WRITTEN = "catalog-written"
    SEGMENT_SEALED = "segment-sealed"


#: Events that write a document.
DOCUMENTED = frozenset({Event.CAPTURED, Event.REVISED, Event.COMPLETED, Event.KIND_CHANGED, Event.REREAD})

Probe = Callable[[Boundary], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event, with the files that it writes. It counts as a whole or not at all."""

    event: Event
    data: Mapping[str, Any]
    files: tuple[tuple[str, bytes], ...] = ()  #: (path, bytes), settled in this order
    document: Document | None = None  #: what the files say, for the index
    staged: tuple[Put, ...] = ()  #: files that were staged before; settled first
    done: tuple[Put, ...] = ()  #: files that stand in their places already


def create(root: Path, *, now: datetime) -> bool:
    """Make an archive of a folder; return False, and change nothing, if it is one already.

    Raises:
        ArchiveError: The folder holds something else.
        StorageError: It can't be written to.
    """
    with storage_errors(root):
        if (root / CONFIG).is_file():
            config.parse((root / CONFIG).read_text("utf-8"), str(root / CONFIG))
            with Archive.open(root, write=True) as archive:
                if not archive.ledger_files() and not (root / "articles").exists():
                    # A crash, or a person, left settings and no more.
                    archive.commit([_created()], now=now)
                return False
        if root.exists() and not root.is_dir():
            raise ArchiveError(str(root), "this is a file; name a folder")
        if (root / "ledger").is_dir():
            what = f"an archive whose {CONFIG} is missing; put it back, or write one that begins with: format = 1"
            raise ArchiveError(str(root), what)
        if root.is_dir() and (strangers := sorted(place.name for place in root.iterdir())):
            what = f"the folder holds other things ({', '.join(strangers[:3])}…); name an empty or a new one"
            raise ArchiveError(str(root), what)
        root.mkdir(parents=True, exist_ok=True)
        FolderStore(root).write(CONFIG, config.INITIAL.encode())
    with Archive.open(root, write=True) as archive:
        archive.commit([_created()], now=now)
    return True


def _created() -> Step:
    return Step(event=Event.CREATED, data={"format": 1, "software": SOFTWARE})


def find(start: Path) -> Path:
    """Return the nearest folder from *start* upward that is an archive.

    Raises:
        NotAnArchiveError: None is.
    """
    for folder in (start, *start.parents):
        if (folder / CONFIG).is_file():
            return folder
    what = (
        "no archive here or in a folder above; make one with `onrecord init DIR`, or name one with --archive"
    )
    raise NotAnArchiveError(str(start), what)


def _ignore(_: Boundary) -> None:
    """Strike nowhere."""


def read_document(files: FolderStore, path: str) -> Document:
    """Return the document at *path*: what needs no open archive, as a process beside it.

    Raises:
        FormatError: It is missing or can't be read back.
    """
    try:
        text = files.read(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentFormatError(path, "this is not UTF-8 text; restore it from a backup") from error
    return documents.read(text, path)


class Archive:
    """An open archive. Opened for writing, it holds the lock and has been recovered.

    Raises:
        NotAnArchiveError: The folder is none.
        ArchiveLockedError: Another process writes to it.
        FormatVersionError: A newer On Record wrote it.
        ConfigError: onrecord.toml has mistakes.
        FormatError: A file that recovery needs is damaged; the message names it.
        StorageError: The disk said no.
    """

    def __init__(
        self, root: Path, *, write: bool, probe: Probe, disk: Disk | None, mending: bool = False
    ) -> None:
        self.root = root
        self.probe = probe
        self._is_mending = mending
        self.unread: list[str] = []  #: documents that the index lacks, being damaged or missing
        self._lock = WriterLock(root) if write else None
        self._segment: OpenSegment | None = None
        self._rules: Rulebook | None = None
        self.config_text = ""
        try:
            self.reload_config()
            self.files = FolderStore(root, disk)
            if not write and not (root / INDEX).is_file():
                raise StorageError(
                    str(root / INDEX), "the index is missing; make it again with `onrecord rebuild`"
                )
            self.catalog = SqliteCatalog(root / INDEX)
            self.state = State(root / STATE)
            self._head = self.catalog.head()
            self._ledger_file = max(self.ledger_files(), default="")
            if write:
                self._recover()
        except BaseException:
            self._release()
            raise

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        write: bool = False,
        probe: Probe = _ignore,
        disk: Disk | None = None,
        mending: bool = False,
    ) -> Self:
        """Open the archive in *root*; with *mending*, documents that can't be read are left out of the index."""
        if not (root / CONFIG).is_file():
            what = "this folder is no archive: it has no onrecord.toml; make one with `onrecord init DIR`"
            raise NotAnArchiveError(str(root), what)
        return cls(root, write=write, probe=probe, disk=disk, mending=mending)

    def reload_config(self) -> None:
        """Read onrecord.toml (again). `config` stays the same object while nothing in it changes."""
        place = self.root / CONFIG
        with storage_errors(place):
            try:
                text = place.read_text("utf-8")
            except UnicodeDecodeError as error:
                raise ArchiveError(str(place), "this is not UTF-8 text; save it as UTF-8") from error
        if text and text == self.config_text:
            return
        self.config = config.parse(text, str(place))
        self.config_text = text

    @property
    def rules(self) -> Rulebook:
        """The rules that pages are read by: the person's own, then those that come with On Record.

        Raises:
            ConfigError: A file of the person's own has mistakes.
        """
        if self._rules is None:
            self.reload_rules()
        return self._rules or Rulebook()

    def reload_rules(self) -> None:
        """Read `sites/` (again)."""
        with storage_errors(self.root / SITES):
            self._rules = rulebook(self.root)

    def write_config(self, text: str) -> None:
        """Replace onrecord.toml in one step."""
        self.files.write(CONFIG, text.encode())
        self.reload_config()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Seal the open segment and let go."""
        try:
            if self._segment is not None:
                self.seal(now=datetime.now(UTC))
        finally:
            self.catalog.close()
            self.state.close()
            self._release()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    # ---------------------------------------------------------------- writing

    def capture(
        self,
        exchange: Exchange,
        *,
        revisit_of: RevisitTarget | None = None,
        omit_payload: bool = False,
    ) -> Capture:
        """Append an exchange to the open segment. It counts with the next commit."""
        if self._segment is None:
            operator = self.config.operator
            self._segment = OpenSegment(
                self.files, software=SOFTWARE, operator=operator, now=exchange.requested_at
            )
        capture = self._segment.write(exchange, revisit_of=revisit_of, omit_payload=omit_payload)
        self.probe(Boundary.RECORD_WRITTEN)
        return capture

    def commit(self, steps: Sequence[Step], *, now: datetime) -> list[Line]:
        """Make *steps* count, in order: when this returns they outlast a crash."""
        if not steps:
            return []
        lines = self.write_down(steps, now=now)
        self.enter(lines, steps)
        return lines

    def write_down(self, steps: Sequence[Step], *, now: datetime) -> list[Line]:
        """Do the part of a commit that touches files: it may run on a thread of its own, one at a time."""
        if self._segment is not None:
            self._segment.sync()
        self.probe(Boundary.CAPTURES_SYNCED)
        staged = [(*step.staged, *(self.stage(path, data) for path, data in step.files)) for step in steps]
        self.files.sync_staging()
        head, lines, raw = self._head, [], b""
        for step, puts in zip(steps, staged, strict=True):
            line, written = ledger.write(step.event, step.data, (*step.done, *puts), head=head, at=now)
            head = Head(line.seq, line.digest)
            lines.append(line)
            raw += written
        if self._lock is not None:
            self._lock.check()
        # A clock that was set back must not put a later line into an earlier file.
        self._ledger_file = max(self._ledger_file, ledger.file_of(now))
        self.files.append(self._ledger_file, raw)
        self._head = head
        self.probe(Boundary.LEDGER_WRITTEN)
        self.files.settle(put for puts in staged for put in puts)
        self.files.delete(path for line in lines for path in line.drops)
        self.probe(Boundary.FILES_SETTLED)
        return lines

    def enter(self, lines: Sequence[Line], steps: Sequence[Step]) -> None:
        """Do the part of a commit that touches the index, on the thread that opened the archive."""
        head = self.catalog.head()
        if lines and lines[0].seq != head.seq + 1:
            # An earlier commit was broken off behind its ledger line. The index must not skip it.
            self._redo(head)
            return
        with self.catalog.transaction():
            for line, step in zip(lines, steps, strict=True):
                self.catalog.apply(line, step.document)
        self.probe(Boundary.CATALOG_WRITTEN)

    def stage(self, path: str, data: bytes) -> Put:
        """Write bytes to the staging folder, for a step's `staged`."""
        put = self.files.stage(path, data)
        self.probe(Boundary.FILE_STAGED)
        return put

    @property
    def is_segment_full(self) -> bool:
        """Is it time to seal the open segment?"""
        return self._segment is not None and self._segment.size >= SEGMENT_BYTES

    def close_segment(self) -> Step | None:
        """Close the open segment; return the step that enters it in the ledger, its index beside it."""
        if self._segment is None:
            return None
        segment, self._segment = self._segment, None
        digest, index = segment.close()
        return self._segment_step(segment.path, digest, index, event=Event.SEALED)

    def seal(self, *, now: datetime) -> None:
        """Close the open segment and enter it in the ledger."""
        if step := self.close_segment():
            self.commit([step], now=now)
            self.probe(Boundary.SEGMENT_SEALED)

    def _segment_step(self, path: str, digest: Digest, index: list[str], *, event: Event) -> Step:
        whole = Put(path, digest, self.files.size(path))
        text = "".join(f"{line}\n" for line in index).encode()
        return Step(event=event, data={"segment": path}, files=((cdxj_path(path), text),), done=(whole,))

    @property
    def head(self) -> Head:
        """The last line of the ledger."""
        return self._head

    def origin(self) -> Digest:
        """Return the digest of the ledger's first line, which no other archive shares.

        Raises:
            FormatError: The ledger is missing, or its first line is damaged.
        """
        files = self.ledger_files()
        if not files:
            raise FormatError("ledger/", "there is no ledger; restore it from a backup")
        first = self.files.read(files[0]).partition(b"\n")[0]
        return ledger.parse(first, path=files[0], number=1).digest

    # ---------------------------------------------------------------- recovery

    def ledger_files(self) -> list[str]:
        """Return the paths of the ledger's files, oldest first."""
        return [path for path in self.files.walk("ledger") if path.endswith(".jsonl")]

    def lines(self, *, after: Head | None = None) -> Iterator[Line]:
        """Yield the ledger's lines, checked, from the first one, or after a head that is known.

        Raises:
            LedgerFormatError: A line is damaged, missing, or torn, or the known head is not among them.
        """
        known = after or Head()
        head = Head()
        for path in self.ledger_files():
            for line in ledger.lines_of(self.files.read(path), path=path, after=head):
                head = Head(line.seq, line.digest)
                if line.seq == known.seq and line.digest != known.digest:
                    what = (
                        f"line {line.seq} is not the one that the index knows: the ledger was replaced;"
                        f" restore it from a backup, or, if it is right, delete {INDEX}"
                    )
                    raise LedgerFormatError(path, what)
                if line.seq > known.seq:
                    yield line
        if head.seq < known.seq:
            what = f"the ledger ends with line {head.seq}, but the index knows line {known.seq}: lines were cut off"
            raise LedgerFormatError("ledger/", what)

    def line(self, seq: int) -> Line:
        """Return one line, by its number; its own digest is checked.

        Raises:
            LedgerFormatError: It is damaged, or not there.
        """
        for path in reversed(self.ledger_files()):
            rows = self.files.read(path).splitlines()
            first = ledger.parse(rows[0], path=path, number=1).seq if rows else seq + 1
            if first <= seq < first + len(rows):
                return ledger.parse(rows[seq - first], path=path, number=seq - first + 1)
        raise LedgerFormatError("ledger/", f"there is no line {seq}")

    def _recover(self) -> None:
        files = self.ledger_files()
        if files:
            last = files[-1]
            data = self.files.read(last)
            if (whole := ledger.whole_length(data)) < len(data):
                self._cut_torn(last, data, whole)
        head = self.catalog.head()
        if self.files.has_staged() or self._is_behind(head):
            self._redo(head)
            self._head = self.catalog.head()
            self.files.sweep()
        self._recover_segments()

    def _cut_torn(self, path: str, data: bytes, whole: int) -> None:
        """Cut off a last line that is torn, unless the index knows it: then it counted, and was damaged since."""
        seq = ledger.seq_of(data[whole:])
        if seq is not None and seq <= self._head.seq:
            what = (
                "the last line counted, and is damaged; run `onrecord verify --repair`, or restore a backup"
            )
            raise LedgerFormatError(path, what)
        self.files.cut(path, whole)

    def _redo(self, head: Head) -> None:
        """Do again, from the ledger's own words, what follows its line for each line after *head*."""
        pending = list(self.lines(after=head))
        for line in pending:
            self.files.settle(line.puts)
            self.files.delete(line.drops)
        self.bring_in(pending)

    def _is_behind(self, head: Head) -> bool:
        """Does the last line of the ledger differ from the last one in the index?"""
        files = self.ledger_files()
        if not files:
            return head.seq > 0
        rows = self.files.read(files[-1]).splitlines()
        return not rows or ledger.parse(rows[-1], path=files[-1], number=len(rows)).digest != head.digest

    def bring_in(self, lines: Sequence[Line]) -> None:
        """Bring ledger lines into the index, reading the documents that they wrote from where they stand now."""
        places: dict[tuple[str, int], str] = {}
        forgotten = {line.data["id"] for line in lines if line.event is Event.FORGOTTEN}
        for line in lines:
            if line.event in DOCUMENTED and line.data["id"] not in forgotten:
                places[line.data["id"], line.data["revision"]] = line.data["document"]
                if line.data.get("superseded"):
                    places[line.data["id"], line.data["revision"] - 1] = line.data["superseded"]
        with self.catalog.transaction():
            for line in lines:
                path = places.get((line.data.get("id", ""), line.data.get("revision", 0)))
                try:
                    document = self.document_at(path) if path else None
                except FormatError:
                    if not self._is_mending or path is None:
                        raise
                    self.unread.append(path)
                    self.catalog.skip(line)
                    continue
                is_over = line.data.get("id") in forgotten and line.event is not Event.FORGOTTEN
                self.catalog.apply(line, document, is_forgotten=is_over)

    def _recover_segments(self) -> None:
        """Cut torn segments back to their last whole record, and seal those that a crash left open."""
        is_open = [
            path
            for path in self.files.walk("captures")
            if path.endswith(".warc.gz") and not self.files.exists(cdxj_path(path))
        ]
        # One that the ledger names was sealed, and has lost its index: what it holds must not be cut.
        sealed = ledger.held_after(self.lines()) if is_open else {}
        for path in is_open:
            if path in sealed:
                continue
            found = recover(self.root / path, path=path)
            if found.records == 0:
                self.files.remove(path)
                continue
            event = Event.REPAIRED if found.cut else Event.SEALED
            index = write_cdxj(self.root / path, path=path)
            step = self._segment_step(path, file_digest(self.root / path), index, event=event)
            self.commit([step], now=datetime.now(UTC))

    # ---------------------------------------------------------------- reading

    def document_at(self, path: str) -> Document:
        """Return the document at *path*.

        Raises:
            FormatError: It is missing or can't be read back.
        """
        return read_document(self.files, path)

    def document(self, held: HeldArticle) -> Document:
        """Return the newest revision of an article."""
        return self.document_at(held.path)

    def envelope(self, held: HeldArticle) -> Envelope | None:
        """Return what the full-text feed gave for an article, verbatim."""
        path = envelope_path(held.path)
        return read_envelope(self.files.read(path), path) if held.has_envelope else None

    def record(self, ref: RecordRef) -> StoredRecord:
        """Return a captured record, its digests checked.

        Raises:
            FormatError: It is damaged, or its segment is missing.
        """
        self.files.size(ref.path)
        with storage_errors(self.root / ref.path), (self.root / ref.path).open("rb") as stream:
            return read_record(stream, ref.offset, path=ref.path)

    def rebuild(self) -> int:
        """Make the index again from the ledger and the documents; return how many lines it brought in."""
        self.catalog.close()
        with storage_errors(self.root):
            for name in (INDEX, f"{INDEX}-wal", f"{INDEX}-shm"):
                (self.root / name).unlink(missing_ok=True)
        self.catalog = SqliteCatalog(self.root / INDEX)
        self.unread.clear()
        found = list(self.lines())
        self.bring_in(found)
        self._head = self.catalog.head()
        return len(found)
