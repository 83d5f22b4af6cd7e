"""Verdicts: may this answer become an article, and if not, what is it?

Walls, error pages and lists answer 200 like anything else, and archives are full of "Just a moment...". The
judge sees the reading and the page's counts, and says why in words. It leans to keeping: a wall kept by
mistake can be deleted, an article refused by mistake is lost. So a page with an article's length of text is an
article, whatever its title says.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

import re

from onrecord.extract.facts import PageFacts
from onrecord.judge import words
from onrecord.model import (
    Access,
    Article,
    Block,
    Extraction,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Preformatted,
    Quotation,
    Table,
    Verdict,
    VerdictKind,
    plain,
)
from onrecord.text import fold_space
from onrecord.urls import canonicalize, host_of, names_an_article, same_site

__all__ = ["judge"]

#: A Han character or kana says about as much as three letters.
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
#: Letters: with so many in its body, a page is an article. Walls have 100 to 600, with all their legal words.
ENOUGH = 1500
#: Letters: below this, a body may be a wall's own words.
HARDLY_ANY = 700
#: Letters: a report that promises more is a stub up to this; longer ones are live pages that are whole enough.
STUB = 2500
#: A page of links has more of them than any article's frame alone.
MANY_LINKS = 40
#: The share of a list page's text that stands in links.
MOSTLY_LINKS = 0.6
#: The same, where nothing on the page reads like an article anyway.
MANY_IN_LINKS = 0.3

_TEXT_TYPES = re.compile(r"text/|application/(?:xhtml|xml|rss|atom)|.*\+xml")
_ARTICLE_TYPES = re.compile(
    r"article|blogposting|report|review|opinion|liveblog|socialmediaposting", re.IGNORECASE
)


def judge(
    extraction: Extraction,
    facts: PageFacts,
    *,
    status: int,
    media_type: str | None,
    asked_url: str,
    final_url: str,
) -> Verdict:
    """Return what a page is, with the evidence in a sentence.

    *media_type* is the Content-Type as sent. FULL is what nothing speaks against; a short report is FULL too.
    """
    article = extraction.article
    length = _length(article)
    if verdict := _by_answer(facts, status, media_type, length):
        return verdict
    if length < ENOUGH and (verdict := _by_address(asked_url, final_url, length)):
        return verdict
    if length < ENOUGH and (verdict := _by_words(facts, length)):
        return verdict
    if verdict := _by_shape(facts, article, length, final_url):
        return verdict
    if article is None:
        return Verdict(VerdictKind.ERROR, "nothing on the page reads like an article")
    if article.access is not Access.WHOLE:
        return Verdict(VerdictKind.PART, "the publisher marks the rest as for subscribers")
    if length < STUB and (promise := words.PROMISES.search(_text(article))):
        return Verdict(VerdictKind.STUB, f"it is short and says “{promise[0].strip()[:80]}”")
    return Verdict(VerdictKind.FULL, f"{length:,} letters of text under a headline")


def _by_answer(facts: PageFacts, status: int, media_type: str | None, length: int) -> Verdict | None:
    """Judge by what the server said of its answer."""
    if status >= 400:
        wall = _wall(facts, HARDLY_ANY)
        if wall or status in {403, 429, 451}:
            return Verdict(
                VerdictKind.BLOCK, f"the server answered {status}{f' with {wall}' if wall else ''}"
            )
        if status in {401, 402, 407}:
            return Verdict(VerdictKind.LOGIN, f"the server answered {status}: it asks who we are")
        return Verdict(VerdictKind.ERROR, f"the server answered {status}")
    kind = (media_type or "text/html").partition(";")[0].strip().lower()
    # Pages under a wrong type are read all the same, if there is an article in them.
    if kind and not _TEXT_TYPES.match(kind) and length < HARDLY_ANY:
        return Verdict(
            VerdictKind.NOT_TEXT, f"the server calls it {kind[:60]}, and there is no article in it"
        )
    return None


def _by_address(asked_url: str, final_url: str, length: int) -> Verdict | None:
    """Judge by where the redirects led."""
    asked, final = canonicalize(asked_url), canonicalize(final_url)
    if asked == final or length >= HARDLY_ANY:
        return None
    if words.CONSENT_ADDRESS.search(final.lower()) and not words.CONSENT_ADDRESS.search(asked.lower()):
        return Verdict(VerdictKind.CONSENT, f"the address leads to a consent page at {host_of(final)}")
    if words.LOGIN_ADDRESS.search(final.lower()) and not words.LOGIN_ADDRESS.search(asked.lower()):
        return Verdict(VerdictKind.LOGIN, f"the address leads to a login page at {host_of(final)}")
    if _is_front(final) and not _is_front(asked) and same_site(asked, final):
        return Verdict(VerdictKind.SOFT_404, "the address leads to the front page")
    return None


def _is_front(url: str) -> bool:
    _, is_address, rest = url.partition("://")
    return bool(is_address) and rest.partition("/")[2] in {"", "index.html", "index.php"}


def _by_words(facts: PageFacts, length: int) -> Verdict | None:
    """Judge by what the page calls itself, where there is not much else on it."""
    titles, heads = _titles(facts)
    found = _first(words.BLOCK_TITLES, titles)
    if found or (wall := _wall(facts, length)):
        return Verdict(VerdictKind.BLOCK, f"the page says {found or wall}")
    if length >= HARDLY_ANY:
        return None
    is_bare = facts.text_length < 3 * HARDLY_ANY
    if found := _first(words.MISSING_TITLES, titles):
        return Verdict(VerdictKind.SOFT_404, f"the page calls itself {found}, though the server says 200")
    if found := _first(words.ERROR_TITLES, titles):
        return Verdict(VerdictKind.ERROR, f"the page calls itself {found}")
    if facts.has_password_field and (is_bare or not length):
        return Verdict(VerdictKind.LOGIN, "the page asks for a password and has hardly any text")
    if found := _first(words.LOGIN_TITLES, heads):
        return Verdict(VerdictKind.LOGIN, f"the page calls itself {found}")
    if found := _first(words.CONSENT_TITLES, heads):
        return Verdict(VerdictKind.CONSENT, f"the page calls itself {found}")
    said = words.CONSENT_TEXTS.search(facts.snippet.lower())
    if said and is_bare and not facts.paragraph_count > 6 and facts.link_count < MANY_LINKS:
        return Verdict(VerdictKind.CONSENT, f"the page says “{said[0][:80]}” and little else")
    return None


def _wall(facts: PageFacts, length: int) -> str | None:
    """Return what a wall says of itself in the text of a page that has hardly any; None if it is none."""
    if length > HARDLY_ANY or facts.text_length > 4 * HARDLY_ANY:
        return None
    said = words.BLOCK_TEXTS.search(fold_space(facts.snippet).lower())
    return f"“{said[0][:80]}”" if said else None


def _titles(facts: PageFacts) -> tuple[list[str], list[str]]:
    """Return title and first heading, whole and in their parts; then the same without the later parts.

    A bar or a dash parts a title from the site's name, on either side, and from a section's: an article of the
    section "Privacy" is no consent page.
    """
    parts: list[str] = []
    heads: list[str] = []
    for text in filter(None, (facts.title, facts.h1)):
        folded = fold_space(text).lower().replace("’", "'")
        first, *others = re.split(r"\s+[|–—·:-]\s+|\s*[|_]\s*", folded)
        heads += [folded, first]
        parts += [folded, first, *others]
    return parts, heads


def _first(pattern: re.Pattern[str], titles: list[str]) -> str | None:
    return next((f"“{title[:80]}”" for title in titles if title and pattern.fullmatch(title)), None)


def _by_shape(facts: PageFacts, article: Article | None, length: int, final_url: str) -> Verdict | None:
    """Judge by how the page is built: is it a list of other pages?"""
    claims_article = facts.og_type == "article" or any(map(_ARTICLE_TYPES.search, facts.schema_types))
    share = facts.link_text_length / max(facts.text_length, 1)
    evidence = f"{facts.link_count} links hold {share:.0%} of its text"
    if article is None:
        if facts.meta_refresh:
            return Verdict(
                VerdictKind.ERROR, f"the page only sends its readers on to {facts.meta_refresh[:200]}"
            )
        if facts.link_count >= MANY_LINKS and share >= MANY_IN_LINKS and not claims_article:
            return Verdict(VerdictKind.LIST, f"no article, but {evidence}")
        return None
    if claims_article or article.published_at is not None or names_an_article(canonicalize(final_url)):
        return None
    if _is_front(canonicalize(final_url)) and facts.link_count >= MANY_LINKS and length < ENOUGH:
        return Verdict(VerdictKind.LIST, f"this is a front page: {evidence}")
    if length < HARDLY_ANY and facts.link_count >= MANY_LINKS and share >= MOSTLY_LINKS:
        return Verdict(VerdictKind.LIST, f"hardly any text of its own: {evidence}")
    return None


# ---------------------------------------------------------------- lengths


def _length(article: Article | None) -> int:
    """Return how much an article's body says, in letters."""
    if article is None:
        return 0
    return sum(len(text) + 2 * len(_WIDE.findall(text)) for text in _texts(article.blocks))


def _text(article: Article) -> str:
    parts = (article.standfirst or "", *_texts(article.blocks), *article.corrections, *article.credits)
    return fold_space("\n".join(parts)).lower().replace("’", "'")


def _texts(blocks: tuple[Block, ...]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(runs) | Heading(runs):
                found.append(plain(runs))
            case Preformatted(text):
                found.append(text)
            case Quotation(inner):
                found += _texts(inner)
            case ListBlock(items):
                found += [text for item in items for text in _texts(item)]
            case Table(rows):
                found += [plain(cell) for row in rows for cell in row]
            case Figure(picture):
                found.append(picture.caption or "")
            case _:
                pass
    return found
