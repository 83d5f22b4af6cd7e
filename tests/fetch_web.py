"""A small internet on the loopback that misbehaves as it is told, and a clock that does not wait."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from onrecord.fetch import Client, FetchSettings, Kind, TransientMemory
from onrecord.model import Outcome, Validators

NOON = datetime(2024, 5, 17, 12, tzinfo=UTC)


def answer(
    body: bytes = b"ok", *, status: str = "200 OK", headers: Sequence[str] = (), length: int | None = None
) -> bytes:
    """Return an answer as it goes over the wire, *length* being what it claims to be."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def moved(location: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return answer(b"", status=status, headers=[f"Location: {location}"])


@dataclass(frozen=True)
class Stall:
    """Send *start*, then nothing."""

    start: bytes = b""


@dataclass(frozen=True)
class Request:
    """What the server was asked."""

    host: str
    target: str
    head: bytes
    at: float  #: by the clock of the test
    in_flight: int  #: requests to this host under way, this one included

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers, in order."""
        lines = self.head.decode("latin-1").split("\r\n")[1:-2]
        return [(line.partition(": ")[0], line.partition(": ")[2]) for line in lines]


class QuickClock:
    """A clock that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """Return the time, UTC."""
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the seconds slept."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Be there already."""
        self.seconds += seconds
        await asyncio.sleep(0)


class _Everywhere(AbstractResolver):
    """Resolves each name to the loopback server, but for those that do not exist."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where the server listens, whatever *port* was meant."""
        del port
        if host.startswith("nowhere"):
            raise OSError(socket.EAI_NONAME, "Name or service not known")
        where = 1 if host.startswith("closed") else self.port  # nobody listens on port 1
        return [
            {"hostname": host, "host": "127.0.0.1", "port": where, "family": family, "proto": 0, "flags": 0}
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Web:
    """Pages by "host/target"; each is a list of answers, of which the last repeats."""

    pages: dict[str, list[bytes | Stall]] = field(default_factory=dict)
    settings: FetchSettings = field(default_factory=FetchSettings)
    clock: QuickClock = field(default_factory=QuickClock)
    memory: TransientMemory = field(default_factory=TransientMemory)
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    client: Client | None = None
    _in_flight: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def fetch(self, url: str, *, kind: Kind = "page", validators: Validators | None = None) -> Outcome:
        """Fetch *url* with a new client that has the memory of the earlier ones."""
        return asyncio.run(self._run([(url, kind, validators)]))[0]

    def fetch_all(self, *urls: str, kind: Kind = "page") -> list[Outcome]:
        """Fetch *urls* at once, with one client."""
        return asyncio.run(self._run([(url, kind, None) for url in urls]))

    def asked(self, target: str) -> list[Request]:
        """Return the requests for *target*, in order."""
        return [request for request in self.requests if request.target == target]

    async def serve(self) -> asyncio.Server:
        """Open the server, for a test that does its own asking."""
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def make_client(self) -> Client:
        """Return a client that finds every host on the loopback."""
        self.client = Client(
            self.settings,
            memory=self.memory,
            clock=self.clock,
            jitter=lambda: 0.5,
            connector=self.connector,
        )
        return self.client

    def connector(self, context: ssl.SSLContext) -> aiohttp.TCPConnector:
        """Return a connector that finds every host on the loopback."""
        return aiohttp.TCPConnector(ssl=context, resolver=_Everywhere(self.port), use_dns_cache=False)

    async def _run(self, wanted: list[tuple[str, Kind, Validators | None]]) -> list[Outcome]:
        server = await self.serve()
        async with server, self.make_client() as client:
            tasks = [client.fetch(url, kind=kind, validators=validators) for url, kind, validators in wanted]
            return list(await asyncio.gather(*tasks))

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first = await reader.readexactly(1)
                if first == b"\x16":  # a TLS handshake
                    writer.write(answer(b"", status="400 Bad Request"))
                    return
                head = first + await reader.readuntil(b"\r\n\r\n")
                host = head.lower().partition(b"\r\nhost: ")[2].partition(b"\r\n")[0].decode()
                self._in_flight[host] += 1
                try:
                    await self._reply(host, head, writer)
                finally:
                    self._in_flight[host] -= 1
        except (asyncio.IncompleteReadError, ConnectionError, EOFError):
            pass
        finally:
            writer.close()

    async def _reply(self, host: str, head: bytes, writer: asyncio.StreamWriter) -> None:
        target = head.split(b" ")[1].decode()
        self.requests.append(Request(host, target, head, self.clock.seconds, self._in_flight[host]))
        path = target.partition("://")[2].partition("/")[2] if "://" in target[:8] else target[1:]
        answers = self.pages.get(f"{host.partition(':')[0]}/{path}", [answer(b"", status="404 Not Found")])
        reply = answers.pop(0) if len(answers) > 1 else answers[0]
        data = reply.start if isinstance(reply, Stall) else reply
        writer.write(data)
        await writer.drain()
        if isinstance(reply, Stall):
            await asyncio.sleep(3600)
        claimed = data.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        if not claimed or int(claimed) > len(data.partition(b"\r\n\r\n")[2]):
            raise EOFError  # hang up
