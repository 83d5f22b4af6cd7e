"""The article's blocks: the chosen lines, with the pictures and embeds among them, or a text held elsewhere.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from onrecord import markup
from onrecord.extract import blocks, media, state
from onrecord.extract.body import Body, choose
from onrecord.extract.reading import Reading, described
from onrecord.extract.shown import Known, pictures_shown
from onrecord.extract.site import recognised, without_furniture
from onrecord.extract.survey import Item, Line, Shot, Survey
from onrecord.extract.walk import survey_of
from onrecord.extract.words import Sign
from onrecord.model import Block, Figure, Paragraph, Picture, Problem, Rule, Run
from onrecord.text import body_text, fold_space, normal_runs

#: Text weighing less than this is a notice: two short paragraphs.
NO_TEXT = 160
PICTURE_METAS = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
#: A body by a rule of others that is a smaller share of the reader's than this is none.
TOO_LITTLE = 0.3
#: Pictures that a page may claim as its article's own, in either way.
MAX_CLAIMED = 10
#: Pictures whose origin is kept.
MAX_NOTED = 20
#: Lines taken or left out against the rules that are told of.
MAX_OVERRULED = 30


def blocks_shown(
    reading: Reading, taken: set[int], title: str, people: tuple[str, ...] = ()
) -> tuple[Block, ...]:
    """Return the article's blocks: its lines, and the pictures and embeds that stand among them."""
    survey, body = reading.survey, reading.body
    shown = pictures_shown(survey, body, reading.head_at, reading.resolve, _known(reading, people))
    chosen = set(body.chosen) - taken
    items: list[Item] = []
    pictures: dict[int, Picture] = {}
    for at in range(
        min([*shown, *body.chosen[:1], body.start], default=0),
        max([*(one + 1 for one in shown), body.end], default=0),
    ):
        item = survey.items[at]
        if isinstance(item, Line):
            if at not in chosen or item.text == title or _is_caption_of(item, at, shown):
                continue
        elif isinstance(item, Shot):
            if at not in shown:
                continue
            pictures[len(items)] = shown[at]
        elif not body.chosen or not body.chosen[0] <= at < body.end or item.box.junk is not None:
            continue
        items.append(item)
    made = [*blocks.blocks_of(items, pictures, reading.resolve)]
    return tuple(_without_idle_rules(made))


def note_pictures(reading: Reading, content: tuple[Block, ...]) -> None:
    """Keep why each picture of *content* is the article's."""
    known = _known(reading, ())
    text_at = next((at for at, block in enumerate(content) if isinstance(block, Paragraph)), len(content))
    figures = [(at, block.picture.url) for at, block in enumerate(content) if isinstance(block, Figure)]
    for at, url in figures[:MAX_NOTED]:
        is_claimed = known.claims(media.key_of(url))
        place = "by the headline" if at < text_at else "among the text"
        origin = f"shown {place}{', and claimed' if is_claimed else ''}"
        reading.note("pictures", origin, url, 0.95 if is_claimed else 0.8)


def note_overruled(reading: Reading, taken: set[int]) -> None:
    """Keep which lines were taken or left out against the rules, and which features did it; not what is no text."""
    chosen = set(reading.body.chosen)
    for at, why in [one for one in reading.body.reasons.items() if one[0] not in taken][:MAX_OVERRULED]:
        what = "taken" if at in chosen else "left out"
        reading.note("blocks", f"learned, {what}: {', '.join(why)}", reading.survey.line_at(at).text, 0.7)


def _is_caption_of(line: Line, at: int, shown: dict[int, Picture]) -> bool:
    """Is a line the caption of a picture shortly before it? It is kept with the picture, then."""
    before = (shown[place].caption for place in range(at - 3, at) if place in shown)
    return any(caption and line.text.startswith(caption) for caption in before)


