"""What a page claims in <meta>, <link> and microdata.

Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from onrecord.extract.survey import Survey, text_of
from onrecord.text import or_none

#: Topics kept; pages for search engines list hundreds.
MAX_TOPICS = 50
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


def canonical_links(survey: Survey, metas: Metas, resolve: Callable[[str], str | None]) -> list[str]:
    """Return the addresses that the page gives as its own, absolute, none twice."""
    stated = [
        link.get("href") for link in survey.links if "canonical" in (link.get("rel") or "").lower().split()
    ]
    stated += metas.every("og:url", "twitter:url")
    found = [address for one in stated if one and (address := resolve(one))]
    return list(dict.fromkeys(found))
