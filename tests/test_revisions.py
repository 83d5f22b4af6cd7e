"""Revisions: what a reader sees makes one, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.model import (
    Access,
    Article,
    Block,
    CanonicalUrl,
    ClaimedTime,
    Digest,
    Embed,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Precision,
    Preformatted,
    Quotation,
    ReadingKind,
    Revision,
    Rule,
    Run,
    Runs,
    Table,
)
from onrecord.revisions import KindChanged, NewRevision, Unchanged, content_digest, next_revision, picture_key

NOW = datetime(2024, 5, 17, 12, 0, 0, 5, tzinfo=UTC)


def said(text: str) -> Runs:
    """Return a run without formatting."""
    return (Run(text),)


def line(text: str) -> Paragraph:
    """Return a paragraph without formatting."""
    return Paragraph(said(text))


STORY = Article(
    canonical_url=CanonicalUrl("https://paper.example/a"),
    headline="Bridge shut again",
    byline="By A. Writer",
    published_at=ClaimedTime(datetime(2024, 5, 17, 10, 50, tzinfo=timezone(timedelta(hours=8)))),
    blocks=(
        line("The bridge was shut on Friday."),
        Figure(
            Picture(
                "https://static.paper.example/2024/bridge-w640.jpg?q=80",
                caption="The bridge",
                credit="A. Lens",
            )
        ),
        line("“总统”说了话。"),
    ),
    credits=("Contributing: B. Helper",),
)


def with_block(at: int, block: Block) -> Article:
    """Return the story with one block exchanged."""
    return replace(STORY, blocks=(*STORY.blocks[:at], block, *STORY.blocks[at + 1 :]))


def picture(url: str) -> Figure:
    """Return the story's picture, at another address."""
    figure = STORY.blocks[1]
    assert isinstance(figure, Figure)
    return Figure(replace(figure.picture, url=url))


SEEN = {
    "headline": replace(STORY, headline="Bridge shut"),
    "kicker": replace(STORY, kicker="Traffic"),
    "standfirst": replace(STORY, standfirst="Again."),
    "byline": replace(STORY, byline=None),
    "dateline": replace(STORY, dateline="BERLIN"),
    "day": replace(STORY, published_at=ClaimedTime(datetime(2024, 5, 18, tzinfo=UTC))),
    "wording": with_block(0, line("The bridge was closed on Friday.")),
    "one quotation mark": with_block(2, line("总统说了话。")),
    "a number": with_block(0, line("The bridge was shut on Friday 3.")),
    "case": with_block(0, line("The Bridge was shut on Friday.")),
    "emphasis": with_block(
        0, Paragraph((Run("The "), Run("bridge", emphasis=True), Run(" was shut on Friday.")))
    ),
    "a paragraph gone": replace(STORY, blocks=STORY.blocks[:2]),
    "a paragraph cut in two": replace(
        STORY, blocks=(line("The bridge was"), line("shut on Friday."), *STORY.blocks[1:])
    ),
    "order": replace(STORY, blocks=STORY.blocks[::-1]),
    "another picture": with_block(1, picture("https://static.paper.example/2024/river-w640.jpg")),
    "a caption": with_block(
        1, Figure(Picture("https://static.paper.example/2024/bridge-w640.jpg", caption="A bridge"))
    ),
    "a credit line": replace(STORY, credits=()),
    "a correction": replace(STORY, corrections=("An earlier version misstated the day.",)),
}
UNSEEN = {
    "a touched date": replace(STORY, modified_at=ClaimedTime(NOW)),
    "the time of day": replace(
        STORY, published_at=ClaimedTime(datetime(2024, 5, 17, tzinfo=UTC), Precision.DAY)
    ),
    "section": replace(STORY, section="World", topics=("bridges",), language="en", access=Access.PART),
    "authors": replace(STORY, authors=("A. Writer",)),
    "address": replace(STORY, canonical_url=CanonicalUrl("https://paper.example/b")),
    "spaces": with_block(0, line("The  bridge\u00a0was\nshut on\u200b Friday.")),
    "composed letters": replace(STORY, byline="By A. Writer\u00ad"),
    "a link": with_block(
        0, Paragraph((Run("The "), Run("bridge", link="https://a.example/"), Run(" was shut on Friday.")))
    ),
    "a rendition": with_block(1, picture("https://img2.paper.example/2024/bridge-w1280.webp?q=60&sig=b")),
    "a proxy": with_block(
        1, picture("https://images.weserv.nl/?url=static.paper.example/2024/bridge-w640.jpg")
    ),
    "an ornament": replace(STORY, blocks=(*STORY.blocks, Rule())),
}


@pytest.mark.parametrize("change", SEEN)
def test_what_a_reader_sees_makes_a_revision(change: str) -> None:
    """No edit may pass unseen: this is what the archive is for."""
    assert content_digest(SEEN[change]) != content_digest(STORY)


@pytest.mark.parametrize("change", UNSEEN)
def test_what_no_reader_sees_makes_no_revision(change: str) -> None:
    """A reader who is told of changes that are none stops looking."""
    assert content_digest(UNSEEN[change]) == content_digest(STORY)


def test_the_recipe_stands() -> None:
    """A digest in an archive of years ago is the one that is computed today."""
    assert content_digest(STORY) == "sha256:940d91f2437f1d9ce37007b73f758f53c762edab06ff57b3a77f6dc27b205adb"


