"""Picky BPE: an entry that is nearly always merged further goes when that happens, and leaves its place to others."""

from collections.abc import Iterator
from functools import partial

from tokenizers import Tokenizer

from core.common.params import Param
from core.common.progress import report
from core.training.chosen_merges import chosen_merges
from core.training.merges import MergeSymbols, Pair, WordPairs
from core.training.trainer import Trainer, TrainingTask

_MOST_MERGES = 10  # times the entries asked for; what goes may come back, and nothing else bounds how often


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: a word is cut into as few of the entries that are left as can be, the older ones first."""
    return chosen_merges(task, partial(picked, threshold=task.params.number("threshold")))


def picked(counts: WordPairs, symbols: MergeSymbols, n: int, least: int, threshold: float) -> list[int]:
    """Ids of so many entries, or fewer where no more pairs stand often enough, in the order of their first merge.

    Args:
        counts: of the words; changed, and cut as the events of training leave them.
        symbols: single ones, which never go; grow.
        n: entries to reach.
        least: how often a pair must stand.
        threshold: share of its places that a merge takes from an entry, above which it goes.
    """
    present, often, n_first = set(symbols.ids.values()), counts.tokens(), len(symbols.spellings)
    parts: dict[int, Pair] = {}
    for _ in range(_MOST_MERGES * n):
        best = counts.best()
        if len(present) >= n or best is None or best[1] < least:
            break
        pair, new = best[0], symbols.joined(best[0])
        times = counts.merge(pair, new)
        parts.setdefault(new, pair)
        present.add(new)
        often[new] += times
        for one in pair:
            often[one] -= times
        for one in dict.fromkeys(pair):
            if one in parts and times / (often[one] + times) > threshold:
                present.discard(one)
                spelt = list(_present_parts(one, parts, present))
                counts.split(one, spelt)
                for part in spelt:
                    often[part] += often[one]
                often[one] = 0
        report(len(present) - n_first, n - n_first, "Merging")
    return sorted(present)


def _present_parts(one: int, parts: dict[int, Pair], present: set[int]) -> Iterator[int]:
    if one in present:
        yield one
        return
    for part in parts[one]:
        yield from _present_parts(part, parts, present)


TRAINER = Trainer(
    key="picky",
    label="Picky BPE",
    order=62,
    about=(
        "BPE that takes an entry out as soon as a merge uses nearly all of its places, so that parts of longer entries "
        "do not stay behind."
    ),
    source="Chizhov et al. 2024, and its code (pchizhov/picky_bpe). Our own code.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(
        Param(
            key="threshold",
            label="Threshold",
            default=0.9,
            help="An entry goes when one merge takes more than this share of its places; at 1 none goes.",
            low=0.5,
            high=1.0,
        ),
    ),
    differs="a word takes as few tokens as can be, where training cut by its merges: 7 words of 100 otherwise",
    word_bytes=110,
)
