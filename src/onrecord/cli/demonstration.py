"""The demo: bundled publications on loopback, followed for two days through the real code."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from onrecord import archive as archives
from onrecord.archive import Archive, verify
from onrecord.cli.following import follow, say_found
from onrecord.cli.terminal import listening, plural, printed, say
from onrecord.demo.expected import addresses, expected
from onrecord.demo.server import DemoServer, running
from onrecord.errors import UsageError
from onrecord.pipeline.report import utc_now
from onrecord.pipeline.run import find_sources, update
from onrecord.pipeline.sources import chosen_sources
from onrecord.render import plain
from onrecord.store import Listing

#: The demo's hosts are on this machine: nobody is spared by a long pause. One of them asks for a second all the same.
QUICK = "format = 1\n\n[fetch]\npage_pause = 0.05\npicture_pause = 0.02\n"


def play(root: Path) -> None:
    """Make an archive in *root*, follow the bundled publications into it, and tell of it.

    Raises:
        UsageError: There is an archive: made-up articles do not belong into a person's own.
    """
    if not archives.create(root, now=utc_now()):
        raise UsageError(f"{root}: an archive is there already; name a new folder for the demo")
    with running() as server:
        # None of the person's own proxies; their folder for keys, so that `prove` works on what the demo made.
        own = {name: os.environ[name] for name in ("XDG_CONFIG_HOME",) if name in os.environ}
        environ = {**own, "http_proxy": server.proxy_url, "https_proxy": server.proxy_url}
        with Archive.open(root, write=True) as archive:
            archive.write_config(QUICK)
            say(
                "Publications that exist nowhere else are served on this machine. They are added as a person would:\n"
            )
            found = asyncio.run(find_sources(archive, addresses(), environ=environ))
            for one in found:
                say_found(follow(archive, one))
            _play(archive, server, 1, environ)
            _play(archive, server, 1, environ, again=True)
            _play(archive, server, 2, environ)
            _tell_edits(archive)
            _tell_removals(archive)
            _show(archive)
    damages = list(verify(root))
    say(
        f"\n{'All files are as they were put in.' if not damages else plural(len(damages), 'damage') + ' found'}"
    )
    say(f"The archive is in {root.resolve()}: look at its articles/ with any editor, or try\n")
    say(f"  onrecord list --archive {root}\n  onrecord status --archive {root}")


def _play(
    archive: Archive, server: DemoServer, day: int, environ: dict[str, str], *, again: bool = False
) -> None:
    server.day = day
    begun = len(server.log)
    say(f"\nDay {day}{', an hour later: each page is asked whether it has changed' if again else ''}\n")
    with listening() as tell:
        sources = chosen_sources(archive, [])
        report = asyncio.run(update(archive, sources, recheck=again or day > 1, environ=environ, tell=tell))
    asked = server.log[begun:]
    same = sum(row.status == 304 for row in asked)
    counts = report.counts
    parts = [
        f"{plural(counts['new'], 'new article')}, {counts['revised']} revised, {counts['removed']} gone",
        f"{plural(counts['picture'], 'picture')} kept, {counts['picture-missing']} refused or missing",
        f"{plural(len(asked), 'request')}, {same} answered “not modified”",
    ]
    say(f"\n{'; '.join(parts[2:] if again else parts)}.")


def _tell_edits(archive: Archive) -> None:
    say("\nWhat was changed after publication, and is on record in both wordings:\n")
    for edit in expected().edits_on(2):
        held = archive.catalog.find(edit.url)
        if held and held.revision > 1:
            say(f"  {held.headline}\n    {edit.kind}: {_short(edit.before)} → {_short(edit.after)}")


def _short(words: str, limit: int = 60) -> str:
    return "(nothing)" if not words else words if len(words) <= limit else words[: limit - 1] + "…"


def _tell_removals(archive: Archive) -> None:
    say("\nWhat its publisher took away, and the archive still holds:\n")
    for held in archive.catalog.articles(Listing()):
        if held.removed_at:
            say(f"  {held.headline} ({held.removal})")


def _show(archive: Archive) -> None:
    url = next(article.url for article in expected().articles if article.original_url)
    held = archive.catalog.find(url)
    if held:
        say(f"\nOne of them, as `onrecord show {held.id}` prints it:\n")
        say(plain.article_text(archive.document(held), width=min(printed.width, 80)))
