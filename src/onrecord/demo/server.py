"""The demo newsroom over HTTP: a forward proxy on loopback, and a log of what was asked.

It listens on 127.0.0.1 alone and asks nobody anything: whatever it is asked for, it answers itself.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from onrecord.demo.newsroom import Answer, DemoNewsroom

LOOPBACK = "127.0.0.1"
MAX_HEAD_BYTES = 64 * 1024  #: of one request's head: more than any client of ours sends
MAX_BODY_BYTES = 1024 * 1024  #: of one request's body, which is read and dropped
_START_SECONDS = 10.0  # a thread that has not bound its port by then never will


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that was answered."""

    begin: float  #: seconds since the epoch
    end: float
    method: str
    url: str
    status: int
    is_conditional: bool
    in_flight: int  #: requests to this host that were then under way, this one included
    bytes_sent: int  #: of the body
    agent: str
    day: int


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    headers: dict[str, str]

    @property
    def url(self) -> str:
        """The absolute address: a proxy is given it whole, a server in its Host header (RFC 9112, 3.2)."""
        if self.method == "CONNECT":
            return f"https://{self.target}/"
        if self.target.startswith("/"):
            return f"http://{self.headers.get('host', '')}{self.target}"
        return self.target


class DemoServer:
    """Answers on a free port of loopback. `day` may be set at any time; `log` grows by one row a request."""

    def __init__(self, *, day: int = 1, port: int = 0) -> None:
        self.day = day
        self.port = port  #: 0 until started: then the one that was found free
        self.log: list[Asked] = []
        self._newsroom = DemoNewsroom()
        self._in_flight: Counter[str] = Counter()
        self._asked: Counter[tuple[int, str]] = Counter()
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    @property
    def proxy_url(self) -> str:
        """What a client is given as its proxy."""
        return f"http://{LOOPBACK}:{self.port}"

    async def start(self) -> None:
        """Bind the port and begin to answer.

        Raises:
            OSError: The port is taken.
        """
        self._server = await asyncio.start_server(self._client, LOOPBACK, self.port, limit=MAX_HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            for client in self._clients:
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._clients.add(task)
        try:
            while (request := await _read_request(reader)) is not None:
                if not await self._reply(request, writer):
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or we are stopping: neither is told to anyone
        finally:
            if task is not None:
                self._clients.discard(task)
            writer.close()

    async def _reply(self, request: _Request, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection stays open."""
        begin, day, url = time.time(), self.day, request.url
        host = _host_of(url)
        self._in_flight[host] += 1
        self._asked[day, url] += 1
        in_flight = self._in_flight[host]
        try:
            answer = self._newsroom.answer(
                request.method, url, request.headers, day, asked=self._asked[day, url]
            )
            if answer.delay:
                await asyncio.sleep(answer.delay)
        finally:
            self._in_flight[host] -= 1
        body = b"" if request.method == "HEAD" or answer.status == HTTPStatus.NOT_MODIFIED else answer.body
        is_cut = answer.cut_at is not None and request.method != "HEAD"
        sent = body[: answer.cut_at] if is_cut else body
        stays_open = not is_cut and request.headers.get("connection", "").lower() != "close"
        # Logged before it is sent: who has the answer may read the log at once.
        self.log.append(
            Asked(
                begin=begin,
                end=time.time(),
                method=request.method,
                url=url,
                status=answer.status,
                is_conditional=not {"if-none-match", "if-modified-since"}.isdisjoint(request.headers),
                in_flight=in_flight,
                bytes_sent=len(sent),
                agent=request.headers.get("user-agent", ""),
                day=day,
            ),
        )
        writer.write(_head(answer, is_open=stays_open or is_cut) + sent)
        await writer.drain()
        return stays_open


@contextmanager
def running(*, day: int = 1) -> Iterator[DemoServer]:
    """Run a server in a thread of its own, for callers that have no event loop.

    Raises:
        RuntimeError: It did not start.
    """
    server = DemoServer(day=day)
    loop = asyncio.new_event_loop()
    is_up = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.start())
        is_up.set()
        loop.run_forever()
        loop.run_until_complete(server.stop())
        loop.close()

    thread = threading.Thread(target=run, name="demo", daemon=True)
    thread.start()
    if not is_up.wait(_START_SECONDS):
        raise RuntimeError("the demo's server did not start")
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _read_request(reader: asyncio.StreamReader) -> _Request | None:
    """Return the next request, or None where the client has ended or does not speak HTTP."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length") or 0)
        if not 0 <= length <= MAX_BODY_BYTES:
            return None
        await reader.readexactly(length)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        return None
    return _Request(method, target, headers)


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # "http://[": the newsroom answers 400
        return ""


def _head(answer: Answer, *, is_open: bool) -> bytes:
    length = [] if answer.status == HTTPStatus.NOT_MODIFIED else [("Content-Length", str(len(answer.body)))]
    pairs = [*answer.headers, *length, ("Connection", "keep-alive" if is_open else "close")]
    reason = HTTPStatus(answer.status).phrase
    lines = [f"HTTP/1.1 {answer.status} {reason}", *(f"{name}: {value}" for name, value in pairs)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
