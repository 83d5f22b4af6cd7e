"""Documents: a revision as a Markdown file that needs no program of ours, and back again, exactly.

Pure: no files, network, clock or log. `read(write(document), path) == document`, and the same document is
always the same bytes. The contract is docs/FORMAT.md, "Documents"; in short:

    ---
    format: 1                       then id, url, headline, ... : YAML, every claim, observation, inference
    ---
    # headline
    <header> kicker, standfirst, byline, dates </header>
    the blocks, in CommonMark, HTML where Markdown has no words
    <footer> credits, corrections, translations, enclosures </footer>

The front matter is what counts for everything but the blocks; headline, header and footer say it again for
a person, and are not read back. A key whose value is not known is left out. A picture points at its kept
file, else at the publisher; its address stands beside it wherever the two differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from onrecord.dates import from_iso
from onrecord.errors import DocumentFormatError
from onrecord.model import (
    Access,
    Article,
    ArticleId,
    Block,
    CanonicalUrl,
    ClaimedTime,
    Digest,
    Document,
    KeptEnclosure,
    KeptPicture,
    ListBlock,
    Picture,
    Quotation,
    ReadingKind,
    Revision,
    Run,
    SourceId,
    Terms,
    Translation,
    VerdictKind,
)
from onrecord.render.html import enclosure_line, figure_lines, inline, text
from onrecord.render.markdown import MAX_DEPTH, blocks_lines
from onrecord.render.markdown import inline as markdown_inline
from onrecord.render.reading import UnreadableError, read_body

FORMAT = 1

#: A long read has 0.2 MB of text; a live blog of a war day has 2. More is no document of ours.
MAX_CHARACTERS = 32 * 1024 * 1024

#: From where a document stands, articles/<source>/YYYY/MM/, to the archive's folder.
_TO_ARCHIVE = "../../../../"
_FENCE = "---\n"
_ADVICE = "restore it from a backup, or run `onrecord re-extract` to write it again"

# Scalars stay text: what a value is, its key says. libyaml's reader is ten times as fast where it is built.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

E = TypeVar("E", bound=StrEnum)


# ---------------------------------------------------------------- writing


def write(document: Document) -> str:
    """Return the document's text: UTF-8, LF, a line feed at the end.

    Raises:
        DocumentFormatError: Quotations and lists stand deeper in each other than could be read back.
    """
    article = document.revision.article
    if _depth(article.blocks) > MAX_DEPTH:
        what = (
            f"quotations and lists stand in each other more than {MAX_DEPTH} deep; the reader should cap it"
        )
        raise DocumentFormatError(document.id, what)
    front = "".join(f"{line}\n" for line in _front_lines(_front(document)))

    def figure(picture: Picture) -> list[str]:
        return _figure(picture, document.pictures.get(picture.url))

    parts = [
        [f"# {markdown_inline((Run(article.headline),), is_heading=True)}".rstrip()],
        _header(document),
        blocks_lines(article.blocks, figure),
        _footer(article, document.enclosures),
    ]
    body = "\n\n".join("\n".join(lines) for lines in parts if lines)
    return f"{_FENCE}{front}{_FENCE}\n{body}\n"


def article_markdown(article: Article) -> str:
    """Return an article that no archive holds as Markdown, its headline first and without front matter."""
    parts = [
        [f"# {markdown_inline((Run(article.headline),), is_heading=True)}".rstrip()],
        [article.standfirst] if article.standfirst else [],
        [" · ".join(str(part) for part in (article.byline, article.published_at) if part)],
        blocks_lines(article.blocks, lambda picture: _figure(picture, None)),
        _footer(article),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if any(lines)) + "\n"


def _depth(blocks: tuple[Block, ...]) -> int:
    """Return how deep quotations and lists stand in each other; counted without recursion."""
    depth = 0
    level = list(blocks)
    while level:
        inner: list[Block] = []
        for block in level:
            if isinstance(block, Quotation):
                inner += block.blocks
            elif isinstance(block, ListBlock):
                inner += [one for item in block.items for one in item]
        depth += any(isinstance(block, Quotation | ListBlock) for block in level)
        level = inner
    return depth


def _front(document: Document) -> dict[str, Any]:
    revision, article = document.revision, document.revision.article
    fields: dict[str, Any] = {
        "format": FORMAT,
        "id": document.id,
        "url": article.canonical_url,
        "headline": article.headline,
        "kicker": article.kicker,
        "standfirst": article.standfirst,
        "byline": article.byline,
        "authors": list(article.authors),
        "dateline": article.dateline,
        "published": _time(article.published_at),
        "modified": _time(article.modified_at),
        "language": article.language,
        "section": article.section,
        "topics": list(article.topics),
        "access": article.access.value,
        "source": document.source,
        "number": document.number,
        "revision": revision.number,
        "kind": revision.kind.value,
        "verdict": document.verdict.value,
        "captured": f"{revision.captured_at.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z",
        "content_digest": revision.content_digest,
        "capture": _known({"digest": document.capture_digest, "record": document.capture_record}),
        "via": document.via,
        "via_url": document.via_url,
        "terms": _terms(document.terms),
        "reader": document.reader_version,
        "credits": list(article.credits),
        "corrections": list(article.corrections),
        "translations": [
            _known({"url": one.url, "language": one.language})
            | ({"original": True} if one.is_original else {})
            for one in article.translations
        ],
        "pictures": [_picture(one) for one in _in_order(document)],
        "enclosures": [_enclosure(one) for one in document.enclosures],
    }
    return _known(fields)


def _terms(terms: Terms) -> dict[str, Any]:
    return _known(
        {
            "noarchive": terms.no_archive or None,
            "tdm_reserved": terms.tdm_reserved,
            "tdm_policy": terms.tdm_policy,
            "free": terms.is_free,
            "lent": terms.is_lent or None,
            "said": list(terms.said),
        }
    )


# What YAML 1.1 or 1.2 reads as something else than text.
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _front_lines(fields: dict[str, Any]) -> list[str]:
    """Return *fields* as YAML: a line for each value, the same bytes everywhere.

    PyYAML's own emitter took 2 of the 3 ms that a document's writing took; what it would say is said
    here in two ways only, plain or in double quotes, which are JSON's (YAML 1.2.2, 7.3.1).
    """
    lines: list[str] = []
    for key, value in fields.items():
        if isinstance(value, dict):
            lines += [f"{key}:", *(f"  {line}" for line in _front_lines(value))]
        elif isinstance(value, list):
            lines.append(f"{key}:")
            for one in value:
                first, *rest = _front_lines(one) if isinstance(one, dict) else [_scalar(one)]
                lines += [f"- {first}", *(f"  {line}" for line in rest)]
        else:
            lines.append(f"{key}: {_scalar(value)}")
    return lines


def _scalar(value: str | int) -> str:
    if not isinstance(value, str):
        return str(value).lower()
    is_plain = (
        value[:1].isalpha()
        and value.isprintable()
        and value.lower() not in _NOT_TEXT
        and ": " not in value
        and " #" not in value
        and value[-1] not in ": "
    )
    if is_plain:
        return value
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None and value not in ([], {})}


def _time(time: ClaimedTime | None) -> str | None:
    return None if time is None else str(time)


def _in_order(document: Document) -> list[KeptPicture]:
    """Return the kept pictures as the article shows them, then any others by their address."""
    shown = dict.fromkeys(picture.url for picture in document.revision.article.pictures)
    order = [*(url for url in shown if url in document.pictures), *sorted(document.pictures.keys() - shown)]
    return [document.pictures[url] for url in order]


def _picture(kept: KeptPicture) -> dict[str, Any]:
    return _known(
        {
            "url": kept.url,
            "file": kept.path,
            "digest": kept.digest,
            "media_type": kept.media_type,
            "width": kept.width,
            "height": kept.height,
            "missing": kept.reason,
        }
    )


def _enclosure(kept: KeptEnclosure) -> dict[str, Any]:
    return _known(
        {
            "url": kept.url,
            "media_type": kept.media_type,
            "size": kept.size,
            "file": kept.path,
            "digest": kept.digest,
            "missing": kept.reason,
        }
    )


def _figure(picture: Picture, kept: KeptPicture | None) -> list[str]:
    src = picture.url if kept is None or kept.path is None else _TO_ARCHIVE + kept.path
    fallbacks = [(f"data-fallback-{n}", url) for n, url in enumerate(picture.fallback_urls, start=1)]
    return figure_lines(picture, src, [("data-url", None if src == picture.url else picture.url), *fallbacks])


def _header(document: Document) -> list[str]:
    article = document.revision.article
    times = [str(time) for time in (article.published_at, article.modified_at) if time is not None]
    dates = " · ".join(dict.fromkeys(times)) or None
    words = (article.kicker, article.standfirst, article.byline, dates)
    return _aside("header", [text(one) for one in words if one])


def _footer(article: Article, enclosures: tuple[KeptEnclosure, ...] = ()) -> list[str]:
    links = [inline((Run(one.url, one.url),)) for one in article.translations]
    files = [enclosure_line(one, _TO_ARCHIVE + one.path if one.path else one.url) for one in enclosures]
    return _aside("footer", [*map(text, (*article.credits, *article.corrections)), *links, *files])


def _aside(name: str, paragraphs: list[str]) -> list[str]:
    return [f"<{name}>", *(f"<p>{one}</p>" for one in paragraphs), f"</{name}>"] if paragraphs else []


# ---------------------------------------------------------------- reading


def read(text: str, path: str) -> Document:
    """Return the document that *text* holds; *path* names it in errors.

    Raises:
        DocumentFormatError: The text is no document of ours, or was changed into something else.
    """
    front, body, first_line = _split(text, path)
    fields = _fields(front, path)
    try:
        content = read_body(body)
    except UnreadableError as error:
        what = f"line {first_line + error.line - 1}: {error.what}; {_ADVICE}"
        raise DocumentFormatError(path, what) from error
    return _document(fields, content.blocks)


def read_front(text: str, path: str) -> Document:
    """Return the document that *text* holds, as far as its front matter tells it: without blocks.

    Raises:
        DocumentFormatError: The front matter is none of ours.
    """
    return _document(_fields(_split(text, path)[0], path), ())


def _fields(front: str, path: str) -> _Fields:
    try:
        found = yaml.load(front, Loader=_LOADER)  # noqa: S506 (the base loader makes text, lists and mappings alone)
    except yaml.YAMLError as error:
        raise DocumentFormatError(path, f"its front matter is not YAML; {_ADVICE}") from error
    fields = _Fields(path, found if isinstance(found, dict) else {})
    if fields.integer("format") > FORMAT:
        raise DocumentFormatError(path, "written by a newer On Record; update it")
    return fields


def _split(text: str, path: str) -> tuple[str, str, int]:
    """Return front matter, body, and the number of the body's first line."""
    if len(text) > MAX_CHARACTERS:
        raise DocumentFormatError(path, f"longer than the {MAX_CHARACTERS} characters that a document has")
    # An editor may have saved it with other line ends.
    text = text.replace("\r\n", "\n")
    end = text.find(f"\n{_FENCE}", len(_FENCE) - 1)
    if not text.startswith(_FENCE) or end < 0:
        raise DocumentFormatError(path, f"it does not begin with front matter between two '---'; {_ADVICE}")
    front = text[len(_FENCE) : end + 1]
    return front, text[end + 1 + len(_FENCE) :], front.count("\n") + 3


