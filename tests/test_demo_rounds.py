"""The demo's publications followed for three days through the command line: what a person is promised, kept.

The recorded publishers' rounds are in test_newsroom.py; these run everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance import (
    QUICK,
    Following,
    Played,
    captured,
    dangling,
    demo_newsroom,
    digests,
    documents_of,
    doubled,
    memory_of,
    only_truth,
    rechecked,
    run,
    side_by_side,
    smallest_gap,
    too_soon,
)
from onrecord.demo.expected import addresses, blocks_of, expected
from onrecord.model import Article, Figure
from onrecord.text import body_text
from onrecord.urls import lookup_key

ROUNDS = ((1, False), (1, True), (2, True), (3, True))
FIRST, AGAIN, SECOND, NOISE = range(4)
EXPECTED = expected()


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Following]:
    """Yield an archive that has followed the demo for three days, the first one twice."""
    with demo_newsroom() as newsroom:
        made = Following(root=tmp_path_factory.mktemp("demo") / "news", newsroom=newsroom)
        made.begin(addresses(), settings={**QUICK, "# operator": "operator"})
        for day, recheck in ROUNDS:
            made.play(day, recheck=recheck)
        yield made


@pytest.fixture
def first(following: Following) -> Played:
    """Return the first round."""
    return following.rounds[FIRST]


# ---------------------------------------------------------------- adding


def test_each_publication_is_followed_by_what_a_person_types(following: Following) -> None:
    """Nobody should have to look for a feed."""
    assert [(one["address"], one["entries"] > 0) for one in following.added] == [
        (address, True) for address in addresses()
    ]


def test_adding_again_changes_nothing(following: Following) -> None:
    """A list of publications can be given again, with one more at its end."""
    before = (following.root / "onrecord.toml").read_bytes()
    said = following.run("add", *addresses(), "--json")
    told = [one["new"] for one in said.json]
    assert (told, (following.root / "onrecord.toml").read_bytes()) == ([False] * len(told), before)


# ---------------------------------------------------------------- a first round


@pytest.mark.parametrize(("number", "day"), [(FIRST, 1), (AGAIN, 1), (SECOND, 2), (NOISE, 3)])
def test_what_was_listed_is_held(following: Following, number: int, day: int) -> None:
    """Every article of the publications that a person relies on; nothing that is none."""
    held = {row["url"]: row for row in following.rounds[number].rows}
    wanted = [lookup_key(article.url) for article in EXPECTED.held_by(day)]
    found = [lookup_key(url) for url in held]
    assert (sorted(set(wanted) - set(following.rounds[number].by_key)), len(found)) == ([], len(wanted))


def test_what_was_not_kept_has_its_reason(first: Played) -> None:
    """A gap must be known, with its cause."""
    gaps = {
        lookup_key(article.url) for article in EXPECTED.articles if article.is_forbidden or article.is_early
    }
    assert set(first.reasons) == gaps
    assert all(first.reasons.values())


def test_a_round_that_went_well_ends_with_zero(following: Following) -> None:
    """A page that is not there yet is no failure of its source."""
    assert [played.said.code for played in following.rounds] == [0] * len(ROUNDS)


def test_the_text_is_the_publications(following: Following) -> None:
    """What is kept is what was printed, to the letter."""
    different = []
    for article in EXPECTED.held_by(1):
        row = following.rounds[FIRST].find(article.url)
        assert row is not None
        _, document = documents_of(following.root)[row["id"]][0]
        if body_text(document.revision.article.blocks) != body_text(
            blocks_of(article.url, article.first_day)
        ):
            different.append(article.url)
    assert different == []


def test_headlines_are_the_publications(first: Played) -> None:
    """A list is read by its headlines."""
    told = {
        article.url: row["headline"] for article in EXPECTED.held_by(1) if (row := first.find(article.url))
    }
    assert told == {article.url: article.headline for article in EXPECTED.held_by(1)}


def test_a_paywalled_article_is_held_as_a_part(first: Played) -> None:
    """A beginning must not pass for the whole."""
    parts = [article.url for article in EXPECTED.articles if article.access == "part"]
    rows = [row for url in parts if (row := first.find(url))]
    assert [row["verdict"] for row in rows] == ["part"] * len(parts)


def test_an_old_address_finds_the_article(first: Played) -> None:
    """Links in old documents still lead somewhere."""
    moved = [article for article in EXPECTED.articles if article.old_url]
    found = [first.find(article.old_url or "") for article in moved]
    assert [row["headline"] if row else None for row in found] == [article.headline for article in moved]


def test_a_late_item_with_an_old_date_is_kept(following: Following) -> None:
    """A feed's dates are claims: new is what is not held."""
    late = [article.url for article in EXPECTED.articles if article.is_late and not article.is_forbidden]
    assert late
    assert [url for url in late if following.rounds[SECOND].find(url) is None] == []


