"""GGUF: the reader against the gguf package, every tokenizer model on a small file, and files that lie."""

import random
import struct
import sys
import tracemalloc
from pathlib import Path

import gguf
import numpy as np
import psutil
import pytest

from core.common.errors import UnknownName, UnreadableFile, UserError
from core.tokenizers.catalog import files_at, open_tokenizer
from core.tokenizers.formats.gguf import SOURCE
from core.tokenizers.formats.gguf_models.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.gguf import read_metadata
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer, Specials, Tokenizer
from tests import gguf_files
from tests.datafolder import TOKENIZERS, needs_data

TEXTS = ["hello", " hello  héllo\n\n", "<tool>hello<s></s><|endoftext|>", "unaffable, a 你!", "\0\ufeff\u200b"]


def _open(path: Path) -> Tokenizer:
    assert SOURCE.load
    return SOURCE.load(files_at(f"file:{path}", path, {}))


def _spelled(tokenizer: Tokenizer, text: str, specials: Specials = PLAIN) -> list[str]:
    return [d.spelling for d in tokenizer.describe(tokenizer.segment(text, specials).ids.tolist())]


@pytest.mark.parametrize("endian", [gguf.GGUFEndian.LITTLE, gguf.GGUFEndian.BIG])
def test_the_reader_sees_what_the_reference_wrote(tmp_path: Path, endian: gguf.GGUFEndian) -> None:
    path = gguf_files.write(tmp_path / "a.gguf", "gpt2", ["a", "é"], [1, 3], scores=[0.5, -1.0], endian=endian, pre="x")
    values = read_metadata(path).values
    assert values["tokenizer.ggml.tokens"] == ["a", "é"]
    assert np.asarray(values["tokenizer.ggml.scores"]).tolist() == [0.5, -1.0]
    assert np.asarray(values["tokenizer.ggml.token_type"]).tolist() == [1, 3]
    assert values["tokenizer.ggml.pre"] == "x"
    assert "general.name" not in values
    assert read_metadata(path, "llama.").values["llama.numbers"] == pytest.approx([1, 2, 3])


def test_version_1_has_32_bit_counts(tmp_path: Path) -> None:
    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode()

    entry = text("tokenizer.ggml.model") + struct.pack("<I", 8) + text("llama")
    (tmp_path / "v1.gguf").write_bytes(b"GGUF" + struct.pack("<III", 1, 0, 1) + entry)
    assert read_metadata(tmp_path / "v1.gguf").values == {"tokenizer.ggml.model": "llama"}


@needs_data
@pytest.mark.parametrize("name", ["bert-bge", "gpt-2", "llama-spm", "mpt"])
def test_the_reader_agrees_with_the_reference_on_real_files(name: str) -> None:
    """One of each tokenizer model, and one whose ids tests/fidelity compares with no library's."""
    path = TOKENIZERS / "gguf" / f"ggml-vocab-{name}.gguf"
    reference = gguf.GGUFReader(path)
    for key, value in read_metadata(path, "").values.items():
        expected = reference.fields[key].contents()
        assert np.array_equal(value, expected) if isinstance(value, np.ndarray) else value == expected, key


def test_the_fingerprint_is_that_of_the_tokenizer_alone(tmp_path: Path) -> None:
    path = gguf_files.bpe(tmp_path / "a.gguf")
    whole = tmp_path / "whole.gguf"
    whole.write_bytes(path.read_bytes() + bytes(10_000))
    assert _open(path).info.fingerprint == _open(whole).info.fingerprint
    assert _open(gguf_files.bpe(tmp_path / "b.gguf", pre="llama3")).info.fingerprint != _open(path).info.fingerprint


@pytest.mark.parametrize("model", gguf_files.EVERY_MODEL)
def test_spans_are_ordered_and_tile_what_is_lossless(tmp_path: Path, model: str) -> None:
    tokenizer = _open(gguf_files.EVERY_MODEL[model](tmp_path / "a.gguf"))
    for text in TEXTS:
        for specials in (PLAIN, Specials(parse=True), Specials(add=True)):
            found = tokenizer.segment(text, specials)
            assert np.all(found.starts <= found.ends)
            assert np.all(found.ends[:-1] <= found.starts[1:])
            if model in ("gpt2", "llama", "rwkv"):
                assert found.lossless, (text, found)


