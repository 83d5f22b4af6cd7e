"""The client: robots.txt, leases, retries, redirects; a value for whatever comes of it."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from onrecord import urls
from onrecord.fetch import robots as robots_txt
from onrecord.fetch.addresses import literal_refusal
from onrecord.fetch.coding import decoded_body
from onrecord.fetch.cookies import Lent, withheld
from onrecord.fetch.courtesy import Clock, Courtesy, HostCounts, NotYetError, SystemClock
from onrecord.fetch.memory import HostMemory, KeptRobots
from onrecord.fetch.robots import Robots
from onrecord.fetch.settings import FetchSettings, Kind
from onrecord.fetch.wire import Barred, ConnectorFactory, Lost, Wire
from onrecord.model import (
    Exchange,
    Failed,
    FailureReason,
    Fetched,
    Gone,
    NotModified,
    Outcome,
    Refused,
    Validators,
)
from onrecord.text import fold_space

MAX_URL = 16 * 1024  #: characters; servers stop at 8 KiB, and signed addresses stay below 4
MAX_ANSWER = 64 * 1024  #: bytes of what a webhook answers; only its status is looked at
ROBOTS_LIFETIME = timedelta(hours=24)  #: RFC 9309, 2.4
#: How long an old copy stands in for a robots.txt that its server can't give (2.3.1.4: 30 days).
ROBOTS_OLD_AGE = timedelta(days=30)
#: How long nothing is asked of an origin whose robots.txt could not be had. Shorter than the pause after which
#: sources are asked again that a lost network kept from us.
ROBOTS_RESPITE = 300.0
ROBOTS_REDIRECTS = 5  #: 2.3.1.2
#: A move "for good" is asked about again after this: publishers take them back.
MOVED_LIFETIME = timedelta(days=30)

ABSOLUTE = re.compile(r"\s*(?:https?:|[/\\]{2})", re.IGNORECASE)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})
POSTPONING = frozenset({429, 503})  #: speak for the whole host (RFC 6585, 4; RFC 9110, 15.6.4)
RETRIED = POSTPONING | {408, 425, 500, 502, 504}

ACCEPT: dict[Kind, str] = {
    "page": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "feed": "application/atom+xml,application/rss+xml,application/feed+json,"
    "application/xml;q=0.9,text/xml;q=0.9,*/*;q=0.8",
    # Named without WebP or AVIF, so that a server gives the picture that it holds.
    "picture": "image/*,*/*;q=0.5",
    "enclosure": "*/*",
    "part": "*/*",
    "robots": "text/plain,*/*;q=0.8",
}


class _Origin(NamedTuple):
    origin: str  #: "https://paper.example:8443": whose robots.txt it is (RFC 9309, 2.3)
    host: str  #: whose lease: http and https of one name are one server to be spared
    target: str  #: path and query


class _Wishes(NamedTuple):
    """What an answer is to be, beside its kind."""

    validators: Validators | None = None
    accept_datetime: datetime | None = None


class Client:
    """Asks servers. Use as an async context manager; `fetch` may be called by many tasks at once.

    Args:
        settings: How to ask.
        memory: What is known of hosts, and where it is kept.
        clock: What time it is, and how to wait.
        jitter: Gives numbers from 0 to 1, so that many clients don't come back at once.
        connector: Makes connections in another way: to check addresses, or in tests.
        lent: Cookies of subscriptions, which go to their own sites' pages and into no record.

    Raises:
        UsageError: On entering: `FetchSettings.ca_file` can't be read, or a proxy's address is none.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        memory: HostMemory,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
        connector: ConnectorFactory | None = None,
        lent: Sequence[Lent] = (),
    ) -> None:
        self._settings = settings
        self._lent = tuple(lent)
        self._memory = memory
        self._clock = clock or SystemClock()
        self._jitter = jitter
        self._wire = Wire(settings, self._clock, connector)
        self._courtesy = Courtesy(
            self._clock,
            memory,
            longest_wait=settings.max_retry_after,
            concurrency=settings.concurrency,
        )
        self._parsed: dict[str, tuple[KeptRobots, Robots]] = {}
        self._unreachable: dict[str, tuple[float, Refused | Failed]] = {}
        self._robots_locks: dict[str, asyncio.Lock] = {}
        self.received = 0  #: bytes of bodies that have come so far, from all hosts
        self._answered_at: float | None = None

    async def __aenter__(self) -> Self:
        await self._wire.__aenter__()
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._wire.__aexit__(error_type, error, traceback)

    def take_counts(self) -> dict[str, HostCounts]:
        """Return what was asked of each host since this was last called, of those that were asked for something."""
        return self._courtesy.take_counts()

    @property
    def user_agent(self) -> str:
        """How this client names itself to servers."""
        return self._settings.user_agent

    def silence(self) -> float | None:
        """Return the seconds since any server last answered; None: none ever did."""
        return None if self._answered_at is None else self._clock.monotonic() - self._answered_at

    async def fetch(
        self,
        url: str,
        *,
        kind: Kind,
        validators: Validators | None = None,
        accept_datetime: datetime | None = None,
    ) -> Outcome:
        """Ask for *url* and say what came of it; never raises for what networks and servers do.

        Args:
            url: An http or https address; it goes over the wire byte for byte, but for what may not.
            kind: What is expected: it decides the Accept header, the pause and the largest body.
            validators: Of what is held, so that the server may say that it still stands.
            accept_datetime: Of a TimeGate: the moment whose memento is wanted (RFC 7089, 2.1.1).
        """
        wishes = _Wishes(validators, accept_datetime)
        moved = self._moved(url)
        outcome = await self._follow(moved or url, kind, wishes, self._settings.max_redirects)
        if moved and not isinstance(outcome, Fetched | NotModified):
            self._memory.keep_moved(url, None, self._clock.now())  # the next time, ask where we came from
        return outcome

    async def post(self, url: str, data: bytes, *, media_type: str) -> Fetched | Refused | Failed:
        """Send *data* to an address that a person has named, once; say what came of it.

        The open internet and `allow_networks` alone are asked. No robots.txt is: that is for robots which look
        for something. No redirect is followed: what is told goes to whom it was meant for.
        """
        origin = _origin(url)
        if isinstance(origin, str):
            return Failed(url=url, reason=FailureReason.BAD_URL, detail=origin)
        if reason := literal_refusal(urls.host_of(url), self._settings.allow_networks):
            return Refused(url=url, reason=reason)
        headers = {"User-Agent": self._settings.user_agent, "Content-Type": media_type, "Accept": "*/*"}
        try:
            async with self._courtesy.lease(origin.host, 0.0):
                answer = await self._wire.ask(urls.request_target(url), headers, MAX_ANSWER, data=data)
        except NotYetError as error:
            return Failed(url=url, reason=FailureReason.STATUS, detail=str(error), retry_at=error.at)
        if isinstance(answer, Barred):
            return Refused(url=url, reason=answer.reason)
        self._count(origin.host, answer)
        if isinstance(answer, Exchange) and 200 <= answer.status < 300:
            return Fetched(exchanges=(answer,))
        return _failed(url, answer, self._postpone(origin.host, answer, self._settings.first_backoff))

    async def robots(self, url: str) -> Robots | Refused | Failed:
        """Return the robots.txt in force for *url*, asked for if none is known or it is a day old."""
        origin = _origin(url)
        if isinstance(origin, str):
            return Failed(url=url, reason=FailureReason.BAD_URL, detail=origin)
        # Many tasks begin with one host at once; one of them asks.
        async with self._robots_locks.setdefault(origin.origin, asyncio.Lock()):
            found = await self._robots(origin)
        if isinstance(found, Robots):
            delay = found.crawl_delay(self._settings.product_token) or 0.0
            self._courtesy.set_crawl_delay(origin.host, min(delay, self._settings.max_crawl_delay))
            return found
        return replace(found, url=url)

    # ------------------------------------------------------------ redirects

    async def _follow(self, url: str, kind: Kind, wishes: _Wishes, max_redirects: int) -> Outcome:
        exchanges: list[Exchange] = []
        seen: set[str] = set()
        at = url
        while True:
            origin = _origin(at)
            if isinstance(origin, str):
                return Failed(
                    url=url, reason=FailureReason.BAD_URL, detail=origin, exchanges=tuple(exchanges)
                )
            # Judged at each hop, before a proxy gets to see it, and before its robots.txt is asked for.
            if reason := literal_refusal(urls.host_of(at), self._settings.allow_networks):
                return Refused(url=url, reason=reason)
            if kind != "robots" and (refused := await self._refusal(at, origin)):
                return refused
            answer = await self._ask(at, origin, kind, wishes)
            if isinstance(answer, Barred):
                return Refused(url=url, reason=answer.reason)
            if isinstance(answer, Failed):
                return replace(answer, url=url, exchanges=(*exchanges, *answer.exchanges))
            exchanges.append(answer)
            location = answer.header("location")
            if answer.status not in REDIRECTS or location is None:
                return _outcome(url, tuple(exchanges), wishes.validators)
            target = urls.resolve(_location(location), at)
            # "story@5" is a path, and no password.
            is_secret = ABSOLUTE.match(location) is not None and urls.has_credentials(location)
            if target is None or is_secret:
                detail = f"redirected to {urls.without_credentials(location)[:200]!r}, which is not asked"
                return Failed(
                    url=url, reason=FailureReason.BAD_URL, detail=detail, exchanges=tuple(exchanges)
                )
            seen.add(answer.url)
            target = urls.request_target(target) if "@" not in target else target
            if target in seen or len(exchanges) > max_redirects:
                detail = (
                    f"redirected in a circle by {target[:200]}"
                    if target in seen
                    else f"redirected more than {max_redirects} times"
                )
                return Failed(
                    url=url, reason=FailureReason.REDIRECTS, detail=detail, exchanges=tuple(exchanges)
                )
            if answer.status in FOR_GOOD and kind != "robots" and not _is_front_page(target, at):
                self._memory.keep_moved(at, target, self._clock.now())
            at = target

    def _moved(self, url: str) -> str | None:
        """Return where *url* is known to have moved for good, or None."""
        at = url
        for _ in range(self._settings.max_redirects):
            known = self._memory.moved_to(at)
            if known is None or self._clock.now() - known[1] > MOVED_LIFETIME or known[0] == url:
                break
            at = known[0]
        return at if at != url else None

    # ------------------------------------------------------------ robots.txt

    async def _refusal(self, url: str, origin: _Origin) -> Refused | Failed | None:
        rules = await self.robots(url)
        counts = self._courtesy.count(origin.host)
        if not isinstance(rules, Robots):
            counts.disallowed += 1
            return rules
        if rules.allows(origin.target, self._settings.product_token):
            counts.allowed += 1
            return None
        counts.disallowed += 1
        return Refused(url=url, reason=f"robots.txt of {origin.host} disallows {origin.target[:200]}")

    async def _robots(self, origin: _Origin) -> Robots | Refused | Failed:
        kept = self._memory.robots(origin.origin)
        now = self._clock.now()
        if kept and now - kept.fetched_at < ROBOTS_LIFETIME:
            return self._parse(origin.origin, kept)
        until, answer = self._unreachable.get(origin.origin, (0.0, None))
        if answer and self._clock.monotonic() < until:
            return answer
        url = f"{origin.origin}/robots.txt"
        outcome = await self._follow(url, "robots", _Wishes(), ROBOTS_REDIRECTS)
        fresh = _kept_robots(outcome, self._clock.now())
        if fresh is None and _is_server_error(outcome) and kept and now - kept.fetched_at < ROBOTS_OLD_AGE:
            return self._parse(origin.origin, kept)
        if fresh is None:
            answer = _unreachable(outcome, origin)
            self._unreachable[origin.origin] = (self._clock.monotonic() + ROBOTS_RESPITE, answer)
            return answer
        self._memory.keep_robots(origin.origin, fresh)
        return self._parse(origin.origin, fresh)

    def _parse(self, origin: str, kept: KeptRobots) -> Robots:
        known = self._parsed.get(origin)
        if known is None or known[0] != kept:
            known = (kept, robots_txt.parse(kept.body or b""))
            self._parsed[origin] = known
        return known[1]

    # ------------------------------------------------------------ one address

    async def _ask(
        self, url: str, origin: _Origin, kind: Kind, wishes: _Wishes
    ) -> Exchange | Failed | Barred:
        """Ask for *url* until an answer comes that another try would not better."""
        settings = self._settings
        page_pause = settings.host_pauses.get(origin.host, settings.page_pause)
        pause = settings.picture_pause if kind in {"picture", "part"} else page_pause
        seconds = settings.enclosure_timeout if kind == "enclosure" else None
        headers = self._headers(kind, wishes)
        lent = self._add_lent(headers, url) if kind in {"page", "feed"} else None
        attempt = 0
        while True:
            try:
                async with self._courtesy.lease(origin.host, pause):
                    answer = await self._wire.ask(
                        urls.request_target(url), headers, self._settings.max_body[kind], seconds=seconds
                    )
                    if isinstance(answer, Barred):
                        return answer
                    answer = _withheld(answer, lent)
                    self._count(origin.host, answer)
            except NotYetError as error:
                detail = f"{origin.host} asked for a pause: {error}"
                return Failed(url=url, reason=FailureReason.STATUS, detail=detail, retry_at=error.at)
            if isinstance(answer, Exchange) and answer.status not in RETRIED:
                return answer
            if isinstance(answer, Lost) and not answer.may_help:
                return _failed(url, answer)
            backoff = min(self._settings.first_backoff * 2**attempt, self._settings.max_backoff)
            backoff *= 0.5 + self._jitter()
            retry_at = self._postpone(origin.host, answer, backoff)
            is_long = retry_at and (
                (retry_at - self._clock.now()).total_seconds() > self._settings.max_retry_after
            )
            if attempt >= self._settings.retries or is_long:
                return _failed(url, answer, retry_at)
            attempt += 1
            if retry_at is None:  # else the lease waits
                await self._clock.sleep(backoff)

    def _postpone(self, host: str, answer: Exchange | Lost, backoff: float) -> datetime | None:
        """Leave *host* alone as long as its answer asks; return until when, or None."""
        if isinstance(answer, Lost) or answer.status not in POSTPONING:
            return None
        asked = _retry_after(answer.header("retry-after"), self._clock.now())
        return self._courtesy.postpone(host, backoff if asked is None else asked)

    def _headers(self, kind: Kind, wishes: _Wishes) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": ACCEPT[kind],
            "Accept-Encoding": "gzip, deflate, br",  # what `coding` can undo
        }
        validators = wishes.validators
        if wishes.accept_datetime:
            headers["Accept-Datetime"] = format_datetime(wishes.accept_datetime.astimezone(UTC), usegmt=True)
        if validators and validators.etag:
            headers["If-None-Match"] = _header_value(validators.etag)
        if validators and validators.last_modified:
            headers["If-Modified-Since"] = _header_value(validators.last_modified)
        return headers

    def _add_lent(self, headers: dict[str, str], url: str) -> Lent | None:
        """Add the cookies that are lent to the site of *url*; return whose they are."""
        for one in self._lent:
            if cookies := one.header_for(url):
                headers["Cookie"] = cookies
                return one
        return None

    def _count(self, host: str, answer: Exchange | Lost) -> None:
        counts = self._courtesy.count(host)
        counts.requests += 1
        if isinstance(answer, Exchange):
            self._answered_at = self._clock.monotonic()
        exchange = answer.exchange if isinstance(answer, Lost) else answer
        size = len(exchange.body) if exchange else 0
        counts.bytes += size
        self.received += size
        counts.postponed += bool(exchange and exchange.status in POSTPONING)
        counts.not_modified += bool(exchange and exchange.status == 304)
        counts.failures += bool(exchange is None or isinstance(answer, Lost) or exchange.status >= 400)


