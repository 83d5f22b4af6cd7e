"""Access: how much of the article the page gave.

Pure.
"""

from __future__ import annotations

from onrecord.extract.reading import Reading, stands_in
from onrecord.extract.survey import Line
from onrecord.extract.words import Sign, speaks_of_a_wall
from onrecord.model import Access, Block, Paragraph

#: A text shorter than this, on a page that says it must be paid for, is a part.
SHORT_TEXT = 2_000
_MENUS = frozenset(("nav", "footer"))


def access_of(reading: Reading, content: tuple[Block, ...]) -> Access:
    """Return how much of the article the page gave: what it says of itself, and whether a wall is seen."""
    length = sum(len(run.text) for block in content if isinstance(block, Paragraph) for run in block.runs)
    tier = reading.metas.value("article:content_tier", "og:article:content_tier") or ""
    hints = [
        ("json-ld isAccessibleForFree", reading.ld.is_free is False),
        ("meta content_tier", tier.lower() in {"locked", "metered"}),
    ]
    stated = any(holds for _, holds in hints)
    has_wall = _has_wall(reading)
    hints.append(("words of a wall after the text", has_wall))
    access = _access(length, stated=stated, has_wall=has_wall)
    said = ", ".join(origin for origin, holds in hints if holds)
    reading.note("access", said or "nothing speaks of a wall", access.value, 0.8 if said else 0.7)
    return access


def _access(length: int, *, stated: bool, has_wall: bool) -> Access:
    if not stated and not has_wall:
        return Access.WHOLE
    if not length:
        return Access.NONE
    if has_wall and (stated or length < SHORT_TEXT):
        return Access.PART
    return Access.PART if stated and length < SHORT_TEXT // 2 else Access.WHOLE


def _has_wall(reading: Reading) -> bool:
    """Tell whether words of a paywall are seen soon after the text."""
    survey, body = reading.survey, reading.body
    for item in survey.items[max(body.end - 4, 0) : body.end + 15]:
        if not isinstance(item, Line) or item.box.unseen or len(item.text) <= 8:
            continue
        if stands_in(item.box, _MENUS):  # every page of a paper that is sold says so there
            continue
        if item.box.inherited & Sign.PAYWALL or (len(item.text) < 300 and speaks_of_a_wall(item.text)):
            return True
    return False
