"""The one test of ratios: against scipy's tests where theirs apply, and by hand where items lie in strata."""

import numpy as np
import pytest
from scipy import stats

from core.stats.ratio_family import RatioFamily, each_against_one
from core.stats.ratio_t_test import ratio_against_zero, two_sided

DRAWN = np.random.default_rng(0).normal(0.3, 1, 40)
ONE_STRATUM = np.zeros(40, np.intp)


def test_over_equal_items_it_is_the_t_test_of_a_mean() -> None:
    found = ratio_against_zero(DRAWN, np.ones(40), ONE_STRATUM)
    theirs = stats.ttest_1samp(DRAWN, 0)
    interval = theirs.confidence_interval()
    assert (found.value, found.p) == pytest.approx((DRAWN.mean(), theirs.pvalue))
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_strata_keep_their_own_means_and_a_lone_item_says_nothing() -> None:
    above, strata = np.array([1.0, 2.0, 3.0, 11.0, 13.0, 40.0]), np.array([0, 0, 0, 1, 1, 2])
    found = ratio_against_zero(above, np.ones(6), strata)
    influence = (above - above.mean()) / 6
    variance = 3 * influence[:3].var(ddof=1) + 2 * influence[3:5].var(ddof=1)
    assert found.p == pytest.approx(two_sided(above.mean() / np.sqrt(variance), 3))


def test_what_is_the_same_in_every_item_is_certain() -> None:
    counts = np.arange(1.0, 21)
    found = family(np.stack([counts, 2 * counts]), counts)
    assert found.adjusted.tolist() == [1, 0]
    assert found.ratio.tolist() == found.low.tolist() == found.high.tolist() == pytest.approx([1, 2])
    assert found.within(0.01).tolist() == [True, False]


def test_swapping_two_sums_inverts_the_ratio_and_leaves_the_probability() -> None:
    first, second = np.exp(DRAWN), np.exp(DRAWN[::-1] / 2)
    one, other = family(first[None], second), family(second[None], first)
    for here, there in ((one.ratio, other.ratio), (one.low, other.high), (one.high, other.low)):
        assert here == pytest.approx(1 / there)
    assert one.adjusted == pytest.approx(other.adjusted)


def family(above: np.ndarray, below: np.ndarray) -> RatioFamily:
    """Ratios of sums over the same items."""
    every = np.ones(above.shape, bool)
    return each_against_one([(above, 1), (below[None], -1)], every[:, 0], every, None, 2)
