"""Stores: the archive's files, the catalog (`index.sqlite`) and the state (`state.sqlite`).

Each stands behind a narrow protocol, so that an object store or another database can take its place.
Contains no decisions.
"""

from onrecord.store._sqlite import copy_database
from onrecord.store.catalog import SqliteCatalog
from onrecord.store.disk import Disk
from onrecord.store.files import FolderStore
from onrecord.store.protocols import (
    Catalog,
    ChangeListing,
    FileStore,
    HeldArticle,
    HeldChange,
    HeldKey,
    HeldRevision,
    Listing,
    SignedHead,
)
from onrecord.store.state import (
    AbsenceRow,
    AddressRow,
    DeliveryRow,
    EntryRow,
    FeedRow,
    MemoryRow,
    PictureRow,
    SourceRow,
    State,
)

__all__ = [
    "AbsenceRow",
    "AddressRow",
    "Catalog",
    "ChangeListing",
    "DeliveryRow",
    "Disk",
    "EntryRow",
    "FeedRow",
    "FileStore",
    "FolderStore",
    "HeldArticle",
    "HeldChange",
    "HeldKey",
    "HeldRevision",
    "Listing",
    "MemoryRow",
    "PictureRow",
    "SignedHead",
    "SourceRow",
    "SqliteCatalog",
    "State",
    "copy_database",
]
