"""The demo's feeds and news sitemap. Noise never touches them: what is unchanged is the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from onrecord.demo.pages import lineage_html, original_of, plain_html
from onrecord.demo.stories import Publication, Story

#: A feed's date is the moment at which it looked, some minutes after the page's own.
_POLL_LAG = timedelta(minutes=8)


def feed(publication: Publication, day: int) -> tuple[str, str]:
    """Return the publication's feed on *day*, as its text and its media type."""
    if publication.id == "heronbay":
        return _atom(publication, day), "application/atom+xml; charset=utf-8"
    if publication.id == "heronbay-cn":
        return _lineage_rss(publication, day), "application/rss+xml; charset=utf-8"
    return _wire_rss(publication, day), "text/xml; charset=UTF-8"


def news_sitemap(publication: Publication, day: int) -> str:
    """Return the publication's news sitemap on *day*."""
    rows = "".join(
        f"<url><loc>{escape(story.url)}</loc><lastmod>{story.modified_at(day).isoformat()}</lastmod>"
        f"<news:news><news:publication><news:name>{escape(publication.title)}</news:name>"
        f"<news:language>{publication.language}</news:language></news:publication>"
        f"<news:publication_date>{story.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(story.headline_on(day))}</news:title></news:news></url>\n"
        for story in publication.listed(day)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'
        f"{rows}</urlset>\n"
    )


def _atom(publication: Publication, day: int) -> str:
    listed = publication.listed(day)
    updated = max(story.modified_at(day) for story in listed)
    entries = "".join(_atom_entry(story, day) for story in listed)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{publication.language}">\n'
        f"<title>{escape(publication.title)}</title>\n<id>{publication.home_url}</id>\n"
        f'<link rel="alternate" href="{publication.home_url}"/>\n'
        f'<link rel="self" href="{publication.feed_url}"/>\n'
        f"<updated>{updated.isoformat()}</updated>\n{entries}</feed>\n"
    )


def _atom_entry(story: Story, day: int) -> str:
    # On the first day the feed still links to the address that a story had before the last redesign.
    address = story.old_url if story.old_url and day == 1 else story.url
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in story.authors)
    return (
        f"<entry><title>{escape(story.headline_on(day))}</title>"
        f"<id>tag:heronbay.example,2025:{story.slug}</id>"
        f'<link rel="alternate" type="text/html" href="{escape(address)}?utm_source=atom&amp;utm_medium=feed"/>'
        f"<published>{story.published_at.isoformat()}</published>"
        f"<updated>{story.modified_at(day).isoformat()}</updated>{authors}"
        f'<category term="{escape(story.section)}"/>'
        f'<summary type="html">{escape(escape(story.standfirst or ""))}</summary></entry>\n'
    )


def _lineage_rss(publication: Publication, day: int) -> str:
    items = []
    for story in publication.listed(day):
        body = lineage_html(story, original_of(publication, story), day)
        items.append(
            f"<item><title>{escape(story.headline_on(day))}</title>"
            f"<link>{escape(story.url)}?utm_source=RSS</link>"
            f'<guid isPermaLink="false">{escape(story.url)}</guid>'
            f"<pubDate>{_rfc822(story.published_at + _POLL_LAG)}</pubDate>"
            f"<description>{escape(body)}</description></item>\n",
        )
    return _rss(publication, items, "")


def _wire_rss(publication: Publication, day: int) -> str:
    items = [
        f"<item><title>{escape(story.headline_on(day))}</title>"
        f"<link>{escape(story.url)}?utm_source=rss&amp;utm_medium=rss</link>"
        f"<dc:creator>{escape(', '.join(story.authors))}</dc:creator>"
        f'<guid isPermaLink="false">http://{publication.host}/?p={101 + publication.stories.index(story)}</guid>'
        f"<pubDate>{_rfc822(story.published_at)}</pubDate><category>{escape(story.section)}</category>"
        f"<content:encoded><![CDATA[{plain_html(story, day)}]]></content:encoded></item>\n"
        for story in publication.listed(day)
    ]
    namespaces = ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return _rss(publication, items, namespaces)


def _rss(publication: Publication, items: list[str], namespaces: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"{namespaces}><channel>'
        f"<title>{escape(publication.title)}</title><link>{publication.home_url}</link>"
        f"<description>{escape(publication.title)}</description><language>{publication.language}</language>"
        f"<ttl>30</ttl>\n{''.join(items)}</channel></rss>\n"
    )


def _rfc822(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)
