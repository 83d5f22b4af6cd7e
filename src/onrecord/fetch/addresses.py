"""Which addresses are asked: those of the open internet, and those that a person allows.

A feed, a page or a redirect may name a router, a printer or a cloud's own services, which answer whoever asks
from inside. So an address is judged where a connection is made, and what is not of the open internet is left
alone. The tables are IANA's registries of special-purpose addresses (RFC 6890), kept here and not taken from
`ipaddress`, whose own differ from one Python to the next.

Pure: no files, network, clock or log.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_V4 = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "an address of this machine"),  # Linux connects 0.0.0.0 to itself
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a private address of a provider"),  # RFC 6598; 100.100.100.200 is a cloud's own
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "an address of a cloud's own services"),  # public by number, Azure's by use
        ("169.254.0.0/16", "a link-local address"),  # 169.254.169.254: keys of a cloud's machine
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a reserved address"),  # RFC 7526: relays of 6to4, given up
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),  # also the made-up answers of some local proxies
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),  # 255.255.255.255 is in it
    )
)
_V6 = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "an address of this machine"),
        ("::1/128", "a loopback address"),
        ("64:ff9b:1::/48", "a private address"),  # RFC 8215: a translator of one's own
        ("2001:2::/48", "a benchmarking address"),
        ("2001:db8::/32", "an address for documentation"),
        ("2001::/23", "a reserved address"),  # Teredo and ORCHID are in it
        ("3fff::/20", "an address for documentation"),  # RFC 9637
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),  # RFC 3879: given up, still routed by some
        ("ff00::/8", "a multicast address"),
    )
)
#: Where an IPv4 address stands in these, in bits from the right (RFC 4291, 2.5.5.2; RFC 6052; RFC 3056).
_CARRIERS = (
    (IPv6Network("::ffff:0:0/96"), 0),
    (IPv6Network("64:ff9b::/96"), 0),
    (IPv6Network("2002::/16"), 80),
)
_GLOBAL = IPv6Network("2000::/3")  #: all that IANA has given out
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})  #: RFC 5214, 6.1: an IPv4 address stands behind these


def why_refused(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """Return what *address* is, in words ("a loopback address"), if it is not to be asked; None if it may be.

    An IPv6 address that carries an IPv4 address is judged by that too, so that an IPv6-only network with
    NAT64 (RFC 6052) reaches the open internet, and nothing else.
    """
    if any(address in network for network in allowed):
        return None
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _V4 if address in network), None)
    for network, shift in _CARRIERS:
        if address in network:
            return why_refused(IPv4Address(int(address) >> shift & 0xFFFF_FFFF), allowed)
    kind = next((kind for network, kind in _V6 if address in network), None)
    if kind is None and address not in _GLOBAL:
        kind = "a reserved address"
    if kind is None and int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        kind = why_refused(IPv4Address(int(address) & 0xFFFF_FFFF), allowed)
    return kind


def refusal(host: str, found: str, allowed: Sequence[Network] = ()) -> str | None:
    """Return why *found*, the address that *host* leads to, is not asked: a sentence; None if it may be."""
    try:
        address = ip_address(found)
    except ValueError:  # a resolver that answers with names would have us look a second time
        return f"{host} leads to {found[:100]!r}, which is no address"
    kind = why_refused(address, allowed)
    if kind is None:
        return None
    what = "is" if host.strip("[]") == found else f"leads to {found},"
    return f"{host} {what} {kind}; such are asked only if allow_networks in [fetch] has them"


def literal_refusal(host: str, allowed: Sequence[Network] = ()) -> str | None:
    """Return why *host*, as an address of the web has it, is not asked though no name was looked up yet.

    It speaks of numbers and of "localhost", which means this machine by RFC 6761, 6.3. All other names are
    judged where they lead to: None.
    """
    if host == "localhost" or host.endswith(".localhost"):
        reasons = [refusal(host, own, allowed) for own in ("127.0.0.1", "::1")]
        return reasons[0] if all(reasons) else None
    if ":" not in host and not host[-1:].isdigit():
        return None  # a name: the last label of an address is a number
    try:
        found = str(ip_address(host.strip("[]")))
    except ValueError:
        return None
    return refusal(host, found, allowed)
