"""Do two models with different tokenizers read better as one?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from core.common.errors import TooLarge, UserError
from core.common.numbers import count, so_many
from core.common.progress import step
from core.probes.long_texts import long_text
from core.probes.probe import Asked, Probe
from core.stats.number import Number
from core.stats.ratio_of_sums import ratio_of_sums
from core.text.utf8 import utf8

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

WAYS = {
    "model": "the first alone",
    "other": "the second alone",
    "mean": "the mean of both",
    "product": "the product of both",
}
TOGETHER = ("mean", "product")
MOST_TEXTS, MOST_BYTES = 200, 20_000
N_SHIPPED, CHARACTERS = 12, 60


@dataclass(frozen=True)
class PooledText:
    """One text.

    Args:
        bits: that it takes, by a key of `WAYS`.
    """

    n_bytes: int
    bits: Mapping[str, float]


@dataclass(frozen=True)
class Pooled:
    """Two models on the same texts, alone and as one.

    Args:
        names, fingerprints: of both.
    """

    names: tuple[str, str]
    fingerprints: tuple[str, str]
    texts: tuple[PooledText, ...]

    @property
    def better(self) -> str:
        """The model that needs less alone."""
        return min(("model", "other"), key=lambda way: self.bits_per_byte(way).value)

    def bits_per_byte(self, way: str) -> Number:
        """Over all texts, with an interval of 95 % by resampling them."""
        return self._number(lambda text: text.bits[way])

    def gain(self, way: str) -> Number:
        """Bits a byte that both as one need less than the better alone, on the same texts."""
        better = self.better
        return self._number(lambda text: text.bits[better] - text.bits[way])

    def _number(self, bits: Callable[[PooledText], float]) -> Number:
        return ratio_of_sums([bits(text) for text in self.texts], [text.n_bytes for text in self.texts], "texts")

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "models": [*self.names],
            "fingerprints": [*self.fingerprints],
            "texts": len(self.texts),
            "bytes": sum(text.n_bytes for text in self.texts),
            "bits_per_byte": {way: _numbers(self.bits_per_byte(way)) for way in WAYS},
            "better_alone": self.better,
            "gain": {way: _numbers(self.gain(way)) for way in TOGETHER},
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        n = sum(text.n_bytes for text in self.texts)
        return [
            f"Bits for each of {so_many(n, 'byte', 'bytes')} of {so_many(len(self.texts), 'text', 'texts')}, with 95 % "
            "intervals over texts:",
            *(
                f"  {words}{self._named(way)}: {in_bits(self.bits_per_byte(way))}"
                + (f", {in_bits(self.gain(way))} less than the better alone" if way in TOGETHER else "")
                for way, words in WAYS.items()
            ),
        ]

    def _named(self, way: str) -> str:
        return "" if way in TOGETHER else f" ({self.names[way == 'other']})"


def _numbers(one: Number) -> list[float | None]:
    return [None if isnan(each) else each for each in (one.value, one.low, one.high)]


def in_bits(one: Number) -> str:
    """
    >>> in_bits(Number(1.25, 1, 1.5)), in_bits(Number(1.25))
    ('1.250 [1.000, 1.500]', '1.250')
    """
    return f"{one.value:.3f}" + (f" [{one.low:.3f}, {one.high:.3f}]" if not isnan(one.low) else "")


def pooled(model: str, other: str, text: str = "") -> Pooled:
    """Two models on the lines of a text.

    Args:
        model, other: what opens them.
        text: each line is one text; empty takes the beginnings of sentences that ship.

    Raises:
        UserError: there is no such model, it cannot be asked, or there are no lines.
        TooLarge: there are too many lines, or they are too long.
    """
    lines = lines_of(text)
    from core.models.load import open_model  # torch takes seconds to import

    return pooled_of(open_model(model), open_model(other), lines)


def lines_of(text: str) -> list[str]:
    """The lines that are read, those that ship where the text is empty.

    Raises:
        UserError: the text has none, or no UTF-8 form.
        TooLarge: it has too many, or they are too long.
    """
    size = len(utf8(text))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not text:
        return [line[:CHARACTERS].strip() for line in long_text("English").splitlines()[:N_SHIPPED]]
    if not lines:
        raise UserError("There is nothing to read. Give some lines, each a text.")
    if size > MOST_BYTES or len(lines) > MOST_TEXTS:
        raise TooLarge(
            f"These are {count(len(lines))} lines and {count(size)} bytes; up to {MOST_TEXTS} lines and "
            f"{count(MOST_BYTES)} bytes are read. Give a part of them."
        )
    return lines


def pooled_of(model: "LanguageModel", other: "LanguageModel", lines: Sequence[str]) -> Pooled:
    """The same of models that are open."""
    from core.probes.bytes.pooled import pooled_bits

    found = list[PooledText]()
    for n, line in enumerate(lines):
        with step(n / len(lines), (n + 1) / len(lines), f"Text {n + 1} of {len(lines)}"):
            found.append(PooledText(len(line.encode()), pooled_bits(model, other, line)))
    return Pooled((model.name, other.name), (model.fingerprint, other.fingerprint), tuple(found))


PROBE = Probe(
    key="pooled",
    order=22,
    question="Do two models with different tokenizers read better as one?",
    caution=(
        "Each byte is given by the exact distributions of both models; what they leave over for spellings that their "
        "tokenizers never write is lost to both. Two models that learnt alike gain less, and one that is much better "
        "loses with a poor one. Intervals are over these texts alone."
    ),
    source=(
        "Phan et al. 2024 (2410.09303), who bring models together by the mean of their bytes, and report gains of 3.7 "
        "% for large ones; Hayase et al. 2025 (2506.14123), by the product; the texts are our own"
    ),
    asked=(
        Asked(key="model", kind="model", text="a language model"),
        Asked(key="other", kind="model", text="another, whose tokenizer may be any"),
        Asked(key="text", kind="text", text="texts, one a line; empty takes sentences that ship", default=""),
    ),
    find=pooled,
)
