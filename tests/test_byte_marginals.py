"""Exact byte marginals against brute force, and against a source of bytes that is known."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import UserError
from core.evaluation.passes import byte_marginals as module
from core.evaluation.passes.byte_marginals import SPECIAL, ByteTable, Ids, byte_marginals, byte_table
from tests.lexicons import lexicon

END = 0


def table_of(pieces: Sequence[bytes]) -> ByteTable:
    """A table for these tokens, after the end token with id 0."""
    order = sorted(range(1, len(pieces) + 1), key=lambda i: pieces[i - 1])
    longest = max(map(len, pieces))
    sorted_pieces = [pieces[i - 1] for i in order]
    columns = np.frombuffer(b"".join(p.ljust(longest, b"\0") for p in sorted_pieces), np.uint8)
    lengths = np.array([len(p) for p in sorted_pieces], np.int32)
    return ByteTable(
        np.array(order, np.int64), columns.reshape(len(order), longest).T.copy(), lengths, np.zeros(1, np.int64)
    )


def random_model(n_rows: int, seed: int) -> Callable[[Sequence[Ids]], np.ndarray]:
    """A language model with a distribution of its own after every context."""

    def next_tokens(contexts: Sequence[Ids]) -> np.ndarray:
        rows = [np.random.default_rng([seed, *context]).dirichlet(np.full(n_rows, 0.5)) for context in contexts]
        return np.log(np.maximum(np.array(rows), 1e-300))

    return next_tokens


PIECES = [b"a", b"b", b"ab", b"ba", b"aab", b"a", "é".encode(), b"\xc3", b"\xa9"]


def covers(text: bytes, pieces: Sequence[bytes]) -> list[Ids]:
    """Every token sequence whose bytes begin with the text and whose last token holds its last byte."""
    if not text:
        return [()]
    found = []
    for i, piece in enumerate(pieces, 1):
        if piece.startswith(text):
            found.append((i,))
        elif text.startswith(piece):
            found += [(i, *rest) for rest in covers(text[len(piece) :], pieces)]
    return found


def log_probability(ids: Ids, model: Callable[[Sequence[Ids]], np.ndarray]) -> float:
    return float(sum(model([ids[:n]])[0, ids[n]] for n in range(len(ids))))


@given(st.text("abé", max_size=4), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_sum_over_all_is_that_of_brute_force(text: str, seed: int) -> None:
    data, model = text.encode(), random_model(len(PIECES) + 1, seed)
    found = byte_marginals([data], table_of(PIECES), model)[0]
    for n in range(len(data) + 1):
        expected = np.logaddexp.reduce([log_probability(ids, model) for ids in covers(data[:n], PIECES)])
        assert found.mass[n] == pytest.approx(expected, abs=1e-12)
    assert -found.nats(data).sum() == pytest.approx(found.mass[-1], abs=1e-12)


@given(st.text("abé", max_size=4), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_marginals_telescope(text: str, seed: int) -> None:
    data, model = text.encode(), random_model(len(PIECES) + 1, seed)
    found = byte_marginals([data], table_of(PIECES), model)[0]
    assert np.exp(found.next).sum(1) == pytest.approx(1.0, abs=1e-12)
    for byte in b"ab\xc3\xa9":
        longer = byte_marginals([data + bytes([byte])], table_of(PIECES), model)[0]
        assert longer.mass[-1] == pytest.approx(found.mass[-1] + found.next[-1, byte], abs=1e-12)


def test_complete_sequences_are_the_segmentations() -> None:
    model = random_model(len(PIECES) + 1, 3)
    found = byte_marginals([b"aab"], table_of(PIECES), model, beyond=False)[0]
    expected = {ids for ids in covers(b"aab", PIECES) if b"".join(PIECES[i - 1] for i in ids) == b"aab"}
    assert set(found.complete) == expected and len(expected) == 7  # aab; a·ab and a·a·b, with two tokens a
    for ids, weight in found.complete.items():
        assert weight == pytest.approx(log_probability(ids, model), abs=1e-12)


def test_a_context_is_conditioned_on() -> None:
    model = random_model(len(PIECES) + 1, 4)
    found = byte_marginals([b"ab"], table_of(PIECES), model, contexts=[(2, 1)], beyond=False)[0]
    whole = log_probability((2, 1, 3), model) - log_probability((2, 1), model)
    assert found.complete[(2, 1, 3)] == pytest.approx(whole, abs=1e-12)


def test_texts_side_by_side_are_the_texts_alone() -> None:
    model, table = random_model(len(PIECES) + 1, 5), table_of(PIECES)
    texts = [b"abba", b"", "aéb".encode()]
    for text, together in zip(texts, byte_marginals(texts, table, model), strict=True):
        alone = byte_marginals([text], table, model)[0]
        assert np.array_equal(together.next, alone.next) and together.n_calls == alone.n_calls


# A source of bytes pushed through BPE, as in the lemma.


def bpe(text: bytes, merges: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    """Merges in order of rank, each everywhere from left to right."""
    pieces = [bytes([b]) for b in text]
    for left, right in merges:
        n, merged = 0, list[bytes]()
        while n < len(pieces):
            both = n + 1 < len(pieces) and pieces[n] == left and pieces[n + 1] == right
            merged.append(left + right if both else pieces[n])
            n += 2 if both else 1
        pieces = merged
    return pieces


class Source:
    """A random order-2 source of bytes that stops, pushed through BPE to give the true model of tokens."""

    def __init__(self, letters: bytes, merges: Sequence[tuple[bytes, bytes]], longest: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.letters, self.merges = letters, merges
        self.pieces = [bytes([b]) for b in letters] + [left + right for left, right in merges]
        self.next = defaultdict[bytes, np.ndarray](lambda: rng.dirichlet(np.ones(len(letters) + 1)))
        self.mass = defaultdict[bytes, float](float)  # of all strings that begin so
        self.tokens = defaultdict[Ids, dict[int, float]](dict)
        for n in range(longest + 1):
            for string in product(letters, repeat=n):
                self._add(bytes(string), n == longest)

    def _add(self, text: bytes, last: bool) -> None:
        p = 1.0
        for n, byte in enumerate(text):
            p *= self.next[text[max(0, n - 2) : n]][self.letters.index(byte)]
        p *= 1.0 if last else self.next[text[-2:]][-1]
        for n in range(len(text) + 1):
            self.mass[text[:n]] += p
        self.mass[text + b"$"] += p
        ids = (*self.encode(text), END)
        for n in range(len(ids)):
            after = self.tokens[ids[:n]]
            after[ids[n]] = after.get(ids[n], 0.0) + p

    def encode(self, text: bytes) -> Ids:
        return tuple(self.pieces.index(piece) + 1 for piece in bpe(text, self.merges))

    def model(self, contexts: Sequence[Ids]) -> np.ndarray:
        rows = np.zeros((len(contexts), len(self.pieces) + 1))
        for row, context in zip(rows, contexts, strict=True):
            for token, p in self.tokens[context].items():
                row[token] = p
        with np.errstate(divide="ignore"):
            return np.log(rows / rows.sum(1, keepdims=True))


MERGES = [
    [(b"a", b"a")],
    [(b"a", b"b"), (b"ab", b"a")],
    [(b"b", b"a"), (b"a", b"a"), (b"aa", b"ba")],
    [(b"a", b"a"), (b"aa", b"aa"), (b"b", b"b"), (b"aa", b"b")],
]


@pytest.mark.parametrize("merges", MERGES)
def test_a_true_source_of_bytes_is_recovered(merges: list[tuple[bytes, bytes]]) -> None:
    source = Source(b"ab", merges, longest=9, seed=len(merges))
    table = table_of(source.pieces)
    for text in map(bytes, product(b"ab", repeat=6)):
        found = byte_marginals([text], table, source.model, [source.encode])[0]
        assert found.n_calls <= len(text) + 1
        for n in range(len(text) + 1):
            before = text[:n]
            for byte, ending in ((97, b"a"), (98, b"b"), (SPECIAL, b"$")):
                expected = source.mass[before + ending] / source.mass[before]
                assert np.exp(found.next[n, byte]) == pytest.approx(expected, abs=1e-12)
            assert found.mass[n] == pytest.approx(np.log(source.mass[before]), abs=1e-12)


def test_what_a_leaky_model_gives_to_other_segmentations_is_lost_and_seen() -> None:
    model = random_model(len(PIECES) + 1, 6)
    table, text = table_of(PIECES), b"aaba"

    def canonical(data: bytes) -> Ids:
        return min((ids for ids in covers(data, PIECES) if b"".join(PIECES[i - 1] for i in ids) == data), key=len)

    strict = byte_marginals([text], table, model, [canonical])[0]
    every = byte_marginals([text], table, model)[0]
    assert strict.mass[-1] < every.mass[-1]
    assert np.all(strict.mass <= every.mass + 1e-12)
    assert strict.complete[canonical(text)] <= every.log_complete


def test_a_table_knows_the_first_byte_of_every_row() -> None:
    tokenizer = lexicon([b"ab", "é".encode()])
    table = byte_table(tokenizer, 300)
    assert table.first[[0, 1, 2, 258, 259, 299]].tolist() == [SPECIAL, SPECIAL, 0, ord("a"), 0xC3, SPECIAL]
    assert len(table.ids) + len(table.others) == 300


def test_too_many_segmentations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CONTEXTS", 20)
    with pytest.raises(UserError, match="shorter"):
        byte_marginals([b"ababababab"], table_of(PIECES), random_model(len(PIECES) + 1, 0))
