"""What `status` says of gaps: whether a source is known without one between two days, and what may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from onrecord.cli.terminal import say
from onrecord.gaps import FILLED_BY, words_of
from onrecord.pipeline.coverage import Coverage
from onrecord.store import HeldGap


def gap_json(gap: HeldGap) -> dict[str, Any]:
    """Return a gap for `--json`."""
    return {
        "gap": gap.seq,
        **{key: value for key, value in gap.data.items() if key != "source"},
        "what": words_of(gap.data),
        "filled_at": _text(gap.filled_at),
        "filled_by": gap.filled_by,
        "found": gap.found,
    }


def coverage_json(coverage: Coverage) -> dict[str, Any]:
    """Return how well a source is known, for `--json`."""
    return {
        "source": coverage.source,
        "since": _text(coverage.since),
        "until": _text(coverage.until),
        "lists": [one.as_json() for one in coverage.lists],
        "gaps": [gap_json(gap) for gap in coverage.gaps],
    }


def gap_told(gap: Mapping[str, Any]) -> str:
    """Return an open gap, given as for `--json`, in the words of `status`."""
    part = f"; {gap['found']} found of it since" if gap["found"] else ""
    where = f"{gap['url']}\n    " if gap.get("url") else ""
    return f"gap: {where}{gap['what']}{part}"


def say_coverage(coverage: Coverage, *, since: datetime | None, until: datetime | None) -> None:
    """Print whether a source is known without a gap, and what may be missing."""
    say(f"\n{coverage.source}")
    for line in (*_statement(coverage, since, until), *_unproven(coverage), *map(_gap_line, coverage.gaps)):
        say(f"  {line}")


def _statement(coverage: Coverage, since: datetime | None, until: datetime | None) -> Iterator[str]:
    """Yield from when to when a source is known, and how well."""
    if coverage.since is None or coverage.until is None:
        yield "nothing can be said: no list of it has been read that tells"
        return
    began, ended = _shortly(coverage.since), _shortly(coverage.until)
    joined = "each reading of its lists joined the one before"
    if any(one.doubt or one.read_at is None for one in coverage.lists):
        joined = "each reading joined the one before, of those lists that tell"
    if coverage.open_gaps:
        yield f"watched from {began} to {ended} UTC, with gaps:"
    else:
        yield f"no gap is known from {began} to {ended} UTC: {joined}"
    if since is not None and since < coverage.since:
        yield f"nothing is known of the time before {began} UTC: it was not watched then"
    if until is not None and until > coverage.until:
        yield f"nothing is known of the time after {ended} UTC: not all of its lists have been read since"


def _unproven(coverage: Coverage) -> Iterator[str]:
    for one in coverage.lists:
        if one.read_at is None:
            yield f"never read: {one.url}"
        elif one.doubt:
            yield f"unproven: {one.url}\n    {one.doubt}"


def _gap_line(gap: HeldGap) -> str:
    if gap.filled_at is None:
        return gap_told(gap_json(gap))
    by = FILLED_BY.get(gap.filled_by or "", gap.filled_by)
    where = f"{gap.url}\n    " if gap.url else ""
    return f"filled: {where}{words_of(gap.data)}; {by}, {_shortly(gap.filled_at)} UTC"


def _text(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None


def _shortly(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
