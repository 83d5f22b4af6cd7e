"""Going back in time: what a publisher's sitemaps and paged feeds list is found, politely, and once."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from fetch_web import answer
from onrecord.archive import Archive
from onrecord.pipeline import backfill
from onrecord.store import WalkCount
from rounds import FEED, SETTINGS, Paper, item, page, url_of

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
OLD = ("mill", "weir", "lock", "quay")


def sitemap(**days: str) -> str:
    """Return a sitemap of items' pages, by their names, each with its lastmod."""
    rows = "".join(
        f"<url><loc>http://{url_of(name)}</loc><lastmod>{day}</lastmod></url>" for name, day in days.items()
    )
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"


def index(**days: str) -> str:
    """Return an index of sitemaps, by their names, each with its lastmod."""
    rows = "".join(
        f"<sitemap><loc>http://paper.example/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in days.items()
    )
    return f"<sitemapindex>{rows}</sitemapindex>"


def xml(text: str) -> bytes:
    """Return an answer of XML."""
    return answer(text.encode(), headers=["Content-Type: application/xml"])


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper with one article in its feed, and four older ones in its sitemaps."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    made.says(bridge=page(), **{name: page(f"What the {name.title()} Told Us This Week") for name in OLD})
    web = made.web.pages
    web["paper.example/robots.txt"] = [answer(b"Sitemap: http://paper.example/index.xml")]
    web["paper.example/index.xml"] = [
        xml(index(winter="2026-02-20", spring="2026-05-01", march="2026-03-31"))
    ]
    web["paper.example/spring.xml"] = [xml(sitemap(mill="2026-04-20", bridge="2026-05-17"))]
    packed = gzip.compress(sitemap(weir="2026-03-20", lock="2026-02-27", quay="2026-03-05").encode())
    web["paper.example/march.xml"] = [answer(packed, headers=["Content-Type: application/x-gzip"])]
    web["paper.example/winter.xml"] = [xml(sitemap(ice="2026-02-01"))]
    return made


def go_back(paper: Paper, since: datetime = SINCE) -> None:
    """Have the paper's source go back."""
    with Archive.open(paper.root, write=True) as archive:
        backfill.begin(archive, archive.config.sources[0], since)


def walked(paper: Paper) -> WalkCount:
    """Return how far it has gone."""
    with Archive.open(paper.root) as archive:
        found = archive.state.walked("paper.example")
    assert found
    return found


def slugs(paper: Paper) -> set[str]:
    """Return the names of the articles that are held."""
    return {held.url.rpartition("/")[2].partition("-")[0] for held in paper.held()}


def test_what_a_sitemap_lists_since_a_day_is_kept(paper: Paper) -> None:
    """A publication that was followed late is read from where it matters; an index, and a packed sitemap in it, too."""
    go_back(paper)
    paper.round()
    paper.round()
    assert slugs(paper) == {"bridge", "mill", "weir", "quay"}


def test_a_sitemap_that_has_not_changed_since_is_not_asked_for(paper: Paper) -> None:
    """Of twenty years of monthly sitemaps, those before the day are left alone."""
    go_back(paper)
    paper.round()
    paper.round()
    assert not paper.web.asked("/winter.xml")


def test_each_list_of_the_past_is_read_once(paper: Paper) -> None:
    """What was read is not read again in each round."""
    go_back(paper)
    for _ in range(4):
        paper.round()
    assert [len(paper.web.asked(f"/{name}.xml")) for name in ("index", "spring", "march")] == [1, 1, 1]


def test_without_the_wish_nothing_of_the_past_is_asked_for(paper: Paper) -> None:
    """Following a paper is no download of its archive."""
    paper.round()
    assert slugs(paper) == {"bridge"}


def test_the_past_is_asked_for_at_its_pace(paper: Paper) -> None:
    """A publisher's server is not emptied in one night."""
    (paper.root / "onrecord.toml").write_text(SETTINGS + "[schedule]\nbackfill = 1\n")
    go_back(paper)
    held = []
    for _ in range(5):
        paper.round()
        held.append(len(paper.held()))
    assert held[0] <= 2
    assert all(later - earlier <= 1 for earlier, later in pairwise(held))


def test_a_feed_with_older_pages_is_followed_back(paper: Paper) -> None:
    """RFC 5005: a blog has no sitemap, but its feed has pages."""
    paper.web.pages["paper.example/robots.txt"] = [answer(b"", status="404 Not Found")]
    link = "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='/feed?page=2'/>"
    first = f"<rss version='2.0'><channel><title>The Paper</title>{link}{item()}</channel></rss>"
    second = f"<rss version='2.0'><channel><title>The Paper</title>{item('mill', day=2)}</channel></rss>"
    paper.web.pages[FEED] = [xml(first)]
    paper.web.pages[f"{FEED}?page=2"] = [xml(second)]
    go_back(paper)
    paper.round()
    paper.round()
    assert slugs(paper) == {"bridge", "mill"}


def test_a_sitemap_that_fails_is_tried_in_three_rounds_and_told(paper: Paper) -> None:
    """One bad list must not hold up the others, nor be lost without a word."""
    paper.web.pages["paper.example/spring.xml"] = [answer(b"", status="404 Not Found")]
    go_back(paper)
    for _ in range(6):
        paper.round()
    assert walked(paper).failed == 1
    assert len(paper.web.asked("/spring.xml")) == 3


def test_a_later_wish_for_more_reads_the_lists_again(paper: Paper) -> None:
    """Whoever wants two more months asks for them, and gets nothing twice."""
    paper.says(ice=page("What the Ice Told Us This Week"))
    go_back(paper)
    paper.round()
    paper.round()
    go_back(paper, datetime(2026, 1, 1, tzinfo=UTC))
    paper.round()
    paper.round()
    assert slugs(paper) == {"bridge", "mill", "weir", "quay", "lock", "ice"}
    assert len(paper.held()) == 6


def test_how_far_it_has_gone_is_told(paper: Paper) -> None:
    """A walk of weeks is followed in `status`."""
    go_back(paper)
    paper.round()
    paper.round()
    count = walked(paper)
    assert (count.since, count.to_read, count.found, count.queued) == (SINCE, 0, 3, 0)


def test_sections_and_tags_of_a_sitemap_are_no_articles(paper: Paper) -> None:
    """Half of a common sitemap are lists of topics."""
    tags = "".join(
        f"<url><loc>http://paper.example/{each}</loc></url>" for each in ("tag/river", "politics", "")
    )
    paper.web.pages["paper.example/spring.xml"] = [xml(f"<urlset>{tags}</urlset>")]
    go_back(paper)
    paper.round()
    assert not paper.web.asked("/politics")


def test_what_of_the_past_can_not_be_had_is_counted_and_is_no_gap_of_today(paper: Paper) -> None:
    """Its publisher took it away years ago; no list that is followed named it."""
    paper.web.pages[url_of("mill")] = [answer(b"", status="404 Not Found")]
    go_back(paper)
    for _ in range(60):
        paper.round()
    assert (walked(paper).queued, walked(paper).missed) == (0, 1)
    with Archive.open(paper.root) as archive:
        assert archive.catalog.gaps("paper.example") == []


def test_what_is_queued_is_asked_for_at_once_when_a_feed_names_it(paper: Paper) -> None:
    """A publisher put it on its front page again: it is news."""
    (paper.root / "onrecord.toml").write_text(SETTINGS + "[schedule]\nbackfill = 1\n")
    go_back(paper)
    paper.round()
    paper.lists(item(), *(item(name, day=2) for name in OLD))
    paper.round()
    assert slugs(paper) >= set(OLD)
