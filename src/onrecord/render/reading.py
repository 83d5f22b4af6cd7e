"""Reading back: CommonMark as `render.markdown` writes it becomes the blocks that it was written from.

Pure: no files, network, clock or log. Markdown is read as any CommonMark reader would; the HTML in it is
our own (`render.html`) and read strictly: what is not ours is a mistake with a line number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NoReturn

from markdown_it import MarkdownIt
from markdown_it.token import Token

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

# Each quotation takes one level of the parser's, each list two, an inline element one: enough for
# markdown.MAX_DEPTH, and well within the interpreter's stack.
_MAX_NESTING = 100
_VOID = {"br", "hr", "img"}
_INLINE_TAGS = {"a", "em", "strong", "br"}


class UnreadableError(Exception):
    """Something that we never write stands there. *line* counts from 1 in the text that was read."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class Content:
    """A document's body. *header* and *footer* repeat the front matter, for a person; they are not read."""

    headline: str | None
    blocks: tuple[Block, ...]


def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
    # An address is kept byte for byte; which links may be shown is decided where they are shown.
    reader.normalizeLink = str  # type: ignore[method-assign,assignment]
    reader.validateLink = bool  # type: ignore[method-assign,assignment]
    return reader


_MARKDOWN = _markdown()


def read_body(text: str) -> Content:
    """Return what a document's body says: `# headline`, a header, blocks, a footer.

    Raises:
        UnreadableError: The body holds what we never write.
    """
    headline = None
    blocks: list[Block | _Aside] = []
    for number, part in enumerate(_parts(text)):
        if part.is_plain:
            blocks.append(Paragraph((Run(part.text),)))
            continue
        tokens = _Tokens(_MARKDOWN.parse(part.text), part.line)
        if number == 0 and tokens.next_is("heading_open", "h1"):
            headline = "".join(run.text for run in tokens.heading()[0])
        blocks += tokens.blocks(None)
    if blocks and isinstance(blocks[0], _Aside) and blocks[0].name == "header":
        del blocks[0]
    if blocks and isinstance(blocks[-1], _Aside) and blocks[-1].name == "footer":
        del blocks[-1]
    return Content(headline, _all_blocks(blocks))


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of a body, that reads the same by itself."""

    text: str
    line: int  #: of its first line, in the body
    is_plain: bool = False  #: a paragraph of one line, in which no character means anything but itself


# Most paragraphs of most articles have no markup at all. To know them costs a hundredth of reading them as Markdown.
_PLAIN = re.compile(r"(?![\s#>+=~-]|\d{1,9}[.)])[^\\`*_\[\]<&\x00-\x1f]+(?<!\s)")
# What may reach over an empty line at the margin (CommonMark 0.31, 4.5 to 4.7), and empty lines that we do not write.
_REACHING = re.compile(
    r"```|~~~|<(?:script|pre|style|textarea)|<[!?]|^ {0,3}\[[^\]\n]*\]:|\n[ \t]+\n|\n\n\n|[\r\x00]",
    re.IGNORECASE | re.MULTILINE,
)


def _parts(text: str) -> Iterator[_Part]:
    """Yield *text* in parts: the plain paragraphs, and what stands between them, together."""
    if _REACHING.search(text):
        yield _Part(text, 1)
        return
    body = text.lstrip("\n")
    line = begun = 1 + len(text) - len(body)
    between: list[str] = []
    for piece in body.rstrip("\n").split("\n\n"):
        if _PLAIN.fullmatch(piece):
            if between:
                yield _Part("\n\n".join(between), begun)
                between = []
            yield _Part(piece, line, is_plain=True)
        else:
            begun = begun if between else line
            between.append(piece)
        line += piece.count("\n") + 2
    if between:
        yield _Part("\n\n".join(between), begun)


@dataclass(frozen=True, slots=True)
class _Aside:
    """A `<header>` or `<footer>`: about the article or the quotation, and no block of it."""

    name: str
    text: str
    line: int


def _all_blocks(found: Sequence[Block | _Aside]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for one in found:
        if isinstance(one, _Aside):
            raise UnreadableError(one.line, f"a <{one.name}> stands where none may stand")
        blocks.append(one)
    return tuple(blocks)


def _quotation(found: list[Block | _Aside]) -> Quotation:
    last = found[-1] if found else None
    if isinstance(last, _Aside) and last.name == "footer":
        return Quotation(_all_blocks(found[:-1]), last.text)
    return Quotation(_all_blocks(found))


# ---------------------------------------------------------------- Markdown


class _Tokens:
    """The parser's tokens, read from front to back."""

    def __init__(self, tokens: Sequence[Token], first_line: int) -> None:
        self._tokens = tokens
        self._at = 0
        self._first_line = first_line
        self._line = first_line

    def next_is(self, kind: str, name: str = "") -> bool:
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.type == kind and name in {"", token.tag}

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        self._line = self._first_line + token.map[0] if token.map else self._line
        return token

    def _refuse(self, what: str) -> NoReturn:
        raise UnreadableError(self._line, what)

    def heading(self) -> tuple[Runs, int]:
        level = int(self._take().tag[1:])
        runs = self._runs()
        self._take()
        return runs, level

    def _runs(self) -> Runs:
        children = self._take().children or ()
        return _merged(self._inline(children))

    def blocks(self, until: str | None) -> Iterator[Block | _Aside]:
        """Yield the blocks up to the token *until*, and step over it."""
        while self._at < len(self._tokens):
            if until and self.next_is(until):
                self._take()
                return
            yield from self._block()

    def _block(self) -> Iterator[Block | _Aside]:
        if self.next_is("heading_open"):
            runs, level = self.heading()
            if level == 1:
                self._refuse("a second headline")
            yield Heading(runs, level)
            return
        token = self._take()
        match token.type:
            case "paragraph_open":
                yield Paragraph(self._runs())
                self._take()
            case "blockquote_open":
                yield _quotation(list(self.blocks("blockquote_close")))
            case "bullet_list_open" | "ordered_list_open":
                yield self._list(is_ordered=token.tag == "ol")
            case "fence" | "code_block":
                yield Preformatted(token.content.removesuffix("\n"))
            case "hr":
                yield Rule()
            case "html_block":
                yield from _html_blocks(token.content, self._line)
            case _:
                self._refuse(f"{token.type} is nothing that On Record writes")

    def _list(self, *, is_ordered: bool) -> ListBlock:
        items = []
        while not self.next_is("ordered_list_close" if is_ordered else "bullet_list_close"):
            self._take()
            items.append(_all_blocks(list(self.blocks("list_item_close"))))
        self._take()
        return ListBlock(tuple(items), is_ordered)

    def _inline(self, tokens: Sequence[Token]) -> Iterator[Run]:
        link: str | None = None
        open_tags: list[str] = []
        for token in tokens:
            name = token.content.strip("</>") if token.type == "html_inline" else token.tag
            is_tag = token.type == "html_inline" and token.content in {f"<{name}>", f"</{name}>"}
            if token.type in {"text", "code_inline"}:
                yield Run(token.content, link, "em" in open_tags, "strong" in open_tags)
            elif token.type in {"hardbreak", "softbreak"} or (is_tag and name == "br"):
                # We write no soft break; an editor that wraps lines does.
                words = " " if token.type == "softbreak" else "\n"
                yield Run(words, link, "em" in open_tags, "strong" in open_tags)
            elif token.type == "link_open":
                link = str(token.attrs["href"])
            elif token.type == "link_close":
                link = None
            elif name in {"em", "strong"} and (is_tag or token.nesting):
                is_end = token.content.startswith("</") if is_tag else token.nesting < 0
                if not is_end:
                    open_tags.append(name)
                elif name in open_tags:
                    open_tags.remove(name)
            else:
                self._refuse(f"{token.content or token.type} is nothing that On Record writes")


