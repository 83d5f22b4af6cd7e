"""A page to an article: the evidence of structured data, meta tags, the feed and the page's own lines, weighed.

Pure. What a reader sees wins where the claims disagree with it: the headline is the visible one, the text
is the page's own lines, a picture counts if it is shown. Claims guide the choice, and stand alone where
nothing is visible.
"""

from __future__ import annotations

from dataclasses import replace

from onrecord import markup, urls
from onrecord.extract import foot, headline, jsonld, media, ruled, times
from onrecord.extract.access import access_of
from onrecord.extract.body import choose
from onrecord.extract.byline import byline_of
from onrecord.extract.claims import Metas, canonical_links
from onrecord.extract.content import (
    blocks_shown,
    from_state,
    hidden_text,
    note_overruled,
    note_pictures,
    ruled_blocks,
    stated_body,
)
from onrecord.extract.dateline import dateline_in
from onrecord.extract.filed import section_of, topics_of
from onrecord.extract.language import language_of
from onrecord.extract.overlay import Surroundings, overlaid
from onrecord.extract.reading import Reading, described, houses_of, lines_near, near
from onrecord.extract.rules import SiteRule
from onrecord.extract.site import Recognised, SiteMemory, recognised, without_furniture
from onrecord.extract.standfirst import standfirst_of
from onrecord.extract.state import State
from onrecord.extract.walk import survey_of
from onrecord.model import Article, Block, Entry, Extraction, Paragraph, Problem, ReadingKind, plain
from onrecord.text import fold_space

#: A page larger than this is a file that calls itself HTML.
MAX_PAGE = 16 * 1024 * 1024
#: Lines of one field whose origin is kept.
MAX_NOTED = 20


def read(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    entry: Entry | None,
    rule: SiteRule | None = None,
    site: SiteMemory | None = None,
) -> Reading:
    """Return *body*, read: its article, and all that was found on the way. Never raises."""
    problems: list[Problem] = []
    if len(body) > MAX_PAGE:
        problems.append(Problem("page-too-large", f"{len(body):,} bytes; read the first {MAX_PAGE:,}"))
        body = body[:MAX_PAGE]
    decoded = markup.decode(body, content_type)
    if len(decoded.utf8) > MAX_PAGE:  # a byte of another encoding may take three
        problems.append(
            Problem("page-too-large", f"{len(decoded.utf8):,} bytes of UTF-8; read the first {MAX_PAGE:,}")
        )
        decoded = replace(decoded, utf8=decoded.utf8[:MAX_PAGE].decode("utf-8", "ignore").encode())
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
        known=Recognised(site if site is not None else SiteMemory("")),
        problems=problems,
        by_rule=ruled.put(rule, decoded.text) if rule else None,
    )
    problems += [*reading.found.problems, *(reading.by_rule.problems if reading.by_rule else ())]
    if site is not None:
        reading.known = recognised(survey, site, described(reading))
    reading.article = _article(reading)
    return reading


def extraction_of(reading: Reading) -> Extraction:
    """Return what is passed on of a reading."""
    return Extraction(
        article=reading.article,
        kind=ReadingKind.PAGE,
        canonical_claims=tuple(_canonical(reading)),
        evidence=tuple(reading.evidence),
        problems=tuple(reading.problems),
        next_page=_link_by_rule(reading, "next_page"),
        single_page=_link_by_rule(reading, "single_page"),
    )


def _link_by_rule(reading: Reading, name: str) -> str | None:
    """Return the address of another page of the article that the site's rule finds; never this page's own."""
    link = reading.by_rule.value(name) if reading.by_rule else None
    address = reading.resolve(link) if link else None
    return address if address != reading.url else None


def _canonical(reading: Reading) -> list[str]:
    stated = canonical_links(reading.survey, reading.metas, reading.resolve)
    stated += [address for one in reading.ld.urls if (address := reading.resolve(one))]
    return list(dict.fromkeys(stated))


