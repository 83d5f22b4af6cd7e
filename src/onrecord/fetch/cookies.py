"""Cookies that a person lends: those of their own subscription, sent to its publication alone and kept nowhere.

A file of cookies is a key to a person's account. So it stands outside the archive, readable by its owner alone;
its cookies go to pages of its source's own site, never to pictures, robots.txt or another host; and what goes over
the wire is recorded without them: not the request's Cookie, not the answer's Set-Cookie, and not a value that the
server repeats in its page.
"""

from __future__ import annotations

import re
import tempfile
import urllib.request
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http.cookiejar import Cookie, LoadError, MozillaCookieJar
from pathlib import Path
from urllib.parse import quote, unquote

from onrecord import private
from onrecord.errors import UsageError
from onrecord.fetch.coding import decoded_body
from onrecord.model import Exchange
from onrecord.urls import same_site

#: Bytes of a cookie file; browsers with ten thousand cookies write two million.
MAX_FILE = 8 * 1024 * 1024
#: Characters: shorter values ("1", "en") are no secret, and stand in every page.
SECRET = 6
#: What stands in a capture where a cookie stood.
WITHHELD = "withheld by On Record"


@dataclass(frozen=True, slots=True)
class Lent:
    """The cookies of one source. It shows no value of theirs when it is printed."""

    sites: tuple[str, ...]  #: addresses of the source's own site
    jar: MozillaCookieJar

    def __repr__(self) -> str:
        """Return how many there are, and nothing of them."""
        return f"Lent({len(self.jar)} cookies)"

    def header_for(self, url: str) -> str | None:
        """Return the Cookie header for *url* (RFC 6265, 5.4); None where it is not to be sent any."""
        if not any(same_site(url, site) for site in self.sites):
            return None
        request = urllib.request.Request(url)  # noqa: S310 (asked by nobody: the jar wants its parts)
        self.jar.add_cookie_header(request)
        return request.get_header("Cookie")

    def secrets(self) -> tuple[str, ...]:
        """Return the values that must stand nowhere, longest first, as they are and as an address has them."""
        values = {cookie.value for cookie in self.jar if cookie.value and len(cookie.value) >= SECRET}
        forms = {form for value in values for form in (value, quote(value, safe=""), unquote(value))}
        return tuple(sorted((form for form in forms if len(form) >= SECRET), key=len, reverse=True))


def folder(environ: Mapping[str, str]) -> Path:
    """Return where cookies are kept: $XDG_CONFIG_HOME/onrecord/cookies, or ~/.config/onrecord/cookies."""
    return private.folder(environ, "cookies")


def read(path: Path, *, archive: Path | None = None) -> MozillaCookieJar:
    """Return the cookies of a Netscape cookies.txt that only its owner can read.

    Raises:
        UsageError: It can't be read, others can read it, it stands in *archive*, or it is no such file.
    """
    private.read(path, what="file of cookies", most=MAX_FILE, archive=archive)
    try:
        jar = MozillaCookieJar(str(path))
        with warnings.catch_warnings():
            # The library warns of a broken line by printing it, cookie and all; it raises besides.
            warnings.simplefilter("ignore")
            jar.load(ignore_discard=True)
    except LoadError:
        # The error's own words quote the line, which may be a cookie.
        raise UsageError(
            f"{path}: this is no cookies.txt; it begins with: # Netscape HTTP Cookie File"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{path}: can't be read ({words})") from None
    return jar


def own(jar: MozillaCookieJar, sites: Sequence[str]) -> Iterator[Cookie]:
    """Yield the cookies of *jar* that are of one of *sites*: a browser's file holds those of every site."""
    for cookie in jar:
        if any(same_site(f"https://{cookie.domain.lstrip('.')}/", site) for site in sites):
            yield cookie


def write(path: Path, cookies: Sequence[Cookie]) -> None:
    """Write *cookies* to a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=path.parent) as made:  # its mode is 0700
        draft = Path(made) / "cookies.txt"
        jar = MozillaCookieJar(str(draft))
        for cookie in cookies:
            jar.set_cookie(cookie)
        jar.save(ignore_discard=True, ignore_expires=True)
        private.write(path, draft.read_bytes())


def withheld(exchange: Exchange, secrets: Sequence[str]) -> Exchange:
    """Return *exchange* as it may be recorded: without cookies, and without *secrets* wherever they stand."""
    found = re.compile("|".join(re.escape(secret) for secret in secrets)) if secrets else None

    def without(text: str) -> str:
        return found.sub(WITHHELD, text) if found else text

    head = re.sub(rb"(?im)^(cookie):[^\r\n]*", rb"\1: " + WITHHELD.encode(), exchange.request_head).decode(
        "latin-1"
    )
    headers = tuple(
        (name, WITHHELD if name.lower() in {"set-cookie", "set-cookie2"} else without(value))
        for name, value in exchange.headers
    )
    body = exchange.body
    if found:
        plain = decoded_body(exchange).body
        hidden = re.compile(b"|".join(re.escape(secret.encode()) for secret in secrets))
        if hidden.search(plain):
            # Packed as it was sent it would still hold them.
            body = hidden.sub(WITHHELD.encode(), plain)
            headers = tuple(
                (name, value)
                for name, value in headers
                if name.lower() not in {"content-encoding", "content-length", "etag", "digest", "content-md5"}
            )
    return replace(
        exchange,
        url=without(exchange.url),
        request_head=without(head).encode("latin-1", "replace"),
        headers=headers,
        body=body,
        is_lent=True,
    )
