"""From an answer to a reading: which article, read out of what, judged how. No writing here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from onrecord.config import SourceConfig
from onrecord.extract import (
    READER_VERSION,
    PageFacts,
    SiteMemory,
    SiteRule,
    Traits,
    read_entry,
    read_page,
    read_page_and_traits,
    reader_name,
)
from onrecord.fetch import decoded_body
from onrecord.judge import judge
from onrecord.model import (
    Article,
    Entry,
    Envelope,
    Exchange,
    Fetched,
    Outcome,
    Problem,
    ReadingKind,
    Verdict,
    VerdictKind,
)
from onrecord.sites import Rulebook
from onrecord.text import body_text
from onrecord.urls import Identity, canonicalize, identity

#: A page is preferred to the feed's full text unless it gives less than this share of it: a paywall, a block page.
FULL_ENOUGH = 0.9

#: Two articles with this share of the shorter one's text in common are one; reports on one subject share a tenth.
ALIKE = 0.3


#: What is known of the page of an entry's text: that it is one.
_OF_A_FEED = PageFacts(og_type="article")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An article as read, and where from."""

    article: Article
    kind: ReadingKind
    verdict: Verdict
    identity: Identity
    reader: str = READER_VERSION  #: and the rule that it had
    missed: str | None = None  #: what that rule did not find though every article has it, as a sentence
    exchange: Exchange | None = None  #: the page's; None for a feed's text
    via: str | None = None  #: of a rendition: which
    exchanges: tuple[Exchange, ...] = ()  #: of a rendition: how it came
    site: SiteMemory | None = None  #: of a page: what was known of its site

    @property
    def learned(self) -> str | None:
        """Return the name of what was known of the site, for the document."""
        return None if self.site is None or self.site.is_empty else self.site.digest

    def exchanges_of(self, outcome: Outcome | None) -> tuple[Exchange, ...]:
        """Return how it came, redirects first: of a rendition its own way, else that of the page's *outcome*."""
        return self.exchanges or (outcome.exchanges if isinstance(outcome, Fetched) else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of an answer: a reading, or the verdict that there is none."""

    reading: Reading | None
    verdict: Verdict | None  #: of the page, if it answered
    facts: PageFacts | None = None  #: of the page
    traits: Traits | None = None  #: what the page shows of its site; None where it is not what was read


def read(
    outcome: Outcome | None,
    entry: Entry | None,
    source: SourceConfig,
    *,
    url: str,
    rules: Rulebook,
    site: SiteMemory,
) -> Judged:
    """Return the fuller of the page and the feed's own text, as *source* wants it; *site* is known of the page's."""
    judged = (
        _page(outcome, entry, url, rules, site)
        if isinstance(outcome, Fetched)
        else Judged(reading=None, verdict=None)
    )
    page = judged.reading
    feed = _feed(entry, source) if source.full_text != "page" else None
    if source.full_text == "feed" and feed is not None:
        return replace(judged, reading=feed)
    if page is not None and (
        feed is None or length_of(page.article) >= FULL_ENOUGH * length_of(feed.article)
    ):
        return judged
    return replace(judged, reading=feed or page)


def read_again(
    exchange: Exchange,
    *,
    url: str,
    content_type: str | None,
    entry: Entry | None,
    rule: SiteRule | None,
    site: SiteMemory | None,
) -> Article | None:
    """Return what today's reader makes of an older capture, with the help that the page has today."""
    body = decoded_body(exchange).body
    return read_page(body, url=url, content_type=content_type, entry=entry, rule=rule, site=site).article


def read_rendition(outcome: Fetched, entry: Entry | None, *, url: str, rules: Rulebook) -> Reading | None:
    """Return the article that another page of the one at *url* holds, filed under the article's own address."""
    # It is made in another way than the site's pages: what is known of those says nothing of it.
    reading = _page(outcome, entry, outcome.exchanges[0].url, rules, SiteMemory("")).reading
    if reading is None:
        return None
    found = identity(url, url, ())
    return replace(reading, article=_filed_under(reading.article, found), identity=found)


def _page(outcome: Fetched, entry: Entry | None, url: str, rules: Rulebook, site: SiteMemory) -> Judged:
    final = outcome.final
    content_type = final.header("content-type")
    body = decoded_body(final).body
    rule = rules.rule_for(final.url, on=final.requested_at)
    extraction, facts, traits = read_page_and_traits(
        body, url=final.url, content_type=content_type, entry=entry, rule=rule, site=site
    )
    verdict = judge(
        extraction,
        facts,
        status=final.status,
        media_type=content_type,
        asked_url=url,
        final_url=final.url,
        headers=final.headers,
    )
    if extraction.article is None or not verdict.kind.is_article:
        return Judged(reading=None, verdict=verdict, facts=facts)
    found = identity(url, final.url, extraction.canonical_claims)
    article = _filed_under(extraction.article, found)
    reading = Reading(
        article=article,
        kind=extraction.kind,
        verdict=verdict,
        identity=found,
        reader=reader_name(rule),
        missed=_missed(extraction.problems),
        exchange=final,
        site=site,
    )
    return Judged(reading=reading, verdict=verdict, facts=facts, traits=traits)


def _missed(problems: Iterable[Problem]) -> str | None:
    """Return what a rule did not find, as a sentence, or None."""
    missed = [one for one in problems if one.code == "rule-found-nothing"]
    fields = " and ".join(one.where for one in missed)
    return (
        f"the rule {missed[0].detail} found no {fields}; the reader’s own finding is kept" if missed else None
    )


def _feed(entry: Entry | None, source: SourceConfig) -> Reading | None:
    if entry is None or not entry.content:
        return None
    extraction = read_entry(entry, feed_url=next(iter(source.feeds), entry.url), language=source.language)
    if extraction.article is None:
        return None
    # Feeds that are made of pages hold walls and promises too.
    verdict = judge(
        extraction, _OF_A_FEED, status=200, media_type=None, asked_url=entry.url, final_url=entry.url
    )
    if not verdict.kind.is_article:
        return None
    if verdict.kind is VerdictKind.FULL:
        verdict = Verdict(VerdictKind.FULL, "the feed gives the full text")
    found = Identity(canonicalize(entry.url))
    article = _filed_under(extraction.article, found)
    return Reading(article=article, kind=extraction.kind, verdict=verdict, identity=found)


def _filed_under(article: Article, found: Identity) -> Article:
    return replace(article, canonical_url=found.canonical_url)


def length_of(article: Article) -> int:
    """Return the length of an article's body, in characters."""
    return len(body_text(article.blocks))


def resemble(one: Article, other: Article) -> bool:
    """May these be one article, edited: is much of the text in common, or the headline where there is none?"""
    pieces, others = _pieces(one), _pieces(other)
    if not pieces or not others:
        return one.headline == other.headline
    return len(pieces & others) >= ALIKE * min(len(pieces), len(others))


def _pieces(article: Article) -> set[str]:
    """Return the text in overlapping pieces of eight characters: they serve any script."""
    text = body_text(article.blocks)
    return {text[at : at + 8] for at in range(max(len(text) - 7, 0))}


def envelope_of(entry: Entry | None) -> Envelope | None:
    """Return what a full-text feed gave, verbatim."""
    if entry is None or not entry.content:
        return None
    published = entry.published_at
    return Envelope(
        title=entry.raw_title if entry.raw_title is not None else entry.headline or "",
        url=entry.raw_url or entry.url,
        published_text=entry.published_text,
        published_ms=int(published.at.timestamp() * 1000) if published else None,
        body=entry.content,
    )
