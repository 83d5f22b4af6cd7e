"""JSON-LD: what a page says of its article in schema.org's words.

Pure. Strangers' JSON: broken, doubled, nested in graphs, with people where names should be.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from onrecord.model import Problem
from onrecord.text import clean, or_none

#: A script longer than this holds no claims about one article.
MAX_SCRIPT = 4_000_000
#: Objects looked at; pages with a thousand carry a shop's catalogue.
MAX_OBJECTS = 2_000
MAX_NESTING = 12

ARTICLES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BackgroundNewsArticle",
        "ReviewNewsArticle",
        "AskPublicNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "TechArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "SocialMediaPosting",
        "Report",
        "Review",
        "MedicalScholarlyArticle",
        "Recipe",
    ],
)
_COMMENT = re.compile(
    r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|\]\]>|/\*\]\]>\*/)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_TAGS = re.compile(r"<[^>]{1,400}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an article's object says; None is its silence. Texts are folded, markup removed."""

    headline: str | None = None
    alternative_headline: str | None = None
    description: str | None = None
    body: str | None = None  #: line breaks kept
    people: tuple[str, ...] = ()  #: authors that are not called organizations, as they stand
    organizations: tuple[str, ...] = ()  #: authors that are, and the publisher
    credited: tuple[str, ...] = ()  #: all authors, people and houses, as they stand
    publisher: str | None = None
    published: str | None = None
    modified: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  #: names of what it is about
    language: str | None = None
    is_free: bool | None = None
    images: tuple[str, ...] = ()
    image_captions: tuple[tuple[str, str], ...] = ()  #: address, caption
    urls: tuple[str, ...] = ()
    type: str | None = None


@dataclass(slots=True)
class Found:
    """All JSON-LD of a page."""

    article: Claims = field(default_factory=Claims)
    has_article: bool = False
    types: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(scripts: list[str], *, url: str, title: str | None) -> Found:
    """Return what *scripts* say; of several articles, the one that speaks of *url* or has *title*."""
    found = Found()
    objects: list[dict[str, Any]] = []
    for script in scripts:
        value = _parsed(script, found.problems)
        objects += _objects(value, MAX_OBJECTS - len(objects))
    by_id = {str(one["@id"]): one for one in objects if "@id" in one and len(one) > 1}
    best: tuple[float, dict[str, Any]] | None = None
    for one in objects:
        types = _types(one)
        found.types += [name for name in types if name not in found.types]
        if not ARTICLES.intersection(types):
            continue
        score = _aptness(one, url, title)
        if best is None or score > best[0]:
            best = (score, one)
    if best is not None:
        found.has_article = True
        found.article = _claims(best[1], by_id)
    return found


def _parsed(script: str, problems: list[Problem]) -> Any:
    if len(script) > MAX_SCRIPT:
        problems.append(Problem("json-ld-too-large", f"{len(script):,} characters"))
        return None
    text = script.strip()
    if text[:1] not in "{[" or text[-1:] not in "}]":
        text = _COMMENT.sub("", _COMMENT.sub("", text)).strip()
    if not text:
        return None
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text) if "," in text else "", html.unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except ValueError:
            continue
        except RecursionError:
            break
    try:  # two objects in one script
        return json.JSONDecoder(strict=False).raw_decode(text)[0]
    except (ValueError, RecursionError):
        problems.append(Problem("json-ld-broken", text[:60]))
        return None


def _objects(value: Any, left: int) -> list[dict[str, Any]]:
    """Return the objects in *value* that may describe a page: in lists, graphs and main entities."""
    found: list[dict[str, Any]] = []
    todo: list[tuple[Any, int]] = [(value, 0)]
    while todo and len(found) < left:
        now, depth = todo.pop()
        if depth > MAX_NESTING:
            continue
        if isinstance(now, list):
            todo += [(one, depth + 1) for one in reversed(now)]
        elif isinstance(now, dict):
            found.append(now)
            # liveBlogUpdate, itemListElement and hasPart hold other articles.
            todo += [
                (now[key], depth + 1)
                for key in ("@graph", "mainEntity", "mainEntityOfPage", "author", "isPartOf")
                if isinstance(now.get(key), (dict, list))
            ]
    return found


def _types(one: dict[str, Any]) -> list[str]:
    value = one.get("@type")
    listed = value if isinstance(value, list) else [value]
    return [str(name).rsplit("/", 1)[-1] for name in listed if isinstance(name, str)]


