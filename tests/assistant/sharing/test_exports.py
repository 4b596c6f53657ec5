"""Files that leave: raw values in CSV, real numbers in Excel, Chinese in both and in pictures, nothing that runs, nothing cut unsaid."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from analytics.finding import Filter
from analytics.run import ResultTable
from analytics.shop import Settings, Shop
from assistant.answer import Answer, Language, Receipt
from assistant.answering import charts, tables
from assistant.answering.formats import Formats
from assistant.answering.measures import Measures
from assistant.sharing import exports, pictures
from assistant.sharing.cells import defused, raw
from assistant.sharing.exports import Export
from assistant.sharing.workbook import sheet_name
from assistant.understanding.catalogue import Chart
from tests.assistant.answering import made

SHOP = replace(Shop.unbound(date(2026, 11, 17)), settings=Settings(currency="GBP"), version="abc123")
SALES = ResultTable(
    (("city", "string"), ("revenue", "decimal(18, 4)"), ("orders", "int64"), ("return_rate", "float64"), ("last_order_date", "date"),
     ("opened_at", "timestamp"), ("hour", "int64"), ("is_partial", "boolean")),
    (
        ("Leeds", Decimal("1234567.8900"), 1200, 0.0512, date(2026, 11, 17), datetime(2026, 11, 17, 9, 30), 9, True),
        ("杭州", Decimal("-12.5000"), 3, None, None, None, 0, False),
    ), 2,
)
#: What a customer may type into a field to make a spreadsheet run it.
ATTACKS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0",
    "＝1+1", "x;=1+1", "x\n=1+1", '"=1+1',
)


def answer(
    language: Language = "en", currency: str = "GBP", chart: Chart | None = None, question: str = "revenue by city", **shown: ResultTable
) -> Answer:
    """An answer with the given tables."""
    found = made.computed(tables=shown or {"cities": SALES}, units={})
    formats, measures = Formats(language, currency), Measures(found.units, {"dimension": ("city",)})
    receipt = Receipt(
        tokens=(), period=made.NOVEMBER, period_label=formats.dates(made.NOVEMBER), filters=(Filter("city", "!=", "York"),), defaults={},
        rows_used=1234, rows_unit="orders", rows_left_out={"cancelled": 12}, definitions={"Revenue": "What customers paid."},
        data_version="abc123", as_of=date(2026, 11, 17), sql=("SELECT secret",), summary="1,234 orders used; left out: 12 cancelled",
        currency=currency, time_zone="Europe/London",
    )
    listed = tables.shown(found, measures, formats)
    asked = replace(made.request(language, question), intent="metric_breakdown")
    return Answer(
        request=asked, text="Leeds sells most.\n\nMore.", headline="Leeds sells most.", restated="Revenue by city, 1–17 November 2026",
        resolved={}, facts={}, tables=listed, charts=charts.draw((chart,), listed, measures, formats) if chart else (), receipt=receipt,
        caveats=("The period is not over.",),
    )


def table_of(*cells: Any, column: str = "city", kind: str = "string", total: int | None = None) -> ResultTable:
    return ResultTable(((column, kind),), tuple((cell,) for cell in cells), len(cells) if total is None else total)


def rows_of(export: Export | bytes) -> list[list[str]]:
    content = export.content if isinstance(export, Export) else export
    assert content.startswith(b"\xef\xbb\xbf"), "Excel reads Chinese only with the mark in front"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def book_of(export: Export) -> Any:
    return openpyxl.load_workbook(io.BytesIO(export.content))


def receipt_of(sheet: Any) -> dict[str, str]:
    return {str(label): str(text) for label, text in sheet.iter_rows(min_row=2, values_only=True)}


# CSV


def test_a_csv_has_raw_values_and_iso_dates() -> None:
    export = exports.as_csv(answer())
    assert rows_of(export) == [
        ["City", "Revenue", "Orders", "Return rate", "Last order", "Opened at", "Hour", "Unfinished period"],
        ["Leeds", "1234567.8900", "1200", "0.0512", "2026-11-17", "2026-11-17 09:30:00", "9", "true"],
        ["杭州", "-12.5000", "3", "", "", "", "0", "false"],
    ]
    assert (export.name, export.mime) == ("metric-breakdown_2026-11-17.csv", "text/csv; charset=utf-8")


def test_several_tables_are_a_zip_with_the_receipt() -> None:
    export = exports.as_csv(answer("zh", cities=SALES, months=made.MONTHS))
    packed = zipfile.ZipFile(io.BytesIO(export.content))
    assert export.name == "metric-breakdown_2026-11-17.zip"
    assert packed.namelist() == ["cities.csv", "months.csv", "receipt.csv"]
    assert rows_of(packed.read("months.csv"))[1][:2] == ["2026-01-01", "1000"]
    receipt = dict(row for row in rows_of(packed.read("receipt.csv")))
    assert receipt["结论"] == "Leeds sells most."
    assert receipt["数据截至"] == "2026年11月17日"


def test_the_same_answer_is_the_same_csv_and_zip() -> None:
    for made_again in (answer(), answer(cities=SALES, months=made.MONTHS)):
        assert exports.as_csv(made_again).content == exports.as_csv(replace(made_again)).content


def test_an_answer_without_tables_exports_its_receipt() -> None:
    bare = replace(answer(), tables=())
    assert ["Answer", "Leeds sells most."] in rows_of(exports.as_csv(bare))
    assert book_of(exports.as_xlsx(bare)).sheetnames == ["How this was worked out"]


def test_an_empty_table_has_its_headings() -> None:
    empty = answer(cities=made.EMPTY)
    assert rows_of(exports.as_csv(empty)) == [["City", "Revenue"]]
    sheet = book_of(exports.as_xlsx(empty)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["City", "Revenue"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_spreadsheet_runs_what_a_customer_typed(attack: str) -> None:
    (_, (cell,)) = rows_of(exports.as_csv(answer(cities=table_of(attack))))
    starts = [piece.lstrip(" ") for piece in cell.replace("\t", "\n").replace("\r", "\n").replace(";", "\n").split("\n")]
    assert not any(piece.startswith(("=", "+", "-", "@", "＝")) for piece in starts), cell
    sheet = book_of(exports.as_xlsx(answer(cities=table_of(attack)))).worksheets[0]
    assert sheet["A2"].data_type == "s"


def test_a_heading_a_question_and_a_caveat_do_not_run_either() -> None:
    asked = replace(answer(question="=1+1", cities=SALES, months=made.MONTHS), caveats=("@now",), headline="=1+1")
    receipt = rows_of(zipfile.ZipFile(io.BytesIO(exports.as_csv(asked).content)).read("receipt.csv"))
    assert ["Answer", "'=1+1"] in receipt
    assert ["Please note", "'@now"] in receipt
    sheet = book_of(exports.as_xlsx(asked)).worksheets[-1]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


def test_numbers_below_zero_and_plain_texts_are_left_as_they_are() -> None:
    assert raw(Decimal("-5.0")) == "-5.0"
    assert raw(-5) == "-5"
    for text in ("Leeds", "a - b", "1+1", "a@b.example", "", "茶"):
        assert defused(text) == text


# Excel


def test_a_workbook_in_chinese_reads_back_as_it_was() -> None:
    book = book_of(exports.as_xlsx(answer("zh", "CNY", cities=SALES)))
    sheet = book.worksheets[0]
    assert book.sheetnames[-1] == "计算依据"
    assert [cell.value for cell in sheet[1]][:5] == ["城市", "销售额", "订单数", "退货率", "最近下单日期"]
    assert [cell.value for cell in sheet["A"]] == ["城市", "Leeds", "杭州"]
    receipt = receipt_of(book["计算依据"])
    assert receipt["提问"] == "revenue by city"
    assert receipt["筛选条件"] == "城市不是York"
    assert receipt[f"表格“{sheet.title}”"] == "共2行，全部列出"


def test_figures_are_numbers_in_the_format_of_their_unit() -> None:
    sheet = book_of(exports.as_xlsx(answer())).worksheets[0]
    found = {str(sheet.cell(1, place).value): (sheet.cell(2, place).value, sheet.cell(2, place).number_format) for place in range(1, 9)}
    assert found == {
        "City": ("Leeds", "General"), "Revenue": (1234567.89, "[$£]#,##0.00"), "Orders": (1200, "#,##0"), "Return rate": (0.0512, "0.0%"),
        "Last order": (datetime(2026, 11, 17), "yyyy-mm-dd"), "Opened at": (datetime(2026, 11, 17, 9, 30), "yyyy-mm-dd hh:mm"),
        "Hour": (9, "#,##0"), "Unfinished period": ("yes", "General"),
    }
    assert sheet["D3"].value is None


@pytest.mark.parametrize(
    ("language", "currency", "pattern"),
    [
        ("en", "GBP", "[$£]#,##0.00"), ("zh", "CNY", "[$¥]#,##0.00"), ("en", "JPY", "[$¥]#,##0"), ("en", "CHF", "[$CHF] #,##0.00"),
        ("en", "", "#,##0.00"),
    ],
)
def test_money_is_in_the_currency_of_the_data(language: Language, currency: str, pattern: str) -> None:
    sheet = book_of(exports.as_xlsx(answer(language, currency))).worksheets[0]
    assert sheet["B2"].number_format == pattern


def test_a_unit_that_each_row_has_for_itself_holds_row_by_row() -> None:
    figures = ResultTable(
        (("metric", "string"), ("value", "float64"), ("change", "float64"), ("change_rate", "float64")),
        (("revenue", 1000.5, -20.0, -0.02), ("return_rate", 0.05, 0.012, 0.24), ("orders", 12.0, 1.0, 0.09)), 3,
    )
    sheet = book_of(exports.as_xlsx(answer(figures=figures))).worksheets[0]
    assert [(row[1].value, row[1].number_format) for row in sheet.iter_rows(min_row=2)] == [
        (1000.5, "[$£]#,##0.00"), (0.05, "0.0%"), (12, "#,##0"),
    ]
    changes = [(row[2].value, row[2].number_format) for row in sheet.iter_rows(min_row=2)]
    assert changes[0] == (-20, "+[$£]#,##0.00;-[$£]#,##0.00;[$£]#,##0.00")
    # A share that rose from 3.8 % to 5 % rose by 1.2 points and by 24 %: two columns that must not look alike.
    assert changes[1] == (1.2, '+0.0" percentage points";-0.0" percentage points";0.0" percentage points"')
    assert sheet["D3"].number_format == "+0.0%;-0.0%;0.0%"


def test_the_head_stays_in_view_and_columns_are_wide_enough_for_chinese() -> None:
    sheet = book_of(exports.as_xlsx(answer(cities=table_of("黑龙江省齐齐哈尔市", "York")))).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:A3"
    assert sheet.column_dimensions["A"].width >= 18


def test_the_receipt_sheet_says_what_the_figures_rest_on_and_keeps_the_query_to_itself() -> None:
    export = exports.as_xlsx(answer())
    sheet = book_of(export).worksheets[-1]
    receipt = receipt_of(sheet)
    assert receipt == {
        "Answer": "Leeds sells most.", "Question": "revenue by city", "Understood as": "Revenue by city, 1–17 November 2026",
        "Period": "1–17 November 2026 (so far)", "Filters": "city not York", "Rows": "1,234 orders used; left out: 12 cancelled",
        "Table “Cities”": "all 2 rows", "Please note": "The period is not over.", "Definition: Revenue": "What customers paid.",
        "Data as of": "17 November 2026", "Data version": "abc123", "Currency": "GBP", "Time zone": "Europe/London",
    }
    assert b"secret" not in b"".join(zipfile.ZipFile(io.BytesIO(export.content)).read(n) for n in zipfile.ZipFile(io.BytesIO(export.content)).namelist())


def test_a_table_that_is_cut_says_so_wherever_one_looks() -> None:
    cut = answer(cities=table_of("Leeds", "York", total=5_000))
    plain, book = exports.as_csv(cut), exports.as_xlsx(cut)
    said = "Cut: the first 2 of 5,000 rows"
    assert plain.name == "metric-breakdown_2026-11-17_first-2-of-5000.csv"
    assert rows_of(plain)[-1] == [said]
    assert book.name == "metric-breakdown_2026-11-17_first-2-of-5000.xlsx"
    first, *_, receipt = book_of(book).worksheets
    assert [cell.value for cell in first["A"]] == ["City", "Leeds", "York", None, said]
    assert said in receipt_of(receipt).values()
    several = answer(cities=table_of("Leeds", total=9), months=made.MONTHS)
    assert "cities_first-1-of-9.csv" in zipfile.ZipFile(io.BytesIO(exports.as_csv(several).content)).namelist()


def test_texts_that_a_cell_cannot_hold_are_mended_and_never_cut_unsaid() -> None:
    sheet = book_of(exports.as_xlsx(answer(cities=table_of("a\x00b\x1fc", "x" * 40_000, "\ud800", "1042", "0007")))).worksheets[0]
    values = [cell.value for cell in sheet["A"]][1:]
    assert values[0] == "a b c"
    assert (len(values[1]), values[1][-1]) == (32_767, "…")
    assert values[2:] == ["?", "1042", "0007"]


def test_days_before_excel_knew_any_are_written_out() -> None:
    old = table_of(date(1850, 1, 1), date(2026, 1, 1), column="first_order_date", kind="date")
    sheet = book_of(exports.as_xlsx(answer(cities=old))).worksheets[0]
    assert [cell.value for cell in sheet["A"]][1:] == ["1 January 1850", datetime(2026, 1, 1)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Cities", "Cities"), ("a/b: [c]*?\\'d'", "a b c d"), ("x" * 40, "x" * 31), ("", "-"), ("///", "-"), ("History", "History 2"),
        ("接近阈值的客户", "接近阈值的客户"),
    ],
)
def test_sheets_have_names_that_excel_takes(title: str, name: str) -> None:
    assert sheet_name(title, set()) == name


def test_two_sheets_never_share_a_name() -> None:
    taken: set[str] = set()
    names = [sheet_name(title, taken) for title in ("Rows", "rows", "x" * 31, "x" * 40)]
    assert names == ["Rows", "rows 2", "x" * 31, f"{'x' * 29} 2"]


@pytest.mark.parametrize("intent", ["metric_value", "../../etc/passwd", "", "名字", "a" * 500])
def test_file_names_are_safe_whatever_is_asked(intent: str) -> None:
    asked = answer()
    name = exports.as_csv(replace(asked, request=replace(asked.request, intent=intent))).name
    assert name.isascii()
    assert not set(name) & set('/\\:*?"<>| ')
    assert not name.startswith(".")
    assert name.endswith("_2026-11-17.csv")
    assert len(name) < 100


# pictures


BARS = Chart("barh", "cities", "city", ("revenue",))


def picture(language: Language = "zh", city: str = "杭州") -> Answer:
    rows = tuple((city if i == 0 else name, *rest) for i, (name, *rest) in enumerate(SALES.rows))
    return replace(answer(language, "CNY", BARS, cities=replace(SALES, rows=rows)), restated="各城市的销售额，2026年11月1日至17日")


def test_an_svg_holds_its_chinese_texts_and_says_what_it_shows() -> None:
    export = exports.as_svg(picture())
    root = ElementTree.fromstring(export.content)
    assert {"杭州", "销售额", "各城市的销售额，2026年11月1日至17日", "数据截至2026年11月17日，版本abc123"} <= set(root.itertext())
    assert "Noto Sans CJK SC" in export.content.decode("utf-8")
    assert (export.name, export.mime) == ("metric-breakdown_2026-11-17.svg", "image/svg+xml")
    assert b"<script" not in export.content


def test_a_png_is_twice_the_size_of_the_svg_and_shows_different_texts_differently() -> None:
    drawn, other = exports.as_png(picture()), exports.as_png(picture(city="苏州"))
    width, height = struct.unpack(">II", drawn.content[16:24])
    root = ElementTree.fromstring(exports.as_svg(picture()).content)
    assert drawn.content.startswith(b"\x89PNG")
    assert (width, height) == (2 * int(float(root.attrib["width"])), 2 * int(float(root.attrib["height"])))
    if pictures.has_chinese_font():
        assert drawn.content != other.content


def test_of_several_charts_each_has_a_name_of_its_own() -> None:
    two = replace(picture(), charts=picture().charts * 2)
    assert exports.as_svg(two, 1).name == "metric-breakdown_2026-11-17_chart-2.svg"


@pytest.mark.parametrize("text", ["\x00\x01", "\ud800", "😀" * 200, "<b>&\"'", "\u2028"])
def test_a_value_that_cannot_be_drawn_breaks_no_picture(text: str) -> None:
    ElementTree.fromstring(exports.as_svg(picture(city=text)).content)


def test_a_chart_that_cannot_be_drawn_is_a_typed_outcome() -> None:
    with pytest.raises(pictures.NoPicture):
        pictures.svg(answer(), {"mark": {"type": "nonsense"}, "data": {"values": []}})


def test_long_texts_are_broken_into_lines_between_words_and_between_chinese_characters() -> None:
    assert pictures.wrapped("one two three", 8) == ["one two", "three"]
    assert pictures.wrapped("各城市的销售额", 6) == ["各城市", "的销售", "额"]
    assert pictures.wrapped("unbreakable", 4) == ["unbreakable"]
    assert pictures.wrapped("") == []


def test_a_machine_without_chinese_fonts_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    from assistant.doctor import _drawing

    assert _drawing(Formats("en", "")).startswith(("Charts can be drawn", "There is no font"))
    monkeypatch.setattr(vl_convert, "svg_to_png", lambda svg: b"a box")
    assert not pictures.has_chinese_font()
    assert "fonts-noto-cjk" in _drawing(Formats("en", ""))
    assert "fonts-noto-cjk" in _drawing(Formats("zh", ""))
