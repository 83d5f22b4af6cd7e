"""One exchange over the wire, byte for byte as asked and as sent.

Whatever goes wrong is a `Lost`; nothing is retried and no redirect followed here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import aiohttp
import aiohttp_socks
from aiohttp.connector import Connection
from yarl import URL

from onrecord.errors import UsageError
from onrecord.fetch.courtesy import Clock
from onrecord.fetch.guard import AddressRefusedError, guarded_connector
from onrecord.fetch.settings import FetchSettings
from onrecord.model import Exchange, FailureReason

#: Content-Security-Policy headers of 20 KiB exist; more, or more of them, is a flood.
MAX_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 256
#: All headers of an answer together, which are kept in a capture. Real ones are below 40 KiB.
MAX_HEAD_BYTES = 256 * 1024
#: Bytes a second that a body brings at the least, on the whole, after it has had time to begin. The slowest
#: networks that people read on give ten times as much; what drips would hold its host's lease for nothing.
LEAST_RATE = 64
LEAST_RATE_AFTER = 20.0

PROXY_SCHEMES = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})

#: The ways out, beside SOCKS proxies, each named by its address.
DIRECT = ""
HTTP_PROXY = "http"

#: Makes the connector of direct and HTTP-proxied requests in another way than the wire's own, which refuses
#: addresses that may not be asked, given the certificates to trust. Who gives one answers for where it leads.
ConnectorFactory = Callable[[ssl.SSLContext], aiohttp.TCPConnector]


@dataclass(frozen=True, slots=True)
class Lost:
    """No whole answer came. *exchange* has what did come, if an answer began."""

    reason: FailureReason
    detail: str
    may_help: bool  #: to try again
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """Nothing was asked: the host leads to no address that may be. *reason* is a sentence."""

    reason: str


class _Response(aiohttp.ClientResponse):
    """A response that remembers its peer: the connection is let go as soon as the body is whole."""

    ip_address: str | None = None

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Begin to read the answer."""
        peer = connection.transport.get_extra_info("peername") if connection.transport else None
        if isinstance(peer, tuple):
            self.ip_address = str(peer[0]).partition("%")[0]  # no scope of an IPv6 link
        return await super().start(connection)


