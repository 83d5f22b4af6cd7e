"""What changes on a page from day to day though nobody wrote a word.

Clock, counters, nonce, most read, advertisement: none of it may ever be a revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape

from onrecord.demo.stories import Publication

_MOST_READ = 4

_ADS: dict[str, tuple[str, ...]] = {
    "en": (
        "Kettles mended while you wait. Anchor Lane 9.",
        "Room to let, with a view of the other room.",
        "Rope, string, twine. Ask for lengths.",
        "Dry firewood. Nearly all of it.",
    ),
    "zh-Hans": (
        "锚巷9号，立等修壶。",
        "空房出租，看得见另一间房。",
        "粗绳细绳，长短可议。",
        "干柴出售，基本上都是干的。",
    ),
    "zh-Hant": (
        "水門口修傘，立等可取。",
        "空屋出租，看得見另一間屋。",
        "粗繩細繩，長短可議。",
        "新米到貨，先到先得。",
    ),
}


def noise(publication: Publication, url: str, day: int) -> Mapping[str, str]:
    """Return the fields of a page's skeleton that no story fills. Every day gives others."""
    seed = hashlib.sha256(f"{day} {url}".encode()).hexdigest()
    numbers = bytes.fromhex(seed)
    ads = _ADS[publication.language]
    # Neighbouring days never show one advertisement twice.
    advertisement = ads[(day + hashlib.sha256(url.encode()).digest()[0]) % len(ads)]
    listed = publication.listed(day)
    first = numbers[0] % len(listed)
    most_read = (listed[(first + index) % len(listed)] for index in range(_MOST_READ))
    return {
        "clock": f"12:{numbers[1] % 60:02}:{numbers[2] % 60:02}",
        "readers": f"{1000 * day + numbers[3] * 3:,}",
        "nonce": seed[:24],
        "visit": seed[24:48],
        "served": str(200 * day + numbers[4]),
        "ad": escape(advertisement),
        "ad_id": seed[48:56],
        "most_read": "\n".join(
            f'<li><a href="{escape(story.url)}">{escape(story.headline_on(day))}</a></li>'
            for story in most_read
        ),
    }
