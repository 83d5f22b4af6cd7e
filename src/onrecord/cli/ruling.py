"""Commands about rules for a site: which there are, whether they hold, what one finds on a page."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord.archive import Archive, rulebook
from onrecord.cli.app import ArchiveOption, JsonOption, app, archive_root, archive_root_if_any
from onrecord.cli.commands import CapturedOption, RulesOption, captured_at, page_of
from onrecord.cli.terminal import complain, plural, say, say_json
from onrecord.errors import ConfigError, NotAnArchiveError, UsageError
from onrecord.extract import SiteRule, read_page
from onrecord.fetch import decoded_body
from onrecord.model import Article, Extraction, Figure, Paragraph
from onrecord.sites import Rulebook, RuleFile, RuleTest
from onrecord.text import body_text
from onrecord.urls import address_candidates, host_of, lookup_key

NOT_ALL = 9

#: Characters of a value that `rules try` prints.
SHOWN = 200
#: What `rules try` tells of an article, in its order; "body" is counted.
TOLD = (
    *("headline", "kicker", "standfirst", "byline", "authors", "published_at", "modified_at", "section"),
    *("language", "credits", "corrections", "translations"),
)

rules = typer.Typer(
    help="Rules for a site: list them, check them, try them on a page.",
    epilog="Example: onrecord rules try page.html --url https://www.example.org/news/story.html",
    no_args_is_help=True,
)
app.add_typer(rules, name="rules")


@dataclass(frozen=True, slots=True)
class _Held:
    """A page with what it was read with."""

    body: bytes
    url: str
    content_type: str | None
    at: datetime


@rules.command(name="list", epilog="Example: onrecord rules list www.bbc.com")
def list_command(
    host: Annotated[
        str | None,
        typer.Argument(metavar="HOST|URL", help="Only rules for this host.", show_default=False),
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the rules that count here, the first that counts first."""
    book = rulebook(archive_root(archive_dir) if archive_dir else archive_root_if_any())
    if host is None:
        files: Iterable[RuleFile] = book.all_files()
    else:
        addresses = address_candidates(host)
        files = book.files_for(host_of(addresses[0]) if addresses else host)
    found = list(files)
    if as_json:
        say_json([_file_as_json(file) for file in found])
        return
    for file in found:
        if file.same_as is not None:
            say(f"{file.host}  as {file.same_as}  {file.path}")
        for rule in file.rules:
            say(f"{rule.name}  {_scope(rule)}{', '.join(_named(rule))}  {file.path}")
    if not found:
        where = f" for {host}" if host else ""
        complain(
            f"there is no rule{where}; the reader reads by itself (docs/SITES.md tells how to write one)"
        )


def _scope(rule: SiteRule) -> str:
    """Return what a rule is limited to, and two spaces, or nothing."""
    days = [f"until {rule.until}"] if rule.until else []
    told = [*days, *rule.paths]
    return f"{' '.join(told)}  " if told else ""


def _named(rule: SiteRule) -> list[str]:
    places = [name for name in ("body", "strip", "caption", "credit") if getattr(rule, name)]
    return [*rule.fields, *places]


def _file_as_json(file: RuleFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "host": file.host,
        "publication": file.publication,
        "same_as": file.same_as,
        "rules": [
            {
                "name": rule.name,
                "mark": rule.mark,
                "since": rule.since,
                "until": rule.until,
                "paths": list(rule.paths),
                "finds": _named(rule),
            }
            for rule in file.rules
        ],
        "problems": [{"code": one.code, "detail": one.detail, "where": one.where} for one in file.problems],
    }


# ---------------------------------------------------------------- check


