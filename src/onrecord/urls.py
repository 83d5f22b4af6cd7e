"""Addresses: what a link means, which article it stands for, and what its file is called.

Three forms of one address are kept apart. What a publisher gave is asked byte for byte (`resolve`,
`request_target`), because some servers sign their addresses or answer only with a tracking query.
What an article is filed under is normalised (`canonicalize`). What is compared is shorter still
(`lookup_key`).

Pure: no files, network, clock or log; the public suffix list is data of its package, read once.
Nothing here raises, whatever the text.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

import idna
from publicsuffixlist import PublicSuffixList

from onrecord.model import ArticleId, CanonicalUrl

#: Characters. Apache refuses a request line over 8,190 bytes, nginx over 32 KiB: what is longer is data.
MAX_URL = 16_384
#: RFC 1035, 2.3.4.
MAX_HOST = 253

_DEFAULT_PORTS = {"http": 80, "https": 443}
# RFC 3986, appendix B, with the back-slash that browsers read as a slash (WHATWG URL, 4.4, "special").
_REFERENCE = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?:[/\\]{2}(?P<authority>[^/\\?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?\Z",
    re.DOTALL,
)
_ABSOLUTE = re.compile(r"(?i)https?:[/\\]{2}[^/\\?#]")
_OUTER_SPACE = re.compile(r"\A[\s\x00-\x20\x7f\ufeff\u200b]+|[\s\x00-\x20\x7f\ufeff\u200b]+\Z")
_INNER_BREAKS = str.maketrans("", "", "\t\r\n")
_SLASHES = "/\\"
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\Z")
_PORT = re.compile(r"0*[0-9]{1,5}\Z")

# ---------------------------------------------------------------- taking an address apart


class _Parts(NamedTuple):
    scheme: str  # "http" or "https"
    host: str  # lower case, ASCII; IPv6 in brackets
    port: int | None  # None: the scheme's own
    path: str  # as given, back-slashes turned; "" or begins with "/"
    query: str | None
    fragment: str | None


def _trimmed(text: str) -> str:
    """Return *text* as a browser takes it from an attribute: no outer white space, no tab or line break."""
    if text.isascii() and text.isprintable() and not (text.startswith(" ") or text.endswith(" ")):
        return text  # as nearly all are
    return _OUTER_SPACE.sub("", text).translate(_INNER_BREAKS)


@lru_cache(maxsize=4096)  # one address is read several times on its way to the wire, and into the archive
def _split(url: str) -> _Parts | None:
    """Return the parts of an absolute http or https address, or None if no browser would follow it."""
    match = _REFERENCE.match(url) if len(url) <= MAX_URL else None
    scheme = (match["scheme"] or "").lower() if match else ""
    if match is None or scheme not in _DEFAULT_PORTS or match["authority"] is None:
        return None
    name, _, port_text = _host_and_port(match["authority"].rpartition("@")[2])
    host = _host(name)
    if host is None or (port_text and not _PORT.match(port_text)):
        return None
    port = int(port_text[-9:]) if port_text else None
    if port is not None and port > 65_535:
        return None
    path = match["path"].replace("\\", "/")
    default = port == _DEFAULT_PORTS[scheme]
    return _Parts(scheme, host, None if default else port, path, match["query"], match["fragment"])


def _host_and_port(authority: str) -> tuple[str, str, str]:
    head, colon, tail = authority.rpartition(":")
    return (head, colon, tail) if colon and not tail.endswith("]") else (authority, "", "")


@lru_cache(maxsize=1_024)  # a page's addresses are of a few hosts
def _host(name: str) -> str | None:
    """Return a host in its one form, or None if it can't be one."""
    if name.startswith("[") and name.endswith("]") and "%" not in name:
        try:
            return f"[{IPv6Address(name[1:-1]).compressed}]"
        except AddressValueError:
            return None
    try:
        name = unquote_to_bytes(name.encode("utf-8")).decode("utf-8") if "%" in name else name
        if not name.isascii():
            name = idna.encode(name, uts46=True, transitional=False).decode("ascii")
    except (UnicodeError, idna.IDNAError):
        return None
    name = name.lower().removesuffix(".")
    if len(name) > MAX_HOST or not _NAME.match(name) or ".." in name:
        return None
    last = name.rpartition(".")[2]
    if last.isdigit() or re.match(r"0x[0-9a-f]*\Z", last):
        # A browser reads 0x7f.1 as 127.0.0.1; no publisher is found there, and a filter may be fooled.
        try:
            return str(IPv4Address(name))
        except AddressValueError:
            return None
    return name


