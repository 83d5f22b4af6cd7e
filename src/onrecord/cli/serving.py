"""The command that shows the archive in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from onrecord.cli.app import ArchiveOption, app, archive_root
from onrecord.cli.terminal import say


@app.command(epilog="Example: onrecord serve --port 8421")
def serve(
    archive_dir: ArchiveOption = None,
    *,
    port: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, max=65535, help="0: any that is free.", show_default="8420"),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Another than this machine's needs a user.", show_default="localhost"
        ),
    ] = None,
) -> None:
    """Show the archive in a browser, until Ctrl-C."""
    from onrecord import reader

    reader.serve(archive_root(archive_dir), host=host, port=port, ready=_say_address)


def _say_address(address: str) -> None:
    say(f"The archive can be read at {address} (Ctrl-C ends this)")
