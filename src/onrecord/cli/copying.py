"""Commands that move an archive: to another folder, to another format."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from onrecord.archive import CONFIG, back_up, migrate
from onrecord.cli.app import ArchiveOption, JsonOption, app, archive_root
from onrecord.cli.terminal import counting, plural, say, say_json
from onrecord.errors import NotAnArchiveError
from onrecord.text import size_told


@app.command(name="backup", epilog="Example: onrecord backup /media/disk/news")
def backup_command(
    dest: Annotated[Path, typer.Argument(metavar="DEST", help="A new or empty folder, or the last backup.")],
    archive_dir: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Copy the archive, while a round may run; only what is new is copied, and each copy is checked."""
    root = archive_root(archive_dir)
    if not (root / CONFIG).is_file():
        raise NotAnArchiveError(str(root), "this folder is no archive: it has no onrecord.toml")
    with counting("files") as progress:
        report = back_up(root, dest, progress=progress)
    if as_json:
        say_json({"dest": str(dest), **asdict(report)})
        return
    told = f"{dest}: {plural(report.copied, 'file')} copied and checked ({size_told(report.size)})"
    if report.deleted:
        told += f", {report.deleted} deleted that the archive no longer has"
    say(f"{told}; {plural(report.files, 'file')} in all, up to ledger line {report.lines}.")


@app.command(name="migrate", epilog="Example: onrecord migrate")
def migrate_command(archive_dir: ArchiveOption = None) -> None:
    """Bring an archive of an older format to the newest. Back it up first."""
    was, now = migrate(archive_root(archive_dir))
    if was == now:
        say(f"The archive is of format {now}, the newest there is; nothing was changed.")
    else:
        say(f"The archive was of format {was}, and is of format {now} now.")
