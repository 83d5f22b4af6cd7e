"""feedparser, for what our own reading does not take for a feed: CDF, tag soup, a feed inside a page.

It costs twenty times as much and cleans what it reads, so it stands last and within a limit of bytes.
"""

from __future__ import annotations

import io
import re
from typing import Any, Final

from onrecord import text
from onrecord.feeds import _words
from onrecord.feeds._entry import Ground, unique
from onrecord.feeds._limits import MAX_FALLBACK
from onrecord.model import Entry, Feed, FeedKind

_LIKELY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry|rss|channel)(?=[\s>])", re.IGNORECASE)
_KINDS: Final = {"atom": FeedKind.ATOM, "rss090": FeedKind.RDF, "rss10": FeedKind.RDF}


def read(words: str, ground: Ground) -> Feed | None:
    """Return what feedparser finds in *words*, or None if that is no feed."""
    if len(words) > MAX_FALLBACK or not _LIKELY.search(words):
        return None
    import feedparser  # noqa: PLC0415 (a tenth of a second that few runs need)

    try:
        # A stream, never a string: feedparser takes a string for an address or a path.
        found: Any = feedparser.parse(
            io.BytesIO(words.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        entries = tuple(ground.gathered((_entry(one, ground) for one in found.entries), len(found.entries)))
        if not entries:
            return None
        ground.note("feed-fallback", str(found.get("version") or ""))
        version = str(found.get("version") or "")
        return Feed(
            url=ground.url,
            kind=_KINDS.get(version[:4], _KINDS.get(version, FeedKind.RSS)),
            title=_words.headline(found.feed.get("title")),
            home_url=ground.resolve(found.feed.get("link")),
            language=text.or_none(found.feed.get("language")),
            entries=_words.with_whole_texts(entries),
        )
    except Exception as error:  # noqa: BLE001 (whatever it raises on strangers' bytes, there is no feed)
        ground.note("feed-unreadable", f"{type(error).__name__}: {error}"[:200])
        return None


def _entry(found: Any, ground: Ground) -> Entry | None:
    raw_url = found.get("link")
    url = ground.resolve(raw_url)
    if url is None:
        ground.without_address(found.get("title"), found.get("id"))
        return None
    published = found.get("published")
    contents = [part.get("value") for part in found.get("content", ())]
    return Entry(
        url=url,
        id=text.or_none(found.get("id")),
        headline=_words.headline(found.get("title")),
        published_at=ground.time(published),
        published_text=published,
        modified_at=ground.time(found.get("updated")),
        authors=_words.names([found.get("author")]),
        summary=_words.or_none(found.get("summary")),
        content=next((whole for part in contents if (whole := _words.full_text(part))), None),
        categories=unique(tag.get("term") for tag in found.get("tags", ())),
        raw_title=found.get("title"),
        raw_url=raw_url,
    )
