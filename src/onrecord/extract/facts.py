"""What a page is made of, counted: the evidence that `judge` weighs.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from dataclasses import dataclass


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
