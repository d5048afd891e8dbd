"""Chunks tile the text, keep to the budget, and cut through no unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UnknownName, UserError
from core.segmentation.chunks import Chunk, Unit, split_by_budget
from core.text.boundaries import clusters, words
from core.tokenizers.formats.builtin import ByteTokenizer, RuleTokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from tests.cutting import cut, pieces_of

UNITS: list[Unit] = ["tokens", "characters", "words", "lines"]
texts = st.text(st.sampled_from("ab é\u0301漢🧑\u200d🚀\n.ไ"), max_size=40)


def byte_edges(pieces: list[str]) -> set[int]:
    edges = {0}
    for piece in pieces:
        edges.add(max(edges) + len(piece.encode()))
    return edges


def edges_of(text: str, keep: Unit) -> set[int]:
    lines = text.split("\n")
    cutters = {
        "characters": clusters(text),
        "words": words(text),
        "lines": [line + "\n" for line in lines[:-1]] + [lines[-1]],
    }
    return byte_edges(cutters[keep]) if keep != "tokens" else set(range(len(text.encode()) + 1))


@given(texts, st.integers(1, 12), st.sampled_from(UNITS), st.sampled_from(["bytes", "characters", "words"]))
def test_chunks_keep_their_promises(text: str, budget: int, keep: Unit, rule: str) -> None:
    tokenizer = ByteTokenizer() if rule == "bytes" else RuleTokenizer(rule)
    segmentation = tokenizer.segment(text)
    chunks = split_by_budget(segmentation, budget, keep)
    assert [c.start_byte for c in chunks] == [0, *(c.end_byte for c in chunks)][: len(chunks)]
    assert not chunks or chunks[-1].end_byte == len(text.encode())
    assert sum(c.n_tokens for c in chunks) == segmentation.n_tokens
    edges = edges_of(text, keep)
    token_edges = {0, *segmentation.ends.tolist()}
    for chunk in chunks:
        assert chunk.end_byte in edges & token_edges
        assert chunk.over_budget == (chunk.n_tokens > budget)
        inside = {e for e in edges & token_edges if chunk.start_byte < e < chunk.end_byte}
        assert not (chunk.over_budget and inside), "only a single unit may be over the budget"


def test_a_walk_takes_as_much_as_fits() -> None:
    assert [c.n_tokens for c in split_by_budget(ByteTokenizer().segment("abcdefgh"), 3)] == [3, 3, 2]
    assert [c.n_tokens for c in split_by_budget(ByteTokenizer().segment("aééé"), 4)] == [3, 4]
    assert [c.n_tokens for c in split_by_budget(ByteTokenizer().segment("aééé"), 4, keep="tokens")] == [4, 3]


def test_a_unit_over_the_budget_is_alone_and_marked() -> None:
    chunks = split_by_budget(ByteTokenizer().segment("ab🚀cd"), 2)
    assert chunks == [Chunk(0, 2, 2), Chunk(2, 6, 4, over_budget=True), Chunk(6, 8, 2)]


def test_dropped_text_stays_with_the_token_before_it() -> None:
    dropped = cut("a  b ", (0, 0, b"<s>", Kind.INSERTED), (0, 1, b"a"), (3, 4, b"b"))
    assert split_by_budget(dropped, 1) == [Chunk(0, 3, 1), Chunk(3, 5, 1)]
    assert split_by_budget(cut("   "), 1) == [Chunk(0, 3, 0)]
    assert split_by_budget(pieces_of(), 1) == []


@pytest.mark.parametrize("budget", [0, -3])
def test_no_budget_is_refused(budget: int) -> None:
    with pytest.raises(UserError, match="holds no text"):
        split_by_budget(pieces_of("a"), budget)


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(UnknownName, match="words"):
        split_by_budget(pieces_of("a"), 1, "word")  # type: ignore[arg-type]


def test_a_superword_is_never_cut() -> None:
    text: Segmentation = pieces_of("by the", " way")
    assert split_by_budget(text, 1, keep="words") == [Chunk(0, 6, 1), Chunk(6, 10, 1)]
