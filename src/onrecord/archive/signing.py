"""Signed heads: once a day the last line of the ledger is signed, and with it every line before it.

The chain alone says that nothing was changed since; whoever holds the archive could write all of it anew. A signature
says that the owner of a key stood by the chain as it was then. What else it takes to convince a stranger, a witness
to the moment, is `proof`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from onrecord import keys, ledger
from onrecord.archive.folder import Archive, Step
from onrecord.errors import OnRecordError, UsageError
from onrecord.keys import Key, Keyring
from onrecord.ledger import Event
from onrecord.store import HeldKey

#: Services that may see one signature.
MOST_STAMPS = 2


class Reason(StrEnum):
    """Why the archive has this key."""

    MADE = "made"  #: its first one
    ROTATED = "rotated"  #: in another's place, which signed it
    LOST = "lost"  #: in another's place, which nobody has any more


@dataclass(frozen=True, slots=True)
class Signing:
    """Whether the ledger's head is signed now; *why_not* in words, with what to do."""

    is_signed: bool
    why_not: str | None = None


def key_in_use(archive: Archive) -> HeldKey | None:
    """Return the key that the ledger names last."""
    return next(iter(archive.catalog.keys()), None)


def ensure_key(archive: Archive, keyring: Keyring, *, now: datetime) -> HeldKey:
    """Return the archive's key in use; make one, or take the one that the variable gives, where it has none.

    Raises:
        UsageError: The variable gives no key.
        StorageError: The key can't be kept, or the archive can't be written to.
    """
    held = key_in_use(archive)
    if held is not None:
        return held
    key = keyring.given(archive=archive.root)
    if key is None:
        key = keys.make()
        # Before the ledger names it: a key without a line is nothing, a line without a key can't be signed for.
        keyring.keep(key)
    _enter(archive, key, {"reason": Reason.MADE.value}, now=now)
    return archive.catalog.keys()[0]


def sign_head(archive: Archive, keyring: Keyring, *, now: datetime, daily: bool = True) -> Signing:
    """Sign the last line of the ledger, once a UTC day, or at once with *daily* off.

    Nothing is lost without a signature, so what keeps it from being made is said, not raised.

    Raises:
        StorageError: The archive can't be written to.
    """
    last = archive.catalog.last_signed()
    if last is not None and ((daily and last.at.date() == now.date()) or _is_last(archive, last.seq)):
        return Signing(is_signed=True)
    try:
        held = ensure_key(archive, keyring, now=now)
        key = keyring.find(held.id, archive=archive.root)
    except OnRecordError as error:
        return Signing(is_signed=False, why_not=f"the ledger is not signed: {error}")
    if key is None:
        what = (
            f"the ledger is not signed: the archive's key {held.id} is not here; `onrecord key import FILE`"
        )
        return Signing(
            is_signed=False, why_not=f"{what} brings it, `onrecord key rotate --lost` makes another"
        )
    at = now.astimezone(UTC).replace(microsecond=0)
    words = ledger.statement(archive.origin(), archive.head, at)
    data = {"key": key.id, "archive": archive.origin(), "signature": key.sign(words)}
    archive.commit([Step(event=Event.SIGNED, data=data)], now=at)
    return Signing(is_signed=True)


def _is_last(archive: Archive, signed: int) -> bool:
    """Is a signature the last line, but for those that tell of its own stamps?"""
    after = range(signed + 1, archive.head.seq + 1)
    return len(after) <= MOST_STAMPS and all(archive.line(seq).event is Event.STAMPED for seq in after)


def rotate(archive: Archive, keyring: Keyring, *, now: datetime, is_lost: bool) -> Key:
    """Put a new key in the place of the one in use, which signs for it unless it is lost; return the new one.

    Raises:
        UsageError: The old key is not here and is not said to be lost, or it is here and is said to be.
        StorageError: The key can't be kept, or the archive can't be written to.
    """
    old = ensure_key(archive, keyring, now=now)
    signer = keyring.find(old.id, archive=archive.root)
    if signer is None and not is_lost:
        what = f"the key {old.id} is not here to sign for the next one; bring it with `onrecord key import FILE`,"
        raise UsageError(f"{what} or say that it is gone: onrecord key rotate --lost")
    if signer is not None and is_lost:
        raise UsageError(f"the key {old.id} is here; leave out --lost, and it signs for the next one")
    fresh = keys.make()
    keyring.keep(fresh)
    data = {"reason": (Reason.LOST if signer is None else Reason.ROTATED).value, "after": old.id}
    if signer is not None:
        data["signature"] = signer.sign(ledger.succession(archive.origin(), old.public, fresh.public))
    _enter(archive, fresh, data, now=now)
    return fresh


def _enter(archive: Archive, key: Key, data: dict[str, str], *, now: datetime) -> None:
    step = Step(event=Event.KEYED, data={"key": key.id, "public": key.public, **data})
    archive.commit([step], now=now)
