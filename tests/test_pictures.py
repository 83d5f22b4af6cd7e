"""Pictures: the publisher's own address, and bytes that are what they seem."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from onrecord.pictures import judge, unproxy

OWN = "https://static.paper.example/images/bridge.jpg"


def picture(kind: str, size: tuple[int, int] = (8, 6)) -> bytes:
    """Return a picture of noise-free colour, as Pillow writes it."""
    out = BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


def png_head(width: int, height: int) -> bytes:
    """Return a PNG that claims its size and holds no pixel."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://images.weserv.nl/?url=static.paper.example/images/bridge.jpg", OWN),
        ("https://images.weserv.nl?url=https://static.paper.example/images/bridge.jpg", OWN),
        ("https://images.weserv.nl/?url=ssl:static.paper.example/images/bridge.jpg&w=300", OWN),
        ("https://images.weserv.nl/?url=https%3A%2F%2Fstatic.paper.example%2Fimages%2Fbridge.jpg&w=300", OWN),
        (
            "https://wsrv.nl/?w=300&url=https://static.paper.example/images/bridge.jpg?sig=a&v=2&w=300&q=80",
            OWN + "?sig=a&v=2",
        ),
        (
            "https://t.example/unsafe/800x450/https://t.example/unsafe/picture/3/9.jpg",
            "https://t.example/unsafe/picture/3/9.jpg",
        ),
        ("https://t.example/unsafe/300x200/smart/static.paper.example/images/bridge.jpg", OWN),
        (
            "https://t.example/cT3JsxAOvW8tDqvCQC_y-M7YlKY=/80x53/https%3A%2F%2Fstatic.paper.example%2Fimages%2Fbridge.jpg",
            OWN,
        ),
        ("https://static.paper.example/_next/image?url=%2Fimages%2Fbridge.jpg&w=640&q=75", OWN),
        ("https://i0.wp.com/static.paper.example/images/bridge.jpg?w=300&ssl=1", OWN),
        ("https://static.paper.example/cdn-cgi/image/width=300,f=auto/images/bridge.jpg", OWN),
        ("https://a.example/cdn-cgi/image/w=3/https://static.paper.example/images/bridge.jpg", OWN),
        (
            "https://d.example/resize/225x140!/?url=https%3A%2F%2Fstatic.paper.example%2Fimages%2Fbridge.jpg",
            OWN,
        ),
        ("https://x-example.cdn.ampproject.org/i/s/static.paper.example/images/bridge.jpg", OWN),
        ("https://images.weserv.nl/?url=https://i0.wp.com/static.paper.example/images/bridge.jpg", OWN),
    ],
)
def test_a_proxy_gives_up_the_publishers_address(url: str, own: str) -> None:
    """Publishers block the proxies, and the proxies close; the picture is still there."""
    assert unproxy(url) == own


@pytest.mark.parametrize(
    "url",
    [
        OWN,
        OWN + "?w=300",
        "https://pay.example/share?url=https%3A%2F%2Fpaper.example%2Fstory",
        "https://web.archive.org/web/2020im_/https://static.paper.example/images/bridge.jpg",
        "https://images.weserv.nl/?w=300",
        "nothing",
    ],
)
def test_an_address_that_holds_no_other_stays(url: str) -> None:
    """A picture asked for at the wrong address is a picture lost."""
    assert unproxy(url) is None


@given(st.text(max_size=80))
def test_no_address_makes_it_raise(text: str) -> None:
    """One broken link does not cost the page its pictures."""
    found = unproxy("https://images.weserv.nl/?url=" + text)
    assert found is None or found.lower().startswith("http")


@pytest.mark.parametrize(
    ("kind", "extension"),
    [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "gif"), ("WEBP", "webp"), ("AVIF", "avif"), ("BMP", "bmp")],
)
def test_a_picture_is_known_by_its_bytes(kind: str, extension: str) -> None:
    """Servers call anything image/jpeg."""
    found = judge(picture(kind), media_type="text/plain")
    assert (found.is_picture, found.extension, found.width, found.height) == (True, extension, 8, 6)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP"])
