"""Uploads of every kind are kept by content in one way, and those kept before are found again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.common import uploads
from core.common.errors import UserError
from core.common.uploads import Uploads
from core.corpora.uploads import keep_corpus
from core.lab.text_uploads import keep_text, text_path
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
    monkeypatch.setattr(uploads, "KEPT_BYTES", 25)
    store = Uploads("some")
    for n, digest in enumerate(("a" * 16, "b" * 16)):
        store.keep(digest, {"x": bytes(10)})
        os.utime(store.folder / digest, (n, n))
    store.find(f"{'a' * 16}/x")
    store.keep("c" * 16, {"x": bytes(10)})
    assert {path.name[0] for path in store.folder.iterdir()} == {"a", "c"}
    with pytest.raises(UserError, match="no longer stored"):
        store.find(f"{'b' * 16}/x")