def _authority(parts: _Parts) -> str:
    return parts.host if parts.port is None else f"{parts.host}:{parts.port}"


# ---------------------------------------------------------------- following a link


@lru_cache(maxsize=64)  # all relative links of a page stand on one
def _ground(base: str) -> re.Match[str] | None:
    """Return the parts of the address that relative links are joined to, or None if it is none."""
    base = _trimmed(base)
    return _REFERENCE.match(base) if _split(base) else None


def resolve(link: str, base: str) -> str | None:
    """Return the absolute http or https address that *link* means on the page *base*, or None.

    An absolute link comes back byte for byte, but for outer white space and the tabs and line breaks that
    browsers drop (WHATWG URL, 4.4): some servers sign their addresses. A relative one is joined by
    RFC 3986, 5.2, its own characters as they are. A user name and password are left out: they are not sent,
    and must not be kept. Never raises.
    """
    link = _trimmed(link)
    if len(link) > MAX_URL:
        return None
    if _ABSOLUTE.match(link):
        return _anonymous(link) if _split(link) else None
    match = _REFERENCE.match(link)
    ground = _ground(base)
    if match is None:
        return None
    scheme = (match["scheme"] or "").lower()
    if scheme and scheme not in _DEFAULT_PORTS:
        return None
    if scheme and (ground is None or scheme != ground["scheme"].lower()):
        # "https:/paper.example/a": one slash too few or too many, which browsers forgive.
        joined = f"{scheme}://{link.partition(':')[2].lstrip(_SLASHES)}"
    elif ground is None:
        return None
    else:
        joined = _joined(link.partition(":")[2] if scheme else link, ground)
    return _anonymous(joined) if len(joined) <= MAX_URL and _split(joined) else None


def _anonymous(url: str) -> str:
    """Return an absolute address without what stands before "@" in its authority."""
    match = _REFERENCE.match(url)
    authority = match["authority"] if match else None
    if match is None or authority is None or "@" not in authority:
        return url
    start, end = match.span("authority")
    return url[:start] + authority.rpartition("@")[2] + url[end:]


def _joined(link: str, base: re.Match[str]) -> str:
    """Join a reference without scheme to an absolute base: RFC 3986, 5.2.2."""
    match = _REFERENCE.match(link)
    if match is None or match["scheme"]:  # "a:b" behind "https:", which no browser makes sense of
        return ""
    site = f"{base['scheme']}://{base['authority']}"
    if match["authority"] is not None:
        return f"{base['scheme']}://{link.lstrip(_SLASHES)}"
    path, query = match["path"].replace("\\", "/"), match["query"]
    if not path:
        path = base["path"].replace("\\", "/")
        query = base["query"] if query is None else query
    else:
        if not path.startswith("/"):
            path = base["path"].replace("\\", "/").rpartition("/")[0] + "/" + path
        path = _without_dot_segments(path)
    tail = "" if match["fragment"] is None else f"#{match['fragment']}"
    return site + (path or "/") + ("" if query is None else f"?{query}") + tail


def _without_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4; "%2e" is a dot too, as browsers read it."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for at, segment in enumerate(segments):
        dots = segment.lower().replace("%2e", ".")
        if dots not in {".", ".."}:
            kept.append(segment)
            continue
        if dots == ".." and kept:
            kept.pop()
        if at == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def request_target(url: str) -> str:
    """Return *url* with only what may not go on the wire percent-encoded.

    That is: controls, spaces, non-ASCII characters (as UTF-8) and ``"<>`` everywhere, ``^`{}`` in the path as
    browsers do. The host is in its IDNA form; user name, fragment and default port are left out. All else, a
    bare "://" in the query or a signature, stands byte for byte. Never raises; what is no address comes
    back encoded but not otherwise changed.
    """
    url = _trimmed(url)
    parts = _split(url)
    if parts is None:
        return _encoded(url, _WIRE_QUERY)
    query = "" if parts.query is None else "?" + _encoded(parts.query, _WIRE_QUERY)
    return f"{parts.scheme}://{_authority(parts)}{_encoded(parts.path or '/', _WIRE_PATH)}{query}"


_WIRE_QUERY = re.compile(r'[^\x21\x23-\x3b\x3d\x3f-\x7e]+|"|<|>')
_WIRE_PATH = re.compile(r'[^\x21\x23-\x3b\x3d\x3f-\x5d\x5f\x61-\x7a\x7c\x7e]+|"|<|>')


