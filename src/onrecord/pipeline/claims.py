"""What an entry claimed, remembered: a page is read with its entry's help, also when that has left its list.

Without it, an article whose date only the feed told would lose that date on the next look.
"""

from __future__ import annotations

import hashlib
import json

from onrecord.dates import from_iso
from onrecord.model import Enclosure, Entry
from onrecord.pipeline.enclosures import listed_in

#: Characters of a summary that are remembered: it helps to tell the standfirst, no more.
MAX_SUMMARY = 2000


def claims_digest(entry: Entry) -> str:
    """Return a digest of all that an entry claims."""
    return hashlib.sha256(repr(entry).encode("utf-8", "surrogatepass")).hexdigest()


def remembered(entry: Entry) -> str:
    """Return what an entry claims, but for its full text, as JSON."""
    claims = {
        "headline": entry.headline,
        "published": str(entry.published_at) if entry.published_at else None,
        "modified": str(entry.modified_at) if entry.modified_at else None,
        "authors": list(entry.authors),
        "summary": entry.summary[:MAX_SUMMARY] if entry.summary else None,
        "language": entry.language,
        "categories": list(entry.categories),
        "enclosures": [[one.url, one.media_type, one.size] for one in listed_in(entry)],
    }
    return json.dumps({name: value for name, value in claims.items() if value})


def recalled(url: str, claims: str | None) -> Entry | None:
    """Return the entry that `remembered` was given, without its full text."""
    if claims is None:
        return None
    found = json.loads(claims)
    return Entry(
        url=url,
        headline=found.get("headline"),
        published_at=from_iso(found.get("published", "")),
        modified_at=from_iso(found.get("modified", "")),
        authors=tuple(found.get("authors", ())),
        summary=found.get("summary"),
        language=found.get("language"),
        categories=tuple(found.get("categories", ())),
        enclosures=tuple(Enclosure(*one) for one in found.get("enclosures", ())),
    )
