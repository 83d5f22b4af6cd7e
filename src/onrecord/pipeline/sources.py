"""Sources: which ones are meant, and what an address turned out to be. Light: asks no server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onrecord.archive import Archive
from onrecord.config import SourceConfig, source_id_for
from onrecord.errors import SourceNotFoundError, UsageError
from onrecord.model import SourceId
from onrecord.urls import address_candidates, has_credentials, lookup_key, without_credentials

#: Entries that a list must have before it is taken for another one's twin, and the share of them that must be held.
TELLING, SAME = 5, 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an address leads to beside what was asked for."""

    kind: str  #: "edition", "feed" or "news sitemap"
    url: str
    title: str | None = None
    language: str | None = None  #: of an edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an address turned out to be."""

    address: str  #: as typed
    source: SourceConfig | None = None  #: None: nothing to follow there
    kinds: tuple[str, ...] = ()  #: of the lists found: "rss", "news sitemap", "front page"
    entries: int = 0  #: that they list now
    reason: str | None = None  #: why there is nothing to follow
    is_followed: bool = False  #: it was followed before
    keys: frozenset[str] = frozenset()  #: of the entries: urls.lookup_key
    offers: tuple[
        Offer, ...
    ] = ()  #: what else is there, and is not followed unless it is added by its address


def check_typed(address: str) -> None:
    """Look at what a person typed before anything is done with it, or said of it.

    Raises:
        UsageError: It holds a user name or password; the message does not.
    """
    if has_credentials(address):
        raise UsageError(
            f"{without_credentials(address)}: this holds a user name or password, which is neither sent nor kept;"
            " type the address without"
        )


def followed_as(address: str, sources: Sequence[SourceConfig]) -> SourceConfig | None:
    """Return the source that follows *address* already."""
    keys = {lookup_key(url).rstrip("/") for url in address_candidates(address)}
    for source in sources:
        known = [*source.feeds, *([source.home] if source.home else [])]
        if keys & {lookup_key(url).rstrip("/") for url in known}:
            return source
    return None


def lister_of(found: Found, archive: Archive) -> SourceId | None:
    """Return the source that brings all that was found already: the same list elsewhere, or a part of one."""
    if len(found.keys) < TELLING:
        return None
    held = Counter(one.source for one in archive.catalog.find_all(found.keys).values())
    followed = {source.id for source in archive.config.sources}
    source, count = next(iter(held.most_common(1)), (None, 0))
    return source if source in followed and count >= SAME * len(found.keys) else None


def named(found: Found, taken: Sequence[str]) -> SourceConfig | None:
    """Return the found source with an id of its own, not among *taken*."""
    if found.source is None:
        return None
    url = found.source.home or next(iter(found.source.feeds))
    return replace(found.source, id=source_id_for(url, taken))


def chosen_sources(archive: Archive, names: Sequence[str]) -> list[SourceConfig]:
    """Return the sources called *names*, or all that are not paused.

    Raises:
        SourceNotFoundError: One of the names is none.
    """
    known = {source.id: source for source in archive.config.sources}
    for name in names:
        if name not in known:
            raise SourceNotFoundError(name)
    if names:
        return [known[SourceId(name)] for name in dict.fromkeys(names)]
    return [source for source in known.values() if not source.paused]
