"""Which two entries spell a third, and the table of numbers that it is looked up in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary.halves import halves
from core.vocabulary.number_table import NOWHERE, NumberTable

NUMBERS = st.one_of(st.integers(0, 20), st.integers(0, 2**64 - 1), st.integers(0, 40).map(lambda n: n << 58))


@given(st.lists(NUMBERS), st.lists(NUMBERS))
def test_a_number_is_found_at_its_first_place(keys: list[int], wanted: list[int]) -> None:
    asked = [*wanted, *keys]
    found = NumberTable(np.array(keys, np.uint64)).of(np.array(asked, np.uint64)).tolist()
    assert found == [keys.index(one) if one in keys else NOWHERE for one in asked]


@given(st.lists(st.binary(min_size=1, max_size=9).map(lambda data: bytes(b % 3 for b in data)), unique=True))
def test_halves_are_those_that_trying_every_cut_finds(pieces: list[bytes]) -> None:
    place = {piece: n for n, piece in enumerate(pieces)}
    tried = [
        (place[piece[:cut]], place[piece[cut:]], n)
        for n, piece in enumerate(pieces)
        for cut in range(1, len(piece))
        if piece[:cut] in place and piece[cut:] in place
    ]
    assert [*zip(*(each.tolist() for each in halves(pieces)), strict=True)] == tried


def test_pieces_of_many_texts_find_each_other() -> None:
    """Six hundred thousand bytes are looked at in three parts: what begins in one is spelled in another."""
    numbers = [b"%06d" % n for n in range(60_000)]
    pieces = [*numbers, *(b"x" + number for number in numbers[:40_000]), b"x"]
    left, right, made = halves(pieces)
    assert left.tolist() == [100_000] * 40_000
    assert right.tolist() == [*range(40_000)]
    assert made.tolist() == [*range(60_000, 100_000)]


def test_lines_that_make_weak_hashes_alike_are_told_apart() -> None:
    """Thue and Morse's two lines of 256 letters: their hash modulo 2^64 differs by a high power of two at most."""
    letters = bytes(97 + n.bit_count() % 2 for n in range(256))
    other = bytes(195 - letter for letter in letters)
    pieces = [letters, other, b"x" + letters, b"y"]
    assert [each.tolist() for each in halves([*pieces, b"x"])] == [[4], [0], [2]]
    assert [each.tolist() for each in halves([*pieces, b"x", b"y" + other])] == [[4, 3], [0, 1], [2, 5]]
