"""The command that checks an archive: verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.archive import CONFIG, Scope, verify
from onrecord.archive.layout import STATE
from onrecord.cli.app import ArchiveOption, JsonOption, app, archive_root, opened
from onrecord.cli.reading import say_pruned
from onrecord.cli.terminal import complain, counting, plural, say, say_json
from onrecord.errors import NotAnArchiveError, StorageError, UsageError
from onrecord.store import State

DAMAGED = 10
MIB = 1024 * 1024


@app.command(name="verify", epilog="Example: onrecord verify; onrecord verify --sample 10")
def verify_command(
    archive_dir: ArchiveOption = None,
    *,
    sample: Annotated[
        float | None,
        typer.Option(
            "--sample",
            metavar="PERCENT",
            min=0.01,
            max=100,
            help="Read only so much of the bytes: what was not read for the longest time.",
            show_default=False,
        ),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", metavar="", help="Read only what was never read, or was put in since.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check every file against the ledger, and the ledger against itself."""
    if sample is not None and new:
        raise UsageError("--sample and --new each choose what is read; name one of them")
    root = archive_root(archive_dir)
    if not (root / CONFIG).is_file():
        what = "this folder is no archive: it has no onrecord.toml; make one with `onrecord init DIR`"
        raise NotAnArchiveError(str(root), what)
    scope = Scope(share=(sample or 100) / 100, only_new=new)
    memory = _memory(root)
    try:
        with counting("MiB") as progress:
            found = verify(
                root,
                scope=scope,
                memory=memory,
                progress=lambda done, total: progress(done // MIB, -(-total // MIB)),
            )
            damages = list(found)
    finally:
        if memory:
            memory.close()
    if as_json:
        say_json([{"path": one.path, "kind": one.kind, "what": one.what} for one in damages])
    else:
        for one in damages:
            say(f"{one.path}: {one.what}")
        if damages:
            complain(f"{plural(len(damages), 'damage')} found")
        else:
            say(
                "All files are as they were put in."
                if scope.is_whole
                else "What was read is as it was put in."
            )
            with opened(archive_dir) as archive:
                say_pruned(archive.catalog.without_capture())
    if damages:
        raise typer.Exit(DAMAGED)


def _memory(root: Path) -> State | None:
    """Return the archive's state, which remembers what was read; None where it can't be written to."""
    try:
        state = State(root / STATE)
    except StorageError:
        return None
    if state.is_sealed:
        state.close()
        return None
    return state
