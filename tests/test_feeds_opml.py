"""OPML: other readers' lists come in whole, go out valid, and can't hurt."""

from __future__ import annotations

import ast
import re
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from onrecord.feeds import opml
from onrecord.feeds.opml import OpmlFeed, OpmlList

HERE = Path(__file__).parent
SUITE = HERE.parents[1] / "shared" / "suites" / "listparser.tar.gz"
DIFFERENCES = HERE / "golden" / "feeds-suite" / "opml-differences.toml"

COURIER = '<outline text="Courier" type="rss" xmlUrl="https://courier.example/feed"/>'


def read(*outlines: str) -> OpmlList:
    """Return a list of *outlines*, parsed."""
    return opml.parse(f'<opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode())


def codes(found: OpmlList) -> list[str]:
    """Return the codes of what was odd."""
    return [problem.code for problem in found.problems]


@pytest.mark.property
@given(
    st.binary(max_size=300) | st.text(alphabet="<>/opmlutine[]!&; =\"'xmlUr:", max_size=300).map(str.encode)
)
def test_no_bytes_make_parse_raise(body: bytes) -> None:
    """A list is a stranger's."""
    assert isinstance(opml.parse(body), OpmlList)


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=20).map(
    lambda name: " ".join(name.split())
)
WORDS = NAMES.filter(lambda name: bool(name) and opml._words(name) == name)
FEEDS = st.builds(
    OpmlFeed,
    url=st.from_regex(r"https://[a-z]{1,8}\.example/[a-z?&=]{0,12}", fullmatch=True),
    title=st.none() | WORDS,
    home_url=st.none() | st.just("https://courier.example/?a=1&b=2"),
    folder=st.lists(WORDS, max_size=3).map(tuple),
)


@pytest.mark.property
@given(st.lists(FEEDS, max_size=8, unique_by=lambda feed: feed.url), WORDS)
@settings(deadline=1_000)
def test_what_goes_out_comes_in_again(feeds: list[OpmlFeed], title: str) -> None:
    """Whoever moves to another machine by OPML must lose nothing."""
    found = opml.parse(opml.render(feeds, title=title).encode())
    assert (found.title, found.problems) == (title, ())
    assert sorted(found.outlines, key=repr) == sorted(feeds, key=repr)


def test_what_goes_out_is_opml_2() -> None:
    """Other readers are strict: head, body, and "text" on each outline (opml.org/spec2.opml)."""
    feeds = [OpmlFeed("https://courier.example/f?a=1&b=2", None, None, ("News", 'A "B" <C>'))]
    root = etree.fromstring(opml.render(feeds, title="A & B").encode())
    assert (root.get("version"), [child.tag for child in root]) == ("2.0", ["head", "body"])
    assert [one.get("text") for one in root.iter("outline")] == ["News", 'A "B" <C>', feeds[0].url]


def test_folders_are_kept_in_their_order() -> None:
    """A person sorted two hundred feeds by hand."""
    found = read(f'<outline text="News"><outline title="Asia">{COURIER}</outline></outline>')
    assert [feed.folder for feed in found.outlines] == [("News", "Asia")]


def test_a_list_whose_end_is_missing_is_read_as_far_as_it_goes() -> None:
    """Readers that were killed while they wrote leave these."""
    found = opml.parse(f'<opml version="2.0"><body><outline text="News">{COURIER}'.encode())
    assert [feed.folder for feed in found.outlines] == [("News",)]


@pytest.mark.parametrize("link", ["feed://courier.example/feed", "feed:http://courier.example/feed"])
def test_the_scheme_of_elder_readers_is_understood(link: str) -> None:
    """Lists live longer than the readers that wrote them."""
    found = read(f'<outline type="rss" xmlUrl="{link}"/>')
    assert [feed.url for feed in found.outlines] == ["http://courier.example/feed"]


@pytest.mark.parametrize(
    "link", ["file:///etc/passwd", "javascript:alert(1)", "news", "http://[", "x" * 9_000]
)
def test_what_is_no_address_is_told_and_left_out(link: str) -> None:
    """A list must not make us read our own disk."""
    found = read(f'<outline type="rss" xmlUrl="{link}"/>', COURIER)
    assert ([feed.title for feed in found.outlines], codes(found)) == (["Courier"], ["opml-without-address"])


def test_a_password_in_a_list_is_not_kept() -> None:
    """onrecord.toml is shown, copied and committed."""
    found = read('<outline type="rss" xmlUrl="https://reader:secret@courier.example/feed"/>')
    assert (found.outlines[0].url, codes(found)) == ("https://courier.example/feed", ["opml-credentials"])
    assert "secret" not in repr(found)


def test_a_list_of_a_million_feeds_sends_us_to_few() -> None:
    """CommaFeed's amplifier: one small file, and a server asks whom the attacker wants."""
    many = (f'<outline xmlUrl="https://h{number}.example/"/>' for number in range(opml.MAX_FEEDS + 5))
    found = read(*many)
    assert len(found.outlines) == opml.MAX_FEEDS
    assert codes(found) == ["opml-too-many-feeds"] * 5