# ---------------------------------------------------------------- politeness


def test_nothing_forbidden_is_ever_asked(following: Following) -> None:
    """robots.txt is a publisher's word."""
    never = {article.url for article in EXPECTED.articles if article.is_forbidden}
    assert [one.url for one in following.newsroom.log() if one.url.split("?")[0] in never] == []


def test_a_host_is_asked_one_thing_at_a_time(following: Following) -> None:
    """A small server must not feel us."""
    assert side_by_side(following.newsroom.log()) == []


def test_a_host_that_asks_for_a_pause_gets_it(following: Following) -> None:
    """Crawl-delay is a publisher's word too."""
    hosts = [trait.where for trait in EXPECTED.traits if trait.kind == "crawl delay"]
    assert hosts
    gaps = [smallest_gap(played.asked, host) for played in following.rounds for host in hosts]
    assert min(gaps) >= 0.98


def test_nobody_is_asked_sooner_than_they_said(following: Following) -> None:
    """Retry-After."""
    assert too_soon(following.newsroom.log()) == []


def test_pages_that_stumble_are_asked_again(first: Played) -> None:
    """503, 429 and a broken connection pass."""
    flawed = [
        trait.where for trait in EXPECTED.traits if trait.kind in {"unavailable", "limited", "cut", "slow"}
    ]
    hosts = [where for where in flawed if "/" not in where]
    asked = {one.host for one in first.asked}
    assert len(flawed) == 4
    assert [where for where in flawed if where not in hosts and first.find(where) is None] == []
    assert set(hosts) <= asked


# ---------------------------------------------------------------- pictures


def test_each_shown_picture_has_its_file_or_its_reason(following: Following) -> None:
    """A document must not point into the void."""
    assert dangling(following.root) == []


def test_the_same_bytes_are_kept_once(following: Following) -> None:
    """One picture under three addresses is one file."""
    assert doubled(following.root) == []


def test_what_is_no_picture_is_missing_with_its_reason(following: Following) -> None:
    """A page in a picture's place, a 404 and a drawing with a script are told of."""
    wanted = {picture.url for picture in EXPECTED.pictures if picture.outcome != "kept"}
    told = {
        url.split("?")[0]
        for played in following.rounds
        for url, why in played.missing_pictures.items()
        if why
    }
    assert told == wanted


def test_the_largest_rendition_is_kept(following: Following) -> None:
    """A thumbnail is not the picture."""
    small = [
        picture.url
        for revisions in documents_of(following.root).values()
        for _, document in revisions
        for picture in document.revision.article.pictures
        if "?w=" in picture.url
    ]
    assert small == []


def test_captions_and_credits_are_kept(following: Following) -> None:
    """A photographer's name belongs to the picture."""
    differing = []
    for article in EXPECTED.held_by(1):
        row = following.rounds[FIRST].find(article.url)
        assert row is not None
        _, document = documents_of(following.root)[row["id"]][0]
        figures = [
            block.picture for block in blocks_of(article.url, article.first_day) if isinstance(block, Figure)
        ]
        words = [(one.caption, one.credit) for one in document.revision.article.pictures]
        if words != [(one.caption, one.credit) for one in figures]:
            differing.append((article.url, words))
    assert differing == []


def test_a_picture_proxy_is_passed_by(following: Following) -> None:
    """The proxy refuses; the publisher's own address inside its address answers."""
    behind = [picture for picture in EXPECTED.pictures if picture.proxy_url]
    assert behind
    assert [one.url for one in following.newsroom.log() if "weserv" in one.host] == []


# ---------------------------------------------------------------- a second look


def test_each_held_page_is_asked_for_with_a_condition(following: Following) -> None:
    """What has not changed is not sent again."""
    held = [row for row in following.rounds[FIRST].rows if row["kind"] == "page"]
    asked, same = rechecked(held, following.rounds[AGAIN].asked)
    assert (len(asked), len(same)) == (len(held), len(held))


def test_a_second_look_adds_nothing(following: Following) -> None:
    """No document, no picture, no revision."""
    first, again = following.rounds[FIRST], following.rounds[AGAIN]
    assert (again.files, again.rows) == (first.files, first.rows)


def test_a_second_look_keeps_no_payload_again(following: Following) -> None:
    """304 is a few lines in the captures, no more."""
    first, again = following.rounds[FIRST], following.rounds[AGAIN]
    new = set(again.segments) - set(first.segments)
    assert {one.kind for one in captured(following.root, new)} <= {"warcinfo", "request", "revisit"}


