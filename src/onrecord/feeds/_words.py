"""What the words of an entry are: a headline without its markup, a summary or the whole text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from onrecord import text
from onrecord.feeds._limits import MAX_TITLE, WEIGHED_END, WEIGHED_START
from onrecord.model import Entry

#: Elements that stand in headlines. Others ("<T>", "<3") are the publisher's words.
_INLINE: Final = (
    "a|abbr|b|big|br|cite|code|del|div|em|figure|font|h[1-6]|hr|i|img|ins|kbd|mark|nobr|p|q|ruby|rp|rt|s|small"
    "|span|strike|strong|sub|sup|time|tt|u|wbr"
)
_MARKUP = re.compile(
    rf"</?(?:{_INLINE})(?:\s[^<>]{{0,2000}})?/?>|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL
)
# Elements that a headline seldom has, whose names may be words of its own ("<Video>"): markup if they have
# an attribute or an end.
_RARE: Final = (
    "applet|blink|embed|frame|frameset|iframe|link|marquee|meta|object|param|source|video|audio|picture|svg"
)
_RARE_MARKUP = re.compile(
    rf"<(?:{_RARE})\s[^<>]{{0,2000}}=[^<>]{{0,2000}}>|<(?P<name>{_RARE})>(?=.{{0,2000}}</(?P=name)\s*>)|</(?:{_RARE})\s*>",
    re.IGNORECASE | re.DOTALL,
)
_BREAK = re.compile(r"<(?:br|/?p|/?div)\b[^<>]{0,200}>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_TAG = re.compile(r"<[^<>]{1,5000}>")
_UNSEEN = re.compile(r"<(script|style|template)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BLOCK = re.compile(
    r"<(?:p|div|li|h[1-6]|blockquote|figure|section|article|table|pre)\b|(?:<br\s*/?>\s*){2}", re.IGNORECASE
)
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

#: What stands at the end of an excerpt. An article may end with three dots too, so that it only counts
#: for short texts: see `_LONG`.
_CUT_OFF = re.compile(
    r"(?:\[?\s*(?:\u2026|\.{3})\s*\]?|(?:read (?:more|the full|full)|continue reading|full story|more\s*»|weiterlesen|"
    r"mehr lesen|lire (?:la suite|plus)|leer más|seguir leyendo|continua a leggere|leggi tutto|leia mais|"
    r"lees (?:meer|verder)|läs mer|les mer|læs mere|czytaj (?:więcej|dalej)|číst dál|"
    r"читать (?:далее|дальше|полностью)|"
    r"devamını oku|xem thêm|阅读(?:全文|更多)|閱讀(?:全文|更多)|查看全文|繼續閱讀|继续阅读|続きを読む|"
    r"더 보기|기사 ?전문)"
    r"[^.!?。！？]{0,120})\W{0,5}\Z",
    re.IGNORECASE,
)
#: WordPress puts this under the excerpt and under the whole text alike.
_APPEARED = re.compile(
    r"\bThe post\b.{1,400}\b(?:appeared first on|first appeared on)\b.{1,200}\Z", re.DOTALL
)

#: In letters of an alphabet; a Chinese, Japanese or Korean character counts as two and a half of them.
_ENOUGH: Final = 600  # with `_BLOCKS`: some three paragraphs
_LONG: Final = 2_000  # however it is set; no excerpt is so long
_BLOCKS: Final = 3


def headline(raw: str | None, *, is_markup: bool = True) -> str | None:
    """Return *raw* as text: markup removed, references decoded, even where they were escaped twice."""
    if raw is None:
        return None
    words = raw[:MAX_TITLE]
    for _ in range(2):
        if is_markup:
            words = _without_markup(_BREAK.sub(" ", words))
        decoded = _REFERENCE.sub(lambda match: html.unescape(match[0]), words)
        if decoded == words:
            break
        words = decoded
    if is_markup:
        words = _without_markup(words)
    return text.or_none(words)


def _without_markup(words: str) -> str:
    return _MARKUP.sub("", _RARE_MARKUP.sub("", _UNSEEN.sub("", words))) if "<" in words else words


def or_none(verbatim: str | None) -> str | None:
    """Return *verbatim* as it stands, or None if it is blank."""
    return None if verbatim is None or not verbatim or verbatim.isspace() else verbatim


def is_excerpt(markup: str) -> bool:
    """Return whether *markup* is short, and ends as an excerpt ends."""
    return _ends_as_excerpt(markup) and _weight(markup) < _LONG


def is_whole_text(markup: str) -> bool:
    """Return whether a description is an article's whole text.

    It is if it has 2,000 letters however it is set, or 600 and three blocks and no excerpt's end.
    """
    if len(markup) < _ENOUGH // 3:
        return False
    weight = _weight(markup)
    is_set = weight >= _ENOUGH and len(_BLOCK.findall(markup[:WEIGHED_START])) >= _BLOCKS
    return weight >= _LONG or (is_set and not _ends_as_excerpt(markup))


def _visible(markup: str) -> str:
    """Return roughly what a reader would see of *markup*: enough to weigh it."""
    return html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", markup))).strip()


def _ends_as_excerpt(markup: str) -> bool:
    end = _visible(markup[-WEIGHED_END:])[-1_000:]
    return _CUT_OFF.search(_APPEARED.sub("", end).rstrip()[-200:]) is not None


def _weight(markup: str) -> float:
    """Return the weight of *markup* in letters, up to `_LONG` and a little; of long texts, of their beginning."""
    weight = 0.0
    for size in (6_000, WEIGHED_START):  # the first is mostly enough to tell
        words = _visible(markup[:size])[:_LONG]
        weight = len(words) + 1.5 * len(_EAST.findall(words))
        if weight >= _LONG or len(markup) <= size:
            break
    return weight


def with_whole_texts(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return *entries*, each description that is a whole text as its entry's content.

    One that is short counts too where most of its feed's are whole texts, unless it ends as an excerpt
    or has no block: a full-text feed also has short pieces.
    """
    given = tuple(entries)
    candidates = [entry for entry in given if entry.content is None and entry.summary]
    whole = {id(entry) for entry in candidates if is_whole_text(entry.summary or "")}
    if 2 * len(whole) > len(candidates):
        whole |= {
            id(entry)
            for entry in candidates
            if _BLOCK.search(entry.summary or "") and not is_excerpt(entry.summary or "")
        }
    return tuple(
        replace(entry, content=entry.summary, summary=None) if id(entry) in whole else entry
        for entry in given
    )


