"""What is known of an article's removal, in words, as rows, and as JSON.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from onrecord.removals import Removal, Sighting


def rows(removal: Removal) -> list[tuple[str, str, str | None]]:
    """Return (what, when and how, the capture that shows it) of each thing that is known, the earliest first."""
    found: list[tuple[str, Sighting | None, str]] = [
        ("last listed", removal.listed, ""),
        ("last answered", removal.answered, ""),
        ("first missing", removal.missed, removal.reason if removal.state == "suspected" else ""),
        ("confirmed", removal.confirmed, f"{removal.reason}, {removal.looks} looks"),
    ]
    return [
        (name, f"{seen.at:%Y-%m-%d %H:%M} UTC{f': {more}' if more else ''}", seen.record)
        for name, seen, more in found
        if seen is not None
    ]


def text(removal: Removal) -> str:
    """Return the evidence as lines for a terminal, a line feed at the end."""
    lines = [f"Gone from its publisher's site ({removal.state}):"]
    for name, told, record in rows(removal):
        lines.append(f"  {name:14} {told}")
        if record:
            lines.append(f"  {'':14} capture {record}")
    return "\n".join(lines) + "\n"


def to_json(removal: Removal) -> dict[str, Any]:
    """Return the evidence as JSON."""
    return {
        "state": removal.state,
        "how": removal.how.value if removal.how else None,
        "status": removal.status,
        "reason": removal.reason,
        "url": removal.url,
        "listed": _seen(removal.listed),
        "answered": _seen(removal.answered),
        "missed": _seen(removal.missed),
        "confirmed": _seen(removal.confirmed),
        "looks": removal.looks,
    }


def _seen(sighting: Sighting | None) -> dict[str, Any] | None:
    return {"at": _moment(sighting.at), "record": sighting.record} if sighting else None


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
