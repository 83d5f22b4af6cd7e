"""HTML: an article as a fragment, and as a calm page without script.

Pure: no files, network, clock or log. The fragment is also what stands in a document where Markdown has
no words for a block, so `render.reading` reads back what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from onrecord.model import (
    Block,
    Document,
    Embed,
    Figure,
    Heading,
    KeptEnclosure,
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
)
from onrecord.text import printed_time, size_told

FigureLines = Callable[[Picture], list[str]]  #: a picture's `<figure>`, line by line
PictureSource = Callable[[KeptPicture | None, Picture], str]  #: the `src` of a picture

# A document may come from a stranger: "javascript:" in it must not become a link in a page of ours.
_SAFE_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;"})
_VALUE_ESCAPES = _TEXT_ESCAPES | str.maketrans({'"': "&quot;"})
_PAGE = """<!DOCTYPE html>
<html{lang}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src * data: file:; \
style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ overflow-wrap: anywhere; max-width: 38rem; margin: 2rem auto; padding: 0 1rem; font: 1.1rem/1.7 serif; }}
h1 {{ line-height: 1.3; }}
.standfirst {{ font-size: 1.15em; }}
.about, figcaption, footer {{ font-size: .85em; opacity: .75; }}
figure {{ margin: 1.5rem 0; }}
img {{ max-width: 100%; height: auto; }}
pre {{ white-space: pre-wrap; }}
table {{ border-collapse: collapse; display: block; overflow-x: auto; }}
td, th {{ border: 1px solid; padding: .2em .5em; text-align: left; }}
</style>
</head>
<body>
<article>
{body}
</article>
</body>
</html>
"""


def text(words: str) -> str:
    """Return *words* for an element's content; it holds no line break."""
    return words.translate(_TEXT_ESCAPES)


def tag(name: str, attributes: Iterable[tuple[str, object]] = ()) -> str:
    """Return a start tag with those *attributes* whose value is not None."""
    pairs = "".join(
        f' {key}="{str(value).translate(_VALUE_ESCAPES)}"' for key, value in attributes if value is not None
    )
    return f"<{name}{pairs}>"


def inline(runs: Runs) -> str:
    """Return *runs* as inline HTML on one line. A link that is not http, https or mailto is left out."""
    written = []
    for link, group in groupby(runs, key=lambda run: run.link):
        content = "".join(map(_formatted, group))
        is_link = link is not None and _SAFE_LINK.match(link)
        written.append(f"{tag('a', [('href', link)])}{content}</a>" if is_link else content)
    return "".join(written)


def _formatted(run: Run) -> str:
    content = "<br>".join(map(text, run.text.split("\n")))
    if run.emphasis:
        content = f"<em>{content}</em>"
    return f"<strong>{content}</strong>" if run.strong else content


def figure_lines(picture: Picture, src: str, extra: Sequence[tuple[str, object]] = ()) -> list[str]:
    """Return a picture's `<figure>`. *extra* attributes go to its `<img>`."""
    image = [("src", src), ("alt", picture.alt), ("width", picture.width), ("height", picture.height)]
    cite = None if picture.credit is None else f"<cite>{text(picture.credit)}</cite>"
    caption = None if picture.caption is None else text(picture.caption)
    words = " ".join(part for part in (caption, cite) if part is not None)
    lines = ["<figure>", tag("img", [*image, *extra])]
    if caption is not None or cite is not None:
        lines.append(f"<figcaption>{words}</figcaption>")
    return [*lines, "</figure>"]


def embed_lines(embed: Embed) -> list[str]:
    """Return a link to what the page embeds; nothing of another site is loaded."""
    address = text(embed.url)
    shown = f"{tag('a', [('href', embed.url)])}{address}</a>" if _SAFE_LINK.match(embed.url) else address
    lines = [tag("figure", [("data-embed", embed.kind)]), shown]
    if embed.text is not None:
        lines.append(f"<figcaption>{text(embed.text)}</figcaption>")
    return [*lines, "</figure>"]


def safe_link(url: str) -> str | None:
    """Return *url* if a page of ours may link to it, else None."""
    return url if _SAFE_LINK.match(url) else None


def enclosure_line(kept: KeptEnclosure, href: str) -> str:
    """Return a link to an enclosure at *href*, with what the feed says of it; on one line, for inside a `<p>`."""
    words = ", ".join(enclosure_words(kept))
    is_link = _SAFE_LINK.match(href) or (kept.path is not None and href.endswith(kept.path))
    name = text(kept.url)
    shown = f"{tag('a', [('href', href)])}{name}</a>" if is_link else name
    return f"{text(words)}: {shown}" if words else shown


