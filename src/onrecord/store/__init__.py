"""Stores: the archive's files, the catalog (`index.sqlite`), the state (`state.sqlite`), marks (`marks.sqlite`).

Each stands behind a narrow protocol, so that an object store or another database can take its place.
Contains no decisions.
"""

from onrecord.store._sqlite import Database, copy_database
from onrecord.store.catalog import SqliteCatalog
from onrecord.store.disk import Disk
from onrecord.store.files import FolderStore
from onrecord.store.marks import Mark, Marks, Note, Place
from onrecord.store.protocols import (
    Catalog,
    ChangeListing,
    FileStore,
    HeldArticle,
    HeldChange,
    HeldGap,
    HeldKey,
    HeldRevision,
    Listing,
    SignedHead,
)
from onrecord.store.state import (
    ASKED,
    AbsenceRow,
    AddressRow,
    DeliveryRow,
    DueRow,
    EntryRow,
    FeedRow,
    PictureRow,
    SourceRow,
    State,
    WalkCount,
    WalkRow,
    WindowRow,
)

__all__ = [
    "ASKED",
    "AbsenceRow",
    "AddressRow",
    "Catalog",
    "ChangeListing",
    "Database",
    "DeliveryRow",
    "Disk",
    "DueRow",
    "EntryRow",
    "FeedRow",
    "FileStore",
    "FolderStore",
    "HeldArticle",
    "HeldChange",
    "HeldGap",
    "HeldKey",
    "HeldRevision",
    "Listing",
    "Mark",
    "Marks",
    "Note",
    "PictureRow",
    "Place",
    "SignedHead",
    "SourceRow",
    "SqliteCatalog",
    "State",
    "WalkCount",
    "WalkRow",
    "WindowRow",
    "copy_database",
]
