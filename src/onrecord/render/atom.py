"""An Atom feed (RFC 4287) of what publishers changed and took away.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from onrecord.text import clean

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomEntry:
    """One entry of the feed."""

    key: str  #: what it is known by in its feed, for ever
    title: str
    link: str
    at: datetime
    source: str  #: the publication, as its author
    categories: tuple[str, ...]
    html: str  #: a fragment without script


def write(entries: Sequence[AtomEntry], *, archive: str, title: str, at: datetime) -> bytes:
    """Return the feed; *archive* names the archive for ever, *at* is when it was begun, for a feed without entries.

    The same entries give the same bytes.
    """
    root = uuid5(NAMESPACE_URL, f"urn:onrecord:archive:{archive}")
    feed = ET.Element("feed", {"xmlns": ATOM})
    _add(feed, "id", root.urn)
    _add(feed, "title", title)
    _add(feed, "updated", _moment(max((entry.at for entry in entries), default=at)))
    _add(feed, "generator", "On Record")
    for entry in entries:
        one = ET.SubElement(feed, "entry")
        _add(one, "id", uuid5(root, entry.key).urn)
        _add(one, "title", entry.title)
        ET.SubElement(one, "link", {"rel": "alternate", "href": clean(entry.link)})
        _add(one, "updated", _moment(entry.at))
        _add(ET.SubElement(one, "author"), "name", entry.source)
        for term in entry.categories:
            ET.SubElement(one, "category", {"term": term})
        content = ET.SubElement(one, "content", {"type": "html"})
        content.text = clean(entry.html)
    ET.indent(feed, " ")
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = clean(text)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
