"""Readers: every format gives the same rows, and no line of a damaged file is lost."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.ingest import readers
from analytics.ingest.errors import LoadError
from analytics.ingest.readers import read, sniff, unique_names
from analytics.ingest.staging import Raw, Staging


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(duckdb.connect(), tmp_path / "work")


def raw_of(content: str | bytes, staging: Staging, name: str = "a.csv") -> Raw:
    file = staging.folder.parent / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    (raw,) = read(file, staging)
    return raw


def cells(raw: Raw, staging: Staging) -> list[tuple[str | None, ...]]:
    return staging.rows(f"FROM {raw.name}")


def lost(staging: Staging) -> list[str]:
    return [json.loads(row)["line"] for (row,) in staging.rows("SELECT row FROM scratch.set_aside")]


def found(staging: Staging) -> dict[str, int]:
    return {check.rule: check.rows for check in staging.checks}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(staging: Staging, delimiter: str) -> None:
    text = "id,name,price\n1,\"tea, green\",1.50\n2,mug;big,2\n".replace(",", delimiter).replace(f"tea{delimiter}", "tea,")
    assert sniff(text) == delimiter
    raw = raw_of(text.replace("mug;big", '"mug;big"'), staging)
    assert raw.columns == ("id", "name", "price")
    assert cells(raw, staging) == [("1", "tea, green", "1.50"), ("2", "mug;big", "2")]


@pytest.mark.parametrize("name", ["sales[1].csv", "sales*.csv", "what?.csv", "o'brien.csv", "a=b.csv"])
def test_names_that_are_patterns_elsewhere_are_just_names(staging: Staging, name: str) -> None:
    (staging.folder.parent / "sales1.csv").write_text("other\n0\n")
    assert cells(raw_of("id,price\n1,2\n", staging, name), staging) == [("1", "2")]


def test_folders_named_like_partitions_add_no_columns(staging: Staging) -> None:
    folder = staging.folder.parent / "year=2024"
    folder.mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(folder / "x.parquet")
    (folder / "x.csv").write_text("a\n1\n")
    for name in ("x.parquet", "x.csv"):
        assert read(folder / name, staging)[0].columns == ("a",)


def test_the_encoding_of_a_file_is_reported(staging: Staging) -> None:
    raw = raw_of("订单号,城市\n一,上海\n二,北京\n".encode("gb18030"), staging)
    assert (raw.columns, found(staging)) == (("订单号", "城市"), {"encoding": 2})


def test_a_file_of_one_column_has_one_column(staging: Staging) -> None:
    raw = raw_of("customer_id\nann\nbob\n", staging)
    assert (raw.columns, cells(raw, staging)) == (("customer_id",), [("ann",), ("bob",)])


def test_quotes_line_breaks_and_windows_line_ends(staging: Staging) -> None:
    raw = raw_of('id,text\r\n1,"say ""hi"""\r\n2,"two\r\nlines"\r\n3,5" disk\r\n', staging)
    assert cells(raw, staging) == [("1", 'say "hi"'), ("2", "two\r\nlines"), ("3", '5" disk')]


def test_short_lines_are_filled_and_long_ones_kept_aside(staging: Staging) -> None:
    raw = raw_of("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,,\n", staging)
    assert sorted(cells(raw, staging), key=str) == [("1", "2", "3"), ("10", "11", "12"), ("4", "5", None)]
    assert lost(staging) == ["6,7,8,9"]
    assert found(staging) == {"uneven_rows": 1, "broken_rows": 1}


def test_an_unclosed_quote_swallows_no_other_line(staging: Staging) -> None:
    raw = raw_of('a,b\n1,x\n2,"open\n3,y\n4,z\n', staging)
    assert sorted(cells(raw, staging)) == [("1", "x"), ("3", "y"), ("4", "z")]
    assert lost(staging) == ['2,"open']


def test_a_stray_quote_far_from_the_next_spoils_one_line(staging: Staging) -> None:
    good = [(str(n), f"note {n}") for n in range(3_000)]
    text = "a,b\n" + '0,"stray\n' + "".join(f"{a},{b}\n" for a, b in good) + '9,"two\nlines"\n'
    raw = raw_of(text, staging)
    assert sorted(cells(raw, staging)) == sorted([*good, ("9", "two\nlines")])
    assert lost(staging) == ['0,"stray']


