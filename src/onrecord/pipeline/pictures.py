"""Pictures of an article: asked for once in a round, judged by their bytes, kept once by their digest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from onrecord import ledger, pictures
from onrecord.archive import Archive, picture_path
from onrecord.fetch import Client, decoded_body
from onrecord.ledger import Put
from onrecord.model import (
    Digest,
    Exchange,
    Failed,
    FailureReason,
    Fetched,
    Gone,
    KeptPicture,
    Outcome,
    Picture,
    Refused,
)
from onrecord.pipeline.writing import Writer
from onrecord.store import PictureRow

#: A picture that was none for good is asked for again after this time: servers are repaired.
ASK_AGAIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A picture that was looked for, and the staged file to name if it was kept afresh."""

    kept: KeptPicture
    put: Put | None = None


class PictureDesk:
    """Gathers the pictures of a round's articles."""

    def __init__(
        self, archive: Archive, client: Client, writer: Writer, *, now: Callable[[], datetime]
    ) -> None:
        self._archive = archive
        self._client = client
        self._writer = writer
        self._now = now
        self._asked: dict[str, asyncio.Task[Gathered]] = {}

    async def gather(self, wanted: Iterable[Picture], *, capture: bool) -> list[Gathered]:
        """Return what became of each picture, in order; *capture*: record the exchanges too."""
        settings = self._archive.config.pictures
        if not settings.keep:
            return []
        unique = {picture.url: picture for picture in wanted}
        chosen = list(unique.values())
        found = await asyncio.gather(
            *(self._once(picture, capture=capture) for picture in chosen[: settings.max_per_article]),
        )
        reason = f"the article has more than {settings.max_per_article} pictures"
        return [*found, *(_missing(picture, reason) for picture in chosen[settings.max_per_article :])]

    async def _once(self, picture: Picture, *, capture: bool) -> Gathered:
        if picture.url not in self._asked:
            task = asyncio.create_task(self._gather(picture, capture=capture))
            # Whoever waited may have been cancelled: a full disk is told of once, by the round.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._asked[picture.url] = task
        return await asyncio.shield(self._asked[picture.url])

    async def _gather(self, picture: Picture, *, capture: bool) -> Gathered:
        known = self._archive.state.picture(picture.url)
        if known and known.path and known.digest and self._archive.files.exists(known.path):
            return Gathered(kept_picture(picture.url, known))
        now = self._now()
        if (
            known
            and known.reason
            and not known.may_pass
            and known.tried_at
            and known.tried_at + ASK_AGAIN > now
        ):
            return _missing(picture, known.reason)
        reason, may_pass = "", False
        for url in (picture.url, *picture.fallback_urls):
            outcome = await self._client.fetch(url, kind="picture")
            if isinstance(outcome, Fetched):
                found = await self._take(picture, outcome, capture=capture)
                if isinstance(found, Gathered):
                    return found
                reason, may_pass = reason or found, False
            else:
                told, passing = reason_of(outcome)
                reason, may_pass = reason or told, may_pass or passing
        row = PictureRow(url=picture.url, reason=reason, may_pass=may_pass, tried_at=now)
        self._archive.state.put(row)
        return _missing(picture, reason)

    async def _take(self, picture: Picture, outcome: Fetched, *, capture: bool) -> Gathered | str:
        """Stage a picture's bytes; return the reason where they are none."""
        body = decoded_body(outcome.final).body
        media_type = outcome.final.header("content-type")
        judged = pictures.judge(
            body, media_type=media_type, max_pixels=self._archive.config.pictures.max_pixels
        )
        if not judged.is_picture:
            return judged.reason or "not a picture"
        digest = ledger.digest_of(body)
        path = picture_path(digest, judged.extension or "bin")
        put = None if self._archive.files.exists(path) else await self._writer.stage(path, body)
        if capture:
            for exchange in outcome.exchanges:
                await self._writer.capture(exchange, omit_payload=is_stored(exchange, digest))
        row = PictureRow(
            url=picture.url,
            digest=digest,
            path=path,
            media_type=judged.media_type,
            width=judged.width,
            height=judged.height,
            tried_at=self._now(),
        )
        self._archive.state.put(row)
        return Gathered(kept_picture(picture.url, row), put)


def is_stored(exchange: Exchange, digest: Digest) -> bool:
    """Is this exchange's payload, byte for byte, the file that is kept?"""
    return ledger.digest_of(exchange.body) == digest


def kept_picture(url: str, row: PictureRow) -> KeptPicture:
    """Return the picture that stands at *url*, as the state has it."""
    return KeptPicture(
        url=url,
        digest=Digest(row.digest) if row.digest else None,
        path=row.path,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
    )


def _missing(picture: Picture, reason: str) -> Gathered:
    return Gathered(KeptPicture(url=picture.url, reason=reason))


_SAYS: dict[FailureReason, str] = {
    FailureReason.DNS: "no server of this name was found; check its spelling, and the network",
    FailureReason.CONNECT: "no connection to the server; check the network, or try again later",
    FailureReason.TLS: "no secure connection to the server",
    FailureReason.TIMEOUT: "the server took too long",
    FailureReason.CUT_OFF: "the connection broke off",
    FailureReason.TOO_LARGE: "the answer is too large",
    FailureReason.BAD_URL: "this is no address that can be asked",
    FailureReason.BAD_RESPONSE: "the answer makes no sense",
    FailureReason.PROXY: "the proxy did not let it through; see [fetch] proxy in onrecord.toml, and HTTPS_PROXY",
}


def _words(reason: FailureReason, detail: str) -> str:
    if reason is FailureReason.STATUS:
        return f"the server answered {detail}" if detail[:1].isdigit() else detail
    if reason is FailureReason.DNS or not detail:  # the library's words say the same, at length
        return _SAYS.get(reason, reason.value)
    return f"{_SAYS[reason]} ({detail})" if reason in _SAYS else detail


def reasons_told(tried: Mapping[str, str]) -> str:
    """Return what came of each address that was tried, in words; a reason that they share, once."""
    addresses: dict[str, list[str]] = {}
    for url, reason in tried.items():
        addresses.setdefault(reason, []).append(url)
    return "; ".join(f"{reason} (tried {', '.join(urls)})" for reason, urls in addresses.items())


def reason_of(outcome: Outcome) -> tuple[str, bool]:
    """Return why *outcome* brought nothing, in words, and whether that may pass."""
    match outcome:
        case Refused(reason=reason):
            return reason, True
        case Gone(exchanges=exchanges):
            return f"the server answered {exchanges[-1].status}", False
        case Failed(reason=reason, detail=detail):
            return _words(reason, detail), True
        case _:
            return "", True
