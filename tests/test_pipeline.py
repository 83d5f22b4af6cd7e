"""Rounds: what is new is kept, what changed is kept beside it, and nothing is lost or kept twice."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fetch_web import answer, moved
from onrecord.archive import Archive, verify
from onrecord.fetch import FetchSettings
from onrecord.ledger import Event, Line
from onrecord.warc import StoredRecord, iter_records
from rounds import FEED, PARAGRAPHS, Paper, feed, item, page, url_of

GONE = answer(b"", status="404 Not Found")
FULL_TEXT = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
CHALLENGE = answer(
    b"<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>",
    headers=["Content-Type: text/html"],
)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with one article in its feed."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page())
    return made


def events(paper: Paper) -> list[str]:
    """Return what the ledger tells of articles, in order."""
    told = {Event.CREATED, Event.SEALED}
    return [line.event.value for line in lines(paper) if line.event not in told]


def lines(paper: Paper) -> list[Line]:
    """Return the ledger."""
    with Archive.open(paper.root) as archive:
        return list(archive.lines())


def content(words: str = FULL_TEXT) -> str:
    """Return the full text of an item."""
    return f"<content:encoded><![CDATA[{words}]]></content:encoded>"


# ---------------------------------------------------------------- new


def test_what_a_feed_lists_is_kept(paper: Paper) -> None:
    """The main job."""
    paper.round()
    assert paper.only().headline == "Bridge Shut After a Crack Is Found"


def test_a_second_round_keeps_nothing_twice(paper: Paper) -> None:
    """An hourly job must not fill the disk with what it has."""
    paper.round()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_a_late_item_with_an_old_date_is_not_lost(paper: Paper) -> None:
    """The lineage lost such articles for years."""
    paper.round()
    paper.lists(item(), item("tower", day=1))
    paper.says(tower=page("Tower Leans a Little More Each Year"))
    paper.round()
    assert [held.number for held in paper.held()] == [1, 2]


def test_one_article_under_two_addresses_is_kept_once(paper: Paper) -> None:
    """Tracking parameters make no other article."""
    paper.lists(item(query="?utm_source=rss"), item(query="?utm_source=mail"))
    paper.web.pages[url_of() + "?utm_source=rss"] = [page()]
    paper.web.pages[url_of() + "?utm_source=mail"] = [page()]
    paper.round()
    assert len(paper.held()) == 1


def test_the_canonical_address_makes_two_pages_one_article(paper: Paper) -> None:
    """A print view is no second article."""
    canonical = f'<link rel=canonical href="http://{url_of()}">'
    paper.lists(item("bridge"), item("bridge-in-print"))
    paper.web.pages[url_of("bridge")] = [page(head=canonical)]
    paper.web.pages[url_of("bridge-in-print")] = [page(head=canonical)]
    paper.round()
    assert len(paper.held()) == 1


def test_an_article_is_found_by_each_address_that_led_to_it(paper: Paper) -> None:
    """A person pastes whichever link they have."""
    paper.web.pages[url_of()] = [moved(f"http://{url_of('bridge-for-good')}", "301 Moved Permanently")]
    paper.web.pages[url_of("bridge-for-good")] = [page()]
    paper.round()
    with Archive.open(paper.root) as archive:
        found = [archive.catalog.find(f"http://{url_of(name)}") for name in ("bridge", "bridge-for-good")]
    assert [one.id for one in found if one] == [paper.only().id] * 2


def test_numbers_follow_publication(paper: Paper) -> None:
    """Legacy files are named by them, and sort by them."""
    paper.lists(item("tower", day=19), item("bridge", day=17), item("ferry", day=18))
    for name in ("tower", "bridge", "ferry"):
        paper.web.pages[url_of(name)] = [page(f"What the {name.title()} Told Us This Week")]
    paper.round()
    assert [held.headline.split()[2] for held in paper.held()] == ["Bridge", "Ferry", "Tower"]


def test_an_article_linked_before_its_page_answers_is_kept_later(paper: Paper) -> None:
    """A feed is often a minute ahead of its server."""
    paper.says(bridge=GONE)
    paper.round()
    paper.says(bridge=page())
    paper.round()
    assert events(paper) == ["captured"]


def test_a_page_that_is_no_article_is_told_with_its_reason(paper: Paper) -> None:
    """Nothing may be missing without a word."""
    paper.says(bridge=CHALLENGE)
    paper.round()
    with Archive.open(paper.root) as archive:
        (row,) = archive.state.entries_not_kept("paper.example")
    assert row.reason
    assert row.reason.startswith("block")


def captured(paper: Paper) -> list[StoredRecord]:
    """Return the responses in the archive's captures."""
    places = sorted((paper.root / "captures").rglob("*.warc.gz"))
    return [record for place in places for record in iter_records(place) if record.kind == "response"]


def test_what_was_answered_in_an_articles_place_is_on_record(paper: Paper) -> None:
    """A verdict carries its evidence; once is enough."""
    paper.says(bridge=CHALLENGE)
    paper.round()
    paper.round()
    assert [record.url for record in captured(paper)].count(f"http://{url_of()}") == 1


