"""What a publisher says about keeping: in the page, in the answer's headers, in a file for the whole site.

Three vocabularies are read: robots directives (`noarchive`, in <meta name=robots> and X-Robots-Tag), the W3C
community's TDM Reservation Protocol (https://www.w3.org/2022/tdmrep/), and schema.org's isAccessibleForFree.
They are recorded; what follows from them, the settings say.

Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from onrecord.extract.facts import PageFacts
from onrecord.model import Terms
from onrecord.text import fold_space

#: The name that directives may call us by, beside "robots" and none.
AGENT = "onrecord"
#: Rules of a site's file that are read; real ones have fewer than ten.
MAX_RULES = 500
#: Characters of an address, and of a claim, that are kept.
MAX_CLAIM = 500
#: Characters of a location's pattern; each "*" is searched for.
MAX_PATTERN = 200

#: Directives with a value of their own: the colon after these parts no user agent off.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_AGENT = re.compile(r"\s*([\w*.-]+)\s*:\s*(.*)", re.DOTALL)


def terms_of(headers: Sequence[tuple[str, str]], facts: PageFacts, site: bytes | None, path: str) -> Terms:
    """Return what is said of a page.

    The nearest voice counts where they differ: the page's own, then its headers', then its site's file.

    Args:
        headers: The answer's.
        facts: The page's own claims.
        site: The body of /.well-known/tdmrep.json; None where there is none.
        path: The page's path and query, which the file's rules are for.
    """
    said: list[str] = []
    directives = _directives(facts.robots or "")
    if "noarchive" in directives:
        said.append("meta robots: noarchive")
    if any("noarchive" in _for_us(tag) for tag in _values(headers, "x-robots-tag")):
        said.append("X-Robots-Tag: noarchive")
    reservation, policy = None, None
    for origin, stated, address in (
        ("meta", facts.tdm_reservation, facts.tdm_policy),
        ("header", _first(headers, "tdm-reservation"), _first(headers, "tdm-policy")),
        ("tdmrep.json", *_in_file(site, path)),
    ):
        if stated is not None and stated.strip() in {"0", "1"}:
            said.append(f"tdm-reservation {stated.strip()} ({origin})")
            if reservation is None:
                reservation, policy = stated.strip() == "1", address
    return Terms(
        no_archive=any("noarchive" in one for one in said),
        tdm_reserved=reservation,
        tdm_policy=policy[:MAX_CLAIM] if policy and policy.startswith(("https://", "http://")) else None,
        is_free=facts.is_free,
        said=tuple(said),
    )


def _directives(text: str) -> set[str]:
    return {part.strip().lower() for part in text.split(",")}


def _for_us(tag: str) -> set[str]:
    """Return the directives of one X-Robots-Tag that are for everybody, or for us by name.

    "otherbot: noarchive, nofollow" is for the one that it names, up to the end or to the next name.
    """
    found: set[str] = set()
    is_ours = True
    for part in tag[:4_096].split(","):
        named = _AGENT.fullmatch(part)
        rest = part
        if named and named[1].lower() not in _VALUED:
            is_ours = named[1].lower() in {AGENT, "*", "robots"}
            rest = named[2]
        if is_ours:
            found.add(rest.strip().lower())
    return found


def _in_file(site: bytes | None, path: str) -> tuple[str | None, str | None]:
    """Return reservation and policy of the file's first rule for *path*; a file that is none says nothing."""
    if site is None:
        return None, None
    try:
        found: Any = json.loads(site.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None, None
    for rule in (found if isinstance(found, list) else [found])[:MAX_RULES]:
        if not isinstance(rule, dict) or not isinstance(rule.get("location"), str):
            continue
        if _fits(rule["location"], path):
            policy = rule.get("tdm-policy")
            return str(rule.get("tdm-reservation"))[:8], policy if isinstance(policy, str) else None
    return None, None


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a location's pattern fits: from the beginning, "*" for anything, "$" for the end (as RFC 9309)."""
    if len(pattern) > MAX_PATTERN:
        return False
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for number, piece in enumerate(others, start=1):
        if is_whole and number == len(others):
            return path.endswith(piece) and len(path) - len(piece) >= at
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not is_whole or at == len(path)


def _values(headers: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _first(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    return next((fold_space(value) for value in _values(headers, name)), None)
