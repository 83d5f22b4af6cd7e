"""What a page is made of, counted: the evidence that `judge` weighs.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from onrecord.extract.claims import renditions
from onrecord.extract.reading import Reading, stands_in

#: Lines of a page's own words that a judge is shown, and characters of each.
OWN_LINES, OWN_LINE = 60, 600
#: Menus, the page's foot and its sides: what stands there is the publication's, whatever the page is.
_FRAME = frozenset(("nav", "footer", "aside"))
_NOSCRIPT = frozenset(("noscript",))
_CLOCK = re.compile(r"\W{0,3}(?:[01]?\d|2[0-3])\s?[:.h時时：]\s?[0-5]\d(?![\d%.,])")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """A page's own counts and claims. Nothing here is a judgement."""

    title: str | None = None  #: <title>, folded
    h1: str | None = None  #: the first <h1> that has text
    text_length: int = 0  #: characters of visible text, white space folded
    paragraph_count: int = 0  #: blocks of visible text of at least 80 characters (25 where Han or kana)
    link_count: int = 0  #: <a href>
    link_text_length: int = 0  #: characters of visible text inside links
    has_password_field: bool = False
    has_identity_field: bool = False  #: a field for an e-mail address or a telephone number
    form_count: int = 0
    script_count: int = 0
    iframe_count: int = 0
    meta_refresh: str | None = None  #: the target, absolute; None: no refresh to another address
    robots: str | None = None  #: <meta name=robots>, and one with our own name, lower case
    tdm_reservation: str | None = None  #: <meta name=tdm-reservation>
    tdm_policy: str | None = None  #: <meta name=tdm-policy>
    is_free: bool | None = None  #: schema.org isAccessibleForFree of the article
    og_type: str | None = None  #: lower case: "article", "website"
    schema_types: tuple[str, ...] = ()  #: @type of each JSON-LD object, and itemtype of microdata
    language: str | None = None  #: <html lang>, as stated
    snippet: str = ""  #: the first 2,000 characters of visible text
    lines: tuple[
        str, ...
    ] = ()  #: the first 60 visible lines of the page's own words: no menu, foot, side or link
    prose_weight: int = 0  #: characters of all such lines, a Han character, kana or Hangul syllable thrice
    clock_count: int = 0  #: lines that begin with a time of day
    renditions: tuple[tuple[str, str], ...] = ()  #: ("amp", "print" or "alternate", address) of its own site
    noscript: str = ""  #: what a reader without scripts is told: the first 500 characters


def facts_of(reading: Reading) -> PageFacts:
    """Return the counts and claims of a page that has been surveyed."""
    survey, metas = reading.survey, reading.metas
    seen: list[str] = []
    own: list[str] = []
    length = paragraphs = linked = weight = clocks = 0
    for _, line in survey.lines():
        if line.box.unseen:
            continue
        length += len(line.text)
        linked += round(len(line.text) * line.link_share)
        paragraphs += line.weight >= 80
        if line.link_share < 0.5 and not stands_in(line.box, _FRAME):
            weight += line.weight
            clocks += _CLOCK.match(line.text) is not None
            own.append(line.text[:OWN_LINE])
        if len(seen) < 400:
            seen.append(line.text)
    counts = survey.counts
    refresh = re.search(r"url\s*=\s*[\"']?([^\"'\s;]+)", survey.refresh or "", re.IGNORECASE)
    return PageFacts(
        title=survey.title,
        h1=reading.h1,
        text_length=length,
        paragraph_count=paragraphs,
        link_count=len(survey.anchors),
        link_text_length=linked,
        has_password_field=bool(counts.get("password")),
        has_identity_field=bool(counts.get("email") or counts.get("tel")),
        form_count=counts.get("form", 0),
        script_count=counts.get("script", 0),
        iframe_count=counts.get("iframe", 0),
        meta_refresh=reading.resolve(refresh[1]) if refresh else None,
        robots=",".join(metas.every("robots", "onrecord")).lower() or None,
        tdm_reservation=metas.value("tdm-reservation"),
        tdm_policy=metas.value("tdm-policy"),
        is_free=reading.ld.is_free,
        og_type=(metas.value("og:type") or "").lower() or None,
        schema_types=(
            *reading.found.types,
            *dict.fromkeys(one.rsplit("/", 1)[-1] for one in survey.itemtypes if one),
        ),
        language=survey.language,
        snippet="\n".join(seen)[:2_000],
        lines=tuple(own[:OWN_LINES]),
        prose_weight=weight,
        renditions=tuple(renditions(survey, reading.resolve, reading.url)),
        clock_count=clocks,
        noscript=" ".join(
            line.text for _, line in survey.lines() if line.box.unseen and stands_in(line.box, _NOSCRIPT)
        )[:500],
    )
