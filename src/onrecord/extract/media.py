"""Pictures as a page presents them: the largest source; icons and trackers are none.

Pure. Which picture belongs to the article is said by where it stands: see `shown`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

from onrecord import pictures, urls
from onrecord.extract.survey import Shot
from onrecord.model import Picture
from onrecord.text import or_none

#: Smaller than this, in pixels as stated, a picture is an icon.
MIN_WIDTH = 120
MIN_HEIGHT = 70
#: Addresses of one picture kept beside the best.
MAX_FALLBACKS = 4
_LAZY = (
    "data-src", "data-original", "data-lazy-src", "data-lazy", "data-image", "data-img", "data-url",
    "data-hi-res-src", "data-full-src",
    "data-original-src", "data-orig-file", "data-large-file", "data-src-large", "data-echo",
    "data-default-src", "data-native-src",
)  # fmt: skip
#: They may hold the address of a page that shows the picture.
_AMBIGUOUS = frozenset(("data-url", "data-image", "data-img"))
_SRCSETS = ("srcset", "data-srcset", "data-lazy-srcset", "data-original-set")
_FILE_OF_A_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif|gif)(?:$|[?#&!/;])", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^data:|^about:|(?:^|[/_-])(?:blank|spacer|placeholder|loading|transparent|pixel|grey|gray|1x1|lazy|dummy|"
    r"fallback)[\w-]*\.(?:gif|png|svg|jpe?g)",
    re.IGNORECASE,
)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:avatars?|gravatar|logos?|icons?|emoji|smil(?:ey|ies)|sprite|pixel|tracker|tracking|badge|"
    r"button|banner-?ad|ads?|qrcode|captcha|1x1|"
    r"clear|spacer|counter|beacon|favicon|share|facebook|twitter|whatsapp)(?:[/_.-]|$)|doubleclick|"
    r"scorecardresearch|"
    r"google-?analytics|facebook\.com/tr|amazon-adsystem|feedburner",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(r"\s*(\S*[^\s,])(?:\s+([\d.]+)([wxh]))?\s*(?:,|$)")
# Figures that follow a slash or a dash are widths, unless they are a day: /2025/05/13/, /2024/, 2025-05-13.
_WIDTH_IN_URL = re.compile(
    r"(?:[?&/_=-](?:w|width|imwidth|wid|resize|im_w|max-?w)[=_:-]?(\d{3,4})|"
    r"[/_-](?!(?:19|20)\d\d(?:[/_-]|$))(\d{3,4}))(?=\D|$)",
    re.IGNORECASE,
)
_QUERY = re.compile(r"[?#].*", re.DOTALL)
#: What stands before an address's path.
_PATH = re.compile(r"^(?:[a-z]+:)?//[^/?#]*", re.IGNORECASE)
_ASKED_FOR = re.compile(r"[?&]url=(https?(?::|%3A)[^&#]+)", re.IGNORECASE)
_FILE = re.compile(r"([^/]+?)(?:[-_]\d{2,4}x\d{2,4}|[-_]\d{3,4}w?|@\dx)?(?:\.\w{2,5})?$")


def _number(text: str | None) -> int | None:
    found = re.match(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", text or "")
    return int(found[1]) or None if found else None


def picture_of(shot: Shot, resolve: Callable[[str], str | None]) -> Picture | None:
    """Return the picture that *shot* shows, or None if it is an icon, a tracker or a placeholder."""
    attributes = shot.attributes
    width, height = _number(attributes.get("width")), _number(attributes.get("height"))
    if (width is not None and width < MIN_WIDTH) or (height is not None and height < MIN_HEIGHT):
        return None
    # sizes="60px": no window shows it larger (HTML, 4.8.4.2.2).
    stated_sizes = [
        side for one in (attributes, *shot.sources) if (side := _number((one.get("sizes") or "").strip()))
    ]
    if stated_sizes and max(stated_sizes) < MIN_WIDTH:
        return None
    names = " ".join(filter(None, (attributes.get("class"), attributes.get("id"))))
    if re.search(r"(?:^|[\s_-])(?:avatar|icon|logo|emoji|wp-smiley|pixel|author)(?:$|[\s_-])", names):
        return None
    addresses = _addresses(shot, resolve)
    if not addresses:
        return None
    best, *others = addresses
    address = _QUERY.sub("", best)
    if _NO_PICTURE.search(address):
        return None
    real = pictures.unproxy(best)
    fallbacks = [best, *others] if real else others
    return Picture(
        url=real or best,
        alt=or_none(attributes.get("alt")),
        width=width,
        height=height,
        fallback_urls=tuple(dict.fromkeys(one for one in fallbacks if one != (real or best)))[:MAX_FALLBACKS],
    )


def is_drawing(url: str) -> bool:
    """Is it a drawing (SVG), by the end of its address?"""
    return _QUERY.sub("", url).lower().endswith(".svg")


def _addresses(shot: Shot, resolve: Callable[[str], str | None]) -> list[str]:
    """Return the absolute addresses of a picture, the largest first."""
    sized: list[tuple[float, int, str]] = []
    order = 0
    for attributes, handicap in [(shot.attributes, 0.5), *((source, 0.0) for source in shot.sources)]:
        for name, value in attributes.items():
            if not value or not (name in _SRCSETS or (name.startswith("data-") and name.endswith("srcset"))):
                continue
            for address, size in candidates(value):
                if not _PLACEHOLDER.search(address):
                    sized.append((size - handicap, -order, address))
                order += 1
    # Widths in a srcset are stated; one that is guessed from an address may not outrank them.
    stated = max((size for size, _, _ in sized if size > MIN_WIDTH), default=0.0)
    plain: list[str | None] = [
        value
        for name in (*_LAZY, "src")
        if (value := shot.attributes.get(name))
        and (name not in _AMBIGUOUS or not shot.attributes.get("src") or _FILE_OF_A_PICTURE.search(value))
    ]
    if shot.box.tag == "picture" and not sized:
        plain += [source.get("src") for source in shot.sources]
    for address_ in plain:
        if address_ and not address_.lstrip().startswith("{") and not _PLACEHOLDER.search(address_):
            size = _size_in(address_)
            sized.append((min(size, stated - 0.25) if stated else size, -order, address_.strip()))
            order += 1
    found: list[str] = []
    for _, _, one in sorted(sized, reverse=True):
        absolute = resolve(one)
        if absolute and absolute not in found:
            found.append(absolute)
        if len(found) > MAX_FALLBACKS:
            break
    return found


def _size_in(address: str) -> float:
    found = [int(named or bare) for named, bare in _WIDTH_IN_URL.findall(address)]
    return float(max((number for number in found if 100 <= number <= 5000), default=1))


def candidates(srcset: str) -> list[tuple[str, float]]:
    """Return the addresses of a srcset, each with its width in pixels (a density counts as 600 pixels a unit).

    HTML, 4.8.4.2.1: an address may hold commas; a comma at its end, or after its descriptor, ends it.
    """
    found: list[tuple[str, float]] = []
    for match in _CANDIDATE.finditer(srcset[:20_000]):
        address, number, unit = match[1], match[2], match[3]
        try:
            size = float(number) if number else 1.0
        except ValueError:
            size = 1.0
        scaled = size if unit == "w" else size * 600 if unit == "x" else _size_in(address)
        found.append((address, min(scaled, 5000.0)))
    return found


@lru_cache(maxsize=1_024)
def key_of(url: str) -> str:
    """Return what renditions of one picture share: the file's name without size and ending."""
    inner = pictures.unproxy(url)
    if inner is None and (
        asked := _ASKED_FOR.search(url)
    ):  # the name that it is asked for, without an ending
        inner = unquote(asked[1])
    path = _QUERY.sub("", _PATH.sub("", inner or url)).rstrip("/")
    found = _FILE.search(path)
    name = (found[1] if found else path).lower()
    return name if len(name) >= 8 else path.lower()


