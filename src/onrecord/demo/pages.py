"""The demo's pages as HTML: each publication in its own hand, from the stories and the day's noise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from string import Template

from onrecord.demo.noise import noise
from onrecord.demo.pictures import HEIGHT, SMALL_WIDTH, WIDTH
from onrecord.demo.stories import Publication, Story, load, template
from onrecord.model import Block, Figure, Heading, Paragraph, Picture, Quotation, Runs, Table, plain

#: The picture proxy of the lineage; it refuses here, as it often does in life.
PROXY_HOST = "images.weserv.nl"

_EMPTY_GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=="


def article_page(publication: Publication, story: Story, day: int) -> str:
    """Return the page of *story* on *day*."""
    hand = _HANDS[publication.id]
    blocks = story.blocks(day)
    lead, rest = hand.split_lead(blocks)
    lead_picture = next((block.picture for block in blocks if isinstance(block, Figure)), None)
    headline = story.headline_on(day)
    fields = {
        **noise(publication, story.url, day),
        "headline": escape(headline),
        "description": escape(story.standfirst or headline),
        "canonical": escape(story.copy_of or story.url),
        "section": escape(story.section),
        "published": story.published_at.isoformat(),
        "modified": story.modified_at(day).isoformat(),
        "pudate": f"{story.published_at:%Y-%m-%d %H:%M:%S}",
        "printed": hand.date(story.published_at),
        "updated": f' <span class="updated">Updated {_english_date(story.modified_at(day))}</span>'
        if story.is_edited_by(day)
        else "",
        "byline": hand.byline(story),
        "standfirst": f'<p class="standfirst">{escape(story.standfirst)}</p>\n' if story.standfirst else "",
        "og_image": f'<meta property="og:image" content="{escape(lead_picture.url)}">\n'
        if lead_picture
        else "",
        "json_ld": _json_ld(story, day, lead_picture),
        "lead": "".join(hand.block(block) + "\n" for block in lead),
        "body": "\n".join(hand.block(block) for block in rest),
        "paywall": _PAYWALL if story.is_part else "",
        "corrections": "".join(
            f'<p class="correction">{escape(note)}</p>\n' for note in story.corrections(day)
        ),
        **_translation(publication, story),
    }
    return Template(template(f"{publication.id}-page.html")).substitute(fields)


def front_page(publication: Publication, day: int) -> str:
    """Return the publication's front page on *day*. A publication that is feed alone lists nothing."""
    fields = {
        **noise(publication, publication.home_url, day),
        "list": "\n".join(_listed(publication, story, day) for story in publication.listed(day)),
    }
    return Template(template(f"{publication.id}-front.html")).substitute(fields)


def gone_page(status: int) -> str:
    """Return what stands where nothing stands."""
    words = {404: "Not found", 410: "Gone"}[status]
    return f"<!DOCTYPE html>\n<title>{words}</title>\n<h1>{words}</h1>\n<p>There is nothing at this address.</p>\n"


def lineage_html(story: Story, original: Story | None, day: int) -> str:
    """Return the full text of *story* as such feeds have had it since 2022: address, time, section, footer."""
    lead, rest = _first_figure(story.blocks(day))
    claimed = f"{story.published_at:%Y-%m-%d %H:%M:%S}"
    parts = [
        f"<address>{escape(', '.join(story.authors))}</address>",
        f'<time pudate="{claimed}" datetime="{claimed}">{_chinese_date(story.published_at)}</time>',
        *(_chinese_block(block) for block in lead),
        "<section>",
        *(_lineage_block(block) for block in rest),
        "</section><footer><p>翻译：苍鹭湾报中文网</p>",
        *(f"<p>{escape(note)}</p>" for note in story.corrections(day)),
    ]
    if original:
        parts.append(_original_link(original))
    return "".join([*parts, "</footer>"])


def plain_html(story: Story, day: int) -> str:
    """Return the body of *story* as plain paragraphs, as a wire's feed has it."""
    return "\n".join(_courier_block(block) for block in story.blocks(day))


def original_of(publication: Publication, story: Story) -> Story | None:
    """Return the story that *story* was translated from, if it was."""
    return _twin(story, publication.original)


