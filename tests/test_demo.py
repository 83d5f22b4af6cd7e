"""What the demo says it is, and what it answers, are one: every fact of `expected` is held against the answers."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO

import pytest
from PIL import Image

from onrecord.demo.expected import (
    ExpectedArticle,
    ExpectedEdit,
    ExpectedPicture,
    ExpectedRemoval,
    addresses,
    blocks_of,
    expected,
    publications,
)
from onrecord.demo.lists import feed
from onrecord.demo.newsroom import Answer, DemoNewsroom
from onrecord.demo.pages import front_page
from onrecord.demo.stories import Publication, Story
from onrecord.model import Access, Figure, Heading, Paragraph, Table, plain

ROOM = DemoNewsroom()
DAYS = (1, 2, 3)
EDITS = expected().edits
STORIES = [(publication, story) for publication in publications() for story in publication.stories]


def ask(url: str, day: int = 1, *, asked: int = 2, **headers: str) -> Answer:
    """Ask for the second time, so that no first answer's flaw is in the way."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ROOM.answer("GET", url, named, day, asked=asked)


def text_of(publication: Publication, story: Story, day: int) -> str:
    """Return what a story's reader is sent: its page, or the feed where it has none."""
    if publication.is_feed_only:
        return feed(publication, day)[0]
    return ask(story.url, day).body.decode(publication.charset)


def name_of(value: object) -> str:
    """Name a test by what it is about."""
    if isinstance(value, ExpectedArticle):
        return f"{value.publication}-{value.slug}"
    if isinstance(value, ExpectedEdit):
        return f"{value.kind}-{value.url}"
    return value.url if isinstance(value, ExpectedPicture | ExpectedRemoval) else str(value)


# ---------------------------------------------------------------- the articles


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("article", expected().articles, ids=name_of)
def test_a_page_answers_on_its_days_alone(article: ExpectedArticle, day: int) -> None:
    """Whoever counts what was lost must be able to trust what there was."""
    stands = article.first_day <= day and (article.last_day is None or day <= article.last_day)
    assert (ask(article.url, day).status == 200) == (stands and not article.is_feed_only)


@pytest.mark.parametrize("edit", EDITS, ids=name_of)
def test_an_edit_is_on_the_page_from_its_day_on(edit: ExpectedEdit) -> None:
    """The demo shows a reader what was changed: the change must be there."""
    publication, story = next(pair for pair in STORIES if pair[1].url == edit.url)
    old, new = (text_of(publication, story, day) for day in (edit.day - 1, edit.day))
    assert edit.before in old
    assert edit.after in new
    assert not edit.after or edit.after not in old
    assert not edit.before or edit.before not in new


@pytest.mark.parametrize("edit", [edit for edit in EDITS if edit.before], ids=name_of)
def test_an_edit_touches_one_place(edit: ExpectedEdit) -> None:
    """What is said to have changed must not stand elsewhere in the story, where it did not."""
    story = next(story for _, story in STORIES if story.url == edit.url)
    assert (story.headline if edit.kind == "headline" else story.body).count(edit.before) == 1


@pytest.mark.parametrize(
    "kind", ["headline", "wording", "punctuation", "number", "paragraph removed", "correction note"]
)
def test_each_kind_of_edit_is_made(kind: str) -> None:
    """A kind that the demo lacks is one that nobody sees work."""
    assert [edit for edit in EDITS if edit.kind == kind]


@pytest.mark.parametrize("removal", expected().removals, ids=name_of)
def test_a_removal_answers_with_its_status(removal: ExpectedRemoval) -> None:
    """404 and 410 are told apart in the ledger."""
    assert [ask(removal.url, day).status for day in (removal.day - 1, removal.day)] == [200, removal.status]


def test_both_ways_of_removing_are_there() -> None:
    """A demo of removals that knows one status proves half."""
    assert {removal.status for removal in expected().removals} == {404, 410}


def test_what_leaves_the_feed_is_not_removed() -> None:
    """A feed's window is short: an article that fell out of it must not be reported as taken away."""
    left = [
        a
        for a in expected().articles
        if a.publication == "heronbay-cn" and a.listed_on == (1,) and a.last_day is None
    ]
    assert [ask(article.url, 2).status for article in left] == [200]