def test_a_file_with_very_many_uneven_lines_is_read_too(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MOST_BROKEN", 10)
    raw = raw_of("a,b,c\n" + "".join(f"{n},x\n" for n in range(500)) + "1,2,3,4\n", staging)
    assert len(cells(raw, staging)) == 500
    assert lost(staging) == ["1,2,3,4"]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;|\t\n'), max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(table=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12), delimiter=st.sampled_from(",;\t|"))
def test_whatever_a_table_holds_it_is_read_as_it_was_written(
    staging: Staging, table: list[tuple[str, str, str]], delimiter: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second", "third"), *table])
    staging.checks.clear()
    raw = raw_of(out.getvalue(), staging)
    read_back = [tuple(cell or "" for cell in row) for row in cells(raw, staging)]
    assert sorted(read_back) == sorted(table)
    assert staging.checks == []


def test_headers_are_made_different_and_empty_ones_named() -> None:
    assert unique_names(["a", "A", "", "a", " b ", None]) == ("a", "A_2", "column_3", "a_3", "b", "column_6")


def test_empty_lines_before_the_header_and_trailing_empty_columns_do_no_harm(staging: Staging) -> None:
    raw = raw_of("\n\norder_id,city,,\n1,York,,\n", staging)
    assert (raw.columns, cells(raw, staging)) == (("order_id", "city"), [("1", "York")])


def test_a_file_without_a_header_is_refused(staging: Staging) -> None:
    with pytest.raises(LoadError) as caught:
        raw_of("536365,85123A,6,2.55\n536366,71053,6,3.39\n", staging)
    assert (caught.value.code, caught.value.details["first_row"]) == ("no_header", ["536365", "85123A", "6", "2.55"])


def test_two_hundred_columns_are_fine_and_thousands_are_not(staging: Staging) -> None:
    wide = ",".join(f"c{n}" for n in range(200)) + "\n" + ",".join("x" for _ in range(200)) + "\n"
    assert len(raw_of(wide, staging).columns) == 200
    with pytest.raises(LoadError, match="too_many_columns"):
        raw_of(",".join(f"c{n}" for n in range(2_001)) + "\n", staging)


def test_json_lines_with_changing_keys(staging: Staging) -> None:
    text = '{"id": 1, "name": "tea, \\"green\\""}\n\n{"id": 2, "price": 2.50, "tags": ["a", "b"]}\n{"id": null, "name": ""}\n'
    raw = raw_of(text, staging, "a.jsonl")
    assert raw.columns == ("id", "name", "price", "tags")
    assert cells(raw, staging) == [("1", 'tea, "green"', None, None), ("2", None, "2.5", '["a","b"]'), (None, "", None, None)]


def test_a_json_array_of_objects_is_read_too(staging: Staging) -> None:
    assert cells(raw_of('[\n {"a": 1},\n {"a": 2}\n]\n', staging, "a.json"), staging) == [("1",), ("2",)]


def test_broken_json_lines_are_set_aside(staging: Staging) -> None:
    raw = raw_of('{"a": 1}\n{"a": 2\n[3]\n{"a": 4}\n', staging, "a.jsonl")
    assert cells(raw, staging) == [("1",), ("4",)]
    assert lost(staging) == ['{"a": 2', "[3]"]
    with pytest.raises(LoadError, match="broken_file"):
        raw_of("{nothing\n", staging, "b.jsonl")


def test_parquet_keeps_every_digit(staging: Staging) -> None:
    table = pd.DataFrame(
        {"id": [1, 2], "price": [2.55, 0.001], "at": [datetime(2024, 1, 2, 3, 4, 5), None], "n": pd.array([3, None], dtype="Int64")}
    )
    file = io.BytesIO()
    table.to_parquet(file)
    raw = raw_of(file.getvalue(), staging, "a.parquet")
    assert cells(raw, staging) == [("1", "2.55", "2024-01-02 03:04:05", "3"), ("2", "0.001", None, None)]
    with pytest.raises(LoadError, match="broken_file"):
        raw_of(file.getvalue()[:200], staging, "b.parquet")


def book(sheets: dict[str, list[list[object]]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, sheet_rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in sheet_rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_a_workbook_gives_dates_numbers_and_texts_as_they_are_meant(staging: Staging) -> None:
    rows: list[list[object]] = [
        [], [None, None], ["id", "at", "price", "ok", "note"],
        [1, datetime(2024, 1, 2, 3, 4), 2.5, True, "#N/A"], [], ["A2", datetime(2024, 1, 3), 17850.0, None, "x, y"],
    ]
    raw = raw_of(book({"Sheet1": rows}), staging, "a.xlsx")
    assert raw.columns == ("id", "at", "price", "ok", "note")
    assert cells(raw, staging) == [("1", "2024-01-02 03:04:00", "2.5", "true", None), ("A2", "2024-01-03", "17850", None, "x, y")]


def test_sheets_named_after_tables_are_those_tables_and_others_are_reported(staging: Staging) -> None:
    file = staging.folder.parent / "shop.xlsx"
    file.write_bytes(book({"Notes": [["hello"]], "Orders": [["order_id"], [1]], "商品": [["product_id"], ["tea"]]}))
    raws = read(file, staging)
    assert [(raw.where, raw.rows) for raw in raws] == [("Orders", 1), ("商品", 1)]
    assert found(staging) == {"sheets_not_read": 1}


def test_of_other_workbooks_the_first_sheet_with_rows_is_read(staging: Staging) -> None:
    raw = raw_of(book({"Empty": [], "Data": [["a"], [1]], "More": [["b"], [2]]}), staging, "a.xlsx")
    assert (raw.where, raw.columns, found(staging)) == ("Data", ("a",), {"sheets_not_read": 2})
    with pytest.raises(LoadError, match="empty_file"):
        raw_of(book({"Empty": []}), staging, "b.xlsx")


def test_a_workbook_with_a_value_in_the_last_cell_does_not_blow_up(staging: Staging) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"], sheet["B1"], sheet["A2"], sheet["XFD3"] = "a", "b", 1, "far"
    out = io.BytesIO()
    workbook.save(out)
    raw = raw_of(out.getvalue(), staging, "a.xlsx")
    assert cells(raw, staging) == [("1", None)]
    assert found(staging) == {"broken_rows": 1}


def test_a_workbook_with_an_entity_bomb_is_refused(staging: Staging) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY e0 "lol">{entities}]>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book({"Sheet1": [["a"], ["x"]]}))) as good, zipfile.ZipFile(out, "w") as bad:
        for entry in good.infolist():
            text = good.read(entry).decode()
            if entry.filename.endswith("sheet1.xml"):
                text = bomb + text.replace("<t>x</t>", "<t>&e8;</t>")
            bad.writestr(entry, text)
    with pytest.raises(LoadError) as caught:
        raw_of(out.getvalue(), staging, "a.xlsx")
    assert caught.value.code == "broken_file"
