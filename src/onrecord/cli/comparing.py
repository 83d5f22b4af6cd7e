"""The command that compares revisions."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.style import Style
from rich.text import Text

from onrecord.archive import Archive
from onrecord.cli.app import ArchiveOption, app, named_article, opened
from onrecord.cli.terminal import plural, printed, say, say_json
from onrecord.compare import Change, Comparison, compare
from onrecord.errors import UsageError
from onrecord.render import comparison as rendering
from onrecord.store import HeldArticle, HeldRevision

_GONE = Style(color="red", strike=True)
_COME = Style(color="green", underline=True)


class Form(StrEnum):
    """What `diff` prints."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


@app.command(epilog="Example: onrecord diff https://www.example.org/news/story.html 1 3 --format json")
def diff(
    wanted: Annotated[str, typer.Argument(metavar="ID|URL", help="An article's id, or an address of it.")],
    before: Annotated[
        int | None,
        typer.Argument(metavar="[FROM]", min=1, help="A revision; the last but one.", show_default=False),
    ] = None,
    after: Annotated[
        int | None, typer.Argument(metavar="[TO]", min=1, help="A revision; the newest.", show_default=False)
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    form: Annotated[Form, typer.Option("--format", help="text, html or json.")] = Form.TEXT,
) -> None:
    """Show what changed between two revisions, each change with its kind."""
    with opened(archive_dir) as archive:
        held = named_article(archive, wanted)
        one, other = _chosen(archive, held, before, after)
        found = compare(_article(archive, one), _article(archive, other))
    if form is Form.JSON:
        say_json({"id": held.id, "from": _told(one), "to": _told(other), **rendering.to_json(found)})
    elif form is Form.HTML:
        printed.out(rendering.comparison_html(found))
    else:
        _say(held, one, other, found)


def _chosen(
    archive: Archive, held: HeldArticle, before: int | None, after: int | None
) -> tuple[HeldRevision, HeldRevision]:
    known = {one.number: one for one in archive.catalog.revisions(held.id)}
    if held.revision == 1:
        raise UsageError(f"{held.id}: one revision is held of it; there is nothing to compare")
    last = after or held.revision
    first = before or max(last - 1, 1)
    for number in (first, last):
        if number not in known:
            raise UsageError(f"{number}: {held.id} has {plural(held.revision, 'revision')}")
    return known[first], known[last]


def _article(archive: Archive, one: HeldRevision) -> Any:
    return archive.document_at(one.path).revision.article


def _told(one: HeldRevision) -> dict[str, Any]:
    return {"revision": one.number, "captured_at": one.captured_at.isoformat()}


def marked(change: Change) -> Text:
    """Return a change for the terminal: what went and what came, and a little of what stands around."""
    line = Text()
    for piece in rendering.around(change):
        is_shared = piece.is_before and piece.is_after
        # Without colours the brackets tell what went and what came.
        mark = piece.text if is_shared else f"[-{piece.text}-]" if piece.is_before else f"{{+{piece.text}+}}"
        line.append(mark, None if is_shared else _GONE if piece.is_before else _COME)
    return line


def _say(held: HeldArticle, one: HeldRevision, other: HeldRevision, found: Comparison) -> None:
    say(held.headline)
    said = [f"revision {side.number} of {side.captured_at:%Y-%m-%d %H:%M} UTC" for side in (one, other)]
    say(f"{said[0]} → {said[1]}: {plural(len(found.changes), 'change')}")
    for change in found.changes:
        where = f", paragraph {change.paragraph + 1}" if change.paragraph is not None else ""
        say(f"\n{rendering.name_of(change.kind)}{where}")
        line = Text("  ")
        line.append_text(marked(change))
        printed.print(line)
    if not found.changes:
        say("\nNo word was changed: breaks, emphasis or embeds at the most.")
