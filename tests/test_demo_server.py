"""The demo over HTTP: it is spoken to as a proxy, on loopback, by a client of the standard library."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest

from onrecord.demo.server import LOOPBACK, DemoServer, running

HOME = "http://www.heronbay.example/"
TIMEOUT = 10


def ask(server: DemoServer, url: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Ask the server for *url* as a proxy is asked."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=TIMEOUT)
    try:
        connection.request(
            method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_page_is_answered(demo_server: DemoServer) -> None:
    """The demo's reader sees what the newsroom decided."""
    status, body = ask(demo_server, HOME)
    assert (status, b"The Heron Bay Courier" in body) == (200, True)


def test_one_connection_answers_many_times(demo_server: DemoServer) -> None:
    """A polite client keeps its connection."""
    connection = http.client.HTTPConnection(LOOPBACK, demo_server.port, timeout=TIMEOUT)
    statuses = []
    for url in (HOME, "http://www.heronbay.example/nothing", HOME):
        connection.request("GET", url)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses == [200, 404, 200]


def test_time_passes_when_the_day_is_set(demo_server: DemoServer) -> None:
    """Two days pass in a few seconds."""
    url = "http://www.heronbay.example/2025/05/16/shore/weather-kite.html"
    before = ask(demo_server, url)[0]
    demo_server.day = 2
    assert (before, ask(demo_server, url)[0]) == (404, 200)


def test_the_log_says_what_was_asked(demo_server: DemoServer) -> None:
    """Politeness is measured here."""
    ask(demo_server, HOME, if_none_match='"x"', user_agent="reader")
    [row] = demo_server.log
    said = (row.method, row.url, row.status, row.is_conditional, row.agent, row.day, row.in_flight)
    assert said == ("GET", HOME, 200, True, "reader", 1, 1)
    assert row.begin <= row.end
    assert row.bytes_sent > 1000


def test_the_log_counts_what_is_in_flight(demo_server: DemoServer) -> None:
    """Two requests to one host at one time are one too many: they must be seen."""
    url = "http://harbour.heronbay.example/2025/05/14/library-boat.html"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: ask(demo_server, url), range(2)))
    assert [row.in_flight for row in demo_server.log] == [1, 2]


def test_a_slow_host_takes_its_time(demo_server: DemoServer) -> None:
    """A slow answer is an answer."""
    ask(demo_server, "http://harbour.heronbay.example/robots.txt")
    [row] = demo_server.log
    assert row.end - row.begin >= 0.29


def test_a_body_that_breaks_off_is_noticed(demo_server: DemoServer) -> None:
    """Half an article must not be kept as one; the second answer is whole."""
    url = "http://www.songling.example/news/20250514/1024.html"
    with pytest.raises(http.client.IncompleteRead):
        ask(demo_server, url)
    assert ask(demo_server, url)[1].endswith(b"</html>\n")


def test_a_flaw_comes_back_on_the_next_day(demo_server: DemoServer) -> None:
    """Each day tries the retries anew."""
    url = "http://www.songling.example/news/20250513/1022.html"
    first = [ask(demo_server, url)[0] for _ in range(2)]
    demo_server.day = 2
    assert first + [ask(demo_server, url)[0] for _ in range(2)] == [429, 200, 429, 200]


def test_a_tunnel_is_refused(demo_server: DemoServer) -> None:
    """There are no certificates: a client falls back to http."""
    assert ask(demo_server, "www.heronbay.example:443", "CONNECT")[0] == 502


def test_a_head_has_no_body(demo_server: DemoServer) -> None:
    """RFC 9110, 9.3.2."""
    assert ask(demo_server, HOME, "HEAD") == (200, b"")


def test_what_is_not_http_ends_the_connection(demo_server: DemoServer) -> None:
    """A stray byte must not stop the demo."""
    connection = http.client.HTTPConnection(LOOPBACK, demo_server.port, timeout=TIMEOUT)
    connection.connect()
    connection.sock.sendall(b"\x16\x03\x01\r\n\r\n")
    left = connection.sock.recv(100)
    connection.close()
    assert (left, ask(demo_server, HOME)[0]) == (b"", 200)


def test_a_stopped_server_listens_no_more() -> None:
    """The demo leaves nothing behind."""
    with running() as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT).connect()
