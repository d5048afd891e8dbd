"""The explanations are what the models do: against brute force, and against models trained here by the libraries."""

import io
from functools import cache
from itertools import combinations, pairwise, product
from typing import Any

import pytest
import sentencepiece
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.common.errors import TooLarge, UserError
from core.common.numbers import THIN
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.backends.tiktoken import TiktokenTokenizer, vocabulary_of
from core.tokenizers.explain.longest import longest_matches, wordpiece_matches
from core.tokenizers.explain.merges import replaced, replay
from core.tokenizers.explain.unigram import n_best
from core.tokenizers.tokenizer import Info

TEXT = [
    "low lower lowest new newer newest wide wider widest",
    "the theatre there then them these lower the wider theatre",
    "naïve façade œuvre übermäßig größer größte",
    "aaaa aaa aaaaaaa abab ababab banana bananas ananas",
]
WORDS = sorted({word for line in TEXT for word in line.split()})


def ranked(merges: list[tuple[str, str]]) -> Any:
    rank_of = {(left.encode(), right.encode()): i for i, (left, right) in enumerate(merges)}

    def rank(left: bytes, right: bytes) -> tuple[float, str] | None:
        found = rank_of.get((left, right))
        return None if found is None else (found, f"merge rank {found:,}")

    return rank


def cuts_of(piece: str) -> list[tuple[str, ...]]:
    """Every way to cut a piece."""
    places = range(1, len(piece))
    found = []
    for n in range(len(piece)):
        for chosen in combinations(places, n):
            edges = [0, *chosen, len(piece)]
            found.append(tuple(piece[a:b] for a, b in pairwise(edges)))
    return found


# --- BPE


def one_merge_at_a_time(symbols: list[bytes], rank: Any) -> list[bytes]:
    """The definition: look at every neighbouring pair, merge the best, begin again."""
    while True:
        pairs = [(rank(a, b)[0], i) for i, (a, b) in enumerate(pairwise(symbols)) if rank(a, b)]
        if not pairs:
            return symbols
        _, i = min(pairs)
        symbols = [*symbols[:i], symbols[i] + symbols[i + 1], *symbols[i + 2 :]]


@given(st.text("ab", max_size=12), st.permutations([("a", "b"), ("b", "a"), ("a", "a"), ("ab", "a"), ("aa", "ab")]))
def test_replay_ends_where_the_definition_does(text: str, merges: list[tuple[str, str]]) -> None:
    symbols = [c.encode() for c in text]
    steps = replay(symbols, ranked(merges))
    assert list(steps[-1].symbols) == one_merge_at_a_time(symbols, ranked(merges))
    assert steps[0].symbols == tuple(symbols)
    assert steps[0].at == -1
    for before, after in pairwise(steps):
        i = after.at
        assert after.symbols[i] == before.symbols[i] + before.symbols[i + 1]
        assert after.symbols == (*before.symbols[:i], after.symbols[i], *before.symbols[i + 2 :])


@cache
def trained_bpe() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(TEXT * 3, trainers.BpeTrainer(vocab_size=90, show_progress=False))
    return tokenizer


@pytest.mark.parametrize("word", WORDS)
def test_replay_agrees_with_tokenizers(word: str) -> None:
    import json

    merges = [tuple(m) for m in json.loads(trained_bpe().to_str())["model"]["merges"]]
    steps = replay([c.encode() for c in word], ranked(merges))
    assert [s.decode() for s in steps[-1].symbols] == trained_bpe().encode(word).tokens


@cache
def trained_spm(kind: str, size: int) -> sentencepiece.SentencePieceProcessor:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT * 3),
        model_writer=model,
        model_type=kind,
        vocab_size=size,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


@pytest.mark.parametrize("word", WORDS)
def test_replay_agrees_with_sentencepiece(word: str) -> None:
    spm = trained_spm("bpe", 90)
    score_of = {spm.id_to_piece(i): spm.get_score(i) for i in range(3, spm.get_piece_size())}

    def rank(left: bytes, right: bytes) -> tuple[float, str] | None:
        score = score_of.get((left + right).decode())
        return None if score is None else (-score, "")

    steps = replay([c.encode() for c in f"▁{word}"], rank)
    assert [s.decode() for s in steps[-1].symbols] == spm.encode(word, out_type=str)