def test_bpe_reads_user_defined_tokens_always_and_control_tokens_when_parsing(tmp_path: Path) -> None:
    tokenizer = _open(gguf_files.bpe(tmp_path / "a.gguf", add_bos_token=True, template="{{ x }}"))
    assert _spelled(tokenizer, "hello<tool>hello") == ["hello", "<tool>", "hello"]
    assert _spelled(tokenizer, "<|endoftext|>")[:2] == ["<", "|"]
    assert _spelled(tokenizer, "hello<|endoftext|>", Specials(parse=True)) == ["hello", "<|endoftext|>"]
    assert tokenizer.segment("hello", Specials(add=True)).kinds.tolist() == [Kind.INSERTED, Kind.ORDINARY]
    assert tokenizer.info.chat_template == "{{ x }}"
    assert tokenizer.info.bos == "<|endoftext|>"


def test_ignore_merges_takes_a_whole_piece(tmp_path: Path) -> None:
    tokens = ["a", "b", "c", "ab", "bc", "abc"]
    for pre, pieces in (("llama3", ["abc"]), ("gpt-2", ["a", "bc"])):
        path = gguf_files.write(tmp_path / f"{pre}.gguf", "gpt2", tokens, [1] * 6, merges=["b c"], pre=pre)
        assert _spelled(_open(path), "abc") == pieces


def test_an_unknown_pre_tokenizer_is_named_and_a_missing_one_is_noted(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="llama-4bpe"):
        _open(gguf_files.bpe(tmp_path / "a.gguf", pre="llama-4bpe"))
    assert "default" in _open(gguf_files.bpe(tmp_path / "b.gguf", pre="")).info.notes[0]


def test_a_file_without_a_pre_tokenizer_is_mended_by_naming_one(tmp_path: Path) -> None:
    tokens = ["a", "b", "c", "ab", "bc", "abc"]
    path = gguf_files.write(tmp_path / "a.gguf", "gpt2", tokens, [1] * 6, merges=["b c"])
    assert "?pre=llama-bpe" in _open(path).info.notes[0] and _spelled(_open(path), "abc") == ["a", "bc"]
    asked = open_tokenizer(f"file:{path}?pre=llama-bpe")
    assert _spelled(asked, "abc") == ["abc"], "under this pre-tokenizer a whole piece is taken at once"
    assert asked.info.fingerprint != _open(path).info.fingerprint
    assert asked.info.notes[0] == "Pre-tokenizer llama-bpe, as asked; the file names none."
    with pytest.raises(UserError, match="Did you mean llama-bpe"):
        open_tokenizer(f"file:{path}?pre=llama-bpf")
    with pytest.raises(UserError, match=r"Leave \?pre= away"):
        open_tokenizer(f"file:{gguf_files.wordpiece(tmp_path / 'c.gguf')}?pre=qwen2")


@pytest.mark.parametrize("name", PRE_TOKENIZERS)
def test_every_pre_tokenizer_keeps_the_text(tmp_path: Path, name: str) -> None:
    tokenizer = _open(gguf_files.bpe(tmp_path / "a.gguf", pre=name))
    for text in [*TEXTS, "HelloWorld ab12345 x 1234567 你好 it's\r\n\r\n\tok   9 ²³ ٣٤ नमस्ते"]:
        assert tokenizer.segment(text).lossless


