"""Rounds in rare company: moved pages, walls that come later, two sources with one article, strange bytes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from fetch_web import answer, moved
from onrecord.archive import Archive, Step, verify
from onrecord.config import SAVED, SourceConfig
from onrecord.errors import FormatError
from onrecord.ledger import Event
from onrecord.pipeline.articles import ArticleDesk, Look
from onrecord.pipeline.report import Happening, News
from onrecord.pipeline.watching import is_source_due, reloaded
from onrecord.pipeline.writing import Writer
from onrecord.schedule import rhythm_from
from onrecord.store import DueRow, EntryRow
from rounds import FEED, PARAGRAPHS, Paper, feed, item, page, url_of
from test_pipeline import CHALLENGE, FULL_TEXT, GONE, content, events, lines, picture, shown

OTHER = (
    "The tower on the market square leans a little more each year, and this year it has leaned by a finger.",
    "Its bells have been silent since the autumn, when a mason saw the plaster fall on the stairs below them.",
    "A fence will stand around it from tomorrow, and whoever wants to see it may do so from the other side.",
)
#: As many letters as a home page's teasers have, so that nothing but its address tells what it is.
HOME = tuple(f"Report {number}: {words}" for number in range(7) for words in OTHER)
WALLED = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "Bridge Shut After a Crack Is Found", "isAccessibleForFree": false}</script>"""


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with one article in its feed."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page())
    return made


# ---------------------------------------------------------------- elsewhere


def test_a_page_that_leads_to_another_article_makes_no_revision(paper: Paper) -> None:
    """A publisher that sends the readers of an old article to a new one has not edited the old one."""
    paper.round()
    paper.web.pages[url_of()] = [moved(f"http://{url_of('tower')}")]
    paper.says(tower=page("Tower Leans a Little More Each Year", OTHER))
    paper.round(recheck=True)
    assert "revised" not in events(paper)


def test_a_page_that_leads_to_another_held_article_makes_no_revision(paper: Paper) -> None:
    """Two articles must not become one because an address was given up."""
    paper.lists(item(), item("tower"))
    paper.says(tower=page("Tower Leans a Little More Each Year", OTHER))
    paper.round()
    paper.web.pages[url_of()] = [moved(f"http://{url_of('tower')}")]
    paper.round(recheck=True)
    assert events(paper) == ["captured", "captured", "removed"]


def test_a_page_that_leads_to_the_home_page_makes_no_revision(paper: Paper) -> None:
    """Some publishers say so where others say 404: a removal."""
    paper.round()
    paper.web.pages[url_of()] = [moved("http://paper.example/")]
    paper.web.pages["paper.example/"] = [page("The Paper", HOME)]
    paper.round(recheck=True)
    assert events(paper) == ["captured", "removed"]


def test_an_article_that_was_moved_and_edited_is_still_one(paper: Paper) -> None:
    """When its feed lists the new address, nothing may be kept twice."""
    paper.round()
    paper.web.pages[url_of()] = [moved(f"http://{url_of('crossing')}", "301 Moved Permanently")]
    paper.says(crossing=page(paragraphs=[*PARAGRAPHS[:2], "The ferry runs until midnight."]))
    paper.round(recheck=True)
    paper.lists(item("crossing"))
    paper.round()
    assert events(paper) == ["captured", "revised"]


# ---------------------------------------------------------------- not there yet


def test_a_page_that_is_not_there_yet_is_asked_for_at_the_steps_of_the_settings(paper: Paper) -> None:
    """An editor lists an article before it is published, by minutes or by days."""
    paper.says(bridge=GONE)
    asked = []
    for hour in (0, 1, 2, 3, 23, 24, 25, 71, 72, 239, 240, 719, 720, 900):
        before = len(paper.web.requests)
        paper.web.clock.seconds = hour * 3600 + min(hour, 1) * 60.0  # the first round took some seconds
        paper.round()
        if any(request.target.startswith("/2026/") for request in paper.web.requests[before:]):
            asked.append(hour)
    assert asked == [0, 1, 3, 24, 72, 240, 720]


