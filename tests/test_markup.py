"""Decoding and parsing: strangers' bytes become text and a tree, and never an exception."""

from __future__ import annotations

import time

import pytest

from onrecord import markup

CHINESE = "市政府表示，工程师在桥墩发现裂缝后，大桥已经关闭。"


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (b"\xef\xbb\xbf<p>caf\xc3\xa9", "text/html; charset=iso-8859-1", "utf-8"),
        (b"<p>caf\xe9", "text/html; charset=ISO-8859-1", "cp1252"),
        (b'<meta charset="windows-1251"><p>' + "привет всем".encode("cp1251"), None, "cp1251"),
        (b'<meta charset="gb2312"><p>' + CHINESE.encode("gb18030"), None, "gb18030"),
        (b'<?xml version="1.0" encoding="EUC-JP"?><p>' + "こんにちは".encode("euc_jp"), None, "euc_jp"),
        (b'<!-- <meta charset="koi8-r"> --><p>caf\xc3\xa9', None, "utf-8"),
        (b'<meta charset="utf-16"><p>caf\xc3\xa9', None, "utf-8"),
        ("\ufeff<p>é".encode("utf-16-le"), None, "utf-16-le"),
        (b"<p>plain", "text/html; charset=no-such-thing", "utf-8"),
    ],
)
def test_the_encoding_is_found_as_browsers_find_it(
    body: bytes, content_type: str | None, encoding: str
) -> None:
    """A reader must see words and not rubbish: BOM, header, then <meta> (HTML, 13.2.3)."""
    assert markup.decode(body, content_type).encoding == encoding


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (CHINESE * 4, "gb18030"),
        ("市政府表示，工程師在橋墩發現裂縫後，大橋已經關閉，為了大家的安全。" * 4, "big5hkscs"),
        ("橋の東側の橋脚にひびが見つかったため、市は橋を閉鎖した。" * 4, "cp932"),
        ("После осмотра моста город закрыл движение по нему." * 4, "cp1251"),
        ("Le pont a été fermé après une découverte à l’est." * 4, "cp1252"),
    ],
)
def test_an_undeclared_encoding_is_guessed_from_its_characters(text: str, codec: str) -> None:
    """Pages of twenty years ago say nothing of their encoding."""
    assert markup.decode(text.encode(codec)).text == text


def test_a_declared_encoding_that_the_bytes_contradict_is_set_aside() -> None:
    """A page moved from GB 18030 to a server that calls everything UTF-8 stays readable."""
    decoded = markup.decode((CHINESE * 5).encode("gb18030"), "text/html; charset=utf-8")
    assert decoded.text == CHINESE * 5
    assert [problem.code for problem in decoded.problems] == ["encoding-contradicted"]


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (CHINESE * 5, "gb18030", "iso-8859-1"),
        (CHINESE * 5, "gb18030", "big5"),
        (CHINESE * 5, "utf-8", "gb2312"),
        ("Le pont a été fermé. " * 5, "utf-8", "iso-8859-1"),
        ("橋の東側の橋脚にひびが見つかったため、市は橋を閉鎖した。" * 5, "euc_jp", "iso-8859-1"),
        ("교량의 동쪽 교각에서 균열이 발견되어 시는 다리를 폐쇄했다. " * 5, "cp949", "gb2312"),
    ],
)
def test_a_label_that_lies_is_set_aside(text: str, codec: str, label: str) -> None:
    """Servers call all their pages by one name; a reader wants the words."""
    assert markup.decode(text.encode(codec), f"text/html; charset={label}").text == text


@pytest.mark.parametrize(
    "text", ["Þórður Ægisson, Ýmir, þaðð " * 9, "Ñandú ÁÉÍÓÚ ÑÑÑ " * 9, "Größe, Straße, möglich " * 9]
)
def test_a_western_label_that_is_true_stays(text: str) -> None:
    """Rare letters must not be taken for Chinese ones."""
    assert markup.decode(text.encode("cp1252"), "text/html; charset=iso-8859-1").text == text


def test_utf_8_with_a_few_bad_bytes_stays_utf_8() -> None:
    """One quotation pasted from an old file must not turn every quotation mark of the page to rubbish."""
    body = "It said “no”, then “yes”. ".encode() * 4 + b"caf\xe9 na\xefve"
    assert markup.decode(body, "text/html; charset=utf-8").text.startswith("It said “no”, then “yes”. ")


def test_a_refused_encoding_is_named() -> None:
    """Encodings that hide markup in escapes are read by no browser (Encoding Standard, 4.2, "replacement")."""
    (problem,) = markup.decode(b"<p>plain", "text/html; charset=hz-gb-2312").problems
    assert problem.code == "encoding-refused"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_a_page_is_utf_8_without_nul_whatever_it_came_in(codec: str) -> None:
    """The parser ends a text at a NUL, and takes UTF-8 alone: it gets a page's own bytes where they are that."""
    declared = f'<meta charset="{codec}"><p>\x00{CHINESE}'
    assert markup.decode(declared.encode(codec)).utf8 == declared.replace("\x00", "").encode()


def test_a_character_cut_in_two_by_the_size_of_a_look_is_whole() -> None:
    """Bytes are looked through piece by piece; a page that is right at every byte must not be called broken."""
    decoded = markup.decode(b'<meta charset="utf-8">a' + ("桥" * 100_000).encode())
    assert (decoded.encoding, decoded.problems) == ("utf-8", ())


@pytest.mark.parametrize(("apart", "value"), [(" ", "=1"), ("/", ""), ("", '=""'), ('" ', "=")])
def test_what_stands_around_a_monstrous_tag_is_kept(apart: str, value: str) -> None:
    """One tag made to hurt must not take the page's text with it."""
    monster = "<p " + apart.join(f"a{number}{value}" for number in range(10_000)) + ">"
    tree = markup.parse(f"<h1>Before</h1>{monster}<h2>After</h2>")
    assert [element.text for element in tree.elements("h1", "h2")] == ["Before", "After"]


def test_a_picture_within_an_attribute_is_no_monstrous_tag() -> None:
    """Base64 has a slash in each line; the picture's tag, and what it shows, are the page's."""
    tree = markup.parse(f'<img src="data:image/png;base64,{"abc/" * 10_000}" alt="A bridge"><p>After')
    assert [element.attributes["alt"] for element in tree.elements("img")] == ["A bridge"]


def test_a_long_text_without_tags_is_no_monstrous_tag() -> None:
    """A verdict printed as plain text has ten thousand words between two tags."""
    tree = markup.parse(f"<pre>{'word ' * 10_000}</pre><p>After")
    assert (len(next(tree.elements("pre")).text), tree.problems) == (50_000, ())


def test_elements_come_in_the_order_of_the_page() -> None:
    """Autodiscovery takes the first feed that a page names."""
    tree = markup.parse("<link rel=alternate href=/a><p><a href=/b>B <b>b</b></a>")
    assert [(element.tag, element.attributes.get("href")) for element in tree.elements("a", "link")] == [
        ("link", "/a"),
        ("a", "/b"),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<div>" * 100_000 + "x" + "</div>" * 100_000, "page-too-deep"),
        ("<b>x</p>" * 100_000, "page-too-deep"),
        ("<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">x", "page-monstrous-tag"),
    ],
)
def test_a_page_made_to_take_for_ever_is_cut(text: str, problem: str) -> None:
    """One page must not hold up the round; lexbor alone would take minutes for the first."""
    begin = time.process_time()
    tree = markup.parse(text)
    assert time.process_time() - begin < 2
    assert [one.code for one in tree.problems] == [problem]
