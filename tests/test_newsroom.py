"""Recorded publishers, followed for three days through the command line: 72 hosts, 17 languages, many manners.

The demo's rounds (test_demo_rounds.py) run everywhere; these need ../shared.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from acceptance import (
    BRISK,
    IS_SHARED,
    SHARED,
    SITES,
    Following,
    Played,
    article_pages,
    captured,
    dangling,
    documents_of,
    doubled,
    forbidden_prefixes,
    hosts_with,
    is_forbidden,
    memory_of,
    only_truth,
    rechecked,
    recorded,
    recorded_body,
    recorded_newsroom,
    run,
    side_by_side,
    smallest_gap,
    stands,
    too_soon,
)
from onrecord.model import Document
from onrecord.text import body_text
from onrecord.urls import lookup_key
from replay import replay

pytestmark = [
    pytest.mark.newsroom,
    pytest.mark.slow,
    pytest.mark.skipif(not IS_SHARED, reason="the recorded publishers (../shared/newsroom) are not here"),
]

ROUNDS = ((1, False), (1, True), (2, True), (3, True))
FIRST, AGAIN, SECOND, NOISE = range(4)

#: Its front page answers 404: a person gives its feed.
FEED_ALONE = "https://chinadigitaltimes.net/chinese/feed/"
#: What a first round may lack, each with its reason.
MAY_BE_MISSING = 5
#: Token F1 of a page's text, in the median; a page below the second is listed.
GOOD, POOR = 0.90, 0.70
#: The share of headlines that are the truth's, letter for letter but for case and punctuation. The truth has the
#: page's title here and there, and the visible headline elsewhere.
SAME_HEADLINES = 0.75
#: Noise alone may make so many revisions, until pages of one site are compared with each other.
NOISY = 8


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Following]:
    """Yield an archive that has followed all hosts for three days, the first one twice."""
    folder = tmp_path_factory.mktemp("newsroom")
    hosts = json.loads((SITES / "hosts.json").read_text("utf-8"))
    addresses = [f"https://{host}/" if host not in FEED_ALONE else FEED_ALONE for host in hosts]
    with recorded_newsroom(folder) as newsroom:
        made = Following(root=folder / "news", newsroom=newsroom)
        made.begin(addresses, settings=BRISK)
        for day, recheck in ROUNDS:
            made.play(day, recheck=recheck)
        yield made


@pytest.fixture
def first(following: Following) -> Played:
    """Return the first round."""
    return following.rounds[FIRST]


@pytest.fixture(scope="module")
def held(following: Following) -> dict[str, list[Document]]:
    """Return each article's revisions, by each of its addresses."""
    found = documents_of(following.root)
    rows = following.rounds[NOISE].by_key
    return {key: [document for _, document in found[row["id"]]] for key, row in rows.items()}


# ---------------------------------------------------------------- a first round


def test_every_publication_is_followed(following: Following) -> None:
    """A front page's address is all that a person has to know."""
    assert [one["address"] for one in following.added if one["source"] is None] == []
    assert len(following.added) == 72


def test_all_allowed_pages_are_kept_but_a_few_with_their_reason(first: Played) -> None:
    """Every article of the publications that a person relies on."""
    missing = [url for url in article_pages(1) if first.find(url) is None]
    assert len(missing) <= MAY_BE_MISSING
    assert [url for url in missing if not first.reasons.get(lookup_key(url))] == []


def test_each_page_is_an_article_of_its_own(first: Played) -> None:
    """Two articles are never filed as one."""
    rows = [row for url in article_pages(1) if (row := first.find(url))]
    assert [row["url"] for row, times in _counted(rows) if times > 1] == []


