"""What an archive learns of a site, page by page: counts that forget slowly, and the memory that is made of them.

Pure. `Learning` is what is being learned; a `SiteMemory` is frozen out of it from time to time, so that what is
read with it can be read again just so. A site that is made anew is noticed because the fields go quiet: they stand
elsewhere on several pages in a row. What these pages show is then all that is known; the rest is of the past.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from onrecord.extract.site import FIELDS, RECIPE, SiteMemory, Traits
from onrecord.urls import host_of

#: Nothing is said of a site before so many of its articles were seen.
MIN_PAGES = 5
#: Furniture stands on this many articles, and on this share of them where it is set apart from the text ...
RECURRING, SHARE = 3, 0.04
#: ... and on this share where it is set as the text is: background is told again, word for word, for months.
SHARE_AS_TEXT = 0.5
#: A field's place is remembered where this share of the articles has it there, and so many places at the most.
PLACE_SHARE, MAX_PLACES = 0.1, 6
#: Paths counted of a field: a site whose class words are made by a program has a new one each week.
MAX_PATHS = 100
#: When so many pages were counted, all counts are halved: what stood there a year ago fades.
WINDOW = 100
#: Lines counted of a site; the rarest and oldest are forgotten first. A page brings some fifty.
MAX_LINES = 1_000
#: A memory is frozen again after so many more articles at the most, and not twice within `REST`.
MOST_BETWEEN, REST = 50, timedelta(days=7)
#: A site has been made anew when the fields were quiet on so many pages in a row: a share of what was seen before.
QUIET_LEAST, QUIET_MOST, QUIET_SHARE = 5, 20, 0.25
#: Two pages with so many lines of their texts in common, and so much of one, have one article.
SAME_LINES, SAME_SHARE = 4, 0.5


@dataclass(slots=True)
class Era:
    """The pages of a site while it is made in one way, counted."""

    began: datetime
    pages: int = 0  #: since counts were halved last, and half of those before
    seen: int = 0  #: in all
    lines: dict[str, list[int]] = field(
        default_factory=dict
    )  #: key: pages; those where it was set as text; the last page's number
    paths: dict[str, dict[str, int]] = field(default_factory=dict)  #: field: path: pages

    def add(self, traits: Traits) -> bool:
        """Count a page; return whether it was: a copy of an article that was counted is not."""
        if self._is_copy(traits):
            return False
        self.pages += 1
        self.seen += 1
        for key in traits.lines:
            count = self.lines.setdefault(key, [0, 0, 0])
            count[0] += 1
            count[1] += key in traits.as_text
            count[2] = self.seen
        for name, path in traits.paths.items():
            paths = self.paths.setdefault(name, {})
            paths[path] = paths.get(path, 0) + 1
        self._forget()
        return True

    def take(self, other: Era) -> None:
        """Count the pages of *other* too, as the later ones."""
        for key, (count, as_text, last) in other.lines.items():
            mine = self.lines.setdefault(key, [0, 0, 0])
            mine[:] = [mine[0] + count, mine[1] + as_text, self.seen + last]
        for name, found in other.paths.items():
            paths = self.paths.setdefault(name, {})
            for path, count in found.items():
                paths[path] = paths.get(path, 0) + count
        self.pages += other.pages
        self.seen += other.seen
        self._forget()

    def _forget(self) -> None:
        """Keep the counts within their bounds: what is old counts half, and what is rare and old goes."""
        if self.pages >= WINDOW:
            self._halve()
        if len(self.lines) > MAX_LINES:
            kept = sorted(self.lines, key=lambda key: (self.lines[key][0], self.lines[key][2]))[-MAX_LINES:]
            self.lines = {key: self.lines[key] for key in kept}
        for name, paths in self.paths.items():
            if len(paths) > MAX_PATHS:
                self.paths[name] = dict(sorted(paths.items(), key=lambda one: -one[1])[: MAX_PATHS // 2])

    def _is_copy(self, traits: Traits) -> bool:
        """Has much of the text been seen on one page before?"""
        whole = sum(traits.lines.values())
        shared: dict[int, list[int]] = {}
        for key, weight in traits.lines.items():
            if weight and key in self.lines:
                shared.setdefault(self.lines[key][2], []).append(weight)
        return any(len(one) >= SAME_LINES and sum(one) > SAME_SHARE * whole for one in shared.values())

    def _halve(self) -> None:
        self.pages //= 2
        self.lines = {
            key: [count // 2, as_text // 2, last]
            for key, (count, as_text, last) in self.lines.items()
            if count > 1
        }
        self.paths = {
            name: {path: count // 2 for path, count in paths.items() if count > 1}
            for name, paths in self.paths.items()
        }

    def places(self, name: str) -> frozenset[str]:
        """Return where a field stands, the commonest paths."""
        paths = self.paths.get(name, {})
        common = sorted(
            (path for path in paths if paths[path] > PLACE_SHARE * self.pages), key=paths.__getitem__
        )
        return frozenset(common[-MAX_PLACES:])

    def is_quiet(self, traits: Traits) -> bool:
        """Do most of the fields that nearly every page had stand elsewhere on this one, or nowhere?"""
        usual = [name for name in FIELDS if sum(self.paths.get(name, {}).values()) > 0.6 * self.pages]
        quiet = sum(traits.paths.get(name) not in self.paths[name] for name in usual)
        return quiet >= 2 and quiet * 2 > len(usual)

    def memory(self, site: str, *, recurring: int = RECURRING) -> SiteMemory:
        """Return what is known, as a value that does not change."""
        furniture = frozenset(
            key
            for key, (count, as_text, _) in self.lines.items()
            if count >= max(recurring, (SHARE_AS_TEXT if as_text * 2 > count else SHARE) * self.pages)
        )
        places = {name: self.places(name) for name in FIELDS}
        return SiteMemory(site, furniture, {name: found for name, found in places.items() if found})


@dataclass(slots=True)
class Learning:
    """What is being learned of one site."""

    site: str
    era: Era
    quiet: Era | None = None  #: the pages in a row on which the fields were quiet, counted by themselves
    frozen_at: datetime | None = None  #: when a memory was frozen last
    frozen_seen: int = 0  #: the era's pages then
    remade_at: datetime | None = None  #: when it was last noticed that the site had been made anew

    def add(self, traits: Traits, *, at: datetime) -> None:
        """Learn from one article's page, seen at *at*."""
        if self.era.seen >= MIN_PAGES and self.era.is_quiet(traits):
            self.quiet = self.quiet or Era(at)
            if self.quiet.add(traits) and self.quiet.seen >= self._patience():
                self.era, self.quiet = self.quiet, None
                self.remade_at, self.frozen_at, self.frozen_seen = at, None, 0
            return
        if self.quiet is not None:  # odd pages, and no redesign: the site has such too
            self.era.take(self.quiet)
            self.quiet = None
        self.era.add(traits)

    def _patience(self) -> int:
        return int(min(QUIET_MOST, max(QUIET_LEAST, QUIET_SHARE * self.era.seen)))

    def is_ripe(self, *, now: datetime) -> bool:
        """Is it time to freeze a memory: the first one early, later ones ever more rarely?"""
        if self.era.seen < MIN_PAGES:
            return False
        if self.frozen_at is None:
            return True
        fresh = self.era.seen - self.frozen_seen
        is_young = self.frozen_seen < MOST_BETWEEN
        return fresh >= min(MOST_BETWEEN, self.frozen_seen) and (is_young or now - self.frozen_at >= REST)

    @property
    def is_remade(self) -> bool:
        """Was the site made anew, and nothing frozen since?"""
        return self.remade_at is not None and self.frozen_at is None

    def freeze(self, *, now: datetime) -> SiteMemory:
        """Return what is known, and note that it was asked for."""
        self.frozen_at, self.frozen_seen = now, self.era.seen
        return self.era.memory(self.site)

    # ---- kept between rounds

    def to_json(self) -> str:
        """Return what is being learned as text."""
        told = {
            "recipe": RECIPE,
            "era": _era_told(self.era),
            "quiet": _era_told(self.quiet) if self.quiet else None,
            "frozen_at": self.frozen_at.isoformat() if self.frozen_at else None,
            "frozen_seen": self.frozen_seen,
            "remade_at": self.remade_at.isoformat() if self.remade_at else None,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, site: str, text: str) -> Learning | None:
        """Return what `to_json` wrote; None if lines were named by another recipe then."""
        told = json.loads(text)
        if told["recipe"] != RECIPE:
            return None
        return cls(
            site,
            _era(told["era"]),
            _era(told["quiet"]) if told["quiet"] else None,
            _moment(told["frozen_at"]),
            told["frozen_seen"],
            _moment(told["remade_at"]),
        )


def site_of(url: str) -> str:
    """Return the site that a page belongs to: its host, without "www."."""
    return host_of(url).removeprefix("www.")


def begun(site: str, *, at: datetime) -> Learning:
    """Return the learning of a site of which nothing is known."""
    return Learning(site, Era(at))


def _era_told(era: Era) -> dict[str, Any]:
    return {
        "began": era.began.astimezone(UTC).isoformat(),
        "pages": era.pages,
        "seen": era.seen,
        "lines": era.lines,
        "paths": era.paths,
    }


def _era(told: Mapping[str, Any]) -> Era:
    return Era(
        datetime.fromisoformat(told["began"]), told["pages"], told["seen"], told["lines"], told["paths"]
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
