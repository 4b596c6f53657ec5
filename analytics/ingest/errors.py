"""The ways in which files can fail to be loaded, as one typed error whose words stand in templates."""

from __future__ import annotations

from typing import Any

#: Every code with the details that its wording may use beside `file` (the name as given) and `where` (sheet, column, line).
LOAD_ERRORS: dict[str, tuple[str, ...]] = {
    # The file
    "no_files": (), "file_not_there": (), "is_a_folder": (), "not_readable": ("reason",), "empty_file": (), "no_rows": (),
    "unknown_format": ("kind",), "old_excel": (), "encrypted": (), "broken_file": ("reason",), "too_large": ("bytes", "ratio"),
    "no_header": ("first_row",), "too_many_columns": ("columns", "most"),
    # What its columns mean
    "missing_columns": ("table", "missing", "found"), "not_mapped": ("missing", "found", "near"), "bad_map": ("reason",),
    "map_unknown_field": ("field", "near"), "map_unknown_column": ("column", "near", "found"),
    # The data set that would come of it
    "no_orders": ("loaded",),
}


class LoadError(Exception):
    """A file that cannot be loaded: nothing was changed.

    `code` is a key of LOAD_ERRORS and of the wording, `file` the name as given, `where` the sheet, column or line.
    """

    def __init__(self, code: str, file: str = "", where: str = "", **details: Any) -> None:
        if set(details) != set(LOAD_ERRORS[code]):
            raise ValueError(f"{code} takes {LOAD_ERRORS[code]}, not {tuple(details)}")
        parts = [part for part in (file, where) if part] + [f"{key}={value}" for key, value in details.items()]
        super().__init__(f"{code}: {', '.join(parts)}")
        self.code = code
        self.file = file
        self.where = where
        self.details: dict[str, Any] = details
