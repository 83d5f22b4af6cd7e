"""Signed heads: whoever rewrites the ledger can't sign it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from documents import AT
from onrecord import archive as archives
from onrecord import keys, ledger
from onrecord.archive import Archive, Step, ensure_key, rotate, sign_head, verify
from onrecord.errors import UsageError
from onrecord.keys import Keyring
from onrecord.ledger import Event, Head, Line


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Return a person's keys, of which there are none yet."""
    return Keyring({"XDG_CONFIG_HOME": str(tmp_path / "config")})


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Open a new archive for writing."""
    archives.create(tmp_path / "news", now=AT)
    with Archive.open(tmp_path / "news", write=True) as opened:
        yield opened


def happen(archive: Archive) -> None:
    """Let something happen that is worth a line."""
    archive.commit([Step(event=Event.FOLLOWED, data={"source": "paper.example"})], now=AT)


def events(archive: Archive) -> list[str]:
    """Return what the ledger tells, in order."""
    return [line.event.value for line in archive.lines()]


def is_signed_by(line: Line, before: Line, public: str) -> bool:
    """Does the signature of *line* hold over *before*?"""
    words = ledger.statement(line.data["archive"], Head(before.seq, before.digest), line.at)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
    key.verify(base64.b64decode(line.data["signature"]), words)
    return True


def test_a_signed_head_holds_over_the_line_before(archive: Archive, keyring: Keyring) -> None:
    """A stranger needs the line, the public key and these words, and no program of ours."""
    sign_head(archive, keyring, now=AT)
    *_, before, line = archive.lines()
    assert is_signed_by(line, before, archive.catalog.keys()[0].public)


def test_the_head_is_signed_once_a_day(archive: Archive, keyring: Keyring) -> None:
    """A line an hour that says nothing new would be noise."""
    sign_head(archive, keyring, now=AT)
    happen(archive)
    sign_head(archive, keyring, now=AT + timedelta(hours=1))
    assert events(archive) == ["created", "keyed", "signed", "followed"]


def test_the_next_day_is_signed_again(archive: Archive, keyring: Keyring) -> None:
    """What came meanwhile is covered."""
    sign_head(archive, keyring, now=AT)
    happen(archive)
    sign_head(archive, keyring, now=AT + timedelta(days=1))
    assert events(archive)[-2:] == ["followed", "signed"]


def test_a_day_without_news_is_not_signed(archive: Archive, keyring: Keyring) -> None:
    """The last line is a signature already."""
    sign_head(archive, keyring, now=AT)
    sign_head(archive, keyring, now=AT + timedelta(days=1))
    assert events(archive) == ["created", "keyed", "signed"]


def test_whoever_needs_it_now_signs_at_once(archive: Archive, keyring: Keyring) -> None:
    """A proof must not wait for tomorrow."""
    sign_head(archive, keyring, now=AT)
    happen(archive)
    sign_head(archive, keyring, now=AT, daily=False)
    assert events(archive)[-1] == "signed"


def test_an_archive_whose_key_is_elsewhere_says_what_to_do(archive: Archive, keyring: Keyring) -> None:
    """A copy on another machine goes on without it."""
    held = ensure_key(archive, keyring, now=AT)
    keyring.place_of(held.id).unlink()
    assert "onrecord key import" in (sign_head(archive, keyring, now=AT).why_not or "")


def test_without_its_key_an_archive_is_not_signed_by_another(archive: Archive, keyring: Keyring) -> None:
    """A signature by a key that the ledger does not name would prove nothing."""
    held = ensure_key(archive, keyring, now=AT)
    keyring.place_of(held.id).unlink()
    sign_head(archive, keyring, now=AT)
    assert "signed" not in events(archive)


def test_an_archive_without_a_key_takes_the_one_that_is_given(archive: Archive, tmp_path: Path) -> None:
    """A job's secret is the archive's key from its first round on."""
    key = keys.make()
    given = Keyring({"XDG_CONFIG_HOME": str(tmp_path), keys.VARIABLE: key.as_pem().decode()})
    assert ensure_key(archive, given, now=AT).id == key.id


def test_a_rotated_key_is_signed_for_by_the_one_before(archive: Archive, keyring: Keyring) -> None:
    """Whoever trusts the old one may trust the new one."""
    old = ensure_key(archive, keyring, now=AT)
    fresh = rotate(archive, keyring, now=AT, is_lost=False)
    *_, line = archive.lines()
    words = ledger.succession(archive.origin(), old.public, fresh.public)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(old.public))
    public.verify(base64.b64decode(line.data["signature"]), words)  # raises if it does not hold
    assert line.data["after"] == old.id


def test_after_rotation_the_new_key_signs(archive: Archive, keyring: Keyring) -> None:
    """The old one may be in other hands."""
    fresh = rotate(archive, keyring, now=AT, is_lost=False)
    sign_head(archive, keyring, now=AT)
    signed = archive.catalog.last_signed()
    assert signed is not None
    assert signed.key == fresh.id


def test_a_lost_key_is_replaced_only_when_that_is_said(archive: Archive, keyring: Keyring) -> None:
    """It may only be on another machine."""
    held = ensure_key(archive, keyring, now=AT)
    keyring.place_of(held.id).unlink()
    with pytest.raises(UsageError, match="--lost"):
        rotate(archive, keyring, now=AT, is_lost=False)


def test_a_key_that_is_here_is_not_lost(archive: Archive, keyring: Keyring) -> None:
    """It can sign for the next one, which is worth more."""
    ensure_key(archive, keyring, now=AT)
    with pytest.raises(UsageError, match="leave out --lost"):
        rotate(archive, keyring, now=AT, is_lost=True)


def test_the_ledger_says_that_a_key_was_lost(archive: Archive, keyring: Keyring) -> None:
    """Nothing ties the new key to the old one, and nothing pretends to."""
    held = ensure_key(archive, keyring, now=AT)
    keyring.place_of(held.id).unlink()
    rotate(archive, keyring, now=AT, is_lost=True)
    *_, line = archive.lines()
    assert (line.data["reason"], "signature" in line.data) == ("lost", False)


def test_keys_outlast_the_index(archive: Archive, keyring: Keyring) -> None:
    """The ledger names them; `rebuild` finds them there."""
    sign_head(archive, keyring, now=AT)
    before = (archive.catalog.keys(), archive.catalog.last_signed())
    archive.rebuild()
    assert (archive.catalog.keys(), archive.catalog.last_signed()) == before


def test_a_signed_archive_verifies(archive: Archive, keyring: Keyring) -> None:
    """Signatures are lines like others."""
    sign_head(archive, keyring, now=AT)
    assert list(verify(archive.root)) == []


def test_no_private_key_stands_in_the_archive(archive: Archive, keyring: Keyring) -> None:
    """Copies of the archive go to strangers."""
    sign_head(archive, keyring, now=AT)
    held = [place.read_bytes() for place in archive.root.rglob("*") if place.is_file()]
    assert not any(b"PRIVATE KEY" in data for data in held)
