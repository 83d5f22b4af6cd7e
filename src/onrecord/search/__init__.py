"""Search: every word of every article, Chinese as well as English.

`follow` brings the index up to the archive, `parse` reads a query, `SearchIndex.search` answers it, and `snippet`
shows where.
"""

from onrecord.search.entry import Entry, Indexed, entry_of
from onrecord.search.following import follow, moment_of
from onrecord.search.index import Ask, Found, Hit, SearchIndex
from onrecord.search.query import FIELDS, Node, parse
from onrecord.search.snippets import Span, highlighted, snippet, sought

__all__ = [
    "FIELDS",
    "Ask",
    "Entry",
    "Found",
    "Hit",
    "Indexed",
    "Node",
    "SearchIndex",
    "Span",
    "entry_of",
    "follow",
    "highlighted",
    "moment_of",
    "parse",
    "snippet",
    "sought",
]