#: A run of figures that names one picture, and is no day.
_ID = re.compile(r"(?<!\d)(?!(?:19|20)\d{6}(?!\d))\d{6,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Characters that the names of two renditions begin with in common, and their share of the longer name.
_COMMON, _COMMON_SHARE = 12, 0.45


def is_same_picture(one: str, other: str) -> bool:
    """Tell whether two keys (`key_of`) may name one picture, cut or sized in two ways.

    "13862217_m400x267" and "13862217_w2040c2040x1360" share their number; "harbour-at-dawn_v-full" and
    "harbour-at-dawn_v-small" begin alike; "harbour-1" and "harbour-2" are two of a series.
    """
    if one == other:
        return True
    ids, others = _UUID.findall(one), _UUID.findall(other)
    if ids and others:
        return not set(ids).isdisjoint(others)
    ids, others = _ID.findall(one), _ID.findall(other)
    if ids and others:
        return not set(ids).isdisjoint(others)
    length = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    if length < max(_COMMON, _COMMON_SHARE * max(len(one), len(other))):
        return False
    return not (one[length:].isdigit() and other[length:].isdigit())


def resolver(base: str) -> Callable[[str], str | None]:
    """Return a function that makes addresses of a page absolute; it remembers those that it was asked for."""
    known: dict[str, str | None] = {}

    def resolve(link: str) -> str | None:
        if link not in known:
            known[link] = urls.resolve(link, base)
        return known[link]

    return resolve
