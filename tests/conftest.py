"""Fixtures that more than one room's tests use."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from onrecord.demo.server import DemoServer, running

# How long an example takes says how busy the machine is. What must not take long has a deadline of its own.
settings.register_profile("onrecord", deadline=None)
settings.load_profile("onrecord")


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep keys and cookies out of the tester's own home: whoever runs the tests finds it as it was."""
    home = tmp_path_factory.mktemp("home")
    before = {name: os.environ.get(name) for name in ("HOME", "XDG_CONFIG_HOME", "ONRECORD_KEY")}
    os.environ["HOME"] = str(home)
    os.environ.pop("XDG_CONFIG_HOME", None)
    os.environ.pop("ONRECORD_KEY", None)
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture
def demo_server() -> Iterator[DemoServer]:
    """Yield the demo's publications on a free port of loopback, on their first day.

    `proxy_url` is a client's proxy, `day` may be set, `log` holds what was asked.
    """
    with running() as server:
        yield server


@pytest.fixture
def memory_folder(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder for hundreds of archives: in memory, where there is one, since no disk is asked to last."""
    memory = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as made:
        yield Path(made)
