"""Markup: strangers' bytes to text, and text to a tree.

Pure: no files, network, clock or log. The parser is lexbor, through selectolax; outside this module and
`extract`, no one sees its types. Nothing here raises for what bytes hold.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from onrecord.charsets import REFUSED, codec_of, text_of
from onrecord.model import Problem

#: Browsers look for <meta charset> in the first 1,024 bytes (HTML, 13.2.3.2); pages that put scripts before
#: it are common enough to look a little further.
PRESCAN_BYTES = 8_192
#: A guess of the encoding looks at this much: enough for a thousand sentences.
GUESS_BYTES = 131_072
#: lexbor's time grows with the square of the depth: 10,000 levels take 0.3 s, 100,000 take a minute.
MAX_DEPTH = 4_000
#: Below this many tags no page can be deep enough to hurt, and the depth is not counted.
COUNTED_TAGS = 12_000
#: lexbor compares each attribute of a tag with those before it: 20,000 take 0.8 s.
MAX_ATTRIBUTES = 4_000
#: A tree takes 400 bytes for a tag and its text. The fullest real pages have 60,000 tags.
MAX_TAGS = 250_000

_LOST = "\ufffd"  # what stands where bytes made no character
_PIECE = 16_384  # stays in a core's own memory
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
#: Characters of UTF-8 that must stand beside each broken byte of what is called UTF-8.
UTF_8_PER_BROKEN = 3
#: As few bytes may make UTF-8 by chance: two Chinese characters of GBK are known to.
FEW = 5
#: As many bytes beyond ASCII tell an encoding by its characters, where one makes so much more sense than another.
ENOUGH, CLEARLY = 60, 0.3
#: Bytes that are looked at for that, from the first run of such bytes on.
TELLING = 2_048
_HIGH_RUN = re.compile(rb"[\x80-\xff]{4}")
# Their text is ASCII throughout.
_SEVEN_BITS = frozenset(("iso2022_jp",))
# Each codec with the lead bytes of its everyday characters (0, 0: one byte a character) and the commonest ones.
_GUESSES = (
    (
        "gb18030",
        (0xB0, 0xD7),
        "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之",
    ),
    (
        "big5hkscs",
        (0xA4, 0xC6),
        "的一是不了在人有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之",
    ),
    ("cp932", (0x82, 0x97), "のにはをたがでてとしれさいるなもこかっりまあんくすきつよら"),
    ("euc_jp", (0xA4, 0xCF), "のにはをたがでてとしれさいるなもこかっりまあんくすきつよら"),
    ("cp949", (0xB0, 0xC8), "이다는을의에가고하를지한은로도사기인어서아자대그리나시"),
    ("cp1251", (0, 0), "оеаинтсрвлкмдпуяызьбгчйхжшюцщэф"),
    ("koi8_r", (0, 0), "оеаинтсрвлкмдпуяызьбгчйхжшюцщэф"),
    ("cp1252", (0, 0), "éèàùâêîôûçëïüöäßñóíáúãõåæø“”‘’–—…«»©·°\u00a0"),
    ("cp1250", (0, 0), "ěščřžýáíéúůďťňąćęłńóśźżőű“”„–—…\u00a0"),
)
_KNOWN = frozenset(codec for codec, _, _ in _GUESSES)
_OF_TWO_BYTES = frozenset(codec for codec, lead, _ in _GUESSES if lead[0])
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# A value in quotes, or what parts attributes: a slash does as a space does (HTML, 13.2.5.32), but not within a value,
# where an address or a picture's data have hundreds. Each attribute has one of these at least.
_ATTRIBUTE_PARTS = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+')|[\s/]++""")
# These close themselves or one another, so that leaving them open makes no depth.
_SHALLOW = frozenset(
    b"a area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr".split()
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page in UTF-8 without NUL, and how it was read. *encoding* is the codec's Python name."""

    utf8: bytes
    encoding: str
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        """The page's characters."""
        return self.utf8.decode()


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Return *body* in UTF-8, by BOM, header, <meta>, then a guess (HTML, 13.2.3). Never raises.

    A declared encoding that the bytes contradict is set aside with a problem: what a reader would see as
    rubbish helps no one.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], codec, [])
    problems: list[Problem] = []
    marks = _marks_of_loss(body)
    is_utf_8 = marks is not None
    for label in _declared(body, content_type):
        stated = codec_of(label)
        if stated is None:
            code = "encoding-refused" if label.lower() in REFUSED else "encoding-unknown"
            problems.append(Problem(code, label[:40]))
        elif _fits(body, stated, is_utf_8=is_utf_8):
            codec = stated
            break
        else:
            problems.append(Problem("encoding-contradicted", label[:40]))
    else:
        codec = _guess(body, is_utf_8=is_utf_8)
    if codec == "utf-8" and marks is not None:
        return _as_it_stands(body, marks, problems)
    return _decoded(body, codec, problems)


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    """Yield the labels that the page and its header state, the strongest first."""
    if content_type and (stated := _HEADER_CHARSET.search(content_type)):
        yield stated[1]
    head = body[:PRESCAN_BYTES]
    if xml := _XML_CHARSET.search(head[:200]):
        yield xml[1].decode("ascii", "replace")
    if meta := _META_CHARSET.search(_COMMENT.sub(b"", head)):
        label = meta[1].decode("ascii", "replace")
        # HTML, 13.2.3.2, step 15: a page that could be read up to here is not UTF-16.
        yield "utf-8" if label.lower().startswith("utf-16") else label


