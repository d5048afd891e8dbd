"""Dataclasses come back from their JSON as they were, and from nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.common.codec import APART, Array, Mismatch, built, from_json, plain, to_json


@dataclass(frozen=True)
class Leaf:
    """Every kind of value that is no array."""

    word: str
    n: int
    x: float
    data: bytes
    on: bool
    kind: Literal["a", "b"] = "a"
    any_of: Mapping[str, int | float | str | bool] = field(default_factory=dict)
    by_number: Mapping[int, str] = field(default_factory=dict)
    pairs: tuple[tuple[str, int], ...] = ()
    maybe: "int | None" = None


@dataclass(frozen=True, eq=False)
class Tree:
    """Arrays in every place."""

    leaves: tuple[Leaf, ...]
    columns: Mapping[str, Annotated[NDArray[Any], APART] | tuple[str, ...]]
    whole: Annotated[NDArray[np.float32], APART] | None = None


LEAF = Leaf("é", 1, 0.5, b"\xff\x00", True, "b", {"i": 1, "f": 1.0, "b": True, "s": "1"}, {3: "x"}, (("p", 2),))
leaves = st.builds(
    Leaf,
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(-(2**80), 2**80),
    st.floats(allow_nan=False),
    st.binary(),
    st.booleans(),
    st.sampled_from(["a", "b"]),
    st.dictionaries(st.text("xyz/"), st.integers() | st.floats(allow_nan=False) | st.text("1tN") | st.booleans()),
    st.dictionaries(st.integers(), st.text("ab")),
    st.lists(st.tuples(st.text("ab"), st.integers()), max_size=3).map(tuple),
    st.none() | st.integers(),
)


@given(leaves)
@settings(max_examples=200, deadline=None)
def test_a_round_trip_keeps_values_and_their_types(leaf: Leaf) -> None:
    assert repr(from_json(Leaf, to_json(leaf))) == repr(leaf)
    assert repr(built(Leaf, plain(leaf))) == repr(leaf)


def test_arrays_stay_arrays_and_mappings_keep_their_order() -> None:
    tree = Tree((LEAF,), {"z": np.arange(3), "a": ("x", "y"), "m": np.array([True])}, np.ones((2, 2), np.float32))
    arrays: dict[str, Array] = {}
    text = to_json(tree, arrays)
    assert set(arrays) == {"columns/z", "columns/m", "whole"}
    again = from_json(Tree, text, arrays)
    assert again.leaves == tree.leaves and list(again.columns) == ["z", "a", "m"] and again.columns["a"] == ("x", "y")
    assert again.whole is tree.whole and again.columns["z"] is tree.columns["z"]


def test_numbers_of_numpy_are_numbers_and_nan_is_nan() -> None:
    given = {**vars(LEAF), "n": np.int64(7), "x": np.float32(nan), "on": np.bool_(False)}
    again = from_json(Leaf, to_json(given))
    assert (again.n, again.on, again.x != again.x) == (7, False, True)


def test_an_array_that_nobody_takes_apart_is_an_error() -> None:
    with pytest.raises(TypeError):
        to_json({"x": np.ones(1)})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("word", 1),
        ("word", None),
        ("n", 1.0),
        ("n", "1"),
        ("n", True),
        ("x", "1"),
        ("data", "zz"),
        ("data", 5),
        ("on", 1),
        ("kind", "c"),
        ("any_of", {"k": None}),
        ("any_of", {"k": [1]}),
        ("by_number", {"x": "a"}),
        ("pairs", [["p"]]),
        ("pairs", "pp"),
        ("maybe", False),
    ],
)
def test_another_type_is_refused_with_its_place(field: str, value: object) -> None:
    with pytest.raises(Mismatch) as caught:
        built(Leaf, {**plain(LEAF), field: value})
    assert caught.value.path[0] == field and str(caught.value).startswith(field)


def test_a_field_that_lacks_is_refused_and_one_that_nobody_knows_is_passed_over() -> None:
    document = plain(LEAF)
    assert built(Leaf, {**document, "new": 1}) == LEAF
    with pytest.raises(Mismatch, match="word"):
        built(Leaf, {key: value for key, value in document.items() if key != "word"})


@pytest.mark.parametrize("name", ["columns/y", 5, None, ["x", 1]])
def test_an_array_that_is_not_there_is_refused(name: object) -> None:
    text = json.dumps({"leaves": [], "columns": {"z": name}})
    with pytest.raises(Mismatch, match="columns"):
        from_json(Tree, text, {"columns/z": np.ones(1)})


def test_half_a_surrogate_pair_is_written_as_a_question_mark_and_never_read() -> None:
    assert from_json(list[str], to_json(["a\ud800"])) == ["a?"]
    with pytest.raises(Mismatch):
        from_json(list[str], '["\\ud800"]')
