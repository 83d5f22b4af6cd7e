"""Addresses of other projects' suites: nothing raises, and every form is stable."""

from __future__ import annotations

import json
import re
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

import pytest

from onrecord.urls import canonicalize, host_of, identity, request_target, resolve, slug_of

SUITES = Path(__file__).parents[2] / "shared" / "suites"


def texts_of(value: object) -> Iterator[str]:
    """Yield every text in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def suite(name: str, *, only: str = "") -> Iterator[object]:
    """Yield the JSON files of a suite, or skip."""
    if not (SUITES / name).exists():
        pytest.skip(f"{name} is not here")
    with tarfile.open(SUITES / name) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(f"{only}.json") else None
            if file:
                yield json.load(file)


@pytest.mark.parametrize("name", ["wpt-url.tar.gz", "urlcanon.tar.gz"])
def test_no_address_of_the_suites_is_unstable(name: str) -> None:
    """They are the worst addresses that browsers and archives have met."""
    for text in {text for value in suite(name) for text in texts_of(value)}:
        identity(text, "https://paper.example/a", [text])
        slug_of(text)
        assert canonicalize(canonicalize(text)) == canonicalize(text)
        assert request_target(request_target(text)) == request_target(text)
        found = resolve(text, "https://paper.example/a/b?c#d")
        assert found is None or host_of(found)


# ---------------------------------------------------------------- what browsers make of links

_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")

#: Why we read a link otherwise than the browsers do, and how many of their cases that is.
_LINKS: tuple[tuple[str, int, Callable[[str, str], bool]], ...] = (
    (
        "a host that is a number in an odd notation is written by nobody but who wants to get past a guard",
        15,
        lambda given, meant: is_number(host_in(meant)) and host_in(meant) not in given,
    ),
    (
        "a host that no name server can know: an empty label, a code of nothing; or one in percent signs",
        6,
        lambda given, meant: not _NAME.fullmatch(host_in(meant)) or "//%" in given,
    ),
    (
        "an apostrophe in a query is sent as it is written: some servers tell the two apart",
        2,
        lambda given, _: "'" in given,
    ),
)


def is_number(host: str) -> bool:
    """Is a host an IPv4 address?"""
    return re.fullmatch(r"[0-9.]+", host) is not None


def host_in(address: str) -> str:
    """Return the host of an address, by nothing but its place."""
    return address.partition("://")[2].partition("/")[0].partition("?")[0]


def told(
    wrong: Iterable[tuple[str, str]], reasons: Sequence[tuple[str, int, Callable[[str, str], bool]]]
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return how many of (given, meant) each reason explains, and those that none does."""
    counts: Counter[str] = Counter()
    left = []
    for given, meant in wrong:
        why = next((why for why, _, explains in reasons if explains(given, meant)), None)
        counts.update([why] if why else [])
        left += [] if why else [(given, meant)]
    return dict(counts), left


def test_links_mean_what_browsers_make_of_them() -> None:
    """Of the browsers' own cases, those for http and https; each that we read otherwise has its reason."""
    files = [value for value in suite("wpt-url.tar.gz", only="/urltestdata") if isinstance(value, list)]
    wrong = []
    for case in (case for file in files for case in file if isinstance(case, dict)):
        meant = case.get("href", "") if not case.get("failure") else ""
        found = resolve(case["input"], case.get("base") or "")
        if meant.startswith(("http:", "https:")):
            is_wrong = found is None or canonicalize(found) != canonicalize(meant)
        else:
            is_wrong = found is not None
        wrong += [(case["input"], meant)] if is_wrong else []
    assert told(wrong, _LINKS) == ({why: count for why, count, _ in _LINKS}, [])


def test_no_link_is_read_as_another_host_or_path() -> None:
    """What we do not read we leave; what we read is what a browser would open."""
    files = [value for value in suite("wpt-url.tar.gz", only="/urltestdata") if isinstance(value, list)]
    for case in (case for file in files for case in file if isinstance(case, dict)):
        found = resolve(case["input"], case.get("base") or "")
        if found is not None:
            places = [canonicalize(one).partition("?")[0] for one in (found, case["href"])]
            assert places[0] == places[1]


# ---------------------------------------------------------------- what web archives take for one address

_ESCAPED = re.compile(r"%(?:25|%)", re.IGNORECASE)
_ODD_HOST = re.compile(r"[a-z]*:/*[^/]*(?:[%\s\x00-\x1f\u2603]|\.\.)", re.IGNORECASE)

_PAIRS: tuple[tuple[str, int, Callable[[str, str], bool]], ...] = (
    (
        "a host that is a number in an odd notation is written by nobody but who wants to get past a guard",
        28,
        lambda given, meant: resolve(given, "") is None and is_number(host_in(meant)),
    ),
    (
        "no name of a host: escapes, blanks, control characters, empty labels, or a symbol (RFC 5892, 2)",
        14,
        lambda given, _: resolve(given, "") is None and _ODD_HOST.match(given) is not None,
    ),
    ("a link without a scheme is a path, as in a page", 3, lambda given, _: ":" not in given),
    (
        "an escape of an escape is undone once, as servers do: %2561 is the text %61",
        15,
        lambda given, _: _ESCAPED.search(given) is not None,
    ),
    (
        "a reserved character that is escaped is another one (RFC 3986, 2.2)",
        6,
        lambda given, meant: "%" in given and unquote(given).split("?")[0] == unquote(meant).split("?")[0],
    ),
    (
        "the order of a query's fields is its publisher's",
        1,
        lambda given, meant: sorted(given) == sorted(meant),
    ),
    ("a byte that is no text stays as it is given", 1, lambda given, _: "\x91" in given),
    ("two slashes are two: an empty part of a path is one", 1, lambda given, _: "\\\\" in given),
)


def test_addresses_are_one_where_web_archives_take_them_for_one_or_a_reason_is_given() -> None:
    """Archives of the web have met more addresses than anybody else."""
    wrong = []
    for given, meant in pairs("semantic_precise", "supplemental_whatwg"):
        found = canonicalize(resolve(given, "") or given)
        wrong += [(given, meant)] if found != canonicalize(meant) else []
    assert told(wrong, _PAIRS) == ({why: count for why, count, _ in _PAIRS}, [])


def pairs(*names: str) -> Iterator[tuple[str, str]]:
    """Yield (address, what the suite makes of it) of http and https; bytes of UTF-8 as the text that they are."""
    for name in names:
        for table in suite("urlcanon.tar.gz", only=f"/{name}"):
            assert isinstance(table, dict)
            for given, meant in table.items():
                if isinstance(meant, str) and meant.startswith(("http:", "https:")):
                    yield as_text(given), meant


def as_text(given: str) -> str:
    """Return text that the suite gives as bytes, each as a character."""
    try:
        return given.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return given
