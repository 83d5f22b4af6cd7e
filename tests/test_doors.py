"""Users, sessions and tokens: what is kept of them, and the pace at which passwords may be tried."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from onrecord.archive import Archive
from onrecord.archive.backup import back_up
from onrecord.doors import Doors, Pace, Role, Scope, place_of
from onrecord.doors.pace import FORGET_AFTER, FREE, MOST_FOR_ADDRESS, MOST_FOR_NAME, REMEMBERED
from onrecord.doors.tokens import fever_key, scopes_from
from onrecord.errors import UsageError
from onrecord.model import Digest
from rounds import Paper
from served import NOW, PASSWORD, QUICK, Clock


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return where the doors are kept."""
    return tmp_path / "doors" / "a.sqlite"


@pytest.fixture
def doors(place: Path) -> Iterator[Doors]:
    """Give doors with one reader."""
    made = Doors(place, QUICK)
    made.add("Ada", PASSWORD, role=Role.READER, now=NOW)
    yield made
    made.close()


# ---------------------------------------------------------------- what is kept


def test_only_its_owner_reads_the_file(doors: Doors, place: Path) -> None:
    """Another user of the machine learns neither names nor digests."""
    assert doors.has_users()
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.parent.iterdir()} == {0o600}


def test_no_secret_is_kept(doors: Doors, place: Path) -> None:
    """Whoever gets the file can't log in with what it holds."""
    secrets = [PASSWORD, doors.begin_session("ada", now=NOW)]
    secrets.append(doors.add_token("ada", "app", [Scope.READ], now=NOW))
    secrets.append(fever_key("ada", secrets[-1]))
    doors.close()
    kept = b"".join(path.read_bytes() for path in place.parent.iterdir())
    assert [secret for secret in secrets if secret.encode() in kept] == []


def test_a_backup_has_no_users(tmp_path: Path) -> None:
    """An archive may be passed on; who reads it must not go with it."""
    paper = Paper(tmp_path / "news")
    with Archive.open(paper.root) as archive:
        held = Doors(place_of(archive.origin(), {"XDG_CONFIG_HOME": str(tmp_path / "config")}), QUICK)
    held.add("xanthippe", PASSWORD, role=Role.READER, now=NOW)
    held.close()
    back_up(paper.root, tmp_path / "copy")
    files = [path for path in (tmp_path / "copy").rglob("*") if path.is_file()]
    assert [path.name for path in files if b"xanthippe" in path.read_bytes()] == []


def test_each_archive_has_its_own_doors() -> None:
    """A reader of one is nobody to the other."""
    environ = {"XDG_CONFIG_HOME": "/config"}
    one, other = (place_of(Digest(f"sha256:{letter * 64}"), environ) for letter in "ab")
    assert one != other


# ---------------------------------------------------------------- users


@pytest.mark.parametrize("name", ["", " ", "a b", "a:b", "a/b", "x" * 65, "-a", "a\nb", "<script>", ".."])
def test_what_can_be_no_name_is_refused(doors: Doors, name: str) -> None:
    """A name stands in headers, addresses and pages."""
    with pytest.raises(UsageError):
        doors.add(name, PASSWORD, role=Role.READER, now=NOW)


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada "])
def test_a_name_is_one_whatever_its_case(doors: Doors, name: str) -> None:
    """Telephones begin with a capital letter."""
    with pytest.raises(UsageError, match="there is a user"):
        doors.add(name, PASSWORD, role=Role.READER, now=NOW)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 1_025])
def test_a_password_that_is_too_short_or_too_long_is_refused(doors: Doors, password: str) -> None:
    """What can be guessed is none, and the work must not grow with what is sent."""
    with pytest.raises(UsageError, match="a password has"):
        doors.add("eve", password, role=Role.READER, now=NOW)


def test_a_removed_user_is_out(doors: Doors) -> None:
    """At once, with every browser and app."""
    session = doors.begin_session("ada", now=NOW)
    token = doors.add_token("ada", "app", [Scope.READ], now=NOW)
    doors.remove("ada")
    assert (doors.session(session, now=NOW), doors.token(token, now=NOW), doors.has_users()) == (
        None,
        None,
        False,
    )