def _encoded(text: str, unwanted: re.Pattern[str]) -> str:
    return unwanted.sub(lambda match: _percent(match[0]), text)


def _percent(text: str) -> str:
    """Percent-encode every byte of *text*; a lone surrogate becomes U+FFFD (WHATWG Encoding, "encode")."""
    data = re.sub("[\ud800-\udfff]", "\ufffd", text).encode("utf-8")
    return "".join(f"%{byte:02X}" for byte in data)


# ---------------------------------------------------------------- the identity form

_TRACKING = re.compile(
    r"(?:utm_.*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|igshid|igsh|ttclid|_ga|_gl|epik"
    r"|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|__hs.*|vero_id|vero_conv|oly_enc_id|oly_anon_id|rb_clickid|s_cid|s_kwcid"
    r"|cmp|cmpid|cmp_id|icid|ncid|ocid|ito|ftcamp|smid|smtyp|xtor|xtref|wt_mc|wt\.mc_.*|wt_zmc|at_(?:medium|campaign"
    r"|custom.*|link.*|format|ptr_name|bbc_team|creation|variant)|ns_(?:campaign|mchannel|source|linkname|fee)"
    r"|dicbo|outbrainclickid|ob_click_id|obclick|tblci|piano_?id|guccounter|guce_referrer.*|srsltid|spm|scm"
    r"|ref_src|ref_url|feedtype|feedname|traffic_source|mbid|cmpredirect|sc_cid|sc_src|syn-.*|pk_(?:campaign|kwd|source"
    r"|medium|content)|mtm_.*|matomo_.*|hootpostid|trk_(?:contact|msg|module|sid)|wprov|__twitter_impression|amp_js_v"
    r"|amp_gsa|usqp|fb_(?:action|comment|ref|source).*)\Z",
    re.IGNORECASE,
)
# Parameters that often carry meaning, and are a marker with these words alone.
_FEED_MARKER = re.compile(
    r"(?:(?:source|src|ref|from|medium|partner|via|campaign)=(?:rss[\w-]*|[\w-]*[-_]rss|feed|atom|feedburner)"
    r"|rss(?:=(?:1|true|yes|on)?)?)\Z",
    re.IGNORECASE,
)

_PATH_SAFE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_QUERY_SAFE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonicalize(url: str) -> CanonicalUrl:
    """Return the form of *url* that an article is filed under.

    Host lower case and IDNA; user name, default port, fragment, tracking parameters and an empty query
    dropped; dot segments and doubled slashes at the head of the path removed; percent-encoding normalised
    (RFC 3986, 6.2.2: unreserved characters bare, the rest in upper case). Unknown parameters stay, in
    their order: for some publishers they are the address. Idempotent; never raises; what is no http
    address comes back without its outer white space.
    """
    url = _trimmed(url)
    parts = _split(url)
    if parts is None:
        return CanonicalUrl(url)
    path = _without_dot_segments("/" + _normal(parts.path, _PATH_SAFE).lstrip("/"))
    # Some publishers' feeds glue "https://paper.example/" and "/cn/…" together.
    path = "/" + path.lstrip("/")
    query = _normal(_without_tracking(parts.query or ""), _QUERY_SAFE)
    # Encoding may lengthen an address beyond what is read: such a one is no better than garbage.
    whole = f"{parts.scheme}://{_authority(parts)}{path}" + (f"?{query}" if query else "")
    return CanonicalUrl(whole if len(whole) <= MAX_URL else url)


def _normal(text: str, safe: re.Pattern[str]) -> str:
    return safe.sub(_normal_character, text)


def _normal_character(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) == 1:
        return _percent(found)
    code = int(found[1:], 16)
    return chr(code) if code in _UNRESERVED else found.upper()


def _without_tracking(query: str) -> str:
    kept = [part for part in query.split("&") if part and not _is_tracking(part)]
    return "&".join(kept)


def _is_tracking(parameter: str) -> bool:
    # Names are compared decoded, as often as they are normalised: else a second look would find more.
    parameter = _PERCENT.sub(_normal_character, parameter)
    while parameter.startswith("amp;"):  # "&amp;amp;utm_source": escaped once more than it was read
        parameter = parameter[4:]
    return bool(_TRACKING.match(parameter.partition("=")[0]) or _FEED_MARKER.match(parameter))


#: Characters of an address whose key is remembered for a while.
MAX_REMEMBERED = 400


