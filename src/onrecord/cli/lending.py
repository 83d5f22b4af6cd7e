"""The command that lends a source the cookies of a person's own subscription: cookies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import plural, say, say_json
from onrecord.config import SourceConfig
from onrecord.errors import SourceNotFoundError, UsageError


@app.command(name="cookies", epilog="Example: onrecord cookies paper.example ~/cookies.txt")
def cookies_command(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="Whose subscription; else all are listed.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A cookies.txt that only you can read (chmod 600).", show_default=False
        ),
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    forget: Annotated[
        bool, typer.Option("--forget", metavar="", help="Take back what was lent to SOURCE.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Lend a source the cookies of your own subscription. They stand outside the archive, and in no record."""
    from onrecord.fetch import cookies

    with opened(archive_dir) as archive:
        sources, root = archive.config.sources, archive.root
    place = cookies.folder(os.environ)
    if source is None:
        _list(sources, place, root, as_json=as_json)
        return
    chosen = next((one for one in sources if one.id == source), None)
    if chosen is None:
        raise SourceNotFoundError(source)
    path = place / f"{chosen.id}.txt"
    if forget:
        was_lent = path.exists()
        path.unlink(missing_ok=True)
        count, told = 0, f"{chosen.id}: {'taken back' if was_lent else 'nothing was lent'}"
    elif file is None:
        raise UsageError(f"{source}: name the file: onrecord cookies {source} FILE (or --forget)")
    else:
        count = _lend(chosen, file, path, root)
        told = f"{chosen.id}: {plural(count, 'cookie')} lent; {file} is not needed any more"
    if as_json:
        say_json({"source": chosen.id, "cookies": count, "told": told})
    else:
        say(told)


def _lend(source: SourceConfig, file: Path, path: Path, root: Path) -> int:
    """Keep the cookies of *file* that are of the source's own site; return how many."""
    from onrecord.fetch import cookies
    from onrecord.pipeline.run import own_site

    sites = own_site(source)
    chosen = list(cookies.own(cookies.read(file, archive=root), sites))
    if not chosen:
        raise UsageError(
            f"{file}: holds no cookie of {', '.join(sites)} that has not expired; log in there first"
        )
    if path.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{path}: cookies would stand in the archive; set XDG_CONFIG_HOME to another folder")
    cookies.write(path, chosen)
    return len(chosen)


def _list(sources: tuple[SourceConfig, ...], place: Path, root: Path, *, as_json: bool) -> None:
    """Tell which sources are lent cookies, and never which ones."""
    from onrecord.fetch import cookies

    paths = [(one.id, place / f"{one.id}.txt") for one in sources]
    rows = [
        {"source": name, "cookies": len(cookies.read(path, archive=root)), "file": str(path)}
        for name, path in paths
        if path.exists()
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        say(f"{row['source']}: {plural(int(str(row['cookies'])), 'cookie')} lent ({row['file']})")
    if not rows:
        say("no source is lent cookies")
