"""A feed of changes: what publishers changed and took away, for any reader of feeds."""

from __future__ import annotations

from pathlib import Path

from onrecord import changes
from onrecord.archive import Archive
from onrecord.changes import Told
from onrecord.render import atom
from onrecord.render import comparison as comparisons
from onrecord.render import removal as removals
from onrecord.render.feed import FeedEntry, FeedHead
from onrecord.render.html import text
from onrecord.store import ChangeListing
from onrecord.store.files import storage_errors

TITLE = "Changed and gone"


def write_feed(
    archive: Archive, dest: Path, *, listing: ChangeListing, reserved: bool, left: list[str]
) -> bool:
    """Write the feed of what *listing* asks for to the file *dest*; return whether it says something new.

    What publishers ask not to pass on is left out unless *reserved*; its addresses go to *left*.

    Raises:
        StorageError: The file can't be written.
    """
    first = next(archive.lines())
    head = FeedHead(archive=first.digest, title=TITLE, at=first.at)
    data = atom.write(entries(archive, listing=listing, reserved=reserved, left=left), head)
    with storage_errors(dest):
        if dest.is_file() and dest.read_bytes() == data:
            return False
        dest.parent.mkdir(parents=True, exist_ok=True)
        fresh = dest.with_name(f"{dest.name}.new")
        fresh.write_bytes(data)
        fresh.replace(dest)
    return True


def entries(archive: Archive, *, listing: ChangeListing, reserved: bool, left: list[str]) -> list[FeedEntry]:
    """Return what *listing* asks for as a feed's entries; *reserved* and *left* are those of `write_feed`."""
    titles = {source.id: source.title or source.id for source in archive.config.sources}
    found = []
    for one in changes.told(archive, listing):
        terms = one.document.terms if one.document else None
        if not reserved and (terms is None or terms.is_reserved):
            left.append(one.held.url)
            continue
        found.append(_entry(archive, one, titles.get(one.held.source, one.held.source)))
    return found


def _entry(archive: Archive, one: Told, source: str) -> FeedEntry:
    headline = one.document.revision.article.headline if one.document else one.held.headline
    return FeedEntry(
        key=str(one.change.seq),
        title=f"{headline} [{changes.line(one)}]",
        link=one.held.url,
        at=one.change.at,
        source=source,
        categories=one.kinds,
        html=_html(archive, one),
    )


def _html(archive: Archive, one: Told) -> str:
    if one.comparison is not None:
        return comparisons.comparison_html(one.comparison)
    told = [f"<p>{text(changes.line(one))}</p>"]
    if removal := one.removal(archive):
        rows = [f"<dt>{text(name)}</dt><dd>{text(words)}</dd>" for name, words, _ in removals.rows(removal)]
        told += ["<dl>", *rows, "</dl>"]
    return "\n".join(told)
