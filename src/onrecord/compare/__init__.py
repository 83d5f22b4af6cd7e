"""The comparison: what changed between two revisions of an article, as a reader would tell it.

`compare` takes two articles and gives their changes, each with a kind, a weight and the words before and after.
`align` says which paragraphs of an article and of its translation belong together.
Pure: values in, values out.
"""

from onrecord.compare.aligning import Pair, align
from onrecord.compare.changes import Change, Comparison, Kind, Piece
from onrecord.compare.comparing import compare

__all__ = ["Change", "Comparison", "Kind", "Pair", "Piece", "align", "compare"]
