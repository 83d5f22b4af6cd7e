"""What is left of an article's markup before it is shown."""

from __future__ import annotations

import pytest

from onrecord.model import Embed, Figure, Heading, ListBlock, Paragraph, Picture, Quotation, Run, Table
from onrecord.render import html
from onrecord.sanitize import safe


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p>Shut.<script>fire()</script></p>", "<p>Shut.</p>"),
        ('<p onclick="fire()">Shut.</p>', "<p>Shut.</p>"),
        ('<a href="javascript:fire()">Shut</a>', '<a rel="noopener noreferrer">Shut</a>'),
        ('<a href="java\nscript:fire()">Shut</a>', '<a rel="noopener noreferrer">Shut</a>'),
        ('<a href="/article/x/mark">Shut</a>', '<a rel="noopener noreferrer">Shut</a>'),
        ('<img src="https://paper.example/a.png">', "<img>"),
        ('<img src="//paper.example/a.png">', "<img>"),
        ('<img src="/pictures/../unread">', "<img>"),
        ('<img src="/pictures/aa.png" onerror="fire()">', '<img src="/pictures/aa.png">'),
        ('<p style="background:url(//x)">Shut.</p>', "<p>Shut.</p>"),
        ("<svg><script>fire()</script></svg><p>Shut.</p>", "<p>Shut.</p>"),
        ('<iframe srcdoc="<script>fire()</script>"></iframe>', ""),
        ('<form action="/x"><button>Shut</button></form>', "Shut"),
        ('<meta http-equiv="refresh" content="0;url=//x"><base href="//x">', ""),
        ('<figure class="unseen"></figure>', "<figure></figure>"),
    ],
)
def test_nothing_that_acts_is_left(markup: str, left: str) -> None:
    """Whatever a document holds, a reader sees words and pictures."""
    assert safe(markup) == left


def test_what_we_write_stays_as_it_is() -> None:
    """The list of what may stay has all that an article is made of."""
    words = (Run("A "), Run("link", link="https://paper.example/"), Run(" here", emphasis=True))
    blocks = (
        Paragraph(words, language="ja"),
        Heading(words, level=3),
        Quotation((Paragraph(words),), cite="Ada"),
        ListBlock(((Paragraph(words),),), is_ordered=True),
        Table(((words,), (words,)), head_rows=1, caption="Fares"),
        Embed("https://paper.example/v", kind="video", text="A film"),
        Figure(
            Picture(url="https://paper.example/a.png", alt="A pier", caption="Dawn", credit="Bo", width=3)
        ),
    )
    written = html.fragment(blocks, lambda one: html.figure_lines(one, "/pictures/aa.png"), joiner="")
    assert safe(written).replace(' rel="noopener noreferrer"', "") == written
