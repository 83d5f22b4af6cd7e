"""Dates: what publishers write, read as times no more precise than they wrote them.

Pure: no files, network, clock or log. So "two hours ago" and "17 May", which need a clock to mean
something, give None.

The machine forms are tried first, each with one regular expression:

- ISO 8601: extended, basic, truncated, week and ordinal dates, a space for the T
- RFC 5322, 3.3 and its elders (RFC 822, RFC 850, asctime, JavaScript's Date): weekdays are not checked
- seconds and milliseconds since the epoch

Then the printed forms: Chinese, Japanese and Korean; a month's name in thirty-odd languages (`_months`
below); figures with separators. The libraries of the field fill what is missing
from the clock, and so claim what nobody stated.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from onrecord.model import ClaimedTime, Precision

#: A longer text is a sentence about something, not a date line.
LONGEST_TEXT: Final = 200

#: Years outside are slips of the pen, or pages that test us: the oldest newspaper is of 1605.
FIRST_YEAR: Final = 1600
LAST_YEAR: Final = 2200

_Parts = dict[str, str | None]  # year, month, day, hour, minute, second, zone: as written, where written

# ---------------------------------------------------------------- tables

#: January to December, alternatives parted by "|", languages by ";". Where two languages give one word to two
#: months, it has gone to the one with more readers (Polish and Czech "listopada", November, not Croatian
#: October).
_MONTHS: Final = """
january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep|sept october|oct
  november|nov december|dec ;
januar|jänner|jan|jän februar|feber|feb märz|maerz|mär|mrz april mai juni juli august september|sep|sept
  oktober|okt november dezember|dez ;
janvier|janv février|févr|fév mars avril|avr mai juin juillet|juil août septembre octobre novembre
  décembre|déc ;
enero|ene febrero marzo abril|abr mayo junio julio agosto|ago septiembre|setiembre|set octubre noviembre
  diciembre|dic ;
gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto settembre|sett ottobre|ott
  novembre dicembre ;
janeiro fevereiro|fev março abril maio junho julho agosto setembro outubro|out novembro dezembro ;
gener febrer març abril maig juny juliol agost setembre octubre novembre desembre ;
januari februari maart|mrt april mei juni juli augustus september oktober november december ;
januari februari mars april maj juni juli augusti september oktober november december ;
januar februar mars april mai juni juli august september oktober november desember|des ;
januar februar marts april maj juni juli august september oktober november december ;
janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember ;
tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis huhtikuuta|huhtikuu|huhti
  toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo
  syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu ;
stycznia|styczeń|sty lutego|luty|lut marca|marzec kwietnia|kwiecień|kwi maja|maj czerwca|czerwiec|cze
  lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz października|październik|paź
  listopada|listopad|lis grudnia|grudzień|gru ;
ledna|leden|led února|únor|úno března|březen|bře dubna|duben|dub května|květen|kvě června|červen|čvn
  července|červenec|čvc srpna|srpen|srp září|zář října|říjen|říj listopadu|listopad prosince|prosinec|pro ;
januára|január februára|február marca|marec apríla|apríl mája|máj júna|jún júla|júl augusta|august
  septembra|september októbra|október novembra|november decembra|december ;
января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн
  июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент октября|октябрь|окт ноября|ноябрь|ноя|нояб
  декабря|декабрь|дек ;
січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|кві травня|травень|тра
  червня|червень|чер липня|липень|лип серпня|серпень|сер вересня|вересень|вер жовтня|жовтень|жов
  листопада|листопад|лис грудня|грудень|гру ;
януари февруари март април май юни юли август септември октомври ноември декември ;
јануар фебруар март април мај јун јул август септембар октобар новембар децембар ;
siječnja|siječanj veljače|veljača ožujka|ožujak travnja|travanj svibnja|svibanj lipnja|lipanj srpnja|srpanj
  kolovoza|kolovoz rujna|rujan octobra studenoga|studenog|studeni prosinca|prosinac ;
januarja februarja marca aprila maja junija julija avgusta|avgust|avg septembra oktobra novembra decembra ;
ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl ekim|eki kasım|kas
  aralık|ara ;
ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august septembrie octombrie noiembrie
  decembrie ;
