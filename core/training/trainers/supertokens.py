"""Supertokens: BPE on text that is cut at some of its words' ends only, drawn by lot."""

from collections import Counter
from dataclasses import replace

import numpy as np
from tokenizers import Tokenizer, models

from core.common.params import Param
from core.training.pretokenizers import IN_FILES
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET, learn_by_library
from core.training.words_in_lines import words_in_lines


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    made, options = Tokenizer(models.BPE()), task.options
    learn_by_library(made, randomly_cut(task).elements(), options, options.vocab, ALPHABET, options.specials)
    replace(task.cut, pre="superwords").put_on(made)
    return made


def randomly_cut(task: TrainingTask) -> Counter[str]:
    """How often each stretch of words stands in a text; a stretch ends behind a word by chance, and with its line."""
    chance, share = np.random.default_rng(task.params.seed), task.params.number("cut")
    found = Counter[str]()
    for line in words_in_lines(task):
        ends, stretch = chance.random(len(line)) < share, ""
        for (_, word, begins), end in zip(line, ends.tolist(), strict=True):
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
    cuts=IN_FILES,  # its tokens go over words, and would over phrases
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
    word_bytes=60,
    counts="superbpe",
)
