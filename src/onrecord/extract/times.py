"""When an article was published and changed, as the page states it, with the zone where that can be known.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from onrecord import dates
from onrecord.extract.claims import Metas
from onrecord.extract.jsonld import Claims
from onrecord.extract.survey import Mark, text_of
from onrecord.extract.words import Sign
from onrecord.model import ClaimedTime, Entry, Evidence, Precision

PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished",
    "date_published", "publishdate",
    "publish-date", "publish_date", "published_time", "parsely-pub-date", "sailthru.date",
    "article.published", "dc.date.issued", "dcterms.created", "dcterms.date",
    "dc.date", "dc.date.created", "pubdate", "ptime", "cxenseparse:recs:publishtime",
    "article_date_original", "originalpublicationdate", "rnews:datepublished", "date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:updated_time", "article:updated_time", "datemodified", "last-modified",
    "lastmod", "dcterms.modified", "dc.date.modified", "revised",
)  # fmt: skip
_IN_URL = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2]|[a-z]{3})[/-]?([0-2]\d|3[01])(?=[/_-]|$)", re.IGNORECASE
)
_CHANGED = re.compile(
    r"updat|modif|aktualis|actualis|actualiz|更新|mis à jour|обновл|修正|수정|oppdatert|uppdaterad|muokattu",
    re.IGNORECASE,
)
#: A day in figures, the year first, or with its month's name; and the hour behind it.
_DAY = re.compile(
    r"(?:(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|"
    r"\d{1,2}(?:st|nd|rd|th|\.)?\s(?:de\s)?[^\W\d_]{3,12}\.?,?\s(?:de\s)?(?:19|20)\d\d|"
    r"[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d)"
    r"(?:,?\s*(?:at\s)?\d{1,2}[:：]\d\d(?::\d\d)?)?"
)
#: A longer line beside a headline is a sentence.
MAX_LINE = 120
_CHINA = timezone(timedelta(hours=8))
#: A feed that copies a publisher's comes this much later at most; see lineage, "lag minutes to an hour".
MAX_LAG = timedelta(hours=2)


def published(
    metas: Metas, ld: Claims, near: list[Mark], *, url: str, entry: Entry | None, lines: Iterable[str] = ()
) -> tuple[ClaimedTime, Evidence] | None:
    """Return the time of publication that is best attested, or None.

    *lines* stand by the headline: a day in one of them counts where nothing else tells of one.
    """
    stated: list[tuple[str, str, float]] = []
    if ld.published:
        stated.append(("json-ld datePublished", ld.published, 0.95))
    if found := metas.first(*PUBLISHED[:3]):
        stated.append((found[0], found[1], 0.9))
    if prop := metas.prop("datepublished"):
        stated.append(("itemprop datePublished", prop, 0.85))
    if found := metas.first(*PUBLISHED[3:]):
        stated.append((found[0], found[1], 0.8))
    stated += [("time", text, 0.7) for text in _visible(near, is_change=False)]
    times = [
        (time, origin, weight) for origin, text, weight in stated if (time := dates.parse(text)) is not None
    ]
    if entry is not None and entry.published_at is not None:
        times.append((entry.published_at, "feed entry", 0.6))
    if match := _IN_URL.search(url):
        month = match[2]
        time = dates.parse(
            f"{match[1]}-{month}-{match[3]}" if month.isdigit() else f"{match[3]} {month} {match[1]}"
        )
        if time is not None:
            times.append((time, "address", 0.5))
    times = [one for one in times if _tells_a_day(one[0])]
    if not times or times[0][1] == "address":
        printed = (time for line in lines if (time := _in_line(line)) is not None)
        times = [(time, "line by the headline", 0.5) for time in printed][:1] + times
    if not times:
        return None
    time, origin, weight = _most_telling(times)
    return with_zone(time, [other for other, _, _ in times]), Evidence(
        "published_at", origin, str(time), weight
    )


def _tells_a_day(time: ClaimedTime) -> bool:
    return time.precision not in {Precision.YEAR, Precision.MONTH} and time.value.year > 1980


def _in_line(line: str) -> ClaimedTime | None:
    """Return the day, and the time if there is one, that a short line prints; None where it is that of a change."""
    found = _DAY.search(line) if len(line) <= MAX_LINE else None
    if found is None or _CHANGED.search(line[: found.start()]):
        return None
    time = dates.parse(found[0])
    return time if time is not None and _tells_a_day(time) else None


def _most_telling(times: list[tuple[ClaimedTime, str, float]]) -> tuple[ClaimedTime, str, float]:
    """Return the first time, or a more precise one of the same day."""
    first = times[0]
    if first[0].precision is Precision.DAY:
        for other in times[1:]:
            if other[0].precision in {Precision.MINUTE, Precision.SECOND} and abs(
                other[0].at - first[0].at
            ) < timedelta(days=1, hours=14):
                return other
    return first


def with_zone(time: ClaimedTime, others: list[ClaimedTime]) -> ClaimedTime:
    """Return *time* with the zone that another claim of the same moment states, if its own is missing."""
    if time.value.tzinfo is not None or time.precision not in {Precision.MINUTE, Precision.SECOND}:
        return time
    for other in others:
        if other.value.tzinfo is None or not other.is_precise:
            continue
        offset = (time.value - other.value.astimezone(UTC).replace(tzinfo=None)).total_seconds()
        quarters = round(offset / 900)
        # The same moment but for its seconds, seen from a zone that exists.
        if abs(offset - quarters * 900) < 90 and -48 <= quarters <= 56:
            return ClaimedTime(
                time.value.replace(tzinfo=timezone(timedelta(minutes=15 * quarters))), time.precision
            )
    return time


def modified(
    metas: Metas, ld: Claims, near: list[Mark], first: ClaimedTime | None
) -> tuple[ClaimedTime, Evidence] | None:
    """Return the time of the last change that the page states, or None; none that is the publication's."""
    stated: list[tuple[str, str, float]] = []
    if ld.modified:
        stated.append(("json-ld dateModified", ld.modified, 0.95))
    if found := metas.first(*MODIFIED):
        stated.append((found[0], found[1], 0.8))
    if prop := metas.prop("datemodified"):
        stated.append(("itemprop dateModified", prop, 0.8))
    stated += [("time", text, 0.5) for text in _visible(near, is_change=True)]
    for origin, text, weight in stated:
        time = dates.parse(text)
        if time is None or (first is not None and (time == first or time.at <= first.at)):
            continue
        return time, Evidence("modified_at", origin, str(time), weight)
    return None