def _document(fields: _Fields, blocks: tuple[Block, ...]) -> Document:
    capture = fields.section("capture")
    kept = [_kept(one) for one in fields.sections("pictures")]
    return Document(
        id=ArticleId(fields.text("id")),
        source=SourceId(fields.text("source")),
        number=fields.integer("number"),
        revision=Revision(
            article=_article(fields, blocks),
            number=fields.integer("revision"),
            captured_at=fields.moment("captured"),
            content_digest=Digest(fields.text("content_digest")),
            kind=fields.word("kind", ReadingKind),
        ),
        capture_digest=_digest(capture.maybe("digest")),
        capture_record=capture.maybe("record"),
        reader_version=fields.text("reader"),
        verdict=fields.word("verdict", VerdictKind),
        via=fields.maybe("via"),
        via_url=fields.maybe("via_url"),
        terms=_read_terms(fields.section("terms")),
        pictures={one.url: one for one in kept},
        enclosures=tuple(map(_kept_enclosure, fields.sections("enclosures"))),
    )


def _read_terms(fields: _Fields) -> Terms:
    flags = {"true": True, "false": False}
    return Terms(
        no_archive=fields.maybe("noarchive") == "true",
        tdm_reserved=flags.get(fields.maybe("tdm_reserved") or ""),
        tdm_policy=fields.maybe("tdm_policy"),
        is_free=flags.get(fields.maybe("free") or ""),
        is_lent=fields.maybe("lent") == "true",
        said=fields.texts("said"),
    )


