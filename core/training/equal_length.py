"""The size of vocabulary at which each language takes as many tokens as the reference does at a given one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.common.numbers import count
from core.stats.bootstrap import MIN_ITEMS, Floats, percentiles, resampled_sums
from core.training.fairness import reference_of
from core.training.recipe import Trained

_CLOSE = 1e-9  # of logarithms, what rounding leaves
_MOST_DEGREE = 2  # of the curve: with three sizes it goes through all of them


@dataclass(frozen=True)
class NeededSize:
    """What one language needs.

    Args:
        language: its name.
        value: entries; NaN where the sizes do not bracket it.
        low, high: ends of its 95 % interval over sentences; NaN where that end lies beyond the sizes, or is unknown.
        why: why there is no value; empty where there is one.
    """

    language: str
    value: float
    low: float
    high: float
    why: str


@dataclass(frozen=True, eq=False)
class EqualLength:
    """What each language needs to be as short as the reference.

    Args:
        sizes: entries of the tokenizers, ascending, (S,).
        reference: the language, and `at` the size at which it sets the length.
        target: its tokens a sentence there.
        tokens: of a sentence in each language at each size, float64 (L, S).
        curves: of log tokens over log entries, highest power first, float64 (L, degree + 1).
        needed: one per language.
        n_sentences: that they are of.
    """

    sizes: tuple[int, ...]
    reference: str
    at: int
    target: float
    tokens: Floats
    curves: Floats
    needed: tuple[NeededSize, ...]
    n_sentences: int

    def fitted(self, language: int, sizes: Floats) -> Floats:
        """Tokens a sentence that the curve of a language says, at any sizes."""
        found: Floats = np.exp(np.polyval(self.curves[language], np.log(sizes)))
        return found

    @property
    def misfit(self) -> float:
        """By how much, relatively, the curves are off at most where they are known."""
        sizes = np.array(self.sizes, np.float64)
        fitted = np.array([self.fitted(row, sizes) for row in range(len(self.tokens))])
        return float(np.abs(fitted / self.tokens - 1).max())


def equal_length(made: Sequence[Trained], at: int) -> EqualLength | None:
    """What each language needs; None where fewer than two sizes were measured on the same sentences.

    Log tokens are fitted by a curve of second degree in log entries, of first where there are two sizes; its crossing
    of the reference's length is the size. Intervals draw whole sentences, the same ones for all languages and sizes,
    and fit anew.

    Args:
        made: by one trainer on one text, of any sizes.
        at: the size at which the reference sets the length, one of theirs.

    Source: the question of Arnett et al. 2025, Crosslingual tokenizer inequities, who train a tokenizer per language;
    here all languages share one vocabulary, and the curve is ours.
    """
    by_size = {one.n_vocabulary: one.parallel for one in sorted(made, key=lambda one: one.n_vocabulary)}
    sizes, first = tuple(by_size), next(iter(by_size.values()))
    if len(sizes) < 2 or len(first.languages) < 2 or not first.tokens.size:
        return None
    tokens = np.stack([one.tokens for one in by_size.values()]).astype(np.float64)  # (S, L, N)
    n, reference = tokens.shape[2], reference_of(first.languages)
    whole = tokens.sum(2)[..., None]  # (S, L, 1)
    curves, needed = _needed(whole, sizes, reference, at)
    if n >= MIN_ITEMS:
        drawn = np.stack([resampled_sums(one, [np.arange(n)]) for one in tokens])
        with np.errstate(invalid="ignore"):  # of what lies beyond the sizes
            low, high = percentiles(_needed(drawn, sizes, reference, at)[1])
    else:
        low = high = np.full(len(needed), np.nan)
    value = needed[:, 0]
    # Tokens of a sentence instead of all: the curves' constants are of sums until here.
    curves = curves[..., 0].T
    curves[:, -1] -= np.log(n)
    return EqualLength(
        sizes,
        first.languages[reference],
        at,
        float(whole[sizes.index(at), reference, 0] / n),
        whole[..., 0].T / n,
        curves,
        tuple(_one(*row, sizes) for row in zip(first.languages, value, low, high, strict=True)),
        n,
    )


def _needed(sums: Floats, sizes: Sequence[int], reference: int, at: int) -> tuple[Floats, Floats]:
    """Curves (degree + 1, L, D) and entries (L, D) of tokens (S, L, D); beyond the sizes, 0 or infinite."""
    x, y = np.log(sizes), np.log(sums)
    powers = np.vander(x, min(_MOST_DEGREE, len(sizes) - 1) + 1)
    curves = np.linalg.lstsq(powers, y.reshape(len(sizes), -1), rcond=None)[0].reshape(-1, *y.shape[1:])
    wanted = y[list(sizes).index(at), reference]
    excess = np.polyval(curves, x[0]) - wanted, np.polyval(curves, x[-1]) - wanted
    low, high = np.full(excess[0].shape, x[0]), np.full(excess[0].shape, x[-1])
    for _ in range(40):  # halving: to a millionth of an entry
        middle = (low + high) / 2
        longer = np.polyval(curves, middle) > wanted
        low, high = np.where(longer, middle, low), np.where(longer, high, middle)
    found = np.exp((low + high) / 2).clip(sizes[0], sizes[-1])
    found = np.where(excess[0] < -_CLOSE, 0.0, np.where(excess[1] > _CLOSE, np.inf, found))
    return curves, found


def _one(language: str, value: float, low: float, high: float, sizes: Sequence[int]) -> NeededSize:
    if value == 0:
        why = f"shorter than that with {count(sizes[0])} entries already"
    elif value == np.inf:
        why = f"longer than that with {count(sizes[-1])} entries still"
    else:
        why = ""
    value, low, high = (
        float(one) if not why and sizes[0] <= one <= sizes[-1] else float("nan") for one in (value, low, high)
    )
    return NeededSize(language, value, low, high, why)
