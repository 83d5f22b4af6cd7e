"""Dates are claims: read as precisely as they were stated, and no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord import dates
from onrecord.model import ClaimedTime, Precision

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        # ISO 8601
        ("2024-05-17T10:50:43+08:00", "2024-05-17T10:50:43+08:00"),
        ("2024-05-17T10:50:43.123456Z", "2024-05-17T10:50:43+00:00"),
        ("2024-05-17T10:50:43.123+0800", "2024-05-17T10:50:43+08:00"),
        ("2024-05-17 10:50:43", "2024-05-17T10:50:43"),
        ("2024-05-17T10:50Z", "2024-05-17T10:50+00:00"),
        ("2024-05-17T24:00:00Z", "2024-05-18T00:00:00+00:00"),
        ("2024-05-17T23:59:60Z", "2024-05-17T23:59:59+00:00"),
        ("20240517T105043Z", "2024-05-17T10:50:43+00:00"),
        ("20240517105043", "2024-05-17T10:50:43"),
        ("202405171050", "2024-05-17T10:50"),
        ("20240517", "2024-05-17"),
        ("2024-05-17", "2024-05-17"),
        ("2024-05", "2024-05"),
        ("2024", "2024"),
        ("2024-W20-5", "2024-05-17"),
        ("2024-138", "2024-05-17"),
        ("2024-5-7 9:05", "2024-05-07T09:05"),
        # RFC 5322 and its elders
        ("Fri, 17 May 2024 03:07:01 GMT", "2024-05-17T03:07:01+00:00"),
        ("Thu, 17 May 24 03:07 EST", "2024-05-17T03:07-05:00"),
        ("Ma, 17 Mai 2024 10:00:00 +0200", "2024-05-17T10:00:00+02:00"),
        ("Wed, 02 Oct 2002 15:00:00 +0200 (CEST)", "2002-10-02T15:00:00+02:00"),
        ("Fri, 17 May 2024 03:07:01 -0000", "2024-05-17T03:07:01+00:00"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37+00:00"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37"),
        ("Fri May 17 2024 10:50:43 GMT+0800 (中国标准时间)", "2024-05-17T10:50:43+08:00"),
        ("Mon, 01 Jan 2024", "2024-01-01"),
        # since the epoch
        ("1715914243", "2024-05-17T02:50:43+00:00"),
        ("1715914243123", "2024-05-17T02:50:43+00:00"),
    ],
)
def test_a_machine_form_is_read(stated: str, read: str) -> None:
    """Feeds and metadata give most dates in these forms."""
    assert str(dates.parse(stated)) == read


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("2 June 2024", "2024-06-02"),
        ("June 2024", "2024-06"),
        ("May 17th, 2024 at 3 pm", "2024-05-17T15:00"),
        ("May 17, 2024 10:50 a.m. ET", "2024-05-17T10:50-04:00"),
        ("Updated 10:50 AM ET, Fri January 19, 2024", "2024-01-19T10:50-05:00"),
        ("Published: 17 May 2024 - 10:50 BST", "2024-05-17T10:50+01:00"),
        ("12:00 am, 3 Oct. 2024", "2024-10-03T00:00"),
        ("17. Mai 2024, 10:50 Uhr", "2024-05-17T10:50"),
        ("17.05.2024, 10.50 Uhr", "2024-05-17T10:50"),
        ("le 17 août 2024 à 10h50", "2024-08-17T10:50"),
        ("1er mai 2024", "2024-05-01"),
        ("17 de mayo de 2024 10:50", "2024-05-17T10:50"),
        ("17 maggio 2024 alle 10:50", "2024-05-17T10:50"),
        ("17 de março de 2024 às 10h50", "2024-03-17T10:50"),
        ("17 mei 2024 om 10:50", "2024-05-17T10:50"),
        ("17 maj 2024 kl. 10.50", "2024-05-17T10:50"),
        ("17. toukokuuta 2024 klo 10.50", "2024-05-17T10:50"),
        ("17 października 2024, 10:50", "2024-10-17T10:50"),
        ("17. července 2024 10:50", "2024-07-17T10:50"),
        ("17 мая 2024 г. в 10:50 мск", "2024-05-17T10:50+03:00"),
        ("12:30, 17 мая 2024", "2024-05-17T12:30"),
        ("17 Mayıs 2024 10:50", "2024-05-17T10:50"),
        ("Thứ sáu, 17/5/2024, 10:50 (GMT+7)", "2024-05-17T10:50+07:00"),
        ("ngày 17 tháng 5 năm 2024", "2024-05-17"),
        ("2024. május 17. 10:50", "2024-05-17T10:50"),
        ("١٧ مايو ٢٠٢٤", "2024-05-17"),
        ("17 במאי 2024", "2024-05-17"),
        ("2024年5月17日 10:50", "2024-05-17T10:50"),
        ("2024年5月17日下午3:05", "2024-05-17T15:05"),
        ("二〇二四年五月十七日", "2024-05-17"),
        ("民國113年5月17日", "2024-05-17"),
        ("2024年5月", "2024-05"),
        ("令和6年5月17日", "2024-05-17"),
        ("2024年5月17日(金) 午後3時05分", "2024-05-17T15:05"),
        ("２０２４年５月１７日 １０：５０", "2024-05-17T10:50"),
        ("2024년 5월 17일 오후 3:05", "2024-05-17T15:05"),
        ("2024. 5. 17. 오전 10:50", "2024-05-17T10:50"),
    ],
)
def test_a_printed_date_is_read(stated: str, read: str) -> None:
    """Pages without metadata print their date in their own language."""
    assert str(dates.parse(stated)) == read


@pytest.mark.parametrize(
    "stated",
    [
        *("", " ", "2 hours ago", "May 17", "5月17日 10:50", "yesterday", "30 分钟前", "0000-00-00"),
        *("Fri, 31 Feb 2024 10:00:00 GMT", "1599-12-31", "2201-01-01", "123", "2024-13-01", "x" * 500),
    ],
)
def test_what_states_no_date_gives_none(stated: str) -> None:
    """A guessed date would be kept for a claim."""
    assert dates.parse(stated) is None


def test_a_date_that_half_the_world_reads_otherwise_is_a_year() -> None:
    """05/06/2024 is June in London and May in New York."""
    assert str(dates.parse("05/06/2024")) == "2024"


@pytest.mark.parametrize(("day_first", "read"), [(True, "2024-06-05"), (False, "2024-05-06")])
def test_the_caller_may_know_which_figure_is_the_day(day_first: bool, read: str) -> None:  # noqa: FBT001 (a table)
    """A source's language decides what its figures mean."""
    assert str(dates.parse("05/06/2024", day_first=day_first)) == read