def test_a_page_that_was_given_up_is_asked_for_when_its_entry_changes(paper: Paper) -> None:
    """A publisher who lists it anew has put it there."""
    paper.says(bridge=GONE)
    for _ in range(3):
        paper.round()
        paper.web.clock.seconds += 20 * 24 * 3600
    paper.lists(item(extra="<description>At last.</description>"))
    paper.says(bridge=page())
    paper.round()
    assert len(paper.held()) == 1


def test_a_page_that_is_not_there_is_asked_for_again_without_steps_too(paper: Paper) -> None:
    """The settings speak of what is held: what never was is not given up at once."""
    settings = paper.root / "onrecord.toml"
    settings.write_text(settings.read_text() + "[schedule]\nlook_again = []\n")
    paper.says(bridge=GONE)
    paper.round()
    paper.says(bridge=page())
    paper.round()
    assert len(paper.held()) == 1


# ---------------------------------------------------------------- worse


def test_a_wall_that_comes_later_takes_no_articles_place(paper: Paper) -> None:
    """A worse verdict never replaces a better revision."""
    paper.round()
    paper.says(bridge=page(paragraphs=PARAGRAPHS[:1], head=WALLED))
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_an_edit_of_an_article_for_subscribers_is_a_revision(paper: Paper) -> None:
    """What was a part from the start is compared as a part."""
    paper.says(bridge=page(paragraphs=PARAGRAPHS[:2], head=WALLED))
    paper.round()
    edited = [PARAGRAPHS[0], PARAGRAPHS[1].replace("spring", "winter")]
    paper.says(bridge=page(paragraphs=edited, head=WALLED))
    paper.round(recheck=True)
    assert events(paper) == ["captured", "revised"]


def test_a_feeds_full_text_is_not_given_up_for_a_teaser(paper: Paper) -> None:
    """When the item has left its feed, the page alone answers, and says less."""
    paper.lists(item(extra=content()))
    paper.says(bridge=page(paragraphs=PARAGRAPHS[:1]))
    paper.round()
    paper.lists()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_a_source_that_is_read_from_its_feed_stays_so(paper: Paper) -> None:
    """The setting is the person's word, also when the item has left its feed."""
    settings = paper.root / "onrecord.toml"
    settings.write_text(settings.read_text() + 'full_text = "feed"\n')
    paper.lists(item(extra=content()))
    paper.says(
        bridge=page(paragraphs=[*PARAGRAPHS, "Read more of our reports on the bridge in the archive."])
    )
    paper.round()
    paper.lists()
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_a_wall_is_no_answer_of_an_items_page(paper: Paper) -> None:
    """A page that never gave anything can't vanish."""
    paper.lists(item(extra=content()))
    paper.says(bridge=CHALLENGE)
    paper.round()
    paper.lists()
    paper.says(bridge=GONE)
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_a_picture_is_not_lost_with_a_change_of_kind(paper: Paper) -> None:
    """A page that says word for word what the feed said shows its pictures too."""
    paper.web.pages["paper.example/pictures/a.png"] = [picture()]
    paper.lists(item(extra=content(PARAGRAPHS[0] + shown("a") + FULL_TEXT)))
    paper.says(bridge=GONE)
    paper.round()
    body = f"<p>{PARAGRAPHS[0]}</p>{shown('a')}{FULL_TEXT}".encode()
    html = b"<html lang=en><title>Bridge</title><article><h1>Bridge</h1>" + body + b"</article></html>"
    paper.says(bridge=answer(html, headers=["Content-Type: text/html"]))
    paper.round(recheck=True)
    with Archive.open(paper.root) as archive:
        kept = archive.document(paper.only()).pictures
    assert [one.path is not None for one in kept.values()] == [True]


# ---------------------------------------------------------------- gone


