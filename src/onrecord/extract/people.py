"""People: who is named in a byline, without roles, agencies and the publisher's name.

Pure. An inference: the byline itself is kept as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from onrecord.text import fold_space

#: A byline that names more than this is a list of something else.
MAX_PEOPLE = 40
_LEAD = re.compile(
    r"^\W*(?:(?:written|reported|posted|published|words|story|text|analysis|opinion|interview|reporting|"
    r"contributed|compiled|edited|updated) by|by|"
    r"from|author(?:\(s\)|s)?|"
    r"von|ein (?:gastbeitrag|kommentar|interview|bericht|essay|artikel) von|interview von|text|par|"
    r"propos recueillis par|por|escrito por|di|a cura di|af|av|"
    r"tekst|door|przez|autor(?:in|zy|ka|es)?|auteur|автор(?:ы)?|текст|作者|文|撰文|记者|記者|编辑|tác giả|"
    r"von:)\b\s*[:：/|-]?\s*",
    re.IGNORECASE,
)
_LEAD_CJK = re.compile(r"^\W*(?:作者|撰文|撰稿|文|本报记者|记者|記者|采写|编译)\s*[:：/|丨\s]\s*")
_SEPARATOR = re.compile(
    # The dot between two Chinese characters joins the parts of a foreign name.
    r"\s*(?:[;|/•\n、，；]|\s·|·\s|(?<![\u3400-\u9fff])·|·(?![\u3400-\u9fff])|,(?!\s*(?:jr|sr|md|phd|ii|iii)\b)|\s(?:and|und|et|y|e|og|och|ja|i|и|&|with|mit|"
    r"avec)\s(?=\s*\S)|\s&\s|和(?=[^和]{2,}))\s*",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:correspondent|reporter|editor|writer|staff|columnist|contributor|producer|journalist|photographer|"
    r"analyst|fellow|professor|bureau|"
    r"chief|senior|director|news(?:room|desk)?|desk|team|agency|associated press|reuters|afp|bloomberg|dpa|apa|"
    r"redaktion|redaktor|redakteur(?:in)?|"
    r"korrespondent(?:in)?|autorin|volontär(?:in)?|rédaction|rédactrice|journaliste|redacción|redaccion|agencias?|"
    r"efe|redação|redazione|redaksjonen|redakcja|"
    r"редакция|editorial|guest|special to|for (?:the )?|opinion|sponsored|advertis\w*|online|digital|admin|"
    r"webmaster|author|unknown|anonymous|press|"
    r"media|magazine|times|post|daily|herald|gazette|tribune|journal|network|group|inc|llc|ltd|gmbh|club|"
    r"university|institute|foundation|"
    r"communications|podcast|today|weekly|live|sports?|politics|world|entertainment|agenc(?:y|ies)|nachrichten|"
    r"news|reporters?|staff)\b|新闻|编辑部|记者|阅读|来源|发布|字体|打印|分享|评论|浏览|点击|网络|教师|集团|通讯社|报社|編集|新聞|記者|기자|뉴스",
    re.IGNORECASE,
)
_STOP_AT = re.compile(
    r"\s*(?:[|–—•]|\s-\s|\(|\bis\b|\bwas\b|\bfor\b|\bat\b(?=\s[A-Z])|\bin\b(?=\s[A-Z])|\bpublished\b|\bupdated\b|"
    r"\bposted\b|\bon\b|@|https?:|www\.|<|"
    r"\d{1,2}[.:/]|\b(?:19|20)\d\d\b|기자).*$",
    re.IGNORECASE | re.DOTALL,
)
#: An agency, or degrees, behind a name: "Ada Moreno The Associated Press", "Ada Moreno MS RDN".
_AFTER_NAME = re.compile(
    r"(?:\s+(?:the\s+)?(?:associated press|canadian press|press association|reuters|bloomberg(?: news)?|afp|dpa|ap))$|"
    r"(?:\s+(?-i:MS|MD|PhD|RDN?|LD|MPH|RN|MBA|JD|MSc|BSc|CFP|CPA|DDS|DVM|M\.D|Ph\.D|Esq))+$",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[^\W\d_](?:[\w'’.`\u00b7 -]*[\w.’'])?$")
_PARTICLES = frozenset(
    [
        "de",
        "da",
        "di",
        "del",
        "della",
        "der",
        "den",
        "van",
        "von",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "do",
        "dos",
        "das",
        "du",
        "y",
        "e",
        "af",
        "zu",
        "ten",
        "ter",
        "o'",
    ]
)
_CAPS = re.compile(r"^[^a-z]*[A-Z][^a-z]*$")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_INITIALS = re.compile(r"^[a-zäöü]{2,4}(?:/[a-zäöü]{2,4})*$")


def people_in(byline: str, *, publishers: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the people that *byline* names, in its order, none twice; nothing that is a publisher."""
    houses = {_key(house) for house in publishers if house}
    text = fold_space(byline)
    text = _LEAD_CJK.sub("", text)
    for _ in range(2):
        text = _LEAD.sub("", text)
    found: list[str] = []
    for part in _SEPARATOR.split(text)[:MAX_PEOPLE]:
        name = _name(part)
        if name and _key(name) not in houses and not _is_house(name, houses) and name not in found:
            found.append(name)
    return without_single_words(found)


def without_single_words(names: Sequence[str]) -> tuple[str, ...]:
    """Return *names* without those of one word, if there are others: a place, or the rest of something else."""
    return tuple(name for name in names if len(names) == 1 or " " in name or _HAN.search(name))


def _name(part: str) -> str | None:
    """Return the name in one part of a byline, or None if it names nobody."""
    name = _LEAD.sub("", part.strip())
    name = _STOP_AT.sub("", name).strip(' .,:;-–—|"“”')
    name = _AFTER_NAME.sub("", name)
    if _HAN.search(name):
        return (
            name
            if 2 <= len(name) <= 20 and not _ROLE.search(name) and not re.search(r"\d|。|：", name)
            else None
        )
    words = name.split()
    if any(letter.isdigit() for letter in name):
        return None
    if not 2 <= len(words) <= 6:
        # One word is a name where nothing says otherwise: "Madonna", "PTI" is none.
        return (
            name
            if len(words) == 1
            and len(name) > 3
            and name[0].isupper()
            and not name.isupper()
            and not _ROLE.search(name)
            else None
        )
    if not _NAME.match(name) or _ROLE.search(name) or len(name) > 60:
        return None
    if any(
        word[0].islower() and word.lower() not in _PARTICLES and "'" not in word and "’" not in word
        for word in words
    ):
        return None
    return name


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _is_house(name: str, houses: set[str]) -> bool:
    key = _key(name)
    return any(
        key == house or (len(key) > 5 and key in house and len(key) > 0.7 * len(house)) for house in houses
    )


def recased(names: tuple[str, ...], texts: Iterable[str]) -> tuple[str, ...]:
    """Return *names* with those in capitals alone in the case that *texts*, the notes at the foot, give them."""
    whole = "\n".join(texts)
    out = []
    for name in names:
        if _CAPS.match(name) and " " in name:
            pattern = r"\s+".join(re.escape(word) for word in name.split())
            found = re.search(pattern, whole, re.IGNORECASE)
            # Without a note at the foot that spells it, capitals stay: "MCDONALD" has no one right case.
            out.append(fold_space(found[0]) if found else name)
        else:
            out.append(name)
    return tuple(dict.fromkeys(out))