január február|febr március|márc április|ápr május|máj június|jún július|júl augusztus szeptember|szept
  október november december ;
ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ μαρτίου|μάρτιος|μαρ απριλίου|απρίλιος|απρ
  μαΐου|μάιος|μαι ιουνίου|ιούνιος|ιουν ιουλίου|ιούλιος|ιουλ αυγούστου|αύγουστος|αυγ
  σεπτεμβρίου|σεπτέμβριος|σεπ οκτωβρίου|οκτώβριος|οκτ νοεμβρίου|νοέμβριος|νοε δεκεμβρίου|δεκέμβριος|δεκ ;
sausio|sausis vasario|vasaris kovo|kovas balandžio|balandis gegužės|gegužė birželio|birželis liepos|liepa
  rugpjūčio|rugpjūtis rugsėjo|rugsėjis spalio|spalis lapkričio|lapkritis gruodžio|gruodis ;
janvāris|janvārī februāris|februārī marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā jūlijs|jūlijā
  augusts|augustā septembris|septembrī oktobris|oktobrī novembris|novembrī decembris|decembrī ;
jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember ;
januari februari maret april mei juni juli agustus|agu september oktober november desember ;
يناير فبراير مارس أبريل|ابريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر ;
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר ;
בינואר בפברואר במרץ באפריל במאי ביוני ביולי באוגוסט בספטמבר באוקטובר בנובמבר בדצמבר ;
जनवरी फ़रवरी|फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर
  दिसंबर|दिसम्बर ;