@rules.command(name="check", epilog="Example: onrecord rules check sites/harbourpost.example.toml")
def check_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Files of rules; else those of the archive.", show_default=False),
    ] = None,
    archive_dir: ArchiveOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Check rules: mistakes, what is not followed, and whether the test sentences are found on pages that are held."""
    root = archive_root(archive_dir) if archive_dir else archive_root_if_any()
    if root is None and not files:
        raise UsageError("name the files to check, or an archive with --archive")
    checked, mistakes = _files(root, files or [])
    held = _opened(root)
    try:
        told = [(file, list(_tests(file, held))) for file in checked]
    finally:
        if held is not None:
            held.close()
    if as_json:
        say_json(
            [_file_as_json(file) | {"tests": [_test_as_json(one) for one in tests]} for file, tests in told]
        )
    elif told or mistakes:
        _say_checked(told)
    else:
        say("There are no rules of your own here; docs/SITES.md tells how to write one.")
    for mistake in mistakes:
        complain(str(mistake))
    if mistakes:
        raise typer.Exit(ConfigError.exit_code)
    if any(result is False for _, tests in told for _, _, result in tests):
        raise typer.Exit(NOT_ALL)


def _files(root: Path | None, files: Sequence[Path]) -> tuple[list[RuleFile], list[ConfigError]]:
    """Return the files to check that can be read, and what is wrong with the others."""
    from onrecord.archive.rules import own_shelves

    book = Rulebook(own_shelves(None if files else root, *files))
    read: list[RuleFile] = []
    wrong: list[ConfigError] = []
    for number, shelf in enumerate(book.shelves):
        for name in sorted(shelf.paths):
            try:
                read.append(book.file(number, name))
            except ConfigError as error:
                wrong.append(error)
    return read, wrong


def _opened(root: Path | None) -> Archive | None:
    """Return the archive to look for test pages in, if there is one."""
    if root is None:
        return None
    try:
        return Archive.open(root)
    except NotAnArchiveError:
        return None


_Result = tuple[SiteRule, RuleTest, bool | None]  #: None: the page is not held


def _tests(file: RuleFile, held: Archive | None) -> Iterator[_Result]:
    """Yield each test with whether its sentence is found."""
    for rule, tests in zip(file.rules, file.tests, strict=True):
        for test in tests:
            page = _held_page(held, test.url) if held is not None and test.sentence else None
            yield rule, test, _is_found(page, rule, test) if page else None


def _is_found(page: _Held, rule: SiteRule, test: RuleTest) -> bool:
    article = read_page(page.body, url=page.url, content_type=page.content_type, rule=rule).article
    return article is not None and (test.sentence or "") in body_text(article.blocks)


def _held_page(archive: Archive, wanted: str) -> _Held | None:
    """Return the newest capture of an article, by its id or an address."""
    article = archive.catalog.find(wanted) or archive.catalog.article(wanted)
    newest = archive.catalog.revisions(article.id)[-1] if article else None
    if article is None or newest is None or newest.record is None:
        return None
    record = archive.record(newest.record)
    exchange = record.exchange()
    return _Held(
        decoded_body(exchange).body, record.url or article.url, newest.media_type, exchange.requested_at
    )


def _test_as_json(result: _Result) -> dict[str, Any]:
    rule, test, is_found = result
    return {"rule": rule.name, "url": test.url, "sentence": test.sentence, "found": is_found}


def _say_checked(told: Sequence[tuple[RuleFile, list[_Result]]]) -> None:
    counts = {True: 0, False: 0, None: 0}
    for file, tests in told:
        lines = [f"  {one.where or 'file'}: {one.code}: {one.detail}" for one in file.problems]
        for rule, test, is_found in tests:
            counts[is_found] += test.sentence is not None
            if is_found is False:
                lines.append(f"  {rule.name}: not found on {test.url}: {test.sentence}")
            elif is_found is None and test.sentence and file.path.endswith(".toml"):
                lines.append(
                    f"  {rule.name}: no page to try: `onrecord save {test.url}`, or `onrecord rules try`"
                )
        if lines:
            say("\n".join([file.path, *lines]))
    count = sum(len(file.rules) for file, _ in told)
    say(
        f"{plural(len(told), 'file')}, {plural(count, 'rule')}; test sentences: {counts[True]} found, "
        f"{counts[False]} not found, {counts[None]} without a page here"
    )


# ---------------------------------------------------------------- try


@rules.command(
    name="try", epilog="Example: onrecord rules try page.html --url https://www.example.org/news/story.html"
)
def try_command(
    page: Annotated[
        str,
        typer.Argument(
            metavar="FILE|ID|URL|-", help="A page, or an article that is held; - reads standard input."
        ),
    ],
    archive_dir: ArchiveOption = None,
    *,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="The address of a page from a file or a pipe.", show_default=False
        ),
    ] = None,
    files: RulesOption = None,
    captured: CapturedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a rule finds on a page, field by field, beside what the reader finds without it."""
    root = archive_root(archive_dir) if archive_dir else archive_root_if_any()
    book = rulebook(root, *(files or ()))
    found = _page_to_try(page, url, root, captured)
    rule = book.rule_for(found.url, on=found.at)
    if rule is None:
        hosts = f"there is no rule for {found.url}" + (
            "" if url or "invalid" not in found.url else "; say --url"
        )
        raise UsageError(f"{hosts}; `onrecord rules list` shows those that there are")
    ruled, alone = (
        read_page(found.body, url=found.url, content_type=found.content_type, rule=one)
        for one in (rule, None)
    )
    rows = list(_rows(ruled, alone))
    tests = [(test, _is_found(found, rule, test)) for test in _tests_of(book, rule, found.url)]
    if as_json:
        problems = [{"code": one.code, "detail": one.detail, "where": one.where} for one in ruled.problems]
        told = [dict(zip(("field", "is_by_rule", "found", "without"), row, strict=True)) for row in rows]
        results = [_test_as_json((rule, test, is_found)) for test, is_found in tests]
        say_json(
            {"rule": rule.name, "mark": rule.mark, "fields": told, "tests": results, "problems": problems}
        )
        return
    say(f"{rule.name} on {found.url}\n")
    for name, is_by_rule, value, without in rows:
        say(f"{name:14}{'' if is_by_rule else '(reader) '}{value}")
        if value != without:
            say(f"{'':14}without the rule: {without}")
    for test, is_found in tests:
        say(f"{'test':14}{'found' if is_found else 'NOT FOUND'}: {test.sentence}")
    for one in ruled.problems:
        say(f"{one.code}: {' '.join(filter(None, (one.where, one.detail)))}")


