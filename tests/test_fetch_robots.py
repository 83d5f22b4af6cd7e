"""robots.txt: what a host asks for is done, as RFC 9309 reads it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.fetch import Robots
from onrecord.fetch.robots import MAX_BYTES, parse

US = "OnRecord"


def allows(text: str, target: str) -> bool:
    """May we ask for *target* where robots.txt says *text*?"""
    return parse(text.encode()).allows(target, US)


@pytest.mark.parametrize(
    ("rule", "target", "is_match"),
    [
        # RFC 9309, 2.2.2, the table
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", True),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", False),
        ("/foo/bar/\u30c4", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        # 2.2.3
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", True),
        ("/path/foo-%24", "/path/foo-$", True),
        ("*.gif$", "/a.gif", True),
        ("*.gif$", "/a.gifs", False),
        # as Google's own tests have it
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish*", "/fishheads/yummy.html", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/folder/any.php.file.html", True),
        ("/*.php$", "/filename.php?parameters", False),
        ("/fish*.php", "/fishheads/catfish.php?parameters", True),
        ("/", "/", True),
        ("/$", "/a", False),
        ("/a$b", "/a$b", True),
        ("/a%2fb", "/a%2Fb", True),
        ("/a%2Fb", "/a/b", False),
        ("/**a", "/xa", True),
        ("/a*b*b$", "/ab", False),
    ],
)
def test_a_rule_means_what_the_standard_says(rule: str, target: str, is_match: bool) -> None:  # noqa: FBT001 (a table)
    """A host's owner writes for all robots, and reads the standard."""
    assert allows(f"User-agent: *\nDisallow: {rule}", target) is not is_match


@pytest.mark.parametrize(
    ("text", "target", "is_allowed"),
    [
        pytest.param("", "/a", True, id="empty file"),
        pytest.param("<!doctype html><p>Disallow: /", "/a", True, id="a page"),
        pytest.param("User-agent: *\nDisallow:", "/a", True, id="empty rule"),
        pytest.param("Disallow: /", "/a", True, id="rule without group"),
        pytest.param("User-agent: *\nDisallow: /\n", "/robots.txt", True, id="robots.txt itself"),
        pytest.param("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True, id="as long: allow"),
        pytest.param("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False, id="longest wins"),
        pytest.param("User-agent: *\nDisallow: /a/b\nAllow: /a", "/a/b", False, id="order is nothing"),
        pytest.param("User-agent: onrecord\nDisallow: /", "/a", False, id="case of our name"),
        pytest.param("User-agent: OnRecord/1.0\nDisallow: /", "/a", False, id="our version"),
        pytest.param("User-agent: on\nDisallow: /", "/a", True, id="a beginning of our name"),
        pytest.param("User-agent: OnRecordBot\nDisallow: /", "/a", True, id="a longer name"),
        pytest.param(
            "User-agent: *\nDisallow: /\nUser-agent: OnRecord\nDisallow: /x", "/a", True, id="our group alone"
        ),
        pytest.param(
            "User-agent: OnRecord\nDisallow:\nUser-agent: *\nDisallow: /", "/a", True, id="our empty group"
        ),
        pytest.param(
            "User-agent: OnRecord\nUser-agent: b\nDisallow: /", "/a", False, id="two names, one group"
        ),
        pytest.param(
            "User-agent: OnRecord\nFoo: x\nUser-agent: b\nDisallow: /", "/a", False, id="unknown record"
        ),
        pytest.param(
            "User-agent: OnRecord\nSitemap: x\nUser-agent: b\nDisallow: /", "/a", False, id="sitemap between"
        ),
        pytest.param(
            "User-agent: OnRecord\nDisallow: /a\nUser-agent: b\nDisallow: /\n"
            "User-agent: OnRecord\nDisallow: /c",
            "/a",
            False,
            id="groups merged, first",
        ),
        pytest.param(
            "User-agent: OnRecord\nDisallow: /a\nUser-agent: b\nDisallow: /\n"
            "User-agent: OnRecord\nDisallow: /c",
            "/c",
            False,
            id="groups merged, second",
        ),
        pytest.param("\ufeffUser-agent: *\nDisallow: /", "/a", False, id="byte order mark"),
        pytest.param("User-agent: *\rDisallow: /", "/a", False, id="carriage returns"),
        pytest.param("User-agent: *\n\n\n  disALLOW :  /a  # why\n", "/a", False, id="spaces, case, comment"),
        pytest.param("User-agent: *\nDisallow: /a # \u2028Allow: /a", "/a", False, id="no line end"),
    ],
)
def test_a_file_means_what_its_owner_meant(text: str, target: str, is_allowed: bool) -> None:  # noqa: FBT001 (a table)
    """Files are written by hand, by many hands."""
    assert allows(text, target) is is_allowed


def test_a_pause_is_read() -> None:
    """Not in the standard, but asked for by many."""
    assert parse(b"User-agent: *\nCrawl-delay: 2.5").crawl_delay(US) == 2.5


@pytest.mark.parametrize("value", ["soon", "-1", "nan", "inf", ""])
def test_a_pause_that_is_none_is_ignored(value: str) -> None:
    """Nobody's typo may stop a round."""
    assert not parse(f"User-agent: *\nCrawl-delay: {value}".encode()).crawl_delay(US)


def test_sitemaps_are_found_outside_of_groups() -> None:
    """They lead to articles that no feed lists."""
    assert parse(b"Sitemap: https://a.example/s.xml\nUser-agent: x\n").sitemaps == (
        "https://a.example/s.xml",
    )


def test_what_is_beyond_the_limit_is_ignored() -> None:
    """The standard asks for 500 KiB."""
    text = b"User-agent: *\n".ljust(MAX_BYTES, b"\n") + b"Disallow: /"
    assert parse(text).allows("/a", US)


def test_a_rule_made_to_be_slow_is_not() -> None:
    """A pattern of many stars must not stop a round."""
    robots = parse(b"User-agent: *\nDisallow: /" + b"*a" * 500 + b"*b$\n")
    began = time.process_time()
    robots.allows("/" + "a" * 5000, US)
    assert time.process_time() - began < 0.5


@given(st.binary(), st.text())
def test_no_bytes_raise(body: bytes, target: str) -> None:
    """Strangers' bytes are values."""
    assert isinstance(parse(body).allows(target, US), bool)


def test_no_file_asks_for_nothing() -> None:
    """What is not there forbids nothing."""
    assert Robots().allows("/a", US)
