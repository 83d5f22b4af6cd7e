"""Feeds: strangers' bytes give entries and problems, whatever they are."""

from __future__ import annotations

import gzip
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord import feeds
from onrecord.feeds import _limits
from onrecord.model import Feed, FeedKind

HERE = Path(__file__).parent
SUITE = HERE.parents[1] / "shared" / "suites" / "feedparser.tar.gz"
URL = "https://courier.example/feed"
CASES = sorted((HERE / "golden" / "feeds").glob("*/feed.*"))


def read(body: bytes | str) -> Feed:
    """Return *body* parsed."""
    return feeds.parse(body.encode() if isinstance(body, str) else body, url=URL)


def rss(*items: str) -> bytes:
    """Return a feed of *items*."""
    return f"<rss><channel>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>".encode()


@pytest.mark.property
@given(
    st.binary(max_size=300) | st.text(alphabet="<>/rsfedit[]!&;CDATA-\"'{}:, x", max_size=300).map(str.encode)
)
@settings(deadline=2_000)
def test_no_bytes_make_parse_raise(body: bytes) -> None:
    """Strangers' bytes give values."""
    assert read(body).url == URL


@pytest.mark.property
@given(st.sampled_from(CASES), st.data())
@settings(deadline=2_000)
def test_damaged_bytes_do_not_make_parse_raise(path: Path, data: st.DataObject) -> None:
    """A feed with a wound is the commonest kind of broken feed."""
    body = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=20)):
        body[place] = data.draw(st.integers(0, 255))
    assert feeds.parse(bytes(body), url=URL).url == URL


@pytest.mark.property
@pytest.mark.parametrize(
    "name", ["rss-summary", "rss-cut-off-in-cdata", "atom-1.0", "json-feed-1.1", "news-sitemap", "twins"]
)
def test_a_cut_feed_gives_the_first_of_its_entries(name: str) -> None:
    """Half an entry would be kept, and the whole of it taken for an edit an hour later."""
    body = next((HERE / "golden" / "feeds" / name).glob("feed.*")).read_bytes()
    whole = [entry.url for entry in read(body).entries]
    for end in range(len(body)):
        part = read(body[:end])
        assert [entry.url for entry in part.entries] == whole[: len(part.entries)]


def test_a_feed_that_breaks_off_says_so() -> None:
    """What is missing from half a feed was not removed by its publisher."""
    found = read(
        rss("<link>https://courier.example/1</link>", "<link>https://courier.example/2</link>")[:-30]
    )
    assert not found.is_complete
    assert [problem.code for problem in found.problems] == ["feed-cut-off"]


def test_the_last_bytes_of_a_closing_tag_may_be_missing() -> None:
    """Nothing of the entries is lost then."""
    assert read(rss("<link>https://courier.example/1</link>")[:-1]).is_complete


def test_a_packed_sitemap_is_unpacked() -> None:
    """Sitemaps are kept as .xml.gz, without a Content-Encoding."""
    body = gzip.compress(b"<urlset><url><loc>https://courier.example/1</loc></url></urlset>")
    assert [entry.url for entry in read(body).entries] == ["https://courier.example/1"]


def test_a_packed_bomb_is_left_at_the_limit() -> None:
    """A megabyte may unpack to a thousand."""
    found = read(gzip.compress(b"<rss>" + b" " * (_limits.MAX_BODY + 1)))
    assert "feed-too-large" in {problem.code for problem in found.problems}


def test_entries_past_the_limit_are_left_out_and_said() -> None:
    """A feed without end must not fill the memory."""
    found = read(rss(*["<link>https://courier.example/1</link>"] * (_limits.MAX_ENTRIES + 1)))
    assert (len(found.entries), found.problems[0].code) == (_limits.MAX_ENTRIES, "feed-too-many-entries")


def test_a_deep_feed_is_survived() -> None:
    """Recursion must not be a stranger's to command."""
    assert read(b"<rss><channel>" + b"<a>" * 100_000).kind is FeedKind.RSS


def test_a_long_run_of_openings_takes_no_time() -> None:
    """A search that begins anew at each "<!--" would take hours."""
    assert not read(b"<rss><channel>" + b"<!--" * 100_000 + b"&" * 1_000).is_complete


