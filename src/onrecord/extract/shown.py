"""Which pictures of a page are the article's: those among its text, and the lead by its headline.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from onrecord.extract import media
from onrecord.extract.body import Body
from onrecord.extract.captions import is_button, words_of
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


@dataclass(frozen=True, slots=True)
class _Ground:
    """The page that pictures stand in, and where its article does."""

    survey: Survey
    body: Body
    chosen: frozenset[int]  #: places of the text's lines
    head_at: int
    resolve: Callable[[str], str | None]

    def holds_article(self, box: Box) -> bool:
        """Does *box* hold the text, or the headline?

        What a page's outer boxes say of themselves ("has-sidebar", "logo-top") says nothing of a picture.
        """
        start, end = self.body.start, self.body.end
        return box.first <= start < end <= box.last or box.first <= self.head_at < box.last

    def boxes_apart(self, box: Box | None) -> Iterator[Box]:
        """Yield *box* and those around it, up to the first that holds the text or the headline too."""
        while box is not None and not self.holds_article(box):
            yield box
            box = box.parent


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
    ground = _Ground(survey, body, frozenset(body.chosen), head_at, resolve)
    low = _lead_from(body, head_at)
    shown: dict[int, Picture] = {}
    seen: dict[str, int] = {}
    galleries: set[Box] = set()  # a carousel that shows a claimed picture shows the article's
    reach = max(0, min(low, head_at - NEAR)) if known.claimed else low
    for at in range(reach, min(body.end + 3, len(survey.items))):
        shot = survey.items[at]
        if not isinstance(shot, Shot) or len(shown) >= MAX_PICTURES:
            continue
        # Teasers among the text are many, and none of them is asked whether it is claimed.
        if (
            shot.box.junk is not None
            and at > body.start
            and shot.box.junk not in galleries
            and not shot.is_fallback
        ):
            continue
        picture = _picture_at(ground, shot, at)
        if picture is None:
            continue
        key = media.key_of(picture.url)
        is_claimed = known.claims(key)
        if is_claimed and shot.box.junk is not None:
            galleries.add(shot.box.junk)
        is_beside = picture.caption is not None and shot.box.junk in galleries
        if not (is_claimed or is_beside) and (
            at < low or _is_of(picture, shot, known.people) or not _belongs(ground, picture, shot, at)
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


def _picture_at(ground: _Ground, shot: Shot, at: int) -> Picture | None:
    """Return the picture at *at* with its words, or None if nobody sees it or it stands for a person."""
    if (shot.box.unseen and not shot.is_fallback) or _is_portrait(ground, shot.box):
        return None
    apart = 0
    for box in ground.boxes_apart(shot.box):
        apart |= box.signs
    if apart & Sign.BIO or (apart & Sign.PORTRAIT and shot.box.figure is None):
        return None
    if is_button(ground.survey, shot):
        return None
    picture = media.picture_of(shot, ground.resolve)
    if picture is None:
        return None
    caption, credit = words_of(ground.survey, at, ground.chosen)
    if media.is_drawing(picture.url) and (caption is None or shot.box.figure is None):
        return None  # an icon, unless the page gives it a caption
    return replace(picture, caption=caption, credit=credit)


def _is_of(picture: Picture, shot: Shot, people: tuple[str, ...]) -> bool:
    """Is it a portrait of one of *people*: named for them, and without a caption?"""
    alt = fold_space(picture.alt or "")
    if not alt or (picture.caption and shot.box.figure is not None):
        return False
    return alt in people or (shot.box.figure is None and _PORTRAIT_ALT.match(alt) is not None)


def _lead_from(body: Body, head_at: int) -> int:
    """Return from where a lead picture may stand: the headline, or shortly before it in the same article."""
    if head_at >= body.start:
        return body.box.first if body.box is not None else body.start
    outer = around(body)
    first = outer.first if outer is not None and outer.tag in {"article", "main"} else head_at
    return max(first, head_at - 6) if first <= head_at else head_at


def _belongs(ground: _Ground, picture: Picture, shot: Shot, at: int) -> bool:
    """Does a picture that the page does not claim as the article's stand where the article's stand?"""
    box = shot.box
    if box.junk is not None and not (shot.is_fallback and box.junk.tag == "noscript"):
        return False
    is_captioned = box.figure is not None and picture.caption is not None
    apart = list(ground.boxes_apart(box))
    is_aside = any(one.signs & Sign.SOFT for one in apart) and not any(one.signs & Sign.BODY for one in apart)
    if at >= ground.body.end:
        # A picture after the last line is the article's if it stands in a figure of the same box.
        inside = ground.body.box is not None and at < ground.body.box.last
        return box.figure is not None and inside and not is_aside
    # An <article> inside the article is another story, and its picture without a caption that story's.
    if not is_captioned and (is_aside or any(one.tag == "article" for one in apart)):
        return False
    link = shot.link if shot.link is not None else box.link
    if link and box.figure is None:
        # A picture that leads to another page is that page's teaser.
        target = ground.resolve(link) or ""
        return bool(re.search(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|\?)", target, re.IGNORECASE))
    return True


def _is_portrait(ground: _Ground, box: Box) -> bool:
    """Tell whether a picture stands in a byline: it shows the author, or stands for them."""
    for _, now in zip(range(6), ground.boxes_apart(box), strict=False):
        if now.last - now.first > 12:
            return False
        if now.signs & (Sign.BYLINE | Sign.BIO | Sign.PORTRAIT) and not now.signs & (
            Sign.CAPTION | Sign.CREDIT
        ):
            return True
    return False