def test_a_page_that_a_limit_cut_says_so(paper: Paper) -> None:
    """What is not whole must not pass for it."""
    paper.web.settings = FetchSettings(max_body={**FetchSettings().max_body, "page": 200})
    paper.round()
    (cut,) = [record for record in captured(paper) if record.url == f"http://{url_of()}"]
    assert cut.header("WARC-Truncated") == "length"


def test_a_feed_that_fails_is_reported(paper: Paper) -> None:
    """A source that is silent for a month must not look like one that has no news."""
    paper.web.pages[FEED] = [GONE]
    assert "paper.example" in paper.round().failed


def test_without_the_state_nothing_is_kept_twice(paper: Paper) -> None:
    """No article hangs on it."""
    paper.round()
    for place in paper.root.glob("state.sqlite*"):
        place.unlink()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_without_the_index_the_next_round_makes_it_again(paper: Paper) -> None:
    """It can be deleted at any time."""
    paper.round()
    for place in paper.root.glob("index.sqlite*"):
        place.unlink()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


# ---------------------------------------------------------------- changed


def test_an_edit_is_a_second_revision(paper: Paper) -> None:
    """What was changed, and what stood there before."""
    paper.round()
    paper.says(
        bridge=page(paragraphs=[PARAGRAPHS[0], PARAGRAPHS[1].replace("spring", "winter"), PARAGRAPHS[2]])
    )
    paper.round(recheck=True)
    assert events(paper) == ["captured", "revised"]


def test_the_first_revision_is_still_there(paper: Paper) -> None:
    """Word for word."""
    paper.round()
    path = paper.root / paper.only().path
    before = path.read_bytes()
    paper.says(bridge=page("Bridge Shut for Good, Says the Mayor"))
    paper.round(recheck=True)
    assert path.with_suffix(".r1.md").read_bytes() == before


def test_noise_is_no_revision(paper: Paper) -> None:
    """A clock and a counter are not news."""
    paper.round()
    paper.says(bridge=page(foot="<div class=ticker>Live 12:31 - 4711 readers now</div>"))
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_a_block_page_takes_no_articles_place(paper: Paper) -> None:
    """A worse verdict never replaces a better revision."""
    paper.round()
    paper.says(bridge=CHALLENGE)
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_an_unchanged_page_is_asked_with_its_validators(paper: Paper) -> None:
    """A publisher pays for each byte too."""
    paper.says(bridge=page(headers=['ETag: "a"']))
    paper.round()
    paper.web.requests.clear()
    paper.round(recheck=True)
    (asked,) = [request for request in paper.web.requests if "bridge" in request.target]
    assert ("If-None-Match", '"a"') in asked.headers


