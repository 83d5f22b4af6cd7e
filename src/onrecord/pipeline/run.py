"""Running: an archive and a client brought together for a round, for saving pages, for watching."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from onrecord.archive import CONFIG, Archive, sign_head
from onrecord.config import SAVED, Config, RoundConfig, SourceConfig
from onrecord.errors import OnRecordError, UsageError
from onrecord.fetch import Client, FetchSettings, Proxies, TransientMemory, cookies
from onrecord.fetch.cookies import Lent
from onrecord.keys import Keyring
from onrecord.pipeline.adding import Adding
from onrecord.pipeline.articles import Kept, Look
from onrecord.pipeline.hosts import StateMemory
from onrecord.pipeline.report import Happening, Listener, News, RoundReport, utc_now
from onrecord.pipeline.round import Round
from onrecord.pipeline.sources import Found, check_typed, chosen_sources, followed_as
from onrecord.pipeline.writing import Writer
from onrecord.schedule import Wishes, after_skipped, is_due, next_round
from onrecord.store import ASKED, FeedRow, SourceRow, State
from onrecord.urls import address_candidates, host_of, same_site

MIB = 1024 * 1024

#: How long `watch` sleeps at the most before it looks at its clock again: a laptop may have slept meanwhile.
WATCH_NAP = 60.0


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
async def _round(
    archive: Archive, environ: Mapping[str, str], tell: Listener, limits: RoundConfig | None = None
) -> AsyncIterator[Round]:
    settings = client_settings(archive.config, environ)
    lent = lent_cookies(archive, environ)
    async with (
        Client(settings, memory=StateMemory(archive.state), lent=lent) as client,
        Writer(archive, now=utc_now) as writer,
        _counted(client, archive.state),
    ):
        yield Round(archive, client, writer, now=utc_now, tell=tell, limits=limits)


@asynccontextmanager
async def _counted(client: Client, state: State) -> AsyncIterator[None]:
    """Keep what was asked of each host, however it ends."""
    try:
        yield
    finally:
        counts = {host: [getattr(one, name) for name in ASKED] for host, one in client.counts.items()}
        state.add_asked(utc_now(), {host: figures for host, figures in counts.items() if any(figures)})


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
    report.unsigned = sign_head(archive, Keyring(environ), now=utc_now()).why_not
    if report.unsigned:
        archive.state.end_round(report.id, report.ended_at or utc_now(), report.as_json())
        if before is None or before[2].get("unsigned") != report.unsigned:
            tell(News(what=Happening.UNSIGNED, source=archive.root.name, reason=report.unsigned))
    return report


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
    async with Client(settings, memory=TransientMemory()) as client, _counted(client, archive.state):
        fresh = await Adding(client).find_all([address for address in addresses if known[address] is None])
    found = {one.address: one for one in fresh}
    return [
        Found(address=address, source=known[address], is_followed=True) if known[address] else found[address]
        for address in addresses
    ]


async def watch(
    archive: Archive,
    names: Sequence[str],
    *,
    environ: Mapping[str, str],
    tell: Listener,
    after_round: Callable[[RoundReport], Awaitable[None]],
) -> None:
    """Run rounds by schedule until cancelled: each source at its own time."""
    wrong: str | None = None
    # A name that is none is told of at once; one that is taken out of the settings later is left out.
    chosen_sources(archive, names)
    while True:
        wrong = reloaded(archive, tell, wrong)
        followed = {source.id for source in archive.config.sources}
        known = [name for name in names if name in followed]
        sources = chosen_sources(archive, known) if known or not names else []
        now = utc_now()
        due = [source for source in sources if is_source_due(archive.state.source(source.id), now=now)]
        if due:
            report = await update(archive, due, recheck=False, environ=environ, tell=tell)
            for source in due:
                if source.id not in report.left:
                    _schedule(archive, source)
            await after_round(report)
        # What a limit left is due at once; a disk that is full is not asked about each second.
        is_cut = bool(due and report.ended_early)
        await asyncio.sleep(WATCH_NAP if is_cut else _nap(archive, sources, utc_now()))


def reloaded(archive: Archive, tell: Listener, wrong: str | None) -> str | None:
    """Read onrecord.toml and the rules again; while they can't be used the former stand. Return what is *wrong*.

    A mistake is told once.
    """
    try:
        archive.reload_config()
        archive.reload_rules()
    except (OnRecordError, OSError) as error:
        if str(error) != wrong:
            tell(News(what=Happening.SETTINGS_WRONG, source=CONFIG, reason=str(error)))
        return str(error)
    return None


def is_source_due(row: SourceRow | None, *, now: datetime) -> bool:
    """Is it time to ask for a source's lists? A row out of the future comes from a clock that has been set back."""
    if row is None or row.next_at is None or (row.checked_at is not None and row.checked_at > now):
        return True
    return is_due(row.next_at, now=now)


def _schedule(archive: Archive, source: SourceConfig) -> None:
    now = utc_now()
    row = archive.state.source(source.id) or SourceRow(id=source.id)
    feeds = archive.state.feeds_of(source.id)
    ttl = max((feed.ttl_minutes or 0 for feed in feeds), default=0)
    at = next_round(
        now,
        archive.config.schedule.every,
        now=now,
        wishes=Wishes(ttl_minutes=ttl or None),
        failures=row.failures,
        jitter=random.random(),  # noqa: S311  it spreads load, it keeps no secret
    )
    archive.state.put(replace(row, next_at=after_skipped(at, *_skips(feeds))))


def _skips(feeds: Sequence[FeedRow]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the hours and the days in which none of a source's lists wants to be asked."""
    told = [json.loads(feed.skips) if feed.skips else ((), ()) for feed in feeds]
    hours, days = (list(map(frozenset, each)) for each in zip(*told, strict=True)) if told else ((), ())
    return (
        frozenset.intersection(*hours) if hours else frozenset(),
        frozenset.intersection(*days) if days else frozenset(),
    )


def _nap(archive: Archive, sources: Sequence[SourceConfig], now: datetime) -> float:
    times = [row.next_at for source in sources if (row := archive.state.source(source.id)) and row.next_at]
    until = min(times, default=now + timedelta(seconds=WATCH_NAP))
    return min(max((until - now).total_seconds(), 1.0), WATCH_NAP)
