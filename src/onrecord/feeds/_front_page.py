"""The links of a front page, articles told from furniture.

For publishers without a feed or a news sitemap. A link is an article's if it stays on the site, stands
outside navigation, and reads like a headline: it is in a heading or an <article> element, or has four
words (ten characters of Chinese, Japanese or Korean), or its address has the shape of an article's. The
addresses of sections, tags, authors and accounts are no article's, however they are set.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborNode

from onrecord import dates, text, urls
from onrecord.feeds._limits import MAX_LINKS
from onrecord.feeds._page import Page, page_of
from onrecord.model import Entry, Feed, FeedKind, Problem

#: Path segments under which no article stands.
_SHELVES: Final = frozenset(
    (  # noqa: SIM905 (a list of words reads best as words)
        "account accounts author authors autor autoren auteur categories category feed feeds login logout log-in"
        " my-account newsletter newsletters page password preferences profile register registration rss"
        " schlagwort search settings sign-in sign-up signin signup sitemap subscribe subscribe-now suche tag tags"
        " tagged tema thema themen topic topics unsubscribe user users wp-admin wp-content wp-login.php"
    ).split()
)
#: Path segments that name the house; under them an article may stand: /weather/storm-shuts-three-schools.
_FURNITURE: Final = frozenset(
    (  # noqa: SIM905 (as above)
        "about about-us advertise advertising agb archive archives barrierefreiheit careers code-of-conduct"
        " comments contact contact-us contacto contacts cookie cookies cookie-policy corrections-policy"
        " datenschutz disclaimer epaper e-paper events-calendar faq feedback gdpr help hilfe horoscope impressum"
        " imprint jobs kontakt legal mediadaten mentions-legales nav pay people plus-abo podcasts premium-abo"
        " privacy privacy-policy shop staff subscription subscriptions support terms terms-and-conditions"
        " terms-of-sale terms-of-service terms-of-use weather wetter widgets"
    ).split()
)
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|avif|pdf|mp3|mp4|m4a|zip|css|js|json|xml|rss|ico|txt|epub)\Z", re.IGNORECASE
)
_DATE_IN_PATH = re.compile(
    r"/(?:19|20)\d\d[/\-]?(?:0?[1-9]|1[0-2])(?:[/\-]?(?:0[1-9]|[12]\d|3[01]))?(?=[/\-_]|\Z)"
)
_LONG_NUMBER = re.compile(r"\d{5,}")
_FURNITURE_CLASS = re.compile(
    r"(?:\A|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|cookies?|consent|share|social|sharing"
    r"|pagination|pager|toolbar|login|masthead|sitemap|skip-link|language-switcher|comments?)(?:\Z|[\s_-])",
    re.IGNORECASE,
)
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4"})
_FURNITURE_TAGS: Final = frozenset({"nav", "footer", "form", "dialog", "button", "label"})
_FURNITURE_ROLES: Final = frozenset(
    {"navigation", "contentinfo", "menu", "menubar", "search", "dialog", "banner"}
)

#: Levels looked upwards from a link; nothing tells more about it further up.
_LEVELS: Final = 40
_CARD_LEVELS: Final = 6
_WORDS: Final = 4
_CHARACTERS: Final = 10


def article_links(body: bytes, *, url: str, content_type: str | None = None) -> Feed:
    """Return the articles that a front page links to, in its order, as a feed of kind FRONT_PAGE.

    Never raises. Addresses are kept byte for byte, tracking and all; each stands once.
    """
    page = page_of(body, url, content_type)
    problems = list(page.tree.problems)
    anchors = page.tree.parser.css("a[href]")
    if len(anchors) > MAX_LINKS:
        problems.append(Problem("page-too-many-links", f"{len(anchors)}, read {MAX_LINKS}", url))
    found: dict[str, _Link] = {}
    for anchor in anchors[:MAX_LINKS]:
        if (link := _link(anchor, page)) is None:
            continue
        key = link.url.partition("#")[0]
        if key not in found:
            found[key] = link
        elif link.strength > found[key].strength:
            found[key] = _stronger(found[key], link)
    articles = [link for link in found.values() if link.is_article]
    cards = _cards(articles)
    title = page.tree.parser.css_first("title")
    root = page.tree.root
    return Feed(
        url=url,
        kind=FeedKind.FRONT_PAGE,
        title=text.or_none(title.text()) if title is not None else None,
        home_url=url,
        language=text.or_none(root.attributes.get("lang")) if root is not None else None,
        entries=tuple(_entry(link, cards.get(link.url.partition("#")[0])) for link in articles),
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class _Link:
    """A link, and what speaks for it."""

    node: LexborNode
    url: str
    raw: str
    words: str
    is_heading: bool
    is_in_article: bool

    @property
    def is_long(self) -> bool:
        return len(_WORD.findall(self.words)) >= _WORDS or len(_EAST.findall(self.words)) >= _CHARACTERS

    @property
    def strength(self) -> tuple[bool, bool, int]:
        """Of a picture's, a headline's and a "read more", the headline's."""
        return self.is_heading, self.is_long, min(len(self.words), 200)

    @property
    def is_article(self) -> bool:
        shape = _shape(self.url)
        if not self.words:
            return False
        if shape == "section":
            return self.is_heading and self.is_long and self.is_in_article
        if self.is_heading or self.is_long:
            return True
        return shape == "article" and self.is_in_article and len(self.words) > 3


