"""robots.txt: what a host asks robots to leave alone (RFC 9309).

Pure: no files, network, clock or log. Written here because protego and robotspy both let a record that
they don't know end a group (2.2.1 forbids it), and match "on" to "OnRecord", so that a rule for us is
missed or a stranger's is obeyed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: RFC 9309, 2.5: at least 500 KiB must be parsed. The rest is ignored.
MAX_BYTES = 500 * 1024
#: Rules that are looked at for one address; the longest real files have some thousand.
MAX_RULES = 20_000
#: A pattern longer than any address is noise; cut, it would forbid more than it says, so it is left out.
MAX_PATTERN = 2048
MAX_SITEMAPS = 1000

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")  # 2.2.1, product-token
_FIELDS = {
    "user-agent": "agent",
    "useragent": "agent",
    "allow": "allow",
    "disallow": "disallow",
    # As often misspelt as a large crawler's own parser has it.
    "dissallow": "disallow",
    "dissalow": "disallow",
    "disalow": "disallow",
    "diasllow": "disallow",
    "disallaw": "disallow",
    "crawl-delay": "delay",
    "sitemap": "sitemap",
    "site-map": "sitemap",
}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_NOT_ASCII = re.compile(r"[^\x21-\x7e]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow. *pattern* is in normal form: escapes upper case, none without need."""

    pattern: str
    is_allowed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Rules for one product token, lower case, or for "*"."""

    agent: str
    rules: tuple[Rule, ...] = ()
    crawl_delay: float | None = None


@dataclass(frozen=True, slots=True)
class Robots:
    """A robots.txt, as parsed. Groups for the same token are merged (2.2.1)."""

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()

    def allows(self, path_and_query: str, product_token: str) -> bool:
        """May *product_token* ask for *path_and_query* ("/a?b=c")?

        The longest pattern that matches decides; of two as long, the one that allows (2.2.2).
        """
        if path_and_query.partition("?")[0] == "/robots.txt":
            return True  # 2.2.2: implicitly allowed
        group = self._group(product_token)
        # 2.2.3: in a rule, "%24" and "%2A" mean the characters that stand for more when they are bare.
        target = _normal(path_and_query or "/").replace("$", "%24").replace("*", "%2A")
        best = (-1, True)
        for rule in group.rules if group else ():
            if len(rule.pattern) >= best[0] and _matches(rule.pattern, target):
                best = max(best, (len(rule.pattern), rule.is_allowed))
        return best[1]

    def crawl_delay(self, product_token: str) -> float | None:
        """Return the pause in seconds asked of *product_token*, or None; not in RFC 9309, but honoured."""
        group = self._group(product_token)
        return group.crawl_delay if group else None

    def _group(self, product_token: str) -> Group | None:
        by_agent = {group.agent: group for group in self.groups}
        return by_agent.get(product_token.lower()) or by_agent.get("*")


class _Draft:
    """A group while it is read."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.delay: float | None = None


def parse(body: bytes) -> Robots:
    """Return what *body* asks for. Anything that is not robots.txt asks for nothing."""
    text = body[:MAX_BYTES].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    drafts: dict[str, _Draft] = {}
    current: list[_Draft] = []
    sitemaps: list[str] = []
    is_naming = False  # do user-agent lines stand right before this line?
    rules = 0
    for line in _LINE_ENDS.split(text):
        field, colon, value = line.partition("#")[0].partition(":")
        kind = _FIELDS.get(field.strip().lower())
        value = value.strip()
        if not colon or kind is None:
            continue  # 2.2.1: other records must not interfere
        if kind == "sitemap":  # stands outside of groups (2.2.4)
            if value and len(sitemaps) < MAX_SITEMAPS:
                sitemaps.append(value)
        elif kind == "agent":
            if not is_naming:
                current = []
            is_naming = True
            if agent := _agent(value):
                current.append(drafts.setdefault(agent, _Draft()))
        else:
            is_naming = False
            rules += 1
            if rules <= MAX_RULES:
                _add(current, kind, value)
    groups = tuple(Group(agent, tuple(draft.rules), draft.delay) for agent, draft in drafts.items())
    return Robots(groups, tuple(sitemaps))


def _agent(value: str) -> str | None:
    """Return the product token of a user-agent line: "OnRecord/1.0" names "onrecord"."""
    if value.startswith("*"):
        return "*"
    match = _TOKEN.match(value)
    return match[0].lower() if match else None


def _add(current: list[_Draft], kind: str, value: str) -> None:
    if kind == "delay":
        delay = _seconds(value)
        for draft in current:
            draft.delay = delay if draft.delay is None else max(draft.delay, delay or 0.0)
    elif value.startswith(("/", "*")) and len(value) <= MAX_PATTERN:  # 2.2.2: an empty rule matches nothing
        anchor = "$" if value.endswith("$") else ""
        pattern = _normal(value.removesuffix("$")).replace("$", "%24") + anchor
        rule = Rule(pattern, is_allowed=kind == "allow")
        for draft in current:
            draft.rules.append(rule)


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _normal(text: str) -> str:
    """Return *text* with escapes as RFC 9309, 2.2.2 compares them: "%7e" is "~", "中" is "%E4%B8%AD"."""

    def unescaped(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    encoded = _NOT_ASCII.sub(
        lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace")), text
    )
    return _ESCAPE.sub(unescaped, encoded)


def _matches(pattern: str, target: str) -> bool:
    """Does *pattern* match a beginning of *target*? In time that grows with their lengths alone."""
    is_anchored = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    if not parts:
        return not is_anchored or len(target) == len(first)
    at = len(first)
    *middle, last = parts
    for part in middle:  # the leftmost place of each part leaves the most to the others
        at = target.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if is_anchored:
        return len(target) - len(last) >= at and target.endswith(last)
    return target.find(last, at) >= 0
