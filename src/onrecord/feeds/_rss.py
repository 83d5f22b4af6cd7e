"""RSS 0.90 to 2.0, RDF and CDF: the elements of an item, whatever the version says.

RSS 2.0 is rssboard.org/rss-specification; 0.90 and 1.0 are RDF (web.resource.org/rss/1.0/spec), where
the items stand beside the channel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml import etree

from onrecord import text
from onrecord.feeds import _words
from onrecord.feeds._entry import Ground, enclosure, enclosures, language, number, unique
from onrecord.feeds._limits import MAX_ENTRIES
from onrecord.feeds._xml import XML, Children, Element, Names, text_of
from onrecord.model import Enclosure, Entry, Feed, FeedKind

#: Minutes (RSS 1.0 syndication module).
_PERIODS: Final = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_LONGEST_TTL: Final = 525_600
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: What the whole text has been called, the commonest first.
_FULL_TEXTS: Final = (
    *("content:encoded", "encoded", "xhtml:body", "body", "fulltext", "fullitem", "atom:content"),
)
_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def read(root: Element, names: Names, ground: Ground, kind: FeedKind) -> Feed:
    """Return the feed under *root*."""
    parts = Children(root, names)
    channel = root if names.of(root) == "channel" else next(iter(parts.all("channel")), root)
    head = Children(channel, names)
    ground.language = language(
        head.text("language", "dc:language"), channel.get(f"{XML}lang"), root.get(f"{XML}lang")
    )
    items = [*head.all("item"), *(parts.all("item") if channel is not root else ())]
    if not items:  # in <items>, or under an element that should not be there
        items = [element for element in root.iter(etree.Element) if names.of(element) == "item"]
    entries = ground.gathered((_entry(item, names, ground) for item in items[: MAX_ENTRIES + 1]), len(items))
    links = {link.get("rel", "alternate"): link for link in reversed(head.all("atom:link"))}
    return Feed(
        url=ground.url,
        kind=kind,
        title=_words.headline(head.text("title", "dc:title")),
        home_url=_home(head, channel, ground),
        language=ground.language,
        entries=_words.with_whole_texts(entries),
        next_url=_target(links, ground, "next"),
        prev_archive_url=_target(links, ground, "prev-archive"),
        is_everything=bool(head.all("fh:complete")),
        hub_url=_target(links, ground, "hub"),
        self_url=_target(links, ground, "self"),
        moved_to=ground.resolve(head.text("itunes:new-feed-url")),
        ttl_minutes=_ttl(head),
        skip_hours=_skipped(head.all("skiphours"), names, _hour),
        skip_days=_skipped(head.all("skipdays"), names, _day),
    )


def _home(head: Children, channel: Element, ground: Ground) -> str | None:
    for link in head.all("link"):
        if url := ground.resolve(text_of(link) or link.get("href"), link):
            return url
    for link in head.all("atom:link"):
        if link.get("rel", "alternate") == "alternate" and (url := ground.resolve(link.get("href"), link)):
            return url
    return ground.resolve(channel.get(_ABOUT) or _attribute(channel, "href"))


def _attribute(element: Element, name: str) -> str | None:
    """Return an attribute of CDF, in capitals or not."""
    return element.get(name) or element.get(name.upper())


def _target(links: dict[str, Element], ground: Ground, relation: str) -> str | None:
    link = links.get(relation)
    return None if link is None else ground.resolve(link.get("href"), link)


def _ttl(head: Children) -> int | None:
    if (ttl := number(head.text("ttl"), most=_LONGEST_TTL)) is not None:
        return ttl
    period = _PERIODS.get((head.text("sy:updateperiod") or "").strip().lower())
    return period // max(1, number(head.text("sy:updatefrequency"), most=10_000) or 1) if period else None


def _skipped(lists: list[Element], names: Names, read: Callable[[str], int | None]) -> tuple[int, ...]:
    """Return the hours or days in which a channel does not want to be read."""
    told = {read(text_of(one)) for outer in lists for one in Children(outer, names).all("hour", "day")}
    return tuple(sorted(found for found in told if found is not None))


def _hour(stated: str) -> int | None:
    # 0 to 23, says RSS 2.0; 1 to 24, said 0.92, of which 24 is midnight.
    hour = number(stated, most=24)
    return hour % 24 if hour is not None else None


def _day(stated: str) -> int | None:
    name = stated.strip().lower()
    return _DAYS.index(name) if name in _DAYS else None


def _entry(item: Element, names: Names, ground: Ground) -> Entry | None:
    parts = Children(item, names)
    title = parts.text("title", "dc:title", "media:title")
    identity = parts.text("guid", "dc:identifier") or item.get(_ABOUT)
    raw_url, url = _address(item, parts, ground)
    if url is None:
        ground.without_address(title, identity)
        return None
    published = parts.text(
        "pubdate", "dc:date", "atom:published", "dcterms:created", "dcterms:issued", "date"
    )
    content, content_language = _content(parts)
    summary = _summary(parts, names)
    if content is None and parts.text("description") and parts.text("summary"):
        # RSS knows no <summary>: whoever gives one beside the description means more by the latter.
        content, summary = _words.full_text(parts.text("description")), parts.text("summary")
    modified = parts.text("atom:updated", "dcterms:modified", "lastbuilddate") or _attribute(item, "lastmod")
    return Entry(
        url=url,
        id=text.or_none(identity),
        headline=_words.headline(title),
        published_at=ground.time(published),
        published_text=published,
        modified_at=ground.time(modified),
        authors=_authors(parts, names),
        summary=ground.rebased(_words.or_none(summary), item),
        content=ground.rebased(content, item),
        language=language(parts.text("dc:language", "language"), content_language, item.get(f"{XML}lang")),
        categories=_categories(parts),
        enclosures=_enclosures(parts, names, ground),
        raw_title=title,
        raw_url=raw_url,
    )


def _address(item: Element, parts: Children, ground: Ground) -> tuple[str | None, str | None]:
    """Return the article's own address, as given and absolute."""
    for element in parts.all("feedburner:origlink", "pheedo:origlink", "link"):
        raw = text_of(element)
        if raw.isspace() or not raw:
            raw = element.get("href") or ""
        if url := ground.resolve(raw, element):
            return raw, url
    for element in parts.all("atom:link"):
        raw = element.get("href") or ""
        if element.get("rel", "alternate") == "alternate" and (url := ground.resolve(raw, element)):
            return raw, url
    for element in parts.all("guid"):
        # "If the guid element has an attribute named isPermaLink with a value of true, ..." or has none.
        raw = text_of(element)
        is_address = raw.strip().lower().startswith(("http://", "https://"))
        permalink = element.get("isPermaLink", element.get("ispermalink", "true")).strip().lower()
        # Without the attribute a guid is often a number, which is no relative address.
        is_meant = permalink != "false" and (is_address or "isPermaLink" in element.attrib)
        if is_meant and (url := ground.resolve(raw, element)):
            return raw, url
    about = item.get(_ABOUT) or _attribute(item, "href") or ""
    return about, ground.resolve(about, item)


