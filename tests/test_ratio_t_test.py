"""The one test of ratios: against scipy's tests where theirs apply, and by hand where items lie in strata."""

import numpy as np
import pytest
from scipy import stats

from core.stats.ratio_t_test import ratio_against_one, ratio_against_zero, two_sided

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
    assert ratio_against_one([(counts, 1), (counts, -1)]).p == 1
    twice = ratio_against_one([(2 * counts, 1), (counts, -1)])
    assert twice.p == 0 and twice.value == twice.low == twice.high == pytest.approx(2)


def test_swapping_two_sums_inverts_the_ratio_and_leaves_the_probability() -> None:
    first, second = np.exp(DRAWN), np.exp(DRAWN[::-1] / 2)
    one, other = ratio_against_one([(first, 1), (second, -1)]), ratio_against_one([(second, 1), (first, -1)])
    assert (one.value, one.low, one.high) == pytest.approx((1 / other.value, 1 / other.high, 1 / other.low))
    assert one.p == pytest.approx(other.p)
