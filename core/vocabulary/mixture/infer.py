"""The shares of categories in what a tokenizer was trained on, with the range that its merges leave open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.common.errors import UserError
from core.common.numbers import count
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import entries_of
from core.vocabulary.mixture.categories import Category, check_categories
from core.vocabulary.mixture.cutting import cut
from core.vocabulary.mixture.forces import Force, forces
from core.vocabulary.mixture.history import CountHistory, history
from core.vocabulary.mixture.merges import LearnedMerges, merges_of
from core.vocabulary.mixture.pair_counts import Change, Floats, PairCounts, pair_counts
from core.vocabulary.mixture.program import Program
from core.vocabulary.mixture.weighing import by_frequency

WITHIN = 0.01  # of the best objective: answers so good are as good
EXACT = 1e-9  # slack that counts as none
MOST_MERGES = 20_000
METHOD = 2
MANY_ABSENT = 0.1  # of the merges
UNLIKE = 1 / 3  # objective above which samples are too unlike the training text; measured by `benchmarks/mixture.py`
ROUNDS = 3  # of weighing slack by the shares found before; a fourth hardly moves them
Entering = Callable[[str, int, int], None]  # what is done next, how much of it is done, of how much; 0 if not known


@dataclass(frozen=True)
class Share:
    """What part of the bytes of the training text a category has, 0 to 1, and the range that fits nearly as well."""

    category: str
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Mixture:
    """What a tokenizer was trained on, given these categories.

    Args:
        shares: one per category, in order.
        objective: slack that the best shares need, as a part of the frequency of a merge, a mean over the merges; 0
            where the merges are exactly those of the mixture.
        n_merges: merges that were read.
        n_absent: of them, those that no category's text has.
        forces: the merges that hold the answer where it is, the strongest first.
        warnings: what speaks against trusting it.
        method: how slack was weighed: 1 in shares of all pairs, 2 relative to the mixture.
    """

    shares: tuple[Share, ...]
    objective: float
    n_merges: int
    n_absent: int
    forces: tuple[Force, ...]
    warnings: tuple[str, ...]
    method: int = 1  # of what was kept before there was another

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why it is not to be believed; empty where nothing is known against it."""
        if self.method < METHOD:
            return (
                "Not to be believed: it was inferred by an earlier method, which gave too much to categories whose "
                "pairs are all rare, such as Chinese. Infer it again.",
            )
        if self.objective > UNLIKE:
            return (
                f"Not to be believed: on average a merge is {self.objective:.0%} of its frequency short of being the "
                f"most frequent pair of its time, and more than {UNLIKE:.0%} means that the samples are unlike the "
                "training text. Take samples that are more like it, or name the categories that are missing.",
            )
        return ()


@dataclass(frozen=True, eq=False)
class MergedSamples:
    """Samples of categories while a tokenizer's merges are applied to them, from which a mixture is inferred.

    Args:
        names: of the C categories.
        merges: in order, T of them.
        counts: of pairs, as shares of each sample's pairs, before each merge.
        weights: bytes of a unit of each category's pairs, relative to their mean, (C,).
        warnings: what speaks against these being the words that the tokenizer was trained on.
    """

    names: tuple[str, ...]
    merges: LearnedMerges
    counts: PairCounts
    weights: Floats
    warnings: tuple[str, ...]

    @cached_property
    def history(self) -> CountHistory:
        """The counts at all times."""
        return history(self.counts)

    def first(self, n_merges: int) -> "MergedSamples":
        """The same as long as only so many merges are applied."""
        return replace(
            self,
            merges=replace(self.merges, pairs=self.merges.pairs[:n_merges]),
            counts=replace(self.counts, changes=self.counts.changes[:n_merges]),
        )


def nobody(stage: str, done: int, total: int) -> None:
    """Hears how far it is, and does nothing."""


def infer(tokenizer: Tokenizer, categories: Sequence[Category], n_merges: int, entering: Entering = nobody) -> Mixture:
    """The shares of categories that best explain the order of a tokenizer's merges.

    Args:
        n_merges: how many of the first merges to explain.
        entering: told what is done next.

    Raises:
        UserError: the tokenizer is not byte-pair encoding, or the categories cannot be used.
    """
    return mixture_of(merged_samples(tokenizer, categories, n_merges, entering), entering)


