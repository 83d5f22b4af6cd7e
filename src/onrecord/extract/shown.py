"""Which pictures of a page are the article's: those among its text, and the lead by its headline.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from onrecord.extract import media
from onrecord.extract.body import Body
from onrecord.extract.captions import words_of
from onrecord.extract.foot import around
from onrecord.extract.survey import Box, Shot, Survey
from onrecord.extract.words import Sign
from onrecord.model import Picture

#: A gallery may have a hundred; more is a catalogue.
MAX_PICTURES = 300


def pictures_shown(
    survey: Survey, body: Body, head_at: int, resolve: Callable[[str], str | None]
) -> dict[int, Picture]:
    """Return the article's pictures by their place: those among the text, and the lead by the headline."""
    if not body.chosen:
        return {}
    low = _lead_from(body, head_at)
    shown: dict[int, Picture] = {}
    seen: dict[str, int] = {}
    for at in range(low, min(body.end + 3, len(survey.items))):
        shot = survey.items[at]
        if not isinstance(shot, Shot) or len(shown) >= MAX_PICTURES or not _belongs(shot, at, body, resolve):
            continue
        caption, credit = words_of(survey, at)
        is_captioned = caption is not None and shot.box.figure is not None
        picture = media.picture_of(shot, resolve, is_captioned=is_captioned)
        if picture is None:
            continue
        key = media.key_of(picture.url)
        picture = Picture(
            picture.url, picture.alt, caption, credit, picture.width, picture.height, picture.fallback_urls
        )
        if key in seen:
            held = shown[seen[key]]
            if caption and not held.caption:
                shown[seen[key]] = Picture(
                    held.url, held.alt, caption, credit, held.width, held.height, held.fallback_urls
                )
            continue
        seen[key] = at
        shown[at] = picture
    return shown


def _lead_from(body: Body, head_at: int) -> int:
    """Return from where a lead picture may stand: the headline, or shortly before it in the same article."""
    if head_at >= body.start:
        return body.box.first if body.box is not None else body.start
    outer = around(body)
    first = outer.first if outer is not None and outer.tag in {"article", "main"} else head_at
    return max(first, head_at - 6) if first <= head_at else head_at


def _belongs(shot: Shot, at: int, body: Body, resolve: Callable[[str], str | None]) -> bool:
    box = shot.box
    if box.unseen and not shot.is_fallback:
        return False
    if (
        box.junk is not None and not (shot.is_fallback and box.junk.tag == "noscript")
    ) or box.inherited & Sign.BIO:
        return False
    if _is_portrait(box):
        return False
    is_inside = body.start <= at < body.end
    if not is_inside and at >= body.end:
        # A picture after the last line is the article's if it stands in a figure of the same box.
        return (
            box.figure is not None
            and body.box is not None
            and at < body.box.last
            and not box.inherited & Sign.SOFT
        )
    if box.inherited & Sign.SOFT and not box.inherited & Sign.BODY:
        return False
    link = shot.link if shot.link is not None else box.link
    if link and box.figure is None:
        # A picture that leads to another page is that page's teaser.
        target = resolve(link) or ""
        return bool(re.search(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", target, re.IGNORECASE))
    return True


def _is_portrait(box: Box) -> bool:
    """Tell whether a picture stands in a byline: it shows the author, or stands for them."""
    now: Box | None = box
    for _ in range(6):
        if now is None or now.last - now.first > 12:
            return False
        if now.signs & (Sign.BYLINE | Sign.BIO | Sign.PORTRAIT) and not now.signs & (
            Sign.CAPTION | Sign.CREDIT
        ):
            return True
        now = now.parent
    return False
