"""Removals: what is missing at its publisher's is noted with its evidence; suspected, then confirmed, or back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from onrecord.archive import Archive, Step
from onrecord.ledger import Event
from onrecord.model import Capture, Exchange, Fetched, Gone, Outcome, ReadingKind, Verdict, VerdictKind
from onrecord.pipeline.writing import Writer, record_of
from onrecord.removals import SUSPECTED_EVERY, Absence, counts, is_confirmed
from onrecord.store import AbsenceRow, HeldArticle
from onrecord.urls import lookup_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An answer that is not the article that was asked for."""

    url: str  #: as asked
    how: Absence
    reason: str
    exchanges: tuple[Exchange, ...]


def missing_of(
    url: str, outcome: Outcome | None, verdict: Verdict | None, known: Collection[str]
) -> Missing | None:
    """Return how an answer says that an article is no longer there; None where it does not.

    *known* are the keys (`urls.lookup_key`) of all addresses that the article has had. A wall, a login or a fault of
    the server's says nothing.
    """
    if isinstance(outcome, Gone):
        how = Absence.GONE if outcome.is_permanent else Absence.NOT_FOUND
        reason = f"the server answered {outcome.final.status}"
    elif not isinstance(outcome, Fetched) or verdict is None:
        return None
    elif _leads_to_list(outcome, verdict, known):
        how, reason = Absence.REDIRECTED, f"the address leads to another page now: {outcome.final.url}"
    elif verdict.kind is VerdictKind.SOFT_404:
        how, reason = Absence.SOFT_404, f"the page says that it is not there: {verdict.reason}"
    else:
        return None
    return Missing(url=url, how=how, reason=reason, exchanges=outcome.exchanges)


def other_article(url: str, exchanges: tuple[Exchange, ...], known: Collection[str]) -> Missing:
    """Return that another article was answered where the one that was asked for had been."""
    final = exchanges[-1].url
    if lookup_key(final) in known:
        how, reason = Absence.REPLACED, "another article stands at its address now"
    else:
        how, reason = Absence.REDIRECTED, f"the address leads to another page now: {final}"
    return Missing(url=url, how=how, reason=reason, exchanges=exchanges)


def _leads_to_list(outcome: Fetched, verdict: Verdict, known: Collection[str]) -> bool:
    """Was a front page or a list answered, from an address that the article never had?"""
    if verdict.kind.is_article or lookup_key(outcome.final.url) in known:
        return False
    return verdict.kind is VerdictKind.LIST or urlsplit(outcome.final.url).path in {"", "/"}


class RemovalDesk:
    """Notes what is missing, and what is back."""

    def __init__(self, archive: Archive, writer: Writer, *, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._writer = writer
        self._now = now

    async def note(self, missing: Missing, held: HeldArticle) -> bool:
        """Note that *held* was looked for and not found; return whether it is told for the first time."""
        if not self._can_vanish(missing.url, held) or held.removal_state == "confirmed":
            return False
        is_first = held.removed_at is None
        row = self._one_more(held)
        if is_first:
            await self._write_down(missing, held, {"state": "suspected"} | self._last_seen(missing, held))
        elif held.removed_at and self._is_confirmed(held.removed_at, row):
            since = f"{held.removed_at:%Y-%m-%dT%H:%M:%SZ}"
            await self._write_down(missing, held, {"state": "confirmed", "since": since, "looks": row.looks})
            return False
        self._look_soon(missing.url)
        return is_first

    async def restore(self, held: HeldArticle, capture: Capture | None) -> None:
        """Note that *held* answers again."""
        data: dict[str, Any] = {"id": held.id}
        if capture is not None:
            data["record"] = record_of(capture)
        await self._writer.commit(Step(event=Event.RESTORED, data=data))
        self._archive.state.drop_absence(held.id)

    def _can_vanish(self, url: str, held: HeldArticle) -> bool:
        """Was it there? A page that never answered can't vanish; an item that left a feed's window has not."""
        answered = [row.url for row in self._archive.state.addresses_of(held.id) if row.payload_digest]
        is_from_page = held.kind == ReadingKind.PAGE  # though the state may have forgotten at which address
        return url in answered or (not answered and is_from_page)

    def _one_more(self, held: HeldArticle) -> AbsenceRow:
        """Count the look, unless it follows the last too fast to tell anything new."""
        now = self._now()
        known = self._archive.state.absence(held.id)
        if held.removed_at is None or known is None:
            row = AbsenceRow(article_id=held.id, looks=1, counted_at=now)
        elif counts(known.counted_at, now=now):
            row = replace(known, looks=known.looks + 1, counted_at=now)
        else:
            return known
        self._archive.state.put(row)
        return row

    def _is_confirmed(self, since: datetime, row: AbsenceRow) -> bool:
        schedule = self._archive.config.schedule
        return is_confirmed(
            since,
            row.looks,
            now=self._now(),
            after=schedule.confirm_after,
            least_looks=schedule.confirm_looks,
        )

    async def _write_down(self, missing: Missing, held: HeldArticle, told: dict[str, Any]) -> None:
        captures = [await self._writer.capture(exchange) for exchange in missing.exchanges]
        data = {
            "id": held.id,
            "how": missing.how.value,
            "status": missing.exchanges[-1].status,
            "reason": missing.reason,
            "url": missing.url,
            **told,
            "record": record_of(captures[-1]),
        }
        await self._writer.commit(Step(event=Event.REMOVED, data=data))

    def _last_seen(self, missing: Missing, held: HeldArticle) -> dict[str, Any]:
        """Return when a list last named the article, and when its page last answered, each with its capture."""
        state = self._archive.state
        told: dict[str, Any] = {}
        entry = state.entry_of_article(held.id)
        if entry is not None:
            # A list that said 304 since still names it.
            lists = [one for one in state.feeds_of(entry.source) if one.record_id and not one.failures]
            confirmed = (one.checked_at for one in lists if one.record_id == entry.list_record)
            at = max([entry.last_seen_at, *(moment for moment in confirmed if moment)])
            told["listed"] = _sighting(at, entry.list_record)
        address = state.address(missing.url)
        answered_at = address.answered_at if address else None
        record = address.record_id if address else None
        if record is None:  # what it last answered differed in noise alone, and was not kept
            record = self._archive.document(held).capture_record
        told["answered"] = _sighting(answered_at or held.captured_at, record)
        return told

    def _look_soon(self, url: str) -> None:
        row = self._archive.state.address(url)
        if row is not None and self._archive.config.schedule.look_again:
            soon = self._now() + SUSPECTED_EVERY
            self._archive.state.put(replace(row, next_at=min(row.next_at or soon, soon)))


def _sighting(at: datetime, record: str | None) -> dict[str, Any]:
    told = {"at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    return told | {"record": record} if record else told
