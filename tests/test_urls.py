"""Addresses: what a link means, and the one form of it that is compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.urls import (
    MAX_URL,
    address_candidates,
    article_id,
    canonicalize,
    host_of,
    lookup_key,
    request_target,
    resolve,
    same_site,
)

BASE = "https://paper.example/world/a?x=1#top"
#: Text that often comes near to an address.
addresslike = st.one_of(
    st.text(max_size=60),
    st.builds(
        "".join,
        st.lists(
            st.sampled_from(
                [
                    *(
                        "https:",
                        "http://",
                        "//",
                        "/",
                        "\\",
                        "?",
                        "#",
                        "@",
                        ":",
                        ":443",
                        "[::1]",
                        "..",
                        "%2e",
                        "%",
                    ),
                    *(
                        "%4",
                        "%41",
                        "%25",
                        "&",
                        "amp;",
                        "utm_source=rss",
                        "rss=1",
                        "=",
                        "paper.example",
                        "www.",
                        "中",
                    ),
                    *(
                        "ß",
                        " ",
                        "\t",
                        "\n",
                        "\u200b",
                        "\u00a0",
                        "\ud800",
                        "1.2.3.4",
                        "0x7f",
                        "xn--",
                        ".",
                        "a",
                    ),
                ]
            ),
            max_size=14,
        ),
    ),
)


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("../x", "https://paper.example/x"),
        ("b/./c", "https://paper.example/world/b/c"),
        ("/b/%2e%2E/c", "https://paper.example/c"),
        ("?page=2", "https://paper.example/world/a?page=2"),
        ("#end", "https://paper.example/world/a?x=1#end"),
        ("", "https://paper.example/world/a?x=1"),
        ("//other.example/b", "https://other.example/b"),
        ("///other.example/b", "https://other.example/b"),
        ("\\b", "https://paper.example/b"),
        ("http:other.example/b", "http://other.example/b"),
        ("中国", "https://paper.example/world/中国"),
        ("a b", "https://paper.example/world/a b"),
    ],
)
def test_a_relative_link_means_what_a_browser_makes_of_it(link: str, meant: str) -> None:
    """A link misread is an article lost."""
    assert resolve(link, BASE) == meant


@pytest.mark.parametrize(
    "link",
    [
        "https://paper.example/a?u=https://b.example/c&sig=aB%2f==",
        "HTTPS://Paper.Example/%7Ea?",
        "https://paper.example/中国?q=a b#f",
    ],
)
def test_an_absolute_link_stays_byte_for_byte(link: str) -> None:
    """A signed address answers in no other form."""
    assert resolve(f" \n{link}\u00a0", BASE) == link


@pytest.mark.parametrize(
    "link",
    [
        *(
            "javascript:void(0)",
            "mailto:desk@paper.example",
            "data:text/html,x",
            "ftp://paper.example/a",
            "a:b",
        ),
        *("https://", "https://[", "https://[::1", "https://paper.example:99999/", "https://pa per.example/"),
        *("https://0x7f.1/", "https://a..example/", "https://%00.example/", "https://" + "a" * MAX_URL),
    ],
)
def test_what_no_browser_follows_over_http_is_no_link(link: str) -> None:
    """The fetcher is never handed what it can't ask for."""
    assert resolve(link, BASE) is None


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://User:pw@Paper.Example.:443/a", "https://paper.example/a"),
        ("https://paper.example", "https://paper.example/"),
        ("http://paper.example:8080/a", "http://paper.example:8080/a"),
        ("https://paper.example/a/../b/./c#top", "https://paper.example/b/c"),
        ("https://paper.example//cn/a", "https://paper.example/cn/a"),
        ("https://paper.example/%7euser/%e4%b8%ad", "https://paper.example/~user/%E4%B8%AD"),
        ("https://paper.example/中 国", "https://paper.example/%E4%B8%AD%20%E5%9B%BD"),
        ("https://paper.example/100%", "https://paper.example/100%25"),
        ("https://stra\u00dfe.example/", "https://xn--strae-oqa.example/"),
        ("https://\uff50aper.example/", "https://paper.example/"),
        ("https://paper.example/a?", "https://paper.example/a"),
        ("https://paper.example/a?id=7&b=2", "https://paper.example/a?id=7&b=2"),
        ("https://[0:0::1]:443/a", "https://[::1]/a"),
        ("not an address ", "not an address"),
    ],
)
def test_one_address_has_one_form(url: str, canonical: str) -> None:
    """An article found twice is kept once."""
    assert canonicalize(url) == canonical


@pytest.mark.parametrize(
    "parameter",
    [
        *(
            "utm_source=rss",
            "UTM_Medium=feed",
            "amp;utm_medium=feed",
            "amp;amp;utm_campaign=x",
            "fbclid=1",
            "gclid=2",
        ),
        *(
            "mc_cid=1",
            "cmpid=rss",
            "ns_campaign=bbc",
            "at_medium=RSS",
            "xtor=RSS-1",
            "dicbo=v2-a",
            "ref=rss",
            "rss=1",
        ),
        *("source=rss-feed", "%75tm_source=x", "rss", "smid=nytcore"),
    ],
)
def test_a_tracking_parameter_is_no_part_of_the_identity(parameter: str) -> None:
    """The same article comes out of the feed, the front page and the newsletter."""
    assert canonicalize(f"https://paper.example/a?{parameter}&id=7") == "https://paper.example/a?id=7"


