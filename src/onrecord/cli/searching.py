"""The command that searches."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.style import Style
from rich.text import Text

from onrecord import config
from onrecord import search as searching
from onrecord.archive import Archive
from onrecord.archive.layout import SEARCH
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import complain, counting, plural, printed, say, say_json
from onrecord.config import SavedSearch
from onrecord.errors import ArchiveLockedError, UsageError
from onrecord.pipeline.report import utc_now
from onrecord.search import Ask, Found, Hit, SearchIndex, Span
from onrecord.search.query import Node
from onrecord.store import HeldArticle
from onrecord.text import body_text

_FACETS = ("source", "month", "author", "lang")
_FACETS_SHOWN = 5
_MATCH = Style(bold=True)


class Sort(StrEnum):
    """The order of what is found."""

    RELEVANCE = "relevance"
    DATE = "date"


@app.command(epilog="Example: onrecord search '总统 headline:峰会 after:2024-05 -source:bbc.com'")
def search(
    query: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUERY",
            help='Words; "a phrase"; OR; - or NOT; ( ); govern*; and fields: headline: author: source: lang:'
            " section: topic: before: after: changed: removed: has:",
            show_default=False,
        ),
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    sort: Annotated[Sort, typer.Option(help="What fits best first, or the newest.")] = Sort.RELEVANCE,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="At most so many.")] = 20,
    skip: Annotated[int, typer.Option(metavar="N", min=0, max=100_000, help="Leave out the first N.")] = 0,
    revisions: Annotated[
        bool, typer.Option("--revisions", metavar="", help="Also what earlier revisions said.")
    ] = False,
    facets: Annotated[
        bool, typer.Option("--facets", metavar="", help="Count by source, month, author, language.")
    ] = False,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Save the query by this name.", show_default=False)
    ] = None,
    saved: Annotated[bool, typer.Option("--saved", metavar="", help="List the saved searches.")] = False,
    forget: Annotated[
        str | None, typer.Option(metavar="NAME", help="Take that saved search out.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Search the archive, Chinese as well as English; save searches, each of which is a feed."""
    asked = " ".join(query or ())
    if saved or forget is not None:
        if asked or save is not None or (saved and forget is not None):
            raise UsageError("--saved and --forget stand alone")
        _list_saved(archive_dir, as_json=as_json) if saved else _forget(archive_dir, forget or "")
        return
    if not asked:
        raise UsageError("nothing is asked for; name a word, or see what is saved with --saved")
    node = searching.parse(asked)
    if save is not None:
        _save(archive_dir, SavedSearch(save, asked))
        return
    ask = Ask(
        node=node,
        limit=limit,
        offset=skip,
        by_date=sort is Sort.DATE,
        with_revisions=revisions,
        facets=_FACETS if facets else (),
    )
    with opened(archive_dir) as archive:
        index = SearchIndex(archive.root / SEARCH)
        try:
            _follow(archive, index)
            found = index.search(ask, now=utc_now())
        finally:
            index.close()
        rows = [row for hit in found.hits if (row := _row(archive, hit, node)) is not None]
    if as_json:
        say_json(_as_json(found, rows))
        return
    _say_rows(found, rows, skip)


def _follow(archive: Archive, index: SearchIndex) -> None:
    try:
        with counting("indexing") as show:
            searching.follow(archive, index, tell=lambda done: show(done, archive.catalog.size()))
    except ArchiveLockedError:
        complain("another process is indexing; what came last may be missing")


def _row(
    archive: Archive, hit: Hit, node: Node
) -> tuple[Hit, HeldArticle, tuple[Span, ...], tuple[Span, ...]] | None:
    """Return a match with its headline and its lines, marked; None where it was forgotten a moment ago."""
    held = archive.catalog.article(hit.id)
    if held is None:
        return None
    place = next(
        (one.path for one in archive.catalog.revisions(held.id) if one.number == hit.revision), held.path
    )
    article = archive.document_at(place).revision.article
    text = " ".join(filter(None, (article.standfirst, body_text(article.blocks))))
    language = article.language
    headline = searching.highlighted(
        article.headline, searching.sought(node, headline=True), language=language
    )
    return (
        hit,
        held,
        headline,
        searching.snippet(text.replace("\n", " "), searching.sought(node), language=language),
    )


_Row = tuple[Hit, HeldArticle, tuple[Span, ...], tuple[Span, ...]]


def _save(archive_dir: Path | None, search: SavedSearch) -> None:
    if not config.is_search_name(search.name):
        raise UsageError(f"--save {search.name}: a name has 1 to 64 characters of one line, and no /")
    with opened(archive_dir, write=True) as archive:
        archive.write_config(config.with_search(archive.config_text, search))
    say(f"{search.name}: saved; as a feed it is /feeds/saved/{quote(search.name)}.atom of `onrecord serve`")


def _forget(archive_dir: Path | None, name: str) -> None:
    with opened(archive_dir, write=True) as archive:
        changed = config.without_search(archive.config_text, name)
        if changed == archive.config_text:
            raise UsageError(
                f"--forget {name}: no search is saved by this name; `onrecord search --saved` lists all"
            )
        archive.write_config(changed)
    say(f"{name}: taken out")


def _list_saved(archive_dir: Path | None, *, as_json: bool) -> None:
    with opened(archive_dir) as archive:
        searches = archive.config.searches
    if as_json:
        say_json([{"name": one.name, "query": one.query} for one in searches])
        return
    for one in searches:
        say(f"{one.name}: {one.query}")
    if not searches:
        say("no search is saved; `onrecord search --save NAME QUERY` saves one")


def _say_rows(found: Found, rows: list[_Row], skip: int) -> None:
    if not rows:
        complain(
            "nothing is held that fits this"
            if not found.total
            else f"only {plural(found.total, 'match', 'matches')}"
        )
        return
    for hit, held, headline, lines in rows:
        day = (held.published or f"{held.first_captured_at:%Y-%m-%d}")[:10]
        marks = f" [revision {hit.revision} of {held.revision}]" if hit.revision < held.revision else ""
        gone = " [gone from its publisher's site]" if held.removed_at else ""
        printed.print(_marked(headline).append(f"{marks}{gone}"))
        say(f"  {held.id}  {day}  {held.source}")
        printed.print(Text("  ") + _marked(lines))
    for name, counts in found.facets.items():
        shown = ", ".join(f"{value} ({count:,})" for value, count in counts[:_FACETS_SHOWN])
        more = f" and {len(counts) - _FACETS_SHOWN} more" if len(counts) > _FACETS_SHOWN else ""
        if shown:
            say(f"by {name}: {shown}{more}")
    last = skip + len(rows)
    complain(f"{skip + 1:,} to {last:,} of {plural(found.total, 'match', 'matches')}")


def _marked(spans: tuple[Span, ...]) -> Text:
    text = Text()
    for span in spans:
        text.append(span.text, _MATCH if span.is_match else None)
    return text


def _as_json(found: Found, rows: list[_Row]) -> dict[str, Any]:
    return {
        "total": found.total,
        "matches": [
            {
                "id": held.id,
                "revision": hit.revision,
                "source": held.source,
                "url": held.url,
                "headline": "".join(span.text for span in headline),
                "published": held.published,
                "first_captured_at": held.first_captured_at.isoformat(),
                "removed_at": held.removed_at.isoformat() if held.removed_at else None,
                "score": hit.score,
                "snippet": [{"text": span.text, "match": span.is_match} for span in lines],
            }
            for hit, held, headline, lines in rows
        ],
        "facets": {
            name: [{"value": value, "count": count} for value, count in counts]
            for name, counts in found.facets.items()
        },
    }
