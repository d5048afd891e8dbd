"""What a text costs in a language: tokens of an article of given length, and money for reading and writing it."""

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.counting.table import CountTable
from core.premium.prices import ModelPrice

_MILLION = 1e6


@dataclass(frozen=True, kw_only=True)
class Use:
    """What is read and written.

    Args:
        read, written: characters in the base language.
        cached: share of what is read that the provider has seen before, 0 to 1.
        rate: units of the currency for a US dollar.
        currency: its name.
    """

    read: int
    written: int = 0
    cached: float = 0.0
    rate: float = 1.0
    currency: str = "USD"


def article_tokens(table: CountTable, row: int, base: int, length: float) -> NDArray[np.float64]:
    """Tokens that an article of `length` characters in the base language takes in every language, (L,)."""
    both = table.present & table.present[base]
    tokens = np.where(both, table.tokens[row], 0).sum(1, dtype=np.float64)
    characters = np.where(both, table.n_characters[base], 0).sum(1, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: NDArray[np.float64] = tokens / characters * length
    return found


def cost(price: ModelPrice, read: float, written: float, use: Use) -> float:
    """Of so many tokens read and written, in the currency of the use; cached input at its own price if it has one.

    >>> price = ModelPrice(name="m", maker="", tokenizer="atlas:o200k", input=2.0, output=8.0, cached_input=0.5,
    ...                    window=1000, date="", source="")
    >>> cost(price, 1e6, 5e5, Use(read=1, cached=0.5, rate=2.0))
    10.5
    """
    cached = price.input if price.cached_input is None else price.cached_input
    dollars = read * ((1 - use.cached) * price.input + use.cached * cached) + written * price.output
    return dollars / _MILLION * use.rate


@dataclass(frozen=True)
class Offer:
    """What one model takes for one language: tokens, money, and whether it fits into the window."""

    price: ModelPrice
    tokenizer: str
    read: float
    written: float
    cost: float

    @property
    def fits(self) -> float:
        """Share of what is read and written that the window holds, at most 1."""
        return min(1.0, self.price.window / (self.read + self.written)) if self.read + self.written else 1.0


def offers(
    table: CountTable, keys: tuple[str, ...], prices: list[ModelPrice], language: int, base: int, use: Use
) -> list[Offer]:
    """The models whose tokenizer is counted, cheapest first.

    Args:
        keys: of the tokenizers, by row of the table.
        language, base: by row of the table's languages.
    """
    per_character = {key: float(article_tokens(table, row, base, 1)[language]) for row, key in enumerate(keys)}
    found = []
    for price in prices:
        each = per_character.get(price.key, float("nan"))
        if not isnan(each):
            label = table.tokenizers[keys.index(price.key)].label
            read, written = each * use.read, each * use.written
            found.append(Offer(price, label, read, written, cost(price, read, written, use)))
    return sorted(found, key=lambda one: (one.cost, one.price.name))


def best_tokenizer(language: str, base: str, tokens: dict[str, float], length: int) -> str:
    """Which tokenizer takes the fewest tokens, in one sentence.

    Args:
        tokens: of an article of `length` characters in the base, by name of the tokenizer; two or more, all known.

    >>> best_tokenizer("Burmese", "English", {"GPT-2": 20_000.0, "o200k": 5_000.0}, 6000)
    'For Burmese, o200k takes the fewest tokens of 2 tokenizers: 5\\u202f000 for what is 6\\u202f000 characters in \
English, 75 % fewer than GPT-2, which takes the most.'
    """
    best, worst = (find(tokens, key=lambda name: tokens[name]) for find in (min, max))
    saved = 1 - tokens[best] / tokens[worst]
    return (
        f"For {language}, {best} takes the fewest tokens of {len(tokens)} tokenizers: {count(tokens[best])} for what "
        f"is {count(length)} characters in {base}, {100 * saved:.0f} % fewer than {worst}, which takes the most."
    )
