"""Verdicts: may this answer become an article, and if not, what is it?

Walls, error pages and lists answer 200 like anything else, and archives are full of "Just a moment...". The
judge sees the reading and the page's counts, and says why in words. It leans to keeping: a wall kept by
mistake can be deleted, an article refused by mistake is lost. So a page with an article's length of text is an
article, whatever its title says.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from onrecord.extract.facts import PageFacts
from onrecord.judge import words
from onrecord.judge.voices import LIVE, LIVE_OVER
from onrecord.judge.weighing import folded, weigh, weight
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

__all__ = ["NEEDS_SCRIPT", "judge"]

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

#: Entries with a time of day that a live page has at least.
ENTRIES = 5
#: A live page that has been silent for so long is over.
QUIET = timedelta(hours=12)
#: The reason that tells a page which a browser could fill.
NEEDS_SCRIPT = "the page has no text of its own: only a script would fill it"

#: How files begin that are sent as pages: PDF, JSON, ZIP, PNG, GIF, MP3.
_SIGNATURE = re.compile(r'%PDF-|\{\s*"|\[\s*[{"\]]|PK\x03|.?PNG\r|GIF8[79]a|ID3')
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
    headers: Sequence[tuple[str, str]] = (),
) -> Verdict:
    """Return what a page is, with the evidence, and in a sentence.

    *headers* are the answer's. *media_type* is the Content-Type as sent. FULL is what nothing speaks against;
    a short report is FULL too.
    """
    article = extraction.article
    body = [line for line in _texts(article.blocks) if line] if article else []
    length = sum(weight(line) for line in body)
    if verdict := _by_answer(facts, status, media_type, length):
        return verdict
    if length < ENOUGH and (verdict := _by_address(asked_url, final_url, length)):
        return verdict
    if verdict := _by_course(facts, article, headers, length):
        return verdict
    if length < ENOUGH and (verdict := _by_words(extraction, facts, body, headers)):
        return verdict
    if verdict := _by_shape(facts, article, length, final_url):
        return verdict
    if article is None:
        return _nothing(facts)
    if article.access is not Access.WHOLE:
        return _verdict(VerdictKind.PART, "the publisher marks the rest as for subscribers")
    if length < STUB and (promise := words.PROMISES.search(_text(article))):
        return _verdict(VerdictKind.STUB, f"it is short and says “{promise[0].strip()[:80]}”")
    return _verdict(VerdictKind.FULL, f"{length:,} letters of text under a headline")


def _verdict(kind: VerdictKind, reason: str, *more: str) -> Verdict:
    return Verdict(kind, reason, (reason, *more))


def _by_answer(facts: PageFacts, status: int, media_type: str | None, length: int) -> Verdict | None:
    """Judge by what the server said of its answer."""
    if status >= 400:
        wall = _wall(facts, HARDLY_ANY)
        if wall or status in {403, 429, 451}:
            return _verdict(
                VerdictKind.BLOCK, f"the server answered {status}{f' with {wall}' if wall else ''}"
            )
        if status in {401, 402, 407}:
            return _verdict(VerdictKind.LOGIN, f"the server answered {status}: it asks who we are")
        return _verdict(VerdictKind.ERROR, f"the server answered {status}")
    kind = (media_type or "text/html").partition(";")[0].strip().lower()
    # Pages under a wrong type are read all the same, if there is an article in them.
    if kind and not _TEXT_TYPES.match(kind) and length < HARDLY_ANY:
        return _verdict(
            VerdictKind.NOT_TEXT, f"the server calls it {kind[:60]}, and there is no article in it"
        )
    return None


def _by_address(asked_url: str, final_url: str, length: int) -> Verdict | None:
    """Judge by where the redirects led."""
    asked, final = canonicalize(asked_url), canonicalize(final_url)
    if asked == final or length >= HARDLY_ANY:
        return None
    if words.CONSENT_ADDRESS.search(final.lower()) and not words.CONSENT_ADDRESS.search(asked.lower()):
        return _verdict(VerdictKind.CONSENT, f"the address leads to a consent page at {host_of(final)}")
    if words.LOGIN_ADDRESS.search(final.lower()) and not words.LOGIN_ADDRESS.search(asked.lower()):
        return _verdict(VerdictKind.LOGIN, f"the address leads to a login page at {host_of(final)}")
    if _is_front(final) and not _is_front(asked) and same_site(asked, final):
        return _verdict(VerdictKind.SOFT_404, "the address leads to the front page")
    return None


def _is_front(url: str) -> bool:
    _, is_address, rest = url.partition("://")
    return bool(is_address) and rest.partition("/")[2] in {"", "index.html", "index.php"}


def _by_words(
    extraction: Extraction, facts: PageFacts, body: Sequence[str], headers: Sequence[tuple[str, str]]
) -> Verdict | None:
    """Judge by what the page says of itself, where there is not much else on it."""
    article = extraction.article
    lines = [line for line in (article.headline, article.standfirst, *body) if line] if article else []
    found = weigh(extraction, facts, lines, headers)
    if found is None:
        return None
    kind, weighed = found
    return Verdict(kind, "; ".join(weighed.evidence[:2]), tuple(weighed.evidence))


def _wall(facts: PageFacts, length: int) -> str | None:
    """Return what a wall says of itself in the text of a page that has hardly any; None if it is none."""
    if length > HARDLY_ANY or facts.text_length > 4 * HARDLY_ANY:
        return None
    said = words.BLOCK_TEXTS.search(folded(facts.snippet))
    return f"“{said[0][:80]}”" if said else None


def _by_course(
    facts: PageFacts, article: Article | None, headers: Sequence[tuple[str, str]], length: int
) -> Verdict | None:
    """Judge whether the page follows an event while it goes on: entries with their times below such a headline.

    Once the event is over the page stands, and is an article.
    """
    named = " ".join(folded(text) for text in (facts.title, article and article.headline, facts.h1) if text)
    is_declared = "LiveBlogPosting" in facts.schema_types
    called = LIVE.search(named)
    if not (is_declared or called) or LIVE_OVER.search(named) or facts.clock_count < ENTRIES:
        return None
    if any(LIVE_OVER.search(folded(line)) for line in facts.lines[:12]) or _is_old(article, headers, length):
        return None
    claim = f"its headline says “{called[0]}”" if called else "it declares itself a LiveBlogPosting"
    return _verdict(VerdictKind.LIVE, f"{claim}, and {facts.clock_count} entries begin with a time of day")


def _is_old(article: Article | None, headers: Sequence[tuple[str, str]], length: int) -> bool:
    """Has nothing happened on a page for half a day, by its own claims and its server's clock?

    Where the server gives no time, a page with an article's length of text is taken to stand.
    """
    claims = [time.at for time in (article.modified_at, article.published_at) if time] if article else []
    stated = next((value for name, value in headers if name.lower() == "date"), "")
    try:
        answered = parsedate_to_datetime(stated)
    except ValueError:  # RFC 9110, 6.6.1 lets a server without a clock leave it out
        return length >= ENOUGH
    if not claims:
        return False
    return max(claims) + QUIET < (answered if answered.tzinfo else answered.replace(tzinfo=UTC))


def _nothing(facts: PageFacts) -> Verdict:
    """Say what a page is that holds nothing that reads like an article."""
    if signature := _SIGNATURE.match(facts.snippet):
        return _verdict(VerdictKind.NOT_TEXT, f"it begins with {signature[0][:8]!r}: a file, and no page")
    if facts.script_count and facts.prose_weight < HARDLY_ANY // 5 and facts.link_count < MANY_LINKS:
        return _verdict(VerdictKind.NOT_TEXT, NEEDS_SCRIPT, *filter(None, [facts.noscript[:80]]))
    return _verdict(VerdictKind.ERROR, "nothing on the page reads like an article")


def _by_shape(facts: PageFacts, article: Article | None, length: int, final_url: str) -> Verdict | None:
    """Judge by how the page is built: is it a list of other pages?"""
    claims_article = facts.og_type == "article" or any(map(_ARTICLE_TYPES.search, facts.schema_types))
    share = facts.link_text_length / max(facts.text_length, 1)
    evidence = f"{facts.link_count} links hold {share:.0%} of its text"
    if article is None:
        if facts.meta_refresh:
            return _verdict(
                VerdictKind.ERROR, f"the page only sends its readers on to {facts.meta_refresh[:200]}"
            )
        if facts.link_count >= MANY_LINKS and share >= MANY_IN_LINKS and not claims_article:
            return _verdict(VerdictKind.LIST, f"no article, but {evidence}")
        return None
    if claims_article or article.published_at is not None or names_an_article(canonicalize(final_url)):
        return None
    if _is_front(canonicalize(final_url)) and facts.link_count >= MANY_LINKS and length < ENOUGH:
        return _verdict(VerdictKind.LIST, f"this is a front page: {evidence}")
    if length < HARDLY_ANY and facts.link_count >= MANY_LINKS and share >= MOSTLY_LINKS:
        return _verdict(VerdictKind.LIST, f"hardly any text of its own: {evidence}")
    return None


# ---------------------------------------------------------------- lengths


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
