"""Fetching: what was asked and sent is kept byte for byte, and whatever happens is a value."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from fetch_web import Stall, Web, answer, moved
from onrecord.errors import UsageError
from onrecord.fetch import Client, FetchSettings, Kind, Proxies, TransientMemory, decoded_body
from onrecord.model import (
    Exchange,
    Failed,
    FailureReason,
    Fetched,
    Gone,
    NotModified,
    Refused,
    Validators,
)

PAGE = "http://paper.example/a"


@pytest.fixture
def web() -> Web:
    """Return an internet with one page."""
    return Web({"paper.example/a": [answer(b"<p>a</p>")]})


def final(outcome: object) -> Exchange:
    """Return the exchange that answered."""
    assert isinstance(outcome, Fetched)
    return outcome.final


def failure(outcome: object) -> Failed:
    """Return *outcome*, which must be a failure."""
    assert isinstance(outcome, Failed)
    return outcome


# ---------------------------------------------------------------- as asked


@pytest.mark.parametrize(
    ("target", "sent"),
    [
        ("/a?url=https://cdn.example/b.jpg", None),
        ("/a%2fb%2Fc", None),
        ("/a?sig=%7e~%zz+a%20b&&=&x", None),
        ("/a?", None),
        ("/a;b=1,c|d", None),
        ("/a/../b/./c//d", None),
        ("/中?题=目", "/%E4%B8%AD?%E9%A2%98=%E7%9B%AE"),
        ("/a b", "/a%20b"),
        ("/a#fragment", "/a"),
        ("", "/"),
        ("?a=b", "/?a=b"),
    ],
)
def test_an_address_is_asked_byte_for_byte(web: Web, target: str, sent: str | None) -> None:
    """A signed address answers in one spelling only."""
    web.fetch(f"http://paper.example{target}")
    assert web.requests[-1].target == (target if sent is None else sent)


def test_headers_are_sent_in_this_order(web: Web) -> None:
    """Who reads a server's log, or the archive, sees an honest and steady request."""
    web.fetch(PAGE, validators=Validators('"e"', "Fri, 17 May 2024 10:50:00 GMT"))
    assert [name for name, _ in web.asked("/a")[0].headers] == [
        "Host",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
        "If-None-Match",
        "If-Modified-Since",
    ]


def test_we_say_who_we_are(web: Web) -> None:
    """A publisher must know whom to ask, and whom to forbid."""
    web.fetch(PAGE)
    assert dict(web.asked("/a")[0].headers)["User-Agent"].startswith("OnRecord/")


@pytest.mark.parametrize("kind", ["page", "feed", "picture", "robots"])
def test_each_kind_asks_for_what_it_expects(web: Web, kind: Kind) -> None:
    """Some servers answer a reader with HTML where a feed was meant."""
    web.fetch(PAGE, kind=kind)
    expected = {
        "page": "text/html",
        "feed": "application/atom+xml",
        "picture": "image/*",
        "robots": "text/plain",
    }
    assert dict(web.asked("/a")[0].headers)["Accept"].startswith(expected[kind])


def test_a_validator_can_not_forge_a_header(web: Web) -> None:
    """It is a server's own word, sent back."""
    web.fetch(PAGE, validators=Validators('"e"\r\nX-Evil: 1', None))
    assert "X-Evil" not in dict(web.asked("/a")[0].headers)


def test_no_cookie_is_kept(web: Web) -> None:
    """Nobody is followed through an archive's requests."""
    web.pages["paper.example/a"] = [
        answer(b"", status="302 Found", headers=["Location: /b", "Set-Cookie: a=1"])
    ]
    web.fetch(PAGE)
    assert "Cookie" not in dict(web.asked("/b")[0].headers)


# ---------------------------------------------------------------- as sent


def test_the_request_is_kept_as_it_was_sent(web: Web) -> None:
    """What was asked explains what was answered."""
    exchange = final(web.fetch(PAGE))
    assert exchange.request_head == web.asked("/a")[0].head


