"""Doors: who may read an archive from elsewhere, and what they may do there.

Users with a role, sessions of browsers, and tokens: a password for one app each. They stand outside the archive, as
keys do: an archive may be passed on, and who reads it must not go with it.
"""

from onrecord.doors.book import Doors, User, place_of
from onrecord.doors.pace import Pace
from onrecord.doors.rights import SCOPES_OF, Role, Scope, Visitor
from onrecord.doors.secrets import LEAST, MOST, Hasher
from onrecord.doors.tokens import Token

__all__ = [
    "LEAST",
    "MOST",
    "SCOPES_OF",
    "Doors",
    "Hasher",
    "Pace",
    "Role",
    "Scope",
    "Token",
    "User",
    "Visitor",
    "place_of",
]