def test_a_list_in_a_list_is_told_and_not_fetched() -> None:
    """An include may name itself, or the machine next door."""
    found = read('<outline type="include" url="http://127.0.0.1/list.opml"/>')
    assert (found.outlines, codes(found)) == ((), ["opml-include-not-followed"])


def test_problems_without_end_are_told_in_part() -> None:
    """What is told must fit on a screen, or nobody reads it."""
    assert len(read('<outline xmlUrl="x:"/>' * 1_000).problems) == opml.MAX_TOLD


def test_a_list_that_is_too_large_is_left() -> None:
    """No reader has ever written eight megabytes."""
    assert codes(opml.parse(b"<opml>" + b" " * opml.MAX_BYTES)) == ["opml-too-large"]


def test_a_deep_list_is_read_flat_below_the_limit() -> None:
    """Depth must not be a stranger's to command."""
    depth = opml.MAX_DEPTH + 3
    found = read('<outline text="a">' * depth + COURIER + "</outline>" * depth)
    assert ([len(feed.folder) for feed in found.outlines], codes(found)) == (
        [opml.MAX_DEPTH],
        ["opml-too-deep"] * 3,
    )


def test_a_hundred_thousand_levels_are_survived() -> None:
    """Recursion would end in a crash."""
    assert isinstance(read("<outline text='a'>" * 100_000), OpmlList)


def test_an_entity_bomb_does_not_go_off() -> None:
    """Ten lines that mean three gigabytes (CVE-2003-1564 and every year since)."""
    lines = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    bomb = f'<!DOCTYPE opml [<!ENTITY l0 "lol">{lines}]><opml><head><title>&l9;</title></head></opml>'
    assert opml.parse(bomb.encode()).title == "&l9;"


def test_a_file_that_is_named_as_an_entity_is_not_read(tmp_path: Path) -> None:
    """XXE: the list would carry the file out with the next export."""
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    body = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "{secret.as_uri()}">]><opml><head><title>a&x;</title></head></opml>'
    assert opml.parse(body.encode()).title == "a&x;"


# ---------------------------------------------------------------- listparser's files


def suite() -> dict[str, bytes]:
    """Return listparser's OPML files and broken ones by name; RDF lists are no OPML."""
    with tarfile.open(SUITE) as packed:
        files = [one for one in packed.getmembers() if one.isfile() and "/rdf/" not in one.name]
        read = {one.name.partition("files/")[2]: packed.extractfile(one) for one in files}
        return {name: stream.read() for name, stream in read.items() if name and stream}


def as_listparser(found: OpmlList) -> dict[str, Any]:
    """Return what listparser's expectations speak of, as far as we have a place for it."""
    lists = [one.detail for one in found.problems if one.code == "opml-include-not-followed"]
    return {
        "feeds": [
            {"url": one.url, "title": one.title, "categories": [list(one.folder)] if one.folder else []}
            for one in found.outlines
        ],
        "opportunities": [{"url": one.url, "title": one.title} for one in found.pages],
        "lists": [{"url": url} for url in lists],
        "meta": {"title": found.title} if found.title else {},
    }


class NoPlace(Exception):  # noqa: N818 (an answer, not an error)
    """The expectation speaks of what our model does not have."""


def value_of(node: ast.expr, found: dict[str, Any]) -> Any:
    """Return what an expression of listparser's says of *found*; it is read as a tree and never run."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=elements):
            return [value_of(one, found) for one in elements]
        case ast.Name(id="result"):
            return found
        case ast.Call(func=ast.Name(id="len"), args=[inner]):
            return len(value_of(inner, found))
        case ast.Subscript(value=outer, slice=ast.Constant(value=key)):
            held = value_of(outer, found)
            if isinstance(held, dict) and key not in held:
                raise NoPlace(key)
            return held[key]
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return value_of(left, found) == value_of(right, found)
        case ast.Compare(left=left, ops=[ast.In()], comparators=[right]):
            return value_of(left, found) in value_of(right, found)
        case _:
            raise NoPlace(ast.dump(node))


def judged(body: bytes) -> list[tuple[str, bool]]:
    """Return each expectation of a file that we have a place for, and whether it holds."""
    found = as_listparser(opml.parse(body))
    told: list[tuple[str, bool]] = []
    for line in re.findall(r"Eval: (.*)", body.decode("utf-8", "replace")):
        try:
            told.append((line, bool(value_of(ast.parse(line.strip(), mode="eval").body, found))))
        except NoPlace:
            continue
        except IndexError:
            told.append((line, False))
    return told


@pytest.mark.skipif(not SUITE.exists(), reason="the suite is not part of the project")
def test_a_list_reads_as_listparser_says_or_a_reason_is_given() -> None:
    """Lists of a dozen readers, each with its own idea of OPML."""
    rows = tomllib.loads(DIFFERENCES.read_text("utf-8"))["difference"]
    reasons = {name for row in rows for name in row["files"]}
    facts = {name: judged(body) for name, body in suite().items()}
    differing = {name for name, told in facts.items() if not all(holds for _, holds in told)}
    assert differing == reasons
    assert sum(bool(told) for told in facts.values()) >= 45
