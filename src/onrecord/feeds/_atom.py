"""Atom 1.0 (RFC 4287) and 0.3."""

from __future__ import annotations

import base64
import binascii

from onrecord import text
from onrecord.feeds import _words
from onrecord.feeds._entry import Ground, enclosure, enclosures, language, unique
from onrecord.feeds._limits import MAX_ENTRIES
from onrecord.feeds._xml import XML, Children, Element, Names, markup_of, text_of
from onrecord.model import Enclosure, Entry, Feed, FeedKind


def read(root: Element, names: Names, ground: Ground) -> Feed:
    """Return the feed under *root*; a lone entry is a feed of one (RFC 4287, 2)."""
    head = Children(root, names)
    is_lone = names.of(root) == "entry"
    ground.language = language(root.get(f"{XML}lang"), head.text("dc:language"))
    elements = [root] if is_lone else head.all("entry")
    entries = ground.gathered(
        (_entry(element, names, ground) for element in elements[: MAX_ENTRIES + 1]), len(elements)
    )
    return Feed(
        url=ground.url,
        kind=FeedKind.ATOM,
        title=None if is_lone else _headline(head.all("title")),
        home_url=None if is_lone else _link(head, ground, "alternate")[1],
        language=ground.language,
        entries=_words.with_whole_texts(entries),
        next_url=_link(head, ground, "next")[1],
        prev_archive_url=_link(head, ground, "prev-archive")[1],
        is_everything=bool(head.all("fh:complete")),
        hub_url=_link(head, ground, "hub")[1],
        self_url=_link(head, ground, "self")[1],
        moved_to=ground.resolve(head.text("itunes:new-feed-url")),
    )


def _entry(element: Element, names: Names, ground: Ground) -> Entry | None:
    parts = Children(element, names)
    identity = parts.text("id", "guid")
    titles = parts.all("title")
    raw_url, url = _address(parts, ground, identity)
    if url is None:
        ground.without_address(_headline(titles), identity)
        return None
    # A date that stands twice is a slip; readers of feeds take the last.
    published = parts.last_text("published", "issued", "dc:date", "pubdate", "created")
    content = _first(parts.all("content"), ground)
    media = [
        one for group in parts.all("media:group") for one in Children(group, names).all("media:description")
    ]
    return Entry(
        url=url,
        id=text.or_none(identity),
        headline=_headline(titles),
        published_at=ground.time(published),
        published_text=published,
        modified_at=ground.time(parts.last_text("updated", "modified", "dcterms:modified")),
        authors=_authors(parts, names),
        summary=_first([*parts.all("summary", "description", "media:description"), *media], ground),
        content=_words.full_text(content) or _words.full_text(parts.text("content:encoded")),
        language=_language(element, parts),
        categories=unique(
            one.get("label") or one.get("term") or text_of(one) for one in parts.all("category", "dc:subject")
        ),
        enclosures=_enclosures(parts, names, ground),
        raw_title=next((text_of(title) for title in titles), None),
        raw_url=raw_url,
    )


def _first(elements: list[Element], ground: Ground) -> str | None:
    """Return what the first of *elements* that holds anything holds, as HTML."""
    return next((ground.rebased(found, one) for one in elements if (found := _content(one))), None)


def _language(element: Element, parts: Children) -> str | None:
    content = next(iter(parts.all("content")), None)
    stated = content.get(f"{XML}lang") if content is not None else None
    return language(stated, element.get(f"{XML}lang"), parts.text("dc:language"))


def _address(parts: Children, ground: Ground, identity: str | None) -> tuple[str | None, str | None]:
    """Return the article's own address, as given and absolute."""
    for original in parts.all("feedburner:origlink", "pheedo:origlink"):
        if url := ground.resolve(text_of(original), original):
            return text_of(original), url
    raw, url = _link(parts, ground, "alternate")
    if url is None:
        # An entry with only its content elsewhere, or with an id that is its address (RFC 4287, 4.2.6 calls
        # it no locator, yet these feeds mean one).
        for content in parts.all("content"):
            raw = content.get("src")
            if raw and (url := ground.resolve(raw, content)):
                return raw, url
        if identity and identity.strip().lower().startswith(("http://", "https://")):
            raw, url = identity, ground.resolve(identity)
    return raw, url


