"""Documents: what we wrote reads back as what we wrote, in any words that a publisher may print."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from generated import document_of, documents, some_runs
from onrecord.errors import DocumentFormatError
from onrecord.model import (
    Block,
    ClaimedTime,
    Digest,
    Document,
    Embed,
    Figure,
    Heading,
    KeptPicture,
    ListBlock,
    Paragraph,
    Picture,
    Preformatted,
    Quotation,
    Rule,
    Run,
    Runs,
    Table,
    Translation,
    plain,
)
from onrecord.render.document import read, write

GOLDEN = Path(__file__).parent / "golden" / "documents"


def body_of(document: Document) -> str:
    """What stands after the front matter, headline and header."""
    return write(document).split("\n---\n", 1)[1].partition("\n\n")[2].removesuffix("\n")


# ---------------------------------------------------------------- the promises


@pytest.mark.property
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_a_document_reads_back_as_it_was_written(document: Document) -> None:
    """A rebuild makes everything again out of these files: whatever they lose is lost."""
    assert read(write(document), "a.md") == document


@pytest.mark.property
@settings(max_examples=150, deadline=None)
@given(some_runs)
def test_any_words_read_back(some: Runs) -> None:
    """A sentence may hold any character at any place."""
    document = document_of(Paragraph(some), ListBlock(((Heading(some, 3), Quotation((Paragraph(some),))),)))
    assert read(write(document), "a.md") == document


@pytest.mark.property
@settings(max_examples=150, deadline=None)
@given(some_runs)
def test_another_reader_of_markdown_shows_the_same_words(some: Runs) -> None:
    """Documents are for people with any editor: no stray backslash, nothing swallowed as markup."""
    body = body_of(document_of(Paragraph(some)))
    page = lxml_html.fromstring(f"<div>{MarkdownIt('commonmark').render(body)}</div>")
    for line_break in page.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "").removeprefix("\n")
    assert "".join(map(str, page.itertext())).strip("\n") == plain(some)


@pytest.mark.property
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_the_same_document_is_the_same_bytes(document: Document) -> None:
    """A rebuild must not change one byte of an archive that others hold copies of."""
    other = replace(document, pictures=dict(reversed(list(document.pictures.items()))))
    assert write(document).encode() == write(other).encode()


# ---------------------------------------------------------------- what a person sees


def test_plain_chinese_stays_plain() -> None:
    """Nearly every paragraph is words alone: a person reads them as they were printed."""
    line = "他说：“（2024年）50%的人—包括A_B和snake_case—支持AT&T。” 5 < 6, #1 - yes + no!"
    assert body_of(document_of(Paragraph((Run(line),)))) == line


@pytest.mark.parametrize(
    ("some", "written"),
    [
        ((Run("他"), Run("重要", strong=True), Run("吗")), "他**重要**吗"),
        ((Run("a "), Run("b", emphasis=True), Run(" c")), "a *b* c"),
        ((Run("a", emphasis=True, strong=True),), "***a***"),
        # CommonMark 0.31, 6.2: a delimiter between a word and a quotation mark does not flank it.
        ((Run("他"), Run("“引”", strong=True), Run("吗")), "他<strong>“引”</strong>吗"),
        ((Run("a", strong=True), Run("b", emphasis=True)), "<strong>a</strong><em>b</em>"),
        ((Run("a "), Run("b ", strong=True), Run("c")), "a <strong>b </strong>c"),
        ((Run("a\nb"),), "a\\\nb"),
        ((Run("Look!"), Run("here", link="https://a.example/")), "Look\\![here](https://a.example/)"),
        ((Run("x", link="https://a.example/a b"),), "[x](<https://a.example/a b>)"),
        ((Run("- no list\n1. nor this\n# nor that"),), "\\- no list\\\n1\\. nor this\\\n\\# nor that"),
    ],
)
def test_words_are_written_as_a_person_would(some: Runs, written: str) -> None:
    """Delimiters where they bind, tags where they would not, an escape only where it is needed."""
    assert body_of(document_of(Paragraph(some))) == written


def test_two_lists_in_a_row_stay_two() -> None:
    """Markdown makes one list of two with the same marker."""
    item: tuple[Block, ...] = (Paragraph((Run("a"),)),)
    document = document_of(ListBlock((item,)), ListBlock((item,)), ListBlock((item,)))
    assert body_of(document) == "- a\n\n+ a\n\n- a"


def test_a_kept_picture_is_shown_from_the_archive() -> None:
    """A document opens offline with its pictures, from the place where it stands."""
    picture = Picture("https://paper.example/a.jpg?w=1&h=2", caption="桥", credit="Ann Lee")
    kept = KeptPicture(url=picture.url, digest=Digest("sha256:3f9a"), path="pictures/3f/9a/3f9a.jpg")
    document = replace(document_of(Figure(picture)), pictures={picture.url: kept})
    assert body_of(document) == (
        '<figure>\n<img src="../../../../pictures/3f/9a/3f9a.jpg"'
        ' data-url="https://paper.example/a.jpg?w=1&amp;h=2">\n'
        "<figcaption>桥 <cite>Ann Lee</cite></figcaption>\n</figure>"
    )


def test_a_missing_picture_is_shown_from_its_publisher() -> None:
    """Its address is all that is left of it."""
    picture = Picture("https://paper.example/a.jpg")
    kept = KeptPicture(url=picture.url, reason="403")
    document = replace(document_of(Figure(picture)), pictures={picture.url: kept})
    assert body_of(document) == '<figure>\n<img src="https://paper.example/a.jpg">\n</figure>'


def test_a_document_keeps_its_form() -> None:
    """docs/FORMAT.md promises this form: archives of years are written in it."""
    lead = Picture("https://paper.example/bridge.jpg", "A bridge", "The bridge.", "Ann Lee", 1050, 700)
    document = document_of(
        Figure(lead),
        Paragraph((Run("The bridge is "), Run("shut", strong=True), Run(".\nFor good."))),
        Heading((Run("Why"),)),
        Quotation((Paragraph((Run("It is old."),)),), cite="The mayor"),
        ListBlock(((Paragraph((Run("rust"),)),), (Paragraph((Run("wind"),)),)), is_ordered=True),
        Table((((Run("Year"),), (Run("Cars"),)), ((Run("2023"),), ())), 1, "Traffic"),
        Embed("https://video.example/1", "video", "The last car"),
        Preformatted("O bridge,\n  my bridge"),
        Rule(),
        Paragraph((Run("More "), Run("here", link="https://paper.example/more"))),
        standfirst="No car may cross it.",
        byline="By Ann Lee",
        authors=("Ann Lee",),
        published_at=ClaimedTime(datetime(2024, 5, 17, 10, 50, 43, tzinfo=timezone(timedelta(hours=8)))),
        language="en",
        credits=("Edited by Bo Ek.",),
        translations=(Translation("https://paper.example/zh/a", "zh-Hans"),),
    )
    path = "pictures/3f/9a/3f9a.jpg"
    kept = KeptPicture(url=lead.url, digest=Digest("sha256:3f9a"), path=path, media_type="image/jpeg")
    document = replace(document, pictures={lead.url: kept}, capture_digest=Digest("sha256:00ff"))
    assert write(document) == (GOLDEN / "every-block" / "document.md").read_text("utf-8")


# ---------------------------------------------------------------- what is damaged

WHOLE = write(document_of(Paragraph((Run("Words."),))))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Words alone.", "front matter"),
        (WHOLE.replace("url: https", "uri: https"), "`url`"),
        (WHOLE.replace("number: 7", "number: seven"), "`number`"),
        (WHOLE.replace("kind: page", "kind: rumour"), "`kind`"),
        (WHOLE.replace('captured: "2024', 'captured: "May 2024'), "`captured`"),
        (WHOLE.replace("access: whole", "access: [whole]"), "`access`"),
        (WHOLE.replace("access: whole", "access: 'whole"), "YAML"),
        (WHOLE.replace("format: 1", "format: 2"), "newer On Record"),
        (WHOLE.replace("Words.", "<figure>\n<img src='a'>"), "line 19: <figure> is not closed"),
        (WHOLE.replace("Words.", "<marquee>x</marquee>\n"), "line 19: "),
        (WHOLE.replace("Words.", "![x](y.jpg)"), "line 19: "),
    ],
)
def test_a_damaged_document_is_named_with_its_place(text: str, what: str) -> None:
    """Whoever finds a hole in an archive must know which file it is, and what is wrong in it."""
    with pytest.raises(DocumentFormatError) as caught:
        read(text, "articles/paper.example/2024/05/17-a.md")
    assert str(caught.value).startswith("articles/paper.example/2024/05/17-a.md: ")
    assert what in str(caught.value)


def test_other_line_ends_are_read() -> None:
    """A document that went through somebody's editor on Windows is still the document."""
    assert read(WHOLE.replace("\n", "\r\n"), "a.md") == read(WHOLE, "a.md")


def test_nesting_without_end_is_refused() -> None:
    """What could not be read back must not be written."""
    block: Block = Paragraph((Run("deep"),))
    for _ in range(40):
        block = Quotation((block,))
    with pytest.raises(DocumentFormatError, match="more than 32 deep"):
        write(document_of(block))


def test_nesting_as_deep_as_is_allowed_reads_back() -> None:
    """The limit of the writer lies within the limits of the reader."""
    block: Block = Paragraph((Run("deep", strong=True, link="https://a.example/"),))
    for number in range(32):
        block = ListBlock(((block,),), is_ordered=True) if number % 2 else Quotation((block,))
    document = document_of(block)
    assert read(write(document), "a.md") == document


def test_a_paragraph_in_another_language_says_so_in_the_document() -> None:
    """Whoever learns a language reads a bilingual page in an editor, each half marked for what it is."""
    text = write(document_of(Paragraph((Run("The bell rang."),), "en")))
    assert '\n<p lang="en">The bell rang.</p>\n' in text
