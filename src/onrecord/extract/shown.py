"""Which pictures of a page are the article's: those among its text, and the lead by its headline.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from onrecord.extract import media
from onrecord.extract.body import Body
from onrecord.extract.captions import words_of
from onrecord.extract.foot import around
from onrecord.extract.survey import Box, Shot, Survey
from onrecord.extract.words import Sign
from onrecord.model import Picture
from onrecord.text import fold_space

#: A gallery may have a hundred; more is a catalogue.
MAX_PICTURES = 300
#: Lines before the headline in which a picture that the page claims may stand.
NEAR = 12
_PORTRAIT_ALT = re.compile(
    r"(?:avatar|profile (?:picture|photo|image)|(?:photo|picture|portrait|porträt|foto|headshot) (?:of|von|des) "
    r"(?:the )?(?:author|autor)|author(?:'s)? (?:photo|image|picture)|autor(?:en)?(?:bild|foto))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an article before its pictures are looked for."""

    claimed: tuple[str, ...] = ()  #: keys (`media.key_of`) of the pictures that the page claims as its own
    people: tuple[str, ...] = ()  #: whose picture is a portrait, where it stands by itself

    def claims(self, key: str) -> bool:
        """Does the page claim the picture of this key as the article's?"""
        return any(media.is_same_picture(key, one) for one in self.claimed)


def pictures_shown(
    survey: Survey,
    body: Body,
    head_at: int,
    resolve: Callable[[str], str | None],
    known: Known = Known(),
) -> dict[int, Picture]:
    """Return the article's pictures by their place: those among the text, and the lead by the headline."""
    if not body.chosen:
        return {}
    low = _lead_from(body, head_at)
    shown: dict[int, Picture] = {}
    seen: dict[str, int] = {}
    reach = max(0, min(low, head_at - NEAR)) if known.claimed else low
    for at in range(reach, min(body.end + 3, len(survey.items))):
        shot = survey.items[at]
        if not isinstance(shot, Shot) or len(shown) >= MAX_PICTURES:
            continue
        picture = _picture_at(survey, at, body, head_at, resolve)
        if picture is None:
            continue
        key = media.key_of(picture.url)
        is_claimed = known.claims(key)
        if not is_claimed and (
            at < low or _is_of(picture, shot, known.people) or not _belongs(shot, at, body, head_at, resolve)
        ):
            continue
        held_at = seen.get(key)
        if held_at is None and is_claimed:
            held_at = next((place for one, place in seen.items() if media.is_same_picture(key, one)), None)
        if held_at is not None:
            held = shown[held_at]
            if picture.caption and not held.caption:
                shown[held_at] = replace(held, caption=picture.caption, credit=picture.credit)
            continue
        seen[key] = at
        shown[at] = picture
    return shown


def _picture_at(
    survey: Survey, at: int, body: Body, head_at: int, resolve: Callable[[str], str | None]
) -> Picture | None:
    """Return the picture at *at* with its words, or None if nobody sees it or it stands for a person."""
    shot = survey.items[at]
    if (
        not isinstance(shot, Shot)
        or (shot.box.unseen and not shot.is_fallback)
        or _is_portrait(shot.box, body, head_at)
    ):
        return None
    apart = _signs_apart(shot.box, body, head_at)
    if apart & Sign.BIO or (apart & Sign.PORTRAIT and shot.box.figure is None):
        return None
    caption, credit = words_of(survey, at)
    is_captioned = caption is not None and shot.box.figure is not None
    picture = media.picture_of(shot, resolve, is_captioned=is_captioned)
    return replace(picture, caption=caption, credit=credit) if picture is not None else None


def _is_of(picture: Picture, shot: Shot, people: tuple[str, ...]) -> bool:
    """Is it a portrait of one of *people*: named for them, and without a caption?"""
    alt = fold_space(picture.alt or "")
    if picture.caption or not alt:
        return False
    return alt in people or (shot.box.figure is None and _PORTRAIT_ALT.match(alt) is not None)


def _lead_from(body: Body, head_at: int) -> int:
    """Return from where a lead picture may stand: the headline, or shortly before it in the same article."""
    if head_at >= body.start:
        return body.box.first if body.box is not None else body.start
    outer = around(body)
    first = outer.first if outer is not None and outer.tag in {"article", "main"} else head_at
    return max(first, head_at - 6) if first <= head_at else head_at


def _holds_article(box: Box, body: Body, head_at: int) -> bool:
    """Does *box* hold the text, or the headline?

    What a page's outer boxes say of themselves ("has-sidebar", "logo-top") says nothing of a picture.
    """
    return box.first <= body.start < body.end <= box.last or box.first <= head_at < box.last


def _signs_apart(box: Box | None, body: Body, head_at: int) -> int:
    """Return the signs of *box* and those around it, up to the first that holds the text or the headline too."""
    found = 0
    while box is not None and not _holds_article(box, body, head_at):
        found |= box.signs
        box = box.parent
    return found


def _belongs(shot: Shot, at: int, body: Body, head_at: int, resolve: Callable[[str], str | None]) -> bool:
    """Does a picture that the page does not claim as the article's stand where the article's stand?"""
    box = shot.box
    if box.junk is not None and not (shot.is_fallback and box.junk.tag == "noscript"):
        return False
    apart = _signs_apart(box, body, head_at)
    if at >= body.end:
        # A picture after the last line is the article's if it stands in a figure of the same box.
        return (
            box.figure is not None and body.box is not None and at < body.box.last and not apart & Sign.SOFT
        )
    if apart & Sign.SOFT and not apart & Sign.BODY:
        return False
    link = shot.link if shot.link is not None else box.link
    if link and box.figure is None:
        # A picture that leads to another page is that page's teaser.
        target = resolve(link) or ""
        return bool(re.search(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", target, re.IGNORECASE))
    return True


def _is_portrait(box: Box, body: Body, head_at: int) -> bool:
    """Tell whether a picture stands in a byline: it shows the author, or stands for them."""
    now: Box | None = box
    for _ in range(6):
        if now is None or now.last - now.first > 12 or _holds_article(now, body, head_at):
            return False
        if now.signs & (Sign.BYLINE | Sign.BIO | Sign.PORTRAIT) and not now.signs & (
            Sign.CAPTION | Sign.CREDIT
        ):
            return True
        now = now.parent
    return False
