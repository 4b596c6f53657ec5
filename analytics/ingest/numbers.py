"""Numbers, yes/no values and counts written as people write them, as SQL expressions decided per column.

`1,234.50`, `1.234,50`, `1 234.50`, `£12`, `12 USD`, `(12.50)`, `12-` and full-width digits are read; whether a comma is a
decimal mark is decided for the whole column, never for a single value.
"""

from __future__ import annotations

from dataclasses import dataclass

from analytics.ingest.staging import Staging
from analytics.marts.sql import duck_type, literal

_WIDE = "０１２３４５６７８９，．－＋（）　"
_NARROW = "0123456789,.-+() "
_CURRENCIES = "USD|EUR|GBP|CNY|RMB|JPY|HKD|TWD|AUD|CAD|CHF|SEK|NOK|DKK|PLN|CZK|INR|BRL|MXN|KRW|SGD|NZD|ZAR|RUB|TRY"
_AFFIX = rf"(?i:\s*(?:{_CURRENCIES}|[$€£¥￥₹₩₽]|US\$|元|块|件|个|pcs)\s*)"
#: What is taken off a number: currency before and after, brackets and a trailing minus of negatives, gaps between thousands.
_UNDRESSED = (
    (rf"^([-+(]?){_AFFIX}([-+]?)", r"\1\2"),
    (rf"{_AFFIX}([)-]?)$", r"\1"),
    (r"^\((.*)\)$", r"-\1"),
    (r"^([0-9].*)-$", r"-\1"),
    ("(\\d)[ '\u00a0\u202f](\\d{3})", r"\1\2"),
)
_COMMA_DECIMAL = r",(\d{1,2}|\d{4,})\s*\D*$"
_POINT_DECIMAL = r"\.(\d{1,2}|\d{4,})\s*\D*$"
_YES = ("true", "t", "yes", "y", "1", "1.0", "on", "x", "是", "有", "真", "同意", "已订阅")
_NO = ("false", "f", "no", "n", "0", "0.0", "off", "否", "无", "假", "不同意", "未订阅")


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of a column are written; `plain` when the engine reads every one of them as it is."""

    comma_decimal: bool = False
    plain: bool = False


def number_style(text: str, table: str, staging: Staging) -> NumberStyle:
    """Decides whether a column uses decimal commas: some values show one, and none shows a decimal point."""
    comma, point = staging.rows(
        f"SELECT count(*) FILTER (regexp_matches({text}, {literal(_COMMA_DECIMAL)})),"
        f" count(*) FILTER (regexp_matches({text}, {literal(_POINT_DECIMAL)})) FROM {table}"
        f" WHERE {text} LIKE '%,%' OR {text} LIKE '%.%'"
    )[0]
    return NumberStyle(comma_decimal=comma > 0 and comma > point)


def number_sql(text: str, kind: str, style: NumberStyle) -> str:
    """A number of the given column type from a text expression; null where it is none."""
    if style.plain:
        return f"TRY_CAST({text} AS {duck_type(kind)})"
    plain = f"translate({text}, {literal(_WIDE)}, {literal(_NARROW)})"
    for pattern, replacement in _UNDRESSED:
        plain = f"regexp_replace({plain}, {literal(pattern)}, {literal(replacement)}, 'g')"
    mark, group = (",", ".") if style.comma_decimal else (".", ",")
    grouped = rf"^-?\d{{1,3}}([{group}]\d{{2,3}})*[{group}]\d{{3}}([{mark}]\d+)?$"
    whole = f"CASE WHEN regexp_matches({plain}, {literal(grouped)}) THEN replace({plain}, '{group}', '') ELSE {plain} END"
    pointed = f"regexp_replace({whole}, '^(-?\\d*),(\\d+)$', '\\1.\\2')" if style.comma_decimal else whole
    careful = f"TRY_CAST({pointed} AS {duck_type(kind)})"
    if style.comma_decimal:
        return careful
    return f"coalesce(TRY_CAST({text} AS {duck_type(kind)}), {careful})"


def count_sql(text: str, style: NumberStyle) -> str:
    """A whole number; a fraction is rounded (and reported by the caller)."""
    return f"CAST(round({number_sql(text, 'decimal(18, 4)', style)}) AS BIGINT)"


def flag_sql(text: str) -> str:
    """True or false in the words of both languages; null for other texts."""
    yes, no = (", ".join(literal(word) for word in words) for words in (_YES, _NO))
    return f"CASE WHEN lower({text}) IN ({yes}) THEN true WHEN lower({text}) IN ({no}) THEN false END"
