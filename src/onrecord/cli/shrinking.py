"""Commands that take something out of an archive, after asking: prune, forget."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated

import typer

from onrecord import config as settings
from onrecord.archive import Archive, forget, prune
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import counting, plural, say, say_json
from onrecord.errors import ArticleNotHeldError, UsageError
from onrecord.model import ArticleId
from onrecord.pipeline.report import utc_now
from onrecord.store import Listing
from onrecord.text import size_told

YesOption = Annotated[bool, typer.Option("--yes", metavar="", help="Do not ask.")]


def ask(question: str, *, is_sure: bool) -> None:
    """Ask a person before what can't be undone; end the command if they say no.

    Raises:
        UsageError: Nobody is there to be asked.
    """
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked; this can't be undone, so say --yes if it is meant")
    typer.confirm(question, abort=True, err=True)


@app.command(name="prune", epilog="Example: onrecord prune --older-than 104w --dry-run")
def prune_command(
    archive_dir: ArchiveOption = None,
    *,
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="90d, 104w; else what prune_after in onrecord.toml says.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Change nothing; tell what would be left out.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Leave out the payloads of old captures. Documents and pictures stay, and are the truth from then on."""
    with opened(archive_dir, write=True) as archive:
        age = _age(archive, older_than)
        now = utc_now()
        if not dry_run:
            what = f"Leave out what servers sent before {now - age:%Y-%m-%d}? Documents and pictures stay."
            ask(what, is_sure=yes)
        with counting("segments") as progress:
            report = prune(archive, before=now - age, now=now, is_trial=dry_run, progress=progress)
    if as_json:
        said = {"segments": report.segments, "payloads": report.payloads, "saved": report.saved}
        say_json({**said, "before": f"{now - age:%Y-%m-%dT%H:%M:%SZ}", "dry_run": dry_run})
        return
    would = "would be " if dry_run else ""
    counts = f"{plural(report.payloads, 'payload')} of {plural(report.segments, 'segment')}"
    say(f"{counts} {would}left out; {size_told(report.saved)} {'would be ' if dry_run else ''}saved.")


def _age(archive: Archive, older_than: str | None) -> timedelta:
    if older_than is None:
        if archive.config.prune_after is None:
            what = "say how old with --older-than 104w, or with prune_after under [archive] in onrecord.toml"
            raise UsageError(f"captures are kept for ever; {what}")
        return archive.config.prune_after
    age = settings.duration(older_than)
    if age is None or age < timedelta(days=1):
        raise UsageError(f"--older-than {older_than}: write a time of a day or more, such as 90d or 104w")
    return age


@app.command(name="forget", epilog='Example: onrecord forget xuk5f7k4lgsg --reason "ruling 12 O 34/24"')
def forget_command(
    wanted: Annotated[
        str,
        typer.Argument(metavar="ID|URL|SOURCE", help="An article's id, or an address of it; or a source."),
    ],
    archive_dir: ArchiveOption = None,
    *,
    reason: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Why; it stays in the ledger.", show_default=False),
    ] = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Delete an article, or all of a source, with pictures and captures; a tombstone stays in the ledger."""
    with opened(archive_dir, write=True) as archive:
        ids, name = _chosen(archive, wanted)
        question = f"Delete {name}, with its pictures and captures? This can't be undone."
        ask(question, is_sure=yes)
        with counting("segments") as progress:
            report = forget(archive, ids, reason=reason, now=utc_now(), progress=progress)
        is_followed = any(one.id == wanted and not one.paused for one in archive.config.sources)
    if as_json:
        said = {"articles": report.articles, "files": report.files, "captures": report.captures}
        say_json({**said, "lists": report.lists})
        return
    told = f"{plural(report.files, 'file')} and {plural(report.captures, 'captured record')} deleted"
    if report.lists:
        told += f", {plural(report.lists, 'list')} that named them emptied"
    say(f"{plural(len(report.articles), 'article')} forgotten: {told}.")
    say(
        "The ledger keeps their addresses and digests. Exports, mirrors and backups made before still hold them."
    )
    if is_followed:
        say(
            f"{wanted} is still followed: what it publishes from now on is kept, unless it is set to paused = true."
        )


def _chosen(archive: Archive, wanted: str) -> tuple[list[ArticleId], str]:
    """Return the articles that are meant, and what to call them."""
    if held := archive.catalog.article(wanted) or archive.catalog.find(wanted):
        return [held.id], f"“{held.headline}”"
    ids = [held.id for held in archive.catalog.articles(Listing(source=wanted))]
    if not ids:
        raise ArticleNotHeldError(wanted)
    return ids, f"all {plural(len(ids), 'article')} of {wanted}"
