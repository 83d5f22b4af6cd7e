"""The language of a text, as BCP 47; Chinese told apart by its characters.

Pure.
"""

from __future__ import annotations

import re

# Characters that one script has and the other writes differently: the commonest pairs of the news.
_PAIRS = (
    "国國们們会會这這来來时時个個为為对對发發说說现現过過进進还還没沒关關问問题題经經济濟学學习習实實与與种種将將从從"
    "两兩开開长長间間见見无無业業东東动動车車书書电電话話让讓给給请請报報战戰争爭议議选選举舉党黨总總统統记記者者"
    "华華欧歐乌烏兰蘭俄俄罗羅斯斯压壓运運达達应應该該后後尔爾"
)
_SIMPLIFIED = frozenset(_PAIRS[0::2]) - frozenset(_PAIRS[1::2])
_TRADITIONAL = frozenset(_PAIRS[1::2]) - frozenset(_PAIRS[0::2])
_TAG = re.compile(r"^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_NAMES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es",
    "español": "es", "italian": "it", "portuguese": "pt", "russian": "ru", "chinese": "zh", "japanese": "ja",
    "korean": "ko", "dutch": "nl", "polish": "pl", "arabic": "ar", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip


def tag_of(stated: str | None) -> str | None:
    """Return *stated* as a BCP 47 tag in its usual case ("en_us" is "en-US"), or None if it is none."""
    if not stated:
        return None
    text = stated.strip().replace("_", "-")
    text = _NAMES.get(text.lower(), text)
    if not _TAG.match(text):
        return None
    first, *rest = text.split("-")
    shaped = [first.lower()]
    shaped += [
        part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower()
        for part in rest[:3]
    ]
    return "-".join(shaped)


def language_of(stated: tuple[str | None, ...], text: str) -> str | None:
    """Return the language of *text*: what its characters say, else the first of *stated* that is a tag."""
    sample = text[:20_000]
    kana, hangul = len(_KANA.findall(sample)), len(_HANGUL.findall(sample))
    han = len(_HAN.findall(sample))
    tags = [tag for one in stated if (tag := tag_of(one))]
    letters = len(sample) or 1
    if hangul > 0.2 * letters:
        return "ko"
    if kana > 0.05 * letters and kana + han > 0.2 * letters:
        return "ja"
    if han > 0.2 * letters:
        return _chinese(sample, tags)
    plain = next((tag for tag in tags if not tag.startswith(("zh", "ja", "ko")) or letters < 200), None)
    return plain or (tags[0] if tags and letters < 200 else None)


def _chinese(sample: str, tags: list[str]) -> str:
    """Return zh-Hans or zh-Hant: by the characters that differ, else by what is stated."""
    simplified = sum(1 for char in sample if char in _SIMPLIFIED)
    traditional = sum(1 for char in sample if char in _TRADITIONAL)
    if simplified != traditional:
        return "zh-Hans" if simplified > traditional else "zh-Hant"
    stated = " ".join(tags)
    return "zh-Hant" if re.search(r"Hant|TW|HK|MO", stated) else "zh-Hans"