def test_headers_keep_case_order_and_repeats(web: Web) -> None:
    """They are evidence."""
    web.pages["paper.example/a"] = [answer(headers=["x-B: 1", "X-a: é", "x-b: 2"])]
    assert final(web.fetch(PAGE)).headers[1:] == (("x-B", "1"), ("X-a", "Ã©"), ("x-b", "2"))


def test_the_status_line_is_kept(web: Web) -> None:
    """Reason phrases tell of the software behind a site."""
    web.pages["paper.example/a"] = [answer(status="200 All Fine")]
    exchange = final(web.fetch(PAGE))
    assert (exchange.http_version, exchange.status, exchange.reason) == ("1.1", 200, "All Fine")


def test_a_packed_body_stays_packed(web: Web) -> None:
    """Captures keep the content encoding."""
    packed = gzip.compress(b"<p>a</p>")
    web.pages["paper.example/a"] = [answer(packed, headers=["Content-Encoding: gzip"])]
    assert final(web.fetch(PAGE)).body == packed


def test_a_packed_body_can_be_read(web: Web) -> None:
    """Readers read text."""
    web.pages["paper.example/a"] = [answer(gzip.compress(b"a"), headers=["Content-Encoding: gzip"])]
    assert decoded_body(final(web.fetch(PAGE))).body == b"a"


def test_chunks_are_joined(web: Web) -> None:
    """As sent means after transfer decoding."""
    web.pages["paper.example/a"] = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    ]
    assert final(web.fetch(PAGE)).body == b"abc"


def test_a_body_that_ends_with_the_connection_is_whole(web: Web) -> None:
    """HTTP/1.0 servers say nothing of length."""
    web.pages["paper.example/a"] = [b"HTTP/1.0 200 OK\r\n\r\nabc"]
    assert final(web.fetch(PAGE)).body == b"abc"


def test_the_peer_is_named(web: Web) -> None:
    """WARC-IP-Address says who answered."""
    assert final(web.fetch(PAGE)).ip_address == "127.0.0.1"


def test_the_time_of_asking_is_kept(web: Web) -> None:
    """`captured_at` is our observation."""
    assert final(web.fetch(PAGE)).requested_at == web.clock.now()


# ---------------------------------------------------------------- answers


def test_what_still_stands_is_not_modified(web: Web) -> None:
    """A round over quiet feeds costs next to nothing."""
    web.pages["paper.example/a"] = [b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n"]
    assert isinstance(web.fetch(PAGE, validators=Validators('"e"')), NotModified)


@pytest.mark.parametrize(("status", "is_permanent"), [("404 Not Found", False), ("410 Gone", True)])
def test_what_is_not_there_is_gone(web: Web, status: str, is_permanent: bool) -> None:  # noqa: FBT001 (a table)
    """A removal is news."""
    web.pages["paper.example/a"] = [answer(b"", status=status)]
    outcome = web.fetch(PAGE)
    assert isinstance(outcome, Gone)
    assert outcome.is_permanent is is_permanent


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "451 Unavailable", "501 No"])
def test_a_refusal_is_not_asked_again(web: Web, status: str) -> None:
    """It would be answered alike, and annoy."""
    web.pages["paper.example/a"] = [answer(b"no", status=status)]
    failed = failure(web.fetch(PAGE))
    assert (failed.reason, failed.detail, len(web.asked("/a"))) == (FailureReason.STATUS, status, 1)


def test_a_refusal_is_kept(web: Web) -> None:
    """A block page is evidence too."""
    web.pages["paper.example/a"] = [answer(b"no", status="403 Forbidden")]
    assert failure(web.fetch(PAGE)).exchanges[-1].body == b"no"


def test_a_part_that_was_not_asked_for_is_no_answer(web: Web) -> None:
    """Half an article must not pass for the whole."""
    web.pages["paper.example/a"] = [answer(b"a", status="206 Partial Content")]
    assert failure(web.fetch(PAGE)).reason is FailureReason.STATUS


# ---------------------------------------------------------------- trouble


