"""What tokens cost at a price, and how much of a context window they take."""

from core.common.definitions import Definition
from core.common.errors import UserError
from core.common.numbers import count

COST = Definition(
    "cost",
    "Cost",
    "currency of the price",
    "lower",
    "Tokens times the price you type, per million tokens. Prices differ for input and output, and added tokens "
    "are billed too.",
)
CONTEXT_SHARE = Definition(
    "context_share",
    "Share of context",
    "share of window",
    "lower",
    "Tokens divided by the size of the context window you type; above 1 the text does not fit.",
)


def cost(n_tokens: int, price_per_million: float) -> float:
    """Price of so many tokens, in the currency of the price.

    Raises:
        UserError: the price is negative or no number.

    >>> cost(2_000, 1.5)
    0.003
    """
    if not 0 <= price_per_million < float("inf"):
        raise UserError(f"A price of {price_per_million} per million tokens is no price. Type a number from 0 up.")
    return n_tokens * price_per_million / 1_000_000


def context_share(n_tokens: int, window: int) -> float:
    """Share of a context window that so many tokens take; above 1 they do not fit.

    Raises:
        UserError: the window holds no token.

    >>> context_share(2_000, 8_000)
    0.25
    """
    if window < 1:
        raise UserError(f"A context window of {count(window)} tokens holds no text. Type a number from 1 up.")
    return n_tokens / window
