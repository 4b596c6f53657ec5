"""What is installed, loaded, stale or missing."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analytics import store
from analytics.models import encoder
from analytics.schema import CANONICAL
from analytics.shop import Shop
from assistant import settings
from assistant.answering.compose import STALE_AFTER
from assistant.answering.follow_ups import works
from assistant.answering.formats import Formats
from assistant.answering.problems import problem_of
from assistant.answering.wording import wording
from assistant.sharing import pictures
from assistant.terminal import aligned
from assistant.understanding import catalogue

#: What Askwell cannot run without, by import name.
_PACKAGES = (
    "altair", "babel", "duckdb", "ibis", "itsdangerous", "jieba", "jinja2", "numpy", "openpyxl", "pandas", "pyarrow", "rapidfuzz",
    "pydantic", "scipy", "sentence_transformers", "sklearn", "statsforecast", "streamlit", "torch", "vl_convert", "yaml",
)


@dataclass(frozen=True)
class Findings:
    """What was found. `healthy` is false when something that questions need is missing or broken."""

    healthy: bool
    context: Mapping[str, Any]

    def words(self) -> dict[str, Any]:
        return dict(self.context)


def examine(path: Path, version: str, today: date | None) -> Findings:
    """Looks at the installation and at the data set."""
    language = settings.message_language()
    formats = wording(language).formats
    lines, broken = _installation(formats)
    context: dict[str, Any] = {"version": version, "python": platform.python_version(), "path": str(path), "problem": ""}
    try:
        shop, engine = store.open_shop(path, today)
        engine.close()
    except store.DataSetError as fault:
        return Findings(False, {**context, "problem": problem_of(fault, language), "findings": lines})
    now = today or date.today()
    if now - shop.as_of > STALE_AFTER:
        lines.append(formats.phrase("doctor_stale", as_of=formats.date(shop.as_of), days=formats.days((now - shop.as_of).days)))
    return Findings(not broken, {**context, **_loaded(shop, formats), "findings": lines})


def _loaded(shop: Shop, formats: Formats) -> dict[str, Any]:
    rows = [(formats.title(name, "table"), formats.count(shop.rows[name])) for name in CANONICAL if shop.has(name)]
    built = catalogue.load().built
    return {
        "data_version": shop.version, "as_of": shop.as_of, "first_day": shop.first_day, "loaded_at": shop.loaded_at,
        "tables": aligned([formats.title("table"), formats.title("row_count")], rows, [False, True]),
        "missing": [name for name in CANONICAL if not shop.has(name)], "built": len(built),
        "works": sum(works(intent, shop) for intent in built),
    }


def _installation(formats: Formats) -> tuple[list[str], bool]:
    """Lines about packages, the language model and folders, and whether something is broken."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    lines = [formats.phrase("doctor_missing", package=name) for name in missing]
    broken = bool(missing)
    try:
        encoder.verify(encoder.bundled_folder())
        lines.append(formats.phrase("doctor_model"))
    except encoder.EncoderError as fault:
        lines.append(formats.phrase("doctor_no_model", reason=str(fault)))
        broken = True
    trained = Path(__file__).resolve().parent / "understanding" / "trained"
    if not any(trained.glob("*.npz")):
        lines.append(formats.phrase("doctor_untrained"))
        broken = True
    lines += [_drawing(formats), formats.phrase("doctor_home", folder=settings.data_folder())]
    return lines, broken


def _drawing(formats: Formats) -> str:
    """Whether charts can be exported with Chinese text, and what to install if not."""
    if importlib.util.find_spec("vl_convert") is None:
        return formats.phrase("doctor_no_drawing")
    name = "doctor_fonts" if pictures.has_chinese_font() else "doctor_no_fonts"
    return formats.phrase(name, package=pictures.CJK_PACKAGE)
