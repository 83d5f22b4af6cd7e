"""The command that tells what publishers changed and took away."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from onrecord import changes as telling
from onrecord.archive import Archive
from onrecord.changes import Told
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.comparing import marked
from onrecord.cli.reading import day
from onrecord.cli.terminal import complain, printed, say, say_json
from onrecord.compare import Kind
from onrecord.errors import SourceNotFoundError, UsageError
from onrecord.store import ChangeListing

#: What `--kind` takes beside the kinds of edits.
BESIDE_EDITS = ("removed", "restored")

KindOption = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="KIND", help="Only this kind: headline, number, removed …; repeatable."),
]
WeightOption = Annotated[
    float | None,
    typer.Option("--min-weight", metavar="W", min=0, max=1, help="Only what weighs this much, 0 to 1."),
]


def check_kinds(kinds: list[str]) -> tuple[str, ...]:
    """Return the kinds that were asked for.

    Raises:
        UsageError: One of them is none.
    """
    known = (*(kind.value for kind in Kind), *BESIDE_EDITS)
    for kind in kinds:
        if kind not in known:
            raise UsageError(f"--kind {kind}: this is no kind of change; known are {', '.join(known)}")
    return tuple(kinds)


def check_source(archive: Archive, source: str | None) -> None:
    """Raise SourceNotFoundError if nothing is followed or held under this name."""
    known = {*archive.catalog.counts(), *(one.id for one in archive.config.sources)}
    if source is not None and source not in known:
        raise SourceNotFoundError(source)


@app.command(
    epilog="Example: onrecord changes --since 2024-05-01 --kind headline --kind removed --min-weight 0.7"
)
def changes(
    archive_dir: ArchiveOption = None,
    *,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only this source.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Seen on this day or later.")] = None,
    kind: KindOption = None,
    min_weight: WeightOption = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Tell what publishers changed and what they took away, newest first."""
    listing = ChangeListing(
        source=source,
        since=day(since, "--since"),
        kinds=check_kinds(kind or []),
        min_weight=min_weight,
        limit=limit,
    )
    with opened(archive_dir) as archive:
        check_source(archive, source)
        if not archive.catalog.knows_all_changes():
            complain("an earlier version made the index, and did not note changes: run `onrecord rebuild`")
        found = list(telling.told(archive, listing))
        if as_json:
            say_json([telling.to_json(archive, one) for one in found])
            return
    if not found:
        complain("nothing that fits this has been changed or taken away")
    for one in found:
        _say(one)


def _say(one: Told) -> None:
    say(f"{one.change.at:%Y-%m-%d %H:%M}  {one.weight:.2f}  {one.held.source}  {telling.line(one)}")
    headline = one.document.revision.article.headline if one.document else one.held.headline
    revision = f"  revision {one.change.revision}" if one.change.revision else ""
    say(f"  {one.held.id}{revision}  {headline}")
    if one.comparison and one.comparison.changes:
        line = Text("  ")
        line.append_text(marked(one.comparison.changes[0]))
        printed.print(line)
