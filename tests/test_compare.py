"""The alignment of two texts says both back."""

from collections import Counter
from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import TooLarge
from core.common.numbers import THIN
from core.segmentation.two_texts import MAX_TOKENS, compare
from core.tokenizers.formats.builtin import ByteTokenizer, RuleTokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation
from tests.cutting import cut

texts = st.text("ab é", max_size=20)


def read(segmentation: Segmentation, tokens: tuple[int, int]) -> bytes:
    """The bytes that tokens [from, to) stand for."""
    start, end = tokens
    return b"".join(segmentation.text[segmentation.starts[n] : segmentation.ends[n]] for n in range(start, end))


@given(texts, texts)
def test_the_segments_tile_both_texts_and_equal_ones_are_equal(a: str, b: str) -> None:
    first, second = RuleTokenizer("characters").segment(a), RuleTokenizer("characters").segment(b)
    found = compare(first, second)
    at_first = at_second = 0
    for segment in found.segments:
        assert segment.first_tokens[0] == at_first
        assert segment.second_tokens[0] == at_second
        at_first, at_second = segment.first_tokens[1], segment.second_tokens[1]
        mine, theirs = read(first, segment.first_tokens), read(second, segment.second_tokens)
        assert (mine == theirs) == (segment.change == "equal")
        assert bool(mine) == (segment.change != "inserted")
        assert bool(theirs) == (segment.change != "deleted")
        assert first.ids[slice(*segment.first_tokens)].tolist() == [ord(c) for c in mine.decode()]
    assert (at_first, at_second) == (len(first), len(second))
    assert found.n_shared == (Counter(a) & Counter(b)).total()
    assert isnan(found.ratio) if not a else found.ratio == len(b) / len(a)


def test_inserted_tokens_are_not_compared() -> None:
    first = cut("ab", (0, 0, b"<s>", Kind.INSERTED), (0, 1, b"a"), (1, 2, b"b"))
    (segment,) = compare(first, first).segments
    assert segment.first_tokens == segment.second_tokens == (1, 3)
    assert compare(first, first).n_first == 2


def test_texts_too_long_to_align_are_refused() -> None:
    long = ByteTokenizer().segment("a" * (MAX_TOKENS + 1))
    with pytest.raises(TooLarge, match=f"3{THIN}001 and 1 tokens"):
        compare(long, ByteTokenizer().segment("a"))
