"""The nouns: frozen dataclasses that every room shares, with no behaviour beyond properties.

Pure: no files, network, clock or log. Three kinds of field never share a name: what a publisher
claims (`published_at`), what we observed (`captured_at`), and what we inferred (`authors`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType

Digest = NewType("Digest", str)  #: "sha256:<64 hex>"
SourceId = NewType("SourceId", str)  #: the source's key in onrecord.toml, a folder name: "cn.nytimes.com"
ArticleId = NewType("ArticleId", str)  #: 12 characters of [a-z2-7], from the first canonical URL
CanonicalUrl = NewType("CanonicalUrl", str)  #: made by urls.canonicalize() alone


@dataclass(frozen=True, slots=True)
class Problem:
    """Something odd in strangers' bytes. *code* is stable, so that a year of them can be counted."""

    code: str  #: kebab-case: "feed-bare-ampersand"
    detail: str = ""
    where: str = ""  #: an address, a field or an element


# ---------------------------------------------------------------- time


class Precision(StrEnum):
    """How much of a time a publisher stated."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


_ISO_FORMS = {
    Precision.YEAR: "%Y",
    Precision.MONTH: "%Y-%m",
    Precision.DAY: "%Y-%m-%d",
    Precision.MINUTE: "%Y-%m-%dT%H:%M",
    Precision.SECOND: "%Y-%m-%dT%H:%M:%S",
}


@dataclass(frozen=True, slots=True)
class ClaimedTime:
    """A time that a publisher states, no more precise than they stated it.

    *value* is naive where no zone was stated and none can be inferred; fields finer than *precision*
    are at their lowest value. Microseconds are dropped.
    """

    value: datetime
    precision: Precision = Precision.SECOND

    @property
    def is_precise(self) -> bool:
        """Is this an instant: minute or finer, with a zone?"""
        return self.value.tzinfo is not None and self.precision in {Precision.MINUTE, Precision.SECOND}

    @property
    def at(self) -> datetime:
        """The earliest instant that this may mean, in UTC; a missing zone is read as UTC."""
        value = self.value if self.value.tzinfo else self.value.replace(tzinfo=UTC)
        return value.astimezone(UTC)

    def __str__(self) -> str:
        """Return the ISO 8601 form, as short as the precision: "2024-05-17", "2024-05-17T10:50+08:00"."""
        # %Y is not padded below the year 1000 on every platform.
        text = (
            f"{self.value.year:04}"
            + self.value.strftime(_ISO_FORMS[self.precision])[len(str(self.value.year)) :]
        )
        if self.value.tzinfo is None or self.precision not in {Precision.MINUTE, Precision.SECOND}:
            return text
        offset = self.value.strftime("%z")
        return f"{text}{offset[:3]}:{offset[3:5]}"


# ---------------------------------------------------------------- the article


@dataclass(frozen=True, slots=True)
class Run:
    r"""A run of text with one formatting. "\n" in *text* is a line break that the publisher set.

    Runs stand in normal form (`text.normal_runs`): none is empty, no two neighbours share all formatting,
    white space is folded, the first and the last have no outer white space.
    """

    text: str
    link: str | None = None  #: absolute http(s) or mailto address
    emphasis: bool = False
    strong: bool = False


Runs = tuple[Run, ...]


def plain(runs: Runs) -> str:
    """Return the text of *runs* without formatting."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the page presents it. All words are the publisher's."""

    url: str  #: absolute; the largest source, proxies undone; asked byte for byte
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    width: int | None = None  #: pixels, as stated
    height: int | None = None
    fallback_urls: tuple[str, ...] = ()  #: other addresses of the same picture, best first


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body."""

    runs: Runs
    language: str | None = None  #: BCP 47, where it is not the article's: the other half of a bilingual page


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the body. *level* is 2 to 6; 1 is the headline's."""

    runs: Runs
    level: int = 2
    language: str | None = None  #: as a paragraph's


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation set apart, or a pull quote; *cite* is its attribution as printed."""

    blocks: tuple[Block, ...]
    cite: str | None = None


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; each item is a tuple of blocks."""

    items: tuple[tuple[Block, ...], ...]
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows of cells. The first *head_rows* rows are its heading."""

    rows: tuple[tuple[Runs, ...], ...]
    head_rows: int = 0
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture in its place in the article. The lead picture is the first block."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Embed:
    """Something of another site shown in the page: a video, a post, a map."""

    url: str
    kind: str = "link"  #: "video", "audio", "post", "map", "chart", "link"
    text: str | None = None  #: what a reader without it is told


@dataclass(frozen=True, slots=True)
class Preformatted:
    """Text whose line breaks and spaces matter: verse, code."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


