"""A rule put to a page: the values that it finds, and the markup of the body that it names.

Pure: no files, network, clock or log. The rule gets a tree of its own, which it may strip; the reader's stays as it is,
so that what a page is (a wall, a list, an article) is judged by all of it. Never raises for what bytes hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Protocol, TypeVar

from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from onrecord import dates, markup
from onrecord.extract.rules import EXPECTED, LISTS, MAX_CLEANED, TIMES, Find, Language, SiteRule
from onrecord.model import Problem
from onrecord.text import clean

#: Tags of a page that a rule is put to: three times as many as the fullest of eleven hundred pages has.
MAX_TAGS = 60_000
#: Elements that one selector may find.
MAX_MATCHES = 2_000
#: Values of one field, and characters of one.
MAX_VALUES, MAX_VALUE = 50, 5_000
#: Replacements may make a page this many times as long.
MAX_GROWTH = 2
#: libxml2 finds brothers by looking at all of them, each time: its time grows with the third power of their number.
MAX_SIBLINGS = 1_000
#: Likewise with all that follows in the page, and with depth where "//" stands within "//".
MAX_FOLLOWED, MAX_NESTED = 1_500, 100

T = TypeVar("T")

_BLOCKS = "p,div,li,br,section,ul,ol,td,h1,h2,h3,h4"
_SPREADS = re.compile(r"(?:following|preceding)::")
_BROTHERS = re.compile(r"-sibling::")


@dataclass(slots=True)
class Ruled:
    """What a rule found on one page."""

    rule: SiteRule
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)  #: by field; those alone that were found
    zone: str | None = None  #: of times that state none
    body: str | None = None  #: markup
    stripped: str | None = None  #: the page's markup without what the rule strips, where it names no body
    problems: list[Problem] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """Return the first value of a field, if any was found."""
        return next(iter(self.values.get(name, ())), None)


class _Page(Protocol):
    """A page that selectors can be put to. Each may raise `_UnusableError`."""

    def values(self, find: Find) -> list[str]: ...
    def has(self, select: str) -> bool: ...
    def strip(self, find: Find) -> None: ...
    def name(self, name: str, find: Find) -> None: ...
    def html_of(self, find: Find) -> str: ...
    def whole(self) -> str: ...


class _UnusableError(Exception):
    """A selector can't be put to this page; the message says why. Never leaves this module."""


def put(rule: SiteRule, text: str) -> Ruled:
    """Return what *rule* finds on the page whose decoded text is *text*.

    A field that stands on every article's page, and is not found, is a problem (`rule-found-nothing`).
    """
    found = Ruled(rule)
    for old, new in rule.replaced:
        if len(changed := text.replace(old, new)) <= MAX_GROWTH * len(text) + 1_000:
            text = changed
    if text.count("<") > MAX_TAGS:
        found.problems.append(Problem("rule-page-too-large", f"{text.count('<'):,} tags", rule.name))
        return found
    # The markup's own limits hold: depth and attributes make parsers slow.
    parser = markup.parse(text).parser
    page: _Page = _XPathPage(parser.html or "") if rule.language is Language.XPATH else _CssPage(parser)
    _find_values(found, page)
    _find_body(found, page)
    for name in EXPECTED:
        if name in rule.fields and name not in found.values and name not in rule.fills:
            _miss(found, name)
    return found


def _miss(found: Ruled, name: str) -> None:
    found.problems.append(Problem("rule-found-nothing", found.rule.name, name))


def _on(found: Ruled, page: _Page, finds: Iterable[Find], act: Callable[[Find], T]) -> Iterator[T]:
    """Yield what *act* makes of each place; a selector that can't be put to this page is a problem."""
    for find in finds:
        try:
            if find.only_if is None or page.has(find.only_if):
                yield act(find)
        except _UnusableError as error:
            where = f"{found.rule.name}: {find.select}"
            found.problems.append(Problem("rule-unusable", str(error)[:200], where[:300]))


def _find_values(found: Ruled, page: _Page) -> None:
    def values(find: Find) -> tuple[tuple[str, ...], Find]:
        raw = page.values(find)[:MAX_VALUES]
        return tuple(dict.fromkeys(value for one in raw for value in _cleaned(one, find))), find

    for name, finds in found.rule.fields.items():
        for taken, find in _on(found, page, finds, values):
            fit = tuple(filter(dates.parse, taken)) if name in TIMES else taken
            if fit:
                found.values[name] = fit if name in LISTS else fit[:1]
                found.zone = find.zone if name in TIMES and find.zone else found.zone
                break


def _find_body(found: Ruled, page: _Page) -> None:
    """Strip, name captions and credits, and take the body's markup."""
    rule = found.rule
    for _ in _on(found, page, rule.strip, page.strip):
        pass
    for name, finds in (("caption", rule.caption), ("credit", rule.credit)):
        for _ in _on(found, page, finds, partial(page.name, name)):
            pass
    found.body = next(filter(None, _on(found, page, rule.body, page.html_of)), None)
    if rule.body and found.body is None:
        _miss(found, "body")
    if rule.strip and found.body is None:
        found.stripped = page.whole()


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _cleaned(raw: str, find: Find) -> Iterator[str]:
    """Yield the values that stand in *raw*: folded, split, and cut to what the pattern matches."""
    folded = " ".join(clean(raw[: MAX_VALUE * 4]).split())[:MAX_VALUE]
    for part in folded.split(find.split) if find.split else (folded,):
        value: str | None = part.strip()
        if value and find.match:
            matched = _pattern(find.match).search(value[:MAX_CLEANED])
            value = (matched[1] if matched.re.groups else matched[0]) if matched else None
        if value and (value := value.strip()):
            yield value