def test_an_upgrade_of_the_reader_makes_no_revision(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before comparing, the older capture is read with today's reader."""
    paper.round()
    held = paper.only()
    with Archive.open(paper.root, write=True) as archive:
        assert archive.document(held).reader_version != "later"
    monkeypatch.setattr("onrecord.extract.READER_VERSION", "later")
    paper.says(bridge=page(foot="<p>noise</p>"))
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


# ---------------------------------------------------------------- gone


def test_a_page_that_is_gone_is_marked_and_kept(paper: Paper) -> None:
    """Nothing is ever deleted here because it vanished there."""
    paper.round()
    paper.says(bridge=GONE)
    paper.round(recheck=True)
    assert paper.only().removed_at
    assert (paper.root / paper.only().path).is_file()


def test_a_removal_is_told_once(paper: Paper) -> None:
    """Each hour's 404 is not news."""
    paper.round()
    paper.says(bridge=GONE)
    paper.round(recheck=True)
    paper.round(recheck=True)
    assert events(paper) == ["captured", "removed"]


def test_a_page_that_comes_back_is_restored(paper: Paper) -> None:
    """Servers err; the record says so."""
    paper.round()
    paper.says(bridge=GONE)
    paper.round(recheck=True)
    paper.says(bridge=page())
    paper.round(recheck=True)
    assert events(paper) == ["captured", "removed", "restored"]


def test_an_item_that_left_its_feed_is_no_removal(paper: Paper) -> None:
    """A feed is a window."""
    paper.round()
    paper.lists()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


# ---------------------------------------------------------------- full text in the feed


def test_an_item_whose_page_never_answers_is_kept_from_its_feed(paper: Paper) -> None:
    """Some publications live in their feed alone."""
    paper.lists(item(extra=content()))
    paper.says(bridge=GONE)
    paper.round()
    assert paper.only().kind == "feed"


def test_a_page_that_never_answered_is_no_removal(paper: Paper) -> None:
    """It can't vanish."""
    paper.lists(item(extra=content()))
    paper.says(bridge=GONE)
    paper.round()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_an_edit_in_a_feeds_text_is_a_revision(paper: Paper) -> None:
    """Feed text is compared with feed text."""
    paper.says(bridge=GONE)
    paper.lists(item(extra=content()))
    paper.round()
    paper.lists(item(extra=content(FULL_TEXT.replace("spring", "winter"))))
    paper.round()
    assert events(paper) == ["captured", "revised"]


def test_other_bytes_in_a_feed_are_kept_without_a_revision(paper: Paper) -> None:
    """Legacy files are made from the feed's own bytes."""
    paper.says(bridge=GONE)
    paper.lists(item(extra=content()))
    paper.round()
    paper.lists(item(extra=content(FULL_TEXT.replace("<p>", "<p >"))))
    paper.round()
    assert events(paper) == ["captured", "enveloped"]


def test_a_page_that_answers_at_last_is_a_change_of_kind(paper: Paper) -> None:
    """It is no edit: nobody changed a word."""
    paper.lists(item(extra=content()))
    paper.says(bridge=GONE)
    paper.round()
    paper.says(bridge=page())
    paper.round(recheck=True)
    assert events(paper) == ["captured", "kind-changed"]


def test_a_page_behind_a_wall_yields_to_the_feeds_full_text(paper: Paper) -> None:
    """The fuller of the two is kept."""
    paper.lists(item(extra=content()))
    paper.says(bridge=page(paragraphs=PARAGRAPHS[:1]))
    paper.round()
    assert paper.only().kind == "feed"


# ---------------------------------------------------------------- pictures


def shown(name: str) -> str:
    """Return a figure."""
    return f'<figure><img src="/pictures/{name}.png" width=640 height=480><figcaption>The pier.</figcaption></figure>'


def picture() -> bytes:
    """Return a picture's answer."""
    drawn = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(drawn, "PNG")
    return answer(drawn.getvalue(), headers=["Content-Type: image/png"])


def test_a_picture_under_two_addresses_is_one_file(paper: Paper) -> None:
    """Each picture once, named by its digest."""
    paper.web.pages["paper.example/pictures/a.png"] = [picture()]
    paper.web.pages["paper.example/pictures/b.png"] = [picture()]
    paper.says(bridge=page(paragraphs=[PARAGRAPHS[0], shown("a"), PARAGRAPHS[1], shown("b"), PARAGRAPHS[2]]))
    paper.round()
    assert len(list((paper.root / "pictures").rglob("*.png"))) == 1


def test_a_picture_that_is_held_is_not_counted_again(paper: Paper) -> None:
    """A round tells what it brought, not what an edited article shows."""
    paper.web.pages["paper.example/pictures/a.png"] = [picture()]
    paper.says(bridge=page(paragraphs=[PARAGRAPHS[0], shown("a"), *PARAGRAPHS[1:]]))
    paper.round()
    paper.says(bridge=page("Bridge Shut for Good", [PARAGRAPHS[0], shown("a"), *PARAGRAPHS[1:]]))
    assert paper.round(recheck=True).counts["picture"] == 0


def test_a_missing_picture_is_told_with_its_reason(paper: Paper) -> None:
    """A document says what it lacks."""
    paper.says(bridge=page(paragraphs=[PARAGRAPHS[0], shown("a"), *PARAGRAPHS[1:]]))
    paper.round()
    assert "missing: the server answered 404" in (paper.root / paper.only().path).read_text()


def test_a_picture_that_comes_later_completes_the_revision(paper: Paper) -> None:
    """A picture host that was down for an hour costs no picture, and makes no edit."""
    address = "paper.example/pictures/a.png"
    paper.web.pages[address] = [answer(b"", status="503 Service Unavailable")]
    paper.says(bridge=page(paragraphs=[PARAGRAPHS[0], shown("a"), *PARAGRAPHS[1:]]))
    paper.round()
    paper.web.pages[address] = [picture()]
    paper.round(recheck=True)
    assert events(paper) == ["captured", "completed"]


# ---------------------------------------------------------------- all of it


def test_after_a_year_of_rounds_everything_verifies(paper: Paper) -> None:
    """Edits, removals, returns and pictures leave no stranger and no damage."""
    paper.web.pages["paper.example/pictures/a.png"] = [picture()]
    paper.round()
    paper.says(bridge=page("Bridge Shut for Good", [PARAGRAPHS[0], shown("a"), *PARAGRAPHS[1:]]))
    paper.round(recheck=True)
    paper.says(bridge=GONE)
    paper.round(recheck=True)
    paper.web.pages[FEED] = [feed(item(), item("tower"))]
    paper.says(bridge=page(), tower=page("Tower Leans a Little More Each Year"))
    paper.round(recheck=True)
    assert list(verify(paper.root)) == []


def test_what_only_the_feed_told_outlasts_the_feeds_window(paper: Paper) -> None:
    """A date that the page does not print must not be lost on the next look."""
    paper.round()
    paper.lists()
    paper.says(bridge=page("Bridge Shut for Good, Says the Mayor"))
    paper.round(recheck=True)
    assert paper.only().published == "2026-05-17T10:00:00+00:00"
