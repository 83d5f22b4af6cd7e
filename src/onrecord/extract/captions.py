"""The words of a picture: its caption, and who made it.

Pure. A figure's own caption counts; without a figure, what stands in the picture's own box, or repeats what the
picture says it shows (its alt), and is no line of the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from onrecord.extract import blocks
from onrecord.extract.survey import HEADINGS, Box, Line, Shot, Survey
from onrecord.extract.words import Sign
from onrecord.text import fold_space, or_none

#: What says that a name is a maker's: "Photo: A. Lee", "© A. Lee".
_MAKERS = (
    r"photo(?:graph)?s?|image|picture|media|illustration|video|foto|fotos|bild|bilder|imagen|immagine|photo credit|"
    r"image credit|credits?|quelle|source|fuente|fonte|grafik|symbolbild|archivfoto|fotograf(?:í|i)?a?|crédit(?:os)?|"
    r"crédito|zdjęcie|fot\.|фото|ảnh|图片|摄影|图|图源|图片来源|攝影|圖|写真|撮影|사진"
)
CREDIT = re.compile(
    rf"(?:^|\s*[|•–—/(\[]\s*|\s+|(?<=[.。!?]))((?:(?:{_MAKERS})\s*(?:credit|by|by:|source|courtesy)?\s*[:：=]\s*|"
    r"(?:photo(?:graph)?|image|picture) (?:by|courtesy of) |credit\.{3}\s*|©\s?|\(c\)\s)(.{2,120}?))\s*[)\]]?\s*$",
    re.IGNORECASE,
)
# "（周若山攝）": the maker, and that they made it, in brackets at the end.
_CREDIT_IN_BRACKETS = re.compile(
    r"\s*[（(\[]([^（()）\[\]]{2,30}(?:攝影|摄影|撮影|攝|摄|제공|供图|供圖))[）)\]]\s*$"
)
_CREDIT_LEAD = re.compile(
    rf"^\W*(?:(?:{_MAKERS})(?:\s*(?:credit|by|source|courtesy(?: of)?))?\s*(?:[:：/=]|\.{{3}})\s*|(?:photo(?:graph)?|"
    r"image|picture) (?:by|courtesy of)\s|©\s*|\(c\)\s*|credit\.{3}\s*|"
    r"(?:copyright|tous droits réservés|all rights reserved|alle rechte vorbehalten|todos los derechos reservados)"
    r"[\s:©|-]*)+",
    re.IGNORECASE,
)
_AGENCY = (
    r"(?:AP|AFP|EPA|EFE|ANSA|APA|NTB|PAP|ČTK|TASS|UPI|"
    r"(?i:dpa|Reuters|Getty|Keystone|imago|picture[- ]alliance|Unsplash|Pexels|Pixabay|Shutterstock|iStock(?:photo)?|"
    r"Alamy|Bloomberg|Xinhua|Yonhap|Kyodo|Magnum Photos|Adobe Stock|Depositphotos)|"
    r"ＡＰ|ロイター|共同|時事|연합뉴스|뉴시스|뉴스1|로이터|\S{2,4} 기자|"
    r"法新社|路透社|新华社|新華社|美联社|美聯社|视觉中国|中新社)"
)
#: An agency's name, in the middle of other words or beside none.
_NAMES_AGENCY = re.compile(rf"(?<!\w){_AGENCY}(?!\w)")
#: A word that stands in a sentence and in no credit.
_PROSE = re.compile(
    r"(?<!\w)(?!(?:via|from|for|and|the|photo|images?|picture|alliance|handout|pool|file|courtesy|stock|supplied)\b)"
    r"[a-zà-öø-ÿ]{3,}(?!\w)"
)
#: What a caption ends with where nobody is named.
_UNNAMED_MAKER = re.compile(r"(?:supplied|handout|contributed|file photo)$", re.IGNORECASE)
#: The end of a sentence: not the mark of an initial.
_SENTENCE_END = re.compile(
    r"(?:(?<=[a-zà-öø-ÿ\d»”\"'’)])[.!?…]|(?<=[\u3040-\uffef])[.!?…]|。)[»”\"]?\s*(?=\S)"
)
_AGENCY_IN_BRACKETS = re.compile(
    rf"\s*[(（\[]([^()（）\[\]]{{0,80}}(?<!\w){_AGENCY}(?!\w)[^()（）\[\]]{{0,60}})[)）\]]\.?$"
)
#: "(A. Lee/The Agency)" after the last sentence: names and no other words.
_NAME_WORD = r"(?:the|of|via|for|and|by|de|von|[^\W\d_a-z][\w.’'&-]*)"
_NAMES_IN_BRACKETS = re.compile(
    rf"(?<=[.!?”\"'»])\s*\(({_NAME_WORD}(?:[\s,/]{{1,2}}{_NAME_WORD}){{0,9}})\)\.?$"
)
#: "＝ＡＰ", as Japanese papers credit.
_AFTER_EQUALS = re.compile(r"[＝=]([^＝=。、]{2,20})$")
_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
#: What says that a caption is one.
_LABEL = re.compile(
    r"^(?:legende|bildlegende|bildunterschrift|caption|image caption|légende|leyenda)\s*[:：]\s*|"
    r"^\d+\s*(?:of|/|von)\s*\d+\s*\|?\s*",
    re.IGNORECASE,
)
_CREDIT_LABEL_AT_END = re.compile(
    r"[\s(\[|–—-]*(?:credit|photo|image|foto|bild|quelle|source|copyright)?\s*(?::|\.{3}|©)?\s*$",
    re.IGNORECASE,
)
_LEFT_AT_END = re.compile(
    r"(?:[|–—-]|(?<=[.!?]))\s*(?:copyright|photo|image|foto|bild|quelle|source|credit)\s*:?\s*$",
    re.IGNORECASE,
)
#: What stands between a caption and a credit.
_JOINTS = " |–—-/(["
_OTHER = Sign.STANDFIRST | Sign.BYLINE | Sign.KICKER | Sign.HEADLINE | Sign.TIME
_BY = re.compile(r"(?:by|von|par|por|di|door|av|af)\s+[^\W\d_a-z]", re.IGNORECASE)
_ARTICLES = frozenset(("article", "main", "section", "body"))
_CLOCK = re.compile(r"\d{1,2}(?::\d\d){1,2}$")
#: Items of a figure about its picture that are looked at.
MAX_FIGURE = 40
#: A longer caption is kept as it stands: it is a text, and no credit is looked for in it.
MAX_CAPTION = 2_000
#: Characters of a caption that nothing names; of one line that is a credit whole; and items of a picture's own box.
MAX_UNNAMED, MAX_CREDIT, MAX_OWN = 400, 120, 5
#: A line that is the name of a house and no more: its weight; and letters of a short name in capitals.
MAX_HOUSE, MAX_LETTERS = 48, 8
#: A picture's alt of fewer characters is a word, and no caption repeats it.
MIN_ALT = 10


def words_of(survey: Survey, at: int, chosen: Collection[int] = ()) -> tuple[str | None, str | None]:
    """Return the caption and the credit of the picture at *at*, apart; *chosen* are the places of the text's lines."""
    shot = survey.items[at]
    if not isinstance(shot, Shot):
        return None, None
    figure = shot.box.figure
    alt = fold_space(shot.attributes.get("alt") or "")
    lines = (_of_figure(survey, at, figure) if figure is not None else []) or list(
        _beside(survey, at, alt, chosen)
    )
    has_figcaption = any(_in_caption(line.box) for line in lines)
    captions: list[str] = []
    credit_lines: list[str] = []
    for line in lines:
        if line.box.unseen or _stands_in_button(line.box) or _CLOCK.match(line.text):
            continue
        if line.box.tag in HEADINGS and not line.box.signs & Sign.CAPTION:
            continue
        caption, credit = _parts(line, figure)
        if has_figcaption and not _in_caption(line.box):
            caption = None  # beside a <figcaption> stand a player's title, buttons, and at times the credit
        captions += [caption] if caption and _CREDIT_LEAD.sub("", caption) else []
        credit_lines += [bare] if (bare := bare_credit(credit)) else []
    return caption_and_credit(
        or_none(" ".join(dict.fromkeys(captions))), or_none(" ".join(dict.fromkeys(credit_lines))), alt=alt
    )


