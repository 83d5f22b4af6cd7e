"""Keys: the Ed25519 key that an archive signs its ledger with (RFC 8032), kept outside the archive.

A key that stood in the archive would go wherever a copy of the archive goes, and a signature would say nothing of
who made it. So the private half stands in a folder of its owner's, a file a key, named by its id; the ledger names
the public half.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from onrecord import private
from onrecord.errors import UsageError

#: The variable that holds a key itself, or the path of its file: for jobs that have no home folder.
VARIABLE = "ONRECORD_KEY"
#: Bytes of a key's file; ours have 119.
MAX_FILE = 16 * 1024
#: Characters of a key's id: the first of the SHA-256 of its public half, in hexadecimal.
ID_LENGTH = 16
_PEM = "-----BEGIN"


@dataclass(frozen=True, slots=True)
class Key:
    """A private key. It shows its id, and nothing else, when it is printed."""

    secret: Ed25519PrivateKey

    def __repr__(self) -> str:
        """Return the id alone."""
        return f"Key({self.id})"

    @property
    def public(self) -> str:
        """The public half: 32 bytes, in base64."""
        raw = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    @property
    def id(self) -> str:
        """The key's name."""
        return key_id(self.public)

    def sign(self, words: bytes) -> str:
        """Return the signature of *words*: 64 bytes, in base64."""
        return base64.b64encode(self.secret.sign(words)).decode()

    def as_pem(self) -> bytes:
        """Return the key as a file holds it: PKCS #8 (RFC 5958), PEM, not encrypted."""
        return self.secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def fingerprint(public: str) -> str:
    """Return the SHA-256 of a public key (in base64), in hexadecimal: what its owner makes known."""
    return hashlib.sha256(base64.b64decode(public)).hexdigest()


def key_id(public: str) -> str:
    """Return the id of a public key: the beginning of its fingerprint."""
    return fingerprint(public)[:ID_LENGTH]


def make() -> Key:
    """Return a new key, which stands nowhere yet."""
    return Key(Ed25519PrivateKey.generate())


def from_pem(data: bytes, where: str) -> Key:
    """Return the key in *data*.

    Raises:
        UsageError: It holds none of ours; *where* names it.
    """
    try:
        found = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            f"{where}: this is no key of an archive; name what `onrecord key export` wrote"
        ) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise UsageError(f"{where}: this is a key of another kind; archives are signed with Ed25519")
    return Key(found)


class Keyring:
    """The keys of one person: a folder, a file a key; and one that a variable gives.

    Raises:
        UsageError: In `find`: a key's file can be read by others, stands in the archive, or is none.
        StorageError: In `keep`: the folder can't be written to.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._given = environ.get(VARIABLE, "").strip()

    def place_of(self, key_id: str) -> Path:
        """Return the file that a key stands in."""
        return private.folder(self._environ, "keys") / f"{key_id}.pem"

    def find(self, key_id: str, *, archive: Path | None = None) -> Key | None:
        """Return the key of this id, or None where it is not here; it must not stand in *archive*."""
        if self._given:
            given = self._from_variable(archive)
            if given.id == key_id:
                return given
        place = self.place_of(key_id)
        return _from_file(place, archive) if place.exists() else None

    def keep(self, key: Key) -> Path:
        """Keep a key; return its file."""
        place = self.place_of(key.id)
        if not place.exists():
            private.write(place, key.as_pem())
        return place

    def given(self, *, archive: Path | None = None) -> Key | None:
        """Return the key that the variable gives."""
        return self._from_variable(archive) if self._given else None

    def _from_variable(self, archive: Path | None) -> Key:
        if self._given.startswith(_PEM):
            return from_pem(self._given.replace("\\n", "\n").encode(), f"${VARIABLE}")
        return _from_file(Path(self._given), archive)


def _from_file(place: Path, archive: Path | None) -> Key:
    return from_pem(private.read(place, what="key", most=MAX_FILE, archive=archive), str(place))
