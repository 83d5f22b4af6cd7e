"""The catalogue for e-readers (OPDS), and how an article stood at a time (Memento)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import feedparser
import pytest

from rounds import PARAGRAPHS, url_of
from wired import Wired, make_paper, wired

BRIDGE = f"http://{url_of()}"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    """Give the paper's reader."""
    folder = tmp_path_factory.mktemp("books")
    with wired(make_paper(folder / "news"), folder / "doors.sqlite") as one:
        yield one


# ---------------------------------------------------------------- OPDS


def links(wire: Wired, path: str, rel: str) -> list[str]:
    """Return the links of a catalogue's entries that have this relation."""
    found = feedparser.parse(wire.get(path).body)
    assert not found.bozo
    return [link.href for entry in found.entries for link in entry.links if link.rel == rel]


def test_the_catalogue_leads_to_each_publication(wire: Wired) -> None:
    """An e-reader is given one address."""
    assert f"{wire.served.address}/opds/source/paper.example" in links(wire, "/opds", "subsection")


@pytest.mark.parametrize(
    ("path", "count"),
    [("/opds/new", 4), ("/opds/source/paper.example", 4), ("/opds/search?q=headline:bridge", 1)],
)
def test_each_article_can_be_taken_along(wire: Wired, path: str, count: int) -> None:
    """The link that OPDS 1.2 asks for is there."""
    assert len(links(wire, path, "http://opds-spec.org/acquisition/open-access")) == count


def test_what_is_taken_along_needs_no_network(wire: Wired) -> None:
    """All of the text, and the pictures inside."""
    (address,) = links(wire, "/opds/search?q=headline:bell", "http://opds-spec.org/acquisition/open-access")
    page = wire.get(address.removeprefix(wire.served.address)).text
    assert (PARAGRAPHS[2] in page, re.findall(r'src="(data:image/png;base64,|http)', page)) == (
        True,
        ["data:image/png;base64,"],
    )


def test_a_picture_of_the_catalogue_opens(wire: Wired) -> None:
    """A shelf of covers."""
    (address,) = links(wire, "/opds/search?q=headline:bell", "http://opds-spec.org/image")
    assert wire.served.get(address.removeprefix(wire.served.address)).status == 200


def test_the_search_is_described(wire: Wired) -> None:
    """An e-reader shows a field for it (OpenSearch)."""
    assert "/opds/search?q={searchTerms}" in wire.get("/opds/search.xml").text


# ---------------------------------------------------------------- Memento


def revised_at(wire: Wired) -> datetime:
    """Return when the bridge's second revision was captured."""
    return wire.held("Bridge").captured_at


@pytest.mark.parametrize(
    ("hours", "headline"),
    [(-1_000, "After a Crack"), (-0.5, "After a Crack"), (0, "for Good"), (1_000, "for Good")],
)
def test_the_gate_leads_to_what_stood_then(wire: Wired, hours: float, headline: str) -> None:
    """The last revision by that time; before the first, the first (RFC 7089, 4.1)."""
    at = format_datetime(revised_at(wire).astimezone(UTC) + timedelta(hours=hours), usegmt=True)
    answer = wire.get(f"/memento/timegate/{BRIDGE}", Accept_Datetime=at)
    memento = wire.get(answer.headers["Location"].removeprefix(wire.served.address))
    assert (answer.status, answer.headers["Vary"], headline in memento.text) == (302, "accept-datetime", True)


def test_a_memento_says_of_when_it_is(wire: Wired) -> None:
    """Memento-Datetime, and the way to the original and to the others."""
    gate = wire.get(f"/memento/timegate/{BRIDGE}")
    memento = wire.get(gate.headers["Location"].removeprefix(wire.served.address))
    rels = re.findall(r'rel="([^"]+)"', memento.headers["Link"])
    at = parsedate_to_datetime(memento.headers["Memento-Datetime"])
    assert (at, rels) == (
        revised_at(wire),
        ["original", "timemap", "timegate", "first memento", "last memento"],
    )


def test_a_map_lists_every_memento(wire: Wired) -> None:
    """As links with their moments (RFC 7089, 5)."""
    answer = wire.get(f"/memento/timemap/{BRIDGE}")
    found = re.findall(r'/memento/\d{14}/[^>]+>; rel="[a-z ]*memento"; datetime="[^"]+ GMT"', answer.text)
    assert (answer.headers["Content-Type"].partition(";")[0], len(found)) == ("application/link-format", 2)


def test_a_capture_is_given_as_it_was_sent(wire: Wired) -> None:
    """What the server sent, as a file, in a sandbox."""
    gate = wire.get(f"/memento/timegate/{BRIDGE}")
    path = gate.headers["Location"].removeprefix(wire.served.address)
    answer = wire.get(re.sub(r"(/memento/\d{14})", r"\1id_", path))
    assert (answer.text.startswith("<!doctype html>"), answer.headers["Content-Security-Policy"]) == (
        True,
        "default-src 'none'; sandbox",
    )


@pytest.mark.parametrize(
    "given",
    [
        BRIDGE.replace("://", ":/"),
        BRIDGE.removeprefix("http://"),
        BRIDGE.replace(":", "%3A").replace("/", "%2F"),
    ],
)
def test_an_address_is_known_however_it_comes(wire: Wired, given: str) -> None:
    """Clients and proxies write an address within an address in several ways."""
    assert wire.get(f"/memento/timemap/{given}").status == 200


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/memento/timemap/http://nobody.example/", {}, 404),
        (f"/memento/timegate/{BRIDGE}", {"Accept_Datetime": "yesterday"}, 400),
        (f"/memento/99999999999999/{BRIDGE}", {}, 400),
        (f"/memento/2026/{BRIDGE}", {}, 404),
    ],
)
def test_what_makes_no_sense_is_told(wire: Wired, path: str, headers: dict[str, str], status: int) -> None:
    """A mistyped time is not today."""
    assert wire.get(path, **headers).status == status
