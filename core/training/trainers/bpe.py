"""BPE on bytes, by ffbpe, or by tokenizers where that is not there; with a list of terms by our own code.

All three give the same merges.
"""

import json
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.training import by_ffbpe
from core.training.merges import MergeSymbols, Pair, in_pairs, learn
from core.training.options import Options
from core.training.pretokenizers import Cut, normalised
from core.training.terms import TERMS, learn_terms, terms_in, words_of
from core.training.trainer import Trainer, TrainingTask, special_tokens

ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options = task.options
    if terms := terms_in(task):
        return _with_terms(task, terms)
    symbols, merges = learned(task, options.vocab)
    return merged(symbols, merges, options.specials, task.cut)


def learned(task: TrainingTask, n: int) -> tuple[MergeSymbols, list[Pair]]:
    """So many entries, special tokens first, and their merges."""
    options = task.options
    if by_ffbpe.IS_HERE:
        room, least, pattern = n - len(options.specials), options.min_frequency, task.cut.pattern
        if pattern:
            text = normalised(task.text.chunks, options.normaliser)
            pairs = by_ffbpe.merges_of_pattern(pattern, text, room, least)
        else:
            pairs = by_ffbpe.byte_merges(task.cut.plain_words(task.text.chunks), room, least)
    else:
        made = Tokenizer(models.BPE())
        task.cut.put_on(made)
        learn_by_library(made, task.text.chunks, options, n, ALPHABET, options.specials)
        pairs = json.loads(made.to_str())["model"]["merges"]
    symbols, merges = MergeSymbols([*options.specials, *ALPHABET]), list[Pair]()
    for first, second in pairs:
        merges.append((symbols.ids[first], symbols.ids[second]))
        symbols.joined(merges[-1])
    return symbols, merges


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
    learn(counts, symbols, options.vocab, options.min_frequency, merges)
    return merged(symbols, merges, options.specials, cut)


TRAINER = Trainer(
    key="bpe",
    label="BPE on bytes",
    order=10,
    about="Begins with the 256 bytes and again and again makes one piece of the two that stand together most often.",
    source=(
        "Gage 1994; Sennrich et al. 2016; on bytes: Radford et al. 2019. Trained by ffbpe, or, where that is not "
        "built, by tokenizers, with the same merges."
    ),
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(TERMS,),
    word_bytes=40 if by_ffbpe.IS_HERE else 70,
)
