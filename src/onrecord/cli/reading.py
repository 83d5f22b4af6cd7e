"""Commands that read an archive: list, show, status; and those that read it anew: rebuild, re-extract."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from onrecord.archive import Archive, sizes
from onrecord.archive.rows import article_row, moment, revision_row
from onrecord.cli.app import ArchiveOption, JsonOption, app, archive_root, named_article, opened
from onrecord.cli.courtesy import courtesy_json, say_courtesy
from onrecord.cli.gaps import coverage_json, gap_json, gap_told, say_coverage
from onrecord.cli.lists import followed_lists, list_json, list_told
from onrecord.cli.terminal import complain, counting, plural, printed, say, say_json, say_row
from onrecord.config import SAVED
from onrecord.dates import from_iso
from onrecord.errors import SourceNotFoundError, UsageError
from onrecord.gaps import GapKind
from onrecord.model import Document, KeptPicture, Picture
from onrecord.pipeline.coverage import Coverage, coverage_of, current_lists
from onrecord.pipeline.report import utc_now
from onrecord.render import document as documents
from onrecord.render import html, json_form, plain
from onrecord.render import removal as removals
from onrecord.store import HeldArticle, Listing, WalkCount
from onrecord.text import size_told

#: Reasons that `status` prints for a source before it counts the rest; `--json` has them all.
REASONS_SHOWN = 20


class Form(StrEnum):
    """What `show` prints."""

    MD = "md"
    HTML = "html"
    TEXT = "text"
    JSON = "json"


@app.command(
    name="list", epilog="Example: onrecord list --source cn.nytimes.com --since 2024-05-01 --author Pierson"
)
def list_command(
    archive_dir: ArchiveOption = None,
    *,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only this source.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Published from this day on (2024, 2024-05 or 2024-05-17); captured, where no day is stated.",
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Published before this day.")] = None,
    language: Annotated[
        str | None, typer.Option(metavar="TAG", help="Only this language: en, zh, zh-Hant.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what somebody of this name wrote.")
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", metavar="", help="Only what its publisher no longer has.")
    ] = False,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="At most so many.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what is held, newest first."""
    listing = Listing(
        source=source,
        since=day(since, "--since"),
        until=day(until, "--until"),
        language=language,
        author=author,
        removed=removed,
        limit=limit,
    )
    with opened(archive_dir) as archive:
        rows = [article_row(archive, held) for held in archive.catalog.articles(listing)]
        known = {*archive.catalog.counts(), *(one.id for one in archive.config.sources)}
    if source is not None and source not in known:
        raise SourceNotFoundError(source)
    if as_json:
        say_json(rows)
        return
    if not rows:
        is_chosen = removed or any(value is not None for value in (source, since, until, language, author))
        complain(
            "no article is held that fits this"
            if is_chosen
            else "no article is held yet; `onrecord update` brings them"
        )
    width = max((len(row["source"]) for row in rows), default=0)
    for row in rows:
        marks = "".join(
            [
                f" [revision {row['revision']}]" if row["revision"] > 1 else "",
                _gone(row) if row["removed_at"] else "",
            ]
        )
        shown = (row["published"] or row["first_captured_at"])[:10]
        say_row((row["id"], 12), (shown, 10), (row["source"], width), rest=f"{row['headline']}{marks}")


def _gone(row: dict[str, Any]) -> str:
    """Return the mark of what its publisher no longer has: since when, and whether that is sure."""
    doubt = ", suspected" if row["removal_state"] == "suspected" else ""
    return f" [gone from its publisher's site since {row['removed_at'][:10]}{doubt}]"


def day(text: str | None, option: str) -> datetime | None:
    """Return the begin of the day, month or year that an option names.

    Raises:
        UsageError: It names none.
    """
    if text is None:
        return None
    claimed = from_iso(text)
    if claimed is None:
        raise UsageError(f"{option} {text}: this is no date; write it as 2024-05-17")
    return claimed.at


