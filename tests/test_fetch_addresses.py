"""Addresses: whatever a page, a redirect or a resolver says, nothing but the open internet is asked."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from fetch_web import QuickClock, Web, answer, moved
from onrecord.fetch import Client, FetchSettings, Kind, Proxies, TransientMemory
from onrecord.fetch.addresses import why_refused
from onrecord.fetch.guard import guarded_connector
from onrecord.fetch.wire import Barred, Wire
from onrecord.model import Failed, FailureReason, Fetched, Outcome, Refused

METADATA = "169.254.169.254"  #: where clouds hand their machines' keys to whoever asks from inside
HERE = (ip_network("127.0.0.1"),)


@dataclass
class HostileResolver(AbstractResolver):
    """Answers each name with the next of its lists; the last repeats. Unknown names lead to this machine."""

    port: int
    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Answer."""
        del port, family
        self.asked.append(host)
        known = self.answers.get(host, [["127.0.0.1"]])
        return [self._row(host, one) for one in (known.pop(0) if len(known) > 1 else known[0])]

    def _row(self, host: str, found: str) -> ResolveResult:
        family = socket.AF_INET6 if ":" in found else socket.AF_INET
        return {
            "hostname": host,
            "host": found,
            "port": self.port,
            "family": family,
            "proto": 0,
            "flags": 0,
        }

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class HostileWeb(Web):
    """A web behind the program's own connector, and a resolver that means harm."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    resolver: HostileResolver | None = None

    def connector(self, context: ssl.SSLContext) -> aiohttp.TCPConnector:
        """Return the connector that a round has, but for the resolver."""
        self.resolver = HostileResolver(self.port, self.names)
        return guarded_connector(context, self.settings.allow_networks, resolver=self.resolver)


@pytest.fixture
def web() -> HostileWeb:
    """Return a web whose names all lead to this machine, where somebody listens."""
    return HostileWeb({"paper.example/a": [answer(b"secret")]}, settings=FetchSettings(retries=0))


def is_refused(outcome: Outcome) -> bool:
    """Was nothing asked, for our own reasons?"""
    return isinstance(outcome, Refused) or (
        isinstance(outcome, Failed) and outcome.reason is FailureReason.BAD_URL
    )


def why(outcome: object) -> str:
    """Return the sentence of a refusal."""
    assert isinstance(outcome, Refused)
    return outcome.reason


# ---------------------------------------------------------------- sixty ways and more

WAYS_IN: dict[str, Sequence[str]] = {
    "as it is": [
        "127.0.0.1",
        "127.1.2.3",
        "127.0.0.1.",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104 (to be refused)
        METADATA,
        METADATA + ".",
    ],
    "by name": ["localhost", "LOCALHOST", "localhost.", "a.localhost", "ⓛocalhost", "local\u00adhost"],
    "by a name that leads there": [
        "127-0-0-1.names.example",
        "metadata.names.example",
        "intranet",
        "x_y.example",
    ],
    "short": ["127.1", "127.0.1", "169.254.43518", "169.16689662", "0", "127.0"],
    "a number": ["2130706433", "2852039166", "0x7f000001", "0xa9fea9fe", "017700000001", "4294967295"],
    "octal": ["0177.0.0.1", "0177.0.0.01", "00000177.0.0.1", "127.0.0.01", "0251.0376.0251.0376", "0177.1"],
    "hexadecimal": ["0x7f.0.0.1", "0x7f.1", "0x7f.0x0.0x0.0x1", "0xA9.0xFE.0xA9.0xFE", "0x0"],
    "too large": ["127.0.0.257", "383.0.0.1", "18446744071562067969"],
    "escaped": ["%31%32%37.0.0.1", "127%2E0.0.1", "127.0.0.1%00", "127.0.0.1%23.paper.example"],
    "other digits": ["１２７.0.0.1", "127。0。0。1", "①②⑦.⓪.⓪.①", "127．0．0．1", "𝟏𝟐𝟕.0.0.1"],
    "IPv6": ["[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[0000::0001]", "[::1].", "[fd00:ec2::254]", "[fe80::1]"],
    "a zone": ["[fe80::1%25lo]", "[::1%25lo]", "[::1%lo]", "[fe80::a9fe:a9fe%25eth0]"],
    "IPv4 in IPv6": ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", f"[::ffff:{METADATA}]", "[::ffff:a9fe:a9fe]"],
    "IPv4 at its end": ["[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[::a9fe:a9fe]"],
    "a translator": ["[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]"],
    "a tunnel": ["[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[2001::80ff:fffe]"],
    "ISATAP": ["[2a00:1450::5efe:7f00:1]", "[2a00:1450::200:5efe:a9fe:a9fe]"],
    "a password": ["paper.example@127.0.0.1", "me:pw@127.0.0.1", "127.0.0.1@paper.example@127.0.0.1"],
    "another reading": ["paper.example\\@127.0.0.1", "127.0.0.1\\@paper.example", "127.0.0.1#@paper.example"],
    "another end": ["127.0.0.1:80:paper.example", "127.0.0.1\t", "127.0.0.1?@paper.example", "127.0.\n0.1"],
}


@pytest.mark.parametrize("host", [host for hosts in WAYS_IN.values() for host in hosts])
def test_no_way_leads_to_this_machine(web: HostileWeb, host: str) -> None:
    """What listens on loopback, or hands out a cloud's keys, trusts whoever asks from inside."""
    outcome = web.fetch(f"http://{host}/a")
    assert (is_refused(outcome), web.requests) == (True, [])


