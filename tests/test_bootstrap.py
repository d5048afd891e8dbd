"""Resampling: the same draws whatever the block, in memory that does not grow with their number."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from core.common.errors import TookTooLong, TooLarge, UserError
from core.evaluation.passes.cells import Cell, figures
from core.metrics.base import Ratio
from core.metrics.intervals import intervals
from core.premium.premium import premiums, resample
from core.stats import bootstrap, drawn_sums
from core.stats.bootstrap import Draws, ends, resampled_sums
from tests.tables import table

ROOT = Path(__file__).parents[1]


def drawn_at_once(n: int, draws: int, seed: int) -> np.ndarray:
    """The definition: all draws in one table."""
    drawn = np.random.default_rng(seed).integers(0, n, (draws, n))
    return np.stack([np.bincount(row, minlength=n) for row in drawn])


@pytest.mark.parametrize("n", [1, 2, 7, 100, 997])
@pytest.mark.parametrize("block", [1, 300, 2_000, 2**23])
def test_blocks_are_the_draws_of_one_table(n: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_BLOCK", block)
    found = np.concatenate([*Draws(n, 60, seed=4).blocks()])
    assert found.dtype == np.float32
    assert np.array_equal(found, drawn_at_once(n, 60, 4))


def test_sums_are_of_the_same_draws_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    quantities = np.random.default_rng(1).integers(0, 50, (3, 90)).astype(float)
    strata = [np.arange(50), np.arange(50, 90)]
    whole = resampled_sums(quantities, strata, 40, seed=2)
    monkeypatch.setattr(bootstrap, "_BLOCK", 100)
    assert np.array_equal(resampled_sums(quantities, strata, 40, seed=2), whole)
    expected = sum(
        quantities[:, items] @ drawn_at_once(len(items), 40, 2 + n).T.astype(float) for n, items in enumerate(strata)
    )
    assert np.allclose(whole, expected)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_is_in_the_sums_of_the_draws_that_hold_it(value: float) -> None:
    quantities = np.random.default_rng(1).integers(0, 50, (2, 30)).astype(float)
    without = quantities.copy()
    quantities[0, 4], without[0, 4] = value, 0.0
    with np.errstate(all="raise"):
        found = resampled_sums(quantities, [np.arange(30)], 60, seed=2)
        finite = resampled_sums(without, [np.arange(30)], 60, seed=2)
    held = drawn_at_once(30, 60, 2)[:, 4] > 0
    assert 0 < held.sum() < 60
    assert np.array_equal(found[0], np.where(held, value, finite[0]), equal_nan=True)
    assert np.array_equal(found[1], finite[1])


def test_a_figure_of_a_text_that_cannot_be_is_no_number_and_the_others_are() -> None:
    quantities = np.stack([np.ones(12), np.full(12, 2.0), np.zeros(12), np.eye(12)[3]])
    quantities[0, 5] = np.inf
    cell = Cell("", "", (np.arange(12),))
    ratios = [lambda sums, n=n: sums[n] / sums[1] for n in (0, 3)] + [lambda sums: sums[1] / sums[2]]
    infinite, fine, none = figures(cell, quantities, [*ratios], seed=0)
    assert np.isnan([infinite.value, infinite.low, infinite.high]).all() and "is infinite" in infinite.reason
    assert (fine.value, fine.low, fine.reason) == (1 / 24, 0.0, "") and fine.high > fine.value
    assert np.isnan(none.value) and "occurs in these texts" in none.reason
    (sometimes,) = figures(cell, quantities, [lambda sums: sums[1] / sums[3]], seed=0)
    assert sometimes.value == 24 and np.isnan(sometimes.low) and "in some of the draws" in sometimes.reason


def test_premiums_are_the_same_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = table(np.random.default_rng(3).integers(1, 60, (2, 3, 80)))
    whole = premiums(made, "a", resampled=resample(made, 100))
    monkeypatch.setattr(bootstrap, "_BLOCK", 200)
    parts = premiums(made, "a", resampled=resample(made, 100))
    assert np.array_equal(whole.low, parts.low) and np.array_equal(whole.high, parts.high)


def test_what_takes_long_is_drawn_by_another_process_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(5)
    for large in (10, 2**22):  # sums that single precision holds, and sums that it does not
        rows = chance.integers(0, large, (3, 400)).astype(np.float32)
        here = drawn_sums.drawn_sums(rows, Draws(400, 30, seed=7))
        with monkeypatch.context() as less:
            less.setattr(drawn_sums, "APART", 0)
            less.setattr(drawn_sums, "sums_here", None)
            there = drawn_sums.drawn_sums(rows, Draws(400, 30, seed=7))
        assert np.array_equal(here, there)


def test_what_does_not_end_or_takes_too_much_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.ones((2, 1_000), np.float32)
    monkeypatch.setattr(drawn_sums, "APART", 0)
    with monkeypatch.context() as hurried:
        hurried.setattr(drawn_sums, "SECONDS", 0.01)
        with pytest.raises(TookTooLong, match="1\u202f000 sentences took over"):
            drawn_sums.drawn_sums(rows, Draws(1_000, 100))
    monkeypatch.setattr(drawn_sums, "LIBRARIES_MB", 1)
    with pytest.raises(TooLarge, match="Take fewer sentences"):
        drawn_sums.drawn_sums(rows, Draws(1_000, 100))


_MEASURED = """
import resource
import sys
import numpy as np
from tests.tables import table
from core.premium.premium import premiums, resample

made = table(np.full((1, 2, 1_000_000), 3, np.uint16))
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 2**20)
before = peak()
found = premiums(made, "a", resampled=resample(made, draws=40))
assert found.low.tolist() == found.high.tolist() == [[1, 1]]
print(peak() - before)
"""


@pytest.mark.slow
def test_two_languages_of_a_million_sentences_take_less_than_300_mb() -> None:
    """40 draws are five blocks and more: what 1,000 take is not more, but for their sums."""
    done = subprocess.run([sys.executable, "-c", _MEASURED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 300


def test_a_metric_of_many_sentences_takes_memory_for_a_block() -> None:
    n = 200_000
    ratio = Ratio(np.full(n, 6), np.full(n, 3), "")
    tracemalloc.start()
    assert intervals([ratio], draws=100) == [(2.0, 2.0)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * 2**20  # 100 draws at once took 560 MB


def test_absurd_numbers_are_refused_before_anything_is_drawn() -> None:
    with pytest.raises(UserError, match="at most 2\u202f147\u202f483\u202f648"):
        Draws(1_000_000_000, 1_000)
    made = table(np.ones((1, 2, 50_000), np.uint16))
    with pytest.raises(UserError, match="Take fewer sentences, or fewer draws"):
        resample(made, draws=100_000)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 40, 41, 81, 1_000])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_ends_are_those_of_all_in_order(n: int, kind: type) -> None:
    chance = np.random.default_rng(n)
    values = chance.normal(size=(3, 7, n)).astype(kind)
    values[0] = values[0].round(1)  # many are equal
    values[1, 0], values[1, 1, : n // 2], values[1, 2, :1], values[1, 3, 1:] = (np.nan,) * 4
    values[2] = np.sort(values[2])[:, ::-1]
    places = [int(place) + more for place in ((n - 1) * 0.025, (n - 1) * 0.975) for more in (0, 1)]
    expected = np.sort(values)[..., np.minimum(places, n - 1)]
    found = ends(values)
    assert found.dtype == kind and np.array_equal(found, expected, equal_nan=True)
