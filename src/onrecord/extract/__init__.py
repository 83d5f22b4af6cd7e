"""Reading a page, or a feed's entry, into an article: the evidence weighed, nothing guessed in silence.

Pure: no files, network, clock or log. Strangers' bytes never raise: they give an `Extraction` that may
hold no article, and its problems. `walk` goes over the page once, which gives its `survey`; `body` chooses its
lines; `headline`, `byline`, `standfirst`, `times`, `shown`, `captions`, `filed`, `access` and `foot` each weigh a
field against what JSON-LD, meta tags, microdata and the feed's entry say; `page` puts the article together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from onrecord.extract import entry as _entry
from onrecord.extract import page as _page
from onrecord.extract.claimed import Claim
from onrecord.extract.explaining import Explanation, LineTold, explanation_of
from onrecord.extract.facts import PageFacts, facts_of
from onrecord.extract.reading import Reading
from onrecord.extract.rules import Find, Language, SiteRule
from onrecord.extract.site import SiteMemory, Traits
from onrecord.extract.traits import traits_of
from onrecord.model import Entry, Extraction

__all__ = [
    "READER_VERSION",
    "Claim",
    "Explanation",
    "Find",
    "Language",
    "LineTold",
    "PageFacts",
    "SiteMemory",
    "SiteRule",
    "Traits",
    "explain_page",
    "read_entry",
    "read_page",
    "read_page_and_facts",
    "read_page_and_traits",
    "reader_name",
]

#: Goes up whenever the same bytes may give another article.
READER_VERSION = "4"


def reader_name(rule: SiteRule | None) -> str:
    """Return what a document calls the reader that read it: its version, and the rule that it had."""
    return READER_VERSION if rule is None else f"{READER_VERSION}+{rule.mark}"


@contextmanager
def _read(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    entry: Entry | None,
    rule: SiteRule | None,
    site: SiteMemory | None,
) -> Iterator[Reading]:
    """Read a page; what it took in memory is let go of once what is wanted of it was taken."""
    reading = _page.read(body, url=url, content_type=content_type, entry=entry, rule=rule, site=site)
    try:
        yield reading
    finally:
        reading.survey.release()


def read_page(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    entry: Entry | None = None,
    rule: SiteRule | None = None,
    site: SiteMemory | None = None,
) -> Extraction:
    """Return the article that a page holds, of kind PAGE; None for the article where nothing reads like one.

    Args:
        body: The page as sent, content encoding undone. Beyond 16 MiB it is not read.
        url: The address that answered; links are resolved against it, or against the page's <base>.
        content_type: The Content-Type header, for the encoding.
        entry: The feed's entry that led here: its headline, time and authors fill what the page leaves out.
        rule: What a person says of the site's pages (`sites`): what it finds takes the place of what the reader finds.
        site: What was learned of the site's pages; not needed, it sharpens.
    """
    with _read(body, url=url, content_type=content_type, entry=entry, rule=rule, site=site) as reading:
        return _page.extraction_of(reading)


def read_page_and_facts(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    entry: Entry | None = None,
    rule: SiteRule | None = None,
    site: SiteMemory | None = None,
) -> tuple[Extraction, PageFacts]:
    """Return what `read_page` returns, and the page's counts and claims, by which it is judged; parsed once."""
    with _read(body, url=url, content_type=content_type, entry=entry, rule=rule, site=site) as reading:
        return _page.extraction_of(reading), facts_of(reading)


def read_page_and_traits(
    body: bytes,
    *,
    url: str,
    site: SiteMemory,
    content_type: str | None = None,
    entry: Entry | None = None,
    rule: SiteRule | None = None,
) -> tuple[Extraction, PageFacts, Traits]:
    """Return what `read_page_and_facts` returns, and what the page shows of its site, to be learned."""
    with _read(body, url=url, content_type=content_type, entry=entry, rule=rule, site=site) as reading:
        return _page.extraction_of(reading), facts_of(reading), traits_of(reading)


def explain_page(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    entry: Entry | None = None,
    rule: SiteRule | None = None,
    site: SiteMemory | None = None,
) -> Explanation:
    """Return what `read_page` returns, and why: the claims of the page, and what its lines show."""
    with _read(body, url=url, content_type=content_type, entry=entry, rule=rule, site=site) as reading:
        return explanation_of(reading, _page.extraction_of(reading))


def read_entry(entry: Entry, *, feed_url: str, language: str | None = None) -> Extraction:
    """Return the article that a full-text entry holds, of kind FEED.

    Args:
        entry: Its content (or, without one, its summary) is read as a fragment of HTML.
        feed_url: The feed's address.
        language: The language that the feed states, where the entry states none.
    """
    return _entry.read(entry, feed_url=feed_url, language=language)
