"""How long a piece may be to be explained: each step shows the whole piece again, so the work grows with its square."""

from core.common.errors import TooLarge
from core.common.numbers import count

MAX_SYMBOLS = 2_000


def check_length(n_symbols: int) -> None:
    """
    Raises:
        TooLarge: more symbols than a step-by-step view can hold.

    >>> check_length(5_000)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    core.common.errors.TooLarge: This piece has 5 000 symbols; up to 2 000 can be shown step by step. ...
    """
    if n_symbols > MAX_SYMBOLS:
        raise TooLarge(
            f"This piece has {count(n_symbols)} symbols; up to {count(MAX_SYMBOLS)} can be shown step by step. "
            "Pick a shorter piece."
        )