@pytest.mark.parametrize(
    "query", ["id=1", "p=2", "source=7", "from=page", "ref=nav", "page=2", "meta=120490369"]
)
def test_an_unknown_parameter_stays(query: str) -> None:
    """For some publishers the query is the address: two articles must never become one."""
    assert canonicalize(f"https://paper.example/a?{query}") == f"https://paper.example/a?{query}"


@given(addresslike)
def test_the_canonical_form_is_stable(text: str) -> None:
    """What is written into the catalog is found there again."""
    assert canonicalize(canonicalize(text)) == canonicalize(text)


@given(addresslike, addresslike)
def test_a_resolved_link_resolves_to_itself(link: str, base: str) -> None:
    """An entry's address may pass through resolve any number of times."""
    found = resolve(link, base)
    assert found is None or resolve(found, base) == found


@given(addresslike)
def test_what_is_asked_can_go_on_the_wire(text: str) -> None:
    """No byte of a stranger's link may break our request line in two."""
    assert all("!" <= each <= "~" for each in request_target(text))


@given(addresslike)
def test_asking_twice_is_asking_the_same(text: str) -> None:
    """An address that was written down as asked is asked again unchanged."""
    assert request_target(request_target(text)) == request_target(text)


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://paper.example/a b?q=中#f", "https://paper.example/a%20b?q=%E4%B8%AD"),
        (
            "https://paper.example/a%2fb?u=http://c.example/&s=[1]|'",
            "https://paper.example/a%2fb?u=http://c.example/&s=[1]|'",
        ),
        ('https://paper.example/"{x}"', "https://paper.example/%22%7Bx%7D%22"),
        ("https://中国.example/", "https://xn--fiqs8s.example/"),
        ("https://user:pw@paper.example", "https://paper.example/"),
        ("https://paper.example/a?", "https://paper.example/a?"),
    ],
)
def test_only_what_may_not_go_on_the_wire_is_encoded(url: str, asked: str) -> None:
    """A server that signs its addresses sees its own bytes again."""
    assert request_target(url) == asked


def test_a_key_leaves_out_what_publishers_change_without_thought() -> None:
    """Scheme http or https, with or without www: one article."""
    assert lookup_key("http://www.paper.example/a") == lookup_key("https://paper.example/a")


def test_an_id_is_twelve_characters_that_any_file_system_takes() -> None:
    """Ids are said aloud, typed, and stand in file names."""
    assert article_id(canonicalize("https://paper.example/a")) == "rqrzkkkegr4n"


def test_an_id_outlives_the_move_to_https() -> None:
    """Ids never change: links into the archive hang on them."""
    assert article_id(canonicalize("http://paper.example/a")) == article_id(
        canonicalize("https://paper.example/a")
    )


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://www.bbc.co.uk/a", "https://feeds.bbc.co.uk/b", True),
        ("https://one.co.uk/", "https://two.co.uk/", False),
        ("https://one.github.io/", "https://two.github.io/", False),
        ("https://1.2.3.4/", "https://9.2.3.4/", False),
        ("nothing", "nothing", False),
    ],
)
def test_a_site_is_a_registrable_domain(a: str, b: str, *, same: bool) -> None:
    """Two publishers under one public suffix are strangers to each other."""
    assert same_site(a, b) is same


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://U:p@Paper.Example:81/a", "paper.example"),
        ("https://a.example\\@b.example/", "a.example"),
        ("x", ""),
    ],
)
def test_a_host_is_the_one_that_is_connected_to(url: str, host: str) -> None:
    """A rule for one host must not be dodged by writing it in another way."""
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("cnbc.com", ("https://cnbc.com", "https://www.cnbc.com", "http://cnbc.com")),
        (
            " www.cnbc.com/feed ",
            ("https://www.cnbc.com/feed", "https://cnbc.com/feed", "http://www.cnbc.com/feed"),
        ),
        ("news.bbc.co.uk/rss", ("https://news.bbc.co.uk/rss", "http://news.bbc.co.uk/rss")),
        ("HTTP://paper.example", ("HTTP://paper.example",)),
        ("feed:https://paper.example/f", ("https://paper.example/f",)),
        ("feed://feeds.paper.example/f", ("https://feeds.paper.example/f", "http://feeds.paper.example/f")),
        ("localhost:8000/feed", ("http://localhost:8000/feed",)),
    ],
)
def test_a_person_types_an_address_as_they_know_it(typed: str, candidates: tuple[str, ...]) -> None:
    """Nobody should have to know about schemes to follow a newspaper."""
    assert address_candidates(typed) == candidates


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "cnbc",
        "feeds.opml",
        "./cnbc.com",
        "/home/a.xml",
        "C:\\feeds",
        "two words.com",
        "a@b.com",
        "ftp://b.com",
        "co.uk",
    ],
)
def test_what_is_no_address_gives_no_candidate(typed: str) -> None:
    """A mistyped file name must not be asked of the network."""
    assert address_candidates(typed) == ()
