"""Full text in a feed: the shapes that it has had, each with what is read out of it."""

from __future__ import annotations

import pytest

from onrecord import dates, extract
from onrecord.model import Article, Entry, Paragraph, plain

URL = "https://cn.harbourpost.example/city/bridge-shut"
FIRST = "市政府表示，工程师周二在东侧桥墩发现裂缝后，港口大桥已经关闭，行人和车辆都不得通过。"
SECOND = "交通部门说，在桥墩修复之前，渡轮将每十分钟一班，方便居民上下班，票价与平日相同。"
PICTURE = "https://images.weserv.nl/?url=static.harbourpost.example/img/bridge-at-dawn.jpg"
NOTE = (
    '<br><hr><div>获取更多RSS：<br><a href="https://feeds.example" target="_blank">https://feeds.example</a>'
    ' <br><a href="https://feeds2.example">https://feeds2.example</a><br></div>'
)
SECTION = (
    '<address>ADA MORENO, JON BIRK</address><time pudate="2025-03-04 16:20:43" datetime="2025-03-04 16:20:43">'
    f'2025年3月4日</time><figure><img src="{PICTURE}" width="1050" height="700"><figcaption>黎明时的大桥。 '
    f"<cite>Nora Falk</cite></figcaption></figure><section><p>{FIRST}</p><p>{SECOND}</p></section>"
)
FOOT = (
    "<footer><p>Ada Moreno报道港口新闻。</p><p>Jon Birk是一名工程师。</p><p>翻译：海港邮报</p>{link}</footer>"
)
LINK = '<a rel="nofollow" href="https://www.harbourpost.example/city/bridge-shut">点击查看本文英文版。</a>'
OLD = (
    f'<div><i>王小明<br>2025-03-04 16:20:43</i></div><img src="{PICTURE.replace("/?", "?")}" width="100%">'
    '<div><small style="color: #999;">黎明时的大桥。</small></div>'
    f"<p>{FIRST}</p><p>{SECOND}</p>"
)


def read(content: str, published: str = "Tue, 04 Mar 2025 08:37:01 GMT") -> Article:
    """Return the article that an entry with *content* holds."""
    entry = Entry(url=URL, headline="港口大桥关闭", published_at=dates.parse(published), content=content)
    article = extract.read_entry(entry, feed_url="https://feeds.example/rss", language="zh").article
    assert article is not None
    return article


@pytest.mark.parametrize(
    "content",
    [
        SECTION + FOOT.format(link=f"<p>{LINK}</p>"),
        SECTION + FOOT.format(link=LINK),
        SECTION + FOOT.format(link=LINK) + NOTE,
        OLD,
        OLD + NOTE,
    ],
    ids=["link in a paragraph", "bare link", "with the maker's note", "old", "old, with the maker's note"],
)
def test_the_text_is_the_paragraphs_alone(content: str) -> None:
    """Names, captions, credits and the feed maker's note are no paragraphs of an article."""
    texts = [plain(block.runs) for block in read(content).blocks if isinstance(block, Paragraph)]
    assert texts == [FIRST, SECOND]


@pytest.mark.parametrize("link", [f"<p>{LINK}</p>", LINK], ids=["in a paragraph", "bare"])
def test_the_original_is_linked(link: str) -> None:
    """A learner reads the translation beside its original."""
    translations = read(SECTION + FOOT.format(link=link)).translations
    assert [(one.url, one.language, one.is_original) for one in translations] == [
        ("https://www.harbourpost.example/city/bridge-shut", "en", True)
    ]


def test_an_original_that_is_named_without_a_link_is_a_problem() -> None:
    """The pointer was lost by the feed's maker: whoever mends it must find the places."""
    content = SECTION + FOOT.format(link="点击查看本文英文版。")
    entry = Entry(url=URL, headline="港口大桥关闭", content=content)
    extraction = extract.read_entry(entry, feed_url="https://feeds.example/rss")
    assert [one.code for one in extraction.problems] == ["original-without-link"]


def test_names_in_capitals_take_the_case_of_the_foot() -> None:
    """An author is one person, whichever feed the article came from."""
    article = read(SECTION + FOOT.format(link=LINK))
    assert (article.byline, article.authors) == ("ADA MORENO, JON BIRK", ("Ada Moreno", "Jon Birk"))


def test_the_foot_gives_the_credits() -> None:
    """Translators and contributors are named in the record."""
    assert read(SECTION + FOOT.format(link=LINK)).credits == (
        "Ada Moreno报道港口新闻。",
        "Jon Birk是一名工程师。",
        "翻译：海港邮报",
    )


@pytest.mark.parametrize(
    ("entry_time", "published"),
    [
        ("Tue, 04 Mar 2025 08:37:01 GMT", "2025-03-04T16:20:43+08:00"),
        ("Thu, 06 Mar 2025 08:37:01 GMT", "2025-03-04T16:20:43+08:00"),
    ],
    ids=["minutes later", "days later"],
)
def test_a_time_without_a_zone_takes_the_feeds(entry_time: str, published: str) -> None:
    """An article must not move by eight hours because its feed names no zone."""
    assert str(read(SECTION, entry_time).published_at) == published


def test_a_clock_without_am_and_pm_is_repaired_by_the_entry() -> None:
    """05:24 on the page and 17:37 in the feed are one afternoon."""
    content = SECTION.replace("16:20:43", "05:24:00")
    article = read(content, "Tue, 04 Mar 2025 09:37:01 GMT")
    assert str(article.published_at) == "2025-03-04T17:24:00+08:00"


@pytest.mark.parametrize("content", [SECTION, OLD], ids=["figure", "old"])
def test_a_picture_is_freed_from_its_proxy(content: str) -> None:
    """Publishers block the proxy: the picture's own address is the one that answers."""
    (picture,) = read(content).pictures
    assert picture.url == "https://static.harbourpost.example/img/bridge-at-dawn.jpg"
    assert picture.caption == "黎明时的大桥。"
    assert len(picture.fallback_urls) == 1


def test_a_frozen_relative_time_is_no_text() -> None:
    """What was half an hour ago was so for a minute."""
    article = read(f"<div><time dateTime='2025-03-04'>30 分钟前</time></div><p>{FIRST}</p><p>{SECOND}</p>")
    assert [plain(block.runs) for block in article.blocks if isinstance(block, Paragraph)] == [FIRST, SECOND]
