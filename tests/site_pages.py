"""Pages of one small paper, made from a pattern: what they share is the paper's, the rest the article's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from onrecord.extract import SiteMemory, Traits, read_page_and_traits
from onrecord.learning import Learning, begun

NOTHING = SiteMemory("")
BEGAN = datetime(2026, 5, 1, 8, tzinfo=UTC)
#: Stands in every article, set as its text is, and no word of its box says that it is none.
APPEAL = "The Harbour Herald has no owner but its readers, and every copy that you buy keeps a reporter on the quay."
#: Stands below what one author wrote, set apart.
AUTHOR = (
    "Ada Marsh has written about ferries since the bridge was built, and lives on the island with two goats."
)
#: Stands in three reports on one matter: it is part of them.
BACKGROUND = (
    "The bridge was shut in March, when a crack was found in its middle pier; the ferry has run since."
)


def paragraphs(number: int) -> list[str]:
    """Return the text of an article of its own."""
    return [
        f"On day {number} the council met in the old ferry house, and spoke of matter {number} until the tide turned.",
        f"The clerk read {number * 3} letters aloud, of which {number} were from people who had never seen the island.",
        f"Nobody voted, since the {number + 2} members who had come were too few, and the rest will be asked again.",
    ]


def page(number: int, *more: str, layout: str = "old", appeal: bool = True) -> bytes:
    """Return an article's page; the layouts have nothing in common but their words."""
    told = "".join(f"<p>{words}</p>" for words in paragraphs(number))
    told += "".join(words if words.startswith("<") else f"<p>{words}</p>" for words in more)
    told += f"<p>{APPEAL}</p>" if appeal else ""
    headline, day = f"The Council Speaks of Matter {number}", BEGAN + timedelta(days=number)
    if layout == "old":
        head = f'<h1 class="main">{headline}</h1><div class="who byline">By Ada Marsh</div>'
        head += f'<time class="when" datetime="{day.isoformat()}">{day:%d %B}</time>'
        body = (
            f'<div class="wrap"><article class="piece">{head}<div class="words">{told}</div></article></div>'
        )
    else:
        head = f'<div class="hero"><h1 class="display">{headline}</h1></div>'
        head += '<aside class="facts"><span class="writer">Ada Marsh</span>'
        head += f'<time datetime="{day.isoformat()}"></time></aside>'
        body = f'<main class="sheet">{head}<section class="column">{told}</section></main>'
    return f"<!doctype html><html lang=en><title>{headline}</title><body>{body}</body></html>".encode()


def url(number: int) -> str:
    """Return the address of an article."""
    return f"http://herald.example/2026/matter-{number}"


def traits(body: bytes, number: int = 1) -> Traits:
    """Return what a page shows of its site."""
    return read_page_and_traits(body, url=url(number), site=NOTHING)[2]


def taught(*pages: bytes) -> Learning:
    """Return what is learned from *pages*, one an hour."""
    learning = begun("herald.example", at=BEGAN)
    for number, body in enumerate(pages, 1):
        learning.add(traits(body, number), at=BEGAN + timedelta(hours=number))
    return learning


def memory(*pages: bytes) -> SiteMemory:
    """Return what is known after *pages*."""
    return taught(*pages).freeze(now=BEGAN)


#: Enough for a memory.
SEEN = [page(number) for number in range(1, 7)]
