"""Answers in a terminal: aligned whatever the script, free of control characters, honest about rows that are not shown."""

from __future__ import annotations

from assistant.answer import Column, Table
from assistant.answering.formats import Formats
from assistant.answering.tables import writer
from assistant.terminal import ROWS, aligned, aligned_table, clipped, width


def test_columns_line_up_with_chinese_characters() -> None:
    lines = aligned(["城市", "Revenue"], [["上海", "1,234"], ["Leeds", "5"]], [False, True]).splitlines()
    assert lines == ["城市   Revenue", "─────  ───────", "上海     1,234", "Leeds        5"]
    assert {width(line) for line in lines} == {14}


def test_combining_marks_take_no_room() -> None:
    assert width("é") == 1
    assert width("订单") == 4


def test_control_characters_of_the_data_never_reach_the_terminal() -> None:
    assert clipped("Ann\x1b[31m\nLee\x07") == "Ann [31m Lee"


def test_long_cells_are_cut_with_a_mark() -> None:
    cut = clipped("客" * 60)
    assert cut.endswith("…")
    assert width(cut) <= 48


def test_a_table_shows_its_first_rows_with_figures_flush_right() -> None:
    columns = (Column("city", "string", "", "City", "city"), Column("revenue", "float64", "money", "Revenue", "revenue"))
    rows = tuple((f"Town {i}", 1000.0 * i) for i in range(50))
    table = Table("cities", "Cities", columns, rows, 50, writer(Formats("en", "GBP")))
    lines = aligned_table(table).splitlines()
    assert len(lines) == ROWS + 2
    assert lines[2] == "Town 0        £0"
    assert lines[-1].endswith("£19,000")
