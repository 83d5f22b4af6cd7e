"""What a stranger's feed may cost us at most. Each limit has an answer: see its Problem code."""

from typing import Final

#: Bytes, unpacked. The largest honest feeds are full-text ones of some hundred entries, below 10 MiB;
#: a sitemap may have 50 MiB (sitemaps.org), yet those are split long before. "feed-too-large".
MAX_BODY: Final = 32 * 1024 * 1024

#: A feed of a whole year is below this; a sitemap, and an index, may have as many (sitemaps.org).
#: "feed-too-many-entries".
MAX_ENTRIES: Final = 50_000

#: Characters. feedparser needs 0.25 s for an honest megabyte, and 14 s for one that is out to hurt: past this
#: there is no second try.
MAX_FALLBACK: Final = 256 * 1024

#: Characters of a document type declaration: real ones with an entity table have 10,000.
MAX_DOCTYPE: Final = 100_000

#: Characters that a feed's own entities may stand for, all together: more are left as they are written.
MAX_EXPANDED: Final = 1_000_000

#: Places mended in one feed: half a second. What is broken after them is left to libxml2's recovery.
MAX_REPAIRS: Final = 300_000

#: Characters of a title that are read for the headline.
MAX_TITLE: Final = 10_000

#: Characters at the beginning and the end of a description that are looked at to tell what it is.
WEIGHED_START: Final = 20_000
WEIGHED_END: Final = 4_000

#: Authors, categories or enclosures of one entry: more is an attack, or a list of everything.
MAX_PER_ENTRY: Final = 100

#: Bytes looked at to tell a feed from a page.
SNIFFED: Final = 4096

#: Links of a front page that are weighed; the fullest real ones have some 1,500.
MAX_LINKS: Final = 5_000

#: Bytes of a front page. The fullest real ones have some 3 MiB.
MAX_PAGE: Final = 8 * 1024 * 1024
