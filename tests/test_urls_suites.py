"""Addresses of other projects' suites: nothing raises, and every form is stable."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

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


def test_links_mean_what_browsers_make_of_them() -> None:
    """Of the browsers' own cases, those for http and https; numbers written as hosts are refused on purpose."""
    files = [value for value in suite("wpt-url.tar.gz", only="/urltestdata") if isinstance(value, list)]
    cases = [case for file in files for case in file if isinstance(case, dict)]
    wrong = 0
    for case in cases:
        meant = case.get("href", "") if not case.get("failure") else ""
        found = resolve(case["input"], case.get("base") or "")
        if meant.startswith(("http:", "https:")):
            wrong += found is None or canonicalize(found) != canonicalize(meant)
        else:
            wrong += found is not None
    assert wrong <= 0.035 * len(cases)
