"""A session over the Fever API, by its published protocol."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onrecord.archive.layout import MARKS
from onrecord.doors import Scope
from onrecord.reader.fever import number_for
from rounds import PARAGRAPHS, Paper
from served import PASSWORD, Clock
from wired import ADA, Wired, make_paper, wired

FEED, GROUP = number_for("paper.example"), number_for("News")


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """Give the paper, in a folder of the list."""
    made = make_paper(tmp_path_factory.mktemp("fever") / "news")
    settings = made.root / "onrecord.toml"
    settings.write_text(f'{settings.read_text("utf-8")}title = "The Paper"\nfolder = ["News"]\n', "utf-8")
    return made


@pytest.fixture
def wire(paper: Paper, tmp_path: Path) -> Iterator[Wired]:
    """Give the paper's reader, a day after its rounds, with nothing marked."""
    (paper.root / MARKS).unlink(missing_ok=True)
    clock = Clock()
    clock.passed = (paper.web.clock.now() - clock.now()).total_seconds() + 24 * 3600
    with wired(paper, tmp_path / "doors.sqlite", clock=clock) as one:
        yield one


def key_of(name: str, secret: str) -> str:
    """Return the key that a client makes of a name and a password."""
    return hashlib.md5(f"{name}:{secret}".encode(), usedforsecurity=False).hexdigest()


def ask(wire: Wired, query: str, *, key: str | None = None, **form: str) -> Any:
    """Ask as a client does: what is wanted in the query, the key in the form."""
    sent = {"api_key": key_of(ADA, wire.token) if key is None else key, **form}
    answer = wire.served.ask("POST", f"/api/fever/?api&{query}", form=sent)
    assert answer.status == 200
    return json.loads(answer.text)


def items(wire: Wired, query: str = "items") -> dict[str, Any]:
    """Return items by their titles."""
    return {one["title"]: one for one in ask(wire, query)["items"]}


def bell(wire: Wired) -> Any:
    """Return the item about the bell."""
    return items(wire)["The Ferry Bell Rings Again"]


def test_a_key_logs_in(wire: Wired) -> None:
    """The MD5 of the name and a token, as the protocol has it; its letters may be large."""
    keys = (None, key_of(ADA, wire.token).upper())
    assert [(ask(wire, "", key=key)["auth"], ask(wire, "")["api_version"]) for key in keys] == [(1, 3)] * 2


@pytest.mark.parametrize("key", ["", "x", "a" * 32, key_of(ADA, PASSWORD), key_of(ADA, "")])
def test_a_wrong_key_gets_nothing(wire: Wired, key: str) -> None:
    """But for the two words that say so."""
    assert ask(wire, "items&feeds&unread_item_ids", key=key) == {"api_version": 3, "auth": 0}


def test_a_token_that_may_not_mark_gets_nothing(wire: Wired) -> None:
    """The protocol knows no half of it."""
    token = wire.served.token(ADA, Scope.READ, app="reads")
    assert ask(wire, "items", key=key_of(ADA, token))["auth"] == 0


def test_feeds_and_groups_are_told(wire: Wired) -> None:
    """With which feed is in which group."""
    told = ask(wire, "feeds&groups&favicons&links")
    assert (
        [(one["id"], one["title"]) for one in told["feeds"]],
        told["groups"],
        told["feeds_groups"],
        told["favicons"][0]["id"],
        told["links"],
    ) == (
        [(FEED, "The Paper")],
        [{"id": GROUP, "title": "News"}],
        [{"group_id": GROUP, "feed_ids": str(FEED)}],
        1,
        [],
    )


def test_an_item_is_whole(wire: Wired) -> None:
    """With its text, its feed and its time."""
    found = bell(wire)
    assert (
        found["feed_id"],
        found["author"],
        PARAGRAPHS[2] in found["html"],
        found["is_read"],
        found["is_saved"],
    ) == (
        FEED,
        "Ada Marsh",
        True,
        0,
        0,
    )


