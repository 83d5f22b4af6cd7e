"""Limits: whatever a server sends, and however long it takes, it ends, in a stated room and time."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fetch_web import Web, answer, moved
from onrecord import feeds
from onrecord.fetch import FetchSettings, decode_content, decoded_body
from onrecord.fetch.coding import MAX_DECODED_BYTES, MAX_MEMBERS
from onrecord.fetch.wire import MAX_HEAD_BYTES
from onrecord.markup import MAX_TAGS, parse
from onrecord.model import Failed, FailureReason, Fetched, Outcome
from rounds import Paper, feed, item, page, url_of

PAGE = "http://paper.example/a"
MIB = 1024 * 1024
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def web() -> Web:
    """Return an internet that is asked once, and has no robots.txt."""
    return Web(settings=FetchSettings(retries=0, total_timeout=0.5))


def failure(outcome: Outcome) -> Failed:
    """Return *outcome*, which must be a failure."""
    assert isinstance(outcome, Failed)
    return outcome


def told_by(web: Web, talk: Talk) -> Outcome:
    """Return what comes of a server that does *talk* whenever it is asked for anything but robots.txt."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"/robots.txt" in head:
                writer.write(answer(b"", status="404 No", headers=["Connection: close"]))
            else:
                await talk(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def run() -> Outcome:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            web.port = server.sockets[0].getsockname()[1]
            async with web.make_client() as client:
                return await client.fetch(PAGE, kind="page")

    return asyncio.run(run())


# ---------------------------------------------------------------- bombs


def bomb(gib: int, filler: bytes = b"\0") -> bytes:
    """Return gzip of *gib* GiB of *filler*: one MiB packed once, and written again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = (filler * MIB)[:MIB]
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
    return head + first + again * (gib * 1024 - 1) + packer.flush() + b"\0" * 8


TEN_GIB = bomb(10)


def test_ten_gigabytes_in_ten_megabytes_stop_at_the_limit() -> None:
    """Memory: CVE-2026-29065 (a bomb in an upload), CVE-2012-2921."""
    tracemalloc.start()
    try:
        decoded = decode_content(TEN_GIB, "gzip")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(decoded.body), decoded.problems[0].code) == (MAX_DECODED_BYTES, "content-encoding-bomb")
    assert most < 1.3 * MAX_DECODED_BYTES


def test_a_bomb_in_a_bomb_stops_at_the_limit() -> None:
    """Each layer is counted: 24 kB may hold a bomb of 10 MB."""
    decoded = decode_content(gzip.compress(TEN_GIB), "gzip, gzip")
    assert [problem.code for problem in decoded.problems] == ["content-encoding-bomb"]


def test_a_bomb_over_the_wire_is_one_answer(web: Web) -> None:
    """The capture keeps what was sent; nothing unpacks it on the way."""
    web.settings = FetchSettings()
    web.pages["paper.example/a"] = [answer(TEN_GIB, headers=["Content-Encoding: gzip"])]
    outcome = web.fetch(PAGE)
    assert isinstance(outcome, Fetched)
    assert len(decoded_body(outcome.final).body) == MAX_DECODED_BYTES


def test_a_million_empty_members_cost_nothing() -> None:
    """They hold no text, and copying what follows each would take minutes."""
    decoded = decode_content(gzip.compress(b"") * 500_000, "gzip")
    assert [problem.code for problem in decoded.problems] == ["content-encoding-bomb"]


def test_a_body_packed_in_blocks_is_whole() -> None:
    """Block-wise packers make a member for each 64 KiB."""
    packed = b"".join(gzip.compress(b"a" * 65_536, 1) for _ in range(200))
    decoded = decode_content(packed, "gzip")
    assert (len(decoded.body), decoded.problems) == (200 * 65_536, ())
    assert MAX_MEMBERS * 65_536 > MAX_DECODED_BYTES


def test_a_page_of_nothing_but_tags_is_cut() -> None:
    """A tree of four million elements takes 1.7 GB."""
    tree = parse("<p>a" * (MAX_TAGS * 2))
    assert [problem.code for problem in tree.problems] == ["page-too-many-tags"]


# ---------------------------------------------------------------- bodies without an end


def test_a_body_without_an_end_is_cut(web: Web) -> None:
    """A livestream that a feed links to must fill neither memory nor disk."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"a" * 65_536)
            await writer.drain()

    web.settings = FetchSettings(max_body={"page": MIB, "robots": MIB})
    failed = failure(told_by(web, talk))
    assert (failed.reason, len(failed.exchanges[-1].body)) == (FailureReason.TOO_LARGE, MIB)


async def _drip(web: Web, writer: asyncio.StreamWriter, *, size: int, seconds: int) -> None:
    """Send *size* bytes each second, by the test's clock."""
    writer.write(answer(b"", length=size * seconds))
    for _ in range(seconds):
        web.clock.seconds += 1
        writer.write(b"a" * size)
        await writer.drain()
        await asyncio.sleep(0.001)  # so that each is read by itself


def test_a_body_that_drips_is_given_up(web: Web) -> None:
    """It would hold its host, and a place among all hosts, for as long as it likes."""
    web.settings = FetchSettings(total_timeout=3600, read_timeout=3600)
    failed = failure(told_by(web, lambda writer: _drip(web, writer, size=1, seconds=200)))
    assert (failed.reason, web.clock.seconds < 60) == (FailureReason.TIMEOUT, True)


def test_a_body_that_drips_is_not_asked_for_again(web: Web) -> None:
    """Four more tries would be four times as long."""
    times = 0

    async def talk(writer: asyncio.StreamWriter) -> None:
        nonlocal times
        times += 1
        await _drip(web, writer, size=1, seconds=60)

    web.settings = FetchSettings(retries=4, total_timeout=3600)
    told_by(web, talk)
    assert times == 1


def test_a_body_that_drips_is_kept_as_far_as_it_came(web: Web) -> None:
    """As a capture that says that time ran out."""
    web.settings = FetchSettings(total_timeout=3600)
    exchange = failure(told_by(web, lambda writer: _drip(web, writer, size=1, seconds=60))).exchanges[-1]
    assert (exchange.truncated, 20 <= len(exchange.body) <= 22) == ("time", True)


def test_a_slow_network_is_waited_for(web: Web) -> None:
    """Readers behind bad networks are who this is for."""
    web.settings = FetchSettings(total_timeout=3600)
    outcome = told_by(web, lambda writer: _drip(web, writer, size=100, seconds=60))
    assert isinstance(outcome, Fetched)


def test_headers_that_drip_end_in_time(web: Web) -> None:
    """A byte now and then keeps every other timer from running out."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.01)

    web.settings = FetchSettings(retries=0, total_timeout=0.2)
    assert failure(told_by(web, talk)).reason is FailureReason.TIMEOUT


# ---------------------------------------------------------------- floods

FLOODS = {
    "headers": answer(headers=[f"X-{number}: a" for number in range(300)]),
    "bytes of headers": answer(headers=["X-A: " + "a" * 60_000] * (MAX_HEAD_BYTES // 60_000 + 1)),
    "cookies": answer(headers=["Set-Cookie: " + "a=b; " * 12_000] * 250),
    "one header": answer(headers=["X-A: " + "a" * 100_000]),
    "a status line": answer(status="200 " + "a" * 100_000),
    "trailers": CHUNKED + b"1\r\nx\r\n0\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\n",
    "a chunk's size": CHUNKED + b"f" * 40 + b"\r\nx\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_is_a_bad_response(web: Web, what: str) -> None:
    """Headers are kept in captures and read by every tool: a flood of them is no answer."""
    web.settings = FetchSettings(retries=0, total_timeout=10)
    web.pages["paper.example/a"] = [FLOODS[what]]
    assert failure(web.fetch(PAGE)).reason is FailureReason.BAD_RESPONSE


def test_a_flood_of_early_hints_ends_in_time(web: Web) -> None:
    """An answer that never comes may announce itself for ever."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)
            await writer.drain()

    web.settings = FetchSettings(retries=0, total_timeout=0.2)
    assert failure(told_by(web, talk)).reason is FailureReason.TIMEOUT


def test_cookies_by_the_hundred_are_an_answer(web: Web) -> None:
    """Some honest sites set forty; they are kept in the capture, and sent back to nobody."""
    web.settings = FetchSettings()
    web.pages["paper.example/a"] = [answer(headers=["Set-Cookie: a=b; Path=/"] * 200)]
    assert isinstance(web.fetch(PAGE), Fetched)


@pytest.mark.parametrize("status", ["302 Found", "301 Moved"])
def test_a_chain_of_redirects_ends(web: Web, status: str) -> None:
    """Each hop may be another host, with its own robots.txt."""
    for number in range(30):
        web.pages[f"h{number}.example/a"] = [moved(f"http://h{number + 1}.example/a", status)]
    web.settings = FetchSettings(page_pause=0)
    failed = failure(web.fetch("http://h0.example/a"))
    assert (failed.reason, len(failed.exchanges)) == (FailureReason.REDIRECTS, 11)


def test_a_redirect_to_an_address_without_an_end_fails(web: Web) -> None:
    """Addresses are kept, compared and shown."""
    web.settings = FetchSettings(retries=0)
    web.pages["paper.example/a"] = [moved("/" + "a" * 20_000)]
    assert failure(web.fetch(PAGE)).reason is FailureReason.BAD_URL


def test_a_status_line_does_not_command_a_terminal(web: Web) -> None:
    """Its words are shown to a person, and filed."""
    web.settings = FetchSettings(retries=0)
    web.pages["paper.example/a"] = [answer(b"", status="403 \x1b[2J" + "No " * 1000)]
    detail = failure(web.fetch(PAGE)).detail
    assert ("\x1b" in detail, len(detail) < 300) == (False, True)


# ---------------------------------------------------------------- XML that is out to hurt

RSS = "<rss version='2.0'><channel><title>{title}</title><item><link>http://paper.example/a</link></item></channel></rss>"
LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 20))
XML = {
    "billion laughs": f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>" + RSS.format(title="&l19;"),
    "quadratic": f"<!DOCTYPE rss [<!ENTITY a '{'a' * 50_000}'>]>" + RSS.format(title="&a;" * 50_000),
    "a circle": "<!DOCTYPE rss [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>" + RSS.format(title="&a;"),
    "parameter entities": "<!DOCTYPE rss [<!ENTITY % a '&#37;b;'><!ENTITY % b '&#37;a;'>%a;]>"
    + RSS.format(title="x"),
}


