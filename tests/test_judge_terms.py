"""What publishers say about keeping: read from headers, pages and files, recorded, and followed as settings say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fetch_web import answer
from onrecord.archive import Archive
from onrecord.extract import PageFacts, read_page_and_facts
from onrecord.judge.terms import terms_of
from onrecord.model import Terms
from onrecord.publish.legacy import LegacyPictures
from onrecord.publish.mirror import legacy_rows
from onrecord.render import document as documents
from rounds import SETTINGS, Paper, item, page

NOTHING = PageFacts()
PATH = "/2026/03/14/ferry?page=1"


def tag(*values: str) -> Terms:
    """Return what these X-Robots-Tag headers say."""
    return terms_of([("x-robots-tag", value) for value in values], NOTHING, None, PATH)


@pytest.mark.parametrize(
    ("values", "is_said"),
    [
        (["noarchive"], True),
        (["noindex, NoArchive"], True),
        (["nofollow", "noarchive"], True),
        (["onrecord: noarchive"], True),
        (["*: noarchive"], True),
        (["otherbot: noarchive"], False),
        (["otherbot: nofollow, noarchive"], False),
        (["otherbot: nofollow, onrecord: noarchive"], True),
        (["unavailable_after: 25 Jun 2027 15:00:00 PST, noarchive"], True),
        (["max-snippet: 20, noarchive"], True),
        (["archive, noindex"], False),
    ],
)
def test_a_tag_is_read_for_whom_it_names(values: list[str], *, is_said: bool) -> None:
    """A publisher who keeps one program out has said nothing to the others."""
    assert tag(*values).no_archive is is_said


RULES = [
    {"location": "/free/*", "tdm-reservation": 0},
    {"location": "/2026/*/ferry", "tdm-reservation": 1, "tdm-policy": "https://paper.example/licence.json"},
    {"location": "/whole$", "tdm-reservation": 1},
]


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/free/a", False),
        ("/2026/03/14/ferry", True),
        ("/2026/03/14/ferry-fares", True),
        ("/whole", True),
        ("/whole/more", None),
        ("/other", None),
    ],
)
def test_a_sites_file_is_read_by_its_first_rule_that_fits(path: str, *, reserved: bool | None) -> None:
    """A reservation for one part of a site says nothing of another."""
    assert terms_of([], NOTHING, json.dumps(RULES).encode(), path).tdm_reserved is reserved


@pytest.mark.parametrize("file", [b"", b"<html>not found", b"{}", b"[1, null, {}]", b"[" * 5000, b"\xff\xfe"])
def test_a_file_that_is_none_says_nothing(file: bytes) -> None:
    """Many servers answer 200 with a page for whatever they are asked."""
    assert terms_of([], NOTHING, file, PATH) == Terms()


def test_the_nearest_voice_counts() -> None:
    """A page may be free on a site that is not."""
    site = json.dumps([{"location": "/", "tdm-reservation": 1}]).encode()
    facts = PageFacts(tdm_reservation="0")
    found = terms_of([("TDM-Reservation", "1")], facts, site, PATH)
    assert found.tdm_reserved is False
    assert found.said == (
        "tdm-reservation 0 (meta)",
        "tdm-reservation 1 (header)",
        "tdm-reservation 1 (tdmrep.json)",
    )


def test_a_pages_own_words_are_read() -> None:
    """Most publishers say it there."""
    html = """<title>Ferry</title><meta name="ROBOTS" content="NOARCHIVE"><meta name="otherbot" content="noindex">
    <meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://paper.example/p.json">
    <script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":"Ferry",
    "isAccessibleForFree":"False"}</script><h1>Ferry</h1>"""
    _, facts = read_page_and_facts(html.encode(), url="https://paper.example/ferry")
    assert terms_of([], facts, None, "/ferry") == Terms(
        no_archive=True,
        tdm_reserved=True,
        tdm_policy="https://paper.example/p.json",
        is_free=False,
        said=("meta robots: noarchive", "tdm-reservation 1 (meta)"),
    )


@given(st.text(max_size=80), st.binary(max_size=200), st.text(max_size=40))
def test_no_claim_makes_it_raise(value: str, site: bytes, path: str) -> None:
    """Headers and files are strangers' words."""
    terms_of([("x-robots-tag", value), ("tdm-reservation", value)], PageFacts(robots=value), site, path)


# ---------------------------------------------------------------- in an archive


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper whose one page asks that it is not passed on."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page(headers=["X-Robots-Tag: noarchive"]))
    return made


def test_what_is_said_stands_in_the_document(paper: Paper) -> None:
    """Whoever is given the archive must be able to see it."""
    paper.round()
    with Archive.open(paper.root) as archive:
        assert archive.document(paper.only()).terms.said == ("X-Robots-Tag: noarchive",)


def test_what_is_not_to_be_passed_on_is_kept_and_not_exported(paper: Paper) -> None:
    """A copy for oneself is a cutting; an export is read by others."""
    paper.round()
    left: list[str] = []
    with Archive.open(paper.root) as archive:
        rows = list(legacy_rows(archive, pictures=LegacyPictures.PROXY, left=left))
    assert (rows, left) == ([], [paper.only().url])


def test_a_person_may_export_it_all_the_same(paper: Paper) -> None:
    """Their own second copy is no publication."""
    paper.round()
    with Archive.open(paper.root) as archive:
        assert len(list(legacy_rows(archive, pictures=LegacyPictures.PROXY, reserved=True))) == 1


def test_settings_may_leave_it(paper: Paper) -> None:
    """Some keep archives that they will show to others."""
    (paper.root / "onrecord.toml").write_text(f'{SETTINGS}[keep]\nnoarchive = "leave"\n')
    paper.round()
    assert paper.held() == []
    with Archive.open(paper.root) as archive:
        (row,) = archive.state.entries_not_kept("paper.example")
    assert row.outcome == "left"
    assert "X-Robots-Tag: noarchive" in (row.reason or "")


def test_a_sites_file_is_asked_for_once_a_day(paper: Paper) -> None:
    """Ten articles an hour are no reason to ask ten times."""
    well_known = "paper.example/.well-known/tdmrep.json"
    paper.web.pages[well_known] = [answer(b'[{"location": "/", "tdm-reservation": 1}]')]
    paper.lists(item(), item("tower"))
    paper.says(tower=page("Tower Leans"))
    paper.round()
    with Archive.open(paper.root) as archive:
        assert {archive.document(held).terms.tdm_reserved for held in paper.held()} == {True}
    assert len(paper.web.asked("/.well-known/tdmrep.json")) == 1


def test_a_line_of_the_body_is_no_reservation() -> None:
    """An article about robots.txt must not be left out for its subject."""
    text = b"---\nformat: 1\nheadline: A\n---\n# A\n\nterms:\n  noarchive: true\n"
    assert not documents.is_reserved(text)
