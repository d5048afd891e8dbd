"""Boundary agreement against its definition over sets, and on examples worked by hand."""

import itertools
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UserError
from core.segmentation.agreement import agreement, consensus, f1_matrix, unanimous_share
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation

TEXT = b"abcdefgh"
cut_sets = st.sets(st.integers(1, len(TEXT) - 1))


def cut(places: set[int], text: bytes = TEXT) -> Segmentation:
    edges = np.array([0, *sorted(places), len(text)], np.int32)
    pieces = [text[a:b] for a, b in itertools.pairwise(edges)]
    kinds = np.full(len(pieces), Kind.ORDINARY, np.uint8)
    return Segmentation(text, np.arange(len(pieces), dtype=np.int32), edges[:-1], edges[1:], kinds, pieces)


@given(cut_sets, cut_sets)
def test_agreement_is_its_definition(reference: set[int], other: set[int]) -> None:
    found = agreement(cut(reference), cut(other))
    shared = len(reference & other)
    assert isnan(found.precision) if not other else found.precision == shared / len(other)
    assert isnan(found.recall) if not reference else found.recall == shared / len(reference)
    if reference and other and shared:
        assert found.f1 == pytest.approx(2 / (1 / found.precision + 1 / found.recall))
    assert bool(found.reason) == (not reference or not other)
    assert (found.f1 == 1) == (reference == other)


@given(st.lists(cut_sets, max_size=5))
def test_the_matrix_is_every_pair(sets: list[set[int]]) -> None:
    matrix = f1_matrix([cut(s) for s in sets])
    pairs = [[agreement(cut(a), cut(b)).f1 for b in sets] for a in sets]
    np.testing.assert_allclose(matrix, np.array(pairs).reshape(len(sets), len(sets)))


@given(st.lists(cut_sets, min_size=1, max_size=5))
def test_consensus_counts_every_boundary_of_every_segmentation(sets: list[set[int]]) -> None:
    found = consensus([cut(s) for s in sets])
    assert dict(zip(found.positions.tolist(), found.counts.tolist(), strict=True)) == {
        place: sum(place in s for s in sets) for place in set.union(*sets)
    }
    assert found.positions.dtype == found.counts.dtype == np.int32
    union = set.union(*sets)
    if union:
        assert unanimous_share([cut(s) for s in sets]) == len(set.intersection(*sets)) / len(union)
    else:
        assert isnan(unanimous_share([cut(s) for s in sets]))


def test_undefined_numbers_name_who_has_no_boundary() -> None:
    assert agreement(cut({2}), cut(set())).reason == "The other cut the text nowhere inside"
    assert agreement(cut(set()), cut({2})).f1 == 0
    assert agreement(cut(set()), cut(set())).reason == "The reference and the other cut the text nowhere inside"


def test_nothing_to_compare_is_an_empty_answer() -> None:
    assert f1_matrix([]).shape == (0, 0)
    assert len(consensus([]).positions) == 0
    assert isnan(unanimous_share([]))
    assert f1_matrix([cut(set(), b"")]).tolist() == [[1.0]]


def test_different_texts_are_refused() -> None:
    for compare in (lambda s: agreement(*s), f1_matrix, consensus, unanimous_share):
        with pytest.raises(UserError, match="one text only"):
            compare([cut({1}), cut({1}, b"abcdefgx")])
