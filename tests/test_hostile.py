"""Every bad file gives one message that says what is wrong, in bounded memory, while others go on working."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.common.errors import TooLarge, UserError
from core.common.numbers import THIN
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer, vet
from core.tokenizers.tokenizer import Specials
from tests import formats, hostile
from tests.hostile import CASES, Case

MEMORY_MB = 200


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module", autouse=True)
def somebody_else(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Another session, whose tokenizers answer all the while: one in this process, one in its own."""
    path = formats.write(tmp_path_factory.mktemp("other"), formats.made("tokenizer.json BPE"))
    tokenizers = [open_tokenizer("builtin:utf8-bytes"), IsolatedTokenizer("x:y", path)]
    done, answers = threading.Event(), [0]

    def work() -> None:
        while not done.wait(0.02):
            for tokenizer in tokenizers:
                assert len(tokenizer.segment("the cat sat"))
            answers[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    yield
    assert thread.is_alive(), "it met an error"
    done.set()
    thread.join()
    assert answers[0]


def memory_mb(what: str) -> float:
    """This process's resident memory now (VmRSS) or at its highest since it was reset (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


def refused(path: Path, options: dict[str, str]) -> str:
    """The message that a bad file gives, without filling this process's memory."""
    linux = Path("/proc/self/clear_refs").exists()
    before = memory_mb("VmRSS") if linux else 0
    if linux:
        Path("/proc/self/clear_refs").write_text("5")
    with pytest.raises(UserError) as caught:
        vet(path, options)
    assert not linux or memory_mb("VmHWM") - before < MEMORY_MB
    message = str(caught.value)
    assert message.replace(THIN, " ").isprintable() and len(message) < 1500
    return message


@pytest.mark.parametrize("case", [c for c in CASES if c.testable], ids=lambda case: case.name)
def test_bad_file(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "takes too long" in case.says:
        monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "3")
    message = refused(formats.write(tmp_path / "files", case.files()), dict(case.options))
    assert re.search(case.says, message), message


def test_json_of_300_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    assert "300 MB" in refused(hostile.sparse_json(tmp_path / "tokenizer.json"), {})


@pytest.mark.parametrize("name", formats.names())
def test_truncated_file(name: str, tmp_path: Path) -> None:
    """Cut short, it is refused, or what is left is a shorter file of the same format that works."""
    n_refused = 0
    for n, files in enumerate(hostile.truncated(name)):
        path = formats.write(tmp_path / str(n), files)
        try:
            vet(path, formats.options(name))
        except UserError as error:
            n_refused += 1
            assert path.name in str(error) or "merges" in str(error) or "vocabulary" in str(error), error
    line_by_line = name in (
        "WordPiece",
        "RWKV",
        "tiktoken",
        "minbpe",
        "BPE codes",
    )  # a shorter list may be a whole list
    assert n_refused == 4 or (line_by_line and n_refused >= 1)


def test_tokens_that_mean_harm_elsewhere_are_only_text_here(tmp_path: Path) -> None:
    make = hostile.tokenizer_json(
        lambda c: c["added_tokens"].extend(
            {**c["added_tokens"][0], "id": 400 + n, "content": text} for n, text in enumerate(hostile.WRITTEN)
        )
    )
    path = formats.write(tmp_path / "files", make())
    tokenizer = open_tokenizer(f"file:{path}")
    for n, text in enumerate(hostile.WRITTEN):
        seg = tokenizer.segment(text, Specials(parse=True))
        assert seg.lossless and seg.pieces == [text.encode()]
        assert (text, int(seg.ids[0])) in tokenizer.info.specials, n


def test_names_that_mean_harm_do_not_reach_a_message(tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[31m\u202eb"
    message = refused(formats.write(folder, {"<script>\x1b[31m\u202e.json": b"{}"}), {})
    assert "\\x1b" in message and "\\u202e" in message
    with pytest.raises(UserError) as caught:
        open_tokenizer("file:/no/such/\x1b[31m")
    assert str(caught.value).isprintable()


def test_a_file_as_large_as_a_model_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    hostile.sparse_json(path, 2**36)  # 64 GB of nothing
    with pytest.raises(TooLarge, match="65\u202f536 MB"):  # and not that it took too long
        vet(path)
