"""Where things stand in the archive's folder. Pure: names from values. The contract is docs/FORMAT.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from onrecord.model import Article, ArticleId, Digest, SourceId
from onrecord.urls import file_stem, slug_of

CONFIG = "onrecord.toml"
INDEX = "index.sqlite"
STATE = "state.sqlite"
MARKS = "marks.sqlite"
SEARCH = "search"
SITES = "sites"
LOCK = ".lock"
DAMAGED = "damaged"

#: The folders whose files the ledger names.
FOLDERS = ("articles", "pictures", "enclosures", "captures", "stamps")

#: The bytes left for a name in a file name of 120, after the day, a short id and ".r9999.feed.json".
_STEM_BYTES = 90


def document_path(
    article: Article,
    article_id: ArticleId,
    source: SourceId,
    captured_at: datetime,
    *,
    is_taken: Callable[[str], bool],
) -> str:
    """Return the path for a new article's document, unique by a short id where two would meet."""
    published = article.published_at
    day = published.at if published and published.is_precise else captured_at
    stem = file_stem(slug_of(article.canonical_url) or article.headline, limit_bytes=_STEM_BYTES)
    folder = f"articles/{source}/{day:%Y/%m}"
    for ending in ("", f"-{article_id[:6]}", f"-{article_id}"):
        path = f"{folder}/{day:%d}-{stem}{ending}.md"
        if not is_taken(path):
            return path
    return path


def superseded_path(path: str, number: int) -> str:
    """Return where revision *number* of the document at *path* stands once a newer one has its place."""
    return f"{path.removesuffix('.md')}.r{number}.md"


def envelope_path(path: str) -> str:
    """Return where the feed's own words stand, beside the document at *path*."""
    return f"{path.removesuffix('.md')}.feed.json"


def picture_path(digest: Digest, extension: str) -> str:
    """Return where a picture stands: named by its SHA-256, two folders deep."""
    return f"pictures/{_by_digest(digest)}.{extension}"


def enclosure_path(digest: Digest, extension: str) -> str:
    """Return where an enclosure stands: named by its SHA-256, two folders deep."""
    return f"enclosures/{_by_digest(digest)}.{extension}"


def _by_digest(digest: Digest) -> str:
    name = digest.removeprefix("sha256:")
    return f"{name[:2]}/{name[2:4]}/{name}"


def segment_path(begun_at: datetime, writer: str) -> str:
    """Return the path of a segment of captures, named by its moment and its writer."""
    return f"captures/{begun_at:%Y/%m}/{begun_at:%d-%H%M%S}-{writer}.warc.gz"


def stamp_path(line: int, ending: str) -> str:
    """Return where something on the stamp of a signed line stands: its words ("txt"), request or answer."""
    return f"stamps/{line}.{ending}"


def cdxj_path(segment: str) -> str:
    """Return the path of the index beside a segment."""
    return f"{segment.removesuffix('.warc.gz')}.cdxj"
