"""Results are whole or absent, damage is noticed and mended, and what can be said is said."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UnreadableFile, UserError
from core.jobs.store import files
from core.jobs.store.files import Input, Origin, Result, packed, unpacked
from core.jobs.store.index import StoreError
from core.jobs.store.store import Store

ROOT = Path(__file__).parents[1]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def result(key: str = "ab12", n: int = 1000, part_of: str = "", finished: float = 0.0) -> Result:
    values = np.arange(n, dtype=np.int32)
    origin = Origin(
        key,
        "demo",
        {"k": 3},
        (Input("a tokenizer", "f00d"),),
        {"numpy": "2"},
        seconds=1.5,
        finished=finished,
        part_of=part_of,
        label="A demo",
    )
    return Result(origin, {"values": values}, {"names": ["é", "b"]})


def equal(a: Result | None, b: Result | None) -> bool:
    assert a and b
    return (
        a.origin == b.origin and a.facts == b.facts and all(np.array_equal(a.arrays[n], b.arrays[n]) for n in b.arrays)
    )


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "float16", "float32", "float64", "bool"])
def test_arrays_come_back_bit_by_bit(store: Store, dtype: str) -> None:
    array = np.random.default_rng(0).integers(0, 2, (3, 5)).astype(dtype)
    origin = Origin("cd34", "demo")
    store.put(Result(origin, {"a": array, "turned": array.T, "none": array[:0], "one": array[0, 0]}))
    arrays = store.get("cd34").arrays
    assert {name: (a.dtype, a.shape) for name, a in arrays.items()} == {
        "a": (array.dtype, (3, 5)),
        "turned": (array.dtype, (5, 3)),
        "none": (array.dtype, (0, 5)),
        "one": (array.dtype, ()),
    }
    assert np.array_equal(arrays["turned"], array.T)


def test_equal_results_have_equal_bytes() -> None:
    assert packed(result()) == packed(result())


def test_result_keeps_its_origin(store: Store) -> None:
    store.put(result())
    assert equal(store.get("ab12"), result())
    assert store.get("ab13") is None


@pytest.mark.parametrize("at", [0, 8, 40, 300, -1])
def test_one_changed_byte_is_noticed(store: Store, at: int) -> None:
    store.put(result())
    path = store.file("ab12")
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    assert store.get("ab12") is None
    assert "SHA-256" in store.asides()[0].why
    assert store.asides()[0].path.read_bytes() == data
    store.put(result())
    assert equal(store.get("ab12"), result())


def test_truncated_file_is_noticed(store: Store) -> None:
    store.put(result())
    path = store.file("ab12")
    path.write_bytes(path.read_bytes()[:-100])
    assert store.get("ab12") is None


def test_older_format_is_set_aside(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FORMAT", 0)
    store.put(result())
    monkeypatch.undo()
    assert store.get("ab12") is None
    assert "format 0" in store.asides()[0].why


def test_renamed_result_of_another_job_is_refused(store: Store) -> None:
    store.put(result("ab12"))
    path = store.file("ab12")
    path.rename(path.with_name(path.name.replace("ab12", "ab99")))
    assert store.get("ab99") is None
    assert store.get("ab12") is None


@given(st.binary(max_size=400))
def test_foreign_bytes_are_unreadable_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        unpacked(data)


@given(st.integers(0, 3000), st.integers(0, 255))
def test_changed_bytes_are_unreadable_or_readable_and_nothing_worse(at: int, value: int) -> None:
    data = bytearray(packed(result(n=10)))
    data[at % len(data)] = value
    with suppress(UnreadableFile):
        unpacked(bytes(data))


def test_sizes_and_prune(store: Store) -> None:
    now = time.time()
    store.put(result("aa01", 1000, finished=now - 100))
    store.put(result("aa02", 1000, finished=now + 10**6))  # before the clock was set back
    store.put(result("aa03", 1000, finished=now))
    one = store.sizes().results // 3
    assert store.sizes().n_results == 3
    assert store.prune(oldest_seconds=50) > 0
    assert [store.has(key) for key in ("aa01", "aa02", "aa03")] == [False, True, True]
    store.prune(most_bytes=one + 100)
    assert [store.has(key) for key in ("aa01", "aa02", "aa03")] == [False, False, True]
    with pytest.raises(UserError, match="negative"):
        store.prune(most_bytes=-1)


def test_parts_of_running_jobs_are_not_pruned(store: Store) -> None:
    store.put(result("aa01", part_of="job"))
    with store.index.writing() as connection:
        connection.execute(
            "INSERT INTO jobs (key, kind, label, params, inputs, state, place, created)"
            " VALUES ('job', '', '', '{}', '[]', 'running', 1, 0)"
        )
    store.prune(most_bytes=0)
    assert store.has("aa01")
    store.delete_parts("job")
    assert not store.has("aa01")


def damage(path: Path) -> None:
    """Overwrite every second page but the first."""
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096, 2):
            file.seek(page * 4096)
            file.write(b"\x5a" * 4096)


def database(store: Store) -> Path:
    return store.folder / (store.folder / "index").read_text()


def checkpointed(store: Store) -> None:
    with store.index._lock:
        store.index._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize("how", ["pages", "header", "empty", "missing"])
def test_damaged_database_is_set_aside_and_results_are_found_again(store: Store, how: str) -> None:
    for n in range(20):
        store.put(result(f"ab{n:02}"))
    checkpointed(store)
    store.index.close()
    path = database(store)
    if how == "pages":
        damage(path)
    elif how == "header":
        path.write_bytes(b"no database" + path.read_bytes()[11:])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    again = Store(store.folder)
    assert again.sizes().n_results == 20
    assert all(equal(again.get(f"ab{n:02}"), result(f"ab{n:02}")) for n in range(20))
    if how != "missing":
        assert any("made anew" in aside.why for aside in again.asides())


def test_database_damaged_while_open_is_replaced_for_every_process_that_has_it(store: Store) -> None:
    for n in range(20):
        store.put(result(f"ab{n:02}"))
    other = Store(store.folder)
    assert other.sizes().n_results == 20
    checkpointed(store)
    damage(database(store))
    for _ in range(5):
        try:
            store.index.close()  # drops the pages that it remembers
            assert store.sizes().n_results == 20
            break
        except StoreError as error:
            assert "made anew" in str(error)
    other.put(result("cd01"))
    store.put(result("cd02"))
    assert store.sizes().n_results == other.sizes().n_results == 22


def test_database_of_another_version_is_set_aside(store: Store) -> None:
    store.put(result())
    store.index.close()
    with sqlite3.connect(database(store)) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    again = Store(store.folder)
    assert again.sizes().n_results == 1
    assert equal(again.get("ab12"), result())
    assert any("version 999" in aside.why for aside in again.asides())


FILL = """
import sys, signal
from pathlib import Path
from core.jobs.store.store import Store
from core.jobs.store.index import StoreError
from tests.test_store import result, equal
import resource
sys.dont_write_bytecode = True  # or bytecode of what is first imported below would be kept cut off
store = Store(Path(sys.argv[1]))
store.put(result("ab01"))
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
for limit in range(0, 400_000, 20_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        store.put(result("ab02", 60_000))
        outcome = "kept"
    except StoreError as error:
        outcome = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    there = store.get("ab02")
    assert there is None or equal(there, result("ab02", 60_000))
    assert equal(store.get("ab01"), result("ab01"))
    store.delete("ab02")
    print(outcome)
"""


def test_full_disk_is_said_and_leaves_nothing_half(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(tmp_path / "store")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    outcomes = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "disk is full" in outcomes[1]
    assert outcomes[-1] == "kept"
    assert not list((tmp_path / "store" / "tmp").iterdir())


@pytest.fixture
def read_only(tmp_path: Path) -> Path:
    """A store with one result on a file system that cannot be written."""
    if os.getuid() == 0:
        folder = tmp_path / "mount"
        folder.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "t", str(folder)], check=False).returncode:
            pytest.skip("root without the right to mount")
        store = Store(folder / "store")
        store.put(result())
        store.index.close()
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield folder / "store"
        subprocess.run(["umount", "-l", str(folder)], check=True)
    else:
        store = Store(tmp_path / "store")
        store.put(result())
        store.index.close()
        folders = [tmp_path / "store", *(p for p in (tmp_path / "store").rglob("*") if p.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        yield tmp_path / "store"
        for folder in folders:
            folder.chmod(0o755)


def test_read_only_store_is_read_and_says_so_when_written(read_only: Path) -> None:
    store = Store(read_only)
    assert equal(store.get("ab12"), result())
    assert store.sizes().n_results == 1
    with pytest.raises(StoreError, match=r"read-only.*TOKEN_ATLAS_HOME"):
        store.put(result("cd01"))
    with pytest.raises(StoreError, match="read-only"), store.index.writing() as connection:
        connection.execute("DELETE FROM results")


def test_full_small_disk(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root may mount a small disk; the limit on file sizes stands in for it elsewhere")
    folder = tmp_path / "mount"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "t", str(folder)], check=False).returncode:
        pytest.skip("root without the right to mount")
    try:
        store = Store(folder / "store")
        kept = []
        with pytest.raises(StoreError, match="disk is full"):
            for n in range(100):
                store.put(result(f"ab{n:02}", 30_000))
                kept.append(f"ab{n:02}")
        assert kept
        again = Store(store.folder)
        assert all(equal(again.get(key), result(key, 30_000)) for key in kept)
        again.delete(*kept)
        again.put(result("cd01"))
        assert equal(again.get("cd01"), result("cd01"))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_many_processes_and_threads_share_one_store(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from core.jobs.store.store import Store; from tests.test_store import result\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for n in range(8): store.put(result(f'{sys.argv[2]}{n:02}')); store.put(result('same'))\n"
    )
    commands = [[sys.executable, "-c", code, str(tmp_path / "store"), name] for name in ("aa", "bb", "cc")]
    processes = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    store = Store(tmp_path / "store")
    threads = [threading.Thread(target=lambda n=n: store.put(result(f"dd{n:02}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert store.sizes().n_results == 3 * 8 + 8 + 1
    assert equal(store.get("same"), result("same"))


def test_what_a_killed_writer_left_is_swept_and_what_is_being_written_is_not(store: Store) -> None:
    store.put(result())
    temporary = store.folder / "tmp"
    mine = files.identity().replace("/", "_", 1)
    gone = f"999999:1:{mine.split(':', 2)[2]}"
    (temporary / f"{gone}.aa").touch()
    (temporary / f"{mine}.bb").touch()
    store.sweep()
    assert [path.name for path in temporary.iterdir()] == [f"{mine}.bb"]


def test_limit_of_file_size_is_not_left_behind() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
