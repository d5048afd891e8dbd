"""Uploads of every kind are kept by content in one way, and those kept before are found again."""

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.common.errors import UserError
from core.common.uploads import Uploads
from core.corpora.text_uploads import keep_text, text_path
from core.corpora.uploads import keep_corpus
from core.tokenizers.uploads import keep_upload


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    return tmp_path


TABLE = b"eng_Latn,deu_Latn\nOne.,Eins.\n"


@pytest.mark.parametrize(
    ("keep", "folder", "spec"),
    [
        (
            lambda: keep_upload({"vocab.json": b"{}", "my-merges.txt": b"a b\n"}),
            "uploads",
            "612d3ed844c041c4/vocab.json",
        ),
        (lambda: keep_corpus("../Größe 1.CSV", TABLE).spec, "corpora/uploads", "a12e99eda45aa26c/Gr_e_1.csv"),
        (lambda: keep_text("Größe 1.txt", b"One.\n"), "texts/uploads", "77cff70ea8937d62/Größe_1.txt"),
    ],
)
def test_the_same_content_has_the_name_and_place_of_version_0_1_0(
    keep: Callable[[], str], folder: str, spec: str, home: Path
) -> None:
    assert keep() == f"upload:{spec}"
    assert (home / folder / spec).is_file()


def test_one_text_under_two_names_is_found_by_both() -> None:
    first, second = keep_text("a.txt", b"One.\n"), keep_text("b.txt", b"One.\n")
    assert text_path(first).read_bytes() == text_path(second).read_bytes() == b"One.\n"
    assert text_path(first).parent == text_path(second).parent


def test_what_fails_its_check_leaves_nothing(home: Path) -> None:
    store = Uploads("some")
    with pytest.raises(ZeroDivisionError), store.checked("0" * 16, {"a": b"1"}) as folder:
        assert (folder / "a").read_bytes() == b"1"
        raise ZeroDivisionError
    assert not list((home / "some").iterdir())


def test_what_was_used_last_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_KEPT_MB", str(25 / 2**20))
    store = Uploads("some")
    for n, digest in enumerate(("a" * 16, "b" * 16)):
        store.keep(digest, {"x": bytes(10)})
        os.utime(store.folder / digest, (n, n))
    store.find(f"{'a' * 16}/x")
    store.keep("c" * 16, {"x": bytes(10)})
    assert kept(store) == {"a", "c"}
    with pytest.raises(UserError, match="no longer stored"):
        store.find(f"{'b' * 16}/x")


def kept(store: Uploads) -> set[str]:
    return {path.name[0] for path in store.folder.iterdir() if path.name not in ("owners",)}


def test_ones_own_make_room_and_never_anothers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_KEPT_MB", str(25 / 2**20))
    monkeypatch.setenv("TOKEN_ATLAS_KEPT_ALL_MB", str(45 / 2**20))
    store = Uploads("some")
    now = time.time()
    for n, (digest, owner) in enumerate((("a", "ann"), ("b", "ben"), ("c", "ben"), ("d", "ben"), ("d", "ann"))):
        store.keep(digest * 16, {"x": bytes(10)}, owner)
        os.utime(store.folder / (digest * 16), (now - 100 + n, now - 100 + n))
    assert kept(store) == {"a", "c", "d"}  # ben's third pushed out his first; ann's is older
    store.keep("e" * 16, {"x": bytes(10)}, "cat")
    with pytest.raises(UserError, match="TOKEN_ATLAS_KEPT_ALL_MB"):
        store.keep("f" * 16, {"x": bytes(20)}, "dan")
    assert kept(store) == {"a", "c", "d", "e"}
    store.keep("g" * 16, {"x": bytes(10)}, "ben")  # pushes out c, which is his alone
    assert kept(store) == {"a", "d", "e", "g"}
    os.utime(store.folder / ("a" * 16), (0, 0))
    store.keep("f" * 16, {"x": bytes(10)}, "dan")  # nobody used a for a month
    assert kept(store) == {"d", "e", "f", "g"}
    with pytest.raises(UserError, match="TOKEN_ATLAS_KEPT_MB"):
        store.keep("h" * 16, {"x": bytes(26)}, "eve")
    store.keep("h" * 16, {"x": bytes(5)}, "ben")
    store.keep("i" * 16, {"x": bytes(10)}, "ben")
    assert "d" in kept(store)  # no longer ben's, still ann's


DOORS = [
    lambda: keep_upload({"vocab.json": b"{}" * 10_000}),
    lambda: keep_text("a.txt", b"One.\n" * 10_000),
    lambda: keep_corpus("a.csv", TABLE * 10_000),
]
WRITES = ["tempfile.mkdtemp", "pathlib.Path.write_bytes", "pathlib.Path.rename", "pathlib.Path.touch"]


@pytest.mark.parametrize(
    ("write", "door", "number"),
    [(write, door, errno.ENOSPC) for write in WRITES for door in DOORS]
    + [(write, DOORS[1], number) for write in WRITES for number in (errno.EROFS, errno.EIO)],
)
def test_a_disk_that_takes_nothing_is_one_message_and_leaves_nothing(
    write: str, door: Callable[[], object], number: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number), str(home / "secret"))

    with monkeypatch.context() as patch:
        patch.setattr(write, fail)
        with pytest.raises(UserError, match=r"The upload was not kept") as error:
            door()
    assert str(home) not in str(error.value) and "\n" not in str(error.value)
    assert not [
        path for path in home.rglob("*") if path.is_file() or (len(path.name) == 16 and path.parent.name != "owners")
    ]
    door()


LIMITED = """
import resource, sys
from core.common.errors import UserError
from core.corpora.text_uploads import keep_text
sys.dont_write_bytecode = True  # or bytecode of what is first imported below would be kept cut off
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
try:
    keep_text("a.txt", b"One. " * 1000)
except UserError as error:
    print(error)
print(keep_text("a.txt", b"One."))
"""


def test_a_file_that_cannot_grow_leaves_nothing(home: Path) -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED], check=False, capture_output=True, text=True, timeout=240)
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert first.startswith("The upload was not kept: the disk of this server is full.")
    assert list((home / "texts").rglob("*.txt")) == [text_path(second)]