@pytest.mark.parametrize("status", ["408", "425", "429", "500", "502", "503", "504"])
def test_what_may_pass_is_asked_again(web: Web, status: str) -> None:
    """A server's bad minute costs no article."""
    web.pages["paper.example/a"] = [answer(b"", status=f"{status} Later"), answer(b"now")]
    assert final(web.fetch(PAGE)).body == b"now"


CUT_OFF = {
    "length": answer(b"half", length=8),
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
}


@pytest.mark.parametrize("how", CUT_OFF)
def test_a_body_that_breaks_off_is_asked_again(web: Web, how: str) -> None:
    """Bad networks are where readers need this most."""
    web.pages["paper.example/a"] = [CUT_OFF[how], answer(b"whole")]
    assert final(web.fetch(PAGE)).body == b"whole"


@pytest.mark.parametrize("how", CUT_OFF)
def test_a_body_that_always_breaks_off_fails(web: Web, how: str) -> None:
    """Half a page must not pass for the whole."""
    web.pages["paper.example/a"] = [CUT_OFF[how]]
    assert failure(web.fetch(PAGE)).reason is FailureReason.CUT_OFF


@pytest.mark.parametrize("how", CUT_OFF)
def test_what_came_before_it_broke_off_is_kept(web: Web, how: str) -> None:
    """As a capture that says that it is cut."""
    web.pages["paper.example/a"] = [CUT_OFF[how]]
    exchange = failure(web.fetch(PAGE)).exchanges[-1]
    assert (exchange.body, exchange.truncated) == (b"half", "disconnect")


def test_trying_ends(web: Web) -> None:
    """A dead server must not hold a round up."""
    web.settings = FetchSettings(retries=2)
    web.pages["paper.example/a"] = [answer(b"", status="500 No")]
    web.fetch(PAGE)
    assert len(web.asked("/a")) == 3


def test_each_try_waits_twice_as_long(web: Web) -> None:
    """A struggling server is given air."""
    web.settings = FetchSettings(retries=4, page_pause=0.0)
    web.pages["paper.example/a"] = [answer(b"", status="500 No")]
    web.fetch(PAGE)
    times = [request.at for request in web.asked("/a")]
    assert [after - before for before, after in pairwise(times)] == [1, 2, 4, 8]


def test_a_server_that_hangs_up_is_asked_again_after_a_pause(web: Web) -> None:
    """The library underneath would do it at once."""
    web.settings = FetchSettings(retries=1)
    web.pages["paper.example/a"] = [b""]
    failed = failure(web.fetch(PAGE))
    first, second = (request.at for request in web.asked("/a"))
    assert (failed.reason, second - first >= 1) == (FailureReason.CUT_OFF, True)


def test_a_server_that_says_nothing_times_out(web: Web) -> None:
    """Nobody waits for ever."""
    web.settings = FetchSettings(retries=0, read_timeout=0.05)
    web.pages["paper.example/a"] = [Stall()]
    assert failure(web.fetch(PAGE)).reason is FailureReason.TIMEOUT


def test_a_body_that_stalls_is_kept_as_far_as_it_came(web: Web) -> None:
    """As a capture that says that time ran out."""
    web.settings = FetchSettings(retries=0, read_timeout=0.05)
    web.pages["paper.example/a"] = [Stall(answer(b"half", length=8))]
    failed = failure(web.fetch(PAGE))
    assert (failed.reason, failed.exchanges[-1].truncated, failed.exchanges[-1].body) == (
        FailureReason.TIMEOUT,
        "time",
        b"half",
    )


@pytest.mark.parametrize("size", [1001, 100_000])
def test_a_body_over_the_limit_is_cut(web: Web, size: int) -> None:
    """A livestream linked from a feed must not fill the disk."""
    web.settings = FetchSettings(max_body={"page": 1000, "robots": 1000})
    web.pages["paper.example/a"] = [answer(b"a" * size)]
    failed = failure(web.fetch(PAGE))
    assert (failed.reason, failed.exchanges[-1].truncated, len(failed.exchanges[-1].body)) == (
        FailureReason.TOO_LARGE,
        "length",
        1000,
    )


