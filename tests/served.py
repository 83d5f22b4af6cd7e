"""The reader, answering on a free port of loopback, on a thread of its own."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web
from argon2 import PasswordHasher

from onrecord.archive import Archive
from onrecord.config import ServeConfig
from onrecord.doors import Doors, Hasher, Role, Scope
from onrecord.reader import make_app
from onrecord.reader.access import cookie_name

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PASSWORD = "bell ferry harbour night"
#: Argon2id at its cheapest: what is tested is who gets in, not how long it takes.
QUICK = Hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        """Return the time, UTC."""
        return NOW + timedelta(seconds=self.passed)

    def seconds(self) -> float:
        """Return rising seconds."""
        return self.passed


@dataclass(frozen=True)
class Answer:
    """What the reader said."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    set_cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies that it sets."""
        found = SimpleCookie()
        for line in self.set_cookies:
            found.load(line)
        return found


class Served:
    """A reader that answers."""

    def __init__(self, app: web.Application, port: int, doors: Doors, clock: Clock, cookie: str) -> None:
        self.app = app
        self.port = port
        self.doors = doors
        self.clock = clock
        self.cookie = cookie  #: what the session's is called

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://localhost:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | list[tuple[str, str]] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask, without following a redirect."""
        given = {"Host": f"localhost:{self.port}", **(headers or {})}
        if form is not None:
            given.setdefault("Content-Type", "application/x-www-form-urlencoded")
            body = urlencode(form).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=given)
            answered = connection.getresponse()
            cookies = tuple(answered.headers.get_all("Set-Cookie", []))
            return Answer(answered.status, dict(answered.getheaders()), answered.read(), cookies)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.ask(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def user(self, name: str, role: Role = Role.READER) -> None:
        """Make a user."""
        self.doors.add(name, PASSWORD, role=role, now=self.clock.now())

    def token(self, name: str, *scopes: Scope, app: str = "app") -> str:
        """Make a token."""
        return self.doors.add_token(name, app, scopes or (Scope.READ, Scope.MARK), now=self.clock.now())

    def session(self, name: str) -> dict[str, str]:
        """Return the headers of a browser in which somebody is logged in, on a page of ours that posts a form."""
        secret = self.doors.begin_session(name, now=self.clock.now())
        return {
            "Cookie": f"{self.cookie}={secret}",
            "Origin": self.address,
            "Sec-Fetch-Site": "same-origin",
            "X-CSRF-Token": self.doors.seal(f"form {secret}"),
        }


@contextmanager
def serving(
    root: Path,
    place: Path,
    *,
    listening: str = "localhost",
    settings: ServeConfig | None = None,
    clock: Clock | None = None,
) -> Iterator[Served]:
    """Give the reader of the archive in *root*, its users in the file *place*, answering."""
    clock = clock or Clock()
    ready = threading.Event()
    begun: list[tuple[web.Application, int, Callable[[], object]]] = []

    async def run() -> None:
        ending = asyncio.Event()
        doors = Doors(place, QUICK)
        app = make_app(
            root, listening=listening, doors=doors, settings=settings, now=clock.now, seconds=clock.seconds
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        loop = asyncio.get_running_loop()
        begun.append((app, runner.addresses[0][1], lambda: loop.call_soon_threadsafe(ending.set)))
        ready.set()
        await ending.wait()
        await runner.cleanup()

    with Archive.open(root) as archive:
        cookie = cookie_name(archive.origin())
    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(20), "the reader did not start"
    app, port, stop = begun[0]
    doors = Doors(place, QUICK)
    try:
        yield Served(app, port, doors, clock, cookie)
    finally:
        doors.close()
        stop()
        thread.join(20)
