"""Hooks: a command is run, or a webhook is told, for each change that one of them asks for.

What is to be told waits in the state until it was told, so that a crash loses none: each is told at least once, the
oldest first. The ledger says what there is to tell, and the state how far that has been looked through.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from onrecord import changes
from onrecord.archive import Archive
from onrecord.changes import Told
from onrecord.config import HookConfig
from onrecord.fetch import Client
from onrecord.ledger import digest_of
from onrecord.model import Fetched
from onrecord.pipeline.pictures import reason_of
from onrecord.pipeline.report import HookReport, utc_now
from onrecord.pipeline.run import client_of
from onrecord.store import ChangeListing, DeliveryRow
from onrecord.text import clean, fold_space

#: How long a hook that failed waits, by how often it has; the first tries are each round's. Then it is given up.
PATIENCE = (
    timedelta(0),
    timedelta(0),
    timedelta(minutes=30),
    *([timedelta(hours=3)] * 4),
    *([timedelta(days=1)] * 7),
)
#: A command that has not ended by now is stopped.
COMMAND_SECONDS = 60.0
#: What is told of a failure: the last of what the command complained.
_MOST_COMPLAINED = 300
#: Changes that are told in one go; the rest is next round's. A first `rebuild` must not start a thousand programs.
MOST_AT_ONCE = 500

#: The state's note of the last ledger line that was looked through.
NOTE = "hooks"


def key_of(hook: HookConfig) -> str:
    """Return what a hook is known by in the state: what it runs or tells, wherever it stands in the settings."""
    return digest_of(json.dumps([hook.command, hook.url]).encode()).removeprefix("sha256:")[:16]


def begin(archive: Archive) -> None:
    """Note where the ledger stands, the first time: hooks tell what comes from then on."""
    if archive.state.host_note(NOTE, "") is None:
        archive.state.put_host_note(NOTE, "", str(archive.catalog.head().seq), utc_now())


def queue(archive: Archive) -> int:
    """Note what there is to tell since the last time; return how much."""
    begin(archive)
    head, noted = archive.catalog.head().seq, archive.state.host_note(NOTE, "")
    after = min(int(noted[0]), head) if noted else head
    found = [
        DeliveryRow(hook=key_of(hook), seq=one.change.seq, next_at=utc_now())
        for one in changes.told(archive, ChangeListing(after=after))
        for hook in archive.config.hook
        if fits(hook, one)
    ]
    with archive.state.transaction():
        for row in found:
            archive.state.put(row)
        archive.state.put_host_note(NOTE, "", str(head), utc_now())
    return len(found)


def fits(hook: HookConfig, one: Told) -> bool:
    """Does a hook ask for this change?"""
    if hook.source and one.held.source not in hook.source:
        return False
    if hook.kind and not set(hook.kind) & set(one.kinds):
        return False
    if one.weight < hook.min_weight:
        return False
    words = _words(one)
    return not hook.word or any(word.casefold() in words for word in hook.word)


def _words(one: Told) -> str:
    """Return the headline and all words that went or came."""
    found = [one.held.headline, one.document.revision.article.headline if one.document else ""]
    for change in one.comparison.changes if one.comparison else ():
        found += [piece.text for piece in change.pieces if not (piece.is_before and piece.is_after)]
    return "\n".join(found).casefold()


async def deliver(archive: Archive, *, environ: Mapping[str, str]) -> HookReport:
    """Tell what waits and is due. A hook that fails is left alone until the next time."""
    report = HookReport()
    hooks = {key_of(hook): hook for hook in archive.config.hook}
    now = utc_now()
    rows = [row for row in archive.state.deliveries() if row.hook in hooks]
    due = [row for row in rows if row.next_at is not None and row.next_at <= now][:MOST_AT_ONCE]
    if not due:
        return report
    async with client_of(archive, environ) as client:
        for row in due:
            hook = hooks[row.hook]
            if hook.name not in report.failed:
                await _deliver(archive, client, hook, row, report)
    return report


async def _deliver(
    archive: Archive, client: Client, hook: HookConfig, row: DeliveryRow, report: HookReport
) -> None:
    found = archive.catalog.changes(ChangeListing(after=row.seq - 1, before=row.seq + 1, readings=True))
    one = changes.tell(archive, found[0]) if found else None
    failure = None
    if one is not None:  # else the article was forgotten meanwhile
        told = {"format": 1, "archive": str(archive.root.resolve()), **changes.to_json(archive, one)}
        body = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        failure = await (_run(archive, hook, body) if hook.command else _post(client, hook, body))
    if failure is None:
        archive.state.drop_delivery(row)
        report.told[hook.name] = report.told.get(hook.name, 0) + 1
        return
    report.failed[hook.name] = failure
    archive.state.put(_again(row, failure, now=utc_now()))


def _again(row: DeliveryRow, reason: str, *, now: datetime) -> DeliveryRow:
    """Return the row of what could not be told: when to try again, if at all."""
    next_at = now + PATIENCE[row.attempts] if row.attempts < len(PATIENCE) else None
    return replace(row, attempts=row.attempts + 1, next_at=next_at, reason=reason)


async def _run(archive: Archive, hook: HookConfig, body: bytes) -> str | None:
    """Run a hook's command with *body* on its standard input; return what went wrong.

    No shell stands between: what strangers wrote comes on standard input alone.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *hook.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=archive.root,
            start_new_session=True,
        )
    except OSError as error:
        return f"{hook.command[0]} can't be run: {error.strerror or error}"
    try:
        _, complained = await asyncio.wait_for(process.communicate(body), COMMAND_SECONDS)
    except TimeoutError:
        return f"not done after {COMMAND_SECONDS:.0f} seconds, and stopped"
    finally:
        # What it started, too.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.returncode == 0:
        return None
    words = fold_space(clean(complained[-_MOST_COMPLAINED:].decode("utf-8", "replace")))
    return f"ended with code {process.returncode}{f': {words}' if words else ''}"


async def _post(client: Client, hook: HookConfig, body: bytes) -> str | None:
    """Tell a webhook; return what went wrong."""
    outcome = await client.post(hook.url or "", body, media_type="application/json")
    return None if isinstance(outcome, Fetched) else reason_of(outcome)[0]


def waiting(archive: Archive) -> list[dict[str, Any]]:
    """Return what waits to be told, by hook: how much, how much of it was given up, and why."""
    rows = archive.state.deliveries()
    found = []
    for hook in archive.config.hook:
        theirs = [row for row in rows if row.hook == key_of(hook)]
        reasons = [row.reason for row in theirs if row.reason]
        found.append(
            {
                "hook": hook.name,
                "waiting": sum(row.next_at is not None for row in theirs),
                "given_up": sum(row.next_at is None for row in theirs),
                "reason": reasons[-1] if reasons else None,
            }
        )
    return found
