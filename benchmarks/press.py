"""A press that prints as many articles as a measurement needs: the same ones each time, in six languages.

Words are drawn as a language draws them (Zipf's law, exponent 1): a few stand in nearly every article, most in hardly
any. What they say is nonsense; how often which character stands beside which, and how long an article is, is near to
what newspapers print (the lineage’s articles have 1,000 characters in the median, 1,400 in the mean).
"""

from __future__ import annotations

import random
import string
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import BinaryIO

from onrecord import archive as archives
from onrecord.archive import Archive, Step
from onrecord.ledger import Event, digest_of
from onrecord.model import (
    Article,
    ArticleId,
    CanonicalUrl,
    ClaimedTime,
    Digest,
    Document,
    Paragraph,
    Revision,
    Run,
    SourceId,
)
from onrecord.render import document as documents
from onrecord.store import Disk
from onrecord.urls import article_id

#: The last article is of this moment; the others spread over ten years before it.
END = datetime(2026, 5, 17, 10, tzinfo=UTC)
YEARS = 10
SOURCES = 200
BATCH = 500
#: How many of a hundred articles are in a language.
SHARES = {"zh-Hans": 50, "en": 24, "zh-Hant": 10, "de": 6, "ja": 6, "ko": 4}
WORDS = 60_000
#: Characters that are in use: the 3,755 of the first level of GB 2312, 1,200 syllables of Korean, the kana.
HAN = bytes(b for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for b in (row, cell)).decode(
    "gb2312", "ignore"
)
KANA = "".join(map(chr, range(0x3041, 0x3094)))
HANGUL = "".join(map(chr, range(0xAC00, 0xD7A4, 9)))


@dataclass(slots=True)
class Tongue:
    """A language's words, the frequent ones first, and how they are set."""

    words: Sequence[str]
    space: str = " "
    comma: str = ", "
    stop: str = ". "
    length: int = 380  #: words of an article, in the median
    _bounds: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._bounds = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))

    def draw(self, chance: random.Random, count: int) -> list[str]:
        """Return *count* words, by Zipf's law."""
        top = self._bounds[-1]
        return [
            self.words[min(bisect(self._bounds, chance.random() * top), len(self.words) - 1)]
            for _ in range(count)
        ]

    def text(self, chance: random.Random, count: int) -> str:
        """Return *count* words as sentences."""
        words = self.draw(chance, count)
        text, at = "", 0
        while at < len(words):
            size = chance.randint(4, 12)
            text += self.space.join(words[at : at + size]) + (
                self.stop if chance.random() < 0.4 else self.comma
            )
            at += size
        return text.strip().rstrip(",，、.。") + self.stop.strip()


def _vocabulary(chance: random.Random, signs: Sequence[str], lengths: Sequence[int]) -> list[str]:
    """Return words of *signs*, the frequent signs and the short words first."""
    bounds = list(accumulate(1 / (rank + 20) for rank in range(len(signs))))
    words: dict[str, None] = dict.fromkeys(signs[:50]) if len(signs[0]) == 1 else {}
    while len(words) < WORDS:
        length = chance.choice(lengths)
        word = "".join(
            signs[min(bisect(bounds, chance.random() * bounds[-1]), len(signs) - 1)] for _ in range(length)
        )
        words[word] = None
    return list(words)


def tongues(chance: random.Random) -> dict[str, Tongue]:
    """Return the languages of `SHARES`."""
    han = list(HAN)
    chance.shuffle(han)
    syllables = [a + b for a in "bcdfghjklmnprstvwz" for b in "aeiou"] + [
        a + "e" + b for a in "bdlmprst" for b in "nrst"
    ]
    chance.shuffle(syllables)
    latin = _vocabulary(chance, syllables, (1, 2, 2, 3, 3, 4))
    chinese = _vocabulary(chance, han, (1, 2, 2, 2, 2, 3, 4))
    dense = {"space": "", "comma": "，", "stop": "。", "length": 430}
    mixed = [word if chance.random() < 0.5 else word + chance.choice(KANA) for word in chinese]
    return {
        "zh-Hans": Tongue(chinese, **dense),  # type: ignore[arg-type]
        "zh-Hant": Tongue([_traditional(word) for word in chinese], **dense),  # type: ignore[arg-type]
        "en": Tongue(latin),
        "de": Tongue([word + chance.choice(("", "en", "er", "ung")) for word in latin]),
        "ja": Tongue([*KANA, *mixed], space="", comma="、", stop="。", length=430),
        "ko": Tongue(_vocabulary(chance, list(HANGUL), (2, 2, 3, 3, 4)), length=260),
    }


