"""BPE without its residue: entries that are nearly always merged further are taken out when all is learned."""

from collections import Counter
from functools import partial

from tokenizers import Tokenizer

from core.common.params import Param
from core.common.progress import report
from core.training.chosen_merges import chosen_merges
from core.training.merges import MergeSymbols, WordPairs
from core.training.trainer import Trainer, TrainingTask


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: a word is cut into as few of the entries that are left as can be, the older ones first."""
    return chosen_merges(task, partial(without_residue, share=task.params.number("share")))


def without_residue(counts: WordPairs, symbols: MergeSymbols, n: int, least: int, share: float) -> list[int]:
    """Ids of so many entries that are no residue, or fewer where no more pairs stand often enough; the oldest first.

    Residue stands by itself in less than this share of the places where it was made.

    Args:
        counts: of the words; changed by the merges of BPE, so many that enough is left.
        symbols: single ones, which are never residue; grow.
        n: entries to reach.
        least: how often a pair must stand.
    """
    n_first = len(symbols.spellings)
    made, used, residue = Counter[int](), Counter[int](), set[int]()
    while (n_kept := len(symbols.spellings) - len(residue)) < n and (best := counts.best()) and best[1] >= least:
        pair, new = best[0], symbols.joined(best[0])
        times = counts.merge(pair, new)
        made[new] += times
        used.update(dict.fromkeys(pair, times))
        for one in {*pair, new}:
            is_residue = one >= n_first and made[one] - used[one] < share * made[one]
            (residue.add if is_residue else residue.discard)(one)
        report(n_kept - n_first, n - n_first, "Merging")
    return [i for i in range(len(symbols.spellings)) if i not in residue][:n]


TRAINER = Trainer(
    key="litetoken",
    label="BPE without residue",
    order=64,
    about=(
        "BPE that goes on until so many entries are left without those that hardly ever stand by themselves, which are "
        "taken out in the end."
    ),
    source=(
        "After LiteToken, Sun et al. 2026, by its first measure, the share of an entry's places where it is not merged "
        "further. Our own code."
    ),
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(
        Param(
            key="share",
            label="Residue below",
            default=0.1,
            help="An entry goes that stands by itself in less than this share of its places; at 0 none goes.",
            low=0.0,
            high=0.5,
        ),
    ),
    differs="a word takes as few tokens as can be, where BPE would merge what is left: 12 words of 100 otherwise",
    word_bytes=110,
)