def _link(parts: Children, ground: Ground, relation: str) -> tuple[str | None, str | None]:
    """Return the first link of *relation*, as given and absolute; of several, one to HTML."""
    found: list[tuple[int, str, str]] = []
    for link in parts.all("link"):
        stated = (link.get("rel") or "alternate").strip().lower().rpartition("/")[2]
        raw = link.get("href") or text_of(link)
        if stated == relation and (url := ground.resolve(raw, link)):
            kind = (link.get("type") or "text/html").lower()
            found.append((0 if "html" in kind else 1, raw, url))
    if not found:
        return None, None
    _, raw, url = min(found, key=lambda one: one[0]) if relation == "alternate" else found[0]
    return raw, url


def _headline(titles: list[Element]) -> str | None:
    for title in titles:
        kind = _kind(title)
        raw = (
            _unpacked(title) if kind == "base64" else markup_of(title) if kind == "xhtml" else text_of(title)
        )
        # Text is text (RFC 4287, 3.1.1.1): "<b>" in it is shown. References in it are a slip, and common.
        if words := _words.headline(raw, is_markup=kind != "text"):
            return words
    return None


def _kind(element: Element) -> str:
    """Return "text", "html", "xhtml", "base64" or "" for another kind of data."""
    stated = (element.get("type") or "text").strip().lower().partition(";")[0]
    mode = (element.get("mode") or "").strip().lower()  # Atom 0.3
    if mode == "base64":
        return mode
    if stated in {"html", "text/html"}:
        return "xhtml" if len(element) else "html"
    if stated in {"xhtml", "application/xhtml+xml"}:
        return "xhtml" if mode != "escaped" else "html"
    if stated in {"text", "text/plain", "plain"}:  # the last is Media RSS's
        return "xhtml" if len(element) else "text"
    # "If the value of 'type' begins with 'text/' …"; XML; all else is Base64 (RFC 4287, 4.1.3.3).
    is_opaque = "/" in stated and not stated.startswith("text/") and not stated.endswith(("+xml", "/xml"))
    return "base64" if is_opaque and not len(element) else ""


def _unpacked(element: Element) -> str | None:
    """Return the text that an element holds as Base64, or None: a picture is no text."""
    try:
        return base64.b64decode(text_of(element)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _content(element: Element) -> str | None:
    """Return what a text construct or a content element holds, as HTML."""
    kind = _kind(element)
    if kind == "html":
        return _words.or_none(text_of(element))
    if kind == "xhtml":
        if escaped := _escaped(element):
            return escaped
        # "The xhtml:div element itself MUST NOT be considered part of the content." (RFC 4287, 3.1.1.3)
        wrap = element[0] if len(element) == 1 and str(element[0].tag).endswith("}div") else element
        return _words.or_none(markup_of(wrap))
    if kind == "text":
        return _words.or_none(_words.paragraphs(text_of(element)))
    if kind == "base64":
        return _words.or_none(_unpacked(element))
    return None


def _escaped(element: Element) -> str | None:
    """Return the HTML that some (TypePad) escape and wrap in a <div> all the same."""
    is_wrapped = "xhtml" not in element.get("type", "") and len(element) == 1 and not len(element[0])
    inside = element[0].text if is_wrapped else None
    return inside if inside and "</" in inside else None


def _authors(parts: Children, names: Names) -> tuple[str, ...]:
    told = [
        Children(author, names).text("name", "atom:name") or (None if len(author) else author.text)
        for author in parts.all("author")
    ]
    return _words.names(told or [text_of(element) for element in parts.all("dc:creator")])


def _enclosures(parts: Children, names: Names, ground: Ground) -> tuple[Enclosure, ...]:
    found: list[Enclosure | None] = [
        enclosure(ground, link.get("href"), link.get("type"), link.get("length"))
        for link in parts.all("link")
        if link.get("rel", "").strip().lower() == "enclosure"
    ]
    media = [one for group in parts.all("media:group") for one in Children(group, names).all("media:content")]
    found += [
        enclosure(ground, one.get("url"), one.get("type") or one.get("medium"), one.get("fileSize"))
        for one in [*parts.all("media:content"), *media, *parts.all("media:thumbnail")]
    ]
    return enclosures(found)
