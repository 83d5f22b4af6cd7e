"""Doubtful lines: what is learned overrules the rules, says why, and never breaks what belongs together."""

from __future__ import annotations

import math

import pytest

from onrecord import extract
from onrecord.extract import learned
from onrecord.extract.features import NAMES
from onrecord.extract.weights import TABLES
from onrecord.model import ListBlock, Paragraph, Table, plain

URL = "https://harbourpost.example/city/bridge-shut"
TEXT = (
    "The harbour bridge was shut on Tuesday after engineers found a crack in its eastern pier, the city said.",
    "Ferries will run every ten minutes until the pier has been made safe, according to the transport office.",
    "“We would rather close it for a week than lose it for a year,” said Mara Lindqvist, who leads the inspection.",
    "The bridge carries forty thousand people on a working day, and no other crossing lies within six kilometres.",
)
#: A paragraph of the house in a box of its own, as long as the text's.
HOUSE = (
    "<div class='block'><div><div><p>Die Post is a paper of eleven towns with offices in all of them. Everybody "
    "who works here lives here too; since 1911 we have printed on each day but Christmas.</p></div></div></div>"
)


def page(inside: str, after: str = "") -> bytes:
    """Return a page with the text above and *inside* among it."""
    before, behind = (
        "".join(f"<p>{one}</p>" for one in TEXT[:2]),
        "".join(f"<p>{one}</p>" for one in TEXT[2:]),
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Bridge shut</title><article><h1>Bridge shut</h1>"
        f"<div>{before}{inside}{behind}</div>{after}</article></html>"
    ).encode()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: NAMES[table[0]])
def test_a_table_has_a_value_between_each_two_limits(
    table: tuple[int, tuple[float, ...], tuple[float, ...]],
) -> None:
    """A table that training wrote wrongly must not be found out on a user's page."""
    _, limits, values = table
    assert len(values) == len(limits) + 1
    assert list(limits) == sorted(set(limits))


def test_reasons_are_parts_of_the_sum() -> None:
    """What --explain names must be what decided."""
    row = [0.0] * len(NAMES)
    whole = learned.odds(row)
    named = [float(one.rsplit(" ", 1)[1]) for one in learned.reasons(row, count=len(NAMES))]
    assert all(math.copysign(1.0, one) == math.copysign(1.0, whole) for one in named)


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
    assert {len(block.items) for block in article.blocks if isinstance(block, ListBlock)} <= {4}


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


def test_a_line_that_is_overruled_is_told_of() -> None:
    """Whoever misses a line finds out in a minute what left it out."""
    found = extract.read_page(page("", after=HOUSE), url=URL)
    assert found.article is not None
    texts = {plain(block.runs) for block in found.article.blocks if isinstance(block, Paragraph)}
    told = {one.value: one.origin for one in found.evidence if one.origin.startswith("learned, ")}
    assert all(
        ("taken" in origin) is any(text.startswith(line) for text in texts) for line, origin in told.items()
    )
