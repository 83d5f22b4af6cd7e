"""The archive: the folder as a whole. Opened, locked, committed to, recovered, made again, verified.

The order of writing, which every promise of "nothing is lost" stands on:

    1. captures are appended to the open segment            (record-written)
    2. the segment is synced                                (captures-synced)
    3. documents and pictures are staged, each synced       (file-staged)
    4. the ledger's lines are appended and synced           (ledger-written)   <- from here on they count
    5. staged files are moved to their places               (files-settled)
    6. the index is brought up to the ledger's last line    (catalog-written)

Killed before 4, nothing has happened: the staging folder is swept. Killed after 4, the next writer does
5 and 6 again from the ledger's own words. A torn last line, or a torn last record, is cut off.
"""

from onrecord.archive.backup import BackupReport, back_up
from onrecord.archive.chain import Damage
from onrecord.archive.envelopes import write_envelope
from onrecord.archive.folder import Archive, Boundary, Step, create, find, read_document
from onrecord.archive.forgetting import ForgetReport, forget
from onrecord.archive.layout import (
    CONFIG,
    SEARCH,
    SITES,
    cdxj_path,
    document_path,
    enclosure_path,
    envelope_path,
    picture_path,
    stamp_path,
    superseded_path,
)
from onrecord.archive.mending import Backup, Mended, is_ledger_lost, keep_damaged, mend_ground
from onrecord.archive.migrating import migrate
from onrecord.archive.pruning import PruneReport, prune
from onrecord.archive.rules import rulebook
from onrecord.archive.signing import Signing, ensure_key, key_in_use, rotate, sign_head
from onrecord.archive.sizing import Size, sizes
from onrecord.archive.verify import Scope, checked, verify

__all__ = [
    "CONFIG",
    "SEARCH",
    "SITES",
    "Archive",
    "Backup",
    "BackupReport",
    "Boundary",
    "Damage",
    "ForgetReport",
    "Mended",
    "PruneReport",
    "Scope",
    "Signing",
    "Size",
    "Step",
    "back_up",
    "cdxj_path",
    "checked",
    "create",
    "document_path",
    "enclosure_path",
    "ensure_key",
    "envelope_path",
    "find",
    "forget",
    "is_ledger_lost",
    "keep_damaged",
    "key_in_use",
    "mend_ground",
    "migrate",
    "picture_path",
    "prune",
    "read_document",
    "rotate",
    "rulebook",
    "sign_head",
    "sizes",
    "stamp_path",
    "superseded_path",
    "verify",
    "write_envelope",
]
