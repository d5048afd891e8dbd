"""A tokenizer of some of the entries that merges make, for trainers that take others out again."""

from collections.abc import Callable

from tokenizers import Tokenizer

from core.training.fewest import fewest_tokens
from core.training.merges import MergeSymbols, WordPairs, in_pairs
from core.training.trainer import TrainingTask
from core.training.trainers.bpe import ALPHABET

Choose = Callable[[WordPairs, MergeSymbols, int, int], list[int]]


def chosen_merges(task: TrainingTask, choose: Choose) -> Tokenizer:
    """The tokenizer: a word is cut into as few of the chosen entries as can be, the older ones first.

    Args:
        choose: ids of the entries that stay, of the words' counts and symbols, how many there may be, and how often a
            pair has to stand.
    """
    options, symbols = task.options, MergeSymbols(ALPHABET)
    counts = in_pairs(task.cut.words(task.text.chunks), symbols)
    kept = choose(counts, symbols, options.vocab - len(options.specials), options.min_frequency)
    return fewest_tokens([symbols.spellings[i] for i in kept], options.specials, task.cut, older_first=True)