def test_a_late_item_is_older_than_all_that_the_feed_held() -> None:
    """The lineage lost such items: they are there to be kept."""
    publication = publications()[1]
    late = next(story for story in publication.stories if story.is_late)
    assert late not in publication.listed(1)
    assert publication.listed(2)[-1] == late
    assert late.published_at < min(story.published_at for story in publication.listed(1))


def test_an_early_item_is_linked_before_its_page_answers() -> None:
    """Who gives an address up after one 404 loses the article."""
    early = next(article for article in expected().articles if article.is_early)
    assert 1 in early.listed_on
    assert [ask(early.url, day).status for day in (1, 2)] == [404, 200]


def test_an_old_address_moves_to_the_new_one() -> None:
    """One article, two addresses: it must be kept once."""
    moved = next(article for article in expected().articles if article.old_url)
    assert moved.old_url is not None
    answer = ask(moved.old_url)
    assert (answer.status, answer.header("location")) == (301, moved.url)


def test_a_copy_names_another_host() -> None:
    """A syndicated copy must not be filed under the original."""
    copy = next(article for article in expected().articles if article.copy_of)
    assert f'<link rel="canonical" href="{copy.copy_of}">' in ask(copy.url).body.decode()


def test_a_forbidden_article_is_disallowed() -> None:
    """robots.txt is obeyed; the demo must have something to obey it on."""
    forbidden = next(article for article in expected().articles if article.is_forbidden)
    rules = ask("http://www.heronbay.example/robots.txt").body.decode()
    rule = next(line for line in rules.splitlines() if line.startswith("Disallow: /"))
    assert forbidden.url.startswith("http://www.heronbay.example" + rule.removeprefix("Disallow: "))


def test_a_part_says_that_there_is_more() -> None:
    """A stub must be told from a short article."""
    part = next(article for article in expected().articles if article.access is Access.PART)
    page = ask(part.url).body.decode()
    assert '"isAccessibleForFree": false' in page
    assert "Subscribe to read on" in page


def test_what_should_be_held_grows_by_what_was_printed() -> None:
    """The figures that the README gives."""
    assert [len(expected().held_by(day)) for day in DAYS] == [28, 35, 35]


def test_the_third_day_brings_noise_alone() -> None:
    """On a day without news the demo must come to no revision."""
    assert [len(expected().revised_on(day)) for day in DAYS] == [0, 9, 0]


# ---------------------------------------------------------------- translations


@pytest.mark.parametrize(
    "story", [s for p, s in STORIES if p.id == "heronbay-cn"], ids=lambda story: str(story.slug)
)
def test_a_translation_stands_beside_its_original_paragraph_by_paragraph(story: Story) -> None:
    """A learner reads them side by side."""
    original = expected().article(story.url).original_url
    assert original is not None
    kinds = (Paragraph, Heading, Table)
    mine = [type(block) for block in story.blocks(1) if isinstance(block, kinds)]
    theirs = [type(block) for block in blocks_of(original, 1) if isinstance(block, kinds)]
    assert mine == theirs


def test_a_translation_links_to_its_original() -> None:
    """The pointer at the foot is all that joins the two."""
    article = next(article for article in expected().articles if article.original_url)
    assert f'href="{article.original_url}">点击查看本文英文版。</a>' in ask(article.url).body.decode()


def test_an_original_links_to_its_translation() -> None:
    """So does the way back."""
    article = next(article for article in expected().articles if article.translation_url)
    assert f'hreflang="zh-Hans" href="{article.translation_url}"' in ask(article.url).body.decode()


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize("day", DAYS)
def test_every_listed_story_is_in_its_list(day: int) -> None:
    """What the facts call listed must be found where a follower looks."""
    for publication in publications():
        text = feed(publication, day)[0] if publication.feed else front_page(publication, day)
        assert [s.slug for s in publication.listed(day) if s.headline_on(day) not in text] == []


def test_feed_links_carry_tracking_parameters() -> None:
    """Two addresses that differ in them alone are one."""
    assert "/ferry-bell/?utm_source=RSS</link>" in ask("http://cn.heronbay.example/rss/").body.decode()
    assert ask("http://cn.heronbay.example/harbour/20250515/ferry-bell/?utm_source=RSS").status == 200


def test_a_feed_holds_the_full_text_in_the_lineages_dialect() -> None:
    """Legacy files are written from this, letter for letter."""
    text = ask("http://cn.heronbay.example/rss/").body.decode()
    for part in (
        "&lt;address&gt;",
        "&lt;time pudate=",
        "&lt;section&gt;",
        "&lt;footer&gt;",
        "images.weserv.nl/?url=",
    ):
        assert part in text