@app.command(epilog="Example: onrecord show https://cn.nytimes.com/world/20240517/putin-xi-china-russia/")
def show(
    wanted: Annotated[str, typer.Argument(metavar="ID|URL", help="An article's id, or an address of it.")],
    archive_dir: ArchiveOption = None,
    *,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="md: the document; html: a page; text, which is the default; json."),
    ] = None,
    revision: Annotated[int | None, typer.Option(metavar="N", min=1, help="An older revision.")] = None,
) -> None:
    """Show an article."""
    with opened(archive_dir) as archive:
        held = named_article(archive, wanted)
        document = _revision(archive, held, revision)
        form = form or Form.TEXT
        if form is Form.TEXT:
            say(plain.article_text(document, width=min(printed.width, 90)))
            if removal := archive.catalog.removal(held.id):
                say(removals.text(removal))
        elif form is Form.MD:
            printed.out(documents.write(document), end="")
        elif form is Form.HTML:
            root = archive_root(archive_dir).resolve()
            printed.out(
                html.article_html(document, picture_src=lambda kept, picture: _src(root, kept, picture)),
                end="",
            )
        else:
            removal = archive.catalog.removal(held.id)
            told: dict[str, Any] = {"removal": removals.to_json(removal) if removal else None}
            told |= {"revisions": [revision_row(one) for one in archive.catalog.revisions(held.id)]}
            say_json(json_form.to_json(document) | told)


def _src(root: Path, kept: KeptPicture | None, picture: Picture) -> str:
    return (root / kept.path).as_uri() if kept and kept.path else picture.url


def _revision(archive: Archive, held: HeldArticle, number: int | None) -> Document:
    if number is None or number == held.revision:
        return archive.document(held)
    for one in archive.catalog.revisions(held.id):
        if one.number == number:
            return archive.document_at(one.path)
    raise UsageError(f"--revision {number}: {held.id} has {plural(held.revision, 'revision')}")


