r"""Rules of the public ftr-site-config format, which Full-Text RSS, wallabag and others read.

Pure: text in, values out. The format: https://help.fivefilters.org/full-text-rss/site-patterns.html; a line is
`directive: value`, a line that begins with # is a comment. Places are XPath 1.0. Such files are strangers': one that
can't be followed in all is followed as far as it goes, and the rest is named as a problem.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from onrecord.extract.rules import Find, Language, SiteRule, wrong_selector
from onrecord.model import Problem
from onrecord.sites.files import RuleFile, RuleTest

#: Places and replacements of one file: the fullest public one has 90.
MAX_PLACES = 300

#: What the reader does by itself, or what says how another program's parser is to behave.
_DONE_ANYWAY = frozenset(
    (
        *(
            "tidy",
            "prune",
            "parser",
            "autodetect_on_failure",
            "insert_detected_image",
            "convert_double_br_tags",
        ),
        *("src_lazy_load_attr", "strip_comments", "single_page_link_in_feed", "skip_json_ld"),
    )
)
_FIELDS = {
    "title": "headline",
    "author": "authors",
    "date": "published",
    "single_page_link": "single_page",
    "next_page_link": "next_page",
}
_STRIPPED = {
    "strip_id_or_class": "//*[contains(@class, {0}) or contains(@id, {0})]",
    "strip_image_src": "//img[contains(@src, {0})]",
}
_CALL = re.compile(r"(\w+)\((.*)\)", re.DOTALL)
_ATTRIBUTE = re.compile(r"/@[\w:-]+\s*(?:\)\s*(?:\[\d+\])?\s*)?\Z")
_CAPTION = re.compile(r"caption|credit", re.IGNORECASE)
_CLAIM = re.compile(r"//(?:meta|title)\b")
_QUOTED = re.compile(r"\A(['\"])(.*)\1\Z")


def parse(text: str, *, host: str, path: str) -> RuleFile:
    """Return the rule that *text* holds for *host*. Never raises: what is not followed is a problem."""
    file = _File(host)
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            file.take(stripped, f"line {number}")
    rule = file.rule()
    return RuleFile(
        host=host,
        path=path,
        rules=(rule,) if rule else (),
        tests=(tuple(file.tests),) if rule else (),
        problems=tuple(file.problems),
    )


class _File:
    """A file while its lines are taken."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.finds: dict[str, list[Find]] = defaultdict(list)
        self.searched: list[str] = []
        self.replacing: list[str] = []
        self.tests: list[RuleTest] = []
        self.problems: list[Problem] = []
        self.last: str | None = None  # the link that a condition in the next line is for

    def note(self, code: str, detail: str, where: str) -> None:
        self.problems.append(Problem(code, detail[:120], where))

    def take(self, line: str, where: str) -> None:
        """Take one line."""
        name, colon, value = line.partition(":")
        call = _CALL.fullmatch(name.strip())
        # "replace_string(http://a): b" has a colon before the one that counts.
        if call is None and (longer := re.match(r"(\w+\(.*?\))\s*:\s*(.*)", line, re.DOTALL)):
            call, value = _CALL.fullmatch(longer[1]), longer[2]
        name, value = (call[1] if call else name.strip()).lower(), value.strip()
        if not colon or not name.isidentifier() or (not value and not call):
            self.note("rule-line", line, where)
        elif call:
            self.take_call(name, call[2], value, where)
        else:
            self.take_directive(name, value, where)

    def take_call(self, name: str, argument: str, value: str, where: str) -> None:
        if name == "replace_string" and argument:
            self.searched.append(argument)
            self.replacing.append(value)
        elif name == "http_header":
            # On Record says who it is, and does not pass itself off as another program.
            self.note("rule-header", f"{argument}: not sent", where)
        else:
            self.note("rule-directive", name, where)

    def take_directive(self, name: str, value: str, where: str) -> None:
        if name in _FIELDS or name in {"body", "strip"}:
            self.place(_FIELDS.get(name, name), value, where)
            self.last = _FIELDS.get(name)
        elif name in _STRIPPED:
            self.place("strip", _STRIPPED[name].format(_literal(_unquoted(value))), where)
        elif name == "if_page_contains" and self.last and self.finds[self.last]:
            self.take_condition(self.finds[self.last], value, where)
        elif name in {"find_string", "replace_string"}:
            (self.searched if name == "find_string" else self.replacing).append(value)
        elif name in {"test_url", "test_contains"}:
            self.take_test(name, value)
        elif name not in _DONE_ANYWAY:
            self.note("rule-directive", name, where)

    def take_condition(self, finds: list[Find], value: str, where: str) -> None:
        """Put a condition to the link in the line before."""
        link = finds.pop()
        if what := wrong_selector(value, Language.XPATH):
            self.note("rule-xpath", f"{value[:60]}: {what}", where)  # without it, the link would lead astray
        else:
            finds.append(replace(link, only_if=value))

    def take_test(self, name: str, value: str) -> None:
        """Keep a page to try, or a sentence of the last one: the first takes its place, others stand beside."""
        if name == "test_url":
            self.tests.append(RuleTest(value, None))
        elif self.tests:
            last = self.tests[-1]
            if last.sentence is None:
                self.tests.pop()
            self.tests.append(RuleTest(last.url, value))

    def place(self, name: str, value: str, where: str) -> None:
        """Keep an expression, if it is one."""
        if sum(map(len, self.finds.values())) >= MAX_PLACES:
            self.note("rule-too-long", f"more than {MAX_PLACES} places", where)
        elif what := wrong_selector(value, Language.XPATH):
            self.note("rule-xpath", f"{value[:60]}: {what}", where)
        elif name == "strip" and _CAPTION.search(value):
            # Those programs show a text without the words below its pictures; an archive keeps them.
            self.note("rule-caption", value, where)
        elif name in {"single_page", "next_page"} and not _ATTRIBUTE.search(value):
            self.finds[name].append(Find(select=value, attribute="href"))
        else:
            self.finds[name].append(Find(select=value))

    def rule(self) -> SiteRule | None:
        """Return what the lines say, or None where they say nothing that is followed."""
        if len(self.searched) != len(self.replacing):
            self.note(
                "rule-replace", "find_string and replace_string do not come in pairs; none is followed", ""
            )
            self.searched, self.replacing = [], []
        places = {name: tuple(self.finds.pop(name, ())) for name in ("body", "strip")}
        fields = {name: tuple(finds) for name, finds in self.finds.items() if finds}
        replaced = tuple(_pairs(self.searched, self.replacing))
        if not fields and not any(places.values()):
            return None
        return SiteRule(
            name=self.host,
            language=Language.XPATH,
            fields=fields,
            body=places["body"],
            strip=places["strip"],
            is_pruned=True,  # such rules rot; the reader finds less in what they name than they say, and better
            fills=frozenset(_filling(fields)),
            replaced=replaced,
        )


def _filling(fields: Mapping[str, tuple[Find, ...]]) -> Iterator[str]:
    """Yield the fields of which the reader knows more where it knows anything.

    "date" is the last edition's as often as the first's; titles and authors of <meta> are those of search engines.
    """
    for name, finds in fields.items():
        if name == "published" or any(_CLAIM.search(find.select) for find in finds):
            yield name


def _pairs(searched: list[str], replacing: list[str]) -> Iterator[tuple[str, str]]:
    for old, new in list(zip(searched, replacing, strict=True))[:MAX_PLACES]:
        if old:
            yield old, new


def _unquoted(value: str) -> str:
    """Return a name without the quotation marks that some files put around it."""
    quoted = _QUOTED.fullmatch(value)
    return quoted[2] if quoted else value


def _literal(words: str) -> str:
    """Return *words* as a string of XPath 1.0, which has no escapes."""
    if '"' not in words:
        return f'"{words}"'
    if "'" not in words:
        return f"'{words}'"
    return "concat(" + ", '\"', ".join(f'"{part}"' for part in words.split('"')) + ")"
