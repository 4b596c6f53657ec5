"""Map files: what can be said in them, and what is answered when it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.ingest.errors import LoadError
from analytics.ingest.mapfile import read_map


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "MAP.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_map_file_speaks_of_all_files_and_of_single_ones(tmp_path: Path) -> None:
    maps = read_map(written(tmp_path, "Datum: orders.ordered_at\nKommentar: ignore\nsales.csv:\n  Total: order_lines.amount\n"))
    assert maps.given_for("sales.csv", ["datum", "Total", "x"]) == {"datum": "orders.ordered_at", "Total": "order_lines.amount"}
    assert maps.given_for("other.csv", ["Datum", "Kommentar", "Total"]) == {"Datum": "orders.ordered_at", "Kommentar": None}


def test_a_field_may_be_named_without_its_table_where_only_one_has_it(tmp_path: Path) -> None:
    assert read_map({"Preis": "unit_price"}).everywhere == {"Preis": "order_lines.unit_price"}
    with pytest.raises(LoadError) as caught:
        read_map({"Wann": "created"})
    assert (caught.value.code, caught.value.where) == ("map_unknown_field", "Wann")
    assert "feedback.created_at" in caught.value.details["near"]
    with pytest.raises(LoadError, match="map_unknown_field") as caught:
        read_map({"Nr": "order_id"})  # orders, lines, feedback ... have one
    assert "orders.order_id" in caught.value.details["near"]


def test_a_column_that_no_file_has_is_named_with_those_that_are_like_it() -> None:
    maps = read_map({"Datun": "orders.ordered_at"})
    with pytest.raises(LoadError) as caught:
        maps.check_used(["Datum", "Betrag"])
    assert (caught.value.code, caught.value.where, caught.value.details["near"][0]) == ("map_unknown_column", "Datun", "Datum")
    with pytest.raises(LoadError, match="map_unknown_column"):
        read_map({"a.csv": {"Datun": "orders.ordered_at"}}).given_for("a.csv", ["Datum"])


@pytest.mark.parametrize(("text", "code"), [("- a\n- b\n", "bad_map"), ("a: [\n", "bad_map"), ("just words", "bad_map")])
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(LoadError) as caught:
        read_map(written(tmp_path, text))
    assert (caught.value.code, caught.value.file) == (code, "MAP.yaml")


def test_a_map_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="file_not_there"):
        read_map(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LoadError, match="not_readable"):
        read_map(tmp_path / "b.yaml")


def test_an_empty_map_says_nothing(tmp_path: Path) -> None:
    assert read_map(written(tmp_path, "# nothing yet\n")).everywhere == {}
    assert read_map(None).everywhere == {}