def test_there_are_sixty_ways() -> None:
    """A table that shrinks unseen guards nothing."""
    assert sum(map(len, WAYS_IN.values())) >= 60


@pytest.mark.parametrize("host", ["127.0.0.2", "0x7f.1", "[::ffff:7f00:2]", "[::1]", "[::1%25lo]", METADATA])
def test_no_way_leads_there_behind_a_redirect(web: HostileWeb, host: str) -> None:
    """A server on the open internet says where to go next."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.pages["paper.example/old"] = [moved(f"http://{host}/a")]
    outcome = web.fetch("http://paper.example/old")
    assert (is_refused(outcome), web.asked("/a")) == (True, [])


# ---------------------------------------------------------------- what an address is

REFUSED = {
    "0.1.2.3": "this machine",
    "10.0.0.1": "private",
    "100.64.0.1": "private",
    "100.100.100.200": "private",
    "127.0.0.1": "loopback",
    "168.63.129.16": "cloud",
    "169.254.0.1": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "reserved",
    "192.0.2.1": "documentation",
    "192.88.99.1": "reserved",
    "192.168.0.1": "private",
    "198.18.0.1": "benchmarking",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.251": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "this machine",
    "::1": "loopback",
    "::2": "reserved",
    "100::1": "reserved",
    "2001::1": "reserved",
    "2001:2::1": "benchmarking",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fe80::1%eth0": "link-local",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "::ffff:10.0.0.1": "private",
    "64:ff9b::10.0.0.1": "private",
    "2002:a00:1::1": "private",
}


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_of_the_open_internet_is_named(address: str) -> None:
    """A person who reads why can tell a mistake from an attack."""
    assert REFUSED[address] in str(why_refused(ip_address(address)))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.1",
            "169.253.1.1",
        ),
        *(
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
        ),
        *(
            "2606:2800:21f::1",
            "2a00:1450::1",
            "2001:470::1",
            "64:ff9b::101:101",
            "::ffff:1.1.1.1",
            "2002:101:101::",
        ),
    ],
)
def test_the_open_internet_is_asked(address: str) -> None:
    """A guard that is one bit too strict loses a publication, on IPv6-only networks all of them."""
    assert why_refused(ip_address(address)) is None


@given(st.integers(0, 2**32 - 1))
def test_python_knows_no_ipv4_address_that_we_forgot(number: int) -> None:
    """Two tables by two hands: what the library holds for special is not asked."""
    address = IPv4Address(number)
    assert address.is_global or why_refused(address)


@given(st.integers(0, 2**128 - 1))
def test_python_knows_no_ipv6_address_that_we_forgot(number: int) -> None:
    """Two tables by two hands: what the library holds for special is not asked."""
    address = IPv6Address(number)
    assert address.is_global or why_refused(address)


# ---------------------------------------------------------------- the classes of advisories


@pytest.mark.parametrize("kind", ["page", "feed", "picture", "robots"])
def test_whatever_is_asked_for_is_held_to_the_rule(web: HostileWeb, kind: Kind) -> None:
    """SSRF without a check: CVE-2026-44313, CVE-2025-46341; beside the feed, CVE-2026-21885 (pictures)."""
    outcome = web.fetch("http://paper.example/a", kind=kind)
    assert (is_refused(outcome), web.requests) == (True, [])


@pytest.mark.parametrize("hops", [1, 2, 3, 4, 5])
def test_each_redirect_is_judged_anew(web: HostileWeb, hops: int) -> None:
    """SSRF by redirect: CVE-2026-45082, GHSA-7rx4-c5vx-g8w3, CVE-2026-40168."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.names["router.example"] = [["192.168.1.1"]]
    for hop in range(hops):
        target = "http://router.example/a" if hop == hops - 1 else f"/{hop + 1}"
        web.pages[f"paper.example/{hop}"] = [moved(target)]
    assert why(web.fetch("http://paper.example/0")).startswith(
        "router.example leads to 192.168.1.1, a private"
    )


