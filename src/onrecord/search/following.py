"""The search index brought up to what the archive holds."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from onrecord.archive import Archive, read_document
from onrecord.dates import from_iso
from onrecord.ledger import Head
from onrecord.search.entry import Entry, Indexed, entry_of
from onrecord.search.index import SearchIndex
from onrecord.store import FolderStore, HeldArticle

#: Articles between two commits: what a broken-off first indexing need not do again.
BATCH = 5_000

#: Fewer articles than this are not worth the start of other processes; so many are given to them at once.
FEW = 1_000
#: Articles that a process takes at a time.
CHUNK = 50

Progress = Callable[[int], None]


def follow(archive: Archive, index: SearchIndex, *, tell: Progress = lambda _: None) -> int:
    """Bring *index* up to the archive's last ledger line; return how many articles were put in again.

    Broken off, it goes on at the next call where it stopped. An index that knows more than the archive, or another
    ledger, is made anew.

    Args:
        archive: What is held. It need not be open for writing.
        index: What follows it.
        tell: Called with the number of articles that are done.

    Raises:
        StorageError: The index can't be written to.
        ArchiveLockedError: Another process does this now.
        FormatError: A document is damaged or missing; it is named.
    """
    held, known = archive.catalog.head(), index.head()
    if known == held:
        return 0
    if known.seq >= held.seq:
        # The archive was put back from a backup, or its ledger is another one.
        index.clear()
        known = Head()
    done = _bring_in(archive, index, known.seq, tell)
    index.commit(held)
    if index.count() != archive.catalog.size():
        # An article was forgotten, and no line of the catalog tells which.
        index.clear()
        done = _bring_in(archive, index, 0, tell)
        index.commit(held)
    return done


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An article to be put in again: where its revisions stand."""

    seq: int  #: of the last ledger line about it
    id: str
    revisions: tuple[_Revision, ...]


@dataclass(frozen=True, slots=True)
class _Revision:
    path: str
    at: datetime
    is_newest: bool
    changed_at: datetime | None
    removed_at: datetime | None


def _bring_in(archive: Archive, index: SearchIndex, after: int, tell: Progress) -> int:
    done = 0
    for wanted, made in _made(archive.root, _wanted(archive, after)):
        index.drop(wanted.id)
        for entry in made:
            index.add(entry)
        done += 1
        tell(done)
        if done % BATCH == 0:
            index.commit(Head(wanted.seq, None))
    return done


def _wanted(archive: Archive, after: int) -> Iterator[_Wanted]:
    for seq, article_id in archive.catalog.touched_after(after or -1):
        article = archive.catalog.article(article_id)
        if article is not None:
            yield _Wanted(seq, article.id, tuple(_revisions(archive, article)))


def _revisions(archive: Archive, article: HeldArticle) -> Iterator[_Revision]:
    """Yield an article's revisions, the newest last."""
    for revision in archive.catalog.revisions(article.id):
        yield _Revision(
            path=revision.path,
            at=moment_of(article),
            is_newest=revision.number == article.revision,
            changed_at=article.captured_at if article.revision > 1 else None,
            removed_at=article.removed_at,
        )


def _made(root: Path, wanted: Iterator[_Wanted]) -> Iterator[tuple[_Wanted, list[Entry]]]:
    """Yield what was wanted with its entries, in order: few are made here, many on every core."""
    first = list(islice(wanted, FEW))
    if len(first) < FEW:
        yield from zip(first, map(partial(_entries, root), first), strict=True)
        return
    # Born anew, not forked: the index has threads of its own, and a fork would copy their locks.
    anew = get_context("spawn")
    with ProcessPoolExecutor(max_workers=os.cpu_count() or 1, mp_context=anew) as pool:
        ahead: deque[tuple[list[_Wanted], Iterator[list[Entry]]]] = deque()
        batch = first
        while batch or ahead:
            if batch:
                ahead.append((batch, pool.map(partial(_entries, root), batch, chunksize=CHUNK)))
                batch = list(islice(wanted, FEW))
            if len(ahead) > 1 or not batch:
                yield from zip(*ahead.popleft(), strict=True)


def _entries(root: Path, wanted: _Wanted) -> list[Entry]:
    """Return what the index takes of an article; it may run in a process of its own."""
    files = FolderStore(root)
    return [
        entry_of(
            Indexed(
                document=read_document(files, one.path),
                at=one.at,
                is_newest=one.is_newest,
                changed_at=one.changed_at,
                removed_at=one.removed_at,
            )
        )
        for one in wanted.revisions
    ]


def moment_of(article: HeldArticle) -> datetime:
    """Return when an article was published, as claimed, else when it was first captured."""
    published = from_iso(article.published) if article.published else None
    return published.at if published else article.first_captured_at
