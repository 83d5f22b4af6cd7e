"""Commands for the lists of feeds that readers exchange: opml import, opml export."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord import config as settings
from onrecord.archive import Archive, Step
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import complain, plural, say, say_json
from onrecord.config import SourceConfig, source_id_for
from onrecord.errors import UsageError
from onrecord.ledger import Event
from onrecord.model import Problem, SourceId
from onrecord.pipeline.report import utc_now
from onrecord.urls import host_of, lookup_key

if TYPE_CHECKING:
    from onrecord.feeds.opml import OpmlFeed, OpmlList

NOT_ALL = 9

#: What a person must know of what a list holds and we do not follow; the rest is told with --json.
_TOLD = {
    "opml-too-many-feeds": "not followed: the list is too long",
    "opml-without-address": "not followed: this is no address of a feed",
    "opml-include-not-followed": "not followed: this is another list; import it by itself",
    "opml-credentials": "followed without the user name and password in it",
}

opml = typer.Typer(
    help="Bring and take lists of feeds, as other readers do.",
    epilog="Example: onrecord opml import subscriptions.opml",
    no_args_is_help=True,
)
app.add_typer(opml, name="opml")


@opml.command(name="import", epilog="Example: onrecord opml import subscriptions.opml")
def import_command(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="An OPML list; - reads standard input.")],
    archive_dir: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Follow the feeds of a list. No server is asked until the next round."""
    from onrecord.feeds.opml import parse

    found = parse(_body(file))
    if not found.outlines and not found.pages:
        raise UsageError(f"{file}: {_why_empty(found)}")
    with opened(archive_dir, write=True) as archive:
        new, followed = _follow(archive, found.outlines)
    told = [one for one in found.problems if one.code in _TOLD]
    if as_json:
        say_json(_as_json(found, new, followed))
    else:
        _say_imported(found, new, followed, told)
    if found.pages or told:
        raise typer.Exit(NOT_ALL)


def _body(file: str) -> bytes:
    from onrecord.feeds.opml import MAX_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: can't be read ({error.strerror}); name an OPML file, or -") from error


def _why_empty(found: OpmlList) -> str:
    codes = {one.code for one in found.problems}
    if "opml-too-large" in codes:
        return "larger than 8 MiB, which no list of feeds is"
    if "opml-not-a-list" in codes:
        return "this is no OPML list; export one from your reader"
    return "this list names no feed"


def _follow(
    archive: Archive, feeds: Sequence[OpmlFeed]
) -> tuple[list[SourceConfig], list[tuple[OpmlFeed, SourceId]]]:
    """Write the feeds that are new into the settings, each as a source; return them, and those held before."""
    sources = archive.config.sources
    known = {_key(feed): source.id for source in sources for feed in source.feeds}
    taken = [source.id for source in sources]
    hosts = {host_of(feed) for source in sources for feed in [*source.feeds, source.home or ""]}
    new: list[SourceConfig] = []
    followed: list[tuple[OpmlFeed, SourceId]] = []
    for feed in feeds:
        if (held := known.get(_key(feed.url))) is not None:
            followed.append((feed, held))
            continue
        # The second feed of a site is told apart by its own address, which says more than a number.
        named_by = feed.url if feed.home_url is None or host_of(feed.home_url) in hosts else feed.home_url
        source = SourceConfig(
            id=source_id_for(named_by, taken),
            title=feed.title,
            home=feed.home_url,
            feeds=(feed.url,),
            folder=feed.folder,
        )
        new.append(source)
        known[_key(feed.url)] = source.id
        taken.append(source.id)
        hosts.add(host_of(named_by))
    if new:
        archive.write_config(settings.with_sources(archive.config_text, new))
        archive.commit([_step(source) for source in new], now=utc_now())
    return new, followed


def _key(url: str) -> str:
    return lookup_key(url).rstrip("/")


def _step(source: SourceConfig) -> Step:
    data = {"source": source.id, "home": source.home, "feeds": list(source.feeds), "front_page": False}
    return Step(event=Event.FOLLOWED, data=data)


def _as_json(
    found: OpmlList, new: list[SourceConfig], followed: list[tuple[OpmlFeed, SourceId]]
) -> dict[str, Any]:
    return {
        "title": found.title,
        "new": [
            {"source": one.id, "title": one.title, "url": one.feeds[0], "folder": list(one.folder)}
            for one in new
        ],
        "followed": [{"source": held, "url": feed.url} for feed, held in followed],
        "pages": [{"url": page.url, "title": page.title} for page in found.pages],
        "problems": [{"code": one.code, "detail": one.detail} for one in found.problems],
    }


def _say_imported(
    found: OpmlList,
    new: list[SourceConfig],
    followed: list[tuple[OpmlFeed, SourceId]],
    told: list[Problem],
) -> None:
    for source in new:
        say(f"{source.id}: {source.title or source.feeds[0]}: {source.feeds[0]}")
    for feed, held in followed:
        say(f"{held}: followed already: {feed.url}")
    for page in found.pages:
        complain(f"{page.url}: no feed is named; `onrecord add` looks for one")
    for one in told:
        complain(f"{one.detail or 'an outline'}: {_TOLD[one.code]}")
    say(f"{plural(len(new), 'new source')}, {len(followed)} followed already")


@opml.command(name="export", epilog="Example: onrecord opml export subscriptions.opml")
def export_command(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The file to write; else it is printed.", show_default=False),
    ] = None,
    archive_dir: ArchiveOption = None,
) -> None:
    """Write the feeds that are followed as an OPML list."""
    from onrecord.feeds.opml import OpmlFeed, render

    with opened(archive_dir) as archive:
        sources = archive.config.sources
    feeds = [
        OpmlFeed(feed, source.title, source.home, source.folder)
        for source in sources
        for feed in source.feeds
    ]
    written = render(feeds, title="On Record")
    for source in sources:
        if not source.feeds:
            complain(f"{source.id}: left out: it is followed by its front page, and OPML lists feeds")
    if file is None:
        sys.stdout.write(written)
        return
    if file.is_dir():
        raise UsageError(f"{file}: this is a folder; name a file")
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_text(written, "utf-8")
    fresh.replace(file)
    say(f"{file}: {plural(len(feeds), 'feed')}")
