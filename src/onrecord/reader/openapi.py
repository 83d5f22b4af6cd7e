"""What the JSON API is, in OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1). A test holds it to the routes."""

from __future__ import annotations

from typing import Any

from onrecord import __version__

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_FLAG = {"type": "boolean", "default": False}
_MOMENT = {"type": ["string", "null"], "description": "ISO 8601"}


def described(base: str) -> dict[str, Any]:
    """Return the description of the API that answers at *base*."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "On Record",
            "version": __version__,
            "summary": "What an archive of news holds.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "security": [{"token": []}, {"basic": []}, {}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`onrecord token add`"},
                "basic": {"type": "http", "scheme": "basic", "description": "a user's name, and a token"},
            },
            "schemas": _SCHEMAS,
        },
    }


def _paths() -> dict[str, Any]:
    listed = [
        _query("limit", _WHOLE, "rows, 1 to 200; else 50"),
        _query("offset", _WHOLE, "rows passed over"),
    ]
    article = {"name": "id", "in": "path", "required": True, "schema": _TEXT, "description": "12 characters"}
    return {
        "/api/v1/openapi.json": {"get": _gives("description", "This description.", {"type": "object"})},
        "/api/v1/me": {"get": _gives("me", "Who asks, and what they may do.", _ref("Me"))},
        "/api/v1/sources": {
            "get": _gives("sources", "The sources, with what is held of each.", _ref("Sources"))
        },
        "/api/v1/articles": {
            "get": _gives("articles", "Articles, the newest first.", _ref("Articles"), [*_NARROWED, *listed])
        },
        "/api/v1/articles/{id}": {
            "get": _gives("article", "An article, whole.", _ref("WholeArticle"), [article])
        },
        "/api/v1/articles/{id}/revisions/{number}": {
            "get": _gives(
                "revision",
                "A revision of an article, whole.",
                _ref("WholeArticle"),
                [article, {"name": "number", "in": "path", "required": True, "schema": _WHOLE}],
            )
        },
        "/api/v1/articles/{id}/comparison": {
            "get": _gives(
                "comparison",
                "What changed between two revisions; else the last two.",
                _ref("Comparison"),
                [
                    article,
                    _query("from", _WHOLE, "the older revision"),
                    _query("to", _WHOLE, "the newer one"),
                ],
            )
        },
        "/api/v1/articles/{id}/marks": {"put": _marking(article)},
        "/api/v1/search": {
            "get": _gives(
                "search", "Articles that fit a query, the best first.", _ref("Found"), [*_ASKED, *listed]
            )
        },
        "/api/v1/changes": {
            "get": _gives(
                "changes", "What was changed and taken away.", _ref("Changes"), [*_CHANGED, listed[0]]
            )
        },
        "/api/v1/marks": {"get": _gives("marks", "What the user starred and noted.", _ref("Marked"))},
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, schema: dict[str, Any], says: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": says}


def _gives(
    name: str, says: str, schema: dict[str, Any], parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": says,
        "parameters": parameters or [],
        "responses": {
            "200": {"description": says, "content": {"application/json": {"schema": schema}}},
            "default": {
                "description": "What is wrong (RFC 9457).",
                "content": {"application/problem+json": {"schema": _ref("Problem")}},
            },
        },
    }


def _marking(article: dict[str, Any]) -> dict[str, Any]:
    found = _gives("setMarks", "Mark an article; what is not named stays as it is.", _ref("Mark"), [article])
    schema = {
        "type": "object",
        "properties": {"read": {"type": "boolean"}, "starred": {"type": "boolean"}, "note": _TEXT},
        "additionalProperties": False,
    }
    return {**found, "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_NARROWED = [
    _query("source", _TEXT, "a source's id"),
    _query("author", _TEXT, "a part of a name"),
    _query("language", _TEXT, "zh finds zh-Hans and zh-Hant"),
    _query("since", _TEXT, "published (else first captured) on this day or later"),
    _query("until", _TEXT, "before this day"),
    _query("kept_since", _TEXT, "first captured at this moment or later"),
    _query("kept_until", _TEXT, "before this moment"),
    _query("removed", _FLAG, "only what its publisher no longer has"),
    _query("changed", _FLAG, "only what was edited or removed"),
    _query("order", {"enum": ["published", "kept"]}, "by publication, or by first capture"),
]
_ASKED = [
    _query("q", _TEXT, "the query, as docs/SEARCH.md has it", required=True),
    _query("order", {"enum": ["best", "date"]}, "the best first, or the newest"),
    _query("revisions", _FLAG, "also what earlier revisions said"),
    _query("facets", _FLAG, "count by source, month, author, language"),
]
_CHANGED = [
    _query("source", _TEXT, "a source's id"),
    _query("since", _TEXT, "on this day or later"),
    _query("kind", _TEXT, "kinds of change, with commas between them"),
    _query("before", _WHOLE, "only what came before this `seq`: the last row's, for the next page"),
]


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_OPTIONAL = {"type": ["string", "null"]}
_ROW = {
    "id": _TEXT,
    "source": _TEXT,
    "number": _WHOLE,
    "url": _TEXT,
    "aliases": _list(_TEXT),
    "headline": _TEXT,
    "authors": _list(_TEXT),
    "language": _OPTIONAL,
    "section": _OPTIONAL,
    "published": _MOMENT,
    "first_captured_at": _MOMENT,
    "captured_at": _MOMENT,
    "revision": _WHOLE,
    "kind": _TEXT,
    "verdict": _TEXT,
    "content_digest": _TEXT,
    "path": _TEXT,
    "removed_at": _MOMENT,
    "removal": _OPTIONAL,
    "removal_state": _OPTIONAL,
    "marks": _ref("Mark"),
}
_SOURCE = {
    "id": _TEXT,
    "title": _TEXT,
    "home": _OPTIONAL,
    "language": _OPTIONAL,
    "folder": _list(_TEXT),
    "is_followed": {"type": "boolean"},
    "counts": {"type": "object", "additionalProperties": _WHOLE},
    "checked_at": _MOMENT,
    "failures": _WHOLE,
    "reason": _OPTIONAL,
}
_SCHEMAS = {
    "Problem": _object(type=_TEXT, title=_TEXT, status=_WHOLE, detail=_TEXT),
    "Me": _object(user=_TEXT, role=_TEXT, scopes=_list(_TEXT)),
    "Mark": _object(read_at=_MOMENT, starred_at=_MOMENT),
    "Marked": _object(starred=_list(_TEXT), notes=_list(_object(id=_TEXT, note=_TEXT, at=_MOMENT))),
    "Source": _object(**_SOURCE),
    "Sources": _object(sources=_list(_ref("Source"))),
    "Article": _object(**_ROW),
    "Articles": _object(total=_WHOLE, offset=_WHOLE, articles=_list(_ref("Article"))),
    "Found": _object(total=_WHOLE, offset=_WHOLE, articles=_list(_ref("Article")), facets={"type": "object"}),
    "WholeArticle": _object(
        **_ROW,
        document={"type": "object", "description": "as `onrecord show --format json` has it"},
        html={"type": "string", "description": "sanitised; pictures in whole addresses"},
        revisions=_list({"type": "object"}),
        removal_evidence={"type": ["object", "null"]},
    ),
    "Comparison": _object(
        **{"id": _TEXT, "from": _WHOLE, "to": _WHOLE, "weight": {"type": "number"}, "kinds": _list(_TEXT)},
        changes=_list({"type": "object"}),
    ),
    "Changes": _object(
        changes=_list({"type": "object", "description": "as `onrecord changes --json` has it"})
    ),
}