def _of_figure(survey: Survey, at: int, figure: Box) -> list[Line]:
    """Return the lines of a figure that are its picture's: in a gallery those that follow it."""
    first, last = max(figure.first, at - MAX_FIGURE), min(figure.last, at + MAX_FIGURE)
    shots = [
        place
        for place in range(first, last)
        if isinstance(shot := survey.items[place], Shot) and not _is_icon(shot)
    ]
    if len(shots) > 1:
        first, last = at, next((place for place in shots if place > at), last)
    return [item for item in survey.items[first:last] if isinstance(item, Line)]


def is_button(survey: Survey, shot: Shot) -> bool:
    """Is it the drawing of a button in a figure that shows another picture?"""
    figure = shot.box.figure
    return (
        figure is not None
        and _is_drawing(shot)
        and figure.last - figure.first <= MAX_FIGURE
        and any(
            isinstance(one, Shot) and not _is_icon(one) for one in survey.items[figure.first : figure.last]
        )
    )


def _is_icon(shot: Shot) -> bool:
    """Is it a drawing, or a repetition for browsers without script?"""
    return shot.box.unseen or shot.is_fallback or _is_drawing(shot)


def _is_drawing(shot: Shot) -> bool:
    return (shot.attributes.get("src") or "").split("?")[0].lower().endswith(".svg")


