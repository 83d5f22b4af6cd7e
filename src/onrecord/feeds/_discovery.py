"""Where a publisher says that its feeds and sitemaps are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from onrecord import markup, text, urls
from onrecord.feeds._limits import MAX_LINKS
from onrecord.feeds._page import Page, page_of

_TYPES: Final = frozenset(
    {
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *("application/x.atom+xml", "application/x-atom+xml", "text/rss+xml", "text/rss", "text/atom+xml"),
    }
)
#: What is a feed where the page says that it is the page in another form, and is often something else.
_VAGUE_TYPES: Final = frozenset({"application/xml", "text/xml", "application/json"})
_FEED_PATH = re.compile(
    r"(?:/(?:feeds?|rss|atom|rdf)(?:/[\w\-]{0,40}(?:\.(?:xml|json|php))?)?/?|[/._\-](?:rss|atom|rdf|feed)[\w\-]{0,20}\.(?:xml|json|php|aspx?)"
    r"|/(?:index|feed)\.(?:rdf|rss|atom)|\.(?:rss|atom|rdf)|/feed\.json|/rss\d{0,2}\.xml|/atom\.xml)\Z",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(
    r"(?:\A|&)(?:feed=(?:rss2?|atom|rdf)|format=(?:rss|feed|atom)|output=(?:rss|atom))", re.IGNORECASE
)
_FEED_HOST = re.compile(r"\A(?:feeds?|rss)\.", re.IGNORECASE)
#: Editions of one page that are told of; the United Nations have six, the largest broadcasters some fifty.
MAX_EDITIONS: Final = 60
_LANGUAGE = re.compile(r"(?!x-default)[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*\Z", re.IGNORECASE)
_COMMENTS = re.compile(
    r"/comments?/|[?&=]comments|\bcomments?\b|评论|評論|kommentar|commentaire|comentario", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed that a page links to. *media_type* is None where the page does not state one: a guess of ours."""

    url: str
    media_type: str | None = None
    title: str | None = None


def feed_links(html: bytes, *, url: str, content_type: str | None = None) -> tuple[FeedLink, ...]:
    """Return the feeds that a page links to, likeliest first; never raises.

    First what the page declares (`<link rel="alternate">` with a feed's type, `rel="feed"`), then links in
    its body that look like feeds, then the feeds of comments.
    """
    page = page_of(html, url, content_type)
    found: dict[str, tuple[int, FeedLink]] = {}
    for node in islice(page.tree.elements("link"), MAX_LINKS):
        if (link := _declared(node, page)) is not None:
            found.setdefault(link.url, (2 if _is_of_comments(link) else 0, link))
    for node in islice(page.tree.elements("a"), MAX_LINKS):
        if (link := _linked(node, page)) is not None:
            found.setdefault(link.url, (2 if _is_of_comments(link) else 1, link))
    return tuple(link for _, link in sorted(found.values(), key=lambda pair: pair[0]))


def _declared(node: markup.Element, page: Page) -> FeedLink | None:
    given = node.attributes
    relations = (given.get("rel") or "").lower().split()
    kind = (given.get("type") or "").lower().partition(";")[0].strip()
    link = page.resolve(given.get("href"))
    if link is None or not {"alternate", "feed"} & set(relations):
        return None
    is_vague = kind in _VAGUE_TYPES and _looks_like_feed(link)
    if not (kind in _TYPES or "feed" in relations or is_vague):
        return None
    if "oembed" in link or "/wp-json/" in link:
        return None
    return FeedLink(link, kind or None, text.or_none(given.get("title")))


def _linked(node: markup.Element, page: Page) -> FeedLink | None:
    given = node.attributes
    link = page.resolve(given.get("href"))
    if link is None:
        return None
    kind = (given.get("type") or "").lower().partition(";")[0].strip()
    if kind in _TYPES or _looks_like_feed(link):
        return FeedLink(link, kind or None, text.or_none(given.get("title") or node.text))
    return None


def _looks_like_feed(link: str) -> bool:
    parts = urlsplit(link)
    return (
        _FEED_PATH.search(parts.path) is not None
        or _FEED_QUERY.search(parts.query) is not None
        or (_FEED_HOST.match(parts.netloc) is not None and len(parts.path) > 1)
    )


def _is_of_comments(link: FeedLink) -> bool:
    return (
        _COMMENTS.search(f"{urlsplit(link.url).path} {urlsplit(link.url).query} {link.title or ''}")
        is not None
    )


@dataclass(frozen=True, slots=True)
class EditionLink:
    """Another language's edition of a page, as the page names it."""

    url: str
    language: str  #: BCP 47, as stated
    title: str | None = None


def edition_links(html: bytes, *, url: str, content_type: str | None = None) -> tuple[EditionLink, ...]:
    """Return the editions in other languages that a page links to (hreflang), in its order; never raises.

    A page names itself among them, and "x-default" is none: both are left out.
    """
    page = page_of(html, url, content_type)
    own = urls.lookup_key(url)
    found: dict[str, EditionLink] = {}
    for name in ("link", "a"):
        for node in islice(page.tree.elements(name), MAX_LINKS):
            given = node.attributes
            tag = (given.get("hreflang") or "").strip()
            link = page.resolve(given.get("href"))
            is_named = name == "a" or "alternate" in (given.get("rel") or "").lower().split()
            if link is None or not is_named or not _LANGUAGE.match(tag) or urls.lookup_key(link) == own:
                continue
            words = text.or_none(given.get("title") or (node.text if name == "a" else None))
            found.setdefault(urls.lookup_key(link), EditionLink(link, tag, words))
    return tuple(found.values())[:MAX_EDITIONS]
