"""Which article an answer is, and what its file is called."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.urls import canonicalize, file_stem, identity, lookup_key, resolve, slug_of

ARTICLE = "https://www.paper.example/2024/05/17/bridge-shut-again"
SHARED = Path(__file__).parents[2] / "shared"
CLAIM = re.compile(r"<(?:link|meta)\b[^>]*(?:rel=[\"']?canonical|property=[\"']?og:url)[^>]*>", re.IGNORECASE)
ADDRESS = re.compile(r"(?:href|content)=[\"']?([^\"'\s>]+)", re.IGNORECASE)


@pytest.mark.parametrize(
    "asked",
    [
        ARTICLE + "/amp",
        ARTICLE + "?print=1",
        "https://m.paper.example/2024/05/17/bridge-shut-again",
        "http://paper.example/?p=12345",
        ARTICLE + "?utm_source=rss",
        "https://www.paper.example/x7",
    ],
)
def test_the_pages_own_claim_wins(asked: str) -> None:
    """The mobile page, the print view and the page are one article."""
    assert identity(asked, asked, [ARTICLE]).canonical_url == ARTICLE


def test_the_address_that_was_asked_becomes_an_alias() -> None:
    """The next feed that names it must lead to the article that is held."""
    assert identity(ARTICLE + "/amp", ARTICLE + "/amp", [ARTICLE]).aliases == (ARTICLE + "/amp",)


def test_an_alias_that_differs_in_nothing_is_left_out() -> None:
    """Aliases are compared without scheme, www and tracking."""
    assert (
        identity("http://paper.example/a-b-c", "https://www.paper.example/a-b-c?utm_source=x", []).aliases
        == ()
    )


def test_without_a_claim_the_last_redirect_names_the_article() -> None:
    """A feed's counting address is another one tomorrow."""
    found = identity("https://feeds.hub.example/~r/17", ARTICLE, [])
    assert (found.canonical_url, found.aliases) == (ARTICLE, ("https://feeds.hub.example/~r/17",))


@pytest.mark.parametrize(
    "claim",
    [
        "https://www.paper.example/",
        "https://www.paper.example/2024/05",
        "https://www.paper.example/news",
        "https://www.paper.example/index.html",
        "javascript:void(0)",
    ],
)
def test_a_claim_that_names_no_article_is_not_believed(claim: str) -> None:
    """A template's mistake must not file a year of articles under one address."""
    assert identity(ARTICLE, ARTICLE, [claim]).canonical_url == ARTICLE


def test_the_next_claim_is_heard_when_the_first_is_refused() -> None:
    """One broken tag does not cost the page its good one."""
    assert (
        identity(ARTICLE + "/amp", ARTICLE + "/amp", ["https://paper.example/", ARTICLE]).canonical_url
        == ARTICLE
    )


def test_another_publishers_address_is_evidence_of_a_copy() -> None:
    """A syndicated copy has its own history; its revisions must not be filed under the original's."""
    found = identity(ARTICLE, ARTICLE, ["https://agency.example/stories/bridge-shut-again"])
    assert (found.canonical_url, found.copy_of) == (
        ARTICLE,
        "https://agency.example/stories/bridge-shut-again",
    )


def test_a_redirect_to_the_home_page_does_not_rename_the_article() -> None:
    """Publishers send readers of a removed page to the front page."""
    assert identity(ARTICLE, "https://www.paper.example/", []).canonical_url == ARTICLE


@given(st.text(max_size=50), st.text(max_size=50), st.lists(st.text(max_size=50), max_size=3))
def test_no_text_makes_identity_raise(asked: str, final: str, claims: list[str]) -> None:
    """Claims are strangers' bytes."""
    found = identity(asked, final, claims)
    assert canonicalize(found.canonical_url) == found.canonical_url


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://cn.paper.example/world/20240517/bridge-shut-again/dual/", "bridge-shut-again"),
        ("https://paper.example/leben/bridge-shut-id238819313.html", "bridge-shut"),
        ("https://paper.example/politik/article409961272/bridge-shut.html", "bridge-shut"),
        ("https://paper.example/art41756471-bridge-shut", "bridge-shut"),
        ("https://paper.example/awards-2024-list-b2506015.html", "awards-2024-list"),
        ("https://paper.example/%E6%A1%A5%E6%A2%81%E5%B0%81%E9%97%AD", "桥梁封闭"),
        ("https://paper.example/news/articles/c4n1jyy9x3lo", None),
        ("https://paper.example/2024/05/17/", None),
        ("https://paper.example/%B9%FA.html", None),
        ("https://paper.example/", None),
        ("nothing", None),
    ],
)
def test_a_slug_is_what_the_address_says_in_words(url: str, slug: str | None) -> None:
    """Files are found by name in a folder that no program of ours may open."""
    assert slug_of(url) == slug


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("Bridge shut: who pays?", "Bridge-shut-who-pays"),
        ("桥梁封闭：谁来买单", "桥梁封闭：谁来买单"),
        ("a/b\\c|d", "a-b-c-d"),
        ("CON", "CON_"),
        ("nul", "nul_"),
        (" ..hidden. ", "hidden"),
        ("a\u202eb\x00c", "abc"),
        ("e\u0301te\u0301", "été"),
        ("story.r1", "story-r1"),
        ("...", "untitled"),
    ],
)
def test_a_file_name_is_legal_everywhere(words: str, stem: str) -> None:
    """An archive is carried on a stick from Linux to Windows."""
    assert file_stem(words) == stem


@given(st.text(max_size=200), st.integers(16, 200))
def test_a_file_name_keeps_its_limit(words: str, limit: int) -> None:
    """What is longer is refused by some file systems, in the middle of a round."""
    assert 0 < len(file_stem(words, limit_bytes=limit).encode()) <= limit


@given(st.text(max_size=200))
def test_a_file_name_names_itself(words: str) -> None:
    """A stem made from a stem is the same file."""
    assert file_stem(file_stem(words)) == file_stem(words)


def test_a_long_name_is_cut_between_words() -> None:
    """Half a word at the end reads like a mistake."""
    assert file_stem("bridge-shut-again", limit_bytes=16) == "bridge-shut"


@pytest.mark.newsroom
def test_every_recorded_article_has_an_identity_of_its_own() -> None:
    """Over real publishers' pages and what they claim: none shared, none doubled."""
    sites = SHARED / "newsroom" / "sites"
    if not sites.exists():
        pytest.skip("the recorded publishers are not here")
    owners = defaultdict(set)
    for line in (sites / "index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] != "article" or not row.get("file"):
            continue
        page = gzip.decompress((sites / row["file"]).read_bytes()).decode("utf-8", "replace")
        links = [ADDRESS.search(tag) for tag in CLAIM.findall(page)]
        claims = [resolve(html.unescape(link[1]), row["url"]) for link in links if link]
        found = identity(row["url"], row["url"], [claim for claim in claims if claim])
        owners[lookup_key(row["url"])].add(found.canonical_url)
    assert all(len(names) == 1 for names in owners.values())
    assert len({lookup_key(name) for names in owners.values() for name in names}) == len(owners) > 150
