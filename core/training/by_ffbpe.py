"""Words counted and merges learned by ffbpe: the same as by tokenizers, several times sooner.

It is not built for every machine. Where it is not installed, callers do without.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib.util import find_spec
from itertools import islice
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from core.common.disk import on_disk

_AT_ONCE = 64  # chunks that its threads share
_BYTES, _STEPS = 256, 64  # entries that are there at first, and merges between two looks
Merges = list[tuple[str, str]]
Told = Callable[[int, int, Callable[[], Merges]], None]
if TYPE_CHECKING:
    from ffbpe import BpeTrainer

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


def byte_merges(words: Mapping[str, int], n: int, least: int, told: Told | None = None) -> Merges:
    """Merges over the bytes of words up to so many entries, in order, as bytes are written.

    Args:
        words: as they stand in the text, and how often each does.
        n: entries, the 256 bytes included.
        least: how often a pair must stand.
        told: how many entries of how many there are by now beyond the bytes, and how to have the merges so far.
    """
    trainer = _trainer(words, least)
    trainer.init_training()
    while trainer.vocab_size < n:
        try:
            trainer.step()
        except RuntimeError:  # there is no other pair
            break
        if (trainer.last_merge_freq or 0) < least:  # by steps it goes on, to what it does not give out
            trainer = _trainer(words, least)
            trainer.train(n)
            break
        if told is not None and trainer.vocab_size % _STEPS == 0:
            told(trainer.vocab_size - _BYTES, n - _BYTES, partial(_merges_of, trainer))
    return _merges_of(trainer)


def _trainer(words: Mapping[str, int], least: int) -> "BpeTrainer":
    from ffbpe import BpeTrainer

    trainer = BpeTrainer(
        [], initial_alphabet="byte_level", tie_break="smallest_pair_id", bigram_cutoff_freq=least
    )  # as tokenizers numbers bytes, and decides between pairs that are equally frequent
    trainer.add_words(words)
    return trainer


def _merges_of(trainer: "BpeTrainer") -> Merges:
    with on_disk("The list of merges"), NamedTemporaryFile(prefix="merges-") as file:
        trainer.validate_model().save_merges_txt(file.name, format="gpt2")
        lines = file.read().decode().split("\n")
    return [(first, second) for line in lines if line for first, second, *_ in [line.split(" ")]]
