"""What one page shows of its site: the names of its lines, and where its fields stand.

Pure. Taken when a page has been read; only pages that became articles are learned from.
"""

from __future__ import annotations

from onrecord import dates
from onrecord.extract.reading import Reading, near
from onrecord.extract.site import Traits, is_set_as_text, path_of, path_of_line, path_of_mark
from onrecord.extract.survey import Line, text_of
from onrecord.extract.words import Sign
from onrecord.model import Article


def traits_of(reading: Reading) -> Traits:
    """Return what a page shows of its site; nothing where it gave no article. Junk need not be learned."""
    if reading.article is None:
        return Traits({}, {})
    survey, body, known = reading.survey, reading.body, reading.known
    chosen = set(body.chosen)
    home = _body_path(reading)
    lines: dict[str, int] = {}
    as_text: set[str] = set()
    for at, key in known.keys.items():
        line = survey.line_at(at)
        if line.box.junk is None or at in known.furniture:
            lines[key] = max(lines.get(key, 0), line.weight if at in chosen else 0)
            if home is not None and is_set_as_text(known.paths[at], home):
                as_text.add(key)
    paths = {"body": home, **_mark_paths(reading, reading.article)}
    for name, text in (("headline", reading.article.headline), ("standfirst", reading.article.standfirst)):
        paths[name] = _line_path(reading, text)
    return Traits(lines, {name: path for name, path in paths.items() if path}, frozenset(as_text))


def _body_path(reading: Reading) -> str | None:
    """Return where most of the text stands."""
    weights: dict[str, int] = {}
    for at in reading.body.chosen:
        line = reading.survey.line_at(at)
        path = reading.known.paths.get(at) or path_of_line(line)
        weights[path] = weights.get(path, 0) + line.weight
    return max(weights, key=lambda path: weights[path]) if weights else None


def _line_path(reading: Reading, text: str | None) -> str | None:
    """Return where the line stands that *text* is, or begins with, from the headline to the text's beginning."""
    end = reading.body.start + 1 if reading.body.chosen else len(reading.survey.items)
    for item in reading.survey.items[reading.head_at : end]:
        if text and isinstance(item, Line) and text.startswith(item.text):
            return path_of(item.box)
    return None


def _mark_paths(reading: Reading, article: Article) -> dict[str, str | None]:
    """Return where the byline and the time of publication stand, if they are printed."""
    found: dict[str, str | None] = {}
    for mark in near(reading):
        text = text_of(mark.node)
        if mark.sign & Sign.BYLINE and article.byline and text == article.byline:
            found.setdefault("byline", path_of_mark(mark))
        if mark.sign & Sign.TIME and article.published_at:
            stated = dates.parse(mark.attributes.get("datetime") or text[:200])
            if stated is not None and stated.value.date() == article.published_at.value.date():
                found.setdefault("published_at", path_of_mark(mark))
    return found
