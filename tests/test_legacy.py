"""Legacy files: an archive of the lineage comes in whole and goes out as it came."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.legacy import (
    LegacyForm,
    ListRow,
    entry_of,
    envelope_text,
    file_name,
    file_number,
    index_page,
    list_page,
    one_line,
    parse,
    with_pictures,
)
from onrecord.model import ClaimedTime, Envelope
from onrecord.pictures import unproxy

SHARED = Path(__file__).parents[2] / "shared"
SEED = SHARED / "seed" / "article.md"
POSTS = SHARED / "legacy" / "posts.tar.gz"
TEXT = "<!--1715915221000-->\n[桥已关闭](https://paper.example/a)\n------\n\n<p>桥</p>\n"


def envelope(**fields: object) -> Envelope:
    """An envelope with these fields."""
    whole = {
        "title": "桥",
        "url": "https://paper.example/a",
        "published_text": None,
        "published_ms": 0,
        "body": "",
    }
    return Envelope(**(whole | fields))  # type: ignore[arg-type]


# ---------------------------------------------------------------- the forms


def test_a_file_is_read_and_written_byte_for_byte() -> None:
    """Whoever mirrors such a folder must see no change where nothing has changed."""
    found = parse(TEXT)
    assert found.form is LegacyForm.E1B
    assert found.envelope is not None
    assert envelope_text(found.envelope) == TEXT


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not here")
def test_the_seed_is_read_and_written_byte_for_byte() -> None:
    """The file that this project descends from."""
    text = SEED.read_bytes().decode()
    found = parse(text).envelope
    assert found is not None
    assert envelope_text(found) == text


@pytest.mark.parametrize(
    ("text", "form", "title", "milliseconds", "body"),
    [
        (
            "[桥](https://a.example/)\n------\n日期：Thu, 02 Jul 2020 18:28:24 +0000\n\n<p>桥</p>\n",
            LegacyForm.E0,
            "桥",
            1593714504000,
            "<p>桥</p>",
        ),
        ("<!--5-->\n[ 桥\n\n](https://a.example/)\n------\n\nx\n", LegacyForm.E1A, " 桥\n\n", 5, "x"),
        ("<!--5-->\n[[视频](1)](https://a.example/)\n------\n\nx\n", LegacyForm.E1B, "[视频](1)", 5, "x"),
        ("<!--5-->\n[桥](https://a.example/(x))\n------\n\nx\ry\n", LegacyForm.E1B, "桥", 5, "x\ry"),
        ("<!--NaN-->\n[桥](https://a.example/)\n------\n\nx\n", LegacyForm.E1N, "桥", None, "x"),
        (
            '---\ntitle: "桥"\n---\n<!--5-->\n[桥](https://a.example/)\n------\n\n<div>\nx\n</div>\n',
            LegacyForm.E2,
            "桥",
            5,
            "x",
        ),
        (
            '---\nlayout: post\ntitle: "a \\"b\\""\ndate: 1970-01-01T00:00:01Z\n'  # noqa: ISC004 (one file)
            "from: https://a.example/\ncategories:[ x ]\n---\n\n<p>\n x</p>\n\n",
            LegacyForm.E3,
            'a "b"',
            1000,
            "<p>\n x</p>\n",
        ),
    ],
    ids=["E0", "E1a", "E1b brackets", "E1b parentheses, CR", "E1n", "E2", "E3"],
)
def test_each_form_is_read(
    text: str, form: LegacyForm, title: str, milliseconds: int | None, body: str
) -> None:
    """Archives of six years hold them all."""
    found = parse(text)
    assert found.envelope is not None
    assert (found.form, found.envelope.title, found.envelope.published_ms) == (form, title, milliseconds)
    assert found.envelope.body == body


@given(st.text(alphabet="<!->\n[]()日期：0123-abc ", max_size=60) | st.text())
def test_no_text_is_too_strange(text: str) -> None:
    """A folder of legacy files holds other files too."""
    assert parse(text).problems or parse(text).envelope


@pytest.mark.skipif(not POSTS.exists(), reason="the archives of the lineage are not here")
def test_every_post_of_kindred_archives_is_read() -> None:
    """Forms E0, E1n, E2 and E3 as they really are."""
    read: dict[str, set[LegacyForm | None]] = {}
    with tarfile.open(POSTS) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                read.setdefault(Path(member.name).parent.name, set()).add(parse(file.read().decode()).form)
    assert read == {
        form.value: {form} for form in (LegacyForm.E0, LegacyForm.E1N, LegacyForm.E2, LegacyForm.E3)
    }


def test_the_reader_gets_an_entry() -> None:
    """The words come out of a legacy file as they come out of a full-text feed."""
    entry = entry_of(envelope(title=" 桥\n\n已关闭 ", published_ms=1715915221000, body="<p>桥</p>"))
    assert (entry.headline, entry.content) == ("桥 已关闭", "<p>桥</p>")
    assert entry.published_at == ClaimedTime(datetime(2024, 5, 17, 3, 7, 1, tzinfo=UTC))


def test_a_fused_tag_is_mended_for_the_reader() -> None:
    """The lineage joined lines inside tags: `<divclass=` is no element that any style or rule knows."""
    found = parse(TEXT.replace("<p>桥", '<divclass="a"><imgsrc="b"><abbr class="c"><p>桥'))
    assert found.envelope is not None
    assert [problem.code for problem in found.problems] == ["legacy-fused-tag"]
    assert entry_of(found.envelope).content == '<div class="a"><img src="b"><abbr class="c"><p>桥</p>'


@pytest.mark.parametrize("milliseconds", [10**17, -(10**17)])
def test_a_stamp_of_another_age_is_no_date(milliseconds: int) -> None:
    """A number is a claim like any other."""
    assert entry_of(envelope(published_ms=milliseconds)).published_at is None


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"published_ms": None}, "<!--NaN-->\n[桥]"),
        ({"title": " 桥 \n 路\n"}, "<!--0-->\n[桥 路](https://paper.example/a)\n"),
        ({"title": "[视频]桥"}, "<!--0-->\n[[视频]桥](https"),
        (
            {"url": "https://paper.example/桥 a#路"},
            "<!--0-->\n[桥](https://paper.example/%E6%A1%A5%20a#%E8%B7%AF)",
        ),
    ],
)
def test_the_head_is_written_as_the_lineage_did(fields: dict[str, object], start: str) -> None:
    """Programs that read such folders look for exactly this."""
    assert envelope_text(envelope(**fields)).startswith(start)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("<p>\n  中文\n</p>\r\n", "<p>中文</p>"),
        ("<p>中文\n 中文</p>", "<p>中文中文</p>"),
        ("<p>one\n  two</p>", "<p>one two</p>"),
        ("<p>한국\n사람</p>", "<p>한국 사람</p>"),
        ("<p>中文\nword</p>", "<p>中文word</p>"),
        ("<p><b>one</b>\n<i>two</i></p>", "<p><b>one</b> <i>two</i></p>"),
        ("<p>one</p>\n<p>two</p>", "<p>one</p><p>two</p>"),
        ('<div\nclass="a"\n  id="b">x</div>', '<div class="a" id="b">x</div>'),
        ('<img alt="a > b\n c">', '<img alt="a > b c">'),
        ("<pre>a\n  b\n\nc</pre>\nx", "<pre>a&#10;  b&#10;&#10;c</pre>x"),
        ("<!-- a\nb -->x", "<!-- a b -->x"),
        ("a < b\nc", "a < b c"),
        ("a\rb", "a\rb"),
    ],
)
def test_a_line_break_never_fuses_what_it_kept_apart(body: str, line: str) -> None:
    """The lineage lost spaces, attributes and verse this way, for good."""
    assert one_line(body) == line


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<pre>", "</pre>", "<a ", "='", "'", ">", "\n", " ", "a", "中"]))
)
def test_a_body_is_one_line_whatever_it_holds(pieces: list[str]) -> None:
    """A reader of the form takes the fifth line for the whole body."""
    assert "\n" not in one_line("".join(pieces))


def test_joining_a_hostile_body_takes_no_time_to_speak_of() -> None:
    """A body of unclosed tags must not stop a round: this takes hours if time grows with its square."""
    assert one_line("<a ='" * 200_000 + "\n" + " " * 500_000 + "<!--" * 100_000)


# ---------------------------------------------------------------- names and lists


def test_names_begin_where_the_lineage_began() -> None:
    """A folder that goes on from an older one continues its numbers."""
    assert (file_number(1), file_name(1)) == (1048574, "1048574.md")


@given(st.integers(1, 3_000_000), st.integers(1, 3_000_000))
def test_a_newer_article_sorts_before_an_older_one(one: int, other: int) -> None:
    """Hosts of such folders list them by name; beyond any number of articles the newest comes first."""
    assert (one > other) == (file_name(one) < file_name(other))


def test_a_list_page_is_the_lineages() -> None:
    """Month and day as in China, no year, brackets as they are, an empty line at the end."""
    rows = [
        ListRow(1715961600000, "[视频]桥\n路", "articles/paper.example/1048573.md"),
        ListRow(None, "a", "articles/paper.example/1048574.md"),
    ]
    assert list_page("晚报", rows) == (
        "晚报\n------\n\n5-18 [[视频]桥 路](/articles/paper.example/1048573.md)\n\n"
        "[a](/articles/paper.example/1048574.md)\n\n"
    )


def test_the_index_links_each_list() -> None:
    """A reader begins at the README."""
    assert index_page("报", [("晚报", "lists/a.md"), ("b", "lists/b.md")]) == (
        "报\n------\n\n[晚报](lists/a.md)\n\n[b](lists/b.md)\n"
    )


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<img src="OLD">', '<img src="NEW">'),
        ("<IMG  SRC = 'OLD' data-src='OLD' >", "<IMG  SRC = 'NEW' data-src='OLD' >"),
        ("<img src=OLD width=5>", "<img src=NEW width=5>"),
        ('<source srcSet="OLD 1x, OLD 600w,x 2x">', '<source srcSet="NEW 1x, NEW 600w,x 2x">'),
        (
            '<a href="OLD" src="OLD">OLD</a><!-- <img src="OLD"> -->',
            '<a href="OLD" src="OLD">OLD</a><!-- <img src="OLD"> -->',
        ),
        ('<img alt=\'src="OLD" >\' src="OTHER">', '<img alt=\'src="OLD" >\' src="OTHER">'),
        ('<img src="OLD', '<img src="OLD'),
    ],
)
def test_only_the_addresses_of_pictures_change(before: str, after: str) -> None:
    """Every other byte stands as the feed gave it."""
    old, new = "https://proxy.example/?u=a&amp;b", "https://paper.example/a?x&amp;y"
    shown = with_pictures(
        before.replace("OLD", old), {"https://proxy.example/?u=a&b": "https://paper.example/a?x&y"}.get
    )
    assert shown == after.replace("OLD", old).replace("NEW", new)


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not here")
def test_the_seeds_pictures_can_be_the_publishers_own() -> None:
    """The proxy that the lineage pointed at is blocked by publishers; nothing but its address goes."""
    text = SEED.read_bytes().decode()
    shown = with_pictures(text, unproxy)
    assert shown == text.replace("https://images.weserv.nl/?url=", "https://")
    assert shown != text
