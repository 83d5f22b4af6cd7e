"""Roles and scopes: what somebody may do. No clock, network, file or database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """A kind of thing that may be done."""

    READ = "read"  #: pages, feeds, the API
    MARK = "mark"  #: one's own marks: read, starred, notes
    EDIT = "edit"  #: what is followed, and rounds


class Role(StrEnum):
    """What somebody is to an archive."""

    PUBLIC = "public"  #: nobody that we know, where `[serve] public` lets them in
    READER = "reader"
    EDITOR = "editor"


SCOPES_OF = {
    Role.PUBLIC: frozenset({Scope.READ}),
    Role.READER: frozenset({Scope.READ, Scope.MARK}),
    Role.EDITOR: frozenset({Scope.READ, Scope.MARK, Scope.EDIT}),
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks. The name is "" where no user has been made, and for the public."""

    name: str
    role: Role
    scopes: frozenset[Scope]

    @classmethod
    def of(cls, name: str, role: Role, *, only: frozenset[Scope] | None = None) -> Visitor:
        """Return who has this role; a token may do *only* so much of what its user may."""
        may = SCOPES_OF[role]
        return cls(name, role, may if only is None else may & only)
