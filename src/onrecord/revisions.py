"""Revisions: is this the article that we already hold, or has it changed for a reader?

Pure: no files, network, clock or log. Everything it needs is an argument.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from onrecord.model import (
    Article,
    Block,
    ClaimedTime,
    Digest,
    Embed,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Precision,
    Preformatted,
    Quotation,
    ReadingKind,
    Revision,
    Rule,
    Run,
    Runs,
    Table,
)
from onrecord.pictures import unproxy
from onrecord.text import fold_space
from onrecord.urls import canonicalize

#: Stands inside the digested text: a digest made by another recipe is never taken for one of this.
RECIPE = "onrecord content digest 1"

# ---------------------------------------------------------------- what a reader sees


def content_digest(article: Article) -> Digest:
    """Return the digest of what a reader of *article* sees: its words, their order, and its pictures.

    In: headline, kicker, standfirst, byline, dateline, the day of publication, blocks with their structure
    and emphasis, a picture's place, caption, credit and normalised address, credits, corrections.
    Out: modified_at (some publishers touch it hourly and change no word), the time of day (sites print it,
    or "3 hours ago", as it suits the visitor), what links point to and whether a word is one (added by
    robots afterwards), alternative texts, topics, section, and all that we inferred. White space is folded
    and Unicode composed; case and punctuation stay: a quotation mark around one word is a change.
    """
    seen = [
        RECIPE,
        *map(
            _words, (article.headline, article.kicker, article.standfirst, article.byline, article.dateline)
        ),
        _day(article.published_at),
        _blocks(article.blocks),
        [_words(each) for each in article.credits],
        [_words(each) for each in article.corrections],
    ]
    # JSON keeps the structure apart from the words: a sentence moved to the next paragraph is a change.
    text = json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
    return Digest("sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())


# Soft hyphen, zero-width space, word joiner: nobody sees them, and templates sprinkle them.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060]")


def _words(text: str | None) -> str:
    return unicodedata.normalize("NFC", fold_space(_INVISIBLE.sub("", text))) if text else ""


def _day(claimed: ClaimedTime | None) -> str:
    """The day as the publisher states it, in their zone: a new date over an old story is seen."""
    if claimed is None:
        return ""
    if claimed.precision is Precision.YEAR:
        return f"{claimed.value.year:04}"
    day = claimed.value.date().isoformat()
    return day[:7] if claimed.precision is Precision.MONTH else day


def _blocks(blocks: Iterable[Block]) -> list[object]:
    return [seen for block in blocks if (seen := _block(block))]


def _block(block: Block) -> list[object]:
    """Return what is seen of a block, after its kind; [] for what is only a template's ornament."""
    match block:
        case Paragraph(runs):
            return ["p", _runs(runs)]
        case Heading(runs):  # its level is the template's
            return ["h", _runs(runs)]
        case Quotation(inner, cite):
            return ["q", _blocks(inner), _words(cite)]
        case ListBlock(items, is_ordered):
            return ["ol" if is_ordered else "ul", [_blocks(item) for item in items]]
        case Table(rows, _, caption):
            return ["table", [[_runs(cell) for cell in row] for row in rows], _words(caption)]
        case Figure(picture):
            return ["figure", _words(picture.caption), _words(picture.credit), picture_key(picture)]
        case Embed(url, kind):  # its text is another site's, with counts that rise
            return ["embed", kind, canonicalize(url)]
        case Preformatted(text):
            lines = unicodedata.normalize("NFC", text).splitlines()
            return ["pre", [line.rstrip() for line in lines]]
        case Rule():
            return []


_SPACE_OR_WORD = re.compile(r"\s+|\S+")


def _runs(runs: Runs) -> list[tuple[str, str]]:
    """Return the words in pieces of one emphasis; white space has none, so templates may place it."""
    if len(runs) == 1:
        return [(" ".join(_shown(runs[0].text).split()), _style(runs[0]))]
    pieces: list[tuple[str, str]] = []
    space = ""
    for run in runs:
        style = _style(run)
        for word in _SPACE_OR_WORD.findall(_shown(run.text)):
            if word.isspace():
                space = " " if pieces else ""
            elif pieces and pieces[-1][1] == style:
                pieces[-1] = (pieces[-1][0] + space + word, style)
                space = ""
            else:
                pieces.append((space + word, style))
                space = ""
    return pieces


def _shown(text: str) -> str:
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _style(run: Run) -> str:
    return "s" * run.strong + "e" * run.emphasis


