"""What each line says for its being text of the article, before anything is known of the lines around it.

Pure.
"""

from __future__ import annotations

import re

from onrecord.extract.survey import HEADINGS, PARAGRAPH, Box, Line, Survey
from onrecord.extract.words import NEWSLETTER, POINTER, PROMPTS, Sign, speaks_of_a_wall, speaks_of_its_house

#: A notice of the house inside a text is no longer than this.
MAX_NOTICE = 500
#: What a short line of a list is worth that stands in a box called the text.
LISTED = 2.0
_STOP = re.compile(r"[.!?…。！？」』”\"»:;’)\]]\s*$|[.!?。！？]")
_ASCII_WORDS = re.compile("[A-Za-z0-9_]+")  # the same, and faster
_WORDS = re.compile(r"\w+")
_TEXT_TAGS = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "td",
        "blockquote",
        "li",
        "main",
        "pre",
        "dd",
        "body",
        "center",
        "#page",
    )
)


def scores_of(survey: Survey, guide: str | None, url: str) -> dict[int, float]:
    """Return what each line says for its being text of the article."""
    known = shingles(guide) if guide else None
    scores: dict[int, float] = {}
    own = re.sub(r"[#?].*", "", url).rstrip("/")
    teaser: Box | None = None
    left = 0
    for at, line in survey.lines():
        box = line.box
        if box.tag in HEADINGS:
            # A heading that leads elsewhere opens the teaser of another story: a paragraph or two.
            teaser, left = (box.parent, 2) if line.link_share > 0.8 and _leads_away(line, own) else (None, 0)
            scores[at] = -20.0 if teaser else 0.0
            continue
        score = _score(line)
        if teaser is not None and score > 0:
            if left and is_inside(box, teaser):
                score = -30.0
                left -= 1
            else:
                teaser = None
        if known is not None and score > 0 and line.weight >= PARAGRAPH:
            score *= 2.0 if share(line.text, known) > 0.5 else 0.4
        scores[at] = score
    return scores


def _score(line: Line) -> float:
    box = line.box
    if box.junk is not None:
        return -5.0
    signs = box.inherited
    if box.figure is not None or box.signs & (Sign.CAPTION | Sign.CREDIT):
        return 0.0
    if line.link_share > 0.5:
        return -15.0 - min(line.weight, 100) * 0.2
    if box.cell is not None and line.weight < PARAGRAPH:
        return -0.2  # a table of figures says nothing for or against the text around it
    is_address = "://" in line.text and " " not in line.text
    if line.weight < PARAGRAPH or is_address or not _STOP.search(line.text):
        if box.tag == "li" and signs & Sign.BODY and not signs & Sign.SOFT and not line.link_share:
            return LISTED  # a list in what is called the text: winners, results
        return -3.0 if line.weight < 25 or box.tag != "p" else float(line.weight) * 0.2
    score = min(line.weight, 800) * (1.0 - line.link_share)
    if box.tag not in _TEXT_TAGS:
        score *= 0.3
    if box.item is not None:
        score *= 0.5
    if signs & Sign.BODY:
        score *= 1.2
    if signs & Sign.SOFT and not signs & Sign.BODY:
        score *= 0.3
    if box.cell is not None:
        score *= 0.7
    return score


def _leads_away(line: Line, own: str) -> bool:
    link = next((piece.link for piece in line.pieces if piece.link), line.box.link) or ""
    path = re.sub(r"[#?].*", "", link).rstrip("/")
    if path.startswith(("http", "//")) and _host(path) != _host(own):
        return False  # a list's entries lead to what they speak of; teasers lead to the same site
    return bool(path) and not (
        own and (path == own or (path.startswith("/") and len(path) > 3 and own.endswith(path)))
    )


def _host(url: str) -> str:
    return url.split("//", 1)[-1].split("/", 1)[0].lower().removeprefix("www.")


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return the runs of three words, or of three characters where words are not parted."""
    words = _tokens(text)
    return set(zip(words, words[1:], words[2:], strict=False))


def _tokens(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORDS.findall(text)
    return _WORDS.findall(text) if " " in text else list(text)


def share(text: str, known: set[tuple[str, ...]]) -> float:
    """Return how much of *text* stands in *known*, from 0 to 1."""
    mine = shingles(text)
    return sum(1 for one in mine if one in known) / len(mine) if mine else 0.0


def is_inside(box: Box, outer: Box) -> bool:
    """Is *box* the box *outer*, or somewhere within it?"""
    now: Box | None = box
    while now is not None:
        if now is outer:
            return True
        now = now.parent
    return False


def is_notice(line: Line) -> bool:
    """Is a line a pointer to another story, a call to subscribe, a word about a wall, or one of the house?"""
    text = line.text
    size = len(text)
    if size < MAX_NOTICE and speaks_of_its_house(text):
        return True
    if size < 220 and PROMPTS.match(text) and (line.link_share > 0.2 or line.weight < 40):
        return True
    if size < 220 and POINTER.match(text):
        return True
    is_set_off = line.link_share > 0.2 or line.pieces[0].strong or line.pieces[0].emphasis
    if size < 300 and is_set_off and NEWSLETTER.search(text):
        return True
    return size < 200 and speaks_of_a_wall(text)
