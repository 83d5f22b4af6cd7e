"""Is what was read what is held? The older capture is read as the newer one was, and the two are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from onrecord.archive import Archive
from onrecord.extract import SiteMemory, reader_name
from onrecord.model import Article, Document, Entry, Exchange, ReadingKind
from onrecord.pipeline.learning import SiteDesk
from onrecord.pipeline.reading import Reading, read_again
from onrecord.revisions import KindChanged, NewRevision, Unchanged, content_digest, next_revision
from onrecord.store import HeldArticle


@dataclass(frozen=True, slots=True)
class Compared:
    """What a reading is beside the newest revision held."""

    decided: NewRevision | Unchanged | KindChanged
    before: (
        Article  #: what that revision's capture says to today's reader: what is different is told beside it
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparer:
    """Compares readings with what the archive holds."""

    archive: Archive
    sites: SiteDesk
    now: Callable[[], datetime]

    def compare(self, reading: Reading, held: HeldArticle, latest: Document, entry: Entry | None) -> Compared:
        """Decide what *reading* is beside the newest revision held, whose document is *latest*."""
        rule = self.archive.rules.rule_for(held.url, on=latest.revision.captured_at)
        is_read_so = latest.reader_version == reader_name(rule) and latest.learned == reading.learned
        again = None if is_read_so else self._again(held, latest, entry, reading.site)
        decided = next_revision(
            reading.article, reading.kind, latest.revision, now=self.now(), latest_reread=again
        )
        if isinstance(decided, NewRevision) and self._is_furniture_alone(reading, held, latest, entry):
            decided = Unchanged(latest.revision.article.canonical_url)
        return Compared(decided, again or latest.revision.article)

    def _is_furniture_alone(
        self, reading: Reading, held: HeldArticle, latest: Document, entry: Entry | None
    ) -> bool:
        """Is the difference only in what was learned to be furniture since the article was first read?"""
        answer = reading.exchange
        if answer is None or reading.site is None or reading.kind is not ReadingKind.PAGE:
            return False
        newest = self.sites.newest(answer.url)
        if newest == reading.site:
            return False
        before = self._again(held, latest, entry, newest)
        after = self._read(answer, answer.url, answer.header("content-type"), entry=entry, site=newest)
        if before is None or after is None:
            return False
        told = latest.revision.article
        after = with_what_the_feed_told(replace(after, canonical_url=reading.article.canonical_url), told)
        return content_digest(before) == content_digest(after)

    def _again(
        self, held: HeldArticle, latest: Document, entry: Entry | None, site: SiteMemory | None
    ) -> Article | None:
        """Read the older capture with today's reader and rules, knowing *site*.

        So neither an upgrade nor a new rule, nor what was learned since, makes a revision.
        """
        newest = self.archive.catalog.revisions(held.id)[-1]
        if newest.record is None or latest.revision.kind is not ReadingKind.PAGE:
            return None
        record = self.archive.record(newest.record)
        again = self._read(
            record.exchange(), record.url or held.url, newest.media_type, entry=entry, site=site
        )
        return with_what_the_feed_told(again, latest.revision.article) if again else None

    def _read(
        self,
        exchange: Exchange,
        url: str,
        content_type: str | None,
        *,
        entry: Entry | None,
        site: SiteMemory | None,
    ) -> Article | None:
        rule = self.archive.rules.rule_for(url, on=exchange.requested_at)
        return read_again(exchange, url=url, content_type=content_type, entry=entry, rule=rule, site=site)


def with_what_the_feed_told(article: Article, known: Article) -> Article:
    """Return *article* with date and authors as known, where it is silent on them.

    They came from an entry that has left its feed's window since: the page has not been edited.
    """
    return replace(
        article,
        published_at=article.published_at or known.published_at,
        authors=article.authors or known.authors,
    )
