"""What a round tells: events while it runs, a report at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


def utc_now() -> datetime:
    """Return the moment, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


class Happening(StrEnum):
    """What may be told of while a round runs."""

    SOURCE_BEGUN = "source-begun"
    SOURCE_DONE = "source-done"
    SOURCE_FAILED = "source-failed"
    SETTINGS_WRONG = "settings-wrong"  #: while it watched: the former ones stand
    WENT_BACK = "went-back"  #: lists of the past were read; *count* articles were not known
    TO_LOOK_AT = "to-look-at"  #: *count* addresses are to be looked at
    LOOKED = "looked"
    NEW = "new"
    REVISED = "revised"
    COMPLETED = "completed"
    REMOVED = "removed"
    RESTORED = "restored"
    NOT_KEPT = "not-kept"
    GAP = "gap"  #: something may be missing: *reason* says what
    FILLED = "filled"
    PICTURE = "picture"
    PICTURE_MISSING = "picture-missing"
    ENCLOSURE = "enclosure"
    ENCLOSURE_MISSING = "enclosure-missing"
    UNSIGNED = "unsigned"  #: the ledger's head could not be signed; told when the reason is a new one
    UNSTAMPED = "unstamped"  #: a service did not see a signed head; told when the reason is a new one
    RULE_MISSED = "rule-missed"  #: a rule found nothing where it should have; once a rule and round


#: What changes the archive for its reader.
NOTICED = (
    Happening.NEW,
    Happening.REVISED,
    Happening.COMPLETED,
    Happening.REMOVED,
    Happening.RESTORED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that happened in a round."""

    what: Happening
    source: str
    url: str | None = None
    headline: str | None = None
    reason: str | None = None
    count: int = 1


Listener = Callable[[News], None]


@dataclass(slots=True)
class RoundReport:
    """What a round brought. Counts by happening; failed sources with their reason."""

    started_at: datetime
    ended_at: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    is_interrupted: bool = False
    ended_early: str | None = None  #: which limit it reached, in words
    is_disk_low: bool = False  #: that limit is a full disk, which somebody must see to
    left: dict[str, int] = field(default_factory=dict)  #: looks left, by source; 0: it was not begun
    unsigned: str | None = None  #: why the ledger's head is not signed
    unstamped: str | None = None  #: why a signed head has no stamp

    @property
    def id(self) -> str:
        """The round's name in the state."""
        return f"{self.started_at:%Y%m%dT%H%M%SZ}"

    def hear(self, news: News) -> None:
        """Count what happened."""
        self.counts[news.what.value] += news.count
        if news.what is Happening.SOURCE_FAILED:
            self.failed[news.source] = news.reason or ""

    @property
    def brought_news(self) -> bool:
        """Is there anything that a reader, or a copy of the archive, would notice?"""
        return bool(self.failed) or any(self.counts[what.value] for what in NOTICED)

    def as_json(self) -> dict[str, Any]:
        """Return the report for `--json` and for the state."""
        found = asdict(self)
        found["started_at"] = f"{self.started_at:%Y-%m-%dT%H:%M:%SZ}"
        found["ended_at"] = f"{self.ended_at:%Y-%m-%dT%H:%M:%SZ}" if self.ended_at else None
        found["counts"] = {
            what.value: self.counts[what.value] for what in Happening if self.counts[what.value]
        }
        return found


@dataclass(slots=True)
class HookReport:
    """What came of telling the hooks, by their names: how many changes were told, and what failed, why."""

    told: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
