"""Streams: articles in the order in which they were kept, as apps that sync read them, page by page.

Unread is what was first captured within the last thirty days and is not marked as read, as Google Reader had it: an app
that meets an archive of ten years does not show all of it as new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from onrecord.errors import UsageError
from onrecord.reader.items import id_of, number_of
from onrecord.reader.shown import Shown
from onrecord.store import HeldArticle, Listing, Marks

#: How long an article is unread, and how many of the newest may be.
UNREAD_FOR, MOST_UNREAD = timedelta(days=30), 10_000
#: Articles that are looked through for one page; who wants the rest comes again with the cursor.
MOST_LOOKED_THROUGH = 20_000
_CHUNK = 500
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A part of a stream."""

    sources: frozenset[str] | None = None  #: None: all
    is_read: bool | None = None
    is_starred: bool | None = None
    since: datetime | None = None  #: first captured at this moment or later
    until: datetime | None = None  #: before this moment
    oldest_first: bool = False
    limit: int = 20
    cursor: str | None = None  #: of the page before


@dataclass(frozen=True, slots=True)
class Page:
    """Some articles of a stream, and where it goes on."""

    articles: list[HeldArticle]
    cursor: str | None = None


@dataclass(slots=True)
class Unread:
    """What of a source is unread."""

    count: int
    newest: datetime


class Streams:
    """The streams of one archive.

    Args:
        shown: The archive.
        now: The time, UTC.
    """

    def __init__(self, shown: Shown, now: Callable[[], datetime]) -> None:
        self._shown = shown
        self._now = now

    @property
    def marks(self) -> Marks:
        """The marks.

        Raises:
            UsageError: Nothing can be marked here.
        """
        if self._shown.marks is None:
            raise UsageError("this archive lies where nothing can be written, so nothing can be marked")
        return self._shown.marks

    def page(self, reader: str, wanted: Wanted) -> Page:
        """Return a page of a stream."""
        fits = self._filter(reader, wanted)
        found: list[HeldArticle] = []
        last: HeldArticle | None = None
        for looked_at, held in enumerate(self._from_cursor(wanted)):
            if looked_at == MOST_LOOKED_THROUGH:
                return Page(found, _cursor(last) if last else None)
            if fits(held):
                if len(found) == wanted.limit:
                    return Page(found, _cursor(found[-1]))
                found.append(held)
            last = held
        return Page(found)

    def fitting(self, reader: str, articles: Sequence[HeldArticle], wanted: Wanted) -> list[HeldArticle]:
        """Return those of some articles that are as they are wanted: read or not, starred or not."""
        return list(filter(self._filter(reader, wanted), articles))

    def unread(self, reader: str) -> Iterator[HeldArticle]:
        """Yield what a reader has not read, the newest first."""
        read = self.marks.read_ids(reader)
        listing = Listing(by_keeping=True, kept_since=self.unread_since(), limit=MOST_UNREAD)
        return (held for held in self._shown.archive.catalog.articles(listing) if held.id not in read)

    def unread_counts(self, reader: str) -> dict[str, Unread]:
        """Return what is unread of each source."""
        counts: dict[str, Unread] = {}
        for held in self.unread(reader):
            known = counts.setdefault(held.source, Unread(0, held.first_captured_at))
            known.count += 1
        return counts

    def sources(self) -> list[str]:
        """Return the sources: those that are followed in their order, then others of which something is held."""
        followed = [one.id for one in self._shown.config().sources]
        return list(dict.fromkeys([*followed, *sorted(self._shown.archive.catalog.counts())]))

    def folders(self) -> dict[str, str]:
        """Return the folder of each source that is in one, as one name: "News/Asia"."""
        return {one.id: "/".join(one.folder) for one in self._shown.config().sources if one.folder}

    def unread_since(self) -> datetime:
        """Return from when on an article is unread until it is marked otherwise."""
        return self._now() - UNREAD_FOR

    # ---------------------------------------------------------------- parts

    def _filter(self, reader: str, wanted: Wanted) -> Callable[[HeldArticle], bool]:
        read = self.marks.read_ids(reader) if wanted.is_read is not None else set()
        starred = set(self.marks.starred_ids(reader)) if wanted.is_starred is not None else set()
        since = self.unread_since()

        def fits(held: HeldArticle) -> bool:
            if wanted.sources is not None and held.source not in wanted.sources:
                return False
            is_read = held.id in read or held.first_captured_at < since
            if wanted.is_read is not None and wanted.is_read != is_read:
                return False
            return wanted.is_starred is None or wanted.is_starred == (held.id in starred)

        return fits

    def _from_cursor(self, wanted: Wanted) -> Iterator[HeldArticle]:
        """Yield what a stream is chosen from, from where the page before ended."""
        listing = Listing(
            source=next(iter(wanted.sources)) if wanted.sources and len(wanted.sources) == 1 else None,
            kept_since=wanted.since,
            kept_until=wanted.until,
            by_keeping=True,
            oldest_first=wanted.oldest_first,
        )
        if wanted.is_read is False:
            listing = replace(
                listing, kept_since=max(self.unread_since(), wanted.since or self.unread_since())
            )
        if wanted.cursor is None:
            yield from self._chunks(listing)
            return
        at, last = _parsed(wanted.cursor)
        # The cursor's second is asked for again: what stood behind its article in it is still to come.
        if wanted.oldest_first:
            listing = replace(listing, kept_since=max(at, listing.kept_since or at))
        else:
            listing = replace(listing, kept_until=min(at + _SECOND, listing.kept_until or at + _SECOND))
        for held in self._chunks(listing):
            if held.first_captured_at != at or (held.id > last if wanted.oldest_first else held.id < last):
                yield held

    def _chunks(self, listing: Listing) -> Iterator[HeldArticle]:
        offset = 0
        while True:
            chunk = list(self._shown.archive.catalog.articles(replace(listing, limit=_CHUNK, offset=offset)))
            yield from chunk
            if len(chunk) < _CHUNK:
                return
            offset += _CHUNK


