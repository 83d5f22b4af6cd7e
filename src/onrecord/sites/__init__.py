"""Rules for a site, as data: one file a publication, in TOML or in the public ftr-site-config format.

Pure: no files, network, clock or log; `archive.rules` knows where files stand. What a rule may say is in
`extract.rules`, which never looks here: a rule is given to the reader as a value.
"""

from __future__ import annotations

from onrecord.sites.files import MAX_FILE, RuleFile, RuleTest
from onrecord.sites.rulebook import ENDINGS, Rulebook, Shelf, read

__all__ = ["ENDINGS", "MAX_FILE", "RuleFile", "RuleTest", "Rulebook", "Shelf", "read"]
