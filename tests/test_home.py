"""A home that is full, read-only or cannot be made: pages open, tokenizers cut, and what is written is one message."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.common.errors import UserError
from core.common.home import home
from core.common.remembered import remember, remembered
from core.corpora.corpus import open_corpus
from core.corpora.text_uploads import keep_text
from core.corpora.uploads import keep_corpus
from core.counting import brought
from core.counting.fastest import fast_counter
from core.counting.tally import known_layout, layout
from core.jobs.queue import Jobs
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.isolation.pool import vet
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.uploads import keep_upload
from tests import formats
from tests.pages import ROOT, forget, unopened
from tests.tiny import byte_level_bpe

PAGES = ("segmentation", "vocabulary", "premium", "transplants", "runs")
SMALL = {"vocabulary": "mistral:v1"}  # where a page would look at the whole vocabularies of five tokenizers
WRITES: dict[str, Callable[[], object]] = {
    "a tokenizer": lambda: keep_upload({"tokenizer.json": byte_level_bpe().encode()}),
    "a text": lambda: keep_text("text.txt", b"One.\n"),
    "a corpus": lambda: keep_corpus("corpus.csv", b"eng_Latn,deu_Latn\nOne.,Eins.\n"),
    "a tokenizer to count": lambda: brought.keep(open_tokenizer("builtin:words").info),
    "a job": lambda: Jobs().submit("count", {}, "ann", (), "a count"),
}


def _mounted(folder: Path) -> None:
    folder.mkdir()
    if (
        os.getuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "t", folder], check=False).returncode
    ):
        pytest.skip("needs the right to mount")


def _read_only(folder: Path) -> None:
    _mounted(folder)
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


def _full(folder: Path) -> None:
    _mounted(folder)
    with pytest.raises(OSError), (folder / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))


def _no_folder(folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")


@pytest.fixture(params=[_read_only, _full, _no_folder], ids=["read-only", "full", "not a folder"])
def bad_home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    request.param(folder)
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(folder))
    yield folder
    subprocess.run(["umount", "-l", folder], check=False, capture_output=True)
    forget()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(page: str, bad_home: Path) -> None:
    shown = unopened()
    shown.switch_page(str(ROOT / "pages" / f"{page}.py"))
    if page in SMALL:
        shown.query_params["tokenizers"] = SMALL[page]
    shown.run()
    assert not shown.exception


@pytest.mark.parametrize("what", WRITES)
def test_what_cannot_be_kept_is_one_message_without_a_folder_of_the_server(what: str, bad_home: Path) -> None:
    before = sorted(bad_home.rglob("*")) if bad_home.is_dir() else []
    with pytest.raises(UserError) as error:
        WRITES[what]()
    assert any(word in str(error.value) for word in ("full", "read-only", "TOKEN_ATLAS_HOME"))
    assert str(bad_home) not in str(error.value)
    new = [path for path in bad_home.rglob("*") if path.is_file() and path not in before]
    assert all(not path.stat().st_size for path in new), "a lock is all that may be there"


def test_what_only_saves_time_costs_only_time(bad_home: Path, tmp_path: Path) -> None:
    remember(b"1", "some", "one")
    assert remembered("some", "one") is None
    corpus = open_corpus("sample").only(["eng_Latn"])
    assert layout(corpus).n_sentences == corpus.n_sentences and known_layout(corpus.fingerprint) is None
    path = formats.write(tmp_path / "files", {"tokenizer.json": byte_level_bpe().encode()})
    assert vet(path).n_vocabulary
    tokenizer = open_tokenizer(f"file:{path}")
    assert fast_counter(open_local(f"file:{path}"))[1].engine
    assert len(tokenizer.segment("the cat"))


def test_a_folder_that_can_be_made_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "new"))
    assert home("some").is_dir()
    remember(b"1", "some", "one")
    assert remembered("some", "one") == b"1"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [["segment", "--tokenizer", "builtin:words", "--text", "x"], ["measure", "--help"]])
def test_output_to_a_full_disk_is_one_line(command: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "core", *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode in (0, 2) and "Traceback" not in done.stderr
    assert command[1] == "--help" or ("disk is full" in done.stderr and done.stderr.count("\n") == 1)
