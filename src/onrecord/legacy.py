"""Legacy files: the lineage's one text file for each article, its list pages and names, in and out.

Pure: no files, network, clock or log. A file read here and written again is the same, byte for byte, where
it was written in the lineage's last form (E1b):

    <!--EPOCH_MS-->
    [TITLE](URL)
    ------
    (an empty line)
    BODY, on one line

The older forms are read only: E0 (a date line, no comment), E1a (the title's outer white space kept), E1n
(NaN for a date that could not be read), E2 (E1 behind YAML front matter, the body in a div) and E3 (front
matter, then a page's HTML).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from html import escape, unescape

from onrecord.dates import parse as parse_date
from onrecord.model import ClaimedTime, Entry, Envelope, Precision, Problem
from onrecord.text import or_none
from onrecord.urls import request_target, resolve

#: The longest known file has 0.6 million; a body that is longer than this is no article.
MAX_CHARACTERS = 16 * 1024 * 1024

#: Where the readers are whom the lineage's list pages are for; China has had no summer time since 1991.
CHINA = timezone(timedelta(hours=8))

#: A list page names this many articles, the newest first.
LIST_LENGTH = 300


class LegacyForm(StrEnum):
    """How a file was written down."""

    E0 = "e0"
    E1A = "e1a"
    E1B = "e1b"
    E1N = "e1n"
    E2 = "e2"
    E3 = "e3"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyFile:
    """What a file holds. No form and no envelope: it is none of the lineage's."""

    form: LegacyForm | None
    envelope: Envelope | None
    fields: Mapping[str, str] = field(default_factory=dict)  #: front matter of E2 and E3, unquoted
    problems: tuple[Problem, ...] = ()


# ---------------------------------------------------------------- reading

_STAMP = re.compile(r"<!--(-?[0-9]{1,17}|NaN)-->\n")
_RULE = ")\n------\n"
_E0_DATE = re.compile(r"日期：([^\n]*)\n\n?")
_FIELD = re.compile(r"([A-Za-z_]\w*) *:(?: +|(?=[\"'\[]))?(.*)")
# The lineage stripped each line and joined them with nothing: `<div⏎class="x">` became this.
_FUSED = re.compile(
    r"<(article|aside|blockquote|div|figcaption|figure|iframe|img|li|main|section|source|span|table|ul|video|[abip])"
    r"(alt|aria-[\w-]+|class|data-[\w-]+|height|href|id|rel|role|sizes|src|srcset|style|target|title|width)=",
    re.IGNORECASE,
)