def _withheld(answer: Exchange | Lost, lent: Lent | None) -> Exchange | Lost:
    """Return *answer* without the cookies that it was asked with."""
    if lent is None:
        return answer
    secrets = lent.secrets()
    if isinstance(answer, Exchange):
        return withheld(answer, secrets)
    return replace(answer, exchange=withheld(answer.exchange, secrets)) if answer.exchange else answer


@lru_cache(maxsize=1024)
def _origin(url: str) -> _Origin | str:
    """Return where *url* leads, or why it can't be asked for."""
    if len(url) > MAX_URL:
        return f"an address of {len(url)} characters"
    try:
        given = urlsplit(url)
        parts = urlsplit(urls.request_target(url))
        port, name = parts.port, parts.hostname
    except ValueError as error:
        return f"no address: {error}"
    if parts.scheme not in {"http", "https"}:
        return f"only http and https are asked for, not {parts.scheme[:40] or 'an address without scheme'}"
    if "@" in given.netloc:
        return "the address holds a user name or password, which is not sent"
    # What `urls` reads no host in, others may: "0x7f.1" is 127.0.0.1 to many a resolver, and a proxy's.
    if not name or not _is_host(name) or not urls.host_of(url):
        return "the address names no host that there can be"
    shown = f"[{name}]" if ":" in name else name
    is_default = port in {None, 443 if parts.scheme == "https" else 80}
    host = shown if is_default else f"{shown}:{port}"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Origin(f"{parts.scheme}://{host}", host, target)