def merged_samples(
    tokenizer: Tokenizer, categories: Sequence[Category], n_merges: int, entering: Entering = nobody
) -> MergedSamples:
    """Samples cut as the tokenizer cuts, with the counts of neighbours before each of its first merges."""
    check_categories(categories)
    check_merges(n_merges)
    entering("reading merges", 0, 0)
    merges = merges_of(entries_of(tokenizer), n_merges)
    entering("cutting the samples into words", 0, 0)
    samples = cut(tokenizer, merges, [one.text for one in categories])
    entering("counting pairs", 0, 0)
    counts = pair_counts(samples.words, merges.pairs)
    n_pairs = counts.first.sum(axis=0)
    for one, n in zip(categories, n_pairs.tolist(), strict=True):
        if not n:
            raise UserError(f"The text of {one.name} has no two characters side by side. Give it more text.")
    weights = np.array([one.n_bytes for one in categories]) / n_pairs
    return MergedSamples(
        tuple(one.name for one in categories),
        merges,
        _as_shares(counts, n_pairs),
        weights / weights.mean(),
        samples.warnings,
    )


def check_merges(n_merges: int) -> None:
    """Do nothing if so many merges can be read.

    Raises:
        UserError: there are none, or too many.
    """
    if not 1 <= n_merges <= MOST_MERGES:
        raise UserError(f"{count(n_merges)} merges cannot be read; choose from 1 to {count(MOST_MERGES)}.")


def mixture_of(samples: MergedSamples, entering: Entering = nobody) -> Mixture:
    """The shares that best explain all merges that were applied to the samples."""
    entering("looking for the best shares", 0, 0)
    program = Program(samples.history)
    best, slack, amounts = best_shares(program, samples.history)
    holding = forces(program.holding_rows(), best, amounts, samples.counts, samples.names, samples.merges.pairs)
    shares = in_bytes(best, samples.weights).tolist()
    program.ask_for_extremes(slack * (1 + WITHIN) + EXACT, samples.weights)
    ends = _ends(program, samples.weights, entering)
    n_merges, n_absent = len(samples.merges.pairs), sum(change.pair < 0 for change in samples.counts.changes)
    return Mixture(
        tuple(
            Share(name, share, min(low, share), max(high, share))
            for name, share, (low, high) in zip(samples.names, shares, ends, strict=True)
        ),
        slack if slack > EXACT else 0.0,
        n_merges,
        n_absent,
        holding if slack > EXACT else (),
        (*samples.warnings, *_of_absent(n_absent, n_merges)),
        METHOD,
    )


def best_shares(program: Program, counts: CountHistory) -> tuple[Floats, float, Floats]:
    """(shares of pairs, slack relative to frequencies, amounts whose sum with these shares is 1), (C,) each but slack.

    What slack costs depends on the mixture, so it is weighed anew by the shares found, from equal ones on.
    """
    best = np.ones(counts.first.shape[1])
    for _ in range(ROUNDS):
        weighing = by_frequency(counts, best / best.sum())
        program.weigh(weighing)
        best, slack = program.solve()
        if slack <= EXACT:
            break
    return best, slack, weighing.amounts


def _ends(program: Program, weights: Floats, entering: Entering) -> list[tuple[float, float]]:
    """The least and the greatest share of bytes that each category may have."""
    found = []
    for i in range(len(weights)):
        entering("looking how far the shares may move", i, len(weights))
        low, high = (float(in_bytes(program.extreme(i, sign), weights)[i]) for sign in (1, -1))
        found.append((low, high))
    return found


def _of_absent(n_absent: int, n_merges: int) -> list[str]:
    if n_absent <= MANY_ABSENT * n_merges:
        return []
    return [
        f"{count(n_absent)} of {count(n_merges)} merges are in no category's text: the tokenizer was trained on "
        "something that none of them looks like, or samples are too small. Name more categories, or give more text."
    ]


def _as_shares(counts: PairCounts, n_pairs: Floats) -> PairCounts:
    changes = [Change(change.pair, change.pairs, change.counts / n_pairs) for change in counts.changes]
    return PairCounts(counts.first / n_pairs, changes, counts.symbols)


def in_bytes(shares: Floats, weights: Floats) -> Floats:
    """Shares of pairs as shares of bytes, (C,)."""
    weighted = shares * weights
    found: Floats = weighted / weighted.sum()
    return found
