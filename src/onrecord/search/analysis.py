"""What a text is searched by: characters folded, words and pairs of characters told apart.

Chinese, Japanese, Korean and the scripts that set no spaces are searched by character: any run of them is found,
wherever it stands in a sentence. Other words are searched as words, and by their stem in the language of the text.

Pure: no clock, network or file but the table that the package brings.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources

import Stemmer

#: Raise it with every change of what is indexed: an index of another version is made anew.
ANALYSIS_VERSION = 2

#: Characters that are searched one by one, as the inside of a regular expression's class: Han with its iteration marks,
#: kana (the middle dot separates, and is left out), Hangul, Thai, Lao, Burmese, Khmer.
DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
#: Stands where a phrase must not run on: at punctuation and line ends beside a dense character.
BREAK = "\x01"

_DENSE_RUN = re.compile(f"[{DENSE}]+")
_TOKEN = re.compile(f"[{DENSE}]|[^\\W_{DENSE}]+|{BREAK}")
_WORD = re.compile(f"[^\\W_{DENSE}]+")
_BREAKING = re.compile(
    f"(?<=[{DENSE}])[\\W_]+(?=[{DENSE}])"  # also a space: dense text sets none inside a word
    f"|(?<=[{DENSE}])[^\\w\\s]+|[^\\w\\s]+(?=[{DENSE}])|\\n"
)
#: Vowel signs and the like of Latin, Greek, Cyrillic, Hebrew and Arabic letters, which a person leaves out in a search.
_MARK = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
#: Letters whose marks make another letter, as Russian has it.
_WHOLE_LETTERS = frozenset("йЙ")
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
#: Snowball's own version: another one may stem a word otherwise, and the index must hold what a query looks for.
STEMMER_VERSION = str(Stemmer.version())
#: No word that a person looks for is longer; a line of base64 is.
_LONGEST_WORD = 64


@cache
def _simplified() -> dict[str, str]:
    """Return the simplified form of each traditional character that has one."""
    table = resources.files(__package__).joinpath("traditional.txt").read_text("utf-8")
    pairs = (pair for line in table.splitlines() if not line.startswith("#") for pair in line.split())
    return {pair[0]: pair[1] for pair in pairs}


class _Folding(dict[int, str]):
    """What each character folds to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def _folded(character: str) -> str:
    if character in _WHOLE_LETTERS:
        return character.casefold()
    simplified = _simplified()
    plain = unicodedata.normalize("NFKC", character)
    plain = "".join(simplified.get(one, one) for one in plain).casefold()
    if plain.isascii() or _DENSE_RUN.search(plain):
        return plain  # a voiced kana is another letter than the plain one
    return unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", plain)))


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Return *text* as search compares it: width, case, accents and the two Chinese scripts folded (NFKC, UAX 15)."""
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


#: Characters that are known to fold to one character each: of most texts, all.
_even: set[str] = set()


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """Return *text* folded, and for each folded character, and the end, the place in *text* (NFC) that it came from."""
    fresh = set(text) - _even
    _even.update(character for character in fresh if len(_FOLDING[ord(character)]) == 1)
    if fresh <= _even:
        return text.translate(_FOLDING), range(len(text) + 1)
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        piece = _FOLDING[ord(character)]
        folded.append(piece)
        places += [place] * len(piece)
    places.append(len(text))
    return "".join(folded), places


def marked(folded: str) -> str:
    """Return folded text with a `BREAK` wherever a phrase must not run on."""
    return _BREAKING.sub(BREAK, folded)


def tokens(folded: str) -> list[str]:
    """Return the words and dense characters of folded text in order, and its breaks."""
    return _TOKEN.findall(marked(folded))


def pairs(folded: str) -> set[str]:
    """Return each two dense characters that stand side by side."""
    found: set[str] = set()
    for run in _DENSE_RUN.findall(folded):
        found.update(map(operator.add, run, run[1:]))
    return found


def is_dense(text: str) -> bool:
    """Has *text* characters that are searched one by one?"""
    return _DENSE_RUN.search(text) is not None


def base_language(tag: str | None) -> str:
    """Return the primary language of a BCP 47 tag: "zh" of "zh-Hant"; "" of none."""
    return (tag or "").partition("-")[0].lower()


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    name = _SNOWBALL.get(language)
    return Stemmer.Stemmer(name) if name else None


def stem(word: str, language: str) -> str:
    """Return the stem of a folded word (Snowball); the word itself where the language has no stemmer."""
    stemmer = _stemmer(language)
    return str(stemmer.stemWord(word)) if stemmer and len(word) <= _LONGEST_WORD else word


def stems(folded: str, language: str) -> set[str]:
    """Return the stems of the words of folded text that differ from their word, each as "en:run"."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return set()
    words = [word for word in set(_WORD.findall(folded)) if len(word) <= _LONGEST_WORD]
    roots = stemmer.stemWords(words)
    return {f"{language}:{root}" for word, root in zip(words, roots, strict=True) if root != word}


def stem_terms(word: str, languages: Iterable[str]) -> list[tuple[str, str]]:
    """Return (language, stem) of a folded word for each language that has a stemmer."""
    return [(language, stem(word, language)) for language in languages if language in _SNOWBALL]
