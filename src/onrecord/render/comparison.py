"""A comparison as HTML, JSON and plain words.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onrecord.compare import Change, Comparison, Kind, Piece
from onrecord.render.html import text

#: What a kind is called in a line for people.
NAMES = {
    Kind.PARAGRAPH_ADDED: "paragraph added",
    Kind.PARAGRAPH_REMOVED: "paragraph removed",
    Kind.PARAGRAPH_MOVED: "paragraph moved",
}
#: Kinds that are told of a place outside the text.
_BESIDE_THE_TEXT = frozenset(
    {
        *(Kind.HEADLINE, Kind.STANDFIRST, Kind.BYLINE, Kind.DATE, Kind.PICTURE, Kind.CAPTION, Kind.CREDIT),
        Kind.CORRECTION,
    }
)


def name_of(kind: Kind) -> str:
    """Return what a kind is called: "paragraph added"."""
    return NAMES.get(kind, kind.value)


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Return *comparison* as JSON: `weight`, `kinds`, and `changes` with the words before and after."""
    return {
        "weight": comparison.weight,
        "kinds": sorted(kind.value for kind in comparison.kinds),
        "changes": [
            {
                "kind": change.kind.value,
                "weight": change.weight,
                "paragraph": change.paragraph,
                "before": change.before,
                "after": change.after,
                "pieces": [_piece(piece) for piece in change.pieces],
            }
            for change in comparison.changes
        ],
    }


def _piece(piece: Piece) -> dict[str, str]:
    side = "both" if piece.is_before and piece.is_after else "before" if piece.is_before else "after"
    return {"text": piece.text, "in": side}


def pieces_html(pieces: Sequence[Piece]) -> str:
    """Return pieces as inline HTML: what went in `<del>`, what came in `<ins>`."""
    return "".join(_marked(piece) for piece in pieces)


def _marked(piece: Piece) -> str:
    if piece.is_before and piece.is_after:
        return text(piece.text)
    name = "del" if piece.is_before else "ins"
    return f"<{name}>{text(piece.text)}</{name}>"


def comparison_html(comparison: Comparison) -> str:
    """Return *comparison* as a fragment: what changed beside the text, then the text with its changes in place."""
    beside = [change for change in comparison.changes if change.kind in _BESIDE_THE_TEXT]
    lines = ['<dl class="beside">'] if beside else []
    for change in beside:
        lines += [f"<dt>{text(name_of(change.kind))}</dt>", f"<dd>{pieces_html(change.pieces)}</dd>"]
    lines += ["</dl>"] if beside else []
    for passage in comparison.passages:
        kinds = f' data-kinds="{" ".join(kind.value for kind in passage.kinds)}"' if passage.kinds else ""
        lines.append(f"<p{kinds}>{pieces_html(passage.pieces)}</p>")
    return "\n".join(lines)


def around(change: Change, *, characters: int = 60) -> tuple[Piece, ...]:
    """Return a change's pieces with long stretches that both sides share cut down to what stands beside a change."""
    found: list[Piece] = []
    for place, piece in enumerate(change.pieces):
        is_shared = piece.is_before and piece.is_after
        if not is_shared or len(piece.text) <= 2 * characters:
            found.append(piece)
            continue
        head = piece.text[:characters] if place else ""
        tail = piece.text[-characters:] if place < len(change.pieces) - 1 else ""
        found.append(Piece(f"{head}…{tail}"))
    return tuple(found)