def _traditional(word: str) -> str:
    return word.translate(_FORMS)


_FORMS = str.maketrans("国这来时会对过现们说", "國這來時會對過現們說")


def articles(count: int, *, seed: int = 0) -> Iterator[Document]:
    """Yield *count* articles, the oldest first."""
    chance = random.Random(seed)
    languages = tongues(chance)
    names, shares = list(SHARES), list(accumulate(SHARES.values()))
    step = timedelta(days=365 * YEARS) / count
    for number in range(count):
        language = names[bisect(shares, chance.random() * shares[-1])]
        yield _article(chance, languages[language], language, number, END - step * (count - number))


def _article(chance: random.Random, tongue: Tongue, language: str, number: int, at: datetime) -> Document:
    source = f"paper-{int(SOURCES * chance.random() ** 2)}.example"
    length = min(int(chance.lognormvariate(0, 0.6) * tongue.length), 6_000) + 20
    paragraphs = []
    while length > 0:
        size = chance.randint(30, 110)
        paragraphs.append(tongue.text(chance, min(size, length)))
        length -= size
    url = CanonicalUrl(f"https://{source}/{at:%Y/%m/%d}/{number}")
    told = Article(
        canonical_url=url,
        headline=tongue.text(chance, chance.randint(6, 12)).rstrip(".。"),
        authors=(" ".join(word.title() for word in tongue.draw(chance, 2)),),
        published_at=ClaimedTime(at.replace(microsecond=0)),
        language=language,
        blocks=tuple(Paragraph((Run(text),)) for text in paragraphs),
    )
    digest = Digest(digest_of(url.encode()))
    return Document(
        id=ArticleId(article_id(url)),
        source=SourceId(source),
        number=number + 1,
        revision=Revision(
            article=told, number=1, captured_at=at.replace(microsecond=0), content_digest=digest
        ),
        capture_digest=None,
        capture_record=None,
        reader_version="1",
    )


class Unsynced(Disk):
    """A disk that is not waited for: a measurement can be made again, its archive need not outlast a power cut."""

    def sync(self, file: BinaryIO) -> None:
        """Write what waits to be written, and leave it to the system."""
        file.flush()

    def sync_folder(self, folder: Path) -> None:
        """Leave it to the system."""


def print_into(root: Path, count: int, *, seed: int = 0) -> None:
    """Make an archive in *root* that holds *count* articles."""
    archives.create(root, now=END)
    printed = articles(count, seed=seed)
    with Archive.open(root, write=True, disk=Unsynced()) as archive:
        while batch := list(islice(printed, BATCH)):
            archive.commit([_kept(one) for one in batch], now=END)


def _kept(document: Document) -> Step:
    at = document.revision.captured_at
    path = f"articles/{document.source}/{at:%Y/%m/%d}-{document.number}.md"
    return Step(
        event=Event.CAPTURED,
        data={"id": document.id, "revision": 1, "document": path},
        files=((path, documents.write(document).encode()),),
        document=document,
    )


#: What a person types in, for `sought`: how many characters or words.
LENGTHS = (1, 2, 3, 4, 6)


def sought(texts: Sequence[str], length: int, count: int, *, seed: int = 0) -> list[str]:
    """Return *count* runs of *length* Chinese characters, cut from *texts*: each as often as it occurs there."""
    chance = random.Random(f"{seed}/{length}")
    found: list[str] = []
    while len(found) < count:
        text = chance.choice(texts)
        at = chance.randrange(max(1, len(text) - length))
        run = text[at : at + length]
        if len(run) == length and all("一" <= sign <= "鿿" for sign in run):
            found.append(run)
    return found


def words(texts: Sequence[str], count: int, *, seed: int = 0) -> list[str]:
    """Return *count* Latin words of *texts*, drawn as often as they occur."""
    chance = random.Random(seed)
    return [
        chance.choice(chance.choice(texts).split()).strip(string.punctuation).lower() for _ in range(count)
    ]
