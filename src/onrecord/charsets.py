"""Labels of encodings: what a page calls its encoding, and the codec that reads it as browsers do.

Pure: no files, network, clock or log. The table is the Encoding Standard's, 4.2 (https://encoding.spec.whatwg.org):
a label may mean more than its name says, "gb2312" all of GB 18030. It is written here by encoding, so that it can
be compared with the standard's by eye.
"""

from __future__ import annotations

import codecs

# Python's codec, then the labels of the standard's encoding.
_TABLE = """
utf-8         unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
cp866         866 cp866 csibm866 ibm866
iso8859_2     csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso8859_3     csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso8859_4     csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso8859_5     csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
iso8859_6     arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e
iso8859_6     iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso8859_7     csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7
iso8859_7     iso_8859-7:1987 sun_eu_greek
iso8859_8     csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598
iso8859_8     iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
iso8859_10    csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso8859_13    iso-8859-13 iso8859-13 iso885913
iso8859_14    iso-8859-14 iso8859-14 iso885914
iso8859_15    csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9
iso8859_16    iso-8859-16
koi8_r        cskoi8r koi koi8 koi8-r koi8_r
koi8_u        koi8-ru koi8-u
mac_roman     csmacintosh mac macintosh x-mac-roman
mac_cyrillic  x-mac-cyrillic x-mac-ukrainian
cp874         dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
cp1250        cp1250 windows-1250 x-cp1250
cp1251        cp1251 windows-1251 x-cp1251
cp1252        ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591
cp1252        iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252
cp1253        cp1253 windows-1253 x-cp1253
cp1254        cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5
cp1254        windows-1254 x-cp1254
cp1255        cp1255 windows-1255 x-cp1255
cp1256        cp1256 windows-1256 x-cp1256
cp1257        cp1257 windows-1257 x-cp1257
cp1258        cp1258 windows-1258 x-cp1258
gb18030       chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030
big5hkscs     big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc_jp        cseucpkdfmtjapanese euc-jp x-euc-jp
iso2022_jp    csiso2022jp iso-2022-jp
cp932         csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
cp949         cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601
cp949         windows-949
utf-16-be     unicodefffe utf-16be
utf-16-le     csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
"""
_CODECS = {
    label: codec for codec, *labels in map(str.split, _TABLE.strip().splitlines()) for label in labels
} | {"x-user-defined": "cp1252"}  # HTML, 13.2.3.2: so it is read where a page declares it
#: Encodings that browsers refuse to read, since bytes of markup hide in their escapes (the standard's "replacement").
REFUSED = frozenset(
    ("csiso2022kr", "hz-gb-2312", "iso-2022-cn", "iso-2022-cn-ext", "iso-2022-kr", "replacement")
)
LABELS = frozenset(_CODECS)

#: Broken characters of one text that are looked at one by one; a text of more is no text.
MAX_MENDED = 50_000
_REPLACED = "onrecord-replaced"
# The encodings in which browsers read what Python's codec has nothing for.
_MENDED = frozenset(("gb18030", "euc_jp"))


def codec_of(label: str) -> str | None:
    """Return Python's name of the codec that *label* means on the web, or None where it means none that is read."""
    return _CODECS.get(label.strip(" \t\n\f\r").lower())


def text_of(body: bytes, codec: str) -> str:
    """Return *body* read by *codec* as browsers read it: what is broken is U+FFFD. Never raises."""
    text = body.decode(codec, "replace")
    if codec in _MENDED and 0 < text.count("\ufffd") <= MAX_MENDED:
        return body.decode(codec, _REPLACED)
    return text


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Return what browsers read where Python's codec has nothing, and where to go on."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    body, at = error.object, error.start
    if error.encoding == "gb18030" and body[at] == 0x80:  # the standard's 10.2.1: Windows put the euro here
        return "€", at + 1
    pair = body[at : at + 2]
    if (
        error.encoding == "euc_jp" and len(pair) == 2 and min(pair) >= 0xA1 and max(pair) < 0xFF
    ):  # rows of NEC and IBM: ① ㈱ ㎡
        return _shifted(pair), at + 2
    return "\ufffd", max(error.end, at + 1)


def _shifted(pair: bytes) -> str:
    """Return the character of an EUC-JP pair by way of Shift_JIS, where Python knows the vendors' rows."""
    row, cell = pair[0] - 0xA1, pair[1] - 0xA1
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + (0x9F if row % 2 else 0x40 if cell < 63 else 0x41)
    return bytes((lead, trail)).decode("cp932", "replace")[0]


codecs.register_error(_REPLACED, _replaced)