def parse(text: str) -> LegacyFile:
    """Return what a legacy file holds. Never raises: what is none gives a problem and no envelope.

    *text* is decoded without touching its line ends (`newline=""`): bodies hold bare CRs.
    """
    if len(text) > MAX_CHARACTERS:
        return _nothing("legacy-too-long", f"{len(text)} characters")
    fields, rest = _front_matter(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    stamp = _STAMP.match(rest)
    head = _title_and_url(rest, stamp.end() if stamp else 0)
    if head is None:
        return _e3(fields, rest) if fields else _nothing("legacy-no-envelope", rest[:60])
    title, url, start = head
    if stamp is None:
        return _e0(title, url, rest[start:])
    if not rest.startswith("\n", start):
        return _nothing("legacy-no-envelope", "no empty line before the body")
    body = rest[start + 1 :].removesuffix("\n")
    form = LegacyForm.E1B if title == title.strip(_SPACES) and "\n" not in title else LegacyForm.E1A
    if fields:
        form, body = LegacyForm.E2, body.removeprefix("<div>\n").removesuffix("\n</div>")
    problems = []
    if stamp[1] == "NaN":
        form = LegacyForm.E1N
        problems.append(Problem("legacy-no-date", where="<!--NaN-->"))
    stated = fields.get("date")
    envelope = Envelope(
        title=title,
        url=url,
        published_text=stated,
        published_ms=None if stamp[1] == "NaN" else int(stamp[1]),
        body=body,
    )
    return LegacyFile(
        form=form, envelope=envelope, fields=fields, problems=(*problems, *_body_problems(body))
    )


def _nothing(code: str, detail: str) -> LegacyFile:
    return LegacyFile(form=None, envelope=None, problems=(Problem(code, detail),))


def _title_and_url(text: str, at: int) -> tuple[str, str, int] | None:
    """Return title, address and where the text after the rule begins.

    Titles hold brackets and line breaks, so the last "](" before the rule parts the two.
    """
    end = text.find(_RULE, at)
    if not text.startswith("[", at) or end < 0:
        return None
    title, separator, url = text[at + 1 : end].rpartition("](")
    return (title, url, end + len(_RULE)) if separator and "\n" not in url else None


def _e0(title: str, url: str, rest: str) -> LegacyFile:
    found = _E0_DATE.match(rest)
    if found is None:
        return _nothing("legacy-no-envelope", "neither a time stamp nor a date line")
    body = rest[found.end() :].removesuffix("\n")
    milliseconds = _milliseconds(found[1])
    problems = [] if milliseconds is not None else [Problem("legacy-no-date", found[1])]
    envelope = Envelope(title=title, url=url, published_text=found[1], published_ms=milliseconds, body=body)
    return LegacyFile(form=LegacyForm.E0, envelope=envelope, problems=(*problems, *_body_problems(body)))


def _e3(fields: Mapping[str, str], body: str) -> LegacyFile:
    if "title" not in fields or "from" not in fields:
        return _nothing("legacy-no-envelope", "front matter without title and address")
    stated = fields.get("date", "")
    milliseconds = _milliseconds(stated)
    envelope = Envelope(
        title=fields["title"],
        url=fields["from"],
        published_text=stated or None,
        published_ms=milliseconds,
        body=body.removeprefix("\n").removesuffix("\n"),
    )
    problems = [] if milliseconds is not None else [Problem("legacy-no-date", stated)]
    return LegacyFile(form=LegacyForm.E3, envelope=envelope, fields=fields, problems=tuple(problems))


def _milliseconds(stated: str) -> int | None:
    time = parse_date(stated)
    return None if time is None else int(time.at.timestamp() * 1000)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the fields of YAML front matter and what follows it.

    Not by a YAML reader: of the eight headers that the lineage wrote, three are no valid YAML
    (`categories:[news]`, an escaped apostrophe, a quotation mark inside a quoted title).
    """
    end = text.find("\n---\n", 3) if text.startswith("---\n") else -1
    if end < 0:
        return {}, text
    fields = {}
    for line in text[4:end].split("\n"):
        if found := _FIELD.fullmatch(line.strip()):
            fields[found[1]] = _unquoted(found[2].strip())
    return fields, text[end + 5 :]


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return re.sub(r"\\([\"'\\])", r"\1", value[1:-1])
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value


def _body_problems(body: str) -> Iterator[Problem]:
    if fused := len(_FUSED.findall(body)):
        yield Problem("legacy-fused-tag", f"{fused} tags have grown into their attributes")


def entry_of(envelope: Envelope) -> Entry:
    """Return the feed's entry that an envelope holds, for the reader; fused tags in its body are mended."""
    time = None
    if envelope.published_ms is not None:
        try:
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=envelope.published_ms // 1000)
            time = ClaimedTime(at, Precision.SECOND)
        except OverflowError:  # a stamp of another age
            pass
    return Entry(
        url=resolve(envelope.url, envelope.url) or envelope.url,
        headline=or_none(envelope.title),
        published_at=time,
        published_text=envelope.published_text,
        content=_FUSED.sub(r"<\1 \2=", envelope.body),
        raw_title=envelope.title,
        raw_url=envelope.url,
    )


# ---------------------------------------------------------------- writing


def envelope_text(envelope: Envelope) -> str:
    """Return the legacy file (E1b) for an envelope: "NaN" without a date, one line of body."""
    stamp = "NaN" if envelope.published_ms is None else str(envelope.published_ms)
    title, url, body = _title(envelope.title), _address(envelope.url), one_line(envelope.body)
    return f"<!--{stamp}-->\n[{title}]({url})\n------\n\n{body}\n"


def _title(title: str) -> str:
    """Return *title* on one line, its outer white space gone; inside it nothing is folded."""
    return " ".join(part.strip(_SPACES) for part in _BREAK.split(title.strip(_SPACES)) if part.strip(_SPACES))


def _address(url: str) -> str:
    """Return *url* as the lineage serialised it: what may not go on the wire is percent-encoded."""
    address, mark, fragment = url.partition("#")
    target = request_target(address)
    return f"{target}{mark}{request_target(fragment)}" if mark else target


# What JavaScript's \s takes away from both ends of a line (ECMA-262, 22.2.1).
_SPACES = "\t\n\x0b\x0c\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_BREAK = re.compile(r"\r?\n")  # a bare CR was no break to the lineage, and stays
_BREAK_AND_SPACE = re.compile(r"(?<![ \t])[ \t]*+\r?\n\s*")
# A quotation mark opens a value only after "=" (HTML, 13.2.5.37). Possessive: no way back, so linear time.
_TAG = re.compile(r"</?([A-Za-z][^\s/>]*+)(?:[^>=]|=\s*+(?:\"[^\"]*\"|'[^']*')?+)*+>")
_TAG_BEGINS = re.compile(r"</?[A-Za-z]")
_INLINE = frozenset(
    {
        *(
            "a",
            "abbr",
            "acronym",
            "b",
            "bdi",
            "bdo",
            "big",
            "cite",
            "code",
            "data",
            "del",
            "dfn",
            "em",
            "font",
            "i",
        ),
        *(
            "ins",
            "kbd",
            "label",
            "mark",
            "nobr",
            "q",
            "rp",
            "rt",
            "ruby",
            "s",
            "samp",
            "small",
            "span",
            "strike",
        ),
        *("strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    }
)
# Scripts that part no words with spaces: Han, kana, bopomofo and their marks; Thai, Lao, Burmese, Khmer.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u31a0-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)


def one_line(body: str) -> str:
    """Return HTML on one line, each line stripped, without fusing what a line break kept apart.

    A break inside a tag or a comment becomes a space, one between two words of a script that has spaces
    too, even where inline tags stand between them; inside `<pre>` it becomes `&#10;`; else nothing.
    """
    if not _BREAK.search(body):
        return body.strip(_SPACES)
    return _Joiner().joined(body.strip(_SPACES))


class _Joiner:
    """Joins the lines of one body."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._verbatim: list[str] = []  # open elements whose white space is shown, or is code
        self._last = ""  # the last character shown in this paragraph
        self._gap: int | None = None  # where a space goes if the next character needs it

    def joined(self, body: str) -> str:
        for kind, piece in _pieces(body):
            if kind == "text":
                self._text(piece)
            elif kind == "comment":
                self._out.append(_BREAK_AND_SPACE.sub(" ", piece))
            else:
                self._tag(kind, piece)
        return "".join(self._out)

    def _tag(self, name: str, piece: str) -> None:
        self._out.append(_BREAK_AND_SPACE.sub(" ", piece))
        if name not in _INLINE:
            self._last, self._gap = "", None
        if name not in {"pre", "textarea", "script", "style"}:
            return
        if not piece.startswith("</"):
            self._verbatim.append(name)
        elif name in self._verbatim:
            self._verbatim.remove(name)

    def _text(self, piece: str) -> None:
        if self._verbatim:
            is_code = self._verbatim[-1] in {"script", "style"}
            self._out.append(_BREAK.sub(" " if is_code else "&#10;", piece))
            return
        lines = _BREAK.split(piece)
        for number, line in enumerate(lines):
            if number:
                if self._gap is None:
                    self._gap = len(self._out)
                self._out.append("")
            shown = line.lstrip(_SPACES) if number else line
            shown = shown.rstrip(_SPACES) if number < len(lines) - 1 else shown
            if not shown:
                continue
            if self._gap is not None and _is_apart(self._last, shown[0]):
                self._out[self._gap] = " "
            self._gap = None
            self._last = shown[-1]
            self._out.append(shown)


def _is_apart(before: str, after: str) -> bool:
    """Does a script that parts words with spaces want one between these two characters?"""
    if not before or before in _SPACES or after in _SPACES:
        return False
    return not (_SPACELESS.match(before) or _SPACELESS.match(after))


def _pieces(markup: str) -> Iterator[tuple[str, str]]:
    """Yield ("text" | "comment" | a tag's name, the piece); the pieces make up *markup*."""
    start = at = 0
    while (at := markup.find("<", at)) >= 0:
        if markup.startswith("<!--", at):
            end = markup.find("-->", at + 4)
            kind, stop = "comment", len(markup) if end < 0 else end + 3
        elif found := _TAG.match(markup, at):
            kind, stop = found[1].lower(), found.end()
        elif _TAG_BEGINS.match(markup, at):
            break  # a tag that never ends: to a browser there is nothing behind it
        else:
            at += 1
            continue
        if start < at:
            yield "text", markup[start:at]
        yield kind, markup[at:stop]
        start = at = stop
    if start < len(markup):
        yield "text", markup[start:]


# ---------------------------------------------------------------- names and lists


def file_number(ordinal: int) -> int:
    """Return the number in the file name of a source's article; *ordinal* counts from 1 as they are kept.

    The first is 0xFFFFF - 1, and so on downwards, that a folder sorted by name begins with the newest.
    """
    return 0xFFFFF - ordinal


def file_name(ordinal: int) -> str:
    """Return the file's name, "1048574.md" for the first.

    Seven digits, with noughts before it: the lineage's bare numbers would sort "999999" behind "1000000"
    from the 48,576th article on. After 1,048,575 articles of one source the numbers fall below
    nought: "-9999999" and downwards, which sorts before every digit and clashes with none.
    """
    number = file_number(ordinal)
    return f"{number:07}.md" if number >= 0 else f"-{10**7 + number:07}.md"


@dataclass(frozen=True, slots=True)
class ListRow:
    """An article in a list page."""

    published_ms: int | None
    title: str
    path: str  #: "articles/cn.nytimes.com/1048574.md"


def list_page(title: str, rows: Iterable[ListRow], *, zone: tzinfo = CHINA) -> str:
    """Return a source's list page; *rows* come newest first, each with month and day in *zone*."""
    items = "\n".join(f"{_month_and_day(row.published_ms, zone)}{_link(row)}\n" for row in rows)
    return f"{title}\n------\n\n{items}\n"


def _month_and_day(milliseconds: int | None, zone: tzinfo) -> str:
    if milliseconds is None:
        return ""
    try:
        at = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)).astimezone(zone)
    except OverflowError:
        return ""
    return f"{at.month}-{at.day} "


def _link(row: ListRow) -> str:
    # Brackets in a title stand as they are, as they did.
    path = row.path.replace(" ", "%20")
    return f"[{_title(row.title)}](/{path})"


def index_page(title: str, sources: Iterable[tuple[str, str]]) -> str:
    """Return the README: a link for each source's list page, given its title and path."""
    items = "\n\n".join(f"[{_title(name)}]({path})" for name, path in sources)
    return f"{title}\n------\n\n{items}\n"


# ---------------------------------------------------------------- pictures

_PICTURE_TAGS = frozenset({"img", "source"})
_ATTRIBUTE = re.compile(r"([^\s=/>\"']+)(\s*+=\s*+)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_CANDIDATE = re.compile(r"([\s,]*)([^\s,](?:\S*[^\s,])?)(,|[^,]*(?:,|$))")


def with_pictures(markup: str, address: Callable[[str], str | None]) -> str:
    """Return *markup* with the addresses of its pictures replaced, and not one other byte.

    *address* gives what stands for the address in a `src` or `srcset`, or None for what stays.
    """
    return "".join(
        _ATTRIBUTE.sub(lambda found: _replaced(found, address), piece) if kind in _PICTURE_TAGS else piece
        for kind, piece in _pieces(markup)
    )


def _replaced(found: re.Match[str], address: Callable[[str], str | None]) -> str:
    name, equals, value = found.groups()
    if name.lower() not in {"src", "srcset"}:
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    old = value[1:-1] if quote else value
    if name.lower() == "src":
        new = _address_for(old, address)
    else:
        new = _CANDIDATE.sub(lambda one: one[1] + _address_for(one[2], address) + one[3], old)
    return f"{name}{equals}{quote}{new}{quote}"


def _address_for(raw: str, address: Callable[[str], str | None]) -> str:
    new = address(unescape(raw))
    return raw if new is None else escape(new)
