"""Files that somebody sends: read in a private folder, proposed whatever is missing, rehearsed without a trace, loaded whole."""

from __future__ import annotations

import gzip
import os
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from analytics import store
from analytics.ingest.errors import LoadError
from analytics.shop import Settings
from analytics.store import DataSetError
from assistant import uploads
from assistant.uploads import Chosen, Plan, Proposal, Sent

SALES = b"order_id,ordered_at,customer_id,product,quantity,unit_price\n" + b"\n".join(
    b"A%d,2026-01-%02d,C%d,Mug,2,3.50" % (number, number, number % 3) for number in range(1, 11)
)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "mine.duckdb"
    uploads.commit([Sent("sales.csv", SALES)], path, Plan({}, Settings()))
    return path


def as_proposed(proposal: Proposal) -> Chosen:
    return Chosen(proposal, proposal.kind, tuple(column.field for column in proposal.columns))


def workbook(path: Path, **sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path.read_bytes()


# names and folders


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("sales.csv", "sales.csv"), ("../../etc/passwd", "passwd"), ("C:\\data\\sales.csv", "sales.csv"), ("a\x00b\n.csv", "a b .csv"),
        ("", "file"), ("..", "file"), ("销售.csv", "销售.csv"), ("a*b?.csv", "a b .csv"),
    ],
)
def test_a_name_is_never_a_path(given: str, safe: str) -> None:
    assert uploads.safe_names([given]) == (safe,)


def test_two_files_of_one_name_are_both_kept_and_both_still_named_after_their_table() -> None:
    assert uploads.safe_names(["orders.csv", "Orders.csv", "orders.csv.gz", "orders.csv.gz"]) == (
        "orders.csv", "Orders (2).csv", "orders.csv.gz", "orders (2).csv.gz",
    )


def test_a_very_long_name_is_cut_and_keeps_its_ending() -> None:
    (name,) = uploads.safe_names(["x" * 900 + ".csv.gz"])
    assert len(name) <= 120
    assert name.endswith(".csv.gz")


def test_files_stand_in_a_private_folder_and_are_gone_afterwards(own_temporary_folder: Path) -> None:
    with uploads.staged([Sent("sales.csv", SALES)]) as (path,):
        assert path.read_bytes() == SALES
        assert path.parent.stat().st_mode & 0o077 == 0
    assert list(own_temporary_folder.iterdir()) == []


def test_nothing_of_a_file_is_left_when_it_cannot_be_read(own_temporary_folder: Path) -> None:
    with pytest.raises(LoadError):
        uploads.proposals([Sent("broken.parquet", b"PAR1 and then nothing")])
    assert list(own_temporary_folder.iterdir()) == []


def test_what_a_killed_process_left_behind_is_removed_and_what_is_in_use_is_not(own_temporary_folder: Path) -> None:
    old, new = own_temporary_folder / "askwell-upload-old", own_temporary_folder / "askwell-upload-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "sales.csv").write_bytes(SALES)
    os.utime(old, (0, 0))
    with uploads.staged([]):
        assert not old.exists()
        assert new.exists()


# proposals


def test_a_sales_file_is_proposed_with_sample_values() -> None:
    (found,) = uploads.proposals([Sent("sales.csv", SALES)])
    by_column = {column.column: column for column in found.columns}
    assert (found.kind, found.rows) == ("flat", 10)
    assert by_column["ordered_at"].field == "orders.ordered_at"
    assert by_column["order_id"].sample == ("A1", "A2", "A3")


def test_a_file_without_a_date_is_proposed_and_said_to_lack_it() -> None:
    (found,) = uploads.proposals([Sent("list.csv", b"sku,qty,price\nmug,1,2.5\ntea,2,3.5\n")])
    assert uploads.unfit("flat", as_proposed(found).fields).missing[0] == "orders.ordered_at"
    assert found.kind == "flat"