def test_a_picture_that_breaks_off_is_not_kept(kind: str) -> None:
    """Half a picture, kept by its digest, would stand for the whole one for ever."""
    assert not judge(picture(kind, (64, 64))[:-20], media_type=None).is_picture


def test_a_thumbnails_end_is_not_the_pictures_end() -> None:
    """Cameras write a whole small JPEG into the head of the large one."""
    whole = picture("JPEG")
    thumbnail = b"\xff\xe1" + struct.pack(">H", 2 + len(whole)) + whole
    assert not judge(whole[:2] + thumbnail + whole[2:-2], media_type=None).is_picture


def test_a_counter_is_no_picture() -> None:
    """A tracking pixel tells a reader nothing."""
    assert (
        judge(picture("GIF", (1, 1)), media_type="image/gif").reason
        == "a picture of 1 x 1 pixels is a counter"
    )


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_refused(side: int) -> None:
    """A few bytes may claim ten thousand megabytes."""
    assert "pixels are more than" in (judge(png_head(side, side), media_type=None).reason or "")


@pytest.mark.parametrize(
    ("body", "media_type", "reason"),
    [
        (b"", "image/jpeg", "the answer is empty"),
        (
            b"\n<!DOCTYPE html><title>403</title>",
            "image/jpeg",
            "the server answered with a page, not with a picture",
        ),
        (b"II*\0", "image/tiff", "the bytes are no picture that is kept, though the server says image/tiff"),
        (b"blocked", "text/plain", "the bytes are no picture; the server says text/plain"),
        (b"\xff\xd8\xff", None, "its image/jpeg header can't be read"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(
    body: bytes, media_type: str | None, reason: str
) -> None:
    """A reader of the archive is told why a picture is missing."""
    assert judge(body, media_type=media_type).reason == reason


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30">%s</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        b'<path d="M0 0h9" fill="url(#g)"/>',
        b'<a href="https://paper.example/"><text>x</text></a>',
        b"<style>path{fill:url(#g)}</style>",
        b'<image href="data:image/png;base64,AAAA"/>',
        b"<!-- drawn by hand -->",
    ],
)
def test_a_still_svg_is_a_picture(inside: bytes) -> None:
    """Newspapers' charts are drawn in it."""
    found = judge(b'<?xml version="1.0"?>\n' + SVG % inside, media_type=None)
    assert (found.is_picture, found.width, found.height) == (True, 40, 30)


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>alert(1)</script>",
        b'<path onload="alert(1)"/>',
        b"<foreignObject><p/></foreignObject>",
        b'<image href="https://tracker.example/p.gif"/>',
        b'<use xmlns:x="http://www.w3.org/1999/xlink" x:href="other.svg#a"/>',
        b"<style>@import url(https://a.example/s.css)</style>",
        b'<path style="fill:url(https://a.example/g.svg#g)"/>',
        b'<a href="java\nscript:alert(1)"><text>x</text></a>',
        b'<a><set attributeName="href" to="javascript:alert(1)"/></a>',
        b"<path>",
    ],
)
def test_an_svg_that_acts_is_refused(inside: bytes) -> None:
    """What an archive shows never runs, and never asks the network."""
    assert not judge(SVG % inside, media_type="image/svg+xml").is_picture


def test_an_svg_with_entities_is_refused() -> None:
    """Ten lines of them grow to gigabytes."""
    bomb = b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG % b""
    assert not judge(bomb, media_type="image/svg+xml").is_picture


@given(
    st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP"]),
    st.integers(0, 200),
    st.binary(max_size=30),
)
def test_no_damage_makes_it_raise(kind: str, at: int, noise: bytes) -> None:
    """Pictures are strangers' bytes, and Pillow's plugins raise what they like."""
    body = picture(kind)
    judge(body[:at] + noise + body[at + len(noise) :], media_type=None)