def test_spaces_at_the_edge_of_an_emphasis_are_nothing() -> None:
    """Templates put the space inside the tag or outside it."""
    inside = with_block(0, Paragraph((Run("a "), Run("b ", strong=True), Run("c"))))
    outside = with_block(0, Paragraph((Run("a"), Run(" b", strong=True), Run(" c"))))
    assert content_digest(inside) == content_digest(outside)


def test_words_grown_together_are_a_change() -> None:
    """A missing space is seen."""
    apart = with_block(0, Paragraph((Run("a "), Run("b", strong=True))))
    together = with_block(0, Paragraph((Run("a"), Run("b", strong=True))))
    assert content_digest(apart) != content_digest(together)


words = st.text(alphabet="ab 中\u0301\n", max_size=6)
runs = st.lists(st.builds(Run, text=words, strong=st.booleans()), max_size=3).map(tuple)
leaves: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, runs),
    st.builds(Heading, runs, st.integers(2, 6)),
    st.builds(Figure, st.builds(Picture, st.sampled_from(["https://a.example/b.jpg", "x"]), caption=words)),
    st.builds(Embed, st.just("https://v.example/?v=1"), st.just("video"), words),
    st.builds(Preformatted, words),
    st.builds(Table, st.lists(st.lists(runs, max_size=2).map(tuple), max_size=2).map(tuple)),
    st.just(Rule()),
)
blocks = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Quotation, st.lists(inner, max_size=2).map(tuple)),
        st.builds(ListBlock, st.lists(st.lists(inner, max_size=2).map(tuple), max_size=2).map(tuple)),
    ),
    max_leaves=5,
)


@given(st.lists(blocks, max_size=4))
def test_reading_an_article_twice_is_no_change(some: list[Block]) -> None:
    """Whatever stands in it, the same article has the same digest."""
    article = replace(STORY, blocks=tuple(some))
    held = Revision(article=article, number=1, captured_at=NOW, content_digest=content_digest(article))
    assert isinstance(next_revision(article, ReadingKind.PAGE, held, now=NOW), Unchanged)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/images/bridge.jpg", "https://b.example/images/bridge.jpg"),
        ("https://a.example/images/bridge-300x200.jpg", "https://a.example/images/bridge.webp"),
        (
            "https://a.example/ace/standard/976/p/bridge.jpg",
            "https://a.example/ace/standard/640/p/bridge.jpg",
        ),
        ("https://a.example/i/w_400,h_300/bridge.jpg", "https://a.example/i/w_800,h_600,c_fill/bridge.jpg"),
        (
            "https://a.example/unsafe/300x200/smart/p/bridge.jpg",
            "https://a.example/unsafe/800x0/p/bridge.jpg",
        ),
        ("https://a.example/16bridge-master1050.jpg", "https://a.example/16bridge-jumbo.jpg"),
        ("https://a.example/img?id=7&w=300", "https://a.example/img?id=7&w=900&token=x"),
    ],
)
def test_renditions_of_a_picture_are_one(one: str, other: str) -> None:
    """Publishers serve each visitor another size."""
    assert picture_key(Picture(one)) == picture_key(Picture(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/images/bridge.jpg", "https://a.example/images/river.jpg"),
        ("https://a.example/2024/05/1.jpg", "https://a.example/2024/06/1.jpg"),
        ("https://a.example/img?id=7", "https://a.example/img?id=8"),
        ("https://a.example/DSC0001.jpg", "https://a.example/DSC0002.jpg"),
    ],
)
def test_another_picture_is_another(one: str, other: str) -> None:
    """An exchanged picture is an edit like any other."""
    assert picture_key(Picture(one)) != picture_key(Picture(other))


def held(kind: ReadingKind = ReadingKind.PAGE) -> Revision:
    """Return the story as it is held, in its third revision."""
    return Revision(article=STORY, number=3, captured_at=NOW, content_digest=content_digest(STORY), kind=kind)


def test_the_first_reading_is_revision_one() -> None:
    """Numbers start at 1, and times are whole seconds."""
    found = next_revision(STORY, ReadingKind.PAGE, None, now=NOW)
    assert isinstance(found, NewRevision)
    assert (found.revision.number, found.revision.captured_at) == (1, NOW.replace(microsecond=0))


def test_a_change_is_the_next_number() -> None:
    """Revisions have no gaps."""
    found = next_revision(SEEN["wording"], ReadingKind.PAGE, held(), now=NOW)
    assert isinstance(found, NewRevision)
    assert found.revision.number == 4


def test_a_feeds_text_is_never_compared_with_a_page() -> None:
    """A feed leaves out captions; that is no edit of the publisher's."""
    found = next_revision(STORY, ReadingKind.PAGE, held(ReadingKind.FEED), now=NOW)
    assert isinstance(found, KindChanged)
    assert (found.was, found.revision.number) == (ReadingKind.FEED, 4)


def test_a_better_reader_makes_no_revision() -> None:
    """After an upgrade nobody wants a thousand false changes."""
    better = replace(STORY, kicker="Traffic")
    assert next_revision(better, ReadingKind.PAGE, held(), now=NOW, latest_reread=better) == Unchanged(
        "https://paper.example/a"
    )


def test_a_digest_of_an_older_recipe_makes_no_revision() -> None:
    """Digests of one recipe are compared with each other."""
    older = replace(held(), content_digest=Digest("sha256:" + "0" * 64))
    assert isinstance(next_revision(STORY, ReadingKind.PAGE, older, now=NOW), Unchanged)