def test_a_body_as_large_as_the_limit_is_whole(web: Web) -> None:
    """A limit is what may be reached."""
    web.settings = FetchSettings(max_body={"page": 1000, "robots": 1000})
    web.pages["paper.example/a"] = [answer(b"a" * 1000)]
    assert len(final(web.fetch(PAGE)).body) == 1000


NONSENSE = {
    "no http": b"SSH-2.0-OpenSSH\r\n\r\n",
    "many headers": answer(headers=[f"X-{number}: a" for number in range(2000)]),
    "a long header": answer(headers=["X-A: " + "a" * 200_000]),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_a_bad_response(web: Web, what: str) -> None:
    """Strangers' bytes never raise."""
    web.pages["paper.example/a"] = [NONSENSE[what]]
    assert failure(web.fetch(PAGE)).reason is FailureReason.BAD_RESPONSE


def test_a_large_policy_header_is_no_nonsense(web: Web) -> None:
    """Content-Security-Policy headers of 20 KiB exist."""
    web.pages["paper.example/a"] = [answer(headers=["Content-Security-Policy: " + "a" * 20_000])]
    assert final(web.fetch(PAGE)).body == b"ok"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://nowhere.example/", FailureReason.DNS),
        ("http://closed.example/", FailureReason.CONNECT),
        ("https://paper.example/", FailureReason.TLS),
        ("ftp://paper.example/", FailureReason.BAD_URL),
        ("/a", FailureReason.BAD_URL),
        ("", FailureReason.BAD_URL),
        ("http://", FailureReason.BAD_URL),
        ("http://[::1", FailureReason.BAD_URL),
        ("http://paper.example:99999/", FailureReason.BAD_URL),
        ("http://me:secret@paper.example/a", FailureReason.BAD_URL),
        ("http://paper.example/" + "a" * 20_000, FailureReason.BAD_URL),
        ("http://" + "a" * 80 + ".example/", FailureReason.BAD_URL),
        ("http://a..example/", FailureReason.BAD_URL),
        ("data:text/html,a", FailureReason.BAD_URL),
    ],
)
def test_an_address_that_leads_nowhere_fails_for_a_reason(web: Web, url: str, reason: FailureReason) -> None:
    """A person reads why, and a year of reasons can be counted."""
    web.settings = FetchSettings(retries=0)
    assert failure(web.fetch(url)).reason is reason


# ---------------------------------------------------------------- redirects


def test_a_redirect_is_followed_and_kept(web: Web) -> None:
    """Each hop is an exchange, and a capture."""
    web.pages["paper.example/old"] = [moved("/a")]
    outcome = web.fetch("http://paper.example/old")
    assert isinstance(outcome, Fetched)
    assert [(exchange.url, exchange.status) for exchange in outcome.exchanges] == [
        ("http://paper.example/old", 302),
        (PAGE, 200),
    ]


def test_a_redirect_in_utf8_is_followed(web: Web) -> None:
    """Servers send them so."""
    web.pages["paper.example/old"] = [moved("/中")]
    web.fetch("http://paper.example/old")
    assert web.requests[-1].target == "/%E4%B8%AD"


@pytest.mark.parametrize("target", ["/old", "/other"])
def test_a_circle_fails(web: Web, target: str) -> None:
    """Without cookies some sites send readers round and round."""
    web.pages["paper.example/old"] = [moved(target)]
    web.pages["paper.example/other"] = [moved("/old")]
    assert failure(web.fetch("http://paper.example/old")).reason is FailureReason.REDIRECTS


def test_a_long_chain_fails(web: Web) -> None:
    """Somewhere it must end."""
    web.settings = FetchSettings(max_redirects=3)
    for number in range(9):
        web.pages[f"paper.example/{number}"] = [moved(f"/{number + 1}")]
    failed = failure(web.fetch("http://paper.example/0"))
    assert (failed.reason, len(failed.exchanges)) == (FailureReason.REDIRECTS, 4)


