"""Feeds: bytes that list articles, read as `Feed` and `Entry`, whatever the dialect.

    bytes --unpacked, decoded--> text --mended, parsed--> tree --rss | atom | sitemap--> Feed
                                   |                                                       ^
                                   +--json-------------------------------------------------+
                                   +--feedparser, where nothing else fits------------------+

RSS 0.90 to 2.0, RDF, CDF, Atom 0.3 and 1.0, JSON Feed, sitemaps, news sitemaps and their indexes; and, for
those who have none of these, the links of a front page.

Pure: no files, network, clock or log. Strangers' bytes never raise: what is odd about them is in
`Feed.problems`. Limits are in `_limits`.

Problem codes: entry-without-address, feed-bad-bytes, feed-bare-ampersand, feed-control-characters,
feed-cut-off, feed-doctype, feed-encoding, feed-entity-declaration, feed-fallback, feed-not-a-feed,
feed-not-well-formed, feed-too-large, feed-too-many-entries, feed-undeclared-entity, feed-unreadable.
"""

from __future__ import annotations

import re
from dataclasses import replace

from onrecord import urls
from onrecord.feeds import _atom, _encoding, _fallback, _json, _rss, _sitemap, _xml
from onrecord.feeds._discovery import EditionLink, FeedLink, edition_links, feed_links
from onrecord.feeds._entry import Ground, language
from onrecord.feeds._front_page import article_links, may_be_article
from onrecord.feeds._limits import MAX_BODY, SNIFFED
from onrecord.model import Feed, FeedKind

__all__ = [
    "EditionLink",
    "FeedLink",
    "article_links",
    "edition_links",
    "feed_links",
    "is_feed",
    "may_be_article",
    "parse",
]

_FEED_ROOT = re.compile(
    r"\A\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\])?[^>]*>|\s+)*"
    r"<(?:[\w.\-]+:)?(?:rss|feed|rdf|urlset|sitemapindex|channel)(?=[\s>/])",
    re.IGNORECASE | re.DOTALL,
)


def parse(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    content_location: str | None = None,
    content_language: str | None = None,
) -> Feed:
    """Return the feed in *body*; its kind is None if there is none. Never raises.

    Entries stand in the feed's own order, twins included: which of them are new is not decided here.
    What a feed gives as full text, title, address and date is kept to the character
    (`Entry.content`, `raw_title`, `raw_url`, `published_text`), after the escapes of XML and JSON; but
    where a base is stated for a content, its relative links are made absolute. A `<description>`
    counts as full text by the rule of `_words.is_whole_text`.

    Args:
        body: As it came, content encoding undone.
        url: Where it came from; what relative links start from, unless the feed says otherwise.
        content_type: The header's value, for its charset.
        content_location: The header's value. Relative links start from it, as RFC 2616, 14.14 had it and readers
            of feeds keep it, though RFC 9110 does not: whoever states it beside relative links means it.
        content_language: The header's value: the language of a feed that states none.
    """
    plain, is_whole = _encoding.unpacked(body)
    words, problems = _encoding.decoded(plain, content_type)
    base = _stated_base(content_location, url)
    ground = Ground(url, base, has_bases=base != url, problems=list(problems))
    if not is_whole:
        ground.note("feed-too-large" if len(plain) >= MAX_BODY else "feed-cut-off", where="body")
    start = words[:1000].lstrip(" \t\r\n\ufeff\x00")[:1]
    feed = _json.read(words.lstrip("\ufeff"), ground) if start == "{" else None
    if feed is None and start != "{":
        feed = _from_markup(words, ground)
    if feed is None:
        ground.note("feed-not-a-feed")
        feed = Feed(url=url, kind=None)
    return replace(
        feed,
        language=feed.language or language(content_language),
        is_complete=feed.is_complete and is_whole,
        problems=tuple(dict.fromkeys(ground.problems)),
    )


def _stated_base(location: str | None, url: str) -> str:
    """Return the address that a Content-Location states, if it is one that may be asked."""
    if not location or urls.has_credentials(location):
        return url
    return urls.resolve(location.strip(), url) or url


def is_feed(body: bytes, content_type: str | None = None) -> bool:
    """Return whether *body* begins as a feed does, by its first bytes; a page with a feed inside does not."""
    head, _ = _encoding.unpacked(body[: SNIFFED * 4])
    words, _ = _encoding.decoded(head[:SNIFFED], content_type)
    words = words.lstrip("\ufeff \t\r\n")
    if words.startswith("{"):
        return "jsonfeed.org/version" in words or ('"items"' in words and "feed+json" in (content_type or ""))
    return _FEED_ROOT.match(words) is not None


def _from_markup(words: str, ground: Ground) -> Feed | None:
    parsed = _xml.parsed(words, url=ground.base)
    ground.problems += parsed.problems
    ground.has_bases |= "xml:base" in words
    feed = None if parsed.root is None else _read(parsed.root, ground)
    if feed is not None:
        return replace(feed, is_complete=parsed.is_complete)
    if _sitemap.is_list(words):
        return _sitemap.read_lines(words, ground)
    return _fallback.read(words, ground)


def _read(root: _xml.Element, ground: Ground) -> Feed | None:
    """Return the feed under *root*, by the name of *root*; None if that is no feed's."""
    names = _xml.Names(root)
    match names.of(root):
        case "rss" | "channel":
            feed = _rss.read(root, names, ground, FeedKind.RSS)
            has_head = feed.title or feed.home_url
            return feed if feed.entries or has_head or names.of(root) == "rss" else None
        case "rdf:rdf" | "rdf":
            return _rss.read(root, names, ground, FeedKind.RDF)
        case "feed" | "entry":
            return _atom.read(root, names, ground)
        case "urlset":
            return _sitemap.read(root, names, ground)
        case "sitemapindex":
            return _sitemap.read_index(root, names, ground)
        case _:
            return None
