"""Secrets: passwords that people choose (Argon2id, RFC 9106), and those that are made here.

What is made here has 160 random bits, so that a plain digest of it is enough to know it again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from onrecord.errors import UsageError

#: Characters of a password. NIST SP 800-63B asks for 8 behind a second factor, and there is none here.
LEAST = 12
#: Bytes of a password that are looked at: the work must not grow with what a stranger sends.
MOST = 1_024


class Hasher:
    """Argon2id, with the library's parameters (RFC 9106's second choice): 64 MiB and some 50 ms a password.

    Args:
        hasher: Cheaper ones are for tests.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        #: A name that nobody has takes as long as one that somebody has.
        self._nobody = self._hasher.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        """Return what is kept of a password.

        Raises:
            UsageError: It is too short or too long.
        """
        if len(password) < LEAST:
            raise UsageError(
                f"a password has at least {LEAST} characters; four words that you made up will do"
            )
        if len(password.encode()) > MOST:
            raise UsageError(f"a password has at most {MOST:,} bytes")
        return self._hasher.hash(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Is this the password that *kept* was made of? None: nobody's."""
        if len(password.encode()) > MOST:
            return False
        try:
            self._hasher.verify(kept or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None


def fresh() -> str:
    """Return a new secret: 32 characters of a–z, 2–7, which no app stumbles over."""
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()


def digest(secret: str) -> str:
    """Return what is kept of a secret that was made here: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sealed(key: bytes, words: str) -> str:
    """Return a code that only who has *key* can make of *words* (HMAC-SHA-256)."""
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
