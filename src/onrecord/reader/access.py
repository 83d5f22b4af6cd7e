"""Who may do what: every request gets its visitor, and every route says what it takes.

A visitor comes with a token (`Authorization`), with a session (a cookie), as the one local reader while no user has
been made, or as the public where `[serve] public` says so. Whoever comes otherwise may log in, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from onrecord.config import ServeConfig
from onrecord.doors import Doors, Role, Scope, Visitor
from onrecord.doors.secrets import fresh, is_same
from onrecord.model import Digest, Document

#: Names of this machine for itself.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE = frozenset({"GET", "HEAD"})

#: What a route takes, where it is not the usual: READ to get, EDIT for all else. None: nothing, everybody may.
NEEDS: dict[tuple[str, str], Scope | None] = {
    ("GET", "/login"): None,
    ("POST", "/login"): None,
    ("POST", "/logout"): Scope.MARK,
    ("GET", "/account"): Scope.MARK,
    ("POST", "/account/tokens"): Scope.MARK,
    ("POST", "/account/tokens/remove"): Scope.MARK,
    ("POST", "/account/sessions/end"): Scope.MARK,
    ("GET", "/settings"): Scope.EDIT,
    ("POST", "/sources"): Scope.EDIT,
    ("POST", "/look"): None,
    ("GET", "/unread"): Scope.MARK,
    ("GET", "/starred"): Scope.MARK,
    ("POST", "/marks"): Scope.MARK,
    ("POST", "/article/{id}/mark"): Scope.MARK,
    ("POST", "/article/{id}/note"): Scope.MARK,
    ("POST", "/article/{id}/place"): Scope.MARK,
    ("GET", "/opds/starred"): Scope.MARK,
    ("GET", "/api/v1/marks"): Scope.MARK,
    ("PUT", "/api/v1/articles/{id}/marks"): Scope.MARK,
    ("GET", "/reader.css"): None,
    ("GET", "/reader.js"): None,
    ("GET", "/favicon.ico"): None,
    ("GET", "/worker.js"): None,
    ("GET", "/manifest.webmanifest"): None,
    ("GET", "/icon.svg"): None,
    ("GET", "/icon-192.png"): None,
    ("GET", "/icon-512.png"): None,
    ("GET", "/offline"): None,
}
#: Apps that sync read and mark.
_GREADER = "/api/greader/reader/api/0"
NEEDS |= {
    ("POST", "/api/greader/accounts/ClientLogin"): None,
    ("POST", "/api/fever"): None,
    ("POST", "/api/fever/"): None,
    ("GET", "/api/greader/reader/atom/{stream}"): Scope.MARK,
    **dict.fromkeys(
        [
            ("GET", f"{_GREADER}/{name}")
            for name in (
                *("token", "user-info", "subscription/list", "tag/list", "unread-count", "stream/items/ids"),
                *("stream/items/contents", "stream/contents", "stream/contents/{stream}"),
            )
        ]
        + [
            ("POST", f"{_GREADER}/{name}")
            for name in ("stream/items/contents", "edit-tag", "mark-all-as-read")
        ],
        Scope.MARK,
    ),
}
#: Routes that take a key in what is posted, which no page elsewhere knows.
BRING_A_KEY = frozenset(
    {("POST", "/api/greader/accounts/ClientLogin"), ("POST", "/api/fever"), ("POST", "/api/fever/")}
)
#: Addresses for programs: they are told in a status what a person is told by the login page.
FOR_PROGRAMS = ("/api/", "/feeds/", "/opds", "/subscriptions.opml")

#: The one route that a sealed address opens.
_OPENED = "/pictures/{path}"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.IGNORECASE)
_AUTHORIZATION = re.compile(r"(?i)(bearer|basic|googlelogin)\s+(?:auth=)?(\S{1,512})\s*")
_NO_COOKIE = re.compile(r"[^a-z2-7]")


def needs(method: str, path: str | None) -> Scope | None:
    """Return what a request for a route takes; *path* is the route's, with its names in braces."""
    verb = "GET" if method in SAFE else method
    return NEEDS.get((verb, path or ""), Scope.READ if verb == "GET" else Scope.EDIT)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the pages need to know it."""

    user: str  #: "": the one local reader, or the public
    role: Role
    scopes: frozenset[Scope]
    csrf: str  #: what each form of ours carries, as the field `csrf`
    shows_reserved: bool  #: is the public shown what publishers ask not to pass on?
    is_app: bool = False  #: it comes with a token

    def may(self, scope: Scope) -> bool:
        """May this be done?"""
        return scope in self.scopes

    def may_see(self, document: Document) -> bool:
        """May an article's text be shown? What publishers ask not to pass on is kept from the public."""
        return self.role != Role.PUBLIC or self.shows_reserved or not document.terms.is_reserved