def test_a_file_of_another_table_is_recognised_by_its_columns() -> None:
    (found,) = uploads.proposals([Sent("export.csv", b"ticket id,opened at,priority,agent\nT1,2026-01-02,high,Ann\nT2,2026-01-03,low,Bo\n")])
    assert found.kind == "tickets"
    assert uploads.adds([found.kind])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "empty_file"), ("a.csv", b"order_id,ordered_at,quantity,unit_price\n", "no_rows"),
        ("a.csv", bytes(range(256)) * 9, "unknown_format"), ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        ("a.csv.gz", gzip.compress(SALES)[:-20], "broken_file"), ("a.csv", b"1,2,3\n4,5,6\n", "no_header"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(name: str, content: bytes, code: str) -> None:
    with pytest.raises(LoadError) as refused:
        uploads.proposals([Sent(name, content)])
    assert (refused.value.code, refused.value.file) == (code, name)


def test_a_workbook_that_would_unpack_to_far_more_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open("xl/big.xml", "w") as inside:
            for _ in range(70):
                inside.write(bytes(4 * 2**20))
    with pytest.raises(LoadError) as refused:
        uploads.proposals([Sent("bomb.xlsx", path.read_bytes())])
    assert refused.value.code == "too_large"


def test_what_is_said_of_a_broken_file_names_no_folder_of_ours() -> None:
    with pytest.raises(LoadError) as refused:
        uploads.proposals([Sent("broken.parquet", b"PAR1" + bytes(range(1, 200)))])
    assert "broken.parquet" in refused.value.details["reason"]
    assert "askwell-upload" not in refused.value.details["reason"]


# corrections


def test_what_a_person_says_overrules_what_was_proposed(db: Path) -> None:
    content = b"no,when,what,n,each\n" + b"\n".join(b"%d,2026-02-%02d,Mug,1,2.50" % (i, i) for i in range(1, 9))
    (found,) = uploads.proposals([Sent("weird.csv", content)])
    said = Chosen(
        found, "flat",
        ("orders.order_id", "orders.ordered_at", "products.name", "order_lines.quantity", "order_lines.unit_price"),
    )
    report = uploads.commit([Sent("weird.csv", content)], db, Plan(uploads.mapping_of([said]), Settings()))
    assert report.tables == {"orders": 8, "order_lines": 8, "products": 1}
    assert all(column.given for column in report.mappings[0].columns)


def test_a_file_is_what_a_person_says_whatever_it_is_called(db: Path) -> None:
    content = b"id,day\nA1,2026-01-01\nA99,2026-03-01\n"
    (found,) = uploads.proposals([Sent("list.csv", content)])
    said = Chosen(found, "orders", ("orders.order_id", "orders.ordered_at"))
    report = uploads.commit([Sent("list.csv", content)], db, Plan(uploads.mapping_of([said]), Settings(), append=True))
    assert report.mappings[0].table == "orders"
    assert report.tables["orders"] == 11


def test_a_sales_file_called_customers_can_be_said_to_be_a_sales_file(db: Path) -> None:
    (found,) = uploads.proposals([Sent("customers.csv", SALES)])
    fields = tuple(column.field for column in uploads.proposed(found.profiles, "flat"))
    report = uploads.commit([Sent("customers.csv", SALES)], db, Plan(uploads.mapping_of([Chosen(found, "flat", fields)]), Settings()))
    assert report.tables["order_lines"] == 10


def test_sheets_of_one_workbook_are_corrected_each_by_itself(db: Path, tmp_path: Path) -> None:
    content = workbook(
        tmp_path / "book.xlsx",
        orders=[["order_id", "ordered_at", "note"], ["X1", "2026-04-01", "gift"]],
        order_lines=[["order_id", "quantity", "unit_price", "note"], ["X1", 1, 2.5, "red"]],
    )
    found = uploads.proposals([Sent("book.xlsx", content)])
    mapping = uploads.mapping_of([as_proposed(proposal) for proposal in found])
    assert set(mapping) == {"book.xlsx/orders", "book.xlsx/order_lines"}
    assert uploads.commit([Sent("book.xlsx", content)], db, Plan(mapping, Settings())).tables == {"orders": 1, "order_lines": 1}


def test_a_field_that_two_columns_have_is_named() -> None:
    chosen = ["orders.ordered_at", "orders.ordered_at", "order_lines.unit_price"]
    assert uploads.unfit("flat", chosen).twice == ("orders.ordered_at",)


def test_an_amount_stands_for_a_price() -> None:
    assert not uploads.unfit("order_lines", ["order_lines.order_id", "order_lines.quantity", "order_lines.amount"])
    assert uploads.unfit("order_lines", ["order_lines.order_id", "order_lines.quantity"]).missing == ("order_lines.unit_price",)


# rehearsal and load


@pytest.mark.parametrize("append", [False, True])
def test_a_rehearsal_tells_what_the_load_does_and_touches_nothing(db: Path, own_temporary_folder: Path, append: bool) -> None:
    more = SALES.replace(b"\nA", b"\nB")
    before = (db.stat().st_ino, db.read_bytes(), len(store.versions(db)))
    plan = Plan({}, Settings(), append=append)
    told = uploads.rehearse([Sent("sales.csv", more)], db, plan)
    assert (db.stat().st_ino, db.read_bytes(), len(store.versions(db))) == before
    assert list(own_temporary_folder.iterdir()) == []
    done = uploads.commit([Sent("sales.csv", more)], db, plan)
    assert (told.version, told.tables, told.checks) == (done.version, done.tables, done.checks)
    assert done.tables["orders"] == (20 if append else 10)


def test_a_load_that_is_refused_leaves_the_data_set_as_it_was(db: Path) -> None:
    version = store.meta(db)["version"]
    with pytest.raises(LoadError):
        uploads.commit([Sent("feedback.csv", b"feedback_id,created_at\nF1,2026-01-01\n")], db, Plan({}, Settings()))
    with pytest.raises(DataSetError):
        uploads.commit([Sent("sales.csv", SALES)], db, Plan({}, Settings(time_zone="Mars/Base")))
    assert store.meta(db)["version"] == version


def test_what_goes_wrong_in_a_rehearsal_names_the_data_set_and_not_its_copy(db: Path) -> None:
    with pytest.raises(DataSetError) as refused:
        uploads.rehearse([Sent("sales.csv", SALES)], db, Plan({}, Settings(time_zone="Mars/Base")))
    assert refused.value.details == {"path": str(db), "time_zone": "Mars/Base"}


# settings


def test_the_menus_begin_with_what_is_in_use() -> None:
    assert uploads.currencies("SEK")[:3] == ("SEK", "GBP", "EUR")
    assert uploads.time_zones("Asia/Shanghai")[0] == "Asia/Shanghai"
    assert len(uploads.currencies("GBP")) == len(set(uploads.currencies("GBP")))


def test_the_name_of_the_demo_company_is_not_offered_for_other_data() -> None:
    settings = Settings(company="Askwell Demo", currency="EUR")
    assert uploads.first_settings(settings, [{"file": "demo"}]) == Settings(company="", currency="EUR")
    assert uploads.first_settings(settings, [{"file": "sales.csv"}]) == settings