"""

#: Hours east of Greenwich. Where a name has several, the reader's zone chooses among them, else the first.
_ZONES: Final[dict[str, tuple[float, ...]]] = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), (0.0,)),
    "bst": (1, 6),
    **dict.fromkeys(("cet", "mez", "west"), (1.0,)),
    **dict.fromkeys(("cest", "mesz", "eet", "oez", "sast", "cat"), (2.0,)),
    **dict.fromkeys(("eest", "oesz", "msk", "мск", "eat", "trt", "idt"), (3.0,)),
    **dict.fromkeys(("msd", "gst"), (4.0,)),
    "pkt": (5.0,),
    "ist": (5.5, 2, 1),
    "npt": (5.75,),
    **dict.fromkeys(("ict", "wib"), (7.0,)),
    **dict.fromkeys(("hkt", "sgt", "pht", "myt", "awst", "wita", "bjt"), (8.0,)),
    **dict.fromkeys(("jst", "kst", "wit"), (9.0,)),
    "acst": (9.5,),
    "aest": (10.0,),
    "acdt": (10.5,),
    "aedt": (11.0,),
    "nzst": (12.0,),
    "nzdt": (13.0,),
    "hst": (-10.0,),
    "akst": (-9.0,),
    **dict.fromkeys(("pst", "akdt"), (-8.0,)),
    **dict.fromkeys(("mst", "pdt"), (-7.0,)),
    "cst": (-6, 8),
    "mdt": (-6.0,),
    **dict.fromkeys(("est", "cdt"), (-5.0,)),
    "ast": (-4, 3),
    "edt": (-4.0,),
    "nst": (-3.5,),
    **dict.fromkeys(("brt", "art", "adt", "clst"), (-3.0,)),
    "ndt": (-2.5,),
}

_CERTAIN_ZONES: Final = {
    name: timezone(timedelta(hours=hours[0])) if hours[0] else UTC
    for name, hours in _ZONES.items()
    if len(hours) == 1
}

#: Names that leave the season to the reader.
_PLACES: Final = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}

#: The year before the first of an era (Japan), and of the republic (Taiwan).
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}

#: Hours to add to a clock of twelve. Noon and night are settled in `_hour`.
_MORNING: Final = frozenset(
    "am a.m. a.m а.м 上午 凌晨 早上 清晨 早晨 午前 오전 새벽 sáng sa öö".split(),  # noqa: SIM905 (a list of words reads best as words)
)
_EVENING: Final = frozenset(
    "pm p.m. p.m 下午 晚上 傍晚 晚间 晚間 夜间 中午 午後 午后 오후 밤 저녁 chiều tối".split(),  # noqa: SIM905 (as above)
)


def _bare(word: str) -> str:
    """Return *word* without marks on its letters, for those who type without them; Hangul stays whole."""
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(part for part in parts if not unicodedata.combining(part)))


def _month_names() -> dict[str, int]:
    names: dict[str, int] = {}
    for row in _MONTHS.split(";"):
        for number, words in enumerate(row.split(), 1):
            for word in words.split("|"):
                folded = unicodedata.normalize("NFKC", word).casefold()
                names.setdefault(folded, number)
                names.setdefault(_bare(folded), number)
    return names


_MONTH_OF: Final = _month_names()

# ---------------------------------------------------------------- forms

_OFFSET = r"[+\-\u2212]\d\d?(?::?\d\d)?"
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?)"
    r"(?:(?:[Tt_]|[Tt]?\s+)(?P<hour>\d\d?)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?)?"
    rf"\s*(?P<zone>[Zz]|{_OFFSET}|UTC|GMT)?)?)?)?",
    re.ASCII,
)
_BASIC = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[Tt]?(?P<hour>\d\d)(?P<minute>\d\d)(?:(?P<second>\d\d)(?:[.,]\d+)?)?"
    rf"\s*(?P<zone>[Zz]|{_OFFSET})?)?",
    re.ASCII,
)
_WEEK = re.compile(r"(\d{4})-?W(\d\d)(?:-?(\d))?", re.ASCII)
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})", re.ASCII)
_EPOCH = re.compile(r"-?\d{9,10}(?:\.\d+)?|\d{12,13}", re.ASCII)

_CLOCK = r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
_RFC = re.compile(
    r"(?:[^\W\d]+\.?\s*,?\s*)?(?P<day>\d\d?)(?:\s+|-)(?P<name>[A-Za-z]{3,9})\.?,?(?:\s+|-)(?P<year>\d{4}|\d\d)"
    rf"(?:,?\s+{_CLOCK}\s*(?P<zone>[A-Za-z]{{1,5}}(?:{_OFFSET})?|{_OFFSET})?)?\s*(?:\([^)]*\))?",
    re.ASCII,
)
_ASCTIME = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<name>[A-Za-z]{3,9})\s+(?P<day>\d\d?),?\s+"
    rf"(?:{_CLOCK}\s+(?P<zone1>[A-Z]{{2,5}}\s+)?(?P<year>\d{{4}})"
    rf"|(?P<year2>\d{{4}})\s+(?P<hour2>\d\d?):(?P<minute2>\d\d):(?P<second2>\d\d)\s*(?P<zone2>GMT{_OFFSET}|[A-Z]{{2,5}})?)"
    r"\s*(?:\([^)]*\))?",
    re.ASCII,
)
_STRICT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?([+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)

_EAST = re.compile(
    r"(?:(?P<era>令和|平成|昭和|大正|民國|民国)\s*(?P<nth>\d{1,3}|元)|(?P<year>\d{4}|(?<!\d)\d\d))\s*[年년]"
    r"(?:\s*(?P<month>\d\d?)\s*[月월](?:\s*(?P<day>\d\d?)\s*[日号號일])?)?",
)
_DOTTED = re.compile(r"(?<!\d)(?P<year>\d{4})\s*[./\-]\s*(?P<month>\d\d?)\s*[./\-]\s*(?P<day>\d\d?)\.?(?!\d)")
_FIGURES = re.compile(
    r"(?<![\d.:])(?P<a>\d\d?)\s*(?P<sep>[./\-])\s*(?P<b>\d\d?)\s*(?P=sep)\s*(?P<year>\d{4}|\d\d)(?![\d:])",
)
_MONTH_YEAR = re.compile(r"(?P<month>\d\d?)[./](?P<year>\d{4})")

#: What may stand between the parts of a date, and says nothing.
_FILLER = (
    r"(?:[\s,.'’\-/]|(?<=\d)(?:st|nd|rd|th|er|re|º|ª|°)(?!\w)"
    r"|\b(?:de|del|do|of|the|den|der|d|di|le|el|al|a|of|năm|ngày|г|року|р)\b){0,8}"
)
_NAMES = "|".join(sorted(map(re.escape, _MONTH_OF), key=len, reverse=True))
_NAMED = re.compile(
    rf"(?<!\w)(?:(?P<year1>\d{{4}}){_FILLER})?(?:(?P<day1>\d\d?){_FILLER})?"
    rf"(?<![^\W\d_])(?:tháng\s*(?P<thang>\d\d?)|(?P<name>{_NAMES}))(?![^\W\d_])"
    rf"(?:{_FILLER}(?P<day2>\d\d?)(?![\d:]))?(?:{_FILLER}(?P<year2>\d{{4}}|['’]\d\d|(?<=[\s\-])\d\d(?![\d:.h])))?",
)

_HALF = (
    r"(?P<{0}>上午|凌晨|早上|清晨|早晨|午前|下午|晚上|傍晚|晚间|晚間|夜间|中午|午後|午后|오전|오후|새벽|밤|저녁"
    r"|sáng|chiều|tối|[ap]\.?\s?m\b\.?)"
)
_TIME = re.compile(
    rf"(?:{_HALF.format('before')}\s*)?(?<![\d:.])(?P<hour>\d\d?)\s*"
    r"(?:[:：h時时点點시u]\s*(?P<minute>\d\d?)(?!\d)\s*(?:(?:[:：分분]|m(?:in)?\b)\s*(?:(?P<second>\d\d?)(?!\d)\s*[秒초]?(?:[.,]\d+)?)?)?"
    r"|(?P<only>[h時时点點시]|uhr\b)(?!\w))"
    rf"\s*(?:{_HALF.format('after')})?",
)
_TIME_DOTTED = re.compile(
    rf"(?<![\d.:])(?P<hour>\d\d?)\.(?P<minute>\d\d)(?:\.(?P<second>\d\d))?(?![\d.])\s*(?:{_HALF.format('after')})?",
)
_TIME_HALF = re.compile(rf"(?<![\d.:])(?P<hour>\d\d?)\s*{_HALF.format('after')}")
_ZONE_AFTER = re.compile(
    r"(?:uhr\s*)?[\s(\[|,]*(?:(?P<base>utc|gmt|gmt\s|utc\s)?\s*(?P<offset>[+\-\u2212]\d\d?(?::?\d\d)?)(?!\d)"
    r"|(?P<name>[^\W\d_]{1,5})(?![\w]))",
)
_HAN_DIGITS = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_HAN_NUMBER = re.compile("[〇零○一二三四五六七八九十]+(?=[年月日号號時时点點分秒])")


# ---------------------------------------------------------------- the public face


def parse(text: str, *, zone: tzinfo | None = None, day_first: bool | None = None) -> ClaimedTime | None:
    """Return the time that *text* states, or None if it states none; never raises.

    Args:
        text: A date as a feed, a page or a header gives it, at most `LONGEST_TEXT` characters.
        zone: What to assume where none is stated; it also decides what "CST" and its like mean.
        day_first: How to read 05/06/2024. None: as a year alone, since half the world reads it each way.
    """
    if len(text) > LONGEST_TEXT:
        return None
    try:
        return _machine(text.strip(), zone) or _printed(text, zone, day_first)
    except (ValueError, OverflowError):  # 31 February, an offset of 99 hours, a digit that int() rejects
        return None


def from_iso(text: str) -> ClaimedTime | None:
    """Return the time that `str(ClaimedTime)` wrote as *text*; None for anything else. Never raises."""
    found = _STRICT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        value = datetime(  # noqa: DTZ001 (naive where none is stated)
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)
        )
        if offset:
            value = value.replace(tzinfo=_fixed(offset))
    except ValueError:
        return None
    return ClaimedTime(value, _precision(month, day, hour, second))


# ---------------------------------------------------------------- the machine forms


def _machine(text: str, zone: tzinfo | None) -> ClaimedTime | None:
    if len(text) in {19, 20, 25} and text[4] == "-" and text[10] in "T " and text[19:20] != ".":
        try:  # the form of nearly every page, at a tenth of the cost
            return _stated(datetime.fromisoformat(text), zone)
        except ValueError:  # 24:00, and what only looks like it
            pass
    if found := _ISO.fullmatch(text) or _RFC.fullmatch(text):
        return _claimed(found.groupdict(), zone)
    if found := _ASCTIME.fullmatch(text):
        parts = found.groupdict()
        for key in ("year", "hour", "minute", "second"):
            parts[key] = parts[key] or parts[f"{key}2"]
        parts["zone"] = parts["zone1"] or parts["zone2"]
        return _claimed(parts, zone)
    if not text[:1].isdigit() and text[:1] != "-":
        return None
    return _compact(text, zone)


def _stated(value: datetime, zone: tzinfo | None) -> ClaimedTime | None:
    return _plausible(value if value.tzinfo else _placed(value, None, zone), Precision.SECOND)


def _compact(text: str, zone: tzinfo | None) -> ClaimedTime | None:
    """Read the forms that are figures alone, or nearly."""
    if found := _BASIC.fullmatch(text):
        try:
            return _claimed(found.groupdict(), zone)
        except ValueError:  # twelve figures may be milliseconds
            pass
    if _EPOCH.fullmatch(text):
        figures = int(text.partition(".")[0])
        seconds = figures // 1000 if len(text) > 11 and "." not in text else figures
        return _plausible(datetime.fromtimestamp(seconds, UTC), Precision.SECOND)
    if found := _WEEK.fullmatch(text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1))
        precision = Precision.DAY if found[3] else Precision.MONTH  # nothing says "a week"
        return _claimed(
            {"year": str(first.year), "month": str(first.month), "day": str(first.day)}
            if precision is Precision.DAY
            else {"year": str(first.year), "month": str(first.month)},
            zone,
        )
    if found := _ORDINAL.fullmatch(text):
        day = date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
        if day.year == int(found[1]):
            return _claimed({"year": found[1], "month": str(day.month), "day": str(day.day)}, zone)
    return None


def _claimed(parts: _Parts, zone: tzinfo | None) -> ClaimedTime | None:
    """Put a time together out of *parts*; what is not stated is not there."""
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 50 else 1900  # RFC 5322, 4.3
    month, day, hour, second = parts.get("month"), parts.get("day"), parts.get("hour"), parts.get("second")
    if name := parts.get("name"):
        number = _MONTH_OF.get(name.casefold()) or _MONTH_OF.get(name.casefold()[:3])
        if number is None:
            return None
        month = str(number)
    hours, minutes, seconds = int(hour or 0), int(parts.get("minute") or 0), int(second or 0)
    # A leap second is its minute's last; 24:00 is the next day's 00:00 (ISO 8601:2000, 5.3.2).
    days, hours = (1, 0) if (hours, minutes, seconds) == (24, 0, 0) else (0, hours)
    value = datetime(  # noqa: DTZ001 (naive where none is stated)
        year, int(month or 1), int(day or 1), hours, minutes, 59 if seconds == 60 else seconds
    )
    if days:
        value += timedelta(days=days)
    if hour is not None:
        value = _placed(value, parts.get("zone"), zone)
    return _plausible(value, _precision(month, day, hour, second))


def _precision(month: str | None, day: str | None, hour: str | None, second: str | None) -> Precision:
    if second is not None:
        return Precision.SECOND
    if hour is not None:
        return Precision.MINUTE
    if day is not None:
        return Precision.DAY
    return Precision.MONTH if month is not None else Precision.YEAR


def _plausible(value: datetime, precision: Precision) -> ClaimedTime | None:
    return ClaimedTime(value, precision) if FIRST_YEAR <= value.year <= LAST_YEAR else None


# ---------------------------------------------------------------- zones


def _placed(value: datetime, stated: str | None, assumed: tzinfo | None) -> datetime:
    """Return *value* with the stated zone, else the assumed one, as a fixed offset in whole minutes."""
    if stated and (zone := _zone(stated.strip(), value, assumed)):
        return value.replace(tzinfo=zone)
    if assumed is None:
        return value
    if (offset := value.replace(tzinfo=assumed).utcoffset()) is None:
        return value
    return value.replace(tzinfo=_whole(offset))


def _zone(stated: str, value: datetime, assumed: tzinfo | None) -> timezone | None:
    if stated[-1].isdigit():
        return _fixed(stated.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz "))
    name = stated.casefold()
    if one := _CERTAIN_ZONES.get(name):
        return one
    if hours := _ZONES.get(name):
        offset = value.replace(tzinfo=assumed).utcoffset() if assumed is not None else None
        local = offset.total_seconds() / 3600 if offset is not None else None
        return _whole(timedelta(hours=local if local in hours else hours[0]))
    if place := _PLACES.get(name):
        try:
            return _whole(value.replace(tzinfo=ZoneInfo(place)).utcoffset() or timedelta())
        except ZoneInfoNotFoundError:  # a system without the database, and no tzdata
            return None
    return None


@lru_cache(maxsize=256)
def _fixed(offset: str) -> timezone:
    """Read "+0800", "+08:00", "+8"; "-0000" is UTC (RFC 5322, 3.3)."""
    figures = offset[1:].replace(":", "")
    hours, minutes = (figures[:-2], figures[-2:]) if len(figures) > 2 else (figures, "0")
    if int(minutes) > 59:
        raise ValueError(offset)
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return _whole(size if offset[0] == "+" else -size)


def _whole(offset: timedelta) -> timezone:
    minutes = round(offset.total_seconds() / 60)
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


# ---------------------------------------------------------------- the printed forms


def _printed(text: str, zone: tzinfo | None, day_first: bool | None) -> ClaimedTime | None:  # noqa: FBT001 (passed on)
    """Find a date in a line such as "Published on 17 May 2024 at 10:50 am BST"."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("i̇", "i")
    # Marks of direction and joiners stand around figures in Hebrew and Arabic, and mean nothing here.
    folded = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    folded = _HAN_NUMBER.sub(lambda match: _han(match[0]), folded)
    found, span = _date_parts(folded, day_first)
    if found is None:
        return None
    parts: _Parts = dict(found)
    if parts.get("day"):
        # The time stands after the date, seldom before it; the date's own figures are no time.
        before, after = folded[: span[0]], folded[span[1] :]
        parts |= _time_parts(after) or _time_parts(before, is_before=True)
    return _claimed(parts, zone)