def lookup_key(url: str) -> str:
    """Return what two addresses of one article have in common: canonical, without scheme and "www."."""
    # A round asks for the key of each entry several times. A stranger's address of 16 KiB is not worth the memory.
    return _known_key(url) if len(url) <= MAX_REMEMBERED else _key_of(url)


def _key_of(url: str) -> str:
    canonical = canonicalize(url)
    if not canonical.startswith(("https://", "http://")):
        return canonical
    return canonical.partition("://")[2].removeprefix("www.")


_known_key = lru_cache(maxsize=8192)(_key_of)


def article_id(canonical: CanonicalUrl) -> ArticleId:
    """Return the id of the article filed under *canonical*: 60 bits of the SHA-256 of its lookup key.

    With a million articles, the chance that any two meet is one in two million.
    """
    data = lookup_key(canonical).encode("utf-8", "surrogatepass")
    return ArticleId(base64.b32encode(hashlib.sha256(data).digest())[:12].decode("ascii").lower())


# ---------------------------------------------------------------- hosts and publishers


def host_of(url: str) -> str:
    """Return the host of *url*, lower case and in IDNA form, or "" if it has none."""
    parts = _split(_trimmed(url))
    return parts.host if parts else ""


@cache
def _suffixes() -> PublicSuffixList:
    """The bundled list; 80 ms, so only when it is asked for."""
    return PublicSuffixList()


def site_of(url: str) -> str:
    """Return the registrable domain of *url* ("bbc.co.uk"), its host where there is none, or ""."""
    host = host_of(url)
    if not host or host.startswith("[") or host.rpartition(".")[2].isdigit():
        return host
    return _suffixes().privatesuffix(host) or host


def same_site(a: str, b: str) -> bool:
    """Do *a* and *b* stand under one registrable domain? False where either is no address."""
    host = host_of(a)
    if host and host.removeprefix("www.") == host_of(b).removeprefix("www."):
        return True  # no need for the list of suffixes, whose reading takes a fifth of a second
    site = site_of(a)
    return bool(site) and site == site_of(b)


# ---------------------------------------------------------------- which article is this?


@dataclass(frozen=True, slots=True)
class Identity:
    """Which article an answer is.

    *aliases* are the other addresses that led here, canonical, each with a lookup key of its own.
    *copy_of* is the address on another publisher's site that the page names as its own: evidence of a copy.
    """

    canonical_url: CanonicalUrl
    aliases: tuple[CanonicalUrl, ...] = ()
    copy_of: CanonicalUrl | None = None


def identity(asked: str, final: str, claims: Sequence[str]) -> Identity:
    """Return which article the page is that *asked* led to at *final*, and that claims *claims* of itself.

    *claims* are absolute addresses, the most trusted first (rel=canonical, og:url, JSON-LD). The first one on
    the same registrable domain that looks like an article's wins over the address: so /amp pages, print
    views, m. and www. hosts become one. A claim that names the home page or a section is not believed:
    templates leave them everywhere. Never raises.
    """
    asked_url, final_url = canonicalize(asked), canonicalize(final)
    # A redirect to the home page or to a section tells nothing of the article that was asked for.
    lands_above = same_site(asked, final) and _is_above(final_url, asked_url)
    own = asked_url if lands_above or not host_of(final) else final_url
    judged = [canonicalize(claim) for claim in claims if host_of(claim)]
    local = [claim for claim in judged if same_site(claim, own) and _may_be(claim, own)]
    abroad = [claim for claim in judged if not same_site(claim, own) and not _is_home(claim)]
    canonical = local[0] if local else own
    keys = {lookup_key(canonical)}
    aliases: list[CanonicalUrl] = []
    for other in (asked_url, own, *(claim for claim in local if _path_of(claim) == _path_of(canonical))):
        if lookup_key(other) not in keys and host_of(other):
            keys.add(lookup_key(other))
            aliases.append(other)
    return Identity(canonical, tuple(aliases), abroad[0] if abroad and not local else None)


def _path_of(url: str) -> tuple[str, str]:
    """Return path and query of a canonical address, the path without its last slash."""
    path, _, query = url.partition("://")[2].partition("/")[2].partition("?")
    return path.rstrip("/"), query


def _is_home(url: str) -> bool:
    path, query = _path_of(url)
    return not query and path in {"", "index.html", "index.php", "home"}


def _is_above(upper: str, lower: str) -> bool:
    """Is *upper* the home page, or a folder that *lower* stands in?"""
    if _is_home(upper):
        return not _is_home(lower)
    (path, query), (inner, _) = _path_of(upper), _path_of(lower)
    return not query and inner.startswith(path + "/") and not names_an_article(upper)