def test_a_list_of_addresses_is_a_sitemap() -> None:
    """The protocol knows plain text (sitemaps.org, "Text file")."""
    found = read("https://courier.example/1\nhttps://courier.example/2\n")
    assert (found.kind, len(found.entries)) == (FeedKind.SITEMAP, 2)


def test_feedparser_reads_what_we_do_not() -> None:
    """CDF and tag soup are rare, and still feeds."""
    found = read("<news><item><title>Bridge</title><link>https://courier.example/1</link></item></news>")
    assert [entry.url for entry in found.entries] == ["https://courier.example/1"]


@pytest.mark.parametrize(
    ("description", "is_whole"),
    [
        ("<p>" + "word " * 200 + "</p>", False),
        ("<p>" + "word " * 500 + "</p>", True),
        ("<p>" + "word " * 60 + "</p><p>" + "word " * 60 + "</p><p>end.</p>", True),
        ("<p>" + "word " * 60 + "</p><p>" + "word " * 60 + "</p><p>and …</p>", False),
        (
            "<p>" + "word " * 60 + "</p><p>" + "word " * 60 + "</p><p><a href='x'>Continue reading</a></p>",
            False,
        ),
        ("<p>" + "港口大桥因裂缝关闭。" * 15 + "</p><p>潜水员</p><p>周五</p>", False),
        ("<p>" + "港口大桥因裂缝关闭。" * 25 + "</p><p>潜水员</p><p>周五</p>", True),
    ],
)
def test_a_description_is_the_article_by_rule(description: str, is_whole: bool) -> None:  # noqa: FBT001 (a table)
    """An excerpt kept as the article would hide that the article was never fetched."""
    body = rss(f"<link>https://courier.example/1</link><description><![CDATA[{description}]]></description>")
    entry = read(body).entries[0]
    assert (entry.content == description, entry.summary == description) == (is_whole, not is_whole)


def test_an_excerpt_in_content_encoded_is_no_full_text() -> None:
    """Some feeds put the excerpt in both places."""
    entry = read(
        b'<rss xmlns:c="http://purl.org/rss/1.0/modules/content/"><channel><item>'
        b"<link>https://courier.example/1</link><c:encoded>The bridge was shut [&#8230;]</c:encoded>"
        b"</item></channel></rss>"
    ).entries[0]
    assert entry.content is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'<?xml version="1.0"?>\n<!-- x --><rss version="2.0">', True),
        (b'\xef\xbb\xbf<feed xmlns="http://www.w3.org/2005/Atom">', True),
        ("<rss>".encode("utf-16"), True),
        (b'<rdf:RDF xmlns="x">', True),
        (b"<urlset>", True),
        (b'{"version": "https://jsonfeed.org/version/1.1"', True),
        (b"<!doctype html><html><body><rss>", False),
        (b'{"items": []}', False),
        (b"", False),
        (b"\x89PNG\r\n", False),
    ],
)
def test_a_feed_is_known_by_its_first_bytes(body: bytes, expected: bool) -> None:  # noqa: FBT001 (a table)
    """`add` is given an address, and must tell a feed from a page."""
    assert feeds.is_feed(body, None) is expected


def test_a_prefix_that_nobody_declared_is_read_over() -> None:
    """A torn root element takes the declarations of all its prefixes along."""
    found = read("<rss><channel><title>The <a:b>Courier</a:b></title></channel></rss>")
    assert found.title == "The Courier"


def test_relative_links_start_from_an_xml_base() -> None:
    """Feeds of static sites give one for each entry; without one, the article's address serves."""
    link = "&lt;a href='plan.html'&gt;the plan&lt;/a&gt;"
    entry = "<entry{}><link href='https://courier.example/1'/><content type='html'>{}</content></entry>"
    based = entry.format(" xml:base='https://courier.example/bridge/'", link)
    found = read(f"<feed xmlns='http://www.w3.org/2005/Atom'>{based}{entry.format('', link)}</feed>")
    assert [one.content for one in found.entries] == [
        '<a href="https://courier.example/bridge/plan.html">the plan</a>',
        "<a href='plan.html'>the plan</a>",
    ]


def test_an_entity_of_plain_characters_is_put_in() -> None:
    """Hand-made feeds name their publication once, in the document type."""
    found = read('<!DOCTYPE rss [<!ENTITY us "Courier">]><rss><channel><title>&us;</title></channel></rss>')
    assert found.title == "Courier"