def _fits(body: bytes, codec: str, *, is_utf_8: bool) -> bool:
    """Tell whether *body* may be in *codec*: next to none of its characters beyond ASCII are broken.

    Bytes that make UTF-8 are UTF-8, whatever a label says: no other encoding's text does so for long.
    """
    if is_utf_8:
        return codec == "utf-8" or codec in _SEVEN_BITS or _beyond(body) < FEW
    sample = text_of(body[:GUESS_BYTES], codec)
    broken = sample.count("\ufffd")
    beyond = len(sample) - len(sample.encode("ascii", "ignore"))
    if codec == "utf-8":
        # Other encodings' bytes happen to make a character of UTF-8 now and then, and mostly do not.
        return broken * UTF_8_PER_BROKEN <= beyond - broken or beyond == broken == 1
    if broken > 2 and broken * 20 > beyond:
        return False
    return not _is_of_another(body[:GUESS_BYTES], codec)


def _is_of_another(sample: bytes, codec: str) -> bool:
    """Tell whether *sample* is plainly Chinese, Japanese or Korean in another encoding than *codec*.

    Servers that call all pages Latin-1, and editors that call GBK Big5, make text that no one reads.
    """
    run = _HIGH_RUN.search(sample) if codec in _KNOWN else None
    if run is None or _beyond(sample := sample[run.start() : run.start() + TELLING]) < ENOUGH:
        return False
    senses = {name: _sense(text_of(sample, name), name, lead, common) for name, lead, common in _GUESSES}
    best = max(senses, key=lambda name: senses[name])
    is_clear = best in _OF_TWO_BYTES and senses[best] - senses[codec] >= CLEARLY
    return (
        is_clear and "\ufffd" not in text_of(sample, best)[:-1]
    )  # the sample may end in a character's midst


def _beyond(body: bytes) -> int:
    """Return how many bytes of *body* are no ASCII."""
    return len(body) - len(body.decode("ascii", "ignore"))


def _guess(body: bytes, *, is_utf_8: bool) -> str:
    """Return the codec that makes the most sense of *body*."""
    if _fits(body, "utf-8", is_utf_8=is_utf_8):
        return "utf-8"
    sample = body[:GUESS_BYTES]
    scores = {codec: _sense(text_of(sample, codec), codec, lead, common) for codec, lead, common in _GUESSES}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] > 0 else "cp1252"


def _sense(text: str, codec: str, lead: tuple[int, int], common: str) -> float:
    """Return how much *text*, read by *codec*, looks like a language: about 1 if it is one, 0.4 by chance."""
    beyond = Counter(char for char in text if char > "\x7f")
    total = sum(beyond.values()) or 1
    known = sum(beyond[char] for char in common) / total
    broken = beyond["\ufffd"] / total
    if not lead[0]:
        return known - 3 * broken
    everyday = sum(
        count
        for char, count in beyond.items()
        if lead[0] <= (char.encode(codec, "replace") or b"?")[0] <= lead[1]
    )
    return 0.6 * everyday / total + 1.2 * known - 3 * broken


def _decoded(body: bytes, codec: str, problems: list[Problem]) -> Decoded:
    text = text_of(body, codec)
    marks = text.count(_LOST) if codec != "cp1252" else 0
    # A lone surrogate has no UTF-8.
    return _as_it_stands(text.encode("utf-8", "replace"), marks, problems, codec)


def _as_it_stands(utf8: bytes, marks: int, problems: list[Problem], codec: str = "utf-8") -> Decoded:
    if marks:
        problems.append(Problem("encoding-errors", f"{marks} characters", codec))
    return Decoded(utf8.replace(b"\x00", b""), codec, tuple(problems))


