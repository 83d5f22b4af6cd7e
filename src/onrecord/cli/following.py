"""Commands that follow publications: init, add, update, watch, save."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord import archive as archives
from onrecord import config as settings
from onrecord.archive import Archive, Step
from onrecord.cli.app import ArchiveOption, JsonOption, app, archive_root, opened
from onrecord.cli.exporting import export_all
from onrecord.cli.reading import day
from onrecord.cli.terminal import complain, listening, plural, say, say_json
from onrecord.errors import OnRecordError, UsageError
from onrecord.keys import Keyring
from onrecord.ledger import Event
from onrecord.pipeline.report import HookReport, RoundReport, utc_now
from onrecord.pipeline.sources import Found, chosen_sources, lister_of, named

SOME_SOURCE_FAILED = 9
#: What else an address leads to is shown up to this many lines.
OFFERS_SHOWN = 8


@app.command(epilog="Example: onrecord init news")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")] = Path(),
) -> None:
    """Make an archive. Safe to repeat."""
    is_new = archives.create(folder, now=utc_now())
    place = folder.resolve()
    if is_new:
        say(
            f"An archive is in {place}. Name your publications with `onrecord add`, then run `onrecord update`."
        )
        _say_key(folder)
    else:
        say(f"{place} is an archive already; nothing was changed.")


def _say_key(folder: Path) -> None:
    """Make the archive's key, and say where it is; without one all works but signing."""
    keyring = Keyring(os.environ)
    with Archive.open(folder, write=True) as archive:
        try:
            key = archives.ensure_key(archive, keyring, now=utc_now())
        except OnRecordError as error:
            complain(f"no key was made to sign the ledger with: {error}")
            return
    if keyring.given() is None:
        say(f"Its key, which signs its ledger, is {keyring.place_of(key.id)}. Keep a copy of it elsewhere.")


