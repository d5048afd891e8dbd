"""Supertokens: BPE on text that is cut at some of its words' ends only, drawn by lot."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from tokenizers import Tokenizer, models, trainers

from core.common.params import Param
from core.training.pretokenizers import NORMALISERS
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options = task.options
    made = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=options.vocab,
        min_frequency=options.min_frequency,
        special_tokens=list(options.specials),
        initial_alphabet=ALPHABET,
        show_progress=False,
    )
    made.train_from_iterator(randomly_cut(task).elements(), trainer)
    replace(task.cut, pre="superbpe").put_on(made)
    return made


def randomly_cut(task: TrainingTask) -> Counter[str]:
    """How often each stretch of words stands in a text; a stretch ends behind a word by chance, and with its line."""
    chance, share = np.random.default_rng(task.params.seed), task.params.number("cut")
    normaliser, found = NORMALISERS[task.options.normaliser], Counter[str]()
    for chunk in task.text.chunks:
        for line in (normaliser.normalize_str(chunk) if normaliser else chunk).splitlines(keepends=True):
            words, forced = _words(task, line)
            ends = chance.random(len(words)) < share
            stretch = ""
            for word, begins, end in zip(words, forced, ends.tolist(), strict=True):
                if begins and stretch:
                    found[stretch] += 1
                    stretch = ""
                stretch += word
                if end:
                    found[stretch] += 1
                    stretch = ""
            if stretch:
                found[stretch] += 1
    return found


def _words(task: TrainingTask, line: str) -> tuple[list[str], Iterator[bool]]:
    """The words of a line as bytes are written, and whether each begins where a text in use is cut in any case."""
    whole = replace(task.cut, pre="superbpe").pre_tokenizer().pre_tokenize_str(line)
    starts = {start for _, (start, _) in whole}
    words = task.cut.pre_tokenizer().pre_tokenize_str(line)
    return [word for word, _ in words], (start in starts for _, (start, _) in words)


TRAINER = Trainer(
    key="supertokens",
    label="Supertokens",
    order=75,
    about=(
        "BPE in one pass over text that is cut behind some words only, drawn by lot, so that frequent expressions "
        "become one token."
    ),
    source=(
        "After TokenAdapt, Sharthak et al. 2025, and the multi-word example of KL3M, Bommarito et al. 2025, whose "
        "trainers are not released; by tokenizers on text that our own code cuts."
    ),
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(
        Param(
            key="cut",
            label="Cut behind a word",
            default=0.5,
            help="The chance of it; at 1 it is BPE within words.",
            low=0.05,
            high=1.0,
        ),
    ),
    bytes_per_byte=150,
)