@pytest.mark.parametrize(
    ("name", "text", "pieces"),
    [
        ("gpt-2", "it's 1234  x", ["it", "'s", " 1234", " ", " x"]),
        ("llama-bpe", "It'S 1234  x", ["It", "'S", " ", "123", "4", " ", " x"]),
        ("qwen2", "a12", ["a", "1", "2"]),
        ("superbpe", "x 1234567", ["x ", "1", "234", "567"]),
        ("afmoe", "x 12345", ["x", " ", "12", "345"]),
        ("kimi-k2", "你好abc", ["你好", "abc"]),
        ("tekken", "HelloWorld", ["Hello", "World"]),
        ("falcon", "a==1234", ["a", "==", "123", "4"]),
        ("starcoder", "ab 12", ["ab", " ", "1", "2"]),
        ("deepseek-coder", "a\n\nb你", ["a", "\n", "\n", "b", "你"]),
    ],
)
def test_pre_tokenizers_cut_as_worked_by_hand(tmp_path: Path, name: str, text: str, pieces: list[str]) -> None:
    stages = _open(gguf_files.bpe(tmp_path / "a.gguf", pre=name)).stages(text)
    assert list(next(s for s in stages if s.name == "Pre-tokenizer").pieces) == pieces


def test_spm_puts_a_space_before_every_stretch(tmp_path: Path) -> None:
    tokenizer = _open(gguf_files.spm(tmp_path / "a.gguf"))
    assert _spelled(tokenizer, "hello<tool>hello") == ["▁hello", "<tool>", "▁hello"]
    assert _spelled(tokenizer, "é") == ["▁", "<0xC3>", "<0xA9>"]
    assert _spelled(tokenizer, "hello", Specials(add=True)) == ["<s>", "▁hello"]
    bare = _open(gguf_files.spm(tmp_path / "b.gguf", add_space_prefix=False, add_bos_token=False, add_eos_token=True))
    assert _spelled(bare, "hello", Specials(add=True)) == ["hello", "</s>"]


def test_wordpiece_drops_accents_and_gives_up_on_whole_words(tmp_path: Path) -> None:
    tokenizer = _open(gguf_files.wordpiece(tmp_path / "a.gguf"))
    assert _spelled(tokenizer, "Unáffable, xa a你") == ["▁un", "aff", "able", "▁,", "[UNK]", "▁a", "▁你"]
    found = tokenizer.segment("Una\u0301ffable")
    assert found.starts.tolist() == [0, 2, 7]
    assert found.ends.tolist() == [2, 7, 11]
    assert _spelled(tokenizer, "a [SEP]", Specials(add=True, parse=True)) == ["[CLS]", "▁a", "[SEP]", "[SEP]"]


def test_rwkv_takes_the_longest_match(tmp_path: Path) -> None:
    tokenizer = _open(gguf_files.rwkv(tmp_path / "a.gguf"))
    assert tokenizer.segment("helhe\n\n你").pieces == [b"hel", b"he", b"\n\n", b"\xe4\xbd", b"\xa0"]


def test_t5_is_unigram_with_eos(tmp_path: Path) -> None:
    tokenizer = _open(gguf_files.unigram(tmp_path / "a.gguf"))
    assert tokenizer.info.algorithm == "Unigram"
    assert _spelled(tokenizer, " hello   hello ", Specials(add=True)) == ["▁hello", "▁hello", "</s>"]
    assert tokenizer.segment("héllo").kinds.tolist().count(Kind.UNKNOWN) == 1


