"""Passwords: what a person types into an address, or into a proxy's, is in nothing that is kept or shown."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path

import pytest

from fetch_web import Web, answer, moved
from onrecord import archive as archives
from onrecord import cli
from onrecord.config import parse
from onrecord.errors import ConfigError
from onrecord.fetch import FetchSettings, Proxies
from onrecord.model import Failed
from onrecord.urls import has_credentials, resolve, without_credentials
from rounds import Paper, item, page

SECRET = "hunter2secret"
ADDRESS = f"https://reader:{SECRET}@paper.example/rss.xml"


def leaks(folder: Path) -> list[str]:
    """Return the files of an archive that hold the secret, packed or not, but for the settings."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "onrecord.toml":
            body = path.read_bytes()
            body += gzip.decompress(body) if path.suffix == ".gz" and body else b""
            found += [path.name] if SECRET.encode() in body else []
    return found


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an archive that follows nothing, and be in it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # nobody is asked
    monkeypatch.delenv("ONRECORD_ARCHIVE", raising=False)
    assert cli.run(["init", str(tmp_path / "news")]) == 0
    monkeypatch.chdir(tmp_path / "news")
    return tmp_path / "news"


# ---------------------------------------------------------------- what a person types

TYPED = [
    ADDRESS,
    f"reader:{SECRET}@paper.example",
    f"{SECRET}@paper.example/rss.xml",
    f"feed:{ADDRESS}",
    f"<{ADDRESS}>",
    f"https:/reader:{SECRET}@paper.example/",
    f"https://reader:a/{SECRET}@paper.example/",
    f"https://reader:a#{SECRET}@paper.example/",
    f"http://reader:{SECRET}@127.0.0.1:1/",
    f"//reader:{SECRET}@paper.example/",
]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("command", ["add", "save", "extract"])
def test_a_password_that_is_typed_is_neither_sent_nor_shown(
    archive: Path, capsys: pytest.CaptureFixture[str], command: str, typed: str
) -> None:
    """Secrets in logs: CVE-2023-22481, GHSA-q6j3-c4wc-63vw. A cron job's mail is read by others."""
    assert cli.run([command, typed]) == 2
    told = capsys.readouterr()
    assert (SECRET in told.out + told.err, "password" in told.err) == (False, True)
    assert leaks(archive) == []


def test_a_password_among_settings_is_named_and_not_shown(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Secrets in logs: CVE-2023-22481. The archive is left as it was."""
    with (archive / "onrecord.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[sources."paper.example"]\nhome = "{ADDRESS}"\nfeeds = ["{ADDRESS}"]\n')
    assert cli.run(["update"]) == 3
    told = capsys.readouterr()
    assert (SECRET in told.out + told.err, "password" in told.err) == (False, True)
    assert leaks(archive) == []


@pytest.mark.parametrize("key", ["home", "feeds"])
def test_a_password_is_a_mistake_of_its_key(key: str) -> None:
    """A person finds the line to mend."""
    value = f'["{ADDRESS}"]' if key == "feeds" else f'"{ADDRESS}"\nfront_page = true'
    with pytest.raises(ConfigError, match=f"{key}: holds a user name or password"):
        parse(f'format = 1\n[sources."paper.example"]\n{key} = {value}\n', "onrecord.toml")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "https://paper.example/@columnist/story",
            "paper.example/@columnist",
            "https://paper.example/?mail=a@b.example",
        ),
        *(
            "https://paper.example:8443/@a",
            "https://[2a00::1]/@a",
            "https://[2a00::1]:8443/@a",
            "cnbc.com",
            "",
        ),
    ],
)
def test_an_at_sign_elsewhere_is_no_password(text: str) -> None:
    """Columnists have pages of their own."""
    assert (has_credentials(text), without_credentials(text)) == (False, text)


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_shown_has_no_password(typed: str) -> None:
    """The host is enough to know which address is meant."""
    assert SECRET not in without_credentials(typed)
    assert without_credentials(typed).rstrip(">").endswith(typed.rpartition("@")[2].rstrip(">"))


# ---------------------------------------------------------------- what a stranger gives


@pytest.mark.parametrize(
    ("link", "base"),
    [
        (ADDRESS, ""),
        ("/rss.xml", ADDRESS),
        (f"//reader:{SECRET}@paper.example/rss.xml", "https://other.example/"),
    ],
)
def test_a_link_loses_its_password(link: str, base: str) -> None:
    """Whatever is made of a page or a feed is made of such links."""
    assert resolve(link, base) == "https://paper.example/rss.xml"


def test_a_feeds_password_is_in_nothing_that_is_made_of_it(tmp_path: Path) -> None:
    """A publisher's slip is kept in the feed's capture, as sent, and goes no further."""
    paper = Paper(tmp_path / "news")
    paper.says(bridge=page())
    paper.lists(item().replace("http://", f"http://reader:{SECRET}@"))
    paper.round()
    assert paper.only().id
    assert [name for name in leaks(paper.root) if not name.endswith(".warc.gz")] == []


def test_a_redirects_password_is_not_told() -> None:
    """The words of a failure are filed."""
    web = Web({"paper.example/a": [moved(ADDRESS)]})
    outcome = web.fetch("http://paper.example/a")
    assert isinstance(outcome, Failed)
    assert SECRET not in outcome.detail


# ---------------------------------------------------------------- the proxy's


def test_a_proxys_password_is_in_no_file_of_a_round(tmp_path: Path) -> None:
    """Secrets in exports: GHSA-jrxm-…; an archive is passed on."""
    paper = Paper(tmp_path / "news")
    paper.says(bridge=page())
    paper.lists(item())

    async def run() -> None:
        async with await paper.web.serve():
            way = f"http://reader:{SECRET}@127.0.0.1:{paper.web.port}"
            paper.web.settings = FetchSettings(page_pause=0, proxies=Proxies(http=way))
            with archives.Archive.open(paper.root, write=True) as archive:
                await paper._round(archive, recheck=False)

    asyncio.run(run())
    assert paper.only().id
    assert leaks(paper.root) == []


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("reply", [b"", answer(b"", status="407 Proxy Authentication Required"), b"\x05\xff"])
def test_a_proxy_that_refuses_is_named_without_its_password(scheme: str, reply: bytes) -> None:
    """The words of a failure are shown, and filed."""

    async def run() -> object:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1000)
            writer.write(reply)
            writer.close()

        web = Web()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            way = f"{scheme}://reader:{SECRET}@127.0.0.1:{server.sockets[0].getsockname()[1]}"
            web.settings = FetchSettings(retries=0, proxies=Proxies(http=way, https=way))
            async with web.make_client() as client:
                return await client.fetch("https://paper.example/a", kind="page")

    outcome = asyncio.run(run())
    assert SECRET not in json.dumps(repr(outcome))
