"""Content codings: gzip, deflate and br are undone with a limit, and never raise.

Pure: no files, network, clock or log. Captures keep the coded bytes; this is for reading them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import brotli

from onrecord.model import Exchange, Problem

#: Four times the largest body that is fetched. Real pages pack 3 to 20 times; a bomb packs a thousand.
MAX_DECODED_BYTES = 128 * 1024 * 1024
#: A server that wraps more often than this is playing (RFC 9110, 8.4 sets no limit).
MAX_CODINGS = 4
#: Where the brotli library knows no limit itself: a step this short gives some tens of MiB at most.
BROTLI_STEP = 16
STEP = 64 * 1024

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
    parts: list[bytes] = []
    size = 0
    try:
        for part in unpack(body):
            parts.append(part)
            size += len(part)
            if size > limit:
                kept = b"".join(parts)[:limit]
                return kept, Problem("content-encoding-bomb", f"{name}: over {limit} bytes")
    except (zlib.error, brotli.error) as error:
        if not size:
            return body, Problem("content-encoding-false", name)
        return b"".join(parts), Problem("content-encoding-damaged", f"{name}: {error}")
    except EOFError:
        return b"".join(parts), Problem("content-encoding-cut-off", name)
    return b"".join(parts), None


def _gunzip(body: bytes) -> Unpacked:
    return _inflate(body, zlib.MAX_WBITS | 16)


def _undeflate(body: bytes) -> Unpacked:
    # RFC 9110, 8.4.1.2: "deflate" means the zlib format, but some servers send the bare stream.
    is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _inflate(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)


def _inflate(body: bytes, wbits: int) -> Unpacked:
    is_first = True
    # RFC 1952, 2.2: members may follow each other. What follows and is none is padding.
    while body and (is_first or body.startswith(b"\x1f\x8b")):
        is_first = False
        unpacker = zlib.decompressobj(wbits)
        while body and not unpacker.eof:
            yield unpacker.decompress(body, STEP)
            body = unpacker.unconsumed_tail
        if not unpacker.eof:
            yield unpacker.flush()
            raise EOFError
        body = unpacker.unused_data


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
