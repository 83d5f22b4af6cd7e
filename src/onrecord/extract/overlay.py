"""What a rule found takes the place of what the reader found; where it found nothing, the reader's stands.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from onrecord import dates
from onrecord.extract.language import language_of
from onrecord.extract.people import people_in, recased
from onrecord.extract.ruled import Ruled
from onrecord.extract.rules import Language
from onrecord.model import (
    Article,
    Block,
    ClaimedTime,
    Evidence,
    Heading,
    ListBlock,
    Paragraph,
    Quotation,
    Run,
    Translation,
    plain,
)
from onrecord.text import body_text, fold_space

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK_TAGS = ("zh", "ja", "ko")
#: Fields that an article calls otherwise.
_NAMES = {"published": "published_at", "modified": "modified_at"}
#: Share of a text's letters that are Han, kana or Hangul, from which on it is in such a script: names stay Latin.
MOSTLY = 0.25


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page knows that a value must be read with."""

    resolve: Callable[[str], str | None]
    houses: tuple[str, ...] = ()  #: names of the publication, which are nobody's
    languages: tuple[str | None, ...] = ()  #: as stated


def overlaid(
    article: Article, found: Ruled, content: tuple[Block, ...], around: Surroundings
) -> tuple[Article, list[Evidence]]:
    """Return *article* with what the rule found, and the evidence for it.

    Args:
        article: As the reader has it.
        found: The rule's values.
        content: The blocks of the body that the rule names; empty where it found none.
        around: How to read links, names and languages.
    """
    known = {name for name in found.rule.fills if getattr(article, _NAMES.get(name, name))}
    found = replace(found, values={name: value for name, value in found.values.items() if name not in known})
    changed: dict[str, object] = {
        name: value
        for name in ("headline", "kicker", "standfirst", "byline", "section")
        if (value := found.value(name))
    }
    changed |= {name: found.values[name] for name in ("credits", "corrections") if name in found.values}
    changed |= {
        f"{name}_at": time for name in ("published", "modified") if (time := claimed_time(found, name))
    }
    if authors := _authors(found, around.houses, found.values.get("credits", article.credits)):
        changed["authors"] = authors
    if translations := _translations(article, found, around):
        changed["translations"] = translations
    if content:
        changed["blocks"] = content
        if "standfirst" not in changed and _stands_in(content, article.standfirst):
            changed["standfirst"] = None  # the reader took for one what the rule says is the text
    made = replace(article, **changed)  # type: ignore[arg-type]  # the names are the article's own
    if found.rule.second_language:
        made = _bilingual(made, found, found.rule.second_language, around.languages)
    made = replace(made, blocks=tuple(_without_repeats(made)))
    origin = f"rule {found.rule.name}"
    evidence = [Evidence(name, origin, _shown(getattr(made, name)), 1.0) for name in changed if changed[name]]
    return made, evidence


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        texts = [one if isinstance(one, str) else getattr(one, "url", None) for one in value]
        return "; ".join(text for text in texts if text)[:200]
    return str(value)[:200]


def claimed_time(found: Ruled, name: str) -> ClaimedTime | None:
    """Return the time that the rule found for *name*, in the rule's zone where it states none."""
    value = found.value(name)
    return dates.parse(value, zone=zone_of(found.zone)) if value else None


def zone_of(offset: str | None) -> tzinfo | None:
    """Return the zone that "+08:00" or "Europe/Berlin" names, or None."""
    stated = _OFFSET.fullmatch(offset or "")
    if stated is None:
        try:
            return ZoneInfo(offset) if offset else None
        except (ValueError, OSError, ZoneInfoNotFoundError):
            return None  # no such place, or a system without the database
    away = timedelta(hours=int(stated[2]), minutes=int(stated[3]))
    return timezone(-away if stated[1] == "-" else away) if away < timedelta(hours=24) else None


def _authors(found: Ruled, houses: Iterable[str], credit_lines: Iterable[str]) -> tuple[str, ...]:
    stated = found.values.get("authors") or found.values.get("byline") or ()
    people = dict.fromkeys(name for text in stated for name in people_in(text, publishers=houses))
    if not people and found.rule.language is Language.CSS and (apart := found.values.get("authors")):
        return apart  # the rule's own word for who they are
    return recased(tuple(people), credit_lines)


def _translations(article: Article, found: Ruled, around: Surroundings) -> tuple[Translation, ...]:
    link = found.value("original")
    url = around.resolve(link) if link else None
    if not url:
        return ()
    known = next((one.language for one in article.translations if one.url == url), None)
    original = Translation(url, found.rule.second_language or known, is_original=True)
    return (original, *(one for one in article.translations if one.url != url))


def _stands_in(content: tuple[Block, ...], words: str | None) -> bool:
    return words is not None and any(
        isinstance(block, Paragraph) and fold_space(plain(block.runs)) == words for block in content
    )


def _without_repeats(article: Article) -> Iterable[Block]:
    """Yield the blocks but for what stands above or below the text already: headline, standfirst, credits."""
    notes = {fold_space(note) for note in (*article.credits, *article.corrections)}
    has_begun = False
    for block in article.blocks:
        words = fold_space(plain(block.runs)) if isinstance(block, Paragraph | Heading) else None
        if words is not None and (
            words in notes or (not has_begun and words in {article.headline, article.standfirst})
        ):
            continue
        has_begun = has_begun or isinstance(block, Paragraph)
        yield block


# ---------------------------------------------------------------- bilingual pages


def _bilingual(article: Article, found: Ruled, second: str, stated: tuple[str | None, ...]) -> Article:
    """Return the article with what is not in its own script marked as *second*, each pair in the page's order.

    A page of two languages is told apart by its characters: which half comes first differs from page to page.
    """
    is_cjk = second.startswith(_CJK_TAGS)
    blocks = tuple(_marked(block, second, is_cjk=is_cjk) for block in article.blocks)
    if headline := found.value("second_headline"):
        blocks = (Heading((Run(headline),), 2, second), *blocks)
    own = body_text(block for block in blocks if getattr(block, "language", None) is None)
    return replace(article, blocks=blocks, language=language_of(stated, own) or article.language)


def _marked(block: Block, second: str, *, is_cjk: bool) -> Block:
    match block:
        case Paragraph(runs) | Heading(runs) if _is_cjk(plain(runs)) is is_cjk:
            return replace(block, language=second)
        case Quotation(inner):
            return replace(block, blocks=tuple(_marked(one, second, is_cjk=is_cjk) for one in inner))
        case ListBlock(items):
            marked = (tuple(_marked(one, second, is_cjk=is_cjk) for one in item) for item in items)
            return replace(block, items=tuple(marked))
        case _:
            return block


def _is_cjk(text: str) -> bool | None:
    """Is *text* in a script of China, Japan or Korea? None where it has no letters."""
    letters = sum(char.isalpha() for char in text)
    return len(_CJK.findall(text)) >= MOSTLY * letters if letters else None
