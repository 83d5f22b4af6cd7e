"""onrecord.toml: what is followed, and how. The one file of an archive that a person edits.

Pure: text in, values out; the environment and the file itself are the command line's and the archive's.
Every mistake is told with its dotted key, all of them at once. Keys that nobody knows are mistakes too: a
typing slip must not silently change what is kept.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Literal

from onrecord.config.serving import MAX_QUERY, MAX_SEARCH_NAME, SavedSearch, ServeConfig, is_search_name
from onrecord.errors import ConfigError
from onrecord.model import SourceId
from onrecord.text import clean
from onrecord.urls import file_stem, has_credentials, host_of, resolve

#: The version of this file's shape.
FORMAT = 1
#: Bytes of UTF-8 in a source's name: a folder's name is at most 255 on every file system, and paths add up.
MAX_SOURCE_ID = 100

#: The source that single saved pages are filed under, where no followed source is theirs.
SAVED = SourceId("saved")

FullText = Literal["auto", "feed", "page"]
CaptureDepth = Literal["page", "pictures"]
EnclosureCare = Literal["list", "keep"]

# ---------------------------------------------------------------- what is settled


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """A publication, or a section of one, that is followed."""

    id: SourceId
    title: str | None = None  #: as shown to readers; None: as the feed says
    home: str | None = None
    feeds: tuple[str, ...] = ()  #: byte for byte as they are asked
    front_page: bool = False  #: read the home page's links too
    folder: tuple[str, ...] = ()  #: where it stands in lists of feeds (OPML), outermost first
    language: str | None = None  #: BCP 47, where the pages do not say
    full_text: FullText = "auto"
    capture: CaptureDepth | None = None  #: None: as [archive] says
    enclosures: EnclosureCare = "list"  #: audio, video and PDF files that its entries carry
    pause: float | None = None  #: seconds between pages; None: as [fetch] says
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchConfig:
    """How servers are asked."""

    user_agent: str | None = None  #: None: On Record's own
    page_pause: float = 1.0  #: seconds
    picture_pause: float = 0.2  #: seconds
    max_crawl_delay: float = 60.0  #: seconds
    proxy: str | None = None
    ca_file: str | None = None
    timeout: float = 60.0  #: seconds, one exchange
    max_page_mib: int = 16
    max_feed_mib: int = 32
    max_redirects: int = 10
    retries: int = 4
    hosts_at_once: int = 64
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()  #: beside the open internet
    fallbacks: tuple[str, ...] = ("feed", "amp", "print", "alternate")  #: where a page gave no article
    browser: str | None = None  #: the Chromium that "browser" uses; None: Playwright's own
    timegate: str = "https://web.archive.org/web/"  #: of the web archive that "memento" asks


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureConfig:
    """Which pictures are kept."""

    keep: bool = True
    max_mib: int = 32
    max_pixels: int = 100_000_000
    max_per_article: int = 200


_LOOK_AGAIN = tuple(
    timedelta(minutes=minutes)
    for minutes in (15, 60, 3 * 60, 24 * 60, 3 * 24 * 60, 10 * 24 * 60, 30 * 24 * 60)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """When sources and articles are looked at."""

    every: timedelta = timedelta(hours=1)
    slowest: timedelta = timedelta(days=1)
    look_again: tuple[timedelta, ...] = _LOOK_AGAIN  #: after the first capture, rising
    confirm_after: timedelta = timedelta(days=3)
    confirm_looks: int = 3
    backfill: int = 200  #: articles of the past, an hour and a source


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundConfig:
    """What a round may take. When a limit is reached it ends, and what is left comes first in the next."""

    max_time: timedelta | None = None
    max_mib: int | None = None  #: read from servers
    min_free_mib: int = 500  #: on the archive's disk


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepConfig:
    """What follows from what publishers say about keeping."""

    noarchive: Literal["keep", "leave"] = "keep"
    reserved: Literal["keep", "leave"] = "keep"
    tdmrep: bool = True  #: ask each site for /.well-known/tdmrep.json
    max_enclosure_mib: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportConfig:
    """A copy of the archive in another shape, written after each round."""

    kind: Literal["legacy", "changes"]
    dest: str  #: a folder; of "changes", a file
    git: bool = False
    pictures: Literal["proxy", "publisher", "kept"] = "proxy"
    reserved: bool = False  #: what publishers ask not to pass on too


@dataclass(frozen=True, slots=True, kw_only=True)
class HookConfig:
    """What is run, or told, when a publisher changes something or takes it away."""

    command: tuple[str, ...] = ()  #: a program and its words; it gets JSON on standard input
    url: str | None = None  #: a webhook; it gets JSON in a POST
    source: tuple[str, ...] = ()  #: empty: any
    word: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    min_weight: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in messages: the program, or the host; an address may hold a secret."""
        return self.command[0] if self.command else host_of(self.url or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofConfig:
    """Who is asked for the time when the ledger has been signed."""

    timestamp: str | None = None  #: a time-stamping authority (RFC 3161)
    calendar: str | None = None  #: a calendar of OpenTimestamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """onrecord.toml, read."""

    format: int = FORMAT
    operator: str | None = None
    capture: CaptureDepth = "pictures"
    prune_after: timedelta | None = None  #: None: captures are kept for ever
    sources: tuple[SourceConfig, ...] = ()
    fetch: FetchConfig = field(default_factory=FetchConfig)
    pictures: PictureConfig = field(default_factory=PictureConfig)
    keep: KeepConfig = field(default_factory=KeepConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    round: RoundConfig = field(default_factory=RoundConfig)
    proof: ProofConfig = field(default_factory=ProofConfig)
    export: tuple[ExportConfig, ...] = ()
    hook: tuple[HookConfig, ...] = ()
    serve: ServeConfig = field(default_factory=ServeConfig)
    searches: tuple[SavedSearch, ...] = ()


# ---------------------------------------------------------------- values, one by one


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a value can't stand, in words that follow its key and a colon."""

    what: str


_Reader = Callable[[object], object]


def _text(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        return Wrong('must be text, such as "…"')
    is_plain = clean(value) == value and not {"\n", "\t"} & set(value)
    return value if is_plain else Wrong("must be one line without control characters")


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else Wrong("must be true or false")


def _whole(least: int, most: int) -> _Reader:
    def read(value: object) -> object:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            return Wrong(f"must be a whole number from {least:,} to {most:,}".replace(",", "_"))
        return value

    return read


def _seconds(least: float, most: float) -> _Reader:
    def read(value: object) -> object:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(float(str(value))) or not least <= float(str(value)) <= most:
            return Wrong(f"must be seconds, from {least:g} to {most:g}")
        return float(str(value))

    return read


def _one_of(*words: str) -> _Reader:
    def read(value: object) -> object:
        listed = " or ".join(f'"{word}"' for word in words)
        return value if value in words else Wrong(f"must be {listed}")

    return read


_SECRET = Wrong("holds a user name or password, which is neither sent nor kept; give the address without")


def _address(value: object) -> object:
    if isinstance(value, str) and has_credentials(value):
        return _SECRET
    if isinstance(value, str) and value == resolve(value, ""):
        return value
    return Wrong("must be an address that begins with https:// or http://")


def _addresses(value: object) -> object:
    if isinstance(value, list) and any(_address(each) == _SECRET for each in value):
        return _SECRET
    if not isinstance(value, list) or any(isinstance(_address(each), Wrong) for each in value):
        return Wrong('must be a list of addresses, such as ["https://paper.example/rss.xml"]')
    return tuple(dict.fromkeys(value))


def _networks(value: object) -> object:
    try:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(dict.fromkeys(ip_network(each) for each in value))
    except ValueError:  # "192.168.1.7/24" too: one machine, or its whole network?
        pass
    return Wrong('must be a list of networks, such as ["192.168.1.0/24", "192.168.7.12"]')


def _hosts(value: object) -> object:
    if isinstance(value, list) and all(isinstance(each, str) and _HOST.fullmatch(each) for each in value):
        return tuple(each.lower() for each in value)
    return Wrong('must be a list of hosts\' names without a port, such as ["news.example"]')


_HOST = re.compile(r"(?i)[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?")


def _names(value: object) -> object:
    if not isinstance(value, list) or any(isinstance(_text(each), Wrong) for each in value):
        return Wrong('must be a list of names, such as ["News", "Asia"]')
    return tuple(value)


def _proxy(value: object) -> object:
    if isinstance(value, str) and re.match(r"(?i)(?:https?|socks5h?|socks4a?)://[^/\s]+", value):
        return value
    return Wrong('must be a proxy\'s address, such as "socks5://127.0.0.1:9050" or "http://127.0.0.1:8080"')


_WAYS = ("feed", "amp", "print", "alternate", "browser", "memento")


def _ways(value: object) -> object:
    if isinstance(value, list) and all(each in _WAYS for each in value) and len(set(value)) == len(value):
        return tuple(value)
    listed = ", ".join(f'"{way}"' for way in _WAYS)
    return Wrong(f"must be a list of some of {listed}, each once, in the order in which they are tried")


#: What a hook may ask for: the kinds of `compare`, and what is no edit.
CHANGE_KINDS = (
    *("headline", "standfirst", "byline", "date", "wording", "punctuation", "number", "name", "quotation"),
    *(
        "paragraph-added",
        "paragraph-removed",
        "paragraph-moved",
        "picture",
        "caption",
        "credit",
        "correction",
    ),
    *("removed", "restored"),
)


def _kinds(value: object) -> object:
    if isinstance(value, list) and value and all(each in CHANGE_KINDS for each in value):
        return tuple(value)
    return Wrong(f"must be a list of kinds of change: {', '.join(CHANGE_KINDS)}")


def _weight(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(str(value)) if is_number and 0 <= float(str(value)) <= 1 else Wrong("must be from 0 to 1")


def _program(value: object) -> object:
    if (
        isinstance(value, list)
        and value
        and all(isinstance(each, str) and "\0" not in each for each in value)
    ):
        return tuple(value) if value[0].strip() else Wrong("names no program")
    return Wrong('must be a program and its words, such as ["notify-send", "The news has changed"]')


def _language(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", value):
        return value
    return Wrong('must be a language tag, such as "zh-Hans" or "de"')


_SPAN = re.compile(
    r"(?=[0-9])(?:([0-9]{1,4})w)?(?:([0-9]{1,5})d)?(?:([0-9]{1,5})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,7})s)?\Z"
)
_LONGEST = timedelta(days=3650)


def duration(text: str) -> timedelta | None:
    """Return the time that "15m", "1h30m", "2d" or "1w" says, or None if it says none up to ten years."""
    match = _SPAN.match(text)
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return span if timedelta(0) < span <= _LONGEST else None


def _span(least: timedelta) -> _Reader:
    def read(value: object) -> object:
        span = duration(value) if isinstance(value, str) else None
        if span is None:
            return Wrong('must be a time such as "15m", "1h30m" or "2d"')
        return span if span >= least else Wrong("is too often: publishers' servers are not ours")

    return read


def _age(value: object) -> object:
    span = duration(value) if isinstance(value, str) else None
    is_age = span is not None and span >= timedelta(days=1)
    return span if is_age else Wrong('must be a time of a day or more, such as "90d" or "104w"')


def _ladder(value: object) -> object:
    spans = (
        [duration(each) if isinstance(each, str) else None for each in value]
        if isinstance(value, list)
        else [None]
    )
    known = tuple(span for span in spans if span is not None)
    if len(known) < len(spans):
        return Wrong('must be a list of times such as ["15m", "1h", "1d"]')
    if list(known) != sorted(set(known)):
        return Wrong("must rise: each time is counted from the first capture")
    return known if len(known) <= 50 else Wrong("has more than 50 steps")


# ---------------------------------------------------------------- every key

SECTIONS: dict[str, dict[str, tuple[_Reader, str]]] = {
    "archive": {
        "operator": (
            _text,
            "Who keeps this archive, and how to reach them; it stands in captures.",
        ),
        "capture": (
            _one_of("page", "pictures"),
            'What captures hold: "page", or with "pictures" their exchanges too, for a replay that is whole.',
        ),
        "prune_after": (_age, "How old a capture is whose payload `onrecord prune` leaves out."),
    },
    "fetch": {
        "user_agent": (_text, "How On Record names itself to servers, instead of its own name."),
        "page_pause": (_seconds(0, 3600), "Seconds between two pages of one host."),
        "picture_pause": (_seconds(0, 3600), "Seconds between two pictures of one host."),
        "max_crawl_delay": (
            _seconds(0, 3600),
            "A longer Crawl-delay in robots.txt is taken for this many seconds.",
        ),
        "proxy": (_proxy, "The HTTP or SOCKS proxy that every request goes through."),
        "ca_file": (_text, "A file of certificates that are trusted beside the system's."),
        "timeout": (_seconds(1, 3600), "Seconds that one request may take."),
        "max_page_mib": (_whole(1, 1024), "MiB of a page that are read at most."),
        "max_feed_mib": (_whole(1, 1024), "MiB of a feed that are read at most."),
        "max_redirects": (_whole(0, 20), "Redirects that are followed for one address."),
        "retries": (_whole(0, 20), "How often a request is tried again when that may help."),
        "hosts_at_once": (_whole(1, 1000), "How many hosts are asked at the same time, one request each."),
        "allow_networks": (
            _networks,
            "Networks that are asked though they are no part of the open internet.",
        ),
        "fallbacks": (_ways, "Where an article is read whose page gives none, in this order."),
        "browser": (
            _text,
            'The Chromium that "browser" uses, such as "/usr/bin/chromium"; else Playwright\'s own.',
        ),
        "timegate": (
            _address,
            'The web archive that "memento" asks: the page\'s address is put behind this.',
        ),
    },
    "pictures": {
        "keep": (_flag, "Are pictures kept?"),
        "max_mib": (_whole(1, 1024), "MiB of a picture that are read at most."),
        "max_pixels": (_whole(1, 1_000_000_000), "Pictures of more pixels are not kept."),
        "max_per_article": (_whole(0, 10_000), "Pictures that are kept of one article at most."),
    },
    "keep": {
        "noarchive": (_one_of("keep", "leave"), 'Pages marked "noarchive": kept for yourself, or left.'),
        "reserved": (
            _one_of("keep", "leave"),
            "Pages whose rights of text and data mining are reserved: kept for yourself, or left.",
        ),
        "tdmrep": (_flag, "Is each site asked, once a day, for the file that reserves such rights?"),
        "max_enclosure_mib": (_whole(1, 4096), "MiB of an audio, video or PDF file that are read at most."),
    },
    "schedule": {
        "every": (
            _span(timedelta(minutes=1)),
            'The shortest time between two looks at a source, such as "1h".',
        ),
        "slowest": (_span(timedelta(minutes=1)), "The longest, for a source that seldom publishes."),
        "look_again": (_ladder, "When an article is looked at again, counted from its first capture."),
        "confirm_after": (
            _span(timedelta(0)),
            "How long an article is missing before its removal is confirmed.",
        ),
        "confirm_looks": (_whole(2, 50), "How many looks, hours apart, must find it missing before that."),
        "backfill": (
            _whole(1, 3600),
            "Articles of the past that are asked for in an hour, of each source that goes back (`add --backfill`).",
        ),
    },
    "round": {
        "max_time": (_span(timedelta(minutes=1)), 'The time that a round may take, such as "20m".'),
        "max_mib": (_whole(1, 1_000_000), "MiB that a round may read from servers."),
        "min_free_mib": (_whole(0, 1_000_000), "MiB of the archive's disk that are left free."),
    },
    "proof": {
        "timestamp": (
            _address,
            "The time-stamping service (RFC 3161) that sees each signed head of the ledger.",
        ),
        "calendar": (_address, "The OpenTimestamps calendar that sees each signed head of the ledger."),
    },
    "export": {
        "kind": (
            _one_of("legacy", "changes"),
            'The shape: "legacy" is a text file for each article, "changes" a feed (Atom) of changes.',
        ),
        "dest": (
            _text,
            'The folder, for "changes" the file, that is written; a relative one stands beside onrecord.toml.',
        ),
        "git": (_flag, "Is each round committed to the folder's Git repository?"),
        "pictures": (
            _one_of("proxy", "publisher", "kept"),
            'Where pictures point in the copy: "proxy" as the feed gave them, "publisher", or "kept" copies beside it.',
        ),
        "reserved": (_flag, "Are articles in it whose publishers ask that copies are not passed on?"),
    },
    "hook": {
        "command": (_program, "The program that is run, and its words; it gets JSON on standard input."),
        "url": (_address, "The webhook that is told, in a POST of JSON."),
        "source": (_names, "Only changes of these sources."),
        "word": (_names, "Only changes with one of these words in the headline, or in what went or came."),
        "kind": (_kinds, "Only changes of these kinds."),
        "min_weight": (_weight, "Only changes that weigh this much, 0 to 1."),
    },
    "serve": {
        "host": (_text, "The address that the reader listens on; another than this machine's needs a user."),
        "port": (_whole(0, 65535), "The port that it listens on; 0 takes any that is free."),
        "address": (
            _address,
            "Where it is reached from elsewhere; it stands in feeds, and its host is answered.",
        ),
        "captures": (_address, "Where captures are reached from elsewhere: another host than the reader's."),
        "names": (_hosts, "Other hosts' names that it answers to."),
        "proxies": (
            _networks,
            "The proxies before it, whose word on who asks (X-Forwarded-For) is believed.",
        ),
        "public": (_flag, "May everybody read, without a password?"),
        "reserved": (
            _flag,
            "Is the public shown articles whose publishers ask that copies are not passed on?",
        ),
    },
    "sources.*": {
        "title": (_text, "The publication's name, as shown to readers."),
        "home": (_address, "Its front page."),
        "feeds": (_addresses, "Its feeds and news sitemaps."),
        "front_page": (_flag, "Are the links of its front page followed too?"),
        "folder": (_names, "The folders that it stands in, outermost first; they go in and out as OPML."),
        "language": (_language, "The language of its articles, where its pages do not say."),
        "full_text": (
            _one_of("auto", "feed", "page"),
            'Where articles are read: "page", "feed" for the full text in the feed, or "auto" for the fuller.',
        ),
        "capture": (_one_of("page", "pictures"), "What captures hold, instead of what [archive] says."),
        "enclosures": (
            _one_of("list", "keep"),
            'Audio, video and PDF files of its entries: "list" them in the document, or "keep" them too.',
        ),
        "pause": (_seconds(0, 3600), "Seconds between two of its pages, instead of what [fetch] says."),
        "paused": (_flag, "Is it left alone for now?"),
    },
}

#: Every key of the file, dotted, and a sentence on it: the documentation and the tests hold to this table.
KEYS: dict[str, str] = {
    "format": "The version of this file's shape: 1.",
    **{f"{section}.{key}": says for section, keys in SECTIONS.items() for key, (_, says) in keys.items()},
}
_TABLES = (
    "archive",
    "fetch",
    "pictures",
    "keep",
    "schedule",
    "round",
    "proof",
    "export",
    "hook",
    "serve",
    "searches",
    "sources",
)

# ---------------------------------------------------------------- reading


def parse(text: str, path: str) -> Config:
    """Return what *text*, the content of the file at *path*, settles.

    Raises:
        ConfigError: It is no TOML, or holds mistakes; all of them are named.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(path, [("", f"this is no TOML: {error}")]) from error
    reading = _Reading()
    config = reading.config(document)
    if reading.mistakes:
        raise ConfigError(path, reading.mistakes)
    return config


class _Reading:
    """One pass over the file. It goes on after a mistake, so that all of them are told."""

    def __init__(self) -> None:
        self.mistakes: list[tuple[str, str]] = []

    def config(self, document: Mapping[str, Any]) -> Config:
        version = document.get("format")
        if version is None:
            self._tell("format", f"is missing; the file begins with: format = {FORMAT}")
        elif not isinstance(version, int) or isinstance(version, bool) or version < 1:
            self._tell("format", f"must be {FORMAT}")
        elif version > FORMAT:
            self._tell("format", f"is {version}: a newer On Record wrote this file; this one knows {FORMAT}")
        for key in document:
            if key != "format" and key not in _TABLES:
                self._unknown(key, key, ("format", *_TABLES))
        # Read before the constructors: with a mistake the values may be incomplete, and nothing is made.
        archive = self._section("archive", document.get("archive", {}))
        fetch = self._section("fetch", document.get("fetch", {}))
        pictures = self._section("pictures", document.get("pictures", {}))
        keep = self._section("keep", document.get("keep", {}))
        schedule = self._section("schedule", document.get("schedule", {}))
        round_ = self._section("round", document.get("round", {}))
        proof = self._section("proof", document.get("proof", {}))
        export = self._exports(document.get("export", []))
        hook = self._hooks(document.get("hook", []))
        serve = self._section("serve", document.get("serve", {}))
        searches = self._searches(document.get("searches", {}))
        sources = self._sources(document.get("sources", {}))
        if self.mistakes:
            return Config()
        return Config(
            **archive,
            sources=sources,
            fetch=FetchConfig(**fetch),
            pictures=PictureConfig(**pictures),
            keep=KeepConfig(**keep),
            schedule=ScheduleConfig(**schedule),
            round=RoundConfig(**round_),
            proof=ProofConfig(**proof),
            export=export,
            hook=hook,
            serve=ServeConfig(**serve),
            searches=searches,
        )

    def _tell(self, key: str, what: str) -> None:
        self.mistakes.append((key, what))

    def _unknown(self, dotted: str, key: str, known: Collection[str]) -> None:
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"do you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        self._tell(dotted, f"is no key that On Record knows; {hint}")

    def _section(self, name: str, table: object, *, dotted: str | None = None) -> dict[str, Any]:
        """Return the values of a table that can stand, each under its key."""
        where = dotted or name
        known = SECTIONS[name]
        if not isinstance(table, dict):
            self._tell(where, f"must be a table: [{where}]")
            return {}
        values: dict[str, Any] = {}
        for key, raw in table.items():
            if key not in known:
                self._unknown(f"{where}.{quoted(key)}", key, known)
                continue
            value = known[key][0](raw)
            if isinstance(value, Wrong):
                self._tell(f"{where}.{key}", value.what)
            else:
                values[key] = value
        return values

    def _exports(self, tables: object) -> tuple[ExportConfig, ...]:
        if not isinstance(tables, list):
            self._tell("export", "must be a list of tables: [[export]]")
            return ()
        found: list[ExportConfig] = []
        for at, table in enumerate(tables):
            values = self._section("export", table, dotted=f"export[{at}]")
            missing = [key for key in ("kind", "dest") if isinstance(table, dict) and key not in table]
            for key in missing:
                self._tell(f"export[{at}].{key}", "is missing")
            if "kind" in values and "dest" in values:
                found.append(ExportConfig(**values))
        return tuple(found)

    def _hooks(self, tables: object) -> tuple[HookConfig, ...]:
        if not isinstance(tables, list):
            self._tell("hook", "must be a list of tables: [[hook]]")
            return ()
        found: list[HookConfig] = []
        for at, table in enumerate(tables):
            values = self._section("hook", table, dotted=f"hook[{at}]")
            if isinstance(table, dict) and ("command" in table) == ("url" in table):
                self._tell(f"hook[{at}]", "must have either command or url")
            else:
                found.append(HookConfig(**values))
        return tuple(found)

    def _searches(self, table: object) -> tuple[SavedSearch, ...]:
        if not isinstance(table, dict):
            self._tell(
                "searches", 'must be a table: [searches], with lines such as harbour = "ferry OR bridge"'
            )
            return ()
        found: list[SavedSearch] = []
        for name, query in table.items():
            where = f"searches.{quoted(name)}"
            if not is_search_name(name):
                self._tell(
                    where, f"a search's name has 1 to {MAX_SEARCH_NAME} characters of one line, and no /"
                )
            elif isinstance(_text(query), Wrong) or len(query) > MAX_QUERY:
                self._tell(where, f"must be a query of one line, of at most {MAX_QUERY:,} characters")
            else:
                found.append(SavedSearch(name, query))
        return tuple(found)

    def _sources(self, tables: object) -> tuple[SourceConfig, ...]:
        if not isinstance(tables, dict):
            self._tell("sources", 'must hold tables: [sources."paper.example"]')
            return ()
        found: list[SourceConfig] = []
        folded: dict[str, str] = {}
        for name, table in tables.items():
            dotted = f"sources.{quoted(name)}"
            if wrong := _id_mistake(name):
                self._tell(dotted, wrong)
            twin = folded.setdefault(name.casefold(), name)
            if twin != name:
                self._tell(
                    dotted, f"differs from {twin} by case alone: on some file systems they are one folder"
                )
            values = self._section("sources.*", table, dotted=dotted)
            source = SourceConfig(id=SourceId(name), **values)
            if source.front_page and source.home is None and "home" not in _keys(table):
                self._tell(f"{dotted}.home", "is missing, and front_page needs it")
            elif not source.feeds and not source.front_page and "feeds" not in _keys(table):
                self._tell(f"{dotted}.feeds", "is missing: name a feed, or set front_page = true")
            found.append(source)
        return tuple(found)


def _keys(table: object) -> Collection[str]:
    return table if isinstance(table, dict) else ("home", "feeds")


def quoted(key: str) -> str:
    """Return a key as TOML writes it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'


def _id_mistake(name: str) -> str | None:
    """Return why *name* can't be a folder's on every system, or None if it can."""
    if not 0 < len(name.encode("utf-8")) <= MAX_SOURCE_ID:
        return f"a source's name has 1 to {MAX_SOURCE_ID} bytes: it is a folder's"
    # Names of ours are held to the rule for files, part by part: only dots may stand between the parts.
    parts = name.split(".")
    if name != unicodedata.normalize("NFC", name) or any(
        not part or file_stem(part) != part for part in parts
    ):
        return "is no folder's name on every system; use letters, digits, dots and single dashes"
    return None


#: What a new archive begins with.
INITIAL = """\
# What this archive follows, and how. Lines that begin with # are notes; take the # away to use them.
# Publications are added with `onrecord add cnbc.com`, or by hand at the end of this file.
format = 1

[archive]
# Who keeps this archive, and how to reach them; it stands in captures.
# operator = "A. Reader <reader@archive.example>"
# What captures hold: "page", or "pictures" for pages with their pictures.
capture = "pictures"

[fetch]
# Seconds between two pages, and two pictures, of one host.
page_pause = 1.0
picture_pause = 0.2
# Through whom requests go, if not directly.
# proxy = "socks5://127.0.0.1:9050"
# Addresses of your own network that may be asked.
# allow_networks = ["192.168.1.0/24"]

[pictures]
keep = true

[schedule]
# `onrecord watch` asks each source as often as it publishes: the shortest and the longest time between two looks.
every = "1h"
slowest = "1d"
# When an article is looked at again, counted from its first capture.
look_again = ["15m", "1h", "3h", "1d", "3d", "10d", "30d"]

[round]
# Where a round ends; what is left comes first in the next one.
# max_time = "20m"
# max_mib = 500
# MiB of the disk that are left free.
min_free_mib = 500

# A copy with one text file for each article, for a Git host:
# [[export]]
# kind = "legacy"
# dest = "../news"
# git = true

# A program that is run when a publisher changes something that matters, or takes it away:
# [[hook]]
# command = ["notify-send", "The news has changed"]
# min_weight = 0.7
"""
