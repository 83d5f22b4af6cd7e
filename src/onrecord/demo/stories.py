"""What the demo's publications print: stories, edits and pictures, read from the package's data files.

The data are ours: a mistake in them raises. `stories.load()` is read once and never changes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from onrecord.model import Block, Figure, Heading, Paragraph, Picture, Quotation, Run, Runs, Table

FIRST_DAY = 1
LAST_DAY = 3  #: that is told of: on the third day, and on any later one, nothing happens but noise
FIRST_MORNING = (2025, 5, 15, 9, 30)  #: local, at each publication; an edit of day 2 is made a day later
FILES = ("heronbay", "heronbay-cn", "songling", "ternwire")

_LINK = re.compile(r"\[([^\]]+)\]\((http[^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that a publisher makes to a story between two days, as it stands in the plain text."""

    day: int  #: the first day of the new text
    kind: str  #: "headline", "wording", "punctuation", "number", "paragraph removed", "correction note"
    before: str  #: "" where something is added
    after: str  #: "" where something is removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One story of one publication. Days are counted from 1; *headline* and *body* are those of day 1."""

    publication: str
    slug: str
    url: str
    section: str
    published_at: datetime
    headline: str
    body: str
    language: str
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    place: str | None = None
    topics: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    first_day: int = FIRST_DAY
    last_day: int | None = None  #: None: it stays
    gone: int = 404  #: the status after *last_day*
    is_part: bool = False
    is_forbidden: bool = False
    is_late: bool = False
    is_early: bool = False
    flaw: str | None = None  #: of the day's first answer: "unavailable", "limited", "cut"
    old_url: str | None = None
    copy_of: str | None = None

    def headline_on(self, day: int) -> str:
        """Return the headline of *day*."""
        headline = self.headline
        for edit in self.edits:
            if edit.kind == "headline" and edit.day <= day:
                headline = headline.replace(edit.before, edit.after, 1)
        return headline

    def blocks(self, day: int) -> tuple[Block, ...]:
        """Return the body of *day*; corrections stand apart, in `corrections`."""
        body = self.body
        for edit in self.edits:
            if edit.day <= day and edit.before and edit.kind != "headline":
                body = body.replace(edit.before, edit.after, 1)
        return tuple(_block(part.strip()) for part in body.split("\n\n") if part.strip())

    def corrections(self, day: int) -> tuple[str, ...]:
        """Return the correction notes that stand below the story on *day*."""
        return tuple(edit.after for edit in self.edits if edit.kind == "correction note" and edit.day <= day)

    def is_edited_by(self, day: int) -> bool:
        """Has the publisher changed it since it came out?"""
        return any(edit.day <= day for edit in self.edits)

    def modified_at(self, day: int) -> datetime:
        """Return when the publisher says that it was last changed, as of *day*."""
        touched = [edit.day for edit in self.edits if edit.day <= day]
        if not touched:
            return self.published_at
        return datetime(*FIRST_MORNING, tzinfo=self.published_at.tzinfo) + timedelta(days=max(touched) - 1)

    def stands_on(self, day: int) -> bool:
        """Does its page answer on *day*?"""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One publication: where it is, what it prints, and which stories it lists on which day."""

    id: str
    title: str
    language: str
    host: str
    charset: str
    add: str  #: what a person gives to `onrecord add`
    stories: tuple[Story, ...]
    listing: Mapping[int, tuple[str, ...]]  #: day to slugs, in the order of the list
    feed: str | None = None  #: a path
    sitemap: str | None = None  #: a path
    original: str | None = None  #: the publication that its stories are translated from
    is_feed_only: bool = False
    robots: Mapping[str, str | None] = field(default_factory=dict)  #: host to text; None: there is none
    delays: Mapping[str, float] = field(default_factory=dict)  #: host to seconds before each answer

    @property
    def home_url(self) -> str:
        """The front page."""
        return f"http://{self.host}/"

    @property
    def feed_url(self) -> str | None:
        """The feed, if it has one."""
        return f"http://{self.host}{self.feed}" if self.feed else None

    def story(self, slug: str) -> Story | None:
        """Return the story called *slug*, if there is one."""
        return next((story for story in self.stories if story.slug == slug), None)

    def listed(self, day: int) -> tuple[Story, ...]:
        """Return what the feed or the front page lists on *day*; after the last change, the same."""
        slugs = self.listing[min(day, max(self.listing))]
        return tuple(story for slug in slugs if (story := self.story(slug)) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture of the demo: an address and what is answered there."""

    name: str
    url: str
    scene: str = ""  #: "dawn pier": light and motif
    answer: str = "picture"  #: "picture", "script", "page", "missing"
    seed: str = ""  #: the name that it is drawn from: another's where the bytes are another's


