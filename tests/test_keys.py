"""Keys: made, kept where only their owner can read them, found again, refused where they are not safe."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from onrecord import keys
from onrecord.errors import StorageError, UsageError
from onrecord.keys import Keyring


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return the variables of a person whose settings are in a folder of the test's."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def test_a_kept_key_is_found_again(environ: dict[str, str]) -> None:
    """The next round signs with the same key."""
    key = keys.make()
    Keyring(environ).keep(key)
    found = Keyring(environ).find(key.id)
    assert found is not None
    assert found.public == key.public


def test_a_key_is_readable_by_its_owner_alone(environ: dict[str, str]) -> None:
    """Whoever can read it can sign in its owner's name."""
    assert Keyring(environ).keep(keys.make()).stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_not_here_is_none(environ: dict[str, str]) -> None:
    """An archive on another machine is read, written and verified without its key."""
    assert Keyring(environ).find("0" * 16) is None


def test_a_key_that_others_can_read_is_refused(environ: dict[str, str]) -> None:
    """It may have been taken already; the message says how to close it."""
    key = keys.make()
    Keyring(environ).keep(key).chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        Keyring(environ).find(key.id)


def test_a_key_in_the_archive_is_refused(tmp_path: Path) -> None:
    """It would go wherever a copy of the archive goes."""
    ring = Keyring({"XDG_CONFIG_HOME": str(tmp_path / "news")})
    key = keys.make()
    ring.keep(key)
    with pytest.raises(UsageError, match="stands in the archive"):
        ring.find(key.id, archive=tmp_path / "news")


def test_a_key_may_come_from_a_variable(environ: dict[str, str]) -> None:
    """A job that has no home folder has secrets."""
    key = keys.make()
    assert _given(environ, key.as_pem().decode()) == key.id


def _given(environ: dict[str, str], value: str) -> str:
    found = Keyring({**environ, keys.VARIABLE: value}).given()
    assert found is not None
    return found.id


def test_a_variable_may_name_the_keys_file(environ: dict[str, str]) -> None:
    """Some jobs mount their secrets as files."""
    key = keys.make()
    assert _given(environ, str(Keyring(environ).keep(key))) == key.id


@pytest.mark.parametrize(
    "data", [b"", b"rubbish", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_rubbish_is_no_key(data: bytes) -> None:
    """The message names the file and what should stand in it."""
    with pytest.raises(UsageError, match=r"key\.pem: this is no key"):
        keys.from_pem(data, "key.pem")


def test_a_key_of_another_kind_is_refused() -> None:
    """A web server's key is not an archive's."""
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(UsageError, match="Ed25519"):
        keys.from_pem(pem, "key.pem")


def test_a_key_does_not_show_itself() -> None:
    """What is printed by accident ends in a log."""
    key = keys.make()
    assert repr(key) == f"Key({key.id})"


def test_a_fingerprint_is_the_digest_of_the_public_half() -> None:
    """It can be checked with any tool."""
    key = keys.make()
    assert keys.fingerprint(key.public) == hashlib.sha256(base64.b64decode(key.public)).hexdigest()


def test_a_signature_can_be_verified_by_others() -> None:
    """Without On Record: `cryptography` is one of many that can."""
    key = keys.make()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public))
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(key.sign(b"words")), b"other words")
    public.verify(base64.b64decode(key.sign(b"words")), b"words")  # raises if it is not


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    """A key that was not kept signs nothing a second time."""
    (tmp_path / "config").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match=r"config.* run the command again"):
        Keyring({"XDG_CONFIG_HOME": str(tmp_path / "config")}).keep(keys.make())
