"""Search: every word of every article, Chinese as well as English.

`follow` brings the index up to the archive, `parse` reads a query, `SearchIndex.search` answers it, and `snippet`
shows where.
"""

from onrecord.search.following import follow
from onrecord.search.index import Ask, Found, Hit, Indexed, SearchIndex
from onrecord.search.query import FIELDS, parse
from onrecord.search.snippets import Span, highlighted, snippet, sought

__all__ = [
    "FIELDS",
    "Ask",
    "Found",
    "Hit",
    "Indexed",
    "SearchIndex",
    "Span",
    "follow",
    "highlighted",
    "parse",
    "snippet",
    "sought",
]
