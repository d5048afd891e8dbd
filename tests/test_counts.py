"""Counting: what is stored, what is counted again, and files too large to hold."""

import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.common.errors import TooLarge, UnknownName, UnreadableFile, UserError
from core.corpora.corpus import Corpus, open_corpus
from core.counting import file
from core.counting.corpus import count_corpus
from core.counting.fastest import count_once
from core.counting.file import Listener, Totals, count_stream
from core.counting.job import corpus_counting
from core.counting.table import compact, stacked
from core.jobs.job import Context, part_key
from core.jobs.store.store import store
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Counts, Tokenizer
from core.work import count
from tests.tables import table

TEXT = Corpus("x", "X", {"eng_Latn": ("One two.", "", "Three."), "deu_Latn": ("Eins zwei.", "Ü.", "")}, file_ends=(3,))


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


def test_bytes_and_characters_count_themselves() -> None:
    for spec, sizes in (("builtin:utf8-bytes", "n_bytes"), ("builtin:characters", "n_characters")):
        found = count_corpus(open_tokenizer(spec), TEXT)
        assert np.array_equal(found.tokens[0], getattr(found, sizes))
        assert found.tokens.dtype == np.uint16
    assert found.tokens[0].tolist() == [[8, 0, 6], [10, 2, 0]]
    assert found.joined.tolist() == [[len("One two.  Three. "), len("Eins zwei. Ü.  ")]]
    assert found.present.tolist() == [[True, False, True], [True, True, False]]


def test_a_stopped_run_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = open_tokenizer("builtin:characters")
    corpus = open_corpus("sample")
    truth = count_corpus(open_tokenizer("builtin:utf8-bytes"), corpus)
    counted: list[str] = []
    count = tokenizer.count

    def stops(texts: Sequence[str]) -> Counts:
        if len(counted) > 200:
            raise KeyboardInterrupt
        counted.extend(texts)
        return count(texts)

    monkeypatch.setattr(tokenizer, "count", stops)
    with pytest.raises(KeyboardInterrupt):
        count_corpus(tokenizer, corpus)
    before = set(counted)
    counted.clear()
    monkeypatch.setattr(tokenizer, "count", lambda texts: (counted.extend(texts), count(texts))[1])
    found = count_corpus(tokenizer, corpus)
    assert before and not before & {text for text in counted if text}
    assert np.array_equal(found.tokens[0], truth.n_characters)


def test_a_job_finds_what_was_counted_while_waiting() -> None:
    tokenizer, corpus = open_tokenizer("builtin:characters"), open_corpus("sample")
    found = count_corpus(tokenizer, corpus.only(["eng_Latn", "tha_Thai"]))
    job = corpus_counting([tokenizer], corpus, ["tha_Thai"])
    (unit,) = count.units(Context(job.params, job.inputs))
    part = store().get(part_key(count.JOB, "any", unit))
    assert part is not None and np.array_equal(part.arrays["tokens"], found.tokens[0, 1])


def test_another_text_of_the_same_language_is_counted_anew() -> None:
    tokenizer = open_tokenizer("builtin:characters")
    one = count_corpus(tokenizer, Corpus("x", "X", {"a": ("ab",)}))
    two = count_corpus(tokenizer, Corpus("x", "X", {"a": ("abc",)}))
    assert (one.tokens.sum(), two.tokens.sum()) == (2, 3)


def test_a_damaged_cache_is_counted_anew(tmp_path: Path) -> None:
    tokenizer = open_tokenizer("builtin:characters")
    count_corpus(tokenizer, TEXT)
    parts = list((tmp_path / "home" / "store" / "results").glob("*/*"))
    assert len(parts) == 4  # two languages, sentence by sentence and joined
    for path in parts:
        path.write_bytes(path.read_bytes()[:40])
    assert count_corpus(tokenizer, TEXT).tokens[0, 0].tolist() == [8, 0, 6]


def test_equal_lines_are_encoded_once() -> None:
    seen: list[str] = []

    def count(texts: Sequence[str]) -> Counts:
        seen.extend(texts)
        lengths = np.array([len(text) for text in texts], np.int32)
        return Counts(lengths, lengths // 2)

    found = count_once(count, ["aa", "bbbb", "aa", "", "aa"])
    assert seen == ["aa", "bbbb", ""] and found.tokens.tolist() == [2, 4, 2, 0, 2] and found.unknown[1] == 2


def test_four_bytes_only_where_needed() -> None:
    assert compact(np.array([70_000])).dtype == np.uint32 and compact(np.array([], np.int64)).dtype == np.uint16


def test_tables_of_one_text_stand_together() -> None:
    bytes_, characters = (count_corpus(open_tokenizer(f"builtin:{n}"), TEXT) for n in ("utf8-bytes", "characters"))
    both = stacked([bytes_, characters])
    assert both.tokens.shape == (2, 2, 3) and both.tokenizer("Characters") == 1
    other = count_corpus(open_tokenizer("builtin:characters"), Corpus("x", "X", {"eng_Latn": ("One",)}))
    with pytest.raises(UserError, match="different texts"):
        stacked([bytes_, other])


def test_parts_of_a_table() -> None:
    made = table([[[1, 2, 3, 4], [5, 6, 7, 8]]], parts=(("dev", 3), ("devtest", 4)))
    part = made.select(languages=["b"], part="devtest")
    assert part.tokens.tolist() == [[[8]]] and part.joined.tolist() == [[-1]]
    with pytest.raises(UnknownName, match="dev"):
        made.select(part="test")
    with pytest.raises(UnknownName, match="'z'"):
        made.language("z")


# files


def count_lines(tokenizer: Tokenizer, path: Path, on_counts: Listener | None = None) -> Totals:
    with path.open("rb") as lines:
        return count_stream(tokenizer.count, lines, path.name, on_counts=on_counts)


def test_a_file_adds_up_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("one\r\n\nü\u2028x\nend".encode())
    seen: list[int] = []
    found = count_lines(open_tokenizer("builtin:characters"), path, lambda tokens: seen.extend(tokens.tolist()))
    assert seen == [4, 0, 3, 3] and found.n_tokens == 10
    assert (found.n_bytes, found.n_characters) == (path.stat().st_size, len(path.read_bytes().decode()))
    path.write_bytes(b"one\ntwo\n")
    assert count_lines(open_tokenizer("builtin:characters"), path).n_bytes == 8


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    found = count_lines(open_tokenizer("builtin:characters"), tmp_path / "a.txt")
    assert (found.n_tokens, found.n_bytes) == (0, 0)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    peaks = []
    for n in (10_000, 60_000):
        path.write_text("".join(f"line {i} of this file\n" for i in range(n)))
        tokenizer = open_tokenizer("builtin:utf8-bytes")
        count_lines(tokenizer, path)
        tracemalloc.start()
        count_lines(tokenizer, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 1_000_000


def test_bad_files_are_named_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = open_tokenizer("builtin:characters")
    path = tmp_path / "a.txt"
    path.write_bytes(b"ok\n" * 5000 + b"\xff\n")
    with pytest.raises(UnreadableFile, match="line 5\u202f001"):
        count_lines(tokenizer, path)
    monkeypatch.setattr(file, "MAX_LINE_BYTES", 1000)
    path.write_bytes(b"a" * 2000)
    with pytest.raises(TooLarge, match="a line of over"):
        count_lines(tokenizer, path)
