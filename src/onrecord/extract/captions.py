"""The words of a picture: its caption, and who made it.

Pure.
"""

from __future__ import annotations

import re

from onrecord.extract import blocks
from onrecord.extract.survey import HEADINGS, Line, Shot, Survey
from onrecord.extract.words import Sign
from onrecord.text import fold_space, or_none

CREDIT = re.compile(
    r"(?:^|\s*[|•–—/(\[]\s*|\s+|(?<=[.。!?]))((?:(?:photo(?:graph)?|image|picture|illustration|video|foto|bild|"
    r"imagen|immagine|photo credit|image credit|credit|quelle|source|fuente|"
    r"grafik|symbolbild|archivfoto|fotograf(?:í|i)?a?|crédit(?:os)?|crédito|zdjęcie|fot\.|фото|ảnh|"
    r"图片|摄影|图|图源|图片来源|攝影|圖|写真|撮影|사진)\s*(?:credit|by|by:|source|courtesy)?\s*[:：/=]\s*|"
    r"(?:photo(?:graph)?|image|picture) (?:by|courtesy of) |credit\.{3}\s*|(?:foto|photo)s?\s*: ?|©\s?|"
    r"\(c\)\s)(.{2,120}?))\s*[)\]]?\s*$",
    re.IGNORECASE,
)
# "（周若山攝）": the maker, and that they made it, in brackets at the end.
_CREDIT_IN_BRACKETS = re.compile(
    r"\s*[（(\[]([^（()）\[\]]{2,30}(?:攝影|摄影|撮影|攝|摄|제공|供图|供圖))[）)\]]\s*$"
)
_CREDIT_LEAD = re.compile(
    r"^\W*(?:(?:photo(?:graph)?|image|picture|media|foto|bild|imagen|photo credit|image credit|credit|credits|"
    r"quelle|source|图片来源|图片|摄影|攝影|圖|图|写真|撮影|사진|фото|crédit|crédito)"
    r"(?:\s*(?:credit|by|source|courtesy(?: of)?))?\s*(?:[:：/=]|\.{3})\s*|(?:photo(?:graph)?|image|"
    r"picture) (?:by|courtesy of)\s|©\s*|\(c\)\s*|credit\.{3}\s*)+",
    re.IGNORECASE,
)


def words_of(survey: Survey, at: int) -> tuple[str | None, str | None]:
    """Return the caption and the credit that stand by the picture at *at*, apart."""
    shot = survey.items[at]
    figure = shot.box.figure
    captions: list[str] = []
    credit_lines: list[str] = []
    if figure is not None:
        lines = [item for item in survey.items[figure.first : figure.last] if isinstance(item, Line)]
        # In a gallery the words that follow a picture are its own.
        shots = [place for place in range(figure.first, figure.last) if isinstance(survey.items[place], Shot)]
        if len(shots) > 1 and lines:
            following = next((place for place in shots if place > at), figure.last)
            lines = [item for item in survey.items[at:following] if isinstance(item, Line)]
    else:
        lines = []
        for item in survey.items[at + 1 : at + 4]:
            if not isinstance(item, Line) or not blocks.is_caption(item) or item.box.figure is not None:
                break
            lines.append(item)
    for line in lines:
        if line.box.unseen or line.box.tag in HEADINGS or line.box.tag == "button":
            continue
        credit = "".join(piece.text for piece in line.pieces if piece.signs & Sign.CREDIT)
        if line.box.inherited & Sign.CREDIT and not line.box.signs & Sign.CAPTION:
            credit_lines.append(line.text)
        elif credit.strip() and len(credit.strip()) < len(line.text):
            credit_lines.append(fold_space(credit))
            captions.append(
                fold_space("".join(piece.text for piece in line.pieces if not piece.signs & Sign.CREDIT))
            )
        elif credit.strip():
            credit_lines.append(fold_space(credit))
        else:
            captions.append(line.text)
    return caption_and_credit(
        or_none(" ".join(dict.fromkeys(captions))), or_none(" ".join(dict.fromkeys(credit_lines)))
    )


def caption_and_credit(caption: str | None, credit: str | None) -> tuple[str | None, str | None]:
    """Return *caption* and *credit* apart: a credit at the caption's end goes where it belongs."""
    if caption and credit and caption.endswith(credit) and caption != credit:
        caption = caption[: -len(credit)].rstrip(" |–—-/(")
        caption = re.sub(
            r"(?:Credit|Photo|Image|Foto|Bild|Quelle|Source)\s*(?::|\.{3})?\s*$", "", caption
        ).rstrip(" |–—-/(")
    if caption and not credit:
        found = _CREDIT_IN_BRACKETS.search(caption) or CREDIT.search(caption)
        if found and len(found[0]) < 140:
            credit = found[1]
            caption = caption[: found.start()].rstrip(" |–—-/(")
    return or_none(caption), bare_credit(credit)


def bare_credit(credit: str | None) -> str | None:
    """Return *credit* without the words that only say that it is one: "Photo: A. Lee" is "A. Lee"."""
    text = or_none(credit)
    if not text:
        return None
    return or_none(_CREDIT_LEAD.sub("", text).strip(" |()[]")) or text