def test_a_user_has_so_many_sessions_and_no_more(doors: Doors) -> None:
    """A browser that forgets its cookies does not fill the disk."""
    first = doors.begin_session("ada", now=NOW)
    for after in range(1, 51):
        doors.begin_session("ada", now=NOW + timedelta(seconds=after))
    assert doors.session(first, now=NOW) is None


# ---------------------------------------------------------------- tokens


def test_a_token_tells_when_it_was_used(doors: Doors) -> None:
    """What no app uses any more can be taken back."""
    secret = doors.add_token("ada", "app", [Scope.READ], now=NOW)
    doors.token(secret, now=NOW)
    assert [token.used_at for token in doors.tokens("ada")] == [NOW]


def test_two_tokens_of_one_name_are_refused(doors: Doors) -> None:
    """Else nobody knows which one to take back."""
    doors.add_token("ada", "app", [Scope.READ], now=NOW)
    with pytest.raises(UsageError, match="has a token of this name"):
        doors.add_token("ada", "app", [Scope.READ], now=NOW)


@pytest.mark.parametrize("words", [[], [""], ["read", "write"], ["*"]])
def test_scopes_that_are_none_are_refused(words: list[str]) -> None:
    """A slip must not make a token that may do more, or nothing."""
    with pytest.raises(UsageError, match="a token may do some of"):
        scopes_from(words)


# ---------------------------------------------------------------- the pace


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the pace."""
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    """Return a pace whose clock a test sets."""
    return Pace(clock.seconds)


def test_the_first_mistakes_are_free(pace: Pace) -> None:
    """People mistype."""
    assert [pace.begin("203.0.113.5", "ada") for _ in range(FREE)] == [0.0] * FREE


def test_each_further_mistake_waits_twice_as_long(pace: Pace, clock: Clock) -> None:
    """A guesser gets nowhere."""
    waits = []
    for _ in range(FREE + 5):
        waits.append(pace.begin("203.0.113.5", "ada"))
        clock.passed += waits[-1]
        if waits[-1]:
            pace.begin("203.0.113.5", "ada")
    assert waits == [0.0] * FREE + [1.0, 2.0, 4.0, 8.0, 16.0]


@pytest.mark.parametrize(
    ("address", "name", "most"),
    [("203.0.113.5", "somebody else", MOST_FOR_ADDRESS), ("203.0.113.6", "ada", MOST_FOR_NAME)],
)
def test_a_wait_has_an_end(pace: Pace, clock: Clock, address: str, name: str, most: float) -> None:
    """Whoever guesses at a name shuts its owner out for a minute, and their own address for a quarter of an hour."""
    for _ in range(30):
        clock.passed += MOST_FOR_ADDRESS
        pace.begin("203.0.113.5", "ada")
    assert pace.begin(address, name) == most


def test_success_is_forgiven(pace: Pace) -> None:
    """Whoever gets in has made no mistake that counts."""
    for _ in range(FREE):
        pace.begin("203.0.113.5", "ada")
    pace.succeeded("203.0.113.5", "ada")
    assert pace.begin("203.0.113.5", "ada") == 0


def test_an_hour_is_long_enough(pace: Pace, clock: Clock) -> None:
    """Yesterday's mistakes are over."""
    for _ in range(FREE):
        pace.begin("203.0.113.5", "ada")
    clock.passed += FORGET_AFTER
    assert [pace.begin("203.0.113.5", "ada") for _ in range(FREE)] == [0.0] * FREE


def test_a_machine_with_many_addresses_is_one(pace: Pace) -> None:
    """Of IPv6 everybody has 2^64."""
    for at in range(FREE):
        pace.begin(f"2001:db8::{at}", f"name{at}")
    assert pace.begin("2001:db8::ffff", "another") > 0


def test_a_flood_of_names_is_bounded(pace: Pace) -> None:
    """A million names tried do not fill the memory."""
    for at in range(REMEMBERED):
        pace.begin(f"198.51.{at // 250}.{at % 250}", f"name{at}")
    assert len(pace._failures) == REMEMBERED
