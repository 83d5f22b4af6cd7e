"""How fast `verify` reads, beside `sha256sum` reading the same files, in CPU time and on one core.

python benchmarks/verify.py                 segments of captures and pictures, 600 MB
python benchmarks/verify.py --pictures      pictures alone: many small files
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from onrecord import archive as archives
from onrecord.archive import Archive, Step
from onrecord.ledger import Event, digest_of

AT = datetime(2026, 5, 17, 10, tzinfo=UTC)
#: Bytes of a segment, and how many; pictures, with the median size that the newsroom's have.
SEGMENT, SEGMENTS, PICTURE, PICTURES = 64 * 1024 * 1024, 8, 40_000, 2_000
TIMES = 3


def make(root: Path, *, segments: int) -> None:
    """Make an archive of random bytes: `verify` reads bytes, not meanings."""
    chance = random.Random(0)
    archives.create(root, now=AT)
    with Archive.open(root, write=True) as archive:
        for number in range(PICTURES):
            body = chance.randbytes(PICTURE)
            path = archives.picture_path(digest_of(body), "jpg")
            archive.commit(
                [Step(event=Event.ENVELOPED, data={"id": str(number)}, files=((path, body),))], now=AT
            )
        for number in range(segments):
            step = Step(
                event=Event.ENVELOPED,
                data={"id": str(number)},
                files=((f"captures/2026/05/17-{number}.warc.gz", chance.randbytes(SEGMENT)),),
            )
            archive.commit([step], now=AT)


def cpu_of(words: list[str]) -> float:
    """Return the CPU seconds of a command on one core, user and system, the best of several."""
    best = float("inf")
    core = min(os.sched_getaffinity(0))
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["taskset", "-c", str(core), *words], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def main() -> int:
    """Measure, print, and return the exit code."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--pictures", action="store_true")
    segments = 0 if words.parse_args().pictures else SEGMENTS
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "news"
        make(root, segments=segments)
        files = [
            str(one) for name in ("captures", "pictures") for one in (root / name).rglob("*") if one.is_file()
        ]
        size = sum(Path(one).stat().st_size for one in files) / 1e6
        start = cpu_of([sys.executable, "-m", "onrecord", "--version"])
        ours = cpu_of([sys.executable, "-m", "onrecord", "verify", "--archive", str(root)])
        floor = cpu_of(["sha256sum", *files])
    print(f"{len(files)} files, {size:.0f} MB, one core, best of {TIMES}")
    print(f"sha256sum        {floor:6.2f} s  {size / floor:6.0f} MB/s")
    print(f"onrecord verify  {ours:6.2f} s  {size / ours:6.0f} MB/s  ({start:.2f} s of it to start)")
    print(f"speed beside sha256sum: {floor / ours:.2f} (the aim: 0.5 or better)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
