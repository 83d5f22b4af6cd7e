"""Which rule reads a page: files are found by their names, and read when their host is first met.

Pure but for the callable that it is given: what a shelf holds, and its bytes, come from whoever knows files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from onrecord.errors import ConfigError
from onrecord.extract.rules import SiteRule
from onrecord.model import Problem
from onrecord.sites import _site_config, _toml
from onrecord.sites.files import MAX_FILE, RuleFile
from onrecord.urls import host_of

#: Endings of files of rules, the one that counts first where a host has both.
ENDINGS = (".toml", ".txt")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of rule files. *paths* has their paths by their names: "example.com.toml", ".example.com.txt"."""

    paths: Mapping[str, str]
    load: Callable[[str], bytes]
    owner: str = ""  #: said before a path in messages, where the files are not the person's own


@dataclass(slots=True)
class Rulebook:
    """Rules of several shelves; what stands on an earlier one counts before what stands on a later one."""

    shelves: tuple[Shelf, ...] = ()
    _files: dict[tuple[int, str], RuleFile] = field(default_factory=dict)

    def rule_for(self, url: str, *, on: datetime) -> SiteRule | None:
        """Return the rule for a page that *url* answered at the moment *on*, or None.

        Raises:
            ConfigError: A file for its host has mistakes.
        """
        path = urlsplit(url).path or "/"
        day = on.astimezone(UTC).date()
        for file in self.files_for(host_of(url)):
            for rule in file.rules:
                if _holds(rule, path, day):
                    return rule
        return None

    def files_for(self, host: str) -> Iterator[RuleFile]:
        """Yield the files that name *host*, the nearest first."""
        for number, shelf in enumerate(self.shelves):
            for name in _names_for(host):
                if name in shelf.paths:
                    file = self.file(number, name)
                    yield self._followed(number, file)

    def all_files(self) -> Iterator[RuleFile]:
        """Yield every file, in the order of shelves and names."""
        for number, shelf in enumerate(self.shelves):
            for name in sorted(shelf.paths):
                yield self.file(number, name)

    def check(self) -> None:
        """Read the files that a person writes by hand.

        Raises:
            ConfigError: One has mistakes.
        """
        for number, shelf in enumerate(self.shelves):
            for name in shelf.paths:
                if name.endswith(".toml"):
                    self._followed(number, self.file(number, name))

    def file(self, number: int, name: str) -> RuleFile:
        """Return one file, read the first time that it is asked for."""
        if (number, name) not in self._files:
            shelf = self.shelves[number]
            path = shelf.paths[name]
            self._files[number, name] = read(shelf.load(path), name=name, path=f"{shelf.owner}{path}")
        return self._files[number, name]

    def _followed(self, number: int, file: RuleFile) -> RuleFile:
        """Return the file whose rules count, where *file* says that another's do."""
        if file.same_as is None:
            return file
        for name in (file.same_as + ending for ending in ENDINGS):
            if name in self.shelves[number].paths:
                return self.file(number, name)
        raise ConfigError(
            file.path, [("same_as", f"there is no file of rules for {file.same_as} beside this one")]
        )


def read(body: bytes, *, name: str, path: str) -> RuleFile:
    """Return what a file of rules says; *name* ends in its kind, and begins with its host.

    Raises:
        ConfigError: A TOML file has mistakes. A .txt is a stranger's: its mistakes are problems.
    """
    host, is_toml = name.removesuffix(".toml").removesuffix(".txt").lower(), name.endswith(".toml")
    if len(body) > MAX_FILE:
        what = f"longer than {MAX_FILE // 1024} KiB"
        if is_toml:
            raise ConfigError(path, [("", what)])
        return RuleFile(host=host, path=path, problems=(Problem("rule-too-long", what),))
    if not is_toml:
        return _site_config.parse(body.decode("utf-8", "replace"), host=host, path=path)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(path, [("", f"is not UTF-8 ({error})")]) from error
    return _toml.parse(text, host=host, path=path)


def _names_for(host: str) -> Iterator[str]:
    """Yield the file names that may hold rules for *host*: its own, then those for all below a domain around it."""
    bare = host.lower().rstrip(".").removeprefix("www.")
    labels = bare.split(".")
    hosts = [bare, *("." + ".".join(labels[at:]) for at in range(1, len(labels) - 1))]
    for one in hosts:
        for ending in ENDINGS:
            yield one + ending


def _holds(rule: SiteRule, path: str, day: date) -> bool:
    if (rule.since and day < rule.since) or (rule.until and day >= rule.until):
        return False
    return not rule.paths or any(_fits(path, pattern) for pattern in rule.paths)


def _fits(path: str, pattern: str) -> bool:
    """Does *path* fit *pattern*, where "*" stands for anything?"""
    first, *rest = pattern.split("*")
    if not rest:
        return path == first
    if not path.startswith(first):
        return False
    at = len(first)
    *inner, last = rest
    for part in inner:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return path.endswith(last) and len(path) - len(last) >= at
