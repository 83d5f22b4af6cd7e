"""The text of pages that show none without scripts: it stands in a script, as the state of a program.

Pure. Nothing is run: string values with telling names are looked for in the script's text, whatever object,
call or assignment is around them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

#: A script longer than this is a program, or holds a whole site.
MAX_STATE = 4_000_000
#: Values shorter than this are no article's text.
MIN_TEXT = 400
#: A list of names or a style sheet has fewer.
MIN_SENTENCES = 4
#: Values looked at; a page about one article needs a few.
MAX_VALUES = 500
#: The headline stands this near before the text, in the same object.
REACH = 4_000

# Possessive, because scripts that break off inside a string must not be searched twice.
_STRING = r'"((?:[^"\\]++|\\.)*+)"'
_TEXTS = re.compile(
    r'"(?:article|story|post|entry|news|main|full)?_?(?:body|content|text)_?(?:html|text|body|raw)?"\s*:\s*'
    + _STRING,
    re.IGNORECASE | re.DOTALL,
)
_TITLES = re.compile(r'"(?:title|headline)"\s*:\s*' + _STRING, re.IGNORECASE | re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…](?:[\s”\"»’)]|$)|[。！？]")
# What templates put between paragraphs for advertisements: "$$AD$$", "{{ad}}", "[[ad]]".
_PLACES = re.compile(r"\$\$\w{1,40}\$\$|\{\{[^{}]{1,60}\}\}|\[\[\w{1,40}\]\]")


@dataclass(frozen=True, slots=True)
class State:
    """What a script holds of an article."""

    html: str
    headline: str | None = None


def find(scripts: Iterable[str]) -> State | None:
    """Return the longest text that *scripts* hold under a telling name, or None."""
    best: State | None = None
    left = MAX_VALUES
    for script in scripts:
        if not MIN_TEXT < len(script) <= MAX_STATE:
            continue
        for match in _TEXTS.finditer(script):
            left -= 1
            if left < 0:
                return best
            if len(match[1]) < max(MIN_TEXT, len(best.html) if best else 0):
                continue
            text = _PLACES.sub(" ", _value(match[1]))
            if len(text) >= MIN_TEXT and (best is None or len(text) > len(best.html)) and _is_prose(text):
                best = State(text, _headline_before(script, match.start()))
    return best


def _value(literal: str) -> str:
    try:
        return str(json.loads(f'"{literal}"', strict=False))
    except ValueError:
        return ""


def _is_prose(text: str) -> bool:
    """Tell whether *text* reads like sentences, and not like a style sheet or a list of keys."""
    words = re.sub(r"<[^>]{0,2000}>", " ", text)
    if len(words) <= MIN_TEXT // 2 or "{" in words[:500]:
        return False
    return len(_SENTENCE_END.findall(words)) >= MIN_SENTENCES


def _headline_before(script: str, at: int) -> str | None:
    """Return the last title that stands shortly before *at*."""
    titles = [
        value for match in _TITLES.finditer(script, max(0, at - REACH), at) if (value := _value(match[1]))
    ]
    return titles[-1] if titles else None
