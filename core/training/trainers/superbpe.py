"""SuperBPE: BPE within words up to a size, then merges that go over them."""

from collections.abc import Callable
from dataclasses import replace

from tokenizers import Tokenizer

from core.common.numbers import count
from core.common.params import Param
from core.training.as_tokens import as_tokens
from core.training.merges import MergeSymbols, Pair, learn
from core.training.options import MOST_VOCABULARY
from core.training.pair_places import PairPlaces
from core.training.pretokenizers import IN_FILES
from core.training.trainer import NotMakeable, Trainer, TrainingTask
from core.training.trainers import bpe

_SPACE = "Ġ"  # as bytes are written
_SHARE = 0.8  # of the vocabulary that is learned within words


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options, whole = task.options, replace(task.cut, pre=task.params.word("pieces"))
    symbols, merges = bpe.learned(task, transition(task))
    # In pieces of a line or so, each written by the first stage's merges, as it will be in use.
    pieces = whole.pieces(task.text.chunks)
    allowed = allowed_superwords(symbols, task.params.whole("words"))
    ids = as_tokens(pieces.stretches, symbols, merges)
    counts = PairPlaces(ids, pieces.counts, options.min_frequency, allowed)
    learn(counts, symbols, options.vocab, options.min_frequency, merges, bpe.watched(task, whole))
    return bpe.merged(symbols, merges, options.specials, whole)


def transition(task: TrainingTask) -> int:
    """Entries that are learned within words.

    Raises:
        NotMakeable: they do not lie between what every vocabulary has and what is asked for.
    """
    options = task.options
    least = len(bpe.ALPHABET) + len(options.specials)
    usual = max(round(_SHARE * options.vocab), (least + options.vocab) // 2)
    within = task.params.whole(TRANSITION.key) or usual
    if not least <= within < options.vocab:
        raise NotMakeable(
            f"transition cannot be {count(within)} with a vocabulary of {count(options.vocab)}: "
            f"give a number from {count(least)} to {count(options.vocab - 1)}."
        )
    return within


def allowed_superwords(symbols: MergeSymbols, most_words: int) -> Callable[[Pair], bool]:
    """Whether a pair may be merged: not over a colon that ends a word, nor into more words than so many.

    >>> allowed = allowed_superwords(MergeSymbols([":", "Ġa", "Ġb"]), 1)
    >>> allowed((0, 1)), allowed((1, 2)), allowed((1, 0))
    (False, False, True)
    """

    def allowed(pair: Pair) -> bool:
        spelling = symbols.spelling(pair)
        return f":{_SPACE}" not in spelling and sum(map(bool, spelling.split(_SPACE))) <= most_words

    return allowed


TRANSITION = Param(
    key="transition",
    label="Transition",
    default=0,
    help=(
        "Size of the vocabulary at which merges begin to go over spaces; 0 takes four fifths, or half of what is not "
        "alphabet where that is more."
    ),
    low=1,
    high=MOST_VOCABULARY,
    own_choice=True,
)
TRAINER = Trainer(
    key="superbpe",
    label="SuperBPE",
    order=50,
    about=(
        "BPE within words up to a size, the transition; then merges may go over spaces, so that frequent expressions "
        "become one token."
    ),
    source=(
        "Liu et al. 2025, and its code (PythonNut/superbpe): no merge over a colon before a space, at most four words. "
        "First stage by ffbpe, second by our own code; pieces end with their line."
    ),
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    cuts=IN_FILES,  # its tokens go over words, and would over phrases
    params=(
        TRANSITION,
        Param(key="words", label="Most words", default=4, help="Words of a token.", low=1, high=100),
        Param(
            key="pieces",
            label="Pieces",
            default="superbpe",
            help=(
                "Within what merges of the second stage stay. superbpe: its authors' pattern, which also cuts between "
                "two marks in a row, as Thai and Hindi have them; superwords: the same without that cut."
            ),
            choices=("superbpe", "superwords"),
        ),
    ),
    word_bytes=60,
    counts="superbpe",
)
