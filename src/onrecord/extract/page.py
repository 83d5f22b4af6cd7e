"""A page to an article: the evidence of structured data, meta tags, the feed and the page's own lines, weighed.

Pure. What a reader sees wins where the claims disagree with it: the headline is the visible one, the text
is the page's own lines, a picture counts if it is shown. Claims guide the choice, and stand alone where
nothing is visible.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from onrecord import markup, urls
from onrecord.extract import blocks, foot, headline, jsonld, media, state, times
from onrecord.extract.body import Body, choose
from onrecord.extract.claims import MAX_TOPICS, Metas, canonical_links, renditions
from onrecord.extract.dateline import dateline_in
from onrecord.extract.facts import PageFacts
from onrecord.extract.language import language_of
from onrecord.extract.people import people_in, recased, without_single_words
from onrecord.extract.shown import pictures_shown
from onrecord.extract.survey import (
    Box,
    Item,
    Line,
    Mark,
    Shot,
    Survey,
    text_of,
)
from onrecord.extract.walk import survey_of
from onrecord.extract.words import Sign, speaks_of_a_wall
from onrecord.model import (
    Access,
    Article,
    Block,
    Entry,
    Evidence,
    Extraction,
    Figure,
    Paragraph,
    Picture,
    Problem,
    ReadingKind,
    Rule,
    Run,
    plain,
)
from onrecord.text import fold_space, normal_runs, or_none

#: A page larger than this is a file that calls itself HTML.
MAX_PAGE = 16 * 1024 * 1024
#: Lines before the headline, and after the text, in which a byline or a date may stand.
NEAR = 12
MAX_BYLINE = 250
#: A line that is longer is no signature.
MAX_SIGNATURE = 80
#: A line that begins with "by" and is longer is a sentence.
MAX_LED = 120
_LED = re.compile(
    r"(?:by|von|par|por|di|door|av|af|texto?|tekst|autor(?:in|es)?|auteurs?|authors?|written by|文|撰文|作者|记者|記者)"
    r"(?:\s*[:：]\s*|\s+)\S",
    re.IGNORECASE,
)
#: The address of a page about an author, in the languages of the press.
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|in|innen)?|auteurs?|autori|reporters?|journalist(?:s|en|es)?|columnists?"
    r"|kolumnist\w*|profiles?|staff|tac-gia|yazar(?:lar)?|skribent\w*|redaktor\w*)/[^/]",
    re.IGNORECASE,
)
_AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
)
#: Text weighing less than this is a notice: two short paragraphs.
NO_TEXT = 160
#: Lines of a page's own words that a judge is shown, and characters of each.
OWN_LINES, OWN_LINE = 60, 600
#: Menus, the page's foot and its sides: what stands there is the publication's, whatever the page is.
_FRAME = frozenset(("nav", "footer", "aside"))
_MENUS = frozenset(("nav", "footer"))
_NOSCRIPT = frozenset(("noscript",))
_CLOCK = re.compile(r"\W{0,3}(?:[01]?\d|2[0-3])\s?[:.h時时：]\s?[0-5]\d(?![\d%.,])")
#: A text shorter than this, on a page that says it must be paid for, is a part.
SHORT_TEXT = 2_000


@dataclass(slots=True)
class Reading:
    """One page while it is being read."""

    url: str
    survey: Survey
    metas: Metas
    found: jsonld.Found
    resolve: Callable[[str], str | None]
    entry: Entry | None
    body: Body = field(default_factory=Body)
    head_at: int = 0  #: place of the headline among the items
    evidence: list[Evidence] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def ld(self) -> jsonld.Claims:
        """What JSON-LD says of the article."""
        return self.found.article

    def note(self, name: str, origin: str, value: str, confidence: float) -> None:
        """Keep why a field says what it says."""
        self.evidence.append(Evidence(name, origin, value[:200], confidence))


def read(
    body: bytes, *, url: str, content_type: str | None, entry: Entry | None
) -> tuple[Extraction, PageFacts]:
    """Return what *body* says, and what it is made of. Never raises."""
    problems: list[Problem] = []
    if len(body) > MAX_PAGE:
        problems.append(Problem("page-too-large", f"{len(body):,} bytes; read the first {MAX_PAGE:,}"))
        body = body[:MAX_PAGE]
    decoded = markup.decode(body, content_type)
    tree = markup.parse(decoded.utf8)
    survey = survey_of(tree.root)
    problems += [*decoded.problems, *tree.problems, *survey.problems]
    base = urls.resolve(survey.base, url) if survey.base else None
    reading = Reading(
        url=url,
        survey=survey,
        metas=Metas(survey),
        found=jsonld.read(survey.scripts, url=url, title=survey.title),
        resolve=media.resolver(base or url),
        entry=entry,
        problems=problems,
    )
    problems += reading.found.problems
    article = _article(reading)
    extraction = Extraction(
        article=article,
        kind=ReadingKind.PAGE,
        canonical_claims=tuple(_canonical(reading)),
        evidence=tuple(reading.evidence),
        problems=tuple(problems),
    )
    facts = _facts(reading)
    survey.release()
    return extraction, facts


def _canonical(reading: Reading) -> list[str]:
    stated = canonical_links(reading.survey, reading.metas, reading.resolve)
    stated += [address for one in reading.ld.urls if (address := reading.resolve(one))]
    return list(dict.fromkeys(stated))


def _article(reading: Reading) -> Article | None:
    survey, ld = reading.survey, reading.ld
    every_claim = _headline_claims(reading)
    claims = list(dict.fromkeys(every_claim))
    candidates = headline.visible(survey, claims)
    reading.body = choose(survey, guide=ld.body, title=claims[0] if claims else None, url=reading.url)
    hidden = _hidden_text(reading)
    if hidden is not None and hidden.headline is not None:
        stated = fold_space(hidden.headline)
        if any(claim.startswith(stated) for claim in claims):
            every_claim.insert(0, stated)
    title = _headline(reading, candidates, every_claim)
    if title is None:
        return None
    _note_other_headlines(reading, title)
    glued, title = headline.parted(title, claims)
    body = reading.body
    credit_lines, corrections, taken = foot.notes(survey, body)
    standfirst = _standfirst(reading, taken, title)
    near = _near(reading)
    language = language_of(
        (
            ld.language,
            survey.language,
            reading.metas.value("og:locale"),
            reading.entry.language if reading.entry else None,
        ),
        " ".join(survey.line_at(at).text for at in body.chosen[:40]) or title,
    )
    if language:
        reading.note("language", "characters and stated language", language, 0.9)
    content = _blocks(reading, taken, title)
    if hidden is not None:
        content = _from_state(reading, hidden.html, title) or content
    if not any(isinstance(block, Paragraph) for block in content) and not _is_said_to_be_article(reading):
        return None
    if not body.chosen and ld.body and hidden is None:
        content = _stated_body(reading, content, ld.body)
    byline, authors = _byline(reading, near, credit_lines)
    published = times.published(reading.metas, ld, near, url=reading.url, entry=reading.entry)
    changed = times.modified(reading.metas, ld, near, published[0] if published else None)
    reading.evidence += [found[1] for found in (published, changed) if found]
    canonical = urls.identity(reading.url, reading.url, _canonical(reading)).canonical_url
    return Article(
        canonical_url=canonical,
        headline=title,
        kicker=glued or _small_claim(reading, near, Sign.KICKER, headline.MAX_KICKER, title),
        standfirst=standfirst,
        byline=byline,
        authors=authors,
        dateline=_dateline(content),
        published_at=published[0] if published else None,
        modified_at=changed[0] if changed else None,
        section=ld.section
        or or_none(reading.metas.value("article:section", "og:article:section", "parsely-section")),
        topics=tuple(dict.fromkeys([*ld.keywords, *reading.metas.topics()]))[:MAX_TOPICS],
        language=language,
        access=_access(reading, content),
        blocks=content,
        credits=tuple(credit_lines),
        corrections=tuple(corrections),
        translations=tuple(
            foot.translations(survey, body, reading.resolve, url=reading.url, language=language)
        ),
    )


def _is_said_to_be_article(reading: Reading) -> bool:
    og_type = (reading.metas.value("og:type") or "").lower()
    return reading.found.has_article or og_type == "article"


# ---------------------------------------------------------------- headline


def _headline_claims(reading: Reading) -> list[str]:
    """Return what the page claims its headline is, each claim without the site's name, the weightiest first."""
    metas, ld = reading.metas, reading.ld
    host = urls.host_of(reading.url)
    names = [
        name
        for name in (metas.value("og:site_name", "application-name", "twitter:site"), ld.publisher)
        if name
    ]
    stated = [
        ld.headline,
        metas.value("og:title"),
        metas.value("twitter:title"),
        metas.prop("headline"),
        reading.survey.title,
    ]
    stated.append(reading.entry.headline if reading.entry else None)
    return [text for one in stated if one and (text := headline.bare(one, names, host))]


