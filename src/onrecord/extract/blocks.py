"""Chosen lines to typed blocks: paragraphs, headings, lists, quotations, tables, figures, embeds.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from onrecord.extract.survey import HEADINGS, Box, Break, Frame, Item, Line, Piece, Shot
from onrecord.extract.words import Sign
from onrecord.model import (
    Block,
    Embed,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Preformatted,
    Quotation,
    Rule,
    Run,
    Runs,
    Table,
)
from onrecord.text import clean, normal_runs

Resolve = Callable[[str], str | None]

#: Lists and quotations in one another; what lies deeper is laid out as if it lay here. Articles have five or so, and
#: who writes, compares or shows an article goes as deep as it does.
MAX_NESTING = 16


def runs_of(pieces: Sequence[Piece], resolve: Resolve) -> Runs:
    """Return the runs of a line, its links absolute."""
    cache: dict[str, str | None] = {}
    runs = []
    for piece in pieces:
        link = piece.link
        if link is not None:
            if link not in cache:
                cache[link] = _link(link, resolve)
            link = cache[link]
        runs.append(Run(piece.text, link, piece.emphasis, piece.strong))
    return normal_runs(runs)


def _link(link: str, resolve: Resolve) -> str | None:
    text = clean(link).strip()
    if text.lower().startswith("mailto:"):
        return text
    return None if text.startswith("#") else resolve(text)


@dataclass(slots=True)
class _Open:
    """A list, quotation or table that following items may belong to."""

    box: Box
    blocks: list[Block] = field(default_factory=list)


def blocks_of(items: Sequence[Item], pictures: Mapping[int, Picture], resolve: Resolve) -> tuple[Block, ...]:
    """Return the blocks of *items*, in their order; *pictures* by the place of their shot in *items*."""
    return tuple(_group(list(enumerate(items)), pictures, resolve, None, 0))


def _outermost(box: Box, inside: Box | None) -> Box | None:
    """Return the outermost list, quotation or table around *box* that lies within *inside*."""
    found: Box | None = None
    now: Box | None = box
    while now is not None and now is not inside:
        if now.tag in {"ul", "ol", "dl", "blockquote", "table"}:
            found = now
        now = now.parent
    return found


def _group(
    numbered: list[tuple[int, Item]],
    pictures: Mapping[int, Picture],
    resolve: Resolve,
    inside: Box | None,
    depth: int,
) -> list[Block]:
    """Return blocks; neighbours in one list, quotation or table become one block."""
    blocks: list[Block] = []
    at = 0
    while at < len(numbered):
        place, item = numbered[at]
        outer = _outermost(item.box, inside) if depth < MAX_NESTING else None
        if outer is None:
            block = _single(place, item, pictures, resolve)
            if block is not None:
                blocks.append(block)
            at += 1
            continue
        end = at
        while end < len(numbered) and _outermost(numbered[end][1].box, inside) is outer:
            end += 1
        blocks += _structure(outer, numbered[at:end], pictures, resolve, depth + 1)
        at = end
    return blocks


def _structure(
    outer: Box, members: list[tuple[int, Item]], pictures: Mapping[int, Picture], resolve: Resolve, depth: int
) -> list[Block]:
    if outer.tag == "table":
        table = _table(members, resolve)
        return [table] if table is not None else _group(members, pictures, resolve, outer, depth)
    if outer.tag == "blockquote":
        inner = _group(members, pictures, resolve, outer, depth)
        return [Quotation(tuple(inner))] if inner else []
    items: list[tuple[Block, ...]] = []
    current: Box | None = None
    bunch: list[tuple[int, Item]] = []
    for member in [*members, None]:
        holder = _item_of(member[1].box, outer) if member is not None else None
        if member is None or holder is not current:
            if bunch:
                inside = current if current is not None else outer
                blocks = tuple(_group(bunch, pictures, resolve, inside, depth))
                if blocks:
                    items.append(blocks)
            bunch, current = [], holder
        if member is not None:
            bunch.append(member)
    if not items:
        return []
    # A list with one item that holds a whole article is layout.
    if sum(len(one) for one in items) > 3 * len(items):
        return [block for one in items for block in one]
    return [ListBlock(tuple(items), is_ordered=outer.tag == "ol")]


def _item_of(box: Box, outer: Box) -> Box | None:
    """Return the list item of *outer* that *box* lies in."""
    found: Box | None = None
    now: Box | None = box
    while now is not None and now is not outer:
        if now.tag in {"li", "dt", "dd"}:
            found = now
        now = now.parent
    return found


def _table(members: list[tuple[int, Item]], resolve: Resolve) -> Table | None:
    """Return the table, or None if it only lays out the page."""
    rows: list[list[list[Piece]]] = []
    heads: list[bool] = []
    row: Box | None = None
    cell: Box | None = None
    longest = 0
    caption: str | None = None
    for _, item in members:
        if not isinstance(item, Line):
            continue
        if item.box.tag == "caption":
            caption = item.text
            continue
        own = item.box.cell
        if own is None:
            continue
        own_row = own.parent
        longest = max(longest, item.weight)
        if own_row is not row:
            rows.append([])
            heads.append(True)
            row, cell = own_row, None
        if own is not cell:
            rows[-1].append([])
            cell = own
            heads[-1] = heads[-1] and own.tag == "th"
        elif rows[-1][-1]:
            rows[-1][-1].append(Piece("\n"))
        rows[-1][-1].extend(item.pieces)
    if len(rows) < 2 or max((len(one) for one in rows), default=0) < 2 or longest > 1_500:
        return None
    head_rows = 0
    while head_rows < len(heads) and heads[head_rows]:
        head_rows += 1
    return Table(
        tuple(tuple(runs_of(one, resolve) for one in cells) for cells in rows),
        head_rows if head_rows < len(rows) else 0,
        caption,
    )


def _single(place: int, item: Item, pictures: Mapping[int, Picture], resolve: Resolve) -> Block | None:
    if isinstance(item, Shot):
        picture = pictures.get(place)
        return Figure(picture) if picture is not None else None
    if isinstance(item, Break):
        return Rule()
    if isinstance(item, Frame):
        return embed_of(item, resolve)
    if item.box.pre:
        text = clean("".join(piece.text for piece in item.pieces)).strip("\n")
        return Preformatted(text) if text.strip() else None
    runs = runs_of(item.pieces, resolve)
    if not runs:
        return None
    if item.box.tag in HEADINGS:
        return Heading(runs, max(2, int(item.box.tag[1])))
    return Paragraph(runs)


_KINDS = (
    (
        "video",
        (
            "youtube",
            "youtu.be",
            "vimeo",
            "dailymotion",
            "brightcove",
            "jwplayer",
            "video",
            "bilibili",
            "twitch",
        ),
    ),
    ("audio", ("spotify", "soundcloud", "podcast", "audio", "megaphone", "acast", "omny")),
    (
        "post",
        (
            "twitter",
            "x.com",
            "instagram",
            "facebook",
            "tiktok",
            "bsky",
            "mastodon",
            "reddit",
            "weibo",
            "telegram",
            "t.me",
        ),
    ),
    ("map", ("maps", "openstreetmap")),
    ("chart", ("datawrapper", "flourish", "infogram", "chart", "tableau")),
)


def embed_of(frame: Frame, resolve: Resolve) -> Embed | None:
    """Return what *frame* shows of another site; None for advertisements and empty frames."""
    url = (
        resolve(frame.url)
        if frame.url and not frame.url.startswith(("about:", "javascript:", "data:", "blob:"))
        else None
    )
    if url is None or frame.box.junk is not None or frame.box.unseen:
        return None
    low = url.lower()
    if any(
        word in low
        for word in (
            "doubleclick",
            "googletag",
            "googlesyndication",
            "/ads",
            "adserver",
            "recaptcha",
            "newsletter",
        )
    ):
        return None
    kind = frame.kind if frame.kind in {"video", "audio"} else ""
    for name, words in _KINDS:
        if not kind and any(word in low for word in words):
            kind = name
    # A frame of an unknown kind is a form, a poll or an advertisement as often as not.
    return Embed(url, kind) if kind else None


def is_caption(line: Line) -> bool:
    """Tell whether a line is the caption of the picture before it."""
    return bool(
        line.box.figure
        or line.box.signs & (Sign.CAPTION | Sign.CREDIT)
        or line.small_share > 0.8
        or line.is_called_caption
    )