def _merged(runs: Iterator[Run]) -> Runs:
    """Return *runs* with neighbours of one formatting made one, and none empty."""
    merged: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = merged[-1] if merged else None
        if last and (last.link, last.emphasis, last.strong) == (run.link, run.emphasis, run.strong):
            merged[-1] = Run(last.text + run.text, run.link, run.emphasis, run.strong)
        else:
            merged.append(run)
    return tuple(merged)


# ---------------------------------------------------------------- our own HTML


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    line: int
    children: list[_Element | str] = field(default_factory=list)

    def elements(self) -> list[_Element]:
        """Return the child elements; between them only white space may stand."""
        for child in self.children:
            if isinstance(child, str) and child.strip():
                raise UnreadableError(self.line, f"text stands loose in a <{self.name}>")
        return [child for child in self.children if isinstance(child, _Element)]

    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def find(self, name: str) -> _Element | None:
        return next((child for child in self.elements() if child.name == name), None)


class _Parser(HTMLParser):
    """Builds the tree of a fragment that closes what it opens."""

    def __init__(self, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("", {}, first_line)
        self._stack = [self.root]
        self._first_line = first_line

    @property
    def line(self) -> int:
        return self._first_line + self.getpos()[0] - 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = _Element(tag, {name: value or "" for name, value in attrs}, self.line)
        self._stack[-1].children.append(element)
        if tag not in _VOID:
            self._stack.append(element)
        if len(self._stack) > _MAX_NESTING:
            raise UnreadableError(self.line, f"elements stand in each other more than {_MAX_NESTING} deep")

    def handle_endtag(self, tag: str) -> None:
        if tag != self._stack[-1].name or len(self._stack) == 1:
            raise UnreadableError(self.line, f"</{tag}> closes nothing")
        self._stack.pop()

    def handle_data(self, data: str) -> None:
        self._stack[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise UnreadableError(self.line, f"<!--{data}--> is nothing that On Record writes")

    def finished(self) -> _Element:
        self.close()
        if len(self._stack) > 1:
            raise UnreadableError(self._stack[-1].line, f"<{self._stack[-1].name}> is not closed")
        return self.root


def _html_blocks(markup: str, line: int) -> Iterator[Block | _Aside]:
    parser = _Parser(line)
    parser.feed(markup)
    for element in parser.finished().elements():
        yield _html_block(element)


def _html_block(element: _Element) -> Block | _Aside:
    match element.name:
        case "figure" if "data-embed" in element.attributes:
            return _embed(element)
        case "figure":
            return Figure(_picture(element))
        case "table":
            return _table(element)
        case "p":
            return Paragraph(_html_runs(element), element.attributes.get("lang"))
        case "h2" | "h3" | "h4" | "h5" | "h6" if "lang" in element.attributes:
            return Heading(_html_runs(element), int(element.name[1]), element.attributes["lang"])
        case "ul" | "ol" if not element.elements():
            return ListBlock((), element.name == "ol")
        case "header" | "footer":
            return _Aside(element.name, element.text().removesuffix("\n"), element.line)
        case name:
            raise UnreadableError(element.line, f"<{name}> is nothing that On Record writes")


def _picture(figure: _Element) -> Picture:
    image = figure.find("img")
    if image is None or "src" not in image.attributes:
        raise UnreadableError(figure.line, "this <figure> has no picture")
    known = image.attributes
    caption, credit = None, None
    words = figure.find("figcaption")
    if words is not None:
        cite = next((child for child in words.children if isinstance(child, _Element)), None)
        rest = "".join(child for child in words.children if isinstance(child, str))
        caption = rest if cite is None else rest.removesuffix(" ")
        # A caption that is empty beside a credit is no caption: a space would part the two.
        caption = None if cite is not None and not rest else caption
        credit = None if cite is None else cite.text()
    fallbacks: list[str] = []
    while (url := known.get(f"data-fallback-{len(fallbacks) + 1}")) is not None:
        fallbacks.append(url)
    return Picture(
        url=known.get("data-url", known["src"]),
        alt=known.get("alt"),
        caption=caption,
        credit=credit,
        width=_pixels(image, "width"),
        height=_pixels(image, "height"),
        fallback_urls=tuple(fallbacks),
    )


def _pixels(image: _Element, name: str) -> int | None:
    stated = image.attributes.get(name)
    try:
        return None if stated is None else int(stated)
    except ValueError:
        raise UnreadableError(image.line, f"{name} is no number") from None


def _embed(figure: _Element) -> Embed:
    link: str | None = None
    words: str | None = None
    for child in figure.children:
        if isinstance(child, _Element) and child.name == "figcaption":
            words = child.text()
        elif isinstance(child, _Element):
            link = child.text()
        elif link is None and child != "\n":  # an address that may not be a link
            link = child.removeprefix("\n").removesuffix("\n")
    if link is None:
        raise UnreadableError(figure.line, "this embed has no address")
    return Embed(link, figure.attributes["data-embed"], words)


def _table(table: _Element) -> Table:
    caption: str | None = None
    rows: list[tuple[Runs, ...]] = []
    head_rows = 0
    for part in table.elements():
        if part.name == "caption":
            caption = part.text()
            continue
        if part.name not in {"thead", "tbody"}:
            raise UnreadableError(part.line, f"<{part.name}> stands in a table")
        rows += [tuple(_html_runs(cell) for cell in row.elements()) for row in part.elements()]
        head_rows = len(rows) if part.name == "thead" else head_rows
    return Table(tuple(rows), head_rows, caption)


def _html_runs(element: _Element) -> Runs:
    return _merged(_runs_in(element, Run("")))


def _runs_in(element: _Element, around: Run) -> Iterator[Run]:
    for child in element.children:
        if isinstance(child, str):
            yield Run(child, around.link, around.emphasis, around.strong)
        elif child.name not in _INLINE_TAGS:
            raise UnreadableError(child.line, f"<{child.name}> stands among words")
        elif child.name == "br":
            yield Run("\n", around.link, around.emphasis, around.strong)
        else:
            yield from _runs_in(
                child,
                Run(
                    "",
                    child.attributes.get("href") if child.name == "a" else around.link,
                    around.emphasis or child.name == "em",
                    around.strong or child.name == "strong",
                ),
            )
