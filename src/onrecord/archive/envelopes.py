"""Envelopes on disk: what a full-text feed gave, verbatim, as a JSON file beside the document."""

from __future__ import annotations

import json
from dataclasses import asdict

from onrecord.errors import FormatError
from onrecord.model import Envelope


def write_envelope(envelope: Envelope) -> bytes:
    """Return the file for an envelope: the same bytes for the same envelope."""
    return (json.dumps({"format": 1} | asdict(envelope), ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", "surrogatepass"
    )


def read_envelope(data: bytes, path: str) -> Envelope:
    """Return the envelope in a file.

    Raises:
        FormatError: The file is none of ours.
    """
    try:
        found = json.loads(data.decode("utf-8", "surrogatepass"))
        if found.pop("format") != 1:
            raise FormatError(path, "written by a newer On Record; update it")
        return Envelope(**found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(path, "this is no envelope of a feed; restore it from a backup") from error
