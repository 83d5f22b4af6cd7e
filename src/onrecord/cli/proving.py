"""The command that makes a proof for strangers: prove."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.app import ArchiveOption, JsonOption, app, named_article, opened
from onrecord.cli.terminal import complain, plural, say, say_json
from onrecord.errors import UsageError
from onrecord.keys import Keyring
from onrecord.pipeline.report import utc_now
from onrecord.store.files import storage_errors


@app.command(name="prove", epilog="Example: onrecord prove l3wih3tpwfx2")
def prove_command(
    article: Annotated[str, typer.Argument(metavar="ID|URL", help="An article, by its id or any address.")],
    dest: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A new file; else ID.proof.zip, here.", show_default=False),
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Write what the archive holds of an article, and since when, into a file that a stranger can check."""
    from onrecord.pipeline.run import sign_and_stamp
    from onrecord.proof import prove

    with opened(archive_dir, write=True) as archive:
        held = named_article(archive, article)
        place = dest or Path(f"{held.id}.proof.zip")
        if place.exists():
            raise UsageError(f"{place}: there is a file of this name; name a new one")
        if place.resolve().is_relative_to(archive.root.resolve()):
            raise UsageError(f"{place}: this is in the archive; name a place outside of it")
        _, unstamped = asyncio.run(sign_and_stamp(archive, os.environ, daily=False))
        proof = prove(archive, held, Keyring(os.environ), now=utc_now())
    with storage_errors(place), place.open("xb") as file:
        file.write(proof.data)
    if unstamped:
        complain(f"without a new time stamp: {unstamped}")
    if as_json:
        say_json(
            {
                "id": held.id,
                "file": str(place.resolve()),
                "bytes": len(proof.data),
                "files": proof.files,
                "captures": proof.captures,
                "lines": proof.lines,
                "stamps": proof.stamps,
                "signed_at": f"{proof.signed_at:%Y-%m-%dT%H:%M:%SZ}",
                "fingerprint": proof.fingerprint,
            }
        )
        return
    parts = f"{plural(proof.files, 'file')}, {plural(proof.captures, 'capture')}, {plural(proof.lines, 'ledger line')}"
    if proof.stamps:
        parts += f", {plural(proof.stamps, 'time stamp')}"
    say(f"{place}: {parts}, signed at {proof.signed_at:%Y-%m-%d %H:%M} UTC.")
    say("Whoever gets it runs check.py, which lies in it, and reads README.txt.")
    say(f"Tell them by another way that your key is {proof.fingerprint}")
