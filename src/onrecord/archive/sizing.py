"""What takes the space: an archive's files by what they are for."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onrecord.archive.layout import DAMAGED, INDEX, MARKS, SEARCH, STATE, cdxj_path
from onrecord.store import FolderStore

_OLDER = re.compile(r"\.r\d+\.md\Z")
_LISTS = re.compile(r"xml|rss|atom|json")


@dataclass(frozen=True, slots=True)
class Size:
    """What one kind of thing takes."""

    what: str
    files: int  #: 0: it is a part of the files named above it
    size: int  #: bytes


def sizes(root: Path) -> tuple[list[Size], dict[str, int]]:
    """Return what takes how much, captures told apart by their index; and what the documents of each source take."""
    files = FolderStore(root)
    counts: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    by_source: dict[str, int] = defaultdict(int)
    for what, path in _named(files):
        counts[what] += 1
        taken[what] += files.size(path)
        if path.startswith("articles/"):
            by_source[path.split("/")[1]] += files.size(path)
    inside = _inside_captures(files)
    found = [Size(what, counts[what], taken[what]) for what in counts]
    place = next((at for at, one in enumerate(found) if one.what == "captures"), len(found))
    found[place + 1 : place + 1] = [Size(f"  {what}", 0, size) for what, size in inside.most_common()]
    return found, dict(by_source)


def _named(files: FolderStore) -> Iterator[tuple[str, str]]:
    for path in files.walk("articles"):
        is_feed = path.endswith(".feed.json")
        yield (
            "older revisions" if _OLDER.search(path) else "what feeds gave" if is_feed else "documents",
            path,
        )
    for folder in ("pictures", "enclosures", "captures", "ledger"):
        yield from ((folder, path) for path in files.walk(folder))
    for name, what in ((INDEX, "index, can be made again"), (STATE, "state"), (MARKS, "marks and notes")):
        for ending in ("", "-wal", "-shm"):
            if files.exists(f"{name}{ending}"):
                yield what, f"{name}{ending}"
    yield from (("search index, can be made again", path) for path in files.walk(SEARCH))
    yield from (("set aside by repair, can be deleted", path) for path in files.walk(DAMAGED))


def _inside_captures(files: FolderStore) -> Counter[str]:
    """Return what is in segments; what no index line names are requests, headers and what refers to another record."""
    found: Counter[str] = Counter()
    for path in files.walk("captures"):
        if not path.endswith(".warc.gz"):
            continue
        rest = files.size(path)
        index = files.read(cdxj_path(path)).decode() if files.exists(cdxj_path(path)) else ""
        for line in index.splitlines():
            told = json.loads(line.split(" ", 2)[2])
            length, mime = int(told["length"]), told["mime"]
            if mime != "warc/revisit":
                found["pages" if "html" in mime else "lists" if _LISTS.search(mime) else "other answers"] += (
                    length
                )
                rest -= length
        found["requests, headers, references"] += rest
    return found