def test_the_leftmost_of_equal_merges_comes_first() -> None:
    steps = replay([b"a"] * 5, ranked([("a", "a"), ("aa", "aa")]))
    assert [step.at for step in steps] == [-1, 0, 1, 0]
    assert steps[-1].symbols == (b"aaaa", b"a")


@given(st.text("ab", max_size=20))
def test_a_step_replaces_symbols_by_others_of_the_same_bytes(text: str) -> None:
    steps = replay([c.encode() for c in text], ranked([("a", "b"), ("ab", "ab"), ("b", "b")]))
    now = list(steps[0].symbols)
    for before, step in pairwise(steps):
        old, new = replaced(before.symbols, step.symbols, step.at)
        assert (old, new) == (2, 1)
        now[step.at : step.at + old] = step.symbols[step.at : step.at + new]
        assert tuple(now) == step.symbols


def with_entries(*entries: bytes) -> TiktokenTokenizer:
    """A tiktoken vocabulary of all bytes and these, whose pre-tokenizer leaves a text whole."""
    ranks = {bytes([b]): b for b in range(256)} | {entry: 256 + n for n, entry in enumerate(entries)}
    encoding = tiktoken.Encoding("x", pat_str=r"(?s).+", mergeable_ranks=ranks, special_tokens={})
    info = Info("x:y", "l", "s", "0" * 16, len(ranks), "BPE", "r")
    return TiktokenTokenizer(encoding, info, vocabulary_of(ranks, {}))


def test_a_whole_entry_is_replayed_too_and_the_note_says_what_the_library_does() -> None:
    tokenizer = with_entries(b"ra", b"st", b"st" + b"ra", b"straw")
    explanation = tokenizer.explain("straw")
    assert explanation is not None
    assert [step.symbols for step in explanation.steps] == [
        (b"s", b"t", b"r", b"a", b"w"),
        (b"s", b"t", b"ra", b"w"),
        (b"st", b"ra", b"w"),
        (b"stra", b"w"),
        (b"straw",),
    ]
    assert "takes it at once" in explanation.note and explanation.note.endswith("end there too.")


def test_an_entry_that_no_merges_make_is_told() -> None:
    tokenizer = with_entries(b"zqx")
    assert tokenizer.segment("zqx").ids.tolist() == [256]
    explanation = tokenizer.explain("zqx")
    assert explanation is not None
    assert explanation.note.endswith("end in 3 tokens.")


@pytest.mark.parametrize("piece", ["a", "zqxy"])
def test_what_is_merged_or_needs_no_merge_has_no_note(piece: str) -> None:
    explanation = with_entries(b"zq").explain(piece)
    assert explanation is not None
    assert explanation.note == ""