def _headline(reading: Reading, candidates: list[tuple[int, str, Box]], claims: list[str]) -> str | None:
    start = reading.body.start if reading.body.chosen else len(reading.survey.items)
    chosen = headline.choose(candidates, claims, body_start=start)
    if chosen is not None:
        reading.head_at = chosen[0]
        text = or_none(chosen[1])
        if text:
            reading.note("headline", chosen[2].tag, text, 0.95)
            return text
    # No heading says it: where the claims stand as a line of their own, that is its place.
    for claim in claims:
        reading.note("headline", "claimed", claim, 0.6)
        place = next((at for at, line in reading.survey.lines() if line.text == claim), None)
        reading.head_at = place if place is not None else max(0, start - NEAR)
        return claim
    return None


def _note_other_headlines(reading: Reading, title: str) -> None:
    """Keep what else the page calls itself: whoever doubts the headline sees what it was chosen over."""
    for origin, claim in (
        ("json-ld headline", reading.ld.headline),
        ("og:title", reading.metas.value("og:title")),
        ("title", reading.survey.title),
    ):
        if claim and fold_space(claim) != title:
            reading.note("headline", f"{origin}, not chosen", fold_space(claim), 0.3)


# ---------------------------------------------------------------- around the text


def _near(reading: Reading) -> list[Mark]:
    """Return the marks by the headline: from shortly before it to the first lines of the text, then the foot's."""
    low, start = reading.head_at - NEAR, reading.body.start if reading.body.chosen else reading.head_at + 40
    marks = [mark for mark in reading.survey.marks if mark.box.junk is None or mark.box.junk.tag == "footer"]
    by_head = [mark for mark in marks if low <= mark.at <= max(start + 2, reading.head_at + 6)]
    after_head = [mark for mark in by_head if mark.at >= reading.head_at]
    foot_marks = [mark for mark in marks if reading.body.end <= mark.at <= reading.body.end + NEAR]
    return [*after_head, *(mark for mark in by_head if mark.at < reading.head_at), *foot_marks]


