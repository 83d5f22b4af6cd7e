"""Commands that write an archive out again: export."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord.archive import Archive
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.changing import KindOption, WeightOption, check_kinds, check_source
from onrecord.cli.terminal import counting, plural, say, say_json
from onrecord.config import ExportConfig
from onrecord.errors import UsageError
from onrecord.pipeline.report import utc_now
from onrecord.publish.captures import CaptureReport
from onrecord.publish.changes import write_feed
from onrecord.publish.git import GitReport, commit_and_push
from onrecord.publish.legacy import LegacyPictures, LegacySettings
from onrecord.publish.legacy import export as write_legacy
from onrecord.publish.mirror import legacy_rows
from onrecord.store import ChangeListing
from onrecord.text import size_told

NOT_PUSHED = 9
#: Changes in a feed: a reader that asks once a day misses none of them.
IN_FEED = 200

export = typer.Typer(
    help="Write the archive out in another form.",
    epilog="Example: onrecord export legacy ../mirror",
    no_args_is_help=True,
)
app.add_typer(export, name="export")


def export_all(archive: Archive) -> list[dict[str, Any]]:
    """Write the exports that the settings name; return what to say of each."""
    return [_export(archive, one) for one in archive.config.export]


def _export(archive: Archive, one: ExportConfig) -> dict[str, Any]:
    dest = archive.root / one.dest
    if one.kind == "changes":
        return _changes(archive, dest, listing=ChangeListing(limit=IN_FEED), reserved=one.reserved)
    return _legacy(archive, dest, pictures=LegacyPictures(one.pictures), git=one.git, reserved=one.reserved)


@export.command(name="legacy", epilog="Example: onrecord export legacy ../mirror --git")
def legacy(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", help="The folder to write; only what changed is written.")
    ],
    archive_dir: ArchiveOption = None,
    *,
    pictures: Annotated[
        LegacyPictures,
        typer.Option(
            help="Where pictures point: as the feed gave them, to the publisher, or to copies beside."
        ),
    ] = LegacyPictures.PROXY,
    git: Annotated[
        bool, typer.Option("--git", metavar="", help="Commit, and push to the remotes that the folder has.")
    ] = False,
    reserved: ReservedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the folder of an hourly Git mirror: one file an article, list pages, an index."""
    with opened(archive_dir) as archive:
        told = _legacy(archive, dest, pictures=pictures, git=git, reserved=reserved)
    if as_json:
        say_json(told)
    else:
        say(told["told"])
    if told["failed"]:
        raise typer.Exit(NOT_PUSHED)


ReservedOption = Annotated[
    bool,
    typer.Option(
        "--reserved", metavar="", help="Write also what publishers ask not to pass on (noarchive, TDM)."
    ),
]


@export.command(name="warc", epilog="Example: onrecord export warc ../replay/collections/news")
def warc(
    dest: Annotated[Path, typer.Argument(metavar="DEST", help="The folder to write, new or empty.")],
    archive_dir: ArchiveOption = None,
    *,
    reserved: ReservedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write all captures as WARC files with every payload in them: a collection that pywb replays."""
    from onrecord.publish.captures import export_warc

    with opened(archive_dir) as archive, counting("segments") as progress:
        report = export_warc(archive, dest, reserved=reserved, progress=progress)
    _say_captures(dest, report, as_json=as_json)


@export.command(name="wacz", epilog="Example: onrecord export wacz ../news.wacz")
def wacz(
    dest: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    archive_dir: ArchiveOption = None,
    *,
    reserved: ReservedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write all captures as one WACZ file, for replay tools that open such."""
    from onrecord.publish.captures import export_wacz

    with opened(archive_dir) as archive, counting("segments") as progress:
        report = export_wacz(archive, dest, reserved=reserved, progress=progress, now=utc_now())
    _say_captures(dest, report, as_json=as_json)


def _say_captures(dest: Path, report: CaptureReport, *, as_json: bool) -> None:
    if as_json:
        say_json({"dest": str(dest), **asdict(report)})
        return
    counts = f"{plural(report.segments, 'segment')}, {plural(report.records, 'record')}"
    told = f"{dest}: {counts}, {size_told(report.size)}"
    if report.missing:
        told += f"; {plural(report.missing, 'picture')} not kept any more"
    if report.left_out:
        told += f"; {plural(report.left_out, 'record')} left out, as their publishers ask (--reserved writes them too)"
    say(told)


@export.command(name="changes", epilog="Example: onrecord export changes ../changes.atom --min-weight 0.7")
def changes(
    dest: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    archive_dir: ArchiveOption = None,
    *,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only this source.")] = None,
    kind: KindOption = None,
    min_weight: WeightOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="At most so many.")] = IN_FEED,
    reserved: ReservedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write an Atom feed of what publishers changed and took away."""
    kinds = check_kinds(kind or [])
    listing = ChangeListing(source=source, kinds=kinds, min_weight=min_weight, limit=limit)
    with opened(archive_dir) as archive:
        check_source(archive, source)
        told = _changes(archive, dest, listing=listing, reserved=reserved)
    if as_json:
        say_json(told)
    else:
        say(told["told"])


def _changes(archive: Archive, dest: Path, *, listing: ChangeListing, reserved: bool) -> dict[str, Any]:
    """Write a feed of changes; return what to say of it."""
    if dest.is_dir():
        raise UsageError(f"{dest}: this is a folder; name a file")
    left: list[str] = []
    is_new = write_feed(archive, dest, listing=listing, reserved=reserved, left=left)
    told = f"{dest}: {'written' if is_new else 'as it was'}"
    if left:
        told += f"; {len(left)} left out, as their publishers ask (--reserved writes them too)"
    return {"dest": str(dest), "written": is_new, "left_out": left, "failed": [], "told": told}


def _legacy(
    archive: Archive, dest: Path, *, pictures: LegacyPictures, git: bool, reserved: bool
) -> dict[str, Any]:
    """Write a legacy folder; return what to say of it."""
    if dest.exists() and not dest.is_dir():
        raise UsageError(f"{dest}: this is a file; name a folder")
    left: list[str] = []
    report = write_legacy(
        legacy_rows(archive, pictures=pictures, reserved=reserved, left=left),
        dest,
        settings=LegacySettings(pictures=pictures),
    )
    told = f"{dest}: {report.new} new, {report.edited} edited, {report.unchanged} as they were"
    if left:
        told += f"; {len(left)} left out, as their publishers ask (--reserved writes them too)"
    if report.kept_readme:
        told += "; README.md is not ours and was left alone"
    pushed = commit_and_push(dest, report.message) if git else GitReport()
    if pushed.commit:
        told += f"; committed {pushed.commit[:10]}"
    if pushed.pushed:
        told += f"; pushed to {', '.join(pushed.pushed)}"
    failed = [f"{one.remote or 'git'}: {one.words}; {one.advice}" for one in pushed.failures]
    return {
        "dest": str(dest),
        "new": report.new,
        "edited": report.edited,
        "unchanged": report.unchanged,
        "left_out": left,
        "commit": pushed.commit,
        "pushed": list(pushed.pushed),
        "failed": failed,
        "told": "; ".join([told, *failed]),
    }
