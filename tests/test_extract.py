"""Reading pages: what holds for every page, and the tables of small decisions."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord import dates, extract
from onrecord.extract import captions, headline, media, state
from onrecord.extract.dateline import dateline_in
from onrecord.extract.language import language_of
from onrecord.extract.people import people_in, recased
from onrecord.extract.words import speaks_of_a_wall
from onrecord.model import Entry, Paragraph
from onrecord.text import body_text

URL = "https://harbourpost.example/city/bridge-shut"
FIRST = (
    "The harbour bridge was shut on Tuesday after engineers found a crack in its eastern pier, the city said."
)
SECOND = (
    "Ferries will run every ten minutes until the pier has been made safe, according to the transport office."
)
PAGE = f"<html lang=en><title>Bridge shut</title><h1>Bridge shut</h1><article><p>{FIRST}</p><p>{SECOND}</p></article>"


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("By Ada Moreno", ("Ada Moreno",)),
        ("By Ada Moreno and Jon Birk", ("Ada Moreno", "Jon Birk")),
        ("伊德里斯·佩洛、玛伦·霍尔特", ("伊德里斯·佩洛", "玛伦·霍尔特")),
        ("王小明 · 李雷", ("王小明", "李雷")),
        ("Harbour Post, Frankfurt, Germany", ()),
        ("By Ada Moreno | September 21, 2023", ("Ada Moreno",)),
        ("Ada Moreno, Jon Birk & Lu Xun", ("Ada Moreno", "Jon Birk", "Lu Xun")),
        ("By Ada Moreno, transport correspondent", ("Ada Moreno",)),
        ("By Ada Moreno in Valencia", ("Ada Moreno",)),
        ("Von Ada Moreno und Jörg Birk", ("Ada Moreno", "Jörg Birk")),
        ("Par Élise d’Arc", ("Élise d’Arc",)),
        ("Por Inés de la Cruz", ("Inés de la Cruz",)),
        ("By The Harbour Post", ()),
        ("Harbour Post staff", ()),
        ("Reuters", ()),
        ("记者：王小明", ("王小明",)),
        ("黄安伟,黄安伟", ("黄安伟",)),
        ("DAVID MORENO, PAUL BIRK", ("DAVID MORENO", "PAUL BIRK")),
        ("", ()),
    ],
)
def test_a_byline_names_people_alone(byline: str, people: tuple[str, ...]) -> None:
    """Whoever counts an author's articles must not count agencies, roles or towns."""
    assert people_in(byline, publishers=["The Harbour Post"]) == people


def test_capitals_take_the_case_of_the_notes_at_the_foot() -> None:
    """A search for Ada McLean finds her, though the byline shouts."""
    assert recased(("ADA MCLEAN", "JON BIRK"), ["Ada McLean writes on bridges."]) == (
        "Ada McLean",
        "JON BIRK",
    )


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Bridge shut | The Harbour Post", "Bridge shut"),
        ("Bridge shut - Harbour Post", "Bridge shut"),
        ("The Harbour Post: Bridge shut", "The Harbour Post: Bridge shut"),
        ("大桥关闭 - 海港邮报", "大桥关闭"),
        ("Bridge shut - what now?", "Bridge shut - what now?"),
        ("Bridge shut | City | The Harbour Post", "Bridge shut | City"),
        ("harbourpost.example", "harbourpost.example"),
    ],
)
def test_the_sites_name_is_no_part_of_a_headline(title: str, bare: str) -> None:
    """Titles are compared from day to day, and shown in lists."""
    assert headline.bare(title, ["The Harbour Post", "海港邮报"], "harbourpost.example") == bare


@pytest.mark.parametrize(
    ("caption", "credit", "expected"),
    [
        ("The bridge. Photo: Nora Falk", None, ("The bridge.", "Nora Falk")),
        ("The bridge at dawn. © Nora Falk", None, ("The bridge at dawn.", "Nora Falk")),
        ("大桥。图片来源：法新社", None, ("大桥。", "法新社")),
        ("The bridge. Nora Falk", "Nora Falk", ("The bridge.", "Nora Falk")),
        ("The bridge", "Credit: Nora Falk", ("The bridge", "Nora Falk")),
        ("The bridge. (A. Lee/The Harbour Post)", None, ("The bridge.", "A. Lee/The Harbour Post")),
        ("The bridge. (AP Photo/A. J. Lee)", None, ("The bridge.", "AP Photo/A. J. Lee")),
        ("The bridge.A. Lee (dpa/imago)", None, ("The bridge.", "A. Lee (dpa/imago)")),
        ("The bridge (from the east).", None, ("The bridge (from the east).", None)),
        (
            "The bridge. It was shut by Reuters Street.",
            None,
            ("The bridge. It was shut by Reuters Street.", None),
        ),
        ("The march. Keystone pipeline opens", None, ("The march. Keystone pipeline opens", None)),
        ("The bridge. Supplied", None, ("The bridge.", "Supplied")),
        ("The bridge. Water is supplied", None, ("The bridge. Water is supplied", None)),
        ("夜の港（３日）＝ＡＰ", None, ("夜の港（３日）", "ＡＰ")),
        ("항구. 연합뉴스", None, ("항구.", "연합뉴스")),
        ("The bridge. Image", "Nora Falk", ("The bridge.", "Nora Falk")),
        ("Legende: The bridge", None, ("The bridge", None)),
        ("The bridge", "(Alle Rechte vorbehalten: Nora Falk)", ("The bridge", "Nora Falk")),
        ("The bridge.", None, ("The bridge.", None)),
        (None, None, (None, None)),
    ],
)
def test_a_credit_is_taken_out_of_the_caption(
    caption: str | None, credit: str | None, expected: tuple[str | None, str | None]
) -> None:
    """Who made a picture must be found without reading every caption."""
    assert captions.caption_and_credit(caption, credit) == expected