def test_a_whole_entry_of_a_json_file_is_replayed_too() -> None:
    vocabulary = {"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}
    for merges in ([("a", "b"), ("ab", "c")], [("a", "b")]):
        model = models.BPE(vocabulary, merges, ignore_merges=True)
        tokenizer = HuggingFaceTokenizer(Tokenizer(model), Info("x:y", "l", "s", "0" * 16, None, "", ""))
        explanation = tokenizer.explain("abc")
        assert explanation is not None
        assert len(explanation.steps) == len(merges) + 1
        assert explanation.note.endswith("end there too." if len(merges) == 2 else "end in 2 tokens.")


def test_explanations_are_bounded() -> None:
    with pytest.raises(TooLarge, match=f"2{THIN}001 symbols"):
        replay([b"a"] * 2_001, lambda left, right: None)
    with pytest.raises(TooLarge):
        n_best("a" * 2_001, {"a": -1.0}, 1, -9.0)
    with pytest.raises(TooLarge):
        longest_matches(b"a" * 2_001, {b"a"})
    with pytest.raises(TooLarge):
        wordpiece_matches("a" * 2_001, {"a"})


def test_nothing_explains_as_nothing() -> None:
    assert [step.symbols for step in replay([], lambda left, right: None)] == [()]
    assert n_best("", {"a": -1.0}, 3, -9.0)[0].symbols == ()


# --- Unigram

ENTRIES = [c + d + e for c, d, e in product("ab", ["", "a", "b"], ["", "a"])]


@given(
    st.text("abc", min_size=1, max_size=7),
    st.dictionaries(st.sampled_from(ENTRIES), st.integers(-60, -1).map(float)),
    st.integers(1, 6),
)
def test_n_best_is_the_head_of_all_cuts(piece: str, scores: dict[str, float], n: int) -> None:
    def total(cut: tuple[str, ...]) -> float | None:
        parts = [scores.get(part, -99.0 if len(part) == 1 else None) for part in cut]
        return None if None in parts else sum(p for p in parts if p is not None)

    every = {tuple(part.encode() for part in cut): total(cut) for cut in cuts_of(piece)}
    possible = {cut: score for cut, score in every.items() if score is not None}
    paths = n_best(piece, scores, n, -99.0)
    assert [path.score for path in paths] == sorted(possible.values(), reverse=True)[:n]
    assert len({path.symbols for path in paths}) == len(paths) == min(n, len(possible))
    assert all(possible[path.symbols] == path.score for path in paths)


def test_equal_scores_come_in_one_order_longer_last_part_first() -> None:
    scores = {"a": -1.0, "aa": -2.0, "aaa": -3.0}
    assert [path.symbols for path in n_best("aaa", scores, 4, -9.0)] == [
        (b"aaa",),
        (b"a", b"aa"),
        (b"aa", b"a"),
        (b"a", b"a", b"a"),
    ]


@pytest.mark.parametrize("word", WORDS)
def test_n_best_agrees_with_sentencepiece(word: str) -> None:
    spm = trained_spm("unigram", 70)
    scores = {spm.id_to_piece(i): spm.get_score(i) for i in range(3, spm.get_piece_size())}
    paths = n_best(f"▁{word}", scores, 5, min(scores.values()) - 10)
    theirs = spm.nbest_encode(word, nbest_size=5, out_type=str)
    for ours, cut in zip(paths, theirs, strict=True):
        assert sum(scores[part] for part in cut) == pytest.approx(ours.score, abs=1e-4)
    assert [s.decode() for s in paths[0].symbols] == spm.encode(word, out_type=str)


def test_a_list_of_no_cuts_is_refused() -> None:
    with pytest.raises(UserError, match="0 best"):
        n_best("a", {"a": -1.0}, 0, -9.0)


# --- longest match


@cache
def trained_wordpiece() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(vocab_size=90, special_tokens=["[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(TEXT * 3, trainer)
    return tokenizer


@pytest.mark.parametrize("word", [*WORDS, "zürich", "q", "lowq", "wabcdefghij" * 10])
def test_wordpiece_matches_agree_with_tokenizers(word: str) -> None:
    known = trained_wordpiece().get_vocab()
    steps = wordpiece_matches(word, known)
    theirs = trained_wordpiece().encode(word).tokens
    if theirs == ["[UNK]"]:
        assert steps[-1].symbols == (word.encode(),)
        assert steps[-1].why.endswith("the word becomes [UNK]") or "whole word becomes [UNK]" in steps[-1].why
    else:
        assert [s.decode() for s in steps[-1].symbols] == [token.removeprefix("##") for token in theirs]
        assert [step.why.split(":")[0] for step in steps[1:]] == [repr(token) for token in theirs]


@given(
    st.binary(max_size=12).map(lambda b: bytes(x % 3 + 97 for x in b)),
    st.sets(st.sampled_from([b"a", b"ab", b"abc", b"bca", b"cc"])),
)
def test_each_longest_match_is_known_and_none_longer_is(piece: bytes, known: set[bytes]) -> None:
    steps = longest_matches(piece, known)
    assert b"".join(steps[-1].symbols) == piece
    start = 0
    for symbol in steps[-1].symbols if piece else ():
        longer = [piece[start:end] for end in range(start + len(symbol) + 1, len(piece) + 1)]
        assert symbol in known or len(symbol) == 1
        assert not [candidate for candidate in longer if candidate in known]
        start += len(symbol)


def test_a_step_says_what_was_matched_and_what_was_tried() -> None:
    steps = longest_matches(b"abcx", {b"abc", b"a"})
    assert [step.why for step in steps[1:]] == [
        "longest match of 3 bytes, 1 longer tried",
        "no entry begins with byte 0x78",
    ]
    assert longest_matches(b"abcx", {b"abc", b"a"}, longest=3)[1].why == "longest match of 3 bytes"