def enclosure_words(kept: KeptEnclosure) -> list[str]:
    """Return what the feed says of an enclosure, and why it is missing, each in words."""
    size = size_told(kept.size) if kept.size is not None else None
    missing = f"not kept ({kept.reason})" if kept.reason else None
    return [words for words in (kept.media_type, size, missing) if words]


def table_lines(table: Table) -> list[str]:
    """Return a table, a line for each row."""
    lines = ["<table>"]
    if table.caption is not None:
        lines.append(f"<caption>{text(table.caption)}</caption>")
    for part, cell, rows in (
        ("thead", "th", table.rows[: table.head_rows]),
        ("tbody", "td", table.rows[table.head_rows :]),
    ):
        if rows:
            lines.append(f"<{part}>")
            lines += [
                "<tr>" + "".join(f"<{cell}>{inline(runs)}</{cell}>" for runs in row) + "</tr>" for row in rows
            ]
            lines.append(f"</{part}>")
    return [*lines, "</table>"]


def block_lines(block: Block, figure: FigureLines) -> list[str]:
    """Return a block as lines of HTML that may be joined with a line feed or with nothing."""
    match block:
        case Paragraph(runs, language):
            return [f"{tag('p', [('lang', language)])}{inline(runs)}</p>"]
        case Heading(runs, level, language):
            return [f"{tag(f'h{level}', [('lang', language)])}{inline(runs)}</h{level}>"]
        case Quotation(blocks, cite):
            foot = [] if cite is None else [f"<footer><cite>{text(cite)}</cite></footer>"]
            return ["<blockquote>", *_lines(blocks, figure), *foot, "</blockquote>"]
        case ListBlock(items, is_ordered):
            name = "ol" if is_ordered else "ul"
            inner = [line for item in items for line in ("<li>", *_lines(item, figure), "</li>")]
            return [f"<{name}>", *inner, f"</{name}>"]
        case Table():
            return table_lines(block)
        case Figure(picture):
            return figure(picture)
        case Embed():
            return embed_lines(block)
        case Preformatted(words):
            # A line feed right after <pre> is dropped (HTML, 13.2.6.4.7), even one that is escaped.
            lost = "&#10;" if words.startswith("\n") else ""
            return [f"<pre>{lost}{text(words)}</pre>"]
        case Rule():
            return ["<hr>"]


def _lines(blocks: Sequence[Block], figure: FigureLines) -> list[str]:
    return [line for block in blocks for line in block_lines(block, figure)]


def fragment(blocks: Sequence[Block], figure: FigureLines | None = None, *, joiner: str = "\n") -> str:
    """Return *blocks* as HTML. Pictures point to their publisher unless *figure* says otherwise."""
    return joiner.join(_lines(blocks, figure or (lambda picture: figure_lines(picture, picture.url))))


def article_html(document: Document, *, picture_src: PictureSource) -> str:
    """Return a complete page, without script, that loads nothing but its pictures.

    *picture_src* gives a picture's `src`: what is kept of it (None: nothing is known) and the picture.
    """
    article = document.revision.article

    def figure(picture: Picture) -> list[str]:
        return figure_lines(picture, picture_src(document.pictures.get(picture.url), picture))

    lines = [
        *_element("p", article.kicker, "about"),
        f"<h1>{text(article.headline)}</h1>",
        *_element("p", article.standfirst, "standfirst"),
        *_element("p", article.byline, "byline"),
        _about(document),
        fragment(article.blocks, figure),
        *_notes(document),
    ]
    lang = "" if article.language is None else tag("", [("lang", article.language)])[1:-1]
    return _PAGE.format(
        lang=lang, title=text(article.headline), body="\n".join(line for line in lines if line)
    )


def _about(document: Document) -> str:
    """Return when it was published, as claimed, when it was kept, and where it stood."""
    article = document.revision.article
    claims = [("published", article.published_at), ("changed", article.modified_at)]
    words = [f"{word} {text(printed_time(time))}" for word, time in claims if time is not None]
    words.append(f"kept {document.revision.captured_at:%Y-%m-%d %H:%M} UTC")
    words.append(inline((Run(article.canonical_url, article.canonical_url),)))
    return f'<p class="about">{" · ".join(words)}</p>'


def _element(name: str, words: str | None, kind: str) -> list[str]:
    return [] if words is None else [f'<{name} class="{kind}">{text(words)}</{name}>']


def _notes(document: Document) -> list[str]:
    article = document.revision.article
    notes = [f"<p>{text(words)}</p>" for words in (*article.credits, *article.corrections)]
    for translation in article.translations:
        word = "Original" if translation.is_original else f"In {translation.language or 'another language'}"
        notes.append(f"<p>{text(word)}: {inline((Run(translation.url, translation.url),))}</p>")
    notes += [f"<p>{enclosure_line(one, one.url)}</p>" for one in document.enclosures]
    return ["<footer>", *notes, "</footer>"] if notes else []
