"""What publishers changed and took away, each with what a person wants to know of it: `changes`, hooks, the feed.

Reads the archive; the ledger's lines are in its index.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from onrecord.archive import Archive
from onrecord.compare import Comparison, compare
from onrecord.errors import FormatError
from onrecord.model import Document
from onrecord.removals import Removal
from onrecord.render import comparison as comparisons
from onrecord.render import removal as removals
from onrecord.store import ChangeListing, HeldArticle, HeldChange

#: Rows of the index that are read at once.
_BATCH = 500
#: What a hook or a feed is given of one change: enough to tell it, and no more than a pipe or a reader takes.
MOST_CHANGES, MOST_CHARACTERS = 50, 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that a publisher did to an article."""

    change: HeldChange
    held: HeldArticle  #: as it is now
    document: (
        Document | None
    )  #: of the revision that came; of a removal, the newest one; None: it can't be read
    comparison: Comparison | None  #: of an edit, where both revisions can be read

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it is called: `compare.Kind`s, or "removed", "restored"."""
        return self.change.kinds

    @property
    def weight(self) -> float:
        """How much a reader would care, 0 to 1."""
        return self.change.weight or 0.0

    def removal(self, archive: Archive) -> Removal | None:
        """Return the evidence of a removal that stands."""
        return archive.catalog.removal(self.held.id) if "removed" in self.kinds else None


def told(archive: Archive, listing: ChangeListing) -> Iterator[Told]:
    """Yield what *listing* asks for, newest first."""
    return islice(_all_told(archive, listing), listing.limit)


def _all_told(archive: Archive, listing: ChangeListing) -> Iterator[Told]:
    before = listing.before
    while True:
        rows = archive.catalog.changes(replace(listing, limit=_BATCH, before=before))
        for row in rows:
            one = tell(archive, row)
            if one is not None and _fits(one, listing):
                yield one
        if len(rows) < _BATCH:
            return
        before = rows[-1].seq


def _fits(one: Told, listing: ChangeListing) -> bool:
    """Is it asked for? An early version wrote down neither kinds nor weight, so the index lets those through."""
    is_kind = not listing.kinds or bool(set(listing.kinds) & set(one.kinds))
    return is_kind and one.weight >= (listing.min_weight or 0.0)


def tell(archive: Archive, change: HeldChange) -> Told | None:
    """Return what there is to know of a change; None where the article is not held any more."""
    held = archive.catalog.article(change.id)
    if held is None:
        return None
    if change.revision is None:
        return Told(change=change, held=held, document=_document(archive, held.path), comparison=None)
    paths = {one.number: one.path for one in archive.catalog.revisions(held.id)}
    was = _document(archive, paths.get(change.revision - 1))
    now = _document(archive, paths.get(change.revision))
    found = compare(was.revision.article, now.revision.article) if was and now else None
    if change.weight is None and found is not None:
        kinds = tuple(sorted(kind.value for kind in found.kinds))
        change = replace(change, weight=found.weight, kinds=kinds)
    return Told(change=change, held=held, document=now, comparison=found)


def _document(archive: Archive, path: str | None) -> Document | None:
    """Return a document, or None where it is missing or damaged: `verify` names it, and the others are told of."""
    with suppress(FormatError):
        return archive.document_at(path) if path else None
    return None


def to_json(archive: Archive, one: Told) -> dict[str, Any]:
    """Return a change as JSON, for `changes --json` and for hooks; docs/COMMANDS.md describes it."""
    change, held = one.change, one.held
    found: dict[str, Any] = {
        "seq": change.seq,
        "at": _moment(change.at),
        "event": change.event.value,
        "state": change.data.get("state"),
        "kinds": list(one.kinds),
        "weight": one.weight,
        "id": held.id,
        "source": held.source,
        "url": held.url,
        "headline": one.document.revision.article.headline if one.document else held.headline,
        "path": held.path,
        "revision": change.revision,
    }
    if one.comparison is not None:
        found["changes"] = [
            {
                "kind": part.kind.value,
                "weight": part.weight,
                "before": part.before[:MOST_CHARACTERS],
                "after": part.after[:MOST_CHARACTERS],
            }
            for part in one.comparison.changes[:MOST_CHANGES]
        ]
    elif change.revision is None:
        found["reason"] = change.data.get("reason")
        removal = one.removal(archive)
        found["removal"] = removals.to_json(removal) if removal else None
    return found


def line(one: Told) -> str:
    """Return what happened, in a few words: "number, correction", "gone: the server answered 404 (suspected)"."""
    data = one.change.data
    if one.change.revision is not None:
        kinds = [part.kind for part in one.comparison.changes] if one.comparison else []
        return ", ".join(dict.fromkeys(map(comparisons.name_of, kinds))) or ", ".join(one.kinds) or "no words"
    if "restored" in one.kinds:
        return "back"
    return f"gone: {data.get('reason')} ({data.get('state')})"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
