"""What a person sees: progress on a terminal, plain lines in a pipe, and words for what happened."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from onrecord.pipeline.report import Happening, Listener, News

#: Progress and complaints; what was asked for goes to standard output.
told = Console(stderr=True, highlight=False, soft_wrap=True)
#: In a pipe nobody's screen is too narrow.
printed = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 250)


def say(text: str) -> None:
    """Print what was asked for."""
    printed.print(text, markup=False)


def say_row(*columns: tuple[str, int], rest: str) -> None:
    """Print columns, each with its width, and the rest of the line; on a terminal it wraps below itself."""
    head = "".join(f"{text:{width}}  " for text, width in columns)
    if not printed.is_terminal:
        say(head + rest)
        return
    lines = Text(rest).wrap(printed, max(printed.width - len(head), 20))
    for at, line in enumerate(lines):
        say((head if at == 0 else " " * len(head)) + line.plain.rstrip())


def say_json(value: Any) -> None:
    """Print JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def complain(text: str) -> None:
    """Print what went wrong."""
    told.print(f"onrecord: {text}", markup=False)


_LINES: Mapping[Happening, str] = {
    Happening.NEW: "new",
    Happening.REVISED: "revised",
    Happening.REMOVED: "gone",
    Happening.RESTORED: "back",
    Happening.COMPLETED: "pictures",
    Happening.NOT_KEPT: "not kept",
    Happening.GAP: "gap",
    Happening.FILLED: "filled",
    Happening.SOURCE_FAILED: "failed",
    Happening.SETTINGS_WRONG: "settings",
    Happening.UNSIGNED: "unsigned",
    Happening.UNSTAMPED: "unstamped",
    Happening.RULE_MISSED: "rule",
    Happening.WENT_BACK: "back to",
}


def line_for(news: News) -> str | None:
    """Return the line that tells of what happened, or None where it is not worth one."""
    if (word := _LINES.get(news.what)) is None:
        return None
    what = news.headline or news.url or ""
    if news.what is Happening.WENT_BACK:
        what = f"{plural(news.count, 'older article')} to ask for"
    reason = f" ({news.reason})" if news.reason else ""
    return f"{word:9} {news.source}  {what}{reason}".rstrip()


@contextmanager
def listening(*, quiet: bool = False) -> Iterator[Listener]:
    """Give a listener that shows a round: bars on a terminal, lines in a pipe."""
    if quiet:
        yield lambda _: None
    elif told.is_terminal:
        with _Bars() as bars:
            yield bars.hear
    else:
        yield _tell_line


def _tell_line(news: News) -> None:
    if line := line_for(news):
        told.print(line, markup=False)


class _Bars:
    """Two bars: sources, and articles looked at; lines for what came scroll above."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=told,
            transient=True,
        )
        self._sources = self._progress.add_task("sources", total=0)
        self._looks = self._progress.add_task("articles", total=0)
        self._totals = {"sources": 0, "looks": 0}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def hear(self, news: News) -> None:
        """Show what happened."""
        match news.what:
            case Happening.SOURCE_BEGUN:
                self._totals["sources"] += 1
                self._progress.update(self._sources, total=self._totals["sources"])
            case Happening.SOURCE_DONE:
                self._progress.advance(self._sources)
            case Happening.TO_LOOK_AT:
                self._totals["looks"] += news.count
                self._progress.update(self._looks, total=self._totals["looks"])
            case Happening.LOOKED:
                self._progress.advance(self._looks)
            case _:
                if line := line_for(news):
                    self._progress.console.print(line, markup=False, no_wrap=True, overflow="ellipsis")


@contextmanager
def counting(description: str) -> Iterator[Any]:
    """Give a callable (done, total) that shows a bar on a terminal and nothing in a pipe."""
    if not told.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=told, transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return "1 article", "2 articles"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
