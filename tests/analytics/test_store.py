"""Data set files: what happens when they are missing, foreign, damaged, full, killed, written twice, rolled back."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analytics import store
from analytics.schema import CANONICAL, FORMAT_VERSION
from analytics.shop import Settings
from analytics.store import DataSetError
from tests.support import NEVER, frames, rows

ROOT = Path(__file__).parents[2]
SALES = """
    order_id | customer_id | ordered_at       | product_id | quantity | unit_price
    1        | ann         | 2024-03-02 10:00 | tea        | 2        | 5.00
    2        | bob         | 2024-03-05 10:00 | mug        | 1        | 10.00
"""


def write(path: Path, sales: str = SALES, **settings: object) -> str:
    return store.write(path, frames({"sales": sales}), Settings(**settings), now=NEVER)  # type: ignore[arg-type]


def failed(path: Path) -> DataSetError:
    with pytest.raises(DataSetError) as caught:
        store.open_shop(path)
    assert caught.value.details["path"] == str(path)
    return caught.value


def test_a_written_data_set_opens_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    version = write(path, currency="EUR", company="Tiny", time_zone="Europe/Paris")
    shop, engine = store.open_shop(path)
    assert (shop.version, shop.as_of, shop.today, shop.first_day) == (version, date(2024, 3, 5), date(2024, 3, 5), date(2024, 3, 2))
    assert (shop.settings.currency, shop.settings.company, shop.settings.time_zone) == ("EUR", "Tiny", "Europe/Paris")
    assert (shop.rows["orders"], shop.has("feedback"), shop.loaded_at) == (2, False, "2100-01-01T00:00:00Z")
    assert engine.fits_folder == tmp_path / "shop.duckdb.versions" / f"{version}.fits"
    stamps = store.meta(path)
    assert stamps["table_ranges"] == '{"orders": ["2024-03-02", "2024-03-05"]}'
    again, _ = store.open_shop(path, today=date(2024, 4, 1))
    assert again.today == date(2024, 4, 1)


def test_every_canonical_table_is_there_even_when_it_was_not_loaded(tmp_path: Path) -> None:
    write(tmp_path / "a")
    _, engine = store.open_shop(tmp_path / "a")
    for table in CANONICAL.values():
        assert tuple(name for (name,) in rows(engine, f"SELECT column_name FROM (DESCRIBE {table.name})")) == table.column_names


def test_additional_columns_are_kept_and_named(tmp_path: Path) -> None:
    table = pd.DataFrame({"customer_id": ["ann"], "shoe size": [38], "city": ["York"]})
    store.write(tmp_path / "a", {**frames({"sales": SALES}), "customers": table}, Settings(), now=NEVER)
    shop, engine = store.open_shop(tmp_path / "a")
    assert {name: str(kind) for name, kind in shop.extra_columns["customers"].items()} == {"shoe size": "int64"}
    assert rows(engine, 'SELECT "shoe size" FROM customers') == [(38,)]


def test_frames_relations_and_parquet_files_are_the_same_data(tmp_path: Path) -> None:
    tables = frames({"sales": SALES})
    connection = duckdb.connect()
    relations = {name: connection.from_df(frame) for name, frame in tables.items()}
    files = {name: tmp_path / f"{name}.parquet" for name in tables}
    for name, frame in tables.items():
        frame.to_parquet(files[name])
    versions = {store.write(tmp_path / "a", given, Settings(), now=NEVER) for given in (tables, relations, files)}
    assert len(versions) == 1
    with pytest.raises(ValueError, match="clients"):
        store.write(tmp_path / "a", {"clients": tables["orders"]}, Settings())


def test_the_version_is_that_of_the_content_whatever_the_order_of_rows(tmp_path: Path) -> None:
    first, *lines = [line for line in SALES.splitlines() if line.strip()]
    turned = "\n".join([first, *reversed(lines)])
    assert write(tmp_path / "a") == write(tmp_path / "b", turned)
    assert write(tmp_path / "a") != write(tmp_path / "b", SALES.replace("10.00", "10.01"))
    assert write(tmp_path / "a") != write(tmp_path / "b", currency="EUR")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert failed(tmp_path / "none.duckdb").code == "not_there"


@pytest.mark.parametrize("content", [b"", b"order_id,customer_id\n1,ann\n", b"PK\x03\x04 a workbook"])
def test_another_kind_of_file_is_no_data_set(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    assert failed(path).code == "not_a_data_set"
    assert failed(tmp_path).code == "not_a_data_set"


def test_a_duckdb_file_of_something_else_is_neither_opened_nor_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    before = path.read_bytes()
    assert failed(path).code == "not_a_data_set"
    with pytest.raises(DataSetError, match="not_a_data_set"):
        write(path)
    assert path.read_bytes() == before


def test_a_newer_format_is_refused_with_both_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    newer = tmp_path / "newer.duckdb"
    shutil.copyfile(path, newer)
    with duckdb.connect(str(newer)) as connection:
        connection.execute("UPDATE askwell_meta SET value = '99' WHERE key = 'format_version'")
    error = failed(newer)
    assert (error.code, error.details["found"], error.details["known"]) == ("newer_format", "99", FORMAT_VERSION)


def test_a_file_cut_short_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    whole = path.read_bytes()
    for size in (5_000, len(whole) // 2, len(whole) - 4_096):
        cut = tmp_path / f"cut-{size}.duckdb"
        cut.write_bytes(whole[:size])
        assert failed(cut).code == "corrupt"


def test_a_file_with_a_broken_header_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(path.read_bytes()[:100] + b"\xff" * 12_000 + path.read_bytes()[12_100:])
    assert failed(broken).code == "corrupt"


def test_readers_keep_their_version_while_a_load_swaps_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    before, old = store.open_shop(path)
    write(path, SALES.replace("5.00", "7.00"))
    after, new = store.open_shop(path)
    assert before.version != after.version
    assert (rows(old, "SELECT sum(revenue) FROM order_facts"), rows(new, "SELECT sum(revenue) FROM order_facts")) == ([(20,)], [(24,)])


def test_the_last_five_versions_are_kept_and_can_be_restored(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    made = [write(path, SALES.replace("5.00", f"{price}.00")) for price in range(1, 8)]
    (path.parent / "a.duckdb.versions" / f"{made[0]}.fits").mkdir()
    made.append(write(path, SALES.replace("5.00", "9.00")))
    kept = store.versions(path)
    assert [version.version for version in kept] == made[-store.KEPT_VERSIONS :]
    assert [version.number for version in kept] == [4, 5, 6, 7, 8]
    assert [version.current for version in kept] == [False, False, False, False, True]
    assert not list(path.parent.glob("a.duckdb.versions/*.fits"))  # fitted models go with their version
    assert store.restore(path, made[4]).version == made[4]
    assert store.open_shop(path)[0].version == made[4]
    assert store.restore(path, "8").current
    with pytest.raises(DataSetError, match="no_such_version"):
        store.restore(path, "0000")


def test_the_restored_version_outlives_later_loads(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    made = [write(path, SALES.replace("5.00", f"{price}.00")) for price in range(1, 4)]
    store.restore(path, made[0])
    assert [version.version for version in store.versions(path) if version.current] == [made[0]]
    write(path, SALES.replace("5.00", "8.00"))
    assert made[0] in [version.version for version in store.versions(path)]


def test_a_data_set_that_was_copied_alone_can_be_opened_loaded_over_and_restored(tmp_path: Path) -> None:
    write(tmp_path / "a.duckdb")
    alone = tmp_path / "elsewhere" / "b.duckdb"
    alone.parent.mkdir()
    shutil.copyfile(tmp_path / "a.duckdb", alone)
    ((only,), first) = (store.versions(alone), store.open_shop(alone)[0].version)
    assert (only.version, only.current) == (first, True)
    write(alone, SALES.replace("5.00", "6.00"))
    assert store.restore(alone, first).current


def test_a_folder_without_hard_links_gets_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "a.duckdb"
    first = write(path)
    write(path, SALES.replace("5.00", "6.00"))
    assert [version.current for version in store.versions(path)] == [False, True]
    assert store.restore(path, first).current
    assert store.open_shop(path)[0].version == first


def snapshot(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path.parent)): file.read_bytes() for file in sorted(path.parent.rglob("*.duckdb"))}


def leftovers(path: Path) -> list[str]:
    return [file.name for file in store.folder_of(path).iterdir() if file.name.startswith(".")]


@pytest.mark.parametrize("step", ["sync", "swap", "link"])
def test_a_full_disk_changes_nothing_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    before = store.open_shop(path)[0].version

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(f"analytics.store.{'files' if step == 'link' else 'writing'}.{step}", full)
        with pytest.raises(DataSetError) as caught:
            write(path, SALES.replace("5.00", "6.00"))
    assert caught.value.code == "disk_full"
    assert store.open_shop(path)[0].version == before
    assert leftovers(path) == []
    assert write(path, SALES.replace("5.00", "6.00")) == store.open_shop(path)[0].version


FULL_DISK = """
import resource, sys
from pathlib import Path
import pandas as pd
from analytics import store
from analytics.shop import Settings
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
n = 300_000
orders = pd.DataFrame({"order_id": [f"order {i * 7919 % n}" for i in range(n)], "ordered_at": pd.Timestamp("2024-01-01")})
lines = pd.DataFrame({"order_id": orders.order_id, "quantity": 1, "unit_price": range(n)})
try:
    store.write(Path(sys.argv[1]), {"orders": orders, "order_lines": lines}, Settings())
