"""What a person may set about fetching, with the values that offend nobody.

Pure: no files, network, clock or log. The command line reads the environment and the settings file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Literal

from onrecord import __version__
from onrecord.fetch.addresses import Network

Kind = Literal["page", "feed", "picture", "enclosure", "part", "robots"]

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Proxies:
    """Through whom requests go: URLs of HTTP ("http://…") or SOCKS ("socks5://…") proxies.

    A name is always resolved by a SOCKS proxy, never here: who needs one may not want to be seen asking.
    """

    http: str | None = None  #: for http:// addresses
    https: str | None = None  #: for https:// addresses
    socks: str | None = None  #: for both, before the other two
    bypass: str = ""  #: hosts asked directly, as in NO_PROXY: "localhost,.lan,192.0.2.7"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Proxies:
        """Read HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; lower case wins, as with curl."""

        def named(name: str) -> str | None:
            return environ.get(name.lower()) or environ.get(name.upper()) or None

        def proxy(name: str) -> str | None:
            value = named(name) or named("all_proxy")
            return value if value is None or "://" in value else f"http://{value}"

        return cls(http=proxy("http_proxy"), https=proxy("https_proxy"), bypass=named("no_proxy") or "")

    def proxy_for(self, scheme: str, host: str) -> str | None:
        """Return the proxy through which *host* is asked, or None to ask it directly."""
        if not (self.socks or self.http or self.https):
            return None
        if any(_names(pattern.strip(), host.lower()) for pattern in self.bypass.lower().split(",")):
            return None
        return self.socks or (self.https if scheme == "https" else self.http)


def _names(pattern: str, host: str) -> bool:
    """Does *pattern* of NO_PROXY mean *host*? "*", a name and those below it, an address or a network."""
    if pattern in {"*", host}:
        return True
    try:
        return ip_address(host) in ip_network(pattern, strict=False)
    except ValueError:
        name = pattern.removeprefix("*").removeprefix(".")
        return bool(name) and (host == name or host.endswith(f".{name}"))


def _max_body() -> dict[Kind, int]:
    # The largest front pages are near 8 MiB, the largest full-text feeds near 20. RFC 9309, 2.5 asks
    # for at least 500 KiB of robots.txt.
    return {
        "page": 16 * MIB,
        "feed": 32 * MIB,
        "picture": 32 * MIB,
        "enclosure": 100 * MIB,
        "part": 16 * MIB,
        "robots": 500 * KIB,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How servers are asked. Times are in seconds, sizes in bytes."""

    user_agent: str = f"OnRecord/{__version__} (+news archive kept by its reader)"
    #: The name that robots.txt may call us by (RFC 9309, 2.2.1).
    product_token: str = "OnRecord"  # noqa: S105 (a name that is told to everyone)
    page_pause: float = 1.0  #: from the end of a request to the begin of the next to the same host
    picture_pause: float = 0.2
    host_pauses: Mapping[str, float] = field(default_factory=dict)  #: page_pause of single hosts, by name
    max_crawl_delay: float = 60.0  #: a larger Crawl-delay is taken for this
    connect_timeout: float = 20.0
    read_timeout: float = 20.0  #: without a byte
    total_timeout: float = 60.0  #: for one exchange
    enclosure_timeout: float = 900.0  #: for one of an hour's audio, over a slow line
    max_body: Mapping[Kind, int] = field(default_factory=_max_body)
    max_redirects: int = 10  #: as browsers do, or half of it; robots.txt: five (RFC 9309, 2.3.1.2)
    retries: int = 4
    first_backoff: float = 1.0  #: doubles with each retry
    max_backoff: float = 60.0
    max_retry_after: float = 120.0  #: a longer Retry-After ends the fetch with `Failed.retry_at`
    concurrency: int = 64  #: requests under way, each to another host
    proxies: Proxies = field(default_factory=Proxies)
    ca_file: str | None = None  #: certificates trusted beside the system's
    allow_networks: tuple[Network, ...] = ()  #: asked though they are no part of the open internet
