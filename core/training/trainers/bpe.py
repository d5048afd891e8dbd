"""BPE on bytes, by ffbpe; by our own arrays where that is not there or many words differ, with the same merges."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.tokenizers.vocabulary import byte_of_character
from core.training import by_ffbpe
from core.training.merges import Look, MergeSymbols, Pair, in_pairs, learn
from core.training.options import Options
from core.training.pair_places import NONE, PairPlaces
from core.training.pretokenizers import Cut
from core.training.terms import TERMS, learn_terms, terms_in, words_of
from core.training.trainer import Trainer, TrainingTask, special_tokens
from core.training.watch import MergeWatch, spelled_in_bytes

ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())
_MANY = 80  # characters of words that differ, for each entry, from which on the arrays take less time
_NO_TEXT = b"\xff"  # a byte that stands in no UTF-8


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options = task.options
    if terms := terms_in(task):
        return _with_terms(task, terms)
    symbols, merges = learned(task, options.vocab)
    return merged(symbols, merges, options.specials, task.cut)


def learned(task: TrainingTask, n: int) -> tuple[MergeSymbols, list[Pair]]:
    """So many entries, special tokens first, and their merges."""
    options, words, look = task.options, task.cut.plain_words(task.text.chunks), watched(task, task.cut)
    least = options.min_frequency
    if by_ffbpe.IS_HERE and sum(map(len, words)) < _MANY * n:

        def told(done: int, total: int, so_far: Callable[[], by_ffbpe.Merges]) -> None:
            look(done, total, lambda: _as_learned(so_far(), options))

        return _as_learned(by_ffbpe.byte_merges(words, n - len(options.specials), least, told), options)
    symbols, merges = MergeSymbols([*options.specials, *ALPHABET]), list[Pair]()
    weights = np.fromiter(words.values(), np.int64, len(words))
    learn(PairPlaces(_bytes_of(words, symbols), weights, least), symbols, n, least, merges, look)
    return symbols, merges


def _as_learned(pairs: by_ffbpe.Merges, options: Options) -> tuple[MergeSymbols, list[Pair]]:
    symbols, merges = MergeSymbols([*options.specials, *ALPHABET]), list[Pair]()
    for first, second in pairs:
        merges.append((symbols.ids[first], symbols.ids[second]))
        symbols.joined(merges[-1])
    return symbols, merges


def watched(task: TrainingTask, cut: Cut) -> Look:
    """What is told of merges over bytes while they come.

    Args:
        cut: of the tokenizer that they make.
    """
    made = partial(merged, specials=task.options.specials, cut=cut)
    return MergeWatch(task.text.held_out, made, spelled_in_bytes).look


def _bytes_of(words: Iterable[str], symbols: MergeSymbols) -> NDArray[np.int32]:
    """Ids of the bytes of words, `NONE` behind each."""
    ids = np.full(256, NONE, np.int32)
    for character, byte in byte_of_character().items():
        ids[byte] = symbols.ids[character]
    ids[_NO_TEXT[0]] = NONE
    return ids.take(np.frombuffer(_NO_TEXT.join([*map(str.encode, words), b""]), np.uint8))


def learn_by_library(
    made: Tokenizer,
    text: Iterable[str],
    options: Options,
    n: int,
    alphabet: Sequence[str],
    specials: Sequence[str] = (),
    longest: int | None = None,
) -> None:
    """Give an empty BPE model its entries and merges.

    Args:
        made: cuts the text into words.
        n: entries, special tokens included.
        alphabet: single ones, all of which are entries.
        longest: characters of an entry, as the alphabet writes them; None for any length.
    """
    trainer = trainers.BpeTrainer(
        vocab_size=n,
        min_frequency=options.min_frequency,
        special_tokens=list(specials),
        initial_alphabet=list(alphabet),
        max_token_length=None if longest is None else longest + 1,  # the library's own count is one more
        show_progress=False,
    )
    made.train_from_iterator(text, trainer)


def merged(symbols: MergeSymbols, merges: Sequence[Pair], specials: Sequence[str], cut: Cut) -> Tokenizer:
    """The tokenizer of a list of merges over bytes."""
    pairs = [(symbols.spellings[a], symbols.spellings[b]) for a, b in merges]
    made = Tokenizer(models.BPE(dict(symbols.ids), pairs))
    made.add_special_tokens(special_tokens(specials))
    cut.put_on(made)
    return made


def _with_terms(task: TrainingTask, terms: Sequence[str]) -> Tokenizer:
    options, cut, words = task.options, task.cut, task.cut.words(task.text.chunks)
    symbols = MergeSymbols([*options.specials, *ALPHABET])
    merges = learn_terms(words, words_of(terms, cut), symbols, options.vocab)
    counts = in_pairs(words, symbols)
    for pair in merges:
        counts.merge(pair, symbols.joined(pair))
    learn(counts, symbols, options.vocab, options.min_frequency, merges, watched(task, cut))
    return merged(symbols, merges, options.specials, cut)


TRAINER = Trainer(
    key="bpe",
    label="BPE on bytes",
    order=10,
    about="Begins with the 256 bytes and again and again makes one piece of the two that stand together most often.",
    source=(
        "Gage 1994; Sennrich et al. 2016; on bytes: Radford et al. 2019. Trained by ffbpe, or, where that is not "
        "built and on many words, by our own arrays, with the same merges: those of tokenizers."
    ),
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(TERMS,),
    word_bytes=110,
)