def starred(streams: Streams, shown: Shown, reader: str) -> list[HeldArticle]:
    """Return what a reader starred, in the order of keeping, the newest first."""
    held = filter(None, map(shown.archive.catalog.article, streams.marks.starred_ids(reader)))
    return sorted(held, key=lambda one: (one.first_captured_at, one.id), reverse=True)


def within(articles: Sequence[HeldArticle], wanted: Wanted) -> Page:
    """Return the page of a short stream that is asked for."""
    at, last = _parsed(wanted.cursor) if wanted.cursor else (None, "")
    ordered = sorted(
        articles, key=lambda one: (one.first_captured_at, one.id), reverse=not wanted.oldest_first
    )
    chosen = [
        one
        for one in ordered
        if (wanted.since is None or one.first_captured_at >= wanted.since)
        and (wanted.until is None or one.first_captured_at < wanted.until)
        and (at is None or _is_behind(one, at, last, oldest_first=wanted.oldest_first))
    ]
    page = chosen[: wanted.limit]
    return Page(page, _cursor(page[-1]) if len(chosen) > len(page) > 0 else None)


def _is_behind(one: HeldArticle, at: datetime, last: str, *, oldest_first: bool) -> bool:
    place, here = (one.first_captured_at, one.id), (at, last)
    return place > here if oldest_first else place < here


def _cursor(held: HeldArticle) -> str:
    return f"{int(held.first_captured_at.timestamp())}-{number_of(held.id)}"


def _parsed(cursor: str) -> tuple[datetime, str]:
    match = re.fullmatch(r"(\d{1,11})-(\d{1,19})", cursor)
    if match is None:
        raise UsageError(f"{cursor[:50]}: this is no place in a stream; begin again without it")
    return datetime.fromtimestamp(int(match[1]), UTC), id_of(int(match[2]))