def _han(number: str) -> str:
    """Return 十七 as 17, 二〇二四 as 2024."""
    if "十" not in number:
        return "".join(_HAN_DIGITS[char] for char in number)
    tens, _, ones = number.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return number
    return _HAN_DIGITS.get(tens, "1") + _HAN_DIGITS.get(ones, "0")


def _date_parts(text: str, day_first: bool | None) -> tuple[_Parts | None, tuple[int, int]]:  # noqa: FBT001 (passed on)
    """Return year, month and day as figures, and where they stand."""
    if found := _EAST.search(text):
        parts = found.groupdict()
        if parts["era"]:
            nth = 1 if parts["nth"] == "元" else int(parts["nth"] or 0)
            parts["year"] = str(_ERAS[parts["era"]] + nth)
        return {key: parts[key] for key in ("year", "month", "day")}, found.span()
    if found := _DOTTED.search(text):
        return found.groupdict(), found.span()
    for found in _NAMED.finditer(text):
        if named := _named_parts(found):
            return named, found.span()
    if found := _FIGURES.search(text):
        return _figures(found, day_first), found.span()
    if found := _MONTH_YEAR.fullmatch(text.strip()):
        return found.groupdict(), found.span()
    return None, (0, 0)


def _named_parts(found: re.Match[str]) -> _Parts | None:
    parts = found.groupdict()
    day, year = parts["day1"] or parts["day2"], parts["year1"] or parts["year2"]
    if parts["day1"] and not year and parts["day2"]:  # 17 May 24
        year = parts["day2"] if len(parts["day2"]) == 2 else None
    if not year:
        return None
    month = parts["thang"] or str(_MONTH_OF[parts["name"] or ""])
    return {"year": year.strip("'’"), "month": month, "day": day}