def _standfirst(reading: Reading, taken: set[int], title: str) -> str | None:
    """Return the standfirst where one is seen between the headline and the text; leave it out of the text."""
    survey, body = reading.survey, reading.body
    described = [
        text
        for text in (reading.ld.description, reading.metas.value("description", "og:description"))
        if text
    ]
    end = body.chosen[0] if body.chosen else min(len(survey.items), reading.head_at + 15)
    head_last = reading.head_at + 1
    for at in range(head_last, end):
        line = survey.items[at]
        if (
            not isinstance(line, Line)
            or line.box.junk is not None
            or line.box.figure is not None
            or len(line.text) < 20
        ):
            continue
        if line.text == title or line.link_share > 0.5 or line.box.tag == "h1":
            continue
        if line.is_called_caption or line.box.signs & Sign.PAYWALL or speaks_of_a_wall(line.text):
            continue
        is_named = line.box.inherited & Sign.STANDFIRST and not line.box.inherited & (
            Sign.CAPTION | Sign.CREDIT
        )
        is_described = any(headline.likeness(line.text, text) >= 0.8 for text in described)
        is_subheading = line.box.tag in {"h2", "h3"} and len(line.text) > 40
        if line.box.inherited & (Sign.BYLINE | Sign.TIME) and not (is_named or is_described):
            continue
        # A paragraph that ends as a sentence does, though nothing names it.
        is_sentence = (
            line.box.tag == "p"
            and line.weight > 40
            and line.text[-1] in ".!?…。！？"
            and line.link_share < 0.3
        )
        if (is_named or is_described or is_subheading or is_sentence) and len(line.text) < 1_200:
            text = _with_following(survey, at, end) if is_named or is_subheading else line.text
            reading.note("standfirst", "line between headline and text", text, 0.9 if is_named else 0.8)
            return text
    if len(body.chosen) > 2:
        first = survey.items[body.chosen[0]]
        if isinstance(first, Line) and (
            first.box.signs & Sign.STANDFIRST
            or (
                first.box.parent is not None
                and first.box.parent.signs & Sign.STANDFIRST
                and not first.box.parent.signs & Sign.BODY
            )
        ):
            taken.add(body.chosen[0])
            reading.note("standfirst", "first line, so called", first.text, 0.8)
            return first.text
    return None