def test_the_wires_articles_are_in_its_feed_alone() -> None:
    """Some publishers can be read by feed and no other way."""
    story = publications()[3].stories[0]
    assert ask(story.url).status == 404
    assert plain(story.blocks(1)[1].runs) in feed(publications()[3], 1)[0].replace("&#x27;", "'")  # type: ignore[union-attr]


def test_the_news_sitemap_lists_what_the_feed_lists() -> None:
    """A source may be followed by either."""
    text = ask("http://www.heronbay.example/news-sitemap.xml").body.decode()
    assert text.count("<loc>") == len(publications()[0].listed(1))


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    "url", ["http://www.heronbay.example/", *(s.url for p, s in STORIES if not p.is_feed_only)]
)
def test_every_page_is_noisy(url: str) -> None:
    """A day on which nobody wrote a word must still try the comparison."""
    assert ask(url, 2).status != 200 or ask(url, 2).body != ask(url, 3).body


def test_noise_does_not_touch_the_story() -> None:
    """What a reader sees of the article is the same: nothing else may be called noise."""
    story = publications()[0].stories[0]
    pages = [
        ask(story.url, day).body.decode().partition("<article>")[2].partition("</article>")[0]
        for day in (2, 3)
    ]
    assert pages[0] == pages[1]


def test_an_unchanged_feed_is_the_same_bytes() -> None:
    """On a day without news a feed must be able to answer 304."""
    assert [feed(p, 2) == feed(p, 3) for p in publications() if p.feed] == [True, True, True]


def test_the_same_bytes_are_answered_in_every_run() -> None:
    """A figure in the README must be the figure that a reader gets."""
    url = STORIES[0][1].url
    assert DemoNewsroom().answer("GET", url, {}, 2) == DemoNewsroom().answer("GET", url, {}, 2)


# ---------------------------------------------------------------- HTTP


def test_a_flawed_page_answers_the_second_time() -> None:
    """A retry is worth making."""
    for trait in expected().traits:
        if trait.kind in {"unavailable", "limited"}:
            first, second = ask(trait.where, asked=1), ask(trait.where, asked=2)
            assert (first.status, first.header("retry-after"), second.status) == (
                {"unavailable": 503, "limited": 429}[trait.kind],
                "1",
                200,
            )


