"""Whole pages judged: walls, errors, lists, stubs in nine languages and scripts, and articles like them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from onrecord.extract import read_page_and_facts
from onrecord.judge import NEEDS_SCRIPT, judge
from onrecord.model import Verdict, VerdictKind
from verdict_pages import FOLDER, Page, pages

PAGES = list(pages())
LATER = list(pages("later.toml"))
PAPER = "https://paper.example/2026/03/14"


def test_there_are_ten_pages_of_each_kind() -> None:
    """A kind that has three examples is a kind that is not tested."""
    kinds = Counter("list" if page.kind == "live" else page.kind for page in PAGES)
    bad = ("block", "consent", "login", "missing", "list", "short")
    assert {kind: kinds[kind] for kind in bad} == dict.fromkeys(bad, 10)


def test_every_page_of_the_folder_is_judged() -> None:
    """A page that no table names keeps nothing."""
    listed = {page.name for page in [*PAGES, *LATER]}
    assert listed == {path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*")}


def judged(page: Page) -> Verdict:
    """Return the verdict on a page, as a round reaches it."""
    extraction, facts = read_page_and_facts(page.body, url=page.final, content_type=page.type)
    return judge(
        extraction,
        facts,
        status=page.status,
        media_type=page.type,
        asked_url=page.asked,
        final_url=page.final,
        headers=page.headers,
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_what_it_is(page: Page) -> None:
    """No wall becomes an article, and no short article is taken for a wall."""
    assert judged(page).kind == page.verdict


@pytest.mark.parametrize("page", LATER, ids=lambda page: page.name)
def test_a_page_of_the_second_look_is_what_it_is(page: Page) -> None:
    """Fourteen of these twenty were known at first sight; the words that the others taught are in the tables."""
    assert judged(page).kind == page.verdict


@pytest.mark.parametrize("page", [*PAGES, *LATER], ids=lambda page: page.name)
def test_a_verdict_has_evidence_in_words(page: Page) -> None:
    """A person who misses an article must be able to see why it was refused."""
    found = judged(page)
    assert found.reason
    assert all(found.evidence)
    assert found.evidence[0] in found.reason


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.verdict == "full"], ids=lambda page: page.name
)
def test_a_challenges_header_counts_for_more_than_a_short_text(page: Page) -> None:
    """What a server says of its own answer is the best evidence there is."""
    challenged = replace(page, headers=(("cf-mitigated", "challenge"),))
    bare = replace(challenged, status=403)
    assert judged(bare).kind is VerdictKind.BLOCK


def test_a_live_page_that_is_over_is_an_article() -> None:
    """What was told minute by minute stands in the end, and is worth keeping."""
    page = next(page for page in PAGES if page.name == "live/en-live-blog.html")
    closed = page.body.replace(
        b"Follow the latest on the storm as it happens.", b"This live blog is now closed."
    )
    extraction, facts = read_page_and_facts(closed, url=page.final, content_type=page.type)
    found = judge(
        extraction, facts, status=200, media_type=page.type, asked_url=page.asked, final_url=page.final
    )
    assert found.kind is VerdictKind.FULL


@pytest.mark.parametrize(
    ("date", "kind"),
    [
        ("Sat, 14 Mar 2026 08:00:00 GMT", VerdictKind.LIVE),
        ("Mon, 16 Mar 2026 09:00:00 GMT", VerdictKind.FULL),
        ("no date at all", VerdictKind.LIVE),
    ],
)
def test_a_live_page_that_has_been_silent_for_half_a_day_is_an_article(date: str, kind: VerdictKind) -> None:
    """Few publishers say that it is over; the server's clock and the page's last change do."""
    page = next(page for page in PAGES if page.name == "live/en-live-blog.html")
    page = replace(page, headers=(("Date", date),))
    assert judged(page).kind is kind


def test_a_page_that_only_a_script_fills_says_so() -> None:
    """That is what a browser may be asked for."""
    page = next(page for page in PAGES if page.name == "not-text/ja-script-shell.html")
    assert judged(page).reason == NEEDS_SCRIPT


@pytest.mark.parametrize(
    "line",
    ["Press and hold to confirm you are a human.", "请完成验证后继续访问", "Подтвердите, что вы не робот"],
)
def test_words_in_quotation_marks_are_no_walls_voice(line: str) -> None:
    """Papers quote walls; walls quote nobody."""
    told = f"The page said only “{line}”, and the clerk went home."
    html = (
        f"<!doctype html><title>A day at the tax office</title><h1>A day at the tax office</h1><p>{told}</p>"
    )
    extraction, facts = read_page_and_facts(html.encode(), url=f"{PAPER}/a-day-at-the-tax-office")
    found = judge(extraction, facts, status=200, media_type="text/html", asked_url=PAPER, final_url=PAPER)
    assert found.kind is VerdictKind.FULL