def _marks_of_loss(body: bytes) -> int | None:
    """Return how many U+FFFD *body* holds as UTF-8, or None if it is none.

    Piece by piece: a page's whole text, made to be thrown away, costs twice as much.
    """
    view, at, marks = memoryview(body), 0, 0
    try:
        while at < len(body):
            text, used = codecs.utf_8_decode(view[at : at + _PIECE], "strict", at + _PIECE >= len(body))
            marks += text.count(_LOST)
            at += used
    except UnicodeDecodeError:
        return None
    return marks


@dataclass(frozen=True, slots=True)
class Element:
    """One element, for rooms that look for a few: a link, a meta tag."""

    tag: str
    attributes: Mapping[str, str]  #: names in lower case; an attribute without a value has ""
    text: str  #: all text inside, as it stands


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed page. *root* is the parser's own, for `extract` alone."""

    parser: LexborHTMLParser
    problems: tuple[Problem, ...] = ()

    @property
    def root(self) -> LexborNode | None:
        """The <html> element; None only where the parser gave up."""
        return self.parser.root

    def elements(self, *tags: str) -> Iterator[Element]:
        """Yield each element whose tag is among *tags*, in the order of the page."""
        for node in self.parser.css(",".join(tags)) if tags else ():
            attributes = {name: value or "" for name, value in node.attributes.items()}
            yield Element(node.tag or "", attributes, node.text(deep=True))


def parse(page: str | bytes) -> Tree:
    """Return the tree of *page*, text or UTF-8, as a browser without scripts would build it. Never raises.

    A page of more than `MAX_TAGS`, or that would nest deeper than `MAX_DEPTH`, is cut there, a tag of more than
    `MAX_ATTRIBUTES` is left out; each says so in the problems.
    """
    problems: list[Problem] = []
    # A lone surrogate has no UTF-8.
    utf8 = page if isinstance(page, bytes) else page.encode("utf-8", "replace")
    tags = utf8.count(b"<")
    if tags > MAX_TAGS:
        end = next(islice(re.finditer(b"<", utf8), MAX_TAGS, None)).start()
        problems.append(Problem("page-too-many-tags", f"cut at byte {end}"))
        utf8 = utf8[:end]
    if tags > COUNTED_TAGS:
        end = _end_of_sane_depth(utf8)
        if end < len(utf8):
            problems.append(Problem("page-too-deep", f"cut at byte {end}"))
            utf8 = utf8[:end]
    kept = _without_monsters(utf8)
    if len(kept) < len(utf8):
        problems.append(Problem("page-monstrous-tag"))
    return Tree(LexborHTMLParser(kept), tuple(problems))


def with_images(text: str, src: Callable[[Mapping[str, str]], str | None]) -> str:
    """Return *text* as `parse` reads it, each `img` with the `src` that *src* makes of its attributes, or none."""
    parser = parse(text).parser
    for node in parser.css("img"):
        attributes = {name: value or "" for name, value in node.attributes.items()}
        for name in ("src", "srcset", "sizes", "loading"):
            if name in attributes:
                del node.attrs[name]
        if place := src(attributes):
            node.attrs["src"] = place
    return parser.html or ""


def _end_of_sane_depth(utf8: bytes) -> int:
    """Return where *utf8* would first nest deeper than `MAX_DEPTH`, or its length."""
    unclosed: Counter[bytes] = Counter()
    depth = 0
    for match in _TAG.finditer(utf8):
        name = match[2].lower()
        if name in _SHALLOW:
            continue
        if not match[1]:
            unclosed[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return match.start()
        elif unclosed[name]:
            unclosed[name] -= 1
            depth -= 1
    return len(utf8)


def _without_monsters(utf8: bytes) -> bytes:
    """Return *utf8* without tags of too many attributes.

    Only what stands between two ">" and is long can hold one: leaps of that length find it without a look at
    the rest.
    """
    leap = 2 * MAX_ATTRIBUTES
    kept: list[bytes] = []
    start = at = 0
    while at + leap < len(utf8):
        last = utf8.rfind(b">", at, at + leap)
        if last >= 0:
            at = last + 1
            continue
        end = utf8.find(b">", at + leap)
        end = len(utf8) if end < 0 else end
        if _is_monstrous(utf8[at:end]):
            kept.append(utf8[start:at])
            start = end + 1
        at = end + 1
    return b"".join([*kept, utf8[start:]]) if kept else utf8


def _is_monstrous(piece: bytes) -> bool:
    """Tell whether *piece*, what stands between two ">", opens a tag of too many attributes."""
    start = piece.rfind(b"<") + 1
    tail = piece[start:]
    if not start or len(tail) < 2 * MAX_ATTRIBUTES or not tail[:1].isalpha():
        return False  # a long text or script, or no tag
    parts = islice(_ATTRIBUTE_PARTS.finditer(tail), MAX_ATTRIBUTES + 1)
    return sum(1 for _ in parts) > MAX_ATTRIBUTES
