"""Words counted and merges learned by ffbpe: the same as by tokenizers, several times sooner.

It is not built for every machine. Where it is not installed, callers do without.
"""

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from itertools import islice
from tempfile import NamedTemporaryFile

from core.common.disk import on_disk

_AT_ONCE = 64  # chunks that its threads share
IS_HERE = find_spec("ffbpe") is not None


def words_of_pattern(pattern: str, chunks: Iterable[str]) -> dict[str, int]:
    """How often each word stands in a text.

    Args:
        pattern: what a word is; of all that stands in a text something must match.

    Raises:
        ValueError: the pattern cannot be read.
    """
    from ffbpe import PreTokenizer  # late: not on every machine

    counter = PreTokenizer([], pat_str=pattern).word_counter()
    some = iter(chunks)
    while batch := list(islice(some, _AT_ONCE)):
        counter.add_batch(batch)
    found: dict[str, int] = counter.words()
    return found


def byte_merges(words: Mapping[str, int], n: int, least: int) -> list[tuple[str, str]]:
    """Merges over the bytes of words up to so many entries, in order, as bytes are written.

    Args:
        words: as they stand in the text, and how often each does.
        n: entries, the 256 bytes included.
        least: how often a pair must stand.
    """
    from ffbpe import BpeTrainer

    trainer = BpeTrainer(
        [], initial_alphabet="byte_level", tie_break="smallest_pair_id", bigram_cutoff_freq=least
    )  # as tokenizers numbers bytes, and decides between pairs that are equally frequent
    trainer.add_words(words)
    trainer.train(n)
    with on_disk("The list of merges"), NamedTemporaryFile(prefix="merges-") as file:
        trainer.validate_model().save_merges_txt(file.name, format="gpt2")
        lines = file.read().decode().split("\n")
    return [(first, second) for line in lines if line for first, second, *_ in [line.split(" ")]]