def _tests_of(book: Rulebook, rule: SiteRule, url: str) -> Iterator[RuleTest]:
    """Yield the tests of *rule* for the page at *url*."""
    for file in book.files_for(host_of(url)):
        for one, tests in zip(file.rules, file.tests, strict=True):
            if one is rule:
                yield from (
                    test for test in tests if test.sentence and lookup_key(test.url) == lookup_key(url)
                )


def _page_to_try(page: str, url: str | None, root: Path | None, captured: str | None) -> _Held:
    """Return a page of the archive if *page* names an article that it holds, else a file's or a server's."""
    if root is not None and page != "-" and not Path(page).is_file():
        archive = _opened(root)
        if archive is not None:
            with archive:
                if held := _held_page(archive, page):
                    return held
    body, address, content_type = page_of(page, url or os.environ.get("PAGE_URL"))
    return _Held(body, address, content_type, captured_at(captured))


def _rows(ruled: Extraction, alone: Extraction) -> Iterator[tuple[str, bool, str, str]]:
    """Yield what is told of each field: its name, whether the rule found it, the value, and that without the rule."""
    by_rule = {one.field for one in ruled.evidence if one.origin.startswith("rule ")}
    for name in TOLD:
        value, without = _told(ruled.article, name), _told(alone.article, name)
        if value != "–" or without != "–":
            yield name.removesuffix("_at"), name in by_rule, value, without
    yield "body", "blocks" in by_rule, _counted(ruled.article), _counted(alone.article)
    for name in ("next_page", "single_page"):
        if link := getattr(ruled, name):
            yield name, True, link, getattr(alone, name) or "–"


def _told(article: Article | None, name: str) -> str:
    value = getattr(article, name) if article is not None else None
    if isinstance(value, tuple):
        value = "; ".join(one if isinstance(one, str) else one.url for one in value)
    text = str(value)[:SHOWN] if value else ""
    return text or "–"


def _counted(article: Article | None) -> str:
    """Return what a body is made of, and how it begins and ends."""
    if article is None:
        return "no article"
    text = body_text(article.blocks)
    paragraphs = [block for block in article.blocks if isinstance(block, Paragraph)]
    figures = sum(isinstance(block, Figure) for block in article.blocks)
    ends = f": {text[:30]} … {text[-30:]}".replace("\n", " ") if text else ""
    counts = f"{plural(len(paragraphs), 'paragraph')}, {plural(figures, 'picture')}"
    return f"{counts}, {plural(len(text), 'character')}{ends}"
