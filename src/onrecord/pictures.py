"""Pictures: the publisher's own address behind a proxy's, and whether bytes are a picture worth keeping.

Pure: no files, network, clock or log. Pillow reads headers alone here; nothing is decoded.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote

from lxml import etree
from PIL import Image

from onrecord.urls import host_of, resolve

#: A proxy behind a proxy behind a proxy is seen in the wild; more is a loop.
MAX_NESTING = 4
#: A reader's viewer would need 400 MB for more; the largest newspaper graphics have 60 million.
MAX_PIXELS = 100_000_000
#: Bytes. A map with every street has 1 MB; the tree of a larger one would cost more than the picture is worth.
MAX_SVG_BYTES = 4 * 1024 * 1024

# ---------------------------------------------------------------- behind the proxy

_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg|bmp|tiff?|heic)\b", re.IGNORECASE)
#: What an address has that holds another: most have none of it, and need not be taken apart.
_MAY_HOLD = re.compile(
    r"https?[:%]|%3a|=/|/unsafe/|/cdn-cgi/|/_next/image|\.wp\.com/|weserv\.nl|wsrv\.nl|\.ampproject\.org|"
    r"[?&](?:url|src|image|imageurl|image_url|img|u)=",
    re.IGNORECASE,
)
_HOST_FIRST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::[0-9]+)?/", re.IGNORECASE)
_INNER_PLAIN = re.compile(r"(?<=/)(https?):/{1,2}(?=[^/])", re.IGNORECASE)
_INNER_ENCODED = re.compile(r"(?<=/)https?%(?:25)*3A%(?:25)*2F%(?:25)*2F[^/?#]+", re.IGNORECASE)
# https://images.weserv.nl/docs/: what may stand behind the address and is weserv's own.
_WESERV_OWN = re.compile(
    r"&(?:w|h|q|dpr|fit|we|a|output|n|il|t|trim|default|errorredirect|maxage|encoding|filename|crop|bg|shape|cx|cy"
    r"|cw|ch|blur|sharp|filt|flip|flop|ro|precrop|page|af|l|mask|mtrim)(?:=[^&]*)?\Z"
)
_ADDRESS_FIELDS = re.compile(r"(?:\A|&)(?:url|src|image|imageurl|image_url|img|u)=([^&]*)", re.IGNORECASE)
#: A thumbor path: "unsafe" or a signature, then sizes, crops and filters, then the picture's address without scheme.
_THUMBOR = re.compile(
    r"/(?:unsafe|[A-Za-z0-9_-]{26,}=)/(?:(?:trim(?:[:\w-]*)|[0-9]+x[0-9]+:[0-9]+x[0-9]+|(?:adaptive-|full-)*fit-in"
    r"|-?[0-9]*x-?[0-9]*|left|right|center|top|middle|bottom|smart|filters:[^/]*)/)*"
)
#: Archives keep the picture under an address of this form because the publisher's no longer answers.
_ARCHIVES = (
    "web.archive.org",
    "archive.org",
    "archive.ph",
    "archive.today",
    "archive.is",
    "perma.cc",
    "ghostarchive.org",
)


def unproxy(url: str) -> str | None:
    """Return the publisher's own address that a picture proxy's *url* holds, or None if it holds none.

    Known by name: images.weserv.nl and wsrv.nl, WordPress Photon, the AMP cache. Known by form, on any host:
    Next.js, thumbor, Cloudflare, and an absolute address in the path or in a field named for it. The
    address comes back as the proxy would ask it, decoded once. Never raises.
    """
    found: str | None = None
    if not _MAY_HOLD.search(url, len("https://")):
        return None
    for _ in range(MAX_NESTING):
        inner = _inside(found or url)
        if inner is None or inner == (found or url):
            break
        found = inner
    return found


def _inside(url: str) -> str | None:
    host = host_of(url)
    if not host or host.endswith(_ARCHIVES):
        return None
    address, _, query = url.partition("#")[0].partition("?")
    path = "/" + address.partition("://")[2].partition("/")[2]
    if host in {"images.weserv.nl", "weserv.nl", "wsrv.nl"}:
        return _weserv(query)
    if re.fullmatch(r"i[0-9]\.wp\.com", host):
        return _with_scheme(path.lstrip("/"))
    if host.endswith(".cdn.ampproject.org"):
        match = re.match(r"/(?:i|ii/[^/]+)/(s/)?(.+)", path)
        return _with_scheme(match[2], "https" if match[1] else "http") if match else None
    if path.endswith("/_next/image"):
        match = _ADDRESS_FIELDS.search(query)
        return resolve(_decoded(match[1]), url) if match else None
    if match := re.search(r"/cdn-cgi/image/[^/]*/(.+)", path):
        rest = url[url.index("/cdn-cgi/image/") :].split("/", 4)[4]
        return _absolute(rest) or resolve("/" + rest, url)
    return _in_path(url, path) or _in_query(query)


def _weserv(query: str) -> str | None:
    match = re.search(r"(?:\A|&)url=(.*)\Z", query, re.DOTALL)
    if not match:
        return None
    inner = match[1]
    is_encoded = re.match(r"(?i)(?:https?|ssl)?(?:%3a|[^&?/]*%2f)", inner)
    if is_encoded or "?" not in inner:
        inner = _decoded(inner.partition("&")[0])
    else:
        # The address was pasted in with its query bare: only weserv's own words at the end are cut off.
        while (shorter := _WESERV_OWN.sub("", inner)) != inner:
            inner = shorter
    inner = re.sub(r"\Assl:(?://)?", "https://", inner)
    return _absolute(inner) or _with_scheme(inner.removeprefix("//"))


def _in_path(url: str, path: str) -> str | None:
    if match := _INNER_ENCODED.search(path):
        inner = match[0]
        while re.match(r"https?%25", inner, re.IGNORECASE):
            inner = _decoded(inner)
        return _absolute(_decoded(inner))
    if match := _INNER_PLAIN.search(url, len("https://")):
        return _absolute(f"{match[1]}://{url[match.end() :]}")
    match = _THUMBOR.search(path)
    return _with_scheme(_decoded(path[match.end() :])) if match else None


def _in_query(query: str) -> str | None:
    for value in _ADDRESS_FIELDS.findall(query):
        inner = _absolute(_decoded(value))
        if inner and _IMAGE_NAME.search(inner):
            return inner
    return None


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def _absolute(text: str) -> str | None:
    return resolve(text, "") if re.match(r"(?i)https?://", text) else None


def _with_scheme(text: str, scheme: str = "https") -> str | None:
    return resolve(f"{scheme}://{text}", "") if _HOST_FIRST.match(text) else None


# ---------------------------------------------------------------- by their bytes


@dataclass(frozen=True, slots=True)
class PictureJudgement:
    """What bytes are, by themselves. *reason* says in words why they are no picture that is kept."""

    is_picture: bool
    media_type: str | None = None  #: by the bytes, whatever the server said
    extension: str | None = None  #: without dot: "jpg"
    width: int | None = None  #: pixels
    height: int | None = None
    reason: str | None = None


_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
}
_PILLOW = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
}
_SVG_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<(?:[a-z]+:)?svg[\s>]",
    re.DOTALL | re.IGNORECASE,
)
_PAGE_START = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|h1|p|div|script|meta|title)\b",
    re.DOTALL | re.IGNORECASE,
)


def judge(body: bytes, *, media_type: str | None = None, max_pixels: int = MAX_PIXELS) -> PictureJudgement:
    """Say what *body* is by its bytes; *media_type* is what the server said, for the reason alone.

    Kept are JPEG, PNG, GIF, WebP, AVIF, BMP, and SVG that runs nothing and asks for nothing. Refused are pages
    answered in a picture's place, what breaks off, counters of one pixel, and more than *max_pixels*.
    """
    if not body:
        return PictureJudgement(is_picture=False, reason="the answer is empty")
    kind = _kind(body)
    if kind is None:
        return PictureJudgement(is_picture=False, reason=_why_not(body, media_type))
    if kind == "image/svg+xml":
        return _judge_svg(body)
    size = _avif_size(body) if kind == "image/avif" else _pillow_size(body, _PILLOW[kind])
    if size is None:
        return PictureJudgement(is_picture=False, media_type=kind, reason=f"its {kind} header can't be read")
    width, height = size
    reason = None
    if width * height > max_pixels:
        reason = f"{width} x {height} pixels are more than {max_pixels:,}"
    elif width <= 2 and height <= 2:
        reason = f"a picture of {width} x {height} pixels is a counter"
    elif not _IS_WHOLE[kind](body):
        reason = "the picture breaks off"
    extension = _EXTENSIONS[kind]
    return PictureJudgement(reason is None, kind, extension, width, height, reason)


def _kind(body: bytes) -> str | None:
    """The signatures of WHATWG MIME Sniffing, 6.1, and of AV1 Image File Format, 6.2."""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if body.startswith(b"RIFF") and body[8:14] == b"WEBPVP":
        return "image/webp"
    if body[4:8] == b"ftyp" and any(
        brand in body[8 : min(64, _u32(body, 0))] for brand in (b"avif", b"avis")
    ):
        return "image/avif"
    if body.startswith(b"BM") and _u32(body, 14, "little") in {12, 40, 52, 56, 64, 108, 124}:
        return "image/bmp"
    return "image/svg+xml" if _SVG_START.match(body[:4096]) else None


def _why_not(body: bytes, media_type: str | None) -> str:
    said = (media_type or "").partition(";")[0].strip().lower()
    if _PAGE_START.match(body[:4096]) or said == "text/html":
        return "the server answered with a page, not with a picture"
    if said.startswith("image/"):
        return f"the bytes are no picture that is kept, though the server says {said}"
    return f"the bytes are no picture; the server says {said or 'nothing of their kind'}"


def _u32(body: bytes, at: int, order: str = "big") -> int:
    return int.from_bytes(body[at : at + 4], "little" if order == "little" else "big")


def _pillow_size(body: bytes, name: str) -> tuple[int, int] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # DecompressionBombWarning and odd EXIF: we judge by the size itself
        try:
            with Image.open(BytesIO(body), formats=(name,)) as picture:
                return picture.size
        except Image.DecompressionBombError:
            return _bomb_size(body)
        except Exception:  # noqa: BLE001  Pillow lets through whatever its plugins raise on strangers' bytes
            return None


def _bomb_size(body: bytes) -> tuple[int, int]:
    """Pillow refuses to tell the size; only PNG states it in one place."""
    return (_u32(body, 16), _u32(body, 20)) if body.startswith(b"\x89PNG") else (MAX_PIXELS, MAX_PIXELS)


def _avif_size(body: bytes) -> tuple[int, int] | None:
    """Return the largest ImageSpatialExtents (ISO 23008-12, 6.5.3): tiles and thumbnails have their own."""
    sizes = [(_u32(body, at + 8), _u32(body, at + 12)) for at in _places(body[:65_536], b"ispe")]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _places(body: bytes, mark: bytes) -> Iterator[int]:
    at = body.find(mark)
    while at >= 0:
        yield at
        at = body.find(mark, at + 4)


# ---------------------------------------------------------------- is it whole?


def _jpeg_is_whole(body: bytes) -> bool:
    """Is there an end behind the scan? A thumbnail in the head has one of its own, so heads are skipped."""
    at = 2
    while at + 4 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF:  # fill byte (ITU T.81, B.1.1.2)
            at += 1
            continue
        if marker == 0xDA:
            return body.rfind(b"\xff\xd9", at) >= 0
        at += 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    return False


def _boxes_are_whole(body: bytes) -> bool:
    """Do the boxes (ISO 14496-12, 4.2) end where the bytes end, or before?"""
    at = 0
    while at + 8 <= len(body):
        size = _u32(body, at)
        if size == 0:  # to the end of the file
            return True
        if size == 1:
            size = int.from_bytes(body[at + 8 : at + 16], "big")
        if size < 8:
            return False
        at += size
    return at <= len(body)


_IS_WHOLE: dict[str, Callable[[bytes], bool]] = {
    "image/jpeg": _jpeg_is_whole,
    "image/png": lambda body: body.rfind(b"IEND\xaeB`\x82") > 0,
    "image/gif": lambda body: b"\x00;" in body[-1024:],
    "image/webp": lambda body: _u32(body, 4, "little") + 8 <= len(body) + 1,
    "image/avif": _boxes_are_whole,
    "image/bmp": lambda body: _u32(body, 2, "little") <= len(body),
}

# ---------------------------------------------------------------- SVG

_ACTIVE = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener"}
)
_DATA_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|avif)[;,]", re.IGNORECASE)
_ASKING_STYLE = re.compile(
    r"@import|expression\s*\(|url\(\s*[\"']?(?!#|data:image/(?:png|jpe?g|gif|webp))", re.IGNORECASE
)
_NUMBER = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:px)?\s*\Z")


def _judge_svg(body: bytes) -> PictureJudgement:
    if len(body) > MAX_SVG_BYTES:
        return _svg(None, f"an SVG of {len(body):,} bytes is more than {MAX_SVG_BYTES:,}")
    if re.search(rb"<!ENTITY|<\?xml-stylesheet", body, re.IGNORECASE):
        return _svg(None, "the SVG declares entities, or asks for a style sheet")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return _svg(None, "the SVG is not well-formed, or breaks off")
    reason = next((found for element in root.iter() if (found := _danger(element))), None)
    return _svg(root, reason)


def _danger(element: etree._Element) -> str | None:
    """Return what an element of an SVG would run, or ask from elsewhere, in words; None if nothing."""
    tag: object = element.tag
    if not isinstance(tag, str):  # a comment's tag is a function, which the stubs do not know
        return None
    name = etree.QName(element).localname.lower()
    if name in _ACTIVE:
        return f"the SVG holds <{name}>"
    if name == "style" and _ASKING_STYLE.search("".join(map(str, element.itertext()))):
        return "the SVG's style asks for files"
    for key, value in element.attrib.items():
        attribute, text = etree.QName(str(key)).localname.lower(), str(value)
        if attribute.startswith("on"):
            return f"the SVG holds {attribute}="
        if (
            attribute in {"href", "src"}
            and name != "a"
            and not text.startswith("#")
            and not _DATA_PICTURE.match(text)
        ):
            return f"the SVG asks for {text[:80]}"
        if "javascript:" in re.sub(r"[\s\x00-\x20]", "", text).lower():
            return f"the SVG holds a script in {attribute}="
        if attribute == "attributename" and text.rpartition(":")[2].lower() in {"href", "style"}:
            return "the SVG animates a link"
        if "(" in text and _ASKING_STYLE.search(text):
            return f"the SVG's {attribute} asks for files"
    return None


def _svg(root: etree._Element | None, reason: str | None) -> PictureJudgement:
    sizes = (
        [_NUMBER.match(str(root.get(side) or "")) for side in ("width", "height")] if root is not None else []
    )
    width, height = (round(float(match[1])) if match else None for match in sizes) if sizes else (None, None)
    box = re.split(r"[\s,]+", str(root.get("viewBox") or "").strip()) if root is not None else []
    if (width is None or height is None) and len(box) == 4 and all(map(_NUMBER.match, box[2:])):
        width, height = round(float(box[2])), round(float(box[3]))
    return PictureJudgement(reason is None, "image/svg+xml", "svg", width, height, reason)
