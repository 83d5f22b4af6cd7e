"""A reader that is served from a thread, and the browser that looks at it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from onrecord.config import ServeConfig
from onrecord.doors import Doors
from onrecord.reader.app import answering
from onrecord.reader.origins import Origins

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def serving(root: Path) -> Iterator[Origins]:
    """Serve an archive from a thread; give where it and its captures answer."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    doors = Doors(root.parent / "doors.sqlite")
    served = answering(root, doors, ServeConfig(), host="127.0.0.1", port=0)
    try:
        yield asyncio.run_coroutine_threadsafe(served.__aenter__(), loop).result(30)[1]
    finally:
        asyncio.run_coroutine_threadsafe(served.__aexit__(None, None, None), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


class Elsewhere:
    """Every other server in the world: whatever a browser asks that is not on this machine ends here.

    Its `flag` goes to Chromium. A connection to *watched* is a visit, whether or not anything is asked over it: the
    name stands in the first bytes, of TLS (RFC 6066, 3) as of HTTP. The browser's own errands are none.
    """

    def __init__(self, watched: str) -> None:
        self.visits = 0
        self._watched = watched.encode()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = self._listening.getsockname()[1]
        self.flag = f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1, EXCLUDE localhost"
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            with connection, suppress(OSError):
                connection.settimeout(2)
                self.visits += self._watched in connection.recv(8_192)

    def close(self) -> None:
        """Listen no longer."""
        self._listening.close()
