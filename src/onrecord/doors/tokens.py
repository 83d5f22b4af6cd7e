"""Tokens: a password for one app, made here, with what the app may do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from onrecord.doors.rights import Scope
from onrecord.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it is listed: its secret is shown once, when it is made, and not kept."""

    user: str
    name: str  #: the app's, as its owner calls it
    scopes: frozenset[Scope]
    made_at: datetime
    used_at: datetime | None  #: the day on which it was used last


def fever_key(user: str, secret: str) -> str:
    """Return what a Fever client sends instead of a name and a password (feedafever.com/api, "Authentication").

    The protocol names MD5. It is applied to 160 random bits here, so nothing can be guessed from it.
    """
    return hashlib.md5(f"{user}:{secret}".encode(), usedforsecurity=False).hexdigest()


def scopes_from(words: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes that *words* name.

    Raises:
        UsageError: A word names none, or none is named.
    """
    known = {scope.value: scope for scope in Scope}
    named = [word.strip() for word in words if word.strip()]
    unknown = [word for word in named if word not in known]
    if unknown or not named:
        raise UsageError(f"{', '.join(unknown) or 'no scope'}: a token may do some of: {', '.join(known)}")
    return frozenset(known[word] for word in named)