def test_a_robots_txt_that_leads_inside_is_not_followed(web: HostileWeb) -> None:
    """SSRF by redirect, where robots.txt is the way in: CVE-2026-45082."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.pages["paper.example/robots.txt"] = [moved(f"http://{METADATA}/latest/meta-data/")]
    assert why(web.fetch("http://paper.example/a")).startswith(f"{METADATA} is a link-local address")


def test_a_name_that_changes_its_mind_is_refused(web: HostileWeb) -> None:
    """SSRF by DNS rebinding (Miniflux and Linkwarden, 2026): a public address first, an inner one second."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.names["paper.example"] = [["127.0.0.1"], [METADATA]]
    web.pages["paper.example/robots.txt"] = [answer(b"", headers=["Connection: close"])]

    async def run() -> tuple[Outcome, Outcome]:
        async with await web.serve():
            async with web.make_client() as client:
                first = await client.fetch("http://paper.example/a", kind="page")
            async with web.make_client() as client:
                return first, await client.fetch("http://paper.example/a", kind="page")

    first, second = asyncio.run(run())
    assert isinstance(first, Fetched)
    assert why(second).startswith(f"paper.example leads to {METADATA}, a link-local address")


def test_the_address_that_was_judged_is_the_one_that_is_asked(web: HostileWeb) -> None:
    """SSRF by DNS rebinding: between the judgement and the connection there is no second look-up."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.names["paper.example"] = [["127.0.0.1"], [METADATA]]
    outcome = web.fetch("http://paper.example/robots.txt", kind="robots")
    assert web.resolver
    assert web.resolver.asked == ["paper.example"]
    assert web.requests
    assert not isinstance(outcome, Refused)


def test_of_many_addresses_only_those_that_may_be_are_asked(web: HostileWeb) -> None:
    """SSRF by DNS rebinding with several records: a client that falls back lands inside."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.names["paper.example"] = [["::1", METADATA, "127.0.0.1", "10.0.0.1"]]
    outcome = web.fetch("http://paper.example/a")
    assert isinstance(outcome, Fetched)
    assert outcome.final.ip_address == "127.0.0.1"


def test_a_resolver_that_answers_with_a_name_is_not_believed(web: HostileWeb) -> None:
    """SSRF by DNS rebinding: whoever connects would look the name up again."""
    web.names["paper.example"] = [["inside.example"]]
    assert "which is no address" in why(web.fetch("http://paper.example/a"))


@pytest.mark.parametrize(
    ("host", "advisory"),
    [
        ("100.64.0.7", "GHSA-gwph-fp79-379w"),
        ("0177.0.0.1", "GHSA-pfj9-…"),
        ("[::1]", "GHSA-q5qw-345w-55xg"),
        ("[::ffff:127.0.0.1]", "CVE-2026-33480"),
        ("0.0.0.0", "CVE-2022-0766"),  # noqa: S104 (to be refused)
    ],
)
def test_a_trick_with_an_address_is_known(web: HostileWeb, host: str, advisory: str) -> None:
    """SSRF by address tricks, each as its advisory has it."""
    assert is_refused(web.fetch(f"http://{host}/a")), advisory