def test_a_model_that_is_not_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="plamo2"):
        _open(gguf_files.write(tmp_path / "a.gguf", "plamo2", ["a"], [1]))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"tokens": ["a", "a"], "types": [1, 1]}, "two ids"),
        ({"tokens": ["a", "b"], "types": [1, 1], "merges": ["a c"]}, "merge 0"),
        ({"tokens": ["a", "b"], "types": [1, 1]}, "no list of merges"),
        ({"tokens": ["a", "b"], "types": [1]}, "token_type"),
    ],
)
def test_lists_that_do_not_fit_are_named(tmp_path: Path, fields: dict[str, list[str]], says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        _open(gguf_files.write(tmp_path / "a.gguf", "gpt2", pre="gpt-2", **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("model", gguf_files.EVERY_MODEL)
def test_a_file_cut_short_is_refused(tmp_path: Path, model: str) -> None:
    data = gguf_files.EVERY_MODEL[model](tmp_path / "a.gguf").read_bytes()
    end = data.index(b"tokenizer.ggml.token_type")  # what comes after may be left out
    for length in range(0, end, 97):
        (tmp_path / "cut.gguf").write_bytes(data[:length])
        with pytest.raises(UnreadableFile) as refused:
            _open(tmp_path / "cut.gguf")
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("model", gguf_files.EVERY_MODEL)
def test_flipped_bits_never_raise_anything_else(tmp_path: Path, model: str) -> None:
    data = bytearray(gguf_files.EVERY_MODEL[model](tmp_path / "a.gguf").read_bytes())
    dice = random.Random(model)
    for _ in range(150):
        flipped = bytearray(data)
        for _ in range(dice.randint(1, 4)):
            flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
        (tmp_path / "flipped.gguf").write_bytes(flipped)
        try:
            _open(tmp_path / "flipped.gguf").segment("hello é")
        except UserError as refused:
            assert "\n" not in str(refused)


def _array(kind: int, n: int, key: str = "tokenizer.ggml.tokens") -> bytes:
    """A version 3 file with one array that claims `n` entries."""
    name = struct.pack("<Q", len(key)) + key.encode()
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + name + struct.pack("<IIQ", 9, kind, n)


@pytest.mark.parametrize("kind", [0, 4, 6, 7, 8, 9, 12, 77])
@pytest.mark.parametrize("key", ["tokenizer.ggml.tokens", "general.other"])
def test_a_claim_of_many_entries_costs_nothing(tmp_path: Path, kind: int, key: str) -> None:
    for n in (2**60, 2**64 - 1, 10**6):
        (tmp_path / "a.gguf").write_bytes(_array(kind, n, key) + bytes(64))
        tracemalloc.start()
        with pytest.raises(UnreadableFile):
            _open(tmp_path / "a.gguf")
        assert tracemalloc.get_traced_memory()[1] < 2**20
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF",
        b"GGUF" + struct.pack("<I", 9),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2**60),
        b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2) + b"\xff\xff" + bytes(20),
        _array(9, 1) + struct.pack("<IQ", 9, 1) * 1000,
    ],
)
def test_headers_that_lie_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.gguf").write_bytes(data)
    with pytest.raises(UnreadableFile):
        _open(tmp_path / "a.gguf")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much was read")
def test_of_a_sparse_file_of_many_gigabytes_only_its_head_is_read(tmp_path: Path) -> None:
    path = gguf_files.bpe(tmp_path / "a.gguf")
    with path.open("r+b") as file:
        file.truncate(20 * 2**30)
    tracemalloc.start()
    before = psutil.Process().io_counters().read_chars
    tokenizer = _open(path)
    assert isinstance(tokenizer, LocalTokenizer)
    assert _spelled(tokenizer, "hello") == ["hello"]
    assert psutil.Process().io_counters().read_chars - before < 2**26
    assert tracemalloc.get_traced_memory()[1] < 2**26
    tracemalloc.stop()


@needs_data
@pytest.mark.parametrize("name", ["bert-bge", "gpt-2", "llama-spm"])
def test_ids_equal_the_vectors_of_llama_cpp(name: str) -> None:
    path = TOKENIZERS / "gguf" / f"ggml-vocab-{name}.gguf"
    texts = path.with_suffix(".gguf.inp").read_bytes().decode().split("\n__ggml_vocab_test__\n")
    lines = path.with_suffix(".gguf.out").read_text().split("\n")
    assert len(texts) == len(lines)
    tokenizer = _open(path)
    for text, line in zip(texts, lines, strict=True):
        assert tokenizer.segment(text).ids.tolist() == [int(i) for i in line.split()], text


@needs_data
def test_deepseek_matches_its_user_defined_characters() -> None:
    tokenizer = _open(TOKENIZERS / "gguf" / "ggml-vocab-deepseek-coder.gguf")
    found = tokenizer.segment("für")
    assert found.pieces == [b"f", "ü".encode(), b"r"]
    assert found.lossless