except store.DataSetError as error:
    print(error.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited there")
def test_a_disk_that_fills_up_while_the_engine_writes_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    before = snapshot(path)
    run = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.stdout.strip() == "disk_full", run.stderr
    assert snapshot(path) == before
    assert leftovers(path) == []


KILLED = """
import sys, time
from pathlib import Path
from analytics import store
from analytics.shop import Settings
from tests.support import frames
def wait(step, share):
    if step == "customer_facts":
        print("building", flush=True)
        time.sleep(60)
store.write(Path(sys.argv[1]), frames({"sales": sys.argv[2].replace("5.00", "6.00")}), Settings(), progress=wait)
"""


def start(path: Path) -> subprocess.Popen[str]:
    """A process that is in the middle of a load when this returns."""
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(path), SALES], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdout is not None
    assert child.stdout.readline() == "building\n"
    return child


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 there")
def test_a_killed_load_changes_nothing_and_the_next_one_clears_up(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    version = write(path)
    before = path.read_bytes()
    child = start(path)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert leftovers(path) != []
    assert path.read_bytes() == before
    assert store.open_shop(path)[0].version == version
    later = write(path, SALES.replace("5.00", "7.00"))  # the lock of the dead process is no obstacle
    assert store.open_shop(path)[0].version == later
    assert leftovers(path) == []


def test_a_second_load_is_told_which_process_is_loading(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    version = write(path)
    child = start(path)
    try:
        with pytest.raises(DataSetError) as caught:
            write(path, SALES.replace("5.00", "7.00"))
        assert (caught.value.code, caught.value.details["pid"]) == ("busy", child.pid)
        with pytest.raises(DataSetError, match="busy"):
            store.restore(path, version)
        assert store.open_shop(path)[0].version == version  # readers are not disturbed
        assert leftovers(path) != []  # nor is the other load
    finally:
        child.kill()
        child.wait()


def test_two_threads_of_one_process_do_not_load_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with store.building(path), pytest.raises(DataSetError, match="busy"), store.building(path):
        pytest.fail("two loads at once")


def test_a_fault_while_building_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    write(path)
    before = snapshot(path)

    def stop(step: str, _: float) -> None:
        if step == "order_facts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(path, frames({"sales": SALES.replace("5.00", "6.00")}), Settings(), progress=stop)
    assert snapshot(path) == before
    assert leftovers(path) == []


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataSetError, match="write_failed"):
        write(tmp_path / "file" / "a.duckdb")


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError) as caught:
        write(tmp_path / "a.duckdb", time_zone="Europe/Atlantis")
    assert (caught.value.code, caught.value.details["time_zone"]) == ("bad_time_zone", "Europe/Atlantis")
    assert not (tmp_path / "a.duckdb").exists()


def test_settings_of_another_version_of_askwell_are_passed_over() -> None:
    assert store.settings_of('{"currency": "EUR", "colour": "red"}') == Settings(currency="EUR")


def test_without_a_given_moment_the_load_is_now(tmp_path: Path) -> None:
    before = datetime.fromtimestamp(int(time.time()))
    store.write(tmp_path / "a", frames({"sales": SALES}), Settings())
    loaded = store.open_shop(tmp_path / "a")[0].loaded_at
    assert datetime.fromisoformat(loaded).timestamp() >= before.timestamp()
