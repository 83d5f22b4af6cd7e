"""Gaps that are looked into: older pages, sitemaps, a web archive's copies of the list; closed only when proven."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from fetch_web import NOON, Stall, answer, moved
from onrecord.pipeline.filling import _likely
from rounds import FEED, page, url_of
from test_pipeline import GONE
from test_pipeline_gaps import Hourly, number, paged, reads

SITEMAP = "paper.example/sitemap.xml"


@pytest.fixture
def paper(tmp_path: Path) -> Hourly:
    """Return a paper whose feed moved on from 5 to 20 while nobody read it; all of its articles still answer."""
    made = Hourly(tmp_path / "news")
    made.shows(*range(20, 0, -1))
    made.shows(5, 4, 3, 2, 1)
    made.round()
    made.shows(20, 19, 18, 17, 16)
    made.round()
    return made


def sitemap(*numbers: int, month: str = "05") -> bytes:
    """Return a sitemap's answer that lists the articles of these hours, changed in this month."""
    dates = {n: f"2024-{month}-{1 + n // 24:02}T{n % 24:02}:00:00Z" for n in numbers}
    told = "".join(
        f"<url><loc>http://{url_of(f'story{n}')}</loc><lastmod>{at}</lastmod></url>"
        for n, at in dates.items()
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return answer(f"<urlset xmlns='{space}'>{told}</urlset>".encode(), headers=["Content-Type: text/xml"])


def named_in_robots(paper: Hourly, *urls: str) -> None:
    """Let robots.txt name these sitemaps."""
    told = "".join(f"Sitemap: http://{url}\n" for url in urls)
    paper.web.pages["paper.example/robots.txt"] = [answer(told.encode())]
    paper.web.clock.seconds += timedelta(days=1).total_seconds()  # the old one is known for a day


def hours(paper: Hourly) -> list[int]:
    """Return the hours whose articles are held."""
    return sorted(int(held.headline.split()[4]) for held in paper.held())


def test_a_gap_is_closed_by_the_lists_older_pages(paper: Hourly) -> None:
    """They reach from what is listed now to what was known before."""
    paper.web.pages[FEED] = [paged(20, 19, 18, 17, 16, older="/feed?page=2")]
    paper.web.pages[f"{FEED}?page=2"] = [paged(*range(15, 8, -1), older="/feed?page=3")]
    paper.web.pages[f"{FEED}?page=3"] = [paged(*range(8, 0, -1))]
    paper.round(fill=True)
    assert (hours(paper), paper.gaps(), paper.entered()[-1].data["by"]) == (list(range(1, 21)), [], "pages")


def test_pages_that_end_too_early_close_nothing(paper: Hourly) -> None:
    """What they gave is kept and counted; nobody can say that it is all."""
    paper.web.pages[FEED] = [paged(20, 19, 18, 17, 16, older="/feed?page=2")]
    paper.web.pages[f"{FEED}?page=2"] = [paged(15, 14, 13)]
    paper.round(fill=True)
    (gap,) = paper.gaps()
    assert (hours(paper)[5:], gap.found) == ([13, 14, 15, 16, 17, 18, 19, 20], 3)


def test_a_gap_is_closed_by_a_sitemap_that_lists_both_its_sides(paper: Hourly) -> None:
    """It lists what stands between them too."""
    named_in_robots(paper, SITEMAP)
    paper.web.pages[SITEMAP] = [sitemap(*range(1, 21))]
    paper.round(fill=True)
    assert (hours(paper), paper.gaps(), paper.entered()[-1].data["by"]) == (list(range(1, 21)), [], "sitemap")


def test_a_sitemap_that_lists_one_side_closes_nothing(paper: Hourly) -> None:
    """It may begin in the middle of the gap."""
    named_in_robots(paper, SITEMAP)
    paper.web.pages[SITEMAP] = [sitemap(*range(12, 21))]
    paper.round(fill=True)
    assert ([gap.found for gap in paper.gaps()], hours(paper)[5:]) == ([4], list(range(12, 21)))


def test_what_a_sitemap_lists_of_other_times_is_left(paper: Hourly) -> None:
    """A gap of a day is no reason to fetch ten years."""
    named_in_robots(paper, "paper.example/old.xml", SITEMAP)
    paper.web.pages[SITEMAP] = [sitemap(*range(1, 21))]
    paper.web.pages["paper.example/old.xml"] = [sitemap(*range(300, 340), month="04")]
    paper.round(fill=True)
    assert max(hours(paper)) == 20


def test_what_a_sitemap_says_was_changed_since_may_be_of_the_gap(paper: Hourly) -> None:
    """A report of the gap's hour that was corrected a week later is dated then."""
    named_in_robots(paper, SITEMAP)
    corrected = sitemap(*range(1, 21)).replace(b"2024-05-01T09:00:00Z", b"2024-05-09T09:00:00Z")
    paper.web.pages[SITEMAP] = [corrected]
    paper.round(fill=True)
    assert 9 in hours(paper)


def index(*urls: str) -> bytes:
    """Return an index of sitemaps."""
    told = "".join(f"<sitemap><loc>http://{url}</loc></sitemap>" for url in urls)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return answer(f"<sitemapindex xmlns='{space}'>{told}</sitemapindex>".encode())


def test_sitemaps_that_name_their_months_close_a_gap(paper: Hourly) -> None:
    """The one of its month lists all of it."""
    named_in_robots(paper, "paper.example/index.xml")
    children = [f"paper.example/2024-{month:02}.xml" for month in range(1, 7)]
    paper.web.pages["paper.example/index.xml"] = [index(*children)]
    paper.web.pages["paper.example/2024-05.xml"] = [sitemap(*range(1, 21))]
    paper.round(fill=True)
    assert (paper.gaps(), paper.web.asked("/2024-04.xml")) == ([], [])


def test_sitemaps_of_which_some_are_not_read_close_nothing(paper: Hourly) -> None:
    """What is missing may stand in the one between."""
    named_in_robots(paper, "paper.example/index.xml")
    children = [f"paper.example/part-{n}.xml" for n in "abcdefgh"]
    paper.web.pages["paper.example/index.xml"] = [index(*children)]
    for name in children:
        paper.web.pages[name] = [sitemap(*range(1, 12))]
    paper.web.pages[children[-1]] = [sitemap(*range(15, 21))]
    paper.round(fill=True)
    assert [gap.found for gap in paper.gaps()] == [7]


def test_what_a_broken_round_had_found_counts(paper: Hourly, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between finding and keeping, the next one keeps it, and says so."""
    named_in_robots(paper, SITEMAP)
    paper.web.pages[SITEMAP] = [sitemap(*range(1, 21))]
    with monkeypatch.context() as patch:
        patch.setattr("onrecord.pipeline.round.Round._take", _break_off)
        with pytest.raises(KeyboardInterrupt):
            paper.round(fill=True)
    paper.round(fill=True)
    assert (hours(paper), paper.entered()[-1].data["found"]) == (list(range(1, 21)), 10)


def _break_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_without_the_option_no_sitemap_is_asked(paper: Hourly) -> None:
    """An ordinary round costs the publisher as little as it can."""
    named_in_robots(paper, SITEMAP)
    paper.round()
    assert not paper.web.asked("/sitemap.xml")


def test_without_a_gap_nothing_is_looked_for(tmp_path: Path) -> None:
    """The option can stand in a crontab."""
    made = Hourly(tmp_path / "news")
    made.shows(5, 4, 3, 2, 1)
    named_in_robots(made, SITEMAP)
    made.round(fill=True)
    assert not made.web.asked("/sitemap.xml")


# ---------------------------------------------------------------- web archives


def archived(paper: Hourly, windows: Iterable[tuple[int, ...]]) -> None:
    """Let a web archive have copies of the feed, evenly spread over the gap; the TimeGate gives the next each time."""
    settings = paper.root / "onrecord.toml"
    web = 'fallbacks = ["memento"]\ntimegate = "http://archive.example/web/"\nretries = 1'
    settings.write_text(settings.read_text().replace("retries = 1", web))
    gate: list[bytes | Stall] = []
    for count, window in enumerate(windows):
        named = f"archive.example/web/202405171{count}0000/http://{FEED}"
        gate.append(moved(f"http://{named}"))
        listed = paged(*window).replace(
            b"Content-Type", b"Memento-Datetime: Fri, 17 May 2024\r\nContent-Type", 1
        )
        paper.web.pages[named] = [listed]
        paper.web.pages[named.replace("0000/", "0000id_/")] = [listed]
    paper.web.pages[f"archive.example/web/http://{FEED}"] = gate


def test_a_gap_is_closed_by_copies_of_the_list_that_join(paper: Hourly) -> None:
    """Somebody else read it meanwhile, and each of their readings joins the one before."""
    archived(paper, [(9, 8, 7, 6, 5, 4, 3), (13, 12, 11, 10, 9), (18, 17, 16, 15, 14, 13)])
    paper.round(fill=True)
    assert (hours(paper), paper.gaps(), paper.entered()[-1].data["by"]) == (list(range(1, 21)), [], "memento")


def test_copies_of_the_list_that_do_not_join_close_nothing(paper: Hourly) -> None:
    """There is a gap in theirs too."""
    archived(paper, [(7, 6, 5, 4, 3), (18, 17, 16, 15, 14)])
    paper.round(fill=True)
    assert ([gap.found for gap in paper.gaps()], hours(paper)[5:9]) == ([4], [6, 7, 14, 15])


def test_no_web_archive_is_asked_for_a_list_unless_settings_say_so(paper: Hourly) -> None:
    """Whoever runs it learns what is read."""
    paper.round(fill=True)
    assert {request.host for request in paper.web.requests} == {"paper.example"}


# ---------------------------------------------------------------- other gaps


def test_an_entry_that_is_not_held_is_asked_for_again_though_it_is_not_due(tmp_path: Path) -> None:
    """Whoever fills gaps has mended something: a proxy, a cookie, a setting."""
    made = Hourly(tmp_path / "news")
    made.web.pages[url_of("story3")] = [GONE]
    made.shows(5, 4, 3, 2, 1)
    for _ in range(5):
        made.round()
    made.says(story3=page("What Happened in Hour 3 of the Year"))
    made.round(fill=True)
    assert 3 in hours(made)


def test_numbers_that_never_came_are_found_in_a_sitemap(tmp_path: Path) -> None:
    """Listed nowhere else, the article still answers."""
    made = Hourly(tmp_path / "news")
    reads(made, [*range(500, 512), *range(513, 530)])
    made.web.clock.seconds += timedelta(days=2).total_seconds()
    reads(made, range(515, 532))
    named_in_robots(made, SITEMAP)
    made.web.pages["paper.example/news/512.html"] = [page("Report 512 of the Harbour Committee")]
    made.web.pages[SITEMAP] = [
        answer(b"http://paper.example/news/512.html\nhttp://paper.example/news/513.html\n")
    ]
    made.lists(*map(number, range(515, 532)))
    made.round(fill=True)
    assert made.gaps() == []


@pytest.mark.parametrize(
    ("children", "chosen"),
    [
        (["a-2024-04.xml", "a-2024-05.xml", "a-2024-06.xml"], ["a-2024-05.xml"]),
        (["s?yyyy=2023&mm=05", "2024/5/news.xml", "2024/15/news.xml"], ["2024/5/news.xml"]),
        (["20240517.xml", "20240617.xml"], ["20240517.xml"]),
        ([f"{n}.xml" for n in range(9)], ["0.xml", "1.xml", "2.xml", "6.xml", "7.xml", "8.xml"]),
    ],
)
def test_of_an_index_the_likely_sitemaps_are_read(children: list[str], chosen: list[str]) -> None:
    """Some publishers have a sitemap for each month of thirty years."""
    assert _likely(children, NOON, NOON + timedelta(days=2))[0] == chosen
