"""Boundless BPE in two phases: BPE within words up to a size, then merges of whole words that are one token each."""

import unicodedata
from collections import Counter
from dataclasses import replace
from itertools import chain

from tokenizers import Tokenizer

from core.training.merges import MergeSymbols, WordPairs, learn
from core.training.pretokenizers import IN_FILES
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers.bpe import learned, merged, watched
from core.training.trainers.superbpe import TRANSITION, transition
from core.training.words_in_lines import words_in_lines

_MOST_TRIES = 5


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer.

    Where nothing is said of the transition and too few words follow each other often, it is later.
    """
    options, within, whole = task.options, transition(task), replace(task.cut, pre="superwords")
    look = watched(task, whole)
    for _ in range(1 if task.params.whole(TRANSITION.key) else _MOST_TRIES):
        symbols, merges = learned(task, within)
        runs = _runs(task, symbols)
        counts = WordPairs(list(runs), list(runs.values()))
        learn(counts, symbols, options.vocab, options.min_frequency, merges, look)
        if not (missing := options.vocab - len(symbols.spellings)):
            break
        within = min(within + missing, options.vocab)
    return merged(symbols, merges, options.specials, whole)


def _runs(task: TrainingTask, symbols: MergeSymbols) -> Counter[tuple[int, ...]]:
    """How often words of letters that are one token each follow each other; a run ends where any other word stands."""
    found = Counter[tuple[int, ...]]()
    for line in words_in_lines(task):
        run = list[int]()
        for text, word, begins in chain(line, [("", "", True)]):
            whole = symbols.ids.get(word) if _of_letters(text) else None
            if (begins or whole is None) and run:
                found[tuple(run)] += 1
                run = []
            if whole is not None:
                run.append(whole)
    return found


def _of_letters(word: str) -> bool:
    """
    >>> _of_letters(" word"), _of_letters("!"), _of_letters(" "), _of_letters("a1")
    (True, False, False, False)
    """
    bare = word.removeprefix(" ")
    return bool(bare) and all(unicodedata.category(one)[0] in "LM" for one in bare)


TRAINER = Trainer(
    key="boundless",
    label="Boundless BPE",
    order=52,
    about=(
        "BPE within words up to a size, the transition; then neighbouring words that are one token each may become one "
        "token together."
    ),
    source=(
        "Schmidt et al. 2025 (Boundless BPE), in the two phases of arXiv 2604.05192, without taking entries out. First "
        "phase by ffbpe, second by our own code; runs of words end with their line."
    ),
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    cuts=IN_FILES,  # its tokens go over words, and would over phrases
    params=(TRANSITION,),
    differs="it may join a word with the beginning of the next: up to 4 token ends of 1,000 otherwise",
    word_bytes=20,
    counts="superbpe",
)
