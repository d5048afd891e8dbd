"""What a trained tokenizer costs each language on the same sentences, none of which it was trained on."""

from dataclasses import dataclass

import numpy as np

from core.stats.bootstrap import MIN_ITEMS, Floats, percentiles, resampled_sums
from core.stats.inequality import gini
from core.training.recipe import ParallelTokens

ENGLISH = "English"


@dataclass(frozen=True, eq=False)
class Fairness:
    """Premiums of languages and how unequal they are, with 95 % intervals over sentences.

    Args:
        languages: names, L of them.
        reference: the language whose tokens are 1: English, or the first.
        premiums: tokens of each language / tokens of the reference, float64 (L, 3): value, low and high.
        gini: of the tokens of all languages, value, low and high; 0 is equal, float64 (3,).
        tokens: of a sentence in a language on average, value, low and high, float64 (3,).
        n_sentences: that they are of.
    """

    languages: tuple[str, ...]
    reference: str
    premiums: Floats
    gini: Floats
    tokens: Floats
    n_sentences: int


def fairness(parallel: ParallelTokens) -> Fairness | None:
    """What the same sentences cost; None where none were kept apart in two languages or more.

    Intervals draw whole sentences, the same ones in every language, and are NaN for fewer than ten.

    Sources: Petrov et al. 2023 for the premium; Foroutan et al. 2025 for Gini's coefficient against tokens.

    >>> found = fairness(ParallelTokens(("English", "Thai"), np.array([[1, 3], [5, 7]], np.int32)))
    >>> found.premiums[:, 0].tolist(), found.gini[0].item(), found.tokens[0].item()
    ([1.0, 3.0], 0.25, 4.0)
    """
    names, tokens = parallel.languages, parallel.tokens.astype(np.float64)
    if len(names) < 2 or not tokens.size or not tokens.sum(1).all():
        return None
    n, reference = tokens.shape[1], reference_of(names)
    drawn = resampled_sums(tokens, [np.arange(n)]) if n >= MIN_ITEMS else np.full((len(names), 1), np.nan)
    whole = tokens.sum(1)
    per_text = len(names) * n
    return Fairness(
        names,
        names[reference],
        _with_ends(whole / whole[reference], drawn / drawn[reference]),
        _with_ends(gini(whole), gini(drawn.T)),
        _with_ends(whole.sum() / per_text, drawn.sum(0) / per_text),
        n,
    )


def reference_of(languages: tuple[str, ...]) -> int:
    """Place of English, or 0 where it is not there."""
    return languages.index(ENGLISH) if ENGLISH in languages else 0


def _with_ends(value: Floats, drawn: Floats) -> Floats:
    """A value with its interval, (…, 3)."""
    return np.stack([value, *percentiles(drawn.copy())], axis=-1)
