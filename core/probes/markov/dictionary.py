"""A dictionary of the most frequent texts of such a source, used greedily from the left, in closed form.

With a text its beginnings are in the dictionary, so that a token goes on as long as it can; where it ends, only the
context and the next character matter for what follows.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from core.probes.markov.source import SwitchingSource, entropy

Floats = NDArray[np.float64]


def frequent_texts(source: SwitchingSource, most: int) -> list[str]:
    """Both characters, then the texts that stand most often at a place; of equal ones the shorter, then by digits.

    >>> frequent_texts(SwitchingSource(0.8, 0.8), 6)
    ['0', '1', '01', '10', '010', '101']
    """
    found, waiting = ["0", "1"], list[tuple[float, int, str]]()
    for text in found:
        _wait(source, text, waiting)
    while len(found) < most:
        found.append(heappop(waiting)[2])
        _wait(source, found[-1], waiting)
    return found


def _wait(source: SwitchingSource, text: str, waiting: list[tuple[float, int, str]]) -> None:
    """Put what is one character longer in the row of those to come."""
    for longer in (f"{text}0", f"{text}1"):
        heappush(waiting, (-round(source.probability(longer), 12), len(longer), longer))


def losses_of(source: SwitchingSource, texts: Sequence[str]) -> list[float]:
    """What the best unigram model of the tokens needs, in bits for each character, with the first two texts, and so on.

    Args:
        texts: both characters first, and each text behind its beginnings.

    >>> [round(loss, 4) for loss in losses_of(SwitchingSource(0.8, 0.8), ["0", "1", "01"])]
    [1.0, 0.751]
    """
    contexts, place = range(source.n_contexts), {text: n for n, text in enumerate(texts)}
    longer = np.array([[place.get(text + c, len(texts)) for c in "01"] for text in texts])  # (V, 2)
    then = np.array([[source.after(context, text) for context in contexts] for text in texts])  # (V, C)
    rest = [[source.behind(source.after(context, text[0]), text[1:]) for context in contexts] for text in texts]
    follows = np.array([source.next(context) for context in contexts])  # (C, 2)
    ways = np.array(rest)[:, :, None] * follows[then]  # (V, C, 2): the text, then that character
    first, lengths = np.array([int(text[0]) for text in texts]), np.array([len(text) for text in texts])
    return [
        _loss(ways[:n] * (longer[:n] >= n)[:, None, :], then[:n], first[:n], lengths[:n])
        for n in range(2, len(texts) + 1)
    ]


def _loss(ends: Floats, then: NDArray[np.int64], first: NDArray[np.int64], lengths: NDArray[np.int64]) -> float:
    """The same from the probabilities that a token is this one and a character follows, by the context before it.

    Args:
        ends: float64 (V, C, 2).
        then: the context behind each token, (V, C).
        first: its first character, (V,).
        lengths: its characters, (V,).
    """
    n_contexts = then.shape[1]
    states = np.arange(n_contexts) * 2 + first[:, None]  # (V, C): a context, and the character behind it
    steps = np.zeros((2 * n_contexts, 2 * n_contexts))
    for character in (0, 1):
        np.add.at(steps, (states, then * 2 + character), ends[:, :, character])
    shares = (_stationary(steps)[states] * ends.sum(axis=2)).sum(axis=1)
    return entropy(shares.tolist()) / float(shares @ lengths)


def _stationary(steps: Floats) -> Floats:
    """How often each state is met."""
    size = len(steps)
    equations = np.vstack([steps.T - np.eye(size), np.ones(size)])
    found = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    return np.asarray(np.maximum(found, 0))