def _in_caption(box: Box) -> bool:
    return box.tag == "figcaption" or (box.parent is not None and box.parent.tag == "figcaption")


def _beside(survey: Survey, at: int, alt: str, chosen: Collection[int]) -> Iterator[Line]:
    """Yield the lines after a picture without a figure that are its words."""
    own = _own_box(survey, at)
    for place in range(at + 1, min(at + MAX_OWN, len(survey.items))):
        line = survey.items[place]
        if isinstance(line, Shot) and _is_icon(line):
            continue
        if not isinstance(line, Line) or line.box.figure is not None:
            return
        if line.box.tag == "button":
            continue
        is_named = blocks.is_caption(line)
        repeats_alt = len(alt) >= MIN_ALT and line.text.startswith(alt)
        is_own = (
            own is not None and place < own.last and line.weight <= MAX_UNNAMED and not _is_other(line, own)
        )
        if is_own and place in chosen:
            is_own = _parted(line.text, "")[1] is not None  # a paragraph credits no maker at its end
        if not (is_named or repeats_alt or is_own):
            return
        yield line


def _is_other(line: Line, own: Box) -> bool:
    """Is a line in a picture's *own* box called something else, or does it say who wrote?"""
    box: Box | None = line.box
    while box is not None and box is not own:
        if box.signs & _OTHER or box.tag in HEADINGS:
            return True
        box = box.parent
    return _BY.match(line.text) is not None


def _own_box(survey: Survey, at: int) -> Box | None:
    """Return the largest box that holds the picture at *at*, a few lines and no other picture; None without any."""
    box: Box | None = survey.items[at].box
    own: Box | None = None
    while box is not None and box.last - box.first <= MAX_OWN and box.tag not in _ARTICLES:
        inside = survey.items[box.first : box.last]
        if sum(isinstance(item, Shot) for item in inside) > 1 or any(
            item.box.tag in HEADINGS for item in inside
        ):
            break
        own = box
        box = box.parent
    return own


def _stands_in_button(box: Box | None) -> bool:
    for _ in range(4):
        if box is None or box.tag == "button":
            break
        box = box.parent
    return box is not None and box.tag == "button"


