"""Removals: an article that its publisher's server no longer gives, first suspected, confirmed when that lasts.

Pure: no files, network, clock or log. Nothing is deleted here because it vanished there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

#: Looks that follow each other faster than this are one: a server that fails for an afternoon took nothing away.
APART = timedelta(hours=6)
#: What is suspected is looked at this often until it is confirmed, or is back.
SUSPECTED_EVERY = timedelta(days=1)

#: How much a reader would care, beside the weights of edits (`compare.changes`): 0 to 1.
WEIGHTS = {"suspected": 0.8, "confirmed": 1.0, "restored": 0.6}

RemovalState = Literal["suspected", "confirmed"]


class Absence(StrEnum):
    """What stands where an article was."""

    NOT_FOUND = "not-found"  #: 404 (RFC 9110, 15.5.5)
    GONE = "gone"  #: 410: for good (RFC 9110, 15.5.11)
    REDIRECTED = "redirected"  #: the address leads to a front page, a list, or another article
    SOFT_404 = "soft-404"  #: 200, and the page says that there is nothing
    REPLACED = "replaced"  #: another article, at the same address


@dataclass(frozen=True, slots=True)
class Sighting:
    """A moment at which something was seen, and the capture that shows it, where one was kept."""

    at: datetime  #: UTC
    record: str | None = None  #: WARC-Record-ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What is known of an article's removal."""

    state: RemovalState
    how: Absence | None  #: None: the ledger of an early version did not say
    status: int | None  #: of HTTP
    reason: str  #: in words
    url: str | None  #: as asked
    listed: Sighting | None  #: when a list of its source last named it
    answered: Sighting | None  #: when its page last answered
    missed: Sighting  #: when it was first missing
    confirmed: Sighting | None = None
    looks: int = 1  #: that found it missing


def counts(last: datetime | None, *, now: datetime) -> bool:
    """Does a look at *now* count as one more, after the *last* that counted?"""
    # A last look out of the future comes from a clock that has been set back.
    return last is None or now - last >= APART or last > now


def is_confirmed(
    suspected_at: datetime, looks: int, *, now: datetime, after: timedelta, least_looks: int
) -> bool:
    """Has it been missing for long enough, and been looked for often enough?"""
    return now - suspected_at >= after and looks >= least_looks
