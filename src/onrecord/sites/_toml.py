"""A publication's rules in TOML: read, and every mistake told at once.

Pure: text in, values out. docs/SITES.md tells a person how to write one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from onrecord.errors import ConfigError
from onrecord.extract.overlay import zone_of
from onrecord.extract.rules import (
    FIELDS,
    LINKS,
    TIMES,
    Find,
    Language,
    SiteRule,
    wrong_pattern,
    wrong_selector,
)
from onrecord.sites.files import MAX_RULES, RuleFile, RuleTest

#: The version of such a file's shape.
FORMAT = 1
#: Places of one key, and characters of a sentence.
MAX_PLACES, MAX_SENTENCE = 50, 300

_PLACES = ("body", "strip", "caption", "credit")
_FILE_KEYS = ("format", "publication", "same_as", "rule")
_RULE_KEYS = ("since", "until", "paths", "second_language", *FIELDS, *_PLACES, "test")
_FIND_KEYS = ("css", "attribute", "match", "split", "zone")
_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def parse(text: str, *, host: str, path: str) -> RuleFile:
    """Return the rules that *text* holds for *host*; *path* is how messages name the file.

    Raises:
        ConfigError: The file has mistakes: each with its key.
    """
    reader = _Reader(host, path)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, [("", f"this is no TOML: {error}")]) from error
    file = reader.file(found)
    if reader.mistakes:
        raise ConfigError(path, reader.mistakes)
    return file


class _Reader:
    """Reads tables, and collects what is wrong with them."""

    def __init__(self, host: str, path: str) -> None:
        self.host = host
        self.path = path
        self.mistakes: list[tuple[str, str]] = []

    def wrong(self, key: str, what: str) -> None:
        self.mistakes.append((key, what))

    def known(self, table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> None:
        """Note keys that nobody knows: a slip of the pen must not silently change what is read."""
        for key in table.keys() - set(keys):
            near = difflib.get_close_matches(key, keys, 1)
            advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(keys)}"
            self.wrong(f"{where}{key}", f"no such key; {advice}")

    def file(self, found: Mapping[str, Any]) -> RuleFile:
        self.known(found, _FILE_KEYS, "")
        if found.get("format") != FORMAT:
            self.wrong("format", f"must be there, and be {FORMAT}")
        same_as = self.text(found, "same_as", "")
        tables = found.get("rule", [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self.wrong("rule", "must be tables: write [[rule]] above each")
            tables = []
        if bool(tables) is bool(same_as):
            self.wrong("rule", "a file has either rules, each below a [[rule]], or same_as")
        if len(tables) > MAX_RULES:
            self.wrong("rule", f"more than {MAX_RULES} rules")
        rules, tests = [], []
        for number, table in enumerate(tables[:MAX_RULES], 1):
            rule, its_tests = self.rule(table, f"rule {number}: ")
            rules.append(rule)
            tests.append(its_tests)
        return RuleFile(
            host=self.host,
            path=self.path,
            publication=self.text(found, "publication", ""),
            same_as=same_as,
            rules=tuple(rules),
            tests=tuple(tests),
        )

    def rule(self, table: Mapping[str, Any], where: str) -> tuple[SiteRule, tuple[RuleTest, ...]]:
        self.known(table, _RULE_KEYS, where)
        fields = {name: self.finds(table[name], name, where) for name in FIELDS if name in table}
        places = {name: self.finds(table[name], name, where) for name in _PLACES if name in table}
        if not fields and not places:
            self.wrong(f"{where}body", "a rule must say where something stands")
        since, until = self.day(table, "since", where), self.day(table, "until", where)
        if since and until and since >= until:
            self.wrong(f"{where}until", "must be a later day than since")
        language = self.text(table, "second_language", where)
        if language and not _TAG.fullmatch(language):
            self.wrong(f"{where}second_language", 'must be a language tag, such as "en" or "zh-Hant"')
        rule = SiteRule(
            name=f"{self.host} {since}" if since else self.host,
            since=since,
            until=until,
            paths=self.texts(table, "paths", where),
            fields=fields,
            second_language=language,
            body=places.get("body", ()),
            strip=places.get("strip", ()),
            caption=places.get("caption", ()),
            credit=places.get("credit", ()),
        )
        return rule, tuple(self.tests(table.get("test"), where))

    def tests(self, found: Any, where: str) -> Iterator[RuleTest]:
        tables = found if isinstance(found, list) else [found]
        if not tables or not all(isinstance(one, dict) for one in tables):
            what = (
                'each rule needs a test = { url = "…", sentence = "…" }: a page, and a sentence of its text'
            )
            self.wrong(f"{where}test", what)
            return
        for one in tables:
            self.known(one, ("url", "sentence"), f"{where}test.")
            url, sentence = self.text(one, "url", where), self.text(one, "sentence", where)
            if not url or not sentence or len(sentence) > MAX_SENTENCE:
                self.wrong(
                    f"{where}test", f"needs a url, and a sentence of at most {MAX_SENTENCE} characters"
                )
            else:
                yield RuleTest(url, sentence)

    def finds(self, found: object, name: str, where: str) -> tuple[Find, ...]:
        """Return the places of one key: a selector, a table, or a list of them."""
        key = f"{where}{name}"
        places = found if isinstance(found, list) else [found]
        if not 0 < len(places) <= MAX_PLACES:
            self.wrong(key, f"must name from 1 to {MAX_PLACES} places")
            return ()
        made = [
            self.find({"css": one} if isinstance(one, str) else one, name, key)
            for one in places
            if isinstance(one, str | dict)
        ]
        if len(made) < len(places):
            self.wrong(key, 'must be a selector, such as "h1", or a table, such as { css = "h1" }')
        return tuple(one for one in made if one is not None)

    def find(self, table: Mapping[str, Any], name: str, key: str) -> Find | None:
        self.known(table, _FIND_KEYS if name not in _PLACES else ("css",), f"{key}.")
        css = self.text(table, "css", f"{key}.")
        if css is None:
            if "css" not in table:
                self.wrong(key, "needs css, a selector")
            return None
        if what := wrong_selector(css, Language.CSS):
            self.wrong(key, f"{css}: {what}")
        match, zone = self.text(table, "match", f"{key}."), self.text(table, "zone", f"{key}.")
        if match and (what := wrong_pattern(match)):
            self.wrong(f"{key}.match", what)
        if zone and (name not in TIMES or zone_of(zone) is None):
            self.wrong(
                f"{key}.zone", 'is for published and modified: "+08:00", or a place such as "Europe/Berlin"'
            )
        attribute = self.text(table, "attribute", f"{key}.") or ("href" if name in LINKS else None)
        return Find(
            select=css,
            attribute=attribute.lower() if attribute else None,
            match=match,
            split=self.raw(table, "split", f"{key}."),
            zone=zone,
        )

    # ---- values

    def text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = self.raw(table, key, where)
        return value.strip() if value else None

    def raw(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, str) and value.strip():
            return value
        self.wrong(f"{where}{key}", 'must be text, such as "…"')
        return None

    def texts(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) and one.startswith("/") for one in value):
            return tuple(value)
        self.wrong(f"{where}{key}", 'must be a list of paths that begin with "/", such as ["/zh/*"]')
        return ()

    def day(self, table: Mapping[str, Any], key: str, where: str) -> date | None:
        value = table.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.wrong(f"{where}{key}", "must be a day, without quotation marks: 2024-01-31")
        return None