def test_what_follows_a_pictures_alt_is_its_credit() -> None:
    """Many pages print both without a space between them, and only the alt says where one ends."""
    expected = ("The eastern pier at dawn.", "Nora Falk")
    assert (
        captions.caption_and_credit("The eastern pier at dawn.Nora Falk", None, alt=expected[0]) == expected
    )


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("13862217_m400x267", "13862217_w2040c2040x1360", True),
        ("harbour-at-dawn_v-full", "harbour-at-dawn_v-small", True),
        ("harbour-at-dawn-1", "harbour-at-dawn-2", False),
        ("20250304_pier", "20250304_ferry", False),
        (
            "640x_f411dfc4-f27a-529b-9f37-99639dc9c7e2-96026",
            "640x_385958d2-7808-5aa2-8e99-3f3db9f44c6d-96026",
            False,
        ),
        ("pier", "ferry", False),
    ],
)
def test_renditions_of_one_picture_are_told_from_two_pictures(
    one: str,
    other: str,
    *,
    is_same: bool,
) -> None:
    """The picture that og:image names is found in the page, where it is cut in another way."""
    assert media.is_same_picture(one, other) is is_same


@pytest.mark.parametrize(
    ("text", "dateline"),
    [
        ("BEIRUT, Lebanon, June 2 — The port", "BEIRUT, Lebanon, June 2"),
        ("PORT ANSEL, Wis. (AP) — The port", "PORT ANSEL, Wis."),
        ("NEW YORK, May 3 (Reuters) - Shares", "NEW YORK, May 3"),
        ("Berlin (dpa) - Der Hafen", "Berlin"),
        ("(ROMA) Il porto", "ROMA"),
        ("【美国之音北京讯】港口", "美国之音北京讯"),
        ("新华社北京5月16日电 港口", "新华社北京5月16日电"),
        ("中新网5月16日电视台播出", None),
        ("UPDATE — The port", None),
        ("(CNN) The port", None),
        ("A PORT IN A STORM - The port", None),
        ("Trump — the port", None),
        ("The port was shut.", None),
        ("", None),
    ],
)
def test_a_dateline_is_read_where_it_is_sure(text: str, dateline: str | None) -> None:
    """Who asks where a report was filed must not be told a slogan."""
    assert dateline_in(text) == dateline


def test_the_text_keeps_its_dateline() -> None:
    """The words of the publisher stand as they stood."""
    page = PAGE.replace(FIRST, f"PORT ANSEL, June 2 — {FIRST}")
    article = extract.read_page(page.encode(), url=URL).article
    assert article is not None
    assert article.dateline == "PORT ANSEL, June 2"
    assert body_text(article.blocks).startswith("PORT ANSEL, June 2 — The harbour")


@pytest.mark.parametrize(
    "text",
    [
        *("Subscribe to continue", "Subscribers only", "Already a member?", "To keep reading, log in"),
        *(
            "Unlock this article",
            "This article is for friends",
            "This article is exclusive",
            "Premium content",
        ),
        *(
            "Jetzt weiterlesen",
            "Mit Kurier plus",
            "Nur für Abonnenten",
            "Artikel freischalten",
            "Abo abschließen",
        ),
        *("Sie haben bereits ein Konto?", "RÉSERVÉ AUX ABONNÉS", "Pour lire la suite", "Il vous reste 80 %"),
        *(
            "Exclusivo para suscriptores",
            "Contenido exclusivo",
            "Para seguir leyendo",
            "Exclusivo para assinantes",
        ),
        *(
            "有料会員",
            "会員限定",
            "残り 300 文字",
            "続きを読むには",
            "유료",
            "付费",
            "订阅后",
            "登录后阅读",
            "訂閱",
        ),
        *("För prenumeranter", "For abonnenter", "Pouze pro předplatitele", "Dla prenumeratorów"),
        "Только для подписчиков",
    ],
)
def test_a_wall_is_known_by_its_words(text: str) -> None:
    """Half an article must not pass for a whole one, in whatever language it is sold."""
    assert speaks_of_a_wall(text)