_ASKER = web.RequestKey("asker", Asker)


def asker(request: web.Request) -> Asker:
    """Return who asks."""
    return request[_ASKER]


def acting_for(request: web.Request, visitor: Visitor) -> None:
    """Let the rest of a request act for whom a key in it names, which no middleware reads."""
    known = request[_ASKER]
    request[_ASKER] = replace(known, user=visitor.name, role=visitor.role, scopes=visitor.scopes, is_app=True)


def shown_to(request: web.Request, document: Document) -> Document:
    """Return *document*.

    Raises:
        web.HTTPForbidden: Whoever asks may not see it.
    """
    if not asker(request).may_see(document):
        raise web.HTTPForbidden(
            text="Its publisher asks that copies are not passed on: only users read it here."
        )
    return document


@dataclass(frozen=True, slots=True)
class _Coming:
    """Who asks, and how we know."""

    visitor: Visitor | None
    is_wrong: bool = False  #: a token was given, and it is none
    has_token: bool = False
    form: str = ""  #: what forms are sealed with


class Guard:
    """The middlewares of an application that only its visitors may use.

    Args:
        doors: The users.
        settings: Of `[serve]`.
        listening: The address that is listened on.
        archive: The archive's name in cookies: `Archive.origin`.
        now: The time, UTC.
    """

    def __init__(
        self,
        doors: Doors,
        settings: ServeConfig,
        *,
        listening: str,
        archive: Digest,
        now: Callable[[], datetime],
    ) -> None:
        self.doors = doors
        self.settings = settings
        self.now = now
        self._is_far = listening not in LOOPBACK
        self._session = cookie_name(archive)
        self._visit = f"{self._session}_visit"
        address = urlsplit(settings.address or "")
        self._names = {*settings.names, *filter(None, [address.hostname])}
        self._tls_host = address.netloc.lower() if address.scheme == "https" else None

    def middlewares(self) -> list[Middleware]:
        """Return what stands before every route, the outermost first."""
        return [self._hosts(), self._visitors()]

    # ---------------------------------------------------------------- hosts

    def answers_to(self, host: str) -> bool:
        """Is this a name of ours? A page elsewhere may have pointed its own at this machine ("DNS rebinding")."""
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].strip("[]").lower()
        return name in LOOPBACK or name in self._names or (self._is_far and _is_number(name))

    def _hosts(self) -> Middleware:
        @web.middleware
        async def hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self.answers_to(request.headers.get("Host", "")):
                what = "This reader does not answer to this name. [serve] names in onrecord.toml adds one.\n"
                return web.Response(status=421, text=what)
            return await handler(request)

        return hosts

    # ---------------------------------------------------------------- visitors

    def _visitors(self) -> Middleware:
        @web.middleware
        async def visitors(request: web.Request, handler: Handler) -> web.StreamResponse:
            coming = self._coming(request)
            visitor = coming.visitor or Visitor("", Role.PUBLIC, frozenset())
            request[_ASKER] = Asker(
                user=visitor.name,
                role=visitor.role,
                scopes=visitor.scopes,
                csrf=self.doors.seal(f"form {coming.form}") if coming.form else "",
                shows_reserved=self.settings.reserved,
                is_app=coming.has_token,
            )
            route = request.match_info.route.resource
            path = route.canonical if route else None
            scope = None if self._is_opened(request, path) else needs(request.method, path)
            if coming.is_wrong and scope is not None:
                return _ask_for_token("this token is none of ours, or was removed")
            if scope is not None and scope not in visitor.scopes:
                return self._refuse(request, visitor)
            if request.method not in SAFE and not await _can_be_read(request):
                return web.Response(status=400, text="This is no form that can be read.\n")
            takes_key = coming.has_token or (request.method, path or "") in BRING_A_KEY
            if request.method not in SAFE and not takes_key and not await _is_own_form(request):
                what = "This was not sent by a page of this reader. Open the page again, and send it from there.\n"
                return web.Response(status=403, text=what)
            return await handler(request)

        return visitors

    def _coming(self, request: web.Request) -> _Coming:
        if not self.doors.has_users() and self._is_near(request):
            return _Coming(Visitor.of("", Role.EDITOR), form="owner")
        public = Visitor.of("", Role.PUBLIC) if self.settings.public else None
        if given := request.headers.get("Authorization"):
            found = self._by_token(given)
            return _Coming(found, is_wrong=found is None, has_token=found is not None)
        session = self.session_of(request)
        if session and (found := self.doors.session(session, now=self.now())):
            return _Coming(found, form=session)
        return _Coming(public, form=self._cookie(request, self._visit) or ("public" if public else ""))

    def _is_near(self, request: web.Request) -> bool:
        """Does this machine itself ask, as far as can be told? A proxy before us asks for others."""
        host = request.headers.get("Host", "").rpartition(":")[0] or request.headers.get("Host", "")
        is_passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
        return not self._is_far and not is_passed_on and host.strip("[]").lower() in LOOPBACK

    def _by_token(self, given: str) -> Visitor | None:
        match = _AUTHORIZATION.fullmatch(given)
        if match is None:
            return None
        kind, value = match[1].lower(), match[2]
        if kind == "basic":
            name, secret = _basic(value)
            return self.doors.token(secret, user=name, now=self.now())
        return self.doors.token(value.rpartition("/")[2], now=self.now())

    def _refuse(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        if visitor.name:
            what = f"{visitor.name} may not do this here: it takes another role, or a token with another scope.\n"
            return web.Response(status=403, text=what)
        if request.path.startswith(FOR_PROGRAMS):
            return _ask_for_token("this takes a token: a password for one app")
        if request.method not in SAFE:
            return web.Response(status=403, text="This takes a login.\n")
        back = quote(request.path_qs, safe="")
        return web.Response(
            status=303, headers={"Location": f"/login?next={back}", "Cache-Control": "no-store"}
        )

    # ---------------------------------------------------------------- addresses for programs

    def base(self, request: web.Request) -> str:
        """Return what addresses of ours begin with, as whoever asks sees them: "https://news.example"."""
        return f"{'https' if self.is_secure(request) else 'http'}://{request.headers['Host']}"

    def open_address(self, address: str) -> str:
        """Return the address of a kept picture that opens for whoever was given it: apps send no token for them."""
        return f"{address}?seal={self._opener(urlsplit(address).path)}"

    def _opener(self, path: str) -> str:
        return self.doors.seal(f"open {path}")[:32]

    def _is_opened(self, request: web.Request, path: str | None) -> bool:
        seal = request.query.get("seal")
        return bool(seal) and path == _OPENED and is_same(seal or "", self._opener(request.path))

    # ---------------------------------------------------------------- cookies

    def session_of(self, request: web.Request) -> str:
        """Return the secret of the session that a request comes with, "" if there is none."""
        return self._cookie(request, self._session)

    def start(self, answer: web.Response, request: web.Request, session: str) -> None:
        """Give a browser its session."""
        # Lax: a link to an article from elsewhere arrives logged in; a form from elsewhere does not.
        self._set(answer, request, self._session, session, same_site="Lax", seconds=180 * 24 * 3600)
        answer.del_cookie(self._visit, path="/")

    def end(self, answer: web.Response) -> None:
        """Take the session from a browser."""
        answer.del_cookie(self._session, path="/")

    def visit(self, request: web.Request) -> tuple[str, str]:
        """Return what the login form is sealed with: a secret for a cookie, and the seal."""
        known = self._cookie(request, self._visit) or fresh()
        return known, self.doors.seal(f"form {known}")

    def keep_visit(self, answer: web.Response, request: web.Request, visit: str) -> None:
        """Give a browser what its login form is sealed with."""
        self._set(answer, request, self._visit, visit, same_site="Strict", seconds=None)

    def _cookie(self, request: web.Request, name: str) -> str:
        value = request.cookies.get(name, "")
        return "" if len(value) > 64 or _NO_COOKIE.search(value) else value

    def _set(
        self,
        answer: web.Response,
        request: web.Request,
        name: str,
        value: str,
        *,
        same_site: str,
        seconds: int | None,
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            httponly=True,
            samesite=same_site,
            secure=self.is_secure(request),
        )

    # ---------------------------------------------------------------- the way here

    def is_secure(self, request: web.Request) -> bool:
        """Did the request come through TLS, at the latest hop that we know of?"""
        if request.secure or request.headers.get("Host", "").lower() == self._tls_host:
            return True
        is_told = request.headers.get("X-Forwarded-Proto", "").lower() == "https"
        return is_told and self._is_proxy(request.remote)

    def address_of(self, request: web.Request) -> str:
        """Return who asks: the peer, or whom our own proxy names last. What others claim before that counts nothing."""
        peer = request.remote or ""
        if not self._is_proxy(peer):
            return peer
        hops = [
            hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")
        ]
        return next((hop for hop in reversed(hops) if not self._is_proxy(hop)), peer)

    def _is_proxy(self, address: str | None) -> bool:
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        return any(found in network for network in self.settings.proxies)


def cookie_name(archive: Digest) -> str:
    """Return what the session's cookie is called: cookies know no ports, and one machine may serve two archives."""
    return f"onrecord_{archive[-8:]}"


def _is_number(name: str) -> bool:
    """Is this an address by number? No server of names can point it elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _basic(value: str) -> tuple[str, str]:
    """Return the name and the secret of RFC 7617."""
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def came_from_here(request: web.Request) -> bool:
    """Does a request come from a page of ours, or from a person who typed the address? A browser says so.

    https://www.w3.org/TR/fetch-metadata/; one that does not send it sends `Origin` with every post. A program says
    nothing, and is no page elsewhere.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site not in {None, "same-origin", "none"}:
        return False
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("Host", "").lower()


async def _can_be_read(request: web.Request) -> bool:
    """Read the form that was sent, once for all who ask for it; False: it is broken."""
    try:
        await request.post()
    except (ValueError, LookupError):  # a broken multipart body, letters or an encoding that are none
        return False
    return True


async def _is_own_form(request: web.Request) -> bool:
    """Was this sent by a form of ours? Both must hold: what the browser says, and the form's seal."""
    if not came_from_here(request):
        return False
    if request.path.startswith("/api/") and request.content_type == "application/json":
        # No page elsewhere can send this without asking first (fetch.spec.whatwg.org, "CORS-safelisted
        # request-header"), and it is told nothing.
        return True
    given = request.headers.get("X-CSRF-Token") or (await request.post()).get("csrf")
    return isinstance(given, str) and bool(asker(request).csrf) and is_same(given, asker(request).csrf)


def _ask_for_token(what: str) -> web.Response:
    headers = {"WWW-Authenticate": 'Basic realm="On Record", charset="UTF-8"', "Cache-Control": "no-store"}
    return web.Response(status=401, text=f"{what}; `onrecord token add` makes one.\n", headers=headers)