@app.command(epilog="Example: onrecord status --gaps --since 2024-05-01 --until 2024-06-01")
def status(
    archive_dir: ArchiveOption = None,
    *,
    gaps: Annotated[
        bool,
        typer.Option(
            "--gaps",
            metavar="",
            help="Tell whether each source is known without a gap, and from when to when.",
        ),
    ] = False,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="With --gaps: from this day on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="With --gaps: before this day.")] = None,
    courtesy: Annotated[
        bool,
        typer.Option("--courtesy", metavar="", help="Tell what each host was asked, and how it answered."),
    ] = False,
    size: Annotated[bool, typer.Option("--size", metavar="", help="Tell what takes the space.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell what is followed, what is held, and what is missing, each with its reason."""
    from onrecord import hooks

    begin, end = day(since, "--since"), day(until, "--until")
    if (begin or end) and not gaps:
        raise UsageError("--since and --until narrow --gaps down; name that too")
    if gaps + courtesy + size > 1:
        raise UsageError("--gaps, --courtesy and --size are questions of their own; ask one at a time")
    if size:
        _say_sizes(archive_root(archive_dir), as_json=as_json)
        return
    with opened(archive_dir) as archive:
        if courtesy:
            hosts = courtesy_json(archive)
            (say_json if as_json else say_courtesy)(hosts)
            return
        counts = archive.catalog.counts()
        ids = [*(source.id for source in archive.config.sources), *(one for one in counts)]
        if gaps:
            names = dict.fromkeys(name for name in ids if name != SAVED)
            _say_gaps(
                [coverage_of(archive, name, since=begin, until=end) for name in names],
                since=begin,
                until=end,
                as_json=as_json,
            )
            return
        followed = followed_lists(archive)
        sources = [_source_status(archive, name, counts, followed) for name in dict.fromkeys(ids)]
        last = archive.state.last_round()
        place = str(archive_root(archive_dir).resolve())
        waiting = hooks.waiting(archive)
    if as_json:
        began, ended, report = last or (None, None, {})
        told = {"began_at": moment(began), "ended_at": moment(ended), **report} if last else None
        say_json({"archive": place, "last_round": told, "sources": sources, "hooks": waiting})
        return
    if sources:
        _print_status(sources)
    else:
        say("No publication is followed yet; name one with `onrecord add ADDRESS`.")
    if last is None:
        say("No round has been run yet; `onrecord update` runs one.")
    else:
        ended_text = f"ended {moment(last[1])}" if last[1] else "did not end: it was stopped or is under way"
        say(f"Last round: began {moment(last[0])}, {ended_text}.")
    for one in waiting:
        if one["waiting"] or one["given_up"]:
            counted = f"{one['waiting']} waiting, {one['given_up']} given up"
            say(f"hook {one['hook']}: {counted}{': ' + one['reason'] if one['reason'] else ''}")


def _say_sizes(root: Path, *, as_json: bool) -> None:
    found, by_source = sizes(root)
    if as_json:
        parts = [{"what": one.what.strip(), "files": one.files, "bytes": one.size} for one in found]
        say_json({"parts": parts, "documents_by_source": by_source})
        return
    whole = sum(one.size for one in found if one.files) or 1
    for one in found:
        files = plural(one.files, "file") if one.files else ""
        say(f"{one.what:34} {files:>14} {size_told(one.size):>10} {one.size / whole:5.0%}")
    say(f"{'all of it':34} {plural(sum(one.files for one in found), 'file'):>14} {size_told(whole):>10}")


def _say_gaps(
    found: list[Coverage], *, since: datetime | None, until: datetime | None, as_json: bool
) -> None:
    if as_json:
        say_json([coverage_json(one) for one in found])
        return
    for one in found:
        say_coverage(one, since=since, until=until)
    if not found:
        say("No publication is followed yet; name one with `onrecord add ADDRESS`.")


def _source_status(archive: Archive, name: str, counts: Any, followed: frozenset[str]) -> dict[str, Any]:
    row = archive.state.source(name)
    open_gaps = archive.catalog.gaps(name)
    held = counts.get(name, {})
    missing = [
        {"article": article.id, "url": url, "reason": reason}
        for article in archive.catalog.articles(Listing(source=name))
        for url, path, reason in archive.catalog.pictures(article.id)
        if path is None
    ]
    return {
        "source": name,
        "title": next((one.title for one in archive.config.sources if one.id == name), None),
        "followed": any(one.id == name for one in archive.config.sources) or name == SAVED,
        "articles": held.get("articles", 0),
        "revisions": held.get("revisions", 0),
        "removed": held.get("removed", 0),
        "gone": [_gone_status(one) for one in archive.catalog.articles(Listing(source=name, removed=True))],
        "pictures": held.get("pictures", 0),
        "checked_at": moment(row.checked_at) if row else None,
        "failures": row.failures if row else 0,
        "reason": row.reason if row else None,
        "lists": [list_json(archive, feed, followed) for feed in current_lists(archive, name)],
        "not_kept": [
            {"url": entry.url, "headline": entry.headline, "outcome": entry.outcome, "reason": entry.reason}
            for entry in archive.state.entries_not_kept(name)
        ],
        "pictures_missing": missing,
        "enclosures_missing": [
            {"article": article, "url": url, "reason": reason}
            for article, url, reason in archive.catalog.enclosures_missing(name)
        ],
        "gaps": [gap_json(gap) for gap in open_gaps],
        "backfill": _went_back(archive.state.walked(name)),
    }


def _gone_status(held: HeldArticle) -> dict[str, Any]:
    return {
        "article": held.id,
        "url": held.url,
        "headline": held.headline,
        "removed_at": moment(held.removed_at),
        "state": held.removal_state,
        "reason": held.removal,
    }


def _went_back(count: WalkCount | None) -> dict[str, Any] | None:
    return {**asdict(count), "since": moment(count.since)} if count else None


def _print_status(sources: list[dict[str, Any]]) -> None:
    # With a source's name of 20 characters this is 80 columns wide; a longer one is broken.
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", overflow="fold")
    for name in ("articles", "revisions", "gone", "pictures", "not\nkept", "gaps", "checked"):
        table.add_column(name, justify="right", no_wrap=True)
    now = utc_now()
    for one in sources:
        table.add_row(
            one["source"],
            str(one["articles"]),
            str(one["revisions"]),
            str(one["removed"]),
            f"{one['pictures']} of {one['pictures'] + len(one['pictures_missing'])}",
            str(len(one["not_kept"])),
            str(len(one["gaps"])),
            _age(now, one["checked_at"]),
        )
    printed.print(table, soft_wrap=False)
    for one in sources:
        if one["reason"]:
            say(f"\n{one['source']} failed {plural(one['failures'], 'time')} in a row: {one['reason']}")
        if (back := one["backfill"]) and (back["to_read"] or back["queued"]):
            lists = f"{plural(back['read'], 'list')} read, {back['to_read']} to read"
            found = f"{plural(back['found'], 'older article')} found, {back['queued']} to ask for"
            found += f", {back['missed']} not kept" if back["missed"] else ""
            say(f"\n{one['source']} goes back to {back['since'][:10]}: {lists}; {found}")
        told = [line for row in one["lists"] for line in list_told(row, known=one["reason"])]
        told += [gap_told(row) for row in one["gaps"] if row["kind"] != GapKind.ENTRY]
        told += [f"not kept: {row['url']}\n    {row['reason']}" for row in one["not_kept"]]
        told += [f"picture missing: {row['url']}\n    {row['reason']}" for row in one["pictures_missing"]]
        told += [f"enclosure missing: {row['url']}\n    {row['reason']}" for row in one["enclosures_missing"]]
        for row in one["gone"]:
            since = f"{row['state'] or 'suspected'} since {row['removed_at'][:10]}"
            told.append(f"gone: {row['headline']}\n    {since}: {row['reason']}")
        if told:
            say(f"\n{one['source']}")
        for line in told[:REASONS_SHOWN]:
            say(f"  {line}")
        if len(told) > REASONS_SHOWN:
            say(f"  and {len(told) - REASONS_SHOWN} more: `onrecord status --json` has them all")


def _age(now: datetime, at: str | None) -> str:
    """Return how long ago *at* was, for a narrow column: "12m ago"."""
    if at is None:
        return "never"
    minutes = int((now - datetime.fromisoformat(at)).total_seconds()) // 60
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes}m ago"
    return f"{minutes // 60}h ago" if minutes < 48 * 60 else f"{minutes // 60 // 24}d ago"


@app.command(epilog="Example: onrecord rebuild")
def rebuild(archive_dir: ArchiveOption = None) -> None:
    """Make the index again from the files."""
    with opened(archive_dir, write=True) as archive:
        count = archive.rebuild()
        held = sum(one["articles"] for one in archive.catalog.counts().values())
        pruned = archive.catalog.without_capture()
    say(f"The index was made again from {plural(count, 'ledger line')}: {plural(held, 'article')}.")
    say_pruned(pruned)


def say_pruned(count: int) -> None:
    """Say where documents stand alone."""
    if count:
        say(
            f"{plural(count, 'revision')} stand without a capture (`onrecord prune`): the document is the truth."
        )


@app.command(name="re-extract", epilog="Example: onrecord re-extract")
def re_extract(
    archive_dir: ArchiveOption = None,
    *,
    source: Annotated[str | None, typer.Option(help="Only this source.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Read all captures again with today's reader. No server is asked, no revision is added."""
    from onrecord.pipeline.rereading import reread_all

    with opened(archive_dir, write=True) as archive, counting("revisions") as progress:
        report = reread_all(archive, source=source, progress=progress)
    if as_json:
        told = {"read": report.read, "changed": report.changed, "pruned": report.pruned}
        say_json({**told, "failures": report.failures})
        return
    say(f"{plural(report.read, 'revision')} read again, {plural(report.changed, 'document')} written anew.")
    say_pruned(report.pruned)
    for failure in report.failures:
        complain(failure)
