"""Where the reader answers, and where captures do: two origins, so that nothing in a capture is the reader's own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field


@dataclass(slots=True)
class Origins:
    """Both origins, "http://localhost:8420"; None until they are known, or where captures are not shown."""

    reader: str | None = None
    captures: str | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def seal(self, article_id: str, record: str) -> str:
        """Return what an address of a capture carries: only the reader, who may be asked for it, can make it.

        A page elsewhere that knows an article's id can't find out by it whether a capture is here.
        """
        told = f"{article_id}/{record}".encode()
        return hmac.new(self.secret, told, hashlib.sha256).hexdigest()[:32]

    def is_sealed(self, seal: str, article_id: str, record: str) -> bool:
        """Was *seal* made here, for this capture?"""
        return hmac.compare_digest(seal.encode(), self.seal(article_id, record).encode())

    def address(self, article_id: str, record: str) -> str | None:
        """Return where a capture is shown."""
        if self.captures is None:
            return None
        return f"{self.captures}/{self.seal(article_id, record)}/{article_id}/{record}"
