"""Byte pair encoding of an endless text of such a source, merge by merge, without a sample.

Tokens of a text with Markov memory have it again: behind a token, and the context in which it ends, the next token is
independent of those before. When `a` and `b` are merged, an `a` that is left is one that no `b` follows, and the new
token is followed by what follows `b`. So rates and probabilities after a merge follow from those before it, and the
entropy of tokens is exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.probes.markov.source import SwitchingSource, entropy

Floats = NDArray[np.float64]
_SAME = 1e-9  # relative: pairs that are equally frequent, of which the first is merged
_NONE = 1e-12


@dataclass(frozen=True, eq=False)
class TokenChain:
    """The tokens of an endless text.

    Args:
        source: of the text.
        texts: of the tokens, V of them.
        rates: how many tokens of each sort that end in each context there are for each character, float64 (V, C).
        next: probability of each token behind a token that ends in a context, float64 (V, C, V).
    """

    source: SwitchingSource
    texts: tuple[str, ...]
    rates: Floats
    next: Floats

    @property
    def loss(self) -> float:
        """What the best unigram model of these tokens needs, in bits for each character."""
        rates = self.rates.sum(axis=1)
        per_character = float(rates.sum())
        return entropy((rates / per_character).tolist()) * per_character

    def behind(self, token: int) -> NDArray[np.intp]:
        """The context behind a token, for each context before it, (C,)."""
        return np.array([self.source.after(c, self.texts[token]) for c in range(self.source.n_contexts)], np.intp)


def of_characters(source: SwitchingSource) -> TokenChain:
    """Each character a token.

    >>> round(of_characters(SwitchingSource(0.3, 0.6)).loss, 4)
    0.9183
    """
    contexts = range(source.n_contexts)
    rates = np.array([[source.of_context(c) * (c % 2 == token) for c in contexts] for token in (0, 1)])
    return TokenChain(source, ("0", "1"), rates, np.array([[source.next(c) for c in contexts]] * 2))


def merged(chain: TokenChain) -> TokenChain:
    """The same after the most frequent pair of neighbours was made a token; of equal ones the first.

    >>> chain = merged(of_characters(SwitchingSource(0.8, 0.8)))
    >>> chain.texts, chain.rates.sum(axis=1).round(4).tolist(), round(chain.loss, 4)
    (('0', '1', '01'), [0.1, 0.1, 0.4], 0.751)
    """
    pairs = np.einsum("ac,acb->ab", chain.rates, chain.next)
    first, second = divmod(int(np.flatnonzero(pairs.ravel() >= pairs.max() * (1 - _SAME))[0]), len(pairs))
    texts = (*chain.texts, chain.texts[first] + chain.texts[second])
    return TokenChain(chain.source, texts, _rates(chain, first, second), _next(chain, first, second))


def _rates(chain: TokenChain, first: int, second: int) -> Floats:
    rates = np.pad(chain.rates, ((0, 1), (0, 0)))  # (V + 1, C)
    follows, behind = chain.next[first, :, second], chain.behind(second)
    if first == second:  # of a run of the token pairs are made from the left: only every other one is a first part
        step = np.zeros((len(behind),) * 2)
        step[np.arange(len(behind)), behind] = follows
        begins = rates[first] - rates[first] @ step
        firsts = np.linalg.solve((np.eye(len(behind)) - step @ step).T, begins)
        rates[first] = firsts * (1 - follows)
        np.add.at(rates[-1], behind, firsts * follows)
    else:
        made = rates[first] * follows
        rates[first] -= made
        np.add.at(rates[-1], behind, made)
        np.add.at(rates[second], behind, -made)
    return np.maximum(rates, 0)


def _next(chain: TokenChain, first: int, second: int) -> Floats:
    follows = chain.next[first, :, second].copy()
    found = np.pad(chain.next, ((0, 1), (0, 0), (0, 1)))  # (V + 1, C, V + 1)
    found[-1] = found[second]
    left = 1 - follows
    found[first] = np.where(left[:, None] > _NONE, found[first] / np.maximum(left, _NONE)[:, None], 0)
    found[first, :, second] = 0
    becomes = follows[chain.behind(first)]  # (C,), by the context before a token that may be the first part
    found[:, :, -1] = found[:, :, first] * becomes
    found[:, :, first] *= 1 - becomes
    return found


def by_merges(source: SwitchingSource, most: int) -> Iterator[TokenChain]:
    """The tokens of each size from 2 to `most`."""
    chain = of_characters(source)
    yield chain
    for _ in range(most - 2):
        chain = merged(chain)
        yield chain
