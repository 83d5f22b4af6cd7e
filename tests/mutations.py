"""Pages made worse, the same way each time: what cut connections, bad templates and spite make of them.

A mutation takes a page, a seeded source of chance and a size from 0 to 1, and returns other bytes. At size 1 it
nests 10,000 deep, or makes one element of 20 MB.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

DEPTH = 10_000
HUGE = 20_000_000
MANY = 150_000

Mutation = Callable[[bytes, Random, float], bytes]

_TAG = re.compile(rb"<[/a-zA-Z][^>]{0,2000}>")
_END_TAG = re.compile(rb"</[a-zA-Z][^>]{0,100}>")
_CHARSET = re.compile(rb"(?i)charset\s*=\s*[\"']?[\w-]+")
_JSON_LD = re.compile(rb"(?is)(<script[^>]{0,200}ld\+json[^>]{0,200}>)(.*?)(</script)")
_STRING = re.compile(rb'"(?:[^"\\]|\\.){0,2000}"')
_CODECS = (
    "utf-16",
    "utf-16-be",
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "cp949",
    "koi8_r",
    "cp1252",
    "utf-8-sig",
)
_LABELS = (
    b"gb2312",
    b"big5",
    b"utf-16",
    b"x-user-defined",
    b"iso-2022-jp",
    b"windows-1251",
    b"no-such",
    b"utf-7",
)
_NESTED = (
    *(
        b"<div>",
        b"<b>",
        b"<a href=/x>",
        b"<table><tr><td>",
        b"<ul><li>",
        b"<blockquote>",
        b"<div class=menu>",
    ),
    *(
        b"<svg><g>",
        b"<math><mi>",
        b"<select><optgroup>",
        b"<template>",
        b"<button>",
        b"<form>",
        b"<noscript>",
    ),
    *(b"<b><p>", b"<a><table>", b"<font><div>", b"<article>", b"<figure>", b"<frameset>", b"<ruby><rt>"),
)
_WHOLE = (
    *((b"<p>", b"</p>"), (b"<!--", b"-->"), (b"<script>", b"</script>"), (b"<style>", b"</style>")),
    *((b"<title>", b"</title>"), (b"<textarea>", b"</textarea>"), (b"<pre>", b"</pre>"), (b"<h1>", b"</h1>")),
    *((b'<img alt="', b'">'), (b'<a href="', b'">x</a>'), (b'<div class="', b'">'), (b"<", b">")),
    *(
        (b'<meta name=description content="', b'">'),
        (b'<img srcset="', b'">'),
        (b"<li class=menu>", b"</li>"),
    ),
    *(
        (b'<script type="application/ld+json">["', b'"]</script>'),
        (b'<p style="', b'">'),
        (b"<![CDATA[", b"]]>"),
    ),
)
_STUFF = (
    *(
        b"a",
        b"word ",
        b"\xe6\xa1\xa5",
        b"&amp;",
        b"\x00",
        b"\xff",
        b"<",
        b"\n",
        b" ",
        b"a=1 ",
        b'a="" ',
        b"a/",
        b".",
    ),
    *(
        b"&#xd800;",
        b"https://paper.example/a 100w, ",
        b"by A. Lee, ",
        b"2024-05-17 ",
        b'\\"',
        b"(",
        b"\xc2\xa0",
    ),
)
_REPEATED = (
    *(
        b"<b>",
        b"<a href=/x>x",
        b"<p>x",
        b"<li>x",
        b"<br>",
        b"<img src=x>",
        b"<td>x",
        b"<option>x",
        b"</p>",
        b"<b><p>",
    ),
    *(b"<h1>x</h1>", b"<nav><a href=/>x</a></nav>", b"<script>1</script>", b"<time>1</time>", b"<i>x</i> "),
    *(
        b'<meta name=author content="A">',
        b"<link rel=canonical href=/x>",
        b"<tr><td>1",
        b"<hr>",
        b"<iframe src=x>",
    ),
    *(
        b"<div class=related>x</div>",
        b"<span itemprop=headline>x</span>",
        b"<p>One sentence more, and another. </p>",
    ),
)
_VALUES = (
    *(
        b'"\\ud800"',
        b'"\\udc00\\ud800 x"',
        b'"&lt;p&gt;&#xD800;&quot;"',
        b"null",
        b"1e999",
        b"[[[[]]]]",
        b"{}",
        b"-0",
    ),
    *(
        b'"\\u0000\\u202e"',
        b"NaN",
        b'"<p>x</p>&amp;amp;"',
        b'["a", null, {"name": ["b"]}]',
        b'{"@id": 7}',
        b'"\xff"',
    ),
)


def truncated(page: bytes, dice: Random, _size: float) -> bytes:
    """The connection broke."""
    return page[: dice.randrange(len(page) + 1)]


def without_some_tags(page: bytes, dice: Random, _size: float) -> bytes:
    """Tags are lost, here and there or nearly all."""
    share = dice.choice((0.05, 0.5, 0.95))
    return _TAG.sub(lambda tag: b"" if dice.random() < share else tag[0], page)


def unclosed(page: bytes, dice: Random, _size: float) -> bytes:
    """End tags are lost."""
    share = dice.choice((0.2, 1.0))
    return _END_TAG.sub(lambda tag: b"" if dice.random() < share else tag[0], page)


def nested(page: bytes, dice: Random, size: float) -> bytes:
    """Elements in one another, thousands deep, closed or not, around the rest or beside it."""
    opened = dice.choice(_NESTED)
    times = max(int(DEPTH * size), 1)
    closed = b"".join(b"</" + name + b">" for name in reversed(re.findall(rb"<(\w+)", opened)))
    at = _between_tags(page, dice)
    inside = dice.choice((b"x", page[at:]))
    return page[:at] + opened * times + inside + closed * dice.choice((0, times)) + page[at:]


def one_huge(page: bytes, dice: Random, size: float) -> bytes:
    """One element, attribute, comment or script of twenty megabytes."""
    opened, closed = dice.choice(_WHOLE)
    stuff = dice.choice(_STUFF)
    at = _between_tags(page, dice)
    return page[:at] + opened + stuff * int(HUGE * size / len(stuff)) + closed + page[at:]


def many(page: bytes, dice: Random, size: float) -> bytes:
    """One small thing, a hundred thousand times."""
    at = _between_tags(page, dice)
    return page[:at] + dice.choice(_REPEATED) * int(MANY * size) + page[at:]


def in_another_charset(page: bytes, dice: Random, _size: float) -> bytes:
    """The bytes are another encoding's, or the label is."""
    if dice.random() < 0.5:
        return page.decode("utf-8", "replace").encode(dice.choice(_CODECS), "replace")
    return _CHARSET.sub(b"charset=" + dice.choice(_LABELS), page)


