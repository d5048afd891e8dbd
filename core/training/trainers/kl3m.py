"""KL3M's character BPE: pieces of a few bytes, and runs of spaces and line ends up to the size asked for."""

from itertools import count as numbers

from tokenizers import AddedToken, Tokenizer, models

from core.common.numbers import count
from core.common.params import Param
from core.training.pretokenizers import normalised
from core.training.trainer import NotMakeable, Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET, learn_by_library

_MOST_PADDING = 256  # entries


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer.

    Raises:
        NotMakeable: the text gives too few entries.
    """
    options, longest = task.options, task.params.whole("longest")
    made = Tokenizer(models.BPE())
    task.cut.put_on(made)
    text = task.cut.phrases(normalised(task.text.chunks, options.normaliser))
    learn_by_library(made, text, options, options.vocab, ALPHABET, options.specials, longest)
    learned = made.get_vocab_size()
    if options.vocab - learned > _MOST_PADDING:
        raise NotMakeable(
            f"The text gives {count(learned)} entries of up to {longest} bytes, and at most {count(_MOST_PADDING)} are "
            f"padding. Ask for {count(learned + _MOST_PADDING)} entries or fewer, allow longer pieces, or give more."
        )
    runs = padding(set(made.get_vocab()), options.vocab - learned)
    made.add_tokens([AddedToken(run, normalized=False) for run in runs])
    return made


def padding(entries: set[str], n: int) -> list[str]:
    """So many runs of spaces and of line ends, the shortest first, without those that are entries.

    Args:
        entries: as bytes are written.

    >>> padding({"ĠĠ"}, 3)
    ['\\n\\n', '   ', '\\n\\n\\n']
    """
    found = list[str]()
    for length in numbers(2):
        for one, written in ((" ", "Ġ"), ("\n", "Ċ")):
            if len(found) == n:
                return found
            if written * length not in entries:
                found.append(one * length)
    return found


TRAINER = Trainer(
    key="kl3m",
    label="Short BPE",
    order=15,
    about=(
        "BPE whose entries have a few bytes only, so that a misread letter changes little around it; where the text "
        "gives too few, runs of spaces and line ends fill the vocabulary, for KL3M up to a power of two."
    ),
    source="The character tokenizers of KL3M, Bommarito et al. 2025, and its code. Trained by tokenizers.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(Param(key="longest", label="Longest piece", default=3, help="Bytes of a piece.", low=2, high=16),),
    word_bytes=50,
)
