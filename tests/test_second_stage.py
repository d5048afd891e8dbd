"""The arrays of SuperBPE's second stage: pieces, tokens and merges are those of the plain ways to them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import pre_tokenizers

from core.training import as_tokens as tokens_of
from core.training.merges import MergeSymbols, Pair, WordPairs, learn
from core.training.pair_places import NONE, PairPlaces
from core.training.pieces_of_lines import pieces_of_lines
from core.training.pretokenizers import Cut
from core.training.stretches import CountedStretches, Stretches, counted_stretches
from core.training.trainers import bpe
from tests.training import LANGUAGES, prose, sentences, task

TEXTS = ["\n".join(sentences(code)[:60]) for code in LANGUAGES]
SCRIPTS = "".join(
    map(chr, [*range(0x3400), *range(0xA000, 0xAC00), *range(0x1D400, 0x1D800), *range(0x1F000, 0x1FB00)])
)


def mixed(n: int) -> str:
    """Characters of each kind in any order."""
    some = list("a é1٣.,/\n\r \t\u00a0\u3000\u0301\u0e35-#  \n\x85\u2028")
    return "".join(np.random.default_rng(0).choice(some, n))


@pytest.mark.parametrize("pre", ["superbpe", "superwords"])
def test_pieces_are_those_that_tokenizers_cuts(pre: str) -> None:
    """On characters of many scripts and symbols, and where every kind of white space stands anywhere."""
    cut = Cut(pre, "as the pre-tokenizer", "none", "bytes")
    chunks = [*TEXTS, SCRIPTS, " a".join(SCRIPTS), prose(20_000), mixed(20_000), "", "a", " ", "--", " \n", "12345"]
    splits = pre_tokenizers.Sequence(cut.cuts())
    theirs = Counter(word for chunk in chunks for word, _ in splits.pre_tokenize_str(chunk))
    assert pieces_of_lines(chunks, cut.letters).words() == theirs == dict(cut.plain_words(tuple(chunks)))
    assert cut.pieces(tuple(chunks)).words() == theirs


def test_they_are_not_counted_so_where_more_cuts() -> None:
    assert not Cut("superbpe", "alone", "none", "bytes").letters
    assert not Cut("superbpe", "as the pre-tokenizer", "none", "bytes", 8).letters
    assert not Cut("o200k", "as the pre-tokenizer", "none", "bytes").letters


def test_tokens_are_the_same_by_either_library() -> None:
    """Of texts, of each entry, and of ten thousand letters without a space."""
    symbols, merges = bpe.learned(task("bpe", 1_500, TEXTS), 1_500)
    entries = [one for one in symbols.spellings if one.isascii()]
    without = SCRIPTS.replace("\0", "")
    for pieces in ([*TEXTS, without, *entries, "banana" * 1_700, "", "a"], [SCRIPTS, ""], []):
        found = tokens_of.as_tokens(stretches(pieces), symbols, merges)
        assert found.dtype == np.int32 and found.tolist() == tokens_of._by_pairs(pieces, symbols, merges).tolist()


def test_what_two_pairs_make_is_cut_by_the_pairs() -> None:
    """By hand: ab and c goes before b and c, a and bc after it."""
    symbols, merges = MergeSymbols(bpe.ALPHABET), list[Pair]()
    for first, second in (("a", "b"), ("ab", "c"), ("b", "c"), ("x", "y"), ("a", "bc")):
        merges.append((symbols.ids[first], symbols.ids[second]))
        symbols.joined(merges[-1])
    *cut, end = tokens_of.as_tokens(stretches(["abcbcxy"]), symbols, merges)
    assert [symbols.spellings[one] for one in cut] == ["abc", "bc", "xy"] and end == NONE


def stretches(pieces: Sequence[str]) -> Stretches:
    as_bytes = [piece.encode() for piece in pieces]
    return Stretches(np.frombuffer(b"".join(as_bytes), np.uint8), np.cumsum([0, *map(len, as_bytes)]))


def flat(words: Sequence[Sequence[int]]) -> NDArray[np.int32]:
    return np.array([one for word in words for one in (*word, NONE)], np.int32)


def test_merges_are_those_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of letters and of some that were merged already, so that there are runs, ties, and tokens made by two pairs.

    However few pairs are looked after at once, and however many share a sum.
    """
    n_made_twice = 0
    monkeypatch.setattr("core.training.pair_places._BINS", 64)
    for seed in range(30):
        monkeypatch.setattr("core.training.pair_places._FEW", (100, 1)[seed % 2])
        monkeypatch.setattr("core.training.pair_places._MANY", (10**6, 1)[seed % 4 // 2])
        chance = np.random.default_rng(seed)
        words = [chance.integers(0, 4, n).tolist() for n in chance.integers(0, 40, 40)]
        weights, least = chance.integers(1, 5, 40).tolist(), 1 + seed % 3
        plain, arrays = list[Pair](), list[Pair]()
        for merges in (plain, arrays):
            symbols = MergeSymbols(["a", "b", "ab", "ba"])

            def allowed(pair: Pair, symbols: MergeSymbols = symbols) -> bool:
                return not symbols.spelling(pair).startswith("bba")

            of_words = merges is plain
            counts = (
                WordPairs(words, weights, allowed)
                if of_words
                else PairPlaces(flat(words), np.array(weights), least, allowed, (64, 10, 1)[seed // 3 % 3])
            )
            learn(counts, symbols, 150, least, merges)
        assert plain == arrays and len(plain) > 80
        n_made_twice += len(plain) - len(symbols.spellings) + 4
    assert n_made_twice > 10


def test_no_words_have_no_pairs() -> None:
    assert PairPlaces(flat([]), np.array([], np.int64), 1).best() is None
    assert PairPlaces(flat([[], [3]]), np.array([1, 2]), 1).best() is None


def test_pairs_that_may_not_be_merged_are_passed_over_however_many_there_are() -> None:
    """More of them stand most often than are looked after at once."""
    words = [[n, n + 1] for n in range(0, 200, 2)]
    counts = PairPlaces(flat([*words, [500, 501]]), np.array([9] * 100 + [3]), 2, lambda pair: pair[0] >= 500, 8)
    assert counts.best() == ((500, 501), 3)
    counts.merge((500, 501), 502)
    assert counts.best() is None


def test_stretches_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same whether all are gathered before they are counted, or each part is counted by itself."""
    chunks = [prose(20_000), *TEXTS, prose(20_000)]
    cut = Cut("superbpe", "as the pre-tokenizer", "none", "bytes")
    once = pieces_of_lines(chunks, cut.letters)
    monkeypatch.setattr("core.training.stretches._AT_ONCE", 1)
    again = pieces_of_lines(chunks, cut.letters)
    assert again.words() == once.words() and list(again.words()) == list(once.words())
    assert counted_stretches([]).words() == {} == CountedStretches.of_words({}).words()