def full_text(stated: str | None) -> str | None:
    """Return what a feed calls an entry's content, or None if it is blank or an excerpt after all."""
    return stated if stated is not None and or_none(stated) and not is_excerpt(stated) else None


def paragraphs(plain: str) -> str:
    """Return plain text as HTML: its empty lines part paragraphs."""
    parts = re.split(r"\n[ \t]*\n", plain.replace("\r\n", "\n").strip("\n"))
    return "".join(
        f"<p>{html.escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in parts if part.strip()
    )


def names(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Return the names among *texts*: folded, each once, "mail@paper.example (A. Reporter)" as the name alone."""
    found: dict[str, None] = {}
    for raw in texts:
        words = headline(raw)
        if words is None:
            continue
        if match := _MAIL_AND_NAME.fullmatch(words):
            words = text.or_none(match["after"] or match["before"])
        elif _MAIL.fullmatch(words):
            continue
        if words:
            found.setdefault(words)
    return tuple(found)


_MAIL = re.compile(r"(?:mailto:)?[^\s@()<>]+@[^\s@()<>]+")
_MAIL_AND_NAME = re.compile(
    r"(?:mailto:)?[^\s@()<>]+@[^\s@()<>]+\s*\((?P<after>[^()]+)\)|(?P<before>[^@<>()]+?)\s*[(<][^\s@()<>]+@[^\s@()<>]+[)>]",
)
