"""Logging in and out, and what somebody has given to apps."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from onrecord.doors import Pace
from onrecord.doors.tokens import scopes_from
from onrecord.errors import UsageError
from onrecord.reader.access import Guard, asker
from onrecord.reader.posts import own_path

#: A page's answer: the request, the template's name, the status, and what the template shows.
Render = Callable[..., web.Response]
#: Passwords that are checked at the same time: each takes 64 MiB.
AT_ONCE = 2


class Entrance:
    """The pages of the door.

    Args:
        guard: Whose doors they are.
        render: Makes a page of a template: (request, template, *, status, **values).
        seconds: Rising seconds, for the pace at which passwords may be tried.
    """

    def __init__(
        self, guard: Guard, render: Render, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._guard = guard
        self._render = render
        self.pace = Pace(seconds)
        self._hashing = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the door."""
        return [
            web.get("/login", self.ask),
            web.post("/login", self.login),
            web.post("/logout", self.logout),
            web.get("/account", self.account),
            web.post("/account/tokens", self.add_token),
            web.post("/account/tokens/remove", self.remove_token),
            web.post("/account/sessions/end", self.end_sessions),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """Show the form."""
        return self._form(request, "", back=request.query.get("next", ""), status=200)

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Let somebody in who knows a password, at a pace at which none can be guessed."""
        form = await request.post()
        name, password = str(form.get("name", "")), str(form.get("password", ""))
        address, back = self._guard.address_of(request), own_path(str(form.get("next", "")))
        kept_name, kept = self._guard.doors.kept_password(name)
        waits = self.pace.begin(address, kept_name)
        if waits > 0:
            what = f"Too many wrong passwords. Try again in {_spoken(waits)}."
            answer = self._form(request, what, back=back, status=429)
            answer.headers["Retry-After"] = str(math.ceil(waits))
            return answer
        async with self._hashing:
            is_right = await asyncio.to_thread(self._guard.doors.is_right, kept, password)
        if not is_right:
            what = "This name and password do not fit together."
            return self._form(request, what, back=back, status=403)
        self.pace.succeeded(address, kept_name)
        self._guard.doors.end_session(self._guard.session_of(request))
        session = self._guard.doors.begin_session(kept_name, now=self._guard.now())
        answer = _see(back)
        self._guard.start(answer, request, session)
        return answer

    async def logout(self, request: web.Request) -> web.Response:
        """End this browser's session."""
        self._guard.doors.end_session(self._guard.session_of(request))
        answer = _see("/")
        self._guard.end(answer)
        # What this browser has of us (offline copies too) goes with the session.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer

    async def account(self, request: web.Request) -> web.Response:
        """Show who this is, and which apps have a token."""
        return self._account(request)

    async def add_token(self, request: web.Request) -> web.Response:
        """Make a token, and show it once."""
        form = await request.post()
        app = str(form.get("app", ""))
        scopes = scopes_from(str(word) for word in form.getall("scope", []))
        if not asker(request).user:
            raise UsageError("no user has been made: whoever reads at this machine needs no token")
        secret = self._guard.doors.add_token(asker(request).user, app, scopes, now=self._guard.now())
        return self._account(request, secret=secret, app=app)

    async def remove_token(self, request: web.Request) -> web.Response:
        """Take a token back."""
        form = await request.post()
        self._guard.doors.remove_token(asker(request).user, str(form.get("app", "")))
        return _see("/account")

    async def end_sessions(self, request: web.Request) -> web.Response:
        """End all sessions of this user, this browser's too."""
        self._guard.doors.end_sessions(asker(request).user)
        answer = _see("/login")
        self._guard.end(answer)
        return answer

    def _account(self, request: web.Request, **values: Any) -> web.Response:
        tokens = self._guard.doors.tokens(asker(request).user)
        made = {"secret": None, "app": None, **values}
        answer = self._render(
            request,
            "account.html",
            title="Your account",
            tokens=tokens,
            scopes=sorted(asker(request).scopes),
            **made,
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _form(self, request: web.Request, what: str, *, back: str, status: int) -> web.Response:
        visit, seal = self._guard.visit(request)
        values = {"title": "Log in", "what": what, "next": own_path(back), "csrf": seal}
        answer = self._render(request, "login.html", status=status, **values)
        answer.headers["Cache-Control"] = "no-store"
        self._guard.keep_visit(answer, request, visit)
        return answer


def _see(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def _spoken(seconds: float) -> str:
    return f"{math.ceil(seconds / 60)} minutes" if seconds > 90 else f"{math.ceil(seconds)} seconds"