def _figures(found: re.Match[str], day_first: bool | None) -> _Parts | None:  # noqa: FBT001 (passed on)
    first, second, year = found["a"], found["b"], found["year"]
    # With dots, the day stands first wherever dots are used (CLDR: de, fi, pl, ru, tr, ...).
    if found["sep"] == "." or int(first) > 12 or first == second:
        day_first = True
    elif int(second) > 12:
        day_first = False
    if day_first is None:
        return {"year": year} if len(year) == 4 else None
    day, month = (first, second) if day_first else (second, first)
    return {"year": year, "month": month, "day": day}


def _time_parts(text: str, *, is_before: bool = False) -> _Parts:
    """Return hour, minute, second and zone, if a time of day stands in *text*."""
    dotted = None if is_before else _TIME_DOTTED.search(text)
    found = _TIME.search(text) or _TIME_HALF.search(text) or dotted
    if found is None:
        return {}
    parts = found.groupdict()
    hour = _hour(int(parts["hour"] or 0), parts.get("before") or parts.get("after"))
    if hour is None:
        return {}
    zone = None
    if after := _ZONE_AFTER.match(text, found.end()):
        zone = after["offset"] or after["name"]
    return {
        "hour": str(hour),
        "minute": parts.get("minute"),
        "second": parts.get("second"),
        "zone": zone,
    }


def _hour(hour: int, half: str | None) -> int | None:
    if half is None or hour > 12:
        return hour if hour <= 24 else None
    word = half.replace(" ", "")
    if word[0] == "a" or word in _MORNING:
        return 0 if hour == 12 else hour
    if word == "中午":
        return hour if hour >= 11 else hour + 12
    if word == "晚上" and hour == 12:
        return 24
    if word[0] == "p" or word in _EVENING:
        return 12 if hour == 12 else hour + 12
    return hour
