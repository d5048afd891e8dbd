"""Which merges can ever apply: as a replay says, on vocabularies made up by Hypothesis and on real ones."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.vocabulary.derivations import Derivations, derivations
from core.vocabulary.merge_table import NEVER, MergeTable

LETTERS = "ab"
Pair = tuple[str, str]


def replayed(text: str, ranks: dict[Pair, int]) -> list[tuple[list[str], int]]:
    """Symbols before each merge, and its rank; the last have none."""
    symbols, states = list(text), list[tuple[list[str], int]]()
    while True:
        found = [ranks.get(pair, NEVER) for pair in pairwise(symbols)]
        lowest = min(found, default=NEVER)
        states.append((list(symbols), lowest))
        if lowest == NEVER:
            return states
        at = found.index(lowest)
        symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]


def made_from(pairs: list[Pair], ranks: list[int], listed: bool) -> tuple[Derivations, list[str]]:
    names = [*dict.fromkeys([*LETTERS, *(name for left, right in pairs for name in (left, right, left + right))])]
    ids = {name: n for n, name in enumerate(names)}
    rows = np.array([(ids[left], ids[right], ids[left + right]) for left, right in pairs], np.int64).reshape(-1, 3)
    first = np.array([len(name) == 1 for name in names])
    table = MergeTable(*rows.T, np.array(ranks, np.int64), listed, first)
    return derivations(table, np.array([len(name) for name in names], np.int32)), names


def applying(pairs: list[Pair], ranks: dict[Pair, int]) -> list[bool]:
    """Whether each merge applies to the text of its parts."""
    states = [[state for state, _ in replayed(left + right, ranks)] for left, right in pairs]
    return [[*pair] in found and [pair[0] + pair[1]] in found for pair, found in zip(pairs, states, strict=True)]


@st.composite
def listed(draw: st.DrawFn, in_order: bool) -> list[Pair]:
    """A list of merges, each of two symbols that were there before; mixed up afterwards unless they stay in order."""
    names, pairs = [*LETTERS], list[Pair]()
    for _ in range(draw(st.integers(1, 9))):
        pair = (draw(st.sampled_from(names)), draw(st.sampled_from(names)))
        if pair not in pairs and len("".join(pair)) < 9:
            pairs.append(pair)
            names += [pair[0] + pair[1]] * (pair[0] + pair[1] not in names)
    return pairs if in_order else draw(st.permutations(pairs))


@given(st.one_of(listed(in_order=True), listed(in_order=False)))
def test_listed_merges_apply_as_a_replay_says(pairs: list[Pair]) -> None:
    ranks = {pair: n for n, pair in enumerate(pairs)}
    found, _ = made_from(pairs, [*ranks.values()], listed=True)
    assert found.applies.tolist() == applying(pairs, ranks)


@given(st.lists(st.text(LETTERS, min_size=2, max_size=6), max_size=9, unique=True))
def test_rank_lists_build_what_a_replay_builds(ranked: list[str]) -> None:
    """As tiktoken merges: whichever two neighbours spell the entry of the lowest rank, the leftmost of equals."""
    known = {*LETTERS, *ranked}
    pairs = [(name[:i], name[i:]) for name in ranked for i in range(1, len(name)) if {name[:i], name[i:]} <= known]
    ranks = {pair: ranked.index(pair[0] + pair[1]) for pair in pairs}
    found, names = made_from(pairs, [*ranks.values()], listed=False)
    built = {name for name in names if len(replayed(name, ranks)[-1][0]) == 1}
    assert {name for name, is_built in zip(names, found.is_built.tolist(), strict=True) if is_built} == built


@given(listed(in_order=True))
@example([("a", "a"), ("a", "aa"), ("b", "aaa"), ("a", "b"), ("aa", "a")])  # baaa before the aaa that is built
def test_what_stays_apart_is_what_is_left(pairs: list[Pair]) -> None:
    """Of entries that are not out of order: all who ask leave those out."""
    ranks = {pair: n for n, pair in enumerate(pairs)}
    found, names = made_from(pairs, [*ranks.values()], listed=True)
    orderly = np.flatnonzero(found.is_built & ~found.out_of_order)
    left, right = (side.ravel() for side in np.meshgrid(orderly, orderly))
    apart = found.stay_apart(left, right).tolist()
    sides = [(names[a], names[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)]
    assert apart == [replayed(a + b, ranks)[-1][0] == [a, b] for a, b in sides]


def test_borders_that_are_undone_for_ever_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part a…ab, built from its end, has as many borders with c as letters: all parts together a quadratic number."""
    deep = 40
    parts = ["a" * n + "b" for n in range(deep)]
    pairs = [*(("a", part) for part in parts[:-1]), *((part, "c") for part in parts)]
    whole, _ = made_from(pairs, [*range(len(pairs))], listed=True)
    assert whole.applies.all()
    monkeypatch.setattr("core.vocabulary.derivations.MOST_STEPS", 100)
    given_up, _ = made_from(pairs, [*range(len(pairs))], listed=True)
    assert (given_up.steps_left, given_up.applies[0], given_up.applies[-1]) == (0, True, False)


def test_what_was_asked_before_does_not_count_against_a_question() -> None:
    found, names = made_from([("a", "b"), ("ab", "c")], [0, 1], listed=True)
    found.steps_left = 0  # as after some thousand questions
    left, right = (np.array([names.index(name)]) for name in ("abc", "a"))
    assert found.stay_apart(left, right).tolist() == [True]