@pytest.mark.parametrize("text", ["He unlocked the door", "Plus: the harbour at dawn", "Members met", ""])
def test_a_word_of_a_wall_alone_is_none(text: str) -> None:
    """A sentence of the article must not end it."""
    assert not speaks_of_a_wall(text)


@pytest.mark.parametrize(
    ("text", "claims", "parted"),
    [
        ("TransportBridge shut", ["Bridge shut"], ("Transport", "Bridge shut")),
        ("TransportBridge shut", ["Transport: Bridge shut"], ("Transport", "Bridge shut")),
        ("Transport Bridge shut", ["Transport | Bridge shut"], ("Transport", "Bridge shut")),
        ("Transport: Bridge shut", ["Bridge shut"], (None, "Transport: Bridge shut")),
        ("The Bridge shut", ["Bridge shut"], (None, "The Bridge shut")),
        ("Bridge shut", ["Bridge shut"], (None, "Bridge shut")),
        ("Bridge shut", [], (None, "Bridge shut")),
    ],
)
def test_a_kicker_is_parted_from_the_headline_by_the_pages_own_claims(
    text: str, claims: list[str], parted: tuple[str | None, str]
) -> None:
    """Two boxes in one heading have no space between them; a guess would cut headlines in two."""
    assert headline.parted(text, claims) == parted


@pytest.mark.parametrize(
    ("script", "headline_"),
    [
        ('x.push({"a": {"title": "Bridge shut", "body": %s}})', "Bridge shut"),
        ('state = {"contentHtml": %s, "title": "Later"}', None),
        ('{"articleBody": %s', None),
        ('{"css": %s}', "none found"),
        ("var x = 1;" * 100, "none found"),
    ],
)
def test_a_programs_state_is_searched_for_the_text(script: str, headline_: str | None) -> None:
    """Some pages show nothing to who runs no scripts; whatever is wrapped around it, the text is there."""
    told = json.dumps(f"<p>{FIRST}</p><p>{SECOND}</p>" * 4)
    found = state.find([script % told if "%s" in script else script])
    assert (found.headline if found else "none found") == headline_


@pytest.mark.parametrize(
    ("attributes", "address"),
    [
        ('src="/2025/05/a.jpg?w=360" srcset="/2025/05/a.jpg?w=360 360w, /2025/05/a.jpg 720w"', "/2025/05/a.jpg"),
        ('src="/a-1600.jpg" srcset="/a-400.jpg 400w, /a-800.jpg 800w"', "/a-800.jpg"),
        ('src="/blank.gif" data-src="/a-800.jpg"', "/a-800.jpg"),
        ('src="/uploads/2024/a.jpg" data-src="/uploads/2024/a-600x400.jpg"', "/uploads/2024/a-600x400.jpg"),
        ('src="/a.jpg" srcset="data:image/gif;base64,R0 1200w"', "/a.jpg"),
    ],
)  # fmt: skip
def test_the_largest_rendition_is_the_picture(attributes: str, address: str) -> None:
    """A year in a path is no width, and what a srcset states outranks what an address seems to say."""
    page = PAGE.replace(f"<p>{SECOND}", f"<figure><img {attributes}></figure><p>{SECOND}")
    article = extract.read_page(page.encode(), url=URL).article
    assert article is not None
    assert [one.url for one in article.pictures] == [f"https://harbourpost.example{address}"]


@pytest.mark.parametrize(
    ("srcset", "addresses"),
    [
        ("a.jpg 400w, b.jpg 800w", ["a.jpg", "b.jpg"]),
        ("a.jpg, b.jpg 2x", ["a.jpg", "b.jpg"]),
        ("/c,w_400/a.jpg 400w,/c,w_800/a.jpg 800w", ["/c,w_400/a.jpg", "/c,w_800/a.jpg"]),
        ("", []),
    ],
)
def test_a_srcset_is_cut_where_its_candidates_end(srcset: str, addresses: list[str]) -> None:
    """Addresses of image services hold commas (HTML, 4.8.4.2.1)."""
    assert [address for address, _ in media.candidates(srcset)] == addresses


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        ("zh", "这个国家的问题", "zh-Hans"),
        ("zh", "這個國家的問題", "zh-Hant"),
        ("zh-TW", "一二三", "zh-Hant"),
        ("en_us", "Hello there", "en-US"),
        ("en", "橋が閉鎖されたので、船が出ている", "ja"),
        (None, "Hello there", None),
    ],
)
def test_the_characters_say_which_chinese(stated: str | None, text: str, language: str | None) -> None:
    """A reader of one script must be able to leave the other out."""
    assert language_of((stated,), text) == language