def test_each_visible_edit_is_a_revision_and_nothing_else_is(following: Following) -> None:
    """Readers are told of what changed, and of nothing that they cannot see."""
    revised = {lookup_key(row["url"]) for row in following.rounds[SECOND].rows if row["revision"] > 1}
    assert revised == {lookup_key(url) for url in EXPECTED.revised_on(2)}


def test_the_first_wording_is_still_there(following: Following) -> None:
    """What was said stays said."""
    held = documents_of(following.root)
    lost = []
    for edit in EXPECTED.edits_on(2):
        row = following.rounds[SECOND].find(edit.url)
        assert row is not None
        (_, before), (_, after) = held[row["id"]]
        said = [_words(one.revision.article) for one in (before, after)]
        if edit.before not in said[0] or edit.after not in said[1] or said[0] == said[1]:
            lost.append((edit.url, edit.kind))
    assert lost == []


def _words(article: Article) -> str:
    """Return all that a reader sees of an article, as one text."""
    parts = [article.headline, article.standfirst, article.kicker, article.byline]
    parts += [*article.corrections, *article.credits]
    parts += [words for picture in article.pictures for words in (picture.caption, picture.credit)]
    return "\n".join([*filter(None, parts), body_text(article.blocks)])


def test_what_its_publisher_took_away_is_marked_and_kept(following: Following) -> None:
    """A removal is news; the article stays."""
    gone = {lookup_key(row["url"]): row["path"] for row in following.rounds[SECOND].rows if row["removed_at"]}
    assert set(gone) == {lookup_key(removal.url) for removal in EXPECTED.removals if removal.day == 2}
    assert [path for path in gone.values() if path not in following.rounds[SECOND].files] == []


def test_an_item_that_left_the_feed_is_no_removal(following: Following) -> None:
    """A feed's window is short, and a page that never answered cannot vanish."""
    feed_only = {lookup_key(article.url) for article in EXPECTED.articles if article.is_feed_only}
    removed = {key for key, row in following.rounds[NOISE].by_key.items() if row["removed_at"]}
    assert feed_only & removed == set()


def test_noise_alone_is_no_revision(following: Following) -> None:
    """A clock, a counter and another advertisement change no article."""
    before, after = following.rounds[SECOND].rows, following.rounds[NOISE].rows
    numbers = [{row["id"]: row["revision"] for row in rows} for rows in (before, after)]
    assert numbers[0] == numbers[1]


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


def test_list_says_the_same_of_a_copy(following: Following, tmp_path: Path) -> None:
    """What a person sees does not hang on the database."""
    copy = only_truth(following.root, tmp_path / "copy")
    assert run("rebuild", "--archive", copy).code == 0
    assert run("list", "--json", "--archive", copy).out == following.run("list", "--json").out


def test_captures_pass_the_check_of_the_reference_tool(following: Following) -> None:
    """An archive outlives its program."""
    records = captured(following.root, following.rounds[NOISE].segments)
    assert [(one.url, one.faults) for one in records if one.faults] == []


def test_segments_say_who_wrote_them(following: Following) -> None:
    """A segment can be passed on alone: it names the program, and whoever keeps the archive."""
    records = captured(following.root, following.rounds[NOISE].segments)
    infos = [one.content for one in records if one.kind == "warcinfo"]
    assert len(infos) == len(following.rounds[NOISE].segments)
    assert all(b"software: OnRecord/" in info for info in infos)
    assert all(b"operator: A. Reader <reader@archive.example>" in info for info in infos)


def test_captures_say_which_machine_answered(following: Following) -> None:
    """Evidence names its source."""
    records = captured(following.root, following.rounds[NOISE].segments)
    assert [
        one.url for one in records if one.kind == "response" and "WARC-IP-Address" not in one.headers
    ] == []


def test_a_revisit_says_what_it_repeats(following: Following) -> None:
    """304 alone shows nothing: it refers to the record that has the payload."""
    ids = {
        one.headers["WARC-Record-ID"]: one.kind
        for one in captured(following.root, following.rounds[NOISE].segments)
    }
    repeated = [
        one.headers.get("WARC-Refers-To", "")
        for one in captured(following.root, following.rounds[NOISE].segments)
        if one.kind == "revisit" and one.headers["WARC-Profile"].startswith("http://netpreserve.org/")
    ]
    assert repeated
    assert {ids.get(each) for each in repeated} <= {"response", "revisit"}


def test_one_look_changes_no_file_of_the_past(following: Following) -> None:
    """A superseded revision's file is written once, and stands for ever."""
    after_two, after_three = following.rounds[SECOND].files, digests(following.root, "articles", "pictures")
    old = {path: digest for path, digest in after_two.items() if ".r1." in path}
    assert old
    assert {path: after_three.get(path) for path in old} == old
