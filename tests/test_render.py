"""The views of an article: a page, a terminal, JSON, and an envelope made from a page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings

from generated import articles, document_of
from onrecord.model import (
    Article,
    ClaimedTime,
    Document,
    Embed,
    Figure,
    KeptPicture,
    ListBlock,
    Paragraph,
    Picture,
    Precision,
    Preformatted,
    Quotation,
    Run,
    Table,
    Translation,
)
from onrecord.render.envelope import envelope_of
from onrecord.render.html import article_html
from onrecord.render.json_form import article_from_json, to_json
from onrecord.render.plain import article_text, columns


def page_of(document: Document) -> str:
    """The page, with pictures at their publisher."""
    return article_html(document, picture_src=lambda _, picture: picture.url)


# ---------------------------------------------------------------- a page


def test_markup_in_words_is_shown_and_not_obeyed() -> None:
    """A publisher's sentence about <script> is a sentence."""
    evil = '<script>alert("1")</script>'
    page = page_of(document_of(Paragraph((Run(evil),)), headline=evil, byline=evil, credits=(evil,)))
    assert "<script" not in page


def test_markup_in_an_attribute_stays_in_it() -> None:
    """An alternative text with a quotation mark must not end its attribute."""
    page = page_of(document_of(Figure(Picture("https://a.example/", alt='" onerror="alert(1)'))))
    assert 'alt="&quot; onerror=&quot;alert(1)"' in page


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:1", "file:///etc"])
def test_a_link_that_may_do_harm_is_no_link(link: str) -> None:
    """A document that a stranger passed on may hold any address."""
    page = page_of(document_of(Paragraph((Run("here", link=link),)), Embed(link, "video")))
    assert f'href="{link}"' not in page
    assert "<p>here</p>" in page


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(articles)
def test_a_page_closes_what_it_opens(article: Article) -> None:
    """A page that is not well formed shows differently in each browser."""
    open_tags: list[str] = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            del attrs
            if tag not in {"meta", "img", "br", "hr"}:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    document = document_of()
    Checker().feed(page_of(replace(document, revision=replace(document.revision, article=article))))
    assert open_tags == []


def test_a_page_shows_the_kept_picture() -> None:
    """The caller says where the archive's copy is served."""
    picture = Picture("https://paper.example/a.jpg")
    kept = KeptPicture(url=picture.url, path="pictures/3f/9a/3f9a.jpg")
    document = replace(document_of(Figure(picture)), pictures={picture.url: kept})
    page = article_html(document, picture_src=lambda kept, _: f"/files/{kept and kept.path}")
    assert '<img src="/files/pictures/3f/9a/3f9a.jpg">' in page


# ---------------------------------------------------------------- a terminal


def test_chinese_lines_fit_the_terminal() -> None:
    """A wide character takes two columns; a line that is too long is broken in a word by the terminal."""
    text = article_text(document_of(Paragraph((Run("中文字数很多的一段话，" * 20),))), width=31)
    assert max(columns(line) for line in text.splitlines() if not line.startswith("http")) <= 31


def test_no_line_begins_with_a_closing_mark() -> None:
    """Chinese typography forbids it."""
    text = article_text(document_of(Paragraph((Run("他说：“好的，”" * 30),))), width=20)
    assert not [line for line in text.splitlines() if line[:1] in set("，。：”")]


def test_a_long_address_is_broken_to_fit() -> None:
    """It has no space to break at."""
    text = article_text(document_of(Paragraph((Run("see " + "x" * 50),))), width=20)
    assert [line for line in text.splitlines() if "x" in line and line[0] == "x"] == [
        "x" * 20,
        "x" * 20,
        "x" * 10,
    ]


