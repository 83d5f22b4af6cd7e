"""A feed's entry to an article: full text in the feed, in the shapes that full-text feeds have had.

Pure. The text comes with remains of the page it was made from: a leading <address> or <i> with the authors
and the time, a <footer> with credits, a note of the feed's maker at the end. Each goes to its field.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from onrecord import markup, urls
from onrecord.extract import blocks, foot, media
from onrecord.extract.body import Body
from onrecord.extract.jsonld import text_in
from onrecord.extract.language import language_of
from onrecord.extract.people import people_in, recased
from onrecord.extract.shown import pictures_shown
from onrecord.extract.survey import Box, Item, Line, Shot, Survey, text_of
from onrecord.extract.times import in_feed
from onrecord.extract.walk import survey_of
from onrecord.extract.words import CORRECTION, CREDITS, PROMPTS, Sign
from onrecord.model import (
    Article,
    Block,
    ClaimedTime,
    Entry,
    Evidence,
    Extraction,
    Picture,
    Problem,
    ReadingKind,
    Translation,
)

#: A feed's article longer than this is no article.
MAX_CONTENT = 8 * 1024 * 1024
# The note that a maker of full-text feeds puts under every article: a rule, then a line with their address.
_MAKERS_NOTE = re.compile(
    r"(?:<br\s*/?>\s*)*<hr\s*/?>\s*<div>\s*(?:获取更多RSS|更多RSS|get more rss|powered by).{0,2000}?</div>\s*$",
    re.IGNORECASE | re.DOTALL,
)
_TRANSLATOR = re.compile(
    r"^\W*(?:翻译|翻譯|译者|編譯|编译|translat(?:ed|ion)(?: by)?)\s*[:：]?", re.IGNORECASE
)
_ENGLISH_VERSION = re.compile(r"点击查看本文(.{1,4})版|點擊查看本文(.{1,4})版")
_NAIVE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|"
    r"\d{1,2}/\d{1,2}/\d{4}(?: - \d{1,2}:\d{2})?|\d{4}年\s*\d{1,2}月\s*\d{1,2}日"
)
_RELATIVE = re.compile(
    r"^\s*\d+\s*(?:分钟|小时|天|秒|分鐘|小時|minutes?|hours?|days?)\s*(?:前|ago)\s*$", re.IGNORECASE
)


def read(entry: Entry, *, feed_url: str, language: str | None) -> Extraction:
    """Return what the full text of *entry* says. Never raises."""
    content = entry.content or entry.summary or ""
    problems: list[Problem] = []
    if len(content) > MAX_CONTENT:
        problems.append(Problem("page-too-large", f"{len(content):,} characters", "content"))
        content = content[:MAX_CONTENT]
    tree = markup.parse(_MAKERS_NOTE.sub("", content))
    # A feed gives an article's text alone: no box in it is the page's.
    survey = survey_of(tree.root, has_menus=False)
    problems += [*tree.problems, *survey.problems]
    for box in survey.boxes:
        box.junk = None
    title = text_in(entry.headline) or text_in(entry.raw_title)
    if title is None or not survey.items:
        return Extraction(article=None, kind=ReadingKind.FEED, problems=tuple(problems))
    article, evidence = _article(
        entry, survey, title, media.resolver(entry.url or feed_url), language, problems
    )
    survey.release()
    return Extraction(
        article=article, kind=ReadingKind.FEED, evidence=tuple(evidence), problems=tuple(problems)
    )


def _article(
    entry: Entry,
    survey: Survey,
    title: str,
    resolve: Callable[[str], str | None],
    stated: str | None,
    problems: list[Problem],
) -> tuple[Article, list[Evidence]]:
    head, foot_lines, body_lines = _parts(survey)
    text = " ".join(survey.line_at(at).text for at in body_lines[:40])
    language = language_of((entry.language, stated), text or title)
    byline, printed_time = _head_claims(survey, head)
    credit_lines, translations = _foot(survey, foot_lines, resolve, problems)
    corrections: list[str] = []
    kept: list[int] = []
    for at in body_lines:
        line = survey.line_at(at)
        if CORRECTION.match(line.text) and len(line.text) < 600:
            corrections.append(line.text)
        elif at in body_lines[-6:] and len(line.text) < 600 and CREDITS.match(line.text):
            credit_lines.append(foot.text_without_pointers(line))
        elif not (blocks.is_caption(line) or _RELATIVE.match(line.text) or _is_prompt(line)):
            kept.append(at)
    authors = people_in(byline or "") or tuple(
        dict.fromkeys(person for name in entry.authors for person in people_in(name))
    )
    authors = recased(authors, credit_lines)
    time = in_feed(printed_time, entry, language) if printed_time else None
    evidence = [Evidence("headline", "feed entry", title, 0.9)]
    if time is not None:
        evidence.append(Evidence("published_at", "time in the content", str(time), 0.8))
    published = time or entry.published_at
    article = Article(
        canonical_url=urls.canonicalize(entry.url),
        headline=title,
        byline=byline,
        authors=authors,
        published_at=_more_precise(published, entry.published_at),
        modified_at=entry.modified_at if entry.modified_at != published else None,
        topics=tuple(dict.fromkeys(entry.categories)),
        language=language,
        blocks=_blocks(survey, kept, resolve),
        credits=tuple(dict.fromkeys(credit_lines)),
        corrections=tuple(corrections),
        translations=tuple(translations),
    )
    return article, evidence


def _more_precise(time: ClaimedTime | None, entry_time: ClaimedTime | None) -> ClaimedTime | None:
    """Return *time*, or the entry's own where *time* only names its day."""
    if time is None or entry_time is None or time.is_precise or not entry_time.is_precise:
        return time
    return entry_time if abs((time.at - entry_time.at).total_seconds()) < 38 * 3600 else time