Block = Paragraph | Heading | Quotation | ListBlock | Table | Figure | Embed | Preformatted | Rule


class Access(StrEnum):
    """How much of the article the page gave to us."""

    WHOLE = "whole"
    PART = "part"  #: the rest is behind a paywall
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Translation:
    """The same article in another language, as the page links to it."""

    url: str
    language: str | None = None  #: BCP 47
    is_original: bool = False  #: the page says that this one is the translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one page, or one feed entry, says. None is its silence; "" never stands."""

    canonical_url: CanonicalUrl
    headline: str
    kicker: str | None = None
    standfirst: str | None = None
    byline: str | None = None  #: as printed; else the house that the page credits
    authors: tuple[str, ...] = ()  #: people read out of the byline and the metadata: an inference
    dateline: str | None = None
    published_at: ClaimedTime | None = None
    modified_at: ClaimedTime | None = None
    section: str | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None  #: BCP 47; Chinese as zh-Hans or zh-Hant
    access: Access = Access.WHOLE
    blocks: tuple[Block, ...] = ()
    credits: tuple[str, ...] = ()  #: at the foot: contributors, translators, editors, authors' notes
    corrections: tuple[str, ...] = ()  #: the publisher's own notes of a change
    translations: tuple[Translation, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures of the body, in order, those inside quotations and lists included."""
        return tuple(_pictures(self.blocks))


def _pictures(blocks: tuple[Block, ...]) -> list[Picture]:
    found: list[Picture] = []
    for block in blocks:
        match block:
            case Figure(picture):
                found.append(picture)
            case Quotation(blocks=inner):
                found += _pictures(inner)
            case ListBlock(items=items):
                for item in items:
                    found += _pictures(item)
            case _:
                pass
    return found


class ReadingKind(StrEnum):
    """What an article was read out of. Only readings of one kind are compared."""

    PAGE = "page"
    FEED = "feed"
    RENDITION = "rendition"  #: another page of the same article: AMP, print, a web archive's


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field of an article says what it says."""

    field: str  #: "headline"
    origin: str  #: "json-ld headline", "h1", "og:title"
    value: str
    confidence: float  #: 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What a reader made of a page or an entry. No article: nothing there reads like one."""

    article: Article | None
    kind: ReadingKind
    canonical_claims: tuple[str, ...] = ()  #: rel=canonical, og:url, JSON-LD url; absolute, not judged
    evidence: tuple[Evidence, ...] = ()
    problems: tuple[Problem, ...] = ()
    next_page: str | None = None  #: where the article goes on, as the site's rule finds it; absolute
    single_page: str | None = None  #: where all of it stands on one page, likewise


# ---------------------------------------------------------------- feeds


class FeedKind(StrEnum):
    """The dialects that are read."""

    RSS = "rss"
    RDF = "rdf"
    ATOM = "atom"
    JSON = "json"
    SITEMAP = "sitemap"
    SITEMAP_INDEX = "sitemap-index"
    FRONT_PAGE = "front-page"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that an entry carries: audio, video, a picture."""

    url: str
    media_type: str | None = None
    size: int | None = None  #: bytes, as stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a feed. Claims only."""

    url: str  #: byte for byte as given, made absolute where it was relative
    id: str | None = None
    headline: str | None = None  #: text, markup removed
    published_at: ClaimedTime | None = None
    published_text: str | None = None  #: as printed
    modified_at: ClaimedTime | None = None
    authors: tuple[str, ...] = ()
    summary: str | None = None  #: HTML
    content: str | None = None  #: HTML: the full text, where the feed gives one
    language: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    raw_title: str | None = None  #: as given, markup and all, outer white space included
    raw_url: str | None = None  #: as given


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A machine-readable list, as parsed. Order and dates are claims too."""

    url: str
    kind: FeedKind | None  #: None: this is no feed
    title: str | None = None
    home_url: str | None = None
    language: str | None = None
    entries: tuple[Entry, ...] = ()
    children: tuple[
        str, ...
    ] = ()  #: the sitemaps of a sitemap index, those that say that they are newest first
    children_modified: tuple[ClaimedTime | None, ...] = ()  #: when each of them was changed, as stated
    next_url: str | None = None  #: of a paged feed: what is older (RFC 5005, 3)
    prev_archive_url: str | None = None  #: of an archived feed: what is older (RFC 5005, 4)
    is_everything: bool = False  #: it lists all that there is, says fh:complete (RFC 5005, 2)
    hub_url: str | None = None  #: WebSub
    self_url: str | None = None
    moved_to: str | None = None
    ttl_minutes: int | None = None
    skip_hours: tuple[int, ...] = ()  #: UTC, in which nothing is to be asked (RSS 2.0)
    skip_days: tuple[int, ...] = ()  #: UTC, Monday is 0
    is_complete: bool = True  #: False: the bytes broke off
    problems: tuple[Problem, ...] = ()

    @property
    def older_url(self) -> str | None:
        """Where what is older is listed. Archives stay as they are; pages move while one reads them."""
        return self.prev_archive_url or self.next_url


# ---------------------------------------------------------------- captures


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP exchange, as it went over the wire, after transfer decoding.

    Header names keep their case and order. The body's content encoding is untouched.
    """

    url: str  #: target URI, as asked
    requested_at: datetime  #: UTC
    ip_address: str | None  #: of the peer that was contacted; behind a proxy, the proxy's
    request_head: bytes  #: request line and headers, with CRLF, up to the empty line and with it
    status: int
    reason: str
    http_version: str  #: "1.1"
    headers: tuple[tuple[str, str], ...]  #: latin-1
    body: bytes
    truncated: str | None = None  #: WARC-Truncated: "length", "time", "disconnect"
    elapsed: float = 0.0  #: seconds
    is_lent: bool = False  #: asked with the cookies of a person's own subscription; they are withheld here
    is_rendered: bool = False  #: no server sent this: it is what a browser made of what one sent

    def header(self, name: str) -> str | None:
        """Return the first header called *name*, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Where a WARC record stands: its segment's path in the archive, its gzip member's offset and length."""

    path: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One exchange, kept."""

    url: str
    captured_at: datetime  #: UTC, whole seconds
    status: int
    payload_digest: Digest
    record: RecordRef
    record_id: str  #: the WARC-Record-ID, "<urn:uuid:…>"
    media_type: str | None = None


class FailureReason(StrEnum):
    """Why a fetch brought nothing."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    CUT_OFF = "cut-off"
    STATUS = "status"
    TOO_LARGE = "too-large"
    REDIRECTS = "redirects"
    BAD_URL = "bad-url"
    BAD_RESPONSE = "bad-response"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer with a body. *exchanges* has each redirect in order, and the answer last."""

    exchanges: tuple[Exchange, ...]

    @property
    def final(self) -> Exchange:
        """The exchange that answered."""
        return self.exchanges[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """304: what we hold still stands."""

    exchanges: tuple[Exchange, ...]

    @property
    def final(self) -> Exchange:
        """The exchange that answered."""
        return self.exchanges[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """404 or 410: the server says that there is nothing."""

    exchanges: tuple[Exchange, ...]
    is_permanent: bool = False  #: 410

    @property
    def final(self) -> Exchange:
        """The exchange that answered."""
        return self.exchanges[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """We did not ask: robots.txt forbids it, or our own rules do."""

    url: str
    reason: str  #: a sentence: "robots.txt of example.org disallows /private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The network or the server said no, after the retries that may help."""

    url: str
    reason: FailureReason
    detail: str = ""
    exchanges: tuple[Exchange, ...] = ()
    retry_at: datetime | None = None  #: UTC: not before


Outcome = Fetched | NotModified | Gone | Refused | Failed


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask again with (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


class VerdictKind(StrEnum):
    """What a capture is, before anything is made of it."""

    FULL = "full"
    STUB = "stub"  #: short, promises an update
    PART = "part"  #: the rest is behind a paywall
    BLOCK = "block"
    CONSENT = "consent"
    LOGIN = "login"
    SOFT_404 = "soft-404"
    ERROR = "error"
    LIST = "list"
    LIVE = "live"  #: follows an event while it goes on
    NOT_TEXT = "not-text"

    @property
    def is_article(self) -> bool:
        """May this become an article?"""
        return self in {VerdictKind.FULL, VerdictKind.STUB, VerdictKind.PART}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement, with its reason in words a person understands."""

    kind: VerdictKind
    reason: str  #: a sentence, made of the first evidence
    evidence: tuple[str, ...] = ()  #: all that spoke for it, the strongest first


# ---------------------------------------------------------------- what is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a publisher says about keeping a page, as of its capture. Silence is None, or False."""

    no_archive: bool = False  #: robots: noarchive
    tdm_reserved: bool | None = (
        None  #: TDM Reservation Protocol: are rights of text and data mining reserved?
    )
    tdm_policy: str | None = None  #: where the licence is offered
    is_free: bool | None = None  #: schema.org isAccessibleForFree
    is_lent: bool = (
        False  #: read with the cookies of a person's own subscription: not a publisher's word, but ours
    )
    said: tuple[str, ...] = ()  #: where it was said: "X-Robots-Tag: noarchive"

    @property
    def is_reserved(self) -> bool:
        """Are copies not to be passed on: does the publisher ask so, or was it sold to one person?"""
        return self.no_archive or self.is_lent or bool(self.tdm_reserved)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A picture's bytes in the archive, or the reason why they are not there."""

    url: str  #: Picture.url
    digest: Digest | None = None  #: None: not kept
    path: str | None = None  #: in the archive: "pictures/3f/9a/3f9a….jpg"
    media_type: str | None = None
    width: int | None = None  #: pixels, as decoded
    height: int | None = None
    reason: str | None = None  #: why it is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEnclosure:
    """An audio, video or PDF file that an article's entry carries; its bytes in the archive, where they are kept."""

    url: str
    media_type: str | None = None  #: as stated by the feed
    size: int | None = None  #: bytes, as stated by the feed
    digest: Digest | None = None  #: None: not kept
    path: str | None = None  #: in the archive: "enclosures/3f/9a/3f9a….mp3"
    reason: str | None = None  #: why it is missing, where it was to be kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a full-text feed gave, verbatim: a legacy file is written from this, never from blocks."""

    title: str
    url: str
    published_text: str | None
    published_ms: int | None  #: milliseconds since the epoch; None: not readable as a date
    body: str  #: HTML


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An article as it stood from *captured_at* on. Numbers start at 1, without gaps."""

    article: Article
    number: int
    captured_at: datetime  #: our observation, UTC, whole seconds
    content_digest: Digest
    kind: ReadingKind = ReadingKind.PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A revision as it is written down: the article, where it came from, and where its pictures are."""

    id: ArticleId
    source: SourceId
    number: int  #: the article's ordinal in its source, from 1, in the order of keeping
    revision: Revision
    capture_digest: Digest | None  #: payload digest of the capture it was read from
    capture_record: str | None  #: the capture's WARC-Record-ID
    reader_version: str  #: of the reader that read it, and its rule: "1", "1+rfa.org@5b7c0f1e"
    #: `SiteMemory.digest` of what was known of the site; None: it was read by itself
    learned: str | None = None
    verdict: VerdictKind = VerdictKind.FULL
    via: str | None = None  #: of a rendition: "amp", "print", "alternate", "memento"
    via_url: str | None = None  #: of a rendition: the address that answered
    terms: Terms = field(default_factory=Terms)
    pictures: Mapping[str, KeptPicture] = field(default_factory=dict)  #: by Picture.url
    enclosures: tuple[KeptEnclosure, ...] = ()  #: in the order of the entry

    @property
    def files(self) -> tuple[KeptPicture | KeptEnclosure, ...]:
        """The files beside it: those that are kept, and those that are missing."""
        return (*self.pictures.values(), *self.enclosures)
