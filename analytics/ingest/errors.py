"""The ways in which files can fail to be loaded, as one typed error whose words stand in templates."""

from __future__ import annotations

from typing import Any


class LoadError(Exception):
    """A file that cannot be loaded: nothing was changed.

    `code` is a key of the wording, `file` the name as given, `where` the sheet, column or key, `details` what else the
    wording needs. File: file_not_there, is_a_folder, not_readable (`reason`), empty_file, no_rows, unknown_format
    (`kind`), old_excel, encrypted, broken_file (`reason`), too_large (`bytes`, `ratio`), no_header (`first_row`),
    too_many_columns (`columns`, `most`), unclosed_quote. Mapping: missing_columns (`table`, `missing`, `found`),
    not_mapped (`missing`, `found`), bad_map (`reason`), map_unknown_field (`field`, `near`), map_unknown_column (`column`,
    `near`). Load: no_files, no_orders (`loaded`).
    """

    def __init__(self, code: str, file: str = "", where: str = "", **details: Any) -> None:
        parts = [part for part in (file, where) if part] + [f"{key}={value}" for key, value in details.items()]
        super().__init__(f"{code}: {', '.join(parts)}")
        self.code = code
        self.file = file
        self.where = where
        self.details: dict[str, Any] = details
