"""A sum written in columns, with marks where the tokens of its numbers part."""

from core.common.errors import UserError, shown
from core.probes.sums.adders import Adder
from core.probes.sums.addition import Addition

_MOST_DIGITS = 9


def sum_in(text: str) -> Addition:
    """The two numbers of a text such as 1234+56; commas and spaces in them are passed over.

    Raises:
        UserError: it is none, or a number is too long.

    >>> sum_in("1,234 + 56")
    Addition(a=1234, b=56)
    """
    parts = [part.replace(",", "").replace(" ", "") for part in text.split("+")]
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise UserError(f"{shown(text)} is no sum of two whole numbers. Give one such as 45678+56789.")
    if any(len(part) > _MOST_DIGITS for part in parts):
        raise UserError(f"A number has more than {_MOST_DIGITS} digits. Give shorter ones.")
    a, b = map(int, parts)
    return Addition(a, b)


def in_columns(one: Addition, adder: Adder) -> str:
    """The numbers one under the other, with a bar where a token ends and another begins.

    >>> from core.probes.sums.adders import ADDERS
    >>> print(in_columns(Addition(1234, 56789), ADDERS[1]))
      1 2 3|4
    5 6 7|8 9
    5 8 0|2 3
    """
    rows = ["|".join(" ".join(token) for token in adder.tokens(str(n))) for n in (one.a, one.b, one.answer)]
    width = max(map(len, rows))
    return "\n".join(row.rjust(width) for row in rows)


def lines_up(one: Addition, adder: Adder) -> bool:
    """Whether tokens part at the same places of both numbers and of their sum, as far as all have them.

    >>> from core.probes.sums.adders import ADDERS
    >>> [lines_up(Addition(1234, 56789), adder) for adder in ADDERS]
    [True, False, True]
    """
    texts = [str(n) for n in (one.a, one.b, one.answer)]
    shortest = min(map(len, texts))
    ends = [_parts(adder.tokens(text), shortest) for text in texts]
    return all(end == ends[0] for end in ends)


def _parts(tokens: list[str], below: int) -> set[int]:
    """Places, counted from the right, behind which tokens part."""
    places = (len("".join(tokens[n:])) for n in range(1, len(tokens)))
    return {place for place in places if place < below}
