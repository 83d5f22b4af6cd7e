"""Generated articles and documents: every kind of block, in any words that a publisher may print."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from onrecord.model import (
    Access,
    Article,
    ArticleId,
    Block,
    CanonicalUrl,
    ClaimedTime,
    Digest,
    Document,
    Embed,
    Figure,
    Heading,
    KeptEnclosure,
    KeptPicture,
    ListBlock,
    Paragraph,
    Picture,
    Precision,
    Preformatted,
    Quotation,
    ReadingKind,
    Revision,
    Rule,
    Run,
    SourceId,
    Table,
    Terms,
    Translation,
    VerdictKind,
)
from onrecord.text import clean, fold_space, normal_runs

#: Pieces that mean something to Markdown, HTML or YAML, beside words that mean nothing to them.
PIECES = st.sampled_from(
    [
        *"*_[]()<>&`\\#+-=~!|:\"'{}$%@^.,1 \n\t",
        *("中文", "“引”", "（注）", "、", "word", "é", "한국", "😀", "€", "\u00a0", "\u3000", "\u200b"),
        *("**", "__", "***", "---", "===", "```", "~~~", "1. ", "10) ", "- ", "> ", "## ", " #", "    "),
        *("&amp;", "&lt;", "&#42;", "&nbsp;", "<b>", "</em>", "<!--", "-->", "<p>", "<br>", "]]>", "<1@a.b>"),
        *("https://a.example/x_y_z", "[x]: /y", "[a](b)", "![a](b)", "<https://a.example>", "a_b", "|-|"),
        *("yes", "null", "2024-05-17", ": ", "# ", "%", "---\n"),
    ]
)
words = st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=8).map("".join)
phrases = words.map(fold_space).filter(bool)
maybe_phrases = st.none() | phrases
urls = st.lists(
    st.sampled_from([*"ab/?=&_*()[]<>\\\"' %,;!#中", "%20", "&amp;", "&copy;", "..", "http://"]), max_size=6
).map(lambda parts: "https://a.example/" + "".join(parts))
runs = st.lists(
    st.builds(
        Run,
        text=words,
        link=st.none() | st.none() | urls | st.just("mailto:a@b.example"),
        emphasis=st.booleans(),
        strong=st.booleans(),
    ),
    max_size=5,
).map(normal_runs)
some_runs = runs.filter(bool)
sizes = st.none() | st.integers(1, 9999)
pictures = st.builds(
    Picture,
    url=urls,
    alt=maybe_phrases,
    caption=maybe_phrases,
    credit=maybe_phrases,
    width=sizes,
    height=sizes,
    fallback_urls=st.lists(urls, max_size=2).map(tuple),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Rows of any widths, some of them the heading."""
    rows = draw(st.lists(st.lists(runs, max_size=3).map(tuple), max_size=3).map(tuple))
    return Table(rows, draw(st.integers(0, len(rows))), draw(maybe_phrases))


leaves: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, some_runs),
    st.builds(Paragraph, some_runs),
    st.builds(Paragraph, some_runs, st.sampled_from(["en", "zh-Hant"])),
    st.builds(Heading, runs, st.integers(2, 6), st.none() | st.just("en")),
    st.builds(Figure, pictures),
    tables(),
    st.builds(Embed, url=urls, kind=st.sampled_from(["video", "link"]), text=maybe_phrases),
    st.builds(Preformatted, words.map(clean)),
    st.just(Rule()),
)


def nests(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    """Quotations and lists around blocks."""
    some = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Quotation, some, maybe_phrases),
        st.builds(ListBlock, st.lists(some, max_size=3).map(tuple), st.booleans()),
    )


blocks = st.lists(st.recursive(leaves, nests, max_leaves=6), max_size=5).map(tuple)