def is_reserved(text: bytes) -> bool:
    """Tell from a document's bytes whether its publisher asks that copies are not passed on.

    Only the front matter is looked at, and only where it has terms: an export asks this of each article.
    """
    front = text[: text.find(b"\n---", 4) + 1]
    _, is_there, terms = front.partition(b"\nterms:\n")
    said = {line.strip() for line in terms.split(b"\n") if line.startswith(b"  ")} if is_there else set()
    return not said.isdisjoint({b"noarchive: true", b"tdm_reserved: true", b"lent: true"})


def _digest(found: str | None) -> Digest | None:
    return None if found is None else Digest(found)


def _article(fields: _Fields, blocks: tuple[Block, ...]) -> Article:
    return Article(
        canonical_url=CanonicalUrl(fields.text("url")),
        headline=fields.text("headline"),
        kicker=fields.maybe("kicker"),
        standfirst=fields.maybe("standfirst"),
        byline=fields.maybe("byline"),
        authors=fields.texts("authors"),
        dateline=fields.maybe("dateline"),
        published_at=fields.time("published"),
        modified_at=fields.time("modified"),
        section=fields.maybe("section"),
        topics=fields.texts("topics"),
        language=fields.maybe("language"),
        access=fields.word("access", Access),
        blocks=blocks,
        credits=fields.texts("credits"),
        corrections=fields.texts("corrections"),
        translations=tuple(
            Translation(one.text("url"), one.maybe("language"), is_original=one.maybe("original") == "true")
            for one in fields.sections("translations")
        ),
    )


