"""Running: an archive and a client brought together, for a round and for saving pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from onrecord.archive import Archive, sign_head
from onrecord.config import SAVED, Config, RoundConfig, SourceConfig
from onrecord.errors import UsageError
from onrecord.fetch import (
    Client,
    Clock,
    ConnectorFactory,
    FetchSettings,
    Proxies,
    SystemClock,
    TransientMemory,
    cookies,
)
from onrecord.fetch.cookies import Lent
from onrecord.keys import Keyring
from onrecord.pipeline.adding import Adding
from onrecord.pipeline.articles import Kept, Look
from onrecord.pipeline.hosts import StateMemory
from onrecord.pipeline.report import Happening, Listener, News, RoundReport, utc_now
from onrecord.pipeline.round import Round
from onrecord.pipeline.sources import Found, check_typed, followed_as
from onrecord.pipeline.stamping import services, stamp_heads
from onrecord.pipeline.writing import Writer
from onrecord.store import ASKED, State
from onrecord.urls import address_candidates, host_of, same_site

MIB = 1024 * 1024

#: How often a failing address is tried again while a person waits for `add`.
TRIES_WHILE_ADDING = 1


def client_settings(config: Config, environ: Mapping[str, str]) -> FetchSettings:
    """Return how servers are asked, from the settings first and the usual variables second."""
    fetch = config.fetch
    proxies = Proxies.from_environment(environ)
    if fetch.proxy:
        is_socks = fetch.proxy.startswith("socks")
        given = Proxies(bypass=proxies.bypass)
        proxies = (
            replace(given, socks=fetch.proxy)
            if is_socks
            else replace(given, http=fetch.proxy, https=fetch.proxy)
        )
    known = FetchSettings()
    return replace(
        known,
        user_agent=fetch.user_agent or known.user_agent,
        page_pause=fetch.page_pause,
        picture_pause=fetch.picture_pause,
        host_pauses=_host_pauses(config.sources),
        max_crawl_delay=fetch.max_crawl_delay,
        total_timeout=fetch.timeout,
        max_body={
            **known.max_body,
            "page": int(fetch.max_page_mib * MIB),
            "feed": int(fetch.max_feed_mib * MIB),
            "picture": int(config.pictures.max_mib * MIB),
            "enclosure": config.keep.max_enclosure_mib * MIB,
        },
        max_redirects=fetch.max_redirects,
        retries=fetch.retries,
        concurrency=fetch.hosts_at_once,
        proxies=proxies,
        ca_file=fetch.ca_file or environ.get("SSL_CERT_FILE") or None,
        allow_networks=fetch.allow_networks,
    )


def client_of(archive: Archive, environ: Mapping[str, str]) -> Client:
    """Return a client that asks as *archive*'s settings say, without anybody's cookies."""
    return Client(client_settings(archive.config, environ), memory=StateMemory(archive.state))


def _host_pauses(sources: Sequence[SourceConfig]) -> dict[str, float]:
    """Return the pauses that single sources want, by the hosts of their lists."""
    return {
        host_of(url): source.pause
        for source in sources
        if source.pause is not None
        for url in (*source.feeds, *([source.home] if source.home else []))
    }


def own_site(source: SourceConfig) -> tuple[str, ...]:
    """Return the addresses whose site a subscription to *source* is for: its home, or its feeds where it has none."""
    return (source.home,) if source.home else source.feeds


def lent_cookies(archive: Archive, environ: Mapping[str, str]) -> list[Lent]:
    """Return the cookies that are lent to the sources of *archive*.

    Raises:
        UsageError: A file of cookies can be read by others, stands in the archive, or is none.
    """
    place = cookies.folder(environ)
    files = [(source, place / f"{source.id}.txt") for source in archive.config.sources]
    return [
        Lent(own_site(source), cookies.read(path, archive=archive.root))
        for source, path in files
        if path.exists()
    ]


@asynccontextmanager
async def client_for(
    archive: Archive,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    connector: ConnectorFactory | None = None,
) -> AsyncIterator[Client]:
    """Give a client that asks as the archive's settings say, and remembers hosts in its state.

    What was asked of each host is noted at the end, however it comes.
    """
    settings = client_settings(archive.config, environ)
    lent = lent_cookies(archive, environ)
    memory = StateMemory(archive.state)
    async with Client(settings, memory=memory, clock=clock, connector=connector, lent=lent) as client:
        with _counted(client, archive.state, clock or SystemClock()):
            yield client


@contextmanager
def _counted(client: Client, state: State, clock: Clock) -> Iterator[None]:
    """Note what was asked of each host, however it ends."""
    try:
        yield
    finally:
        note_asked(client, state, now=clock.now())


def note_asked(client: Client, state: State, *, now: datetime) -> None:
    """Note what *client* has asked of each host since this was last done."""
    counts = {host: [getattr(one, name) for name in ASKED] for host, one in client.take_counts().items()}
    state.add_asked(now, counts)


@asynccontextmanager
async def _round(
    archive: Archive, environ: Mapping[str, str], tell: Listener, limits: RoundConfig | None = None
) -> AsyncIterator[Round]:
    async with client_for(archive, environ) as client, Writer(archive, now=utc_now) as writer:
        yield Round(archive, client, writer, clock=SystemClock(), tell=tell, limits=limits)


async def update(
    archive: Archive,
    sources: Sequence[SourceConfig],
    *,
    recheck: bool,
    fill: bool = False,
    max_time: timedelta | None = None,
    environ: Mapping[str, str],
    tell: Listener,
) -> RoundReport:
    """Run one round over *sources*, within *max_time* or what the settings say.

    Raises:
        OnRecordError: The archive can't be written to, or a file of it is damaged.
    """
    before = archive.state.last_round()
    settled = archive.config.round
    limits = replace(settled, max_time=max_time) if max_time else settled
    async with _round(archive, environ, tell, limits) as one:
        report = await one.run(sources, recheck=recheck, fill=fill)
    archive.seal(now=utc_now())
    await attest(archive, report, before, environ=environ, tell=tell)
    return report


async def attest(
    archive: Archive,
    report: RoundReport,
    before: tuple[datetime, datetime | None, dict[str, Any]] | None,
    *,
    environ: Mapping[str, str],
    tell: Listener,
) -> None:
    """Have the ledger’s head signed and seen, once a day. Why not is told once: not again after the round *before*."""
    report.unsigned, report.unstamped = await sign_and_stamp(archive, environ)
    told = before[2] if before else {}
    for what, reason in ((Happening.UNSIGNED, report.unsigned), (Happening.UNSTAMPED, report.unstamped)):
        if reason and told.get(what.value) != reason:
            tell(News(what=what, source=archive.root.name, reason=reason))
    if report.unsigned or report.unstamped:
        archive.state.end_round(report.id, report.ended_at or utc_now(), report.as_json())


async def sign_and_stamp(
    archive: Archive, environ: Mapping[str, str], *, daily: bool = True
) -> tuple[str | None, str | None]:
    """Sign the ledger's head, and show it to the services that the settings name; return why either was not done.

    Raises:
        StorageError: The archive can't be written to.
    """
    signing = sign_head(archive, Keyring(environ), now=utc_now(), daily=daily)
    if not services(archive):
        return signing.why_not, None
    async with client_of(archive, environ) as client:
        failed = await stamp_heads(archive, client)
    return signing.why_not, "; ".join(failed) or None


async def save_pages(
    archive: Archive,
    addresses: Sequence[str],
    *,
    environ: Mapping[str, str],
    tell: Listener,
) -> list[Kept]:
    """Keep single pages, each filed under the source whose site it is on, else under "saved".

    Raises:
        UsageError: One of them is no address.
    """
    looks = [_saving(archive, address) for address in addresses]
    async with _round(archive, environ, tell) as one:
        kept = await one.save(looks)
    archive.seal(now=utc_now())
    sign_head(archive, Keyring(environ), now=utc_now())
    return kept


def _saving(archive: Archive, address: str) -> Look:
    check_typed(address)
    candidates = address_candidates(address)
    if not candidates:
        raise UsageError(
            f"{address}: this is no address; type one such as https://www.example.org/story.html"
        )
    url = candidates[0]
    theirs = (source for source in archive.config.sources if source.home and same_site(source.home, url))
    source = next(theirs, None) or SourceConfig(id=SAVED, title="Saved pages")
    return Look(source=source, url=url, held=archive.catalog.find(url))


async def find_sources(
    archive: Archive, addresses: Sequence[str], *, environ: Mapping[str, str]
) -> list[Found]:
    """Return what there is to follow at each address.

    Raises:
        UsageError: One of them holds a password.
    """
    config = archive.config
    for address in addresses:
        check_typed(address)
    known = {address: followed_as(address, config.sources) for address in addresses}
    # A person waits for this: one more try serves a passing fault, five would serve a mistyped name.
    settings = replace(
        client_settings(config, environ), retries=min(config.fetch.retries, TRIES_WHILE_ADDING)
    )
    async with Client(settings, memory=TransientMemory()) as client:
        with _counted(client, archive.state, SystemClock()):
            fresh = await Adding(client).find_all(
                [address for address in addresses if known[address] is None]
            )
    found = {one.address: one for one in fresh}
    return [
        Found(address=address, source=known[address], is_followed=True) if known[address] else found[address]
        for address in addresses
    ]
