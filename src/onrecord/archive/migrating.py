"""Migration: an archive of an older format brought to the one that this version writes.

Format 1 is the first. A later one adds a step here, from the format before it, and a small archive of its own to
`tests/golden/archives/`, which every version after it opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from onrecord.archive.layout import CONFIG
from onrecord.archive.lock import WriterLock
from onrecord.config import FORMAT
from onrecord.errors import ArchiveError, FormatVersionError, NotAnArchiveError
from onrecord.store.files import storage_errors

#: A step brings the folder from the format of its key to the next. It may be broken off, and is then done again.
Step = Callable[[Path], None]
STEPS: Mapping[int, Step] = {}

_FORMAT = re.compile(r"^(\s*format\s*=\s*)(\d+)", re.MULTILINE)


def migrate(root: Path, *, steps: Mapping[int, Step] = STEPS, newest: int = FORMAT) -> tuple[int, int]:
    """Bring the archive in *root* to the newest format; return the format that it had, and that it has.

    The number in onrecord.toml is written after each step: broken off, the next call goes on.

    Raises:
        NotAnArchiveError: There is none.
        FormatVersionError: A newer On Record wrote it.
        ArchiveLockedError: Another process writes to it.
        ArchiveError: onrecord.toml does not say which format it is of.
        StorageError: The disk said no.
    """
    place = root / CONFIG
    if not place.is_file():
        raise NotAnArchiveError(str(root), "this folder is no archive: it has no onrecord.toml")
    lock = WriterLock(root)
    try:
        begun = at = _format_of(place)
        if at > newest:
            what = f"a newer On Record wrote this archive (format {at}, this one knows {newest}); update it"
            raise FormatVersionError(str(root), what)
        while at < newest:
            with storage_errors(root):
                steps[at](root)
                at += 1
                fresh = place.with_name(f"{CONFIG}.new")
                text = _FORMAT.sub(rf"\g<1>{at}", place.read_text("utf-8"), count=1)
                fresh.write_text(text, "utf-8")
                fresh.replace(place)
    finally:
        lock.release()
    return begun, at


def _format_of(place: Path) -> int:
    with storage_errors(place):
        found = _FORMAT.search(place.read_text("utf-8"))
    if found is None:
        raise ArchiveError(
            str(place), "no format stands at its head; an archive of the first has: format = 1"
        )
    return int(found[2])
