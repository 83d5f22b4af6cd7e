"""The application: the options that all commands share, and how an archive is found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from onrecord import __version__, archive
from onrecord.archive import Archive
from onrecord.errors import ArticleNotHeldError, NotAnArchiveError
from onrecord.store import HeldArticle

app = typer.Typer(
    name="onrecord",
    help="Keep the news on record: every article of the publications you rely on, in an archive that you own.",
    epilog="Begin with: onrecord init news; cd news; onrecord add cnbc.com; onrecord update. Or: onrecord demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The archive. Else $ONRECORD_ARCHIVE, else the nearest folder upward that is one.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON.")]

_named: dict[str, Path] = {}


def _print_version(value: bool) -> None:  # noqa: FBT001  typer calls it so
    if value:
        typer.echo(f"onrecord {__version__}")
        raise typer.Exit


@app.callback()
def _shared(
    archive_dir: ArchiveOption = None,
    *,
    version: Annotated[  # noqa: ARG001  typer acts on it at once
        bool,
        typer.Option(
            "--version", metavar="", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    _named.clear()
    if archive_dir is not None:
        _named["archive"] = archive_dir


def archive_root(named: Path | None) -> Path:
    """Return the archive's folder: named here, named before the command, in the environment, or upward."""
    given = named or _named.get("archive") or os.environ.get("ONRECORD_ARCHIVE")
    return Path(given) if given else archive.find(Path.cwd())


def archive_root_if_any() -> Path | None:
    """Return the archive's folder where there is one, for commands that do without."""
    try:
        return archive_root(None)
    except NotAnArchiveError:
        return None


def opened(named: Path | None, *, write: bool = False) -> Archive:
    """Return the archive, open."""
    return Archive.open(archive_root(named), write=write)


def named_article(archive: Archive, wanted: str) -> HeldArticle:
    """Return the article that a person means by an id, or by any of its addresses.

    Raises:
        ArticleNotHeldError: None is held.
    """
    held = archive.catalog.article(wanted) or archive.catalog.find(wanted)
    if held is None:
        raise ArticleNotHeldError(wanted)
    return held
