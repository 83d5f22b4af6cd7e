"""A feed as Atom (RFC 4287).

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from onrecord.render.feed import ATOM, FeedEntry, FeedHead, entry_id, feed_id, moment, written
from onrecord.text import clean


def write(entries: Sequence[FeedEntry], head: FeedHead) -> bytes:
    """Return the feed. The same entries give the same bytes."""
    feed = ET.Element("feed", {"xmlns": ATOM})
    add(feed, "id", feed_id(head))
    add(feed, "title", head.title)
    add(feed, "updated", moment(max((entry.at for entry in entries), default=head.at)))
    add(feed, "generator", "On Record")
    for rel, address in (("self", head.address), ("alternate", head.home)):
        if address:
            link(feed, rel, address)
    for entry in entries:
        feed.append(entry_element(entry, entry_id(head, entry)))
    return written(feed)


def entry_element(entry: FeedEntry, name: str) -> ET.Element:
    """Return an entry's element, known as *name*."""
    one = ET.Element("entry", {"xml:lang": entry.language} if entry.language else {})
    add(one, "id", name)
    add(one, "title", entry.title)
    link(one, "alternate", entry.link)
    if entry.original:
        # RFC 4287, 4.2.7.2: "via" is where it was had from.
        link(one, "via", entry.original)
    if entry.published:
        add(one, "published", moment(entry.published))
    add(one, "updated", moment(entry.at))
    for author in entry.authors or (entry.source,):
        add(ET.SubElement(one, "author"), "name", author)
    for term in entry.categories:
        ET.SubElement(one, "category", {"term": clean(term)})
    content = ET.SubElement(one, "content", {"type": "html"})
    content.text = clean(entry.html)
    return one


def link(parent: ET.Element, rel: str, address: str, kind: str | None = None) -> None:
    """Add a link."""
    stated = {"rel": rel, "href": clean(address)} | ({"type": kind} if kind else {})
    ET.SubElement(parent, "link", stated)


def add(parent: ET.Element, name: str, text: str) -> None:
    """Add an element that holds text."""
    ET.SubElement(parent, name).text = clean(text)