def test_a_page_breaks_off_half_way_once() -> None:
    """Half an article must not be kept as one."""
    url = next(trait.where for trait in expected().traits if trait.kind == "cut")
    first = ask(url, asked=1)
    assert (first.cut_at, ask(url, asked=2).cut_at) == (len(first.body) // 2, None)


def test_a_slow_host_is_slow() -> None:
    """One slow host must not hold the others up."""
    url = next(story.url for _, story in STORIES if "//harbour." in story.url)
    assert ask(url).delay == pytest.approx(0.3)


def test_a_host_asks_for_a_pause() -> None:
    """Crawl-delay is obeyed; here is where it can be seen."""
    assert "Crawl-delay: 1" in ask("http://garden.heronbay.example/robots.txt").body.decode()


def test_an_etag_that_still_stands_is_not_modified() -> None:
    """Asking again must cost next to nothing."""
    url = "http://www.heronbay.example/atom.xml"
    tag = ask(url, 2).header("etag") or ""
    assert [ask(url, day, if_none_match=tag).status for day in (2, 3, 1)] == [304, 304, 200]


def test_a_date_that_still_stands_is_not_modified() -> None:
    """Old servers know Last-Modified alone."""
    answer = ask("http://www.songling.example/")
    modified = answer.header("last-modified") or ""
    assert answer.header("etag") is None
    assert ask("http://www.songling.example/", if_modified_since=modified).status == 304


def test_gzip_is_sent_where_it_is_accepted() -> None:
    """What is kept is what was sent, coding and all."""
    answer = ask("http://www.heronbay.example/", accept_encoding="gzip, br")
    assert (answer.header("content-encoding"), answer.body[:2]) == ("gzip", b"\x1f\x8b")


def test_a_bare_name_leads_to_www() -> None:
    """A person adds "heronbay.example"."""
    answer = ask("http://heronbay.example/")
    assert (answer.status, answer.header("location")) == (301, "http://www.heronbay.example/")


@pytest.mark.parametrize("url", ["https://www.heronbay.example/", "http://elsewhere.example/", "http://["])
def test_nothing_else_exists(url: str) -> None:
    """The demo never leaves loopback, and https falls back to http."""
    assert ask(url).status in {400, 502}


def test_the_legacy_page_says_its_charset_in_a_meta_element_alone() -> None:
    """The header says nothing, as on many an old server."""
    url = "http://www.songling.example/"
    answer = ask(url)
    assert answer.header("content-type") == "text/html"
    assert b"charset=big5" in answer.body
    assert "松嶺晚報" in answer.body.decode("big5")
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize("picture", expected().pictures, ids=name_of)
def test_a_picture_answers_as_expected(picture: ExpectedPicture) -> None:
    """Kept, refused and missing pictures are told apart in the archive."""
    answer = ask(picture.url)
    if picture.outcome == "kept":
        with Image.open(BytesIO(answer.body)) as image:
            assert (Image.MIME[image.format or ""], image.size) == (picture.media_type, (720, 480))
        assert answer.header("content-type") == picture.media_type
    elif picture.outcome == "missing":
        assert answer.status == 404
    else:
        assert answer.status == 200
        assert b"<script" in answer.body or b"<!DOCTYPE html>" in answer.body


def test_each_format_is_there() -> None:
    """A format that the demo lacks is one that nobody sees work."""
    kinds = {picture.media_type for picture in expected().pictures if picture.outcome == "kept"}
    assert kinds == {"image/jpeg", "image/png", "image/webp"}


def test_one_picture_has_three_addresses() -> None:
    """Its bytes must be kept once."""
    first = next(picture.same_as for picture in expected().pictures if picture.same_as)
    others = [picture.url for picture in expected().pictures if picture.same_as == first]
    assert first is not None
    assert len({ask(url).body for url in (first, *others)}) == 1
    assert len(others) == 2


def test_every_picture_is_shown_somewhere() -> None:
    """A picture on no page is weight in the wheel."""
    shown = {url for article in expected().articles for url in article.picture_urls}
    assert {picture.url for picture in expected().pictures} == shown


def test_different_pictures_have_different_bytes() -> None:
    """A mix-up in the archive must be seen at a glance."""
    kept = [p for p in expected().pictures if p.outcome == "kept" and not p.same_as]
    assert len({ask(picture.url).body for picture in kept}) == len(kept)


def test_the_proxy_refuses_and_the_address_inside_answers() -> None:
    """The lineage lost its pictures this way."""
    picture = next(picture for picture in expected().pictures if picture.proxy_url)
    assert picture.proxy_url is not None
    assert ask(picture.proxy_url.replace("https:", "http:")).status == 403
    assert ask(picture.url).status == 200


def test_a_small_rendition_is_smaller() -> None:
    """The largest source is the one to keep."""
    url = expected().pictures[0].url
    with Image.open(BytesIO(ask(f"{url}?w=360").body)) as image:
        assert image.size == (360, 240)


# ---------------------------------------------------------------- the package


def test_the_data_ship_with_the_package_and_are_small() -> None:
    """The demo runs where nothing but the wheel is."""
    folder = files("onrecord.demo").joinpath("publications")
    sizes = {entry.name: len(entry.read_bytes()) for entry in folder.iterdir()}
    assert {f"{p.id}.toml" for p in publications()} < set(sizes)
    assert sum(sizes.values()) < 300_000


def test_every_host_is_made_up() -> None:
    """Names under .example belong to nobody (RFC 2606): the demo can't speak for a real paper."""
    hosts = {url.split("/")[2] for url in (story.url for _, story in STORIES)}
    hosts |= {picture.url.split("/")[2] for picture in expected().pictures}
    assert [host for host in hosts if not host.endswith(".example")] == []
    assert all(".example" in address for address in addresses())


def test_no_story_repeats_a_paragraph() -> None:
    """Texts are aligned by paragraph: a slip of the copy would spoil it."""
    for _, story in STORIES:
        texts = [plain(b.runs) for b in story.blocks(1) if isinstance(b, Paragraph)]
        assert len(set(texts)) == len(texts) >= (2 if story.is_part else 4)
        assert all(b.picture.caption and b.picture.credit for b in story.blocks(1) if isinstance(b, Figure))