@st.composite
def claimed_times(draw: st.DrawFn) -> ClaimedTime:
    """A time as `dates` makes it: no finer than it says, a zone only where there is an hour."""
    precision = draw(st.sampled_from(Precision))
    value = draw(st.datetimes(datetime(1600, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 (naive on purpose)
    value = value.replace(microsecond=0)
    if precision is not Precision.SECOND:
        value = value.replace(second=0)
    if precision in {Precision.MINUTE, Precision.SECOND}:
        offset = draw(st.none() | st.integers(-720, 840))
        return ClaimedTime(
            value if offset is None else value.replace(tzinfo=timezone(timedelta(minutes=offset))), precision
        )
    value = value.replace(hour=0, minute=0)
    if precision is not Precision.DAY:
        value = value.replace(day=1)
    return ClaimedTime(value.replace(month=1) if precision is Precision.YEAR else value, precision)


texts = st.lists(phrases, max_size=2).map(tuple)
articles = st.builds(
    Article,
    canonical_url=urls.map(CanonicalUrl),
    headline=phrases,
    kicker=maybe_phrases,
    standfirst=maybe_phrases,
    byline=maybe_phrases,
    authors=texts,
    dateline=maybe_phrases,
    published_at=st.none() | claimed_times(),
    modified_at=st.none() | claimed_times(),
    section=maybe_phrases,
    topics=texts,
    language=st.sampled_from([None, "zh-Hans", "no"]),
    access=st.sampled_from(Access),
    blocks=blocks,
    credits=texts,
    corrections=texts,
    translations=st.lists(
        st.builds(Translation, urls, st.sampled_from([None, "en"]), st.booleans()), max_size=2
    ).map(tuple),
)
digests = st.integers(0, 2**256 - 1).map(lambda number: Digest(f"sha256:{number:064x}"))


TERMS = st.builds(
    Terms,
    no_archive=st.booleans(),
    tdm_reserved=st.none() | st.booleans(),
    tdm_policy=st.none() | st.just("https://paper.example/p.json"),
    is_free=st.none() | st.booleans(),
    is_lent=st.booleans(),
    said=st.lists(st.sampled_from(["meta robots: noarchive", "X-Robots-Tag: noarchive"]), max_size=2).map(
        tuple
    ),
)


ENCLOSURES = st.lists(
    st.builds(
        KeptEnclosure,
        url=st.sampled_from(["https://paper.example/a.mp3", "https://paper.example/b.pdf?x=1&y=2"]),
        media_type=st.none() | st.sampled_from(["audio/mpeg", "application/pdf"]),
        size=st.none() | st.integers(0, 10**12),
        reason=st.none() | phrases,
    ),
    max_size=2,
).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document; some of its pictures are kept, some are missing, of some nothing is known."""
    article = draw(articles)
    kept: dict[str, KeptPicture] = {}
    for picture in article.pictures:
        digest = draw(st.none() | digests)
        if digest is not None:
            name = digest.removeprefix("sha256:")
            path = f"pictures/{name[:2]}/{name[2:4]}/{name}.jpg"
            kept[picture.url] = KeptPicture(url=picture.url, digest=digest, path=path, width=draw(sizes))
        elif draw(st.booleans()):
            kept[picture.url] = KeptPicture(url=picture.url, reason=draw(phrases))
    return Document(
        id=ArticleId("abcdefghij27"),
        source=SourceId("paper.example"),
        number=draw(st.integers(1, 10**7)),
        revision=Revision(
            article=article,
            number=draw(st.integers(1, 50)),
            captured_at=draw(st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC))).replace(  # noqa: DTZ001
                microsecond=0
            ),
            content_digest=draw(digests),
            kind=draw(st.sampled_from(ReadingKind)),
        ),
        capture_digest=draw(st.none() | digests),
        capture_record=draw(st.none() | st.uuids().map(lambda uuid: f"<urn:uuid:{uuid}>")),
        reader_version=draw(st.sampled_from(["1", "2.0", "1e3"])),
        learned=draw(st.sampled_from([None, "0f3a9c21d4e5", "123456789012", "1e3456789012"])),
        verdict=draw(st.sampled_from(VerdictKind)),
        terms=draw(TERMS),
        pictures=kept,
        enclosures=draw(ENCLOSURES),
    )


def document_of(*some: Block, **fields: Any) -> Document:
    """A document with these blocks."""
    article = Article(
        **{
            "canonical_url": CanonicalUrl("https://paper.example/a"),
            "headline": "Bridge shut",
            "blocks": some,
            **fields,
        }
    )
    return Document(
        id=ArticleId("abcdefghij27"),
        source=SourceId("paper.example"),
        number=7,
        revision=Revision(
            article=article,
            number=1,
            captured_at=datetime(2024, 5, 17, 3, 7, 1, tzinfo=UTC),
            content_digest=Digest(f"sha256:{7:064x}"),
        ),
        capture_digest=None,
        capture_record=None,
        reader_version="1",
    )
