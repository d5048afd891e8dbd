"""The tiktoken and longest-match backends, and NFC with its way back."""

import unicodedata

import numpy as np
import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UnreadableFile, UserError
from core.tokenizers.backends.longest_match import LongestMatchTokenizer
from core.tokenizers.backends.nfc import composed
from core.tokenizers.backends.tiktoken import TiktokenTokenizer, vocabulary_of
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Info, Specials
from core.tokenizers.vocabulary import Vocabulary

PATTERN = r"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
RANKS = {bytes([b]): b for b in range(256)} | {b"ab": 256, b"abc": 257, "é".encode(): 258}
SPECIALS = {"<|end|>": 300, "<|end|>x": 301}


def made(**more: object) -> TiktokenTokenizer:
    encoding = tiktoken.Encoding("test", pat_str=PATTERN, mergeable_ranks=RANKS, special_tokens={})
    info = Info("file:test", "test", "tiktoken", "0" * 16, None, "BPE", "", specials=tuple(SPECIALS.items()))
    return TiktokenTokenizer(encoding, info, vocabulary_of(RANKS, SPECIALS), **more)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_spans_are_the_bytes(text: str) -> None:
    found = made().segment(text)
    assert found.lossless
    assert b"".join(found.pieces) == text.encode()


@given(st.text("ae\u0301\u0323\u1112\u1161\u11abé가 x\u0f71\u0f72\u09c7\u09be", max_size=12))
def test_nfc_lies_on_the_original(text: str) -> None:
    found = made(normalise="NFC").segment(text)
    assert b"".join(found.pieces) == unicodedata.normalize("NFC", text).encode()
    assert np.all(found.ends[:-1] <= found.starts[1:])
    assert found.tiles
    assert found.lossless == unicodedata.is_normalized("NFC", text)


@given(st.text(max_size=20))
def test_composition_is_normalisation(text: str) -> None:
    change = composed(text)
    assert (change.text if change else text) == unicodedata.normalize("NFC", text)


def test_special_tokens_are_text_unless_parsed() -> None:
    assert made().segment("a<|end|>").ids.tolist() == [97, *b"<|", *b"end", *b"|>"]
    found = made().segment("a<|end|>xb<|end|>", Specials(parse=True))
    assert found.ids.tolist() == [97, 301, 98, 300]  # the longest spelling first
    assert found.kinds.tolist() == [Kind.ORDINARY, Kind.SPECIAL, Kind.ORDINARY, Kind.SPECIAL]
    assert found.lossless


def test_ids_are_moved_and_tokens_added() -> None:
    vocabulary = Vocabulary([b"<s>", *vocabulary_of(RANKS, {}).pieces], np.zeros(260, np.uint8))
    encoding = tiktoken.Encoding("test", pat_str=PATTERN, mergeable_ranks=RANKS, special_tokens={})
    info = Info("file:test", "test", "tekken", "0" * 16, None, "BPE", "")
    found = TiktokenTokenizer(encoding, info, vocabulary, id_offset=1, before=[0]).segment("ab", Specials(add=True))
    assert found.ids.tolist() == [0, 257]
    assert found.kinds.tolist() == [Kind.INSERTED, Kind.ORDINARY]


def test_a_run_that_the_library_cannot_take_is_refused_in_words() -> None:
    pattern = r"[^\r\n]?[\p{Ll}]+(?i:'s)?|\s+(?!\S)|\s+"
    encoding = tiktoken.Encoding("test", pat_str=pattern, mergeable_ranks=RANKS, special_tokens={})
    info = Info("file:test", "test", "tiktoken", "0" * 16, None, "BPE", "")
    with pytest.raises(UserError, match="failed on this text"):
        TiktokenTokenizer(encoding, info, vocabulary_of(RANKS, {})).segment(" " * 1_000_000)


def test_stages_and_merges() -> None:
    tokenizer = made(normalise="NFC")
    stages = tokenizer.stages("abc e\u0301 你")
    assert stages[0].pieces == ("abc é 你",)
    assert stages[1].pieces == ("abc", " ", "é", " ", "你")
    assert stages[2].pieces == ("abc", " ", "é", " ", "⟨e4⟩", "⟨bd⟩", "⟨a0⟩")
    explained = tokenizer.explain("abab")
    assert explained is not None and explained.steps[-1].symbols == (b"ab", b"ab")
    whole = tokenizer.explain("abc")
    assert whole is not None and "takes it at once and asks no merges" in whole.note
    assert [step.symbols for step in whole.steps] == [(b"a", b"b", b"c"), (b"ab", b"c"), (b"abc",)]


@pytest.mark.parametrize(
    ("ranks", "reason"),
    [
        ({k: v for k, v in RANKS.items() if k != b"\x80"}, "no entry for the byte 0x80"),
        (RANKS | {b"zz": 257}, "one rank to two"),
        (RANKS | {b"zz": 2**31}, "2\u202f147\u202f483\u202f648"),
    ],
)
def test_unusable_ranks_are_named(ranks: dict[bytes, int], reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        vocabulary_of(ranks, {})


ENTRIES = {bytes([b]): b + 1 for b in range(256)} | {b"ab": 257, b"abcd": 258, b"bc": 259, "你".encode()[:2]: 260}


def longest() -> LongestMatchTokenizer:
    pieces = [b"", *ENTRIES]
    info = Info("file:test", "test", "rwkv", "0" * 16, 261, "greedy longest match", "")
    return LongestMatchTokenizer(ENTRIES, info, Vocabulary(pieces, np.zeros(261, np.uint8)))


@given(st.text("abcd你é", max_size=20))
def test_longest_match_is_greedy(text: str) -> None:
    data, at, expected = text.encode(), 0, []
    while at < len(data):
        size = next(n for n in range(4, 0, -1) if data[at : at + n] in ENTRIES and at + n <= len(data))
        expected.append(ENTRIES[data[at : at + size]])
        at += size
    found = longest().segment(text)
    assert found.ids.tolist() == expected
    assert found.lossless
    explained = longest().explain(text) if text else None
    assert explained is None or list(explained.steps[-1].symbols) == found.pieces


def test_a_byte_without_an_entry_is_named() -> None:
    info = Info("file:test", "test", "rwkv", "0" * 16, 261, "", "")
    with pytest.raises(UnreadableFile, match="0x00"):
        LongestMatchTokenizer({b"a": 1}, info, Vocabulary([b"", b"a"], np.zeros(2, np.uint8)))