def test_figures_that_can_be_read_one_way_need_no_help() -> None:
    """17 is no month."""
    assert str(dates.parse("05/17/2024")) == str(dates.parse("17/05/2024")) == "2024-05-17"


def test_a_time_without_a_zone_is_naive() -> None:
    """No zone is invented: half a day's error would misplace an article."""
    found = dates.parse("2024-05-17 10:50:43")
    assert found is not None
    assert found.value.tzinfo is None


def test_the_assumed_zone_stands_where_none_is_stated() -> None:
    """Chinese pages give local time and no zone."""
    assert str(dates.parse("2024-05-17 10:50", zone=CHINA)) == "2024-05-17T10:50+08:00"


def test_a_stated_zone_wins_over_the_assumed_one() -> None:
    """What a publisher says is kept."""
    assert str(dates.parse("2024-05-17T10:50Z", zone=CHINA)) == "2024-05-17T10:50+00:00"


@pytest.mark.parametrize(("zone", "read"), [(None, "-06:00"), (CHINA, "+08:00"), (UTC, "-06:00")])
def test_cst_is_chinas_where_china_is_assumed(zone: timezone | None, read: str) -> None:
    """CST is Chicago's winter and China's whole year."""
    assert str(dates.parse("Fri, 17 May 2024 10:50:43 CST", zone=zone)).endswith(read)


def test_a_day_is_not_made_an_instant() -> None:
    """A zone makes no day more precise."""
    assert dates.parse("2 June 2024", zone=CHINA) == ClaimedTime(datetime(2024, 6, 2), Precision.DAY)  # noqa: DTZ001 (a day has no zone)


@pytest.mark.property
@given(st.text(max_size=220))
def test_no_text_makes_parse_raise(text: str) -> None:
    """Strangers' bytes give values."""
    found = dates.parse(text)
    assert found is None or dates.from_iso(str(found)) == found


@pytest.mark.property
@given(st.text(alphabet="0123456789-:/. TZ+年月日時Mayun,pmGT", max_size=40))
def test_nothing_like_a_date_makes_parse_raise(text: str) -> None:
    """Figures out of their range are the commonest slip."""
    found = dates.parse(text, zone=CHINA)
    assert found is None or dates.FIRST_YEAR <= found.value.year <= dates.LAST_YEAR


CUT = {
    Precision.YEAR: {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0},
    Precision.MONTH: {"day": 1, "hour": 0, "minute": 0, "second": 0},
    Precision.DAY: {"hour": 0, "minute": 0, "second": 0},
    Precision.MINUTE: {"second": 0},
    Precision.SECOND: {},
}


@st.composite
def claims(draw: st.DrawFn) -> ClaimedTime:
    """Any time that a publisher may claim."""
    precision = draw(st.sampled_from(Precision))
    value = draw(st.datetimes()).replace(microsecond=0, **CUT[precision])  # type: ignore[arg-type]  # all are numbers
    if precision in {Precision.MINUTE, Precision.SECOND}:
        minutes = draw(st.none() | st.integers(-14 * 60, 14 * 60))
        if minutes is not None:
            value = value.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    return ClaimedTime(value, precision)


@pytest.mark.property
@given(claims())
def test_what_is_written_down_is_read_back(claim: ClaimedTime) -> None:
    """A document holds a date as text alone."""
    assert dates.from_iso(str(claim)) == claim


@pytest.mark.property
@given(
    st.text(max_size=40)
    | st.from_regex(r"\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?([+-]\d\d:\d\d)?)?)?", fullmatch=True)
)
def test_from_iso_never_raises(text: str) -> None:
    """A document may have been edited by hand."""
    found = dates.from_iso(text)
    assert found is None or dates.from_iso(str(found)) == found


@pytest.mark.parametrize(
    "text", ["2024-05-17T10:50Z", "20240517", "2024-5-7", " 2024-05-17", "2024-05-17 10:50", ""]
)
def test_from_iso_takes_only_what_str_writes(text: str) -> None:
    """A document has one form for each time, so that two archives can be compared."""
    assert dates.from_iso(text) is None
