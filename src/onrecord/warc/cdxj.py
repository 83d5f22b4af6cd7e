"""CDXJ: the index that replay tools look captures up in, a sorted line for each.

A line is `<SURT key> <14-digit UTC time> <JSON>`, as pywb writes it. The key is the Wayback family's
canonical form (Heritrix' SURT, "sort-friendly URI reordering transform"), which folds case, order of the
query and session ids so that a reader's link finds the capture; it never stands for identity here.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from onrecord.model import Digest, RecordRef
from onrecord.warc.reading import iter_records
from onrecord.warc.records import IDENTICAL_PAYLOAD, StoredRecord, media_type_of

#: Layers of percent-encoding that are undone. Real links have two; each layer of a hostile one costs a pass.
MAX_UNESCAPING = 16

_URL = re.compile(rb"(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_WWW = re.compile(rb"www\d*\.")
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_SESSION_IN_PATH = re.compile(
    rb"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/|\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$", re.IGNORECASE
)
_SESSIONS_IN_QUERY = tuple(
    re.compile(rb"^(.*)(?:" + pattern + rb")(?:&(.*))?$", re.IGNORECASE)
    for pattern in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)
_DEFAULT_PORTS = {b"http": b"80", b"https": b"443"}


def surt_key(url: str) -> str:
    """Return the key under which replay tools look *url* up: "com,paper)/2024/story?a=1".

    Agrees with the `surt` package (which its licence keeps out of this one) for http and https; other
    text is returned as it is.
    """
    match = _URL.match(re.sub(r"[\n\r\t]", "", url.strip()).encode("utf-8", "replace"))
    if match is None:
        return url
    scheme, authority, path, query = match.groups()
    host, port = _host(authority.rpartition(b"@")[2])
    key = b",".join(reversed(host.split(b".")))
    if port and port != _DEFAULT_PORTS[scheme.lower()]:
        key += b":" + port
    key += b")" + _path(path)
    if query and (cleaned := _query(query)):
        key += b"?" + cleaned
    return key.decode("utf-8", "replace")


def _host(text: bytes) -> tuple[bytes, bytes]:
    name, colon, port = text.rpartition(b":")
    if not colon or not port.isdigit():
        name, port = text.rstrip(b":"), b""
    name = _unescaped(name)
    try:
        name.decode("ascii")
    except UnicodeDecodeError:
        try:
            name = name.decode("utf-8", "ignore").encode("idna")
        except ValueError:
            name = _escaped(name)
    name = _escaped(name.replace(b"..", b".").strip(b".").lower()).lower()
    return _WWW.sub(b"", name, count=1) if _WWW.match(name) else name, port.lstrip(b"0")


def _path(path: bytes) -> bytes:
    kept: list[bytes] = []
    for part in _unescaped(path).split(b"/")[1:]:
        if part == b"..":
            if kept:
                kept.pop()
            else:
                kept.append(part)
        elif part != b".":
            kept.append(part)
    *folders, last = kept or [b""]
    joined = b"/" + b"".join(folder + b"/" for folder in folders if folder) + last
    joined = _escaped(joined).lower()
    if match := _SESSION_IN_PATH.match(joined):
        joined = match[1] + match[2]
    return joined[:-1] if len(joined) > 1 and joined.endswith(b"/") else joined


def _query(query: bytes) -> bytes:
    query = _escaped(_unescaped(query))
    for session in _SESSIONS_IN_QUERY:
        if match := session.match(query):
            query = match[1] + (match[2] or b"")
    if len(query) <= 1:
        return query.lower()
    arguments = sorted(tuple(argument.split(b"=", 1)) for argument in query.lower().split(b"&"))
    return b"&".join(b"=".join(argument) for argument in arguments)


def _unescaped(text: bytes) -> bytes:
    for _ in range(MAX_UNESCAPING):
        once = unquote_to_bytes(text)
        if once == text:
            break
        text = once
    return text


def _escaped(text: bytes) -> bytes:
    return quote_from_bytes(text, safe=_SAFE).encode("ascii")


def cdxj_line(
    url: str,
    captured_at: datetime,
    *,
    status: int,
    media_type: str | None,
    digest: Digest,
    profile: str | None,
    record: RecordRef,
) -> str | None:
    """Return the index line of a capture, or None for one that has nothing to replay.

    Nothing to replay have a 304 (a browser that did not ask conditionally can't use it; the capture that
    it confirms is in the index) and a response whose payload stands outside the segments.
    """
    fields = {"url": url}
    if profile is None:
        fields["mime"] = media_type or "unk"
        fields["status"] = str(status)
    elif profile == IDENTICAL_PAYLOAD:
        fields["mime"] = "warc/revisit"
    else:
        return None
    fields |= {
        "digest": digest,
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": record.path.rpartition("/")[2],
    }
    stamp = captured_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return f"{surt_key(url)} {stamp} {json.dumps(fields, ensure_ascii=True)}"


def line_of(record: StoredRecord) -> str | None:
    """Return the index line of a record that was read back; None where it has none."""
    if record.kind not in {"response", "revisit"} or record.status is None or record.url is None:
        return None
    return cdxj_line(
        record.url,
        record.at,
        status=record.status,
        media_type=media_type_of(record.http_header("content-type")),
        digest=record.payload_digest or Digest("-"),
        profile=record.profile,
        record=record.ref,
    )


def write_cdxj(segment: Path, *, path: str | None = None) -> list[str]:
    """Return the sorted index lines of the file *segment*, without line ends.

    Args:
        segment: The file.
        path: Its path in the archive, where it differs.

    Raises:
        WarcFormatError: A record is damaged.
    """
    found = (line_of(record) for record in iter_records(segment, path=path))
    return sorted(line for line in found if line)
