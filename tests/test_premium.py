"""Premiums: by hand, by properties, and against slow resampling; tests whose errors are as frequent as stated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.common.errors import UnknownName, UserError
from core.premium.differences import change, languages_under, tokenizers_on
from core.premium.ordering import grouped, order
from core.premium.premium import (
    PER,
    joined_premiums,
    premiums,
    ranks,
    resample,
    sentence_ratios,
    telling_sentences,
)
from core.stats.ratio_t_test import holm, quantile, two_sided
from core.text.languages import flores_languages
from tests.tables import table

COUNTS = arrays(
    np.int64, st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(10, 20)), elements=st.integers(1, 500)
)


def random_counts(k: int, n_languages: int, n: int, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    length = chance.gamma(6, 5, size=n)
    cost = chance.uniform(1, 5, size=(k, n_languages, 1))
    return chance.poisson(length * cost) + 1


# by hand


def test_a_premium_is_the_ratio_of_sums() -> None:
    found = premiums(table([[[10, 20, 30], [30, 30, 60]]]), "a")
    assert found.value.tolist() == [[1.0, 2.0]]
    assert found.tokens.tolist() == [[60, 120]]
    assert not found.reasons


def test_it_is_not_the_mean_of_ratios() -> None:
    assert premiums(table([[[1, 99], [2, 99]]]), "a").value[0, 1] == pytest.approx(1.01)


def test_per_byte_and_per_character_divide_by_size() -> None:
    sizes = {
        "n_bytes": np.array([[10, 10], [30, 30]], np.uint16),
        "n_characters": np.array([[10, 10], [20, 20]], np.uint16),
    }
    counts = table([[[4, 6], [8, 12]]], **sizes)
    values = [premiums(counts, "a", per).value[0, 1] for per in PER]
    assert values == pytest.approx([2.0, 2 / 3, 1.0])


def test_a_missing_sentence_counts_for_neither() -> None:
    counts = table([[[10, 20, 30], [30, 0, 60]]])
    found = premiums(counts, "a")
    assert found.value[0, 1] == pytest.approx(90 / 40)
    assert found.n_sentences.tolist() == [3, 2]
    assert np.isnan(sentence_ratios(counts, 0, "b", "a")[1])


def test_ranks_and_their_changes() -> None:
    counts = table(
        [[[10] * 2, [20] * 2, [30] * 2]],
        n_bytes=np.array([[10] * 2, [40] * 2, [20] * 2], np.uint16),
        n_characters=np.array([[10] * 2, [10] * 2, [10] * 2], np.uint16),
    )
    per_line, per_byte = (ranks(premiums(counts, "a", per).value[0]) for per in ("line", "byte"))
    assert per_line.tolist() == [1, 2, 3]
    assert per_byte.tolist() == [2, 1, 3]
    assert (per_byte - per_line).tolist() == [1, -1, 0]


def test_joined_counts_have_their_own_premium() -> None:
    counts = table([[[10, 20], [30, 30]]], joined=np.array([[33, 66]]))
    assert joined_premiums(counts, "a").tolist() == [[1.0, 2.0]]
    with pytest.raises(UserError, match="joined"):
        joined_premiums(table([[[10, 20]]], joined=np.array([[-1]])), "a")


def test_the_sentences_that_tell_most() -> None:
    counts = table([[[100, 100, 100, 2], [200, 300, 210, 20]]])
    found = telling_sentences(counts, 0, "b", "a", most=1)
    assert (found.worst, found.best, found.typical) == ((1,), (0,), (2,))


# masks


def test_over_ten_per_cent_unknown_is_masked_with_the_reason() -> None:
    tokens = [[[100] * 12, [100] * 12, [100] * 12]]
    unknown = [[[0] * 12, [11] * 12, [10] * 12]]
    counts = table(tokens, unknown)
    found = premiums(counts, "a", resampled=resample(counts))
    assert np.isnan(found.value).tolist() == [[False, True, False]]
    assert found.reasons == {(0, 1): "11 % of the tokens are unknown."}
    assert np.isnan(found.low[0, 1]) and not np.isnan(found.low[0, 2])


def test_a_base_that_is_unknown_masks_the_whole_row() -> None:
    found = premiums(table([[[10], [10]], [[10], [10]]], [[[5], [0]], [[0], [0]]]), "a")
    assert np.isnan(found.value).tolist() == [[True, True], [False, False]]
    assert "In a, the base, 50 % of the tokens are unknown." in found.reasons.values()


def test_no_tokens_is_no_premium_of_zero() -> None:
    sizes = np.full((2, 2), 5, np.uint16)
    empty_language = table([[[3, 3], [0, 0]]], n_bytes=sizes, n_characters=sizes)
    empty_base = table([[[0, 0], [3, 3]]], n_bytes=sizes, n_characters=sizes)
    assert premiums(empty_language, "a").reasons == {(0, 1): "t0 gives no tokens for b."}
    found = premiums(empty_base, "a")
    assert np.isnan(found.value).all() and found.reasons[0, 1] == "t0 gives no tokens for a, the base."


def test_a_missing_base_is_named() -> None:
    with pytest.raises(UnknownName, match="'z'"):
        premiums(table([[[1], [2]]]), "z")


@pytest.mark.parametrize("n", [1, 9])
def test_few_sentences_have_no_interval(n: int) -> None:
    counts = table([[[5] * n, [6] * n]])
    found = premiums(counts, "a", resampled=resample(counts))
    assert found.value[0, 1] == pytest.approx(1.2) and np.isnan(found.low).all()
    assert "at least 10 sentences" in found.no_interval


def test_one_language_only() -> None:
    assert premiums(table([[[5, 5]]]), "a").value.tolist() == [[1.0]]


# properties


@given(COUNTS)
def test_the_base_costs_exactly_one_and_its_interval_is_a_point(counts: np.ndarray) -> None:
    made = table(counts)
    for base in made.languages:
        found = premiums(made, base, resampled=resample(made, draws=50))
        column = made.languages.index(base)
        assert (found.value[:, column] == 1).all()
        assert (found.low[:, column] == 1).all() and (found.high[:, column] == 1).all()


@given(COUNTS, st.integers(2, 9))
def test_counting_everything_several_times_changes_nothing(counts: np.ndarray, times: int) -> None:
    one, many = table(counts), table(np.tile(counts, times))
    assert premiums(one, "a").value == pytest.approx(premiums(many, "a").value, rel=1e-12)
    scaled = table(counts * times)
    assert premiums(one, "a").value == pytest.approx(premiums(scaled, "a").value, rel=1e-12)


@given(COUNTS)
def test_premiums_chain_and_invert(counts: np.ndarray) -> None:
    made = table(counts)
    last = made.languages[-1]
    forward, back = premiums(made, "a").value[:, -1], premiums(made, last).value[:, 0]
    assert forward * back == pytest.approx(np.ones(len(forward)))


@given(COUNTS, st.integers(0, 3))
@settings(max_examples=25)
def test_intervals_hold_the_value_and_depend_only_on_the_seed(counts: np.ndarray, seed: int) -> None:
    made = table(counts)
    one, two = (premiums(made, "a", resampled=resample(made, 400, seed)) for _ in range(2))
    assert one.low.tobytes() == two.low.tobytes() and one.high.tobytes() == two.high.tobytes()
    assert (one.low <= one.value * 1.02).all() and (one.high >= one.value * 0.98).all()


def test_order_of_tokenizers_and_languages_does_not_matter() -> None:
    counts = random_counts(3, 4, 50)
    straight, turned = table(counts), table(counts[::-1, ::-1])
    one = premiums(straight, "a", resampled=resample(straight))
    two = premiums(turned, "d", resampled=resample(turned))
    assert one.low.tobytes() == np.ascontiguousarray(two.low[::-1, ::-1]).tobytes()


# intervals


@pytest.mark.parametrize("per", PER)
@pytest.mark.parametrize("gaps", [False, True])
def test_the_interval_is_that_of_slow_resampling(per: str, gaps: bool) -> None:
    counts = random_counts(2, 3, 40)
    present = np.ones((3, 40), bool)
    if gaps:
        present[1, 3:9] = present[2, ::7] = False
    chance = np.random.default_rng(5)
    n_bytes = np.where(present, chance.integers(50, 200, (3, 40)), 0).astype(np.uint16)
    n_characters = np.where(present, chance.integers(30, 90, (3, 40)), 0).astype(np.uint16)
    made = table(counts * present, n_bytes=n_bytes, n_characters=n_characters)
    resampled = resample(made, draws=200, seed=3)
    found = premiums(made, "b", per, resampled)  # type: ignore[arg-type]
    size = {"line": None, "byte": n_bytes, "character": n_characters}[per]
    for k in range(2):
        for row in range(3):
            both = present[row] & present[1]
            draws = []
            for weights in np.concatenate([*resampled.draws.blocks()]):
                chosen = np.repeat(np.arange(40), weights.astype(int))
                chosen = chosen[both[chosen]]
                ratio = made.tokens[k, row, chosen].sum() / made.tokens[k, 1, chosen].sum()
                if size is not None:
                    ratio *= size[1, chosen].sum() / size[row, chosen].sum()
                draws.append(ratio)
            assert (found.low[k, row], found.high[k, row]) == pytest.approx(np.percentile(draws, [2.5, 97.5]), rel=1e-6)


def test_one_language_that_is_masked_has_no_interval() -> None:
    counts = np.full((1, 1, 12), 9)
    one = table(counts, counts // 2)
    found = premiums(one, one.languages[0], "byte", resample(one, 200))
    assert np.isnan(found.low).all() and found.reasons


@pytest.mark.parametrize("per", PER)
@pytest.mark.parametrize("gaps", [False, True])
def test_a_masked_cell_leaves_the_intervals_of_others(per: str, gaps: bool) -> None:
    present = np.ones((3, 40), bool)
    present[2, ::7] = not gaps
    counts = random_counts(2, 3, 40) * present
    unknown = np.zeros_like(counts)
    unknown[1, 2] = counts[1, 2]
    whole, masked = (premiums(one, "b", per, resample(one, 200)) for one in (table(counts), table(counts, unknown)))  # type: ignore[arg-type]
    assert np.argwhere(np.isnan(masked.low)).tolist() == [[1, 2]]
    for side in ("low", "high"):
        left, there = getattr(masked, side), getattr(whole, side)
        assert np.array_equal(np.where(np.isnan(left), there, left), there)


def test_single_precision_gives_the_bits_of_double() -> None:
    made = table(random_counts(2, 3, 500) * 100)
    resampled = resample(made, draws=100)
    exact = np.einsum(
        "kln,dn->kld", made.tokens.astype(np.int64), np.concatenate([*resampled.draws.blocks()]).astype(np.int64)
    )
    assert resampled.tokens.dtype == np.float32
    assert np.array_equal(resampled.tokens, exact)


def test_large_sums_are_exact_too() -> None:
    made = table(random_counts(1, 2, 300) * 10_000)
    resampled = resample(made, draws=50)
    exact = np.einsum(
        "kln,dn->kld", made.tokens.astype(np.int64), np.concatenate([*resampled.draws.blocks()]).astype(np.int64)
    )
    assert resampled.tokens.dtype == np.float64 and np.array_equal(resampled.tokens, exact)


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(400):
        made = table(random_premium_counts(seed, 1.7))
        found = premiums(made, "a", resampled=resample(made, 400, seed))
        held.append(found.low[0, 1] <= 1.7 <= found.high[0, 1])
    assert 0.91 <= np.mean(held) <= 0.98


def random_premium_counts(seed: int, premium: float, n: int = 60) -> np.ndarray:
    chance = np.random.default_rng(seed)
    length = chance.gamma(5, 20, n)
    return np.stack([chance.poisson(length), chance.poisson(length * premium * chance.gamma(20, 1 / 20, n))])[None] + 0


# tests


def test_holm_by_hand() -> None:
    assert holm(np.array([0.005, 0.011, 0.02, 0.04, np.nan])).tolist()[:4] == pytest.approx([0.02, 0.033, 0.04, 0.04])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]


def test_student_by_published_tables() -> None:
    degrees = np.array([1, 2, 5, 30, 1000])
    assert quantile(0.95, degrees).round(3).tolist() == [12.706, 4.303, 2.571, 2.042, 1.962]
    assert quantile(0.99, np.array([1, 10, 60])).round(3).tolist() == [63.657, 3.169, 2.66]
    assert two_sided(float("inf"), 5) == 0 and two_sided(40.0, 2000) < 1e-200


def test_equal_tokenizers_are_not_distinct() -> None:
    counts = random_counts(1, 5, 100)
    found = change(table(np.concatenate([counts, counts])), 0, 1, "a")
    assert (found.ratio[1:] == 1).all() and (found.adjusted[1:] == 1).all() and not found.distinct.any()
    assert found.n == 4 and np.isnan(found.ratio[0])  # the base is 1 with both, whatever they are
    assert found.within(0.01)[1:].all()


def test_a_large_difference_is_found_and_has_the_right_size() -> None:
    counts = random_counts(1, 3, 300)
    doubled = counts.copy()
    doubled[0, 1] *= 2
    made = table(np.concatenate([counts, doubled]))
    found = change(made, 0, 1, "a")
    assert found.ratio[1] == pytest.approx(2.0) and found.distinct.tolist() == [False, True, False]
    pair = tokenizers_on(made, "b", "a")
    assert pair.ratio[1, 0] == pytest.approx(2.0) and pair.ratio[0, 1] == pytest.approx(0.5)
    assert (pair.n, pair.distinct.tolist()) == (1, [[False, True], [True, False]])


def test_the_paired_test_by_hand() -> None:
    first, second = np.array([12, 11, 14, 9, 10, 13, 12, 11, 10, 12]), np.array([10, 11, 12, 9, 9, 12, 10, 11, 10, 11])
    found = languages_under(table([[first, second]]), 0)
    influence = first / first.mean() - second / second.mean()
    t = np.log(first.sum() / second.sum()) / (influence.std(ddof=1) / np.sqrt(10))
    assert found.adjusted[0, 1] == pytest.approx(two_sided(t, 9)) and found.ratio[0, 1] == pytest.approx(114 / 105)


def test_a_pair_is_compared_on_the_sentences_that_both_have() -> None:
    counts = random_counts(1, 3, 60)
    sizes = np.full((3, 60), 9, np.uint16)
    sizes[1, 5] = sizes[2, 7] = 0
    groups = tuple(n // 2 for n in range(60))
    gaps = table(counts, n_bytes=sizes, groups=groups, grouped_by="article")
    rest = [n for n in range(60) if n not in (5, 7)]
    whole = table(counts[..., rest], groups=tuple(groups[n] for n in rest), grouped_by="article")
    found, expected = languages_under(gaps, 0), languages_under(whole, 0)
    for values in ("ratio", "low", "high"):
        assert getattr(found, values)[1, 2] == pytest.approx(getattr(expected, values)[1, 2])
    assert found.ratio[0, 1] != pytest.approx(expected.ratio[0, 1])  # a has the sentence that c lacks


def test_pairing_finds_what_two_intervals_hide() -> None:
    chance = np.random.default_rng(1)
    base = chance.gamma(3, 30, 200)
    first = np.stack([base, base * 2.0]).astype(int) + 5
    second = np.stack([base, base * 2.04]).astype(int) + 5
    found = change(table(np.stack([first, second])), 0, 1, "a")
    assert found.distinct.tolist() == [False, True]
    assert not found.within(0.01)[1] and found.within(0.03)[1]


def test_false_findings_are_as_rare_as_stated() -> None:
    chance = np.random.default_rng(0)
    found, alike = [], []
    for _ in range(300):
        length = chance.gamma(5, 10, 50)
        pair = languages_under(table(chance.poisson(length, (1, 2, 50)) + 1), 0)
        off = languages_under(table(chance.poisson([length, length * 1.1 + 0.1], (1, 2, 50)) + 1), 0)
        found.append(bool(pair.distinct[0, 1]))
        alike.append(bool(off.within(0.1)[0, 1]))
    assert 0.02 <= np.mean(found) <= 0.09
    assert np.mean(alike) <= 0.09  # called the same within the margin by which they differ


def test_the_test_agrees_with_the_interval_of_the_bootstrap() -> None:
    for groups in ((), tuple(n // 3 for n in range(400))):
        made = table(random_counts(1, 2, 400, seed=4), groups=groups, grouped_by="article")
        interval = premiums(made, "a", resampled=resample(made, 4000))
        found = languages_under(made, 0)
        expected = (interval.low[0, 1], interval.high[0, 1])
        assert (found.low[1, 0], found.high[1, 0]) == pytest.approx(expected, rel=0.01)


def test_every_pair_of_tokenizers() -> None:
    counts = random_counts(1, 2, 200)
    three = np.concatenate([counts, counts, counts])
    three[2, 1] *= 3
    found = tokenizers_on(table(three), "b", "a")
    assert found.n == 3 and found.distinct[np.triu_indices(3, 1)].tolist() == [False, True, True]


def test_a_tokenizer_that_somebody_brought_changes_no_verdict_on_others() -> None:
    made = table(random_counts(6, 2, 30, seed=2))
    alone = tokenizers_on(made.select([0, 1, 2, 3]), "b", "a")
    one, two = tokenizers_on(made.select([0, 1, 2, 3, 4]), "b", "a", [4]), tokenizers_on(made, "b", "a", [4, 5])
    for found in (one, two):
        assert np.array_equal(found.adjusted[:4, :4], alone.adjusted, equal_nan=True) and found.n == alone.n == 6
    assert np.array_equal(one.adjusted[4, :4], two.adjusted[4, :4])
    assert not np.isnan(two.adjusted[4, 5])


def test_masked_cells_are_not_compared() -> None:
    counts = np.full((2, 2, 20), 10)
    unknown = np.zeros_like(counts)
    unknown[1, 1] = 5
    masked = table(counts, unknown)
    assert np.isnan(change(masked, 0, 1, "a").adjusted).all() and change(masked, 0, 1, "a").n == 0
    assert np.isnan(languages_under(masked, 1).ratio).all() and languages_under(masked, 0).n == 1
    assert tokenizers_on(masked, "b", "a").n == 0


def test_nine_sentences_are_no_sample() -> None:
    few = table([[[1] * 9, [2] * 9]])
    for kind, which in ((languages_under, (0,)), (tokenizers_on, ("b", "a")), (change, (0, 0, "a"))):
        with pytest.raises(UserError, match="at least 10 sentences, and there are 9"):
            kind(few, *which)


def test_ranks_share_and_skip() -> None:
    assert ranks(np.array([np.nan, np.nan])).tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_resource_classes_stand_in_their_order_whatever_they_cost(seed: int) -> None:
    codes = list(flores_languages())
    cost = np.random.default_rng(seed).uniform(1, 20, len(codes))
    ordered = [codes[n] for n in order(codes, range(len(codes)), cost, "Resources")]
    groups = [one.name for one in grouped(ordered, "Resources")]
    assert groups == [*(f"Class {n}" for n in range(6)), "Unknown"]
