"""Connections that are made only to addresses that may be asked.

A name is looked up once. Of what it leads to, the addresses that may be asked are kept, and the connection
is made to one of those, by number: a resolver that changes its mind is not asked again. The number is judged
a second time where the socket is made, which holds for literal addresses too.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from onrecord.fetch.addresses import Network, refusal

_AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[object, ...]]


class AddressRefusedError(OSError):
    """What was to be asked stands at no address that may be. The message is a sentence for a person."""


class CheckedResolver(AbstractResolver):
    """Gives the addresses of *inner* that may be asked."""

    def __init__(self, inner: AbstractResolver, allowed: Sequence[Network]) -> None:
        self._inner = inner
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where *host* leads.

        Raises:
            AddressRefusedError: To no address that may be asked.
            OSError: Nowhere.
        """
        found = await self._inner.resolve(host, port, family)
        reasons = [refusal(host, one["host"], self._allowed) for one in found]
        # Some honest names have an IPv6 address of nonsense beside a good one: the good one is asked.
        kept = [one for one, reason in zip(found, reasons, strict=True) if reason is None]
        if found and not kept:
            raise AddressRefusedError(reasons[0])
        return kept

    async def close(self) -> None:
        """Close the resolver within."""
        await self._inner.close()


def guarded_connector(
    context: ssl.SSLContext, allowed: Sequence[Network], *, resolver: AbstractResolver | None = None
) -> aiohttp.TCPConnector:
    """Return a connector that refuses what may not be asked; to be called within a running loop."""

    def checked_socket(info: _AddressInfo) -> socket.socket:
        family, kind, protocol, _, where = info
        number = str(where[0])
        if reason := refusal(number, number, allowed):
            raise AddressRefusedError(reason)
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        ssl=context,
        limit=0,  # leases and the client's own limit say how many requests are under way
        resolver=CheckedResolver(resolver or aiohttp.ThreadedResolver(), allowed),
        socket_factory=checked_socket,
    )
