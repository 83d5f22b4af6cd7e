"""What a page claims in <meta>, <link> and microdata.

Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from onrecord.extract.survey import Survey, text_of
from onrecord.text import or_none
from onrecord.urls import same_site

_SPLIT = re.compile(r"[,;、，]")


class Metas:
    """The <meta> tags of a page, by name or property."""

    def __init__(self, survey: Survey) -> None:
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, content in survey.metas:
            if (text := or_none(content)) is not None:
                self._values[name].append(text)
        # Microdata on visible elements says the same kind of thing, with less weight.
        self._props: dict[str, list[str]] = defaultdict(list)
        for name, node, attributes in survey.itemprops[:500]:
            for one in name.lower().split():
                value = attributes.get("content") or attributes.get("datetime")
                if value is None and one in {"datepublished", "datemodified", "headline"}:
                    value = text_of(node)
                if value:
                    self._props[one].append(value.strip())

    def first(self, *names: str) -> tuple[str, str] | None:
        """Return the first of *names* that has a value, with it."""
        for name in names:
            if values := self._values.get(name):
                return name, values[0]
        return None

    def value(self, *names: str) -> str | None:
        """Return the value of the first of *names* that has one."""
        found = self.first(*names)
        return found[1] if found else None

    def every(self, *names: str) -> list[str]:
        """Return all values of *names*."""
        return [value for name in names for value in self._values.get(name, ())]

    def prop(self, name: str) -> str | None:
        """Return the first value of the itemprop *name*, in lower case."""
        return next(iter(self._props.get(name, ())), None)

    def topics(self) -> list[str]:
        """Return the words that the page is filed under."""
        tags = self.every("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags")
        tags = tags or self.every("keywords")
        return [word for tag in tags for part in _SPLIT.split(tag) if (word := part.strip())]


#: An address that gives a page for paper.
_PRINT = re.compile(
    r"[/?&=._-](?:print(?:able|er)?(?:[_-]?(?:view|version|page))?|drucken|imprimer|imprimir)(?:[/&=.]|$)",
    re.IGNORECASE,
)
#: Renditions that are named; a page has one or two.
_MAX_RENDITIONS = 8
#: Links that are looked at for one to a page for paper, and characters of one.
_MAX_ANCHORS = 2_000
_MAX_ADDRESS = 2_000
#: What <link type> says of a page; nothing is said where a medium is named.
_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})


def renditions(survey: Survey, resolve: Callable[[str], str | None], url: str) -> list[tuple[str, str]]:
    """Return the other pages that a page names for the same article on its own site: kind and address.

    <link rel=amphtml> (amp.dev), <link rel=alternate> for another medium or as HTML in the same language, and
    links to a page for paper that are made of the page's own address. A link with hreflang is a translation, and
    a feed is no page.
    """
    stated = [
        (kind, href) for link in survey.links if (href := link.get("href")) and (kind := _rendition(link))
    ]
    own_name = urlsplit(url).path.rstrip("/").rpartition("/")[2].partition(".")[0]
    for attributes, _, _, _ in survey.anchors[:_MAX_ANCHORS]:
        href = attributes.get("href")
        # A paper's printed edition has pages of its own at /print/.
        if href and len(href) < _MAX_ADDRESS and own_name and own_name in href and _PRINT.search(href):
            stated.append(("print", href))
    found: list[tuple[str, str]] = []
    for kind, href in stated:
        address = resolve(href)
        if address and address != url and same_site(address, url) and (kind, address) not in found:
            found.append((kind, address))
    return found[:_MAX_RENDITIONS]


def _rendition(link: Mapping[str, str | None]) -> str | None:
    """Return what kind of rendition a <link> names, if it names one."""
    rel = (link.get("rel") or "").lower().split()
    if "amphtml" in rel:
        return "amp"
    kind, media = (link.get("type") or "").lower(), (link.get("media") or "").lower()
    if "alternate" not in rel or link.get("hreflang") or kind not in _PAGE_TYPES or not (kind or media):
        return None
    return "print" if "print" in media else "alternate"


def canonical_links(survey: Survey, metas: Metas, resolve: Callable[[str], str | None]) -> list[str]:
    """Return the addresses that the page gives as its own, absolute, none twice."""
    stated = [
        link.get("href") for link in survey.links if "canonical" in (link.get("rel") or "").lower().split()
    ]
    stated += metas.every("og:url", "twitter:url")
    found = [address for one in stated if one and (address := resolve(one))]
    return list(dict.fromkeys(found))
