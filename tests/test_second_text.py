"""Premiums on another text beside those on FLORES-200: what is compared, and with which error."""

from dataclasses import replace

import numpy as np
import pytest

from core.premium.premium import premiums, resample
from core.premium.second_text import TokenizerPremiums, departures
from tests.tables import table


def drawn(factor: float, n: int, seed: int, **changes: object) -> TokenizerPremiums:
    """Languages a, b and c, of which c costs this much."""
    chance = np.random.default_rng(seed)
    base = chance.integers(20, 60, n)
    made = table(np.stack([base, 2 * base, chance.poisson(factor * base)])[None], **changes)
    return TokenizerPremiums(premiums(made, "a", resampled=resample(made)), 0, made.n_drawn)


SAME = {code: code for code in "abc"}


def test_a_premium_that_departs_is_told_apart_and_the_base_is_none() -> None:
    found = departures(drawn(3.0, 300, 0), drawn(2.0, 300, 1), SAME)
    assert np.isnan(found.ratio[0]) and found.ratio[1] == pytest.approx(1) and found.n == 2
    assert found.ratio[2] == pytest.approx(1.5, rel=0.02) and found.distinct.tolist() == [False, False, True]


def test_texts_of_one_kind_seldom_depart() -> None:
    found = [departures(drawn(2.0, 60, n), drawn(2.0, 300, n + 1_000), SAME) for n in range(200)]
    errors = [bool(each.adjusted[2] < 0.05) for each in found]
    assert np.mean(errors) <= 0.06
    held = [float(each.low[2]) <= 1 <= float(each.high[2]) for each in found]
    assert 0.92 <= np.mean(held) <= 0.98


def test_the_error_is_that_of_both_texts_and_the_smaller_sample_counts() -> None:
    here, flores = drawn(2.0, 40, 0), drawn(2.0, 300, 1)
    found = departures(here, flores, SAME)
    assert found.error[2] == pytest.approx(np.hypot(here.error[2], flores.error[2]))
    assert found.degrees[2] == 39 and here.error[2] > flores.error[2]


def test_a_language_that_flores_lacks_is_left_out() -> None:
    here = drawn(2.0, 40, 0)
    named = replace(here, found=replace(here.found, base="x", languages=("x", "y", "z")))
    found = departures(named, drawn(2.0, 300, 1), {"x": "a", "z": "c"})
    assert np.isnan(found.ratio[1]) and found.n == 1
