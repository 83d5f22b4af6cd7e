"""How pages look to a reader: day or night, the size of the text, the script of Chinese. A cookie remembers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web

from onrecord.reader.chinese import SCRIPTS
from onrecord.reader.posts import back_to

COOKIE = "look"
THEMES = ("light", "dark")
SIZES = ("small", "medium", "large", "larger", "largest")
_A_YEAR = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader chose; None: what their machine, or the publisher, has."""

    theme: str | None = None
    size: str = "medium"
    script: str | None = None  #: "zh-Hans", "zh-Hant"

    def __str__(self) -> str:
        """Return the look as the cookie has it."""
        return ".".join((self.theme or "", self.size, self.script or ""))


def look_of(request: web.Request) -> Look:
    """Return what a request's cookie says; what makes no sense in it is left out."""
    theme, size, script, *_ = [*request.cookies.get(COOKIE, "").split("."), "", "", ""]
    return _look(theme, size, script)


def _look(theme: str, size: str, script: str) -> Look:
    return Look(
        theme if theme in THEMES else None,
        size if size in SIZES else "medium",
        script if script in SCRIPTS else None,
    )


def routes() -> list[web.RouteDef]:
    """Return the addresses at which a look is chosen."""
    return [web.post("/look", choose)]


async def choose(request: web.Request) -> web.Response:
    """Remember what a reader chose: a field for each thing that changes."""
    told = await request.post()
    look = look_of(request)
    chosen = {name: str(told[name]) for name in ("theme", "size", "script") if name in told}
    look = replace(look, **{name: getattr(_look(**_filled(chosen)), name) for name in chosen})
    answer = back_to(told)
    answer.set_cookie(COOKIE, str(look), max_age=_A_YEAR, path="/", httponly=True, samesite="Lax")
    return answer


def _filled(chosen: dict[str, str]) -> dict[str, str]:
    return {"theme": "", "size": "", "script": ""} | chosen
