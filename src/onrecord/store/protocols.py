"""What the other rooms ask of the stores, and the rows that they get. The classes behind it carry the docstrings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from onrecord.ledger import Event, Head, Line, Put
from onrecord.model import ArticleId, Digest, Document, RecordRef, SourceId
from onrecord.removals import Removal


class FileStore(Protocol):
    """All that an archive asks of the place where its files are. Paths are relative, with "/"."""

    def stage(self, path: str, data: bytes) -> Put: ...
    def sync_staging(self) -> None: ...
    def settle(self, puts: Iterable[Put]) -> None: ...
    def stage_stream(self, path: str, write: Callable[[BinaryIO], None]) -> Put: ...
    def unstage(self, put: Put) -> None: ...
    def delete(self, paths: Iterable[str]) -> None: ...
    def has_staged(self) -> bool: ...
    def sweep(self) -> int: ...
    def append(self, path: str, data: bytes) -> None: ...
    def cut(self, path: str, size: int) -> None: ...
    def read(self, path: str) -> bytes: ...
    def exists(self, path: str) -> bool: ...
    def size(self, path: str) -> int: ...
    def walk(self, folder: str) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldArticle:
    """An article as the catalog lists it."""

    id: ArticleId
    source: SourceId
    number: int
    url: str
    headline: str
    language: str | None
    authors: tuple[str, ...]
    section: str | None
    published: str | None  #: as claimed, ISO 8601
    first_captured_at: datetime
    captured_at: datetime  #: of the newest revision
    revision: int
    kind: str
    verdict: str
    content_digest: Digest
    path: str  #: of the document
    removed_at: datetime | None  #: when its removal was first suspected
    removal: str | None  #: why it is held to be gone, in words
    removal_state: str | None  #: "suspected", "confirmed"
    has_envelope: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRevision:
    """A revision as the catalog lists it."""

    number: int
    captured_at: datetime
    kind: str
    content_digest: Digest
    path: str  #: where this revision's document stands now
    reader: str
    learned: str | None = None  #: `Document.learned`
    record: RecordRef | None
    media_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A public key of the archive, as the ledger names it."""

    id: str
    public: str  #: 32 bytes, in base64
    seq: int  #: of the line that names it
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A ledger line that is a signature over the one before it."""

    seq: int
    at: datetime
    key: str  #: the id of the key


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGap:
    """A gap as the catalog lists it: what may be missing of a source."""

    seq: int  #: of its ledger line, which names it
    source: str
    kind: str  #: "window", "entry", "numbers", "silence"
    url: str | None  #: of the list, or of the entry; for "numbers" what stands before the number
    since: datetime  #: until then nothing is missing
    until: datetime  #: from then on nothing is missing, as far as this gap goes
    at: datetime  #: when it was entered
    data: Mapping[str, Any]  #: the ledger line's own words
    filled_at: datetime | None = None  #: None: it is open
    filled_by: str | None = None
    found: int = 0  #: entries that were found of it since


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldChange:
    """A ledger line that says what a publisher changed or took away, as the catalog lists it."""

    seq: int  #: of the line
    at: datetime
    id: ArticleId
    event: Event  #: revised, kind-changed, removed, restored
    revision: int | None  #: of an edit: the newer one
    weight: float | None  #: 0 to 1; None: an early version did not write it down
    kinds: tuple[str, ...]  #: of an edit `compare.Kind`s, else the event's own name
    data: Mapping[str, Any]  #: of a removal or a return: what the line says


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeListing:
    """What `changes` asks for. None: any."""

    id: str | None = None
    source: str | None = None
    since: datetime | None = None
    after: int | None = None  #: a ledger line: only what came later
    before: int | None = None  #: a ledger line: only what came earlier
    kinds: tuple[str, ...] = ()  #: one of them is enough
    min_weight: float | None = None  #: what has no weight written down fits too, and any kind
    readings: bool = False  #: also what was read out of something else than before, which is no edit
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What `list` asks for. None: any."""

    source: str | None = None
    since: datetime | None = None  #: published (else first captured) at this moment or later
    until: datetime | None = None  #: before this moment
    language: str | None = None  #: "zh" finds zh-Hans and zh-Hant
    author: str | None = None  #: a part of a name, whatever its case
    removed: bool = False  #: only what its publisher no longer has, by the moment that it was first missing
    changed: bool = False  #: only what has several revisions, or is gone; by the moment that this was seen
    kept_since: datetime | None = None  #: first captured at this moment or later
    kept_until: datetime | None = None  #: first captured before this moment
    by_keeping: bool = False  #: in the order of first captures: an old article that comes late is new here
    oldest_first: bool = False
    limit: int | None = None
    offset: int = 0


class Catalog(Protocol):
    """What the other rooms ask of the index. `apply` is the only way in: the ledger decides what is held."""

    def head(self) -> Head: ...
    def transaction(self) -> AbstractContextManager[None]: ...
    def apply(self, line: Line, document: Document | None, *, is_forgotten: bool = False) -> None: ...
    def skip(self, line: Line) -> None: ...
    def article(self, article_id: str) -> HeldArticle | None: ...
    def find(self, url: str) -> HeldArticle | None: ...
    def find_all(self, keys: Iterable[str]) -> dict[str, HeldArticle]: ...
    def translations(self, article_id: str) -> list[HeldArticle]: ...
    def articles(self, listing: Listing) -> Iterator[HeldArticle]: ...
    def touched_after(self, seq: int) -> list[tuple[int, str]]: ...
    def size(self) -> int: ...
    def count(self, listing: Listing) -> int: ...
    def months(self, source: str, *, limit: int) -> list[tuple[str, int]]: ...
    def changes(self, listing: ChangeListing) -> list[HeldChange]: ...
    def knows_all_changes(self) -> bool: ...
    def removal(self, article_id: str) -> Removal | None: ...
    def captured_since(self, source: str, at: datetime) -> list[HeldArticle]: ...
    def revisions(self, article_id: str) -> list[HeldRevision]: ...
    def aliases(self, article_id: str) -> list[str]: ...
    def compact(self) -> None: ...
    def is_forgotten(self, url: str) -> bool: ...
    def forgotten(self, keys: Iterable[str]) -> set[str]: ...
    def records_in(self, segment: str) -> set[int]: ...
    def without_capture(self) -> int: ...
    def next_number(self, source: str) -> int: ...
    def is_path_taken(self, path: str) -> bool: ...
    def unread(self) -> int: ...
    def picture_urls(self, path: str) -> list[str]: ...
    def picture_path(self, digest: Digest) -> str | None: ...
    def pictures(self, article_id: str) -> list[tuple[str, str | None, str | None]]: ...
    def pictures_missing(self, source: str) -> list[tuple[str, str, str]]: ...
    def enclosures_missing(self, source: str) -> list[tuple[str, str, str]]: ...
    def keys(self) -> list[HeldKey]: ...
    def last_signed(self) -> SignedHead | None: ...
    def signed_since(self, seq: int) -> list[SignedHead]: ...
    def counts(self) -> Mapping[str, Mapping[str, int]]: ...
    def gaps(self, source: str | None, *, only_open: bool = True) -> list[HeldGap]: ...
    def has_gap(self, source: str, kind: str, url: str | None, since: datetime | None = None) -> bool: ...
    def moments(self, source: str, *, limit: int) -> list[datetime]: ...
    def first_captured_at(self, source: str) -> datetime | None: ...
    def close(self) -> None: ...