def test_another_address_that_never_answered_is_no_removal(paper: Paper) -> None:
    """A feed may list an address that its server does not know."""
    paper.round()
    paper.lists(item(query="?utm_source=rss", extra="<category>Rivers</category>"))
    paper.round()
    assert events(paper) == ["captured"]


def test_a_page_that_is_gone_is_marked_though_the_feed_has_its_text(paper: Paper) -> None:
    """The feed's window is slower than the publisher."""
    paper.lists(item(extra=content()))
    paper.round()
    paper.says(bridge=GONE)
    paper.round(recheck=True)
    assert paper.only().removed_at


# ---------------------------------------------------------------- not forgotten


def test_without_the_state_an_article_beyond_its_feed_is_looked_at_again(paper: Paper) -> None:
    """No article hangs on the state: an archive that was copied and rebuilt goes on as before."""
    paper.round()
    for place in paper.root.glob("state.sqlite*"):
        place.unlink()
    paper.lists()
    paper.says(bridge=page("Bridge Shut for Good, Says the Mayor"))
    paper.round(recheck=True)
    assert events(paper) == ["captured", "revised"]


def test_an_index_of_sitemaps_is_asked_unconditionally(paper: Paper) -> None:
    """One that answers 304 says nothing of a sitemap that failed the last time."""
    index = b"<sitemapindex><sitemap><loc>http://paper.example/news.xml</loc></sitemap></sitemapindex>"
    paper.web.pages[FEED] = [answer(index, headers=["Content-Type: application/xml", 'ETag: "a"'])]
    paper.round()
    paper.round()
    asked = paper.web.asked("/feed")[-1]
    assert "If-None-Match" not in dict(asked.headers)


def test_a_renamed_source_sees_what_its_feed_lists(paper: Paper) -> None:
    """A person may call a publication what they like, and miss nothing for it."""
    paper.web.pages[FEED] = [
        answer(feed(item()).partition(b"\r\n\r\n")[2], headers=['ETag: "a"']),
        answer(b"", status="304 Not Modified"),
    ]
    paper.says(bridge=GONE)
    paper.round()
    settings = paper.root / "onrecord.toml"
    settings.write_text(settings.read_text().replace('sources."paper.example"', "sources.paper"))
    paper.web.pages[FEED] = [answer(b"", status="304 Not Modified")]
    paper.says(bridge=page())
    paper.round()
    asked = paper.web.asked("/feed")[-1]
    assert "If-None-Match" not in dict(asked.headers)


