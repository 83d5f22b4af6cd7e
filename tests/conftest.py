"""Fixtures that more than one room's tests use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onrecord.demo.server import DemoServer, running


@pytest.fixture
def demo_server() -> Iterator[DemoServer]:
    """Yield the demo's publications on a free port of loopback, on their first day.

    `proxy_url` is a client's proxy, `day` may be set, `log` holds what was asked.
    """
    with running() as server:
        yield server
