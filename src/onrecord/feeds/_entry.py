"""What every dialect says in its own words: addresses, dates, numbers, enclosures."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from typing import Final

from onrecord import dates, text, urls
from onrecord.feeds._limits import MAX_ENTRIES, MAX_PER_ENTRY
from onrecord.feeds._xml import Element
from onrecord.model import ClaimedTime, Enclosure, Entry, Problem

_CHINA: Final = timezone(timedelta(hours=8))
_CST = re.compile(r"\bCST\b")
_CHINESE_HOST = re.compile(r"\.(?:cn|tw|hk|mo)\Z")
_TAG = re.compile(r"<[A-Za-z][^<>]{1,5000}>")
_LINK = re.compile(
    r"""(?P<before>\s(?:href|src|poster)\s*=\s*)(?P<mark>["'])(?P<link>.*?)(?P=mark)""", re.IGNORECASE
)


@dataclass(slots=True)
class Ground:
    """What the parts of one feed share while it is read: its address, and the problems met so far."""

    url: str
    base: str  #: what relative links start from, where no xml:base says otherwise
    language: str | None = None
    has_bases: bool = False  #: links may start from elsewhere: from an xml:base, or a Content-Location
    problems: list[Problem] = field(default_factory=list)

    def base_of(self, element: Element) -> str:
        """Return the address that links in *element* start from (XML Base, 4)."""
        if not self.has_bases:
            return self.base
        try:
            base = element.base
        except (ValueError, UnicodeError):
            return self.base
        return (urls.resolve(base, self.base) if base else None) or self.base

    def resolve(self, link: str | None, element: Element | None = None) -> str | None:
        """Return *link* as an absolute address, or None."""
        if not link or link.isspace():
            return None
        return urls.resolve(link, self.base if element is None else self.base_of(element))

    def rebased(self, markup: str | None, element: Element) -> str | None:
        """Return *markup*, its relative links made absolute where a base is stated for *element*.

        Nothing is changed without one: then links start from the article's address, as on its page.
        """
        if markup is None or not self.has_bases or (base := self.base_of(element)) == self.url:
            return markup
        return _TAG.sub(lambda tag: _LINK.sub(lambda link: _absolute(link, base), tag[0]), markup)

    def time(self, stated: str | None) -> ClaimedTime | None:
        """Return the time that *stated* gives. In a Chinese feed, CST is China's."""
        if stated is None:
            return None
        return dates.parse(stated, zone=self._zone() if _CST.search(stated) else None)

    def _zone(self) -> tzinfo | None:
        is_chinese = (self.language or "").lower().startswith("zh")
        return _CHINA if is_chinese or _CHINESE_HOST.search(urls.host_of(self.url)) else None

    def note(self, code: str, detail: str = "", where: str = "") -> None:
        """Remember a problem."""
        self.problems.append(Problem(code, detail, where))

    def gathered(self, entries: Iterable[Entry | None], elements: int) -> Iterator[Entry]:
        """Yield the entries that there are, up to the limit."""
        if elements > MAX_ENTRIES:
            self.note("feed-too-many-entries", f"{elements}, read {MAX_ENTRIES}")
        for count, entry in enumerate(entries):
            if count == MAX_ENTRIES:
                return
            if entry is not None:
                yield entry

    def without_address(self, title: str | None, id_: str | None) -> None:
        """Remember an entry that says not where its article is: nothing can be filed under it."""
        self.note("entry-without-address", (text.or_none(title) or text.or_none(id_) or "")[:200])


def _absolute(link: re.Match[str], base: str) -> str:
    stated = html.unescape(link["link"]).strip()
    url = urls.resolve(stated, base) if stated and not stated.startswith("#") else None
    return link[0] if url in {None, stated} else f'{link["before"]}"{html.escape(url or "")}"'


def language(*stated: str | None) -> str | None:
    """Return the first language that is stated, as a tag of BCP 47: "en_US" is a slip for "en-US"."""
    found = next((words for one in stated if (words := text.or_none(one))), None)
    return found and found.replace("_", "-")


def number(stated: str | None, *, most: int = 10**12) -> int | None:
    """Return a whole number from 0 to *most*, or None."""
    digits = (stated or "").strip()
    return (
        int(digits)
        if digits.isascii() and digits.isdigit() and len(digits) < 16 and int(digits) <= most
        else None
    )


def unique(values: Iterable[str | None]) -> tuple[str, ...]:
    """Return *values* folded, each once, blanks left out, up to the limit."""
    found = dict.fromkeys(word for value in values if (word := text.or_none(value)))
    return tuple(found)[:MAX_PER_ENTRY]


def enclosures(found: Iterable[Enclosure | None]) -> tuple[Enclosure, ...]:
    """Return *found*, each address once, up to the limit."""
    by_url: dict[str, Enclosure] = {}
    for one in found:
        if one is not None:
            by_url.setdefault(one.url, one)
    return tuple(by_url.values())[:MAX_PER_ENTRY]


def enclosure(ground: Ground, link: str | None, media_type: str | None, size: str | None) -> Enclosure | None:
    """Return the enclosure at *link*, or None if that is no address."""
    url = ground.resolve(link)
    return Enclosure(url, text.or_none(media_type), number(size)) if url else None