@pytest.mark.parametrize(
    "declared",
    ['us SYSTEM "file:///etc/passwd"', 'us "&lol;&lol;&lol;"', '% us "x"', 'us "<title>x</title>"'],
)
def test_an_entity_that_names_more_than_characters_stands_for_nothing(declared: str) -> None:
    """Bombs and files of the reader's machine are made of these (OWASP, XML External Entity)."""
    start = f'<!DOCTYPE rss [<!ENTITY lol "lol"><!ENTITY {declared}>]>'
    assert read(f"{start}<rss><channel><title>&us;</title></channel></rss>").title == "&us;"


def test_entities_do_not_grow_past_their_room() -> None:
    """Two hundred characters for four, a million times, would be a bomb too."""
    start = f"<!DOCTYPE rss [<!ENTITY us '{'x' * 200}'>]>"
    body = "&us;" * (_limits.MAX_EXPANDED // 200 + 1_000)
    found = read(
        f"{start}<rss><channel><item><link>https://courier.example/1</link>"
        f"<description>{body}</description></item></channel></rss>"
    )
    assert (found.entries[0].content or "").count("x") <= _limits.MAX_EXPANDED


@pytest.mark.parametrize("mark", ["&#146;", "&#x92;", "\x92"])
def test_a_control_character_is_the_mark_that_windows_has_in_its_place(mark: str) -> None:
    """Feeds that were typed in Windows would tell of what "dont" happen."""
    assert read(f"<rss><channel><title>Don{mark}t</title></channel></rss>").title == "Don’t"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("A&lt;script&gt;x()&lt;/script&gt; b", "A b"),
        ("A &lt;iframe src='x'&gt;&lt;/iframe&gt;b", "A b"),
        ("The &lt;video&gt; tag", "The <video> tag"),
        ("&lt;blink&gt;Now&lt;/blink&gt;", "Now"),
    ],
)
def test_a_headline_has_no_markup_and_keeps_its_own_words(title: str, words: str) -> None:
    """What is shown in lists must be what the publisher wrote, and run nothing."""
    assert read(f"<rss><channel><title>{title}</title></channel></rss>").title == words


def test_a_videos_description_is_its_summary() -> None:
    """Channels of video sites say nothing elsewhere (Media RSS 1.5.1)."""
    found = read(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'><entry>"
        "<link href='https://courier.example/1'/><media:group><media:description>The bridge</media:description>"
        "</media:group></entry></feed>"
    )
    assert found.entries[0].summary == "<p>The bridge</p>"


def suite() -> list[tuple[str, bytes]]:
    """Return feedparser's own feeds, or nothing where they are absent."""
    if not SUITE.exists():
        return []
    with tarfile.open(SUITE) as packed:
        files = [member for member in packed.getmembers() if member.isfile()]
        return [(member.name, stream.read()) for member in files if (stream := packed.extractfile(member))]


@pytest.mark.skipif(not SUITE.exists(), reason="the suite is not part of the project")
def test_the_feeds_of_another_project_are_all_read() -> None:
    """Two thousand oddities that someone once met: no exception, and a kind for all that are well-formed."""
    kinds = [(name, read(body).kind) for name, body in suite()]
    unread = [name for name, kind in kinds if kind is None and "/wellformed/" in name and "/cdf/" not in name]
    assert len(kinds) > 2_000
    assert len(unread) <= len(kinds) // 100, unread


@pytest.mark.skipif(not SUITE.exists(), reason="the suite is not part of the project")
def test_an_entry_with_an_address_is_found() -> None:
    """At least 99 in 100 of the well-formed feeds whose first item or entry has a plain http address."""
    address = re.compile(
        rb"<(?:item|entry)\b[^>]*>(?:(?!</(?:item|entry)>|<source).)*?(?:<link>\s*https?://[^<\[\s]+\s*</link>"
        rb"|<link(?=[^>]*\bhref=.https?://[^\"'\[]+[\"'])(?![^>]*\brel=.(?!alternate))[^>]*>)",
        re.DOTALL,
    )
    wanted = [(name, body) for name, body in suite() if "/wellformed/" in name and address.search(body)]
    missed = [name for name, body in wanted if not read(body).entries]
    assert len(wanted) > 30
    assert len(missed) <= len(wanted) // 100, missed