def test_a_terminal_shows_every_part_of_an_article() -> None:
    """Whoever reads in a terminal reads the whole article."""
    document = document_of(
        Figure(Picture("https://a.example/", caption="The bridge.", credit="Ann Lee")),
        Quotation((Paragraph((Run("It is old."),)),), cite="The mayor"),
        ListBlock(((Paragraph((Run("rust"),)),), (Paragraph((Run("wind"),)),)), is_ordered=True),
        Table((((Run("Year"),), (Run("Cars"),)),), 1, "Traffic"),
        Embed("https://video.example/1", "video", "The last car"),
        Preformatted("O bridge,\n  my bridge"),
        kicker="City",
        standfirst="No car may cross it.",
        byline="By Ann Lee",
        published_at=ClaimedTime(datetime(2024, 5, 17), Precision.DAY),  # noqa: DTZ001 (a day has no zone)
        credits=("Edited by Bo Ek.",),
        translations=(Translation("https://paper.example/en", "en", is_original=True),),
    )
    assert (
        article_text(document, width=60)
        == """\
City
Bridge shut

No car may cross it.

By Ann Lee
published 2024-05-17 · captured 2024-05-17 03:07 UTC
https://paper.example/a

[picture: The bridge. — Ann Lee]

> It is old.
> — The mayor

1. rust
2. wind

Traffic
Year | Cars

[video: The last car — https://video.example/1]

O bridge,
  my bridge

Edited by Bo Ek.

[original: https://paper.example/en]
"""
    )


def test_no_escape_sequence_reaches_the_terminal() -> None:
    """A document from a stranger must not retitle the window or paint over what it says."""
    assert "\x1b" not in article_text(document_of(Preformatted("\x1b]0;x\x07"), headline="a\x1b[2Jb"))


# ---------------------------------------------------------------- JSON


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(articles)
def test_an_article_comes_back_from_json(article: Article) -> None:
    """Others build on this form: it must lose nothing."""
    assert article_from_json(json.loads(json.dumps(to_json(article)))) == article


def test_json_names_what_the_model_names() -> None:
    """One word for one thing, in the code and outside."""
    found = to_json(document_of(Paragraph((Run("a"),))))
    assert found["revision"]["captured_at"] == "2024-05-17T03:07:01Z"
    (block,) = found["revision"]["article"]["blocks"]
    assert block == {
        "type": "paragraph",
        "runs": [{"text": "a", "link": None, "emphasis": False, "strong": False}],
        "language": None,
    }


# ---------------------------------------------------------------- an envelope


def test_a_page_gets_an_envelope_as_feeds_gave_them() -> None:
    """Readers of the legacy folder find articles from pages in the form that they know."""
    document = document_of(
        Figure(
            Picture("https://paper.example/a.jpg", caption="桥。", credit="Ann Lee", width=1050, height=700)
        ),
        Paragraph((Run("桥已"), Run("关闭", link="https://paper.example/b"), Run("。"))),
        headline="桥已关闭",
        byline="ANN LEE",
        language="zh-Hans",
        published_at=ClaimedTime(datetime(2024, 5, 17, 2, 50, 43, tzinfo=UTC)),
        credits=("翻译：乙",),
        translations=(Translation("https://paper.example/en/a", "en", is_original=True),),
    )
    envelope = envelope_of(document)
    assert (envelope.title, envelope.published_ms) == ("桥已关闭", 1715914243000)
    assert envelope.body == (
        "<address>ANN LEE</address>"
        '<time pudate="2024-05-17 02:50:43" datetime="2024-05-17 02:50:43">2024年5月17日</time>'
        '<figure><img src="https://paper.example/a.jpg" width="1050" height="700">'
        "<figcaption>桥。 <cite>Ann Lee</cite></figcaption></figure>"
        '<section><p>桥已<a href="https://paper.example/b">关闭</a>。</p></section>'
        '<footer><p>翻译：乙</p><p><a href="https://paper.example/en/a">点击查看本文英文版。</a></p></footer>'
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(articles)
def test_an_envelope_from_a_page_is_one_line(article: Article) -> None:
    """The legacy form has one line of body, verse and code included."""
    document = document_of()
    document = replace(document, revision=replace(document.revision, article=article))
    assert "\n" not in envelope_of(document).body
