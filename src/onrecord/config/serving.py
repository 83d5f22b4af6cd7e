"""What is settled about reading the archive: where the reader answers, and whom; saved searches. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from onrecord.text import clean

#: Characters of a saved search's name, and of its query.
MAX_SEARCH_NAME, MAX_QUERY = 64, 1_000


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query, by a name."""

    name: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
    """Where the reader answers, and whom."""

    host: str = "localhost"  #: the address that is listened on
    port: int = 8420
    address: str | None = None  #: as it is reached from elsewhere, behind a proxy
    captures: str | None = None  #: the same for what servers sent, which is shown on an origin of its own
    names: tuple[str, ...] = ()  #: hosts' names that it answers to, beside that one's and this machine's
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()  #: whose X-Forwarded-For is believed
    public: bool = False  #: everybody may read
    reserved: bool = False  #: also what publishers ask not to pass on


def is_search_name(name: str) -> bool:
    """May a saved search be called so? The name stands in addresses, and in apps as a label."""
    is_plain = clean(name) == name == name.strip() and not {"\n", "\t", "/"} & set(name)
    return is_plain and 0 < len(name) <= MAX_SEARCH_NAME
