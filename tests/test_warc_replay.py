"""WARC: pywb, which shares no code with us but warcio, finds and replays what we wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from onrecord.model import Exchange
from onrecord.warc import RevisitTarget, SegmentWriter, surt_key
from replay import ask_pywb, keys_by_pywb, replay

AT = datetime(2024, 5, 17, 10, 50, 3, tzinfo=UTC)
PAGE = Exchange(
    url="https://www.paper.example:443/2024/Story?b=2&a=https://cdn.example/x%2fy",
    requested_at=AT,
    ip_address="192.0.2.7",
    request_head=b"GET /2024/Story HTTP/1.1\r\nHost: www.paper.example\r\n\r\n",
    status=200,
    reason="OK",
    http_version="1.1",
    headers=(("Content-Type", "text/html; charset=utf-8"), ("transfer-encoding", "chunked")),
    body="<!DOCTYPE html><title>a</title><p>Brücke gesperrt</p>".encode(),
)
PICTURE = replace(PAGE, url="https://paper.example/a.png", headers=(("Content-Type", "image/png"),))


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a segment and its index."""
    folder = tmp_path_factory.mktemp("collection")
    with (folder / "17-a.warc.gz").open("wb") as stream:
        writer = SegmentWriter(stream, "captures/17-a.warc.gz", software="OnRecord/0.1.0", now=AT)
        target = RevisitTarget.of(writer.write_exchange(PAGE))
        writer.write_exchange(replace(PAGE, requested_at=AT.replace(day=18)), revisit_of=target)
        not_modified = replace(PAGE, requested_at=AT.replace(day=19), status=304, headers=(), body=b"")
        writer.write_exchange(not_modified, revisit_of=target)
        writer.write_exchange(PICTURE, omit_payload=True)
    (folder / "index.cdxj").write_text("".join(f"{line}\n" for line in writer.cdxj_lines), "utf-8")
    return folder


def ask(folder: Path, path: str) -> tuple[int, bytes]:
    """Return the status and body with which pywb answers *path* from *folder*."""
    return replay(folder, index=folder / "index.cdxj", archive=folder, path=path)


@pytest.mark.slow
@pytest.mark.parametrize("day", ["17", "18", "19"])
def test_pywb_replays_the_bytes_of_each_capture(collection: Path, day: str) -> None:
    """A capture, a revisit of it and a day that was 304 all show the page."""
    assert ask(collection, f"/kept/202405{day}105003id_/{PAGE.url}") == (200, PAGE.body)


@pytest.mark.slow
def test_pywb_does_not_stumble_over_a_picture_kept_as_a_file(collection: Path) -> None:
    """It is not in the index, so it is simply not there."""
    assert ask(collection, f"/kept/20240517105003id_/{PICTURE.url}")[0] == 404


@pytest.mark.slow
def test_pywb_indexes_what_we_wrote_as_we_do(collection: Path) -> None:
    """An archivist may index our segments with tools of their own."""
    code = (
        "import sys;from pywb.indexer.cdxindexer import main;"
        "main(['-j', '-s', '-o', sys.argv[2], sys.argv[1]])"
    )
    made = collection / "theirs.cdxj"
    ask_pywb(code, str(collection / "17-a.warc.gz"), str(made))
    ours = (collection / "index.cdxj").read_text("utf-8").splitlines()
    theirs = made.read_text("utf-8").splitlines()
    assert set(ours) <= set(theirs)


ODD_ADDRESSES = [
    "https://paper.example",
    "https://paper.example/",
    "http://www.Paper.example:80/A/B/?b=2&A=1",
    "https://www3.paper.example:8443/a//b/../c/./d/",
    "https://paper.example/%E4%B8%AD%2F%25a?q=%E4%B8%AD&Q=a%2520b",
    "https://paper.example/中文?题=目",
    "https://münchen.example/straße",
    "https://paper.example/a?",
    "https://paper.example/a?x",
    "https://paper.example/a?&&b=&a",
    "https://paper.example/a;s=1?url=https://cdn.example/x.jpg?y=1&z",
    "https://paper.example/a?PHPSESSID=0123456789abcdef0123456789abcdef&b=1",
    "https://paper.example/(S(abcdefghijklmnopqrstuvwx))/page.aspx?a=1",
    "https://192.0.2.7/a",
    "https://paper.example/../a",
    "https://paper.example/a/..",
    'https://paper.example/a b|c"d<e>',
]


@pytest.fixture(scope="module")
def theirs() -> dict[str, str]:
    """Return pywb's keys for odd addresses."""
    return dict(zip(ODD_ADDRESSES, keys_by_pywb(ODD_ADDRESSES), strict=True))


@pytest.mark.parametrize("url", ODD_ADDRESSES)
def test_our_key_is_the_key_that_pywb_looks_up(theirs: dict[str, str], url: str) -> None:
    """A capture under another key would never be found."""
    assert surt_key(url) == theirs[url]