def _aptness(one: dict[str, Any], url: str, title: str | None) -> float:
    score = 0.0
    path = url.split("?", maxsplit=1)[0].rstrip("/")
    if any(
        path and path.endswith(claim.split("?")[0].rstrip("/")[-60:])
        for claim in _urls(one)
        if len(claim) > 10
    ):
        score += 3
    headline = text_in(one.get("headline")) or text_in(one.get("name"))
    if headline and title and (headline in title or title in headline):
        score += 2
    score += (
        0.5 * ("datePublished" in one)
        + 0.5 * ("author" in one)
        + 0.3 * ("articleBody" in one)
        + 0.3 * bool(headline)
    )
    return score


def text_in(value: Any) -> str | None:
    """Return the text that a JSON value holds, folded, without markup; None if it holds none."""
    if isinstance(value, list):
        value = next((one for one in value if one), None)
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("headline")
    if not isinstance(value, str):
        return None
    return or_none(
        html.unescape(_TAGS.sub(" ", html.unescape(value))) if "<" in value or "&" in value else value
    )


def _strings(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        text = text_in(one)
        if text:
            yield text


def _claims(one: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> Claims:
    people, organizations = _authors(one.get("author", one.get("creator")), by_id)
    credited = (*people, *organizations)
    publisher = text_in(_resolved(one.get("publisher"), by_id))
    if publisher:
        organizations.append(publisher)
    body = one.get("articleBody")
    images, captions = _images(one.get("image"), by_id)
    free = one.get("isAccessibleForFree")
    return Claims(
        headline=text_in(one.get("headline")) or text_in(one.get("name")),
        alternative_headline=text_in(one.get("alternativeHeadline")),
        description=text_in(one.get("description")),
        body=_body(body) if isinstance(body, str) else None,
        people=tuple(people),
        organizations=tuple(organizations),
        credited=credited,
        publisher=publisher,
        published=text_in(one.get("datePublished")) or text_in(one.get("dateCreated")),
        modified=text_in(one.get("dateModified")),
        section=next(_strings(one.get("articleSection")), None),
        keywords=tuple(_keywords(one.get("keywords"))),
        about=tuple(_strings(one.get("about"))),
        language=_language(one.get("inLanguage")),
        is_free=None
        if free is None
        else str(free).strip().lower().rsplit("/", 1)[-1] in {"true", "1", "yes"},
        images=tuple(images),
        image_captions=tuple(captions),
        urls=tuple(_urls(one)),
        type=next(iter(_types(one)), None),
    )


def _body(text: str) -> str:
    return clean(html.unescape(_TAGS.sub(" ", text)) if "<" in text or "&" in text else text)


def _language(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    return text_in(value)


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    """Return *value*, or the object that it points to by @id."""
    if isinstance(value, dict) and "@id" in value and "name" not in value:
        return by_id.get(str(value["@id"]), value)
    return value


def _authors(value: Any, by_id: dict[str, dict[str, Any]]) -> tuple[list[str], list[str]]:
    people: list[str] = []
    organizations: list[str] = []
    for one in (value if isinstance(value, list) else [value])[:50]:
        author = _resolved(one, by_id)
        if isinstance(author, dict):
            names = list(_strings(author.get("name")))
            is_house = _HOUSES.intersection(_types(author)) or any(
                _ACCOUNT.search(address) for address in _urls(author)
            )
            (organizations if is_house else people).extend(names)
        else:
            people += list(_strings(author))
    return people, organizations


_HOUSES = frozenset(("Organization", "NewsMediaOrganization", "Corporation", "WebSite"))
#: The page of an account that a whole house writes under.
_ACCOUNT = re.compile(r"/(?:author|profile|user)s?/(?:admin(?:istrator)?|editor|webmaster|newsroom|staff)/?$")


def _keywords(value: Any) -> Iterator[str]:
    for text in _strings(value):
        yield from (word for part in re.split(r"[,;、，]", text) if (word := part.strip()))


def _images(value: Any, by_id: dict[str, dict[str, Any]]) -> tuple[list[str], list[tuple[str, str]]]:
    urls: list[str] = []
    captions: list[tuple[str, str]] = []
    for one in (value if isinstance(value, list) else [value])[:50]:
        image = _resolved(one, by_id)
        if isinstance(image, dict):
            address = image.get("url") or image.get("contentUrl")
            caption = text_in(image.get("caption"))
            if isinstance(address, str):
                urls.append(address)
                if caption:
                    captions.append((address, caption))
        elif isinstance(image, str):
            urls.append(image)
    return urls, captions


def _urls(one: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for value in (one.get("url"), one.get("mainEntityOfPage"), one.get("@id")):
        address = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if (
            isinstance(address, str)
            and address.startswith(("http://", "https://", "/"))
            and address not in found
        ):
            found.append(address)
    return found
