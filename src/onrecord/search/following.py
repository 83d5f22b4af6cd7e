"""The search index brought up to what the archive holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from onrecord.archive import Archive
from onrecord.dates import from_iso
from onrecord.ledger import Head
from onrecord.search.index import Indexed, SearchIndex
from onrecord.store import HeldArticle

#: Articles between two commits: what a broken-off first indexing need not do again.
BATCH = 5_000

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


def _bring_in(archive: Archive, index: SearchIndex, after: int, tell: Progress) -> int:
    done = 0
    for seq, article_id in archive.catalog.touched_after(after or -1):
        article = archive.catalog.article(article_id)
        if article is None:
            continue
        index.drop(article.id)
        for one in entries(archive, article):
            index.add(one)
        done += 1
        tell(done)
        if done % BATCH == 0:
            index.commit(Head(seq, None))
    return done


def moment_of(article: HeldArticle) -> datetime:
    """Return when an article was published, as claimed, else when it was first captured."""
    published = from_iso(article.published) if article.published else None
    return published.at if published else article.first_captured_at


def entries(archive: Archive, article: HeldArticle) -> list[Indexed]:
    """Return an article's revisions as they go into the index, the newest last."""
    found: list[Indexed] = []
    for revision in archive.catalog.revisions(article.id):
        is_newest = revision.number == article.revision
        found.append(
            Indexed(
                document=archive.document_at(revision.path),
                at=moment_of(article),
                is_newest=is_newest,
                changed_at=article.captured_at if article.revision > 1 else None,
                removed_at=article.removed_at,
            )
        )
    return found