def _is_host(name: str) -> bool:
    """Could *name* be in the DNS (RFC 1035, 2.3.4), or is it an address?"""
    labels = name.removesuffix(".").split(".")
    return (":" in name or (len(name) <= 254 and all(1 <= len(label) <= 63 for label in labels))) and not any(
        character.isspace() for character in name
    )


def _is_front_page(target: str, source: str) -> bool:
    """Does a redirect give up on a page by showing the front page? That is no move worth remembering."""
    return urlsplit(target).path in {"", "/"} and urlsplit(source).path not in {"", "/"}


def _location(value: str) -> str:
    """Return a Location as text: servers put UTF-8 there, though it should be ASCII."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _header_value(value: str) -> str:
    """Return a server's own word for sending it back; a line break in it would be a header of its own."""
    return value.replace("\r", "").replace("\n", "").replace("\0", "")


def _outcome(url: str, exchanges: tuple[Exchange, ...], validators: Validators | None) -> Outcome:
    final = exchanges[-1]
    if final.status == 304 and validators:
        return NotModified(exchanges=exchanges)
    if final.status in {404, 410}:
        return Gone(exchanges=exchanges, is_permanent=final.status == 410)
    # 206 without our asking for a range is a part of something.
    if 200 <= final.status < 300 and final.status != 206:
        return Fetched(exchanges=exchanges)
    detail = _status(final)
    if final.status in REDIRECTS or final.status < 200 or final.status == 304:
        detail += ", which makes no sense here"
        return Failed(url=url, reason=FailureReason.BAD_RESPONSE, detail=detail, exchanges=exchanges)
    return Failed(url=url, reason=FailureReason.STATUS, detail=detail, exchanges=exchanges)