def _counted(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    times = Counter(row["id"] for row in rows)
    return [(row, times[row["id"]]) for row in rows]


@pytest.mark.parametrize("feed", [FEED_ALONE, "https://cn.nytimes.com/rss/"])
def test_every_item_of_a_full_text_feed_is_kept(first: Played, feed: str) -> None:
    """An article that lives in a feed alone is an article."""
    [row] = [row for row in recorded() if row["url"] == feed and stands(row, 1)]
    links = [link.text or "" for link in ET.fromstring(recorded_body(row)).iterfind(".//item/link")]  # noqa: S314  a recorded file
    assert links
    assert [link for link in links if first.find(link.strip()) is None] == []


def test_every_gap_has_its_reason(first: Played) -> None:
    """A gap must be known, with its cause."""
    rows = [row for source in first.status["sources"] for row in source["not_kept"]]
    assert rows
    assert [row["url"] for row in rows if not row["reason"]] == []


@pytest.mark.parametrize("trait", ["flaky", "rate-limits", "cuts-off", "slow", "crawl-delay"])
def test_hosts_that_stumble_lose_nothing(first: Played, trait: str) -> None:
    """503, 429, a broken connection and a slow answer pass."""
    hosts = hosts_with(trait)
    pages = [url for url in article_pages(1) if url.split("/")[2] in hosts]
    assert pages
    assert [url for url in pages if first.find(url) is None] == []


# ---------------------------------------------------------------- reading


@pytest.fixture(scope="module")
def truth() -> dict[str, dict[str, Any]]:
    """Return what a reader sees on pages of the newsroom, by address."""
    found: dict[str, dict[str, Any]] = {}
    for place in sorted((SHARED / "extraction" / "dev").glob("*/truth.jsonl")):
        for line in place.read_text("utf-8").splitlines():
            one = json.loads(line)
            if one.get("url"):
                found.setdefault(lookup_key(one["url"]), one)
    return found


@pytest.fixture(scope="module")
def scored() -> Any:
    """Return the benchmark's own scorer: its tokens, its normal forms."""
    place = SHARED / "extraction" / "score.py"
    spec = importlib.util.spec_from_file_location("score", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_text_is_what_a_reader_sees(
    held: dict[str, list[Document]], truth: dict[str, dict[str, Any]], scored: Any
) -> None:
    """Nine words in ten, and none that are not the article's, on half of the pages and more."""
    found: dict[str, float] = {}
    for url in article_pages(1):
        key = lookup_key(url)
        if key in held and truth.get(key, {}).get("body"):
            text = body_text(held[key][0].revision.article.blocks)
            found[url] = scored.score_page(truth[key], {"text": text})["bow"]
    for url, value in sorted(found.items(), key=lambda pair: pair[1]):
        if value < POOR:
            print(f"{value:.2f} {url}")  # noqa: T201  the pages to look at, in the test's output
    assert len(found) > 100
    assert statistics.median(found.values()) >= GOOD


def test_headlines_are_what_a_reader_sees(
    held: dict[str, list[Document]], truth: dict[str, dict[str, Any]], scored: Any
) -> None:
    """A list is read by its headlines."""
    same: list[bool] = []
    for url in article_pages(1):
        key = lookup_key(url)
        if key in held and (title := truth.get(key, {}).get("title")):
            ours = held[key][0].revision.article.headline
            same.append(scored.ntitle(ours) == scored.ntitle(title))
            if not same[-1]:
                print(f"{url}\n  {ours}\n  {title}")  # noqa: T201  the headlines to look at
    assert len(same) > 50
    assert statistics.mean(same) >= SAME_HEADLINES


# ---------------------------------------------------------------- politeness


def test_nothing_forbidden_is_ever_asked(following: Following) -> None:
    """robots.txt is a publisher's word."""
    prefixes = forbidden_prefixes()
    assert [one.url for one in following.newsroom.log() if is_forbidden(one.url, prefixes)] == []


def test_a_host_is_asked_one_thing_at_a_time(following: Following) -> None:
    """A small server must not feel us."""
    assert side_by_side(following.newsroom.log()) == []


def test_hosts_that_ask_for_a_pause_get_it(following: Following) -> None:
    """Crawl-delay is a publisher's word too."""
    hosts = hosts_with("crawl-delay")
    assert hosts
    gaps = {host: smallest_gap(played.asked, host) for played in following.rounds for host in hosts}
    assert {host: gap for host, gap in gaps.items() if gap < 0.98} == {}


def test_nobody_is_asked_sooner_than_they_said(following: Following) -> None:
    """Retry-After."""
    assert too_soon(following.newsroom.log()) == []


# ---------------------------------------------------------------- pictures


def test_each_shown_picture_has_its_file_or_its_reason(following: Following) -> None:
    """A document must not point into the void."""
    assert dangling(following.root) == []


def test_pictures_are_kept(first: Played) -> None:
    """Most pictures answer: what is missing is the exception."""
    kept = [path for path in first.files if path.startswith("pictures/")]
    assert len(kept) > 300
    assert len(first.missing_pictures) < len(kept) / 10


def test_the_same_bytes_are_kept_once(following: Following) -> None:
    """One picture under three addresses is one file."""
    assert doubled(following.root) == []


def test_what_is_missing_is_listed_with_its_reason(following: Following) -> None:
    """What a document lacks, its reader is told."""
    lacking = {
        picture.url
        for revisions in documents_of(following.root).values()
        for document in [revisions[-1][1]]
        for picture in document.revision.article.pictures
        if not document.pictures[picture.url].path
    }
    listed = following.rounds[NOISE].missing_pictures
    assert lacking <= {url for url, reason in listed.items() if reason}


def test_a_picture_proxy_is_passed_by(following: Following) -> None:
    """The proxy refuses; the publisher's own address inside its address answers."""
    shown = [
        picture.url
        for revisions in documents_of(following.root).values()
        for _, document in revisions
        for picture in document.revision.article.pictures
        if "weserv" in picture.url and document.pictures[picture.url].path
    ]
    assert shown == []


# ---------------------------------------------------------------- a second look


def test_each_held_page_is_asked_for_with_a_condition(following: Following) -> None:
    """What has not changed is not sent again."""
    pages = [row for row in following.rounds[FIRST].rows if row["kind"] == "page"]
    asked, same = rechecked(pages, following.rounds[AGAIN].asked)
    assert len(asked) == len(pages)
    assert len(same) >= 0.95 * len(pages)


def test_a_second_look_adds_nothing(following: Following) -> None:
    """No document, no picture, no revision."""
    first, again = following.rounds[FIRST], following.rounds[AGAIN]
    assert (again.files, again.rows) == (first.files, first.rows)


def test_a_second_look_keeps_no_payload_again(following: Following) -> None:
    """304 is a few lines in the captures, no more."""
    first, again = following.rounds[FIRST], following.rounds[AGAIN]
    new = set(again.segments) - set(first.segments)
    assert {one.kind for one in captured(following.root, new)} <= {"warcinfo", "request", "revisit"}


def test_the_next_day_brings_what_is_new(following: Following) -> None:
    """Fourteen pages, and six articles that live in a feed alone."""
    before = {row["id"] for row in following.rounds[FIRST].rows}
    new = [row for row in following.rounds[SECOND].rows if row["id"] not in before]
    assert Counter(row["kind"] for row in new) == {"page": 14, "feed": 6}


def test_each_visible_edit_is_a_revision_and_nothing_else_is(
    following: Following, held: dict[str, list[Document]]
) -> None:
    """Readers are told of what changed, and of nothing that they cannot see; what was said is still there."""
    prefixes = forbidden_prefixes()
    edits = [json.loads(line) for line in (SITES / "edits.jsonl").read_text("utf-8").splitlines()]
    visible = {
        lookup_key(edit["url"])
        for edit in edits
        if edit["day"] == 2 and edit["visible"] and not is_forbidden(edit["url"], prefixes)
    }
    ids = {following.rounds[SECOND].by_key[key]["id"] for key in visible}
    revised = {row["id"]: row["url"] for row in following.rounds[SECOND].rows if row["revision"] > 1}
    assert len(visible) == 48
    assert [key for key in visible if following.rounds[SECOND].by_key[key]["id"] not in revised] == []
    assert [url for each, url in revised.items() if each not in ids] == []
    assert [key for key in visible if held[key][0].revision.number != 1] == []


def test_what_publishers_took_away_is_marked_and_kept(following: Following) -> None:
    """A removal is news; the article stays."""
    second = following.rounds[SECOND]
    prefixes = forbidden_prefixes()
    gone = {
        lookup_key(row["url"])
        for row in recorded()
        if row["kind"] == "removed" and row.get("from") == 2 and not is_forbidden(row["url"], prefixes)
    }
    marked = {row["id"]: row["path"] for row in second.rows if row["removed_at"]}
    assert len(gone) == 14
    assert set(marked) == {second.by_key[key]["id"] for key in gone}
    assert [path for path in marked.values() if path not in second.files] == []


def test_an_item_whose_page_never_answered_is_no_removal(following: Following) -> None:
    """Only what was there can be taken away."""
    rows = following.rounds[NOISE].rows
    assert [row["url"] for row in rows if row["kind"] == "feed" and row["removed_at"]] == []


def test_nothing_that_was_held_is_lost(following: Following) -> None:
    """From round to round, the list only grows."""
    ids = [{row["id"] for row in played.rows} for played in following.rounds]
    assert [before - after for before, after in pairwise(ids)] == [set()] * 3


def test_noise_alone_makes_few_revisions(following: Following) -> None:
    """A clock, a counter and another advertisement change no article."""
    before = {row["id"]: row["revision"] for row in following.rounds[SECOND].rows}
    revised = [row["url"] for row in following.rounds[NOISE].rows if row["revision"] != before[row["id"]]]
    print(*revised, sep="\n")  # noqa: T201  the pages to look at, in the test's output
    assert len(revised) <= NOISY


def test_a_revision_keeps_what_the_first_one_knew(held: dict[str, list[Document]]) -> None:
    """A date that only the feed stated does not vanish because the feed was not sent again."""
    lost = [
        revisions[-1].revision.article.canonical_url
        for revisions in held.values()
        if revisions[0].revision.article.published_at and not revisions[-1].revision.article.published_at
    ]
    assert lost == []


# ---------------------------------------------------------------- files


def test_the_archive_is_clean(following: Following) -> None:
    """All files are as they were put in."""
    said = following.run("verify", "--json")
    assert (said.code, said.json) == (0, [])


def test_an_archive_is_made_again_from_its_files(following: Following, tmp_path: Path) -> None:
    """The index and the state are lost; list, show, aliases and revisions are not."""
    copy = only_truth(following.root, tmp_path / "copy")
    said = run("rebuild", "--archive", copy)
    assert said.code == 0, said.err
    assert memory_of(copy) == memory_of(following.root)
    assert run("list", "--json", "--archive", copy).out == following.run("list", "--json").out


def test_captures_pass_the_check_of_the_reference_tool(following: Following) -> None:
    """An archive outlives its program."""
    records = captured(following.root, following.rounds[NOISE].segments)
    kinds: dict[str, int] = defaultdict(int)
    for one in records:
        kinds[one.kind] += 1
    assert [(one.url, one.faults) for one in records if one.faults] == []
    assert [
        one.url for one in records if one.kind == "response" and "WARC-IP-Address" not in one.headers
    ] == []
    assert kinds["warcinfo"] == len(following.rounds[NOISE].segments)


def test_a_revisit_says_what_it_repeats(following: Following) -> None:
    """304 alone shows nothing: it refers to the record that has the payload."""
    records = captured(following.root, following.rounds[NOISE].segments)
    ids = {one.headers["WARC-Record-ID"] for one in records}
    repeated = [
        one.headers.get("WARC-Refers-To", "")
        for one in records
        if one.kind == "revisit" and one.headers["WARC-Profile"].startswith("http://netpreserve.org/")
    ]
    assert repeated
    assert [each for each in repeated if each not in ids] == []


def test_pywb_replays_a_page(following: Following, tmp_path: Path) -> None:
    """Captures are read by programs that are not ours."""
    [segment] = following.rounds[FIRST].segments
    place = following.root / segment
    index = following.root / segment.replace(".warc.gz", ".cdxj")
    row = next(
        row for row in following.rounds[FIRST].rows if row["kind"] == "page" and row["source"] == "bbc.com"
    )
    path = f"/kept/2id_/{row['url']}"
    status, page = replay(tmp_path, index=index, archive=place.parent, path=path)
    assert status == 200
    assert row["headline"].split()[0].encode() in page
