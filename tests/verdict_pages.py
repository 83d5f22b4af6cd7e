"""The pages of tests/golden/verdicts, each as a server answered it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "golden" / "verdicts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, how it was answered, and what it is."""

    name: str  #: "block/en-just-a-moment.html"
    verdict: str
    oddity: str
    asked: str
    final: str
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        """The folder: what sort of oddity it is."""
        return self.name.partition("/")[0]

    @property
    def body(self) -> bytes:
        """The bytes as sent."""
        return (FOLDER / self.name).read_bytes()


def pages(table: str = "cases.toml") -> Iterator[Page]:
    """Yield the pages of a *table*, in its order."""
    for case in tomllib.loads((FOLDER / table).read_text("utf-8"))["case"]:
        known = {key: case[key] for key in ("verdict", "oddity", "asked", "status", "type") if key in case}
        yield Page(
            name=case["page"],
            final=case.get("final", case["asked"]),
            headers=tuple(case.get("headers", {}).items()),
            **known,
        )