def translation_of(publication: Publication, story: Story) -> Story | None:
    """Return the translation that the page of *story* links to: one that came out with it."""
    for other in load():
        if other.original == publication.id and (twin := other.story(story.slug)):
            return twin if twin.first_day == story.first_day else None
    return None


def proxied(url: str) -> str:
    """Return *url* behind the picture proxy, with a bare "://" in the query, as feeds write it.

    The scheme is named: without it https is meant, and the demo speaks http alone.
    """
    return f"https://{PROXY_HOST}/?url={url}"


def _twin(story: Story, publication_id: str | None) -> Story | None:
    return next((other.story(story.slug) for other in load() if other.id == publication_id), None)


# ---------------------------------------------------------------- what the hands share


def _inline(runs: Runs) -> str:
    return "".join(
        f'<a href="{escape(run.link)}">{escape(run.text)}</a>' if run.link else escape(run.text)
        for run in runs
    )


def _table(table: Table) -> str:
    rows = []
    for number, row in enumerate(table.rows):
        tag = "th" if number < table.head_rows else "td"
        rows.append("<tr>" + "".join(f"<{tag}>{_inline(cell)}</{tag}>" for cell in row) + "</tr>")
    return f"<table>{''.join(rows)}</table>"


def _text_block(block: Block) -> str:
    """Return any block but a figure as HTML."""
    match block:
        case Paragraph(runs):
            return f"<p>{_inline(runs)}</p>"
        case Heading(runs, level):
            return f"<h{level}>{_inline(runs)}</h{level}>"
        case Quotation(blocks, cite):
            foot = f"<footer>{escape(cite)}</footer>" if cite else ""
            return f"<blockquote>{''.join(map(_text_block, blocks))}{foot}</blockquote>"
        case Table():
            return _table(block)
        case _:
            raise TypeError(f"the demo's stories hold no {type(block).__name__}")


