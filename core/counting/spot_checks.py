"""A fast engine watched at its work: some of the user's own lines are counted by the reference too, and must agree."""

from collections.abc import Sequence

import numpy as np

from core.counting.end_to_end import lengths_of
from core.counting.engine import Counter, Guarded
from core.tokenizers.tokenizer import Counts

# Of the engine's own time, by the speed on the test lines, which goes into counting a sample by the reference. It comes
# to about a hundredth: on real text the reference is slower against the engine, and for few lines slower still.
_TIME = 0.005
_FIRST_CALL, _EVERY_CALL = 30_000, 200  # characters that are checked at least
_MANY = 5_000  # that a larger check waits for: for two lines a reference takes a third of the time for ten
_LONGEST = 2_000  # of a longer line a stretch of so many characters is checked


class EngineDiffers(Exception):
    """On a line of the user's own the engine gave another count than the reference, which is to count it all."""


def watched(guarded: Guarded, speed: float) -> Counter:
    """Counts of a guarded engine, of which a sample is counted by the reference too.

    The counter raises EngineDiffers if they differ.

    Args:
        speed: times as fast as the reference; the faster an engine is, the smaller the share that can be checked in a
            part of its time.
    """
    owed = _FIRST_CALL

    def count(texts: Sequence[str]) -> Counts:
        nonlocal owed
        lengths = lengths_of(texts)
        found, apart = guarded.told_apart(texts, lengths)
        owed += int(_TIME / speed * lengths.sum())
        now = max(_EVERY_CALL, owed if owed >= _MANY else 0)
        owed = max(0, owed - now)
        _check(guarded, texts, set(apart), found, now)
        return found

    return count


def _check(guarded: Guarded, texts: Sequence[str], apart: set[int], found: Counts, n_characters: int) -> None:
    """Count lines drawn by lot, the same ones every time, until so many characters were counted twice.

    Args:
        apart: what the reference counted at first.
    """
    chance = np.random.default_rng(len(texts))
    rows: list[int] = []
    for n in map(int, chance.permutation(len(texts))):
        if n_characters <= 0:
            break
        if texts[n] and n not in apart:
            rows.append(n)
            n_characters -= min(len(texts[n]), _LONGEST)
    reference = guarded.tokenizer.count
    whole = [n for n in rows if len(texts[n]) <= _LONGEST]
    _compare(Counts(found.tokens[whole], found.unknown[whole]), reference, [texts[n] for n in whole])
    stretches = [_stretch(texts[n], chance) for n in rows if len(texts[n]) > _LONGEST]
    if stretches:
        _compare(guarded(stretches), reference, stretches)


def _stretch(text: str, chance: np.random.Generator) -> str:
    start = int(chance.integers(len(text) - _LONGEST + 1))
    return text[start : start + _LONGEST]


def _compare(found: Counts, reference: Counter, texts: Sequence[str]) -> None:
    truth = reference(texts)
    if not (np.array_equal(found.tokens, truth.tokens) and np.array_equal(found.unknown, truth.unknown)):
        raise EngineDiffers