def _with_following(survey: Survey, at: int, end: int) -> str:
    """Return the line at *at* and those after it in boxes like its own: a standfirst of several points."""
    first = survey.items[at]
    texts = []
    for item in survey.items[at:end]:
        if not isinstance(item, Line) or (item.box.tag, item.box.names) != (first.box.tag, first.box.names):
            break
        texts.append(item.text)
    return " ".join(dict.fromkeys(texts))


def _small_claim(reading: Reading, near: list[Mark], sign: int, longest: int, title: str) -> str | None:
    for mark in near:
        if mark.sign & sign and mark.at < (reading.body.start or mark.at + 1):
            text = text_of(mark.node)
            if 1 < len(text) <= longest and text != title and text not in title:
                return text
    return None


def _byline(
    reading: Reading, near: list[Mark], credit_lines: list[str]
) -> tuple[str | None, tuple[str, ...]]:
    """Return the byline as printed, and the people: claimed ones first, else those of the byline."""
    metas, ld = reading.metas, reading.ld
    houses = [name for name in (metas.value("og:site_name", "application-name"), *ld.organizations) if name]
    claimed = _people(list(ld.people), houses)
    origin = "json-ld author"
    stated = [name for name in metas.every(*_AUTHOR_METAS) if _is_name(name)]
    if not claimed:
        claimed = _people(stated, houses)
        origin = "meta author"
    printed = _printed_byline(near, houses, claimed, reading.head_at, reading.body.end)
    if not claimed and printed is not None:
        claimed = people_in(printed, publishers=houses)
        origin = "byline"
    if not claimed and reading.entry is not None:
        claimed = _people(list(reading.entry.authors), houses)
        origin = "feed entry"
    for source, found in (
        ("line that begins with “by”", _led_line),
        ("link to an author's page", _linked_names),
        ("signature", _signature),
    ):
        if not claimed:
            claimed = people_in(found(reading), publishers=houses)
            origin = source
    authors = recased(claimed, credit_lines)
    if authors:
        reading.note(
            "authors", origin, "; ".join(authors), 0.6 if origin in {"byline", "feed entry"} else 0.9
        )
    if printed is None and not authors:
        # Nobody is named: the house that the page credits, an agency or the publication, stands in the byline.
        printed = next((fold_space(name) for name in (*ld.credited, *stated) if _is_name(name)), None)
        if printed:
            reading.note("byline", "json-ld author" if ld.credited else "meta author", printed, 0.5)
    return printed, authors


def _led_line(reading: Reading) -> str:
    """Return the line near the headline that says by whom the article is."""
    start = reading.body.start if reading.body.chosen else reading.head_at + NEAR
    for at in range(max(reading.head_at - 3, 0), min(start + 3, len(reading.survey.items))):
        line = reading.survey.items[at]
        if (
            isinstance(line, Line)
            and not line.box.unseen
            and len(line.text) <= MAX_LED
            and _LED.match(line.text)
        ):
            return line.text
    return ""


def _linked_names(reading: Reading) -> str:
    """Return the names near the headline that lead to their author's page."""
    start = reading.body.start if reading.body.chosen else reading.head_at + NEAR
    texts = [
        text_of(node)
        for attributes, node, at, box in reading.survey.anchors
        if reading.head_at <= at <= start + 2
        and box.junk is None
        and _AUTHOR_PAGE.search(attributes.get("href") or "")
    ]
    return "; ".join(text for text in texts if len(text) <= MAX_SIGNATURE)


def _signature(reading: Reading) -> str:
    """Return the name that the text begins or ends with, in a line of its own set apart from the rest."""
    start = reading.body.start
    places = (*range(max(start - 2, 0), start + 1), *reading.body.chosen[-1:]) if reading.body.chosen else ()
    for line in (reading.survey.items[at] for at in places):
        if not isinstance(line, Line) or line.box.junk is not None:
            continue
        is_apart = all(piece.strong or piece.emphasis for piece in line.pieces if not piece.text.isspace())
        text = fold_space(line.text)
        if not is_apart or len(text) > MAX_SIGNATURE or text[-1:] in ".!?:…。！？：":
            continue
        parts = re.split(r"\s*[/,;]\s*|\s+(?:and|und|et|y)\s+", text)
        if all(2 <= len(part.split()) <= 4 and people_in(part) == (part,) for part in parts):
            return text
    return ""