def _first_figure(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    return (blocks[:1], blocks[1:]) if blocks and isinstance(blocks[0], Figure) else ((), blocks)


def _no_lead(blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    return (), blocks


def _translation(publication: Publication, story: Story) -> dict[str, str]:
    original = original_of(publication, story)
    if original:
        return {
            "alternate": f'<link rel="alternate" hreflang="en" href="{escape(original.url)}">\n',
            "translation": f"{_original_link(original)}\n",
        }
    translation = translation_of(publication, story)
    if translation:
        return {
            "alternate": f'<link rel="alternate" hreflang="zh-Hans" href="{escape(translation.url)}">\n',
            "translation": f'<p class="translation"><a hreflang="zh-Hans" lang="zh-Hans" '
            f'href="{escape(translation.url)}">阅读简体中文版</a></p>\n',
        }
    return {"alternate": "", "translation": ""}


def _listed(publication: Publication, story: Story, day: int) -> str:
    link = story.url.removeprefix(f"http://{publication.host}")
    headline = escape(story.headline_on(day))
    if publication.id == "songling":
        return f'<a href="{escape(link)}">{headline}</a> <small>{story.published_at:%m/%d}</small><br>'
    standfirst = f"<p>{escape(story.standfirst)}</p>" if story.standfirst else ""
    return f'<section class="teaser"><h2><a href="{escape(link)}">{headline}</a></h2>{standfirst}</section>'


# ---------------------------------------------------------------- The Heron Bay Courier

_PAYWALL = (
    '<div class="paywall"><h2>This story is for subscribers</h2>'
    '<p>Subscribe to read on, or <a href="/login/">log in</a>.</p></div>\n'
)


def _courier_block(block: Block) -> str:
    if not isinstance(block, Figure):
        return _text_block(block)
    picture = block.picture
    url = escape(picture.url)
    sizes = f'width="{WIDTH}" height="{HEIGHT}" alt="{escape(picture.caption or "")}"'
    if (
        "?" in picture.url
    ):  # set by a script when it comes into view; a reader without scripts has the noscript
        shown = (
            f'<img class="lazy" src="{_EMPTY_GIF}" data-src="{url}" {sizes}>'
            f'<noscript><img src="{url}" {sizes}></noscript>'
        )
    else:
        small = f"{url}?w={SMALL_WIDTH}"
        shown = f'<img src="{small}" srcset="{small} {SMALL_WIDTH}w, {url} {WIDTH}w" {sizes}>'
    credit = f'<span class="credit">{escape(picture.credit or "")}</span>'
    return f"<figure>{shown}<figcaption>{escape(picture.caption or '')} {credit}</figcaption></figure>"


def _courier_byline(story: Story) -> str:
    names = [
        f'<a href="/by/{escape(name.lower().replace(" ", "-"))}" rel="author">{escape(name)}</a>'
        for name in story.authors
    ]
    return "By " + " and ".join(names)


def _english_date(when: datetime) -> str:
    return f"{when.day} {when:%B} {when.year}"


def _json_ld(story: Story, day: int, picture: Picture | None) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.headline_on(day),
        "description": story.standfirst,
        "datePublished": story.published_at.isoformat(),
        "dateModified": story.modified_at(day).isoformat(),
        "author": [{"@type": "Person", "name": name} for name in story.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": "The Heron Bay Courier"},
        "mainEntityOfPage": story.copy_of or story.url,
        "articleSection": story.section,
        "keywords": list(story.topics) or None,
        "image": picture.url if picture else None,
        "inLanguage": story.language,
        "isAccessibleForFree": not story.is_part,
    }
    said = {key: value for key, value in data.items() if value is not None}
    return json.dumps(said, ensure_ascii=False).replace("</", "<\\/")


# ---------------------------------------------------------------- 苍鹭湾报中文网


def _original_link(original: Story) -> str:
    return f'<p><a rel="nofollow" target="_blank" href="{escape(original.url)}">点击查看本文英文版。</a></p>'


def _chinese_block(block: Block) -> str:
    if not isinstance(block, Figure):
        return _text_block(block)
    picture = block.picture
    shown = f'<img src="{escape(proxied(picture.url))}" width="{WIDTH}" height="{HEIGHT}">'
    credit = f"<cite>{escape(picture.credit or '')}</cite>"
    return f"<figure>{shown}<figcaption>{escape(picture.caption or '')} {credit}</figcaption></figure>"


def _lineage_block(block: Block) -> str:
    if not isinstance(block, Figure):
        return _text_block(block)
    picture = block.picture
    caption = f'<small style="color: #999;">{escape(picture.caption or "")}</small>'
    return f'<p><img src="{escape(proxied(picture.url))}">{caption}</p>'


def _chinese_byline(story: Story) -> str:
    return escape(", ".join(story.authors))


def _chinese_date(when: datetime) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


# ---------------------------------------------------------------- 松嶺晚報


def _evening_block(block: Block) -> str:
    """Return a block as pages of the nineties have it: no paragraphs, but line breaks."""
    match block:
        case Figure(picture):
            path = picture.url.removeprefix("http://www.songling.example")
            caption = f"{picture.caption}（{picture.credit}）"
            return (
                f'<div class="photo"><img src="{escape(path)}" width="{WIDTH}"><br>'
                f'<span class="caption">{escape(caption)}</span></div>'
            )
        case Paragraph(runs):
            return f"　　{escape(plain(runs))}<br><br>"
        case _:
            return _text_block(block)


def _evening_byline(story: Story) -> str:
    return escape(f"記者{'、'.join(story.authors)}／{story.place}報導")


def _evening_date(when: datetime) -> str:
    return f"{when:%Y/%m/%d %H:%M}"


# ---------------------------------------------------------------- the hands


@dataclass(frozen=True, slots=True)
class _Hand:
    """How a publication sets its pages."""

    block: Callable[[Block], str]
    byline: Callable[[Story], str]
    date: Callable[[datetime], str]
    split_lead: Callable[[tuple[Block, ...]], tuple[tuple[Block, ...], tuple[Block, ...]]]


_HANDS: Mapping[str, _Hand] = {
    "heronbay": _Hand(_courier_block, _courier_byline, _english_date, _no_lead),
    "heronbay-cn": _Hand(_chinese_block, _chinese_byline, _chinese_date, _first_figure),
    "songling": _Hand(_evening_block, _evening_byline, _evening_date, _no_lead),
}
