"""A page that is looked through for links: its tree, and where its relative links start from."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord import markup, urls
from onrecord.feeds._limits import MAX_PAGE


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page. *base* is its address, or what its <base> says."""

    tree: markup.Tree
    url: str
    base: str

    def resolve(self, link: str | None) -> str | None:
        """Return *link* as an absolute address, or None."""
        return urls.resolve(link, self.base) if link and not link.isspace() else None


def page_of(body: bytes, url: str, content_type: str | None) -> Page:
    """Return *body* parsed; of a longer one, the first `MAX_PAGE` bytes."""
    tree = markup.parse(markup.decode(body[:MAX_PAGE], content_type).utf8)
    stated = next((one.attributes.get("href") for one in tree.elements("base")), None)
    return Page(tree, url, (urls.resolve(stated, url) if stated else None) or url)
