"""What came of a plan in a sentence: who puts most into a token, by how much, and in what the two differ."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from components.training.looks import run_name
from core.common.listed import listed
from core.common.numbers import count, size
from core.training.pretokenizers import BERT, NO_NORMALISER
from core.training.recipe import Trained
from core.training.runs import TrainingRun, differences, run_of

_LITTLE = 0.01  # below which a share is told in tenths of a per cent
_MUCH_MORE = 1.02  # times as much text as is told


def finding(made: Sequence[Trained], complete: bool) -> str:
    """The finding in words, of the largest size that several ways have.

    What leaves spaces out is not among them. Of several seeds, each with other lines kept apart, those that all ways
    have are averaged.

    Args:
        complete: whether nothing of the plan is still to come.
    """
    made = [one for one in made if one.recipe.options.pre != BERT] or made
    by_way = _by_way(made)
    shared = [n for n in {n for _, n in by_way} if len([there for _, there in by_way if there == n]) > 1]
    if not shared:
        ones = max(by_way.values(), key=lambda ones: _mean(ones, list(ones)))
        first, value = next(iter(ones.values())), _mean(ones, list(ones))
        name, each = run_name(first, made, with_seed=False), [one.whole.bytes_per_token for one in ones.values()]
        spread = f", on average over {len(each)} seeds ({min(each):.2f} to {max(each):.2f})" if len(each) > 1 else ""
        return f"{name}, {count(first.n_vocabulary)} entries: {value:.2f} bytes per token on text not seen{spread}."
    n = max(shared)
    ways = [ones for (_, there), ones in by_way.items() if there == n]
    seeds = sorted(set.intersection(*(set(ones) for ones in ways)))
    if not seeds:
        return f"At {count(n)} entries no seed is finished in all ways yet."
    most, *_, least = sorted(ways, key=lambda ones: -_mean(ones, seeds))
    first, last, more = most[seeds[0]], least[seeds[0]], _mean(most, seeds) / _mean(least, seeds) - 1
    name, other = (run_name(one, made, with_seed=False) for one in (first, last))
    several = f" on average over {len(seeds)} seeds, each with other lines kept apart" if len(seeds) > 1 else ""
    differ = listed([*differences(first.recipe, last.recipe), *_amounts(first, last)])
    return (
        f"{'At' if complete else 'So far, at'} {count(n)} entries **{name}** puts most into a token, "
        f"{_mean(most, seeds):.2f} bytes{several}, {more:{'.0%' if more >= _LITTLE else '.1%'}} more than {other}."
        f"{_how_sure(most, least, seeds)} These two differ in {differ}; everything else is the same."
        f"{_what_is_lost(first, last)}"
    )


def _by_way(made: Sequence[Trained]) -> dict[tuple[TrainingRun, int], dict[int, Trained]]:
    """Tokenizers by seed, of each run but for its seed, and size."""
    found: dict[tuple[TrainingRun, int], dict[int, Trained]] = {}
    for one in made:
        run = run_of(one.recipe)
        found.setdefault((replace(run, seed=0), one.n_vocabulary), {})[run.seed] = one
    return found


def _mean(ones: Mapping[int, Trained], seeds: Sequence[int]) -> float:
    return fmean(ones[seed].whole.bytes_per_token for seed in seeds)


def _how_sure(most: Mapping[int, Trained], least: Mapping[int, Trained], seeds: Sequence[int]) -> str:
    if len(seeds) > 1:
        with_each = all(most[n].whole.bytes_per_token > least[n].whole.bytes_per_token for n in seeds)
        return f" It is {'' if with_each else 'not '}so with each of them."
    apart = most[seeds[0]].whole.low > least[seeds[0]].whole.high
    return "" if apart else " Their intervals overlap, so more text may change the order."


def _amounts(one: Trained, other: Trained) -> list[str]:
    """How much text each was trained on, where one had clearly more."""
    a, b = one.whole.n_bytes, other.whole.n_bytes
    return [f"amount of text ({size(a)} and {size(b)})"] if max(a, b) > _MUCH_MORE * min(a, b) else []


def _what_is_lost(one: Trained, other: Trained) -> str:
    """A word on a text that is changed first, which is put into fewer tokens by that alone."""
    name = one.recipe.options.normaliser
    if name in (NO_NORMALISER, other.recipe.options.normaliser):
        return ""
    return f" {name} changes a text first, so that its tokens do not give it back as it was."