def _may_be(claim: str, own: str) -> bool:
    """May the article at *own* be the one that *claim* names?"""
    if _is_above(claim, own) or (_is_home(claim) and not _is_home(own)):
        return False
    return names_an_article(claim) or not names_an_article(own)


_LONG_NUMBER = re.compile(r"[0-9]{5,}")
_WORDS = re.compile(r"[^\W_]+[-_][^\W_]+[-_][^\W_]+")
_DATED = re.compile(r"(?:19|20)[0-9]{2}[-/]?(?:0?[1-9]|1[0-2])(?:[-/]?[0-9]{1,2})?/.")


def names_an_article(url: str) -> bool:
    """Does the address look like one article's: a date, a number, or a slug of three words?"""
    path, query = _path_of(url)
    text = unquote(path, errors="ignore")
    last = text.rpartition("/")[2]
    is_spelled = len(last) >= 6 and not last.isascii()
    numbers = _LONG_NUMBER.search(text) or _LONG_NUMBER.search(query)
    is_coded = len(last) >= 8 and any(map(str.isdigit, last)) and any(map(str.isalpha, last))
    return bool(numbers or _WORDS.search(last) or _DATED.search(text) or is_spelled or is_coded)


# ---------------------------------------------------------------- what a person types

_TYPED_SCHEME = re.compile(r"(?i)\A(?:feed|pcast|itpc)(?::(?=https?://)|://)")
_LOOPBACK = re.compile(r"(?:localhost|127\.[0-9.]+|\[::1\])\Z")


def address_candidates(text: str) -> tuple[str, ...]:
    """Return the addresses that a person may mean by *text*, the likeliest first; () if it is none.

    "cnbc.com/feed" gives https without and with "www.", then http. An address with its scheme stands alone;
    a name without one must end in a public suffix, so that a file's name is not taken for a host.
    """
    typed = _typed(text)
    if not typed or len(typed) > MAX_URL or any(map(str.isspace, typed)) or "\\" in typed:
        return ()
    if re.match(r"(?i)https?:", typed):
        found = resolve(typed, "")
        return (found,) if found and _is_reachable_name(host_of(found)) else ()
    bare = typed.removeprefix("//")
    host = host_of(f"https://{bare}")
    if not host or not _is_reachable_name(host) or "@" in bare.partition("/")[0]:
        return ()
    tail = re.sub(r"\A[^/?#]*", "", bare)
    given = re.match(r"[^/?#]*", bare)
    name = given[0] if given else host
    if _LOOPBACK.match(host):
        return (f"http://{name}{tail}",)
    other = name[4:] if name.lower().startswith("www.") else f"www.{name}"
    has_twin = host.startswith("www.") or site_of(f"https://{host}") == host
    names = [name, other] if has_twin and not _is_number(host) else [name]
    return (*(f"https://{each}{tail}" for each in names), f"http://{name}{tail}")


def _typed(text: str) -> str:
    """Return what a person typed without a reader's scheme, and what mail puts around an address."""
    return _TYPED_SCHEME.sub("", text.strip()).strip("<>\u3008\u3009 ")


_SCHEME_AND_SLASHES = re.compile(r"\A(?:https?:[/\\]*|(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2,})", re.IGNORECASE)


def has_credentials(text: str) -> bool:
    """Does *text*, as a person typed it, hold a user name or password for its host?"""
    rest = _SCHEME_AND_SLASHES.sub("", _typed(text))
    head = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
    # A password with a bare "/" or "#" in it ends what a browser takes for the host, and is no less secret.
    return "@" in head or ("@" in rest and not re.fullmatch(r"[^:]*|.*:[0-9]*|\[[^\]]*\]", head))


def without_credentials(text: str) -> str:
    """Return *text* for showing: where it holds a user name or password, "…" stands in their place."""
    if not has_credentials(text):
        return text
    start = _SCHEME_AND_SLASHES.match(_typed(text))
    return (start[0] if start else "") + "…@" + text.rpartition("@")[2]


def _is_number(host: str) -> bool:
    return host.startswith("[") or host.rpartition(".")[2].isdigit()


def _is_reachable_name(host: str) -> bool:
    """Is *host* an IP address, this machine, or a name under a known suffix (RFC 2606's too)?"""
    if _is_number(host) or _LOOPBACK.match(host) or host.endswith((".example", ".test")):
        return True
    return "." in host and _suffixes().publicsuffix(host, accept_unknown=False) not in {None, host}


