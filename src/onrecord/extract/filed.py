"""What an article is filed under: its section, and its topics, as claimed or as linked below the text.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from onrecord.extract.reading import Reading
from onrecord.extract.survey import Box, text_of
from onrecord.text import or_none

#: Topics kept; pages for search engines list hundreds.
MAX_TOPICS = 50
#: Characters of a topic; a longer one is a headline.
MAX_TOPIC = 60
#: Items after the text among which its topics are linked, and boxes around a link that may be called so.
REACH, OUTWARDS = 40, 4
_SECTION_METAS = ("article:section", "og:article:section", "parsely-section")
#: What a box of topics is called, in the languages of the press.
_TOPIC_BOX = re.compile(
    r"(?:^|[\s_-])(?:(?:article|post|entry|story)?-?(?:tags?|topics?|keywords?)(?:-?(?:list|box|links?|cloud))?|themen|"
    r"schlagw\w*|schlagworte|temas|etiquetas|tópicos|sujets|argomenti|ämnen|emner|tagi|témata)(?:$|[\s_-])",
    re.IGNORECASE,
)
#: A publication's own numbers and addresses, which its programs file by.
_NO_TOPIC = re.compile(r"^[0-9a-f-]{20,}$|^[\w.-]+\.[a-z]{2,4}$|^nlp\b|^https?:", re.IGNORECASE)
#: "category: wine", "topic/wine", "(1) wine": the word is what follows.
_KIND = re.compile(
    r"^(?:(?:category|topic|section|tag|keyword|organization|person|place)s?\s*[:/]\s*|\(\d+\)\s*)",
    re.IGNORECASE,
)


def section_of(reading: Reading) -> str | None:
    """Return the section that the page says it stands in."""
    for origin, stated, confidence in (
        ("json-ld articleSection", reading.ld.section, 0.9),
        ("meta section", reading.metas.value(*_SECTION_METAS), 0.8),
    ):
        if section := or_none(stated):
            reading.note("section", origin, section, confidence)
            return section
    return None


def topics_of(reading: Reading) -> tuple[str, ...]:
    """Return the words that the page files the article under, none twice: claimed ones, else those it links."""
    for origin, words, confidence in _stated(reading):
        bare = (_KIND.sub("", word).lstrip("#") for word in words if not _NO_TOPIC.match(word))
        topics = tuple(dict.fromkeys(word for word in bare if word))[:MAX_TOPICS]
        if topics:
            reading.note("topics", origin, "; ".join(topics), confidence)
            return topics
    return ()


def _stated(reading: Reading) -> Iterator[tuple[str, Iterable[str], float]]:
    """Yield where topics are found, the surest first; the links of a page are looked through last."""
    yield "json-ld keywords, meta tags", [*reading.ld.keywords, *reading.metas.topics()], 0.8
    yield "json-ld about", reading.ld.about, 0.7
    yield "links below the text", _linked(reading), 0.7


def _linked(reading: Reading) -> list[str]:
    """Return the texts of links that the page calls tags, by the text or below it."""
    low, high = min(reading.head_at, reading.body.start), reading.body.end + REACH
    found: list[str] = []
    for attributes, node, at, box in reading.survey.anchors:
        if not low <= at <= high or box.unseen or len(found) >= MAX_TOPICS:
            continue
        if "tag" in (attributes.get("rel") or "").lower().split() or _is_called_topics(box):
            text = text_of(node)
            if 1 < len(text) <= MAX_TOPIC:
                found.append(text)
    return found


def _is_called_topics(box: Box | None) -> bool:
    for _ in range(OUTWARDS):
        if box is None or box.tag in {"article", "main", "nav", "body"}:
            return False
        if box.names and _TOPIC_BOX.search(box.names):
            return True
        box = box.parent
    return False
