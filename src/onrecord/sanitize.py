"""Sanitizing: markup of an article brought down to what a page of ours may hold, as the last step before it is shown.

Whatever wrote the markup, and from whatever document, no script, handler, style, form or frame is left in it, and
nothing that a browser would fetch but pictures from the place that is named. nh3 (ammonia) parses as browsers do.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache

import nh3

from onrecord.markup import with_images

#: What `render.html` and `render.comparison` write, and no more.
TAGS = frozenset(
    {
        *("p", "h2", "h3", "h4", "h5", "h6", "blockquote", "footer", "ul", "ol", "li", "pre", "hr"),
        *("table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "img"),
        *("a", "em", "strong", "br", "cite", "ins", "del", "dl", "dt", "dd", "ruby", "rt", "rp"),
    }
)
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "figure": {"class", "data-embed"},
    "dl": {"class"},
    "p": {"lang", "data-kinds"},
    **{f"h{level}": {"lang"} for level in range(2, 7)},
}
#: Not their content either: it was never meant to be read.
_WITH_CONTENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "title",
    "textarea",
}
_CLASSES = {"missing", "beside"}

#: Beside those, what a page of somebody else's is made of, as far as it only shows.
_PAGE_TAGS = frozenset(
    {
        *(
            "style",
            "noscript",
            "div",
            "span",
            "main",
            "article",
            "section",
            "aside",
            "header",
            "nav",
            "address",
        ),
        *(
            "h1",
            "hgroup",
            "picture",
            "b",
            "i",
            "u",
            "s",
            "small",
            "sub",
            "sup",
            "mark",
            "q",
            "abbr",
            "time",
            "code",
        ),
        *(
            "kbd",
            "samp",
            "var",
            "bdi",
            "bdo",
            "wbr",
            "center",
            "font",
            "big",
            "tt",
            "tfoot",
            "col",
            "colgroup",
        ),
        *("details", "summary", "menu", "data", "dfn"),
    }
)
_PAGE_ATTRIBUTES = frozenset(
    {
        *(
            "class",
            "id",
            "style",
            "lang",
            "dir",
            "title",
            "width",
            "height",
            "align",
            "valign",
            "bgcolor",
            "color",
        ),
        *("border", "cellpadding", "cellspacing", "colspan", "rowspan", "open", "start", "datetime"),
    }
)
_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A capture</title>
</head>
<body>
{body}
</body>
</html>
"""


def safe(markup: str, *, pictures: str = "/pictures/") -> str:
    """Return *markup* with nothing left in it that acts, or that fetches from anywhere but *pictures*.

    *pictures* is what the `src` of each `img` must begin with; an image with another one loses it.
    """
    return _cleaner(pictures).clean(markup)


def safe_page(text: str, *, src: Callable[[Mapping[str, str]], str | None]) -> str:
    """Return a stranger's page as one that can be looked at: its text, its style, and the pictures that *src* gives.

    *src* gets the attributes of an `img`, and returns where it is shown from; None: it is not. What the page's own
    style would fetch, a policy of the place that shows it forbids: this alone is no wall.
    """
    return _PAGE.format(body=_page_cleaner().clean(with_images(text, src)))


@cache
def _page_cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS | _PAGE_TAGS),
        clean_content_tags=_WITH_CONTENT - {"style", "noscript"},
        attributes={"*": set(_PAGE_ATTRIBUTES), "a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


# A reader is asked by a few names of its own, each with a port that the asker may write as they like.
@lru_cache(maxsize=16)
def _cleaner(pictures: str) -> nh3.Cleaner:
    def filtered(_: str, name: str, value: str) -> str | None:
        if name == "src":
            return value if value.startswith(pictures) and ".." not in value else None
        if name == "class":
            return value if value in _CLASSES else None
        # A link leads to another server, or nowhere: none of ours does anything when it is followed.
        if name == "href":
            return value if value.lower().startswith(("http:", "https:", "mailto:")) else None
        return value

    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=filtered,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
