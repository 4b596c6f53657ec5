"""Files as they come: kinds, encodings, packing, bombs, and files that are no files at all."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from analytics.ingest import files
from analytics.ingest.errors import LoadError
from analytics.ingest.files import open_file

ENGLISH = "order_id,city\n1,Zürich\n2,Málaga\n3,Saint-Étienne\n4,Kraków\n"
CHINESE = "订单号,城市,备注\n1,上海,请尽快发货\n2,北京,包装完好，谢谢\n3,广州,质量不错，下次再来购买\n"


@pytest.fixture
def put(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path


def text_of(file: Path, put: Path) -> str:
    return open_file(file, put / "work").path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        *((encoding, text) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32") for text in (ENGLISH, CHINESE)),
        ("utf-16-le", ENGLISH), ("utf-16-be", ENGLISH),  # without a mark it is known by its ASCII
    ],
)
def test_unicode_is_read_in_every_form(put: Path, encoding: str, text: str) -> None:
    file = put / "a.csv"
    file.write_bytes(text.encode(encoding))
    assert text_of(file, put).removeprefix("\ufeff") == text


def test_gb18030_is_recognised(put: Path) -> None:
    file = put / "a.csv"
    file.write_bytes(CHINESE.encode("gb18030"))
    assert text_of(file, put) == CHINESE


def test_western_european_text_is_recognised(put: Path) -> None:
    text = "order_id,city,note\n" + "".join(f"{n},Málaga,né à Saint-Étienne près de Genève où il fête Noël\n" for n in range(20))
    file = put / "a.csv"
    for encoding in ("latin-1", "cp1252"):
        file.write_bytes(text.encode(encoding))
        assert text_of(file, put) == text
    file.write_bytes("id,price\n1,€5 – “fine”\n2,café crème à la française\n".encode("cp1252"))
    assert "€5 – “fine”" in text_of(file, put)


def test_utf8_with_a_few_broken_bytes_stays_utf8_and_says_how_many(put: Path) -> None:
    file = put / "a.csv"
    file.write_bytes(CHINESE.encode() + b"4,\xff,x\n")
    opened = open_file(file, put / "work")
    assert opened.bad_bytes == 1
    assert "上海" in opened.path.read_text(encoding="utf-8")
    assert "�" in opened.path.read_text(encoding="utf-8")


def test_gzip_is_unpacked_whatever_the_name(put: Path) -> None:
    plain, packed, misnamed = put / "a.csv", put / "a.csv.gz", put / "b.csv"
    plain.write_text(ENGLISH, encoding="utf-8")
    packed.write_bytes(gzip.compress(ENGLISH.encode()))
    misnamed.write_bytes(gzip.compress(ENGLISH.encode()))
    assert text_of(packed, put) == text_of(misnamed, put) == ENGLISH
    assert open_file(packed, put / "work").sha256 == open_file(plain, put / "work").sha256  # the same content


def refused(file: Path, put: Path) -> LoadError:
    with pytest.raises(LoadError) as caught:
        open_file(file, put / "work")
    return caught.value


def test_a_gzip_bomb_is_stopped_early(put: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LEAST_CHECKED", 2**20)
    monkeypatch.setattr(files, "_CHUNK", 2**18)
    bomb = put / "orders.csv.gz"
    bomb.write_bytes(gzip.compress(b"order_id,customer_id\n" + b"0" * 2**25))
    error = refused(bomb, put)
    assert (error.code, error.file) == ("too_large", "orders.csv.gz")
    assert error.details["bytes"] < 2**23  # a fraction of the whole was written
    honest = put / "honest.csv.gz"
    honest.write_bytes(gzip.compress(b"".join(b"%d,%d\n" % (n, n * 7919 % 10007) for n in range(200_000))))
    assert text_of(honest, put).count("\n") == 200_000


def test_a_workbook_bomb_is_refused_before_it_is_unpacked(put: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LEAST_CHECKED", 2**20)
    bomb = put / "a.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2**25)
    assert refused(bomb, put).code == "too_large"


def test_a_file_that_is_cut_off_is_broken(put: Path) -> None:
    file = put / "a.csv.gz"
    file.write_bytes(gzip.compress(ENGLISH.encode() * 1000)[:-20])
    assert refused(file, put).code == "broken_file"
    book = io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.save(book)
    file = put / "a.xlsx"
    file.write_bytes(book.getvalue()[: len(book.getvalue()) // 2])
    assert refused(file, put).code == "broken_file"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"), (b"\n \n\t\n", "empty_file"), (gzip.compress(b"", mtime=0), "empty_file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x02\x03", "unknown_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
    ids=["empty", "blank lines", "empty gzip", "picture", "old excel", "encrypted excel"],
)
def test_other_kinds_of_files_are_named(put: Path, content: bytes, code: str) -> None:
    file = put / "orders.csv"
    file.write_bytes(content)
    error = refused(file, put)
    assert (error.code, error.file) == (code, "orders.csv")


def test_a_zip_of_something_else_is_no_workbook(put: Path) -> None:
    file = put / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("orders.csv", ENGLISH)
    assert (refused(file, put).code, refused(file, put).details["kind"]) == ("unknown_format", "zip")


def test_every_error_takes_the_details_that_its_wording_may_use() -> None:
    assert LoadError("too_large", "a.csv", bytes=1, ratio=2).details == {"bytes": 1, "ratio": 2}
    with pytest.raises(ValueError, match="takes"):
        LoadError("too_large", "a.csv", bytes=1)


def test_a_file_that_is_not_there_and_a_folder(put: Path) -> None:
    assert refused(put / "none.csv", put).code == "file_not_there"
    assert refused(put, put).code == "is_a_folder"
