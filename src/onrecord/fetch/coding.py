"""Content codings: gzip, deflate and br are undone with a limit, and never raise.

Pure: no files, network, clock or log. Captures keep the coded bytes; this is for reading them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import brotli

from onrecord.model import Exchange, Problem

#: One byte more than any reader reads, so that it sees that there is too much. Real pages pack 3 to 20 times,
#: and are below 10 MiB unpacked; a bomb packs a thousand times.
MAX_DECODED_BYTES = 32 * 1024 * 1024 + 1
#: A server that wraps more often than this is playing (RFC 9110, 8.4 sets no limit).
MAX_CODINGS = 4
#: Where the brotli library knows no limit itself: a step this short gives some tens of MiB at most.
BROTLI_STEP = 16
STEP = 64 * 1024
#: Packed bytes that are given to zlib at once: it hands back a copy of what it has not used, at every step.
INPUT_STEP = 16 * 1024
#: gzip members in one body (RFC 1952, 2.2). Block-wise packers make one for each 64 KiB; a million empty ones
#: hold no text and cost minutes.
MAX_MEMBERS = 4096

Unpacked = Iterator[bytes]


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """A body without its content codings, as far as it could be decoded."""

    body: bytes
    problems: tuple[Problem, ...] = ()


def decoded_body(exchange: Exchange, *, limit: int = MAX_DECODED_BYTES) -> DecodedBody:
    """Return the body of *exchange* without its content codings; at most *limit* bytes of it."""
    codings = ",".join(value for name, value in exchange.headers if name.lower() == "content-encoding")
    return decode_content(exchange.body, codings, limit=limit)


def decode_content(body: bytes, codings: str | None, *, limit: int = MAX_DECODED_BYTES) -> DecodedBody:
    """Return *body* without *codings*, the value of Content-Encoding; at most *limit* bytes of it.

    What breaks off gives what was there. What is not coded as it claims is returned as it is, because
    servers that pack nothing and say "gzip" exist, and browsers show their pages.
    """
    # RFC 9110, 8.4: listed in the order in which they were applied.
    names = [name.strip().lower() for name in (codings or "").split(",") if name.strip()]
    names = [name for name in reversed(names) if name != "identity"]
    problems: list[Problem] = []
    if len(names) > MAX_CODINGS:
        return DecodedBody(body, (Problem("content-encoding-nested", f"{len(names)} codings"),))
    for name in names:
        unpack = _UNPACKERS.get(name)
        if unpack is None:
            problems.append(Problem("content-encoding-unknown", name[:40]))
            break
        if not body:  # an answer to HEAD, 304 or 204 says how it would be coded
            break
        body, problem = _collected(unpack, body, name, limit)
        if problem:
            problems.append(problem)
            if problem.code == "content-encoding-false":
                break
    return DecodedBody(body, tuple(problems))


def _collected(
    unpack: Callable[[bytes], Unpacked], body: bytes, name: str, limit: int
) -> tuple[bytes, Problem | None]:
    # A buffer that gives its own bytes away: joining parts would need the room twice.
    kept = BytesIO()
    problem = None
    try:
        for part in unpack(body):
            kept.write(part)
            if kept.tell() > limit:
                kept.truncate(limit)
                problem = Problem("content-encoding-bomb", f"{name}: over {limit} bytes")
                break
    except _TooManyError as error:
        problem = Problem("content-encoding-bomb", f"{name}: {error}")
    except (zlib.error, brotli.error) as error:
        if not kept.tell():
            return body, Problem("content-encoding-false", name)
        problem = Problem("content-encoding-damaged", f"{name}: {error}")
    except EOFError:
        problem = Problem("content-encoding-cut-off", name)
    return kept.getvalue(), problem


class _TooManyError(Exception):
    """A body made of more pieces than any honest packer makes."""


def _gunzip(body: bytes) -> Unpacked:
    return _inflate(body, zlib.MAX_WBITS | 16)


def _undeflate(body: bytes) -> Unpacked:
    # RFC 9110, 8.4.1.2: "deflate" means the zlib format, but some servers send the bare stream.
    is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _inflate(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


def _inflate(body: bytes, wbits: int) -> Unpacked:
    at = 0
    for _ in range(MAX_MEMBERS):
        unpacker = zlib.decompressobj(wbits)
        while at < len(body) and not unpacker.eof:
            piece = body[at : at + INPUT_STEP]
            at += len(piece)
            while piece and not unpacker.eof:
                yield unpacker.decompress(piece, STEP)
                piece = unpacker.unconsumed_tail
            at -= len(unpacker.unused_data)
        if not unpacker.eof:
            yield unpacker.flush(STEP)
            raise EOFError
        # RFC 1952, 2.2: members may follow each other. What follows and is none is padding.
        if body[at : at + 2] != b"\x1f\x8b":
            return
    raise _TooManyError(f"over {MAX_MEMBERS} members")


def _unbrotli(body: bytes) -> Unpacked:
    unpacker = brotli.Decompressor()
    if hasattr(unpacker, "can_accept_more_data"):  # Brotli 1.2 and later
        part = unpacker.process(body, output_buffer_limit=STEP)
        while part or not (unpacker.is_finished() or unpacker.can_accept_more_data()):
            yield part
            part = unpacker.process(b"", output_buffer_limit=STEP)
        if not unpacker.is_finished():
            raise EOFError
        return
    # Older versions, and the module of the same name that pywb brings along (brotlipy).
    step = getattr(unpacker, "process", None) or unpacker.decompress
    for at in range(0, len(body), BROTLI_STEP):
        yield step(body[at : at + BROTLI_STEP])
    if hasattr(unpacker, "is_finished"):
        if not unpacker.is_finished():
            raise EOFError
    else:
        try:
            unpacker.finish()
        except brotli.error as error:
            raise EOFError from error


_UNPACKERS: dict[str, Callable[[bytes], Unpacked]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
}
