"""Learning from what is held: for an archive that is older than its state, or has lost it. No server is asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from onrecord.archive import Archive
from onrecord.errors import FormatError
from onrecord.extract import SiteMemory, SiteRule, Traits, read_page_and_traits
from onrecord.fetch import decoded_body
from onrecord.learning import WINDOW, site_of
from onrecord.model import ReadingKind, RecordRef, VerdictKind
from onrecord.pipeline.learning import learn
from onrecord.pipeline.report import utc_now
from onrecord.store import Listing
from onrecord.warc import read_record


@dataclass(frozen=True, slots=True)
class _Shown:
    """A capture that a site is learned from."""

    root: Path
    url: str
    record: RecordRef
    media_type: str | None
    rule: SiteRule | None


def learn_from_captures(
    archive: Archive,
    *,
    source: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Learn the sites of which nothing is known from their newest articles; return how many sites that were."""
    sites = _unknown_sites(archive, source)
    total, done = sum(len(pages) for pages in sites.values()), 0
    if not sites:
        return 0
    with ProcessPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for site, pages in sites.items():
            shown = [one for one in pool.map(_traits, pages, chunksize=4) if one is not None]
            learn(archive.state, site, shown, now=utc_now())
            done += len(pages)
            progress(done, total)
    return len(sites)


def _unknown_sites(archive: Archive, source: str | None) -> dict[str, list[_Shown]]:
    """Return the captures of the newest articles of each site that is not known, the oldest first."""
    known = set(archive.state.sites())
    sites: dict[str, list[_Shown]] = {}
    articles = archive.catalog.articles(Listing(source=source))
    for article in sorted(articles, key=lambda one: (one.first_captured_at, one.number)):
        site = site_of(article.url)
        first = archive.catalog.revisions(article.id)[0]
        is_whole = article.verdict == VerdictKind.FULL and first.kind == ReadingKind.PAGE
        if site not in known and is_whole and first.record is not None:
            pages = sites.setdefault(site, [])
            rule = archive.rules.rule_for(article.url, on=first.captured_at)
            pages.append(_Shown(archive.root, article.url, first.record, first.media_type, rule))
    return {site: pages[-WINDOW:] for site, pages in sites.items()}


def _traits(shown: _Shown) -> Traits | None:
    """Return what a capture shows of its site, in a process of its own; None where it can't be read."""
    try:
        with (shown.root / shown.record.path).open("rb") as stream:
            record = read_record(stream, shown.record.offset, path=shown.record.path)
    except (FormatError, FileNotFoundError):
        return None  # reading again names it
    url = record.url or shown.url
    body = decoded_body(record.exchange()).body
    site = SiteMemory(site_of(url))
    return read_page_and_traits(body, url=url, content_type=shown.media_type, rule=shown.rule, site=site)[2]
