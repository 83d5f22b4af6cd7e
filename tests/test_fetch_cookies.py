"""Cookies of a subscription: sent to their own site alone, and found nowhere afterwards."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path

import pytest

from fetch_web import Web, answer, moved
from onrecord import cli
from onrecord.archive import Archive
from onrecord.config import SourceConfig
from onrecord.errors import UsageError
from onrecord.fetch import cookies
from onrecord.fetch.cookies import WITHHELD, Lent
from onrecord.model import SourceId
from onrecord.pipeline.run import lent_cookies, own_site
from rounds import Paper, item, page, url_of

SECRET = "s3cr3t/Sess+ion=value"
FRESH = "an0ther-fresh-session"
FILE = f"""# Netscape HTTP Cookie File
.paper.example\tTRUE\t/\tFALSE\t4102444800\tsession\t{SECRET}
#HttpOnly_paper.example\tFALSE\t/\tTRUE\t4102444800\tonly_https\tanothersecretvalue
paper.example\tFALSE\t/members\tFALSE\t4102444800\tmembers\tmembers-secret
paper.example\tFALSE\t/\tFALSE\t946684800\told\texpired-secret
.other.example\tTRUE\t/\tFALSE\t4102444800\tother\tother-sites-secret
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a cookies.txt that only its owner can read."""
    path = tmp_path / "cookies.txt"
    path.write_text(FILE)
    path.chmod(0o600)
    return path


@pytest.fixture
def lent(file: Path) -> Lent:
    """Return what the paper is lent."""
    return Lent(("http://paper.example/",), cookies.read(file))


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("http://paper.example/a", True),
        ("https://www.paper.example/a", True),
        ("http://other.example/a", False),
        ("http://paper.example.evil.example/a", False),
        ("http://notpaper.example/a", False),
        ("http://127.0.0.1/a", False),
    ],
)
def test_cookies_go_to_their_own_site_alone(lent: Lent, url: str, *, is_sent: bool) -> None:
    """Whoever else gets them is logged in as their owner."""
    assert (SECRET in (lent.header_for(url) or "")) is is_sent


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("http://paper.example/a", {"session"}),
        ("https://paper.example/a", {"session", "only_https"}),
        ("http://paper.example/members/a", {"session", "members"}),
    ],
)
def test_a_cookies_own_limits_are_kept(lent: Lent, url: str, names: set[str]) -> None:
    """RFC 6265, 5.4: secure ones over https, each to its path, none that has expired."""
    header = lent.header_for(url) or ""
    assert {pair.partition("=")[0] for pair in header.split("; ")} == names


def test_printed_it_shows_nothing(lent: Lent) -> None:
    """Logs and tracebacks print what they are given."""
    assert "s3cr3t" not in f"{lent!r} {lent}"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    """The message says what to run."""
    file.chmod(mode)
    with pytest.raises(UsageError, match="chmod 600"):
        cookies.read(file)


def test_a_file_in_the_archive_is_refused(file: Path) -> None:
    """Archives are passed on."""
    with pytest.raises(UsageError, match="archive"):
        cookies.read(file, archive=file.parent)


def test_a_link_is_refused(file: Path) -> None:
    """Its mode is not the file's."""
    link = file.with_name("link.txt")
    link.symlink_to(file)
    with pytest.raises(UsageError, match="no plain file"):
        cookies.read(link)


@pytest.mark.parametrize(
    "text", ["", "{}", f"session={SECRET}", "# Netscape HTTP Cookie File\na\tb\n", "\0\1"]
)
def test_a_file_that_is_none_is_refused_without_quoting_it(file: Path, text: str) -> None:
    """An error's words end up in logs."""
    file.write_text(text)
    with pytest.raises(UsageError) as told:
        cookies.read(file)
    assert "s3cr3t" not in str(told.value)
    assert told.value.__cause__ is None


# ---------------------------------------------------------------- over the wire


def asked_with(web: Web, lent: Lent, url: str, kind: str = "page") -> list[str | None]:
    """Fetch *url* with what is lent; return the Cookie header of each request but robots.txt's."""

    async def run() -> None:
        async with await web.serve(), web.make_client() as client:
            client._lent = (lent,)
            await client.fetch(url, kind=kind)  # type: ignore[arg-type]

    asyncio.run(run())
    return [dict(one.headers).get("Cookie") for one in web.requests if one.target != "/robots.txt"]


def test_a_redirect_to_another_host_takes_no_cookie_along(lent: Lent) -> None:
    """Publishers send their readers to advertisers."""
    web = Web()
    web.pages["paper.example/a"] = [moved("http://other.example/b")]
    web.pages["other.example/b"] = [answer(b"ok")]
    assert asked_with(web, lent, "http://paper.example/a") == [f"session={SECRET}", None]