def _kept(fields: _Fields) -> KeptPicture:
    return KeptPicture(
        url=fields.text("url"),
        digest=_digest(fields.maybe("digest")),
        path=fields.maybe("file"),
        media_type=fields.maybe("media_type"),
        width=fields.maybe_integer("width"),
        height=fields.maybe_integer("height"),
        reason=fields.maybe("missing"),
    )


def _kept_enclosure(fields: _Fields) -> KeptEnclosure:
    return KeptEnclosure(
        url=fields.text("url"),
        media_type=fields.maybe("media_type"),
        size=fields.maybe_integer("size"),
        digest=_digest(fields.maybe("digest")),
        path=fields.maybe("file"),
        reason=fields.maybe("missing"),
    )


class _Fields:
    """A mapping of the front matter; each method says what its key must hold."""

    def __init__(self, path: str, found: Mapping[str, Any]) -> None:
        self._path = path
        self._found = found

    def _wrong(self, key: str, what: str) -> DocumentFormatError:
        return DocumentFormatError(self._path, f"`{key}` in its front matter {what}; {_ADVICE}")

    def maybe(self, key: str) -> str | None:
        value = self._found.get(key)
        if value is not None and not isinstance(value, str):
            raise self._wrong(key, "is no text")
        return value

    def text(self, key: str) -> str:
        value = self.maybe(key)
        if value is None:
            raise self._wrong(key, "is missing")
        return value

    def maybe_integer(self, key: str) -> int | None:
        return None if self.maybe(key) is None else self.integer(key)

    def integer(self, key: str) -> int:
        value = self.text(key)
        try:
            return int(value)
        except ValueError:
            raise self._wrong(key, "is no number") from None

    def word(self, key: str, kind: Callable[[str], E]) -> E:
        try:
            return kind(self.text(key))
        except ValueError:
            raise self._wrong(key, f"can't be {self.text(key)!r}") from None

    def time(self, key: str) -> ClaimedTime | None:
        value = self.maybe(key)
        time = None if value is None else from_iso(value)
        if value is not None and time is None:
            raise self._wrong(key, "is no time in ISO 8601")
        return time

    def moment(self, key: str) -> datetime:
        try:
            value = datetime.fromisoformat(self.text(key))
        except ValueError:
            value = datetime.min  # noqa: DTZ901 (refused below)
        if value.tzinfo is None:
            raise self._wrong(key, "is no moment, as 2024-05-17T03:07:01Z is")
        return value.astimezone(UTC)

    def _list(self, key: str) -> Iterator[Any]:
        value = self._found.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "is no list")
        yield from value

    def texts(self, key: str) -> tuple[str, ...]:
        values = tuple(self._list(key))
        if not all(isinstance(value, str) for value in values):
            raise self._wrong(key, "is no list of texts")
        return values

    def section(self, key: str) -> _Fields:
        value = self._found.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, "is no group of keys")
        return _Fields(self._path, value)

    def sections(self, key: str) -> list[_Fields]:
        values = list(self._list(key))
        if not all(isinstance(value, dict) for value in values):
            raise self._wrong(key, "is no list of groups")
        return [_Fields(self._path, value) for value in values]