def _stronger(first: _Link, second: _Link) -> _Link:
    """Return *second*, which stands in the place of *first*: a card is one link, however often it is set."""
    return _Link(
        second.node,
        first.url,
        first.raw,
        second.words,
        second.is_heading,
        first.is_in_article or second.is_in_article,
    )


def _link(anchor: LexborNode, page: Page) -> _Link | None:
    raw = anchor.attributes.get("href") or ""
    url = page.resolve(raw)
    if url is None or raw.lstrip().startswith("#") or not urls.same_site(url, page.url):
        return None
    if urls.lookup_key(url) == urls.lookup_key(page.url) or _is_furniture(url):
        return None
    is_heading, is_in_article = False, False
    for node in _upwards(anchor):
        tag = node.tag
        if tag in _FURNITURE_TAGS or _is_furniture_element(node, is_in_article=is_in_article):
            return None
        if tag == "header" and not is_heading and not _is_inside(node, "article"):
            return None
        is_heading = is_heading or tag in _HEADINGS
        is_in_article = is_in_article or tag == "article"
    inner = anchor.css_first("h1, h2, h3, h4")
    words = text.fold_space((inner or anchor).text(separator=" "))
    return _Link(anchor, url, raw, words, is_heading or inner is not None, is_in_article)


def _upwards(node: LexborNode) -> Iterator[LexborNode]:
    current: LexborNode | None = node
    for _ in range(_LEVELS):
        if current is None or current.tag in {"body", "html", "-undef"}:
            return
        yield current
        current = current.parent


def _is_inside(node: LexborNode, tag: str) -> bool:
    return any(one.tag == tag for one in _upwards(node))


def _is_furniture_element(node: LexborNode, *, is_in_article: bool) -> bool:
    given = node.attributes
    if (given.get("role") or "").lower() in _FURNITURE_ROLES:
        return True
    # Inside an article's card, "comments" or "share" is a class of the link's own neighbours.
    if is_in_article or node.tag in {"main", "article"}:
        return False
    return _FURNITURE_CLASS.search(f"{given.get('class') or ''} {given.get('id') or ''}") is not None


def _is_furniture(url: str) -> bool:
    parts = urlsplit(url)
    segments = [unquote(segment).lower() for segment in parts.path.split("/") if segment]
    if not segments and not parts.query:
        return True
    if _NOT_PAGES.search(parts.path):
        return True
    if any(segment in _SHELVES for segment in segments[:3]):
        return not _DATE_IN_PATH.search(parts.path)
    return any(segment in _FURNITURE for segment in segments[:3]) and _shape(url) != "article"


def may_be_article(url: str) -> bool:
    """May an article stand at *url*, by the address alone? Sections, tags and accounts are none."""
    return not _is_furniture(url) and _shape(url) != "section"


def _shape(url: str) -> str:
    """Return "article", "section" or "" by the address alone."""
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    last = segments[-1] if segments else ""
    if _DATE_IN_PATH.search(parts.path) or _LONG_NUMBER.search(f"{parts.path}?{parts.query}"):
        return "article"
    if (
        last.count("-") >= 3
        or last.count("_") >= 3
        or last.lower().endswith((".html", ".htm", ".shtml", ".phtml"))
    ):
        return "article"
    if _EAST.search(last) and len(last) >= _CHARACTERS:
        return "article"
    is_plain = all(not any(map(str.isdigit, part)) and part.count("-") <= 1 for part in segments)
    return "section" if len(segments) <= 2 and is_plain and not parts.query else ""


def _entry(link: _Link, card: LexborNode | None) -> Entry:
    summary = published = None
    if card is not None:
        for paragraph in card.css("p"):
            words = text.fold_space(paragraph.text(separator=" "))
            if words and words != link.words and len(words) > 20 and link.words not in words:
                summary = html.escape(words, quote=False)
                break
        time = card.css_first("time[datetime]")
        published = time.attributes.get("datetime") if time is not None else None
    return Entry(
        url=link.url,
        headline=link.words,
        published_at=dates.parse(published) if published else None,
        published_text=published,
        summary=summary,
        raw_title=link.node.text(),
        raw_url=link.raw,
    )


def _cards(articles: list[_Link]) -> dict[str, LexborNode]:
    """Return, for each article's link, the largest element around it that holds no other article's."""
    holders: dict[int, set[str]] = {}
    ways: list[tuple[str, list[LexborNode]]] = []
    for link in articles:
        key = link.url.partition("#")[0]
        way = list(islice(_upwards(link.node), 1, _CARD_LEVELS))
        ways.append((key, way))
        for node in way:
            holders.setdefault(node.mem_id, set()).add(key)
    cards: dict[str, LexborNode] = {}
    for key, way in ways:
        for node in way:
            if holders[node.mem_id] != {key}:
                break
            cards[key] = node
            if node.tag == "article":
                break
    return cards