def _within(box: Box, tags: frozenset[str]) -> bool:
    now: Box | None = box
    while now is not None:
        if now.tag in tags:
            return True
        now = now.parent
    return False


def _parts(survey: Survey) -> tuple[list[int], list[int], list[int]]:
    """Return the places of the lines at the head, at the foot and of the text."""
    head: list[int] = []
    end: list[int] = []
    body: list[int] = []
    for at, line in survey.lines():
        if line.box.unseen:
            continue
        if _within(line.box, frozenset(("footer",))):
            end.append(at)
        elif not body and (
            line.box.tag in {"address", "time"}
            or (
                len(line.text) < 120
                and (_NAIVE.search(line.text) or all(piece.emphasis for piece in line.pieces))
            )
        ):
            head.append(at)
        elif not body and blocks.is_caption(line):
            continue
        else:
            body.append(at)
    return head, end, body


def _head_claims(survey: Survey, head: list[int]) -> tuple[str | None, str | None]:
    """Return the byline and the time that stand before the text."""
    time = next(
        (
            stated
            for mark in survey.marks
            if mark.node.tag == "time"
            for name in ("datetime", "pudate")
            if (stated := mark.attributes.get(name))
        ),
        None,
    )
    byline: str | None = None
    for mark in survey.marks:
        if mark.node.tag == "address":
            byline = text_of(mark.node) or None
            break
    for at in head:
        text = "".join(piece.text for piece in survey.line_at(at).pieces)
        printed = _NAIVE.search(text)
        if printed is not None:
            time = time or printed[0]
        before = _NAIVE.sub("", text).strip(" \n-")
        if byline is None and before and survey.line_at(at).box.tag != "time" and people_in(before):
            byline = " ".join(before.split())
    return byline, time


def _foot(
    survey: Survey, lines: list[int], resolve: Callable[[str], str | None], problems: list[Problem]
) -> tuple[list[str], list[Translation]]:
    """Return the credits at the foot, and the link to the article that this one was translated from."""
    credit_lines: list[str] = []
    for at in lines:
        line = survey.line_at(at)
        if line.link_share > 0.9 or _ENGLISH_VERSION.search(line.text):
            continue
        credit_lines.append(foot.text_without_pointers(line))
    everything = Body(box=survey.boxes[0], start=len(survey.items), end=len(survey.items))
    translations = foot.translations(survey, everything, resolve, url="", language=None)
    if not any(one.is_original for one in translations) and any(
        _ENGLISH_VERSION.search(line.text) for _, line in survey.lines()
    ):
        problems.append(Problem("original-without-link", "the text names its original and links to none"))
    return [text for text in credit_lines if text], translations


def _is_prompt(line: Line) -> bool:
    if _ENGLISH_VERSION.search(line.text) and len(line.text) < 40:
        return True
    return bool(line.link_share > 0.7 and PROMPTS.match(line.text)) or (
        bool(_TRANSLATOR.match(line.text)) and len(line.text) < 12
    )


def _blocks(survey: Survey, kept: list[int], resolve: Callable[[str], str | None]) -> tuple[Block, ...]:
    everything = Body(chosen=kept or [0], box=survey.boxes[0], start=0, end=len(survey.items))
    shown = pictures_shown(survey, everything, 0, resolve)
    chosen = set(kept)
    items: list[Item] = []
    pictures: dict[int, Picture] = {}
    for at, item in enumerate(survey.items):
        if isinstance(item, Line):
            if at not in chosen:
                continue
        elif isinstance(item, Shot):
            if at not in shown:
                continue
            pictures[len(items)] = shown[at]
        elif item.box.signs & Sign.JUNK or (kept and at > kept[-1]):
            continue
        items.append(item)
    return blocks.blocks_of(items, pictures, resolve)