class Wire:
    """Connections to servers, directly or through proxies. Use as an async context manager."""

    def __init__(
        self, settings: FetchSettings, clock: Clock, connector: ConnectorFactory | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._make_connector = connector
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._trust: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        for proxy in (
            self._settings.proxies.http,
            self._settings.proxies.https,
            self._settings.proxies.socks,
        ):
            _check_proxy(proxy)
        self._trust = trust(self._settings.ca_file)
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def ask(
        self,
        url: str,
        headers: Mapping[str, str],
        max_body: int,
        *,
        seconds: float | None = None,
        data: bytes | None = None,
    ) -> Exchange | Lost | Barred:
        """Send a GET for *url*, an address fit for the wire, or a POST of *data*; return what came back.

        *seconds*: how long it may take; None: as the settings say.
        """
        proxy = self._settings.proxies.proxy_for(url.partition(":")[0], urlsplit(url).hostname or "")
        requested_at = self._clock.now()
        began = self._clock.monotonic()
        try:
            is_socks = bool(proxy) and str(proxy).startswith("socks")
            session = self._session(str(proxy) if is_socks else HTTP_PROXY if proxy else DIRECT)
            async with session.request(
                "GET" if data is None else "POST",
                _as_it_is(url),
                headers=headers,
                data=data,
                proxy=None if is_socks else proxy,
                allow_redirects=False,
                timeout=self._timeout(seconds),
            ) as response:
                if (size := _head_size(response)) > MAX_HEAD_BYTES:
                    response.close()
                    return Lost(FailureReason.BAD_RESPONSE, f"headers of {size} bytes", may_help=False)
                body, truncated, lost = await self._read(response, max_body)
                exchange = Exchange(
                    url=url,
                    requested_at=requested_at,
                    ip_address=getattr(response, "ip_address", None),
                    request_head=_request_head(url, response),
                    status=response.status,
                    reason=(response.reason or "").encode("utf-8", "surrogateescape").decode("latin-1"),
                    http_version=f"{response.version.major}.{response.version.minor}"
                    if response.version
                    else "1.1",
                    headers=tuple(
                        (k.decode("latin-1"), v.decode("latin-1")) for k, v in response.raw_headers
                    ),
                    body=body,
                    truncated=truncated,
                    elapsed=self._clock.monotonic() - began,
                )
        except _LOSSES as error:
            cause = getattr(error, "os_error", error)
            return Barred(str(cause)) if isinstance(cause, AddressRefusedError) else _lost(error, proxy)
        return Lost(lost.reason, lost.detail, lost.may_help, exchange) if lost else exchange

    def _session(self, way: str) -> aiohttp.ClientSession:
        """Return the session for a *way*: `DIRECT`, `HTTP_PROXY`, or the address of a SOCKS proxy."""
        if way not in self._sessions:
            session = aiohttp.ClientSession(
                connector=self._connector(way),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                response_class=_Response,
                max_line_size=MAX_HEADER_BYTES,
                max_field_size=MAX_HEADER_BYTES,
                max_headers=MAX_HEADERS,
            )
            # aiohttp would ask a second time at once where a server hangs up, without the host's pause.
            session._retry_connection = False  # noqa: SLF001 (no public switch)
            self._sessions[way] = session
        return self._sessions[way]

    def _timeout(self, total: float | None) -> aiohttp.ClientTimeout:
        settings = self._settings
        return aiohttp.ClientTimeout(
            total=total or settings.total_timeout,
            sock_connect=settings.connect_timeout,
            sock_read=settings.read_timeout,
        )

    def _connector(self, way: str) -> aiohttp.TCPConnector:
        context = self._trust or ssl.create_default_context()
        if way not in {DIRECT, HTTP_PROXY}:
            # socks5h and socks4a say that the proxy resolves names, which it always does here.
            plain = way.replace("socks5h:", "socks5:", 1).replace("socks4a:", "socks4:", 1)
            socks: aiohttp.TCPConnector = aiohttp_socks.ProxyConnector.from_url(
                plain, ssl=context, limit=0, rdns=True
            )
            return socks
        if self._make_connector:
            return self._make_connector(context)
        if way == HTTP_PROXY:  # a person's own word, and often an address of their own network
            return aiohttp.TCPConnector(ssl=context, limit=0)
        return guarded_connector(context, self._settings.allow_networks)

    async def _read(
        self, response: aiohttp.ClientResponse, max_body: int
    ) -> tuple[bytes, str | None, Lost | None]:
        """Return the body as far as it came, why it is cut ("length", "time", "disconnect"), and the loss."""
        # A buffer that gives its own bytes away: joining parts would need the room twice.
        kept = BytesIO()
        began = self._clock.monotonic()
        try:
            async for part in response.content.iter_any():
                size = kept.tell() + kept.write(part)
                if size > max_body:
                    response.close()
                    kept.truncate(max_body)
                    lost = Lost(FailureReason.TOO_LARGE, f"over {max_body} bytes", may_help=False)
                    return kept.getvalue(), "length", lost
                seconds = self._clock.monotonic() - began
                if seconds > LEAST_RATE_AFTER and size < seconds * LEAST_RATE:
                    response.close()
                    detail = f"{size} bytes in {seconds:.0f} seconds, fewer than {LEAST_RATE} a second"
                    return kept.getvalue(), "time", Lost(FailureReason.TIMEOUT, detail, may_help=False)
        except TimeoutError:
            truncated = "time"
            lost = Lost(FailureReason.TIMEOUT, f"broke off after {kept.tell()} bytes", may_help=True)
        except (aiohttp.ClientError, OSError) as error:
            truncated = "disconnect"
            lost = Lost(FailureReason.CUT_OFF, _words(error), may_help=True)
        else:
            return kept.getvalue(), None, None
        kept.write(_unread(response.content))
        kept.truncate(max_body)
        response.close()
        return kept.getvalue(), truncated, lost


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Return the system's certificates, and those of *ca_file* beside them.

    Raises:
        UsageError: *ca_file* can't be read, or holds no certificates.
    """
    context = ssl.create_default_context()
    # OpenSSL reads SSL_CERT_FILE itself, in the place of the system's file, which goes back in here.
    paths = ssl.get_default_verify_paths()
    if paths.cafile != paths.openssl_cafile and Path(paths.openssl_cafile).is_file():
        context.load_verify_locations(paths.openssl_cafile)
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise UsageError(f"{ca_file}: no certificates can be read from this file ({error})") from error
    return context


def _check_proxy(proxy: str | None) -> None:
    """Raise UsageError if *proxy* is no proxy's address, without showing the password in it."""
    if proxy is None:
        return
    try:
        parts = urlsplit(proxy)
        is_usable = bool(parts.scheme in PROXY_SCHEMES and parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        shown = proxy.rpartition("@")[2][:100]
        raise UsageError(f"{shown}: this is no proxy; give one as http://host:port or socks5://host:port")


def _as_it_is(url: str) -> URL:
    """Return *url* for aiohttp. As a "path", nothing in it is read: yarl drops the "?" of an empty query."""
    scheme, _, rest = url.partition("://")
    at = min(index for index in (rest.find("/"), rest.find("?"), len(rest)) if index >= 0)
    return URL.build(scheme=scheme.lower(), authority=rest[:at], path=rest[at:] or "/", encoded=True)


def _request_head(url: str, response: aiohttp.ClientResponse) -> bytes:
    """Return the request as the server gets it: a proxy's own form and password are nobody's business."""
    lines = [f"{response.method} {_as_it_is(url).raw_path_qs} HTTP/1.1"]
    for name, value in response.request_info.headers.items():
        if name.lower() != "proxy-authorization":
            lines.append(f"{name}: {value}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _head_size(response: aiohttp.ClientResponse) -> int:
    """Return the bytes of all headers, with their colons and line ends."""
    return sum(len(name) + len(value) + 4 for name, value in response.raw_headers)


def _unread(content: aiohttp.StreamReader) -> bytes:
    """Return what came before the end that nobody announced; aiohttp throws it away with the error."""
    buffer = list(content._buffer)  # noqa: SLF001 (no public way to what has arrived)
    return b"".join(buffer)[content._buffer_offset :]  # noqa: SLF001


_LOSSES = (
    aiohttp.ClientError,
    aiohttp_socks.ProxyError,
    aiohttp_socks.ProxyConnectionError,
    OSError,
    ValueError,
    EOFError,  # a SOCKS proxy that hangs up amid its greeting
)


def _lost(error: Exception, proxy: str | None) -> Lost:
    """Return what *error* means. UnicodeError, of host names that can't be, is a ValueError."""
    words = _words(error)
    proxy_host = urlsplit(proxy).hostname if proxy else None
    match error:
        case (
            aiohttp.ClientProxyConnectionError()
            | aiohttp_socks.ProxyError()
            | aiohttp_socks.ProxyConnectionError()
            | aiohttp_socks.ProxyTimeoutError()
        ):
            return Lost(FailureReason.PROXY, words, may_help=True)
        case aiohttp.ClientHttpProxyError(status=status):
            # 5xx of a proxy speak of the server behind it, which may be back in a moment.
            return Lost(FailureReason.PROXY, f"the proxy answered {status} {error.message}", status >= 500)
        case aiohttp.ClientConnectorDNSError():
            reason = FailureReason.PROXY if error.host == proxy_host else FailureReason.DNS
            is_settled = getattr(error.os_error, "errno", None) == socket.EAI_NONAME
            return Lost(reason, words, may_help=not is_settled)
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch() | ssl.SSLError():
            return Lost(FailureReason.TLS, words, may_help=False)
        case EOFError():
            return Lost(FailureReason.PROXY, "the proxy hung up", may_help=True)
        case TimeoutError():
            return Lost(FailureReason.TIMEOUT, words or "no answer in time", may_help=True)
        case aiohttp.ServerDisconnectedError():
            return Lost(FailureReason.CUT_OFF, "the server hung up without an answer", may_help=True)
        case aiohttp.ClientResponseError():
            return Lost(FailureReason.BAD_RESPONSE, words, may_help=False)
        case aiohttp.InvalidURL() | ValueError():
            return Lost(FailureReason.BAD_URL, words, may_help=False)
        case aiohttp.ClientPayloadError():
            return Lost(FailureReason.CUT_OFF, words, may_help=True)
        case _:
            return Lost(FailureReason.CONNECT, words, may_help=True)


def _words(error: BaseException) -> str:
    """Return what *error* says, on one line, not longer than a person reads."""
    if isinstance(error, aiohttp.ClientResponseError):
        return " ".join(error.message.split())[:200]
    return " ".join(str(error).split())[:200]
