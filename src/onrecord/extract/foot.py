"""What stands around an article's text: contributors, translators, authors' notes, corrections, translations.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from onrecord import urls
from onrecord.extract.body import Body
from onrecord.extract.language import tag_of
from onrecord.extract.survey import MAX_CLAIM, Box, Line, Survey
from onrecord.extract.words import CORRECTION, CREDITS, Sign
from onrecord.model import Translation
from onrecord.text import fold_space

#: Lines looked at after the text; a page's own foot begins within them.
REACH = 40
MAX_CREDIT = 600
_MORE = re.compile(
    r"^\W*(?:点击查看更多|更多|查看更多|(?:see|read|view|learn) (?:more|all|full bio)|more (?:about|from|by)|"
    r"follow|mehr von|alle artikel|en savoir plus|full bio|contact|email)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"英文版|英文原文|原文(?:链接|連結|地址)?[:：。]?$|阅读原文|閱讀原文|original (?:article|version|story|in)|"
    r"read (?:the|this) (?:original|article in|story in)|"
    r"(?:im|zum) original|englische[ns]? original|lire (?:l['’]original|la version originale)|version originale|"
    r"leer (?:el original|en inglés)|原文(?:は|を)",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = re.compile(
    r"^\W*(?:read (?:this )?(?:article |story )?in (?!full|app|detail)\w+|leer en español|lea (?:en|"
    r"este artículo en) español|lire en français|auf deutsch lesen|in english|auf englisch|"
    r"en español|en français|中文版|阅读简体中文版|閱讀繁體中文版|简体|繁體|繁体|中英双语|中英雙語|双语|雙語|"
    r"bilingual|english version|version française|versión en|leia em português|"
    r"читать на|українською|日本語版|英語版|한국어)",
    re.IGNORECASE,
)
_LANGUAGE_WORDS = (
    (re.compile(r"双语|雙語|bilingual", re.IGNORECASE), None),
    (re.compile(r"英文|english|englisch|inglés|英語|anglais", re.IGNORECASE), "en"),
    (re.compile(r"简体|中文版|简"), "zh-Hans"),
    (re.compile(r"繁"), "zh-Hant"),
    (re.compile(r"spanish|español", re.IGNORECASE), "es"),
    (re.compile(r"french|français", re.IGNORECASE), "fr"),
    (re.compile(r"german|deutsch", re.IGNORECASE), "de"),
    (re.compile(r"日本語"), "ja"),
    (re.compile(r"한국어"), "ko"),
    (re.compile(r"portugu", re.IGNORECASE), "pt"),
    (re.compile(r"russian|читать", re.IGNORECASE), "ru"),
)


def text_without_pointers(line: Line) -> str:
    """Return a credit's text without links to more of the author."""
    kept = [piece.text for piece in line.pieces if piece.link is None or not _MORE.match(piece.text)]
    return fold_space("".join(kept))


def around(body: Body) -> Box | None:
    """Return the box that the article's foot may stand in: the nearest <article> or <main>, else the body's parent."""
    now = body.box
    while now is not None and now.tag not in {"article", "main", "#page", "body"}:
        now = now.parent
    return now


def notes(survey: Survey, body: Body) -> tuple[list[str], list[str], set[int]]:
    """Return credits, corrections, and the places of the chosen lines that are either."""
    credit_lines: list[str] = []
    corrections: list[str] = []
    taken: set[int] = set()
    if not body.chosen:
        return credit_lines, corrections, taken
    tail = set(body.chosen[-4:])
    for at in body.chosen:
        line = survey.line_at(at)
        if len(line.text) > MAX_CREDIT:
            continue
        if line.box.inherited & Sign.CORRECTION or CORRECTION.match(line.text):
            corrections.append(line.text)
            taken.add(at)
        elif (at in tail and CREDITS.match(line.text)) or line.box.inherited & Sign.BIO:
            credit_lines.append(text_without_pointers(line))
            taken.add(at)
    outer = around(body)
    last = min(outer.last if outer is not None else body.end, body.end + REACH)
    for item in survey.items[body.end : last]:
        if not isinstance(item, Line) or item.box.unseen or len(item.text) > MAX_CREDIT:
            continue
        if CORRECTION.match(item.text) or (item.box.inherited & Sign.CORRECTION and len(item.text) > 20):
            corrections.append(item.text)
        elif _is_credit(item):
            credit_lines.append(text_without_pointers(item))
    return _unique(credit_lines), _unique(corrections), taken


def _is_credit(line: Line) -> bool:
    if line.link_share > 0.7:
        return False
    if CREDITS.match(line.text):
        return True
    return bool(line.box.inherited & Sign.BIO) and len(line.text) > 25 and line.link_share < 0.6


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def translations(
    survey: Survey, body: Body, resolve: Callable[[str], str | None], *, url: str, language: str | None
) -> list[Translation]:
    """Return the article's other languages: links beside the text, and hreflang alternates of this article."""
    found: dict[str, Translation] = {}
    outer = around(body)
    low = outer.first if outer is not None else 0
    high = min(outer.last if outer is not None else len(survey.items), body.end + REACH)
    for attributes, node, at, box in survey.anchors:
        if not low <= at <= high or box.unseen:
            continue
        text = fold_space(node.text(deep=True)[:MAX_CLAIM])
        if not text or len(text) > 60:
            continue
        is_original = bool(_ORIGINAL.search(text)) and (at >= body.end - 1 or at <= body.start)
        if is_original or (_OTHER_LANGUAGE.match(text) and _is_article(attributes.get("href"), resolve, url)):
            target = resolve(attributes.get("href") or "")
            if target and target != url and not _is_home(target):
                found.setdefault(target, Translation(target, _language_in(text), is_original))
    own = (tag_of(language) or "").split("-")[0]
    for link in survey.links:
        tag = tag_of(link.get("hreflang"))
        if not tag or "alternate" not in (link.get("rel") or "").lower():
            continue
        target = resolve(link.get("href") or "")
        if not target or target == url:
            continue
        if tag.split("-")[0] == own or tag == "X-default" or _is_home(target) or tag.lower().startswith("x-"):
            continue
        found.setdefault(target, Translation(target, tag, is_original=False))
    return list(found.values())


def _is_article(link: str | None, resolve: Callable[[str], str | None], url: str) -> bool:
    """Tell whether *link* leads to a page as deep as this one, and not to a whole edition of the site."""
    target = resolve(link or "")
    if target is None or _is_home(target):
        return False
    return urls.lookup_key(target) != urls.lookup_key(url)


def _is_home(url: str) -> bool:
    path = urlsplit(url).path.strip("/")
    # "/", "/de", "/en/news": too short for an article of its own.
    return len(path) < 8 and path.count("/") < 2


def _language_in(text: str) -> str | None:
    return next((tag for pattern, tag in _LANGUAGE_WORDS if pattern.search(text)), None)