def _is_credit(line: Line, figure: Box | None) -> bool:
    """Is the whole line a credit: so called inside its figure, or an agency's name and no more?"""
    box: Box | None = line.box
    while box is not None and box is not figure:
        if box.signs & Sign.CAPTION:
            break
        if box.signs & (Sign.CREDIT | (Sign.BYLINE if figure is not None else 0)):
            return True
        box = box.parent if figure is not None else None
    if len(line.text) > MAX_CREDIT:
        return False
    found = _NAMES_AGENCY.search(line.text)
    is_short = len(line.text.split()) <= 6 and line.weight <= MAX_HOUSE
    is_agency = found is not None and is_short and not _SENTENCE_END.search(line.text)
    is_agency = is_agency or (figure is not None and line.text.isupper() and len(line.text) <= MAX_LETTERS)
    return is_agency or (_CREDIT_LEAD.match(line.text) is not None and figure is not None)


def _parts(line: Line, figure: Box | None) -> tuple[str | None, str | None]:
    """Return what of a line is caption, and what credit, by what its elements are called."""
    if _is_credit(line, figure):
        return None, line.text
    words = Sign.CREDIT | (Sign.BYLINE if figure is not None else 0)
    said: list[str] = []
    makers: list[str] = []
    for piece in line.pieces:
        # "Photo by A. Lee" is called a credit, and "/Agency" goes on with it.
        goes_on = makers and piece.text.lstrip().startswith("/") and len(piece.text) < MAX_CREDIT
        (makers if piece.signs & words or goes_on else said).append(piece.text)
    return or_none("".join(said)), or_none("".join(makers))


def caption_and_credit(
    caption: str | None, credit: str | None, *, alt: str = ""
) -> tuple[str | None, str | None]:
    """Return *caption* and *credit* apart: a credit at the caption's end goes where it belongs.

    Where the picture's *alt* has the caption alone, what follows it is the credit.
    """
    if caption and len(caption) > MAX_CAPTION:
        return caption, bare_credit(credit)
    if caption and credit and caption.endswith(credit) and caption != credit:
        caption = _CREDIT_LABEL_AT_END.sub("", caption[: -len(credit)])
    elif caption and credit:
        caption = _LEFT_AT_END.sub("", caption)
    if caption and not credit:
        caption, credit = _parted(caption, alt)
    return or_none(_LABEL.sub("", caption)) if caption else None, bare_credit(credit)


def _parted(caption: str, alt: str) -> tuple[str, str | None]:
    """Return a caption without the credit at its end, and that."""
    rest = caption[len(alt) :] if len(alt) >= MIN_ALT and caption.startswith(alt) else ""
    found = _CREDIT_IN_BRACKETS.search(caption) or CREDIT.search(caption)
    if found and len(found[0]) < 140:
        return caption[: found.start()].rstrip(_JOINTS), found[1]
    follows = rest[:1] in _JOINTS + "." or (alt[-1:] in ".!?" and rest[:1].isupper())
    if 1 < len(rest.strip(_JOINTS + ".")) <= MAX_CREDIT and follows:
        return caption[: len(alt)] + ("." if rest[0] == "." else ""), rest.strip(_JOINTS + ".")
    ends = [end.end() for end in _SENTENCE_END.finditer(caption)]
    after = caption[ends[-1] :] if ends else ""
    is_credit = _NAMES_AGENCY.search(after) and not _PROSE.search(_NAMES_AGENCY.sub("", after))
    if len(after) <= MAX_CREDIT and after[-1:] not in ".!?" and (is_credit or _UNNAMED_MAKER.match(after)):
        return caption[: ends[-1]].rstrip(), after
    found = _AGENCY_IN_BRACKETS.search(caption) or _NAMES_IN_BRACKETS.search(caption)
    if found is None and _JAPANESE.search(caption):
        found = _AFTER_EQUALS.search(caption)
    return (caption[: found.start()].rstrip(_JOINTS), found[1]) if found else (caption, None)


def bare_credit(credit: str | None) -> str | None:
    """Return *credit* without the words that only say that it is one: "Photo: A. Lee" is "A. Lee"."""
    text = or_none(credit)
    if not text:
        return None
    bare = _CREDIT_LEAD.sub("", text).strip(" |[].")
    if bare.startswith("(") and bare.endswith(")") and bare.count("(") == 1:
        bare = bare[1:-1]
    return or_none(bare if bare.count("(") == bare.count(")") else bare.strip("()")) or text