@pytest.mark.parametrize(
    "way", [r"http://127.0.0.1\@paper.example/a", r"http://127.0.0.1:80\a@paper.example/a"]
)
def test_judge_and_wire_read_one_host(web: HostileWeb, way: str) -> None:
    """SSRF by parser differential: GHSA-rph4-96w6-q594, GHSA-56fq-63vj-9992."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.fetch(way.replace("127.0.0.1", "127.0.0.2"))
    assert web.requests == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "FILE:/etc/passwd", "gopher://127.0.0.1/", "ftp://a.example/"]
)
def test_only_the_web_is_asked(web: HostileWeb, url: str) -> None:
    """file:// and other schemes: CVE-2025-49588, CVE-2024-51483."""
    assert is_refused(web.fetch(url))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://127.0.0.1/", "view-source:http://127.0.0.1/"]
)
def test_only_the_web_is_asked_after_a_redirect(web: HostileWeb, url: str) -> None:
    """file:// behind a redirect: CVE-2024-56509."""
    web.settings = replace(web.settings, allow_networks=HERE)
    web.pages["paper.example/old"] = [moved(url)]
    assert is_refused(web.fetch("http://paper.example/old"))


# ---------------------------------------------------------------- where it holds


def test_the_refusal_names_the_setting(web: HostileWeb) -> None:
    """Whoever keeps a paper of their own network reads what to do."""
    assert why(web.fetch("http://paper.example/a")) == (
        "paper.example leads to 127.0.0.1, a loopback address; "
        "such are asked only if allow_networks in [fetch] has them"
    )


@pytest.mark.parametrize("host", ["paper.example", "127.0.0.1", "[::ffff:127.0.0.1]", "localhost"])
def test_a_network_that_a_person_allows_is_asked(web: HostileWeb, host: str) -> None:
    """A village's paper may live on its library's own network."""
    web.settings = replace(web.settings, allow_networks=(ip_network("127.0.0.0/8"),), retries=0)
    assert not is_refused(web.fetch(f"http://{host}:1/a"))


def test_another_network_is_not_allowed_with_it(web: HostileWeb) -> None:
    """Who opens a door does not take the wall down."""
    web.settings = replace(web.settings, allow_networks=(ip_network("192.168.1.0/24"),))
    assert is_refused(web.fetch("http://paper.example/a"))


def test_a_refusal_is_not_tried_again(web: HostileWeb) -> None:
    """It would be refused again, and each look-up tells somebody of us."""
    web.settings = FetchSettings(retries=4)
    web.fetch("http://paper.example/robots.txt", kind="robots")
    assert web.resolver
    assert web.resolver.asked == ["paper.example"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_the_socket_is_judged_by_itself(host: str) -> None:
    """A literal address is never looked up; whoever forgets to judge it is stopped where the socket is made."""

    async def run() -> object:
        async with Wire(FetchSettings(), QuickClock()) as wire:
            return await wire.ask(f"http://{host}:1/", {}, 1000)

    assert isinstance(asyncio.run(run()), Barred)


async def _through(web: Web, url: str, proxies: Proxies) -> Outcome:
    settings = FetchSettings(retries=0, proxies=proxies)
    async with Client(settings, memory=TransientMemory(), clock=web.clock) as client:
        return await client.fetch(url, kind="page")


def _behind_a_proxy(web: Web, url: str, bypass: str = "") -> Outcome:
    """Ask for *url* as a round does, *web* being the proxy, on loopback."""

    async def run() -> Outcome:
        async with await web.serve():
            return await _through(web, url, Proxies(http=f"http://127.0.0.1:{web.port}", bypass=bypass))

    return asyncio.run(run())


def test_the_configured_proxy_is_always_asked(web: HostileWeb) -> None:
    """It is a person's own word, and most stand on loopback."""
    assert isinstance(_behind_a_proxy(web, "http://paper.example/a"), Fetched)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", METADATA, "10.0.0.1", "[::1%25lo]"]
)
def test_no_proxy_is_sent_inside(web: HostileWeb, host: str) -> None:
    """It would ask its own machine, where it is trusted."""
    outcome = _behind_a_proxy(web, f"http://{host}/a")
    assert (is_refused(outcome), web.requests) == (True, [])


def test_what_goes_past_the_proxy_is_judged(web: HostileWeb) -> None:
    """NO_PROXY says how to ask, not whom."""
    assert is_refused(_behind_a_proxy(web, "http://127.0.0.1/a", bypass="*"))


def test_no_socks_proxy_is_sent_inside(web: HostileWeb) -> None:
    """It would ask its own machine, where it is trusted."""
    outcome = asyncio.run(_through(web, "http://127.0.0.1/a", Proxies(socks="socks5://127.0.0.1:1")))
    assert is_refused(outcome)