@app.command(epilog="Example: onrecord add cnbc.com https://cn.nytimes.com/rss/")
def add(
    addresses: Annotated[
        list[str],
        typer.Argument(
            metavar="ADDRESS", help="A home page, a section, a feed or a sitemap; - reads a list, one a line."
        ),
    ],
    archive_dir: ArchiveOption = None,
    *,
    backfill: Annotated[
        str | None,
        typer.Option(
            metavar="SINCE",
            help="Look for what they published since this day too, such as 2024-05; `update` goes on with it.",
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Follow publications: find their feeds and write them into onrecord.toml."""
    from onrecord.pipeline import backfill as backfills
    from onrecord.pipeline.run import find_sources

    since = day(backfill, "--backfill")
    wanted = [address for address in _expanded(addresses) if address]
    with opened(archive_dir, write=True) as archive:
        found = asyncio.run(find_sources(archive, wanted, environ=os.environ))
        told = [follow(archive, one) for one in found]
        for source in archive.config.sources if since else ():
            if since and any(one["source"] == source.id for one in told):
                backfills.begin(archive, source, since)
        pace = archive.config.schedule.backfill
    if as_json:
        say_json(told)
    else:
        for one in told:
            say_found(one)
            if since and one["source"]:
                say(
                    f"  goes back to {since:%Y-%m-%d}: `onrecord update` asks for {pace} older articles an hour"
                )
    if any(one["source"] is None for one in told):
        raise typer.Exit(SOME_SOURCE_FAILED)


def _expanded(addresses: list[str]) -> list[str]:
    """Return the addresses, those on standard input in place of "-"."""
    expanded: list[str] = []
    for address in addresses:
        if address == "-":
            lines = (
                line.split("#")[0].strip() if line.startswith("#") else line.strip() for line in sys.stdin
            )
            expanded += [line for line in lines if line]
        else:
            expanded.append(address)
    return list(dict.fromkeys(expanded))


def follow(archive: Archive, found: Found) -> dict[str, Any]:
    """Write one found source into the settings, if it is new; return what to say of it."""
    source = found.source
    is_new, same = False, None
    if source is not None and not found.is_followed:
        theirs = {source.home, *source.feeds} - {None}
        known = archive.config.sources
        twin = next((one for one in known if {one.home, *one.feeds} & theirs), None)
        if twin is None and (lister := lister_of(found, archive)):
            twin = next(one for one in known if one.id == lister)
            same = f"all that it lists comes from {lister} already"
        source = twin or named(found, [one.id for one in archive.config.sources])
        is_new = twin is None
    if is_new and source is not None:
        archive.write_config(settings.with_source(archive.config_text, source))
        data = {"source": source.id, "home": source.home, "feeds": list(source.feeds)}
        step = Step(event=Event.FOLLOWED, data={**data, "front_page": source.front_page})
        archive.commit([step], now=utc_now())
    return {
        "address": found.address,
        "source": source.id if source else None,
        "title": source.title if source else None,
        "home": source.home if source else None,
        "feeds": list(source.feeds) if source else [],
        "front_page": bool(source and source.front_page),
        "kinds": list(found.kinds),
        "entries": found.entries,
        "new": is_new,
        "reason": found.reason or same,
        "offers": [asdict(one) for one in found.offers],
    }


def say_found(one: dict[str, Any]) -> None:
    """Print what an address turned out to be."""
    if one["source"] is None:
        complain(f"{one['address']}: nothing to follow: {one['reason']}")
    elif not one["new"]:
        why = f": {one['reason']}" if one["reason"] else ""
        say(f"{one['source']}: followed already{why}; nothing was changed")
    else:
        lists = ", ".join([*one["feeds"], *(["the links on its front page"] if one["front_page"] else [])])
        counted = f"{'/'.join(one['kinds'])}, {plural(one['entries'], 'entry', 'entries')}"
        say(f"{one['source']}: {one['title'] or one['home']}: {lists} ({counted})")
        for offer in one["offers"][:OFFERS_SHOWN]:
            what = " ".join([offer["kind"], *([offer["language"]] if offer["language"] else [])])
            say(f"  not followed: {what}: {offer['url']}{f'  {title}' if (title := offer['title']) else ''}")
        if more := len(one["offers"][OFFERS_SHOWN:]):
            say(f"  and {more} more (--json lists them)")


@app.command(name="update", epilog="Example: onrecord update; onrecord update cn.nytimes.com --recheck")
def update_command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Only these; all if none is named.", show_default=False),
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    recheck: Annotated[
        bool,
        typer.Option(
            "--recheck",
            metavar="",
            help="Look again at every article first captured in the last 30 days, due or not.",
        ),
    ] = False,
    fill: Annotated[
        bool,
        typer.Option("--fill", metavar="", help="Look for what the gaps that are known may have swallowed."),
    ] = False,
    max_time: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="TIME",
            help='End after this time, such as "20m"; what is left comes first in the next round.',
            show_default=False,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run one round: keep what is new, look again at what is due."""
    from onrecord import hooks
    from onrecord.pipeline.run import update

    limit = settings.duration(max_time) if max_time is not None else None
    if max_time is not None and limit is None:
        raise UsageError(f"--for {max_time}: this is no time; write it as 20m or 1h30m")
    with opened(archive_dir, write=True) as archive:
        chosen = chosen_sources(archive, sources or [])
        if not chosen:
            complain("no publication is followed yet; name one with `onrecord add ADDRESS`")
            return
        hooks.begin(archive)
        with listening(quiet=as_json) as tell:
            report = asyncio.run(
                update(
                    archive,
                    chosen,
                    recheck=recheck,
                    fill=fill,
                    max_time=limit,
                    environ=os.environ,
                    tell=tell,
                )
            )
        exported = export_all(archive)
        hooks.queue(archive)
        hooked = asyncio.run(hooks.deliver(archive, environ=os.environ))
    _say_round(report, as_json=as_json, exported=exported, hooked=hooked)
    if report.failed or report.is_disk_low or hooked.failed or any(one.get("failed") for one in exported):
        raise typer.Exit(SOME_SOURCE_FAILED)


def _say_round(
    report: RoundReport, *, as_json: bool, exported: list[dict[str, Any]], hooked: HookReport
) -> None:
    if as_json:
        told = report.as_json() | ({"exported": exported} if exported else {})
        hooks = {"told": hooked.told, "failed": hooked.failed}
        say_json(told | ({"hooks": hooks} if hooked.told or hooked.failed else {}))
        return
    failed = (f"{source} failed: {reason}" for source, reason in report.failed.items())
    say("; ".join([", ".join(_counted(report)), *failed]))
    if report.ended_early:
        looks = sum(report.left.values())
        rest = f"{plural(len(report.left), 'source')}, {plural(looks, 'article')} among them to look at"
        say(f"The round ended early: {report.ended_early}. What is left comes first in the next one: {rest}.")
    for one in exported:
        say(one["told"])
    for name, count in hooked.told.items():
        say(f"hook {name}: {plural(count, 'change')} told")
    for name, reason in hooked.failed.items():
        complain(f"hook {name}: {reason}; it is tried again")


def _counted(report: RoundReport) -> list[str]:
    """Return what a round brought, each part in words."""
    counts = report.counts
    parts = [
        (counts["revised"], f"{counts['revised']} revised"),
        (counts["removed"], f"{counts['removed']} gone from its publisher's site"),
        (counts["restored"], f"{counts['restored']} back again"),
        (counts["completed"], f"{counts['completed']} completed with what was missing"),
        (1, plural(counts["picture"], "picture")),
        (counts["picture-missing"], f"{counts['picture-missing']} missing"),
        (counts["enclosure"], plural(counts["enclosure"], "enclosure")),
        (counts["enclosure-missing"], f"{plural(counts['enclosure-missing'], 'enclosure')} missing"),
        (counts["gap"], f"{plural(counts['gap'], 'gap')} found (`onrecord status` says where)"),
        (counts["filled"], f"{plural(counts['filled'], 'gap')} filled"),
        (counts["not-kept"], f"{counts['not-kept']} not kept (`onrecord status` says why)"),
    ]
    return [plural(counts["new"], "new article"), *(words for count, words in parts if count)]


@app.command(name="watch", epilog="Example: onrecord watch")
def watch_command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Only these; all if none is named.", show_default=False),
    ] = None,
    archive_dir: ArchiveOption = None,
) -> None:
    """Run rounds by schedule until stopped with Ctrl-C."""
    from onrecord import hooks
    from onrecord.pipeline.watching import Watch

    with opened(archive_dir, write=True) as archive, listening() as tell:
        hooks.begin(archive)
        limit: str | None = None  # that the round before was ended by: it is told once

        async def after_round(report: RoundReport) -> None:
            nonlocal limit
            exported = export_all(archive) if report.brought_news else []
            hooks.queue(archive)
            hooked = await hooks.deliver(archive, environ=os.environ)
            is_cut = report.ended_early is not None and report.ended_early != limit
            limit = report.ended_early
            gaps = report.counts["gap"] + report.counts["filled"]
            if report.brought_news or gaps or is_cut or hooked.told or hooked.failed:
                _say_round(report, as_json=False, exported=exported, hooked=hooked)

        watch = Watch(archive, sources or [], environ=os.environ, tell=tell, after_round=after_round)
        asyncio.run(watch.run())


@app.command(epilog="Example: onrecord save https://www.example.org/news/story.html")
def save(
    urls: Annotated[list[str], typer.Argument(metavar="URL", help="Pages to keep.")],
    archive_dir: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Keep single pages, now."""
    from onrecord.pipeline.run import save_pages

    with opened(archive_dir, write=True) as archive:
        with listening(quiet=as_json) as tell:
            kept = asyncio.run(save_pages(archive, urls, environ=os.environ, tell=tell))
        rows = []
        for url, one in zip(urls, kept, strict=True):
            held = archive.catalog.article(one.article_id) if one.article_id else None
            path = str(archive_root(archive_dir) / held.path) if held else None
            rows.append({"url": url, "id": one.article_id, "path": path, "reason": one.reason})
    if as_json:
        say_json(rows)
    else:
        for row in rows:
            say(f"{row['id']}  {row['path']}" if row["id"] else f"{row['url']}: not kept: {row['reason']}")
    if any(row["id"] is None for row in rows):
        raise typer.Exit(SOME_SOURCE_FAILED)
