"""The dateline: where a report was filed, and at times when, as it opens the first paragraph.

Pure. Sure forms alone: "BEIRUT, Lebanon, June 2 —", "Berlin (dpa) -", "(ROMA)", "【美国之音北京讯】". The text
keeps it too.
"""

from __future__ import annotations

import re

#: No town that reports are filed from has a longer name; a phrase in capitals has.
MAX_WORDS = 3
_CAPITALS = r"[A-ZÀ-ÖØ-ÞА-ЯŁŚŻĄČŠŽ]"
_DASH = r"\s*(?:—|–|--|\s-)\s*"
_AGENCY = r"\s*\((?:[A-Z]{2,7}|dpa|afp|Reuters|Bloomberg|Xinhua|[A-Z][a-z]+ ?News)(?:[/ -][\w/ -]{1,20})?\)"
_MONTH = r"(?:Jan|Feb|March|Mar|April|Apr|May|June|July|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}"
_FORMS = (
    # A town in capitals, with or without country, day and agency: BEIRUT, Lebanon, June 2 (AP) —
    re.compile(
        rf"({_CAPITALS}[{_CAPITALS[1:-1]} .'’-]{{2,40}}(?:, (?!{_MONTH})[A-Z][\w. -]{{1,25}})?(?:, {_MONTH})?)"
        rf"(?:{_AGENCY})?{_DASH}\S"
    ),
    # A town, if an agency follows: Berlin (dpa) -
    re.compile(rf"({_CAPITALS}[\w.'’/-]{{1,25}}(?: [\w.'’-]{{2,20}}){{0,2}}){_AGENCY}{_DASH}\S"),
    # A town in capitals and brackets: (ROMA)
    re.compile(rf"\(({_CAPITALS}[{_CAPITALS[1:-1]} .'’-]{{2,30}})\)\s*[–—-]?\s*\S"),
    # What ends in "by wire" or "reports", in brackets, or after a house and with a day: 新华社北京5月16日电
    re.compile(r"[【（(\[]([^【】（）()\[\]，。]{2,30}[电電讯訊])[】）)\]]"),
    re.compile(
        r"((?:[\u4e00-\u9fff]{2,8}[社网網报報]|本[报報])[\u4e00-\u9fff]{0,12}\d{1,2}月\d{1,2}日[电電讯訊])(?![视視话話])"
    ),
)
# Words in capitals that open a text and name no place.
_NO_PLACE = re.compile(
    r"(?:EXCLUSIVE|UPDATE|BREAKING|WATCH|LIVE|VIDEO|OPINION|ANALYSIS|CORRECTION|NOTE|WARNING|EDITOR|EXPLAINER|READ|"
    r"REVIEW|SPOILER|CNN|AFP|DPA|ANSA|EFE|APA|REUTERS|NASA|NATO|"
    r"INTERVIEW|EXKLUSIV|KOMMENTAR|FIRST ON|EDITORIAL|PHOTOS?|PODCAST|Q|A)\b"
)


def dateline_in(text: str) -> str | None:
    """Return the dateline that *text*, a first paragraph, opens with, without agency and dash; None if unsure."""
    start = text[:120].lstrip("\u3000 ")
    for form in _FORMS:
        found = form.match(start)
        if found and not _NO_PLACE.match(found[1]):
            place = found[1].strip(" ,-–—")
            return place if len(place.split(",")[0].split()) <= MAX_WORDS else None
    return None
