"""The way back in time: sitemaps, their indexes, and older pages of feeds, read list by list.

robots.txt and the feeds are where it begins; what a list names is put behind it, the newest first. Each round reads
a few lists more, and queues the articles that nobody knew: so many an hour, so that a publisher's server has its
peace and its news come first. All of it stands in the state; stopped at any moment, it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from onrecord import feeds
from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.fetch import Client, Robots
from onrecord.model import Entry, Feed, Fetched, SourceId
from onrecord.pipeline.claims import claims_digest, remembered
from onrecord.pipeline.paging import parsed
from onrecord.pipeline.pictures import reason_of
from onrecord.pipeline.report import Happening, Listener, News
from onrecord.pipeline.writing import Writer
from onrecord.store import EntryRow, WalkRow
from onrecord.urls import lookup_key, resolve

#: Lists that are read for one source in one round.
LISTS_A_ROUND = 10
#: Lists of one source; sitemaps.org allows as many in one index.
MOST_LISTS = 50_000
#: Articles that are queued of one source: one of the largest archives of the press has twice as many.
MOST_QUEUED = 2_000_000
#: How often a list that can't be read is tried, in as many rounds.
TRIES = 3
#: Where sitemaps are that no robots.txt names.
USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml")


def begin(archive: Archive, source: SourceConfig, since: datetime) -> None:
    """Have a source go back to *since*. Repeated with an earlier day, it reads its lists again for what is older."""
    home = source.home or next(iter(source.feeds))
    robots = resolve("/robots.txt", home) or home
    seeds = [WalkRow(source=source.id, url=robots, is_robots=True, since=since)]
    seeds += [WalkRow(source=source.id, url=url, since=since) for url in source.feeds]
    with archive.state.transaction():
        for row in seeds:
            known = archive.state.walk(source.id, row.url)
            if known is None or since < known.since:
                archive.state.put(row)


class Backfill:
    """Goes back for the sources that are to."""

    def __init__(
        self, archive: Archive, client: Client, writer: Writer, *, now: Callable[[], datetime], tell: Listener
    ) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._now = now
        self._tell = tell
        self._under_way = archive.state.walking()

    def is_under_way(self, source: SourceId) -> bool:
        """Has it lists to read?"""
        return source in self._under_way

    async def go_on(self, source: SourceConfig) -> None:
        """Read the next lists of *source*, and queue what they bring."""
        found = 0
        asked: set[str] = set()
        # What a list names comes at once, not in the next round: an index is two steps from robots.txt.
        while len(asked) < LISTS_A_ROUND and (rows := self._next(source.id, asked)):
            row = rows[0]
            asked.add(row.url)
            done = await (self._robots(row) if row.is_robots else self._list(row))
            if done.reason is None or done.attempts >= TRIES:
                done = replace(done, read_at=self._now())
            self._archive.state.put(done)
            found += done.found - row.found
        self._tell(News(what=Happening.WENT_BACK, source=source.id, count=found))

    def _next(self, source: SourceId, asked: set[str]) -> list[WalkRow]:
        rows = self._archive.state.walks(source, limit=len(asked) + 1)
        return [row for row in rows if row.url not in asked]

    async def _robots(self, row: WalkRow) -> WalkRow:
        robots = await self._client.robots(row.url)
        if not isinstance(robots, Robots):
            return replace(row, attempts=row.attempts + 1, reason=reason_of(robots)[0])
        named = robots.sitemaps or [url for path in USUAL_SITEMAPS if (url := resolve(path, row.url))]
        self._put_behind(row, [(url, None) for link in named if (url := resolve(link, row.url))])
        return replace(row, reason=None)

    async def _list(self, row: WalkRow) -> WalkRow:
        outcome = await self._client.fetch(row.url, kind="feed")
        if not isinstance(outcome, Fetched):
            return replace(row, attempts=row.attempts + 1, reason=reason_of(outcome)[0])
        feed = parsed(outcome.final)
        if feed.kind is None:
            return replace(row, attempts=TRIES, reason="this is no feed and no sitemap")
        behind = list(zip(feed.children, feed.children_modified, strict=True))
        self._put_behind(
            row, [(url, str(at) if at else None) for url, at in behind if at is None or at.at >= row.since]
        )
        if feed.older_url and any(_is_since(entry, row.since) for entry in feed.entries):
            self._put_behind(row, [(feed.older_url, None)])
        fresh = self._fresh(row, feed)
        if fresh:
            for exchange in outcome.exchanges:
                await self._writer.capture(exchange)
        self._queue(row, fresh)
        return replace(row, found=row.found + len(fresh), reason=None)

    def _put_behind(self, row: WalkRow, lists: list[tuple[str, str | None]]) -> None:
        """Put lists on the way, those that are not on it already; read again those that go back further now."""
        state = self._archive.state
        walked = state.walked(row.source)
        room = MOST_LISTS - (walked.read + walked.to_read + walked.failed if walked else 0)
        with state.transaction():
            for url, modified in lists[: max(room, 0)]:
                known = state.walk(row.source, url)
                if known is None or row.since < known.since:
                    state.put(WalkRow(source=row.source, url=url, since=row.since, modified=modified))

    def _fresh(self, row: WalkRow, feed: Feed) -> dict[str, Entry]:
        """Return the entries since the day that is meant, which nobody knows yet, the newest first."""
        listed = {
            lookup_key(entry.url): entry
            for entry in sorted(feed.entries, key=lambda entry: _moment(entry) or row.since, reverse=True)
            if _is_since(entry, row.since) and (entry.headline or feeds.may_be_article(entry.url))
        }
        known = {*self._archive.state.entries(row.source, listed), *self._archive.catalog.find_all(listed)}
        known |= self._archive.catalog.forgotten(listed)
        return {key: one for key, one in listed.items() if key not in known}

    def _queue(self, row: WalkRow, fresh: dict[str, Entry]) -> None:
        """Have each asked for in its turn, so many an hour."""
        state, now = self._archive.state, self._now()
        walked = state.walked(row.source)
        room = max(MOST_QUEUED - (walked.found if walked else 0), 0)
        # An hour's worth at once where nothing waits; the others behind it, and behind what waits already.
        soonest = now - timedelta(hours=1)
        at = max(state.queued_until(row.source) or soonest, soonest)
        step = timedelta(hours=1) / self._archive.config.schedule.backfill
        with state.transaction():
            for number, (key, entry) in enumerate(list(fresh.items())[:room]):
                state.put(
                    EntryRow(
                        source=row.source,
                        key=key,
                        url=entry.url,
                        headline=entry.headline,
                        claims_digest=claims_digest(entry),
                        claims=remembered(entry),
                        first_seen_at=now,
                        last_seen_at=now,
                        outcome="queued",
                        next_at=at + step * number,
                        is_past=True,
                    )
                )


def _moment(entry: Entry) -> datetime | None:
    claimed = entry.published_at or entry.modified_at
    return claimed.at if claimed else None


def _is_since(entry: Entry, since: datetime) -> bool:
    """Is it of that day or later? A sitemap's lastmod is no earlier than the publication; what says nothing may be."""
    at = _moment(entry)
    return at is None or at >= since
