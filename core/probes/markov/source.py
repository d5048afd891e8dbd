"""A source of zeros and ones of which each depends on the one some places before."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2, prod


def entropy(shares: Sequence[float]) -> float:
    """Entropy of a distribution, in bits; what is impossible adds nothing.

    >>> entropy([0.5, 0.25, 0.25, 0])
    1.5
    """
    return -sum(share * log2(share) for share in shares if share > 0)


@dataclass(frozen=True)
class SwitchingSource:
    """Zeros and ones; each is the other than the one `order` places before with a probability that depends on that.

    Args:
        p: of a one, where a zero stood there.
        q: of a zero, where a one stood there.
        order: how far it looks back, at least 1.

    Source: Rajaraman, Jiao & Ramchandran 2024 (2404.08335).
    """

    p: float
    q: float
    order: int = 1

    @property
    def n_contexts(self) -> int:
        """Of the last `order` characters there are so many."""
        return 1 << self.order

    @property
    def ones(self) -> float:
        """Share of ones."""
        return self.p / (self.p + self.q)

    @property
    def floor(self) -> float:
        """Entropy of a character given all before it, in bits: what no model can go below.

        >>> round(SwitchingSource(0.8, 0.8).floor, 4)
        0.7219
        """
        return (1 - self.ones) * entropy([self.p, 1 - self.p]) + self.ones * entropy([self.q, 1 - self.q])

    @property
    def of_characters(self) -> float:
        """Entropy of a character by itself, in bits: the best that a unigram model of characters can do.

        >>> SwitchingSource(0.8, 0.8).of_characters
        1.0
        """
        return entropy([self.ones, 1 - self.ones])

    def next(self, context: int) -> tuple[float, float]:
        """Probabilities of zero and one behind a context: the last characters as binary digits, the last one lowest."""
        one = 1 - self.q if context >> (self.order - 1) else self.p
        return 1 - one, one

    def after(self, context: int, text: str) -> int:
        """The context behind a text that stands behind a context.

        >>> SwitchingSource(0.8, 0.8, 2).after(0b01, "10")
        2
        """
        for character in text:
            context = (context << 1 | int(character)) & (self.n_contexts - 1)
        return context

    def of_context(self, context: int) -> float:
        """How often a context stands before a character: characters `order` apart are independent of those between."""
        bits = f"{context:0{self.order}b}"
        return prod(self.ones if bit == "1" else 1 - self.ones for bit in bits)

    def behind(self, context: int, text: str) -> float:
        """Probability that a text stands behind a context.

        >>> round(SwitchingSource(0.8, 0.8).behind(0, "10"), 4)
        0.64
        """
        probability = 1.0
        for character in text:
            probability *= self.next(context)[int(character)]
            context = self.after(context, character)
        return probability

    def probability(self, text: str) -> float:
        """How often a text stands at a place.

        >>> round(SwitchingSource(0.8, 0.8).probability("01"), 4)
        0.4
        """
        return sum(self.of_context(context) * self.behind(context, text) for context in range(self.n_contexts))
