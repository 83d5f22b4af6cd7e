"""The command that searches."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.style import Style
from rich.text import Text

from onrecord import search as searching
from onrecord.archive import Archive
from onrecord.archive.layout import SEARCH
from onrecord.cli.app import ArchiveOption, JsonOption, app, opened
from onrecord.cli.terminal import complain, counting, plural, printed, say, say_json
from onrecord.errors import ArchiveLockedError
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
        list[str],
        typer.Argument(
            metavar="QUERY",
            help='Words; "a phrase"; OR; - or NOT; ( ); govern*; and fields: headline: author: source: lang:'
            " section: topic: before: after: changed: removed: has:",
        ),
    ],
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
    as_json: JsonOption = False,
) -> None:
    """Search the archive, Chinese as well as English."""
    node = searching.parse(" ".join(query))
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
