"""Plays a round and kills itself, as a power cut would, the n-th time that a boundary of writing is reached.

python crash_runner.py ARCHIVE BOUNDARY N [--recheck]
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from onrecord.archive import Archive, Boundary
from onrecord.pipeline.run import update
from onrecord.pipeline.sources import chosen_sources


def main(root: Path, boundary: Boundary, times: int, *, recheck: bool) -> None:
    """Play a round in *root*, and be killed in it."""
    reached: Counter[Boundary] = Counter()

    def strike(here: Boundary) -> None:
        reached[here] += 1
        if here is boundary and reached[here] == times:
            os.kill(os.getpid(), signal.SIGKILL)

    with Archive.open(root, write=True, probe=strike) as archive:
        sources = chosen_sources(archive, [])
        asyncio.run(update(archive, sources, recheck=recheck, environ=os.environ, tell=lambda _: None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Boundary(sys.argv[2]), int(sys.argv[3]), recheck="--recheck" in sys.argv)
