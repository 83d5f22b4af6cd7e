"""Mementos: what a web archive kept of an address (RFC 7089). Whoever runs it learns what is read."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime

from onrecord.fetch import Client, Kind
from onrecord.model import Fetched

#: How the Wayback Machine and pywb name a memento, and what is put behind the moment for its bytes as captured.
_MOMENT = re.compile(r"/(\d{14})(?=/https?:)")


async def mementos(
    client: Client, timegate: str, url: str, *, at: datetime, kind: Kind
) -> AsyncIterator[Fetched]:
    """Yield the memento of *url* nearest to *at*: as captured, where the archive gives that, then as it shows it."""
    outcome = await client.fetch(f"{timegate}{url}", kind=kind, accept_datetime=at)
    if not isinstance(outcome, Fetched) or outcome.final.header("memento-datetime") is None:
        return  # 2.1.1: what lacks it is no memento
    as_captured = _MOMENT.sub(r"/\1id_", outcome.final.url, count=1)
    if as_captured != outcome.final.url:
        plain = await client.fetch(as_captured, kind=kind)
        if isinstance(plain, Fetched):
            yield plain
    yield outcome
