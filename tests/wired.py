"""A paper with what feeds and interfaces stumble over, and its reader."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from fetch_web import answer
from onrecord.config import ServeConfig
from onrecord.doors import Role, Scope
from onrecord.store import HeldArticle
from rounds import PARAGRAPHS, Paper, item, page
from served import Answer, Served, serving

ADA = "ada"
#: Text that tries to be more than text.
HOSTILE = "<script>fire()</script><img src=x onerror=fire()>]]><a href='javascript:fire()'>x</a>"


def picture() -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", (640, 400), (30, 60, 90)).save(out, "PNG")
    return out.getvalue()


def illustrated() -> bytes:
    """Return the page of an article with a picture."""
    told = "".join(f"<p>{words}</p>" for words in PARAGRAPHS)
    figure = (
        "<figure><img src='http://paper.example/bell.png' width=640 height=400 alt='A bell'>"
        "<figcaption>The bell of the ferry.</figcaption></figure>"
    )
    html = (
        "<!doctype html><html lang=en><head><title>The Ferry Bell Rings Again</title>"
        "<meta property='article:section' content='Harbour'><meta property='article:tag' content='Ferries'></head>"
        f"<body><article><h1>The Ferry Bell Rings Again</h1><p class=byline>By Ada Marsh</p>{figure}{told}"
        "</article></body></html>"
    )
    return answer(html.encode(), headers=["Content-Type: text/html; charset=utf-8"])


@dataclass(frozen=True)
class Wired:
    """The reader of a paper, with a user and a token."""

    paper: Paper
    served: Served
    token: str

    def get(self, path: str, **headers: str) -> Answer:
        """Ask with the token."""
        return self.served.get(path, Authorization=f"Bearer {self.token}", **headers)

    def held(self, words: str) -> HeldArticle:
        """Return the article whose headline has *words*."""
        return next(held for held in self.paper.held() if words in held.headline)


def make_paper(root: Path) -> Paper:
    """Return a paper with an edited article, one with a picture, one that is gone, and a hostile one, reserved."""
    made = Paper(root)
    made.lists(item(day=15), item("bell", day=16), item("vault", day=17), item("trap", day=18))
    escaped = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    made.web.pages["paper.example/bell.png"] = [answer(picture(), headers=["Content-Type: image/png"])]
    made.says(
        bridge=page(),
        bell=illustrated(),
        vault=page("The Vault Is Opened"),
        trap=page(
            escaped,
            (f"<a href='javascript:fire()'>{escaped}</a> {PARAGRAPHS[0]}", *PARAGRAPHS[1:]),
            head="<meta name=robots content=noarchive>",
        ),
    )
    made.round()
    made.says(bridge=page("Bridge Shut for Good"), vault=answer(b"", status="410 Gone"))
    made.round(recheck=True)
    return made


@contextmanager
def wired(paper: Paper, place: Path, *, settings: ServeConfig | None = None) -> Iterator[Wired]:
    """Give the reader of *paper*, answering, with a user who may mark."""
    with serving(paper.root, place, settings=settings) as served:
        served.user(ADA, Role.READER)
        yield Wired(paper, served, served.token(ADA, Scope.READ, Scope.MARK))
