"""Asking servers, politely, and bringing back what they sent as it was sent.

`Client.fetch` returns a value for whatever networks and servers do: `Fetched`, `NotModified`, `Gone`,
`Refused` or `Failed`. It never raises for them, never keeps a cookie, and asks each host one thing at a time.
"""

from __future__ import annotations

from onrecord.fetch.client import FOR_GOOD, Client
from onrecord.fetch.coding import DecodedBody, decode_content, decoded_body
from onrecord.fetch.courtesy import Clock, HostCounts, SystemClock
from onrecord.fetch.memory import HostMemory, KeptRobots, TransientMemory
from onrecord.fetch.robots import Robots
from onrecord.fetch.settings import FetchSettings, Kind, Proxies
from onrecord.fetch.wire import ConnectorFactory

__all__ = [
    "FOR_GOOD",
    "Client",
    "Clock",
    "ConnectorFactory",
    "DecodedBody",
    "FetchSettings",
    "HostCounts",
    "HostMemory",
    "KeptRobots",
    "Kind",
    "Proxies",
    "Robots",
    "SystemClock",
    "TransientMemory",
    "decode_content",
    "decoded_body",
]