# ---------------------------------------------------------------- names for files

_EXTENSION = re.compile(
    r"\.(?:[sxdp]?html?|php[0-9]?|aspx?|jspx?|cfm|cms|ece[0-9]?|story|amp|xml|stm|do|md|json)\Z",
    re.IGNORECASE,
)
_IDS = re.compile(
    r"\A(?:article|art|story|id|news)?[-_]?[0-9]{5,}[-_.]+"
    r"|[-_.,~]+(?:[0-9]{1,2}\.|[a-z]|art|article|story|rcrd)?[-_.]?[0-9]{5,}(?:[-_.][0-9]+)*\Z"
    r"|[-_.,~]+id[-_.]?[0-9]+\Z",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"index|articles?|stor(?:y|ies)|news|amp|print|dual|default|detail|content|view|page|posts?|item|show|read|home"
    r"|full|single|zh(?:-han[st])?|en|web|live|video|gallery|comments|feed",
    re.IGNORECASE,
)
_CODE = re.compile(r"[0-9a-f]{12,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{3}|[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]")


def slug_of(url: str) -> str | None:
    """Return the address's own name for its article, or None if it has but numbers.

    The last path segment that says something, without extension and ids, percent-encoding read as UTF-8:
    "putin-xi-china-russia" for https://cn.nytimes.com/world/20240517/putin-xi-china-russia/dual/.
    """
    parts = _split(_trimmed(url))
    segments = [segment for segment in (parts.path if parts else "").split("/") if segment]
    for at, segment in enumerate(reversed(segments[-3:])):
        try:
            name = unquote(segment, errors="strict")
        except UnicodeDecodeError:
            continue
        name = _IDS.sub("", _EXTENSION.sub("", name)).strip("-_.,~ ")
        is_section = at > 0 and not re.search(r"[-_]|[^\x00-\x7f]{4}", name)
        if not _GENERIC.fullmatch(name) and not is_section and _LETTERS.search(name) and not _is_code(name):
            return name
    return None


def _is_code(name: str) -> bool:
    """Is this an id and no word: hexadecimal, or letters and digits mixed?"""
    if _CODE.fullmatch(name):
        return True
    numbers = re.findall(r"[0-9]+", name)
    is_mixed = len(numbers) >= 2 or any(len(number) >= 5 for number in numbers)
    return is_mixed and bool(re.fullmatch(r"[A-Za-z0-9]+", name))


#: Separators, what Windows forbids, and the dot: it begins a suffix of ours (".r1.md").
_NOT_IN_NAMES = re.compile(r'[\s<>:"/\\|?*.]+')
_RUN_OF_DASHES = re.compile("-{2,}")
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\Z", re.IGNORECASE
)


def file_stem(words: str, *, limit_bytes: int = 120) -> str:
    """Return a file's name without suffix, out of a slug or a headline.

    Legal on Windows, macOS and Linux, in NFC, at most *limit_bytes* of UTF-8, cut between characters and at a
    word where one ends near. Chinese stays Chinese. "untitled" where nothing is left. Two names that differ
    by case alone meet on some file systems: that is the caller's to see.
    """
    name = unicodedata.normalize("NFC", words[:MAX_URL])
    name = "".join(
        " " if unicodedata.category(each) in _UNSEEN and each.isspace() else each
        for each in name
        if unicodedata.category(each) not in _UNSEEN or each.isspace()
    )
    name = _RUN_OF_DASHES.sub("-", _NOT_IN_NAMES.sub("-", name)).strip("-~ ")
    # One byte is kept for the mark behind a reserved name.
    name = unicodedata.normalize("NFC", _cut(name, limit_bytes - 1)).strip("-~ ") or "untitled"
    return f"{name}_" if _RESERVED.match(name) else name


#: Controls, format characters (direction marks, joiners), surrogates, private use, unassigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def _cut(name: str, limit: int) -> str:
    """Cut *name* at *limit* bytes of UTF-8, never between a letter and its accent."""
    if len(name.encode("utf-8")) <= limit:
        return name
    short = name.encode("utf-8")[:limit].decode("utf-8", "ignore")
    rest = name[len(short) :]
    while short and rest and unicodedata.combining(rest[0]):
        short, rest = short[:-1], short[-1] + rest
    word_end = short.rfind("-")
    at_word = rest.startswith("-") or word_end < len(short) * 3 // 4
    return short if at_word else short[:word_end]