# ---------------------------------------------------------------- CSS


class _CssPage:
    """A page parsed by lexbor."""

    def __init__(self, parser: LexborHTMLParser) -> None:
        self._parser = parser

    def _select(self, select: str) -> list[LexborNode]:
        try:
            found = self._parser.css(select)[: 2 * MAX_MATCHES]
        except (SelectolaxError, ValueError) as error:
            raise _UnusableError(str(error)) from error
        # What fits two selectors of a list is given twice.
        return list({node.mem_id: node for node in found}.values())[:MAX_MATCHES]

    def values(self, find: Find) -> list[str]:
        nodes = self._select(find.select)[:MAX_VALUES]
        if find.attribute is not None:
            return [node.attributes.get(find.attribute) or "" for node in nodes]
        # Space is put between blocks, and not between "<span>中</span><span>国</span>".
        return [node.text(deep=True, separator=" " if _has_blocks(node) else "") for node in nodes]

    def has(self, select: str) -> bool:
        return bool(self._select(select))

    def strip(self, find: Find) -> None:
        for node in self._outermost(find.select):
            node.decompose()

    def name(self, name: str, find: Find) -> None:
        for node in self._select(find.select):
            node.attrs["class"] = name

    def html_of(self, find: Find) -> str:
        return "".join(node.html or "" for node in self._outermost(find.select))

    def whole(self) -> str:
        return self._parser.html or ""

    def _outermost(self, select: str) -> list[LexborNode]:
        """Return what *select* finds and stands in nothing else that it finds: what is inside goes with it."""
        nodes = self._select(select)
        found = {node.mem_id for node in nodes}
        return [node for node in nodes if not any(outer.mem_id in found for outer in _around(node))]


def _has_blocks(node: LexborNode) -> bool:
    return any(inner.mem_id != node.mem_id for inner in node.css(_BLOCKS))  # a node is among its own


def _around(node: LexborNode) -> Iterator[LexborNode]:
    outer = node.parent
    while outer is not None:
        yield outer
        outer = outer.parent


# ---------------------------------------------------------------- XPath


class _XPathPage:
    """A page, as a browser would build it, in libxml2's hands: for rules that are written in XPath 1.0."""

    def __init__(self, text: str) -> None:
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        body = text.encode("utf-8", "replace") or b"<p>"
        try:
            self._root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError:
            self._root = None
        self._count = self._brothers = self._depth = 0
        if self._root is not None:
            self._measure()

    def _measure(self) -> None:
        """Count what makes libxml2 slow: elements, the most in one element, the deepest."""
        level = [self._root]
        while level:
            self._depth += 1
            self._count += len(level)
            self._brothers = max(self._brothers, *map(len, level))
            level = [child for one in level for child in one]

    def _results(self, select: str) -> list[Any]:
        if self._root is None:
            return []
        if (
            (_SPREADS.search(select) and self._count > MAX_FOLLOWED)
            or (_BROTHERS.search(select) and self._brothers > MAX_SIBLINGS)
            or (self._depth > MAX_NESTED and max(map(_nesting, select.split("|"))) > 1)
        ):
            raise _UnusableError("it would take too long on this page")
        try:
            results = self._root.xpath(select)
        except etree.XPathError as error:
            raise _UnusableError(str(error)) from error
        return (results if isinstance(results, list) else [results])[:MAX_MATCHES]

    def values(self, find: Find) -> list[str]:
        results = self._results(find.select)[:MAX_VALUES]
        return [value for one in results if (value := _value(one, find.attribute)) is not None]

    def has(self, select: str) -> bool:
        return any(one is not False and one != "" for one in self._results(select))

    def strip(self, find: Find) -> None:
        for element in _elements(self._results(find.select)):
            if (outer := element.getparent()) is not None:
                _without(outer, element)

    def name(self, name: str, find: Find) -> None:
        for element in _elements(self._results(find.select)):
            element.set("class", name)

    def html_of(self, find: Find) -> str:
        elements = _elements(self._results(find.select))
        found = set(elements)
        outermost = [one for one in elements if not any(outer in found for outer in one.iterancestors())]
        return "".join(_written(one) for one in outermost)

    def whole(self) -> str:
        return "" if self._root is None else _written(self._root)


def _nesting(path: str) -> int:
    return path.count("//")


def _elements(results: Iterable[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, etree._Element)]  # noqa: SLF001  its public name


def _value(result: Any, attribute: str | None) -> str | None:
    """Return the text of what an expression gave: an element, an attribute, a text, a number."""
    if not isinstance(result, etree._Element):  # noqa: SLF001
        return None if isinstance(result, bool) else str(result)
    if attribute is not None:
        found = result.get(attribute)
        return None if found is None else str(found)
    has_blocks = any(one.tag in _BLOCK_NAMES for one in result.iterdescendants())
    return (" " if has_blocks else "").join(str(one) for one in result.itertext())


_BLOCK_NAMES = frozenset(_BLOCKS.split(","))


def _without(outer: Any, element: Any) -> None:
    """Take *element* out; the text behind it stays."""
    if element.tail:
        before = element.getprevious()
        if before is None:
            outer.text = (outer.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    outer.remove(element)


def _written(element: Any) -> str:
    return str(etree.tostring(element, encoding="unicode", method="html", with_tail=False))
