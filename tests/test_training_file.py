"""A file of text to train on is read in parts, and is what it would be as a whole."""

import tracemalloc
from pathlib import Path

import pytest

from core.common.errors import UnreadableFile, UserError
from core.training import by_ffbpe, stretches
from core.training.asked import asked_recipe
from core.training.pretokenizers import Cut
from core.training.text import TrainingPart, part_of, part_of_file
from core.training.train import parts_of
from core.training.training_file import TrainingFile, opened_text
from tests.training import prose

TEXT = "one\r\n\ntwo two\n" + prose(9_000) + "\nthe end without an end"


def file(folder: Path, data: bytes | str) -> TrainingFile:
    path = folder / "text.txt"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return opened_text("text", path)


def facts(part: TrainingPart) -> tuple[object, ...]:
    return tuple(part.chunks), part.held_out, part.n_bytes


@pytest.mark.parametrize("most", [0, 2, 6, 5_000, 10**6])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_what_its_text_is(encoding: str, most: int, tmp_path: Path) -> None:
    part = part_of_file(file(tmp_path, TEXT.encode(encoding)), 0.2, 3, most)
    data = TEXT.encode()[: most or None]
    whole = data if not most or len(data) < most or b"\n" not in data else data[: data.rfind(b"\n") + 1]
    if encoding == "utf-8" or not most:  # a mark takes bytes of its own
        assert facts(part) == facts(part_of("text", whole.decode(), 0.2, 3))
    assert tuple(part.chunks) == tuple(part.chunks), "as often as it is asked for"


def test_of_a_file_that_would_be_kept_apart_whole_nothing_is(tmp_path: Path) -> None:
    part = part_of_file(file(tmp_path, "one\none\n"), 1.0, 0)
    assert (tuple(part.chunks), part.held_out) == (("one\none\n",), ())


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    part = part_of_file(file(tmp_path, TEXT), 0.1, 0)
    (tmp_path / "text.txt").write_text(TEXT + "more\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"The text of text has changed since training was asked for\. Ask again\."):
        tuple(part.chunks)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"good\nbad \xe9\n", "is not UTF-8: line 2 holds the byte 0xE9"),
        ("Latin".encode("utf-16-le"), "the byte 0x00 at every other place"),
        (b"\xff\xfea", "begins as UTF-16 and does not go on so"),
    ],
)
def test_what_is_no_text_is_a_sentence(data: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=why):
        part_of_file(file(tmp_path, data), 0.1, 0)


def test_a_file_that_goes_is_a_sentence(tmp_path: Path) -> None:
    part = part_of_file(file(tmp_path, TEXT), 0.1, 0)
    (tmp_path / "text.txt").unlink()
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        tuple(part.chunks)


def test_a_recipe_is_of_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    recipe = asked_recipe("bpe", 400, [str(path)], heldout=0.1)
    [part] = parts_of(recipe)
    assert facts(part) == facts(part_of("text", TEXT, 0.1, 0))
    path.write_text(TEXT.replace("the end", "The end"), encoding="utf-8")
    with pytest.raises(UserError, match="The text of text has changed since training was asked for"):
        parts_of(recipe)


@pytest.mark.parametrize("pre", ["gpt2", "superbpe"])
def test_memory_does_not_grow_with_the_text(pre: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One, two and ten times the same words; the first brings what is imported, and is not compared."""
    monkeypatch.setattr(by_ffbpe, "_AT_ONCE", 1)
    monkeypatch.setattr(stretches, "_AT_ONCE", 1)
    cut, once, peaks = Cut(pre, "as the pre-tokenizer", "none", "bytes"), prose(80_000) + "\n", list[int]()
    for times in (1, 2, 10):
        text = file(tmp_path, once * times)
        tracemalloc.start()
        cut.plain_words(part_of_file(text, 0.0, 0).chunks)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < len(once), "the text grew by eight times that"
