"""A page that only a script fills is shown by a real browser, which reaches nobody but through us."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fetch_web import answer
from onrecord import cli
from onrecord.archive import Archive, verify
from onrecord.errors import UsageError
from onrecord.pipeline import browsing
from onrecord.warc import StoredRecord, iter_records
from rounds import PARAGRAPHS, SETTINGS, Paper, item

CHROMIUM = Path("/usr/bin/chromium")

pytest.importorskip("playwright", reason="needs Playwright (the browser extra)")
pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
    pytest.mark.slow,
]

SHELL = (
    "<!doctype html><html lang=en><head><title>Bridge Shut After a Crack Is Found</title></head>"
    "<body><div id=app></div><script src=/app.js></script></body></html>"
)
#: Asks for the story, and writes it into the page.
SCRIPT = """
fetch('/story.json').then(answer => answer.json()).then(story => {
  document.getElementById('app').innerHTML = '<article><h1>' + story.headline + '</h1>'
    + story.paragraphs.map(words => '<p>' + words + '</p>').join('') + '</article>';
});
"""


def typed(body: str, media_type: str) -> bytes:
    """Return an answer of a media type."""
    return answer(body.encode(), headers=[f"Content-Type: {media_type}; charset=utf-8"])


def settle(paper: Paper, *ways: str) -> None:
    """Set which ways are tried, and the browser."""
    listed = ", ".join(f'"{way}"' for way in ways)
    fetch = f'[fetch]\nfallbacks = [{listed}]\nbrowser = "{CHROMIUM}"'
    (paper.root / "onrecord.toml").write_text(SETTINGS.replace("[fetch]", fetch))


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """Return a paper whose one page is an empty shell, which a script fills."""
    made = Paper(tmp_path / "news")
    made.lists(item())
    story = {"headline": "Bridge Shut After a Crack Is Found", "paragraphs": PARAGRAPHS}
    made.says(bridge=typed(SHELL, "text/html"))
    made.web.pages["paper.example/app.js"] = [typed(SCRIPT, "text/javascript")]
    made.web.pages["paper.example/story.json"] = [typed(json.dumps(story), "application/json")]
    settle(made, "browser")
    return made


def records(paper: Paper) -> list[StoredRecord]:
    """Return all that was captured."""
    return [one for place in (paper.root / "captures").rglob("*.warc.gz") for one in iter_records(place)]


def test_a_page_that_a_script_fills_is_kept(paper: Paper) -> None:
    """A reader of such a paper has nothing else."""
    paper.round()
    with Archive.open(paper.root) as archive:
        document = archive.document(paper.only())
    assert document.revision.article.headline == "Bridge Shut After a Crack Is Found"
    assert document.via == "browser"


def test_what_a_browser_showed_is_recorded_as_what_it_is(paper: Paper) -> None:
    """No server sent it: it is a conversion of what one sent (WARC 1.1, 6.8)."""
    paper.round()
    (shown,) = (one for one in records(paper) if one.kind == "conversion")
    (sent,) = (one for one in records(paper) if one.record_id == shown.header("WARC-Refers-To"))
    assert (sent.kind, sent.payload.decode()) == ("response", SHELL)
    assert PARAGRAPHS[0].encode() in shown.payload


def test_nothing_of_a_forgotten_page_is_left(paper: Paper) -> None:
    """Neither what was shown nor the data that a script made it of."""
    paper.round()
    assert cli.run(["forget", paper.only().id, "--yes", "--archive", str(paper.root)]) == 0
    assert not [one.url for one in records(paper) if PARAGRAPHS[0].encode() in one.payload]


def test_an_archive_with_conversions_is_whole(paper: Paper) -> None:
    """Its files are as they were put in, and its captures can be read again."""
    paper.round()
    assert list(verify(paper.root)) == []
    assert cli.run(["re-extract", "--archive", str(paper.root)]) == 0


def test_a_browser_is_not_begun_unless_settings_say_so(paper: Paper) -> None:
    """It costs a second, memory, and a stranger's program run on one's machine."""
    settle(paper, "feed", "amp", "print", "alternate")
    paper.round()
    assert not paper.web.asked("/app.js")
    assert paper.held() == []


def test_a_script_that_robots_txt_forbids_is_not_asked_for(paper: Paper) -> None:
    """A browser is no way round what a publisher asks."""
    paper.web.pages["paper.example/robots.txt"] = [answer(b"User-agent: *\nDisallow: /story.json")]
    paper.round()
    assert not paper.web.asked("/story.json")
    assert paper.held() == []


@contextmanager
def trap() -> Iterator[tuple[int, list[bytes]]]:
    """Listen on the loopback; give the port, and what comes."""
    caught: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        is_over = threading.Event()

        def listen() -> None:
            while not is_over.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection:
                        caught.append(connection.recv(100))

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], caught
        is_over.set()
        thread.join()


def test_no_script_reaches_this_machine(paper: Paper) -> None:
    """By whichever way a page can ask: data, pictures, frames, sockets, early looks, forms."""
    with trap() as (port, caught):
        where = f"127.0.0.1:{port}"
        ways = f"""
            for (const host of ['{where}', 'localhost:{port}', '[::1]:{port}', '0x7f.1:{port}']) {{
              fetch('http://' + host + '/a', {{mode: 'no-cors'}}).catch(() => 0);
              navigator.sendBeacon('http://' + host + '/b', 'x');
              new Image().src = 'http://' + host + '/c';
              try {{ new WebSocket('ws://' + host + '/d'); }} catch (error) {{}}
              try {{ new EventSource('http://' + host + '/e'); }} catch (error) {{}}
              for (const rel of ['preconnect', 'prefetch', 'stylesheet', 'preload']) {{
                const link = document.createElement('link');
                link.rel = rel; link.as = 'script'; link.href = 'http://' + host + '/f';
                document.head.append(link);
              }}
              const frame = document.createElement('iframe');
              frame.src = 'http://' + host + '/g'; document.body.append(frame);
              const form = document.createElement('form');
              form.action = 'http://' + host + '/h'; form.method = 'post'; form.target = frame.name = host;
              document.body.append(form); form.submit();
              window.open('http://' + host + '/i');
            }}
            new RTCPeerConnection({{iceServers: [{{urls: 'stun:{where}'}}]}}).createDataChannel('j');
            """
        paper.web.pages["paper.example/app.js"] = [typed(ways + SCRIPT, "text/javascript")]
        paper.round()
    assert len(paper.web.asked("/story.json")) == 1
    assert caught == []


def test_a_script_that_leads_away_brings_nothing(paper: Paper) -> None:
    """What stands elsewhere is another page, which is judged when it is asked for."""
    paper.web.pages["other.example/"] = [typed("<p>Elsewhere</p>", "text/html")]
    away = "setTimeout(() => { location = 'http://other.example/' }, 100);"
    paper.web.pages["paper.example/app.js"] = [typed(away, "text/javascript")]
    paper.round()
    assert paper.held() == []


def test_a_script_without_end_holds_nothing_up(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    """The round goes on, and says why the page is not kept."""
    monkeypatch.setattr(browsing, "LONGEST", 8.0)
    paper.web.pages["paper.example/app.js"] = [typed("for (;;) {}", "text/javascript")]
    paper.round()
    with Archive.open(paper.root) as archive:
        (row,) = archive.state.entries_not_kept("paper.example")
    assert "a browser was not done with it in 8 seconds" in (row.reason or "")


def test_a_browser_that_does_not_begin_is_told(paper: Paper) -> None:
    """A mistake in the settings must not look like an empty page."""
    text = (paper.root / "onrecord.toml").read_text().replace(str(CHROMIUM), "/nowhere/chromium")
    (paper.root / "onrecord.toml").write_text(text)
    paper.round()
    with Archive.open(paper.root) as archive:
        (row,) = archive.state.entries_not_kept("paper.example")
    assert "/nowhere/chromium" in (row.reason or "")


def test_without_playwright_the_settings_are_told_to_be_wrong(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra: who asks for it by the settings alone hears how to get it."""
    monkeypatch.setitem(sys.modules, "playwright", None)
    with pytest.raises(UsageError, match=r"onrecord\[browser\]"):
        paper.round()
