"""Doubtful lines: what is learned overrules the rules, says why, and never breaks what belongs together."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord import extract
from onrecord.extract import learned
from onrecord.extract.features import NAMES
from onrecord.extract.weights import TABLES
from onrecord.model import ListBlock, Paragraph, Table, plain

PAGES = Path(__file__).parent / "golden" / "pages"
URL = "https://harbourpost.example/city/bridge-shut"
TEXT = (
    "The harbour bridge was shut on Tuesday after engineers found a crack in its eastern pier, the city said.",
    "Ferries will run every ten minutes until the pier has been made safe, according to the transport office.",
    "“We would rather close it for a week than lose it for a year,” said Mara Lindqvist, who leads the inspection.",
    "The bridge carries forty thousand people on a working day, and no other crossing lies within six kilometres.",
)


def page(inside: str) -> bytes:
    """Return a page with the text above and *inside* among it."""
    before, behind = (
        "".join(f"<p>{one}</p>" for one in TEXT[:2]),
        "".join(f"<p>{one}</p>" for one in TEXT[2:]),
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Bridge shut</title><article><h1>Bridge shut</h1>"
        f"<div>{before}{inside}{behind}</div></article></html>"
    ).encode()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: NAMES[table[0]])
def test_a_table_has_a_value_between_each_two_limits(
    table: tuple[int, tuple[float, ...], tuple[float, ...]],
) -> None:
    """A table that training wrote wrongly must not be found out on a user's page."""
    _, limits, values = table
    assert len(values) == len(limits) + 1
    assert list(limits) == sorted(set(limits))


def test_what_is_named_as_a_reason_carries_the_answer() -> None:
    """What --explain names must be what decided: without it the line is less of a text, or more of one."""
    row = [0.0] * len(NAMES)
    name = learned.reasons(row, count=1)[0].rsplit(" ", 1)[0]
    number, limits, values = next(table for table in TABLES if NAMES[table[0]] == name)
    reach = [
        limits[0],
        *(limit + 1e-6 for limit in limits),
    ]  # a value that lies before each limit, and one beyond
    is_text = learned.odds(row) > 0
    row[number] = reach[values.index(min(values) if is_text else max(values))]
    assert (learned.odds(row) < learned.odds([0.0] * len(NAMES))) is is_text


def test_three_features_are_named_at_most() -> None:
    """A line of --explain is to be read at a glance."""
    assert len(learned.reasons([0.0] * len(NAMES))) <= 3


def test_a_table_is_kept_or_left_as_one() -> None:
    """Figures without their neighbours say something that nobody wrote."""
    rows = "".join(f"<tr><td>Line {n}</td><td>{n * 5}</td></tr>" for n in range(1, 7))
    article = extract.read_page(page(f"<table>{rows}</table>"), url=URL).article
    assert article is not None
    assert [len(block.rows) for block in article.blocks if isinstance(block, Table)] == [6]


def test_the_items_of_a_list_stay_together() -> None:
    """Half a list is a false list."""
    items = "".join(
        f"<li>{one}</li>" for one in ("Ferry", "Bus 4, every ten minutes", "Rowers (when calm).", "On foot")
    )
    article = extract.read_page(page(f"<ul>{items}</ul>"), url=URL).article
    assert article is not None
    assert [len(block.items) for block in article.blocks if isinstance(block, ListBlock)] == [4]


@pytest.mark.parametrize(
    "notice",
    [
        "Mara Quist may be reached at mquist@harbourpost.example.",
        "If you buy something through a link on our site, we may earn a commission.",
        "Follow her on Bluesky.",
        "READ MORE: <a href='/city/tram'>Tram drivers accept the offer of the city</a>",
    ],
)
def test_a_notice_of_the_house_is_no_text(notice: str) -> None:
    """A paper that changes its notice must not make a revision of every article."""
    article = extract.read_page(page(f"<p>{notice}</p>"), url=URL).article
    assert article is not None
    assert [plain(block.runs) for block in article.blocks if isinstance(block, Paragraph)] == list(TEXT)


@pytest.mark.parametrize(
    ("name", "what", "lines"),
    [("short-lines-before-the-text", "taken", 2), ("teasers-in-plain-boxes", "left out", 4)],
)
def test_each_line_that_is_overruled_is_told_of(name: str, what: str, lines: int) -> None:
    """Whoever misses a line, or wonders about one, finds out in a minute what decided about it."""
    found = extract.read_page((PAGES / name / "page.html").read_bytes(), url=URL)
    told = [one for one in found.evidence if one.origin.startswith(f"learned, {what}: ")]
    assert len({one.value for one in told}) == lines
