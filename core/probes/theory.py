"""How far down can a model come that counts tokens and nothing else, on a source that remembers?"""

from dataclasses import dataclass
from itertools import pairwise

from core.common.errors import UserError
from core.probes.markov.dictionary import frequent_texts, losses_of
from core.probes.markov.merges import by_merges
from core.probes.markov.source import SwitchingSource
from core.probes.probe import Asked, Probe

MOST_TOKENS, MOST_ORDER, LEAST, MOST = 256, 3, 0.01, 0.99
_SHOWN = 16  # tokens in a list for people


@dataclass(frozen=True)
class TheoryPoint:
    """What the best unigram model needs with so many tokens, in bits for each character.

    Args:
        size: of the vocabulary.
        merges: made by byte pair encoding.
        dictionary: the most frequent texts, used greedily.
    """

    size: int
    merges: float
    dictionary: float


@dataclass(frozen=True)
class Theory:
    """The curve between two lines.

    Args:
        source: of the text.
        points: by size, from 2.
        merged, frequent: texts of the tokens, in the order in which they came.
    """

    source: SwitchingSource
    points: tuple[TheoryPoint, ...]
    merged: tuple[str, ...]
    frequent: tuple[str, ...]

    @property
    def rises(self) -> list[int]:
        """Sizes at which one token more makes the merged vocabulary worse."""
        return [b.size for a, b in pairwise(self.points) if b.merges > a.merges + 1e-9]

    def document(self) -> dict[str, object]:
        """It as a JSON document; losses are bits for each character."""
        return {
            "p": self.source.p,
            "q": self.source.q,
            "order": self.source.order,
            "floor": self.source.floor,
            "of_characters": self.source.of_characters,
            "sizes": [point.size for point in self.points],
            "merges": [point.merges for point in self.points],
            "dictionary": [point.dictionary for point in self.points],
            "rises_at": self.rises,
            "merged_tokens": list(self.merged),
            "frequent_tokens": list(self.frequent),
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        shown = [point for point in self.points if point.size & (point.size - 1) == 0]
        said = [
            f"A model of single characters needs {self.source.of_characters:.4f} bits for each, and no model less than "
            f"{self.source.floor:.4f}.",
            "One that counts tokens needs, by the size of the vocabulary:",
            *(f"  {one.size:3}  merges {one.merges:.4f}  dictionary {one.dictionary:.4f}" for one in shown),
            f"Merged in this order: {' '.join(self.merged[:_SHOWN])}{' …' if len(self.merged) > _SHOWN else ''}",
        ]
        if self.rises:
            said.append(f"More tokens are not always better: at {self.rises[0]} the merges are worse than before.")
        return said


def theory(p: float = 0.8, q: float = 0.8, order: int = 1, most: int = 64) -> Theory:
    """What tokens do for a model that only counts them, in closed form.

    Args:
        p, q: probability of the other character than the one `order` places before, by what stood there.
        most: tokens, at most.

    Raises:
        UserError: a number is out of its range.
    """
    for name, number, low, high in (
        ("p", p, LEAST, MOST),
        ("q", q, LEAST, MOST),
        ("order", order, 1, MOST_ORDER),
        ("most", most, 2, MOST_TOKENS),
    ):
        if not low <= number <= high:
            raise UserError(f"{name} cannot be {number:g}. Give a number from {low:g} to {high:g}.")
    source = SwitchingSource(p, q, order)
    chains, frequent = [*by_merges(source, most)], frequent_texts(source, most)
    losses = zip([chain.loss for chain in chains], losses_of(source, frequent), strict=True)
    points = tuple(TheoryPoint(n, *pair) for n, pair in enumerate(losses, 2))
    return Theory(source, points, chains[-1].texts, tuple(frequent))


PROBE = Probe(
    key="theory",
    order=80,
    question="How far down can a model come that counts tokens and nothing else, on a source that remembers?",
    caution=(
        "The text is endless, and the model knows every frequency. With a sample, which of two equally frequent pairs "
        "is merged first is chance, and with p = q there are such pairs from the start: numbers of a single run differ "
        "from these by up to two hundredths. Models in use remember more than tokens' frequencies."
    ),
    source=(
        "Rajaraman, Jiao & Ramchandran 2024, Toward a Theory of Tokenization in LLMs (2404.08335); the closed form of "
        "merges is our own"
    ),
    asked=(
        Asked(key="p", kind="number", text="of a one after a zero", default=0.8, least=LEAST, most=MOST),
        Asked(key="q", kind="number", text="of a zero after a one", default=0.8, least=LEAST, most=MOST),
        Asked(key="order", kind="whole number", text="places that it looks back", default=1, least=1, most=MOST_ORDER),
        Asked(key="most", kind="whole number", text="tokens, at most", default=64, least=2, most=MOST_TOKENS),
    ),
    find=theory,
)