def test_items_are_read_from_the_first_to_the_last(wire: Wired) -> None:
    """By the last id that the client has."""
    first = sorted(one["id"] for one in items(wire, "items&since_id=0").values())
    rest = [one["id"] for one in items(wire, f"items&since_id={first[1]}").values()]
    assert (len(first), sorted(rest)) == (4, first[2:])


def test_items_are_read_from_the_last_to_the_first(wire: Wired) -> None:
    """By the first id that the client has."""
    known = sorted(one["id"] for one in items(wire).values())
    assert sorted(one["id"] for one in items(wire, f"items&max_id={known[2]}").values()) == known[:2]


def test_items_are_read_by_their_ids(wire: Wired) -> None:
    """What is not known is passed over."""
    assert list(items(wire, f"items&with_ids={bell(wire)['id']},999999,x")) == ["The Ferry Bell Rings Again"]


def test_unread_items_are_told(wire: Wired) -> None:
    """As one list."""
    numbers = ask(wire, "unread_item_ids")["unread_item_ids"].split(",")
    assert sorted(map(int, numbers)) == sorted(one["id"] for one in items(wire).values())


@pytest.mark.parametrize(
    ("ways", "field", "value"),
    [
        (["read"], "is_read", 1),
        (["read", "unread"], "is_read", 0),
        (["saved"], "is_saved", 1),
        (["saved", "unsaved"], "is_saved", 0),
    ],
)
def test_an_item_is_marked(wire: Wired, ways: list[str], field: str, value: int) -> None:
    """And taken back."""
    number = str(bell(wire)["id"])
    for way in ways:
        ask(wire, "", mark="item", id=number, **{"as": way})
    assert bell(wire)[field] == value


def test_saved_items_are_told(wire: Wired) -> None:
    """As one list."""
    number = str(bell(wire)["id"])
    ask(wire, "", mark="item", id=number, **{"as": "saved"})
    assert ask(wire, "saved_item_ids")["saved_item_ids"] == number


@pytest.mark.parametrize(("what", "number"), [("feed", FEED), ("group", GROUP), ("group", 0)])
def test_all_is_marked_as_read(wire: Wired, what: str, number: int) -> None:
    """A feed, a group, or everything."""
    ask(wire, "", mark=what, id=str(number), **{"as": "read"})
    assert ask(wire, "unread_item_ids")["unread_item_ids"] == ""


@pytest.mark.parametrize(
    "form",
    [
        {"mark": "feed", "as": "read", "id": str(FEED), "before": "1"},
        {"mark": "feed", "as": "read", "id": "1"},
        {"mark": "group", "as": "read", "id": "-1"},
        {"mark": "item", "as": "eaten", "id": "1"},
        {"mark": "item", "as": "read", "id": "'; DROP TABLE mark; --"},
        {"mark": "everything", "as": "read", "id": "0"},
    ],
)
def test_what_is_not_meant_is_not_marked(wire: Wired, form: dict[str, str]) -> None:
    """What came later, other feeds, and what makes no sense stay as they are."""
    ask(wire, "", **form)
    assert len(ask(wire, "unread_item_ids")["unread_item_ids"].split(",")) == 4


def test_what_was_read_just_now_is_unread_again(wire: Wired) -> None:
    """One touched too much."""
    ask(wire, "", mark="group", id="0", **{"as": "read"})
    ask(wire, "", unread_recently_read="1")
    assert len(ask(wire, "unread_item_ids")["unread_item_ids"].split(",")) == 4


def test_numbers_stay_when_the_reader_starts_again(wire: Wired, tmp_path: Path) -> None:
    """A client remembers them for years."""
    before = {title: one["id"] for title, one in items(wire).items()}
    with wired(wire.paper, tmp_path / "again.sqlite", clock=wire.served.clock) as again:
        assert {title: one["id"] for title, one in items(again).items()} == before
