"""The shares of categories in what a tokenizer was trained on, with the range that its merges leave open."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from core.common.errors import UserError
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import entries_of
from core.vocabulary.mixture.merges import LearnedMerges, merges_of
from core.vocabulary.mixture.pair_counts import Change, Floats, PairCounts, pair_counts
from core.vocabulary.mixture.program import Program

WITHIN = 0.01  # of the best objective: answers so good are as good
EXACT = 1e-9  # slack that counts as none
MOST_MERGES = 20_000
MARK = "▁"  # how SentencePiece shows a space


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
        objective: slack that the best shares need; 0 where the merges are exactly those of the mixture.
        n_merges: merges that were read.
        n_absent: of them, those that no category's text has.
    """

    shares: tuple[Share, ...]
    objective: float
    n_merges: int
    n_absent: int


def infer(
    tokenizer: Tokenizer,
    categories: Mapping[str, str],
    n_merges: int,
    entering: Callable[[str], None] = lambda stage: None,
) -> Mixture:
    """The shares of categories that best explain the order of a tokenizer's merges.

    Args:
        categories: a sample text by name of category.
        n_merges: how many of the first merges to explain.
        entering: told what is done next.

    Raises:
        UserError: the tokenizer is not byte-pair encoding, there are fewer than two categories, or one is empty.
    """
    _check(categories, n_merges)
    entering("reading merges")
    merges = merges_of(entries_of(tokenizer), n_merges)
    entering("cutting the samples into words")
    words = [_words(tokenizer, merges, text) for text in categories.values()]
    entering("counting pairs")
    counts = pair_counts(words, merges.pairs)
    n_pairs = counts.first.sum(axis=0)
    for name, n in zip(categories, n_pairs.tolist(), strict=True):
        if not n:
            raise UserError(f"The text of {name} has no two characters side by side. Give it more text.")
    sizes = np.array([len(text.encode()) for text in categories.values()])
    program = Program(_as_shares(counts, n_pairs))
    entering("looking for the best shares")
    best, slack = program.solve()
    entering("looking how far the shares may move")
    weights = sizes / n_pairs
    weights /= weights.mean()
    program.ask_for_extremes(slack * (1 + WITHIN) + EXACT, weights)
    ends = [[float(_in_bytes(program.extreme(i, sign), weights)[i]) for sign in (1, -1)] for i in range(len(sizes))]
    shares = _in_bytes(best, weights).tolist()
    return Mixture(
        tuple(
            Share(name, share, min(low, share), max(high, share))
            for name, share, (low, high) in zip(categories, shares, ends, strict=True)
        ),
        slack if slack > EXACT else 0.0,
        len(merges.pairs),
        sum(change.pair < 0 for change in counts.changes),
    )


def _check(categories: Mapping[str, str], n_merges: int) -> None:
    if len(categories) < 2:
        raise UserError("A mixture needs two categories or more. Name each with its text.")
    if not 1 <= n_merges <= MOST_MERGES:
        raise UserError(f"{n_merges:,} merges cannot be read; choose from 1 to {MOST_MERGES:,}.")


def _words(tokenizer: Tokenizer, merges: LearnedMerges, text: str) -> Counter[tuple[bytes, ...]]:
    """How often each word of a text stands in it, as the tokenizer's pre-tokenizer cuts it, in first symbols."""
    stages = {stage.name: stage.pieces for stage in tokenizer.stages(text)}
    words = Counter(stages.get("Pre-tokenizer", (text,)))
    return Counter({tuple(merges.symbols(_meant(word, merges))): n for word, n in words.items()})


def _meant(word: str, merges: LearnedMerges) -> str:
    return word if merges.in_bytes else word.replace(MARK, " ")


def _as_shares(counts: PairCounts, n_pairs: Floats) -> PairCounts:
    changes = [Change(change.pair, change.pairs, change.counts / n_pairs) for change in counts.changes]
    return PairCounts(counts.first / n_pairs, changes, counts.symbols)


def _in_bytes(shares: Floats, weights: Floats) -> Floats:
    """Shares of pairs as shares of bytes, (C,)."""
    weighted = shares * weights
    found: Floats = weighted / weighted.sum()
    return found