@pytest.mark.parametrize("target", ["ftp://a.example/", "javascript:alert(1)", "file:///etc/passwd"])
def test_a_redirect_out_of_the_web_fails(web: Web, target: str) -> None:
    """Only http and https are asked for, whoever says otherwise."""
    web.pages["paper.example/old"] = [moved(target)]
    assert failure(web.fetch("http://paper.example/old")).reason is FailureReason.BAD_URL


def test_a_redirect_with_a_password_fails(web: Web) -> None:
    """None is sent, least of all one that a server made up."""
    web.pages["paper.example/old"] = [moved("http://me:secret@paper.example/a")]
    assert failure(web.fetch("http://paper.example/old")).reason is FailureReason.BAD_URL


def test_a_redirect_without_target_fails(web: Web) -> None:
    """There is nowhere to go."""
    web.pages["paper.example/old"] = [answer(b"", status="302 Found")]
    assert failure(web.fetch("http://paper.example/old")).reason is FailureReason.BAD_RESPONSE


@pytest.mark.parametrize(
    ("status", "times"), [("301 Moved", 1), ("308 Moved", 1), ("302 Found", 2), ("307 T", 2)]
)
def test_a_move_for_good_is_remembered(web: Web, status: str, times: int) -> None:
    """A feed that has moved is asked where it is."""
    web.pages["paper.example/old"] = [moved("/a", status)]
    web.fetch("http://paper.example/old")
    web.fetch("http://paper.example/old")
    assert len(web.asked("/old")) == times


def test_a_redirect_to_the_front_page_is_no_move(web: Web) -> None:
    """Sites send readers there from pages that are gone for an hour; the page must be asked for again."""
    web.pages["paper.example/"] = [answer(b"front")]
    web.pages["paper.example/old"] = [moved("/", "301 Moved"), answer(b"back")]
    web.fetch("http://paper.example/old")
    assert final(web.fetch("http://paper.example/old")).body == b"back"


def test_a_move_is_asked_about_again_after_a_month(web: Web) -> None:
    """Publishers take moves for good back."""
    web.pages["paper.example/old"] = [moved("/a", "301 Moved")]
    web.fetch("http://paper.example/old")
    web.clock.seconds += 31 * 86400
    web.fetch("http://paper.example/old")
    assert len(web.asked("/old")) == 2


def test_a_move_to_nothing_is_forgotten(web: Web) -> None:
    """An article whose new address died may live at its old one."""
    web.pages["paper.example/old"] = [moved("/a", "301 Moved"), answer(b"back")]
    web.fetch("http://paper.example/old")
    web.pages["paper.example/a"] = [answer(b"", status="404 Not Found")]
    web.fetch("http://paper.example/old")
    assert final(web.fetch("http://paper.example/old")).body == b"back"


# ---------------------------------------------------------------- ways out


def test_an_http_proxy_is_asked_with_the_whole_address(web: Web) -> None:
    """RFC 9112, 3.2.2."""

    async def run() -> object:
        async with await web.serve():
            web.settings = FetchSettings(proxies=Proxies(http=f"http://me:secret@127.0.0.1:{web.port}"))
            async with web.make_client() as client:
                return await client.fetch(PAGE, kind="page")

    asyncio.run(run())
    assert web.requests[-1].target == PAGE


def test_a_proxy_leaves_no_trace_in_the_capture(web: Web) -> None:
    """An archive is passed on; a reader's password is not."""

    async def run() -> object:
        async with await web.serve():
            web.settings = FetchSettings(proxies=Proxies(http=f"http://me:secret@127.0.0.1:{web.port}"))
            async with web.make_client() as client:
                return await client.fetch(PAGE, kind="page")

    head = final(asyncio.run(run())).request_head
    assert head.startswith(b"GET /a HTTP/1.1\r\n")
    assert b"Proxy" not in head


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_not_there_is_named(web: Web, scheme: str) -> None:
    """A person mends their proxy, not the publisher's site."""
    web.settings = FetchSettings(retries=0, proxies=Proxies(http=f"{scheme}://127.0.0.1:1"))
    assert failure(web.fetch(PAGE)).reason is FailureReason.PROXY


