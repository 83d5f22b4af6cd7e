"""The demo's pictures: small landscapes, drawn. The same name gives the same bytes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 720, 480
SMALL_WIDTH = 360  #: of the rendition that a srcset offers beside the whole picture

_SCALE = 2  # drawn at twice the size and reduced: Pillow's polygons have hard edges
_W, _H = WIDTH * _SCALE, HEIGHT * _SCALE

Colour = tuple[int, int, int]

#: light: top of the sky, horizon, farthest hills, nearest hills, the sun or moon
_LIGHTS: dict[str, tuple[Colour, Colour, Colour, Colour, Colour]] = {
    "dawn": ((122, 152, 190), (250, 214, 186), (168, 158, 178), (62, 70, 92), (255, 240, 214)),
    "noon": ((92, 156, 204), (222, 238, 240), (146, 180, 176), (48, 92, 84), (255, 252, 236)),
    "dusk": ((66, 62, 110), (244, 158, 112), (134, 96, 128), (44, 36, 62), (255, 214, 150)),
    "night": ((12, 18, 42), (48, 66, 104), (34, 46, 80), (10, 14, 28), (236, 238, 222)),
}

#: An SVG that a browser would run: it must never be kept as a picture.
SCRIPTED_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="240" viewBox="0 0 720 240">'
    b'<rect width="720" height="240" fill="#e9f1f4"/>'
    b'<path d="M0 120 Q45 20 90 120 T180 120 T270 120 T360 120 T450 120 T540 120 T630 120 T720 120" '
    b'fill="none" stroke="#2f5d73" stroke-width="4"/>'
    b'<script>document.title="This page has been changed by a picture."</script></svg>\n'
)


@cache
def draw(scene: str, name: str, suffix: str, *, width: int = WIDTH) -> bytes:
    """Return a landscape: *scene* is its light and motif, *suffix* "jpg", "png" or "webp".

    Raises:
        KeyError: The scene names no light or no motif.
    """
    light, motif = scene.split()
    seed = hashlib.sha256(name.encode()).digest()
    image = _sky(light)
    pen = ImageDraw.Draw(image, "RGBA")
    _sun(pen, light, seed)
    _hills(pen, light, seed)
    _water(pen, light, seed)
    _MOTIFS[motif](pen, light, seed)
    image = image.resize((width, HEIGHT * width // WIDTH), Image.Resampling.LANCZOS)
    out = BytesIO()
    if suffix == "png":
        # 128 colours keep a gradient's PNG as small as the JPEGs beside it.
        image.quantize(128).save(out, "PNG", optimize=True)
    elif suffix == "webp":
        image.save(out, "WEBP", quality=72)
    else:
        image.save(out, "JPEG", quality=74, optimize=True)
    return out.getvalue()


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _sky(light: str) -> Image.Image:
    top, horizon, *_ = _LIGHTS[light]
    column = Image.new("RGB", (1, _H))
    for y in range(_H):
        column.putpixel((0, y), _mix(top, horizon, min(1.0, y / (_H * 0.62))))
    return column.resize((_W, _H))


def _sun(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    x, y = _W * (0.2 + seed[0] / 425), _H * (0.16 + seed[1] / 1400)
    colour = _LIGHTS[light][4]
    for radius, alpha in ((130, 26), (100, 34), (72, 255)):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*colour, alpha))
    if light == "night":
        for star in range(40):
            place = hashlib.sha256(seed + bytes([star])).digest()
            sx, sy, size = place[0] * _W // 256, place[1] * _H // 640, 1 + place[2] % 3
            pen.ellipse((sx - size, sy - size, sx + size, sy + size), fill=(255, 255, 240, 180))


def _hills(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    _, _, far, near, _ = _LIGHTS[light]
    for layer in range(3):
        base, rise = _H * (0.5 + 0.07 * layer), _H * (0.1 - 0.02 * layer)
        shift, stretch = seed[4 + layer] / 20, 1.4 + seed[8 + layer] / 160
        line = [
            (
                x,
                base
                - rise * math.sin(shift + stretch * x / _W * math.pi)
                - rise * 0.3 * math.sin(3 * shift + 5.1 * stretch * x / _W * math.pi),
            )
            for x in range(0, _W + 8, 8)
        ]
        pen.polygon([*line, (_W, _H), (0, _H)], fill=_mix(far, near, layer / 3))


def _water(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    top, horizon, _, near, glint = _LIGHTS[light]
    shore = round(_H * 0.68)
    for y in range(shore, _H, 4):
        share = (y - shore) / (_H - shore)
        pen.rectangle((0, y, _W, y + 4), fill=_mix(_mix(horizon, near, 0.35), _mix(top, near, 0.55), share))
    for ripple in range(46):
        place = hashlib.sha256(seed + b"ripple" + bytes([ripple])).digest()
        y = shore + 10 + place[0] * (_H - shore - 20) // 256
        x, length = place[1] * _W // 256, 20 + place[2] // 2
        pen.line((x, y, x + length, y), fill=(*glint, 54), width=3)


def _pier(pen: ImageDraw.ImageDraw, light: str, _seed: bytes) -> None:
    dark = _mix(_LIGHTS[light][3], (0, 0, 0), 0.3)
    pen.polygon([(0, 790), (900, 742), (900, 762), (0, 836)], fill=dark)
    for x in range(60, 900, 140):
        pen.rectangle((x, 770, x + 16, 900), fill=dark)
    pen.line((780, 746, 780, 520), fill=dark, width=14)
    pen.line((890, 744, 890, 520), fill=dark, width=14)
    pen.line((764, 526, 906, 526), fill=dark, width=16)
    pen.pieslice((796, 540, 874, 660), 180, 360, fill=(176, 128, 62))
    pen.polygon([(796, 600), (874, 600), (890, 660), (780, 660)], fill=(176, 128, 62))
    pen.ellipse((825, 652, 845, 676), fill=(120, 84, 40))


def _heron(pen: ImageDraw.ImageDraw, light: str, _seed: bytes) -> None:
    _wader(pen, _mix(_LIGHTS[light][3], (210, 218, 226), 0.35))


def _egret(pen: ImageDraw.ImageDraw, _light: str, _seed: bytes) -> None:
    _wader(pen, (250, 250, 246))


def _wader(pen: ImageDraw.ImageDraw, feather: Colour) -> None:
    pen.ellipse((860, 600, 1060, 710), fill=feather)
    pen.polygon([(1020, 640), (1130, 720), (1000, 690)], fill=feather)
    pen.line([(880, 640), (850, 560), (880, 500), (850, 450)], fill=feather, width=22, joint="curve")
    pen.ellipse((822, 424, 882, 468), fill=feather)
    pen.polygon([(830, 436), (740, 456), (830, 458)], fill=(214, 158, 74))
    for x in (940, 980):
        pen.line((x, 700, x - 6, 860), fill=_mix(feather, (0, 0, 0), 0.5), width=8)


def _lanterns(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    dark = _LIGHTS[light][3]
    for index in range(11):
        x, y = 90 + index * 122 + seed[index] // 4, 690 + seed[index + 12] // 2
        for radius, alpha in ((70, 26), (40, 60), (15, 255)):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 206, 112, alpha))
        pen.ellipse((x + 24, y - 62, x + 50, y - 36), fill=dark)
        pen.polygon([(x + 20, y + 50), (x + 37, y - 40), (x + 56, y + 50)], fill=dark)


def _lighthouse(pen: ImageDraw.ImageDraw, _light: str, _seed: bytes) -> None:
    pen.polygon([(760, 720), (1440, 600), (1440, 960), (700, 960)], fill=(36, 32, 50))
    pen.polygon([(1060, 300), (1440, 190), (1440, 330)], fill=(255, 236, 170, 70))
    pen.polygon([(1000, 690), (1030, 340), (1090, 340), (1120, 690)], fill=(238, 232, 224))
    for y in (420, 540, 640):
        pen.polygon([(1012, y), (1108, y), (1112, y + 44), (1008, y + 44)], fill=(184, 70, 62))
    pen.rectangle((1034, 280, 1086, 340), fill=(255, 232, 150))
    pen.polygon([(1022, 284), (1098, 284), (1060, 236)], fill=(70, 46, 60))


def _town(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    for index in range(9):
        x, width, top = index * 164 - 30, 150 + seed[index] // 5, 520 + seed[index + 9] // 2
        wall = _mix(_LIGHTS[light][3], _LIGHTS[light][2], 0.15 + seed[index + 18] / 500)
        pen.rectangle((x, top, x + width, 790), fill=wall)
        pen.polygon([(x - 14, top), (x + width + 14, top), (x + width // 2, top - 80)], fill=wall)
        for column in range(2):
            for row in range(2):
                if seed[(index * 4 + column * 2 + row) % 32] % 3:
                    left, up = x + 30 + column * 62, top + 30 + row * 70
                    pen.rectangle((left, up, left + 30, up + 40), fill=(255, 214, 132))


def _boat(pen: ImageDraw.ImageDraw, _light: str, _seed: bytes) -> None:
    pen.polygon([(420, 700), (1040, 700), (960, 800), (500, 800)], fill=(46, 110, 84))
    pen.rectangle((420, 700, 1040, 716), fill=(240, 234, 214))
    pen.rectangle((600, 580, 880, 700), fill=(240, 234, 214))
    for x in range(626, 860, 62):
        pen.rectangle((x, 606, x + 40, 656), fill=(92, 136, 156))
    pen.line((930, 700, 930, 430), fill=(96, 72, 52), width=12)
    pen.polygon([(936, 436), (1040, 470), (936, 504)], fill=(206, 92, 70))


def _trees(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    ground = _mix(_LIGHTS[light][3], (120, 150, 80), 0.45)
    pen.rectangle((0, 740, _W, _H), fill=ground)
    for index in range(8):
        x, y = 70 + index * 184 + seed[index] // 5, 800 + seed[index + 8] // 4
        pen.rectangle((x - 9, y - 110, x + 9, y + 30), fill=(92, 70, 56))
        for dx, dy, radius in ((-46, -130, 62), (46, -134, 62), (0, -186, 72)):
            crown = _mix(ground, (52, 104, 62), 0.4 + seed[index + 16] / 640)
            pen.ellipse((x + dx - radius, y + dy - radius, x + dx + radius, y + dy + radius), fill=crown)
        for dx, dy in ((-50, -140), (20, -200), (52, -120), (-8, -150)):
            pen.ellipse((x + dx - 9, y + dy - 9, x + dx + 9, y + dy + 9), fill=(206, 74, 60))


def _rails(pen: ImageDraw.ImageDraw, light: str, _seed: bytes) -> None:
    pen.rectangle((0, 740, _W, _H), fill=_mix(_LIGHTS[light][3], (150, 146, 96), 0.5))
    for step in range(9):
        y, half = 752 + step * step * 3, 44 + step * 34
        pen.rectangle((700 - half, y, 700 + half, y + 6 + step * 2), fill=(86, 66, 56))
    for side in (-1, 1):
        rail = [
            (700 + side * 26, 740),
            (700 + side * 34, 740),
            (700 + side * 300, _H),
            (700 + side * 264, _H),
        ]
        pen.polygon(rail, fill=(206, 208, 212))
    pen.rectangle((196, 560, 206, 790), fill=(70, 60, 62))
    pen.rectangle((120, 560, 282, 620), fill=(244, 240, 226))


def _sparks(pen: ImageDraw.ImageDraw, light: str, seed: bytes) -> None:
    grass = _LIGHTS[light][3]
    for blade in range(0, _W, 14):
        tall = 60 + hashlib.sha256(seed + bytes([blade % 256])).digest()[0] // 3
        pen.polygon([(blade, _H), (blade + 14, _H), (blade + 10, _H - tall)], fill=grass)
    for spark in range(70):
        place = hashlib.sha256(seed + b"spark" + bytes([spark])).digest()
        x, y = (place[0] * 256 + place[1]) * _W // 65536, 560 + (place[2] * 340) // 256
        for radius, alpha in ((18, 36), (5, 255)):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(214, 255, 120, alpha))


def _floats(pen: ImageDraw.ImageDraw, _light: str, seed: bytes) -> None:
    pen.rectangle((0, 800, _W, _H), fill=(88, 66, 58))
    pen.rectangle((0, 800, _W, 818), fill=(128, 98, 82))
    for index in range(5):
        x, radius = 170 + index * 272, 88 + seed[index] // 8
        y = 800 - radius
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(70, 136, 112, 225))
        pen.arc((x - radius, y - radius, x + radius, y + radius), 0, 360, fill=(40, 92, 76), width=6)
        pen.ellipse(
            (x - radius // 2, y - radius // 2, x - radius // 5, y - radius // 5), fill=(232, 246, 236)
        )


def _kite(pen: ImageDraw.ImageDraw, _light: str, _seed: bytes) -> None:
    pen.line([(420, 900), (640, 640), (930, 260)], fill=(60, 60, 60), width=4, joint="curve")
    pen.polygon([(960, 90), (1070, 220), (930, 330), (830, 190)], fill=(244, 200, 62))
    pen.line((960, 90, 930, 330), fill=(150, 110, 30), width=6)
    pen.line((830, 190, 1070, 220), fill=(150, 110, 30), width=6)
    for step in range(5):
        x, y = 915 - step * 22, 370 + step * 46
        pen.polygon(
            [(x - 24, y - 12), (x + 24, y + 12), (x + 24, y - 12), (x - 24, y + 12)], fill=(206, 84, 66)
        )


def _sea(pen: ImageDraw.ImageDraw, light: str, _seed: bytes) -> None:
    sail = _mix(_LIGHTS[light][4], (255, 255, 255), 0.5)
    for x, y, size in ((420, 700, 1.0), (980, 740, 1.5)):
        pen.polygon([(x, y), (x, y - 130 * size), (x + 80 * size, y)], fill=sail)
        pen.polygon(
            [
                (x - 50 * size, y + 8),
                (x + 90 * size, y + 8),
                (x + 60 * size, y + 32 * size),
                (x - 30 * size, y + 32 * size),
            ],
            fill=(96, 62, 54),
        )


_MOTIFS: dict[str, Callable[[ImageDraw.ImageDraw, str, bytes], None]] = {
    "pier": _pier,
    "heron": _heron,
    "egret": _egret,
    "rails": _rails,
    "sparks": _sparks,
    "lanterns": _lanterns,
    "lighthouse": _lighthouse,
    "town": _town,
    "boat": _boat,
    "trees": _trees,
    "floats": _floats,
    "kite": _kite,
    "sea": _sea,
}
