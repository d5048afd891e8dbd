"""How probable each spelling of a text is under a Unigram model of its vocabulary, and some drawn by that."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, log

from core.probes.spelling_edges import Edge


@dataclass(frozen=True)
class Posterior:
    """Probabilities of spellings, given the text.

    Args:
        log_text: log-probability of the text, which is that of all its spellings together, in nats.
        log_own: that of the spelling which the tokenizer writes.
        drawn: spellings, as ids.
    """

    log_text: float
    log_own: float
    drawn: list[list[int]]

    @property
    def own(self) -> float:
        """The share of the tokenizer's own spelling of the probability of all."""
        return exp(min(0.0, self.log_own - self.log_text))


def posterior(
    edges: Iterable[Edge], size: int, score: Mapping[int, float], own: Sequence[int], k: int, seed: int
) -> Posterior | None:
    """What the scores say of the spellings; None where they give none of them, or not the tokenizer's own, a number.

    Args:
        edges: by where they end.
        size: bytes of the text.
        score: log-probability of each id, in nats; an id without one takes no part.
        own: ids of the tokenizer's own spelling.
        k: how many to draw.

    Source: Kudo 2018, Subword Regularization: forward filtering and backward sampling.

    >>> edges = [(0, 1, (0,)), (1, 2, (1,)), (0, 2, (2,))]
    >>> found = posterior(edges, 2, {0: log(0.5), 1: log(0.5), 2: log(0.25)}, [2], 4, seed=0)
    >>> found.own, found.drawn
    (0.5, [[2], [2], [0, 1], [2]])
    """
    ahead, into = {0: 0.0}, dict[int, list[tuple[int, int, float]]]()
    for start, end, ids in edges:
        for i in ids if start in ahead else ():
            if i in score:
                weight = ahead[start] + score[i]
                ahead[end] = _log_sum(ahead.get(end, -inf), weight)
                into.setdefault(end, []).append((start, i, weight))
    if size not in ahead or any(i not in score for i in own):
        return None
    dice = random.Random(seed)
    drawn = [_drawn(ahead, into, size, dice) for _ in range(k)]
    return Posterior(ahead[size], sum(score[i] for i in own), drawn)


def _log_sum(a: float, b: float) -> float:
    low, high = sorted((a, b))
    return high if low == -inf else high + log(1 + exp(low - high))


def _drawn(
    ahead: Mapping[int, float], into: Mapping[int, list[tuple[int, int, float]]], size: int, dice: random.Random
) -> list[int]:
    """One spelling: from the end back, each last entry as often as its share of all that ends there."""
    ids, at = list[int](), size
    while at:
        shares = [exp(weight - ahead[at]) for _, _, weight in into[at]]
        [(at, i, _)] = dice.choices(into[at], shares)
        ids.append(i)
    return ids[::-1]