async def socks5(web: Web, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Speak SOCKS5 (RFC 1928), lead to *web* whatever was asked for, and return that."""
    await reader.readexactly(3)
    writer.write(b"\x05\x00")
    head = await reader.readexactly(5)
    name = await reader.readexactly(head[4])
    await reader.readexactly(2)
    writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", web.port)
    inner_writer.write(await reader.readuntil(b"\r\n\r\n"))
    writer.write(await inner_reader.readuntil(b"\r\n\r\n") + b"")
    await writer.drain()
    inner_writer.close()
    writer.close()
    return name


def test_a_socks_proxy_resolves_the_name(web: Web) -> None:
    """Who needs one must not be seen asking for the name."""
    web.pages["paper.example/robots.txt"] = [answer(b"", status="404 Not Found")]
    names: list[bytes] = []

    async def run() -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            names.append(await socks5(web, reader, writer))

        async with await web.serve(), await asyncio.start_server(talk, "127.0.0.1", 0) as proxy:
            port = proxy.sockets[0].getsockname()[1]
            web.settings = FetchSettings(retries=0, proxies=Proxies(socks=f"socks5h://127.0.0.1:{port}"))
            async with web.make_client() as client:
                await client.fetch("http://paper.example/robots.txt", kind="robots")

    asyncio.run(run())
    assert names == [b"paper.example"]


@pytest.mark.parametrize(
    ("bypass", "host", "is_direct"),
    [
        ("", "paper.example", False),
        ("*", "paper.example", True),
        ("paper.example", "paper.example", True),
        ("paper.example", "www.paper.example", True),
        (".paper.example", "www.paper.example", True),
        ("paper.example", "otherpaper.example", False),
        ("localhost, 10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
    ],
)
def test_no_proxy_is_obeyed(bypass: str, host: str, is_direct: bool) -> None:  # noqa: FBT001 (a table)
    """As curl and others read it."""
    proxies = Proxies.from_environment({"HTTPS_PROXY": "http://proxy.example", "no_proxy": bypass})
    assert (proxies.proxy_for("https", host) is None) is is_direct


def test_a_proxy_without_scheme_is_an_http_proxy() -> None:
    """So curl reads the environment, and so people write it."""
    assert Proxies.from_environment({"ALL_PROXY": "127.0.0.1:8080"}).http == "http://127.0.0.1:8080"


@pytest.mark.parametrize("proxy", ["ftp://me:secret@proxy.example", "http://me:secret@", "http://[a"])
def test_an_address_that_is_no_proxy_is_named_without_its_password(proxy: str) -> None:
    """Errors are shown to others, and filed."""

    async def run() -> None:
        async with Client(FetchSettings(proxies=Proxies(https=proxy)), memory=TransientMemory()):
            pass

    with pytest.raises(UsageError, match="no proxy") as caught:
        asyncio.run(run())
    assert "secret" not in str(caught.value)


def test_certificates_that_can_not_be_read_are_named(tmp_path: Path) -> None:
    """A wrong path in the settings is the person's to mend, before anything is asked."""

    async def run() -> None:
        settings = FetchSettings(ca_file=str(tmp_path / "missing.pem"))
        async with Client(settings, memory=TransientMemory()):
            pass

    with pytest.raises(UsageError, match=r"missing\.pem"):
        asyncio.run(run())


# ---------------------------------------------------------------- robots.txt


def test_what_robots_txt_forbids_is_not_asked(web: Web) -> None:
    """The publisher's word counts."""
    web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nDisallow: /a")]
    outcome = web.fetch(PAGE)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, web.asked("/a")) == ("robots.txt of paper.example disallows /a", [])


def test_a_redirect_does_not_lead_past_robots_txt(web: Web) -> None:
    """Each hop is a request of ours."""
    web.pages["other.example/robots.txt"] = [answer(b"User-agent: *\nDisallow: /")]
    web.pages["paper.example/a"] = [moved("http://other.example/b")]
    assert isinstance(web.fetch(PAGE), Refused)
    assert web.asked("/b") == []