def _failed(url: str, answer: Exchange | Lost, retry_at: datetime | None = None) -> Failed:
    if isinstance(answer, Lost):
        exchanges = (answer.exchange,) if answer.exchange else ()
        return Failed(url=url, reason=answer.reason, detail=answer.detail, exchanges=exchanges)
    detail = _status(answer)
    return Failed(url=url, reason=FailureReason.STATUS, detail=detail, exchanges=(answer,), retry_at=retry_at)


def _status(answer: Exchange) -> str:
    """Return the status line's words, as much of them as a person reads, and nothing a terminal would obey."""
    return fold_space(f"{answer.status} {answer.reason[:200]}")


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for (RFC 9110, 10.2.3), or None if it says nothing."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _kept_robots(outcome: Outcome, now: datetime) -> KeptRobots | None:
    """Return what to keep of the answer to robots.txt, or None if nobody knows what it says."""
    match outcome:
        case Fetched():
            return KeptRobots(now, decoded_body(outcome.final, limit=robots_txt.MAX_BYTES).body)
        case Failed(reason=FailureReason.TOO_LARGE):  # what was read is what RFC 9309, 2.5 asks for
            return KeptRobots(now, decoded_body(outcome.exchanges[-1], limit=robots_txt.MAX_BYTES).body)
        case Gone() | Failed(reason=FailureReason.REDIRECTS | FailureReason.BAD_URL):
            return KeptRobots(now, None)
        # 2.3.1.3: 4xx means that there is none; 429 means that there are too many of us.
        case Failed(reason=FailureReason.STATUS, exchanges=[*_, Exchange(status=status)]) if (
            400 <= status < 500 and status != 429
        ):
            return KeptRobots(now, None)
        case _:
            return None


def _is_server_error(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.reason in {
        FailureReason.STATUS,
        FailureReason.BAD_RESPONSE,
    }


def _unreachable(outcome: Outcome, origin: _Origin) -> Refused | Failed:
    """Return what to say of pages whose robots.txt can't be had."""
    if isinstance(outcome, Refused):
        return outcome
    if isinstance(outcome, Failed) and (not _is_server_error(outcome) or outcome.retry_at):
        return replace(outcome, detail=f"{outcome.detail} (asking for robots.txt)", exchanges=())
    what = outcome.detail if isinstance(outcome, Failed) else "no answer that can be read"
    return Refused(
        url=origin.origin,
        reason=f"robots.txt of {origin.host} can't be had ({what}); until it can, nothing is asked",
    )
