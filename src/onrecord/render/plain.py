"""Plain text: an article for a terminal, without colours, in lines that fit.

Pure: no files, network, clock or log. Chinese, Japanese and Korean characters take two columns, and no line
begins with a mark that closes. Whatever a document holds, no control character reaches the terminal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from onrecord.model import (
    Article,
    Block,
    Document,
    Embed,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Preformatted,
    Quotation,
    Rule,
    Table,
    plain,
)
from onrecord.render.html import enclosure_words
from onrecord.text import clean, printed_time

#: Below this a line of Chinese has no room for a word and its mark.
_LEAST_WIDTH = 8

_OPENING = "（“‘「『《〈【〔［｛"
_CLOSING = "，。、；：？！）”’」』》〉】〕］｝…—·"
# What stays together on a line: a wide character or a word, with its marks.
_PIECE = re.compile(
    rf"[ ]+|[{_OPENING}]*(?:[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
    rf"\U00020000-\U0003ffff]|[^\s\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
    rf"\U00020000-\U0003ffff{_OPENING}{_CLOSING}]+|)[{_CLOSING}]*|.",
    re.DOTALL,
)


def article_text(document: Document, *, width: int = 80) -> str:
    """Return the article as lines of at most *width* columns, a line feed at the end."""
    article = document.revision.article
    width = max(width, _LEAST_WIDTH)
    parts = [
        [*_wrapped(article.kicker, width), *_wrapped(article.headline, width)],
        _wrapped(article.standfirst, width),
        [
            *_wrapped(article.byline, width),
            *_wrapped(_dates(article, document), width),
            article.canonical_url,
        ],
        *_parts(article.blocks, width),
        [line for words in (*article.credits, *article.corrections) for line in _wrapped(words, width)],
        [
            f"[{'original' if one.is_original else one.language or 'translation'}: {one.url}]"
            for one in article.translations
        ],
        [f"[{', '.join([*enclosure_words(one), one.url])}]" for one in document.enclosures],
    ]
    return clean("\n\n".join("\n".join(lines) for lines in parts if lines)) + "\n"


def _dates(article: Article, document: Document) -> str:
    claims = [("published", article.published_at), ("changed", article.modified_at)]
    words = [f"{word} {printed_time(time)}" for word, time in claims if time is not None]
    return " · ".join([*words, f"captured {document.revision.captured_at:%Y-%m-%d %H:%M} UTC"])


def _parts(blocks: Sequence[Block], width: int) -> list[list[str]]:
    return [_lines(block, width) for block in blocks]


def _nested(blocks: Sequence[Block], width: int) -> list[str]:
    lines: list[str] = []
    for part in _parts(blocks, max(width, _LEAST_WIDTH)):
        lines += [*([""] if lines else []), *part]
    return lines


def _lines(block: Block, width: int) -> list[str]:
    match block:
        case Paragraph(runs):
            return _wrapped(plain(runs), width)
        case Heading(runs, level):
            return _wrapped(f"{'#' * level} {plain(runs)}", width)
        case Quotation(blocks, cite):
            lines = _nested(blocks, width - 2) + _wrapped(cite and f"— {cite}", width - 2)
            return [f"> {line}".rstrip() for line in lines]
        case ListBlock(items, is_ordered):
            return _list_lines(items, width, is_ordered=is_ordered)
        case Table(rows, _, caption):
            cells = [" | ".join(plain(runs).replace("\n", " ") for runs in row) for row in rows]
            return _wrapped(caption, width) + [line for row in cells for line in _wrapped(row, width)]
        case Figure(picture):
            return _wrapped(_picture(picture), width)
        case Embed(url, kind, words):
            return _wrapped(f"[{kind}: {words} — {url}]" if words else f"[{kind}: {url}]", width)
        case Preformatted(words):
            return words.split("\n")
        case Rule():
            return ["* * *"]


def _list_lines(items: Sequence[tuple[Block, ...]], width: int, *, is_ordered: bool) -> list[str]:
    lines = []
    for number, item in enumerate(items, start=1):
        marker = f"{number}. " if is_ordered else "- "
        first, *rest = _nested(item, width - len(marker)) or [""]
        lines.append((marker + first).rstrip())
        lines += [(" " * len(marker) + line).rstrip() for line in rest]
    return lines


def _picture(picture: Picture) -> str:
    words = " — ".join(part for part in (picture.caption or picture.alt, picture.credit) if part)
    return f"[picture: {words}]" if words else "[picture]"


# ---------------------------------------------------------------- lines


def columns(words: str) -> int:
    """Return how many columns *words* take in a terminal."""
    return sum(map(_columns_of, words))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _wrapped(words: str | None, width: int) -> list[str]:
    if words is None:
        return []
    return [line for part in clean(words).split("\n") for line in _wrapped_line(part, width)]


def _wrapped_line(words: str, width: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for piece in _PIECE.findall(words):
        size = columns(piece)
        if line and used + size > width:
            lines.append(line.rstrip(" "))
            line, used = "", 0
            if piece.isspace():
                continue
        while size > width:  # an address, a word as long as in a bad dream
            head = _head(piece, width)
            lines.append(head)
            piece = piece[len(head) :]  # noqa: PLW2901 (what is left of it)
            size = columns(piece)
        line, used = line + piece, used + size
    return [*lines, line.rstrip(" ")]


def _head(piece: str, width: int) -> str:
    used = 0
    for at, character in enumerate(piece):
        used += _columns_of(character)
        if used > width:
            return piece[:at]
    return piece