def _article(reading: Reading) -> Article | None:
    ld, survey = reading.ld, reading.survey
    above, title, hidden, claims = _titled(reading)
    if title is None:
        return None
    body = reading.body
    credit_lines, corrections, taken = foot.notes(survey, body)
    reading.taken = taken
    standfirst = standfirst_of(reading, taken, title)
    marks = near(reading)
    language = _language(reading, title)
    byline, authors = byline_of(reading, marks, credit_lines)
    content = blocks_shown(reading, taken, title, authors)
    if hidden is not None:
        content = from_state(reading, hidden.html, title) or content
    ruled_content = ruled_blocks(reading, title, content)
    content = ruled_content or content
    if not any(isinstance(block, Paragraph) for block in content) and not _is_said_to_be_article(reading):
        return None
    if not body.chosen and ld.body and hidden is None and not ruled_content:
        content = stated_body(reading, content, ld.body)
    elif body.chosen and hidden is None and not ruled_content:
        guide = ", guided by json-ld articleBody" if ld.body else ""
        reading.note("blocks", f"lines of the page{guide}", survey.line_at(body.chosen[0]).text, 0.8)
        note_overruled(reading, taken)
    published = times.published(
        reading.metas, ld, marks, url=reading.url, entry=reading.entry, lines=lines_near(reading)
    )
    changed = times.modified(reading.metas, ld, marks, published[0] if published else None)
    reading.evidence += [found[1] for found in (published, changed) if found]
    translations = foot.translations(survey, body, reading.resolve, url=reading.url, language=language)
    note_pictures(reading, content)
    _note_lines(reading, "credits", credit_lines)
    _note_lines(reading, "corrections", corrections)
    _note_lines(reading, "translations", [one.url for one in translations])
    article = Article(
        canonical_url=urls.identity(reading.url, reading.url, _canonical(reading)).canonical_url,
        headline=title,
        kicker=above or headline.kicker_of(reading, marks, title, claims),
        standfirst=standfirst,
        byline=byline,
        authors=authors,
        dateline=_dateline(reading, content),
        published_at=published[0] if published else None,
        modified_at=changed[0] if changed else None,
        section=section_of(reading),
        topics=topics_of(reading),
        language=language,
        access=access_of(reading, content),
        blocks=content,
        credits=tuple(credit_lines),
        corrections=tuple(corrections),
        translations=tuple(translations),
    )
    return _overlaid(reading, article, ruled_content) if reading.by_rule else article


def _overlaid(reading: Reading, article: Article, content: tuple[Block, ...]) -> Article:
    """Return *article* with what the site's rule found in the place of what the reader found."""
    if reading.by_rule is None:
        return article
    languages = (reading.ld.language, reading.survey.language)
    around = Surroundings(reading.resolve, tuple(houses_of(reading)), languages)
    made, evidence = overlaid(article, reading.by_rule, content, around)
    known = {"dateline", *(one.field for one in evidence)}
    reading.evidence[:] = [*evidence, *(one for one in reading.evidence if one.field not in known)]
    return replace(made, dateline=_dateline(reading, made.blocks))


def _titled(reading: Reading) -> tuple[str | None, str | None, State | None, list[str]]:
    """Return the kicker in the headline's box, the headline, the text that a script holds, and what is claimed.

    The text is chosen on the way: where the headline stands depends on it, and the other way round.
    """
    every_claim = headline.claims_of(reading)
    claims = list(dict.fromkeys(every_claim))
    candidates = headline.visible(reading.survey, claims)
    reading.h1 = next((one.text for one in candidates if one.box.tag == "h1"), None)
    guess = claims[0] if claims else None
    reading.body = choose(reading.survey, guide=reading.ld.body, title=guess, url=reading.url)
    without_furniture(reading.body, reading.survey, reading.known)
    hidden = hidden_text(reading)
    if hidden is not None and hidden.headline is not None:
        stated = fold_space(hidden.headline)
        if any(claim.startswith(stated) for claim in claims):
            every_claim.insert(0, stated)
    above, title = headline.headline_of(reading, candidates, every_claim)
    named = headline.by_rule(reading, title)
    if named is not None:
        above, title = None, named
    if title is None:
        return None, None, hidden, claims
    glued, title = headline.parted(title, claims) if named is None else (None, title)
    if above or glued:
        reading.note("kicker", "in the headline's box", above or glued or "", 0.9)
    headline.note_claims(reading, title)
    return above or glued, title, hidden, claims


def _language(reading: Reading, title: str) -> str | None:
    stated = (
        reading.ld.language,
        reading.survey.language,
        reading.metas.value("og:locale"),
        reading.entry.language if reading.entry else None,
    )
    text = " ".join(reading.survey.line_at(at).text for at in reading.body.chosen[:40])
    language = language_of(stated, text or title)
    if language:
        reading.note("language", "characters and stated language", language, 0.9)
    return language


def _note_lines(reading: Reading, name: str, found: list[str]) -> None:
    """Keep where notes at the foot come from, each."""
    for one in found[:MAX_NOTED]:
        reading.note(
            name, "links of the page" if name == "translations" else "line at the text's foot", one, 0.8
        )


def _is_said_to_be_article(reading: Reading) -> bool:
    og_type = (reading.metas.value("og:type") or "").lower()
    return reading.found.has_article or og_type == "article"


def _dateline(reading: Reading, content: tuple[Block, ...]) -> str | None:
    first = next((block for block in content if isinstance(block, Paragraph)), None)
    dateline = dateline_in(plain(first.runs)) if first is not None else None
    if dateline:
        reading.note("dateline", "opens the first paragraph", dateline, 0.9)
    return dateline
