"""Captures in WARC 1.1 (ISO 28500:2017): writing segments, reading them back, mending them, indexing them.

A segment is a file of gzip members, a record in each; the first is its `warcinfo`. warcio frames the
records that are written and reads their headers; the bytes of HTTP heads, digests and damage are ours,
because a capture must come back exactly as it was sent or not at all.
"""

from __future__ import annotations

from onrecord.warc.cdxj import cdxj_line, surt_key, write_cdxj
from onrecord.warc.completing import Completion, complete
from onrecord.warc.reading import RecoveredSegment, damaged_member, iter_records, read_record, recover
from onrecord.warc.records import (
    IDENTICAL_PAYLOAD,
    NOT_MODIFIED,
    PRUNED_PAYLOAD,
    STORED_PAYLOAD,
    RevisitTarget,
    StoredRecord,
    payload_digest,
)
from onrecord.warc.rewriting import Fate, Rewritten, rewrite
from onrecord.warc.writing import GZIP_BITS, SegmentWriter, stored_payload_id

__all__ = [
    "GZIP_BITS",
    "IDENTICAL_PAYLOAD",
    "NOT_MODIFIED",
    "PRUNED_PAYLOAD",
    "STORED_PAYLOAD",
    "Completion",
    "Fate",
    "RecoveredSegment",
    "RevisitTarget",
    "Rewritten",
    "SegmentWriter",
    "StoredRecord",
    "cdxj_line",
    "complete",
    "damaged_member",
    "iter_records",
    "payload_digest",
    "read_record",
    "recover",
    "rewrite",
    "stored_payload_id",
    "surt_key",
    "write_cdxj",
]
