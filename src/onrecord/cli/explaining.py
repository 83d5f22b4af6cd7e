"""Why a page was read as it was, as a person reads it in a terminal, and as JSON."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import Any

from rich.text import Text

from onrecord.archive import Archive
from onrecord.cli.terminal import plural, printed, say, say_json
from onrecord.extract import Claim, Explanation, LineTold
from onrecord.model import Article, Evidence
from onrecord.pipeline.explaining import explained
from onrecord.store import HeldArticle, HeldRevision

#: The order in which fields are told; others follow.
_ORDER = (
    *("headline", "kicker", "standfirst", "byline", "authors", "dateline"),
    *("published_at", "modified_at", "section", "topics", "language", "access"),
)
_NAME = 13
_PASSED_OVER = ", not chosen"
_WEIGHED = "learned, "
#: Fields that every article has: that nothing tells of one is said.
_SILENT = {
    "headline": "no data, no <meta> and no heading tells it",
    "byline": "nothing by the headline is called a byline, and no data name a house",
    "authors": "no data, no <meta> and no line by the headline or at the text's end names anybody",
    "published_at": "no data, no <meta>, no address and no line by the headline tells it",
}


def say_why(archive: Archive, held: HeldArticle, revision: HeldRevision, *, as_json: bool) -> None:
    """Print why a revision of a held article reads as it does."""
    told = explained(archive, held, revision)
    if as_json:
        why = explanation_json(told.explanation) if told.explanation else {"reason": told.reason}
        say_json({"id": held.id, "revision": revision.number, "differing": list(told.differing)} | why)
        return
    if told.explanation is None:
        say(f"{held.id}: {told.reason}; `onrecord show {held.id} --format md` has them")
        return
    read_so = "by itself, as nothing was known of its site"
    if revision.learned:
        read_so = f"with what was known of its site then ({revision.learned})"
        if told.is_lost:
            read_so += ", which is lost: here it is read by itself"
    say(f"{held.id}, revision {revision.number}: {revision.path}\nRead {read_so}.\n")
    say_explanation(told.explanation)
    if told.differing:
        say(f"\nToday's reader reads otherwise than the document: {', '.join(told.differing)}.")


def say_explanation(told: Explanation) -> None:
    """Print the evidence for each field, and the lines near the text's borders."""
    values = _values(told.extraction.article)
    evidence, claims = told.extraction.evidence, told.claims
    names = [*_ORDER, *(one.field for one in evidence), *(one.field for one in claims)]
    for name in dict.fromkeys(names):
        _say_field(
            name,
            values.get(name),
            [one for one in evidence if one.field == name],
            [one for one in claims if one.field == name],
        )
    _say_lines(told)
    for problem in told.extraction.problems:
        say(f"problem: {' '.join(filter(None, (problem.code, problem.detail, problem.where)))}")


def _values(article: Article | None) -> dict[str, str]:
    """Return the fields of an article that are words, as printed."""
    if article is None:
        return {}
    listed = {"authors": "; ".join(article.authors), "topics": "; ".join(article.topics)}
    values = {name: getattr(article, name) for name in _ORDER if name not in listed} | listed
    return {name: str(value) for name, value in values.items() if value}


def _say_field(name: str, value: str | None, evidence: list[Evidence], claims: list[Claim]) -> None:
    """Print what a field is, where that comes from, and what else was said."""
    # What was weighed line by line is told with the lines.
    reasons = [one for one in evidence if not one.origin.endswith(_PASSED_OVER)]
    reasons = [one for one in reasons if not one.origin.startswith(_WEIGHED)] or reasons[:1]
    if value is None and not claims and not evidence:
        if name in _SILENT:
            _say_row(name, "-", _SILENT[name])
        return
    shown = value if value is not None else "; ".join(one.value for one in reasons) or "-"
    why = [f"{one.origin} ({one.confidence:.2f})" for one in reasons]
    known = {one.origin for one in reasons}
    agreed = [one for one in claims if one.agrees and one.origin not in known]
    why += [f"also {_origins(agreed)}"] if agreed else []
    _say_row(name, shown, "; ".join(dict.fromkeys(why)))
    others = [one for one in claims if not one.agrees]
    for other in dict.fromkeys(one.value for one in others):
        _say_row("  not", other, _origins([one for one in others if one.value == other]), style="dim")


def _origins(claims: list[Claim]) -> str:
    """Return where claims of one value stand, with what is known of them."""
    found: dict[str | None, list[str]] = {}
    for one in claims:
        found.setdefault(one.why, []).append(one.origin)
    told = {why: ", ".join(dict.fromkeys(origins)) for why, origins in found.items()}
    return "; ".join(f"{origins}: {why}" if why else origins for why, origins in told.items())


def _say_row(name: str, value: str, why: str, *, style: str = "") -> None:
    """Print a name and a value, and below it where it comes from."""
    _say_within(f"{name:{_NAME}} {value}", style=style)
    if why:
        _say_below(why, indent=_NAME + 3)


def _say_lines(told: Explanation) -> None:
    taken, whole = told.counts
    origin = next((one.origin for one in told.extraction.evidence if one.field == "blocks"), None)
    if told.rule:
        say(f"\nRead by the rule {told.rule}.")
    if origin and not origin.startswith("lines of the page"):
        say(f"\nThe text is not what the reader chose among the page's lines, which follow: {origin}.")
    say(f"\nText: {taken} of {whole} lines" + (f", in {told.box}" if told.box else ""))
    if told.furniture or told.remembered:
        fields = ", ".join(told.remembered) or "no field"
        say(
            f"Known of the site: {plural(told.furniture, 'line')} of furniture here; as elsewhere stand: {fields}"
        )
    before = None
    for one in told.lines:
        if before is not None and one.at > before + 1 and one.is_in:
            say("      …")
        before = one.at
        style = "" if one.is_in else "dim"
        _say_within(f" {'in' if one.is_in else 'out':4}{one.at:>4}  {one.text}", style=style)
        _say_below("; ".join([*_score(one), *one.why, one.path]), indent=11)


def _say_within(text: str, *, style: str) -> None:
    """Print a value, cut where the terminal ends."""
    line = Text(text, style=style)
    line.truncate(printed.width, overflow="ellipsis")
    printed.print(line, soft_wrap=True)


def _say_below(why: str, *, indent: int) -> None:
    """Print reasons below what they are of, whole: the one that decided may be the last."""
    margin = " " * indent
    width = max(printed.width, indent + 40)
    wrapper = textwrap.TextWrapper(width, initial_indent=margin, subsequent_indent=margin)
    wrapper.break_on_hyphens = wrapper.break_long_words = False  # paths are copied
    for line in wrapper.wrap(why):
        printed.print(Text(line, style="dim"), soft_wrap=True)


def _score(line: LineTold) -> list[str]:
    return [] if line.score is None else [f"score {line.score:+.0f}"]


def explanation_json(told: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON."""
    return {
        "evidence": [asdict(one) for one in told.extraction.evidence],
        "claims": [asdict(one) for one in told.claims],
        "rule": told.rule,
        "box": told.box,
        "lines_taken": told.counts[0],
        "lines": [
            {
                "line": one.at,
                "in": one.is_in,
                "path": one.path,
                "text": one.text,
                "weight": one.weight,
                "score": one.score,
                "shows": list(one.why),
            }
            for one in told.lines
        ],
        "furniture": told.furniture,
        "remembered": list(told.remembered),
    }
