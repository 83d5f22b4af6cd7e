r"""CommonMark: blocks as Markdown that reads back as the same blocks, and that a person likes to read.

Pure: no files, network, clock or log. What Markdown has no words for stands as HTML (`render.html`):
figures, tables, embeds, what is in another language, and emphasis where its delimiters would not bind. A
line break is "\" at the end of a line. Characters are escaped only where they would be markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

from onrecord.model import Block, Heading, ListBlock, Paragraph, Preformatted, Quotation, Rule, Run, Runs
from onrecord.render.html import FigureLines, block_lines, text

#: Quotations and lists inside each other: an author writes three or four, a broken page thousands.
MAX_DEPTH = 32

# Escaped anywhere: each of these may begin or end an inline element. An underscore between letters and
# a "<" before a space never do. A character reference needs its semicolon (CommonMark 0.31, 2.5).
_INLINE = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])|<(?! )|&(?=#?\w{1,32};)")
# Escaped where a line begins: headings, lists, setext underlines, breaks, quotations.
_LINE_START = re.compile(r"#{1,6}(?=\s|$)|[-+](?=\s|$)|(?:-[-\s]*|=+\s*)$|>|\d{1,9}(?=[.)](?:\s|$))")
_LINK_WANTS_BRACKETS = re.compile(r"[\s()<>\x00-\x20\x7f]|^$")
_LINK_ESCAPES = re.compile(r"[\\<>]|&(?=#?\w{1,32};)")
_BACKTICKS = re.compile(r"`+")


def blocks_lines(blocks: Sequence[Block], figure: FigureLines) -> list[str]:
    """Return *blocks* as lines of CommonMark, with an empty line between two blocks."""
    lines: list[str] = []
    sibling = 0  # lists that follow each other take turns with their markers, or they would be one
    for before, block in zip((None, *blocks), blocks, strict=False):
        follows = isinstance(before, ListBlock) and isinstance(block, ListBlock)
        sibling = sibling + 1 if follows else 0
        if lines:
            lines.append("")
        lines += _block_lines(block, figure, sibling % 2)
    return lines


def _block_lines(block: Block, figure: FigureLines, turn: int) -> list[str]:
    match block:
        case Paragraph(runs, None) if runs:
            return inline(runs).split("\n")
        case Heading(runs, level, None):
            words = inline(runs, is_heading=True)
            return [f"{'#' * level} {words}".rstrip(" ")]
        case Quotation(inner, cite):
            lines = blocks_lines(inner, figure)
            if cite is not None:
                lines += [*([""] if lines else []), f"<footer><cite>{text(cite)}</cite></footer>"]
            return [f"> {line}" if line else ">" for line in lines or [""]]
        case ListBlock(items, is_ordered) if items:
            return _list_lines(items, figure, is_ordered=is_ordered, turn=turn)
        case Preformatted(words):
            longest = max(map(len, _BACKTICKS.findall(words)), default=0)
            fence = "`" * max(3, longest + 1)
            return [fence, *words.split("\n"), fence]
        case Rule():
            return ["***"]  # "---" opens and closes the front matter
        case _:
            return block_lines(block, figure)


def _list_lines(
    items: tuple[tuple[Block, ...], ...], figure: FigureLines, *, is_ordered: bool, turn: int
) -> list[str]:
    is_tight = all(
        len(item) == 1 and isinstance(item[0], Paragraph) and not item[0].language for item in items
    )
    lines: list[str] = []
    for number, item in enumerate(items, start=1):
        marker = f"{number}{'.)'[turn]} " if is_ordered else f"{'-+'[turn]} "
        indent = " " * len(marker)
        first, *rest = blocks_lines(item, figure) or [""]
        if lines and not is_tight:
            lines.append("")
        lines.append((marker + first) if first else marker.rstrip())
        lines += [indent + line if line else "" for line in rest]
    return lines


# ---------------------------------------------------------------- inline


def inline(runs: Runs, *, is_heading: bool = False) -> str:
    """Return *runs* as inline Markdown: of several lines where they hold line breaks and are no heading."""
    out = ""
    groups = [list(group) for _, group in groupby(runs, key=lambda run: run.link)]
    for number, group in enumerate(groups):
        link = group[0].link
        if link is None:
            after = "[" if number + 1 < len(groups) else ""
            out += _group(group, out, after, is_heading=is_heading)
        else:
            out += f"[{_group(group, '[', ']', is_heading=is_heading)}]({_destination(link)})"
    if not is_heading:
        return out
    # A "#" that ends a heading would close it (CommonMark 0.31, 4.2).
    out = f"{out[:-1]}\\#" if out.endswith("#") and not out.endswith("\\#") else out
    return out.replace("\\\n", "<br>")


def _group(group: list[Run], before: str, after: str, *, is_heading: bool) -> str:
    """Return runs that share a link, where *before* and *after* stand around them."""
    escaped: list[str] = []
    at_start = not before or before.endswith("\n")
    for run in group:
        begins = at_start and not is_heading and not (run.emphasis or run.strong)
        escaped.append(_escaped(run.text, begins_line=begins, lines=not is_heading))
        at_start = run.text.endswith("\n")
    if after == "[" and escaped[-1].endswith("!"):  # or the link would be a picture
        escaped[-1] = f"{escaped[-1][:-1]}\\!"
    out = ""
    for number, run in enumerate(group):
        neighbours = [*group[max(0, number - 1) : number], *group[number + 1 : number + 2]]
        is_alone = not any(near.emphasis or near.strong for near in neighbours)
        follows = escaped[number + 1][0] if number + 1 < len(group) else after
        out += _marked(run, escaped[number], (before + out)[-1:], follows, may_delimit=is_alone)
    return out


def _escaped(words: str, *, begins_line: bool, lines: bool) -> str:
    """Return the text of a run; *lines* is False where a line break begins no line."""
    parts = []
    for number, part in enumerate(words.split("\n")):
        quoted = _INLINE.sub(r"\\\g<0>", part)
        start = _LINE_START.match(part) if begins_line or (lines and number) else None
        if start and start[0][0].isdigit():
            quoted = f"{start[0]}\\{quoted[len(start[0]) :]}"
        elif start:
            quoted = f"\\{quoted}"
        parts.append(quoted)
    return "\\\n".join(parts)


def _marked(run: Run, content: str, before: str, after: str, *, may_delimit: bool) -> str:
    """Return *content* with the run's emphasis: delimiters where they bind, else tags."""
    if not (run.emphasis or run.strong):
        return content
    if may_delimit and _binds(content[0], before) and _binds(content[-1], after):
        mark = "*" * (run.emphasis + 2 * run.strong)
        return f"{mark}{content}{mark}"
    if run.emphasis:
        content = f"<em>{content}</em>"
    return f"<strong>{content}</strong>" if run.strong else content


def _binds(inner: str, outer: str) -> bool:
    """Does a delimiter between these two characters flank the inner one (CommonMark 0.31, 6.2)?

    Versions differ in whether a symbol is punctuation: one inside is taken for it, one outside is not.
    """
    if inner.isspace():
        return False
    if unicodedata.category(inner)[0] not in "PS":
        return True
    is_ascii_mark = outer.isascii() and outer.isprintable() and not outer.isalnum()
    return not outer or outer.isspace() or is_ascii_mark or unicodedata.category(outer)[0] == "P"


def _destination(link: str) -> str:
    quoted = _LINK_ESCAPES.sub(r"\\\g<0>", link)
    if not _LINK_WANTS_BRACKETS.search(link):
        return quoted
    return "<" + quoted.replace("\n", "&#10;").replace("\r", "&#13;") + ">"