def test_a_packed_robots_txt_is_read(web: Web) -> None:
    """Servers pack it like any text."""
    packed = gzip.compress(b"User-agent: *\nDisallow: /a")
    web.pages["paper.example/robots.txt"] = [answer(packed, headers=["Content-Encoding: gzip"])]
    assert isinstance(web.fetch(PAGE), Refused)


def test_robots_txt_is_asked_once_a_day(web: Web) -> None:
    """RFC 9309, 2.4."""
    web.fetch(PAGE)
    web.clock.seconds += 23 * 3600
    web.fetch(PAGE)
    web.clock.seconds += 2 * 3600
    web.fetch(PAGE)
    assert len(web.asked("/robots.txt")) == 2


def test_tasks_that_begin_together_ask_for_one_robots_txt(web: Web) -> None:
    """Thirty links of one feed are thirty tasks."""
    web.fetch_all(*(f"{PAGE}?{number}" for number in range(5)))
    assert len(web.asked("/robots.txt")) == 1


@pytest.mark.parametrize("status", ["401 No", "403 No", "404 No", "410 No"])
def test_no_robots_txt_forbids_nothing(web: Web, status: str) -> None:
    """RFC 9309, 2.3.1.3."""
    web.pages["paper.example/robots.txt"] = [answer(b"Disallow: /", status=status)]
    assert isinstance(web.fetch(PAGE), Fetched)


@pytest.mark.parametrize("status", ["500 No", "503 No", "429 No"])
def test_a_robots_txt_that_can_not_be_had_forbids_all_for_now(web: Web, status: str) -> None:
    """RFC 9309, 2.3.1.4."""
    web.settings = FetchSettings(retries=0)
    web.pages["paper.example/robots.txt"] = [answer(b"", status=status)]
    assert not isinstance(web.fetch(PAGE), Fetched)
    assert web.asked("/a") == []


def test_an_old_robots_txt_stands_in_for_one_that_can_not_be_had(web: Web) -> None:
    """RFC 9309, 2.3.1.4: a server's bad day costs no article."""
    web.settings = FetchSettings(retries=0)
    web.fetch(PAGE)
    web.pages["paper.example/robots.txt"] = [answer(b"", status="500 No")]
    web.clock.seconds += 2 * 86400
    assert isinstance(web.fetch(PAGE), Fetched)


def test_a_host_that_is_down_is_a_failure_not_a_refusal(web: Web) -> None:
    """A person reads that the host is down, not that a file is missing."""
    web.settings = FetchSettings(retries=0)
    assert failure(web.fetch("http://closed.example/a")).reason is FailureReason.CONNECT


def test_robots_txt_may_be_somewhere_else(web: Web) -> None:
    """RFC 9309, 2.3.1.2: redirects are followed, on other hosts too."""
    web.pages["paper.example/robots.txt"] = [moved("http://www.paper.example/robots.txt")]
    web.pages["www.paper.example/robots.txt"] = [answer(b"User-agent: *\nDisallow: /a")]
    assert isinstance(web.fetch(PAGE), Refused)


def test_a_robots_txt_that_is_too_long_is_read_as_far_as_it_goes(web: Web) -> None:
    """RFC 9309, 2.5."""
    text = b"User-agent: *\nDisallow: /a\n".ljust(600 * 1024, b"\n")
    web.pages["paper.example/robots.txt"] = [answer(text)]
    assert isinstance(web.fetch(PAGE), Refused)


def test_pictures_are_asked_for_under_the_same_rules(web: Web) -> None:
    """A publisher's word counts for all that we ask."""
    web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nDisallow: /a")]
    assert isinstance(web.fetch(PAGE, kind="picture"), Refused)


def test_the_outcome_names_the_address_that_was_wanted(web: Web) -> None:
    """A failure behind three redirects is the failure of the link in the feed."""
    web.settings = replace(web.settings, retries=0)
    web.pages["paper.example/old"] = [moved("/b")]
    web.pages["paper.example/b"] = [answer(b"", status="500 No")]
    assert failure(web.fetch("http://paper.example/old")).url == "http://paper.example/old"
