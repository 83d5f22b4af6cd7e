"""Stamping: each signed head is shown to the services that the settings name, and what they answer is kept.

A service that does not answer is told of, and asked at the next round: a head waits until it was seen.
"""

from __future__ import annotations

from onrecord import ledger
from onrecord.archive import Archive, Step, stamp_path
from onrecord.fetch import Client, decoded_body
from onrecord.ledger import Event, Head, Line
from onrecord.model import Fetched
from onrecord.pipeline.pictures import reason_of
from onrecord.pipeline.report import utc_now
from onrecord.proof.stamps import ENDINGS, NEEDED, Asking, CalendarAsking, StampKind, TimestampAsking
from onrecord.urls import host_of

#: Heads that one service is shown at once, after it was away.
MOST_AT_ONCE = 30
#: From which signed line on heads are shown to a service of a kind, in the state.
NOTE = "stamps"

_ASKINGS: dict[StampKind, type[TimestampAsking | CalendarAsking]] = {
    StampKind.RFC3161: TimestampAsking,
    StampKind.OPENTIMESTAMPS: CalendarAsking,
}


def services(archive: Archive) -> dict[StampKind, str]:
    """Return the addresses of the services that the settings name."""
    proof = archive.config.proof
    named = {
        StampKind.RFC3161: proof.timestamp,
        StampKind.OPENTIMESTAMPS: proof.calendar and f"{proof.calendar.rstrip('/')}/digest",
    }
    return {kind: url for kind, url in named.items() if url}


async def stamp_heads(archive: Archive, client: Client) -> list[str]:
    """Show each service the signed heads that it has not seen; return why what could not be done.

    What was signed before a service was named is not shown to it, but for the last: that covers all before.

    Raises:
        StorageError: The disk said no.
    """
    failed: list[str] = []
    for kind, url in services(archive).items():
        for seq in _unseen(archive, kind):
            if reason := await _stamp(archive, client, kind, url, archive.line(seq)):
                failed.append(f"line {seq} of the ledger has no stamp of {host_of(url)}: {reason}")
                break
    return failed


def _unseen(archive: Archive, kind: StampKind) -> list[int]:
    """Return the signed lines that are to be shown to a service, the oldest first."""
    note = archive.state.host_note(NOTE, kind)
    last = archive.catalog.last_signed()
    if last is None:
        return []
    if note is None:
        archive.state.put_host_note(NOTE, kind, str(last.seq), utc_now())
    begin = int(note[0]) if note else last.seq
    signed = [head.seq for head in archive.catalog.signed_since(begin)]
    unseen = [seq for seq in signed if not archive.files.exists(stamp_path(seq, ENDINGS[kind]))]
    return sorted(unseen[:MOST_AT_ONCE])


async def _stamp(archive: Archive, client: Client, kind: StampKind, url: str, line: Line) -> str | None:
    """Have one line stamped; return why not."""
    words = words_of(line)
    try:
        asking: Asking = _ASKINGS[kind](words)
    except ModuleNotFoundError:
        return NEEDED
    outcome = await client.post(url, asking.body, media_type=asking.media_type)
    if not isinstance(outcome, Fetched):
        return reason_of(outcome)[0]
    found = asking.read(decoded_body(outcome.final).body)
    if isinstance(found, str):
        return found
    data = {"line": line.seq, "kind": kind.value, "service": url}
    if found.said_at:
        data["said"] = f"{found.said_at:%Y-%m-%dT%H:%M:%SZ}"
    files = [(stamp_path(line.seq, ENDINGS[kind]), found.answer)]
    if kind is StampKind.RFC3161:
        files.append((stamp_path(line.seq, "tsq"), asking.body))
    if not archive.files.exists(stamp_path(line.seq, "txt")):
        files.append((stamp_path(line.seq, "txt"), words))
    archive.commit([Step(event=Event.STAMPED, data=data, files=tuple(files))], now=utc_now())
    return None


def words_of(line: Line) -> bytes:
    """Return the words that a signed line signs, which a service sees the digest of."""
    return ledger.statement(line.data["archive"], Head(line.seq - 1, line.prev), line.at)
