"""Fallbacks: where else an article may be read whose page gave none, in the order that the settings give.

A browser is asked only for pages that need one, and only where settings say so (`browsing`).
A publisher's own other renditions (AMP, print, an alternate) are pages like any: robots.txt, pauses and the judge
hold for them. A web archive is a third party, which learns what is read: it is asked only where settings say so.
Nothing is tried behind a paywall or a login: what is sold is not got round.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from onrecord.config import FetchConfig
from onrecord.fetch import Client
from onrecord.judge import NEEDS_SCRIPT
from onrecord.model import Entry, Fetched, Gone, Outcome, ReadingKind, VerdictKind
from onrecord.pipeline.browsing import Browser
from onrecord.pipeline.mementos import mementos
from onrecord.pipeline.reading import Judged, Reading, read_rendition
from onrecord.sites import Rulebook

#: Pages of one way that are tried.
MOST_PAGES = 2
#: Verdicts on a page that another rendition of it may help.
HELPED = frozenset({VerdictKind.BLOCK, VerdictKind.CONSENT, VerdictKind.ERROR, VerdictKind.NOT_TEXT})
#: What only somebody who kept it can help.
LOST = frozenset({VerdictKind.SOFT_404})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for elsewhere."""

    url: str
    entry: Entry | None
    outcome: Outcome | None
    judged: Judged


class Fallbacks:
    """Tries other ways to an article."""

    def __init__(
        self, config: FetchConfig, client: Client, rules: Rulebook, *, now: Callable[[], datetime]
    ) -> None:
        self._config = config
        self._rules = rules
        self._client = client
        self._now = now
        self._browser = Browser(config, client, now=now) if "browser" in config.fallbacks else None

    async def instead_of(self, wanted: Wanted) -> Judged:
        """Return what the first way that leads to an article brings, or what was found without them."""
        judged = wanted.judged
        verdict = judged.verdict.kind if judged.verdict else None
        is_lost = isinstance(wanted.outcome, Gone) or verdict in LOST
        if not is_lost and verdict not in HELPED:
            return judged
        for way in self._config.fallbacks:
            if way == "feed":
                if judged.reading is not None:
                    return judged
            elif way == "browser":
                judged = await self._shown(replace(wanted, judged=judged))
                if judged.reading is not None:
                    return judged
            elif way == "memento" or not is_lost:
                async for reading in self._readings(way, wanted):
                    return replace(judged, reading=reading, traits=None)
        return judged

    async def _readings(self, way: str, wanted: Wanted) -> AsyncIterator[Reading]:
        """Yield the articles that *way* leads to."""
        if way == "memento":
            if reading := await self._memento(wanted):
                yield reading
            return
        facts = wanted.judged.facts
        stated = [url for one, url in facts.renditions if one == way] if facts else []
        for url in stated[:MOST_PAGES]:
            outcome = await self._client.fetch(url, kind="page")
            if isinstance(outcome, Fetched) and (reading := self._read(outcome, way, wanted)):
                yield reading

    async def _shown(self, wanted: Wanted) -> Judged:
        """Return what a browser makes of a page that only a script fills; if nothing, the verdict says why."""
        judged = wanted.judged
        verdict, page = judged.verdict, wanted.outcome
        if not (self._browser and verdict and verdict.reason == NEEDS_SCRIPT and isinstance(page, Fetched)):
            return judged
        shown = await self._browser.show(page)
        if isinstance(shown, str):
            return replace(judged, verdict=replace(verdict, reason=f"{verdict.reason}; {shown}"))
        if reading := self._read(shown, "browser", wanted):
            return replace(judged, reading=reading, traits=None)
        told = f"{verdict.reason}; what a browser shows there is no article either"
        return replace(judged, verdict=replace(verdict, reason=told))

    async def _memento(self, wanted: Wanted) -> Reading | None:
        """Ask the TimeGate for the memento nearest to the publication (RFC 7089, 4.1)."""
        published = wanted.entry.published_at if wanted.entry else None
        at = published.at if published and published.is_precise else self._now()
        timegate = self._config.timegate
        async for outcome in mementos(self._client, timegate, wanted.url, at=at, kind="page"):
            if reading := self._read(outcome, "memento", wanted):
                return reading
        return None

    def _read(self, outcome: Fetched, way: str, wanted: Wanted) -> Reading | None:
        reading = read_rendition(outcome, wanted.entry, url=wanted.url, rules=self._rules)
        if reading is None or reading.verdict.kind is VerdictKind.PART:
            return None
        return replace(reading, kind=ReadingKind.RENDITION, via=way, exchanges=outcome.exchanges)