@pytest.mark.parametrize("kind", ["picture", "robots"])
def test_a_picture_is_asked_without_cookies(lent: Lent, kind: str) -> None:
    """They are lent to be let in to read."""
    web = Web()
    web.pages["paper.example/a.png"] = [answer(b"ok")]
    assert asked_with(web, lent, "http://paper.example/a.png", kind) == [None]


# ---------------------------------------------------------------- in an archive


@pytest.fixture
def subscribed(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> Paper:
    """Return a paper that is lent cookies, and that repeats them wherever it can."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    paper = Paper(tmp_path / "news")
    assert cli.run(["cookies", "paper.example", str(file), "--archive", str(paper.root)]) == 0
    paper.lists(item())
    headers = [f"Set-Cookie: session={FRESH}; HttpOnly", f"X-Session: {SECRET}", f"ETag: {SECRET}"]
    said = page(foot=f"<script>window.session = '{SECRET}'; kept = 's3cr3t%2FSess%2Bion%3Dvalue'</script>")
    paper.says(bridge=answer(said.partition(b"\r\n\r\n")[2], headers=["Content-Type: text/html", *headers]))
    make = paper.web.make_client

    def lending() -> object:
        client = make()
        with Archive.open(paper.root) as archive:
            client._lent = tuple(lent_cookies(archive, os.environ))
        return client

    paper.web.make_client = lending  # type: ignore[method-assign, assignment]
    return paper


def everything(root: Path) -> bytes:
    """Return every byte of an archive, unpacked where it is packed, and as it stands."""
    found = b""
    for path in sorted(root.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found += data
            if path.suffix == ".gz":
                found += gzip.decompress(data)
    return found


@pytest.mark.parametrize("secret", [SECRET, "s3cr3t%2FSess%2Bion%3Dvalue", FRESH, "anothersecretvalue"])
def test_a_secret_stands_nowhere_in_the_archive(subscribed: Paper, secret: str) -> None:
    """Whoever is given the archive would be given the account."""
    subscribed.round()
    subscribed.round(recheck=True)
    assert len(subscribed.held()) == 1
    assert any("s3cr3t" in one.head.decode("latin-1") for one in subscribed.web.requests)
    assert secret.encode() not in everything(subscribed.root)


def test_a_capture_says_that_something_is_withheld(subscribed: Paper) -> None:
    """Nobody may take it for what the server sent."""
    subscribed.round()
    assert f"Cookie: {WITHHELD}".encode() in everything(subscribed.root)


def test_what_was_read_by_subscription_is_not_passed_on(subscribed: Paper) -> None:
    """It was sold to one person."""
    subscribed.round()
    with Archive.open(subscribed.root) as archive:
        terms = archive.document(subscribed.only()).terms
    assert terms.is_lent
    assert terms.is_reserved


def test_what_is_lent_is_told_and_taken_back_without_showing_it(
    subscribed: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal's output is copied into reports of bugs."""
    where = ["--archive", str(subscribed.root)]
    assert cli.run(["cookies", *where]) == 0
    assert cli.run(["cookies", "paper.example", "--forget", *where]) == 0
    assert cli.run(["cookies", *where, "--json"]) == 0
    printed = capsys.readouterr()
    assert "s3cr3t" not in printed.out + printed.err
    assert "3 cookies lent" in printed.out
    assert printed.out.endswith("[]\n")


def test_only_the_sources_own_cookies_are_taken_over(subscribed: Paper, tmp_path: Path) -> None:
    """A browser's file holds those of every site that its owner visits."""
    kept = tmp_path / "config" / "onrecord" / "cookies" / "paper.example.txt"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "other-sites-secret" not in kept.read_text()
    assert subscribed.root not in kept.parents


@pytest.mark.parametrize(
    ("source", "sites"),
    [
        (
            SourceConfig(id=SourceId("a"), home="https://a.example/", feeds=("https://f.example/a",)),
            ("https://a.example/",),
        ),
        (SourceConfig(id=SourceId("a"), feeds=("https://a.example/rss",)), ("https://a.example/rss",)),
    ],
)
def test_a_sources_own_site_is_its_home(source: SourceConfig, sites: tuple[str, ...]) -> None:
    """Feeds are served by others, who are no publication."""
    assert own_site(source) == sites


def test_the_cookies_are_not_the_articles_address(subscribed: Paper) -> None:
    """The page is filed as ever."""
    subscribed.round()
    assert url_of() in subscribed.only().url
