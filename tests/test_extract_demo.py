"""The demo's pages against their truth: every word, picture, caption and credit of each story, on its first day."""

from __future__ import annotations

import pytest

from onrecord import extract
from onrecord.demo.expected import ExpectedArticle, blocks_of, expected
from onrecord.demo.newsroom import DemoNewsroom
from onrecord.model import Article, Block, Figure, Picture
from onrecord.text import body_text

STORIES = [one for one in expected().articles if not one.is_forbidden and not one.is_feed_only]
NEWSROOM = DemoNewsroom()


def name_of(story: ExpectedArticle) -> str:
    """Return a story's name, for the test's."""
    return f"{story.publication}-{story.slug}"


def read(story: ExpectedArticle) -> Article:
    """Return what is read out of a story's page on its first day; its flawed first answer is passed over."""
    answer = NEWSROOM.answer("GET", story.url, {}, story.first_day, asked=2)
    assert answer.status == 200
    article = extract.read_page(
        answer.body, url=story.url, content_type=answer.header("content-type")
    ).article
    assert article is not None
    return article


def truth(story: ExpectedArticle) -> tuple[Block, ...]:
    """Return the body that a reader should find."""
    return blocks_of(story.url, story.first_day)


def pictures_in(blocks: tuple[Block, ...]) -> list[Picture]:
    """Return the pictures that stand among *blocks*."""
    return [block.picture for block in blocks if isinstance(block, Figure)]


@pytest.mark.parametrize("story", STORIES, ids=name_of)
def test_the_text_of_a_story_is_its_own(story: ExpectedArticle) -> None:
    """A line too few is lost for good; a line too many is a false revision some day."""
    assert body_text(read(story).blocks) == body_text(truth(story))


@pytest.mark.parametrize("story", STORIES, ids=name_of)
def test_the_headline_of_a_story_is_its_own(story: ExpectedArticle) -> None:
    """Lists, searches and revisions go by it."""
    assert read(story).headline == story.headline


@pytest.mark.parametrize("story", STORIES, ids=name_of)
def test_each_picture_of_a_story_has_its_words(story: ExpectedArticle) -> None:
    """A picture without its caption says something else; one without its credit has no maker."""
    held = [(one.caption, one.credit) for one in pictures_in(read(story).blocks)]
    assert held == [(one.caption, one.credit) for one in pictures_in(truth(story))]


@pytest.mark.parametrize("story", [one for one in STORIES if one.picture_urls], ids=name_of)
def test_the_largest_rendition_of_a_picture_is_kept(story: ExpectedArticle) -> None:
    """The archive's copy may be the last one."""
    assert [one.url for one in pictures_in(read(story).blocks)] == list(story.picture_urls)
