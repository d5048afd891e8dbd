"""A fast engine watched at its work: some of the user's own lines are counted by the reference too, and must agree."""

from collections.abc import Sequence

import numpy as np

from core.counting.engine import Counter, Guarded
from core.tokenizers.tokenizer import Counts

_TIME = 0.01  # of the engine's own, which goes into counting a sample by the reference
_FIRST_CALL, _EVERY_CALL = 30_000, 500  # characters that are checked at least
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
    checked = 0

    def count(texts: Sequence[str]) -> Counts:
        nonlocal checked
        found, by_engine = guarded.told_apart(texts)
        n_characters = max(_EVERY_CALL if checked else _FIRST_CALL, int(_TIME / speed * len(by_engine.joined)))
        checked += 1
        _check(guarded, by_engine.texts, found, n_characters)
        return found

    return count


def _check(guarded: Guarded, texts: Sequence[str], found: Counts, n_characters: int) -> None:
    """Count lines drawn by lot, the same ones every time, until so many characters were counted twice."""
    chance = np.random.default_rng(len(texts))
    rows: list[int] = []
    for n in map(int, chance.permutation(len(texts))):
        if n_characters <= 0:
            break
        if texts[n]:
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
