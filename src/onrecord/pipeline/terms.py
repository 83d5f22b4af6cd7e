"""What a publisher says about keeping a page, with the file that speaks for its whole site."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from onrecord.archive import Archive
from onrecord.extract import PageFacts
from onrecord.fetch import Client, decoded_body
from onrecord.judge.terms import terms_of
from onrecord.model import Exchange, Fetched, Terms
from onrecord.store import State

#: A site's file stands for so long, and so does its absence.
LIFETIME = timedelta(days=1)
#: Bytes of the file that are read; real ones have a few hundred.
MAX_FILE = 64 * 1024
_NOTE = "tdmrep"


class TermsDesk:
    """Asks each site once a day for /.well-known/tdmrep.json, and reads what its pages say."""

    def __init__(self, archive: Archive, client: Client, *, now: Callable[[], datetime]) -> None:
        self._archive = archive
        self._client = client
        self._now = now
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, url: str, answer: Exchange | None, facts: PageFacts | None) -> Terms:
        """Return what is said of the page at *url*; without its *answer*, what its site's file says."""
        origin, path = parted(answer.url if answer else url)
        site = None
        if self._archive.config.keep.tdmrep:
            # Several pages of one site come at once; one of them asks.
            async with self._locks.setdefault(origin, asyncio.Lock()):
                site = await self._file(origin)
        terms = terms_of(answer.headers if answer else (), facts or PageFacts(), site, path)
        return replace(terms, is_lent=True) if answer and answer.is_lent else terms

    async def _file(self, origin: str) -> bytes | None:
        state = self._archive.state
        known = state.host_note(_NOTE, origin)
        if known is None or self._now() - known[1] >= LIFETIME:
            outcome = await self._client.fetch(f"{origin}/.well-known/tdmrep.json", kind="feed")
            body = decoded_body(outcome.final).body[:MAX_FILE] if isinstance(outcome, Fetched) else b""
            known = (base64.b64encode(body).decode(), self._now())
            state.put_host_note(_NOTE, origin, *known)
        return base64.b64decode(known[0]) or None


def terms_again(url: str, answer: Exchange | None, facts: PageFacts | None, state: State) -> Terms:
    """Return what `TermsDesk.of` said of a page, as far as its site's file is still known; no server is asked."""
    origin, path = parted(answer.url if answer else url)
    known = state.host_note(_NOTE, origin)
    site = base64.b64decode(known[0]) or None if known else None
    return terms_of(answer.headers if answer else (), facts or PageFacts(), site, path)


def parted(url: str) -> tuple[str, str]:
    """Return an address's origin, and its path with the query."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return f"{parts.scheme}://{parts.netloc}", path
