"""The command that checks an archive: verify."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord.archive import CONFIG, Damage, Mended, Scope, verify
from onrecord.archive.layout import DAMAGED as DAMAGED_FOLDER
from onrecord.archive.layout import STATE
from onrecord.cli.app import ArchiveOption, JsonOption, app, archive_root, opened
from onrecord.cli.reading import say_pruned
from onrecord.cli.terminal import complain, counting, plural, say, say_json
from onrecord.errors import NotAnArchiveError, StorageError, UsageError
from onrecord.store import State

DAMAGED = 10
MIB = 1024 * 1024


@app.command(
    name="verify", epilog="Example: onrecord verify; onrecord verify --sample 10; onrecord verify --repair"
)
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
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", metavar="", help="Mend what is damaged from what is left; say what can't be."
        ),
    ] = False,
    backup: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="BACKUP", help="With --repair: a backup to take bytes from.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check every file against the ledger, and the ledger against itself; mend what is damaged."""
    if sample is not None and new:
        raise UsageError("--sample and --new each choose what is read; name one of them")
    if backup and not repair:
        raise UsageError("--from names a backup to mend from; say --repair with it")
    root = archive_root(archive_dir)
    if not (root / CONFIG).is_file():
        what = "this folder is no archive: it has no onrecord.toml; make one with `onrecord init DIR`"
        raise NotAnArchiveError(str(root), what)
    scope = Scope(share=(sample or 100) / 100, only_new=new)
    damages = _damages(root, scope)
    done = _repaired(root, damages, backup) if repair and damages else []
    left = [one for one in done if one.source is None] if repair else damages
    if as_json:
        say_json(_as_json(done) if repair else [asdict(one) for one in damages])
    elif repair and damages:
        _say_repaired(done)
    else:
        _say_damages(damages, scope)
        if not damages:
            with opened(archive_dir) as archive:
                say_pruned(archive.catalog.without_capture())
    if left:
        raise typer.Exit(DAMAGED)


def _damages(root: Path, scope: Scope) -> list[Damage]:
    memory = _memory(root)
    try:
        with counting("MiB") as progress:
            found = verify(
                root,
                scope=scope,
                memory=memory,
                progress=lambda done, total: progress(done // MIB, -(-total // MIB)),
            )
            return list(found)
    finally:
        if memory:
            memory.close()


def _say_damages(damages: list[Damage], scope: Scope) -> None:
    for one in damages:
        say(f"{one.path}: {one.what}")
    if damages:
        complain(
            f"{plural(len(damages), 'damage')} found; `onrecord verify --repair` mends what can be mended"
        )
    else:
        say("All files are as they were put in." if scope.is_whole else "What was read is as it was put in.")


def _repaired(root: Path, damages: list[Damage], backup: Path | None) -> list[Mended]:
    from onrecord.pipeline.repairing import repair
    from onrecord.pipeline.run import client_of

    client = partial(client_of, environ=os.environ)
    with counting("damages") as progress:
        return asyncio.run(repair(root, damages, client_of=client, backup=backup, progress=progress))


def _say_repaired(done: list[Mended]) -> None:
    for one in done:
        say(f"{one.damage.path}: {'mended' if one.source else 'NOT mended'}: {one.what}")
    count = sum(one.source is not None for one in done)
    told = f"{plural(len(done), 'damage')}, {count} mended"
    if count:
        told += f"; what stood there before is in {DAMAGED_FOLDER}/, and may be deleted"
    if count < len(done):
        complain(told)
    else:
        say(f"{told}.")


def _as_json(done: list[Mended]) -> list[dict[str, Any]]:
    return [{**asdict(one.damage), "what": one.what, "mended": one.source} for one in done]


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