def with_bad_bytes(page: bytes, dice: Random, _size: float) -> bytes:
    """Bytes flipped, NULs among them."""
    worse = bytearray(page)
    for _ in range(dice.choice((1, 100, len(page) // 20))):
        if worse:
            worse[dice.randrange(len(worse))] = dice.choice(
                (0, 0xFF, 0xED, 0x3C, 0x3E, 0x22, dice.randrange(256))
            )
    return bytes(worse)


def with_bad_json(page: bytes, dice: Random, size: float) -> bytes:
    """JSON-LD with entities, surrogates, other types, ten thousand brackets; where there is none, with some."""
    if not _JSON_LD.search(page):
        page = b'<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x"}</script>' + page
    deep = b"[" * int(DEPTH * size)

    def worse(script: re.Match[bytes]) -> bytes:
        share = dice.choice((0.05, 0.5))
        inner = _STRING.sub(
            lambda text: dice.choice(_VALUES) if dice.random() < share else text[0], script[2]
        )
        inner = dice.choice(
            (inner, inner, inner[: len(inner) // 2], deep + inner, b"[" + b"9" * 5_000 + b"]")
        )
        return script[1] + inner + script[3]

    return _JSON_LD.sub(worse, page)


def shuffled(page: bytes, dice: Random, _size: float) -> bytes:
    """The page's parts in another order, some of them twice."""
    cuts = sorted(_between_tags(page, dice) for _ in range(12))
    parts = [page[start:end] for start, end in zip([0, *cuts], [*cuts, len(page)], strict=True)]
    return b"".join(dice.choices(parts, k=len(parts)))


KINDS: tuple[Mutation, ...] = (
    *(truncated, without_some_tags, unclosed, nested, one_huge, many, in_another_charset, with_bad_bytes),
    *(with_bad_json, shuffled),
)


def mutated(page: bytes, kind: Mutation, seed: int, *, size: float) -> bytes:
    """Return *page* made worse in one way; the same for the same seed."""
    return kind(page, Random(f"{kind.__name__}-{seed}"), size)  # noqa: S311 (the same each time is the point)


def _between_tags(page: bytes, dice: Random) -> int:
    """Return a place in *page* behind a ">"."""
    return page.find(b">", dice.randrange(len(page) + 1)) + 1
