"""JSON: articles and documents as plain values, with the model's own names, and articles back again.

Pure: no files, network, clock or log. A block names its kind in "type"; a time is its ISO 8601 form; what
is not known is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from onrecord.dates import from_iso
from onrecord.model import (
    Access,
    Article,
    Block,
    CanonicalUrl,
    ClaimedTime,
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
    Run,
    Runs,
    Table,
    Translation,
)

_TYPES: dict[type[Any], str] = {
    Paragraph: "paragraph",
    Heading: "heading",
    Quotation: "quotation",
    ListBlock: "list",
    Table: "table",
    Figure: "figure",
    Embed: "embed",
    Preformatted: "preformatted",
    Rule: "rule",
}


def to_json(value: Document | Article) -> dict[str, Any]:
    """Return a document or an article as values that `json.dumps` takes."""
    found: dict[str, Any] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    match value:
        case ClaimedTime():
            return str(value)
        case datetime():
            return f"{value.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z"
        case Enum():
            return value.value
        case tuple() | list():
            return [_plain(one) for one in value]
        case Mapping():
            return {key: _plain(one) for key, one in value.items()}
        case _ if is_dataclass(value):
            kind = {"type": _TYPES[type(value)]} if type(value) in _TYPES else {}
            return kind | {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        case _:
            return value


def article_from_json(found: Mapping[str, Any]) -> Article:
    """Return the article that `to_json` gave *found* for.

    Raises:
        KeyError, TypeError, ValueError: *found* is not what `to_json` gives.
    """
    words = {key: value for key, value in found.items() if key != "blocks"}
    return Article(
        **words
        | {
            "canonical_url": CanonicalUrl(found["canonical_url"]),
            "published_at": _time(found["published_at"]),
            "modified_at": _time(found["modified_at"]),
            "access": Access(found["access"]),
            "blocks": _blocks(found["blocks"]),
            "translations": tuple(Translation(**one) for one in found["translations"]),
        }
        | {key: tuple(found[key]) for key in ("authors", "topics", "credits", "corrections")}
    )


def _time(stated: str | None) -> ClaimedTime | None:
    time = None if stated is None else from_iso(stated)
    if stated is not None and time is None:
        raise ValueError(f"{stated}: no time in ISO 8601")
    return time


def _runs(found: list[dict[str, Any]]) -> Runs:
    return tuple(Run(**one) for one in found)


def _blocks(found: list[dict[str, Any]]) -> tuple[Block, ...]:
    return tuple(map(_block, found))


def _block(found: Mapping[str, Any]) -> Block:
    words = {key: value for key, value in found.items() if key != "type"}
    match found["type"]:
        case "paragraph":
            return Paragraph(_runs(found["runs"]), found.get("language"))
        case "heading":
            return Heading(_runs(found["runs"]), found["level"], found.get("language"))
        case "quotation":
            return Quotation(_blocks(found["blocks"]), found["cite"])
        case "list":
            return ListBlock(tuple(map(_blocks, found["items"])), found["is_ordered"])
        case "table":
            rows = tuple(tuple(map(_runs, row)) for row in found["rows"])
            return Table(rows, found["head_rows"], found["caption"])
        case "figure":
            picture = found["picture"]
            return Figure(Picture(**picture | {"fallback_urls": tuple(picture["fallback_urls"])}))
        case "embed":
            return Embed(**words)
        case "preformatted":
            return Preformatted(**words)
        case "rule":
            return Rule()
        case other:
            raise ValueError(f"{other}: no kind of block")