def _authors(parts: Children, names: Names) -> tuple[str, ...]:
    told = [text_of(element) for element in parts.all("dc:creator", "author", "dc:author")]
    for author in parts.all("atom:author"):
        told += [name for name in [Children(author, names).text("atom:name")] if name]
    return _words.names(told or [parts.text("itunes:author")])


def _content(parts: Children) -> tuple[str | None, str | None]:
    """Return the full text of content:encoded, or of what stands for it, and its language."""
    for element in parts.all(*_FULL_TEXTS):
        if found := _words.full_text(text_of(element)):
            return found, element.get(f"{XML}lang")
    return None, None


def _summary(parts: Children, names: Names) -> str | None:
    if stated := parts.text(
        "description", "atom:summary", "dc:description", "itunes:summary", "summary", "abstract"
    ):
        return stated
    groups = (Children(group, names) for group in parts.all("media:group"))
    return next((found for one in (parts, *groups) if (found := one.text("media:description"))), None)


def _categories(parts: Children) -> tuple[str, ...]:
    told: list[str | None] = [word for one in parts.all("tags") for word in text_of(one).split(",")]
    told += [
        _words.headline(text_of(element)) or element.get("term")
        for element in parts.all("category", "dc:subject", "atom:category", "media:category")
    ]
    for outer in parts.all("itunes:category"):  # one inside another
        told += [element.get("text") for element in outer.iter(etree.Element)]
    return unique(told)


def _enclosures(parts: Children, names: Names, ground: Ground) -> tuple[Enclosure, ...]:
    found = [
        enclosure(ground, one.get("url"), one.get("type"), one.get("length"))
        for one in parts.all("enclosure")
    ]
    grouped = [
        one for group in parts.all("media:group") for one in Children(group, names).all("media:content")
    ]
    for media in [*parts.all("media:content"), *grouped, *parts.all("media:thumbnail")]:
        kind = media.get("type") or media.get("medium")
        found.append(enclosure(ground, media.get("url"), kind, media.get("fileSize")))
    return enclosures(found)
