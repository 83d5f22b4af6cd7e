"""Captions and credits of pictures: how many are found, and how many of those that are found are right.

    python benchmarks/extraction/captions.py             the figures
    python benchmarks/extraction/captions.py --misses    each that is missing or wrong, too

captions.json is the truth, written by hand from thirty pages of fundus_test that were chosen by the hash of their
names: for each picture the key of its address, who is credited, and of the caption the digest of its words, since
the words are their publisher's. The set has a truth for captions of its own, which leaves credits out; it is
counted beside. Where the pages are absent, this says so and ends.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from onrecord import extract
from onrecord.extract import media
from onrecord.model import Picture

HERE = Path(__file__).parent
PAGES = HERE.parents[2] / "shared" / "extraction" / "dev" / "fundus_test"


@dataclass(slots=True)
class Tally:
    """What was to be found, what was found, and how much of that is right."""

    name: str
    wanted: int = 0
    found: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, page: str, wanted: str | None, got: str | None, *, form: Callable[[str], str]) -> None:
        """Count one picture; *form* gives what two texts are compared by."""
        self.wanted += wanted is not None
        self.found += got is not None
        if wanted is not None and got is not None and form(got) == wanted:
            self.right += 1
        elif wanted is not None or got is not None:
            self.misses.append(f"{self.name} {page}: {got!r}, not {wanted!r}")

    def __str__(self) -> str:
        precision, recall = self.right / (self.found or 1), self.right / (self.wanted or 1)
        return f"{self.name:32} {self.wanted:>5} {self.found:>5} {self.right:>5} {precision:>9.3f} {recall:>7.3f}"


def words(text: str) -> str:
    """Return what remains of *text* without case, marks and spaces."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def digest(text: str) -> str:
    """Return what stands for a caption in captions.json."""
    return hashlib.sha256(words(text).encode()).hexdigest()[:16]


def shown(row: dict[str, str]) -> list[Picture]:
    """Return the pictures that are read out of a page."""
    page = gzip.decompress((PAGES / "pages" / f"{row['id']}.html.gz").read_bytes())
    article = extract.read_page(page, url=row["url"]).article
    return list(article.pictures) if article is not None else []


def same(key: str, pictures: list[Picture]) -> Picture | None:
    """Return the picture of *key*, the exact one before one that is cut in another way."""
    keyed = [(media.key_of(one.url), one) for one in pictures]
    exact = (one for found, one in keyed if found == key)
    alike = (one for found, one in keyed if media.is_same_picture(found, key))
    return next(exact, None) or next(alike, None)


def tallies(rows: list[dict[str, object]]) -> Iterator[Tally]:
    """Yield the hand-written truth's tallies, and the set's own."""
    by_hand = json.loads((HERE / "captions.json").read_text("utf-8"))
    captions, credit, own = (
        Tally("captions, by hand"),
        Tally("credits, by hand"),
        Tally("captions, the set's"),
    )
    for row in rows:
        page = str(row["id"])
        pictures = shown({"id": page, "url": str(row["url"])})
        for known in by_hand.get(page, ()):
            picture = same(known["picture"], pictures)
            captions.add(page, known["caption"], picture.caption if picture else None, form=digest)
            wanted = words(known["credit"]) if known["credit"] else None
            credit.add(page, wanted, picture.credit if picture else None, form=words)
        for image in row.get("images") or ():  # type: ignore[attr-defined]
            keys = dict.fromkeys(media.key_of(url) for url in image["url"])
            picture = next((found for key in keys if (found := same(key, pictures))), None)
            wanted = words(image["caption"]) if image.get("caption") else None
            own.add(page, wanted, picture.caption if picture else None, form=words)
    yield from (captions, credit, own)


def main(arguments: list[str]) -> int:
    """Measure, print, and return the exit code."""
    if not PAGES.exists():
        print("The pages that extraction is measured on (../shared/extraction) are not here.")
        return 0
    rows = [json.loads(line) for line in (PAGES / "truth.jsonl").read_text("utf-8").splitlines()]
    counted = list(tallies(rows))
    print(f"{'':32} {'truth':>5} {'found':>5} {'right':>5} {'precision':>9} {'recall':>7}")
    for tally in counted:
        print(tally)
    if "--misses" in arguments:
        print("\n".join(miss for tally in counted for miss in tally.misses))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