# ---------------------------------------------------------------- a picture's address

_RENDITION_SEGMENT = re.compile(
    r"(?:[0-9]{1,4}x[0-9]{0,4}[!^<>]?|x[0-9]{2,4}|(?:[a-z]{1,4}_[\w.:-]+,?)+|(?:w|h|q|width|height|quality)[-=:]?[0-9]{1,4}"
    r"|(?:[a-z]+=[^/,]*,)*[a-z]+=[^/,]*|[A-Za-z0-9_-]{26,}=|unsafe|smart|fit-in|filters:.*|resize[rd]?|crop|scale[d]?|thumb(?:s|nails?)?"
    r"|(?:240|320|400|480|624|640|660|700|720|750|768|800|820|900|960|976|1000|1024|1080|1200|1280|1440|1536|1600|1920|2048"
    r"|2560))\Z",
    re.IGNORECASE,
)
_RENDITION_ENDING = re.compile(
    r"(?:[-_.@](?:[0-9]{2,4}x[0-9]{2,4}|[0-9]x|w?[0-9]{3,4}(?:w|px)?|small|medium|large|thumb|scaled|master[0-9]+|jumbo"
    r"|superjumbo|articlelarge|q[0-9]{2}))+\Z",
    re.IGNORECASE,
)
_PICTURE_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp)\Z", re.IGNORECASE)
_RENDITION_PARAMETER = re.compile(
    r"(?:w|h|q|width|height|quality|resize|fit|crop|size|dpr|dpi|auto|format|fm|output|strip|ssl|s|sig|auth|token|expires"
    r"|v|ver|version|t|ts|cb|imwidth|imheight|impolicy|imdensity|downsize|smart|disable|enable|optimize|ixlib|rect"
    r"|cropresize|ar|op_usm|scl|wid|hei|qlt)\Z",
    re.IGNORECASE,
)


def picture_key(picture: Picture) -> str:
    """Return what stays of a picture's address when sizes, qualities, hosts and signatures are left out.

    Publishers give the same picture in another size or format, or from another of their hosts, at each visit.
    """
    address = canonicalize(unproxy(picture.url) or picture.url)
    path, _, query = address.partition("://")[2].partition("/")[2].partition("?")
    *folders, name = path.split("/")
    has_ending = bool(_PICTURE_ENDING.search(name))
    stem = _PICTURE_ENDING.sub("", name)
    stem = _RENDITION_ENDING.sub("", stem) or stem
    kept = [folder for folder in folders if folder and not _RENDITION_SEGMENT.match(folder)]
    # Behind a file's name, a query says but how to show it; elsewhere it may say which picture.
    parts = [] if has_ending else query.split("&")
    own = [part for part in parts if part and not _RENDITION_PARAMETER.match(part.partition("=")[0])]
    return "/".join((*kept, stem)) + ("?" + "&".join(own) if own else "")


# ---------------------------------------------------------------- what to do with a reading


@dataclass(frozen=True, slots=True)
class NewRevision:
    """What a reader sees has changed, or was not held before."""

    revision: Revision


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The article was read, and says what it said before."""

    canonical_url: str


@dataclass(frozen=True, slots=True)
class KindChanged:
    """It was read out of something else than before: nothing can be said of a change."""

    was: ReadingKind
    revision: Revision  #: to be kept, if the new kind is to take the old one's place


def next_revision(
    article: Article,
    kind: ReadingKind,
    latest: Revision | None,
    *,
    now: datetime,
    latest_reread: Article | None = None,
) -> NewRevision | Unchanged | KindChanged:
    """Decide what a reading of an article is, beside the *latest* revision held.

    *latest_reread* is what today's reader makes of the capture that *latest* was read from: it stands in
    for *latest*, so that a better reader makes no revisions. *now* is aware.
    """
    digest = content_digest(article)
    revision = Revision(
        article=article,
        number=1 if latest is None else latest.number + 1,
        captured_at=now.astimezone(UTC).replace(microsecond=0),
        content_digest=digest,
        kind=kind,
    )
    if latest is None:
        return NewRevision(revision)
    if latest.kind is not kind:
        return KindChanged(latest.kind, revision)
    # The digest held may be of an older recipe, so the article itself is digested too.
    if digest in {latest.content_digest, content_digest(latest_reread or latest.article)}:
        return Unchanged(latest.article.canonical_url)
    return NewRevision(revision)
