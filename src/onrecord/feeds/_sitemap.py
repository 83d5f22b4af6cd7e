"""Sitemaps, news sitemaps and their indexes (sitemaps.org/protocol.html; Google's news extension)."""

from __future__ import annotations

from datetime import UTC, datetime

from onrecord import text
from onrecord.feeds import _words
from onrecord.feeds._entry import Ground, enclosure, enclosures, unique
from onrecord.feeds._limits import MAX_ENTRIES
from onrecord.feeds._xml import Children, Element, Names
from onrecord.model import ClaimedTime, Entry, Feed, FeedKind


def read(root: Element, names: Names, ground: Ground) -> Feed:
    """Return the sitemap under *root*."""
    elements = Children(root, names).all("url")
    entries = ground.gathered(
        (_entry(element, names, ground) for element in elements[: MAX_ENTRIES + 1]), len(elements)
    )
    return Feed(url=ground.url, kind=FeedKind.SITEMAP, entries=tuple(entries))


def read_index(root: Element, names: Names, ground: Ground) -> Feed:
    """Return the index under *root*: its sitemaps are `Feed.children`."""
    elements = Children(root, names).all("sitemap")
    if len(elements) > MAX_ENTRIES:
        ground.note("feed-too-many-entries", f"{len(elements)}, read {MAX_ENTRIES}")
    found: dict[str, ClaimedTime | None] = {}
    for element in elements[:MAX_ENTRIES]:
        parts = Children(element, names)
        if url := ground.resolve(parts.text("loc")):
            found.setdefault(url, ground.time(parts.text("lastmod")))
    # An index may begin with the oldest; what states no time stays where it stands among its like, behind the others.
    never = datetime.min.replace(tzinfo=UTC)
    newest = sorted(found.items(), key=lambda one: one[1].at if one[1] else never, reverse=True)
    return Feed(
        url=ground.url,
        kind=FeedKind.SITEMAP_INDEX,
        children=tuple(url for url, _ in newest),
        children_modified=tuple(at for _, at in newest),
    )


def read_lines(words: str, ground: Ground) -> Feed:
    """Return a sitemap that is a plain list of addresses, one a line (sitemaps.org, "Text file")."""
    lines = [line for line in words.splitlines() if line.strip()]
    entries = ground.gathered(
        (
            Entry(url=url, raw_url=line) if (url := ground.resolve(line)) else None
            for line in lines[: MAX_ENTRIES + 1]
        ),
        len(lines),
    )
    return Feed(url=ground.url, kind=FeedKind.SITEMAP, entries=tuple(entries))


def _entry(element: Element, names: Names, ground: Ground) -> Entry | None:
    parts = Children(element, names)
    raw = parts.text("loc")
    url = ground.resolve(raw)
    news = Children(next(iter(parts.all("news:news")), element), names)
    title = news.text("news:title")
    if url is None:
        ground.without_address(title, raw)
        return None
    publication = next(iter(news.all("news:publication")), None)
    language = None if publication is None else Children(publication, names).text("news:language")
    published = news.text("news:publication_date")
    pictures = (Children(one, names).text("image:loc") for one in parts.all("image:image"))
    return Entry(
        url=url,
        headline=_words.headline(title),
        published_at=ground.time(published),
        published_text=published,
        modified_at=ground.time(parts.text("lastmod")),
        language=text.or_none(language),
        categories=unique((news.text("news:keywords") or "").split(",")),
        enclosures=enclosures(enclosure(ground, link, "image", None) for link in pictures),
        raw_title=title,
        raw_url=raw,
    )


def is_list(words: str) -> bool:
    """Return whether *words* is a plain list of addresses."""
    lines = words[:4096].split("\n")[:-1] if len(words) > 4096 else words.split("\n")
    lines = [line.strip() for line in lines if line.strip()]
    return bool(lines) and all(
        line.startswith(("http://", "https://")) and not any(map(str.isspace, line)) for line in lines
    )
