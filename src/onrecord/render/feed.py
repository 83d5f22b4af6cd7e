"""What stands in a feed that is written, and the feed as RSS 2.0 and as JSON Feed 1.1; `atom` writes it as Atom.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree import ElementTree as ET

from onrecord.text import clean

ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says of itself."""

    archive: str  #: names the archive for ever: the digest of its ledger's first line
    title: str
    at: datetime  #: of a feed without entries
    address: str | None = None  #: where the feed is
    home: str | None = None  #: the page that shows the same


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry of a feed."""

    key: str  #: what it is known by in its archive, for ever
    title: str
    link: str  #: what is opened
    at: datetime  #: when it was last changed
    source: str  #: the publication
    categories: tuple[str, ...]
    html: str  #: a fragment without script; what may be fetched stands in whole addresses
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    original: str | None = None  #: its publisher's address, where *link* is another


def entry_id(head: FeedHead, entry: FeedEntry) -> str:
    """Return what an entry is known by everywhere."""
    return uuid5(_root(head), entry.key).urn


def _root(head: FeedHead) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:onrecord:archive:{head.archive}")


def feed_id(head: FeedHead) -> str:
    """Return what a feed is known by everywhere: one at an address of its own by that too."""
    return (uuid5(_root(head), head.address) if head.address else _root(head)).urn


def rss(entries: Sequence[FeedEntry], head: FeedHead) -> bytes:
    """Return the feed as RSS 2.0 (rssboard.org), whole texts in `content:encoded`."""
    for prefix, name in (("content", _CONTENT), ("dc", _DC), ("atom", ATOM)):
        ET.register_namespace(prefix, name)
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", head.title)
    _add(channel, "link", head.home or head.address or "")
    _add(channel, "description", head.title)
    _add(channel, "generator", "On Record")
    if head.address:
        ET.SubElement(
            channel, f"{{{ATOM}}}link", {"rel": "self", "href": head.address, "type": "application/rss+xml"}
        )
    for entry in entries:
        item = ET.SubElement(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.link)
        guid = ET.SubElement(item, "guid", {"isPermaLink": "false"})
        guid.text = entry_id(head, entry)
        _add(item, "pubDate", format_datetime((entry.published or entry.at).astimezone(UTC)))
        for author in entry.authors or (entry.source,):
            _add(item, f"{{{_DC}}}creator", author)
        for term in entry.categories:
            _add(item, "category", term)
        if entry.language:
            _add(item, f"{{{_DC}}}language", entry.language)
        if entry.original:
            _add(item, f"{{{_DC}}}source", entry.original)
        _add(item, f"{{{_CONTENT}}}encoded", entry.html)
    return written(root)


def json_feed(entries: Sequence[FeedEntry], head: FeedHead) -> bytes:
    """Return the feed as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    found = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.home,
        "feed_url": head.address,
        "items": [
            {
                "id": entry_id(head, entry),
                "url": entry.link,
                "external_url": entry.original,
                "title": entry.title,
                "content_html": entry.html,
                "date_published": moment(entry.published or entry.at),
                "date_modified": moment(entry.at),
                "authors": [{"name": name} for name in entry.authors or (entry.source,)],
                "tags": list(entry.categories) or None,
                "language": entry.language,
            }
            for entry in entries
        ],
    }
    return json.dumps(_said(found), ensure_ascii=False, indent=1).encode() + b"\n"


def _said(value: Any) -> Any:
    """Leave out what is not known: JSON Feed has no nulls."""
    if isinstance(value, dict):
        return {key: _said(one) for key, one in value.items() if one is not None}
    return [_said(one) for one in value] if isinstance(value, list) else value


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)


def written(root: ET.Element) -> bytes:
    """Return a tree as bytes; the same tree gives the same bytes."""
    ET.indent(root, " ")
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def moment(at: datetime) -> str:
    """Return a moment as RFC 3339 writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