def _is_name(claim: str) -> bool:
    """May *claim* be somebody's name? Not an address, a handle or a number."""
    is_told = 1 < len(claim) <= MAX_BYLINE and any(letter.isalpha() for letter in claim)
    return is_told and "://" not in claim and not claim.startswith("@")


def _people(names: list[str], houses: list[str]) -> tuple[str, ...]:
    found = dict.fromkeys(person for name in names for person in people_in(name, publishers=houses))
    return without_single_words(list(found))


def _printed_byline(
    near: list[Mark], houses: list[str], claimed: tuple[str, ...], head_at: int, end: int
) -> str | None:
    best: tuple[float, str] | None = None
    for order, mark in enumerate(near):
        if (
            not mark.sign & Sign.BYLINE
            or mark.sign & Sign.PORTRAIT
            or (mark.node.tag == "address" and mark.at >= end)
        ):
            continue
        text = text_of(mark.node)
        if not 2 < len(text) <= MAX_BYLINE:
            continue
        score = -0.01 * order - 0.3 * (mark.at < head_at) - 0.002 * len(text)
        folded = text.casefold()
        if claimed:
            score += sum(name.casefold() in folded for name in claimed) / len(claimed)
        elif people_in(text, publishers=houses):
            score += 0.8 if mark.at < end else 0.3
        if best is None or score > best[0]:
            best = (score, text)
    return best[1] if best is not None and best[0] > 0.2 else None


# ---------------------------------------------------------------- blocks


def _blocks(reading: Reading, taken: set[int], title: str) -> tuple[Block, ...]:
    """Return the article's blocks: its lines, and the pictures and embeds that stand among them."""
    survey, body = reading.survey, reading.body
    shown = pictures_shown(survey, body, reading.head_at, reading.resolve)
    chosen = set(body.chosen) - taken
    items: list[Item] = []
    pictures: dict[int, Picture] = {}
    for at in range(
        min([*shown, body.start], default=0), max([*(one + 1 for one in shown), body.end], default=0)
    ):
        item = survey.items[at]
        if isinstance(item, Line):
            if at not in chosen or item.text == title:
                continue
        elif isinstance(item, Shot):
            if at not in shown:
                continue
            pictures[len(items)] = shown[at]
        elif not body.chosen or not body.start <= at < body.end or item.box.junk is not None:
            continue
        items.append(item)
    made = [*blocks.blocks_of(items, pictures, reading.resolve)]
    return tuple(_without_idle_rules(made))


def _without_idle_rules(made: list[Block]) -> list[Block]:
    kept: list[Block] = []
    for block in made:
        if isinstance(block, Rule) and (not kept or isinstance(kept[-1], Rule)):
            continue
        kept.append(block)
    while kept and isinstance(kept[-1], Rule):
        kept.pop()
    return kept


def _dateline(content: tuple[Block, ...]) -> str | None:
    first = next((block for block in content if isinstance(block, Paragraph)), None)
    return dateline_in(plain(first.runs)) if first is not None else None


def _hidden_text(reading: Reading) -> state.State | None:
    """Return the text that a script holds, where the page shows next to none and structured data has none."""
    shown = sum(reading.survey.line_at(at).weight for at in reading.body.chosen)
    if shown >= NO_TEXT or reading.ld.body:
        return None
    return state.find(node.text(deep=True) for node in reading.survey.programs)


def _from_state(reading: Reading, html: str, title: str) -> tuple[Block, ...]:
    """Return the blocks of a text that a script holds, which is HTML as a rule."""
    tree = markup.parse(html if "<" in html else "".join(f"<p>{part}" for part in html.splitlines()))
    inner = replace(reading, survey=survey_of(tree.root), head_at=0)
    inner.body = choose(inner.survey, guide=None, title=title)
    content = _blocks(inner, set(), title)
    if content:
        reading.problems.append(Problem("body-only-in-script"))
        reading.note("blocks", "state in a script", "", 0.6)
    return content