@cache
def load() -> tuple[Publication, ...]:
    """Return the publications, in the order in which `onrecord demo` adds them."""
    return tuple(_publication(tomllib.loads(_read(f"{name}.toml"))) for name in FILES)


@cache
def load_pictures() -> Mapping[str, Drawn]:
    """Return every picture, by its name."""
    rows = tomllib.loads(_read("pictures.toml"))
    pictures: dict[str, Drawn] = {}
    for name, row in rows.items():
        same = row.get("same_as", name)
        pictures[name] = Drawn(
            name=name,
            url=row["url"],
            scene=rows[same].get("scene", ""),
            answer=row.get("answer", "picture"),
            seed=same,
        )
    return pictures


@cache
def template(name: str) -> str:
    """Return a page's skeleton, for `string.Template`."""
    return _read(name)


def _read(name: str) -> str:
    return files("onrecord.demo").joinpath("publications", name).read_text("utf-8")


def _publication(data: dict[str, Any]) -> Publication:
    host = data["host"]
    hosts: dict[str, dict[str, Any]] = data.get("hosts", {})
    return Publication(
        id=data["id"],
        title=data["title"],
        language=data["language"],
        host=host,
        charset=data["charset"],
        add=data["add"],
        stories=tuple(_story(row, data) for row in data["story"]),
        listing={int(day): tuple(slugs) for day, slugs in data["listing"].items()},
        feed=data.get("feed"),
        sitemap=data.get("sitemap"),
        original=data.get("original"),
        is_feed_only=data.get("feed_only", False),
        robots={host: data.get("robots"), **{name: row.get("robots") for name, row in hosts.items()}},
        delays={name: row["delay"] for name, row in hosts.items() if "delay" in row},
    )


def _story(row: dict[str, Any], publication: dict[str, Any]) -> Story:
    host = row.get("host", publication["host"])
    return Story(
        publication=publication["id"],
        slug=row["slug"],
        url=f"http://{host}{row['path']}",
        section=row["section"],
        published_at=row["published"],
        headline=row["headline"],
        body=row["body"],
        language=publication["language"],
        standfirst=row.get("standfirst"),
        authors=tuple(row["authors"]),
        place=row.get("place"),
        topics=tuple(row.get("topics", ())),
        edits=tuple(Edit(**edit) for edit in row.get("edit", ())),
        first_day=row.get("from", FIRST_DAY),
        last_day=row.get("to"),
        gone=row.get("gone", 404),
        is_part=row.get("access") == "part",
        is_forbidden=row.get("forbidden", False),
        is_late=row.get("late", False),
        is_early=row.get("early", False),
        flaw=row.get("flaw"),
        old_url=f"http://{host}{row['old_path']}" if "old_path" in row else None,
        copy_of=row.get("copy_of"),
    )


def _block(text: str) -> Block:
    """Return the block that a paragraph of a body's text stands for; see heronbay.toml."""
    if text.startswith("! "):
        name, caption, credit = (part.strip() for part in text[2:].split("|"))
        return Figure(Picture(url=load_pictures()[name].url, caption=caption, credit=credit))
    if text.startswith("## "):
        return Heading(_runs(text[3:]))
    if text.startswith("> "):
        words, _, cite = text[2:].partition("|")
        return Quotation((Paragraph(_runs(words.strip())),), cite.strip() or None)
    if text.startswith("|"):
        cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
        return Table(tuple(tuple(_runs(cell) for cell in line) for line in cells), head_rows=1)
    return Paragraph(_runs(text))


def _runs(text: str) -> Runs:
    runs: list[Run] = []
    end = 0
    for match in _LINK.finditer(text):
        runs += [Run(text[end : match.start()]), Run(match[1], link=match[2])]
        end = match.end()
    return tuple(run for run in (*runs, Run(text[end:])) if run.text)