def _known(reading: Reading, people: tuple[str, ...]) -> Known:
    """Return what the page claims of its pictures, in Open Graph, cards for networks and JSON-LD."""
    stated = [*reading.metas.every(*PICTURE_METAS)[:MAX_CLAIMED], *reading.ld.images[:MAX_CLAIMED]]
    return Known(tuple(dict.fromkeys(media.key_of(one) for one in stated if "/" in one)), people)


def _without_idle_rules(made: list[Block]) -> list[Block]:
    kept: list[Block] = []
    for block in made:
        if isinstance(block, Rule) and (not kept or isinstance(kept[-1], Rule)):
            continue
        kept.append(block)
    while kept and isinstance(kept[-1], Rule):
        kept.pop()
    return kept


def hidden_text(reading: Reading) -> state.State | None:
    """Return the text that a script holds, where the page shows next to none and structured data has none."""
    shown = sum(reading.survey.line_at(at).weight for at in reading.body.chosen)
    if shown >= NO_TEXT or reading.ld.body:
        return None
    return state.find(node.text(deep=True) for node in reading.survey.programs)


def from_state(reading: Reading, html: str, title: str) -> tuple[Block, ...]:
    """Return the blocks of a text that a script holds, which is HTML as a rule."""
    tree = markup.parse(html if "<" in html else "".join(f"<p>{part}" for part in html.splitlines()))
    inner = replace(reading, survey=survey_of(tree.root, has_menus=False), head_at=0)
    inner.body = choose(inner.survey, guide=None, title=title, is_page=False)
    content = blocks_shown(inner, set(), title)
    inner.survey.release()
    if content:
        reading.problems.append(Problem("body-only-in-script"))
        reading.note("blocks", "state in a script", body_text(content), 0.6)
    return content


def ruled_blocks(reading: Reading, title: str, own: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks of the body that the site's rule names: all its lines, or those that the reader keeps.

    Where the rule only strips, the reader's choice among what is left. *own* is the reader's without the rule: a
    rule of others that names next to none of it is old, and no match for it.
    """
    found = reading.by_rule
    if found is None or (html := found.body or found.stripped) is None:
        return ()
    is_page = found.body is None
    inner = replace(reading, survey=survey_of(markup.parse(html).root, has_menus=is_page), head_at=0)
    if is_page or found.rule.is_pruned:
        inner.known = recognised(inner.survey, reading.known.memory, described(reading))
        inner.body = choose(inner.survey, guide=reading.ld.body, title=title, is_page=is_page)
        without_furniture(inner.body, inner.survey, inner.known)
    else:
        inner.body = _all_of(inner.survey)
    made = blocks_shown(inner, set(), title)
    inner.survey.release()
    is_old = found.rule.is_pruned and len(body_text(made)) < TOO_LITTLE * len(body_text(own))
    if any(isinstance(block, Paragraph) for block in made) and not is_old:
        return made
    if found.body is not None:
        reading.problems.append(Problem("rule-found-nothing", found.rule.name, "body"))
    return ()


def _all_of(survey: Survey) -> Body:
    """Return every line that a reader sees as the body, but for what stands below pictures: the rule chose."""
    chosen = [
        at
        for at, line in survey.lines()
        if not line.box.unseen and not blocks.is_caption(line) and line.box.tag not in {"button", "nav"}
    ]
    for box in survey.boxes:
        box.inherited |= Sign.BODY
    return Body(chosen, survey.boxes[0], 0, len(survey.items))


def stated_body(reading: Reading, content: tuple[Block, ...], text: str) -> tuple[Block, ...]:
    """Return the text that structured data gives, where the page shows none."""
    reading.problems.append(Problem("body-only-in-json-ld"))
    reading.note("blocks", "json-ld articleBody", text, 0.6)
    parts = [normal_runs([Run(fold_space(part))]) for part in re.split(r"\n+", text)]
    figures = [block for block in content if isinstance(block, Figure)]
    return (*figures, *(Paragraph(runs) for runs in parts if runs))
