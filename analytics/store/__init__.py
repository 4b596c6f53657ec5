"""Data set files: written once, swapped in atomically, read by anybody, kept for undo.

Owns the file layout (`PATH` and `PATH.versions/`), the stamps in askwell_meta, the lock against two loads and the errors
of opening. Knows nothing of CSV files or cleaning (analytics.ingest) nor of what the marts mean (analytics.marts).
"""

from analytics.store.errors import DATA_SET_ERRORS, DataSetError
from analytics.store.files import KEPT_VERSIONS, folder_of
from analytics.store.quality import Action, Check, Source
from analytics.store.reading import Version, meta, open_shop, restore, settings_of, versions
from analytics.store.writing import Build, building, write

__all__ = [
    "DATA_SET_ERRORS",
    "KEPT_VERSIONS",
    "Action",
    "Build",
    "Check",
    "DataSetError",
    "Source",
    "Version",
    "building",
    "folder_of",
    "meta",
    "open_shop",
    "restore",
    "settings_of",
    "versions",
    "write",
]