def test_a_reader_that_reads_otherwise_makes_no_revision_of_a_date_that_the_feed_told(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before comparing, the older capture is read with today's reader, and with what the feed told."""
    monkeypatch.setattr("onrecord.extract.READER_VERSION", "older")
    monkeypatch.setattr("onrecord.pipeline.articles.content_digest", lambda _: "sha256:of another recipe")
    paper.round()
    monkeypatch.undo()
    paper.lists()
    paper.says(bridge=page(foot="<p>noise</p>"))
    paper.round(recheck=True)
    assert events(paper) == ["captured"]


def test_a_page_that_robots_txt_forbids_is_told_as_refused(paper: Paper) -> None:
    """Who did not ask has not failed."""
    rules = b"User-agent: *\nDisallow: /2026/"
    paper.web.pages["paper.example/robots.txt"] = [answer(rules, headers=["Content-Type: text/plain"])]
    paper.round()
    with Archive.open(paper.root) as archive:
        rows: list[EntryRow] = archive.state.entries_not_kept("paper.example")
    assert [row.outcome for row in rows] == ["refused"]


# ---------------------------------------------------------------- side by side


def test_two_sources_that_see_one_edit_make_one_revision(paper: Paper) -> None:
    """Both ask, one keeps; the first revision must not be written over by the second."""
    paper.round()
    paper.says(bridge=page("Bridge Shut for Good, Says the Mayor"))

    async def both(archive: Archive) -> None:
        now = paper.web.clock.now
        (source,) = archive.config.sources
        look = Look(source=source, url=f"http://{url_of()}", held=archive.catalog.find(url_of_held(archive)))
        async with (
            await paper.web.serve(),
            paper.web.make_client() as client,
            Writer(archive, now=now) as writer,
        ):
            desk = ArticleDesk(archive, client, writer, now=now, tell=lambda _: None)
            found = [await desk.look(look), await desk.look(look)]
            await asyncio.gather(*map(desk.keep, found))

    with Archive.open(paper.root, write=True) as archive:
        asyncio.run(both(archive))
    assert events(paper) == ["captured", "revised"]


def test_two_sources_that_bring_one_article_keep_it_under_both_addresses(paper: Paper) -> None:
    """The second waits until the first has kept it, and adds what it knows."""
    canonical = f'<link rel=canonical href="http://{url_of()}">'
    urls = [f"http://{url_of()}", f"http://{url_of('bridge-in-print')}"]
    for url in urls:
        paper.web.pages[url.removeprefix("http://")] = [page(head=canonical)]

    async def both(archive: Archive) -> None:
        now = paper.web.clock.now
        (source,) = archive.config.sources
        async with (
            await paper.web.serve(),
            paper.web.make_client() as client,
            Writer(archive, now=now) as writer,
        ):
            desk = ArticleDesk(archive, client, writer, now=now, tell=lambda _: None)
            found = [await desk.look(Look(source=source, url=url)) for url in urls]
            await asyncio.gather(*map(desk.keep, found))

    with Archive.open(paper.root, write=True) as archive:
        asyncio.run(both(archive))
        ids = [held.id for url in urls if (held := archive.catalog.find(url))]
    assert ids == [paper.only().id] * 2


def url_of_held(archive: Archive) -> str:
    """Return the address of the one article."""
    (line,) = [line for line in archive.lines() if "url" in line.data]
    return str(line.data["url"])


def test_a_page_that_is_saved_by_hand_is_still_its_sources(paper: Paper) -> None:
    """Whoever saves an article that is held already must not take it off its schedule."""
    paper.round()

    async def save(archive: Archive) -> None:
        now = paper.web.clock.now
        look = Look(
            source=SourceConfig(id=SAVED),
            url=f"http://{url_of()}",
            held=archive.catalog.find(url_of_held(archive)),
        )
        async with (
            await paper.web.serve(),
            paper.web.make_client() as client,
            Writer(archive, now=now) as writer,
        ):
            desk = ArticleDesk(archive, client, writer, now=now, tell=lambda _: None)
            await desk.keep(await desk.look(look))

    with Archive.open(paper.root, write=True) as archive:
        asyncio.run(save(archive))
    paper.says(bridge=page("Bridge Shut for Good, Says the Mayor"))
    paper.round()
    assert events(paper) == ["captured", "revised"]


# ---------------------------------------------------------------- broken off


def test_watching_outlasts_a_mistake_in_the_settings(paper: Paper) -> None:
    """Whoever edits the file while a service runs saves half a line now and then."""
    heard: list[News] = []
    with Archive.open(paper.root, write=True) as archive:
        (paper.root / "onrecord.toml").write_text("format = 1\n[fetch\n")
        wrong = reloaded(archive, heard.append, None)
        reloaded(archive, heard.append, wrong)
        assert [source.id for source in archive.config.sources] == ["paper.example"]
    assert [news.what for news in heard] == [Happening.SETTINGS_WRONG]


def test_a_clock_that_was_set_back_holds_up_no_source(paper: Paper) -> None:
    """A machine that woke up in the wrong year must not wait until that year comes."""
    now = paper.web.clock.now()
    row = DueRow(checked_at=now + timedelta(days=999), next_at=now + timedelta(days=1000), look_at=None)
    assert is_source_due(row, now=now)


class Killed(BaseException):
    """Stands for a killed process: nothing catches it."""


def test_what_a_broken_round_had_read_of_a_feed_is_not_lost(paper: Paper) -> None:
    """Killed before it asked for a page, while the item left its feed for good."""

    def strike(news: News) -> None:
        if news.what is Happening.TO_LOOK_AT:
            raise Killed

    with suppress(Killed):
        paper.round(tell=strike)
    paper.lists()
    paper.round()
    assert events(paper) == ["captured"]


def test_what_a_broken_round_found_counts_in_its_sources_rhythm(paper: Paper) -> None:
    """Else a source of which every other round is cut off would seem to publish half as much."""

    def strike(news: News) -> None:
        if news.what is Happening.TO_LOOK_AT:
            raise Killed

    def published() -> float:
        with Archive.open(paper.root) as archive:
            row = archive.state.source("paper.example")
        rhythm = rhythm_from(row.rhythm if row else None)
        return sum(rhythm.hours) if rhythm else 0.0

    paper.lists()
    paper.round()
    paper.lists(item())
    with suppress(Killed):
        paper.round(tell=strike)
    paper.round()
    assert published() == pytest.approx(1, abs=0.1)


def test_whoever_waits_for_a_commit_hears_of_any_failure(paper: Paper) -> None:
    """A mistake of ours must end a round, not let it hang for ever."""

    async def commit(archive: Archive) -> None:
        async with Writer(archive, now=paper.web.clock.now) as writer:
            await asyncio.wait_for(writer.commit(Step(event=Event.FOLLOWED, data={"source": object()})), 5)

    with Archive.open(paper.root, write=True) as archive, pytest.raises(TypeError, match="JSON"):
        asyncio.run(commit(archive))


def test_a_persons_own_file_is_not_written_over(paper: Paper) -> None:
    """Also one that the ledger does not know."""
    place = paper.root / "articles/paper.example/2026/05/17-bridge-is-in-the-news.md"
    place.parent.mkdir(parents=True)
    place.write_text("My notes.")
    paper.round()
    assert place.read_text() == "My notes."


def test_a_missing_segment_is_named(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged archive gives an error that names the file."""
    paper.round()
    for place in (paper.root / "captures").rglob("*.warc.gz"):
        place.unlink()
    monkeypatch.setattr("onrecord.extract.READER_VERSION", "later")
    paper.says(bridge=page("Bridge Shut for Good, Says the Mayor"))
    with pytest.raises(FormatError, match=r"captures/.*missing"):
        paper.round(recheck=True)


# ---------------------------------------------------------------- strange bytes


@pytest.mark.parametrize("where", ["headline", "author", "picture", "canonical"])
def test_half_a_character_in_a_page_stops_no_round(paper: Paper, where: str) -> None:
    """JSON can spell a lone surrogate, which no UTF-8 can: one such page must not stop all sources."""
    half = "\\ud83d"
    told = {
        "headline": f'"headline": "Bridge Shut {half}"',
        "author": f'"author": {{"@type": "Person", "name": "Ada {half} Marsh"}}',
        "picture": f'"image": "http://paper.example/{half}.png"',
        "canonical": f'"url": "http://paper.example/2026/bridge-is-{half}-in-the-news"',
    }
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", {told[where]}}}</script>'
    paper.says(bridge=page(head=script))
    paper.round()
    assert list(verify(paper.root)) == []
    assert lines(paper)


def test_half_a_character_in_a_feed_stops_no_round(paper: Paper) -> None:
    """The same, in a JSON Feed."""
    half = "\\ud83d"
    told = (
        '{"version": "https://jsonfeed.org/version/1.1", "title": "The Paper", "items": [{"id": "1", '
        f'"url": "http://paper.example/2026/{half}-is-in-the-news", "title": "Bridge {half}", '
        f'"content_html": "{half}{FULL_TEXT}", "tags": ["{half}"]}}]}}'
    )
    paper.web.pages[FEED] = [answer(told.encode(), headers=["Content-Type: application/feed+json"])]
    paper.round()
    assert list(verify(paper.root)) == []
