"""A text to train on is read in parts, and is what it would be as a whole."""

import re
import tracemalloc
from pathlib import Path

import pytest

from core.common.errors import UnreadableFile, UserError
from core.training import by_ffbpe, stretches
from core.training.asked import asked_recipe
from core.training.held_lines import HeldLines, lines_of_bytes
from core.training.lines import bare, drawn_apart
from core.training.pretokenizers import Cut
from core.training.sources import opened_source
from core.training.text import TrainingPart, parallel_lines, part_of, read_parts
from core.training.train import parts_of
from core.training.training_file import TrainingFile, opened_text
from tests.training import prose

TEXT = "one\r\n\ntwo two\n" + prose(9_000) + "\nthe end without an end"


def file(folder: Path, data: bytes | str) -> TrainingFile:
    path = folder / "text.txt"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return opened_text("text", path)


def facts(part: TrainingPart) -> tuple[object, ...]:
    return "".join(part.chunks), part.held_out, part.n_bytes


def as_a_whole(text: str, share: float, seed: int) -> tuple[object, ...]:
    """The same facts of a text that lies in memory."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    apart = drawn_apart(lines, share, seed)
    kept = "".join(line for line in lines if bare(line) not in apart)
    return (kept, tuple(apart), len(kept.encode())) if kept.strip() else (text, (), len(text.encode()))


@pytest.mark.parametrize("most", [0, 2, 6, 5_000, 10**6])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_what_its_text_is(encoding: str, most: int, tmp_path: Path) -> None:
    part = part_of(file(tmp_path, TEXT.encode(encoding)), 0.2, 3, most)
    data = TEXT.encode()[: most or None]
    whole = data if not most or len(data) < most or b"\n" not in data else data[: data.rfind(b"\n") + 1]
    if encoding == "utf-8" or not most:  # a mark takes bytes of its own
        assert facts(part) == as_a_whole(whole.decode(), 0.2, 3)
    assert tuple(part.chunks) == tuple(part.chunks), "as often as it is asked for"


def test_of_a_file_that_would_be_kept_apart_whole_nothing_is(tmp_path: Path) -> None:
    part = part_of(file(tmp_path, "one\none\n"), 1.0, 0)
    assert (tuple(part.chunks), part.held_out) == (("one\none\n",), ())


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    part = part_of(file(tmp_path, TEXT), 0.1, 0)
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
        part_of(file(tmp_path, data), 0.1, 0)


def test_a_file_that_goes_is_a_sentence(tmp_path: Path) -> None:
    part = part_of(file(tmp_path, TEXT), 0.1, 0)
    (tmp_path / "text.txt").unlink()
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        tuple(part.chunks)


def test_a_recipe_is_of_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    recipe = asked_recipe("bpe", 400, [str(path)], heldout=0.1)
    [part] = parts_of(recipe)
    assert facts(part) == as_a_whole(TEXT, 0.1, 0)
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
        cut.plain_words(part_of(text, 0.0, 0).chunks)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < len(once), "the text grew by eight times that"


@pytest.mark.parametrize("most", [0, 2, 6, 5_000, 10**6])
def test_lines_in_memory_are_what_their_file_is(most: int, tmp_path: Path) -> None:
    data = f"{TEXT}\n".encode()
    held, there = lines_of_bytes("text", data), file(tmp_path, data)
    assert [*held.lines(most)] == [*there.lines(most)]
    assert facts(part_of(held, 0.2, 3, most)) == facts(part_of(there, 0.2, 3, most))
    assert (held.n_bytes, held.hashed()) == (there.n_bytes, there.hashed())
    for start, end in ((0, 4), (0, 5), (3, 700), (5, 5), (len(data) - 5, len(data)), (len(data) - 1, len(data) + 9)):
        assert held.read(start, end) == there.read(start, end) == data[start:end]


def test_nothing_of_a_text_that_is_trained_on_is_copied() -> None:
    """A language of a corpus lay in memory three times."""
    held = HeldLines("a", tuple(f"{n} is a number, and this is a line of some length" for n in range(20_000)), "b")
    tracemalloc.start()
    [part] = read_parts([held], 0.01, 0)
    assert part.n_bytes > 800_000 and parallel_lines([held, held], [part])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < held.n_bytes / 2


def test_parallel_files_of_any_size_are_read_line_by_line(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text("".join(f"{name} {n} {'word ' * 20}\n" for n in range(20_000)), encoding="utf-8")
    texts = [opened_source(str(tmp_path / name), corpus="parallel") for name in ("one", "other")]
    tracemalloc.start()
    parts = read_parts(texts, 0.01, 0)
    for part, lines in zip(parts, parallel_lines(texts, parts), strict=True):
        assert part.rows == parts[0].rows and len(part.rows) > 100
        assert sum(1 for _ in lines) == 20_000 - len(part.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < texts[0].n_bytes / 2
