"""What is known of sites while a round goes on, and what it learns: pages in, memories out, the state between.

An article is always read with the memory that it was first read with, which its document names. So a reading does
not change because the archive has learned: nothing that a publisher did not do becomes a revision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from onrecord.extract import SiteMemory, Traits
from onrecord.learning import Learning, begun, site_of
from onrecord.model import ReadingKind
from onrecord.store import HeldRevision, MemoryRow, State


class SiteDesk:
    """Knows sites as the state remembers them, and notes what their pages show."""

    def __init__(self, state: State, *, now: Callable[[], datetime]) -> None:
        self._state = state
        self._now = now
        self._newest: dict[str, SiteMemory] = {}
        self._named: dict[str, SiteMemory | None] = {}
        self._shown: dict[str, dict[str, list[Traits]]] = {}  #: by source and site

    # ---------------------------------------------------------------- what is known

    def newest(self, url: str) -> SiteMemory:
        """Return what is known of an address's site now; it may be nothing."""
        return self._newest_of(site_of(url))

    def _newest_of(self, site: str) -> SiteMemory:
        if site not in self._newest:
            row = self._state.newest_memory(site)
            known = SiteMemory.from_json(row.memory) if row else None
            self._newest[site] = known or SiteMemory(site)
        return self._newest[site]

    def named(self, learned: str | None, url: str) -> SiteMemory | None:
        """Return the memory that a document names; None if the state has lost it."""
        if learned is None:
            return SiteMemory(site_of(url))
        if learned not in self._named:
            row = self._state.memory(learned)
            self._named[learned] = SiteMemory.from_json(row.memory) if row else None
        return self._named[learned]

    def newest_after(self, learned: str | None, url: str) -> SiteMemory:
        """Return what is known now of the site of the memory that a document names, or else of its address."""
        named = self.named(learned, url)
        return self.newest(url) if named is None else self._newest_of(named.site)

    def for_look(self, url: str, latest: HeldRevision | None) -> SiteMemory:
        """Return what a page is read with: what the held article was read with, or what is known now."""
        if latest is None or latest.kind != ReadingKind.PAGE:
            return self.newest(url)
        named = self.named(latest.learned, url)
        return self.newest(url) if named is None else named

    # ---------------------------------------------------------------- what is learned

    def note(self, source: str, url: str, traits: Traits) -> None:
        """Note what the page of a new article of *source* shows."""
        self._shown.setdefault(source, {}).setdefault(site_of(url), []).append(traits)

    def settle(self, source: str) -> None:
        """Write down what was noted of a source's pages, once all are kept; freeze a memory where it is time.

        Sources are followed side by side: what one has noted must not decide, by chance, how another's are read.
        """
        for site, shown in self._shown.pop(source, {}).items():
            learn(self._state, site, shown, now=self._now())
        self._newest.clear()
        self._named.clear()


def learn(state: State, site: str, shown: Iterable[Traits], *, now: datetime) -> None:
    """Learn from pages of a site, in their order; freeze a memory where it is time."""
    text = state.learning(site)
    learning = (Learning.from_json(site, text) if text else None) or begun(site, at=now)
    with state.transaction():
        for traits in shown:
            learning.add(traits, at=now)
        if learning.is_ripe(now=now):
            _freeze(state, learning, now=now)
        state.put_learning(site, learning.to_json())


def _freeze(state: State, learning: Learning, *, now: datetime) -> None:
    """Put a memory beside the site's older ones, if it says anything else."""
    is_remade = learning.is_remade
    known = learning.freeze(now=now)
    last = state.newest_memory(learning.site)
    if last is not None and last.digest == known.digest:
        return
    if last is not None:
        state.put(replace(last, until=now))
    row = MemoryRow(
        site=learning.site,
        number=last.number + 1 if last else 1,
        digest=known.digest,
        since=now,
        pages=learning.era.seen,
        is_remade=is_remade,
        memory=known.to_json(),
    )
    state.put(row)
