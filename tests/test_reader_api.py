"""The interface for programs, as a program uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rounds import PARAGRAPHS
from wired import ADA, Wired, make_paper, wired


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    """Give the paper's reader."""
    folder = tmp_path_factory.mktemp("api")
    with wired(make_paper(folder / "news"), folder / "doors.sqlite") as one:
        yield one


def told(wire: Wired, path: str) -> Any:
    """Return what the API says."""
    answer = wire.get(f"/api/v1{path}")
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def set_marks(wire: Wired, words: str, body: str) -> Any:
    """Mark an article."""
    return wire.served.ask(
        "PUT",
        f"/api/v1/articles/{wire.held(words).id}/marks",
        headers={"Authorization": f"Bearer {wire.token}", "Content-Type": "application/json"},
        body=body.encode(),
    )


def test_each_route_is_described(wire: Wired) -> None:
    """Whoever writes a client reads one file; what is not in it does not exist, and the other way round."""
    described = {
        (method.upper(), path)
        for path, ways in told(wire, "/openapi.json")["paths"].items()
        for method in ways
    }
    routes = {
        (route.method, route.resource.canonical)
        for route in wire.served.app.router.routes()
        if route.resource and route.method != "HEAD" and route.resource.canonical.startswith("/api/v1/")
    }
    assert described == routes


def test_each_reference_of_the_description_leads_somewhere(wire: Wired) -> None:
    """A generator of clients stops at the first that does not."""
    found = told(wire, "/openapi.json")
    names = {text.partition('"')[0] for text in json.dumps(found).split("#/components/schemas/")[1:]}
    assert names <= found["components"]["schemas"].keys()


@pytest.mark.parametrize(
    ("path", "schema", "part"),
    [
        ("/me", "Me", None),
        ("/sources", "Source", "sources"),
        ("/articles", "Article", "articles"),
        ("/articles/ID", "WholeArticle", None),
        ("/articles/ID/comparison", "Comparison", None),
    ],
)
def test_an_answer_has_what_its_description_says(
    wire: Wired, path: str, schema: str, part: str | None
) -> None:
    """A field that is promised is there, and one that is not promised is not."""
    found = told(wire, path.replace("ID", wire.held("Bridge").id))
    one = found[part][0] if part else found
    promised = told(wire, "/openapi.json")["components"]["schemas"][schema]["properties"]
    assert one.keys() == promised.keys()


def test_who_asks_is_told(wire: Wired) -> None:
    """A client finds out what its token may do."""
    assert told(wire, "/me") == {"user": ADA, "role": "reader", "scopes": ["mark", "read"]}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("?source=paper.example", 4),
        ("?source=nobody", 0),
        ("?removed=true", 1),
        ("?changed=true", 2),
        ("?since=2026-05-17", 2),
        ("?until=2026-05-17", 2),
        ("?author=marsh", 4),
        ("?language=en", 4),
        ("?limit=3", 3),
        ("?limit=3&offset=3", 1),
        ("?order=kept&kept_since=2026-05-17", 0),
    ],
)
def test_articles_are_listed(wire: Wired, query: str, count: int) -> None:
    """By what a program asks for."""
    assert len(told(wire, f"/articles{query}")["articles"]) == count


def test_an_article_is_given_whole(wire: Wired) -> None:
    """As blocks, as HTML, with its revisions."""
    found = told(wire, f"/articles/{wire.held('Bridge').id}")
    texts = (found["html"], json.dumps(found["document"]))
    assert ([PARAGRAPHS[1] in text for text in texts], len(found["revisions"])) == ([True, True], 2)


def test_an_earlier_revision_is_given(wire: Wired) -> None:
    """What stood there before."""
    found = told(wire, f"/articles/{wire.held('Bridge').id}/revisions/1")
    assert found["document"]["revision"]["article"]["headline"] == "Bridge Shut After a Crack Is Found"


def test_two_revisions_are_compared(wire: Wired) -> None:
    """In the words of `onrecord diff`."""
    assert told(wire, f"/articles/{wire.held('Bridge').id}/comparison")["kinds"] == ["headline"]


def test_a_removal_comes_with_its_evidence(wire: Wired) -> None:
    """A claim that something was taken away can be checked."""
    assert told(wire, f"/articles/{wire.held('Vault').id}")["removal_evidence"]["status"] == 410


def test_a_search_finds(wire: Wired) -> None:
    """And counts, where it is asked to."""
    found = told(wire, "/search?q=bridge&facets=true&order=date")
    assert (found["total"], found["facets"]["source"][0]["value"]) == (4, "paper.example")


def test_changes_are_told(wire: Wired) -> None:
    """The newest first, page by page."""
    first = told(wire, "/changes?limit=1")["changes"]
    rest = told(wire, f"/changes?before={first[0]['seq']}")["changes"]
    assert len(rest) == 1


def test_marks_are_set_and_listed(wire: Wired) -> None:
    """A program stars what it finds, and leaves the rest as it is."""
    set_marks(wire, "Bridge", '{"starred": true, "note": "Ask Ada."}')
    set_marks(wire, "Bridge", '{"read": true}')
    found, held = told(wire, "/marks"), wire.held("Bridge").id
    assert (found["starred"], [(one["id"], one["note"]) for one in found["notes"]]) == (
        [held],
        [(held, "Ask Ada.")],
    )


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        '{"read": 1}',
        '{"reed": true}',
        '{"note": true}',
        "[" * 9_000,
        '{"note": "%s"}' % ("a" * 10_001),
    ],
)
def test_marks_that_make_no_sense_are_refused(wire: Wired, body: str) -> None:
    """All of it, with a reason."""
    assert set_marks(wire, "Bell", body).status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/articles/aaaaaaaaaaaa", 404),
        ("/articles/aaaaaaaaaaaa/comparison", 404),
        ("/articles?limit=0", 400),
        ("/articles?limit=201", 400),
        ("/articles?offset=-1", 400),
        ("/articles?since=yesterday", 400),
        ("/articles?removed=perhaps", 400),
        ("/search", 400),
        ("/search?q=((", 400),
        ("/search?q=a&offset=10001", 400),
        ("/nothing", 404),
    ],
)
def test_what_makes_no_sense_is_a_problem(wire: Wired, path: str, status: int) -> None:
    """In the one form that clients know (RFC 9457)."""
    answer = wire.get(f"/api/v1{path}")
    assert (answer.status, json.loads(answer.text)["status"]) == (status, status)


def test_a_page_elsewhere_marks_nothing(wire: Wired) -> None:
    """Without users everybody at this machine may mark; a page that is open in another tab may not."""
    with wired(wire.paper, wire.paper.root.parent / "alone.sqlite") as one:
        one.served.doors.remove(ADA)
        sent = {"Content-Type": "text/plain"}
        path = f"/api/v1/articles/{wire.held('Bell').id}/marks"
        answers = [
            one.served.ask("PUT", path, headers=headers, body=b'{"read": true}').status
            for headers in (sent, {"Content-Type": "application/json", "Origin": "https://evil.example"})
        ]
        assert answers == [403, 403]
