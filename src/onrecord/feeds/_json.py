"""JSON Feed 1 and 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from onrecord import text
from onrecord.feeds import _words
from onrecord.feeds._entry import Ground, enclosure, enclosures, unique
from onrecord.feeds._limits import MAX_ENTRIES
from onrecord.model import Enclosure, Entry, Feed, FeedKind

_ITEMS = re.compile(r'"items"\s*:\s*\[')
# JSON can name what no text may hold: lone surrogates and control characters.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DECODER = json.JSONDecoder()


def read(words: str, ground: Ground) -> Feed | None:
    """Return the feed that *words* holds, or None if they hold none."""
    is_complete = True
    try:
        data = json.loads(words, strict=False)
    except (ValueError, RecursionError):
        data, is_complete = _recovered(words), False
    if not isinstance(data, dict) or not _is_feed(data):
        return None
    if not is_complete:
        ground.note("feed-cut-off", where="json")
    ground.language = text.or_none(_text(data, "language"))
    items = data.get("items")
    items = items if isinstance(items, list) else []
    entries = ground.gathered((_entry(item, ground) for item in items[: MAX_ENTRIES + 1]), len(items))
    hubs = data.get("hubs")
    hub = hubs[0] if isinstance(hubs, list) and hubs else None
    return Feed(
        url=ground.url,
        kind=FeedKind.JSON,
        title=_words.headline(_text(data, "title"), is_markup=False),
        home_url=ground.resolve(_text(data, "home_page_url")),
        language=ground.language,
        entries=tuple(entries),
        next_url=ground.resolve(_text(data, "next_url")),
        hub_url=ground.resolve(_text(hub, "url")),
        self_url=ground.resolve(_text(data, "feed_url")),
        is_complete=is_complete,
    )


def _is_feed(data: Mapping[str, Any]) -> bool:
    if "jsonfeed.org/version" in (_text(data, "version") or ""):
        return True
    items = data.get("items")
    return isinstance(items, list) and any(
        isinstance(one, dict) and {"id", "url"} & one.keys() for one in items[:3]
    )


def _recovered(words: str) -> dict[str, Any] | None:
    """Read what stands before the place where the text breaks off: the head, and the whole items."""
    start = _ITEMS.search(words)
    if start is None:
        return None
    try:
        head = json.loads(words[: start.start()].rstrip().rstrip(",") + "}", strict=False)
    except (ValueError, RecursionError):
        head = {}
    items: list[Any] = []
    at = start.end()
    while len(items) <= MAX_ENTRIES:
        while words[at : at + 1] in {" ", "\t", "\r", "\n", ","}:
            at += 1
        try:
            item, at = _DECODER.raw_decode(words, at)
        except (ValueError, RecursionError):
            break
        items.append(item)
    return {**head, "items": items} if isinstance(head, dict) else None


def _entry(item: object, ground: Ground) -> Entry | None:
    identity = _text(item, "id")
    title = _text(item, "title")
    raw_url = _text(item, "url")
    url = ground.resolve(raw_url)
    for other in (_text(item, "external_url"), identity):
        if url is None and other and other.strip().lower().startswith(("http://", "https://")):
            raw_url, url = other, ground.resolve(other)
    if url is None or not isinstance(item, dict):
        ground.without_address(title, identity)
        return None
    published = _text(item, "date_published")
    plain = _text(item, "content_text")
    content = _text(item, "content_html") or (_words.paragraphs(plain) if plain else None)
    summary = _text(item, "summary")
    return Entry(
        url=url,
        id=text.or_none(identity),
        headline=_words.headline(title, is_markup=False),
        published_at=ground.time(published),
        published_text=published,
        modified_at=ground.time(_text(item, "date_modified")),
        authors=_authors(item),
        summary=_words.or_none(_words.paragraphs(summary)) if summary else None,
        content=_words.full_text(content),
        language=text.or_none(_text(item, "language")),
        categories=unique(one for one in _list(item, "tags") if isinstance(one, str)),
        enclosures=_enclosures(item, ground),
        raw_title=title,
        raw_url=raw_url,
    )


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    told = [_text(one, "name") for one in [*_list(item, "authors"), item.get("author")]]
    return _words.names(told)


def _enclosures(item: Mapping[str, Any], ground: Ground) -> tuple[Enclosure, ...]:
    found = [
        enclosure(ground, _text(one, "url"), _text(one, "mime_type"), _text(one, "size_in_bytes"))
        for one in _list(item, "attachments")
    ]
    found += [enclosure(ground, _text(item, key), "image", None) for key in ("image", "banner_image")]
    return enclosures(found)


def _list(data: object, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def _text(data: object, key: str) -> str | None:
    """Return the text under *key*; a number is taken as its figures, as ids often are numbers."""
    value = data.get(key) if isinstance(data, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _UNWANTED.sub("", str(value)) or None