def _visible(near: list[Mark], *, is_change: bool) -> list[str]:
    """Return the times that stand by the headline: machine-readable first."""
    exact: list[str] = []
    printed: list[str] = []
    for mark in near:
        if not mark.sign & Sign.TIME:
            continue
        text = text_of(mark.node)[:200]
        names = " ".join(filter(None, (mark.attributes.get("class"), mark.attributes.get("itemprop"), text)))
        if bool(_CHANGED.search(names)) is not is_change:
            continue
        if value := (mark.attributes.get("datetime") or mark.attributes.get("content")):
            exact.append(value)
        elif text and len(text) < 120:
            printed.append(text)
    return exact + printed


def in_feed(text: str, entry: Entry, language: str | None) -> ClaimedTime | None:
    """Return the time that a feed's content states, in the zone that the entry's own time betrays.

    A feed made of a publisher's pages comes minutes to an hour after them: an offset that puts the naive
    time that far before the entry's is the publisher's zone. Text in simplified Chinese without such an
    entry is read at +08:00, the one time of its readers.
    """
    time = dates.parse(text)
    if (
        time is None
        or time.value.tzinfo is not None
        or time.precision not in {Precision.MINUTE, Precision.SECOND}
    ):
        return time
    is_chinese = (language or "").startswith("zh")
    claimed = entry.published_at
    if claimed is not None and claimed.is_precise:
        here = claimed.at.replace(tzinfo=None)
        if is_chinese:
            if timedelta(minutes=-1) <= here - (time.value - timedelta(hours=8)) <= MAX_LAG:
                return ClaimedTime(time.value.replace(tzinfo=_CHINA), time.precision)
            if repaired := _twelve_hours(time, here):
                return repaired
        for minutes in [60 * hours for hours in range(-11, 15)] + [330, 345, 570, -210]:
            lag = here - (time.value - timedelta(minutes=minutes))
            if timedelta(minutes=-1) <= lag < timedelta(minutes=59):
                return ClaimedTime(
                    time.value.replace(tzinfo=timezone(timedelta(minutes=minutes))), time.precision
                )
    return ClaimedTime(time.value.replace(tzinfo=_CHINA), time.precision) if is_chinese else time


def _twelve_hours(time: ClaimedTime, entry_utc: datetime) -> ClaimedTime | None:
    """Return *time* twelve hours later, if that alone makes it agree: a clock printed without AM or PM."""
    later = time.value + timedelta(hours=12)
    if time.value.hour < 12 and timedelta(0) <= entry_utc - (later - timedelta(hours=8)) <= MAX_LAG:
        return ClaimedTime(later.replace(tzinfo=_CHINA), time.precision)
    return None