@pytest.mark.parametrize("what", XML)
def test_entities_do_not_grow(what: str) -> None:
    """Billion laughs: CVE-2012-2921 (feedparser), GHSA-83jp-… (OPML)."""
    found = feeds.parse(XML[what].encode(), url=PAGE, content_type="application/rss+xml")
    assert len(repr(found)) < 400_000


@pytest.mark.parametrize("declaration", ["SYSTEM '{0}'", "PUBLIC 'x' '{0}'"])
@pytest.mark.parametrize("kind", ["rss", "urlset"])
def test_no_file_is_read_into_a_feed(tmp_path: Path, declaration: str, kind: str) -> None:
    """XXE: CVE-2026-41895, CVE-2026-41066 (lxml)."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the-secret", "utf-8")
    told = declaration.format(secret.as_uri())
    text = f"<!DOCTYPE {kind} [<!ENTITY x {told}>]>" + (
        RSS.format(title="&x;")
        if kind == "rss"
        else f"<urlset><url><loc>{PAGE}</loc><news><title>&x;</title></news></url></urlset>"
    )
    assert "the-secret" not in repr(feeds.parse(text.encode(), url=PAGE, content_type="text/xml"))


def test_no_outer_declarations_are_asked_for(web: Web) -> None:
    """XXE by an outer subset: whoever wrote the feed would learn when it is read, and from where."""

    async def run() -> None:
        async with await web.serve():
            text = f"<!DOCTYPE rss SYSTEM 'http://127.0.0.1:{web.port}/x.dtd'>" + RSS.format(title="x")
            await asyncio.to_thread(feeds.parse, text.encode(), url=PAGE, content_type="text/xml")

    asyncio.run(run())
    assert web.requests == []


# ---------------------------------------------------------------- the round goes on


def test_a_round_goes_on_past_hostile_pages(tmp_path: Path) -> None:
    """One hostile item of a feed must not cost a reader the honest one beside it."""
    paper = Paper(tmp_path / "news")
    paper.web.settings = replace(paper.web.settings, retries=0, page_pause=0.0)
    paper.says(
        bomb=answer(bomb(1), headers=["Content-Encoding: gzip", "Content-Type: text/html"]),
        flood=FLOODS["bytes of headers"],
        inside=moved("http://169.254.169.254/latest/meta-data/"),
        bridge=page(),
    )
    paper.lists(*(item(name) for name in ("bomb", "flood", "inside", "bridge")))
    paper.round()
    assert paper.only().url == f"http://{url_of()}"


def test_a_feed_that_is_a_bomb_does_not_end_a_round(tmp_path: Path) -> None:
    """What is held stays held, and the next source is asked."""
    paper = Paper(tmp_path / "news")
    paper.says(bridge=page())
    paper.lists(item())
    paper.round()
    paper.web.pages["paper.example/feed"] = [answer(bomb(1), headers=["Content-Encoding: gzip"])]
    paper.round()
    paper.web.pages["paper.example/feed"] = [feed(item())]
    paper.round()
    assert len(paper.held()) == 1
