"""Commands that need no archive: extract, demo."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord import config as settings
from onrecord.archive import rulebook
from onrecord.cli.app import app, archive_root_if_any
from onrecord.cli.explaining import explanation_json, say_explanation
from onrecord.cli.terminal import complain, printed, say_json
from onrecord.errors import UsageError
from onrecord.model import Article, Extraction, Fetched
from onrecord.pipeline.report import utc_now
from onrecord.pipeline.sources import check_typed
from onrecord.render import json_form
from onrecord.render.document import article_markdown
from onrecord.text import body_text
from onrecord.urls import address_candidates

NOTHING_TO_READ = 9

#: A page larger than this is not read from a file or a pipe: as much as is fetched of one.
MAX_BYTES = 16 * 1024 * 1024


RulesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="Rules for the page's site, before all others. It may be said several times.",
        show_default=False,
    ),
]
CapturedOption = Annotated[
    str | None,
    typer.Option(
        metavar="DAY",
        help="When the page was captured: a site's rules have days. Else today.",
        show_default=False,
    ),
]


class Form(StrEnum):
    """What `extract` prints."""

    JSON = "json"
    MD = "md"


@app.command(epilog="Example: onrecord extract https://www.example.org/news/story.html --format md")
def extract(
    page: Annotated[str, typer.Argument(metavar="FILE|URL|-", help="A page; - reads standard input.")],
    *,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The address of a page that is read from a file or a pipe. Else $PAGE_URL.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="json or md (Markdown).")] = Form.MD,
    as_json: Annotated[bool, typer.Option("--json", metavar="", help="The same as --format json.")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", metavar="", help="Tell where each field came from, and why each line is in or out."
        ),
    ] = False,
    rules: RulesOption = None,
    captured: CapturedOption = None,
) -> None:
    """Read one page, without an archive."""
    from onrecord.extract import explain_page

    book = rulebook(archive_root_if_any(), *(rules or ()))
    body, address, content_type = page_of(page, url or os.environ.get("PAGE_URL"))
    rule = book.rule_for(address, on=captured_at(captured))
    told = explain_page(body, url=address, content_type=content_type, rule=rule)
    extraction = told.extraction
    if extraction.article is None:
        problems = "; ".join(f"{one.code} {one.detail}".strip() for one in extraction.problems)
        complain(f"{page}: nothing here reads like an article{': ' + problems if problems else ''}")
        if as_json or form is Form.JSON:
            why = explanation_json(told) if explain else {}
            say_json({"title": None, "text": "", "problems": _problems(extraction)} | why)
        elif explain:
            say_explanation(told)
        raise typer.Exit(NOTHING_TO_READ)
    if as_json or form is Form.JSON:
        why = explanation_json(told) if explain else {}
        say_json(_as_json(extraction, extraction.article) | why)
    elif explain:
        say_explanation(told)
    else:
        printed.out(article_markdown(extraction.article), end="")


def page_of(page: str, url: str | None) -> tuple[bytes, str, str | None]:
    """Return a page's bytes, its address, and its Content-Type."""
    if page == "-":
        return _limited(sys.stdin.buffer.read(MAX_BYTES + 1), page), url or "https://page.invalid/", None
    place = Path(page)
    if not place.is_file():
        check_typed(page)
    if place.is_file() or not address_candidates(page):
        try:
            with place.open("rb") as file:
                return _limited(file.read(MAX_BYTES + 1), page), url or "https://page.invalid/", None
        except OSError as error:
            raise UsageError(
                f"{page}: can't be read ({error.strerror}); name a file, an address, or -"
            ) from error
    return asyncio.run(_fetched(address_candidates(page)))


def captured_at(day: str | None) -> datetime:
    """Return the moment that --captured names, or now."""
    if day is None:
        return utc_now()
    try:
        return datetime.combine(date.fromisoformat(day), time(12), UTC)
    except ValueError as error:
        raise UsageError(f"{day}: no day; write it as 2024-05-17") from error


def _limited(body: bytes, page: str) -> bytes:
    if len(body) > MAX_BYTES:
        raise UsageError(f"{page}: larger than {MAX_BYTES // 1024 // 1024} MiB, which no article's page is")
    return body


async def _fetched(candidates: tuple[str, ...]) -> tuple[bytes, str, str | None]:
    from onrecord.fetch import Client, TransientMemory, decoded_body
    from onrecord.pipeline.pictures import reason_of, reasons_told
    from onrecord.pipeline.run import client_settings

    config = settings.parse(settings.INITIAL, "onrecord.toml")
    reasons: dict[str, str] = {}
    async with Client(client_settings(config, os.environ), memory=TransientMemory()) as client:
        for url in candidates:
            outcome = await client.fetch(url, kind="page")
            if isinstance(outcome, Fetched):
                final = outcome.final
                return decoded_body(final).body, final.url, final.header("content-type")
            reasons[url] = reason_of(outcome)[0]
    raise UsageError(f"nothing was fetched: {reasons_told(reasons)}")


def _as_json(extraction: Extraction, article: Article) -> dict[str, Any]:
    # The names that extraction benchmarks use stand beside the model's own.
    return json_form.to_json(article) | {
        "title": article.headline,
        "date": str(article.published_at) if article.published_at else None,
        "text": body_text(article.blocks),
        "images": [picture.url for picture in article.pictures],
        "next_page": extraction.next_page,
        "single_page": extraction.single_page,
        "problems": _problems(extraction),
    }


def _problems(extraction: Extraction) -> list[dict[str, str]]:
    return [{"code": one.code, "detail": one.detail, "where": one.where} for one in extraction.problems]


@app.command(epilog="Example: onrecord demo")
def demo(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Where the archive is made; a new temporary folder if not said."),
    ] = None,
    *,
    serve: Annotated[
        bool, typer.Option("--serve", metavar="", help="Show what came of it in a browser, until Ctrl-C.")
    ] = False,
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="With --serve: 0 takes any that is free.")
    ] = 0,
) -> None:
    """Follow three small made-up publications and a wire for two days, without a network."""
    from onrecord.cli.demonstration import play, show_in_browser

    root = folder or Path(tempfile.mkdtemp(prefix="onrecord-demo-")) / "news"
    play(root)
    if serve:
        show_in_browser(root, port=port)
