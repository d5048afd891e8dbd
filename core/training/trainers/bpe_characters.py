"""BPE on characters, rare ones in bytes: the merges of tokenizers, many times sooner."""

import sys
from collections.abc import Sequence
from functools import partial

import numpy as np
from tokenizers import Tokenizer, models

from core.training.alphabet import COVERAGE, alphabet, others
from core.training.merges import MergeSymbols, Pair, learn
from core.training.pair_places import NONE, PairPlaces
from core.training.pretokenizers import SPACE
from core.training.trainer import Trainer, TrainingTask, special_tokens
from core.training.watch import MergeWatch

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer.

    Words are cut at characters without an entry, so that no merge goes over one.
    """
    options, text = task.options, task.text
    room = options.vocab - len(options.specials) - len(BYTES)
    characters = alphabet(text.chunks, options.normaliser, task.params.number("coverage"), room)
    return _made(task, *_learned(task, sorted(characters, key=_written), room))


def _made(task: TrainingTask, symbols: MergeSymbols, pairs: Sequence[Pair]) -> Tokenizer:
    options, spellings = task.options, symbols.spellings
    pieces, merges = [*options.specials, *BYTES, *spellings], [(spellings[a], spellings[b]) for a, b in pairs]
    made = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, merges, byte_fallback=True))
    made.add_special_tokens(special_tokens(options.specials))
    task.cut.put_on(made)
    return made


def _learned(task: TrainingTask, characters: list[str], n: int) -> tuple[MergeSymbols, list[Pair]]:
    """So many entries, and their merges."""
    words = task.cut.plain_words(task.text.chunks, others(characters))
    symbols, merges = MergeSymbols([*map(_written, characters)]), list[Pair]()
    id_of = np.full(sys.maxunicode + 1, NONE, np.int32)  # also of what is written for a space, which is in no word
    id_of[[*map(ord, characters)]] = np.arange(len(characters))
    text = SPACE.join([*words, ""])
    ids = id_of.take(np.frombuffer(text.encode("utf-32-le"), np.uint32))
    weights = np.fromiter(words.values(), np.int64, len(words))
    least = task.options.min_frequency
    watch = MergeWatch(task.text.held_out, partial(_made, task), lambda piece: piece.replace(SPACE, " "))
    learn(PairPlaces(ids, weights, least), symbols, n, least, merges, watch.look)
    return symbols, merges


def _written(character: str) -> str:
    return SPACE if character == " " else character


TRAINER = Trainer(
    key="bpe-characters",
    label="BPE on characters",
    order=20,
    about="The same on characters: frequent ones have entries, and a rare one is written as its bytes.",
    source=(
        "Sennrich et al. 2016; byte fallback as in SentencePiece, Kudo & Richardson 2018. Our own code, with the "
        "merges of tokenizers."
    ),
    train=train,
    level="characters",
    n_least=258,
    pre="o200k",
    params=(COVERAGE,),
    word_bytes=80,
)
