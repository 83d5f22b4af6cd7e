"""The standfirst: the summary that stands between the headline and the text.

Pure.
"""

from __future__ import annotations

from onrecord.extract import headline
from onrecord.extract.reading import Reading
from onrecord.extract.site import path_of
from onrecord.extract.survey import Line, Survey
from onrecord.extract.words import Sign, speaks_of_a_wall


def standfirst_of(reading: Reading, taken: set[int], title: str) -> str | None:
    """Return the standfirst where one is seen between the headline and the text; leave it out of the text."""
    survey, body = reading.survey, reading.body
    described = [
        text
        for text in (reading.ld.description, reading.metas.value("description", "og:description"))
        if text
    ]
    end = body.start if body.chosen else min(len(survey.items), reading.head_at + 15)
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
        is_remembered = reading.known.stands("standfirst", path_of(line.box))
        is_described = any(headline.likeness(line.text, text) >= 0.8 for text in described)
        is_subheading = line.box.tag in {"h2", "h3"} and len(line.text) > 40
        if line.box.inherited & (Sign.BYLINE | Sign.TIME) and not (is_named or is_described or is_remembered):
            continue
        # A paragraph that ends as a sentence does, though nothing names it.
        is_sentence = (
            line.box.tag == "p"
            and line.weight > 40
            and line.text[-1] in ".!?…。！？"
            and line.link_share < 0.3
        )
        if (is_named or is_described or is_remembered or is_subheading or is_sentence) and len(
            line.text
        ) < 1_200:
            places = _with_following(survey, at, end) if is_named or is_subheading else [at]
            taken.update(places)
            text = " ".join(dict.fromkeys(survey.line_at(one).text for one in places))
            reasons = (
                (is_named, "so called"),
                (is_remembered, "where the site's other pages have it"),
                (is_described, "as the page is described"),
                (is_subheading, "a sub-headline"),
                (is_sentence, "a sentence"),
            )
            why = next(why for holds, why in reasons if holds)
            reading.note(
                "standfirst", f"line between headline and text, {why}", text, 0.9 if is_named else 0.8
            )
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


def _with_following(survey: Survey, at: int, end: int) -> list[int]:
    """Return the places of the line at *at* and of those after it in boxes like its own: several points."""
    first = survey.items[at]
    places = []
    for place in range(at, end):
        item = survey.items[place]
        if not isinstance(item, Line) or (item.box.tag, item.box.names) != (first.box.tag, first.box.names):
            break
        places.append(place)
    return places