def test_a_page_without_declared_time_takes_the_feeds() -> None:
    """An article must stand on the day when it came out, as well as that is known."""
    entry = Entry(url=URL, headline="Bridge shut", published_at=dates.parse("2025-03-04T08:30:00Z"))
    article = extract.read_page(PAGE.encode(), url=URL, entry=entry).article
    assert article is not None
    assert str(article.published_at) == "2025-03-04T08:30:00+00:00"


def test_the_pages_counts_come_with_the_reading() -> None:
    """A page is judged by what one parse of it says."""
    extraction, facts = extract.read_page_and_facts(
        PAGE.encode() + b'<form><input type=password></form><meta http-equiv=refresh content="0;url=/x">',
        url=URL,
    )
    assert extraction.article is not None
    assert (facts.h1, facts.paragraph_count, facts.has_password_field) == ("Bridge shut", 2, True)
    assert facts.meta_refresh == "https://harbourpost.example/x"


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00" * 1_000,
        b"<div>" * 10_000 + FIRST.encode(),
        b"<p>" + b"word " * 4_000_000,
        PAGE.encode()[: len(PAGE) // 2],
        b"<table>" * 3_000 + b"<td>x",
        b"<script type=application/ld+json>" + b"[" * 100_000,
        b"<li>a</li>" * 300_000,
        b'<img srcset="' + b"a 1w, " * 100_000 + b'">',
    ],
    ids=[
        "empty",
        "zeros",
        "deep",
        "one element of 20 MB",
        "cut off",
        "tables",
        "deep JSON",
        "many",
        "srcset",
    ],
)
def test_a_hostile_page_is_read_in_two_seconds(body: bytes) -> None:
    """One page must not hold up a round, nor end it."""
    begin = time.process_time()
    extract.read_page(body, url=URL)
    assert time.process_time() - begin < 2


def test_a_page_beyond_the_limit_says_so() -> None:
    """What was not read must be known."""
    codes = [one.code for one in extract.read_page(PAGE.encode() + b" " * (16 << 20), url=URL).problems]
    assert codes == ["page-too-large"]


@pytest.mark.property
@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(PAGE)),
    inserted=st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"<",
                b"</article>",
                b"<!--",
                b"<script>",
                b"<title>",
                b'<a href="http://[">',
                b"<svg><p>",
                b"<base href='//'>",
            ]
        ),
    ),
)
def test_any_bytes_are_read(at: int, inserted: bytes) -> None:
    """Strangers' bytes give values and problems, never an exception."""
    body = PAGE.encode()
    extraction = extract.read_page(body[:at] + inserted + body[at:], url=URL)
    assert extraction.article is None or extraction.article.headline


@pytest.mark.property
@settings(max_examples=60, deadline=None)
@given(content=st.text(max_size=300))
def test_any_entry_is_read(content: str) -> None:
    """A feed's content is a stranger's too."""
    entry = Entry(url=URL, headline="Bridge shut", content=content)
    assert extract.read_entry(entry, feed_url="https://harbourpost.example/rss").kind == "feed"


def test_every_run_stands_in_normal_form() -> None:
    """Two readings of one text must be equal, however its markup is cut."""
    one = extract.read_page(
        PAGE.replace("ten minutes", "<b></b>ten  <i>minutes</i>").encode(), url=URL
    ).article
    two = extract.read_page(PAGE.replace("ten minutes", "ten\n <i>minutes</i>").encode(), url=URL).article
    assert one is not None
    assert two is not None
    assert one.blocks == two.blocks
    assert all(isinstance(block, Paragraph) for block in one.blocks)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("来源：港湾晚报 2021-11-25 16:26:07", "2021-11-25T16:26:07"),
        ("City | 4 March 2025", "2025-03-04"),
        ("March 4, 2025 at 08:30 in Transport", "2025-03-04T08:30"),
        ("Updated March 4, 2025", None),
        ("Room 4, 2025 seats", None),
    ],
)
def test_a_day_in_a_line_by_the_headline_counts_where_nothing_else_tells(line: str, day: str | None) -> None:
    """Plain pages print their day and no data; without it an article would stand on no day at all."""
    html = (
        f"<title>Bridge shut</title><h1>Bridge shut</h1><div>{line}</div><article>"
        f"{'<p>The harbour bridge was shut after engineers found a crack in its eastern pier, the city said.</p>' * 3}"
        "</article>"
    )
    article = extract.read_page(html.encode(), url=URL).article
    assert article is not None
    assert (str(article.published_at) if article.published_at else None) == day
