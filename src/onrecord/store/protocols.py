"""What the other rooms ask of the stores, and the rows that they get. The classes behind it carry the docstrings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from onrecord.ledger import Head, Line, Put
from onrecord.model import ArticleId, Digest, Document, RecordRef, SourceId


class FileStore(Protocol):
    """All that an archive asks of the place where its files are. Paths are relative, with "/"."""

    def stage(self, path: str, data: bytes) -> Put: ...
    def sync_staging(self) -> None: ...
    def settle(self, puts: Iterable[Put]) -> None: ...
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
    removal: str | None
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
class Listing:
    """What `list` asks for. None: any."""

    source: str | None = None
    since: datetime | None = None  #: published (else first captured) at this moment or later
    until: datetime | None = None  #: before this moment
    language: str | None = None  #: "zh" finds zh-Hans and zh-Hant
    author: str | None = None  #: a part of a name, whatever its case
    changed: bool = False  #: only what has several revisions, or is gone; by the moment that this was seen
    limit: int | None = None
    offset: int = 0


class Catalog(Protocol):
    """What the other rooms ask of the index. `apply` is the only way in: the ledger decides what is held."""

    def head(self) -> Head: ...
    def transaction(self) -> AbstractContextManager[None]: ...
    def apply(self, line: Line, document: Document | None) -> None: ...
    def article(self, article_id: str) -> HeldArticle | None: ...
    def find(self, url: str) -> HeldArticle | None: ...
    def articles(self, listing: Listing) -> Iterator[HeldArticle]: ...
    def touched_after(self, seq: int) -> list[tuple[int, str]]: ...
    def size(self) -> int: ...
    def count(self, listing: Listing) -> int: ...
    def months(self, source: str | None) -> list[tuple[str, int]]: ...
    def captured_since(self, source: str, at: datetime) -> list[HeldArticle]: ...
    def revisions(self, article_id: str) -> list[HeldRevision]: ...
    def aliases(self, article_id: str) -> list[str]: ...
    def next_number(self, source: str) -> int: ...
    def is_path_taken(self, path: str) -> bool: ...
    def picture_path(self, digest: Digest) -> str | None: ...
    def pictures(self, article_id: str) -> list[tuple[str, str | None, str | None]]: ...
    def enclosures_missing(self, source: str) -> list[tuple[str, str, str]]: ...
    def keys(self) -> list[HeldKey]: ...
    def last_signed(self) -> SignedHead | None: ...
    def counts(self) -> Mapping[str, Mapping[str, int]]: ...
    def gaps(self, source: str | None, *, only_open: bool = True) -> list[HeldGap]: ...
    def has_gap(self, source: str, kind: str, url: str | None, since: datetime | None = None) -> bool: ...
    def moments(self, source: str, *, limit: int) -> list[datetime]: ...
    def first_captured_at(self, source: str) -> datetime | None: ...
    def close(self) -> None: ...