def _stated_body(reading: Reading, content: tuple[Block, ...], text: str) -> tuple[Block, ...]:
    """Return the text that structured data gives, where the page shows none."""
    reading.problems.append(Problem("body-only-in-json-ld"))
    reading.note("blocks", "json-ld articleBody", text, 0.6)
    parts = [normal_runs([Run(fold_space(part))]) for part in re.split(r"\n+", text)]
    figures = [block for block in content if isinstance(block, Figure)]
    return (*figures, *(Paragraph(runs) for runs in parts if runs))


# ---------------------------------------------------------------- access and facts


def _access(reading: Reading, content: tuple[Block, ...]) -> Access:
    """Return how much of the article the page gave: what it says of itself, and whether a wall is seen."""
    length = sum(len(run.text) for block in content if isinstance(block, Paragraph) for run in block.runs)
    stated = reading.ld.is_free is False or (
        reading.metas.value("article:content_tier", "og:article:content_tier") or ""
    ).lower() in {"locked", "metered"}
    has_wall = _has_wall(reading)
    if not stated and not has_wall:
        return Access.WHOLE
    if not length:
        return Access.NONE
    if has_wall and (stated or length < SHORT_TEXT):
        return Access.PART
    return Access.PART if stated and length < SHORT_TEXT // 2 else Access.WHOLE


def _has_wall(reading: Reading) -> bool:
    """Tell whether words of a paywall are seen soon after the text."""
    survey, body = reading.survey, reading.body
    for item in survey.items[max(body.end - 4, 0) : body.end + 15]:
        if not isinstance(item, Line) or item.box.unseen or len(item.text) <= 8:
            continue
        if _stands_in(item.box, _MENUS):  # every page of a paper that is sold says so there
            continue
        if item.box.inherited & Sign.PAYWALL or (len(item.text) < 300 and speaks_of_a_wall(item.text)):
            return True
    return False


def _facts(reading: Reading) -> PageFacts:
    survey, metas = reading.survey, reading.metas
    seen: list[str] = []
    own: list[str] = []
    length = paragraphs = linked = weight = clocks = 0
    for _, line in survey.lines():
        if line.box.unseen:
            continue
        length += len(line.text)
        linked += round(len(line.text) * line.link_share)
        paragraphs += line.weight >= 80
        if line.link_share < 0.5 and not _stands_in(line.box, _FRAME):
            weight += line.weight
            clocks += _CLOCK.match(line.text) is not None
            own.append(line.text[:OWN_LINE])
        if len(seen) < 400:
            seen.append(line.text)
    counts = survey.counts
    refresh = re.search(r"url\s*=\s*[\"']?([^\"'\s;]+)", survey.refresh or "", re.IGNORECASE)
    return PageFacts(
        title=survey.title,
        h1=next((text for _, text, box in headline.visible(survey) if box.tag == "h1"), None),
        text_length=length,
        paragraph_count=paragraphs,
        link_count=len(survey.anchors),
        link_text_length=linked,
        has_password_field=bool(counts.get("password")),
        has_identity_field=bool(counts.get("email") or counts.get("tel")),
        form_count=counts.get("form", 0),
        script_count=counts.get("script", 0),
        iframe_count=counts.get("iframe", 0),
        meta_refresh=reading.resolve(refresh[1]) if refresh else None,
        robots=",".join(metas.every("robots", "onrecord")).lower() or None,
        tdm_reservation=metas.value("tdm-reservation"),
        tdm_policy=metas.value("tdm-policy"),
        is_free=reading.ld.is_free,
        og_type=(metas.value("og:type") or "").lower() or None,
        schema_types=(
            *reading.found.types,
            *dict.fromkeys(one.rsplit("/", 1)[-1] for one in survey.itemtypes if one),
        ),
        language=survey.language,
        snippet="\n".join(seen)[:2_000],
        lines=tuple(own[:OWN_LINES]),
        prose_weight=weight,
        renditions=tuple(renditions(survey, reading.resolve, reading.url)),
        clock_count=clocks,
        noscript=" ".join(
            line.text for _, line in survey.lines() if line.box.unseen and _stands_in(line.box, _NOSCRIPT)
        )[:500],
    )


def _stands_in(box: Box | None, tags: frozenset[str]) -> bool:
    """Is *box*, or a box around it, one of *tags*?"""
    while box is not None:
        if box.tag in tags:
            return True
        box = box.parent
    return False
