"""Enclosures: audio, video and PDF files that an entry carries. Listed with its article; kept where settings say so.

One is fetched at a time, whatever its host: it may be as large as all else that a round holds in memory.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from onrecord import ledger
from onrecord.archive import Archive, enclosure_path
from onrecord.config import SourceConfig
from onrecord.fetch import Client, decoded_body
from onrecord.ledger import Put
from onrecord.model import Enclosure, Entry, Fetched, KeptEnclosure
from onrecord.pipeline.pictures import is_stored, reason_of
from onrecord.pipeline.writing import Writer
from onrecord.text import size_told

MIB = 1024 * 1024

#: Enclosures of one entry that are listed. A podcast has one, a gazette's entry a dozen papers.
MOST = 50

#: The media types that are meant, and what a file of each is called. A picture stands in the article itself.
_EXTENSIONS = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/flac": "flac",
    "video/mp4": "mp4",
    "video/x-m4v": "m4v",
    "video/webm": "webm",
    "video/quicktime": "mov",
    "application/pdf": "pdf",
}
_BY_NAME = {extension: media_type for media_type, extension in reversed(_EXTENSIONS.items())}
_MEANT = re.compile(
    r"(?:audio|video)(?:/|\Z)|application/(?:x-)?pdf", re.IGNORECASE
)  # Media RSS says "video"
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GatheredEnclosure:
    """An enclosure, and the staged file to name if it was kept afresh."""

    kept: KeptEnclosure
    put: Put | None = None


class EnclosureDesk:
    """Lists the enclosures of a round's entries, and keeps those that sources say to keep."""

    def __init__(self, archive: Archive, client: Client, writer: Writer) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._turn = asyncio.Semaphore(1)
        self._brought: dict[str, GatheredEnclosure] = {}  #: what each address brought in this round

    async def gather(
        self, entry: Entry | None, source: SourceConfig, held: Sequence[KeptEnclosure]
    ) -> list[GatheredEnclosure]:
        """Return what became of an entry's enclosures; *held*: what the article's document says of them now.

        Whatever was kept once stays, and so does what was listed by an entry that has left its list.
        """
        known = {one.url: one for one in held}
        found = []
        for listed in listed_in(entry):
            before = known.pop(listed.url, None)
            if before and before.path:
                found.append(
                    GatheredEnclosure(replace(before, media_type=listed.media_type, size=listed.size))
                )
            elif source.enclosures == "keep":
                one = await self._keep(listed, source)
                # Missing for another reason is as missing: nothing is written again for that.
                is_as_before = before is not None and before.reason and not one.kept.path
                reason = before.reason if before and is_as_before else one.kept.reason
                found.append(replace(one, kept=replace(one.kept, reason=reason)))
            else:
                found.append(GatheredEnclosure(listed))
        return [*found, *map(GatheredEnclosure, known.values())]

    async def _keep(self, listed: KeptEnclosure, source: SourceConfig) -> GatheredEnclosure:
        limit = self._archive.config.keep.max_enclosure_mib
        if listed.size and listed.size > limit * MIB:
            what = f"its feed says {size_told(listed.size)}, and [keep] max_enclosure_mib is {limit}"
            return GatheredEnclosure(replace(listed, reason=what))
        async with self._turn:
            if listed.url not in self._brought:
                self._brought[listed.url] = await self._ask(listed, source)
        # Several entries may carry one file; each states its type and size.
        found = self._brought[listed.url]
        return replace(found, kept=replace(found.kept, media_type=listed.media_type, size=listed.size))

    async def _ask(self, listed: KeptEnclosure, source: SourceConfig) -> GatheredEnclosure:
        outcome = await self._client.fetch(listed.url, kind="enclosure")
        if not isinstance(outcome, Fetched):
            return GatheredEnclosure(replace(listed, reason=reason_of(outcome)[0]))
        body = decoded_body(outcome.final).body
        if not body or _PAGE.match(body[:1000]):
            what = (
                "the server answered with a page, not with a file" if body else "the server answered nothing"
            )
            return GatheredEnclosure(replace(listed, reason=what))
        digest = ledger.digest_of(body)
        path = enclosure_path(digest, _extension(listed, outcome.final.header("content-type")))
        put = None if self._archive.files.exists(path) else await self._writer.stage(path, body)
        if (source.capture or self._archive.config.capture) != "page":
            for exchange in outcome.exchanges:
                await self._writer.capture(exchange, omit_payload=is_stored(exchange, digest))
        return GatheredEnclosure(replace(listed, digest=digest, path=path), put)


def listed_in(entry: Entry | None) -> list[KeptEnclosure]:
    """Return the audio, video and PDF files that an entry carries, as stated."""
    files: Iterable[Enclosure] = entry.enclosures if entry else ()
    meant = [one for one in files if _MEANT.match(_type_of(one) or "")]
    return [KeptEnclosure(url=one.url, media_type=_type_of(one), size=one.size) for one in meant[:MOST]]


def _type_of(one: Enclosure) -> str | None:
    """Return the media type as stated, else as the name ends."""
    return one.media_type or _BY_NAME.get(_ending(one.url))


def _ending(url: str) -> str:
    return urlsplit(url).path.rpartition(".")[2].lower()


def _extension(listed: KeptEnclosure, answered: str | None) -> str:
    """Return how the file's name ends: by what the server says, else the feed, else the address."""
    for stated in (answered, listed.media_type):
        media_type = (stated or "").partition(";")[0].strip().lower()
        if found := _EXTENSIONS.get(media_type):
            return found
    return _ending(listed.url) if _ending(listed.url) in _BY_NAME else "bin"
