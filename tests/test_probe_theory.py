"""The probe of theory: closed forms agree with hand-worked numbers and with samples."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import UserError
from core.probes.markov.dictionary import frequent_texts, losses_of
from core.probes.markov.merges import by_merges
from core.probes.markov.source import SwitchingSource, entropy
from core.probes.theory import theory

SOURCES = [SwitchingSource(0.8, 0.8), SwitchingSource(0.2, 0.3), SwitchingSource(0.7, 0.9, 2)]


def sample(source: SwitchingSource, n: int) -> list[int]:
    drawn, context, found = np.random.default_rng(7).random(n).tolist(), 0, list[int]()
    for number in drawn:
        found.append(int(number < source.next(context)[1]))
        context = source.after(context, str(found[-1]))
    return found


def merge(ids: list[int], first: int, second: int, new: int) -> list[int]:
    found, at = list[int](), 0
    while at < len(ids):
        here = ids[at] == first and at + 1 < len(ids) and ids[at + 1] == second
        found.append(new if here else ids[at])
        at += 2 if here else 1
    return found


def observed_loss(tokens: list[int] | list[str], n_characters: int) -> float:
    counts = Counter(tokens).values()
    return entropy([n / len(tokens) for n in counts]) * len(tokens) / n_characters


@pytest.mark.parametrize("source", SOURCES)
def test_merges_of_a_sample_cost_what_the_closed_form_says(source: SwitchingSource) -> None:
    """The merges are those of the closed form, made on a sample one by one."""
    n = 100_000
    ids, before = sample(source, n), ["0", "1"]
    for chain in by_merges(source, 16):
        if len(chain.texts) > 2:
            pairs = ((a, b) for a in range(len(before)) for b in range(len(before)))
            new = chain.texts[-1]
            counts = Counter(pairwise(ids))
            made = max((pair for pair in pairs if before[pair[0]] + before[pair[1]] == new), key=lambda p: counts[p])
            ids = merge(ids, *made, len(before))
            before.append(new)
        assert chain.rates.sum(axis=1) @ [len(text) for text in chain.texts] == pytest.approx(1)
        assert observed_loss(ids, n) == pytest.approx(chain.loss, rel=0.01)


@pytest.mark.parametrize("source", SOURCES)
def test_a_dictionary_on_a_sample_costs_what_the_closed_form_says(source: SwitchingSource) -> None:
    text = "".join(map(str, sample(source, 100_000)))
    frequent = frequent_texts(source, 20)
    known = set(frequent)
    tokens, at = list[str](), 0
    while at < len(text):
        end = at + 1
        while end < len(text) and text[at : end + 1] in known:
            end += 1
        tokens.append(text[at:end])
        at = end
    assert observed_loss(tokens, len(text)) == pytest.approx(losses_of(source, frequent)[-1], rel=0.01)


def test_known_numbers() -> None:
    found = theory(0.8, 0.8, most=32)
    by_size = {point.size: point for point in found.points}
    assert found.source.floor == pytest.approx(0.7219, abs=5e-5) and by_size[2].merges == pytest.approx(1)
    assert by_size[3].merges == pytest.approx(0.6 * entropy([1 / 6, 1 / 6, 4 / 6]))
    assert [by_size[n].merges for n in (12, 16, 32)] == pytest.approx([0.7546, 0.7657, 0.7750], abs=5e-5)
    assert [by_size[n].merges for n in (16, 32)] == pytest.approx([0.7612, 0.7665], abs=0.01)  # of a single run
    assert by_size[16].merges < by_size[32].merges and 12 in found.rises


@settings(deadline=None, max_examples=10)
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.integers(1, 3))
def test_no_tokens_go_below_the_floor(p: float, q: float, order: int) -> None:
    found = theory(p, q, order, most=16)
    assert all(min(point.merges, point.dictionary) > found.source.floor - 1e-9 for point in found.points)
    assert found.points[0].merges == pytest.approx(found.source.of_characters)


def test_numbers_out_of_range_say_so() -> None:
    for given_ in ({"p": 1.0}, {"q": 0.0}, {"order": 4}, {"most": 1}, {"p": float("nan")}):
        with pytest.raises(UserError, match=f"{next(iter(given_))} cannot be"):
            theory(**given_)
